"""Citations: `[@he2015, eq. 15]` in a chapter, one BibTeX file, one page of references.

The plugin mkdocs-bibtex was considered: it writes footnotes page by page, has no links back from
the list to the places of use, and reports an unknown key without its line. pybtex parses the file
here too; what is left is the few lines below.
"""

import re
from functools import lru_cache

from pybtex.database import parse_file
from pybtex.richtext import Text

from chapters import DOCS, read_pages
from scripts import SNIPPETS, BookError
from sources import page_uri

BIBLIOGRAPHY = DOCS / "bibliography.bib"
PAGE = "bibliography.md"
MARK = "<!-- every reference -->"
_VENUES = ("journal", "booktitle", "publisher", "school", "institution", "howpublished")
_GROUP = re.compile(r"\[(?P<items>@[a-z0-9]+[^\]]*)\]")
# Code is left alone; but a citation may name its place in code: [@keras, `LeakyReLU`].
_GROUP_OR_CODE = re.compile(rf"^```.*?^```|{_GROUP.pattern}|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_ITEM = re.compile(r"@(?P<key>[a-z0-9]+)(?:,\s*(?P<where>.+))?", re.DOTALL)


def read_bibliography(path=BIBLIOGRAPHY):
    """key -> pybtex entry, in the order of the file."""
    return dict(_parse(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=4)
def _parse(path, _changed):
    return parse_file(str(path), bib_format="bibtex").entries.items()


def cited_keys(chapter):
    """(line, key) of each citation of a page."""
    inside = {n for f in chapter.fences for n in range(f.line, f.line + len(f.body) + 2)}
    found = []
    for number, line in enumerate(chapter.lines, start=1):
        if number in inside or number < chapter.body_line:
            continue
        line = re.sub(r"`[^`]*`", "", line)
        for group in _GROUP.finditer(line):
            for item in group["items"].split(";"):
                match = _ITEM.fullmatch(item.strip())
                found.append((number, match["key"] if match else item.strip()))
    return found


def registry_sources():
    """The keys that the registry names as sources of its functions; read, not imported."""
    text = (SNIPPETS / "activations.py").read_text(encoding="utf-8")
    return set(re.findall(r'\bsource="([a-z0-9]+)"', text))


def check_citations(chapters, entries, unused=True):
    """BookErrors: keys that do not exist, and entries that nobody uses."""
    problems, used = [], set()
    for chapter in chapters:
        for line, key in cited_keys(chapter):
            used.add(key)
            if key not in entries:
                message = f"[@{key}] is not in {BIBLIOGRAPHY.name}"
                problems.append(BookError(chapter.path, line, message))
    used |= registry_sources()
    for key in entries if unused else ():
        if key not in used:
            problems.append(BookError(BIBLIOGRAPHY, None, f"entry {key!r} is cited nowhere"))
    return problems


def short_name(entry):
    """Author and year as a sentence uses them: He et al. 2015."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [_plain(" ".join(p.prelast_names + p.last_names)) for p in people]
    if len(names) > 2:
        names = [f"{names[0]} et al."]
    return f"{' and '.join(names)} {entry.fields['year']}"


def full_reference(entry):
    """One entry as a Markdown line: authors, year, title, venue, link."""
    # An address is no TeX: its ~ is no space.
    fields = {
        name: text if name in ("url", "doi") else _plain(text)
        for name, text in entry.fields.items()
    }
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [_plain(str(_given_first(person))) for person in people]
    if len(names) > 8:
        names = [*names[:7], "…", names[-1]]
    stop = "" if fields["title"].endswith("?") else "."
    parts = [f"{', '.join(names)} ({fields['year']}). *{fields['title']}*{stop}"]
    venue = next((fields[kind] for kind in _VENUES if kind in fields), "")
    if "volume" in fields:
        venue += f" {fields['volume']}"
        venue += f"({fields['number']})" if "number" in fields else ""
    if "chapter" in fields:
        venue += f", chapter {fields['chapter']}"
    if "pages" in fields:
        venue += f", {fields['pages'].replace('--', '–')}"
    if venue:
        parts.append(venue + ".")
    if "doi" in fields:
        parts.append(f"[doi:{fields['doi']}](https://doi.org/{fields['doi']})")
    elif "url" in fields:
        parts.append(f"[{re.sub('^https?://', '', fields['url'])}]({fields['url']})")
    return " ".join(parts)


def linked(markdown, entries):
    """The page with each citation as a link to its entry."""

    def one(match):
        if match["items"] is None:
            return match[0]
        items = [_ITEM.fullmatch(item.strip()) for item in match["items"].split(";")]
        if not all(found and found["key"] in entries for found in items):
            return match[0]  # the check of the book reports it, with its line
        shown = []
        for found in items:
            key, where = found["key"], found["where"]
            link = f"[{short_name(entries[key])}]({PAGE}#{key})"
            # "p. 331" stays in one line.
            where = re.sub(
                r"\b(pp?\.|eq\.|fig\.|ch\.|[Tt]able|part) (?=\d)", "\\1\u00a0", where or ""
            )
            shown.append(f"{link}, {where}" if where else link)
        return "(" + "; ".join(shown) + ")"

    return _GROUP_OR_CODE.sub(one, markdown)


def reference_list(chapters, entries, titles):
    """The whole bibliography as Markdown, with links back to each page that uses an entry."""
    uses = {key: [] for key in entries}
    for chapter in chapters:
        for _, key in cited_keys(chapter):
            if key in uses and chapter.path.parent == DOCS and chapter.name not in uses[key]:
                uses[key].append(chapter.name)
    blocks, registry = [], registry_sources()
    for key in sorted(entries, key=lambda k: short_name(entries[k]).lower()):
        back = [f"[{titles[name]}]({name}.md)" for name in uses[key]]
        if key in registry:
            back.append(f"[the registry of functions]({page_uri('activations')})")
        back = ", ".join(back)
        blocks.append(f'- <span id="{key}"></span>{full_reference(entries[key])} Used in: {back}.')
    return "\n".join(blocks)


def on_page_markdown(markdown, page, config, files):
    if page.file.abs_src_path is None or not page.file.src_uri.endswith(".md"):
        return markdown
    entries = read_bibliography()
    if page.file.src_uri == PAGE:
        chapters, _ = read_pages()
        titles = {c.name: _title(c) for c in chapters}
        markdown = markdown.replace(MARK, reference_list(chapters, entries, titles))
    return linked(markdown, entries)


def _title(chapter):
    """The topic of a page: its first heading up to the question."""
    heading = next((line for line in chapter.lines if line.startswith("# ")), chapter.name)
    return re.split(r"[:?]", heading.removeprefix("# "))[0].strip()


def _given_first(person):
    given = [name[0] + "." for name in person.first_names + person.middle_names if name]
    return " ".join(given + person.prelast_names + person.last_names + person.lineage_names)


def _plain(text):
    return str(Text.from_latex(str(text)))
