"""Small networks, trained many at once, to count the units that no row of the data switches on.

Shared by the chapters on ReLU and on Leaky ReLU. Every array has the run as its first axis: each
run has its own data and its own weights.
"""

from itertools import pairwise

import numpy as np

from activations import relu, relu_grad, sigmoid


def moons(rng, runs=20, rows=64, noise=0.2):
    """Two interleaved half circles: X (runs, rows, 2), standardised; y (runs, rows, 1), 0 or 1."""
    y = np.tile(np.arange(rows) % 2, (runs, 1))
    t = rng.uniform(0, np.pi, (runs, rows))
    x1 = np.where(y == 0, np.cos(t), 1 - np.cos(t))
    x2 = np.where(y == 0, np.sin(t), 0.5 - np.sin(t))
    X = np.stack([x1, x2], axis=2) + noise * rng.standard_normal((runs, rows, 2))
    X = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    return X, y[:, :, None]


def start(rng, sizes=(16,), runs=20, bias=0.0):
    """Random weights W[l] (runs, inputs, units) of He's size, biases b[l] (runs, 1, units).

    sizes: units of each hidden layer; two inputs and one output, a logit, are added.
    """
    widths = [2, *sizes, 1]
    W = [rng.normal(0, np.sqrt(2 / n), (runs, n, m)) for n, m in pairwise(widths)]
    b = [np.full((runs, 1, m), float(bias)) for m in sizes] + [np.zeros((runs, 1, 1))]
    return W, b


def forward(X, W, b, f=relu):
    """Pre-activations z[l] and inputs a[l] of every layer; z[-1] is the logit."""
    z, a = [], [X]
    for layer in range(len(W)):
        z.append(a[layer] @ W[layer] + b[layer])
        a.append(f(z[layer]))
    return z, a


# --8<-- [start:silent]
def silent(z):
    """Which units are at or below 0 on every row: (runs, rows, units) → (runs, units)."""
    return (z <= 0).all(axis=1)


# --8<-- [end:silent]


# --8<-- [start:descend]
def descend(X, y, W, b, lr, steps, f=relu, f_grad=relu_grad):
    """Gradient descent on the mean cross-entropy, all rows a step. Changes W, b."""
    for _ in range(steps):
        z, a = forward(X, W, b, f)
        delta = (sigmoid(z[-1]) - y) / X.shape[1]  # dL/dz of the last layer
        for layer in reversed(range(len(W))):
            W_gradient = a[layer].swapaxes(1, 2) @ delta
            b_gradient = delta.sum(axis=1, keepdims=True)
            if layer > 0:
                delta = delta @ W[layer].swapaxes(1, 2) * f_grad(z[layer - 1])
            W[layer] -= lr * W_gradient
            b[layer] -= lr * b_gradient


# --8<-- [end:descend]


def accuracy(X, y, W, b, f=relu):
    """Share of rows on the right side, one number a run."""
    z, _ = forward(X, W, b, f)
    return ((z[-1] > 0) == (y == 1)).mean(axis=(1, 2))
