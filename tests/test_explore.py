"""The numbers of the interactive figures: those of Python, in three browser engines."""

import json

import mpmath
import numpy as np
import pytest

import explore_data
import reference_card
from activations import REGISTRY
from one_build import in_page
from scripts import ROOT
from tools import names_of

ASSETS = ROOT / "theme" / "assets" / "explore"


@pytest.fixture(scope="module")
def page(engine):
    """One page of each engine for all tests here: to start a browser takes longer than most of them."""
    opened = engine.page()
    yield opened
    opened.close()


PLACES = [0.0, 1.0, 3.0, 6.0]  # of all kinks, up to sign
TAILS = [8.4, 12, 20, 26, 33.7, 36.7, 37.4, 38, 40, 40.5, 60, 250, 372, 650, 699.5, 700.5, 709]
TAILS += [709.8, 713.5, 720, 745, 750, 1000, 1e6, 1e300, np.inf]


def dense_grid():
    """From one end of the floats to the other: dense in the middle, tails, both sides of kinks."""
    half = [*np.linspace(0, 12, 4801), *np.geomspace(1e-300, 900, 400), *TAILS]
    half += [np.nextafter(k, k + side) for k in PLACES for side in (-1, 1)]
    return np.unique([*half, *np.negative(half)])


GRID = dense_grid()


def settings_of(entry):
    """Parameters to try: the defaults, and the ends of each slider."""
    known = {p["name"]: p for p in explore_data.parameters(entry)}
    defaults = {name: p["value"] for name, p in known.items()}
    yield defaults
    for name, parameter in known.items():
        for value in (parameter["low"], parameter["high"]):
            yield defaults | {name: float(value)}


def in_python(entry, p):
    """Values and slopes on the grid, as the explorer slices a function of several numbers."""
    with np.errstate(all="ignore"):
        if entry.kind == "elementwise":
            return entry.f(GRID, **p), entry.grad(GRID, **p)
        if entry.kind == "gated":
            b = np.full_like(GRID, p["b"])
            return entry.f(GRID, b), entry.grad(GRID, b)[0]
        rows = np.column_stack([GRID, np.full_like(GRID, p["z2"]), np.full_like(GRID, p["z3"])])
        return entry.f(rows)[:, 0], entry.grad(rows)[:, 0, 0]


CASES = [(entry.name, p) for entry in REGISTRY.values() for p in settings_of(entry)]

# Every case at once. Numbers go both ways as text, which holds each float64 exactly.
IN_PAGE = in_page("""async (cases, grid) => {
    const {sliced} = await import("/assets/explore/functions.js");
    return cases.map(([name, p]) =>
        sliced(name, p).map(one => grid.map(z => String(one(Number(z)))).join(" ")));
}""")


def compare(found):
    """All differences between what a page computed and Python, as text."""
    wrong = []
    for (name, p), columns in zip(CASES, found, strict=True):
        for order, (column, expected) in enumerate(
            zip(columns, in_python(REGISTRY[name], p), strict=True)
        ):
            ours = np.array([float(text) for text in column.split()])
            # GELU, SiLU and Mish have a slope of two terms, which cancel where it is 0: there the
            # error is that of the terms, as tests/test_activations.py has it.
            near_zero = 1e-15 if order == 1 else 0.0
            same = np.isclose(ours, expected, rtol=1e-12, atol=near_zero, equal_nan=True)
            # In the subnormal range a last digit is a large part of the number.
            tiny = np.abs(expected) < 1e-300
            same[tiny] |= np.abs(ours[tiny] - expected[tiny]) < 1e-312
            for z in GRID[~same][:3]:
                wrong.append(f"{name} {p} order {order} at {z}")
    return wrong


@pytest.mark.browser
@pytest.mark.slow
def test_every_function_gives_the_numbers_of_python(page, address):
    page.open(address + "colophon/")
    grid = [repr(float(z)).replace("inf", "Infinity") for z in GRID]
    found = [column for case in CASES for column in page.run(IN_PAGE, [case], grid)]
    assert compare(found) == []


def test_the_grid_is_dense_and_the_comparison_can_fail():
    assert len(GRID) > 10_000
    assert {entry for entry, _ in CASES} == set(REGISTRY)
    found = [
        [" ".join(repr(float(v)) for v in column) for column in in_python(REGISTRY[name], p)]
        for name, p in CASES
    ]
    assert compare(found) == []
    name, column = CASES[5][0], found[5][0].split()
    column[7000] = repr(float(column[7000]) * (1 + 1e-11))
    found[5][0] = " ".join(column)
    assert [line.split()[0] for line in compare(found)] == [name]


def test_the_coefficients_of_erfc_are_those_of_its_series():
    """g(t) = (1 + 2x) e^(x²) erfc(x) at t = (x - 3.75) / (x + 3.75), as a Chebyshev series."""
    text = (ASSETS / "functions.js").read_text(encoding="utf-8")
    listed = text.split("export const ERFC = [")[1].split("]")[0]
    baked = [float(number) for number in listed.split(",") if number.strip()]
    with mpmath.workdps(40):
        count = 80
        turns = [mpmath.pi * (k + mpmath.mpf(1) / 2) / count for k in range(count)]
        values = []
        for turn in turns:
            t = mpmath.cos(turn)
            x = mpmath.mpf("3.75") * (1 + t) / (1 - t)
            values.append((1 + 2 * x) * mpmath.exp(x * x) * mpmath.erfc(x))
        for n in range(2 * len(baked)):
            series = sum(v * mpmath.cos(n * turn) for v, turn in zip(values, turns, strict=True))
            exact = series * (1 if n == 0 else 2) / count
            given = baked[n] if n < len(baked) else 0.0  # what is left out is as small
            assert abs(given - exact) <= 0.5001e-15, n


def test_the_module_holds_the_registry():
    text = explore_data.module({})
    listed = json.loads(text.split("FUNCTIONS = ")[1].split(";\nexport")[0])
    assert [entry["name"] for entry in listed] == list(REGISTRY)
    for found, entry in zip(listed, REGISTRY.values(), strict=True):
        assert found["title"] == entry.title
        assert tuple(found["kinks"]) == entry.kinks
        assert found["formula"].startswith("<math>")
        chosen = {p["name"]: p["value"] for p in found["parameters"]}
        assert entry.parameters.items() <= chosen.items()
        for p in found["parameters"]:
            assert p["low"] <= p["value"] <= p["high"], (entry.name, p)
    assert reference_card.elementwise()


# ---------------------------------------------------------------------------- the OR run

RULES = {
    "as-printed": "as_printed",
    "squared-error": "squared_error",
    "cross-entropy": "cross_entropy",
}
PATH = in_page("""async (rule, updates) => {
    const {train, outputs, loss, errorSum} = await import("/assets/explore/or-run.js");
    const path = train(rule, updates);
    const last = path.slice(-3);
    const a = outputs(last);
    return [[...path].join(" "), [...a, loss(a), errorSum(a)].join(" ")];
}""")


@pytest.fixture(scope="module")
def run():
    """The names that snippets/or_gate.py leaves behind."""
    return names_of("or_gate")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_the_or_run_in_the_page_is_that_of_the_chapter(page, address, run, rule):
    """All weights and biases on the way, and what the last of them give, for each gradient."""
    page.open(address + "or-gate/")
    path, values = page.run(PATH, rule, run["UPDATES"])
    ours = np.array([float(number) for number in path.split()]).reshape(-1, 3)
    expected = run["train"](run["RULES"][list(RULES).index(rule)], run["UPDATES"])
    assert ours.shape == expected.shape == (run["UPDATES"] + 1, 3)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12)
    # The fresh run is the first part of the one as printed.
    np.testing.assert_allclose(run["fresh"], run["paths"]["fresh"][-1])
    *a, loss, error_sum = [float(number) for number in values.split()]
    np.testing.assert_allclose(a, run["outputs"](expected[-1:])[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(loss, run["loss"](expected[-1]), rtol=0, atol=1e-12)
    np.testing.assert_allclose(error_sum, np.sum(a - run["y"][:, 0]), rtol=0, atol=1e-14)


TABLE = """() => [...document.querySelectorAll("book-or-run tr")].slice(1).map(row =>
    [...row.cells].map(cell => cell.textContent.trim()))"""
SHOWN = "() => document.querySelector('book-or-run .readout').textContent"
AT_UPDATE = "k => document.querySelector('book-or-run input[type=number]').value === k"


@pytest.mark.browser
@pytest.mark.slow
def test_the_last_frame_shows_the_printed_numbers_in_every_engine(page, address, run):
    page.open(address + "or-gate/")
    page.wait_for("() => document.querySelector('book-or-run.started')")
    first = {name: cells for name, *cells in page.run(TABLE)}
    assert first["w₁"] == ["0.10000000"] * 2
    assert first["w₂"] == ["0.20000000"] * 2
    assert first["b"] == ["0.30000000"] * 2
    page.click("book-or-run button", "11,010")
    page.wait_for(AT_UPDATE, "11010")
    page.wait_for(f"() => ({SHOWN})().includes('11,010')")
    last = {name: cells for name, *cells in page.run(TABLE)}
    assert last["w₁"] == ["7.20642565"] * 2
    assert last["w₂"] == ["7.20667957"] * 2
    assert last["b"] == ["−3.24934367"] * 2
    assert last["a (0, 0)"] == ["0.03735048"] * 2
    assert last["a (0, 1)"] == ["0.98124452", ""]
    assert last["a (1, 0)"] == ["0.98123985"] * 2
    assert last["a (1, 1)"] == ["0.99998582"] * 2
    assert "as the notes print them, in all 8 decimals" in page.run(SHOWN)
    page.click("book-or-run button", "10,010")
    page.wait_for(f"() => ({SHOWN})().includes('10,010')")
    assert page.run(TABLE)[8][1:] == ["−0.00014416772"] * 2
    assert "line 1 of the 42" in page.run(SHOWN)
    assert page.errors() == []
