"""ReLU: what its slope of 1 buys, what its zeros are, and how a unit or a network dies."""

import numpy as np

from activations import relu, relu_grad, sigmoid, sigmoid_grad
from digit_networks import BATCH, PAIRS, split, train
from digit_networks import start as start_digits
from dying import accuracy, descend, forward, moons, silent, start
from plotting import (
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    axes_at_zero,
    label,
    panel,
    save,
)


def mean_sd(values, digits=2):
    """Mean ± standard deviation over the runs, as text."""
    return f"{np.mean(values):.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"


# --8<-- [start:factor]
def factor_per_layer(f, f_grad, gain, depth=20, width=64, runs=10):
    """By what a layer multiplies the norm of the gradient, one number a run.

    Weights have standard deviation gain / √width. Geometric mean over the layers.
    """
    rng = np.random.default_rng(0)
    W = rng.normal(0, gain / np.sqrt(width), (depth, runs, width, width))
    a, z = rng.normal(size=(runs, 1, width)), []
    for layer in range(depth):
        z.append(a @ W[layer])
        a = f(z[layer])
    gradient = rng.normal(size=(runs, 1, width))
    before = np.linalg.norm(gradient, axis=(1, 2))
    for layer in reversed(range(depth)):
        gradient = gradient * f_grad(z[layer]) @ W[layer].swapaxes(1, 2)
    return (np.linalg.norm(gradient, axis=(1, 2)) / before) ** (1 / depth)


# --8<-- [end:factor]


# --8<-- [start:unit]
def train_unit(X, w, b, lr, steps=2000):
    """One ReLU unit that should output 1 on every row: (w, b) at the start and after each step."""
    path = [(*w, b)]
    for _ in range(steps):
        z = X @ w + b
        delta = (relu(z) - 1) * relu_grad(z) / len(z)
        w, b = w - lr * X.T @ delta, b - lr * delta.sum()
        path.append((*w, b))
    return np.array(path)


# --8<-- [end:unit]


# --8<-- [start:born_dead]
def born_dead(width, runs, depth=20):
    """Shares of random networks whose last hidden layer is 0, by depth.

    Two arrays (depth,): 0 for the input 1, and 0 for every number as input.
    Without biases the output for x is |x| times that for 1 or for −1,
    so these two decide about all inputs.
    """
    rng = np.random.default_rng(width)
    a = np.broadcast_to([[1.0], [-1.0]], (runs, 2, 1))
    one, every = [], []
    for _ in range(depth):
        a = relu(a @ rng.normal(size=(runs, a.shape[2], width)))
        zero = (a == 0).all(axis=2)
        one.append(zero[:, 0].mean())
        every.append(zero.all(axis=1).mean())
    return np.array(one), np.array(every)


# --8<-- [end:born_dead]


# --8<-- [start:trained]
def trained(lr, bias=0.0, sizes=(16,), steps=100):
    """20 networks: hidden units silent before and after training, accuracy."""
    rng = np.random.default_rng(0)
    X, y = moons(rng)
    W, b = start(rng, sizes, bias=bias)
    before = [silent(z) for z in forward(X, W, b)[0][:-1]]
    descend(X, y, W, b, lr, steps)
    after = [silent(z) for z in forward(X, W, b)[0][:-1]]
    return before, after, accuracy(X, y, W, b)


# --8<-- [end:trained]


# --8<-- [start:at_zero]
h = 1e-6
near = h * np.arange(-2, 3)
print("z                  ", *(f"{z:6.0e}" for z in near))
print("central differences", *(f"{slope:6.1f}" for slope in np.gradient(relu(near), h)))
print("this book          ", *(f"{slope:6.1f}" for slope in relu_grad(near)))
# --8<-- [end:at_zero]

# --8<-- [start:two_units]
z = np.array([-3.0, -0.1, 0.0, 0.1, 3.0])
print("relu(z) - relu(-z) is z:  ", relu(z) - relu(-z))
print("relu(z) + relu(-z) is |z|:", relu(z) + relu(-z))
# --8<-- [end:two_units]

# --8<-- [start:zeros]
rng = np.random.default_rng(1)
X, y = moons(rng)
W, b = start(rng)
z_hidden = forward(X, W, b)[0][0]  # (runs, rows, units)
zeros = np.mean(relu(z_hidden) == 0, axis=(1, 2))
born_silent = silent(z_hidden)
print("share of zeros among the hidden outputs:", mean_sd(zeros, 4))
print(f"units silent on every row:     {born_silent.sum()} of {born_silent.size}")
print(f"pre-activations that are not 0: {np.count_nonzero(z_hidden):,} of {z_hidden.size:,}")
# --8<-- [end:zeros]
runs, rows, units = z_hidden.shape

# --8<-- [start:through_layers]
depth = 20
print(f"slopes alone, {depth} layers: sigmoid at most {0.25**depth:.1e}, active ReLU {1**depth}")
factors = {
    "sigmoid, gain 1": factor_per_layer(sigmoid, sigmoid_grad, gain=1),
    "ReLU, gain 1": factor_per_layer(relu, relu_grad, gain=1),
    "ReLU, gain √2": factor_per_layer(relu, relu_grad, gain=np.sqrt(2)),
}
print(f"with weights     factor a layer  {depth} layers")
for name, factor in factors.items():
    print(f"{name:15}  {mean_sd(factor, 3)}   {factor.mean() ** depth:.1e}")
# --8<-- [end:through_layers]


# --8<-- [start:dead_unit]
X_unit = np.random.default_rng(1).normal(size=(64, 2)).round(3)
w_unit, unit_rate = np.array([1.5, -0.9]), 0.5
print("bias  largest z   loss after 0, 10 and 2,000 steps   moved by")
for b_unit in (-1.0, -6.0):
    path = train_unit(X_unit, w_unit, b_unit, unit_rate)
    z = X_unit @ path[:, :2].T + path[:, 2]  # (rows, steps)
    loss = np.mean((relu(z) - 1) ** 2, axis=0) / 2
    moved = np.linalg.norm(path - path[0], axis=1).max()
    print(f"{b_unit:4}  {z[:, 0].max():9.2f}", end="  ")
    print(f"{loss[0]:13.3f}  {loss[10]:6.3f}  {loss[2000]:10.3f}   {moved:8.2g}")
# --8<-- [end:dead_unit]
unit_steps = len(path) - 1


def standard_error(p, runs):
    """Of a share p that was counted in so many independent runs."""
    return np.sqrt(p * (1 - p) / runs)


def formula(width, layers):
    """P(some hidden layer is 0) for one input: each layer survives with 1 − 2^−width."""
    return 1 - (1 - 0.5**width) ** layers


# --8<-- [start:born_dead_table]
layers, nets = 10, 2000
print(f"after {layers} layers  formula  one input        every input")
born_shares = {width: born_dead(width, nets) for width in (2, 3, 5, 10)}
for width, shares in born_shares.items():
    p = [share[layers - 1] for share in shares]
    counted = "  ".join(f"{q:.4f} ± {standard_error(q, nets):.4f}" for q in p)
    print(f"width {width:2}         {formula(width, layers):.4f}   {counted}")
# --8<-- [end:born_dead_table]


steps = trained.__defaults__[-1]

# --8<-- [start:deeper]
before_deep, after_deep, right_deep = trained(lr=1, sizes=(16, 16))
print("layer  silent at the start  silent at the end  came back")
for layer, (born, last) in enumerate(zip(before_deep, after_deep, strict=True), start=1):
    print(f"{layer:5}  {born.sum():19}  {last.sum():17}  {(born & ~last).sum():9}")
print("accuracy", mean_sd(right_deep))
# --8<-- [end:deeper]

# --8<-- [start:by_rate]
by_rate = {lr: trained(lr) for lr in (0.1, 1, 3, 6, 10, 20)}
print("rate  share of dead units  accuracy")
for lr, (_, after, right) in by_rate.items():
    print(f"{lr:4}  {mean_sd(after[0].mean(axis=1)):19}  {mean_sd(right)}")
# --8<-- [end:by_rate]

# --8<-- [start:by_bias]
by_bias = {bias: trained(1, bias) for bias in (-3, -2, -1, 0, 1)}
print("bias  dead at the start  dead at the end  accuracy")
for bias, (before, after, right) in by_bias.items():
    shares = [mean_sd(s[0].mean(axis=1)) for s in (before, after)]
    print(f"{bias:4}  {shares[0]:17}  {shares[1]:15}  {mean_sd(right)}")
# --8<-- [end:by_bias]

# --8<-- [start:raw]
raw_kinds = {}
print("mean of the inputs  silent on every row  active on every row  on some rows")
for shift in (0, 3, 10, 100):
    X_raw = X + shift  # standard deviation 1
    share = np.mean(forward(X_raw, W, b)[0][0] > 0, axis=1)  # of the rows, by unit
    kinds = np.array([share == 0, share == 1, (share > 0) & (share < 1)]).mean(axis=2)
    raw_kinds[shift] = kinds.mean(axis=1)
    print(f"{shift:18}  {mean_sd(kinds[0]):19}  {mean_sd(kinds[1]):19}  {mean_sd(kinds[2])}")
# --8<-- [end:raw]


# --8<-- [start:start_1]
def active_share(X, w, b):
    """Share of the rows of X, (rows, n), on which the unit relu(X w + b) is active."""
    return np.mean(relu(X @ w + b))


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def active_share(X, w, b):
    return np.mean(X @ w + b > 0)


# --8<-- [end:solution_1]

# --8<-- [start:check_1]
corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
w_1, shares = np.array([1.0, 1.0]), {}
for name, b_1 in (("AND", -1.5), ("OR", -0.5), ("dead", -2.0), ("linear", 1.0)):
    shares[name], z = active_share(corners, w_1, b_1), corners @ w_1 + b_1
    print(f"{name:6}  z from {z.min():4} to {z.max():4}, active on {shares[name]:g} of the rows")
assert shares["OR"] == 0.75, "count the rows: a large z is one row, not more"
assert shares["AND"] == 0.25, "only (1, 1) has a positive z"
assert shares["dead"] == 0, "z = 0 is not active: ReLU and its slope are 0 there"
assert shares["linear"] == 1, "all four rows are active"
# --8<-- [end:check_1]


# --8<-- [start:start_2]
def killing_rate(X, y, w, b):
    """Smallest rate at which one step on half the mean squared error leaves z ≤ 0 on all rows."""
    return 1.0


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def killing_rate(X, y, w, b):
    z = X @ w + b
    delta = (relu(z) - y) * relu_grad(z) / len(z)
    fall = X @ (X.T @ delta) + delta.sum()  # a step lowers z by the rate times this
    return np.max(z[z > 0] / fall[z > 0])


# --8<-- [end:solution_2]

# --8<-- [start:check_2]
y_unit = relu(X_unit[:, 0])
for w, b in (([3.0, 0.0], 1.0), ([2.0, 1.0], 2.0)):
    rate = killing_rate(X_unit, y_unit, np.array(w), b)
    active = []
    for lr in (0.999 * rate, 1.001 * rate):
        z = X_unit @ w + b
        delta = (relu(z) - y_unit) * relu_grad(z) / len(z)
        z_after = X_unit @ (w - lr * X_unit.T @ delta) + b - lr * delta.sum()
        active.append(np.sum(z_after > 0))
    print(f"rate {rate:.3f}: active just below on {active[0]} row, just above on {active[1]}")
    assert active[0] > 0, "a smaller rate kills this unit too"
    assert active[1] == 0, f"still active on {active[1]} rows: the rate is too small"
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def dead_share(X, W, b):
    """Share of the units relu(X W + b) that are dead on the rows of X, one number a run.

    X (runs, rows, inputs), W (runs, inputs, units), b (runs, 1, units).
    """
    return np.mean(relu(X @ W + b) == 0, axis=(1, 2))


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def dead_share(X, W, b):
    dead = np.all(X @ W + b <= 0, axis=1)  # on every row: (runs, units)
    return np.mean(dead, axis=1)


# --8<-- [end:solution_3]

# --8<-- [start:check_3]
by_hand = np.array([[[0.0], [1.0]]]), np.array([[[1.0, -1.0, 0.0, -3.0]]]), np.zeros((1, 1, 4))
assert dead_share(*by_hand).shape == (1,), "one number a network"
assert dead_share(*by_hand) == 0.75, (
    "z is 0, 1 for the first unit and never positive for the others"
)
seeds, dead_digits, batch_digits = list(range(10)), {}, {}
(X_digits, y_digits), _, _ = split(seeds)
print("rate  dead on the images  silent on 32 of them")
for lr in (0.2, 0.5, 1.0):
    W, b = start_digits(seeds, hidden=1, gain=np.sqrt(2))
    rates = np.full(len(seeds), lr)
    train(X_digits, y_digits, W, b, PAIRS["ReLU"], rates, seeds, epochs=2)
    dead_digits[lr] = dead_share(X_digits, W[0], b[0])
    batch_digits[lr] = dead_share(X_digits[:, :BATCH], W[0], b[0])
    print(f"{lr:4}  {mean_sd(dead_digits[lr]):18}  {mean_sd(batch_digits[lr])}")
    assert np.all(batch_digits[lr] >= dead_digits[lr]), "silent on all images, so on these too"
    assert np.mean(batch_digits[lr]) > np.mean(dead_digits[lr]), "the others may switch a unit on"
# --8<-- [end:check_3]


# --8<-- [start:start_4]
def bound_on_dead(width, layers):
    """Probability that a given input is 0 after so many layers of so many units, no biases."""
    return 0.5**width


# --8<-- [end:start_4]


# --8<-- [start:solution_4]
def bound_on_dead(width, layers):
    return -np.expm1(layers * np.log1p(-(0.5**width)))


# --8<-- [end:solution_4]

# --8<-- [start:check_4]
counted = born_dead(3, nets)[0]
asked = np.array([bound_on_dead(3, n) for n in range(1, 21)])
distance = np.max(np.abs(asked - counted) / standard_error(asked, nets))
print(f"20 depths at width 3: at most {distance:.1f} standard errors from the count")
assert distance < 4, "not what is counted: each layer that is still alive may die"
wide = bound_on_dead(64, 10)
print(f"width 64, 10 layers: {wide:.2e}")
assert wide > 0, "1 - (1 - 2**-64)**10 rounds to 0: see np.log1p and np.expm1"
assert np.isclose(wide * 2.0**64, 10), "nearly 10 times the chance of one layer"
# --8<-- [end:check_4]

dead_rate = {lr: after[0].mean() for lr, (_, after, _) in by_rate.items()}
right_rate = {lr: right.mean() for lr, (_, _, right) in by_rate.items()}
width_factor = factor_per_layer.__defaults__[1]
first_layers = [
    (before[0], after[0]) for before, after, _ in (*by_rate.values(), *by_bias.values())
]
came_back = sum(int((before & ~after).sum()) for before, after in first_layers)

z_line = np.linspace(-3, 3, 601)
fig, ax = panel()
axes_at_zero(ax)
ax.plot(z_line, relu(z_line), color=BLUE)
for side in (z_line[z_line <= 0], z_line[z_line > 0]):
    ax.plot(side, relu_grad(side), color=ORANGE, linestyle="--")
ax.plot(0, 1, "o", markerfacecolor=PAPER, markeredgecolor=ORANGE)
ax.plot(0, 0, "o", color=ORANGE)
label(ax, 1.45, 2.1, "ReLU", BLUE, ha="right")
label(ax, 1.05, 0.62, "its slope, 1 or 0", ORANGE)
ax.set(xlabel="pre-activation z", ylabel="output, slope", ylim=(-0.3, 3.1))
save(fig, "relu-curve")

fig, ax = panel()
axes_at_zero(ax)
z_wide = np.linspace(-4, 4, 801)
ax.plot(z_wide, relu(z_wide), color=BLUE)
ax.plot(z_wide, sigmoid(z_wide), color=ORANGE)
label(ax, 1.9, 2.5, "ReLU", BLUE, ha="right")
label(ax, 2.1, 0.55, "sigmoid", ORANGE)
ax.set(xlabel="pre-activation z", ylabel="output a", ylim=(-0.3, 4.1))
save(fig, "relu-and-sigmoid")

fig, ax = panel(height=3.1)
line_x2 = np.array([-3.5, 3.5])
for b_unit, color in ((-1.0, BLUE), (-6.0, ORANGE)):
    line_x1 = -(w_unit[1] * line_x2 + b_unit) / w_unit[0]
    ax.plot(line_x1, line_x2, color=color)
ax.fill_betweenx(line_x2, line_x1, 7, color=ORANGE, alpha=0.15, linewidth=0)
ax.plot(*X_unit.T, ".", color=MUTED)
label(ax, -2.9, 2.6, "alive: its line\ncuts the data", BLUE)
ax.text(4.4, -1.4, "dead:\nactive here,\nno data", color=ORANGE)
ax.set(xlabel="input x₁", ylabel="input x₂", xlim=(-3.2, 6.9), ylim=(-3.5, 3.5))
ax.set_aspect("equal")
save(fig, "relu-dead-unit")


def bars(ax, at, values, color):
    """Mean over runs with a bar of ± one standard deviation; accuracy a little to the left."""
    mean = [np.mean(v) for v in values]
    sd = [np.std(v, ddof=1) for v in values]
    ax.errorbar(at, mean, yerr=sd, color=color, marker="o", capsize=3)


fig, ax = panel()
bars(ax, list(by_rate), [after[0].mean(axis=1) for _, after, _ in by_rate.values()], ORANGE)
bars(ax, [0.94 * lr for lr in by_rate], [right for _, _, right in by_rate.values()], BLUE)
ax.set_xscale("log")
ax.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
label(ax, 0.1, 0.74, "accuracy", BLUE)
label(ax, 0.1, 0.07, "share of dead units", ORANGE)
ax.set(xlabel="learning rate", ylabel="share", ylim=(-0.05, 1.05))
save(fig, "relu-dead-by-rate")

fig, ax = panel()
bars(ax, list(by_bias), [after[0].mean(axis=1) for _, after, _ in by_bias.values()], ORANGE)
bars(ax, [bias - 0.05 for bias in by_bias], [right for _, _, right in by_bias.values()], BLUE)
label(ax, -1.1, 0.79, "accuracy", BLUE)
label(ax, -1.75, 0.5, "share of dead units", ORANGE)
ax.set(xlabel="initial bias", ylabel="share", ylim=(-0.05, 1.05))
ax.set_xticks(list(by_bias))
save(fig, "relu-dead-by-bias")

fig, ax = panel(height=3.1)
depths = np.arange(1, 21)
for (width, (_, every)), color in zip(
    born_shares.items(), (ORANGE, BLUE, GREEN, PURPLE), strict=True
):
    ax.plot(depths, formula(width, depths), color=color, linewidth=1.2)
    shown = depths % 2 == 0
    error = 2 * standard_error(every, nets)
    ax.errorbar(depths[shown], every[shown], yerr=error[shown], color=color, fmt="o", markersize=4)
    label(
        ax, 20.6, {2: 1.0, 3: 0.9, 5: 0.42, 10: 0.02}[width], f"width {width}", color, va="center"
    )
ax.set(xlabel="hidden layers", ylabel="share of dead networks", xlim=(0, 25.5))
ax.set_xticks([1, 5, 10, 15, 20])
save(fig, "relu-born-dead")
