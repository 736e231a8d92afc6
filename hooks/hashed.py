"""Addresses that change with what they lead to: then a copy may be kept for ever, and none is ever old.

Style sheets, scripts, fonts and the icon move together, from `assets/` to `assets-HASH/`, where the hash is
that of all of them: they ask for each other by relative addresses, and a page of one version can never be
given a script of another. A figure has a hash of its own in its name, so that a changed figure changes one
chapter; `figures.json` tells scripts which name it has now. `mkdocs serve` leaves all names as they are.

Usable alone: `python hooks/hashed.py SITE`, once for each build. The same site gives the same names.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

from mkdocs.plugins import event_priority

import policy

LENGTH = 10  # hexadecimal digits: two contents in a million builds would not meet
NAMES = "figures.json"
# Only a relative address, or one from the root (the page of a host that finds no other), is the site's own.
_ASSET = re.compile(r'\b(href|src)="((?:\./|(?:\.\./)+|/(?:[^":]*/)?)?)assets/')
_FIGURE = re.compile(r'(\b(?:href|src)="[^":]*?figures/|\]\(figures/)([\w-]+\.(?:light|dark)\.svg)')

_state = {"serving": False}


def on_startup(command, dirty):
    _state["serving"] = command == "serve"


@event_priority(-50)  # after all that changes a file, before the worker lists them
def on_post_build(config):
    if not _state["serving"]:
        give_names(config.site_dir)
    text = policy.headers(config.site_dir)
    Path(config.site_dir, "_headers").write_text(text, encoding="utf-8")


def give_names(site):
    """Move what has a hash in its address, and have every page and text of the site ask for it there."""
    site = Path(site)
    folder = f"assets-{_hash_of_folder(site / 'assets')}"
    (site / "assets").rename(site / folder)
    names = {path.name: _rename(path) for path in sorted(site.glob("figures/*.svg"))}
    if names:
        text = json.dumps(names, separators=(",", ":"))
        (site / NAMES).write_text(text + "\n", encoding="utf-8")
    for path in sorted([*site.rglob("*.html"), *site.glob("*.md")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = _ASSET.sub(rf'\1="\2{folder}/', text)
        text = _FIGURE.sub(lambda found: found[1] + names.get(found[2], found[2]), text)
        path.write_text(text, encoding="utf-8")


def _rename(path):
    """Put the hash of a file before its ending; its new name."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:LENGTH]
    return path.rename(path.with_name(f"{path.stem}.{digest}{path.suffix}")).name


def _hash_of_folder(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            name = path.relative_to(folder).as_posix()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:LENGTH]


if __name__ == "__main__":
    give_names(*sys.argv[1:])
