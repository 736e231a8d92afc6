"""The figures of random networks and of the dying unit: Python's numbers, and a reader's hands."""

import re

import numpy as np
import pytest

import activations
import deep
import drawn
import explore_data
from one_build import in_page
from scripts import ROOT
from tools import names_of

ELEMENTWISE = [e for e in activations.REGISTRY.values() if e.kind == "elementwise"]


@pytest.fixture(scope="module")
def page(engine):
    """One page of each engine for all tests here: to start a browser takes longer than most of them."""
    opened = engine.page()
    yield opened
    opened.close()


def numbers(text):
    return np.array([float(number) for number in text.split()])


# ---------------------------------------------------------------------------- the generator


def test_the_numbers_are_standard_normal_and_depend_on_the_seed():
    found = drawn.normals(3, 200_000)
    for power, moment in ((1, 0), (2, 1), (3, 0), (4, 3)):
        assert abs(np.mean(found**power) - moment) < 0.03, power
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 0.01
    assert not np.any(drawn.normals(4, 100) == found[:100])
    np.testing.assert_array_equal(drawn.normals(3, 50, skip=20), found[20:70])


NORMALS = in_page("""async (seed, count) => {
    const {normals} = await import("/assets/explore/functions.js");
    const next = normals(seed);
    return [...next(1), ...next(count - 1)].join(" ");
}""")


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_draws_the_same_numbers(page, address):
    page.open(address + "colophon/")
    for seed in (1, 13, 50):
        found = numbers(page.run(NORMALS, seed, 5000))
        np.testing.assert_allclose(found, drawn.normals(seed, 5000), rtol=1e-12, atol=1e-15)


# ---------------------------------------------------------------------------- how straight it stays

COLLAPSE = in_page("""async (cases) => {
    const {outputs, straightness} = await import("/assets/explore/collapse.js");
    return cases.map(one => {
        const ys = outputs(...one);
        const {slope, height, departure} = straightness(ys);
        return [...ys, slope, height, departure].join(" ");
    });
}""")
NETWORKS = [(e.name, 4, 8, 13) for e in ELEMENTWISE]
NETWORKS += [("relu", 1, 1, 2), ("tanh", 12, 32, 50), ("sigmoid", 10, 8, 13), ("relu", 12, 3, 7)]


@pytest.fixture(scope="module")
def why():
    """The names that snippets/why_activations.py leaves behind."""
    return names_of("why_activations")


def in_python(why, name, hidden, width, seed):
    net = drawn.layers([1, *[width] * hidden, 1], seed, 0.6)
    return why["forward"](net, why["x_wide"][None, :], activations.REGISTRY[name].f)[0]


U = 2.0**-53  # by how much one operation rounds, at most
F_ULPS = 16  # of a function: engines and NumPy have exp and tanh of their own


SIGMAS_AWAY = 10


def rounding(why, name, hidden, width, seed):
    """How far two computations of a network may lie apart, by the rounding of each step.

    A sum of n products rounds n + 2 times, each time by at most U of the sum of their sizes, and its terms
    come with a relative error of F_ULPS units; an activation passes an error on with its slope, and
    rounds itself. Errors of rounding add like random ones, by their squares [Higham, Accuracy and
    Stability of Numerical Algorithms, §2.8]; by their sizes they would allow 1e-7 after twelve layers.
    """
    entry = activations.REGISTRY[name]
    a, square = why["x_wide"][None, :], 0.0
    net = drawn.layers([1, *[width] * hidden, 1], seed, 0.6)
    for n, (W, b) in enumerate(net):
        sizes = np.abs(W) @ np.abs(a) + np.abs(b)
        steps = W.shape[1] + 2 + F_ULPS**2
        square = W**2 @ (square + np.zeros_like(a)) + steps * (U * sizes) ** 2
        a = W @ a + b
        if n < hidden:
            far = SIGMAS_AWAY * np.sqrt(square)
            slopes = [np.abs(entry.grad(place)) for place in (a - far, a, a + far)]
            a = entry.f(a)
            square = np.max(slopes, axis=0) ** 2 * square + (F_ULPS * U * a) ** 2
    return SIGMAS_AWAY * np.sqrt(2 * square[0])


@pytest.mark.browser
@pytest.mark.slow
def test_the_outputs_and_their_departure_are_those_of_python(page, address, why):
    page.open(address + "why-activations/")
    x = why["x_wide"]
    margins = []
    for case, text in zip(NETWORKS, page.run(COLLAPSE, NETWORKS), strict=True):
        *ys, slope, height, departure = numbers(text.replace("NaN", "nan"))
        expected = in_python(why, *case)
        apart = rounding(why, *case).max()
        # The means and sums below round, too: 301 terms of the output's size.
        apart += len(x) * U * np.abs(expected).max()
        margins.append(np.abs(ys - expected).max() / apart)
        assert margins[-1] <= 1, case
        assert apart < 1e-11 * np.abs(expected).max(), case  # the bound says something
        around = np.linalg.norm(expected - expected.mean())
        if np.isnan(departure):
            assert around <= 1e-12 * np.sqrt(len(x)) * max(np.abs(expected.mean()), 1e-3), case
            continue
        # Slope and height are sums of the outputs with weights; those of the height are the larger ones.
        line = np.polyfit(x, expected, 1)
        np.testing.assert_allclose([slope, height], line, rtol=0, atol=2 * apart, err_msg=str(case))
        # |r| / |s| of two projections of the outputs, each of which moves by no more than they do.
        exact = abs(why["departure"](x, expected))
        margins.append(abs(departure - exact) / (2 * np.sqrt(len(x)) * apart / around))
        assert margins[-1] <= 1, case
    print(f"largest part of what rounding allows: {max(margins):.2g}")


def test_the_bound_on_rounding_finds_a_wrong_network(why):
    for case in NETWORKS:
        expected = in_python(why, *case)
        one = in_python(why, case[0], case[1], case[2], case[3] + 1)
        apart = rounding(why, *case).max() + len(expected) * U * np.abs(expected).max()
        assert np.abs(one - expected).max() > 1e6 * apart, case


def test_the_figure_is_that_of_the_element(why):
    for f, output in why["straight"].items():
        np.testing.assert_array_equal(output, in_python(why, f.__name__, 4, 8, 13))


# ---------------------------------------------------------------------------- the unit that dies

TRAIN = in_page("""async (bias, slope, steps) => {
    const {train} = await import("/assets/explore/dying.js");
    return train(bias, slope, steps)
        .map(({w1, w2, b, top, loss}) => [w1, w2, b, top, loss].join(" ")).join(" ");
}""")


@pytest.fixture(scope="module")
def units():
    """The names that the scripts of the two chapters leave behind."""
    return {name: names_of(name) for name in ("relu", "leaky_relu")}


@pytest.mark.browser
@pytest.mark.slow
def test_the_unit_is_trained_as_in_the_chapters(page, address, units):
    page.open(address + "relu/")
    relu, leaky = units["relu"], units["leaky_relu"]
    for bias in (-1.0, -6.0):
        ours = numbers(page.run(TRAIN, bias, 0, 2000)).reshape(-1, 5)
        path = relu["train_unit"](relu["X_unit"], relu["w_unit"], bias, relu["unit_rate"])
        np.testing.assert_allclose(ours[:, :3], path, rtol=0, atol=1e-12)
    assert np.all(ours[:, :3] == ours[0, :3])  # the dead one has not moved, bit for bit
    for slope in (0.01, 0.1, 0.25):
        ours = numbers(page.run(TRAIN, -6.0, slope, 1199)).reshape(-1, 5)
        highest, losses = leaky["train_unit"](slope)
        np.testing.assert_allclose(ours[:, 3], highest, rtol=0, atol=1e-12)
        np.testing.assert_allclose(ours[:, 4], losses, rtol=0, atol=1e-12)
        assert np.flatnonzero(ours[:, 3] > 0)[0] == leaky["back"][slope]


# ---------------------------------------------------------------------------- errors through depth

DEPTH = in_page("""async (cases) => {
    const {WEIGHTS, theory, measured} = await import("/assets/explore/depth.js");
    const {sliced} = await import("/assets/explore/functions.js");
    const {FUNCTIONS} = await import("/assets/explore/registry.js");
    return cases.map(([name, weights, layers, width, seed]) => {
        const {parameters} = FUNCTIONS.find(one => one.name === name);
        const p = Object.fromEntries(parameters.map(q => [q.name, q.value]));
        const sigma = WEIGHTS[weights][1](sliced(name, p)[0], width);
        const found = measured(name, sigma, layers, width, seed);
        return [sigma, ...theory(name, sigma, layers), ...found].join(" ");
    });
}""")
SIGMAS = {
    "small": lambda f, n: 0.01 * np.sqrt(n),
    "third": lambda f, n: 1 / np.sqrt(3),
    "xavier": lambda f, n: 1.0,
    "he": lambda f, n: np.sqrt(2),
    "gain": lambda f, n: 1 / np.sqrt(deep.normal_mean(lambda z: f(z) ** 2)),
    "naive": lambda f, n: np.sqrt(n),
}
# Where errors grow, so do those of rounding: few layers there.
CASES = [
    (e.name, weights, 4 if weights == "naive" else 12, 16, 13)
    for e in ELEMENTWISE
    if e.name != "step"
    for weights in SIGMAS
]
CASES += [
    ("tanh", "xavier", 50, 64, 2),
    ("relu", "he", 50, 32, 13),
    ("sigmoid", "xavier", 50, 8, 9),
]


MEANS = in_page("""async ([names, sizes]) => {
    const {meanSquare} = await import("/assets/explore/depth.js");
    const {standard} = await import("/assets/explore/functions.js");
    return names.map(name => standard(name)
        .flatMap(f => sizes.map(size => meanSquare(f, size * size))).join(" "));
}""")


@pytest.mark.browser
@pytest.mark.slow
def test_means_are_those_of_python_however_wide_the_pre_activations(page, address):
    """From where f is a straight line to where it is little but its kinks."""
    names = [e.name for e in ELEMENTWISE]
    sizes = [*np.geomspace(1e-3, 1e4, 29).tolist(), 3.99, 4.0]
    page.open(address + "depth/")
    for name, text in zip(names, page.run(MEANS, [names, sizes]), strict=True):
        pair = activations.REGISTRY[name]
        expected = [
            deep.normal_mean(lambda z, f=f: f(z) ** 2, size**2)
            for f in (pair.f, pair.grad)
            for size in sizes
        ]
        np.testing.assert_allclose(numbers(text), expected, rtol=1e-12, atol=0, err_msg=name)


@pytest.mark.browser
@pytest.mark.slow
def test_errors_by_layer_are_those_of_python_measured_and_in_theory(page, address):
    page.open(address + "depth/")
    for case, text in zip(CASES, page.run(DEPTH, CASES), strict=True):
        name, weights, layers, width, seed = case
        f, f_grad = activations.REGISTRY[name].f, activations.REGISTRY[name].grad
        sigma, *norms = numbers(text)
        assert np.isclose(sigma, SIGMAS[weights](f, width), rtol=1e-12, atol=0), case
        expected = deep.error_norms(f_grad, sigma, deep.squares(f, sigma, layers))
        np.testing.assert_allclose(norms[:layers], expected, rtol=1e-12, atol=0, err_msg=str(case))
        x, error, W = drawn.deep_network(seed, width, layers)
        errors = deep.backward(error, deep.forward(x, sigma * W, f), sigma * W, f_grad)
        found = np.array([np.linalg.norm(rows) for rows in errors]) / np.linalg.norm(error)
        np.testing.assert_allclose(norms[layers:], found, rtol=1e-11, atol=0, err_msg=str(case))


# ---------------------------------------------------------------------------- what a reader does

SAID = "tag => document.querySelector(`${tag} .readout`).textContent"
SPOKEN = "tag => document.querySelector(`${tag} [aria-live]`).textContent"
ELEMENTS = {"book-collapse": "why-activations/", "book-dying": "relu/", "book-depth": "depth/"}


def opened(page, address, tag, query=""):
    page.open(f"{address}{ELEMENTS[tag]}{query}")
    page.wait_for("tag => document.querySelector(`${tag}.started`)", tag)
    page.wait_for(SAID, tag)
    return page.run(SAID, tag)


def control(label):
    return f"""() => {{
        const found = [...document.querySelectorAll("label")].find(one => one.textContent === {label!r});
        document.getElementById(found.htmlFor).focus();
        return true;
    }}"""


chromium_only = pytest.mark.parametrize("engine", ["chromium"], indirect=True)


@pytest.mark.browser
@pytest.mark.slow
@chromium_only
def test_the_unit_dies_by_keyboard_and_comes_back_with_a_leak(engine, page, address):
    said = opened(page, address, "book-dying")
    assert "active on 14 of 64 rows, largest z 3.72, loss 0.558" in said  # as the chapter prints
    page.run(control("Start bias"))
    for _ in range(50):
        page.press("ArrowLeft")
    page.wait_for(f"() => ({SAID})('book-dying').includes('bias −6')")
    assert "Dead: no row switches it on" in page.run(SAID, "book-dying")
    page.click("book-dying button", "+ 100")
    page.wait_for(f"() => ({SAID})('book-dying').includes('100 steps')")
    assert "no step has moved weights or bias" in page.run(SAID, "book-dying")
    page.run(control("Leak (slope)"))
    page.press("ArrowRight")
    page.wait_for(f"() => ({SAID})('book-dying').includes('Leak of 0.01')")
    assert "0 steps" in page.run(SAID, "book-dying")  # another run, untrained
    for _ in range(3):
        page.click("book-dying button", "+ 100")
    page.wait_for(f"() => ({SPOKEN})('book-dying').includes('Active again after 250 steps')")
    page.wait_for("() => location.search.includes('slope:0.01,steps:300')")
    assert page.errors() == []


@pytest.mark.browser
@pytest.mark.slow
@chromium_only
def test_nothing_moves_until_play_is_pressed_and_pause_stops_it(engine, page, address):
    opened(page, address, "book-dying", "?dying=bias:-6,slope:0.1")
    before = page.run(SAID, "book-dying")
    page.run("() => new Promise(done => setTimeout(done, 600))")
    assert page.run(SAID, "book-dying") == before
    page.click("book-dying button", "Play")
    page.wait_for(f"() => ({SAID})('book-dying').includes('Active again after 23 steps')")
    page.click("book-dying button", "Pause")
    page.wait_for(
        "() => document.querySelector('book-dying .buttons button').textContent === 'Play'"
    )
    # The last step is drawn with the next frame.
    page.run("() => new Promise(requestAnimationFrame)")
    paused = page.run(SAID, "book-dying")
    page.run("() => new Promise(done => setTimeout(done, 300))")
    assert page.run(SAID, "book-dying") == paused


@pytest.mark.browser
@pytest.mark.slow
@chromium_only
def test_identity_stays_straight_at_any_depth(engine, page, address):
    said = opened(page, address, "book-collapse", "?collapse=function:identity,layers:12")
    assert "Exactly straight, up to rounding" in said
    assert re.search(r"Departure .* 98 %", opened(page, address, "book-collapse"))
    page.run(control("Activation between the layers"))
    page.press("i")
    page.wait_for(f"() => ({SPOKEN})('book-collapse').includes('Identity')")
    assert "Exactly straight" in page.run(SAID, "book-collapse")


@pytest.mark.browser
@pytest.mark.slow
@chromium_only
def test_depth_says_what_theory_and_the_network_say(engine, page, address):
    assert "The gradient keeps its size" in opened(
        page, address, "book-depth", "?depth=function:relu,weights:he"
    )
    assert "The gradient vanishes" in opened(page, address, "book-depth", "?depth=function:sigmoid")
    assert "it stops at the last layer" in opened(
        page, address, "book-depth", "?depth=function:step"
    )
    assert "explodes" in opened(
        page, address, "book-depth", "?depth=function:identity,weights:naive,layers:50,width:64"
    )
    silent = "?depth=function:relu,weights:he,layers:50,width:4"
    assert "exactly nothing comes back" in opened(page, address, "book-depth", silent)
    assert page.errors() == []


def test_the_rows_come_from_the_chapter():
    values = {expression: 1.0 for expression in explore_data.unit_expressions()}
    values["len(X_unit)"] = 63
    with pytest.raises(ValueError, match="has 63 rows"):
        explore_data.unit_module({explore_data.UNIT: type("R", (), {"values": values})})
    assert (ROOT / "theme" / "assets" / "explore" / "dying.js").is_file()
