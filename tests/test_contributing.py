"""CONTRIBUTING.md leads from nothing to a new function: its steps, done as they are written."""

import json
import re

import numpy as np
import pytest

from engines import serve
from one_build import figure, in_page
from planted import Copy
from scripts import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAME, TITLE = "squareplus", "Squareplus"
FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<kind>\w+)\n(?P<text>.*?)^(?P=ticks)$", re.DOTALL | re.M)
PLACE = re.compile(r"In\s+`([^`]+)`,\s+(before|after)\s+the\s+line\s+`([^`]+)`:\n\n$")
IN_PAGE = in_page("""async name => {
    const {sliced} = await import("/assets/explore/functions.js");
    return [-3, 0, 5].map(z => sliced(name).map(one => one(z)));
}""")


def steps():
    """(file, before or after, line, text) for each edit, and the commands after all of them."""
    text = GUIDE.split("\n## How do I add an activation function?\n")[1].split("\n## How ")[0]
    edits, commands, end = [], [], 0
    for fence in FENCE.finditer(text):
        if fence["kind"] == "console":
            commands += re.findall(r"^\$ (.+)$", fence["text"], re.M)
        else:
            assert not commands, "the commands come last"
            place = PLACE.search(text[end : fence.start()])
            assert place, f"no place is named for:\n{fence['text']}"
            edits.append((*place.groups(), fence["text"]))
        end = fence.end()
    return edits, commands


def test_the_example_is_not_in_the_book_yet():
    for folder in ("snippets", "docs", "theme", "tests"):
        for path in (ROOT / folder).rglob("*"):
            if (
                path.suffix in {".py", ".md", ".js", ".json"}
                and path.name != "test_contributing.py"
                and "node_modules" not in path.parts  # of `make audit`
            ):
                assert NAME not in path.read_text(encoding="utf-8").lower(), path


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """(the copy after all steps, command -> what it printed)."""
    copy = Copy(tmp_path_factory.mktemp("guide"))
    edits, commands = steps()
    for file, where, line, text in edits:
        copy.insert(file, where, line, text)
    printed = {}
    for command in commands:
        code, printed[command] = copy.console(command)
        assert code == 0, f"$ {command}\n{printed[command]}"
    return copy, printed


@pytest.mark.slow
def test_the_steps_lead_to_a_row_a_curve_an_entry_of_the_explorer_and_tests(done):
    copy, printed = done
    site = copy.root / "site"
    page = (site / "reference" / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<th scope="row"><a href="#(\w+)">([^<]+)</a></th>', page)
    assert (NAME, TITLE) in rows
    card = page.split(f'<h3 id="{NAME}">')[1].split("<h3")[0]
    assert "jax.nn.squareplus(z)" in card
    assert "bibliography/#barron2021" in card
    # The curve, light and dark, and its fingerprint, which `make update` has told of.
    for scheme in ("light", "dark"):
        shown = figure(site, f"reference-{NAME}.{scheme}.svg")
        assert shown in card
        assert "<path" in (site / shown.lstrip("/")).read_text(encoding="utf-8")
    told = f"tests/fingerprints/reference-{NAME}.json: new"
    assert told in printed["make update"]
    fingerprint = json.loads((copy.root / told.split(":")[0]).read_text(encoding="utf-8"))
    assert len(fingerprint["axes"][0]["drawn"]) >= 2
    # The chapter's section.
    chapter = (site / "smooth" / "index.html").read_text(encoding="utf-8")
    assert "Squareplus: softplus without an exponential?" in chapter
    assert '<data value="0.23606797749' in chapter
    # The tests: many of its own in three files, and they have passed.
    chosen = next(command for command in printed if NAME in command)
    assert re.search(r"[0-9]{2,} passed", printed[chosen])
    files = re.findall(r"tests/\S+", chosen)
    code, listed = copy.pytest("--collect-only", "-qq", "-k", NAME, *files)
    assert code == 0, listed
    counts = dict(line.split(": ") for line in listed.strip().splitlines())
    assert counts.keys() == set(files)
    assert sum(map(int, counts.values())) >= 30, listed


@pytest.mark.browser
@pytest.mark.slow
def test_the_explorer_has_the_new_function(done, chromium):
    copy, _ = done
    with serve(copy.root / "site") as address:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(address + "reference/")
        chosen = page.locator("book-explorer select").first
        chosen.select_option(label=TITLE)
        assert TITLE in page.locator("book-explorer").inner_text()
        found = page.evaluate(IN_PAGE, NAME)
        context.close()
    expected = [[(z + np.sqrt(z**2 + 4)) / 2, (1 + z / np.sqrt(z**2 + 4)) / 2] for z in (-3, 0, 5)]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
