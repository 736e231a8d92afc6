"""Leaky ReLU and its family: what a slope below zero buys, and how much of it."""

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
    """Fit y with one unit f(w·x + b) that learns its slope alpha too; returns alpha."""
    w, b, alpha = 1.0, 0.0, 0.25
    for _ in range(steps):
        z = w * x + b
        error = (prelu(z, alpha) - y) / len(x)  # dL/df of half the mean squared error
        delta = error * prelu_grad(z, alpha)
        w, b = w - lr * (delta @ x), b - lr * delta.sum()
        alpha -= lr * (error @ np.minimum(z, 0))  # df/dalpha is min(z, 0)
    return alpha


# --8<-- [end:learn_slope]


# --8<-- [start:unit]
X_unit = np.random.default_rng(1).normal(size=(64, 2))


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

    cases: name → (f, gain). Weights are normal with variance gain / width.
    """
    rng = np.random.default_rng(0)
    a = dict.fromkeys(cases, rng.normal(size=(runs, rows, width)))
    means, variances = {name: [] for name in cases}, {name: [] for name in cases}
    for _ in range(layers):
        W = rng.normal(0, 1 / np.sqrt(width), (runs, width, width))
        for name, (f, gain) in cases.items():
            a[name] = f(np.sqrt(gain) * (a[name] @ W))
            means[name].append(a[name].mean(axis=(1, 2)))
            variances[name].append(a[name].var(axis=(1, 2)))
    return {name: (np.array(means[name]), np.array(variances[name])) for name in cases}


# --8<-- [end:propagate]


# --8<-- [start:trained]
def trained(slope, lr, bias=0.0, steps=200):
    """Leaky networks: silent units before and after training, accuracy, loss."""
    f, f_grad = partial(leaky_relu, alpha=slope), partial(leaky_relu_grad, alpha=slope)
    rng = np.random.default_rng(0)
    X, y = moons(rng)
    W, b = start(rng, bias=bias)
    before = silent(forward(X, W, b, f)[0][0])
    descend(X, y, W, b, lr, steps, f, f_grad)
    z = forward(X, W, b, f)[0]
    loss = np.logaddexp(0, np.where(y == 1, -z[-1], z[-1])).mean(axis=(1, 2))
    return before, silent(z[0]), accuracy(X, y, W, b, f), loss


# --8<-- [end:trained]


# --8<-- [start:monotone]
z = np.linspace(-3, 3, 600)
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
for name, alpha in learned.items():
    print(f"data from {name:16}: slope learned {alpha:6.3f}")
# --8<-- [end:learned]

# --8<-- [start:random_slope]
rng = np.random.default_rng(0)
below = np.full(100_000, -1.0)
print(f"training: f(-1) between {rrelu(below, rng=rng).min():.3f} and", end=" ")
print(f"{rrelu(below, rng=rng).max():.3f}, mean {rrelu(below, rng=rng).mean():.3f}")
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
print(f"alpha  {alpha:.12f}   lambda {lam:.12f}")
print(
    "equal to activations.py to 1e-13:",
    max(abs(alpha - SELU_ALPHA), abs(lam - SELU_LAMBDA)) < 1e-13,
)
# --8<-- [end:closed_form]


# --8<-- [start:attracting]
def selu_moments(q):
    """Mean and variance of selu(z) for z ~ N(0, q)."""
    mean = lam * (math.sqrt(q / (2 * math.pi)) - alpha * (tail(0, q) - tail(1, q)))
    second = lam**2 * (q / 2 + alpha**2 * (tail(2, q) - 2 * tail(1, q) + tail(0, q)))
    return mean, second - mean**2


h = 1e-5
variance_slope = (selu_moments(1 + h)[1] - selu_moments(1 - h)[1]) / (2 * h)
print(f"an error in the variance is multiplied by {variance_slope:.3f} a layer")
for q in (0.25, 4.0):
    path = [q]
    while abs(path[-1] - 1) > 0.01:
        path.append(selu_moments(path[-1])[1])
    print(f"variance {q}: within 0.01 of 1 after {len(path) - 1} layers")
# --8<-- [end:attracting]

# --8<-- [start:solution_1]
rng = np.random.default_rng(0)
z, y = rng.normal(size=(2, 50))


def loss(a):
    """Half the mean squared error, as a function of the slope."""
    return np.mean((prelu(z, a) - y) ** 2) / 2


analytic = np.mean((prelu(z, 0.25) - y) * np.minimum(z, 0))
h = 1e-4
numeric = (loss(0.25 + h) - loss(0.25 - h)) / (2 * h)
print(f"analytic {analytic:.6f}   numeric {numeric:.6f}")
print("difference below 1e-11:", abs(analytic - numeric) < 1e-11)
# --8<-- [end:solution_1]


# --8<-- [start:solution_2]
def back_within(slope, steps):
    """Whether the unit is active on some row before the given step."""
    return train_unit(slope, steps=steps)[0].max() > 0


wanted = 50
smallest = next(s / 1000 for s in range(1, 1000) if back_within(s / 1000, wanted))
print(f"back within {wanted} steps from slope {smallest:.3f} on")
# --8<-- [end:solution_2]

# --8<-- [start:recovery]
recovery = {slope: train_unit(slope) for slope in (0.0, 0.01, 0.1, 0.25)}
back, fitted = {}, {}
print("slope  active again  slope × steps  loss below 0.01")
for slope, (highest, losses) in recovery.items():
    back[slope] = int(np.argmax(highest > 0)) if highest.max() > 0 else None
    fitted[slope] = int(np.argmax(losses < 0.01)) if losses.min() < 0.01 else None
    product = f"{slope * back[slope]:.2f}" if back[slope] else "–"
    print(f"{slope:5}  {back[slope] or 'never':>12}  {product:>13}  {fitted[slope] or 'never':>15}")
# --8<-- [end:recovery]
product = 0.01 * back[0.01]
predicted = product / wanted


# --8<-- [start:held]
cases = {"SELU": (selu, 1), "SELU, torch": (selu, 9 / 16), "tanh": (tanh, 1), "ReLU": (relu, 2)}
moments = propagate(cases)
layers = len(moments["SELU"][0])
print(f"{layers} layers    gain    mean            variance")
for name, (means, variances) in moments.items():
    shown = f"{mean_sd(means[-1]):>13}   {mean_sd(variances[-1], 3)}"
    print(f"{name:11}  {cases[name][1]:5}  {shown}")
# --8<-- [end:held]


# --8<-- [start:born_silent]
print("slope  silent at the end  came back    accuracy")
came_back, right_after = {}, {}
for slope in (0.0, 0.01, 0.1, 0.25):
    before, after, right, _ = trained(slope, lr=3, bias=-3)
    came_back[slope] = (before & ~after).sum(axis=1) / before.sum(axis=1)
    right_after[slope] = right.mean()
    shares = [mean_sd(after.mean(axis=1)), mean_sd(came_back[slope]), mean_sd(right)]
    print(f"{slope:5}  {shares[0]:17}  {shares[1]}  {shares[2]}")
# --8<-- [end:born_silent]

steps = trained.__defaults__[1]
runs, units = before.shape

# --8<-- [start:high_rate]
print("rate  silent: slope 0  slope 0.01   accuracy: slope 0  gained")
for lr in (3, 9):
    plain, leaky = trained(0.0, lr), trained(0.01, lr)
    gained = leaky[2] - plain[2]  # run by run: same data, same first weights
    shares = [mean_sd(networks[1].mean(axis=1)) for networks in (plain, leaky)]
    print(f"{lr:4}  {shares[0]:15}  {shares[1]}  {mean_sd(plain[2]):17}  {mean_sd(gained)}")
guessing = np.log(2)  # the loss of a network that answers ½ on every row
for slope, networks in ((0.0, plain), (0.25, trained(0.25, lr))):
    worse = (networks[3] > guessing).mean()
    print(f"slope {slope}: over a quarter worse than guessing: {bool(worse > 0.25)}")
# --8<-- [end:high_rate]
silent_high = {0.0: plain[1], 0.01: leaky[1]}
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
