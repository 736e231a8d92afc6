"""Errors, mean squares and correlations by layer, for activations and sizes of the weights.

20 networks of width 256 a case. All cases share the networks' random numbers. 50 layers; 10 where
the weights are large: over more, such networks would blow up rounding errors.
"""

import numpy as np

from activations import REGISTRY
from deep import backward, forward, rows_of

WIDTH, SEEDS, DEEP, SHALLOW = 256, 20, 50, 10
SIZES = {"0.01 N(0,1)": 0.16, "Xavier": 1.0, "He": np.sqrt(2), "N(0,1)": 16.0}
# name of the case: activation, σ_w, σ_b, layers
CASES = {
    f"{name}, {size}": (name, sigma_w, 0.0, SHALLOW if sigma_w > 2 else DEEP)
    for name in ("sigmoid", "tanh", "relu")
    for size, sigma_w in SIZES.items()
} | {
    "sigmoid, 4": ("sigmoid", 4.0, 0.0, DEEP),
    "sigmoid, 8": ("sigmoid", 8.0, 0.0, DEEP),
    "tanh, 4": ("tanh", 4.0, 0.0, SHALLOW),
    "sigmoid, 10 N(0,1)": ("sigmoid", 160.0, 0.0, SHALLOW),
    "tanh, 10 N(0,1)": ("tanh", 160.0, 0.0, SHALLOW),
    "sigmoid, 100 N(0,1)": ("sigmoid", 1600.0, 0.0, SHALLOW),
    "tanh, 100 N(0,1)": ("tanh", 1600.0, 0.0, SHALLOW),
    "tanh, 1.593": ("tanh", 1.5925, 0.0, DEEP),
    "tanh, 5/3": ("tanh", 5 / 3, 0.0, DEEP),
    "tanh, critical": ("tanh", np.sqrt(1.760955), np.sqrt(0.05), DEEP),  # snippets/depth.py
    "selu, 1": ("selu", 1.0, 0.0, DEEP),
    "selu, 3/4": ("selu", 0.75, 0.0, DEEP),
}


def saturated(z, f_grad):
    """Share of units whose slope is below a hundredth of the largest slope."""
    return float(np.mean(f_grad(z) < f_grad(0.0) / 100))


def run(progress):
    found = {case: {"q": [], "error": [], "c": [], "saturated": []} for case in CASES}
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        W = rng.normal(0, 1 / np.sqrt(WIDTH), (DEEP, WIDTH, WIDTH))
        b = rng.normal(size=(DEEP, WIDTH))
        x, error = rows_of(rng, 2, WIDTH), rows_of(rng, 1, WIDTH)
        x[1] = 0.5 * x[0] + np.sqrt(0.75) * x[1]  # two inputs with correlation 1/2
        for case, (name, sigma_w, sigma_b, layers) in CASES.items():
            f, f_grad = REGISTRY[name].f, REGISTRY[name].grad
            scaled = sigma_w * W[:layers]
            z = forward(x, scaled, f, sigma_b * b[:layers])
            errors = backward(error, [rows[:1] for rows in z], scaled, f_grad)
            q = np.array([np.mean(rows**2, axis=1) for rows in z])
            both = np.array([np.mean(rows[0] * rows[1]) for rows in z])
            norms = np.array([np.linalg.norm(rows) for rows in errors])
            found[case]["q"].append(np.log10(q[:, 0]))
            found[case]["error"].append(np.log10(norms / norms[-1]))
            found[case]["c"].append(both / np.sqrt(q[:, 0] * q[:, 1]))
            found[case]["saturated"].append(saturated(z[-1], f_grad))
        progress(seed + 1, SEEDS)
    return {case: summary(case, seeds) for case, seeds in found.items()}


def mean_sd(values):
    """Over the networks, the first axis: plain numbers, or lists of them."""
    return [np.mean(values, axis=0).tolist(), np.std(values, axis=0, ddof=1).tolist()]


def summary(case, seeds):
    """Mean and sd over the networks; squares and norms in decades, at some of the layers."""
    name, sigma_w, sigma_b, layers = CASES[case]
    shown = np.arange(0, layers, 7 if layers == DEEP else 3)
    log_factors = np.array(seeds["error"])[:, 0] / (layers - 1)
    return {
        "f": name,
        "sigma_w": float(sigma_w),
        "sigma_b": float(sigma_b),
        "layers": layers,
        "width": WIDTH,
        "networks": SEEDS,
        "factor": mean_sd(10**log_factors),
        "log factor": mean_sd(log_factors),
        "saturated": mean_sd(seeds["saturated"]),
        "layer": (shown + 1).tolist(),
        **{key: mean_sd(np.array(seeds[key])[:, shown]) for key in ("q", "error", "c")},
    }
