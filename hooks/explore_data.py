"""What the modules of the interactive figures share with Python: names, formulas, parameters, the OR run.

Written from the registry and from what the snippets computed, so that nothing is typed twice.
Usable alone: `python hooks/explore_data.py` prints the module.
"""

import json
import math
import runpy

import numpy as np

import reference_card
from mathml import to_mathml
from run_snippets import Request, run_all
from scripts import SNIPPETS

RUN = "or_gate"
MODULE = "assets/explore/registry.js"
UNIT = "relu"  # its one unit, and the rows it is trained on
UNIT_MODULE = "assets/explore/unit.js"  # of its own: only one element reads its many numbers
# Of a function that is more than one of one number, what is held while the explorer moves one.
HELD = {"gated": {"b": 1.0}, "vector": {"z2": 0.0, "z3": -1.0}}
SYMBOLS = {"alpha": "α", "lower": "lower slope", "upper": "upper slope", "b": "value b"}
SYMBOLS |= {"z2": "second input z₂", "z3": "third input z₃"}
_PLACES = np.arange(-200, 401) / 200  # where a parameter may stand: from -1 to 2


def expressions():
    """What of the OR run the elements share, as expressions over the names of its script."""
    rows = range(4)
    found = {f"x{i}{j}": f"X[{i}, {j}]" for i in rows for j in range(2)}
    found |= {f"y{i}": f"y[{i}, 0]" for i in rows}
    return found | {
        **{"w1": "W_START[0, 0]", "w2": "W_START[1, 0]", "b": "B_START", "rate": "LR"},
        **{"updates": "UPDATES", "loop": "PRINTED_LOOP", "before": "before"},
    }


def unit_expressions():
    """What the element of the dying unit has from the chapter on ReLU, in the order of its module."""
    rows = [f"X_unit[{i}, {j}]" for i in range(64) for j in range(2)]
    return ["len(X_unit)", "w_unit[0]", "w_unit[1]", "unit_rate", *rows]


def unit_module(results):
    """The text of the module with the rows, the first weights and the learning rate of that unit."""
    values = results[UNIT].values if UNIT in results else {}
    if not values:
        return "export const UNIT = null;\n"
    count, w1, w2, rate, *numbers = (values[expression] for expression in unit_expressions())
    if 2 * count != len(numbers):
        raise ValueError(f"the unit of snippets/{UNIT}.py has {count} rows")
    rows = [numbers[i : i + 2] for i in range(0, len(numbers), 2)]
    unit = {"rows": rows, "weights": [w1, w2], "rate": rate}
    return f"// Written by hooks/explore_data.py.\nexport const UNIT = {as_js(unit)};\n"


def or_data(values):
    """The OR run's data, start and length, and what the notes print of it; None without a run."""
    if not values:
        return None
    value = {name: values[expression] for name, expression in expressions().items()}
    inputs = [[int(value[f"x{i}{j}"]) for j in range(2)] for i in range(4)]
    notes = runpy.run_path(str(SNIPPETS / "or_notes.py"))
    return {
        "inputs": inputs,
        "targets": [int(value[f"y{i}"]) for i in range(4)],
        "start": [value["w1"], value["w2"], value["b"]],
        **{name: value[name] for name in ("rate", "updates", "loop", "before")},
        "printed": {
            "parameters": [*notes["PRINTED_WEIGHTS"], notes["PRINTED_BIAS"]],
            "outputs": [notes["PRINTED_OUTPUTS"].get(tuple(row)) for row in inputs],
            # As far as they are compared; the page is not to load digits that it never looks at.
            "sums": [round(printed, 15) for printed in notes["PRINTED_ERROR_SUMS"]],
        },
    }


def module(results):
    """The text of the module that the elements import, from the results of the snippets."""
    run = or_data(results[RUN].values if RUN in results else {})
    entries = [entry_data(entry) for entry in reference_card.registry().values()]
    return (
        "// Written by hooks/explore_data.py from the snippets.\n"
        f"export const FUNCTIONS = {as_js(entries)};\n"
        f"export const SELU = {as_js(reference_card.registry()['selu'].constants)};\n"
        f"export const MIDPOINTS = {as_js(midpoints())};\n"
        f"export const OR = {as_js(run)};\n"
    )


def midpoints():
    """Where the book takes its means over a normal distribution: snippets/deep.py."""
    grid = runpy.run_path(str(SNIPPETS / "deep.py"))["GRID"]
    return {"count": len(grid), "step": 1 / round(1 / (grid[1] - grid[0]))}


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
    print(module(run_all([Request(RUN, tuple(expressions().values()))])[0]), end="")
