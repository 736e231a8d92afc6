"""Leaky ReLU and its family: what a slope below zero buys, and how much of it."""

import itertools
import math
from functools import partial

import numpy as np

from activations import (
    SELU_ALPHA,
    SELU_LAMBDA,
    elu,
    leaky_relu,
    leaky_relu_grad,
    prelu,
    prelu_grad,
    relu,
    rrelu,
    selu,
    tanh,
)
from deep import DENSITY, GRID
from dying import accuracy, descend, forward, moons, silent, start
from plotting import (
    BLUE,
    GREEN,
    GREEN_AREA,
    INK,
    MUTED,
    ORANGE,
    axes_at_zero,
    label,
    panel,
    save,
)


def mean_sd(values, digits=2):
    """Mean ± standard deviation over the runs, as text; z writes −0.00 as 0.00."""
    return f"{float(np.mean(values)):z.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"


# --8<-- [start:learn_slope]
def fit_prelu(x, y, lr=0.3, steps=500):
    """Fit y with one unit f(w·x + b) that learns its slope too; the slope after each step."""
    w, b, slopes = 1.0, 0.0, [0.25]
    for _ in range(steps):
        alpha = slopes[-1]
        z = w * x + b
        error = (prelu(z, alpha) - y) / len(x)  # dL/df of half the mean squared error
        delta = error * prelu_grad(z, alpha)
        w, b = w - lr * (delta @ x), b - lr * delta.sum()
        slopes.append(alpha - lr * (error @ np.minimum(z, 0)))  # df/dalpha is min(z, 0)
    return np.array(slopes)


# --8<-- [end:learn_slope]


# --8<-- [start:unit]
X_unit = np.random.default_rng(1).normal(size=(64, 2)).round(3)


def train_unit(slope, lr=0.5, steps=1200):
    """One leaky unit, silent on all rows, that should output 1 on each.

    Returns the largest pre-activation and the loss before each step.
    """
    w, b = np.array([1.5, -0.9]), -6.0
    highest, losses = [], []
    for _ in range(steps):
        z = X_unit @ w + b
        error = leaky_relu(z, slope) - 1
        delta = error * leaky_relu_grad(z, slope) / len(z)
        w, b = w - lr * X_unit.T @ delta, b - lr * delta.sum()
        highest.append(z.max())
        losses.append(np.mean(error**2) / 2)
    return np.array(highest), np.array(losses)


# --8<-- [end:unit]


# --8<-- [start:propagate]
def propagate(cases, layers=64, width=128, rows=16, runs=10):
    """Mean and variance of the activations: name → two (layers, runs) arrays.

    cases: name → (f, gain). Weights have standard deviation gain / √width.
    """
    rng = np.random.default_rng(0)
    a = dict.fromkeys(cases, rng.normal(size=(runs, rows, width)))
    means, variances = {name: [] for name in cases}, {name: [] for name in cases}
    for _ in range(layers):
        W = rng.normal(0, 1 / np.sqrt(width), (runs, width, width))
        for name, (f, gain) in cases.items():
            a[name] = f(gain * (a[name] @ W))
            means[name].append(a[name].mean(axis=(1, 2)))
            variances[name].append(a[name].var(axis=(1, 2)))
    return {name: (np.array(means[name]), np.array(variances[name])) for name in cases}


# --8<-- [end:propagate]


# --8<-- [start:trained]
def trained(slope, lr, bias=0.0, mean=0.0, sizes=(16,), steps=200):
    """20 leaky networks: units silent before and after training by layer, accuracy, loss."""
    f, f_grad = partial(leaky_relu, alpha=slope), partial(leaky_relu_grad, alpha=slope)
    rng = np.random.default_rng(0)
    X, y = moons(rng)
    X = X + mean
    W, b = start(rng, sizes, bias=bias)
    before = [silent(z) for z in forward(X, W, b, f)[0][:-1]]
    descend(X, y, W, b, lr, steps, f, f_grad)
    *hidden, logit = forward(X, W, b, f)[0]
    loss = np.logaddexp(0, np.where(y == 1, -logit, logit)).mean(axis=(1, 2))
    return before, [silent(z) for z in hidden], accuracy(X, y, W, b, f), loss


# --8<-- [end:trained]


# --8<-- [start:monotone]
z = np.linspace(-3, 3, 600)
print(f"{len(z)} points from {z[0]:g} to {z[-1]:g}")
print("slope  f never falls  f′ never falls  lowest f")
checked_slopes = (-0.1, 0.0, 0.01, 1.0, 1.5)
for alpha in checked_slopes:
    f, slope = prelu(z, alpha), prelu_grad(z, alpha)
    rises, bends_up = (bool((np.diff(v) >= 0).all()) for v in (f, slope))
    print(f"{alpha:5}  {rises!s:13}  {bends_up!s:14}  {f.min():8.2f}")
# --8<-- [end:monotone]


# --8<-- [start:learned]
x = np.linspace(-2, 2, 41)
targets = {"leaky, slope 0.5": prelu(x, 0.5), "the identity": x, "|x|": np.abs(x)}
learned = {name: fit_prelu(x, y) for name, y in targets.items()}
print("slope after           0 steps     2 steps    20 steps   500 steps")
for name, alpha in learned.items():
    print(f"{name:16}", *(f"{alpha[n]:11.4f}" for n in (0, 2, 20, 500)))
# --8<-- [end:learned]

# --8<-- [start:random_slope]
rng = np.random.default_rng(0)
below = np.full(100_000, -1.0)
drawn = rrelu(below, rng=rng)
print(f"training: f(-1) between {drawn.min():.3f} and {drawn.max():.3f},", end=" ")
print(f"mean of {drawn.size:,} {drawn.mean():.6f}")
print(f"test:     f(-1) = {rrelu(-1.0):.3f}")
divisor_low, divisor_high = 3, 8
test_slope = 2 / (divisor_low + divisor_high)
mean_slope = math.log(divisor_high / divisor_low) / (divisor_high - divisor_low)
print(f"as divisors: mean slope in training {mean_slope:.3f}, slope at test {test_slope:.3f}")
# --8<-- [end:random_slope]
library_slope = -rrelu(-1.0)
elu_fades = math.log(0.01)  # where the slope e^z of ELU is down to 0.01


# --8<-- [start:closed_form]
def tail(k, q=1.0):
    """E[e^(kz) where z < 0, else 0] for z ~ N(0, q)."""
    return 0.5 * math.exp(k * k * q / 2) * math.erfc(k * math.sqrt(q / 2))


# Mean 0: the positive half of z must balance alpha times the mean of 1 − e^z below 0.
alpha = 1 / math.sqrt(2 * math.pi) / (tail(0) - tail(1))
# Variance 1: lambda rescales the second moment, ½ from above 0 and the rest from below.
lam = 1 / math.sqrt(0.5 + alpha**2 * (tail(2) - 2 * tail(1) + tail(0)))
print(f"here      alpha {alpha:.12f}  lambda {lam:.12f}")
print(f"registry  alpha {SELU_ALPHA:.12f}  lambda {SELU_LAMBDA:.12f}")
# --8<-- [end:closed_form]


# --8<-- [start:attracting]
def selu_moments(q):
    """Mean and variance of selu(z) for z ~ N(0, q)."""
    mean = lam * (math.sqrt(q / (2 * math.pi)) - alpha * (tail(0, q) - tail(1, q)))
    second = lam**2 * (q / 2 + alpha**2 * (tail(2, q) - 2 * tail(1, q) + tail(0, q)))
    return mean, second - mean**2


step = 1e-5
variance_slope = (selu_moments(1 + step)[1] - selu_moments(1 - step)[1]) / (2 * step)
print(f"an error in the variance is multiplied by {variance_slope:.3f} a layer")
for q in (0.25, 4.0):
    path = [q]
    while abs(path[-1] - 1) > 0.01:
        path.append(selu_moments(path[-1])[1])
    print(f"variance {q}: within 0.01 of 1 after {len(path) - 1} layers")
# --8<-- [end:attracting]


# --8<-- [start:recovery]
def first(reached):
    """The first step of which it is true; None where there is none."""
    steps = np.flatnonzero(reached)
    return int(steps[0]) if steps.size else None


recovery = {slope: train_unit(slope) for slope in (0.0, 0.01, 0.1, 0.25)}
back, fitted = {}, {}
print("slope  active again  slope × steps  loss below 0.01")
for slope, (highest, losses) in recovery.items():
    back[slope], fitted[slope] = first(highest > 0), first(losses < 0.01)
    product = f"{slope * back[slope]:.2f}" if back[slope] else "–"
    print(f"{slope:5}  {back[slope] or 'never':>12}  {product:>13}  {fitted[slope] or 'never':>15}")
# --8<-- [end:recovery]
product = 0.01 * back[0.01]


# --8<-- [start:start_1]
def slope_gradient(z, y, alpha):
    """dL/dalpha of L = mean((prelu(z, alpha) - y)²) / 2."""
    return np.mean((prelu(z, alpha) - y) * z)


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def slope_gradient(z, y, alpha):
    return np.mean((prelu(z, alpha) - y) * np.minimum(z, 0))


# --8<-- [end:solution_1]

# --8<-- [start:check_1]
z_1, y_1 = np.random.default_rng(0).normal(size=(2, 50))
for a in (-0.5, 0.25, 1.0):
    above, below_1 = (np.mean((prelu(z_1, a + h) - y_1) ** 2) / 2 for h in (0.1, -0.1))
    numeric = (above - below_1) / (0.1 + 0.1)
    found = slope_gradient(z_1, y_1, a)
    print(f"slope {a:5}: {found:.6f}, difference quotient {numeric:.6f}")
    assert np.isclose(found, numeric), "only rows with z < 0 depend on the slope"
# --8<-- [end:check_1]


# --8<-- [start:start_2]
def unit_gain(alpha):
    """The factor c for which c·prelu(z, alpha) has mean square 1 where z is N(0, 1)."""
    return np.sqrt(2.0)


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def unit_gain(alpha):
    return np.sqrt(2 / (1 + alpha**2))


# --8<-- [end:solution_2]

# --8<-- [start:check_2]
for a in (0.0, 0.25, 1.0, -1.0):
    square = DENSITY @ (unit_gain(a) * prelu(GRID, a)) ** 2
    print(f"slope {a:5}: gain {unit_gain(a):.4f}, mean square {square:.4f}")
    assert np.isclose(square, 1), "each half of the normal distribution gives its own share"
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def slope_for(deadline):
    """Smallest slope, in thousandths, that has train_unit's unit active within the deadline."""
    return 0.01


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def slope_for(deadline):
    for thousandths in itertools.count():
        if np.any(train_unit(thousandths / 1000, steps=deadline)[0] > 0):
            return thousandths / 1000


# --8<-- [end:solution_3]

# --8<-- [start:check_3]
slopes_for = {deadline: slope_for(deadline) for deadline in (25, 50, 100)}
for deadline, slope in slopes_for.items():
    print(f"{deadline:3} steps: slope {slope:.3f}, product {slope * deadline:.2f}")
    tried = [train_unit(a, steps=deadline)[0] for a in (slope, slope - 0.001)]
    in_time, too_late = np.any(np.array(tried) > 0, axis=1)
    assert in_time, f"not active within {deadline} steps"
    assert not too_late, "a slope of a thousandth less is enough"
# --8<-- [end:check_3]
predicted = product / list(slopes_for)[1]


# --8<-- [start:held]
cases = {"SELU": (selu, 1), "SELU, torch": (selu, 3 / 4), "tanh": (tanh, 1)}
cases["ReLU"] = (relu, np.sqrt(2))
moments = propagate(cases)
layers = propagate.__defaults__[0]
print(f"{layers} layers    gain    mean            variance")
for name, (means, variances) in moments.items():
    shown = f"{mean_sd(means[-1]):>13}   {mean_sd(variances[-1], 3)}"
    print(f"{name:11}  {cases[name][1]:5.4g}  {shown}")
# --8<-- [end:held]


def revived(before, after):
    """Share of the units that were silent before and are not after; one number a run."""
    return (before & ~after).sum(axis=1) / before.sum(axis=1)


# --8<-- [start:born_silent]
print("slope  silent at the end  came back    accuracy")
came_back, right_after = {}, {}
for slope in (0.0, 0.01, 0.1, 0.25):
    (before,), (after,), right, _ = trained(slope, lr=3, bias=-3)
    came_back[slope] = revived(before, after)
    right_after[slope] = right.mean()
    shares = [mean_sd(after.mean(axis=1)), mean_sd(came_back[slope]), mean_sd(right)]
    print(f"{slope:5}  {shares[0]:17}  {shares[1]}  {shares[2]}")
# --8<-- [end:born_silent]

steps = trained.__defaults__[-1]
runs, units = before.shape

# --8<-- [start:raw]
print("rate  slope  silent at first  at the end   came back    accuracy")
raw = {}
for lr in (0.3, 1):
    for slope in (0.0, 0.01, 0.1, 0.25):
        (before,), (after,), right, _ = trained(slope, lr, mean=3)
        raw[lr, slope] = after.mean(), revived(before, after).mean()
        shares = before.mean(axis=1), after.mean(axis=1), revived(before, after), right
        print(f"{lr:4}  {slope:5}  {mean_sd(shares[0]):15}", *map(mean_sd, shares[1:]), sep="  ")
# --8<-- [end:raw]

# --8<-- [start:high_rate]
right_plain = {}
print("rate  silent: slope 0  slope 0.01   accuracy: slope 0  gained")
for lr in (3, 9):
    plain, leaky = trained(0.0, lr), trained(0.01, lr)
    right_plain[lr] = plain[2].mean()
    gained = leaky[2] - plain[2]  # run by run: same data, same first weights
    shares = [mean_sd(networks[1][0].mean(axis=1)) for networks in (plain, leaky)]
    print(f"{lr:4}  {shares[0]:15}  {shares[1]}  {mean_sd(plain[2]):17}  {mean_sd(gained)}")
guessing, quarter = -np.log(0.5), 0.25  # the loss of a network that answers ½ on every row
for slope in (0.0, 0.25):
    worse = np.mean(trained(slope, lr)[3] > guessing)
    print(f"slope {slope}: over a quarter worse than guessing: {bool(worse > quarter)}")
# --8<-- [end:high_rate]

# --8<-- [start:deeper]
print("slope  layer  silent at first  came back  accuracy")
back_deep = {}
for slope in (0.0, 0.01, 0.1, 0.25):
    before, after, right, _ = trained(slope, lr=1, bias=-1, sizes=(16, 16))
    for layer, (born, last) in enumerate(zip(before, after, strict=True), start=1):
        back_deep[slope, layer] = (born & ~last).sum() / born.sum()
        end = f"  {mean_sd(right)}\n" if layer == len(before) else "\n"
        print(f"{slope:5}  {layer:5}  {born.sum():15}  {back_deep[slope, layer]:9.0%}", end=end)
# --8<-- [end:deeper]
silent_high = plain[1][0].mean()
mean_square = (moments["ReLU"][1][-1] + moments["ReLU"][0][-1] ** 2).mean()

z = np.linspace(-4, 4, 801)
fig, ax = panel()
axes_at_zero(ax)
ax.plot(z, leaky_relu(z, 0.1), color=ORANGE)
ax.plot(z, leaky_relu(z, 0.01), color=BLUE)
ax.plot(z, relu(z), color=INK, linestyle="--", linewidth=1.2)
label(ax, -3.8, -0.75, "slope 0.1", ORANGE)
label(ax, -3.8, 0.15, "slope 0.01", BLUE)
label(ax, -1.3, 0.15, "ReLU", INK)
ax.set(xlabel="pre-activation z", ylabel="output", xlim=(-4, 2), ylim=(-0.95, 2))
save(fig, "leaky-relu-and-relu")

fig, ax = panel()
axes_at_zero(ax)
for slope, color in ((0.0, INK), (0.01, BLUE), (0.1, ORANGE), (0.25, GREEN)):
    highest = recovery[slope][0]
    ax.plot(1 + np.arange(len(highest)), highest, color=color)
label(ax, 8.2, 0.25, "0.25", GREEN, ha="right")
label(ax, 17, -0.75, "0.1", ORANGE)
label(ax, 120, -0.9, "0.01", BLUE)
label(ax, 330, -1.14, "0 (ReLU)", INK)
ax.set(xscale="log", xlabel="gradient step", ylabel="largest z of all rows")
ax.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
save(fig, "leaky-relu-recovery")

below = np.array([-4.0, 0.0])
above = np.array([0.0, 1.0])
fig, ax = panel()
axes_at_zero(ax)
ax.fill_between(below, below / 3, below / 8, color=GREEN_AREA, linewidth=0)
ax.plot(below, rrelu(below), color=GREEN, linestyle="--")
ax.plot(below, prelu(below), color=ORANGE)
ax.plot(below, leaky_relu(below), color=BLUE)
ax.plot(above, above, color=INK)
label(ax, -2.7, 0.1, "Leaky, 0.01", BLUE)
ax.annotate(
    "PReLU starts at 0.25",
    (-2.3, prelu(-2.3)),
    (-2.15, -1.02),
    color=ORANGE,
    va="center",
    arrowprops={"arrowstyle": "-", "color": ORANGE},
)
ax.annotate(
    "RReLU: band in training,\ndashed mean at test",
    (-3.7, -1.1),
    (-2.55, -1.35),
    color=GREEN,
    va="center",
    arrowprops={"arrowstyle": "-", "color": GREEN},
)
ax.set(xlabel="pre-activation z", ylabel="output", xlim=(-4, 1), ylim=(-1.6, 1))
save(fig, "leaky-relu-straight")

z = np.linspace(-4, 1.5, 551)
fig, ax = panel()
axes_at_zero(ax)
ax.plot(z, elu(z), color=BLUE)
ax.plot(z, selu(z), color=ORANGE)
ax.plot(z, leaky_relu(z), color=MUTED, linestyle="--", linewidth=1.2)
label(ax, -3.9, -0.78, "ELU, to −1", BLUE)
label(ax, -1.25, -1.6, "SELU, to −1.76", ORANGE)
label(ax, -3.9, 0.12, "Leaky, 0.01", MUTED)
ax.set(xlabel="pre-activation z", ylabel="output", ylim=(-1.95, 1.6))
save(fig, "leaky-relu-curved")

depth = 1 + np.arange(layers)
for name, quantity in (("mean", 0), ("variance", 1)):
    fig, ax = panel()
    for case, color in (("ReLU", GREEN), ("tanh", BLUE), ("SELU", ORANGE)):
        by_run = moments[case][quantity]
        middle, spread = by_run.mean(axis=1), by_run.std(axis=1, ddof=1)
        ax.fill_between(depth, middle - spread, middle + spread, color=color, alpha=0.2)
        ax.plot(depth, middle, color=color)
        at = {"ReLU": (36, 0.55, 0.75), "tanh": (22, -0.12, 0.08), "SELU": (46, 0.05, 1.08)}[case]
        label(ax, at[0], at[1 + quantity], case, color)
    ax.set(xlabel="layer", ylabel=f"{name} of the activations", ylim=(-0.2, None))
    save(fig, f"leaky-relu-selu-{name}")
