"""The reference card, made from the registry: one table of all functions, one card for each.

docs/reference.md says where they go. What a card states is computed by snippets/reference.py; each
number carries its expression, like any other number of the book.
"""

import html
import math
import runpy
from functools import lru_cache

from mkdocs.utils import get_relative_url

import sources
from citations import PAGE as BIBLIOGRAPHY_PAGE
from citations import read_bibliography, short_name
from scripts import SNIPPETS, BookError, read_script, script_path

PAGE = "reference.md"
SCRIPT = "reference"
TABLE, CARDS = "<!-- the table -->", "<!-- the cards -->"
LIBRARIES = ("PyTorch", "JAX", "Keras")
# What the table compares: heading, and the attribute of a card.
COLUMNS = (
    ("Lipschitz", "lipschitz"),
    ("Mean", "mean"),
    ("Variance", "variance"),
    ("E[f²]", "second"),
    ("Gain", "gain"),
)


def registry():
    """The registry as it stands in its file: under `mkdocs serve` it may have changed."""
    path = SNIPPETS / "activations.py"
    return _registry(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _registry(path, _changed):
    try:
        return runpy.run_path(str(path))["REGISTRY"]
    except Exception as error:
        raise BookError(path, None, f"{type(error).__name__}: {error}") from error


def elementwise():
    return [entry for entry in registry().values() if entry.kind == "elementwise"]


def expressions():
    """All that the page states, as expressions over the script's names."""
    attributes = [*(attribute for _, attribute in COLUMNS), "slope_second", "steepest", "lowest"]
    return [_expression(e, attribute) for e in elementwise() for attribute in attributes]


def figures():
    return {_figure(entry) for entry in elementwise()}


def _expression(entry, attribute):
    return f"card['{entry.name}'].{attribute}"


def _figure(entry):
    return f"reference-{entry.name.replace('_', '-')}"


def number(value):
    """A value as a person reads it: four significant digits, a true minus, ∞."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    short = f"{value:.3g}"
    # What is exact with few digits stays short; else each of the four is shown, zeros too.
    text = (
        short if math.isclose(float(short), value, rel_tol=1e-12, abs_tol=1e-7) else f"{value:#.4g}"
    )
    return "0" if float(text) == 0 or abs(value) < 1e-7 else text.replace("-", "−")


def interval(entry):
    low, high, low_in, high_in = entry.range
    return f"{'[' if low_in else '('}{number(low)}, {number(high)}{']' if high_in else ')'}"


class Pages:
    """Makes the Markdown of the page from the values that the script left."""

    def __init__(self, values, address):
        """address: of the page that shows the script, up to the line."""
        self.values, self.address = values, address
        script = read_script(script_path(SCRIPT))
        self.link = address + sources.anchor(sources.line_defining(script, "card"))

    def data(self, entry, attribute):
        expression = _expression(entry, attribute)
        value = self.values[expression]
        shown = html.escape(expression, quote=True)
        full = "Infinity" if value == math.inf else repr(value)  # as JavaScript reads it
        return (
            f'<data value="{full}" data-expression="{shown}" data-source="{self.link}">'
            f"{number(value)}</data>"
        )

    def table(self):
        """All functions of one number, to filter and to sort (reference.js)."""
        heads = ["Function", "Range", "Monotone", "Kinks", *(head for head, _ in COLUMNS)]
        rows = []
        for entry in elementwise():
            cells = [
                f'<a href="#{entry.name}">{entry.title}</a>',
                interval(entry),
                "yes" if entry.monotone else "no",
                ", ".join(number(kink) for kink in entry.kinks) or "none",
                *(self.data(entry, attribute) for _, attribute in COLUMNS),
            ]
            low, high, *_ = entry.range
            marks = {
                "monotone": entry.monotone,
                "bounded": math.isfinite(low) and math.isfinite(high),
                "smooth": not entry.kinks,
                "centred": abs(self.values[_expression(entry, "mean")]) < 1e-12,
            }
            traits = " ".join(name for name, true in marks.items() if true)
            body = "".join(
                f'<td data-label="{head}">{cell}</td>'
                for head, cell in zip(heads[1:], cells[1:], strict=True)
            )
            rows.append(f'<tr data-traits="{traits}"><th scope="row">{cells[0]}</th>{body}</tr>')
        top = "".join(f'<th scope="col">{head}</th>' for head in heads)
        return (
            '<div class="card-table" tabindex="-1">\n<table class="functions">\n'
            f"<thead><tr>{top}</tr></thead>\n<tbody>\n{chr(10).join(rows)}\n</tbody>\n</table>\n</div>"
        )

    def cards(self):
        return "\n".join(self.card(entry) for entry in registry().values())

    def card(self, entry):
        """Formula, derivative, picture, and what is known and computed of one function."""
        arguments = "a, b" if entry.kind == "gated" else "z"
        drawn = entry.kind == "elementwise"
        slope = {
            "elementwise": "f'(z)",
            "gated": r"\nabla f(a, b)",
            "vector": r"\frac{\partial f_i}{\partial z_j}",
        }[entry.kind]
        symbols = {**entry.parameters, **entry.constants}
        lines = [
            f'<div class="card{" drawn" if drawn else ""}" markdown>\n',
            f"### {entry.title} {{ #{entry.name} }}\n",
            f"$$ f{'_i' if entry.kind == 'vector' else ''}({arguments}) = {entry.formula} $$\n",
            f"$$ {slope} = {entry.derivative} $$\n",
        ]
        if drawn:
            lines.append(f"![{self.alt(entry)}]({_figure(entry)}.svg)")
            lines.append(f"/// figure-caption\n{entry.title} and its derivative.\n///\n")
        facts = []
        if symbols:
            shown = ", ".join(f"{_symbol(name)} = {value:.6g}" for name, value in symbols.items())
            facts.append(("Parameters", shown))
        facts.append(("Range", f"{interval(entry)}; {self.attained(entry)}"))
        if drawn:
            facts += self.computed(entry)
        facts.append(("Earliest source cited here", self.source(entry)))
        calls = zip(LIBRARIES, entry.calls, strict=False)
        facts += [(library, f"`{call}`" if call else "none") for library, call in calls]
        if entry.notes:
            facts.append(("Conventions", entry.notes))
        lines.append('<div class="facts" markdown>\n')
        lines += [f"- **{name}** {text}" for name, text in facts]
        return "\n".join([*lines, "\n</div>\n\n</div>\n"])

    def attained(self, entry):
        low, high, low_in, high_in = entry.range
        ends = [(low, low_in, "low end"), (high, high_in, "high end")]
        told = [
            f"{name} {'attained' if yes else 'not attained'}"
            for z, yes, name in ends
            if math.isfinite(z)
        ]
        return ", ".join(told) or "no bounds"

    def computed(self, entry):
        data = self.data
        yield (
            "Monotone",
            (
                "yes"
                if entry.monotone
                else f"no: least at z = {data(entry, 'lowest')}, where it is {number(entry.range[0])}"
            ),
        )
        yield "Kinks", ", ".join(f"z = {number(kink)}" for kink in entry.kinks) or "none"
        steepest = self.values[_expression(entry, "steepest")]
        at = "" if math.isnan(steepest) else f", reached at z = {data(entry, 'steepest')} only"
        if entry.kinks and math.isinf(self.values[_expression(entry, "lipschitz")]):
            at = ": it jumps"
        yield "Lipschitz constant", f"{data(entry, 'lipschitz')}{at}"
        yield (
            "For z ~ N(0, 1)",
            f"mean {data(entry, 'mean')}, variance {data(entry, 'variance')}, second moment "
            f"{data(entry, 'second')}; second moment of the slope {data(entry, 'slope_second')}",
        )
        yield "Gain for initialisation", f"{data(entry, 'gain')} = 1/√E[f²]"

    def alt(self, entry):
        mean, slope = (number(self.values[_expression(entry, a)]) for a in ("mean", "lipschitz"))
        low, high, *_ = entry.range
        return (
            f"{entry.title} and its derivative for z from −5 to 5: values between {number(low)} and "
            f"{number(high)}, largest slope {slope}, mean {mean} for normal z."
        )

    def source(self, entry):
        known = read_bibliography()[entry.source]
        return f"[{short_name(known)}]({BIBLIOGRAPHY_PAGE}#{entry.source})"


def _symbol(name):
    return {"alpha": "α", "lambda": "λ"}.get(name, name)


def expanded(markdown, page, files, values):
    """The page's Markdown with table and cards in place."""
    target = files.get_file_from_path(sources.page_uri(SCRIPT))
    pages = Pages(values, get_relative_url(target.url, page.url))
    return markdown.replace(TABLE, pages.table()).replace(CARDS, pages.cards())
