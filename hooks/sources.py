"""One page of the site for each script of snippets/, and where on it a value or figure is made."""

import ast
import re

from scripts import NOTEBOOK, contents, shown


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
    lines = contents(script.text).stored
    names = (n.id for n in ast.walk(ast.parse(expression)) if isinstance(n, ast.Name))
    return max((lines.get(name, 1) for name in names), default=1)


def line_saving(script, figure):
    """The line of the script that saves a figure (1 if it is saved under a computed name)."""
    return contents(script.text).strings.get(figure, 1)
