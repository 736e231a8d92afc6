"""Every page against its code: listings, outputs, figures, numbers, citations."""

import re
import subprocess
import sys

import pytest

import book
import chapters
from scripts import NOTEBOOK, ROOT, SNIPPETS, read_script, shown


@pytest.fixture(scope="module")
def checked():
    return book.check()


def test_nothing_is_wrong(checked):
    assert not checked.problems, "\n" + "\n".join(str(problem) for problem in checked.problems)


# A page that cannot be read is told by the test above.
@pytest.mark.parametrize(
    "path", [c.path for c in chapters.read_pages()[0]], ids=lambda path: path.stem
)
def test_a_page_can_be_checked_alone(path, capsys):
    """Also one that shows figures of another page's script, as most show the explorer's."""
    assert book.main([path.stem]) == 0, capsys.readouterr().err


def test_a_figure_that_no_script_makes_is_a_fault_of_the_single_page_too(monkeypatch):
    whole = chapters.read_chapter(ROOT / "docs" / "relu.md")
    whole.figures.append(
        chapters.Figure(1, "explorer-nothing", "An alternative text that is long enough.")
    )
    monkeypatch.setattr(
        book, "read_pages", lambda only=(): ([whole], []) if only else chapters.read_pages()
    )
    (problem,) = book.check(only=["relu"]).problems
    assert "no snippet makes the figure explorer-nothing.svg" in problem.message


def test_blocks_run_equal_fences_in_the_sources():
    """pytest collects exactly the fences that a plain search finds: none is skipped in silence."""
    wanted = []
    for path in [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if re.match(r"^\s*(`{3,}|~{3,})\s*\W*(python|py)\b", line):
                wanted.append(f"{shown(path)}::line {number}")
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "docs", "README.md"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    found = re.findall(r"^\S+\.md::line \d+$", done.stdout, flags=re.MULTILINE)
    assert sorted(found) == sorted(wanted)
    assert len(wanted) > 60


def test_every_page_is_read():
    pages = {chapter.path for chapter in chapters.all_chapters()}
    assert pages == {*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", NOTEBOOK}


def test_listings_fit_on_a_page():
    listings = {f.embed for chapter in chapters.all_chapters() for f in chapter.listings if f.embed}
    for name, section in listings:
        lines = read_script(SNIPPETS / f"{name}.py").source(section).splitlines()
        assert len(lines) <= 45, f"{name}:{section} has {len(lines)} lines"
        assert max(map(len, lines)) <= 100, f"{name}:{section}"


@pytest.mark.parametrize("path", sorted(SNIPPETS.glob("*.py")), ids=lambda path: path.stem)
def test_snippets_import_only_what_the_book_allows(path):
    allowed = {"numpy", "matplotlib"} | {other.stem for other in SNIPPETS.glob("*.py")}
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"^\s*(?:from|import)\s+(\w+)", text, flags=re.MULTILINE):
        assert name in allowed or name in sys.stdlib_module_names


def test_a_script_runs_by_itself(tmp_path):
    script = SNIPPETS / "tanh.py"
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0
    assert (tmp_path / "tanh-and-sigmoid.svg").is_file()
