"""Smooth and gated units: softplus, SiLU, GELU, Mish; SwiGLU and its kin; softmax."""

import math
from decimal import Decimal, localcontext

import numpy as np

from activations import (
    bilinear,
    bilinear_grad,
    gelu,
    gelu_grad,
    gelu_tanh,
    leaky_relu_grad,
    mish,
    mish_grad,
    relu,
    relu_grad,
    sigmoid,
    silu,
    silu_grad,
    softmax,
    softplus,
    softplus_grad,
    swiglu,
    swiglu_grad,
    tanh_grad,
)
from plotting import (
    BLUE,
    GREEN,
    INK,
    LEVELS,
    MUTED,
    ORANGE,
    PURPLE,
    axes_at_zero,
    label,
    panel,
    save,
)

# --8<-- [start:values]
z = np.array([-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0])
print("z       ", z)
for f in (relu, softplus, silu, gelu, mish):
    print(f"{f.__name__:8}", f(z).round(2))
# --8<-- [end:values]

# --8<-- [start:integral]
z = np.linspace(-40, 5, 45_001)
heights = sigmoid(z)
area = np.sum((heights[1:] + heights[:-1]) / 2) * (z[1] - z[0])  # trapezoids
print(f"area under the sigmoid from {z[0]:g} to {z[-1]:g}: {area:.6f}, {len(z):,} points")
print(f"softplus(5):                          {softplus(5.0):.6f}")

z = np.linspace(-10, 10, 2001)
gap = softplus(z) - relu(z)
print(f"largest gap to ReLU: {gap.max():.4f} at z = {abs(z[gap.argmax()]):.0f}")
print(f"  of {len(z):,} places from {z[0]:g} to {z[-1]:g}")
both = np.array([-2.0, 2.0])
print(f"gap at {both}: {(softplus(both) - relu(both)).round(4)}")
# --8<-- [end:integral]
largest_gap = gap.max()


# --8<-- [start:minima]
def root(f, low, high):
    """Where f turns from negative to positive between low and high, by bisection."""
    while low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if f(middle) > 0 else (middle, high)
    return high


LEFT = -3.0, 0.0  # where the lowest point is looked for
SELF_GATED = ((silu, silu_grad), (gelu, gelu_grad), (mish, mish_grad))
z = np.linspace(0, 5, 5001)
print("      lowest at   value     steepest at  slope")
for f, f_grad in SELF_GATED:
    lowest, slopes = root(f_grad, *LEFT), f_grad(z)
    print(f"{f.__name__:4}  {lowest:9.4f}  {f(lowest):.5f}", end="  ")
    print(f"{z[slopes.argmax()]:11.2f}  {slopes.max():.3f}")
print("lowest between {:g} and {:g};".format(*LEFT), end=" ")
print(f"steepest of {len(z):,} places from {z[0]:g} to {z[-1]:g}")
# --8<-- [end:minima]
minimum = {f.__name__: root(f_grad, *LEFT) for f, f_grad in SELF_GATED}
steepest = {f.__name__: f_grad(z).max() for f, f_grad in SELF_GATED}

# --8<-- [start:fading]
PLACES = (-2.0, -5.0, -10.0)
print("slope at z =", *(f"{z0:9.0f}" for z0 in PLACES))
for f_grad in (leaky_relu_grad, softplus_grad, silu_grad, mish_grad, gelu_grad):
    slopes = [f"{f_grad(z0):9.0e}" for z0 in PLACES]
    print(f"{f_grad.__name__[:-5]:12}", *slopes)
# --8<-- [end:fading]
far_left = PLACES[-1]

# --8<-- [start:gelu_forms]
GATE_SLOPE, CUBIC = 1.702, 0.044715  # as published


def gelu_sigmoid(z, slope=GATE_SLOPE):
    return z * sigmoid(slope * z)


z = np.linspace(0, 6, 6001)  # the errors at -z are the same
largest = {}
print("form     largest error  at |z|")
for f in (gelu_tanh, gelu_sigmoid):
    error = np.abs(f(z) - gelu(z))
    largest[f] = error.max(), z[error.argmax()]
    print(f"{f.__name__[5:]:7}  {largest[f][0]:13.5f}  {largest[f][1]:6.2f}")
print(f"of {len(z):,} places from {z[0]:g} to {z[-1]:g}")

z0 = np.array([-2.0, -3.0, -4.0, -5.0])
print("z                  ", z0)
print("tanh form / exact  ", (gelu_tanh(z0) / gelu(z0)).round(2))
print("sigmoid form / exact", (gelu_sigmoid(z0) / gelu(z0)).round(1))
# --8<-- [end:gelu_forms]
shares = gelu_tanh(z0) / gelu(z0)
times = gelu_sigmoid(z0) / gelu(z0)


# --8<-- [start:constants]
def tanh_form(z, cubic):
    return z / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + cubic * z**3)))


def best(form, constants, weight):
    """The constant with the smallest largest error, errors divided by the weight."""
    worst = [np.abs((form(z, c) - exact) / weight).max() for c in constants]
    return constants[np.argmin(worst)]


z = np.linspace(0, 6, 1201)[1:]
exact = gelu(z)
slopes, cubics = np.arange(1.65, 1.85, 0.001), np.arange(0.044, 0.0455, 5e-6)
print("best constant for   Φ(z)       z Φ(z)")
print(f"in the sigmoid      {best(gelu_sigmoid, slopes, z):.3f}", end="      ")
print(f"{best(gelu_sigmoid, slopes, 1):.3f}")
print(f"in the tanh         {best(tanh_form, cubics, z):.6f}", end="   ")
print(f"{best(tanh_form, cubics, 1):.6f}")
print(f"on {len(z):,} places to {z[-1]:g}, from {z[0]:g} on, of", end=" ")
for tried in (slopes, cubics):
    print(f"{tried[0]:g} to {tried[-1]:.5g} ({len(tried)})", end="\n" if tried is cubics else ", ")
# --8<-- [end:constants]
best_slope = best(gelu_sigmoid, slopes, z)
best_slope_product = best(gelu_sigmoid, slopes, 1)
best_cubic = best(tanh_form, cubics, z)


# --8<-- [start:layer]
def gated_layer(x, W, V, gate=swiglu):
    """gate(x W, x V); x: (rows, n), W and V: (n, m). Returns (rows, m)."""
    return gate(x @ W, x @ V)


d, hidden = 768, 3072  # a block that takes d numbers to d numbers
plain = [(d, hidden), (hidden, d)]
narrow = hidden * 2 // 3
gated = [(d, narrow), (d, narrow), (narrow, d)]
for name, matrices in (("plain", plain), ("gated", gated)):
    print(name, f"{sum(n * m for n, m in matrices):,}", "parameters:", *matrices)
# --8<-- [end:layer]


# --8<-- [start:product]
def relu_product(x1, x2, units):
    """((x1 + x2)² - (x1 - x2)²) / 4 on [-1, 1]², each square a broken line."""
    step = 8 / units
    knots = step * np.arange(units / 4)
    assert 4 * len(knots) == units  # one row for each sign of each sum
    rise = np.where(knots == 0, step, 2 * step)

    def square(u):
        u = u[..., None]
        return (relu(u - knots) + relu(-u - knots)) @ rise

    return (square(x1 + x2) - square(x1 - x2)) / 4


x1, x2 = np.meshgrid(*[np.linspace(-1, 1, 129)] * 2)
print(f"{x1.size:,} points, products from {np.min(x1 * x2):g} to {np.max(x1 * x2):g}")
print("1 bilinear unit: ", np.allclose(bilinear(x1, x2), x1 * x2))
print("2 SwiGLU units:  ", np.allclose(swiglu(x1, x2) + swiglu(-x1, -x2), x1 * x2))
relu_error = {}
for units in (4, 16, 64):
    relu_error[units] = np.abs(relu_product(x1, x2, units) - x1 * x2).max()
    print(f"{units:3} ReLU units, largest error: {relu_error[units]:.2g}", end="")
    print(f"   4 / N² = {4 / units**2:.2g}")
# --8<-- [end:product]


# --8<-- [start:four_gelu]
def gelu_product(x1, x2, eps):
    """Four units: for small u, gelu(u) + gelu(-u) is close to u² √(2/π)."""

    def square(u):
        return (gelu(eps * u) + gelu(-eps * u)) / (eps**2 * math.sqrt(2 / math.pi))

    return (square(x1 + x2) - square(x1 - x2)) / 4


gelu_error = {}
for eps in (1.0, 0.1, 0.01, 0.001):
    gelu_error[eps] = np.abs(gelu_product(x1, x2, eps) - x1 * x2).max()
    print(f"4 GELU units, scale {eps:<5g}  largest error: {gelu_error[eps]:.0e}")
# --8<-- [end:four_gelu]


# --8<-- [start:train]
SEEDS = range(10)


def normal(rngs, n, m):
    return np.stack([rng.normal(size=(n, m)) for rng in rngs])


def train(f, f_grad, matrices, units, y, lr=0.3, steps=800):
    """Ten networks with one hidden layer; RMS errors, in standard deviations of y.

    matrices: 1 for f(x W), 2 for f(x W, x V); W and V have shape (3, units).
    """
    rngs = [np.random.default_rng(seed) for seed in SEEDS]
    maps = [normal(rngs, 3, units) / math.sqrt(2) for _ in range(matrices)]
    out = normal(rngs, units, 1) / math.sqrt(units)
    for step in range(steps + 1):
        z = [grid @ w for w in maps]
        h = f(*z)
        error = h @ out - y[:, None]
        if step == steps:
            return np.sqrt(np.mean(error**2, axis=(1, 2))) / y.std()
        slopes = f_grad(*z) if matrices == 2 else [f_grad(*z)]
        back = error @ out.transpose(0, 2, 1) / len(y)
        out = out - lr * h.transpose(0, 2, 1) @ error / len(y)
        maps = [w - lr * grid.T @ (back * s) for w, s in zip(maps, slopes, strict=True)]


# --8<-- [end:train]


# --8<-- [start:trained]
g1, g2 = (x.ravel() for x in np.meshgrid(*[np.linspace(-1, 1, 7)] * 2))
grid = np.column_stack([g1, g2, np.ones(len(g1))])  # the ones carry the bias
left = {}
print("units        x1 x2           max(x1, x2)")
for name, units, *net in (
    ("ReLU", 14, relu, relu_grad, 1),
    ("SiLU", 14, silu, silu_grad, 1),
    ("bilinear", 8, bilinear, bilinear_grad, 2),
    ("SwiGLU", 8, swiglu, swiglu_grad, 2),
):
    left[name] = [train(*net, units, y) for y in (g1 * g2, np.maximum(g1, g2))]
    cells = [f"{e.mean():.3f} ± {e.std(ddof=1):.3f}" for e in left[name]]
    print(f"{units:2} {name:8}  {cells[0]}   {cells[1]}")
# --8<-- [end:trained]
per_network = 14 * (3 + 1), 8 * (2 * 3 + 1)

# Shazeer (2020), table 1: log-perplexity after the long runs
PLAIN = {"ReLU": 1.677, "GELU": 1.679, "Swish": 1.683}
GATED = {"GLU": 1.663, "Bilinear": 1.648, "ReGLU": 1.645, "SwiGLU": 1.636, "GEGLU": 1.633}
ungated, with_gate = PLAIN.values(), GATED.values()


# --8<-- [start:shift]
def naive_softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


logits = np.array([2.0, 1.0, 0.0, -1.0])
print("added  e^z over its sum          shifted first")
for added in (0.0, 100.0, 1000.0, -1000.0):
    with np.errstate(over="ignore", invalid="ignore"):
        naive = naive_softmax(logits + added)
    print(f"{added:5.0f}  {naive.round(3)!s:24}  {softmax(logits + added).round(3)}")
# --8<-- [end:shift]


# --8<-- [start:jacobian]
def by_differences(f, z, h=1e-5):
    """Slopes of f by each component of z, central differences; the last axis is z's."""
    moves = h * np.eye(len(z))
    return np.stack([(f(z + move) - f(z - move)) / (2 * h) for move in moves], axis=-1)


z0 = np.array([1.0, 0.5, -1.0])
s = softmax(z0)
J = np.diag(s) - np.outer(s, s)
print(J.round(4))
print("central differences:", np.allclose(J, by_differences(softmax, z0)))
print("rows sum to 0:", np.allclose(J.sum(axis=1), 0))
z = np.array([-30.0, -1.0, 0.0, 1.0, 30.0])
of_two = softmax(np.stack([z, np.zeros_like(z)], axis=1))[:, 0]
print("of z and 0:", *(f"{share:.3g}" for share in of_two), " as the sigmoid:", end=" ")
print(np.allclose(of_two, sigmoid(z)))
# --8<-- [end:jacobian]


# --8<-- [start:cross_entropy]
def log_sum_exp(z):
    """ln Σ_j e^z_j along the last axis, with the largest z taken out."""
    top = z.max(axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(z - top).sum(axis=-1))


def cross_entropy(z, y):
    """-ln of the probability of the right class, y one-hot: log_sum_exp(z) - z_y."""
    return log_sum_exp(z) - (z * y).sum(axis=-1)


y = np.array([0.0, 1.0, 0.0])
print("softmax:     ", softmax(z0).round(4))
print("gradient:    ", by_differences(lambda z: cross_entropy(z, y), z0).round(4))
far = np.array([1000.0, 0.0, -1.0])
with np.errstate(divide="ignore"):
    print("far off, from softmax:", -np.log(softmax(far)))
print("far off, from z:      ", cross_entropy(far, y))
with_zero = log_sum_exp(np.stack([np.zeros_like(z), z], axis=1))
print("of 0 and z: ", *(f"{v:.3g}" for v in with_zero), " as softplus:", end=" ")
print(np.allclose(with_zero, softplus(z)))
# --8<-- [end:cross_entropy]
far_loss = cross_entropy(far, y)


# --8<-- [start:naive]
DIGITS = 50


def naive_softplus(z):
    return np.log(1 + np.exp(z))


def naive_mish(z):
    return z * np.tanh(naive_softplus(z))


def naive_tanh_grad(z):
    return 1 - np.tanh(z) ** 2


def references(z):
    """Softplus, Mish and the slope of tanh at one float z, to 50 digits."""
    more = max(0, int(-z / 2))  # so that 1 + e^z holds the digits of e^z
    with localcontext(prec=DIGITS + more):
        z = Decimal(float(z))
        e, t = z.exp(), (-2 * abs(z)).exp()
        return (1 + e).ln(), z * e * (e + 2) / (e * (e + 2) + 2), 4 * t / (1 + t) ** 2


# --8<-- [end:naive]


# --8<-- [start:errors]
def worst_error(values, exact):
    """The largest error, in units of the last place of the exact value."""
    errors = []
    for value, reference in zip(values, exact, strict=True):
        ulp = np.spacing(type(value)(abs(float(reference))))
        errors.append(float(abs(Decimal(float(value)) - reference)) / ulp)
    return max(errors)


def in_words(worst):
    if worst < 10:
        return "under 10"
    return "inf" if worst == np.inf else f"10^{np.log10(worst):.0f}"


# --8<-- [end:errors]


# --8<-- [start:lost]
RANGES = (-45, -38), (-30, -20), (-10, -9), (0, 1), (9, 10), (20, 21), (710, 720)
NAIVE, OURS = (naive_softplus, naive_mish, naive_tanh_grad), (softplus, mish, tanh_grad)
lost = {f: [] for f in NAIVE}
print("z            log(1+e^z)  z tanh(…)  1 − tanh²  registry")
for low, high in RANGES:
    z = np.linspace(low, high, 25)
    exact = list(zip(*map(references, z), strict=True))
    with np.errstate(over="ignore"):
        for f, reference in zip(NAIVE, exact, strict=True):
            lost[f].append(worst_error(f(z), reference))
    ours = max(worst_error(f(z), r) for f, r in zip(OURS, exact, strict=True))
    words = [in_words(errors[-1]) for errors in lost.values()]
    row = "{:10}  {:9}  {:9}  {}".format(*words, in_words(ours))
    print(f"{low:4} to {high:4}  {row}")
# --8<-- [end:lost]
tanh_lost = lost[naive_tanh_grad][4]
none_left = 1 / np.finfo(float).epsneg


# --8<-- [start:ends]
def last_true(condition, low, high):
    """The end of the stretch from low on which the condition holds, by bisection."""
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if condition(middle) else (low, middle)
    return low


def naive_at(z, dtype):
    return naive_softplus(np.array([z], dtype))[0]


ends, SIDE = {}, 1000.0  # looked for between 0 and this, on either side
print("log(1 + e^z)  is 0 below  is inf above")
for dtype in (np.float64, np.float32):
    with np.errstate(over="ignore"):
        zero = last_true(lambda z, d=dtype: naive_at(z, d) == 0, -SIDE, 0)
        top = last_true(lambda z, d=dtype: naive_at(z, d) < np.inf, 0, SIDE)
    ends[dtype.__name__] = zero, top
    print(f"{dtype.__name__:12}  {zero:10.2f}  {top:12.2f}")
with np.errstate(divide="ignore"):
    for f in (naive_softplus, softplus):
        print(f"log of {f.__name__}:", np.log(f(np.array([-30.0, -40.0]))).round(2))
# --8<-- [end:ends]


# --8<-- [start:cut]
CUT = 20


def cut_softplus(z):
    """log(1 + e^z) up to the cut, z beyond it."""
    return np.where(z > CUT, z, naive_softplus(np.minimum(z, CUT))).astype(z.dtype)


AROUND = (19, 20, 20.01, 20.1, 21)
cut_error = {}
print("at z =", *AROUND)
for dtype in (np.float32, np.float64):
    z = np.array(AROUND, dtype)
    exact = [references(v)[0] for v in z]
    with_cut = worst_error(cut_softplus(z), exact)
    without = worst_error(naive_softplus(z), exact)
    cut_error[dtype.__name__] = with_cut
    print(f"{dtype.__name__}  with the cut: {in_words(with_cut)}", end="")
    print(f"  without: {in_words(without)}")
# --8<-- [end:cut]
same_as_z = last_true(lambda z: softplus(z) > z, 0, SIDE)
tanh_zero = last_true(lambda z: naive_tanh_grad(z) > 0, 0, SIDE)


# --8<-- [start:start_1]
def stable_softmax(z):
    """Shares along the last axis of z, an array of any shape."""
    e = np.exp(z)
    return e / e.sum()


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def stable_softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# --8<-- [end:solution_1]

# --8<-- [start:check_1]
rows = np.array([[0, 1, 2], [1000, 1001, 1002], [-1002, -1001, -1000], [5, 5, -np.inf]])
with np.errstate(over="ignore", invalid="ignore"):
    shares_1 = stable_softmax(rows)
    stacked = stable_softmax(np.stack([rows, rows]))
print(np.array2string(shares_1, precision=3))
assert np.isfinite(shares_1).all(), "infinite or not a number: take the largest out first"
assert np.allclose(shares_1.sum(axis=1), 1), "each row is a softmax of its own"
assert np.ptp(shares_1[:3], axis=0).max() < 1e-9, "rows that differ by a constant give the same"
assert np.allclose(shares_1, softmax(rows)), "not the registry's softmax"
assert np.allclose(stacked, shares_1), "the last axis is the one to sum over, in any shape"
# --8<-- [end:check_1]


# --8<-- [start:start_2]
def lowest_point():
    """The z at which SiLU is lowest, from z = -1 - e^z put into itself."""
    return -1 - math.exp(-1)


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def lowest_point():
    z = 0.0
    for _ in range(40):
        z = -1 - math.exp(z)
    return z


# --8<-- [end:solution_2]

# --8<-- [start:check_2]
z = lowest_point()
print(f"z = {z:.6f}, SiLU there {silu(z):.6f}, z + 1 = {z + 1:.6f}")
assert np.isclose(z, -1 - math.exp(z)), "z is not -1 - e^z: go on"
assert np.isclose(z, root(silu_grad, *LEFT)), "not the root of the derivative"
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def swiglu_layer_grads(x, W, V, upstream):
    """Gradients by x, W and V, given the gradient by the layer's output, (rows, m)."""
    return np.zeros_like(x), np.zeros_like(W), np.zeros_like(V)


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def swiglu_layer_grads(x, W, V, upstream):
    by_a, by_b = (upstream * slope for slope in swiglu_grad(x @ W, x @ V))
    return by_a @ W.T + by_b @ V.T, x.T @ by_a, x.T @ by_b


# --8<-- [end:solution_3]

# --8<-- [start:check_3]
rng = np.random.default_rng(0)
given = [rng.normal(size=shape) for shape in ((5, 3), (3, 4), (3, 4))]
upstream = rng.normal(size=(5, 4))
for place, analytic in enumerate(swiglu_layer_grads(*given, upstream)):
    move = [np.zeros_like(w) for w in given]
    move[place] = 1e-5 * rng.normal(size=given[place].shape)  # along one random direction
    above, below = (
        np.sum(gated_layer(*(w + side * m for w, m in zip(given, move, strict=True))) * upstream)
        for side in (1, -1)
    )
    along, rise = np.sum(analytic * move[place]) * 1e5, (above - below) / 2 * 1e5
    print(f"by {'xWV'[place]}: along the gradient {along:8.4f}, by differences {rise:8.4f}")
    assert np.isclose(along, rise), f"the gradient by {'xWV'[place]} is not that of the layer"
# --8<-- [end:check_3]

CURVES = (
    (softplus, softplus_grad, PURPLE),
    (silu, silu_grad, BLUE),
    (gelu, gelu_grad, ORANGE),
    (mish, mish_grad, GREEN),
)

z = np.linspace(-5, 2.5, 601)
fig, ax = panel(height=3.4)
axes_at_zero(ax)
ax.plot(z, relu(z), "--", color=MUTED)
for f, _, color in CURVES:
    ax.plot(z, f(z), color=color)
    if f.__name__ in minimum:
        at = minimum[f.__name__]
        ax.plot(at, f(at), "o", color=color, markersize=4.5)
label(ax, -1.3, 0.62, "softplus", PURPLE, ha="right")
label(ax, -0.08, 0.11, "GELU", ORANGE, ha="right")
label(ax, 1.45, 0.95, "SiLU", BLUE)
label(ax, -1.2, -0.5, "Mish", GREEN, ha="center")
ax.set(xlabel="pre-activation z", ylabel="output a", ylim=(-0.55, 2.6))
save(fig, "smooth-curves")

z = np.linspace(-4.5, 0.5, 501)
fig, ax = panel(height=3.4)
axes_at_zero(ax)
ax.plot(z, relu(z), "--", color=MUTED)
for f, _, color in CURVES[1:]:
    at = minimum[f.__name__]
    ax.plot(z, f(z), color=color)
    ax.plot(at, f(at), "o", color=color)
label(ax, -1.6, -0.117, "GELU −0.170", ORANGE, ha="right", va="center")
label(ax, -1.4, -0.212, "SiLU −0.278", BLUE, ha="center", va="center")
label(ax, -1.2, -0.335, "Mish −0.309", GREEN, ha="center", va="center")
ax.set(xlabel="pre-activation z", ylabel="output a", ylim=(-0.37, 0.08))
save(fig, "smooth-dips")

z = np.linspace(-6, 6, 601)
fig, ax = panel(height=3.2)
axes_at_zero(ax)
ax.plot([-6, 0, 0, 6], [0, 0, 1, 1], "--", color=MUTED)
for _, f_grad, color in CURVES:
    ax.plot(z, f_grad(z), color=color)
label(ax, -1.9, 0.3, "softplus′: sigmoid", PURPLE, ha="right")
label(ax, -0.15, 0.82, "GELU′", ORANGE, ha="right")
label(ax, 2.9, 1.16, "SiLU′", BLUE)
label(ax, -2.4, -0.2, "Mish′", GREEN, ha="right")
label(ax, 4.4, 0.86, "ReLU′", MUTED)
ax.set(xlabel="pre-activation z", ylabel="slope da/dz", ylim=(-0.25, 1.3))
save(fig, "smooth-slopes")

z = np.linspace(-6, 6, 1201)
fig, ax = panel()
ax.semilogy(z, np.abs(gelu_sigmoid(z) - gelu(z)), color=PURPLE)
ax.semilogy(z, np.abs(gelu_tanh(z) - gelu(z)), color=BLUE)
label(ax, 0, 4.5e-2, "z σ(1.702 z)", PURPLE, ha="center")
label(ax, 4.15, 7e-5, "tanh form", BLUE)
ax.set(xlabel="pre-activation z", ylabel="distance to GELU")
ax.set(xlim=(-6.3, 6.9), ylim=(1e-6, 2e-1))
save(fig, "smooth-gelu-error")

axis = np.linspace(-4, 4, 161)
a, b = np.meshgrid(axis, axis)
fig, ax = panel(height=3.9)
bounds = [-17, -6, -2, -0.2, 0.2, 2, 6, 17]
ax.contourf(a, b, swiglu(a, b), levels=bounds, colors=LEVELS)
ax.contour(a, b, swiglu(a, b), levels=bounds[1:-1], colors=INK, linewidths=0.8)
ax.axvline(minimum["silu"], color=ORANGE, linestyle=":")
for x, level in ((3.2, 6), (3.2, -6), (1.9, 2), (1.9, -2), (-3.3, 0.2), (-3.3, -0.2)):
    text = f"{level:g}".replace("-", "−")
    label(ax, x, level / silu(x), text, INK, ha="center", va="center")
label(ax, -2.6, 0, "near 0", INK, ha="center", va="center")
ax.set(xlabel="gate a", ylabel="value b")
save(fig, "smooth-swiglu")

T = np.geomspace(0.1, 20, 200)
shares_at = softmax(logits / T[:, None])
fig, ax = panel()
for k, color in enumerate((BLUE, ORANGE, GREEN, PURPLE)):
    ax.loglog(T, shares_at[:, k], color=color)
label(ax, 0.12, 0.6, "z = 2", BLUE)
label(ax, 0.33, 0.1, "z = 1", ORANGE, ha="right")
label(ax, 0.43, 0.018, "z = 0", GREEN, ha="right")
label(ax, 0.66, 0.004, "z = −1", PURPLE)
ax.axhline(1 / len(logits), color=MUTED, linewidth=0.8, linestyle=":")
ax.set(xlabel="temperature T", ylabel="softmax(z / T)", ylim=(1e-3, 1.5))
save(fig, "smooth-temperature")

z = np.linspace(-45, 45, 361)
of_one = np.spacing(1.0) / 2  # what rounding a number near 1 may cost
fig, ax = panel(height=3.2)
PAIRS = ((softplus, naive_softplus, PURPLE), (tanh_grad, naive_tanh_grad, BLUE))
for f, naive, color in PAIRS:
    ulp = np.spacing(f(z))
    ax.semilogy(z, np.minimum(of_one, f(z)) / ulp, color=color)
    for at, worst in zip(RANGES, lost[naive], strict=True):
        place = max(at, key=abs)  # the outer end, where the error is largest
        if abs(place) <= 45 and worst > 10:
            ax.plot(place, 10.0 ** round(math.log10(worst)), "o", color=color)
label(ax, -44, 3e4, "log(1 + e^z)", PURPLE)
label(ax, 13, 1e6, "1 − tanh²", BLUE)
ax.set(xlabel="pre-activation z", ylabel="error in ulp", ylim=(0.5, 1e18))
save(fig, "smooth-lost-digits")
