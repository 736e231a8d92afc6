"""Why activations: layers that collapse, features that do not grow, depth that folds."""

import itertools
import math

import numpy as np
from numpy.polynomial import Polynomial

from activations import identity, identity_grad, relu, sigmoid, sigmoid_grad, step, tanh
from drawn import layers as drawn_layers
from plotting import BLUE, GREEN, MUTED, ORANGE, PURPLE, axes_at_zero, label, panel, save


# --8<-- [start:collapse]
def forward(layers, x, f):
    """Output of a network; x: one input a column, f: between the layers."""
    *hidden, (W, b) = layers
    for V, c in hidden:
        x = f(V @ x + c)
    return W @ x + b


def fold(layers):
    """The one matrix and the one bias of a network that has no activation."""
    W, b = layers[0]
    for V, c in layers[1:]:
        W, b = V @ W, V @ b + c
    return W, b


# --8<-- [end:collapse]


# --8<-- [start:five_layers]
def random_layers(sizes, rng, b_sd=1.0):
    """One (W, b) a layer, for layers of these sizes; Var(W) = 2 / inputs."""
    return [
        (rng.normal(0, np.sqrt(2 / n), (m, n)), rng.normal(0, b_sd, (m, 1)))
        for n, m in itertools.pairwise(sizes)
    ]


rng = np.random.default_rng(0)
deep = random_layers([3, 4, 4, 4, 4, 2], rng)
folded = fold(deep)
x = rng.normal(size=(3, 1000))
deep_output = forward(deep, x, identity)
folded_output = forward([folded], x, identity)
deep_count = sum(W.size + b.size for W, b in deep)
folded_count = sum(part.size for part in folded)
print(f"parameters: {deep_count}, folded: {folded_count}")
print("first input, deep:  ", *(f"{value:.4f}" for value in deep_output[:, 0]))
print("first input, folded:", *(f"{value:.4f}" for value in folded_output[:, 0]))
same = np.allclose(deep_output, folded_output)
print(f"all {x.shape[1]} inputs the same: {same}")
# --8<-- [end:five_layers]


# --8<-- [start:bottleneck]
(first, first_b), *_, (last, last_b) = deep
narrow = [(first[:1], first_b[:1]), (last[:, :1], last_b)]  # one unit in between
for name, layers in (("hidden widths of 4", deep), ("hidden width of 1", narrow)):
    W, _ = fold(layers)
    print(f"{name}: W {W.shape}, rank {np.linalg.matrix_rank(W)}")
# --8<-- [end:bottleneck]


# --8<-- [start:straightness]
def departure(x, y):
    """How far y is from its best straight line over x: a share of its spread around its mean."""
    line = np.polyval(np.polyfit(x, y, 1), x)
    return np.std(y - line) / np.std(y)


x_wide = np.linspace(-3, 3, 301)
net = drawn_layers([1, 8, 8, 8, 8, 1], seed=13, b_sd=0.6)
straight = {f: forward(net, x_wide[None, :], f)[0] for f in (identity, relu)}
for f, output in straight.items():
    print(f"{f.__name__:8}  departure {abs(departure(x_wide, output)):.3f}")
# --8<-- [end:straightness]


# --8<-- [start:degree]
x = np.empty((1, 1), dtype=object)
x[0, 0] = Polynomial.identity()  # the network is run on the polynomial x itself
degrees = []
for widths in ([50], [50, 50], [50, 50, 50]):
    squares = random_layers([1, *widths, 1], rng)
    output = forward(squares, x, np.square).item()
    degrees.append(output.degree())
    print(f"hidden widths {widths}: degree {degrees[-1]}")
# --8<-- [end:degree]


# --8<-- [start:tent]
def tent_layers(k):
    """The tent map on [0, 1], k times over: k layers of two ReLU units.

    T(x) = 2·relu(x) − 4·relu(x − ½) rises to 1 at ½ and falls back to 0.
    """
    b = np.array([[0.0], [-0.5]])
    first, last = np.ones((2, 1)), np.array([[2.0, -4.0]])
    between = np.vstack([last, last])  # T, twice: for relu(T) and relu(T − ½)
    return [(first, b)] + [(between, b)] * (k - 1) + [(last, 0.0)]


# --8<-- [end:tent]


# --8<-- [start:pieces]
def kinks(layers, low, high):
    """Where a ReLU network of one input goes from one affine piece to the next.

    Between known kinks each pre-activation is affine: one division gives its zero.
    """
    x = np.array([low, high], dtype=float)
    for depth in range(1, len(layers)):
        z = forward(layers[:depth], x[None, :], relu)
        unit, i = np.nonzero(np.abs(np.diff(np.sign(z))) > 1)  # − to +, or back
        share = z[unit, i] / (z[unit, i] - z[unit, i + 1])
        x = np.unique(np.concatenate([x, x[i] + share * (x[i + 1] - x[i])]))
    return x[1:-1]


tent_depths = range(1, 11)
tent_pieces = [len(kinks(tent_layers(k), 0, 1)) + 1 for k in tent_depths]
print(tent_pieces)
# --8<-- [end:pieces]
tent_units = 2 * tent_depths[-1]


# --8<-- [start:rank]
UNITS, SEEDS = 200, range(10)
x_line = np.linspace(-2, 2, 256)[:, None]
x_plane = np.random.default_rng(99).uniform(-2, 2, (len(x_line), 2))
ACTIVATIONS = {
    "identity": identity,
    "z²": np.square,
    "z³": lambda z: z**3,
    "step": step,
    "ReLU": relu,
    "tanh": tanh,
}


def feature_rank(x, f, units, seed, b_sd=1.0, tolerance=1e-10):
    """Independent functions that random units and a constant give on x."""
    rng = np.random.default_rng(seed)
    w, b = rng.normal(size=(x.shape[1], units)), b_sd * rng.normal(size=units)
    A = np.column_stack([np.ones(len(x)), f(x @ w + b)])
    return np.linalg.matrix_rank(A, rtol=tolerance)


# --8<-- [end:rank]


# --8<-- [start:constructed]
def target(x):
    return np.sin(np.pi * x)


def rms(error):
    """Root mean square along the last axis."""
    return np.sqrt(np.mean(error**2, axis=-1))


def even_nodes(width):
    return np.linspace(-1, 1, width + 1)


def constructed(f, nodes):
    """The broken line through f at the nodes, at x_fine; the weights are set by hand."""
    slopes = np.diff(f(nodes)) / np.diff(nodes)
    v = np.diff(slopes, prepend=0)  # the change of slope at each node
    return relu(x_fine[:, None] - nodes[:-1]) @ v + f(nodes[0])


x_fine = np.linspace(-1, 1, 513)
fits = {}
print("units  largest error    bound")
for width in (4, 8, 16, 32, 64, 128):
    fits[width] = constructed(target, even_nodes(width))
    error = np.abs(fits[width] - target(x_fine)).max()
    bound = (2 / width) ** 2 * np.pi**2 / 8
    print(f"{width:5}  {error:13.5f}  {bound:.5f}")
# --8<-- [end:constructed]

# --8<-- [start:smoothness]
CURVES = {
    "sin πx": target,
    "|x|^(3/2)": lambda x: np.abs(x) ** 1.5,
    "√|x|": lambda x: np.sqrt(np.abs(x)),
}
exponent = {}
print("largest error   N = 16   N = 64  exponent")
for name, f in CURVES.items():
    few, many = (np.abs(constructed(f, even_nodes(width)) - f(x_fine)).max() for width in (16, 64))
    exponent[name] = np.log(many / few) / np.log(64 / 16)
    print(f"{name:13} {few:8.4f} {many:8.4f}  {exponent[name]:8.2f}")
# --8<-- [end:smoothness]


# --8<-- [start:random_features]
def start(width, seed):
    """Random weights: input w, bias b, output v, each of shape (width,)."""
    rng = np.random.default_rng(seed)
    w, b, v = rng.normal(size=(3, width))
    return w, b, v / np.sqrt(width)


def random_features(width, seed):
    """RMS error with w and b left as drawn; output weights by least squares."""
    w, b, _ = start(width, seed)
    a = relu(np.outer(x_fine, w) + b)
    A, y = np.column_stack([np.ones(len(a)), a]), target(x_fine)
    return rms(A @ np.linalg.lstsq(A, y, rcond=None)[0] - y)


# --8<-- [end:random_features]


# --8<-- [start:trained]
def trained(width, steps, lr=0.1):
    """RMS error of ten networks; all weights learn, by plain gradient descent.

    Shapes: w, b and v (networks, 1, width), z and a (networks, points, width).
    """
    starts = zip(*(start(width, seed) for seed in SEEDS), strict=True)
    w, b, v = (np.stack(part)[:, None, :] for part in starts)
    c = np.zeros((len(SEEDS), 1, 1))
    x = np.linspace(-1, 1, 33)[:, None]
    for _ in range(steps):
        z = x * w + b
        active = z > 0  # where ReLU has slope 1
        a = z * active
        delta = (a @ v.swapaxes(1, 2) + c - target(x)) / len(x)
        back = delta * v * active
        v = v - lr * delta.swapaxes(1, 2) @ a
        c = c - lr * delta.sum(axis=1, keepdims=True)
        w = w - lr * x.T @ back
        b = b - lr * back.sum(axis=1, keepdims=True)
    fit = relu(x_fine[:, None] * w + b) @ v.swapaxes(1, 2) + c
    return rms(fit[:, :, 0] - target(x_fine))


# --8<-- [end:trained]


# --8<-- [start:regression]
rng = np.random.default_rng(3)
X = rng.normal(size=(2, 60))  # one example a column
above = np.where(X[1] > X[0] ** 2, 1.0, 0.0)
problems = {
    "squared error": (X[0] ** 2 + X[1], identity, identity_grad),
    "cross-entropy": (above, sigmoid, sigmoid_grad),
}


def train_without_activation(y, output, steps, lr=0.3):
    """Two layers, nothing between. The error at z is a − y for both losses."""
    (W1, b1), (W2, b2) = random_layers([2, 3, 1], np.random.default_rng(0))
    for _ in range(steps):
        hidden = W1 @ X + b1
        delta = (output(W2 @ hidden + b2) - y) / len(y)
        back = np.outer(W2, delta)
        W2, b2 = W2 - lr * delta @ hidden.T, b2 - lr * delta.sum()
        W1 = W1 - lr * back @ X.T
        b1 = b1 - lr * back.sum(axis=1, keepdims=True)
    return output(W2 @ (W1 @ X + b1) + b2)[0]


# --8<-- [end:regression]


# --8<-- [start:gaps]
def nodes_of(width, seed):
    """Where random units bend inside [−1, 1], in order, between the two ends."""
    w, b, _ = start(width, seed)
    bends = -b / w
    assert np.allclose(w * bends + b, 0)
    return np.sort(np.concatenate([[-1], bends[np.abs(bends) < 1], [1]]))


DRAWS = range(40)
widest, correlation = {}, {}
print("units  even gap  widest  correlation")
for width in (16, 32, 64):
    gap = [np.diff(nodes_of(width, seed)).max() for seed in DRAWS]
    error = [random_features(width, seed) for seed in DRAWS]
    widest[width] = np.mean(gap)
    correlation[width] = np.corrcoef(np.log(gap), np.log(error))[0, 1]
    print(f"{width:5}  {2 / width:8.3f}", end="")
    print(f"  {widest[width]:6.2f}  {correlation[width]:11.2f}")
# --8<-- [end:gaps]


# --8<-- [start:best_line]
def best_line(t):
    """RMS error on [−1, 1] of the best broken line with nodes t, for sin πx, exactly.

    Its height at each node comes from the integrals of the curve and of each
    other against hat functions; F is the curve's second antiderivative.
    """
    h = np.diff(t)
    F, at_ends = -np.sin(np.pi * t) / np.pi**2, 1 / np.pi  # at_ends: the slope of F
    curve = np.diff(np.diff(F) / h, prepend=at_ends, append=at_ends)
    left, right = np.append(h, 0), np.append(0, h)
    hats = np.diag((left + right) / 3) + np.diag(h / 6, 1) + np.diag(h / 6, -1)
    heights = np.linalg.solve(hats, curve)
    return np.sqrt((1 - curve @ heights) / 2)  # the integral of sin² is 1


# --8<-- [end:best_line]

# --8<-- [start:wide]
ratios = [best_line(nodes_of(64, seed)) / random_features(64, seed) for seed in DRAWS]
print(f"64 units, exact to least squares: {min(ratios):.3f} to {max(ratios):.3f}")
LARGE = (8, 32, 128, 512)
even = [best_line(even_nodes(n)) for n in LARGE]
wide = np.array([[best_line(nodes_of(n, seed)) for seed in DRAWS] for n in LARGE])
print("error · N²", *(f"{n:6}" for n in LARGE))
for name, found in (("even", even), ("random", wide.mean(axis=1)), ("sd", wide.std(axis=1))):
    print(f"{name:10}", *(f"{value * n**2:6.2f}" for value, n in zip(found, LARGE, strict=True)))

fifth_moment = math.factorial(5)  # mean of h⁵ over (mean of h)⁵, for random gaps
in_a_gap = 720  # the best line leaves h⁵ f″² / 720
density = 1 / (np.pi * (1 + x_fine**2))  # of the bends around x, for each unit
curvature = np.pi**2 * target(x_fine)
theory = np.sqrt(np.mean(fifth_moment / in_a_gap * curvature**2 / density**4))
print(f"theory, random, N large: {theory:.0f}")
# --8<-- [end:wide]


# --8<-- [start:shallow]
x = np.linspace(0, 1, 2**15 + 1)
sawtooth = forward(tent_layers(10), x[None, :], relu)[0]
bends = np.arange(20) / 20
A = np.column_stack([np.ones(len(x)), relu(x[:, None] - bends)])
weights, _, rank, _ = np.linalg.lstsq(A, sawtooth, rcond=None)
shallow_rms = np.sqrt(np.mean((A @ weights - sawtooth) ** 2))
print(f"{len(bends)} bends from {bends[0]} to {bends[-1]}, {len(x):,} points")
print(f"independent functions, with a constant: {rank}")
print(f"RMS error of 20 ReLU units:  {shallow_rms:.3f}")
print(f"RMS error of the constant ½: {np.std(sawtooth):.3f}")
# --8<-- [end:shallow]


# --8<-- [start:random_depth]
WIDTH, DEPTHS = 16, (1, 2, 4, 6, 8, 10)


def count_pieces(depth, b_sd):
    """Pieces on [−1, 1]: mean and sd over 20 random networks."""
    sizes = [1] + [WIDTH] * depth + [1]
    rngs = [np.random.default_rng(seed) for seed in range(20)]
    nets = [random_layers(sizes, rng, b_sd) for rng in rngs]
    counts = [len(kinks(net, -1, 1)) + 1 for net in nets]
    return np.mean(counts), np.std(counts)


zero_biases = {depth: count_pieces(depth, 0.0) for depth in DEPTHS}
some_biases = {depth: count_pieces(depth, 0.1) for depth in DEPTHS}
print("layers  units  zero b   b of sd 0.1")
for depth in DEPTHS:
    (none, _), (mean, sd) = zero_biases[depth], some_biases[depth]
    print(f"{depth:6}  {WIDTH * depth:5}  {none:6.0f}  {mean:5.1f} ± {sd:4.1f}")
# --8<-- [end:random_depth]


# --8<-- [start:regression_check]
ones_and_X = np.vstack([np.ones(X.shape[1]), X])


def regression(y, output, grad):
    """Bias and weights by Newton's method: linear or logistic, no hidden layer."""
    w = np.zeros(3)
    while True:
        z = w @ ones_and_X
        H = (ones_and_X * grad(z)) @ ones_and_X.T
        step = np.linalg.solve(H, ones_and_X @ (output(z) - y))
        w = w - step
        if np.allclose(step, 0):
            return w


for loss, (y, output, grad) in problems.items():
    w = regression(y, output, grad)
    print(f"{loss}: bias and weights", *(f"{value:.3f}" for value in w))
    for steps in (3, 1500):
        two_layers = train_without_activation(y, output, steps)
        difference = np.abs(two_layers - output(w @ ones_and_X)).max()
        print(f"  two layers after {steps:4} steps: off by {difference:.4f}")
# --8<-- [end:regression_check]


# --8<-- [start:rank_check]
print("200 units   1 input   2 inputs")
ranks = {}
for name, f in ACTIVATIONS.items():
    for x in (x_line, x_plane):
        found = [feature_rank(x, f, UNITS, seed) for seed in SEEDS]
        ranks[name, x.shape[1]] = np.mean(found), np.std(found)
    (m1, sd1), (m2, sd2) = ranks[name, 1], ranks[name, 2]
    print(f"{name:8}  {m1:4.0f} ± {sd1:.0f}   {m2:4.0f} ± {sd2:.0f}")
unbiased = {feature_rank(x_line, relu, UNITS, seed, b_sd=0) for seed in SEEDS}
print("ReLU without biases, 1 input:", *map(int, unbiased))
# --8<-- [end:rank_check]
finer = 1e-12
tanh_finer = np.mean([feature_rank(x_line, tanh, UNITS, s, tolerance=finer) for s in SEEDS])


# --8<-- [start:compare]
WIDTHS = (8, 16, 32, 64)
STEPS = (200, 2000)
by_seed = [[random_features(n, seed) for seed in SEEDS] for n in WIDTHS]
errors = {
    "constructed": [[rms(fits[n] - target(x_fine))] for n in WIDTHS],
    "random features": by_seed,
    "trained, 200 steps": [trained(n, STEPS[0]) for n in WIDTHS],
    "trained, 2000 steps": [trained(n, STEPS[1]) for n in WIDTHS],
}
slope = {}
print("N   " + "".join(f"{n:8}" for n in WIDTHS))
for name, by_width in errors.items():
    mean, sd = np.mean(by_width, axis=1), np.std(by_width, axis=1)
    slope[name] = np.polyfit(np.log(WIDTHS), np.log(mean), 1)[0]
    print(f"{name}: slope {slope[name]:.1f}".replace("-", "−"))
    print("mean" + "".join(f"{m:8.4f}" for m in mean))
    if sd.any():
        print("sd  " + "".join(f"{m:8.4f}" for m in sd))
# --8<-- [end:compare]


# --8<-- [start:start_1]
def deeper(layers):
    """A ReLU network with one more hidden layer that computes the same."""
    return layers


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def deeper(layers):
    (W, b), *others = layers
    return [(W, b), (np.eye(len(b)), np.zeros_like(b)), *others]


# --8<-- [end:solution_1]

# --8<-- [start:check_1]
x = np.random.default_rng(6).normal(size=(3, 100))
for sizes in ([3, 5, 2], [3, 5, 4, 2]):
    layers = random_layers(sizes, np.random.default_rng(7))
    longer = deeper(layers)
    assert len(longer) == len(layers) + 1, f"{len(longer)} layers, not one more"
    before, after = forward(layers, x, relu), forward(longer, x, relu)
    assert np.allclose(before, after), "it computes something else"
    print(f"{len(layers)} layers, {len(longer)} layers: same at {before.size} outputs")
    print("the first:", *(f"{value:.4f}" for value in after[:, 0]))
# --8<-- [end:check_1]


# --8<-- [start:start_2]
def bump(x, centre, h):
    """Three ReLU units: a tent of height 1 from centre − h to centre + h."""
    return relu(x)


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def bump(x, centre, h):
    x = x - centre
    return (relu(x + h) - 2 * relu(x) + relu(x - h)) / h


# --8<-- [end:solution_2]

# --8<-- [start:check_2]
x = np.linspace(-4, 4, 1025)
for centre, h in ((1, 0.5), (-2, 1.5)):
    tent = np.interp(x, [centre - h, centre, centre + h], [0, 1, 0])
    assert np.allclose(bump(x, centre, h), tent), f"no tent at {centre}, h = {h}"
    print(f"centre {centre:2}, h = {h}: a tent")
nodes, h = np.linspace(-4, 4, 33), 0.25
total = sum(np.sin(node) * bump(x, node, h) for node in nodes)
assert np.allclose(total, np.interp(x, nodes, np.sin(nodes))), "bumps do not add up"
print(f"{len(nodes)} bumps, from {nodes[0]} to {nodes[-1]}, at {len(x)} points:")
print(f"sin x is met to {np.abs(total - np.sin(x)).max():.5f}")
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def left_over(y, A):
    """Share of y, in root mean square, that no weighted sum of A's columns fits."""
    return rms(y)


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def left_over(y, A):
    return rms(y - A @ np.linalg.lstsq(A, y, rcond=None)[0]) / rms(y)


# --8<-- [end:solution_3]

# --8<-- [start:check_3]
x = np.linspace(-1, 1, 401)
line, W = np.column_stack([x, np.ones_like(x)]), rng.normal(size=(2, UNITS))
curves, shares = (x, x**3, np.sin(np.pi * x), x**2), {}
print(f"{len(x)} points         x      x³  sin πx      x²")
for name, A in (
    ("z², no biases", np.outer(x, W[0]) ** 2),
    ("z², biases", (line @ W) ** 2),
    ("straight line", line),
):
    shares[name] = [left_over(y, A) for y in curves]
    print(f"{name:13}" + "".join(f"{abs(share):8.3f}" for share in shares[name]))
*odd, even_one = shares["z², no biases"]
assert np.allclose(odd, 1), "even functions fit nothing of an odd one"
assert np.allclose(even_one, 0), "the best sum of z² fits x² exactly"
*odd, _ = shares["z², biases"]
assert np.allclose(odd, shares["straight line"][:3]), "of odd ones, only straight lines"
# --8<-- [end:check_3]


# --8<-- [start:start_4]
def nodes_for_root(width):
    """width + 1 nodes from −1 to 1, in order, for the broken line through √|x|."""
    return even_nodes(width)


# --8<-- [end:start_4]


# --8<-- [start:solution_4]
def nodes_for_root(width):
    t = even_nodes(width)
    return np.sign(t) * t**4


# --8<-- [end:solution_4]

# --8<-- [start:check_4]
few, many = 16, 64
errors_of_root = []
for width in (few, many):
    nodes = nodes_for_root(width)
    assert len(nodes) == width + 1, f"{len(nodes)} nodes for {width} units"
    found = constructed(lambda x: np.sqrt(np.abs(x)), nodes)
    errors_of_root.append(np.abs(found - np.sqrt(np.abs(x_fine))).max())
    print(f"{width} units: largest error {errors_of_root[-1]:.4f}")
slope_of_root = np.log(errors_of_root[1] / errors_of_root[0]) / np.log(many / few)
assert slope_of_root < -1.8, f"the exponent is {slope_of_root:.2f}"
print(f"exponent: {slope_of_root:.1f}")
# --8<-- [end:check_4]

# Figures.
fig, ax = panel()
axes_at_zero(ax)
ax.plot(x_wide, straight[identity], color=ORANGE)
ax.plot(x_wide, straight[relu], color=BLUE)
label(ax, -1.6, 1.2, "no activation", ORANGE)
label(ax, -2.9, -2.6, "ReLU between\nthe layers", BLUE, va="top")
ax.set(xlabel="input x", ylabel="output")
save(fig, "why-activations-collapse")

RANK_WIDTHS = (1, 2, 3, 5, 10, 20, 50, 100)
RANK_LABELS = {
    "identity": (60, 1.45, MUTED),
    "z²": (13, 2.3, ORANGE),
    "z³": (13, 4.7, PURPLE),
    "tanh": (75, 22, GREEN),
    "ReLU": (40, 62, BLUE),
}
fig, ax = panel(height=3.2)
for name, (x, y, color) in RANK_LABELS.items():
    f = ACTIVATIONS[name]
    mean_rank = [np.mean([feature_rank(x_line, f, n, seed) for seed in SEEDS]) for n in RANK_WIDTHS]
    units = [*RANK_WIDTHS, UNITS]
    ax.loglog(units, [*mean_rank, ranks[name, 1][0]], "o-", color=color, markersize=4)
    label(ax, x, y, name, color)
ax.set(xlabel="units", ylabel="independent functions")
ax.set_xticks([1, 10, 100], ["1", "10", "100"])
ax.set_yticks([1, 10, 100], ["1", "10", "100"])
save(fig, "why-activations-rank")

fig, ax = panel()
x = np.linspace(0, 1, 1025)
ax.plot(x, forward(tent_layers(5), x[None, :], relu)[0], color=BLUE)
ax.plot(x, forward(tent_layers(1), x[None, :], relu)[0], color=ORANGE)
label(ax, 0.5, 1.06, "1 layer", ORANGE, ha="center")
label(ax, 0.02, 1.06, "5 layers", BLUE)
ax.set(xlabel="input x", ylabel="output", ylim=(-0.02, 1.2), yticks=(0, 0.5, 1))
save(fig, "why-activations-tent")

fig, ax = panel()
ax.semilogy(tent_depths, tent_pieces, "o-", color=BLUE, markersize=4)
for by_depth, color in ((some_biases, ORANGE), (zero_biases, PURPLE)):
    mean, sd = np.array(list(by_depth.values())).T
    ax.errorbar(DEPTHS, mean, sd, fmt="o-", color=color, markersize=4)
label(ax, 7.3, 460, "tent map,\n2 units a layer", BLUE, ha="right", va="center")
label(ax, 10, 45, "random,\n16 units a layer", ORANGE, ha="right", va="center")
label(ax, 10, 3, "random, zero biases", PURPLE, ha="right", va="center")
ax.set(xlabel="hidden layers", ylabel="affine pieces")
save(fig, "why-activations-pieces")

fig, ax = panel()
axes_at_zero(ax)
ax.plot(x_fine, target(x_fine), color=MUTED)
for width, color in ((4, ORANGE), (8, BLUE)):
    ax.plot(x_fine, fits[width], color=color)
label(ax, -0.5, -0.4, "4 units", ORANGE, ha="center")
label(ax, 0.7, 0.95, "8 units", BLUE)
label(ax, -0.3, -1.0, "the curve, sin πx", MUTED)
ax.set(xlabel="input x", ylabel="output")
save(fig, "why-activations-fits")

ERROR_LABELS = {
    "constructed": (30, 0.0016, BLUE, "right"),
    "random features": (33, 0.075, GREEN, "left"),
    "trained, 200 steps": (15, 0.42, PURPLE, "left"),
    "trained, 2000 steps": (16.5, 0.018, ORANGE, "left"),
}
fig, ax = panel(height=3.4)
for name, (x, y, color, side) in ERROR_LABELS.items():
    ax.loglog(WIDTHS, np.mean(errors[name], axis=1), "o-", color=color, markersize=4)
    label(ax, x, y, name, color, ha=side)
ax.set(xlabel="units", ylabel="RMS error")
ax.set_xticks(WIDTHS, [str(n) for n in WIDTHS])
ax.minorticks_off()
save(fig, "why-activations-error")
