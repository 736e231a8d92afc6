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
# The policy of the pages forbids inline styles (policy.py): what math-core writes, as our classes.
_CLASSES = {
    "text-align: left;justify-items: start;padding-left: 0;": "left first",
    "text-align: left;justify-items: start;padding-right: 0;": "left last",
    "text-align: left;justify-items: start;padding-right: 0;padding-left:1em;": "left last apart",
    "text-align: right;justify-items: end;padding-right: 0;": "right last",
}
# The font's primes are raised as they stand: in a superscript they would be raised twice. A power behind
# them (f''^2) stays one.
_PRIME = re.compile(r"<msup>(<m[in][^>]*>[^<]*</m[in]>)<mo>([′″‴]+)</mo></msup>")
_PRIME_AND_POWER = re.compile(
    r"<msup>(<m[in][^>]*>[^<]*</m[in]>)<mrow><mo>([′″‴]+)</mo>((?:(?!</mrow>).)+)</mrow></msup>"
)
# In a line of text the font's root is taller than the line, and Chromium reserves room after it for a wider
# one. Over a single letter or number the bar is not needed: √n; nor over a letter between bars: √|x|.
_BAR = r'<mo stretchy="false" lspace="0" rspace="0">\|</mo>'
_ROOT = re.compile(
    rf"<msqrt>(<m[in][^>]*>[^<]*</m[in]>|<mrow>{_BAR}<mi>[^<]*</mi>{_BAR}</mrow>)</msqrt>"
)
_STYLE = re.compile(r' style="([^"]*)"')
# What a formula is bound to is for the tests (formulas.py), not for readers.
_BINDING = re.compile(r"<!--\s*formula:.*?-->\n*", re.DOTALL)


def to_mathml(tex, display):
    """MathML of one formula. Raises LatexError on bad TeX."""
    mathml = _CONVERT.convert_with_local_state(tex, displaystyle=display)
    mathml = mathml.replace(' scriptlevel="0"', "")
    # The checker does not know displaystyle on a fraction; a class says the same.
    mathml = re.sub(
        r'<mfrac([^>]*) displaystyle="(true|false)"', r'<mfrac\1 class="display-\2"', mathml
    )
    mathml = _PRIME_AND_POWER.sub(
        r'<msup><mrow>\1<mo lspace="0em" rspace="0em">\2</mo></mrow><mrow>\3</mrow></msup>', mathml
    )
    mathml = _PRIME.sub(r'<mrow>\1<mo lspace="0em" rspace="0em">\2</mo></mrow>', mathml)
    if not display:
        mathml = _ROOT.sub(
            r'<mrow><mo stretchy="false" lspace="0em" rspace="0em">√</mo>\1</mrow>', mathml
        )
    return _STYLE.sub(lambda match: f' class="{_CLASSES[match[1]]}"', mathml)


def on_page_content(html_text, page, config, files):
    def one(match):
        tex = html.unescape(match["tex"]).strip()
        try:
            mathml = to_mathml(tex, display=match["tag"] == "div")
        except LatexError as error:
            raise PluginError(str(_located(page.file.abs_src_path, tex, error))) from None
        except KeyError as error:
            message = f"no class of book.css stands for the style {error}"
            raise PluginError(str(_located(page.file.abs_src_path, tex, message))) from None
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
