"""A neuron: a weighted sum, one bias, an activation; its boundary; layers and networks of it."""

import itertools

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch

from activations import REGISTRY, identity, relu, sigmoid, step
from plotting import (
    BLUE,
    BLUE_AREA,
    GREEN,
    GREEN_AREA,
    INK,
    MUTED,
    ORANGE,
    ORANGE_AREA,
    PAPER,
    PURPLE,
    axes_at_zero,
    panel,
    save,
)


# --8<-- [start:neuron]
def neuron(x, w, b, f):
    """One neuron: inputs x and weights w of shape (n,), bias b, activation f."""
    z = w @ x + b
    return f(z)


x = np.array([1.0, 2.0, 3.0])
w = np.array([0.5, -1.0, 0.25])
b = -1.25
print(f"z = {w @ x + b:.2f}")
print(f"a = {neuron(x, w, b, sigmoid):.4f}")
# --8<-- [end:neuron]

# --8<-- [start:not_average]
x = np.array([2.0, 5.0])
for w in ([0.75, 0.25], [3.0, 2.0], [1.0, -1.0]):
    try:
        average = f"{np.average(x, weights=w):.2f}"
    except ZeroDivisionError:
        average = "undefined"
    print(f"{w!s:12}  sum {np.dot(w, x):5.2f}  average {average}")
# --8<-- [end:not_average]
above, below = np.dot([3.0, 2.0], x), np.dot([1.0, -1.0], x)


# --8<-- [start:bias_once]
rng = np.random.default_rng(5)
b, lr = 0.5, 0.1
print("   n  w · x   b inside   step of b     z moves")
for n in (1, 10, 1000):
    w, x = rng.integers(-9, 10, size=(2, n))
    inside = np.sum(w * x + b)
    step_of_b = -lr * n  # dL/dz is 1, and z holds b n times
    print(f"{n:4} {w @ x:6} {inside:10} {step_of_b:11.1f} {n * step_of_b:11,.1f}")
# --8<-- [end:bias_once]
b_inside = b

# --8<-- [start:ranges]
z = np.array([-3.0, 0.0, 3.0])
print("z         ", *(f"{value:7.3f}" for value in z))
for name in ("step", "sigmoid", "tanh", "relu", "leaky_relu", "identity"):
    a = REGISTRY[name].f(z)
    print(f"{name:10}", *(f"{value:7.3f}" for value in a))
# --8<-- [end:ranges]
wide = 512
multiplications = wide * wide

# --8<-- [start:boundary]
w, b = np.array([1.5, 2.0]), -5.0
length = np.linalg.norm(w)
nearest = -b * w / length**2
print(f"length of w: {length}")
print(f"nearest point: ({nearest[0]:.4f}, {nearest[1]:.4f})")
print(f"|b| / length:  {abs(b) / length:.6f}")
print("its z is 0:", np.isclose(w @ nearest + b, 0))

# Without the formula: search the line for the point nearest to the origin.
x1 = np.linspace(0, 4, 4001)
on_line = np.column_stack([x1, -(b + w[0] * x1) / w[1]])
distances = np.linalg.norm(on_line, axis=1)
x1, x2 = on_line[distances.argmin()]
print(f"{len(on_line)} points searched, from {on_line[0]} to {on_line[-1]}")
print(f"nearest:       ({x1:.4f}, {x2:.4f})")
print(f"its distance:  {distances.min():.6f}")
# --8<-- [end:boundary]

# --8<-- [start:move]
point = np.array([4.0, 2.0])
changes = {
    "w, b": (w, b),
    "2w, 2b": (2 * w, 2 * b),
    "2w, b": (2 * w, b),
    "w, 2b": (w, 2 * b),
    "-w, -b": (-w, -b),
}
print("neuron  direction     distance     z")
for name, (w2, b2) in changes.items():
    norm = np.linalg.norm(w2)
    d1, d2 = w2 / norm
    print(f"{name:6}  ({d1:4.1f}, {d2:4.1f})", end="  ")
    print(f"{abs(b2) / norm:8.1f}  {w2 @ point + b2:4.1f}")
# --8<-- [end:move]

# --8<-- [start:layer]
rng = np.random.default_rng(5)
X = rng.normal(size=(5, 3))  # 5 rows of data, 3 inputs each
W = rng.normal(size=(4, 3))  # 4 neurons, 3 weights each: shape (out, in)
b = rng.normal(size=4)  # one bias a neuron
A = relu(X @ W.T + b)
each = list(zip(W, b, strict=True))
one_by_one = [[neuron(x, w, bias, relu) for w, bias in each] for x in X]
print("X", X.shape, " W", W.shape, " b", b.shape, " A", A.shape)
print("first row of A:", *(f"{a:.2f}" for a in A[0]))
print("same as one neuron at a time:", np.allclose(A, one_by_one))
# --8<-- [end:layer]

# --8<-- [start:dense]
inputs, window = 8, 3
dense = rng.normal(size=(6, inputs))
local = np.zeros((6, inputs))
for j in range(6):
    local[j, j : j + window] = rng.normal(size=window)
for name, W in (("dense", dense), ("window of 3", local)):
    x, other = rng.normal(size=(2, inputs))
    one_exchanged = [np.where(i, other, x) for i in np.eye(inputs, dtype=bool)]
    seen = sum(W @ exchanged != W @ x for exchanged in one_exchanged)
    print(f"{name:11}  {seen}")
# --8<-- [end:dense]


# --8<-- [start:network]
def forward(X, layers):
    """(n, in) → (n, out): ReLU in hidden layers, identity in the last."""
    *hidden, last = layers
    for W, b in hidden:
        X = relu(X @ W.T + b)
    W, b = last
    return identity(X @ W.T + b)


sizes = [3, 4, 4, 2]
pairs = list(itertools.pairwise(sizes))
layers = []
for n_in, n_out in pairs:
    layers.append((rng.normal(size=(n_out, n_in)), rng.normal(size=n_out)))
for W, b in layers:
    print("W", W.shape, " b", b.shape)
X = rng.normal(size=(5, 3))
A = forward(X, layers)
print("X", X.shape, "→ A", A.shape)
print("first row of A:", *(f"{a:.2f}" for a in A[0]))
# --8<-- [end:network]
connections = sum(W.size for W, _ in layers)
neurons = sum(sizes[1:])

# The brain in round numbers, as CS231n gives them.
cells, fewest, most = 86e9, 1e14, 1e15
synapses_low, synapses_high = round(fewest / cells, -2), round(most / cells, -3)
one_in_million = cells / (most / cells) / 1e6


# --8<-- [start:start_1]
def parameters(sizes):
    """How many numbers a dense network learns; sizes: inputs, then neurons."""
    return sum(sizes)


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def parameters(sizes):
    return sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))


# --8<-- [end:solution_1]

# --8<-- [start:check_1]
for W, b in layers:
    n_out, n_in = W.shape
    found = parameters([n_in, n_out])
    assert found == W.size + b.size, f"one layer {W.shape}: not {found}"
    print(f"{n_out} neurons of {n_in} weights and a bias: {found}")
total = parameters(sizes)
assert total == sum(W.size + b.size for W, b in layers), "all layers together"
print("in all:", total)
# --8<-- [end:check_1]


# --8<-- [start:start_2]
def gates():
    """Name → (w, b) of a step neuron that computes the gate."""
    w, b = np.zeros(2), 0
    return {"AND": (w, b), "OR": (w, b), "NAND": (w, b)}


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def gates():
    w = np.array([1, 1])
    return {"AND": (w, -1.5), "OR": (w, -0.5), "NAND": (-w, 1.5)}


# --8<-- [end:solution_2]

# --8<-- [start:check_2]
rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
wanted = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0]}
for name, (w, b) in gates().items():
    a = step(rows @ w + b)
    assert np.array_equal(a, wanted[name]), f"{name} of the rows: not {a}"
    print(f"{name:4}  a = {a}")
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def nearest_to(point, w, b):
    """The point of the boundary w · x + b = 0 that is nearest to `point`."""
    return nearest


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def nearest_to(point, w, b):
    return point - (w @ point + b) * w / (w @ w)


# --8<-- [end:solution_3]

# --8<-- [start:check_3]
rng = np.random.default_rng(3)
for n in (2, 3, 50):
    w, point, other = rng.normal(size=(3, n))
    b = rng.normal()
    found = nearest_to(point, w, b)
    assert np.isclose(w @ found + b, 0), "it does not lie on the boundary"
    along = nearest_to(other, w, b) - found  # to another point of the boundary
    assert np.isclose(along @ (point - found), 0), "the way to it is not perpendicular"
    print(f"{n:2} inputs: distance {np.linalg.norm(point - found):.3f}")
# --8<-- [end:check_3]


# --8<-- [start:start_4]
def detector(row):
    """(w, b) of a step neuron that answers 1 to this row, and 0 to all others."""
    return row, row.mean()


# --8<-- [end:start_4]


# --8<-- [start:solution_4]
def detector(row):
    w = 2 * row - 1  # 1 where the row has a one, −1 where it has a zero
    return w, 0.5 - row.sum()


# --8<-- [end:solution_4]

# --8<-- [start:check_4]
for n in (1, 2, 8):
    every_row = np.array(list(itertools.product([0, 1], repeat=n)))
    for row in every_row:
        w, b = detector(row)
        fires = step(every_row @ w + b) == 1
        assert np.array_equal(every_row[fires], [row]), f"{row} is not the only row"
    print(f"{n} inputs: {len(every_row)} detectors, each fires on its own row alone")
# --8<-- [end:check_4]


def canvas(height):
    """A drawing board without axes; its unit is the inch."""
    fig, ax = panel(height=height)
    fig.set_layout_engine("none")
    ax.set_position([0, 0, 1, 1])
    ax.set_axis_off()
    ax.set(xlim=(0, 4.5), ylim=(0, height))
    return fig, ax


def write(ax, x, y, text, color=INK, size=12.5, **options):
    """Text centred on a point."""
    placed = {"ha": "center", "va": "center"} | options
    ax.text(x, y, text, color=color, fontsize=size, **placed)


def arrow(ax, start, end, color, width=1.5):
    style = {"arrowstyle": "-|>", "mutation_scale": 13, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style | {"color": color, "linewidth": width})


def disc(ax, spot, radius, area, edge, width=1.5):
    ax.add_patch(Circle(spot, radius, facecolor=area, edgecolor=edge, linewidth=width, zorder=3))


def limb(p0, p1, p2, p3, thick, thin):
    """Outline of a tapering Bézier curve with these control points and a round end: (m, 2)."""
    t = np.linspace(0, 1, 40)[:, None]
    p0, p1, p2, p3 = (np.array(p) for p in (p0, p1, p2, p3))
    curve = (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3 * p3
    along = np.gradient(curve, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.column_stack([-along[:, 1], along[:, 0]])
    half = (thick + (thin - thick) * t**0.6) / 2
    turn = np.linspace(0, np.pi, 12)[:, None]
    end = p3 + thin / 2 * (np.cos(turn) * across[-1] + np.sin(turn) * along[-1])
    return np.concatenate([curve + half * across, end, (curve - half * across)[::-1]])


# The biological neuron, schematic.
fig, ax = canvas(3.3)
dendrites = [
    limb((1.80, 1.80), (1.50, 2.00), (1.25, 2.25), (0.58, 2.48), 0.30, 0.05),
    limb((1.30, 2.16), (1.00, 2.38), (1.00, 2.55), (0.86, 2.78), 0.13, 0.05),
    limb((1.05, 2.30), (0.80, 2.33), (0.55, 2.20), (0.30, 2.22), 0.10, 0.05),
    limb((1.80, 1.68), (1.40, 1.66), (1.00, 1.78), (0.36, 1.66), 0.26, 0.05),
    limb((1.20, 1.70), (0.90, 1.70), (0.70, 1.92), (0.44, 1.93), 0.12, 0.05),
    limb((1.00, 1.72), (0.70, 1.70), (0.55, 1.50), (0.32, 1.43), 0.10, 0.05),
    limb((1.80, 1.56), (1.50, 1.33), (1.25, 1.08), (0.58, 0.86), 0.30, 0.05),
    limb((1.30, 1.19), (1.05, 1.00), (1.00, 0.80), (0.86, 0.62), 0.13, 0.05),
    limb((1.05, 1.04), (0.80, 1.03), (0.55, 1.16), (0.30, 1.13), 0.10, 0.05),
    limb((1.88, 1.80), (1.92, 2.15), (1.80, 2.35), (1.50, 2.72), 0.26, 0.05),
    limb((1.88, 1.56), (1.92, 1.20), (1.80, 1.00), (1.54, 0.66), 0.26, 0.05),
]
axon = [
    limb((1.90, 1.68), (2.35, 1.68), (2.60, 1.74), (3.52, 1.68), 0.34, 0.09),
    limb((3.45, 1.68), (3.78, 1.68), (3.85, 2.13), (4.20, 2.24), 0.09, 0.06),
    limb((3.45, 1.68), (3.78, 1.68), (3.90, 1.87), (4.28, 1.87), 0.09, 0.06),
    limb((3.45, 1.68), (3.78, 1.68), (3.90, 1.50), (4.28, 1.48), 0.09, 0.06),
    limb((3.45, 1.68), (3.78, 1.68), (3.85, 1.23), (4.20, 1.11), 0.09, 0.06),
]
terminals = [(4.26, 2.26), (4.34, 1.87), (4.34, 1.48), (4.26, 1.09)]
soma = (1.90, 1.68)
# First every outline, then every filling: so no outline crosses where two parts join.
for shapes, edge in ((dendrites, BLUE), (axon, ORANGE)):
    for shape in shapes:
        ax.fill(*shape.T, facecolor=edge, edgecolor=edge, linewidth=2.8, joinstyle="round")
disc(ax, soma, 0.36, GREEN_AREA, GREEN, 2.8)
for shapes, area in ((dendrites, BLUE_AREA), (axon, ORANGE_AREA)):
    for shape in shapes:
        ax.fill(*shape.T, facecolor=area, edgecolor="none", zorder=4)
ax.add_patch(Circle(soma, 0.36, facecolor=GREEN_AREA, edgecolor="none", zorder=5))
for spot in terminals:
    disc(ax, spot, 0.085, ORANGE_AREA, ORANGE)
# The terminals of other cells, each on the tip of a dendrite.
others = {(0.82, 2.87): (0.52, 3.16), (0.20, 2.22): (0.02, 2.34), (0.26, 1.65): (0.02, 1.60)}
for touch, start in others.items():
    ax.plot(*zip(start, touch, strict=True), color=MUTED, linewidth=2.0)
    disc(ax, touch, 0.065, MUTED, MUTED)
ax.plot([0.95, 1.16], [2.93, 3.04], color=MUTED, linewidth=0.8)
write(ax, 1.22, 3.10, "synapse", MUTED, ha="left")
write(ax, 2.22, 2.22, "cell body\n(soma)", GREEN, ha="left")
write(ax, 0.20, 0.26, "dendrites", BLUE, ha="left")
write(ax, 2.86, 1.36, "axon", ORANGE)
write(ax, 4.42, 0.70, "terminals", ORANGE, ha="right")
save(fig, "neuron-biological")

# The artificial neuron, laid out like the biological one.
fig, ax = canvas(3.3)
centre = np.array([2.06, 1.68])
for y, i, lift in ((2.74, "1", 0.17), (1.96, "2", 0.16), (0.68, "n", 0.20)):
    spot = np.array([0.32, y])
    toward = (centre - spot) / np.linalg.norm(centre - spot)
    arrow(ax, spot + 0.27 * toward, centre - 0.41 * toward, BLUE)
    disc(ax, spot, 0.27, BLUE_AREA, BLUE)
    write(ax, *spot, f"$x_{i}$", size=15, zorder=4)
    write(ax, *(spot + 0.85 * toward + [0, lift]), f"$w_{i}$", BLUE, size=15)
write(ax, 0.32, 1.32, "⋮", BLUE, size=18)
arrow(ax, (2.06, 2.72), (2.06, 2.10), GREEN)
write(ax, 2.06, 2.90, "bias $b$", GREEN)
disc(ax, centre, 0.41, GREEN_AREA, GREEN)
write(ax, *centre, "Σ", size=22, zorder=4)
arrow(ax, (2.47, 1.68), (2.99, 1.68), GREEN)
write(ax, 2.70, 1.86, "$z$", GREEN, size=15)
box = FancyBboxPatch((3.05, 1.37), 0.62, 0.62, boxstyle="round,pad=0.04,rounding_size=0.12")
box.set(facecolor=ORANGE_AREA, edgecolor=ORANGE, linewidth=1.5)
ax.add_patch(box)
write(ax, 3.36, 1.68, "$f$", size=20)
arrow(ax, (3.72, 1.68), (4.18, 1.68), ORANGE)
write(ax, 4.32, 1.68, "$a$", ORANGE, size=17)
write(ax, 0.05, 0.22, "inputs", BLUE, ha="left")
write(ax, 1.22, 0.72, "weights", BLUE)
write(ax, 2.06, 1.07, "sum", GREEN)
write(ax, 3.36, 1.02, "activation\nfunction", ORANGE)
write(ax, 4.42, 2.26, "output", ORANGE, ha="right")
save(fig, "neuron-artificial")

# A deep network: every line is one weight.
fig, ax = canvas(3.5)
words = ("input", "hidden", "hidden", "output")
columns = np.linspace(0.5, 4.0, len(sizes))
spots = [
    [np.array([column, 1.93 + 0.62 * ((size - 1) / 2 - i)]) for i in range(size)]
    for column, size in zip(columns, sizes, strict=True)
]
chosen = spots[1][1]
lines_drawn = 0
for left, right in itertools.pairwise(spots):
    for start, end in itertools.product(left, right):
        color, width = (ORANGE, 2.0) if end is chosen else (MUTED, 0.8)
        ax.plot(*zip(start, end, strict=True), color=color, linewidth=width, zorder=width)
        lines_drawn += 1
for x, column, size, word in zip(columns, spots, sizes, words, strict=True):
    color = MUTED if word == "input" else BLUE
    for spot in column:
        disc(ax, spot, 0.19, PAPER if word == "input" else BLUE_AREA, color)
    write(ax, x, 3.32, word, color)
    write(ax, x, 0.58, f"(n, {size})", color, size=12)
disc(ax, chosen, 0.19, ORANGE_AREA, ORANGE, 2.0)
for k, (n_in, n_out) in enumerate(pairs):
    middle = (columns[k] + columns[k + 1]) / 2
    write(ax, middle, 0.20, f"$W_{k + 1}$ ({n_out}, {n_in})", size=12)
save(fig, "neuron-deep-network")


def plane(x1_limits, x2_limits, height):
    """The plane of two inputs, with equal scales: right angles look right."""
    fig, ax = panel(height=height)
    axes_at_zero(ax)
    ax.set(xlabel="input $x_1$", ylabel="input $x_2$", aspect="equal")
    ax.set(xlim=x1_limits, ylim=x2_limits)
    return fig, ax


def boundary(w, b, x1):
    """x2 on the line w[0] x1 + w[1] x2 + b = 0."""
    return -(b + w[0] * x1) / w[1]


# The plane, cut in two.
w, b = np.array([1.5, 2.0]), -5.0
along, unit = np.array([w[1], -w[0]]) / length, w / length
tilt = np.degrees(np.arctan2(along[1], along[0]))
x1 = np.array([-1.2, 5.2])
fig, ax = plane((-1.2, 5.2), (-1, 4.2), height=3.8)
ax.fill_between(x1, boundary(w, b, x1), 4.2, color=BLUE_AREA, zorder=0)
ax.plot(x1, boundary(w, b, x1), color=INK)
ax.plot(*zip((0, 0), nearest, strict=True), color=ORANGE, linestyle="--")
ax.plot(0, 0, "o", color=ORANGE)
arrow(ax, nearest, nearest + w, BLUE, 2.2)
ax.plot(*(nearest + 0.22 * np.array([along, along + unit, unit])).T, color=MUTED, linewidth=1.0)
write(ax, *(nearest + w + [0.22, 0.1]), "$w$", BLUE, size=15)
write(ax, 0.22, -0.45, r"distance $|b|\,/\,‖w‖$", ORANGE, size=12, ha="left")
write(ax, 4.0, 2.6, "$z > 0$", BLUE, size=14)
write(ax, -0.62, 1.3, "$z < 0$", MUTED, size=14)
write(ax, 3.2, 0.42, "$z = 0$", INK, size=14, rotation=tilt)
ax.grid(visible=False)
save(fig, "neuron-boundary")

# What the bias does: the boundary moves, and keeps its direction.
fig, ax = plane((-1.2, 4.2), (-1.1, 3.4), height=3.5)
for shift, color in ((0.0, MUTED), (-2.5, GREEN), (-5.0, INK), (-7.5, PURPLE)):
    ax.plot(x1, boundary(w, shift, x1), color=color)
    spot = -shift * w / length**2 + 0.35 * along + 0.2 * unit
    text = f"$b = {shift:g}$"
    write(ax, *spot, text, color, size=12, rotation=tilt, rotation_mode="anchor")
ax.set(yticks=range(-1, 4))
save(fig, "neuron-bias-moves")

# What the length of (w, b) does: the boundary stays, and the answer changes faster across it.
fig, ax = panel(height=3.5)
axes_at_zero(ax)
d = np.linspace(-3, 3, 601)
for factor, color, at, text in (
    (0.25, GREEN, (1.7, 0.68), "¼$w$, ¼$b$"),
    (1.0, INK, (0.75, 0.79), "$w$, $b$"),
    (4.0, PURPLE, (-1.25, 0.95), "4$w$, 4$b$"),
):
    ax.plot(d, sigmoid(factor * length * d), color=color)
    write(ax, *at, text, color, size=12, ha="left")
ax.set(xlabel="signed distance from the boundary", ylabel="output $a$, sigmoid")
save(fig, "neuron-scale-steepens")

# Three gates: the four rows of a truth table and two lines.
fig, ax = plane((-0.5, 2.0), (-0.5, 1.5), height=3.6)
x1 = np.array([-0.5, 2.0])
for gate, color, foot in (
    ("OR", GREEN, (0.38, 0.12)),
    ("AND", BLUE, (0.92, 0.58)),
    ("NAND", ORANGE, (0.55, 0.95)),
):
    (w1, w2), offset = gates()[gate]
    direction = np.array([w1, w2]) / np.hypot(w1, w2)
    ax.plot(x1, boundary((w1, w2), offset, x1), color=INK if gate != "OR" else GREEN)
    arrow(ax, foot, foot + 0.26 * direction, color, 2.2)
    write(ax, *(foot + 0.37 * direction), gate, color, ha="left" if w1 > 0 else "center")
ax.plot(*rows.T, "o", color=INK, markersize=10)
ax.set(xticks=[0, 1], yticks=[0, 1])
ax.grid(visible=False)
save(fig, "neuron-gates")
