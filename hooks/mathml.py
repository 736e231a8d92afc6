"""Formulas become MathML while the site is built: they need no JavaScript and ask nobody's server.

Chapters write `$...$` and `$$...$$`; pymdownx.arithmatex marks them, math-core converts them.
"""

import html
import re
from pathlib import Path

from math_core import LatexError, LatexToMathML
from mkdocs.exceptions import PluginError

from scripts import BookError

_CONVERT = LatexToMathML(fancy_error=False)
_MARKED = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\s*(?:\\\(|\\\[)(?P<tex>.*?)(?:\\\)|\\\])\s*</(?P=tag)>',
    re.DOTALL,
)
# What a formula is bound to is for the tests (formulas.py), not for readers.
_BINDING = re.compile(r"<!--\s*formula:.*?-->\n*", re.DOTALL)


def to_mathml(tex, display):
    """MathML of one formula. Raises LatexError on bad TeX."""
    mathml = _CONVERT.convert_with_local_state(tex, displaystyle=display)
    return mathml.replace(' scriptlevel="0"', "")


def on_page_content(html_text, page, config, files):
    def one(match):
        tex = html.unescape(match["tex"]).strip()
        try:
            mathml = to_mathml(tex, display=match["tag"] == "div")
        except LatexError as error:
            raise PluginError(str(_located(page.file.abs_src_path, tex, error))) from None
        if match["tag"] == "div":
            return f'<div class="formula">{mathml}</div>'
        return mathml

    return _MARKED.sub(one, _BINDING.sub("", html_text))


def _located(path, tex, error):
    first = tex.splitlines()[0].strip()
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
        if first in line:
            return BookError(path, number, f"bad TeX in {first!r}: {error}")
    return BookError(path, None, f"bad TeX in {first!r}: {error}")
