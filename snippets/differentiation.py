"""Differentiation: what a gradient says, how far to follow it, and how to check one."""

import numpy as np

from activations import (
    arctan,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    silu,
    softplus,
    softsign,
    step,
    tanh,
    tanh_grad,
)
from plotting import BLUE, GREEN, INK, LEVELS, MUTED, ORANGE, PURPLE, label, panel, save

# --8<-- [start:loss]
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([0.0, 1.0, 1.0, 1.0])


def loss(params, f=sigmoid):
    """Half the squared error of one neuron, summed over the rows.

    params: (..., 3), two weights and a bias; returns (...).
    """
    z = params[..., :2] @ X.T + params[..., 2:]  # (..., 4)
    return ((f(z) - y) ** 2).sum(axis=-1) / 2


# --8<-- [end:loss]


# --8<-- [start:gradient]
def gradient(params):
    """dL/dparams: the chain rule for all rows, (..., 3)."""
    z = params[..., :2] @ X.T + params[..., 2:]  # (..., 4)
    delta = (sigmoid(z) - y) * sigmoid_grad(z)  # dL/dz of each row, (..., 4)
    db = delta.sum(axis=-1, keepdims=True)
    return np.concatenate([delta @ X, db], axis=-1)


start = np.array([0.1, 0.2, 0.3])
print("loss    ", loss(start).round(4))
print("gradient", gradient(start).round(4))
# --8<-- [end:gradient]

# --8<-- [start:local]
here = np.array([4.0, 4.0, 0.0])  # both weights 4, bias 0
only_b = np.array([0.0, 0.0, 1.0])  # changes the bias alone
slope = gradient(here)[2]  # dL/db
print(f"loss {loss(here):.4f}, slope dL/db {slope:.4f}")
print("step in b  predicted     actual")
for move in (-0.001, -0.1, -1.0, -2.0, -4.0):
    predicted = slope * move
    actual = loss(here + move * only_b) - loss(here)
    print(f"{move:9}  {predicted:9.6f}  {actual:9.6f}")
# --8<-- [end:local]
loss_here, far_predicted, far_actual = loss(here), predicted, actual

# --8<-- [start:chain]
x, target = np.array([1.0, 0.5]), 1.0  # one row: x (2,), target a number
w, b = np.array([0.1, 0.2]), 0.3  # w (2,), b a number
z = w @ x + b
a = sigmoid(z)
dL_da = a - target  # of L = (a - y)² / 2
da_dz = sigmoid_grad(z)  # at z, not at a
dL_dz = dL_da * da_dz
dL_dw = dL_dz * x  # dz/dw = x: shape (2,), as w
dL_db = dL_dz  # dz/db = 1: a number, as b
print(f"z = {z:.4f}   a = {a:.4f}")
print(f"a - y = {dL_da:.4f}   f'(z) = {da_dz:.4f}")
print("dL/dw =", dL_dw.round(4))
print(f"dL/db = {dL_db:.4f}")
# --8<-- [end:chain]


# --8<-- [start:chain_numeric]
def row_loss(w, b):
    return (sigmoid(w @ x + b) - target) ** 2 / 2


H = 1e-5  # a small step, here and in all checks below
print("with steps of", H)
for name, dw, db in (("w1", [H, 0], 0), ("w2", [0, H], 0), ("b ", [0, 0], H)):
    change = row_loss(w + dw, b + db) - row_loss(w - dw, b - db)
    print(f"dL/d{name} = {change / (2 * H):.4f}")
# --8<-- [end:chain_numeric]


# --8<-- [start:steepest]
def tied(pair):
    """(w, b) of shape (..., 2) -> (w, w, b) of shape (..., 3)."""
    return pair[..., [0, 0, 1]]


def tied_gradient(pair):
    """A parameter used twice gets the sum of both gradients."""
    dw1, dw2, db = gradient(tied(pair))
    return np.array([dw1 + dw2, db])


pair = np.array([-1.0, 0.5])
angles = np.radians(np.arange(-180, 180))
around = H * np.column_stack([np.cos(angles), np.sin(angles)])
rates = (loss(tied(pair + around)) - loss(tied(pair - around))) / (2 * H)
dw, db = tied_gradient(pair)
found, computed = angles[rates.argmax()], np.arctan2(db, dw)
print(f"{len(rates)} directions, from {np.degrees(angles[0]):.0f}° on")
print(f"by trial:    {np.degrees(found):.0f}°, rate {rates.max():.3f}")
print(f"by gradient: {np.degrees(computed):.0f}°, rate {np.hypot(dw, db):.3f}")
# --8<-- [end:steepest]


# --8<-- [start:descend]
def descend(lr, steps, w=1.0, curvature=1.0):
    """Gradient descent on L = curvature · w² / 2; all w on the way."""
    path = [w]
    for _ in range(steps):
        w = w - lr * curvature * w  # the gradient is curvature · w
        path.append(w)
    return np.array(path)


for lr in (0.05, 0.5, 1.0, 1.9, 2.1):
    print(f"lr {lr:4}:", " ".join(f"{w:6.3f}" for w in descend(lr, 4)))
# --8<-- [end:descend]
crawl, converge, oscillate, diverge = 0.05, 0.5, 1.9, 2.1

# --8<-- [start:threshold]
rows = np.column_stack([X, np.ones(4)])  # (4, 3): ones for the bias
hessian = rows.T @ rows / 4  # of half the mean squared error, (3, 3)
curvatures = np.linalg.eigvalsh(hessian)
limit = 2 / curvatures.max()
best = np.linalg.solve(hessian, rows.T @ y / 4)
print("curvatures", curvatures.round(3), f" limit {limit:.4f}")
marked = (0, 10, 100, 1000)
for share in (0.99, 1.01):
    theta, distances = np.zeros(3), []
    for done in range(1001):
        if done in marked:
            distances.append(f"{np.linalg.norm(theta - best):.1e}")
        theta = theta - share * limit * rows.T @ (rows @ theta - y) / 4
    print(f"{share}:", " ".join(distances))
# --8<-- [end:threshold]
distance_steps = done


# --8<-- [start:kink]
def secant(f, z, h):
    """Slope of the secant from z to z + h."""
    return (f(z + h) - f(z)) / h


for z, h in ((2.0, 1.0), (0.0, 1.0), (0.0, 1e-3), (0.0, 1e-6)):
    left, right = secant(relu, z - h, h), secant(relu, z, h)
    print(f"z = {z:.0f}, h = {h:<5}: slope left {left:.1f}, right {right:.1f}")
print("relu_grad(0) here:", relu_grad(0.0))
# --8<-- [end:kink]

# --8<-- [start:step_learns_nothing]
points = np.random.default_rng(0).normal(0, 2, (1000, 3))
losses = loss(points, step)
print("losses that occur:", np.unique(losses))
print("neurons that are right:", np.count_nonzero(losses == 0))
for h in (1.0, H):
    moved = [loss(points + move, step) for move in h * np.eye(3)]
    print(f"losses that a step of {h} changes:", np.count_nonzero(moved - losses))
# --8<-- [end:step_learns_nothing]
tried = len(points)

# --8<-- [start:perceptron]
theta, epoch, mistakes = np.zeros(3), 0, True
while mistakes:
    epoch, mistakes = epoch + 1, 0
    for row, target in zip(rows, y, strict=True):
        error = target - step(row @ theta)
        theta = theta + error * row
        mistakes += error != 0
    print(f"epoch {epoch}: {mistakes} mistakes, {theta}")
# --8<-- [end:perceptron]


# --8<-- [start:central]
def central(f, params, h=H):
    """The gradient of f at params (n,), by 2n calls of f."""
    rates = np.zeros_like(params)
    for i in range(len(params)):
        move = np.zeros_like(params)
        move[i] = h
        rates[i] = (f(params + move) - f(params - move)) / (2 * h)
    return rates


def relative_error(one, other):
    """Distance of two gradients, relative to the longer one."""
    longer = max(np.linalg.norm(one), np.linalg.norm(other))
    return np.linalg.norm(one - other) / longer


GOOD = 1e-7  # a correct gradient stays below
error = relative_error(gradient(start), central(loss, start))
print(f"relative error below {GOOD}: {error < GOOD}")
# --8<-- [end:central]


# --8<-- [start:vee]
def plain(z):
    """The sigmoid's formula as written: takes complex z too."""
    return 1 / (1 + np.exp(-z))


def errors(h):
    """Median relative error of three estimates of dL/db."""
    move = h * only_b
    up, at, down = (loss(cloud + k * move, plain) for k in (1, 0, -1))
    turned = loss(cloud + 1j * move, plain).imag
    estimates = (up - at) / h, (up - down) / (2 * h), turned / h
    return [np.median(np.abs(e - exact) / np.abs(exact)) for e in estimates]


cloud = np.random.default_rng(1).normal(0, 1, (400, 3))
exact = gradient(cloud)[:, 2]
print("h        forward central complex")
for h in (1e-2, 1e-5, 1e-8, 1e-12, 1e-20):
    digits = [int(-np.log10(e)) for e in errors(h)]
    print(f"{h:<8} {digits[0]:7} {digits[1]:7} {digits[2]:7}")
# --8<-- [end:vee]
tiny_h = h
eps = np.finfo(float).eps

# --8<-- [start:best_h]
steps = np.geomspace(1e-15, 1e-1, 57)  # four a decade
table = np.array([errors(h) for h in steps])
theory = {"forward": eps ** (1 / 2), "central": eps ** (1 / 3)}
for (name, expected), column in zip(theory.items(), table.T, strict=False):
    best_h = steps[column.argmin()]
    decades = int(abs(np.log10(best_h / expected)))
    print(f"{name}: theory {expected:.1e}, whole decades off: {decades}")
print(f"{len(steps)} step sizes from {steps[0]:.0e} to {steps[-1]:.0e}")
# --8<-- [end:best_h]

# --8<-- [start:complex_trap]
z = 0.7 + tiny_h * 1j
as_written = plain(z)
stable = plain(np.abs(z))  # for z >= 0
print("               value   derivative")
print(f"in truth       {sigmoid(0.7):.4f}  {sigmoid_grad(0.7):.4f}")
for name, a in (("as written", as_written), ("stable form", stable)):
    print(f"{name:13}  {np.real(a):.4f}  {np.imag(a) / tiny_h:.4f}")
try:
    sigmoid(z)
except TypeError:
    print("in this book   TypeError")
# --8<-- [end:complex_trap]


# --8<-- [start:wrong]
def wrong_gradient(params):
    """As gradient(), but with sigmoid_grad taken at the output."""
    a = sigmoid(params[:2] @ X.T + params[2])
    delta = (a - y) * sigmoid_grad(a)  # sigmoid_grad wants z
    return np.append(delta @ X, delta.sum())


late = np.array([7.0, 7.0, -3.0])
for name, at in (("start", start), ("late", late)):
    numeric = central(loss, at)
    right = relative_error(gradient(at), numeric)
    wrong = relative_error(wrong_gradient(at), numeric)
    print(f"{name:5}: right below {GOOD}: {right < GOOD}, wrong {wrong:.2g}")
# --8<-- [end:wrong]
wrong_at_start = relative_error(wrong_gradient(start), central(loss, start))
wrong_late = relative_error(wrong_gradient(late), central(loss, late))

# --8<-- [start:still_learns]
learned, updates = {}, 1000
for rule in (gradient, wrong_gradient):
    theta = start
    for _ in range(updates):
        theta = theta - 0.05 * rule(theta)
    learned[rule] = loss(theta)
    print(f"{rule.__name__:14} {loss(start):.4f} -> {learned[rule]:.4f}")
# --8<-- [end:still_learns]


# --8<-- [start:start_1]
def slopes(f, z, h=H):
    """The derivative of f at each z, from two values of f."""
    return np.zeros_like(z)


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def slopes(f, z, h=H):
    """The derivative of f at each z, from two values of f."""
    return (f(z + h) - f(z - h)) / (2 * h)


# --8<-- [end:solution_1]


# --8<-- [start:check_1]
z = np.linspace(-3, 3, 61)
error = np.abs(slopes(tanh, z) - tanh_grad(z))
assert error.max() < GOOD, f"off by {error.max():.0e}: use z + h and z - h"
coarse = slopes(np.square, z, h=np.ones_like(z))
assert np.allclose(coarse, 2 * z), "a parabola has no third derivative: any h will do"
print(f"{len(z)} places from {z.min():.0f} to {z.max():.0f}: passes")
# --8<-- [end:check_1]

# --8<-- [start:candidates]
candidates = {
    "tanh": (tanh, lambda z: 1 - tanh(z) ** 2),
    "softplus": (softplus, lambda z: sigmoid(z)),
    "softsign": (softsign, lambda z: 1 / (1 + np.abs(z)) ** 2),
    "silu": (silu, lambda z: sigmoid(z) * (1 + z)),
    "arctan": (arctan, lambda z: 1 / (1 + z**2)),
}
# --8<-- [end:candidates]


# --8<-- [start:start_2]
def worst(f, f_grad, z):
    """Largest distance of f_grad from central differences at z."""
    return np.zeros_like(z).max()


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def worst(f, f_grad, z):
    """Largest distance of f_grad from central differences at z."""
    return np.abs(f_grad(z) - slopes(f, z)).max()


at_zero, spread = np.array([0.0]), np.random.default_rng(2).normal(0, 2, 100)
for name, (f, f_grad) in candidates.items():
    off = [worst(f, f_grad, z) for z in (at_zero, spread)]
    seen = ["passes" if error < GOOD else f"{error:.3g}" for error in off]
    print(f"{name:8}  at zero: {seen[0]:6}  at {len(spread)} places: {seen[1]}")
# --8<-- [end:solution_2]
places = len(spread)

# --8<-- [start:check_2]
z = np.linspace(1, 5, 9)  # no kinks here
off = {name: worst(*pair, z) for name, pair in candidates.items()}
wrong = [name for name, error in off.items() if not error < GOOD]
assert wrong, "one of the five is wrong, and nothing is found"
assert len(wrong) == 1, f"only one is wrong, not {wrong}"
assert np.isclose(worst(np.square, np.zeros_like, z), 10), "at 5 the slope of z² is 10"
print(f"wrong at {len(z)} places from {z.min()} to {z.max()}:", *wrong)
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def failures(f, f_grad, z, h, kinks):
    """Which places z fail the check with step h, kinks left out: booleans."""
    return np.isnan(slopes(f, z, h))


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def failures(f, f_grad, z, h, kinks):
    """Which places z fail the check with step h, kinks left out: booleans."""
    wrong = np.abs(slopes(f, z, h) - f_grad(z)) > GOOD
    for kink in kinks:
        wrong &= np.abs(z - kink) > h  # both points on one side of the kink
    return wrong


z = np.random.default_rng(3).normal(0, 1, 100_000)
print(f"{len(z):,} places, share that fails:")
for h in (1e-1, 1e-2, 1e-3):
    raw = failures(relu, relu_grad, z, h, [])
    fair = failures(relu, relu_grad, z, h, [0.0])
    print(f"h = {h:<5}: {raw.mean():.2%}, kink left out {fair.mean():.0%}")
# --8<-- [end:solution_3]


# --8<-- [start:check_3]
def bent(z):
    return np.abs(z - 1)


def bent_grad(z):
    return np.sign(z - 1)


z, h = np.array([-1.0, -0.05, 0.0, 0.02, 0.5, 1.05, 2.0]), 0.1
print(f"h = {h}, places", *z)
for f, f_grad, kink in ((relu, relu_grad, 0.0), (bent, bent_grad, 1.0)):
    found = failures(f, f_grad, z, h, [])
    assert found.any(), "two points on different sides of a kink must fail"
    assert not failures(f, f_grad, z, h, [kink]).any(), "leave out what lies within h"
    wrong = failures(f, np.zeros_like, z, h, [kink])
    assert wrong.any(), "a wrong derivative must fail, kink or not"
    print(f"{f.__name__}: fails at", *z[found], "with slope 0 at", *z[wrong])
# --8<-- [end:check_3]

fig, ax = panel(height=3.1)
bias = np.linspace(-5, 3, 401)
along = np.column_stack([np.full((401, 2), 4.0), bias])
ax.plot(bias, loss(along), color=BLUE)
for reach in (-4.0, -2.5, -1.5):
    end = loss(here + reach * only_b)
    ax.plot([0, reach], [loss_here, end], color=MUTED, linewidth=1.0)
    ax.plot(reach, end, "o", color=MUTED, markersize=4)
ax.plot(bias, loss_here + slope * bias, color=ORANGE)
ax.plot(0, loss_here, "o", color=INK)
label(ax, -4.5, 0.53, "loss", BLUE)
label(ax, 0.55, 0.12, f"tangent,\nslope {slope:.3f}", ORANGE, va="center")
label(ax, -2.4, 0.235, "secants", MUTED)
ax.set(xlabel="bias b, both weights held at 4", ylabel="loss L", ylim=(-0.09, 0.65))
save(fig, "differentiation-tangent")

fig, ax = panel(height=2.7)
w_axis, b_axis = np.linspace(-2, 11.5, 181), np.linspace(-6, 2, 121)
grid_w, grid_b = np.meshgrid(w_axis, b_axis)
surface = loss(tied(np.stack([grid_w, grid_b], axis=-1)))
levels = [0, 0.003, 0.03, 0.1, 0.3, 0.6, 1, surface.max()]
ax.contourf(w_axis, b_axis, surface, levels, colors=LEVELS)
pair, path = np.array([-1.0, 0.5]), []
for _ in range(10_001):
    path.append(pair)
    pair = pair - 1.0 * tied_gradient(pair)
path = np.array(path)
ax.plot(*path.T, color=ORANGE)
marks = 10 ** np.arange(1, 5)
for done in (0, *marks):
    ax.plot(*path[done], "o", color=ORANGE, markeredgecolor=INK)
    label(ax, path[done][0] + 0.1, path[done][1] + 0.45, f"{done:,}", INK)
for level in (0.003, 0.03, 0.1, 0.3):  # at the right edge only row (0, 0) has an error
    root = np.sqrt(2 * level)
    ax.text(11.7, np.log(root / (1 - root)), f"L = {level}", color=MUTED, va="center")
ax.set(xlabel="shared weight w", ylabel="bias b", aspect="equal")
ax.grid(False)
save(fig, "differentiation-surface")
path_steps = len(path) - 1
legs = np.linalg.norm(np.diff(path[marks], axis=0), axis=1)

fig, ax = panel()
names = {
    crawl: ("0.05 crawls", ORANGE, 23, 0.12),
    converge: ("0.5 converges", BLUE, 9.5, 4e-6),
    oscillate: ("1.9 oscillates", GREEN, 12, 2e-4),
    diverge: ("2.1 diverges", PURPLE, 12, 150),
}
for lr, (text, color, x_at, y_at) in names.items():
    ax.semilogy(descend(lr, 40) ** 2 / 2, color=color)
    label(ax, x_at, y_at, text, color)
ax.set(xlabel="gradient step", ylabel="loss L", ylim=(1e-6, 1e4))
save(fig, "differentiation-learning-rates")

fig, ax = panel(height=3.1)
wide = np.geomspace(1e-20, 1e-1, 153)
curves = np.array([errors(h) for h in wide])
rounding = {"label": "_rounding"}  # for the fingerprint: other processors round otherwise
ax.loglog(wide, curves[:, 2], color=GREEN, linewidth=5, alpha=0.5, **rounding)  # under the next
ax.loglog(wide, curves[:, 0], color=ORANGE, **rounding)
ax.loglog(wide, curves[:, 1], color=BLUE, **rounding)
inside = {"transform": ax.transAxes}
label(ax, 0.655, 0.72, "forward", ORANGE, **inside)
label(ax, 0.78, 0.25, "central", BLUE, **inside)
label(ax, 0.06, 0.14, "complex step", GREEN, **inside)
ax.set(xlabel="step size h", ylabel="relative error of dL/db", ylim=(1e-17, 10))
save(fig, "differentiation-vee")
