"""The glossary: each term is defined once, and linked where a chapter first uses it.

docs/glossary.md holds the definitions as `term { #anchor }` with `:   what it means` below it. Its
front matter adds the other forms in which a term is met:

    also: {dead-unit: [dead units, dying unit]}

In a chapter, a term is set in *asterisks* where it is introduced; a stressed word is set in
_underscores_. A word in asterisks that the glossary does not define is a fault.
"""

import html
import re
from dataclasses import dataclass
from functools import lru_cache

from mkdocs.utils import get_relative_url

from bound_numbers import prose_lines
from chapters import DOCS, meta_line, read_chapter
from reading_path import is_chapter
from scripts import BookError

GLOSSARY = DOCS / "glossary.md"
_ENTRY = re.compile(r"(?P<term>\S.*?) \{ #(?P<anchor>[\w-]+) \}")
_STARRED = re.compile(r"(?<![*\w])\*(?![*\s])([^*\n]+?)(?<![\s*])\*(?![*\w])")
# A word inside these is code, a formula, a heading or a link already.
_CLOSED = (
    "pre",
    "code",
    "math",
    "script",
    "style",
    "svg",
    "a",
    "data",
    "summary",
    "h1",
    "h2",
    "h3",
    "h4",
)


@dataclass(frozen=True)
class Term:
    anchor: str
    forms: tuple[str, ...]  # how it is written; the first is its name
    text: str  # what it means, in Markdown
    line: int


def read_glossary():
    """anchor -> Term, in the order of the page. Raises BookError."""
    return _read(GLOSSARY.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(_changed):
    page = read_chapter(GLOSSARY)
    also = page.meta.get("also") or {}
    terms = {}
    for number, line in enumerate(page.lines, start=1):
        match = _ENTRY.fullmatch(line)
        if not match:
            continue
        anchor = match["anchor"]
        following = page.lines[number] if number < len(page.lines) else ""
        if not following.startswith(":   ") or anchor in terms:
            raise BookError(GLOSSARY, number, f"{match['term']}: twice, or without `:   meaning`")
        rest = "\n".join(page.lines[number:])
        meaning = re.split(r"\n\s*\n", rest)[0].removeprefix(":")
        forms = (match["term"], *also.get(anchor, ()))
        terms[anchor] = Term(anchor, forms, " ".join(meaning.split()), number)
    for anchor in also:
        if anchor not in terms:
            raise BookError(GLOSSARY, meta_line(page, f"{anchor}:"), f"no term has #{anchor}")
    return terms


def check_terms(chapters, unused=True):
    """BookErrors: a starred term that nobody defines, a defined one that no page uses."""
    try:
        terms = read_glossary()
    except BookError as error:
        return [error]
    known = {form.lower() for term in terms.values() for form in term.forms}
    problems, prose = [], ""
    for chapter in chapters:
        if chapter.path.suffix != ".md" or chapter.path == GLOSSARY:
            continue
        links_terms = is_chapter(chapter)
        for line, text in prose_lines(chapter):
            prose += text + "\n"
            if not links_terms:
                continue
            for starred in _STARRED.findall(re.sub(r"`[^`]*`|\$[^$]*\$", "", text)):
                if starred.lower() not in known:
                    message = f"the glossary does not define *{starred}* (stress is _{starred}_)"
                    problems.append(BookError(chapter.path, line, message))
    used = " ".join(prose.lower().split())
    for term in terms.values() if unused else ():
        if not any(re.search(rf"\b{re.escape(form.lower())}\b", used) for form in term.forms):
            problems.append(BookError(GLOSSARY, term.line, f"no page uses {term.forms[0]!r}"))
    return problems


def link_terms(html_text, terms, address):
    """Each term as a link to its definition, where the page first uses it."""
    forms = {form.lower(): term for term in terms.values() for form in term.forms}
    pattern = re.compile(rf"\b(?:{'|'.join(_patterns(terms))})\b")
    done = set()

    def one(match):
        term = forms[" ".join(match[0].lower().split())]
        if term.anchor in done:
            return match[0]
        done.add(term.anchor)
        meaning = html.escape(_plain(term.text), quote=True)
        return f'<a class="term" href="{address}#{term.anchor}" title="{meaning}">{match[0]}</a>'

    out, closed = [], []
    for part in re.split(r"(<[^>]+>)", html_text):
        tag = re.match(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", part)
        if tag:
            name = tag[2].lower()
            if name in _CLOSED and not part.endswith("/>"):
                if not tag[1]:
                    closed.append(name)
                elif closed and closed[-1] == name:
                    closed.pop()
            out.append(part)
        elif part.startswith("<"):  # a comment is nothing that is read
            out.append(part)
        else:
            out.append(part if closed else pattern.sub(one, part))
    return "".join(out)


def _patterns(terms):
    """The longest form first; a name (He, Hessian) only as it is written, a word in either case."""
    for form in sorted((f for t in terms.values() for f in t.forms), key=len, reverse=True):
        text = re.escape(form).replace(r"\ ", r"\s+")
        yield text if form[0].isupper() else f"(?i:{text})"


def _plain(markdown):
    """A definition without links and marks, for a tooltip."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"[*`$\\{}]", "", text)


def on_page_content(html_text, page, config, files):
    if not page.file.src_uri.endswith(".md") or "gives" not in page.meta:
        return html_text
    try:
        terms = read_glossary()
    except BookError:  # under `mkdocs serve`; the check of the book says what is wrong
        return html_text
    target = files.get_file_from_path(GLOSSARY.name)
    return link_terms(html_text, terms, get_relative_url(target.url, page.url))
