"""The gain 1/√E[f²], from inputs of three sizes: mean square of z after 50 layers of width 256."""

import numpy as np

from activations import REGISTRY
from deep import normal_mean, rows_of

WIDTH, LAYERS, SEEDS = 256, 50, 40
NAMES = ("gelu", "silu", "mish", "relu", "elu", "selu", "tanh", "sigmoid")
STARTS = (0.5, 1.0, 2.0)  # mean square of z in the first layer


def run(progress):
    gains = {
        name: 1 / np.sqrt(normal_mean(lambda z, f=REGISTRY[name].f: f(z) ** 2)) for name in NAMES
    }
    found = {name: [] for name in NAMES}
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        first = np.sqrt(STARTS)[:, None] * rows_of(rng, 1, WIDTH)
        z = dict.fromkeys(NAMES, first)
        for _ in range(LAYERS - 1):
            W = rng.normal(0, 1 / np.sqrt(WIDTH), (WIDTH, WIDTH))
            for name in NAMES:
                z[name] = gains[name] * REGISTRY[name].f(z[name]) @ W
        for name in NAMES:
            found[name].append(np.mean(z[name] ** 2, axis=1))
        progress(seed + 1, SEEDS)
    return {
        name: {
            str(start): {
                "layers": LAYERS,
                "networks": SEEDS,
                "median": float(np.median(q)),
                "below a tenth": float(np.mean(q < 0.1)),
                "above ten": float(np.mean(q > 10)),
            }
            for start, q in zip(STARTS, np.transpose(found[name]), strict=True)
        }
        for name in NAMES
    }
