"""The registry against independent references.

The references are the textbook definitions, written here in mpmath and nowhere made stable: they
are evaluated with enough digits (400 in the tails) that the result still holds 50 when all that a
naive form loses is lost.  Their derivatives come from `mpmath.diff`, so that no derivative formula
is written down twice.  The functions refuse complex numbers, so the complex step cannot be taken;
central differences in float64 are the third opinion.
"""

import functools
import inspect
import math
import pathlib
import re
import warnings

import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
from mpmath import mp, mpf

import activations
from activations import REGISTRY, SELU_ALPHA, SELU_LAMBDA, softmax, softmax_jacobian

BIBLIOGRAPHY = (pathlib.Path(__file__).parents[1] / "docs/bibliography.bib").read_text("utf-8")
INF = math.inf
NAMES = sorted(REGISTRY)
ELEMENTWISE = [name for name in NAMES if REGISTRY[name].kind == "elementwise"]
GATED = [name for name in NAMES if REGISTRY[name].kind == "gated"]
SCOPE = """identity step sigmoid tanh relu leaky_relu prelu rrelu elu celu selu softplus softsign
silu gelu gelu_tanh mish hard_sigmoid hard_tanh hard_swish relu6 log_sigmoid arctan softmax
glu reglu geglu swiglu bilinear"""
TEX_COMMANDS = """alpha arctan begin cdot delta end frac ge lambda le left log operatorname pi right
sqrt sum tanh"""

# ---------------------------------------------------------------------------- references

exp, log, mp_tanh = mpmath.exp, mpmath.log, mpmath.tanh


def selu_constants():
    """Klambauer et al. (2017), equation 14."""
    e, pi, root_e = mp.e, mp.pi, mp.sqrt(mp.e)
    p, q = mpmath.erfc(1 / mp.sqrt(2)), mpmath.erfc(mp.sqrt(2))
    alpha = -mp.sqrt(2 / pi) / (p * root_e - 1)
    under = 2 * q * e**2 + pi * p**2 * e - 2 * (2 + pi) * p * root_e + pi + 2
    return alpha, (1 - p * root_e) * mp.sqrt(2 * pi) / mp.sqrt(under)


@functools.cache
def selu_constants_at(dps):
    with mp.workdps(dps):
        return selu_constants()


def mp_selu(z):
    alpha, scale = selu_constants_at(900)
    return scale * z if z > 0 else scale * alpha * (exp(z) - 1)


def mp_elu(z, alpha=1):
    return z if z > 0 else alpha * (exp(z) - 1)


def mp_celu(z, alpha=1):
    return z if z > 0 else alpha * (exp(z / alpha) - 1)


def mp_sigmoid(z):
    return 1 / (1 + exp(-z))


def mp_gelu(z):
    return z / 2 * (1 + mpmath.erf(z / mp.sqrt(2)))


def mp_gelu_tanh(z):
    return z / 2 * (1 + mp_tanh(mp.sqrt(2 / mp.pi) * (z + mpf("0.044715") * z**3)))


def mp_leaky(slope):
    return lambda z: z if z > 0 else mpf(slope[0]) / slope[1] * z


def mp_clip(z, low, high):
    return min(max(z, mpf(low)), mpf(high))


def mp_softmax(z):
    total = sum(exp(x) for x in z)
    return [exp(x) / total for x in z]


REFERENCES = {
    "identity": lambda z: z,
    "step": lambda z: mpf(1) if z >= 0 else mpf(0),
    "sigmoid": mp_sigmoid,
    "tanh": lambda z: (exp(z) - exp(-z)) / (exp(z) + exp(-z)),
    "relu": lambda z: max(z, mpf(0)),
    "leaky_relu": mp_leaky((1, 100)),
    "prelu": mp_leaky((1, 4)),
    "rrelu": mp_leaky((11, 48)),
    "elu": mp_elu,
    "celu": mp_celu,
    "selu": mp_selu,
    "softplus": lambda z: log(1 + exp(z)),
    "softsign": lambda z: z / (1 + abs(z)),
    "silu": lambda z: z * mp_sigmoid(z),
    "gelu": mp_gelu,
    "gelu_tanh": mp_gelu_tanh,
    "mish": lambda z: z * mp_tanh(log(1 + exp(z))),
    "hard_sigmoid": lambda z: mp_clip(z / 6 + mpf(1) / 2, 0, 1),
    "hard_tanh": lambda z: mp_clip(z, -1, 1),
    "hard_swish": lambda z: z * mp_clip(z + 3, 0, 6) / 6,
    "relu6": lambda z: mp_clip(z, 0, 6),
    "log_sigmoid": lambda z: log(mp_sigmoid(z)),
    "arctan": mpmath.atan,
    "softmax": mp_softmax,
    "glu": lambda a, b: mp_sigmoid(a) * b,
    "bilinear": lambda a, b: a * b,
    "reglu": lambda a, b: max(a, mpf(0)) * b,
    "geglu": lambda a, b: mp_gelu(a) * b,
    "swiglu": lambda a, b: a * mp_sigmoid(a) * b,
}
GATES = {
    "glu": "sigmoid",
    "bilinear": "identity",
    "reglu": "relu",
    "geglu": "gelu",
    "swiglu": "silu",
}

# f(-inf), f(inf), f'(-inf), f'(inf): the limits, by hand
SELU_LOW = -SELU_LAMBDA * SELU_ALPHA
LIMITS = {
    "identity": (-INF, INF, 1, 1),
    "step": (0, 1, 0, 0),
    "sigmoid": (0, 1, 0, 0),
    "tanh": (-1, 1, 0, 0),
    "relu": (0, INF, 0, 1),
    "leaky_relu": (-INF, INF, 0.01, 1),
    "prelu": (-INF, INF, 0.25, 1),
    "rrelu": (-INF, INF, 11 / 48, 1),
    "elu": (-1, INF, 0, 1),
    "celu": (-1, INF, 0, 1),
    "selu": (SELU_LOW, INF, 0, SELU_LAMBDA),
    "softplus": (0, INF, 0, 1),
    "softsign": (-1, 1, 0, 0),
    "silu": (0, INF, 0, 1),
    "gelu": (0, INF, 0, 1),
    "gelu_tanh": (0, INF, 0, 1),
    "mish": (0, INF, 0, 1),
    "hard_sigmoid": (0, 1, 0, 0),
    "hard_tanh": (-1, 1, 0, 0),
    "hard_swish": (0, INF, 0, 1),
    "relu6": (0, 6, 0, 0),
    "log_sigmoid": (-INF, 0, 1, 0),
    "arctan": (-math.pi / 2, math.pi / 2, 0, 0),
}

# f(k) and the value that stands for f'(k) at each kink k: the documented conventions
KINKS = {
    "step": {0: (1, 0)},
    "relu": {0: (0, 0)},
    "leaky_relu": {0: (0, 0.01)},
    "prelu": {0: (0, 0.25)},
    "rrelu": {0: (0, 11 / 48)},
    "selu": {0: (0, SELU_LAMBDA * SELU_ALPHA)},
    "hard_sigmoid": {-3: (0, 0), 3: (1, 0)},
    "hard_tanh": {-1: (-1, 0), 1: (1, 0)},
    "hard_swish": {-3: (0, 0), 3: (3, 1)},
    "relu6": {0: (0, 0), 6: (6, 0)},
    "reglu": {0: (0, 0)},
}

PLACES = [0.0, 1.0, 3.0, 6.0]  # of all kinks, up to sign
TAILS = [8.4, 12, 19, 20, 25, 30, 33.7, 36.7, 37.4, 37.55, 38, 40, 40.5, 60, 100, 250, 372, 373]
TAILS += [500, 650, 699.5, 700.5, 708, 709, 709.8, 710, 712, 713.5, 720, 745, 746, 750, 800, 1000]


def make_grid():
    """From -1000 to 1000: kinks and both sides of them, roots of f', tails, random points."""
    rng = np.random.default_rng(20240229)
    half = [1e-300, 1e-20, 1e-8, 1e-4, 0.5, 2.0, *PLACES, *TAILS]
    half += [k + side for k in PLACES for side in (-1e-8, 1e-8)]
    half += list(np.geomspace(1e-6, 900, 30)) + list(rng.uniform(0, 8, 30))
    roots = [-1.2784645427610738, -0.7517915246935645, -0.7524614220710163, -1.1924312145154952]
    near = [z + d for z in [*roots, -1.5] for d in (0.0, 1e-8, -1e-4, 1e-2, -0.1)]
    return np.unique(np.concatenate([half, np.negative(half), near]))


GRID = make_grid()


def digits(z):
    """Enough for 50 in the result: near 0 a naive form loses more, and in the tails up to 308."""
    return 400 if abs(z) < 1e-8 else 60 + min(340, int(abs(z) ** 3 / 16))


@functools.cache
def reference(name, z, order=0):
    """The function or its derivative at the float z, as an mpf."""
    with mp.workdps(digits(z)):
        f = REFERENCES[name]
        return +f(mpf(z)) if order == 0 else mpmath.diff(f, mpf(z))


def off_kinks(name):
    return np.array([z for z in GRID if z not in REGISTRY[name].kinks])


# ---------------------------------------------------------------------------- bounds

U = 2.0**-53  # the relative error of one rounding
TINY = 2.0**-1074  # the smallest subnormal


def argument_error(name, z):
    """The relative condition of f in its left tail, where the exponent's own rounding is amplified.

    The factor e^-v of GELU's two forms has a v that must be rounded: v = z^2/2 for the exact one, v
    = 2u for the tanh form.  A relative error d of z is one of d * z * v' of the result, 2v and at
    most 3v.  No way round this without arithmetic in double-double, which a page is too short for.
    """
    if z >= 0:
        return 0.0
    if name == "gelu":
        return z * z
    if name == "gelu_tanh":
        return 3.0 * math.sqrt(8 / math.pi) * abs(z + 0.044715 * z**3)
    return 0.0


# In ulp, where it is not 4.  Searches over a million random z and more, with NumPy 1.26 and 2.4,
# whose exp differ, found at most 4.5 for mish, and for the derivatives 6 and 8.2 ulp of the larger
# term; for all others less than 4.
ULPS = {("mish", 0): 6, ("silu", 1): 8, ("gelu", 1): 8, ("gelu_tanh", 1): 8, ("mish", 1): 10}


def tolerance(name, z, order):
    """The error allowed at z: the bound that this project states.

    Four ulp of the result, in the subnormal range too, and these exceptions:

    * Mish is a chain of three functions, each good to a few ulp.
    * SiLU, GELU and Mish are z * g(z) with derivative g + z * g'.  The two terms cancel at the
      minimum of f, where no fixed number of ulp of the result can hold.  As for any sum, the error
      is that of the terms, each a chain itself: some ulp of the larger, so of max(|f'|, |g|).
    * GELU's two forms in the left tail: what two roundings of the argument make of the condition
      number, 2 * U * condition, see `argument_error`.
    * gelu multiplies erfc, which `math` gives, by z/2: below z = -37.5 erfc is subnormal, so that
      its last digit, worth up to |z| * TINY in the product, is lost although the product may still
      be normal.
    """
    value = abs(float(reference(name, z, order)))
    if order == 1 and name in ("silu", "gelu", "gelu_tanh", "mish") and z != 0:
        value = max(value, abs(float(reference(name, z) / mpf(z))))
    bound = ULPS.get((name, order), 4) * math.ulp(value)
    bound += 2.0 * U * argument_error(name, z) * value
    if name == "gelu":
        bound += abs(z) * TINY
    return bound


def errors(name, order, zs):
    """|computed - exact| / allowed for each z."""
    function = REGISTRY[name].grad if order else REGISTRY[name].f
    for z, computed in zip(zs, function(zs), strict=True):
        error = abs(mpf(float(computed)) - reference(name, float(z), order))
        yield float(error / mpf(tolerance(name, float(z), order))), float(z)


# ---------------------------------------------------------------------------- the registry itself


def test_scope():
    assert sorted(SCOPE.split()) == NAMES
    assert sorted(REFERENCES) == NAMES, "every registry entry has a reference"
    assert sorted(LIMITS) == ELEMENTWISE, "every elementwise entry has its limits"
    assert sorted(GATES) == GATED


@pytest.mark.parametrize("name", NAMES)
def test_entry_is_complete(name):
    entry = REGISTRY[name]
    assert entry.name == name == entry.f.__name__
    assert entry.grad.__name__ == ("softmax_jacobian" if name == "softmax" else f"{name}_grad")
    assert entry.f is getattr(activations, name)
    assert all([entry.f.__doc__, entry.grad.__doc__, entry.title])
    assert entry.kind in ("elementwise", "vector", "gated")
    assert (entry.monotone is None) == (entry.kind != "elementwise")
    assert re.search(rf"^@\w+{{{entry.source},", BIBLIOGRAPHY, flags=re.MULTILINE)
    assert set(entry.kinks) == set(KINKS.get(name, {}))
    for function in (entry.f, entry.grad):
        parameters = list(inspect.signature(function).parameters.values())
        defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        assert defaults.pop("rng", None) is None
        assert defaults == entry.parameters


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", ["formula", "derivative"])
def test_tex_is_well_formed(name, which):
    tex = getattr(REGISTRY[name], which)
    depth = 0
    for character in tex:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert tex.count("(") == tex.count(")")
    assert tex.count(r"\left") == tex.count(r"\right")
    assert tex.count(r"\begin{cases}") == tex.count(r"\end{cases}")
    commands = set(re.findall(r"\\([a-zA-Z]+)", tex))
    assert commands <= set(TEX_COMMANDS.split())
    symbols = {"\\" + name for name in REGISTRY[name].constants}
    symbols |= {"\\" + name for name in REGISTRY[name].parameters if name == "alpha"}
    assert {c for c in (r"\alpha", r"\lambda") if c in REGISTRY[name].formula} == symbols


def test_sections():
    """One flat section for each entry, which holds the function and its derivative."""
    source = pathlib.Path(activations.__file__).read_text(encoding="utf-8")
    marks = re.findall(r"^# --8<-- \[(start|end):(\w+)\]$", source, flags=re.MULTILINE)
    assert len(marks) == source.count("--8<--")
    starts, ends = marks[::2], marks[1::2]
    assert all(kind == "start" for kind, _ in starts)
    assert [("end", name) for _, name in starts] == ends
    sections = [name for _, name in starts]
    assert sorted(sections) == sorted([*NAMES, "helpers", "gated", "activation", "registry"])
    for name in NAMES:
        body = source.split(f"[start:{name}]")[1].split(f"[end:{name}]")[0]
        assert f"\ndef {name}(" in body
        assert f"\ndef {REGISTRY[name].grad.__name__}(" in body


# ---------------------------------------------------------------------------- accuracy


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_value(name):
    worst, z = max(errors(name, 0, GRID))
    assert worst <= 1, f"{name}({z!r}): {worst:.2f} times the bound"


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative(name):
    worst, z = max(errors(name, 1, off_kinks(name)))
    assert worst <= 1, f"{name}_grad({z!r}): {worst:.2f} times the bound"


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_against_central_differences(name):
    """h = 1e-5 costs h^2 f'''/6 and |f| U / h: some 1e-10 at these z."""
    entry, h = REGISTRY[name], 1e-5
    z = np.linspace(-20, 20, 1601) + 0.003  # no kink within h
    difference = (entry.f(z + h) - entry.f(z - h)) / (2 * h)
    np.testing.assert_allclose(entry.grad(z), difference, rtol=0, atol=2e-9)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_kinks(name):
    """The conventions hold at the kinks, and one-sided slopes differ there and nowhere else."""
    entry = REGISTRY[name]
    for kink, (value, slope) in KINKS.get(name, {}).items():
        for z in (float(kink), -0.0) if kink == 0 else (float(kink),):
            assert entry.f(z) == value
            assert entry.grad(z) == pytest.approx(slope, rel=4 * U, abs=0)
    with mp.workdps(60):
        for place in [-6, -3, -1, 0, 1, 3, 6]:
            left, right = (
                mpmath.diff(REFERENCES[name], mpf(place), direction=side) for side in (-1, 1)
            )
            assert (place in entry.kinks) == (abs(left - right) > 1e-9)


def test_selu_constants():
    with mp.workdps(50):
        alpha, scale = selu_constants()
    assert float(alpha) == SELU_ALPHA
    assert float(scale) == SELU_LAMBDA


PARAMETERS = [
    ("leaky_relu", {"alpha": 0.2}, lambda z: z if z > 0 else mpf(0.2) * z),
    ("leaky_relu", {"alpha": 0.0}, lambda z: max(z, mpf(0))),
    ("prelu", {"alpha": -0.5}, lambda z: z if z > 0 else -z / 2),
    ("rrelu", {"lower": 0.25, "upper": 0.75}, lambda z: z if z > 0 else z / 2),
    ("elu", {"alpha": 0.3}, lambda z: mp_elu(z, mpf(0.3))),
    ("celu", {"alpha": 2.0}, lambda z: mp_celu(z, mpf(2))),
    ("celu", {"alpha": 0.3}, lambda z: mp_celu(z, mpf(0.3))),
    ("celu", {"alpha": 50.0}, lambda z: mp_celu(z, mpf(50))),
]


@pytest.mark.parametrize(("name", "parameters", "f"), PARAMETERS)
def test_parameters(name, parameters, f):
    """celu rounds z/alpha, so its derivative e^(z/alpha) errs by U |z/alpha| more."""
    zs = GRID[(GRID != 0) & (abs(GRID) < (800 if name == "celu" else 200))]
    values, slopes = (g(zs, **parameters) for g in (REGISTRY[name].f, REGISTRY[name].grad))
    for z, value, slope in zip(zs, values, slopes, strict=True):
        with mp.workdps(digits(z)):
            exact, exact_slope = f(mpf(z)), mpmath.diff(f, mpf(z))
            condition = abs(z) / parameters["alpha"] if name == "celu" and z < 0 else 0
            relative = U * condition * abs(float(exact_slope))
            assert abs(mpf(float(value)) - exact) <= 4 * math.ulp(float(exact)), z
            bound = 4 * math.ulp(float(exact_slope)) + relative
            assert abs(mpf(float(slope)) - exact_slope) <= bound, z


# ---------------------------------------------------------------------------- against SciPy


def test_scipy():
    """Within 1e-14, a few roundings on both sides; the tail of GELU by its condition, U * z^2."""
    z = np.concatenate([np.linspace(-700, 700, 1401), np.linspace(-8, 8, 401)])
    close = functools.partial(np.testing.assert_allclose, rtol=1e-14, atol=0)
    close(activations.sigmoid(z), scipy.special.expit(z))
    close(activations.log_sigmoid(z), scipy.special.log_expit(z))
    close(activations.sigmoid_grad(z), scipy.stats.logistic.pdf(z))
    close(activations.softplus(z), -scipy.special.log_expit(-z))
    close(activations.tanh_grad(z / 2), 4 * scipy.stats.logistic.pdf(z))
    near = z[abs(z) <= 30]
    close(activations.gelu(near), near * scipy.special.ndtr(near), rtol=1e-12)
    density = scipy.stats.norm.pdf(near)
    close(activations.gelu_grad(near), scipy.special.ndtr(near) + near * density, rtol=1e-11)
    rows = np.random.default_rng(1).normal(scale=20, size=(50, 7))
    close(softmax(rows), scipy.special.softmax(rows, axis=-1), rtol=1e-13)


# ---------------------------------------------------------------------------- shapes and dtypes


def call(name, z):
    """Every result of an entry for the array z; a gated unit gets z and its reverse."""
    entry = REGISTRY[name]
    if entry.kind != "gated":
        return [entry.f(z), entry.grad(z)]
    other = np.flip(np.asarray(z))
    return [entry.f(z, other), *entry.grad(z, other)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_dtype_is_kept(name, dtype):
    """And the result is the float64 result rounded once, so float32 and float16 are exact."""
    z = np.array([-7.5, -2.0, -0.1, 0.0, 0.3, 2.0, 11.0], dtype)
    for result, wide in zip(call(name, z), call(name, z.astype(np.float64)), strict=True):
        assert result.dtype == dtype
        np.testing.assert_array_equal(result, wide.astype(dtype))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.int64])
def test_integers_become_float64(name, dtype):
    z = np.array([0, 1, 1, 0], dtype)
    for result, wide in zip(call(name, z), call(name, z.astype(np.float64)), strict=True):
        assert result.dtype == np.float64
        np.testing.assert_array_equal(result, wide)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(3,), (0,), (2, 0, 3), (2, 3), (2, 1, 4)])
def test_shape_is_kept(name, shape):
    z = np.random.default_rng(2).normal(size=shape)
    results = call(name, z)
    if name == "softmax":
        assert results.pop().shape == (*shape, shape[-1])
    assert all(result.shape == shape for result in results)
    assert all(np.isfinite(result).all() for result in results)


@pytest.mark.parametrize("name", [*ELEMENTWISE, *GATED])
def test_scalars(name):
    (one,) = call(name, np.array([0.7]))[:1]
    for z in (0.7, np.float64(0.7), np.array(0.7)):
        results = call(name, z)
        assert all(np.shape(result) == () for result in results)
        assert all(isinstance(result, np.float64) for result in results)
        assert results[0] == one[0]
    assert all(isinstance(result, np.float32) for result in call(name, np.float32(0.7)))
    assert all(isinstance(result, np.float64) for result in call(name, 3))


@pytest.mark.parametrize("name", NAMES)
def test_layout_is_no_matter_and_input_is_untouched(name):
    z = np.random.default_rng(3).normal(size=(6, 4))
    before = z.copy()
    for strided, plain in zip(call(name, z.T[::2]), call(name, z.T[::2].copy()), strict=True):
        np.testing.assert_array_equal(strided, plain)
    for result in call(name, z):
        result[...] = 99.0
    np.testing.assert_array_equal(z, before)
    for result, expected in zip(call(name, z.tolist()), call(name, z), strict=True):
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "z", [np.array([1j]), np.array(["1"]), np.array([None]), np.array(["2024-01-01"], "M8[D]")]
)
def test_other_dtypes_are_refused(name, z):
    entry = REGISTRY[name]
    for function in (entry.f, entry.grad):
        with pytest.raises(TypeError, match="floats of at most 64 bits"):
            function(z, z) if entry.kind == "gated" else function(z)


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="longdouble is float64 here")
def test_longdouble_is_refused():
    with pytest.raises(TypeError, match="64 bits"):
        activations.relu(np.longdouble(1))


# ---------------------------------------------------------------------------- warnings, inf and NaN


@pytest.mark.parametrize("name", NAMES)
def test_no_warning(name):
    """Underflow alone may happen: e^-1000 is 0 to the last digit, and NumPy agrees by default."""
    z = np.concatenate([GRID, [-1e300, 1e300, -1e155, 1e155, -INF, INF, np.nan, -0.0]])
    if name == "softmax":
        z = np.stack([z, -z, np.zeros_like(z)], axis=-1)
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        if REGISTRY[name].kind == "gated":
            z = z[abs(z) != 1e300]  # whose products overflow, as they should
            for b in (1.0, 0.0, -INF, np.nan):
                REGISTRY[name].f(z, np.full_like(z, b))
                REGISTRY[name].grad(z, np.full_like(z, b))
        else:
            call(name, z)
            call(name, z[abs(z) < 1e4].astype(np.float32))


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_limits(name):
    entry = REGISTRY[name]
    low, high, slope_low, slope_high = LIMITS[name]
    ends = np.array([-INF, INF])
    np.testing.assert_allclose(entry.f(ends), [low, high], rtol=4 * U, atol=0)
    np.testing.assert_allclose(entry.grad(ends), [slope_low, slope_high], rtol=4 * U, atol=0)
    with mp.workdps(450):  # and they are limits: of the reference, however slow
        z = mpf(10) ** 40
        for side, limit in ((-1, low), (1, high)):
            value = REFERENCES[name](side * z)
            if math.isinf(limit):
                assert math.copysign(1, limit) * value >= 9
            else:
                assert abs(value - mpf(limit)) <= 2 * math.ulp(1.0)


@pytest.mark.parametrize("name", NAMES)
def test_nan_is_kept(name):
    z = np.array([[1.0, np.nan, -2.0], [0.0, 3.0, -0.5]])
    clean = np.array([[1.0, 0.5, -2.0], [0.0, 3.0, -0.5]])
    entry = REGISTRY[name]
    if entry.kind == "vector":
        assert np.isnan(softmax(z)[0]).all()
        assert np.isnan(softmax_jacobian(z)[0]).all()
        np.testing.assert_array_equal(softmax(z)[1], softmax(clean)[1])
        np.testing.assert_array_equal(softmax_jacobian(z)[1], softmax_jacobian(clean)[1])
        return
    if entry.kind == "gated":
        results = [(g(z, clean), g(clean, z)) for g in (entry.f, lambda a, b: entry.grad(a, b)[0])]
        results += [(entry.grad(z, clean)[1], entry.grad(clean, z)[1])]
        pairs = [result for pair in results for result in pair]
    else:
        pairs = [entry.f(z), entry.grad(z)]
    for result in pairs:
        np.testing.assert_array_equal(np.isnan(result), np.isnan(z))


# ---------------------------------------------------------------------------- range and monotony


@functools.cache
def minimum(name):
    """Where and how low the reference dips, for the functions that have a minimum inside."""
    with mp.workdps(50):
        f = REFERENCES[name]
        z = mpmath.findroot(lambda x: mpmath.diff(f, x), mpf(-1))
        return float(z), float(f(z))


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_range(name):
    entry = REGISTRY[name]
    low, high, low_attained, high_attained = entry.range
    z = np.concatenate([GRID, np.linspace(-15, 15, 3001), [-INF, INF]])
    if not entry.monotone:
        place, value = minimum(name)
        assert low == value, "the low end is the minimum, to the last digit"
        z = np.append(z, place)
    y = entry.f(z)
    slack = 2 * math.ulp(low) if np.isfinite(low) else 0.0  # computed values may miss it by an ulp
    assert low - slack <= y.min() <= low + slack or low == -INF == y.min()
    assert y.max() == high
    near = y[abs(z) <= 15]  # further out, float64 rounds to the limit itself
    assert low_attained == (near.min() <= low + slack)
    assert high_attained == (near.max() == high)


def test_range_of_softmax():
    """Of two entries, so far apart as float64 can tell from 0 and 1, and further."""
    low, high, low_attained, high_attained = REGISTRY["softmax"].range
    z = np.linspace(-15, 15, 61)
    shares = softmax(np.stack([z, -z], axis=1))
    assert low_attained == (shares.min() <= low)
    assert high_attained == (shares.max() >= high)
    assert softmax(np.array([1000.0, 0.0])).tolist() == [high, low]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_monotone(name):
    entry = REGISTRY[name]
    z = np.linspace(-20, 20, 8001)
    assert entry.monotone == bool((entry.grad(z) >= 0).all())
    steps = np.diff(entry.f(z))
    roundings = 4 * np.spacing(abs(entry.f(z[1:])))
    assert entry.monotone == bool((steps >= -roundings).all())


# ---------------------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("leaky_relu", {"alpha": -0.01}),
        ("leaky_relu", {"alpha": np.nan}),
        ("leaky_relu", {"alpha": INF}),
        ("prelu", {"alpha": np.nan}),
        ("prelu", {"alpha": np.array([0.1, INF])}),
        ("rrelu", {"lower": 0.5, "upper": 0.25}),
        ("rrelu", {"lower": -0.1}),
        ("rrelu", {"upper": INF}),
        ("elu", {"alpha": 0.0}),
        ("elu", {"alpha": -1.0}),
        ("celu", {"alpha": 0.0}),
        ("celu", {"alpha": -1.0}),
        ("celu", {"alpha": np.nan}),
    ],
)
def test_senseless_parameters_are_refused(name, parameters):
    for function in (REGISTRY[name].f, REGISTRY[name].grad):
        with pytest.raises(ValueError, match=r"alpha must be|lower <= upper"):
            function(np.array([-1.0, 1.0]), **parameters)


def test_prelu_slopes_broadcast():
    z = np.array([[-1.0, -2.0, 3.0], [-4.0, 5.0, -INF]], np.float32)
    alpha = np.array([0.5, -1.0, 0.0])
    expected = np.array([[-0.5, 2, 3], [-2, 5, 0]], np.float32)
    np.testing.assert_array_equal(activations.prelu(z, alpha), expected)
    assert activations.prelu(z, alpha).dtype == np.float32
    slopes = np.array([[0.5, -1, 1], [0.5, 1, 0]])
    np.testing.assert_array_equal(activations.prelu_grad(z, alpha), slopes)
    assert activations.leaky_relu(-INF, alpha=0.0) == 0


def test_rrelu_in_training():
    z = np.full(100_000, -1.0)
    slopes = -activations.rrelu(z, rng=np.random.default_rng(4))
    assert slopes.min() >= 1 / 8
    assert slopes.max() < 1 / 3
    five_sigma = 5 * (1 / 3 - 1 / 8) / math.sqrt(12 * z.size)
    assert slopes.mean() == pytest.approx(11 / 48, abs=five_sigma)
    assert slopes.std() == pytest.approx((1 / 3 - 1 / 8) / math.sqrt(12), rel=0.02)
    again = activations.rrelu_grad(z, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(again, slopes)
    positive = np.array([0.5, 2.0])
    np.testing.assert_array_equal(
        activations.rrelu(positive, rng=np.random.default_rng(5)), positive
    )
    at_test = activations.rrelu(np.array([-1.0, -2.0]))
    np.testing.assert_allclose(at_test, [-11 / 48, -22 / 48], rtol=4 * U)
    narrow = activations.rrelu(z, lower=0.2, upper=0.2, rng=np.random.default_rng(6))
    np.testing.assert_array_equal(narrow, -0.2)


# ---------------------------------------------------------------------------- softmax

ROWS = [
    [0.0],
    [1.0, 2.0, 3.0],
    [0.0, 50.0],
    [-1000.0, 0.0, 1000.0],
    [300.25, 0.5, -80.125, 290.0],
    [-700.0, 0.0, 1e-8],
    [5.0, 5.0, 5.0, 5.0, 5.0],
]


@pytest.mark.parametrize("row", ROWS)
def test_softmax(row):
    """z - max is rounded: U times its size; the sum of n terms adds n roundings."""
    computed, jacobian = softmax(row), softmax_jacobian(row)
    n, spread = len(row), max(row) - min(row)
    with mp.workdps(900):
        exact = [mpf(x) for x in row]
        values = mp_softmax(exact)
        bound = (8 + n + spread) * U
        for i in range(n):
            assert abs(mpf(float(computed[i])) - values[i]) <= bound * values[i] + 4 * TINY
            for j in range(n):
                derivative = mpmath.diff(
                    lambda x, i=i, j=j: mp_softmax([*exact[:j], x, *exact[j + 1 :]])[i], exact[j]
                )
                error = abs(mpf(float(jacobian[i, j])) - derivative)
                assert error <= 2 * bound * abs(derivative) + 4 * n * TINY, (i, j)


def test_softmax_properties():
    rng = np.random.default_rng(7)
    z = rng.integers(-40, 40, size=(4, 5, 6)).astype(float)
    s, jacobian = softmax(z), softmax_jacobian(z)
    np.testing.assert_allclose(s.sum(axis=-1), 1, rtol=0, atol=6 * U)
    np.testing.assert_array_equal(softmax(z + 1000), s)  # integers: the shift is exact
    np.testing.assert_array_equal(np.argmax(s, axis=-1), np.argmax(z, axis=-1))
    np.testing.assert_allclose(jacobian.sum(axis=-1), 0, rtol=0, atol=U)
    np.testing.assert_array_equal(jacobian, np.swapaxes(jacobian, -1, -2))
    h = 1e-5
    for j in range(6):
        shift = h * (np.arange(6) == j)
        difference = (softmax(z + shift) - softmax(z - shift)) / (2 * h)
        np.testing.assert_allclose(jacobian[..., j], difference, rtol=0, atol=1e-9)


def test_softmax_at_infinity():
    for row, expected in [
        ([INF, 0.0], [1, 0]),
        ([-INF, 0.0], [0, 1]),
        ([INF, INF, 0.0], [0.5, 0.5, 0]),
        ([-INF, -INF], [0.5, 0.5]),
    ]:
        np.testing.assert_array_equal(softmax(row), expected)
    with pytest.raises(ValueError, match="axis"):
        softmax(1.0)
    with pytest.raises(ValueError, match="axis"):
        softmax_jacobian(1.0)


# ---------------------------------------------------------------------------- gated units


@pytest.mark.parametrize("name", GATED)
def test_gated(name):
    """The bound of f(a) times |b|, and half an ulp for the product; so for both derivatives."""
    entry, gate = REGISTRY[name], GATES[name]
    grid = GRID[(abs(GRID) < 21) & (GRID != 0)]
    f = REFERENCES[name]
    for first, b in enumerate((-3.7, 1.0, 2e-3)):
        a = grid[first::3]
        computed = [entry.f(a, np.full_like(a, b)), *entry.grad(a, np.full_like(a, b))]
        for x, value, by_a, by_b in zip(a, *computed, strict=True):
            x = float(x)
            with mp.workdps(digits(x)):
                exact = f(mpf(x), mpf(b))
                exact_a = mpmath.diff(lambda t, b=b: f(t, mpf(b)), mpf(x))
                exact_b = f(mpf(x), mpf(1))  # f is linear in b
            for got, want, factor, order in (
                (value, exact, abs(b), 0),
                (by_a, exact_a, abs(b), 1),
                (by_b, exact_b, 1.0, 0),
            ):
                bound = factor * tolerance(gate, x, order) + math.ulp(float(want)) / 2 + TINY
                assert abs(mpf(float(got)) - want) <= bound, (x, b)


def test_gated_arguments():
    a, b = np.array([1.0, -2.0]), np.array([3.0, 0.5])
    np.testing.assert_array_equal(activations.reglu(a, b), [3, 0])
    np.testing.assert_array_equal(activations.bilinear_grad(a, b), [[3, 0.5], [1, -2]])
    assert isinstance(activations.glu_grad(a, b), tuple)
    halves = np.split(np.array([[1.0, -2.0, 3.0, 0.5]]), 2, axis=-1)
    np.testing.assert_array_equal(activations.reglu(*halves), [[3, 0]])
    assert activations.glu(a.astype(np.float32), b.astype(np.float16)).dtype == np.float32
    assert activations.glu(a.astype(np.float32), np.array([1, 2])).dtype == np.float64
    with pytest.raises(ValueError, match="one shape"):
        activations.glu(a, np.array([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match="one shape"):
        activations.glu_grad(a, 1.0)


@pytest.mark.parametrize("name", GATED)
def test_gated_at_infinity(name):
    entry = REGISTRY[name]
    assert entry.f(INF, 2.0) == (2 if name == "glu" else INF)
    assert entry.f(2.0, -INF) == -INF
    assert np.isnan(entry.f(0.0, INF)) == (name != "glu"), "0 * inf has no limit"
    by_a, by_b = entry.grad(-INF, 2.0)
    assert by_a == (2 if name == "bilinear" else 0)
    assert by_b == (-INF if name == "bilinear" else 0)


@pytest.mark.parametrize("name", GATED)
def test_gated_kink(name):
    slopes = {"glu": 0.25, "bilinear": 1.0, "reglu": 0.0, "geglu": 0.5, "swiglu": 0.5}
    by_a, by_b = REGISTRY[name].grad(0.0, 3.0)
    assert by_a == 3 * slopes[name]
    assert by_b == (0.5 if name == "glu" else 0)
