"""Depth: what multiplies a gradient on its way back, and what initialisation can do about it."""

import functools

import numpy as np

from activations import (
    REGISTRY,
    gelu,
    leaky_relu,
    mish,
    relu,
    relu_grad,
    selu,
    selu_grad,
    sigmoid,
    sigmoid_grad,
    silu,
    tanh,
    tanh_grad,
)
from deep import (
    DENSITY,
    GRID,
    backward,
    correlations,
    error_norms,
    factor,
    forward,
    next_square,
    normal_mean,
    rows_of,
    squares,
)
from drawn import deep_network
from measured import load
from plotting import BLUE, GREEN, INK, MUTED, OCHRE, ORANGE, PURPLE, label, panel, save

COLORS = {"sigmoid": ORANGE, "tanh": BLUE, "relu": GREEN}
TITLES = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}

# --8<-- [start:differences]
rng = np.random.default_rng(0)
W, b, x = rng.normal(size=(3, 4, 4)), rng.normal(size=(3, 4)), rows_of(rng, rows=2, width=4)


def loss(b):
    return np.sum(np.sin(forward(x, W, tanh, b)[-1]))


z = forward(x, W, tanh, b)
errors = backward(np.cos(z[-1]), z, W, tanh_grad)
print("mean products of the rows:", *(f"{v:z.3f}" for v in np.ravel(x @ x.T / 4)))
print(f"loss {loss(b):.4f}, without biases {np.sum(np.sin(forward(x, W, tanh)[-1])):.4f}")
for layer in range(3):
    step = np.zeros_like(b)
    step[layer, 0] = 1e-5
    slope = (loss(b + step) - loss(b - step)) / step.sum() / 2
    print(f"layer {layer + 1}: dL/db {errors[layer][:, 0].sum():7.4f}, by differences {slope:7.4f}")
# --8<-- [end:differences]

SIZES = 0.1, 20  # the σ_w that are looked at

# --8<-- [start:factors]
layers = load("depth_layers")  # experiments/depth_layers.py


@functools.cache
def theory(name):
    """Mean squares and error norms by layer that theory expects of a case."""
    case = layers[name]
    f, f_grad = REGISTRY[case["f"]].f, REGISTRY[case["f"]].grad
    q = squares(f, case["sigma_w"], case["layers"], case["sigma_b"])
    return q, error_norms(f_grad, case["sigma_w"], q)


def expected_factor(name):
    """Geometric mean over the layers."""
    norms = theory(name)[1]
    return norms[0] ** (1 / (len(norms) - 1))


print("activation  weights       theory  measured")
for name in ("sigmoid", "tanh", "relu"):
    for size in ("0.01 N(0,1)", "Xavier", "He", "N(0,1)"):
        case = f"{name}, {size}"
        mean, sd = layers[case]["factor"]
        print(f"{name:10}  {size:11}  {expected_factor(case):7.4f}  {mean:7.4f} ± {sd:.4f}")
# --8<-- [end:factors]
found = {name: case["factor"][0] for name, case in layers.items()}
worst = max(
    abs(found[f"{name}, {size}"] / expected_factor(f"{name}, {size}") - 1)
    for name in COLORS
    for size in ("0.01 N(0,1)", "Xavier", "He", "N(0,1)")
)


# --8<-- [start:one_network]
ONE = {"sigmoid": 1.0, "tanh": 1.0, "relu": np.sqrt(2)}  # Xavier's weights, and He's for ReLU
one_network = {}
x, error, W = deep_network(seed=13, width=32, layers=30)
print("30 layers of 32, factor a layer: theory, this network")
for name, sigma_w in ONE.items():
    f, f_grad = REGISTRY[name].f, REGISTRY[name].grad
    errors = backward(error, forward(x, sigma_w * W, f), sigma_w * W, f_grad)
    norms = np.array([np.linalg.norm(rows) for rows in errors]) / np.linalg.norm(error)
    expected = error_norms(f_grad, sigma_w, squares(f, sigma_w, len(W)))
    one_network[name] = expected, norms
    print(f"{name:8}", *(f"{v[0] ** (1 / 29):.3f}" for v in one_network[name]), sep="  ")
# --8<-- [end:one_network]


# --8<-- [start:crossing]
DEEP = 300  # layers


def settled(f, sigma_w, sigma_b=0.0):
    """The mean square that a deep network settles at."""
    return squares(f, sigma_w, DEEP, sigma_b)[-1]


def size_for(f, f_grad, wanted, sigma_b=0.0):
    """The σ_w at which the factor in deep layers is as wanted, by bisection."""
    low, high = SIZES
    while low < (middle := (low + high) / 2) < high:
        q = settled(f, middle, sigma_b)
        if factor(f_grad, middle, q) < wanted:
            low = middle
        else:
            high = middle
    return middle


fourfold = size_for(sigmoid, sigmoid_grad, 0.25)
crossing = size_for(sigmoid, sigmoid_grad, 1.0)
print(f"sigmoid, {DEEP} layers: factor 1/4 at σ_w = {fourfold:.3f}, 1 at {crossing:.2f}")
# --8<-- [end:crossing]

# --8<-- [start:large]
print("weights     activation  saturated units  factor a layer")
for size in ("N(0,1)", "10 N(0,1)", "100 N(0,1)"):
    for name in ("sigmoid", "tanh"):
        case = layers[f"{name}, {size}"]
        typical, spread = 10 ** np.array(case["log factor"])
        share, sd = case["saturated"]
        print(f"{size:10}  {name:10}  {share:6.1%} ± {sd:.1%}", end="  ")
        print(f"{typical:#7.2g} ×÷ {spread:#.3g}")
# --8<-- [end:large]
saturated = {name: case["saturated"][0] for name, case in layers.items()}
typical = {name: 10 ** case["log factor"][0] for name, case in layers.items()}

# --8<-- [start:weight_gradients]
first_to_last = load("depth_weight_gradients")
print("weights  biases  errors, first/last  weight gradients, first/last")
for size in ("1/√3", "Xavier", "He"):
    for biases, text in (("no biases", "no"), ("biases", "yes")):
        case = first_to_last[f"{size}, {biases}"]
        errors = 10 ** np.array(case["error"])[:, 0]  # at the first layer: mean, spread
        gradients = 10 ** np.array(case["ratio"])
        print(f"{size:7}  {text:6}", end="")
        print(*("  {:9.1e} ×÷ {:.2f}".format(*found) for found in (errors, gradients)))
print("without biases the same for all three, to 1e-10:", first_to_last["equal"])
# --8<-- [end:weight_gradients]
weight_ratio = {
    name: 10 ** case["ratio"][0] for name, case in first_to_last.items() if name != "equal"
}
error_ratio = {
    name: 10 ** case["error"][0][0] for name, case in first_to_last.items() if name != "equal"
}
gradient_size = {
    name: 10 ** np.mean(case["gradient"][0])
    for name, case in first_to_last.items()
    if name != "equal"
}
_, stack = np.shape(first_to_last["He, biases"]["error"])

# --8<-- [start:tanh]
print("after 50 layers: theory, measured")
print("σ_w    σ_b²  mean square of z          error, first/last         correlation")
for key in ("Xavier", "critical", "1.593", "5/3"):
    case = layers[f"tanh, {key}"]
    q, norms = theory(f"tanh, {key}")
    c = correlations(tanh, case["sigma_w"], q, case["sigma_b"], c=0.5)[-1]
    print(f"{case['sigma_w']:.3f}  {case['sigma_b'] ** 2:4.2f}", end="  ")
    square, error = 10 ** np.array(case["q"])[:, -1], 10 ** np.array(case["error"])[:, 0]
    print("{:6.4f}  {:6.4f} ×÷ {:.2f}".format(q[-1], *square), end="    ")
    print("{:6.3f}  {:6.3f} ×÷ {:.2f}".format(norms[0], *error), end="    ")
    print(f"{c:4.2f}  {case['c'][0][-1]:z5.2f} ± {case['c'][1][-1]:.2f}")
critical = size_for(tanh, tanh_grad, 1.0, sigma_b=np.sqrt(0.05))
q_critical = settled(tanh, critical, np.sqrt(0.05))
print(f"σ_b² = 0.05: factor 1 at σ_w² = {critical**2:.4f}, where q = {q_critical:.4f}")
# --8<-- [end:tanh]
last_error = {name: 10 ** case["error"][0][0] for name, case in layers.items()}
last_square = {name: 10 ** case["q"][0][-1] for name, case in layers.items()}
q_torch = settled(tanh, 5 / 3)
torch_factor = factor(tanh_grad, 5 / 3, q_torch)

# --8<-- [start:spread]
by_width = load("depth_spread")
square, fourth = (normal_mean(lambda z, k=k: relu(z) ** k) for k in (2, 4))
one_layer = fourth / square**2 - 1
print(f"variance of one layer's ratio: {one_layer:.3f} / n")
print("width  networks  mean         median  below 1/10  logarithm      theory")
for n, case in by_width.items():
    middle = 10 ** case["percentiles"][-1][2]
    mean, sd = case["mean"]
    log_mean, log_sd = case["log"]
    variance = (50 - 1) * one_layer / int(n)
    print(f"{n:>5}  {case['networks']:8}  {mean:.2f} ± {sd:.2f}  {middle:6.3f}", end="  ")
    print(f"{case['below a tenth']:10.1%}  {log_mean:5.2f} ± {log_sd:.2f}", end="  ")
    print(f"{-variance / 2:5.2f} ± {variance**0.5:.2f}")
# --8<-- [end:spread]
narrow = by_width["32"]
narrow_median = 10 ** narrow["percentiles"][-1][2]


# --8<-- [start:gains]
def gain(f):
    """The σ_w that returns a mean square of 1 to 1."""
    return 1 / np.sqrt(normal_mean(lambda z: f(z) ** 2))


def pull(f, h=1e-4):
    """By what a layer with that gain multiplies a small deviation of q from 1."""
    above, below = (next_square(f, gain(f), q) for q in (1 + h, 1 - h))
    return (above - below) / (2 * h)


ends = load("depth_fixed_points")
print("                    deviation  error    networks far off,")
print("activation   gain   factor     factor   from q = 1/2, 1, 2")
for name in ("sigmoid", "tanh", "selu", "elu", "relu", "mish", "gelu", "silu"):
    f, f_grad = REGISTRY[name].f, REGISTRY[name].grad
    numbers = gain(f), pull(f), factor(f_grad, gain(f), 1.0)
    print("{:10}  {:5.3f}  {:9.3f}  {:9.3f}".format(name, *numbers), end="  ")
    far = [case["below a tenth"] + case["above ten"] for case in ends[name].values()]
    print("  ".join(f"{share:4.0%}" for share in far))
# --8<-- [end:gains]
far_off = {
    name: [case["below a tenth"] + case["above ten"] for case in cases.values()]
    for name, cases in ends.items()
}
gains = {name: gain(entry.f) for name, entry in REGISTRY.items() if entry.kind == "elementwise"}
pulls = {name: pull(REGISTRY[name].f) for name in ("mish", "gelu", "silu", "selu", "tanh", "relu")}
q_selu = settled(selu, 0.75)
selu_low = factor(selu_grad, 0.75, q_selu)
selu_one = factor(selu_grad, 1.0, 1.0)
sigmoid_at_gain = factor(sigmoid_grad, gain(sigmoid), 1.0)


# --8<-- [start:start_1]
def leaky_gain(alpha):
    """The gain for a Leaky ReLU: with it a mean square of 1 comes out as 1."""
    return gain(leaky_relu)


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def leaky_gain(alpha):
    return gain(lambda z: leaky_relu(z, alpha))


# --8<-- [end:solution_1]

# --8<-- [start:check_1]
for alpha in (0.0, 0.01, 0.25, 1.0):
    found_gain, exact_gain = leaky_gain(alpha), np.sqrt(2 / (1 + alpha**2))
    print(f"slope {alpha:4}: gain {found_gain:.5f}, formula {exact_gain:.5f}")
    assert np.isclose(found_gain, exact_gain), f"not the gain for slope {alpha}"
# --8<-- [end:check_1]


# --8<-- [start:start_2]
def too_deep(sigma_w, smallest):
    """Fewest sigmoid layers after which the error at the first is below smallest; 1 at the last."""
    return 50


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def too_deep(sigma_w, smallest):
    layers = 1
    while error_norms(sigmoid_grad, sigma_w, squares(sigmoid, sigma_w, layers))[0] >= smallest:
        layers += 1
    return layers


# --8<-- [end:solution_2]

# --8<-- [start:check_2]
tiny = np.finfo(np.float32).tiny
for sigma_w, smallest in ((1.0, tiny), (2.0, tiny), (1.0, 0.5)):
    limit = too_deep(sigma_w, smallest)
    q_2 = squares(sigmoid, sigma_w, limit)
    norms = error_norms(sigmoid_grad, sigma_w, q_2)
    print(f"σ_w = {sigma_w}, {limit} layers: {norms[0]:.2e} is below {smallest:.2e}", end=", ")
    assert norms[0] < smallest, "that is not deep enough"
    fewer = error_norms(sigmoid_grad, sigma_w, q_2[:-1])[0]
    print(f"{limit - 1}: {fewer:.2e} is not")
    assert fewer >= smallest, "one layer fewer is deep enough"
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def centred(f, f_grad):
    """f and f_grad, moved and scaled to mean 0 and mean square 1 for z ~ N(0, 1)."""
    return (lambda z: f(z) - normal_mean(f)), f_grad


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def centred(f, f_grad):
    mean = normal_mean(f)
    sd = np.sqrt(normal_mean(lambda z: (f(z) - mean) ** 2))
    return (lambda z: (f(z) - mean) / sd), (lambda z: f_grad(z) / sd)


# --8<-- [end:solution_3]

# --8<-- [start:check_3]
errors_3 = {}
for f, f_grad in ((sigmoid, sigmoid_grad), (relu, relu_grad)):
    g, g_grad = centred(f, f_grad)
    mean, square, slope, along = (
        DENSITY @ v for v in (g(GRID), g(GRID) ** 2, g_grad(GRID), GRID * g(GRID))
    )
    assert np.isclose(mean, 0), "the mean of g is not 0"
    assert np.isclose(square, 1), "the mean square of g is not 1"
    assert np.isclose(slope, along), "g_grad is not the slope of g: E(g'(z)) is E(z g(z))"
    for name, unit, unit_grad in (("as it is", f, f_grad), ("centred", g, g_grad)):
        sigma_w = gain(unit)
        q = squares(unit, sigma_w, 20, q=1 / sigma_w**2)
        c = correlations(unit, sigma_w, q, c=0.5)[-1], correlations(unit, sigma_w, q)[-1]
        print(f"{f.__name__:7} {name:8}: mean square {q.mean():.3f}, error", end=" ")
        errors_3[name] = factor(unit_grad, sigma_w, 1.0)
        print(f"{errors_3[name]:.3f}, correlations {c[0]:z.3f} and {c[1]:z.3f}")
# --8<-- [end:check_3]


def by_layer(ax, cases, key):
    """Theory as lines, networks as points with bars of one standard deviation."""
    for name, color in cases:
        case, values = layers[name], theory(name)[0 if key == "q" else 1]
        ax.semilogy(np.arange(1, len(values) + 1), values, color=color, linewidth=1.2)
        mean, sd = np.array(case[key])
        bars = [10**mean - 10 ** (mean - sd), 10 ** (mean + sd) - 10**mean]
        ax.errorbar(case["layer"], 10**mean, yerr=bars, fmt="o", color=color, markersize=4)
    ax.set(xlabel="layer")
    ax.minorticks_off()


# ---------------------------------------------------------------- figures

fig, ax = panel()
ax.axhline(1, color=MUTED, linewidth=0.8)
for name, (expected, norms) in one_network.items():
    at = np.arange(1, len(norms) + 1)
    ax.semilogy(at, expected, color=COLORS[name], linewidth=1.2)
    ax.semilogy(at, norms, "o", color=COLORS[name], markersize=3.5)
label(ax, 16, 1e-12, "sigmoid, Xavier", ORANGE)
label(ax, 2, 1e-3, "tanh, Xavier", BLUE, va="top")
label(ax, 2, 30, "ReLU, He", GREEN, va="bottom")
ax.set(xlabel="layer", ylabel="norm of the error", ylim=(1e-20, 1e4))
ax.minorticks_off()
save(fig, "depth-one-network")

sizes = np.geomspace(*SIZES, 40)
fig, ax = panel()
ax.axhline(1, color=MUTED, linewidth=0.8)
for name in ("sigmoid", "tanh"):
    f, f_grad, q = REGISTRY[name].f, REGISTRY[name].grad, sizes**2
    for _ in range(20):
        q = sizes**2 * (f(np.sqrt(q)[:, None] * GRID) ** 2 @ DENSITY)
    slopes = f_grad(np.sqrt(q)[:, None] * GRID) ** 2 @ DENSITY
    ax.loglog(sizes, sizes * np.sqrt(slopes), color=COLORS[name])
ax.loglog(sizes, sizes * np.sqrt(normal_mean(relu_grad)), color=GREEN)
for case in layers.values():
    if case["f"] in COLORS and case["sigma_b"] == 0 and case["sigma_w"] <= SIZES[1]:
        ax.loglog(case["sigma_w"], case["factor"][0], "o", color=COLORS[case["f"]])
label(ax, 5, 6.5, "ReLU", GREEN, ha="right")
label(ax, 0.48, 0.62, "tanh", BLUE, ha="right")
label(ax, 3.5, 0.38, "sigmoid", ORANGE)
label(ax, 0.1, 1.2, "grows", MUTED)
label(ax, 0.1, 0.6, "shrinks", MUTED)
ax.set(xlabel=r"size of the weights, $\sigma_w$", ylabel="factor a layer")
ax.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
ax.minorticks_off()
save(fig, "depth-factor")

PLACES = {  # the limits, and the labels of sigmoid, tanh and ReLU
    "0.01 N(0,1)": ("small", (1e-72, 1e6), (24, 1e-52), (2, 1e-14), (2, 1e-54)),
    "N(0,1)": ("naive", (1e-2, 1e12), (4, 0.05), (4.2, 1e4), (5.6, 1e7)),
    "Xavier": ("xavier", (1e-33, 1e6), (19, 1e-25), (24, 1e2), (5, 1e-13)),
    "He": ("he", (1e-26, 1e6), (24, 1e-20), (3, 1e3), (24, 1e-4)),
}
for size, (figure, limits, *places) in PLACES.items():
    fig, ax = panel(height=2.5)
    by_layer(ax, [(f"{name}, {size}", color) for name, color in COLORS.items()], "error")
    for name, place in zip(COLORS, places, strict=True):
        label(ax, *place, TITLES[name], COLORS[name])
    ax.set(ylabel="norm of the error", ylim=limits)
    save(fig, f"depth-errors-{figure}")

fig, ax = panel()
curves = [("sigmoid, Xavier", ORANGE), ("tanh, Xavier", BLUE), ("tanh, 5/3", PURPLE)]
by_layer(ax, [*curves, ("relu, Xavier", GREEN), ("relu, He", OCHRE)], "q")
for x, y, text, color in (
    (26, 0.1, "sigmoid, 1", ORANGE),
    (30, 3.5e-3, "tanh, 1", BLUE),
    (26, 0.5, "tanh, 5/3", PURPLE),
    (14, 6e-4, "ReLU, 1", GREEN),
    (26, 4, "ReLU, √2 (He)", OCHRE),
):
    label(ax, x, y, text, color)
ax.set(ylabel="mean square of z", ylim=(1e-4, 20))
save(fig, "depth-squares")

starts = np.geomspace(0.05, 20, 30)
MAPS = {
    "attracting": [
        ("sigmoid", sigmoid, ORANGE, (0.3, 4)),
        ("tanh", tanh, BLUE, (0.055, 2.7)),
        ("SELU", selu, PURPLE, (0.055, 1.15)),
        ("ReLU", relu, GREEN, (9, 1.12)),
    ],
    "repelling": [
        ("SiLU", silu, ORANGE, (5, 1.38)),
        ("GELU", gelu, BLUE, (0.14, 0.6)),
        ("Mish", mish, PURPLE, (0.06, 0.86)),
    ],
}
for figure, curves in MAPS.items():
    fig, ax = panel(height=2.6)
    ax.axhline(1, color=MUTED, linewidth=0.8)
    ax.plot(1, 1, "o", color=INK)
    for text, f, color, place in curves:
        ax.loglog(starts, [next_square(f, gain(f), q) / q for q in starts], color=color)
        label(ax, *place, text, color)
    low, high = (0.2, 8) if figure == "attracting" else (0.55, 1.6)
    ax.set(xlabel="mean square q", ylabel="next q / q", ylim=(low, high))
    ax.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    ticks = [0.3, 1, 3] if figure == "attracting" else [0.6, 0.8, 1, 1.2, 1.5]
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    save(fig, f"depth-map-{figure}")

fig, ax = panel()
for n, color, place in (("32", ORANGE, (29, 3e-4)), ("512", BLUE, (29, 4))):
    case = by_width[n]
    low, quarter, middle, three_quarters, high = 10 ** np.array(case["percentiles"]).T
    ax.fill_between(case["layer"], low, high, color=color, alpha=0.15, linewidth=0)
    ax.fill_between(case["layer"], quarter, three_quarters, color=color, alpha=0.2, linewidth=0)
    ax.semilogy(case["layer"], middle, "o", color=color)
    steps = np.arange(50)
    ax.semilogy(steps + 1, np.exp(-steps * one_layer / int(n) / 2), color=color, linewidth=1.2)
    label(ax, *place, f"width {n}", color)
ax.axhline(1, color=INK, linewidth=1.2, linestyle="--")
label(ax, 2, 2.2, "mean over all networks", INK)
ax.set(xlabel="layer", ylabel="mean square of z", ylim=(5e-5, 20))
ax.minorticks_off()
save(fig, "depth-he-spread")

fig, ax = panel()
for name, color in (
    ("sigmoid, Xavier", ORANGE), ("relu, He", GREEN), ("tanh, critical", PURPLE),
    ("selu, 1", OCHRE), ("tanh, 5/3", BLUE),
):  # fmt: skip
    case, (q, _) = layers[name], theory(name)
    curve = correlations(REGISTRY[case["f"]].f, case["sigma_w"], q, case["sigma_b"], c=0.5)
    ax.plot(np.arange(1, len(q) + 1), curve, color=color, linewidth=1.2)
    mean, sd = case["c"]
    ax.errorbar(case["layer"], mean, yerr=sd, fmt="o", color=color, markersize=4)
label(ax, 8.5, 1.07, "sigmoid, 1", ORANGE)
label(ax, 24, 1.07, "ReLU, √2 (He)", GREEN)
label(ax, 18, 0.61, "tanh, critical", PURPLE)
label(ax, 38, 0.56, "SELU, 1", OCHRE)
label(ax, 7, -0.1, "tanh, 5/3", BLUE)
ax.set(xlabel="layer", ylabel="correlation", ylim=(-0.25, 1.2))
save(fig, "depth-correlation")

for figure, key in (("errors", "error"), ("gradients", "gradient")):
    fig, ax = panel(height=2.6)
    for size, color in (("1/√3", ORANGE), ("Xavier", BLUE), ("He", GREEN)):
        for biases, style in (("no biases", "-"), ("biases", "--")):
            mean = np.array(first_to_last[f"{size}, {biases}"][key][0])
            ax.semilogy(np.arange(1, stack + 1), 10 ** (mean - mean[-1]), style, color=color)
    ax.set(xlabel="layer", ylabel="norm, last layer = 1", ylim=(1e-8, 30))
    ax.set_xticks([1, 5, 10, 15, 20])
    label(ax, 8.5, 2e-7, "1/√3", ORANGE)
    label(ax, 3, 2e-2 if key == "error" else 3e-3, "Xavier, 1", BLUE)
    label(ax, 9, 3, "He, √2", GREEN)
    ax.minorticks_off()
    save(fig, f"depth-weight-{figure}")
