"""He initialisation, network by network: mean square after 50 ReLU layers, by width."""

import numpy as np

from activations import relu

LAYERS = 50
NETWORKS = {32: 1000, 128: 300, 512: 40}
EDGES = (5, 25, 50, 75, 95)  # percentiles


def run(progress):
    """Mean squares of z by layer, in units of that in layer 1."""
    found, done = {}, 0
    for width, networks in NETWORKS.items():
        ratios = []
        for seed in range(networks):
            rng = np.random.default_rng([width, seed])
            z = rng.normal(size=width)
            q = [np.mean(z**2)]
            for _ in range(LAYERS - 1):
                z = relu(z) @ rng.normal(0, np.sqrt(2 / width), (width, width))
                q.append(np.mean(z**2))
            ratios.append(np.array(q) / q[0])
            done += 1
            if done % 20 == 0:
                progress(done, sum(NETWORKS.values()))
        last = np.array(ratios)[:, -1]
        found[str(width)] = {
            "networks": networks,
            "edges": list(EDGES),
            "layer": [1, *range(10, LAYERS + 1, 10)],
            "percentiles": [
                np.percentile(np.log10(np.array(ratios)[:, n]), EDGES).tolist()
                for n in (0, *range(9, LAYERS, 10))
            ],
            "log": [float(np.log(last).mean()), float(np.log(last).std(ddof=1))],
            "mean": [float(last.mean()), float(last.std(ddof=1))],
            "largest share": float(last.max() / last.sum()),
            "below a tenth": float(np.mean(last < 0.1)),
        }
    return found
