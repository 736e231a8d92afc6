"""One sigmoid neuron learns OR: the notes' run, where its numbers come from, and three gradients.

What is cheap comes first, because each listing runs this script up to its own end.
"""

import numpy as np

from activations import REGISTRY, sigmoid, sigmoid_grad
from or_notes import (
    PRINTED_BIAS,
    PRINTED_ERROR_SUMS,
    PRINTED_LOOP,
    PRINTED_OUTPUTS,
    PRINTED_WEIGHTS,
)

# --8<-- [start:data]
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (4, 2)
y = np.array([[0.0], [1.0], [1.0], [1.0]])  # (4, 1): a target for each row
W_START = np.array([[0.1], [0.2]])  # (2, 1): a weight for each input
B_START = 0.3  # one number
LR = 0.05


def forward(W, b):
    """Pre-activations and outputs of the four rows, each (4, 1)."""
    z = X @ W + b  # (4, 2) @ (2, 1), and b added to each row
    return z, sigmoid(z)


z, a = forward(W_START, B_START)
for x, target, output in zip(X, y, a, strict=True):
    print(f"input {x}   target {target[0]:.0f}   output {output[0]:.4f}")
print(f"sum of errors {(a - y).sum():.4f}")
# --8<-- [end:data]
start_outputs = a[:, 0]
start_sum = (a - y).sum()


# --8<-- [start:rules]
# Each rule returns dz, its gradient of the loss with respect to z: (4, 1).
def squared_error(z, a, y):
    return (a - y) * sigmoid_grad(z)


def as_printed(z, a, y):
    return (a - y) * sigmoid_grad(a)  # the slip: it wants z


def cross_entropy(z, a, y):
    return a - y


RULES = (as_printed, squared_error, cross_entropy)
# --8<-- [end:rules]


# --8<-- [start:check]
def gradient(rule, p):
    """The gradient that a rule gives at p = (w1, w2, b), as (3,)."""
    dz = rule(*forward(p[:2, None], p[2]), y)
    return np.append(X.T @ dz, dz.sum())


def loss(p):
    _, a = forward(p[:2, None], p[2])
    return np.sum((a - y) ** 2) / 2


start = np.append(W_START, B_START)
h = 1e-5
steps = h * np.eye(3)  # one parameter at a time
measured = np.array([loss(start + e) - loss(start - e) for e in steps]) / (2 * h)
print("measured     ", measured.round(4))
for rule in (squared_error, as_printed):
    by_rule = gradient(rule, start)
    verdict = "passes" if np.allclose(by_rule, measured, 1e-7, 0) else "fails"
    print(f"{rule.__name__:13}", by_rule.round(4), verdict)
# --8<-- [end:check]

start_slip = np.abs(gradient(as_printed, start) / measured - 1).max()

# --8<-- [start:factor]
ends = np.array([0.0, 1.0])  # no output is ever outside
print("sigmoid' between outputs 0 and 1:", sigmoid_grad(ends).round(4))
# --8<-- [end:factor]
largest_factor, smallest_factor = sigmoid_grad(ends)


# --8<-- [start:own_loss]
def row_loss(rule, z):
    """Loss of a row with target 1 whose slope is the rule; 0 where z ends."""
    slope = rule(z, sigmoid(z), 1)
    areas = (slope[1:] + slope[:-1]) / 2 * np.diff(z)
    return np.append(-np.cumsum(areas[::-1])[::-1], 0)


def convex(rule, z):
    """Whether the slope rises with z, for either target."""
    slopes = [rule(z, sigmoid(z), target) for target in (0, 1)]
    return bool(np.all(np.diff(slopes) > 0))


z = np.linspace(-15, 15, 30_001)
print("target 1         z = -4   z = 0   z = 4   convex")
for rule in RULES:
    left, middle, right = np.interp((-4, 0, 4), z, row_loss(rule, z))
    print(f"{rule.__name__:15} {left:7.3f} {middle:7.3f} {right:7.4f}", end="   ")
    print(convex(rule, z))
# --8<-- [end:own_loss]

# --8<-- [start:signs]
z = np.linspace(-8, 8, 1_601)
for entry in REGISTRY.values():
    if entry.kind == "elementwise":
        opposite = entry.grad(entry.f(z)) * entry.grad(z) < 0
        if opposite.any():
            highest = z[opposite][-1]
            print(f"{entry.title}: opposite sign from z = {highest:.2f} down")
# --8<-- [end:signs]

# --8<-- [start:broadcast]
bias = 0.3
for row in np.full((4, 1), 0.5):  # each row of a (4, 1) array is (1,)
    bias -= LR * row
print("shape of the bias:", np.shape(bias))
# --8<-- [end:broadcast]


# --8<-- [start:train]
def train(rule, updates, targets=y, lr=LR):
    """The way of (w1, w2, b): row k holds them after k updates."""
    W, b = W_START, B_START
    path = np.empty((updates + 1, 3))
    path[0] = *W[:, 0], b
    for k in range(1, updates + 1):
        z, a = forward(W, b)
        dz = rule(z, a, targets)  # (4, 1)
        W = W - lr * (X.T @ dz)  # (2, 1); a new array, so W_START stays
        b = b - lr * dz.sum()  # one number
        path[k] = *W[:, 0], b
    return path


def outputs(path):
    """The outputs for the four rows at each point of a path: (k, 4)."""
    return sigmoid(path[:, :2] @ X.T + path[:, 2:])


# --8<-- [end:train]


def loss_along(path):
    """The loss after each update: (k,)."""
    return ((outputs(path) - y.T) ** 2).sum(axis=1) / 2


# --8<-- [start:noisy]
noisy = np.array([[0.1], [0.9], [0.9], [0.9]])  # each row's share of ones
noisy_fit = {}
for rule in RULES:
    fit = outputs(train(rule, 1_000, targets=noisy, lr=2.0)[-1:])[0]
    noisy_fit[rule.__name__] = fit
    print(f"{rule.__name__:13}", fit.round(3), f"sum {fit.sum():.3f}")
# --8<-- [end:noisy]

# --8<-- [start:solution_2]
and_targets = np.array([[0.0], [0.0], [0.0], [1.0]])
and_path = train(cross_entropy, 2_000, targets=and_targets)
and_right = ((outputs(and_path) > 0.5) == and_targets.T).all(axis=1)
and_since = np.flatnonzero(~and_right)[-1] + 1
print("outputs", outputs(and_path)[-1].round(3))
print("all four right from update", and_since)
w1, w2, b = and_path[-1]
print(f"boundary meets the axes at {-b / w1:.3f} and {-b / w2:.3f}")
# --8<-- [end:solution_2]

# --8<-- [start:doubled]
last = np.array([*PRINTED_WEIGHTS, PRINTED_BIAS])
print(f"loss {loss(last):.1e}, all three doubled {loss(2 * last):.1e}")
# --8<-- [end:doubled]
late_factors = gradient(as_printed, last) / gradient(squared_error, last)
z_lowest, z_highest = last[2], last.sum()  # z of the first and of the last row

# --8<-- [start:run]
UPDATES = 11_010
notes_path = train(as_printed, UPDATES)
final_outputs = outputs(notes_path)[-1]
names = ["w1", "w2", "b", *map(tuple, X.astype(int).tolist())]
values = [*notes_path[-1], *final_outputs]
printed = dict(zip(names, [*PRINTED_WEIGHTS, PRINTED_BIAS], strict=False))
printed |= PRINTED_OUTPUTS  # by input
print("            this run    the notes")
for name, value in zip(names, values, strict=True):
    notes = f"{printed[name]:.8f}" if name in printed else "not checked"
    print(f"{name!s:8}{value:12.8f} {notes:>12}")
# --8<-- [end:run]

# --8<-- [start:sums]
error_sums = (outputs(notes_path) - y.T).sum(axis=1)  # after k updates
before = UPDATES - PRINTED_LOOP  # updates made before their loop began
shown = len(PRINTED_ERROR_SUMS)
ours = error_sums[before : before + shown]
difference = np.abs(ours - PRINTED_ERROR_SUMS).max()
print(f"{shown} sums, the first after {before:,} updates")
print("all agree to 1e-14:", difference < 1e-14)
# --8<-- [end:sums]

# --8<-- [start:fresh]
fresh = notes_path[PRINTED_LOOP]
print(f"first sum: {error_sums[0]:.7f}")
print(f"last sum:  {error_sums[PRINTED_LOOP - 1]:.7f}")
print("w1, w2, b:", " ".join(f"{value:.8f}" for value in fresh))
print("outputs:  ", outputs(fresh[None])[0].round(4))
# --8<-- [end:fresh]
fresh_outputs = outputs(fresh[None])[0]

# --8<-- [start:solution_1]
gaps = np.abs(error_sums - PRINTED_ERROR_SUMS[0])
nearest, second = gaps.argsort()[:2]
print(f"nearest: after {nearest:,} updates", end=", ")
print("within 1e-14:", gaps[nearest] < 1e-14)
print(f"second:  after {second:,} updates, {gaps[second]:.1e} away")
away = np.abs(notes_path - [*PRINTED_WEIGHTS, PRINTED_BIAS]).max(axis=1)
print("weights and bias as printed after", np.flatnonzero(away < 5e-9))
# --8<-- [end:solution_1]

# --8<-- [start:error_sum]
notes_loss = loss_along(notes_path)
crossings = np.flatnonzero(np.diff(np.sign(error_sums))) + 1
print("the loss falls at every update:", max(np.diff(notes_loss)) < 0)
print("the sum changes its sign at updates", crossings)
print("update       sum      loss  outputs")
for k in (*crossings, before, UPDATES):
    print(f"{k:6,}  {error_sums[k]:8.1e}  {notes_loss[k]:.6f}", end="  ")
    print(outputs(notes_path[[k]])[0].round(2))
# --8<-- [end:error_sum]

# --8<-- [start:compare]
paths = {
    "as printed": notes_path,
    "fresh": notes_path[: PRINTED_LOOP + 1],
    "squared error": train(squared_error, UPDATES),
    "cross-entropy": train(cross_entropy, UPDATES),
}
final_loss = {name: loss(path[-1]) for name, path in paths.items()}
meets_axis = {}
print("rule           updates     w1     w2      b  -b/w1      loss")
for name, path in paths.items():
    w1, w2, b = path[-1]
    meets_axis[name] = -b / w1
    print(f"{name:13} {len(path) - 1:8,} {w1:6.2f} {w2:6.2f}", end=" ")
    print(f"{b:6.2f} {meets_axis[name]:6.3f} {final_loss[name]:9.6f}")
# --8<-- [end:compare]


# --8<-- [start:speed]
def right_from(path):
    """The update from which on all rows are on their side of one half."""
    right = ((outputs(path) > 0.5) == y.T).all(axis=1)
    return np.flatnonzero(~right)[-1] + 1


paths["squared, × 4"] = train(squared_error, UPDATES // 4, lr=4 * LR)
right, low, ratio = {}, {}, {}
print("rule           all right  loss < 0.01  half / full")
for name in ("as printed", "squared error", "squared, × 4", "cross-entropy"):
    losses = loss_along(paths[name])
    right[name] = right_from(paths[name])
    low[name] = np.flatnonzero(losses < 0.01)[0]
    ratio[name] = losses[len(losses) // 2] / losses[-1]
    print(f"{name:13} {right[name]:10} {low[name]:12,} {ratio[name]:12.2f}")
# --8<-- [end:speed]
