"""Spelling and style of what people read: British words, no clichés, no doubled words, no shouting."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bound_numbers import prose_lines
from chapters import all_chapters, read_chapter
from scripts import ROOT, shown

TOOLS = Path(sys.executable).parent
READ = ["docs", "README.md", "snippets", "hooks", "tests", "theme", "experiments", "Makefile"]
# What proselint would have otherwise, and this book means: its own words for gates, lines and death.
ACCEPTED = {"for ever", "and and", "draw the line"}
# Quotes and dashes are Markdown's business; a range of updates is taken for one of years.
RULES_LEFT_OUT = ("typography.", "dates_times.dates.dash_and_from")
LONGEST = 45  # words in a sentence
# Fillers, and words that take a reader by the hand or praise what is shown.
UNWANTED = re.compile(
    r"\b(let's|let us|note that|it is worth noting|obviously|of course|amazing|powerful|simply|"
    r"basically|essentially|delve|leverage|utili[sz]e|in order to|as you can see)\b|!(?=\s|$)",
    re.IGNORECASE,
)
_OPAQUE = re.compile(r"\$\$.*?\$\$|\$[^$\n]*\$|`[^`]*`", re.DOTALL)
_LAYOUT = re.compile(r"^\s*(?:\?\?\?|!!!|///).*$", re.MULTILINE)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"", re.DOTALL)


def prose(chapter):
    """A page's sentences, each on the line where it stands; a formula or code is one long word."""
    text = "\n".join(line for _, line in prose_lines(chapter))
    text = _OPAQUE.sub(lambda match: re.sub(r"[^\n]", "x", match[0]), text)
    # A heading ends like a sentence: its last word may begin the next one.
    return re.sub(r"^(#+ .*?)\s*$", r"\1.", _LAYOUT.sub("", text), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def pages():
    return {chapter.path: prose(chapter) for chapter in all_chapters()}


def misspelt(*paths):
    # The settings by name: for a page outside of the project it would look beside that page.
    command = [str(TOOLS / "typos"), "--config", "pyproject.toml", "--format", "json", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 2), done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        f"{one['path']}:{one['line_num']}: {one['typo']} → {', '.join(one['corrections'])}"
        for one in found
        if one["type"] == "typo"
    ]


def unclear(pages, folder):
    """What proselint has against some pages, as `page:line: rule: text`."""
    names = {}
    for number, (path, text) in enumerate(pages.items()):
        file = folder / f"{number}.md"
        file.write_text(text, encoding="utf-8")
        names[file.name] = shown(path)
    command = [str(TOOLS / "proselint"), "check", *(str(folder / name) for name in names)]
    done = subprocess.run(command, capture_output=True, text=True)
    found = []
    for file, line, message in re.findall(r"([^/\n]+\.md):(\d+):\d+: (.+)", done.stdout):
        if message.startswith(RULES_LEFT_OUT):
            continue
        quoted = re.search(r"(?<!\w)'(.*?)'", message)
        said = " ".join(quoted[1].lower().split()) if quoted else ""
        if said not in ACCEPTED and "xx" not in said:
            found.append(f"{names[file]}:{line}: {message}")
    assert done.returncode in (0, 1), done.stderr
    return found


def test_words_are_spelt_as_in_britain():
    assert not misspelt(*READ)


def test_nothing_reads_badly(pages, tmp_path):
    assert not unclear(pages, tmp_path)


def test_no_filler_and_no_exclamation(pages):
    for path, text in pages.items():
        for number, line in enumerate(_QUOTED.sub("", text).splitlines(), start=1):
            found = UNWANTED.search(line)
            assert not found, f"{shown(path)}:{number}: {found[0]}"


def sentences(text):
    blocks = re.split(r"\n\s*\n|\n\s*[-*|#] |\n\s*\d+\. ", text)
    return [s for block in blocks for s in re.split(r"(?<=[.?:;])\s+", " ".join(block.split()))]


def test_sentences_are_short(pages):
    for path, text in pages.items():
        for sentence in sentences(text):
            assert len(sentence.split()) <= LONGEST, f"{shown(path)}: {sentence}"


def test_faults_are_found(tmp_path):
    page = tmp_path / "page.md"
    wrong = "te" + "h"  # in two parts, so that it is not found in this very file
    page.write_text(f"# Colours\n\nThe the color of {wrong} line, at this point in time.\n")
    found = [line.split(": ")[-1] for line in misspelt(str(page))]
    assert found == ["color → colour", f"{wrong} → the"]
    found = "\n".join(unclear({page: prose(read_chapter(page))}, tmp_path))
    assert "lexical_illusions" in found
    assert "at this point in time" in found
