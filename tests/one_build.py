"""One strict build for all tests, and for the next run while nothing has changed.

The tests run in several processes, each of which asks for the built site. The first builds it, the
others wait; the folder is named after the content of everything that a build reads, so that it is
this project's site or none. Nothing may write into it: a test that changes a site takes a copy.

Where BOOK_SITE names a folder, that one is tested: the build that is about to be published.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from planted import environment
from scripts import ROOT

FOLDER = ROOT / ".cache" / "built"
KEPT = 2
_APART = {
    ".git",
    "tests",
    "node_modules",
    ".venv",
    ".cache",
    "site",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
}
_NAMES = ("BOOK_", "PYODIDE_", "SOURCE_DATE_EPOCH")


def built_site():
    """(folder, finished process) of a strict build, without addresses from outside."""
    if given := os.environ.get("BOOK_SITE"):
        if not Path(given, "index.html").is_file():
            raise FileNotFoundError(f"BOOK_SITE={given}: there is no index.html in it")
        return Path(given), subprocess.CompletedProcess([], 0, "", "")
    clean = {k: v for k, v in environment().items() if k not in ("SITE_URL", "REPO_URL")}
    FOLDER.mkdir(parents=True, exist_ok=True)
    place = FOLDER / _key(clean)
    with open(FOLDER / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done.json").is_file():
            _build(place, clean)
        os.utime(place)
        for old in sorted(FOLDER.glob("*-site"), key=os.path.getmtime)[:-KEPT]:
            shutil.rmtree(old)
    told = json.loads((place / "done.json").read_text(encoding="utf-8"))
    return place / "site", subprocess.CompletedProcess(**told)


def asset(site, name):
    """The address at the site's root of what lies in theme/assets/ under this name."""
    (folder,) = Path(site).glob("assets-*")
    assert (folder / name).is_file(), name
    return f"/{folder.name}/{name}"


def in_page(script):
    """A script for a page of the site, which asks for "/assets/NAME" where that page has it."""
    there = r'new URL("\1", document.querySelector("link[rel=icon]").href)'
    changed, count = re.subn(r'"/assets/([^"]+)"', there, script)
    assert count, script
    return changed


def figure(site, name):
    """The address at the site's root of a figure's file, "NAME.light.svg"."""
    names = json.loads(Path(site, "figures.json").read_text(encoding="utf-8"))
    return f"/figures/{names[name]}"


def _build(place, clean):
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(place / "site")]
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True)
    told = {name: getattr(done, name) for name in ("args", "returncode", "stdout", "stderr")}
    (place / "done.json").write_text(json.dumps(told), encoding="utf-8")


def _key(clean):
    """A name from all that a build reads: files, interpreter, settings, and the commit."""
    digest = hashlib.sha256()
    digest.update(repr((sys.version, sys.prefix, _commit())).encode())
    digest.update(repr(sorted((k, v) for k, v in clean.items() if k.startswith(_NAMES))).encode())
    for folder, folders, names in os.walk(ROOT):
        # The build reads no test.
        folders[:] = sorted(set(folders) - _APART)
        for name in sorted(names):
            path = os.path.join(folder, name)
            digest.update(os.path.relpath(path, ROOT).encode() + b"\0")
            with open(path, "rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{digest.hexdigest()[:20]}-site"


def _commit():
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
