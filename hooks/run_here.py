"""Run it here: each listing of a page can be run by the reader, in the browser.

The site gets the Python of python_runtime.py, and one archive of all that the listings need: the
scripts, the results of the experiments, and the program that runs them (theme/python/). A page says of
each listing which section of which script it is; theme/assets/run.js does the rest. The archive holds
the scripts in the folders they have here, so that they find each other.

Usable alone: `python hooks/run_here.py ARCHIVE` writes the archive.
"""

import io
import json
import logging
import re
import sys
import zipfile
from pathlib import Path

import yaml
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

import python_runtime
from chapters import read_chapter
from scripts import ROOT, BookError

PROGRAM = ROOT / "theme" / "python"
LONG = ROOT / "hooks" / "long_listings.yml"  # about how many seconds each of these takes
ARCHIVE = f"{python_runtime.FOLDER}/book.zip"
LIST = f"{python_runtime.FOLDER}/files.json"
_LISTING = re.compile(r'<div class="language-python highlight">')

log = logging.getLogger("mkdocs.hooks.run_here")
_state = {"failed": None, "on": False}


def contents():
    """The files of the archive, in order."""
    files = [*ROOT.glob("snippets/*.py"), ROOT / "snippets" / "book.mplstyle"]
    files += [*ROOT.glob("experiments/*.json"), *ROOT.glob("experiments/*.txt")]
    files += [ROOT / "hooks" / "scripts.py", *PROGRAM.glob("*.py")]
    return sorted(files)


def archive():
    """All that the listings need, as bytes: the same for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        for path in contents():
            entry = zipfile.ZipInfo(path.relative_to(ROOT).as_posix())  # dated 1980
            zipped.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def long_listings():
    """ "script:section" -> about how many seconds it takes in the browser."""
    return yaml.safe_load(LONG.read_text(encoding="utf-8")) or {}


def on_files(files, config):
    _state["on"] = False
    try:
        folder = python_runtime.provide() if _state["failed"] is None else None
    except python_runtime.Missing as error:
        _state["failed"] = str(error)  # once: `mkdocs serve` shall not ask again at each save
    except python_runtime.WrongSum as error:
        raise PluginError(str(error)) from None
    if _state["failed"] is not None:
        log.info(f"No Python for the browser, so no listing has Run: {_state['failed']}")
        return files
    _state["on"] = True
    for name in python_runtime.sums():
        uri = f"{python_runtime.FOLDER}/{python_runtime.VERSION}/{name}"
        files.append(File.generated(config, uri, abs_src_path=str(folder / name)))
    content = archive()
    files.append(File.generated(config, ARCHIVE, content=content))
    runtime = python_runtime.sizes(folder).items()
    sizes = {f"{python_runtime.VERSION}/{name}": size for name, size in runtime}
    sizes[Path(ARCHIVE).name] = len(content)
    files.append(File.generated(config, LIST, content=json.dumps(sizes)))
    return files


def on_page_content(html, page, config, files):
    path = Path(page.file.abs_src_path or "")
    if not _state["on"] or path.suffix != ".md":
        return html
    try:
        chapter = read_chapter(path)
    except BookError:  # under `mkdocs serve`; the page says what is wrong
        return html
    return marked(html, chapter)


def marked(html, chapter):
    """The page with each listing's script and section in its `data-run`."""
    listings, slow = iter(chapter.listings), long_listings()

    def mark(match):
        listing = next(listings)
        if listing.embed is None:
            return match[0]
        key = ":".join(listing.embed)
        seconds = f' data-seconds="{slow[key]}"' if key in slow else ""
        return f'{match[0][:-1]} data-run="{key}"{seconds}>'

    shown = len(_LISTING.findall(html))
    if shown != len(chapter.listings):
        # A page that `mkdocs serve` shows with a fault has none.
        return html if not shown else _miscounted(chapter, shown)
    return _LISTING.sub(mark, html)


def _miscounted(chapter, shown):
    raise PluginError(
        f"{chapter.path}: {shown} listings on the page, {len(chapter.listings)} in it"
    )


def main(target):
    Path(target).write_bytes(archive())


if __name__ == "__main__":
    main(*sys.argv[1:])
