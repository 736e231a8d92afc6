"""The one notebook page: mkdocs-jupyter runs it, this makes it fit the site.

What is mended: half a megabyte of JupyterLab's own CSS, and scripts that load MathJax and Mermaid
from elsewhere, are cut out; a cell that raises gives one readable message; the page offers the
notebook as .ipynb.
"""

import json
import re
from pathlib import Path

import jupytext
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from nbconvert.preprocessors import CellExecutionError

from scripts import BookError

NOTEBOOK = "or-notebook.py"

# What a cell prints comes from the kernel in chunks, cut wherever the clock wanted it; each would be
# an output of its own. What stands between two of them goes, so that every build is the same.
_BETWEEN_CHUNKS = re.compile(
    r'</pre>\s*</div>\s*</div>\s*<div class="jp-OutputArea-child">\s*'
    r'<div class="jp-OutputPrompt[^>]*></div>\s*<div class="jp-RenderedText[^>]*>\s*<pre>'
)


def on_files(files, config):
    source = files.get_file_from_path(NOTEBOOK)
    if source:
        name = NOTEBOOK.replace(".py", ".ipynb")
        files.append(File.generated(config, name, content=as_ipynb(source.abs_src_path)))
    return files


def as_ipynb(path):
    """The notebook as .ipynb text, without outputs: the reader's run makes them."""
    notebook = jupytext.read(path)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # jupytext draws random ids: a rebuild would differ
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["kernelspec"] = kernel
    notebook.metadata.pop("book", None)  # our bindings of its numbers are no reader's concern
    return json.dumps(json.loads(jupytext.writes(notebook, fmt="ipynb")), indent=1) + "\n"


def on_page_markdown(markdown, page, config, files):
    if page.file.src_uri == NOTEBOOK:
        render = page.render

        def render_with_clear_error(*args):
            try:
                render(*args)
            except CellExecutionError as error:
                raise PluginError(str(_located(page.file.abs_src_path, error))) from None

        page.render = render_with_clear_error
    return markdown


def on_page_content(html, page, config, files):
    if page.file.src_uri != NOTEBOOK:
        return html
    html = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL)
    html = re.sub(r"<link\b[^>]*>|<!--.*?-->", "", html, flags=re.DOTALL)
    html = re.sub(r"<clipboard-copy\b.*?</clipboard-copy>", "", html, flags=re.DOTALL)
    # A second copy of each cell's code, for that button, and ids that differ in each build.
    html = re.sub(r'<div class="clipboard-copy-txt".*?</div>', "", html, flags=re.DOTALL)
    html = re.sub(r' id="cell-id=\w+"', "", html)
    html = re.sub(r'<a class="anchor-link" href="(#[^"]*)">¶</a>', "", html)
    return _BETWEEN_CHUNKS.sub("", html).replace("highlight-ipynb", "highlight")


def _located(path, error):
    """The cell that raised, as a line of the source file."""
    failed = str(error).split("------------------")[1].strip("\n")
    text = Path(path).read_text(encoding="utf-8")
    at = text.find(failed)
    line = text[:at].count("\n") + 1 if at >= 0 else None
    return BookError(path, line, f"this notebook cell raises {error.ename}: {error.evalue}")
