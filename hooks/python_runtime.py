"""Python for the reader's browser: found, checked, kept, and put into the site.

PYODIDE_SOURCE names the folder or the address that holds the files; where it is not set, it is the
official folder of the release. Each file must have the SHA-256 sum that python_runtime.sha256 states:
another one stops the build. What was fetched is kept outside the work tree. Without a source the build
goes on, says so in one line, and the pages have no Run.

Usable alone: `python hooks/python_runtime.py [SOURCE]` fetches and checks, and says where the files are.
"""

import hashlib
import logging
import os
import shutil
import sys
import urllib.request
from pathlib import Path

from scripts import ROOT

VERSION = "0.27.7"
OFFICIAL = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
SUMS = Path(__file__).with_suffix(".sha256")
FOLDER = "python"  # of the site; each version in a folder of its own, which may be kept for ever
PATIENCE = 5  # seconds without an answer: a build without a network must not hang

log = logging.getLogger("mkdocs.hooks.python_runtime")


class Missing(Exception):
    """A source that is not there, or not whole."""


class WrongSum(Exception):
    """A file that is not what it should be."""


def sums():
    """name -> SHA-256 of each file."""
    lines = SUMS.read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def kept():
    """The folder in which fetched files stay, outside the work tree: a clean build needs no network."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "neurons-book" / f"pyodide-{VERSION}"


def digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_whole(folder):
    return all((folder / n).is_file() and digest(folder / n) == d for n, d in sums().items())


def provide(source=None):
    """The folder with all files, checked. Raises Missing, or WrongSum."""
    source = os.environ.get("PYODIDE_SOURCE", OFFICIAL) if source is None else source
    if not source:
        raise Missing("PYODIDE_SOURCE is empty")
    folder = kept()
    if "://" in source:
        if not is_whole(folder):
            _fill(folder, lambda name, target: _download(source, name, target))
    else:
        # A folder is read anew each time: whoever names one wants its files and no older ones.
        source = ROOT / source  # a relative one starts at the project
        _check_folder(source)
        if not is_whole(folder):
            _fill(folder, lambda name, target: shutil.copyfile(source / name, target))
    return folder


def _check_folder(source):
    for name, expected in sums().items():
        if not (source / name).is_file():
            raise Missing(f"{source} has no {name}")
        _compare(source / name, expected, source / name)


def _compare(file, expected, origin):
    found = digest(file)
    if found != expected:
        raise WrongSum(f"{origin}: its SHA-256 is {found}, not {expected} as {SUMS.name} states")


def _fill(folder, bring):
    """Put all files into the folder; each under its name only when it is whole and right."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, expected in sums().items():
        if (folder / name).is_file() and digest(folder / name) == expected:
            continue
        coming = folder / f"{name}.{os.getpid()}"
        try:
            bring(name, coming)
            _compare(coming, expected, name)
            coming.replace(folder / name)
        finally:
            coming.unlink(missing_ok=True)


def _download(source, name, target):
    address = f"{source.rstrip('/')}/{name}"
    try:
        with (
            urllib.request.urlopen(address, timeout=PATIENCE) as answer,
            target.open("wb") as file,
        ):
            shutil.copyfileobj(answer, file)
    except OSError as error:  # no network, no such host, a time-out, an answer that is an error
        raise Missing(f"{address}: {getattr(error, 'reason', error)}") from None


def sizes(folder):
    """name -> bytes: the page shows how much there is to load."""
    return {name: (folder / name).stat().st_size for name in sums()}


def main(arguments):
    try:
        print(provide(*arguments))
    except (Missing, WrongSum) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
