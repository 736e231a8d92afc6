"""One sigmoid neuron learns OR: the notes' run, where its numbers come from, and three gradients.

What is cheap comes first, because each listing runs this script up to its own end.
"""

from functools import partial

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
good = 1e-7
print(f"steps of {h}, relative error allowed {good}")
print("measured     ", measured.round(4))
for rule in (squared_error, as_printed):
    by_rule = gradient(rule, start)
    verdict = "passes" if np.all(abs(by_rule / measured - 1) < good) else "fails"
    print(f"{rule.__name__:13}", by_rule.round(4), verdict)
# --8<-- [end:check]

start_slip = np.abs(gradient(as_printed, start) / measured - 1).max()

# --8<-- [start:factor]
ends = np.array([0.0, 1.0])  # no output is ever outside
print("sigmoid' between outputs 0 and 1:", sigmoid_grad(ends).round(4))
# --8<-- [end:factor]
largest_factor, smallest_factor = sigmoid_grad(ends)


# --8<-- [start:own_loss]
def row_slope(rule, z):
    """The rule for a row with target 1. Target 0 mirrors it."""
    return rule(z, sigmoid(z), 1)


def row_loss(rule, z):
    """Loss of that row whose slope is the rule; 0 where z ends."""
    slope = row_slope(rule, z)
    areas = (slope[1:] + slope[:-1]) / 2 * np.diff(z)
    return np.append(-np.cumsum(areas[::-1])[::-1], 0)


def convex(rule, z):
    """Whether the slope rises with z everywhere."""
    return bool(np.all(np.diff(row_slope(rule, z)) > 0))


z = np.linspace(-15, 15, 30_001)
print(f"{len(z):,} places from {z.min():.0f} to {z.max():.0f}")
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
            highest = z[opposite].max()
            print(f"{entry.title}: opposite sign from z = {highest:.2f} down")
# --8<-- [end:signs]

# --8<-- [start:broadcast]
bias = B_START
for row in np.full((4, 1), 0.5):  # each row of a (4, 1) array is (1,)
    bias -= LR * row
print("bias:", bias, "shape:", np.shape(bias))
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
possible = outputs(np.array([[1.0, 1.0, -1.0]])).T  # what some neuron gives
noisy = np.array([[0.1], [0.9], [0.9], [0.9]])  # no neuron gives these
noisy_fit = {}
for targets in (possible, noisy):
    print("targets      ", targets[:, 0].round(3), f"sum {targets.sum():.3f}")
    for rule in RULES:
        path = train(rule, 2_000, targets=targets, lr=1.0)
        *_, fit = outputs(path)
        noisy_fit[rule.__name__] = fit
        print(f"{rule.__name__:13}", fit.round(3), f"sum {fit.sum():.3f}")
print("updates each:", len(path) - 1)
# --8<-- [end:noisy]

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
exact = 1e-14  # as far as these sums have digits
print(f"all agree to {exact}:", difference < exact)
# --8<-- [end:sums]

# --8<-- [start:fresh]
fresh = notes_path[PRINTED_LOOP]
print(f"first sum: {error_sums[0]:.7f}")
print(f"last sum:  {error_sums[PRINTED_LOOP - 1]:.7f}")
print("w1, w2, b:", " ".join(f"{value:.8f}" for value in fresh))
print("outputs:  ", outputs(fresh[None])[0].round(4))
# --8<-- [end:fresh]
fresh_outputs = outputs(fresh[None])[0]

# --8<-- [start:error_sum]
notes_loss = loss_along(notes_path)
crossings = np.flatnonzero(np.diff(np.sign(error_sums))) + 1
print(f"largest change of the loss in an update: {np.diff(notes_loss).max():.2e}")
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
meets_axis = {}
print("rule           updates     w1     w2      b  -b/w1      loss")
for name, path in paths.items():
    w1, w2, b = end = path[-1]
    meets_axis[name] = -b / w1
    print(f"{name:13} {len(path) - 1:8,} {w1:6.2f} {w2:6.2f}", end=" ")
    print(f"{b:6.2f} {meets_axis[name]:6.3f} {loss(end):9.6f}")
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
    ratio[name] = losses[len(losses) // 2] / losses.min()  # the last one
    print(f"{name:13} {right[name]:10} {low[name]:12,} {ratio[name]:12.2f}")
# --8<-- [end:speed]


# --8<-- [start:starts]
def updates_until_right(rule, starts, updates, lr):
    """For each start (n, 3): the update from which on all four rows are right."""
    p, since = starts, np.zeros(len(starts), dtype=int)
    for k in range(updates):
        z = p[:, :2] @ X.T + p[:, 2:]  # (n, 4)
        wrong = ((z > 0) != y.T).any(axis=1)
        since[wrong] = k + 1
        dz = rule(z, sigmoid(z), y.T)
        p = p - lr * np.column_stack([dz @ X, dz.sum(axis=1)])
    return since


until, fast = {}, 0.5
print("starts from    rule           median  slowest  not yet")
for spread in (1, 5):
    starts = np.random.default_rng(0).normal(0, spread, (100, 3))
    for rule in RULES:
        n = updates_until_right(rule, starts, 2_000, lr=fast)
        until[rule.__name__, spread] = n
        print(f"N(0, {spread}²), {len(n)}  {rule.__name__:13}", end=" ")
        print(f"{np.median(n):7,.0f} {n.max():8,} {(n == 2_000).sum():8}")
# --8<-- [end:starts]


# --8<-- [start:hidden]
def xor_rule(p, wrong_output, wrong_hidden):
    """Outputs (n, 4, 1) and step (n, 9) of 2-2-1 networks on XOR."""
    W, b = p[:, :4].reshape(-1, 2, 2), p[:, None, 4:6]
    v, c = p[:, 6:8, None], p[:, 8:, None]
    z = X @ W + b
    h = sigmoid(z)
    t = h @ v + c
    a = sigmoid(t)
    delta = (a - XOR) * sigmoid_grad(a if wrong_output else t)
    dz = delta @ v.swapaxes(1, 2) * sigmoid_grad(h if wrong_hidden else z)
    dW, dv = X.T @ dz, h.swapaxes(1, 2) @ delta
    parts = dW.reshape(-1, 4), dz.sum(axis=1), dv[:, :, 0], delta.sum(axis=1)
    return a, np.concatenate(parts, axis=1)


XOR = np.array([[0.0], [1.0], [1.0], [0.0]])
SLIPS = {"nowhere": (False, False), "output": (True, False), "everywhere": (True, True)}
networks = np.random.default_rng(0).normal(0, 1, (100, 9))
solved, rises = {}, {}
print(f"slip        rate  updates  of {len(networks)}: solve XOR  loss rises")
for name, lr in [*((name, 1.0) for name in SLIPS), ("everywhere", 0.5)]:
    p, losses = networks, []
    for _ in range(round(1_800 / lr)):
        a, step = xor_rule(p, *SLIPS[name])
        losses.append(((a - XOR) ** 2).sum(axis=(1, 2)))
        p = p - lr * step
    solved[name, lr] = ((a > 0.5) == XOR).all(axis=(1, 2)).sum()
    rises[name, lr] = (np.diff(losses, axis=0) > 0).any(axis=0).sum()
    print(f"{name:10}  {lr:4} {len(losses):8,}", end=" ")
    print(f"{solved[name, lr]:18} {rises[name, lr]:11}")
# --8<-- [end:hidden]


# --8<-- [start:asymmetry]
def jacobian(field, p):
    """How each component of a field changes with each parameter: (n, n)."""
    moves = h * np.eye(len(p))
    return np.array([field(p + e) - field(p - e) for e in moves]) / (2 * h)


def asymmetry(field, p):
    """0 if the field can be the gradient of something."""
    J = jacobian(field, p)
    return np.linalg.norm(J - J.T) / np.linalg.norm(J)


def xor_field(p, slip):
    _, step = xor_rule(p[None], *slip)
    return step[0]


for name, slip in SLIPS.items():
    field = partial(xor_field, slip=slip)
    found = np.array([asymmetry(field, p) for p in networks[:10]])
    print(f"{name:10} {found.min():.2f} to {found.max():.2f} in {len(found)} networks")
# --8<-- [end:asymmetry]


# --8<-- [start:start_1]
def learn(targets):
    """Weights and bias (w1, w2, b) that give all four rows their targets (4, 1)."""
    return np.append(W_START, B_START)


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def learn(targets):
    """Weights and bias (w1, w2, b) that give all four rows their targets (4, 1)."""
    return train(cross_entropy, 1_000, targets=targets, lr=1.0)[-1]


# --8<-- [end:solution_1]

# --8<-- [start:check_1]
gates = {"AND": (0, 0, 0, 1), "NAND": (1, 1, 1, 0), "NOR": (1, 0, 0, 0)}
for gate, answers in gates.items():
    w1, w2, b = learn(np.array(answers)[:, None])
    said = (X @ [w1, w2] + b > 0).astype(int)
    assert said.tolist() == list(answers), f"{gate} must give {answers}, not {said}"
    print(f"{gate:4} {said}  z", (X @ [w1, w2] + b).round(4))
# --8<-- [end:check_1]


# --8<-- [start:start_2]
def updates_before(sums, printed):
    """After how many updates the printed sums begin, given the sum at each update."""
    return len(printed)


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def updates_before(sums, printed):
    """After how many updates the printed sums begin, given the sum at each update."""
    windows = np.lib.stride_tricks.sliding_window_view(sums, len(printed))
    return int(np.abs(windows - printed).max(axis=1).argmin())


nearest = updates_before(error_sums, PRINTED_ERROR_SUMS)
gaps = np.abs(error_sums - PRINTED_ERROR_SUMS[0])
print(f"after {nearest:,} updates, the first within {exact}: {gaps[nearest] < exact}")
print(f"one update later it would be {gaps[nearest + 1]:.4e} away")
agree = (notes_path.round(8) == [*PRINTED_WEIGHTS, PRINTED_BIAS]).all(axis=1)
print("weights and bias as printed after", np.flatnonzero(agree))
# --8<-- [end:solution_2]

# --8<-- [start:check_2]
twice = np.array([3.0, 1.0, 2.0, 1.001, 5.0])  # near 1 twice, once followed by 5
wanted = [1.0, 5.0]
assert updates_before(twice, wanted) == 3, "all printed sums must fit"
print(f"{wanted} in {twice}: after", updates_before(twice, wanted))
assert updates_before(twice, [3.0]) == 0, "a run may begin at once"
found = updates_before(error_sums, PRINTED_ERROR_SUMS)
assert found == before, f"the notes did not begin after {found}"
print(f"the notes' first line came after {before:,} updates")
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def is_gradient(field, p):
    """Whether a field, a function of p (n,), can be the gradient of a loss near p."""
    return bool(np.isfinite(field(p)).all())


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def is_gradient(field, p):
    """Whether a field, a function of p (n,), can be the gradient of a loss near p."""
    J = jacobian(field, p)
    return np.allclose(J, J.T)


# --8<-- [end:solution_3]


# --8<-- [start:check_3]
def whirl(p):
    return np.array([-p[1], p[0]])


at = np.array([1.0, 2.0])
assert not is_gradient(whirl, at), "no slope runs in circles"
assert is_gradient(np.exp, at), "the sum of exp has the slope exp"
print(f"whirl({at}) = {whirl(at)}; exp, and its slopes:")
print(np.exp(at).round(4), np.diag(jacobian(np.exp, at)).round(4))
for rule in RULES:
    assert is_gradient(partial(gradient, rule), start), f"{rule.__name__} descends a loss"
print("one neuron:", len(RULES), "rules, each a gradient")
found = [is_gradient(partial(xor_field, slip=(False, True)), p) for p in networks]
assert not any(found), "with the slip in the hidden layer, it is none"
print("slip in the hidden layer:", sum(found), "gradients in", len(found), "networks")
# --8<-- [end:check_3]
