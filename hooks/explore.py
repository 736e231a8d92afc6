"""The interactive figures: their tags in Markdown, and the data that the page's modules share with Python.

A chapter shows one as

    <book-explorer function="tanh" z="0.5" markdown>

    ![What the figure shows.](explorer-tanh.svg)
    /// figure-caption
    What to try.
    ///

    </book-explorer>

What stands inside is shown until the element has started (theme/assets/explore/figure.js), and for ever
without JavaScript. Attributes preset the element's settings. The modules' names, titles, parameters,
formulas and the notes' printed numbers are written from the registry and the snippets.

Usable alone: `python hooks/explore.py` prints what the modules get.
"""

import json
import math
import re

import numpy as np
from markdown.extensions import Extension
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

import reference_card
from mathml import to_mathml
from scripts import BookError

MODULE = "assets/explore/registry.js"
TAGS = ("book-explorer", "book-neuron", "book-descent", "book-or-run")
# Of a function that is more than one of one number, what is held while the explorer moves one.
HELD = {"gated": {"b": 1.0}, "vector": {"z2": 0.0, "z3": -1.0}}
SYMBOLS = {"alpha": "α", "lower": "lower slope", "upper": "upper slope", "b": "value b"}
SYMBOLS |= {"z2": "second input z₂", "z3": "third input z₃"}
_PLACES = np.arange(-200, 401) / 200  # where a parameter may stand: from -1 to 2
_OPEN = re.compile(r"<(?P<tag>book-[\w-]+)(?P<attributes>[^>]*)>")


class Tags(Extension):
    """Let Markdown take the elements for blocks, as it does a <div>."""

    def extendMarkdown(self, md):
        md.block_level_elements.extend(TAGS)


def on_config(config):
    config.markdown_extensions.append(Tags())
    return config


def on_files(files, config):
    files.append(File.generated(config, MODULE, content=module()))
    return files


def on_page_content(html, page, config, files):
    """Give each element an id, its own name unless the page says otherwise: the address needs it."""
    path = page.file.abs_src_path or page.file.src_uri

    def one(match):
        tag, attributes = match["tag"], match["attributes"]
        if tag not in TAGS:
            raise PluginError(str(BookError(path, None, f"there is no element <{tag}>")))
        name = re.search(r'\bfunction="([^"]*)"', attributes)
        if name and name[1] not in reference_card.registry():
            message = f"<{tag}>: no function {name[1]!r} in the registry"
            raise PluginError(str(BookError(path, None, message)))
        if not re.search(r'\bid="', attributes):
            attributes = f' id="{tag.removeprefix("book-")}"{attributes}'
        return f"<{tag}{attributes}>"

    return _OPEN.sub(one, html)


def module():
    """The text of the module that the elements import."""
    entries = [entry_data(entry) for entry in reference_card.registry().values()]
    constants = {e.name: e.constants for e in reference_card.registry().values() if e.constants}
    return (
        "// Written by hooks/explore.py from snippets/activations.py.\n"
        f"export const FUNCTIONS = {as_js(entries)};\n"
        f"export const CONSTANTS = {as_js(constants)};\n"
    )


def as_js(data):
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def entry_data(entry):
    """What the explorer knows of one function."""
    return {
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind,
        "variable": {"gated": "a", "vector": "z₁"}.get(entry.kind, "z"),
        "bounds": [end if math.isfinite(end) else None for end in entry.range[:2]],
        "kinks": entry.kinks,
        "parameters": [*parameters(entry)],
        "formula": to_mathml(f"f{_arguments(entry)} = {entry.formula}", display=False),
    }


def _arguments(entry):
    return {"gated": "(a, b)", "vector": "_i(z)"}.get(entry.kind, "(z)")


def parameters(entry):
    """Each parameter with its symbol, its default, and the ends of its slider."""
    for name, value in entry.parameters.items():
        allowed = [place for place in _PLACES if _accepts(entry, name, place)]
        yield _parameter(name, value, min(allowed), max(allowed), 0.005)
    for name, value in HELD.get(entry.kind, {}).items():
        yield _parameter(name, value, -3.0, 3.0, 0.05)


def _parameter(name, value, low, high, step):
    symbol = SYMBOLS[name]
    return {"name": name, "symbol": symbol, "value": value, "low": low, "high": high, "step": step}


def _accepts(entry, name, value):
    try:
        entry.f(1.0, **{name: float(value)})
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    print(module(), end="")
