"""Tanh: the sigmoid, stretched and shifted; what centring does to gradient descent."""

import itertools

import numpy as np

from activations import sigmoid, sigmoid_grad, tanh, tanh_grad
from plotting import BLUE, MUTED, ORANGE, axes_at_zero, label, panel, save

# --8<-- [start:identity]
z = np.linspace(-4, 4, 801)
difference = np.abs(tanh(z) - (2 * sigmoid(2 * z) - 1))
print("equal to within 1e-15:", difference.max() < 1e-15)
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
for point in (5.0, 15.0, 20.0):
    at = np.array([point])
    from_output = 1 - tanh(at) ** 2
    print(f"z = {point:4}: 1 - tanh² = {from_output[0]:.3e}   derivative = {tanh_grad(at)[0]:.3e}")
# --8<-- [end:tail]
rounds_to_one = next(v / 100 for v in range(1, 4000) if np.tanh(v / 100) == 1.0)
digits = -np.log10(np.finfo(float).eps)


# --8<-- [start:hessian]
def hessian(codes, inputs=2):
    """Hessian of the mean squared error ½·mean((a − y)²) of a linear neuron.

    codes: the two values that stand for false and true. Rows are all combinations; a last
    column of ones carries the bias. Returns an (inputs + 1, inputs + 1) array.
    """
    rows = np.array(list(itertools.product(codes, repeat=inputs)), dtype=float)
    X = np.column_stack([rows, np.ones(len(rows))])
    return X.T @ X / len(rows)


print(hessian((0, 1)))
print(hessian((-1, 1)))
# --8<-- [end:hessian]

CODINGS = {"0 and 1": (0, 1), "−½ and ½": (-0.5, 0.5), "−1 and 1": (-1, 1)}


# --8<-- [start:steps]
def steps_to_converge(H, tolerance=1e-6):
    """Gradient steps until the distance to the minimum is `tolerance` times the first one.

    The start is the worst one (along the flattest direction); the rate is the best one.
    """
    flattest, *_, steepest = np.linalg.eigvalsh(H)
    lr = 2 / (flattest + steepest)
    shrink = max(abs(1 - lr * flattest), abs(1 - lr * steepest))
    return 1 if shrink < 1e-12 else int(np.ceil(np.log(tolerance) / np.log(shrink)))


print("coding      inputs  condition number  steps")
for name, codes in CODINGS.items():
    for inputs in (2, 10):
        H = hessian(codes, inputs)
        kappa = np.linalg.cond(H)
        print(f"{name:10}  {inputs:6}  {kappa:16.4g}  {steps_to_converge(H):5}")
# --8<-- [end:steps]

kappa = {name: np.linalg.cond(hessian(codes)) for name, codes in CODINGS.items()}
kappa10 = {name: np.linalg.cond(hessian(codes, 10)) for name, codes in CODINGS.items()}
steps10 = {name: steps_to_converge(hessian(codes, 10)) for name, codes in CODINGS.items()}


def descend(codes, lr, steps=400):
    """Fit OR with a linear neuron; returns the loss above its minimum after each step."""
    rows = np.array(list(itertools.product(codes, repeat=2)), dtype=float)
    X = np.column_stack([rows, np.ones(4)])
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


z_fine = np.linspace(0, 3, 300_001)
curvature = np.abs(np.gradient(np.gradient(lecun_tanh(z_fine), z_fine), z_fine))
bend = z_fine[1000:-1000][curvature[1000:-1000].argmax()]
nodes, weights = np.polynomial.hermite_e.hermegauss(80)
weights = weights / weights.sum()
print(f"f(1) = {lecun_tanh(np.array([1.0]))[0]:.5f}")
print(f"most curved at z = {bend:.3f}")
print(f"variance of f(z) for z ~ N(0, 1): {weights @ lecun_tanh(nodes) ** 2:.3f}")
print(f"the same for plain tanh:          {weights @ tanh(nodes) ** 2:.3f}")
# --8<-- [end:lecun]
lecun_variance = weights @ lecun_tanh(nodes) ** 2
tanh_variance = weights @ tanh(nodes) ** 2

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
slopes_cross = z[(z > 0) & (sigmoid_grad(z) > tanh_grad(z))][0]

fig, ax = panel()
for (name, codes), color in zip(CODINGS.items(), (ORANGE, MUTED, BLUE), strict=True):
    H = hessian(codes)
    smallest, *_, largest = np.linalg.eigvalsh(H)
    excess = descend(codes, 2 / (smallest + largest), steps=60)
    ax.semilogy(np.maximum(excess, 1e-17), color=color)
    step = {"0 and 1": 40, "−½ and ½": 22, "−1 and 1": 3}[name]
    label(ax, step + 1, max(excess[step], 1e-15) * 3, name, color)
ax.set(xlabel="gradient step", ylabel="loss above its minimum", ylim=(1e-16, 1))
save(fig, "tanh-coding-descent")

# --8<-- [start:solution_1]
z = np.linspace(-20, 20, 400_001)
a = tanh(z)
error = np.abs(a - (2 * sigmoid(2 * z) - 1)) / np.spacing(np.abs(a))
near = np.abs(z) < 0.1
print("|z| ≥ 1: within 4 ulp everywhere:", error[np.abs(z) >= 1].max() <= 4)
print("|z| < 0.1: over 1000 ulp somewhere:", error[near & (z != 0)].max() > 1000)
# --8<-- [end:solution_1]

# --8<-- [start:solution_2]
by_output = 1 - tanh(z) ** 2
relative = np.abs(by_output - tanh_grad(z)) / tanh_grad(z)
half_lost = 1e-8
print(f"half of the 16 digits are lost from |z| = {np.abs(z[relative > half_lost]).min():.1f}")
# --8<-- [end:solution_2]
