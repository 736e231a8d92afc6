"""What readers take with them: each notebook and script runs by itself and prints what the page says."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest
from nbclient import NotebookClient

from chapters import DOCS, read_chapter
from downloads import FOLDER, ZIP, has_downloads
from plain_text import blocks_of
from scripts import read_script, script_path

CHAPTERS = [p.stem for p in sorted(DOCS.glob("*.md")) if has_downloads(read_chapter(p))]


def page_outputs(name):
    """section -> what the page says that it prints, of the chapter's own script."""
    chapter = read_chapter(DOCS / f"{name}.md")
    embeds = [fence for fence in chapter.listings if fence.embed]
    return {f.embed[1]: f.output or "" for f in embeds if f.embed[0] == chapter.snippet}


@pytest.fixture(autouse=True)
def one_thread(monkeypatch):
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, "1")


def test_every_chapter_has_downloads(built):
    folder, _ = built
    assert len(CHAPTERS) >= 12
    for name in CHAPTERS:
        page = (folder / name / "index.html").read_text(encoding="utf-8")
        for kind in ("ipynb", "py"):
            assert f'href="../{FOLDER}/{name}.{kind}"' in page
            assert (folder / FOLDER / f"{name}.{kind}").is_file()


def test_a_pdf_is_linked_where_there_is_one_and_nowhere_else(built):
    """A build of one's own has none; the build that is published has it beside the zip."""
    folder, _ = built
    there = (folder / FOLDER / "book.pdf").is_file()
    for name in CHAPTERS:
        page = (folder / name / "index.html").read_text(encoding="utf-8")
        assert (f'href="../{FOLDER}/book.pdf"' in page) == there


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_notebook_restarted_and_run_prints_what_the_page_says(built, tmp_path, name):
    notebook = nbformat.read(built[0] / FOLDER / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()
    printed, drawn = {}, 0
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and output.name == "stdout":
                section = cell.metadata.get("section")
                printed[section] = printed.get(section, "") + output.text
            drawn += output.output_type == "display_data" and "image/svg+xml" in output.data
    shown = page_outputs(name)
    assert {s: printed.get(s, "") for s in shown} == shown
    assert drawn == len(read_chapter(DOCS / f"{name}.md").figures)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_script_runs_alone_in_an_empty_folder(built, tmp_path, name):
    command = [sys.executable, "-I", str(built[0] / FOLDER / f"{name}.py")]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "svg"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    chapter = read_chapter(DOCS / f"{name}.md")
    outputs, rest = page_outputs(name), done.stdout
    for section in read_script(script_path(chapter.snippet)).sections:
        assert rest.startswith(outputs[section]), section
        rest = rest.removeprefix(outputs[section])
    assert rest == ""
    assert {figure.name for figure in chapter.figures} <= {p.stem for p in tmp_path.glob("*.svg")}


def test_the_zip_holds_everything_and_its_scripts_run(built, tmp_path):
    with zipfile.ZipFile(io.BytesIO((built[0] / FOLDER / ZIP).read_bytes())) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        archive.extractall(tmp_path)
    assert {f"notebooks/{name}.ipynb" for name in CHAPTERS} <= names
    assert {f"text/{name}.md" for name in CHAPTERS} <= names
    assert {"LICENSE", "LICENSE-TEXT", "experiments/digits.txt", "snippets/book.mplstyle"} <= names
    for text in tmp_path.glob("text/*.md"):
        for figure in re.findall(r"\]\((figures/[^)]+)\)", text.read_text(encoding="utf-8")):
            assert (tmp_path / "text" / figure).is_file(), figure
    done = subprocess.run(
        [sys.executable, "tanh.py"], cwd=tmp_path / "snippets", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(page_outputs("tanh")["identity"])


def test_the_text_of_a_page_is_clean_markdown(built):
    folder, _ = built
    for path in sorted(folder.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        prose = re.sub(r"```.*?```|`[^`\n]*`|\$[^$]*\$", "", text, flags=re.DOTALL)
        for mark in (
            "<div",
            "<book-",
            "<data",
            "<!--",
            "<span",
            "--8<--",
            "???",
            "[[",
            "///",
            "{ #",
            "[@",
        ):
            assert mark not in prose, (path.name, mark)
        assert text.count("```") % 2 == 0
        assert text.startswith("# ") or path.name == "index.md", path.name
        for target in re.findall(r"(?<!!)\[[^\]]+\]\(([^)#\s]+)", prose):
            if not re.match(r"https?:", target):
                assert (folder / target).exists(), (path.name, target)


def test_llms_txt_lists_every_page_of_text(built):
    folder, _ = built
    text = (folder / "llms.txt").read_text(encoding="utf-8")
    assert text.startswith("# Neurons and Activation Functions\n\n> ")
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", text))
    assert listed == {path.name for path in folder.glob("*.md")}


def test_blocks_of_a_page():
    page = (
        '# Title { #top }\n\nText with `<b>` and <data value="1">one</data>.\n{ .lead }\n\n'
        "![A line.](figures/line.light.svg#only-light){ width=1 .figure }![A line.](figures/x.svg)\n"
        "/// figure-caption\nA caption.\n///\n\n"
        '??? tip "Hint"\n    Inside.\n\n    ```python\n    print(1)\n    ```\n\n'
        "    <!--pytest-codeblocks:expected-output-->\n    ```text\n    1\n    ```\n"
        '\n```markdown\n;--8<-- "x.py:data"\n```\n'
    )
    found = [(b.kind, b.text) for b in blocks_of(page)]
    assert found == [
        ("text", "# Title\n\nText with `<b>` and one."),
        ("figure", "Figure 1. A caption."),
        ("text", "**Hint**\n\nInside."),
        ("listing", "print(1)\n"),
        ("output", "1\n"),
        ("listing", '--8<-- "x.py:data"\n'),
    ]


def test_a_notebook_is_the_same_in_every_build(built):
    for name in CHAPTERS:
        notebook = json.loads((built[0] / FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
        assert [cell["id"] for cell in notebook["cells"]] == [
            f"cell-{number}" for number in range(len(notebook["cells"]))
        ]
        assert all(not cell.get("outputs") for cell in notebook["cells"])
