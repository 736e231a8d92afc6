"""Deep networks with random weights: what theory expects of them, and one drawn at random.

All layers have the same width n. Weights have variance σ_w²/n and biases variance σ_b², both zero on
average. In the limit of large n each pre-activation z is then normally distributed with mean 0, and
one number a layer, the mean square q of its pre-activations, says all that theory needs.
"""

from itertools import pairwise

import numpy as np

# --8<-- [start:expectation]
# Midpoints of cells: a kink at 0 falls between two.
GRID = (np.arange(-2000, 2000) + 0.5) / 250
DENSITY = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()


def normal_mean(f, q=1.0):
    """E[f(z)] for z ~ N(0, q)."""
    return DENSITY @ f(np.sqrt(q) * GRID)


def next_square(f, sigma_w, q, sigma_b=0.0):
    """Mean square of z in the next layer, from that in this layer, q."""
    return sigma_w**2 * normal_mean(lambda z: f(z) ** 2, q) + sigma_b**2


def factor(f_grad, sigma_w, q):
    """By what a layer multiplies the norm of the backpropagated error."""
    return sigma_w * np.sqrt(normal_mean(lambda z: f_grad(z) ** 2, q))


# --8<-- [end:expectation]


def squares(f, sigma_w, layers, sigma_b=0.0, q=1.0):
    """Mean squares of z in layers 1, 2, …, for an input of mean square q."""
    q = [sigma_w**2 * q + sigma_b**2]
    for _ in range(layers - 1):
        q.append(next_square(f, sigma_w, q[-1], sigma_b))
    return np.array(q)


def error_norms(f_grad, sigma_w, q):
    """Norms of the error dL/dz in each layer, in units of that in the last; q as from squares."""
    factors = [factor(f_grad, sigma_w, q_layer) for q_layer in q[:-1]]
    return np.append(np.cumprod(factors[::-1])[::-1], 1.0)


def correlations(f, sigma_w, q, sigma_b=0.0, c=0.0):
    """Correlations of z for two inputs through the layers; c is that of the inputs."""
    x = GRID[::20, None] + 0.038  # every twentieth point, again in the middle of its cell
    density = np.exp(-(x**2 + x.T**2) / 2)
    density /= density.sum()
    found = [(sigma_w**2 * c + sigma_b**2) / (sigma_w**2 + sigma_b**2)]
    for here, after in pairwise(q):
        c = min(found[-1], 1.0)
        other = np.sqrt(here) * (c * x + np.sqrt(1 - c**2) * x.T)
        product = np.sum(density * f(np.sqrt(here) * x) * f(other))
        found.append((sigma_w**2 * product + sigma_b**2) / after)
    return np.array(found)


# --8<-- [start:network]
def forward(x, W, f, b=0.0):
    """Pre-activations by layer: x (rows, n), W (layers, n, n), b (layers, n)."""
    b = np.broadcast_to(b, W.shape[:2])
    z = [x @ W[0] + b[0]]
    for layer in range(1, len(W)):
        z.append(f(z[-1]) @ W[layer] + b[layer])
    return z


def backward(error, z, W, f_grad):
    """Errors dL/dz by layer, from that of the last layer, (rows, n)."""
    errors = [error]
    for layer in range(len(W) - 1, 0, -1):
        errors.append(errors[-1] @ W[layer].T * f_grad(z[layer - 1]))
    return errors[::-1]


# --8<-- [end:network]


def rows_of(rng, rows, width):
    """Rows at right angles to each other, each with mean square 1."""
    found = []
    for x in rng.normal(size=(rows, width)):
        for y in found:
            x = x - np.mean(x * y) * y
        found.append(x / np.sqrt(np.mean(x**2)))
    return np.array(found)
