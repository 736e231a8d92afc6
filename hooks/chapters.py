"""Read the Markdown chapters: front matter, fences, embedded sections, figures.

Nothing here runs code or knows MkDocs: the build, the tests and the command line share it.
Usable alone: `python hooks/chapters.py` lists every listing of the book.
"""

import functools
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from markdown.extensions.toc import slugify

from scripts import NOTEBOOK, ROOT, BookError, read_script, script_path

DOCS = ROOT / "docs"
# The front matter of a chapter is long.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Everything else is either skipped in silence by pytest-codeblocks (py, python title=…) or run by
# it although a person types it (sh, bash).
ALLOWED_FENCES = {"python", "text", "console", "markdown", "yaml", "bibtex"}

_FENCE = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})(?P<info>.*)$")
_EMBED = re.compile(r'^\s*--8<--\s+"(?P<file>[\w-]+)\.py:(?P<section>[\w-]+)"\s*$')
_HEADING = re.compile(r"(?P<marks>#{1,6}) +(?P<text>.*?)\s*(?:\{\s*#(?P<anchor>[\w-]+)\s*\})?\s*")
_OUTPUT_MARK = "<!--pytest-codeblocks:expected-output-->"
FIGURE = re.compile(r"^(?P<indent>[ ]*)!\[(?P<alt>[^\]]*)\]\((?P<name>[\w-]+)\.svg\)\s*$")


@dataclass
class Fence:
    path: Path
    line: int  # of the opening fence, from 1
    info: str
    body: list[str]
    is_output: bool = False  # the expected output of the listing above it
    embed: tuple[str, str] | None = None  # (script, section)
    output: str | None = None  # what the page says this listing prints


@dataclass
class Figure:
    line: int
    name: str
    alt: str


@dataclass(frozen=True)
class Heading:
    line: int
    level: int
    text: str
    anchor: str


@dataclass
class Chapter:
    """One Markdown page: what it declares and what it shows."""

    path: Path
    meta: dict
    body_line: int  # line at which the text after the front matter starts
    lines: list[str]
    fences: list[Fence] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    @property
    def name(self):
        return self.path.stem

    @property
    def snippet(self):
        return self.meta.get("snippet")

    @property
    def listings(self):
        return [fence for fence in self.fences if fence.info == "python"]

    @property
    def scripts(self):
        """Names of all scripts the page shows or takes values and figures from, in order."""
        names = [self.snippet] if self.snippet else []
        names += [fence.embed[0] for fence in self.listings if fence.embed]
        return list(dict.fromkeys(names))


def read_chapter(path, text=None):
    """Parse one Markdown file, or another text in its place.

    Raises BookError for what no reader of the file could accept.
    """
    path = Path(path)
    lines = (path.read_text(encoding="utf-8") if text is None else text).splitlines()
    meta, body_line = _front_matter(path, lines)
    chapter = Chapter(path, meta, body_line, lines)
    _read_fences(chapter)
    inside = {n for f in chapter.fences for n in range(f.line, f.line + len(f.body) + 2)}
    for number, line in enumerate(lines, start=1):
        match = "](" in line and FIGURE.match(line)
        if match and number not in inside:
            chapter.figures.append(Figure(number, match["name"], match["alt"].strip()))
    return chapter


def headings(chapter):
    """The headings of a page, in order."""
    inside = {n for f in chapter.fences for n in range(f.line, f.line + len(f.body) + 2)}
    found = []
    for number, line in enumerate(chapter.lines, start=1):
        match = _HEADING.fullmatch(line)
        if match and number not in inside and number >= chapter.body_line:
            anchor = match["anchor"] or slugify(match["text"], "-")
            found.append(Heading(number, len(match["marks"]), match["text"], anchor))
    return found


def check_chapter(chapter):
    """All that can be wrong with a page before anything is run, as a list of BookErrors."""
    problems = []
    for fence in chapter.fences:
        first = fence.info.split(None, 1)[0] if fence.info.split() else ""
        if fence.info not in ALLOWED_FENCES:
            hint = " (write exactly `python`)" if first in {"py", "python", "python3"} else ""
            allowed = ", ".join(sorted(ALLOWED_FENCES))
            message = f"unknown fence language {fence.info!r}{hint}; allowed: {allowed}"
            problems.append(BookError(fence.path, fence.line, message))
        embeds = [n for n, text in enumerate(fence.body) if "--8<--" in text]
        if not embeds or fence.info != "python":
            continue
        line = fence.line + 1 + embeds[0]
        if fence.embed is None:
            message = 'a listing is one line, --8<-- "script.py:section", or plain code'
            problems.append(BookError(fence.path, line, message))
            continue
        name, section = fence.embed
        try:
            script = read_script(script_path(name))
        except BookError as error:
            if script_path(name).is_file():
                problems.append(error)
            else:
                problems.append(BookError(fence.path, line, f"snippets/{name}.py does not exist"))
            continue
        if section not in script.sections:
            known = ", ".join(script.sections)
            message = f"section {section!r} is not in snippets/{name}.py (it has: {known})"
            problems.append(BookError(fence.path, line, message))
    if chapter.snippet and not script_path(chapter.snippet).is_file():
        message = f"snippets/{chapter.snippet}.py does not exist"
        problems.append(BookError(chapter.path, meta_line(chapter, "snippet:"), message))
    return problems


def read_pages(only=()):
    """(pages that can be read, a BookError for each that cannot); `only` names single pages."""
    chapters, problems = [], []
    for path in [*sorted(DOCS.glob("*.md")), ROOT / "README.md", NOTEBOOK]:
        if only and path.stem not in only:
            continue
        try:
            chapters.append(read_notebook(path) if path == NOTEBOOK else read_chapter(path))
        except BookError as error:
            problems.append(error)
    return chapters, problems


def all_chapters():
    """Every page of the book, for whoever needs all of them. Raises BookError."""
    chapters, problems = read_pages()
    if problems:
        raise problems[0]
    return chapters


def read_notebook(path, text=None):
    """The notebook page as a chapter: its Markdown cells are the prose, itself is the script.

    Its bindings stand under `book:` in the YAML header that jupytext reads.
    """
    lines = (Path(path).read_text(encoding="utf-8") if text is None else text).splitlines()
    end = lines.index("# ---", 1) if lines[0] == "# ---" else -1
    try:
        header = (
            yaml.load("\n".join(line.removeprefix("#")[1:] for line in lines[1:end]), Loader=LOADER)
            or {}
        )
    except yaml.YAMLError as error:
        raise BookError(path, 1, f"header: {getattr(error, 'problem', error)}") from None
    meta = {"snippet": Path(path).stem, **header.get("jupyter", {}).get("book", {})}
    prose, in_markdown = [], False
    for line in lines:
        if line.startswith("# %%"):
            in_markdown = "[markdown]" in line
        shown = in_markdown and line.startswith("#") and not line.startswith("# %%")
        prose.append(" " + line[1:] if shown else "")  # columns stay what they are in the file
    body_line = end + 2
    return Chapter(Path(path), meta, body_line, [*lines[: body_line - 1], *prose[body_line - 1 :]])


def _front_matter(path, lines):
    # A comment serves README.md, where a code host would show front matter as a table.
    closing = {"---": "---", "<!--book": "-->"}.get(lines[0] if lines else "")
    if closing is None:
        return {}, 1
    try:
        end = lines.index(closing, 1)
    except ValueError:
        raise BookError(path, 1, "the front matter never ends") from None
    try:
        meta = _loaded("\n".join(lines[1:end]))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise BookError(path, line, f"front matter: {getattr(error, 'problem', error)}") from None
    return meta, end + 2


@functools.lru_cache(maxsize=4)
def _loaded(text):
    """What YAML says: read once for the thousands of changes to one page of `make mutate`."""
    return yaml.load(text, Loader=LOADER) or {}


def _read_fences(chapter):
    expect_output = False
    lines = chapter.lines
    number = chapter.body_line - 1
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.strip() == _OUTPUT_MARK:
            expect_output = True
            continue
        match = _FENCE.match(line) if line.lstrip()[:3] in ("```", "~~~") else None
        if not match:
            continue
        opened, indent, ticks = number, len(match["indent"]), match["ticks"]
        body = []
        while number < len(lines) and not lines[number].strip().startswith(ticks):
            text = lines[number]
            body.append(text[min(indent, len(text) - len(text.lstrip())) :])
            number += 1
        if number == len(lines):
            raise BookError(chapter.path, opened, "this fence never closes")
        number += 1
        info = match["info"].strip() if ticks[0] == "`" else "~~~" + match["info"].strip()
        fence = Fence(chapter.path, opened, info, body, is_output=expect_output)
        embeds = [_EMBED.match(text) for text in body]
        if len(body) == 1 and embeds[0]:
            fence.embed = (embeds[0]["file"], embeds[0]["section"])
        if expect_output:
            owner = next((f for f in reversed(chapter.fences) if f.info == "python"), None)
            if owner is None or owner is not chapter.fences[-1]:
                raise BookError(chapter.path, opened, "an expected output without a listing above")
            owner.output = "".join(text + "\n" for text in body)
            expect_output = False
        chapter.fences.append(fence)


def meta_line(chapter, start):
    """Line of the front matter that begins with `start` (1 when there is none)."""
    for number, line in enumerate(chapter.lines[: chapter.body_line], start=1):
        if line.strip().startswith(start):
            return number
    return 1


if __name__ == "__main__":
    for page in all_chapters():
        for listing in page.listings:
            embedded = ":".join(listing.embed) if listing.embed else "plain"
            print(f"{page.path.relative_to(ROOT)}:{listing.line}: {embedded}")
