"""What the explorer shows before it starts: a function, its slope, and the tangent at one point."""

from itertools import pairwise

import numpy as np

from activations import REGISTRY
from plotting import BLUE, INK, ORANGE, axes_at_zero, panel, save

REACH = 6.5


# --8<-- [start:tangent]
def tangent(f, slope, z0):
    """The line that touches f at z0, as a function of z."""
    return lambda z: f(z0) + slope(z0) * (z - z0)


# --8<-- [end:tangent]


# --8<-- [start:draw]
def draw(name, z0, **parameters):
    """f, its slope, and the tangent at z0."""
    entry = REGISTRY[name]
    fig, ax = panel()
    axes_at_zero(ax)
    for low, high in pairwise([-REACH, *entry.kinks, REACH]):
        z = np.linspace(low + 1e-9, high - 1e-9, 301)  # at a kink the sides differ
        ax.plot(z, entry.grad(z, **parameters), color=ORANGE, linestyle=(0, (4, 1.5)))
        ax.plot(z, entry.f(z, **parameters), color=BLUE)
    touch = tangent(entry.f, entry.grad, z0)
    ends = np.array([-REACH, REACH])
    ax.plot(ends, touch(ends), color=INK, linewidth=1.2)
    ax.plot(z0, entry.f(z0), "o", color=BLUE)
    ax.plot(z0, entry.grad(z0), "o", color=ORANGE)
    low, high = entry.range[:2]
    ax.set(xlabel="z", xlim=ends, ylim=(max(low, -3) - 0.3, min(high, 3) + 0.3))
    ax.text(0.02, 1.03, "f(z)", color=BLUE, transform=ax.transAxes)
    ax.text(0.16, 1.03, "f ′(z)", color=ORANGE, transform=ax.transAxes)
    ax.text(0.32, 1.03, f"tangent at z = {z0}".replace("-", "−"), color=INK, transform=ax.transAxes)
    save(fig, f"explorer-{name.replace('_', '-')}")


SHOWN = {"gelu": -1.5, "sigmoid": 2, "tanh": 1, "relu": -2, "leaky_relu": -2, "mish": -2}
for name, z0 in SHOWN.items():
    draw(name, z0)
# --8<-- [end:draw]
