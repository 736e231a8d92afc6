"""One page of the site for each script of snippets/, and where on it a value or figure is made."""

import ast
import re
from functools import lru_cache

from scripts import NOTEBOOK, shown


def page_uri(name):
    return f"code/{name}.md"


def page_markdown(script):
    """A script as a page: the whole file, each line with an anchor. Kept out of the search."""
    name = shown(script.path)
    file = "or-notebook.ipynb" if script.path == NOTEBOOK else name
    # The markers would be taken for sections to embed; the lines must stay, for their numbers.
    text = re.sub(r"--8<-- \[(start|end):([\w-]+)\]", r"\1 of section \2", script.text.rstrip())
    fence = f'```{{ .python linenums="1" }}\n{text}\n```'
    return (
        f"---\ntitle: {name}\nsearch: {{exclude: true}}\nhide: [toc]\n---\n\n# {name}\n\n"
        f"[The file itself](../{file}), to run or to keep.\n\n{fence}\n"
    )


def anchor(line):
    """The anchor that pymdownx.highlight gives a line of a page's first listing."""
    return f"#__codelineno-0-{line}"


def line_defining(script, expression):
    """The line of the script that last gives a value to a name of the expression (1 if none)."""
    lines = _last_lines(script.text)
    names = (n.id for n in ast.walk(ast.parse(expression)) if isinstance(n, ast.Name))
    return max((lines.get(name, 1) for name in names), default=1)


@lru_cache(maxsize=64)
def _last_lines(text):
    """name -> the last line that gives it a value: once for a script, not once for a number."""
    lines = {}
    for node in ast.walk(ast.parse(text)):
        stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        name = node.id if stored else getattr(node, "name", None)
        if isinstance(name, str) and not isinstance(node, ast.alias):
            lines[name] = max(node.lineno, lines.get(name, 1))
    return lines


def line_saving(script, figure):
    """The line of the script that saves a figure (1 if it is saved under a computed name)."""
    for node in ast.walk(ast.parse(script.text)):
        if isinstance(node, ast.Constant) and node.value == figure:
            return node.lineno
    return 1
