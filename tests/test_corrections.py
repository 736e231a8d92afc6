"""The corrections: each leads to the listing that shows it, or to the source that settles it."""

import re

import pytest

from chapters import DOCS, read_chapter

CHAPTER = read_chapter(DOCS / "corrections.md")
PARTS = re.split(r"^### ", "\n".join(CHAPTER.lines), flags=re.MULTILINE)[1:]
CORRECTIONS = {part.splitlines()[0]: part.split("\n## ")[0] for part in PARTS}


def section_of(page, anchor):
    """The lines of a page from the heading with this anchor to the next heading as high."""
    lines = read_chapter(DOCS / page).lines
    start, level = None, 0
    for number, line in enumerate(lines):
        match = re.match(r"(#+) (.*)", line)
        if not match:
            continue
        if start is not None and len(match[1]) <= level:
            return lines[start:number]
        if anchor in (slug(match[2]), *re.findall(r"\{ ?#([\w-]+) ?\}", match[2])):
            start, level = number, len(match[1])
    return lines[start:] if start is not None else []


def slug(heading):
    """The anchor that Python-Markdown makes of a heading."""
    text = re.sub(r"[^\w\s-]", "", heading.encode("ascii", "ignore").decode()).strip().lower()
    return re.sub(r"[-\s]+", "-", text)


@pytest.mark.parametrize("title", CORRECTIONS)
def test_each_correction_is_settled(title):
    """By a citation, or by a linked section that holds a listing or cites a source."""
    text = CORRECTIONS[title]
    if re.search(r"\[@\w+", text):
        return
    targets = re.findall(r"\]\(([\w-]+\.md)#([\w-]+)\)", text)
    assert targets, "no link to a section and no source"
    proofs = [section_of(page, anchor) for page, anchor in targets]
    assert any(any("--8<--" in line or "[@" in line for line in section) for section in proofs), (
        "no linked section runs or cites anything"
    )


def test_all_are_there():
    assert len(CORRECTIONS) >= 25
