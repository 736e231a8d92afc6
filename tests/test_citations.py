"""Quoted numbers and sources: each names the place, each key exists, each entry says enough."""

import re

import pytest

from chapters import all_chapters
from citations import (
    check_citations,
    cited_keys,
    full_reference,
    linked,
    read_bibliography,
    short_name,
)

ENTRIES = read_bibliography()
QUOTED = [
    (chapter.name, literal, key)
    for chapter in all_chapters()
    for literal, key in (chapter.meta.get("cited") or {}).items()
]
# Libraries: what is quoted is their version, which is the whole of the reference.
LIBRARIES = {"paszke2019", "jax2018", "keras"}


def paragraphs(name):
    chapter = next(chapter for chapter in all_chapters() if chapter.name == name)
    shown = {n for f in chapter.fences for n in range(f.line, f.line + len(f.body) + 2)}
    lines = enumerate(chapter.lines, start=1)
    body = [line for n, line in lines if n >= chapter.body_line and n not in shown]
    return re.split(r"\n\s*\n", "\n".join(body))


@pytest.mark.parametrize(("page", "literal", "key"), QUOTED)
def test_a_quoted_number_stands_beside_its_source_and_place(page, literal, key):
    stated = re.compile(rf"(?<![\w.,]){re.escape(literal)}(?!\w)")
    for paragraph in paragraphs(page):
        if not stated.search(re.sub(r"\[@[^\]]*\]", "", paragraph)):
            continue
        if key in LIBRARIES or re.fullmatch(r"(19|20)\d\d", literal):
            continue
        assert re.search(rf"@{key}, [^\];]+", paragraph), "no source with a place in this paragraph"


def test_versions_of_libraries_are_quoted_on_a_page_that_cites_them():
    for page, _, key in QUOTED:
        assert any(f"@{key}" in paragraph for paragraph in paragraphs(page)), (page, key)


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_says_who_when_what_and_where(key):
    entry = ENTRIES[key]
    assert entry.persons, "no author"
    assert re.fullmatch(r"\d{4}", entry.fields["year"])
    assert entry.fields["title"]
    venues = (
        "journal",
        "booktitle",
        "publisher",
        "institution",
        "school",
        "howpublished",
        "url",
        "doi",
    )
    assert any(field in entry.fields for field in venues)
    addresses = re.findall(r"\]\((.+?)\)(?:$| )", full_reference(entry))
    given = entry.fields.get("doi") or entry.fields.get("url")
    assert len(addresses) == (given is not None)
    for url in addresses:
        assert url.startswith("https://")
        assert url.endswith(given), "not the address of the entry"


def test_nobody_is_cited_who_is_not_there():
    assert check_citations(all_chapters(), ENTRIES) == []


def test_an_unused_entry_and_an_unknown_key_are_found():
    chapters = all_chapters()
    more = ENTRIES | {"nobody1999": ENTRIES["he2015"]}
    assert ["nobody1999" in str(p) for p in check_citations(chapters, more)] == [True]
    fewer = {key: entry for key, entry in ENTRIES.items() if key != "he2015"}
    problems = [str(p) for p in check_citations(chapters, fewer)]
    assert problems
    assert all("[@he2015] is not in bibliography.bib" in p for p in problems)
    assert any(re.match(r"docs/leaky-relu\.md:\d+: ", p) for p in problems)


def test_citations_become_links_and_code_stays():
    text = linked("As shown [@he2015, eq. 15; @maas2013], not `[@he2015]`.", ENTRIES)
    assert text == (
        "As shown ([He et al. 2015](bibliography.md#he2015), eq.\u00a015; "
        "[Maas et al. 2013](bibliography.md#maas2013)), not `[@he2015]`."
    )
    assert short_name(ENTRIES["goodfellow2016"]) == "Goodfellow et al. 2016"


def test_every_chapter_cites_something():
    # These state nothing that the chapters do not: they lead to them, gather from them, or show figures.
    others = ("index", "README", "or-notebook", "glossary", "verdicts", "teaching")
    for chapter in all_chapters():
        if chapter.name not in others:
            assert cited_keys(chapter), chapter.name


def test_a_citation_may_name_its_place_in_code():
    entries = read_bibliography()
    key = next(iter(entries))
    text = f"See [@{key}, `f` and `g`]; not `[@{key}]`."
    found = linked(text, entries)
    assert f"#{key}), `f` and `g`)" in found
    assert f"`[@{key}]`" in found
