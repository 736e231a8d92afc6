"""Take it with you: each chapter as a notebook, as a plain script and as Markdown; one zip of all.

Made from the same sources as the page, at the end of the build. A notebook follows the page: its
prose, its listings as cells, and between them, folded, the code that the page does not show. A
script is the chapter's own, with the book's modules in front of it. Both run anywhere: what they
import from the book they bring along and write to a folder of their own.

Usable alone: `python hooks/downloads.py relu` writes relu.ipynb and relu.py here.
"""

import io
import json
import os
import re
import sys
import time
import zipfile
from pathlib import Path

import nbformat
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority

from chapters import read_chapter
from experiments import FOLDER as EXPERIMENTS
from plain_text import as_markdown, blocks_of
from reading_path import is_chapter
from run_snippets import imported_snippets
from scripts import ROOT, SNIPPETS, BookError, contents, read_script, script_path, shown

FOLDER = "downloads"
ZIP = "neurons-and-activation-functions.zip"
MODULES = {SNIPPETS: "snippets", EXPERIMENTS: "experiments"}
QUOTES = "'" * 3
REQUIREMENTS = "numpy matplotlib"

_state = {"markdown": {}}


# ---------------------------------------------------------------------------- what a chapter needs


def files_for(first, drawers=()):
    """The files of the book that a chapter's script reads or imports, and those that draw for it."""
    read = {first, *drawers}
    read |= {other for path in read for other in imported_snippets(path)}
    found = read - {first}
    if SNIPPETS / "plotting.py" in found:
        found.add(SNIPPETS / "book.mplstyle")
    # A result or a data set is named by a string: load("depth_layers"), "digits.txt".
    named = {text for path in read for text in contents(path.read_text(encoding="utf-8")).strings}
    for path in EXPERIMENTS.iterdir():
        if path.suffix == ".json" and path.stem in named:
            found.add(path)
        if path.suffix == ".txt" and path.name in named:
            found.add(path)
    return sorted(found)


def bring_along(files):
    """Code that writes the book's own files to a new folder and lets Python import from it."""
    lines = [
        "# The book's own modules, and the results that it loads: what follows imports them.",
        "import pathlib",
        "import sys",
        "import tempfile",
        "",
        "FILES = {}",
    ]
    for path in files:
        text = path.read_text(encoding="utf-8")
        if QUOTES in text or text.endswith("\\"):
            raise BookError(path, None, f"{QUOTES} in it: it cannot be brought along as one string")
        name = f"{MODULES[path.parent]}/{path.name}"
        lines.append(f'FILES["{name}"] = r{QUOTES}{text}{QUOTES}')
    lines += [
        "",
        'book_folder = pathlib.Path(tempfile.mkdtemp(prefix="book-"))',
        "for file_name, file_text in FILES.items():",
        "    path = book_folder / file_name",
        "    path.parent.mkdir(exist_ok=True)",
        '    path.write_text(file_text, encoding="utf-8")',
        'sys.path.insert(0, str(book_folder / "snippets"))',
    ]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------------------- notebook and script


def about(title, address):
    """The first lines of a download: what it is, from where, and under which licence."""
    source = f", {address}" if address else ""
    return [
        f"{title}",
        f'A chapter of "Neurons and Activation Functions"{source}.',
        f"It needs Python 3.11 or newer and: pip install {REQUIREMENTS}",
        "Code: MIT licence. Text and figures: CC BY 4.0.",
    ]


def own_scripts(chapter):
    """The chapter's script, and after it those that draw figures for it."""
    first = script_path(chapter.snippet)
    others = (script_path(name) for name in chapter.scripts if name != chapter.snippet)
    drawers = [path for path in others if first in imported_snippets(path)]
    # A figure is named after the script that draws it.
    for figure in chapter.figures:
        if not figure.name.startswith(_prefix(first)):
            drawers += [p for p in SNIPPETS.glob("*.py") if figure.name.startswith(_prefix(p))]
    return [first, *sorted(set(drawers))]


def _prefix(path):
    return path.stem.replace("_", "-") + "-"


def as_script(chapter, address=""):
    """The chapter's script, ready to run: the book's modules first, then the script as it is."""
    first, *drawers = own_scripts(chapter)
    head = "".join(f"# {line}\n" for line in about(_title(chapter), address))
    parts = [head, bring_along(files_for(first, drawers)), first.read_text(encoding="utf-8")]
    if drawers:
        parts.append(draw(first, drawers))
    return "\n\n".join(parts)


def draw(first, drawers):
    """Code that runs the scripts which draw a chapter's figures from what it has computed."""
    imports = "".join(f"import {path.stem}  # noqa: E402, F401\n" for path in drawers)
    return (
        "# The figures are drawn by a script of their own, from what stands above.\n"
        f'sys.modules["{first.stem}"] = sys.modules["__main__"]\n{imports}'
    )


class _Notebook:
    """Cells in the order of the page; code that the page does not show stands folded between."""

    def __init__(self, chapter, blocks, address, link):
        self.chapter, self.link = chapter, link
        self.script = read_script(script_path(chapter.snippet))
        self.lines = self.script.text.splitlines()
        self.done = 0  # lines of the script that have run
        self.cells = []
        first, *drawers = own_scripts(chapter)
        _, *rest = about(_title(chapter), address)
        self.text("\n\n".join(rest))
        self.code(bring_along(files_for(first, drawers)), folded=True)
        for block in blocks:
            self.add(block)
        self.catch_up(len(self.lines))
        if drawers:
            self.code(draw(first, drawers), folded=True)
        self.figures([b for b in blocks if b.kind == "figure"])

    def text(self, text):
        if self.cells and self.cells[-1]["cell_type"] == "markdown":
            self.cells[-1]["source"] += "\n\n" + text
        else:
            self.cells.append(nbformat.v4.new_markdown_cell(text))

    def code(self, text, folded=False, section=None):
        if not text.strip():
            return
        cell = nbformat.v4.new_code_cell(text.strip("\n"))
        if folded:
            cell["metadata"]["jupyter"] = {"source_hidden": True}
        if section:
            cell["metadata"]["section"] = section
        self.cells.append(cell)

    def add(self, block):
        if block.kind == "text":
            self.text(_with_links(block.text, self.link))
        elif block.kind == "figure":
            self.text(f"_{_with_links(block.text, self.link)}_ (Drawn at the end.)")
        elif block.kind == "listing" and block.embed and block.embed[0] == self.script.name:
            self.listing(block)
        elif block.kind == "listing":
            self.text(f"```{block.language}\n{block.text}```")

    def listing(self, block):
        section = self.script.sections[block.embed[1]]
        if section.start <= self.done:
            # The page shows it later than the script runs it: it runs again, here.
            self.code(block.text, section=section.name)
            return
        self.catch_up(section.start)
        self.code(block.text, section=section.name)
        self.done = section.end

    def catch_up(self, line):
        """Run what the page does not show, or shows later, up to a line of the script."""
        hidden = [t for t in self.lines[self.done : line] if not t.lstrip().startswith("# --8<--")]
        text = "\n".join(hidden)
        later = any(self.done < s.start < line for s in self.script.sections.values())
        # What a later cell prints is printed there.
        self.code(("%%capture\n" if later and text.strip() else "") + text.strip("\n"), folded=True)
        self.done = max(self.done, line)

    def figures(self, shown):
        if not shown:
            return
        self.text("## The figures")
        self.code("from IPython.display import SVG, display")
        for block in shown:
            self.text(_with_links(block.text, self.link))
            self.code(f'display(SVG("{block.figure[0]}.svg"))')


def as_notebook(chapter, blocks, address="", link=lambda target: target):
    """The chapter as the text of an .ipynb file, without outputs: the reader's run makes them."""
    cells = _Notebook(chapter, blocks, address, link).cells
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # nbformat draws random ids: a rebuild would differ
    notebook = nbformat.v4.new_notebook(cells=cells)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook["metadata"]["kernelspec"] = kernel
    nbformat.validate(notebook)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _title(chapter):
    return next(line for line in chapter.lines if line.startswith("# ")).removeprefix("# ").strip()


_LINK = re.compile(r"(?<!\!)\[([^\]]+)\]\(([^)\s]+)\)")


def _with_links(text, link):
    """Links between pages of the book, as whoever reads the text elsewhere can follow them."""
    return _LINK.sub(lambda m: link_text(m[1], link(m[2])), text)


def link_text(text, target):
    return f"[{text}]({target})" if target else text


# ---------------------------------------------------------------------------- at the end of a build


def has_downloads(chapter):
    """The chapters proper; the notebook page is a notebook already."""
    return bool(chapter.snippet) and is_chapter(chapter)


@event_priority(-100)  # when all others have filled in what they compute
def on_page_markdown(markdown, page, config, files):
    path = page.file.abs_src_path
    if path and path.endswith(".md") and not markdown.startswith("# This page has a fault"):
        _state["markdown"][page.file.src_uri] = (page, markdown)
        name = Path(path).stem
        page.meta["text_file"] = f"{name}.md"
        if has_downloads(read_chapter(path)):
            page.meta["downloads"] = {kind: f"{FOLDER}/{name}.{kind}" for kind in ("ipynb", "py")}
    return markdown


def on_pre_build(config):
    _state["markdown"] = {}


@event_priority(-50)  # before the service worker lists all files
def on_post_build(config):
    site = Path(config.site_dir)
    (site / FOLDER).mkdir(exist_ok=True)
    base = config.site_url or ""
    pages, texts = _state["markdown"], {}
    for uri, (page, markdown) in pages.items():
        blocks = blocks_of(markdown)
        texts[uri] = _linked_text(blocks, pages)
        (site / uri).write_text(texts[uri], encoding="utf-8")
        chapter = read_chapter(page.file.abs_src_path)
        if not has_downloads(chapter):
            continue
        address = base + page.url if base else ""

        def link(target, here=page):
            return _absolute(target, base, pages)

        try:
            notebook, script = (
                as_notebook(chapter, blocks, address, link),
                as_script(chapter, address),
            )
        except BookError as error:
            raise PluginError(str(error)) from None
        (site / FOLDER / f"{chapter.name}.ipynb").write_text(notebook, encoding="utf-8")
        (site / FOLDER / f"{chapter.name}.py").write_text(script, encoding="utf-8")
    (site / "llms.txt").write_text(overview(config, pages), encoding="utf-8")
    (site / FOLDER / ZIP).write_bytes(everything(site, texts))


def _page_address(target, pages):
    """Where a link of a page's Markdown leads, seen from the site's root; None if it leaves it."""
    if re.match(r"[a-z]+:|#", target):
        return None
    path, _, anchor = target.partition("#")
    anchor = f"#{anchor}" if anchor else ""
    if path in pages:
        return pages[path][0].url + anchor
    return re.sub(r"\.(md|py)$", "/", path) + anchor


def _absolute(target, base, pages):
    """A link as it works outside the site; nothing where the site has no address."""
    inside = _page_address(target, pages)
    if inside is None:
        return "" if target.startswith("#") else target
    return base + inside if base else ""


def _linked_text(blocks, pages):
    """A page as Markdown beside the others: links to pages lead to their Markdown."""

    def link(target):
        path = target.partition("#")[0]
        inside = _page_address(target, pages)
        return target if inside is None or path in pages else inside

    prose = [
        block if block.kind != "text" else type(block)("text", _with_links(block.text, link))
        for block in blocks
    ]
    return as_markdown(prose, lambda name: f"figures/{name}.light.svg")


def overview(config, pages):
    """llms.txt: what the book is, and each page as Markdown, in the order of the contents."""
    base = config.site_url or ""
    lines = [f"# {config.site_name}", "", f"> {config.site_description}", ""]
    for part in config.nav:
        (heading, entries), *_ = part.items()
        entries = [{heading: entries}] if isinstance(entries, str) else entries
        lines += [f"## {heading}", ""] if len(entries) > 1 else []
        for entry in entries:
            (title, uri), *_ = entry.items()
            if uri in pages:
                description = pages[uri][0].meta.get("description", "")
                lines.append(
                    f"- [{title}]({base}{uri})" + (f": {description}" if description else "")
                )
        lines += [""] if len(entries) > 1 else []
    return "\n".join(lines).rstrip("\n") + "\n"


def everything(site, texts):
    """The zip of all: notebooks, scripts, results, figures, the text of each page, the licences."""
    files = {f"text/{uri}": text.encode() for uri, text in texts.items()}
    for path in sorted((site / FOLDER).glob("*.ipynb")):
        files[f"notebooks/{path.name}"] = path.read_bytes()
    for folder, name in MODULES.items():
        for path in sorted(folder.iterdir()):
            if path.suffix in {".py", ".json", ".txt", ".mplstyle"}:
                files[f"{name}/{path.name}"] = path.read_bytes()
    for path in sorted((site / "figures").glob("*.light.svg")):
        files[f"text/figures/{path.name}"] = path.read_bytes()
    for name in ("LICENSE", "LICENSE-TEXT"):
        files[name] = (ROOT / name).read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            # One date for all, or two builds of one commit would differ.
            entry = zipfile.ZipInfo(name, _date())
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, files[name], compresslevel=9)
    return packed.getvalue()


def _date():
    """The date of the entries: SOURCE_DATE_EPOCH, or the first that a zip can hold."""
    stamp = os.environ.get("SOURCE_DATE_EPOCH")
    return time.gmtime(max(int(stamp), 315532800))[:6] if stamp else (1980, 1, 1, 0, 0, 0)


def main(names):
    for name in names:
        chapter = read_chapter(ROOT / "docs" / f"{name}.md")
        blocks = blocks_of("\n".join(chapter.lines[chapter.body_line - 1 :]))
        Path(f"{name}.ipynb").write_text(as_notebook(chapter, blocks), encoding="utf-8")
        Path(f"{name}.py").write_text(as_script(chapter), encoding="utf-8")
        print(f"{name}.ipynb, {name}.py, from {shown(chapter.path)}")


if __name__ == "__main__":
    main(sys.argv[1:])
