"""Random numbers that a page can draw as well: the same, from the same seed, in Python and in JavaScript.

The figures that a reader can change draw their networks in the page, by theme/assets/explore/functions.js.
"""

from itertools import pairwise

import numpy as np


# --8<-- [start:normals]
def normals(seed, count, skip=0):
    """So many standard normal numbers, behind the first `skip` of this seed.

    Two hashes of a counter (Mulberry32: seed + n · 0x6D2B79F5, mixed) make one number
    by the formula of Box and Muller.
    """
    n = np.arange(2 * skip + 1, 2 * (skip + count) + 1, dtype=np.uint64)
    a = (np.uint64(seed) + n * np.uint64(0x6D2B79F5)).astype(np.uint32)
    t = (a ^ (a >> 15)) * (a | 1)
    t = t ^ (t + (t ^ (t >> 7)) * (t | 61))
    u = ((t ^ (t >> 14)) + 0.5) / 2**32
    return np.sqrt(-2 * np.log(u[::2])) * np.cos(2 * np.pi * u[1::2])


# --8<-- [end:normals]


def layers(sizes, seed, b_sd):
    """One (W, b) a layer, W (m, n) with Var(W) = 2 / n, b (m, 1), row by row out of `normals`."""
    drawn, found = 0, []
    for n, m in pairwise(sizes):
        numbers = normals(seed, m * n + m, drawn)
        drawn += numbers.size
        W = np.sqrt(2 / n) * numbers[: m * n].reshape(m, n)
        found.append((W, b_sd * numbers[m * n :, None]))
    return found


def deep_network(seed, width, layers):
    """An input (1, n) of mean square 1, an error (1, n), and weights (layers, n, n) of variance 1/n."""
    numbers = normals(seed, 2 * width + layers * width**2)
    x, error = numbers[:width], numbers[width : 2 * width]
    x = x / np.sqrt(np.mean(x**2))
    W = numbers[2 * width :].reshape(layers, width, width) / np.sqrt(width)
    return x[None, :], error[None, :], W
