"""Tanh: the sigmoid, stretched and shifted; what centring does to gradient descent."""

import itertools

import numpy as np

from activations import sigmoid, sigmoid_grad, tanh, tanh_grad
from plotting import BLUE, MUTED, ORANGE, axes_at_zero, label, panel, save

# --8<-- [start:identity]
z = np.linspace(-4, 4, 801)
difference = np.abs(tanh(z) - (2 * sigmoid(2 * z) - 1)).max()
tiny = 1e-15
print(f"difference below {tiny}: {difference < tiny}")
# --8<-- [end:identity]

# --8<-- [start:slopes]
z0 = np.array([-2.0, -0.1, 0.0, 0.1, 2.0])
print("z            ", z0)
print("tanh         ", tanh(z0).round(4))
print("sigmoid      ", sigmoid(z0).round(4))
print("tanh slope   ", tanh_grad(z0).round(4))
print("sigmoid slope", sigmoid_grad(z0).round(4))
# --8<-- [end:slopes]


# --8<-- [start:tail]
def slope_from_output(a):
    """The derivative of tanh, from its stored output."""
    return 1 - a**2


TAIL = (5.0, 15.0, 20.0)
for point in TAIL:
    from_output = slope_from_output(tanh(point))
    print(f"z = {point:4}: 1 - tanh² = {from_output:.3e}", end="   ")
    print(f"derivative = {tanh_grad(point):.3e}")
# --8<-- [end:tail]
low, _, rounds_to_one = TAIL
while low < (middle := (low + rounds_to_one) / 2) < rounds_to_one:
    low, rounds_to_one = (low, middle) if tanh(middle) == 1 else (middle, rounds_to_one)
digits = -np.log10(np.finfo(float).eps)


# --8<-- [start:hessian]
def truth_table(codes, inputs):
    """All combinations of two codes, and ones for the bias: (n, inputs + 1)."""
    rows = list(itertools.product(codes, repeat=inputs))
    return np.column_stack([rows, np.ones(len(rows))])


def hessian(X):
    """Hessian of the loss ½·mean((a − y)²) of a linear neuron."""
    return X.T @ X / len(X)


print(hessian(truth_table((0, 1), 2)))
print(hessian(truth_table((-1, 1), 2)))
# --8<-- [end:hessian]

CODINGS = {"0 and 1": (0, 1), "−½ and ½": (-0.5, 0.5), "−1 and 1": (-1, 1)}


# --8<-- [start:steps]
def steps_to_converge(H, tolerance=1e-6):
    """Gradient steps until the distance to the minimum has shrunk to `tolerance`.

    The start is the worst one, along the flattest direction; the rate is the best one.
    """
    flattest, *_, steepest = np.linalg.eigvalsh(H)
    if np.isclose(flattest, steepest):
        return 1
    shrink = (steepest - flattest) / (steepest + flattest)  # by each step
    return int(np.ceil(np.log(tolerance) / np.log(shrink)))


kappa, steps = {}, {}
print("coding      inputs  condition number  steps")
for name, codes in CODINGS.items():
    for inputs in (2, 10):
        H = hessian(truth_table(codes, inputs))
        kappa[name, inputs] = np.linalg.cond(H)
        steps[name, inputs] = steps_to_converge(H)
        print(f"{name:10}  {inputs:6}", end="  ")
        print(f"{kappa[name, inputs]:16.4g}  {steps[name, inputs]:5}")
# --8<-- [end:steps]


def descend(X, lr, steps):
    """Fit OR with a linear neuron; returns the loss above its minimum after each step."""
    y = np.array([0.0, 1.0, 1.0, 1.0])
    best = np.linalg.lstsq(X, y, rcond=None)[0]
    w, excess = np.zeros(3), []
    for _ in range(steps):
        excess.append(np.mean((X @ w - y) ** 2 - (X @ best - y) ** 2) / 2)
        w -= lr * X.T @ (X @ w - y) / 4
    return np.array(excess)


# --8<-- [start:lecun]
def lecun_tanh(z):
    return 1.7159 * tanh(2 * z / 3)


places = np.linspace(0, 3, 3001)
inner = 2 * places / 3
curvature = tanh(inner) * tanh_grad(inner)  # f'' but for a constant factor
bend = places[curvature.argmax()]
nodes, weights = np.polynomial.hermite_e.hermegauss(80)  # z ~ N(0, 1)
weights = weights / weights.sum()
lecun_variance = weights @ lecun_tanh(nodes) ** 2  # both have mean 0
tanh_variance = weights @ tanh(nodes) ** 2
print(f"f(1) = {lecun_tanh(1.0):.5f}")
print(f"most curved at z = {bend:.3f}", end=", ")
print(f"of {len(places)} places up to {places.max():.0f}")
print(f"variance of f(z) from {len(nodes)} nodes: {lecun_variance:.3f}")
print(f"the same for plain tanh:     {tanh_variance:.3f}")
# --8<-- [end:lecun]

fig, ax = panel()
axes_at_zero(ax)
ax.plot(z, tanh(z), color=BLUE)
ax.plot(z, sigmoid(z), color=ORANGE)
label(ax, -0.8, -0.85, "tanh", BLUE)
label(ax, -3.2, 0.2, "sigmoid", ORANGE)
ax.set(xlabel="pre-activation z", ylabel="output a", ylim=(-1.1, 1.1))
save(fig, "tanh-and-sigmoid")

fig, ax = panel()
axes_at_zero(ax)
ax.plot(z, tanh_grad(z), color=BLUE)
ax.plot(z, sigmoid_grad(z), color=ORANGE)
label(ax, 0.75, 0.75, "tanh′, at most 1", BLUE)
label(ax, 1.6, 0.32, "sigmoid′, at most ¼", ORANGE)
ax.set(xlabel="pre-activation z", ylabel="slope da/dz", ylim=(-0.05, 1.1))
save(fig, "tanh-and-sigmoid-slopes")
slopes_cross = z[sigmoid_grad(z) < tanh_grad(z)].max()

excesses = {}
fig, ax = panel()
for (name, codes), color in zip(CODINGS.items(), (ORANGE, MUTED, BLUE), strict=True):
    X = truth_table(codes, 2)
    smallest, *_, largest = np.linalg.eigvalsh(hessian(X))
    excesses[name] = descend(X, 2 / (smallest + largest), steps=60)
    ax.semilogy(np.maximum(excesses[name], np.finfo(float).eps), color=color)
    at = {"0 and 1": (0.68, 0.63), "−½ and ½": (0.42, 0.38), "−1 and 1": (0.09, 0.1)}[name]
    label(ax, *at, name, color, transform=ax.transAxes)
ax.set(xlabel="gradient step", ylabel="loss above its minimum", ylim=(1e-16, 1))
save(fig, "tanh-coding-descent")


# --8<-- [start:ulps]
def ulps(found, reference):
    """The error in units of the last place."""
    return np.abs(found - reference) / np.spacing(np.abs(reference))


# --8<-- [end:ulps]


# --8<-- [start:start_1]
def by_sigmoid(z):
    """Tanh of z, from the sigmoid alone."""
    return sigmoid(z)


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def by_sigmoid(z):
    """Tanh of z, from the sigmoid alone."""
    return 2 * sigmoid(2 * z) - 1


for low, high in ((1, 20), (0.001, 0.1)):
    z = np.linspace(low, high, 1001)
    limit = 4
    within = ulps(by_sigmoid(z), tanh(z)).max() <= limit
    print(f"z from {low} to {high}, {len(z)} places: within {limit} ulp: {within}")
# --8<-- [end:solution_1]

# --8<-- [start:check_1]
z = np.linspace(-4, 4, 81)
found = by_sigmoid(z)
assert np.allclose(found[z == 0], 0), "tanh(0) is 0"
assert np.allclose(found, tanh(z)), "wrong somewhere: is the slope at 0 right?"
print(f"equal at {len(z)} places from {z.min():.0f} to {z.max():.0f}")
# --8<-- [end:check_1]


# --8<-- [start:start_2]
def tail_slope(z):
    """The derivative of tanh at z, with all its digits for large |z| too."""
    return slope_from_output(tanh(z))


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def tail_slope(z):
    """The derivative of tanh at z, with all its digits for large |z| too."""
    e = np.exp(-2 * np.abs(z))  # never overflows
    return 4 * e / (1 + e) ** 2


z = np.linspace(0, 20, 2001)
lost = np.abs(slope_from_output(tanh(z)) / tail_slope(z) - 1)
half_lost = 1e-8
print(f"{len(z)} places from {z.min():.0f} to {z.max():.0f}:", end=" ")
print(f"half of the digits are lost from about {z[lost > half_lost].min():.0f}")
# --8<-- [end:solution_2]

# --8<-- [start:check_2]
z = np.array([0.0, 1.0, -9.7, 20.0, 300.0, -1000.0])
with np.errstate(over="ignore", divide="ignore"):
    truth = -2 * np.log(np.cosh(z))
    found = np.log(tail_slope(z))
assert np.allclose(found, truth), "too few digits in the tail, or NaN at -1000"
print("z     ", *z)
print("slope ", *[f"{slope:.3g}" for slope in tail_slope(z)])
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def by_expm1(z):
    """Tanh of z to a few ulp, near zero too, without np.tanh."""
    return by_sigmoid(z)


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def by_expm1(z):
    """Tanh of z to a few ulp, near zero too, without np.tanh."""
    e = np.expm1(-2 * np.abs(z))  # from -1 to 0: exact near 0, and never overflows
    return -np.sign(z) * e / (2 + e)


# --8<-- [end:solution_3]

# --8<-- [start:check_3]
z = np.geomspace(1e-300, 1e3, 3001)
z = np.concatenate([-z, z])
with np.errstate(over="raise"):
    worst = ulps(by_expm1(z), tanh(z)).max()
limit = 4
assert worst <= limit, f"{worst:.0f} ulp is too much: what is lost near zero?"
print(f"{len(z)} places from {z.min():.0f} to {z.max():.0f}", end=", ")
print(f"the nearest to 0 {abs(z).min():.0e}: within {limit} ulp")
# --8<-- [end:check_3]
