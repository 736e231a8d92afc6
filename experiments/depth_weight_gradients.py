"""ReLU networks: norms of errors dL/dz and weight gradients dL/dW by layer, for sizes of weights and
biases, in decades.

20 networks of 20 layers and width 256, 64 rows. The error at the last layer is drawn at random, the
same for every size of the weights.
"""

import numpy as np

from activations import relu, relu_grad
from deep import backward, forward

WIDTH, LAYERS, ROWS, SEEDS = 256, 20, 64, 20
SIZES = {"1/√3": 1 / np.sqrt(3), "Xavier": 1.0, "He": np.sqrt(2)}


def norms(x, W, b, error):
    """Norms by layer of dL/dz and of dL/dW, over all rows together."""
    z = forward(x, W, relu, b)
    errors = backward(error, z, W, relu_grad)
    inputs = [x, *(relu(rows) for rows in z[:-1])]
    gradients = [a.T @ delta for a, delta in zip(inputs, errors, strict=True)]
    return [np.array([np.linalg.norm(v) for v in values]) for values in (errors, gradients)]


def run(progress):
    found = {}
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        W = rng.normal(0, 1 / np.sqrt(WIDTH), (LAYERS, WIDTH, WIDTH))
        b = rng.uniform(-1, 1, (LAYERS, WIDTH)) / np.sqrt(WIDTH)  # PyTorch's default
        x, error = rng.normal(size=(2, ROWS, WIDTH))
        for size, sigma_w in SIZES.items():
            for biases in (0, 1):
                errors, gradients = norms(x, sigma_w * W, biases * b, error)
                case = found.setdefault(f"{size}, {('no biases', 'biases')[biases]}", [])
                case.append([np.log10(errors / errors[-1]), np.log10(gradients)])
        progress(seed + 1, SEEDS)
    zero = [np.array(found[f"{size}, no biases"])[:, 1] for size in SIZES]
    ratio = [log[:, 0] - log[:, -1] for log in zero]
    return {
        case: {
            "layers": LAYERS,
            "rows": ROWS,
            "networks": SEEDS,
            "error": [log[:, 0].mean(axis=0).tolist(), log[:, 0].std(axis=0, ddof=1).tolist()],
            "gradient": [log[:, 1].mean(axis=0).tolist(), log[:, 1].std(axis=0, ddof=1).tolist()],
            "ratio": [
                float((log[:, 1, 0] - log[:, 1, -1]).mean()),
                float((log[:, 1, 0] - log[:, 1, -1]).std(ddof=1)),
            ],
        }
        for case, log in ((case, np.array(values)) for case, values in found.items())
    } | {"equal": bool(np.max(np.ptp(ratio, axis=0)) < 1e-10)}
