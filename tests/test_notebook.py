"""The notebook page: runs alone, agrees with the chapter, and is offered as a valid .ipynb."""

import ast
import json
import runpy

import jupytext
import nbformat
import numpy as np
import pytest

import notebook
from scripts import ROOT
from tools import names_of

PAGE = ROOT / "docs" / notebook.NOTEBOOK


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """The names that the notebook leaves behind when run from top to bottom."""
    return runpy.run_path(str(PAGE))


@pytest.fixture(scope="module")
def chapter():
    return names_of("or_gate")


def test_agrees_with_the_chapter(cells, chapter):
    found = [*cells["weights"].ravel(), cells["bias"]]
    np.testing.assert_allclose(found, chapter["notes_path"][-1], rtol=0, atol=1e-12)
    outputs = cells["outputs"].ravel()
    np.testing.assert_allclose(outputs, chapter["final_outputs"], rtol=0, atol=1e-12)
    assert cells["updates"] == chapter["UPDATES"]
    assert cells["loop"] == chapter["PRINTED_LOOP"]
    assert cells["hidden"] == chapter["before"]


def test_its_last_loop_prints_the_notes_sums(cells, chapter):
    sums = chapter["error_sums"][cells["hidden"] : cells["updates"]]
    np.testing.assert_allclose(cells["error_sums"], sums, rtol=0, atol=1e-14)


def test_needs_numpy_only():
    """It is to be downloaded and run anywhere: nothing of this book may be missing there."""
    imported = set()
    for node in ast.walk(ast.parse(PAGE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert imported == {"numpy"}


def test_the_ipynb_is_valid_and_has_no_outputs():
    document = nbformat.reads(notebook.as_ipynb(PAGE), as_version=4)
    nbformat.validate(document)
    assert document.metadata.kernelspec.name == "python3"
    code = [cell for cell in document.cells if cell.cell_type == "code"]
    assert len(code) > 5
    for cell in code:
        assert cell.outputs == []
        assert cell.execution_count is None


def test_the_ipynb_has_the_cells_of_the_page():
    document = json.loads(notebook.as_ipynb(PAGE))
    found = [(cell["cell_type"], "".join(cell["source"])) for cell in document["cells"]]
    assert found == [(cell.cell_type, cell.source) for cell in jupytext.read(PAGE).cells]
    assert found[0][1].startswith("# Learning OR")


def test_the_ipynb_is_the_same_on_every_build():
    assert notebook.as_ipynb(PAGE) == notebook.as_ipynb(PAGE)
    ids = [cell["id"] for cell in json.loads(notebook.as_ipynb(PAGE))["cells"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.slow
def test_the_ipynb_runs_and_prints_the_digits_of_the_notes(tmp_path):
    import nbclient

    from or_notes import PRINTED_BIAS, PRINTED_OUTPUTS, PRINTED_WEIGHTS

    document = nbformat.reads(notebook.as_ipynb(PAGE), as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(document, timeout=120, resources=resources).execute()
    printed = "".join(
        output.text
        for cell in document.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream"
    )
    for value in (*PRINTED_WEIGHTS, PRINTED_BIAS, *PRINTED_OUTPUTS.values()):
        assert f"{value:.8f}" in printed


def test_printed_chunks_become_one_output():
    """The kernel cuts what a cell prints by the clock: two builds would differ."""
    between = (
        '</pre>\n</div>\n</div>\n<div class="jp-OutputArea-child">\n'
        '<div class="jp-OutputPrompt jp-OutputArea-prompt"></div>\n'
        '<div class="jp-RenderedText jp-OutputArea-output" data-mime-type="text/plain" tabindex="0">\n'
        "<pre>"
    )
    assert notebook._BETWEEN_CHUNKS.sub("", f"<pre>one{between}\ntwo\n</pre>") == (
        "<pre>one\ntwo\n</pre>"
    )
