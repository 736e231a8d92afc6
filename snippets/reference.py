"""The reference card: what can be computed about each function of the registry, and its picture."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from activations import REGISTRY
from plotting import BLUE, ORANGE, axes_at_zero, panel, save

ELEMENTWISE = [entry for entry in REGISTRY.values() if entry.kind == "elementwise"]


# --8<-- [start:mean]
# Nodes and weights of Gauss and Legendre, for one piece of the real line.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)
ENDS = np.arange(-12, 13)


def normal_mean(g, breaks=()):
    """E[g(z)] for z ~ N(0, 1), by quadrature on pieces between whole numbers and `breaks`.

    breaks: each z where g has a kink or a jump: there the pieces must end.
    """
    ends = np.union1d(ENDS, breaks)
    half = np.diff(ends)[:, None] / 2
    z = ends[:-1, None] + half * (NODES + 1)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return np.sum(half * WEIGHTS * density * g(z))


# --8<-- [end:mean]


# --8<-- [start:extreme]
FAR, POINTS, ROUNDS = 40, 2001, 4


def highest(g):
    """(z, g(z)) at the maximum of g: on a grid, then on a finer one around its best point."""
    centre, reach = 0, FAR
    for _ in range(ROUNDS):
        z = np.linspace(centre - reach, centre + reach, POINTS)
        centre, reach = z[np.argmax(g(z))], z[1] - z[0]
    return centre, g(centre)


# --8<-- [end:extreme]


# --8<-- [start:card]
@dataclass
class Card:
    """What is computed of one function: moments for z ~ N(0, 1), and its extremes."""

    mean: float
    variance: float
    second: float  # E[f(z)²]
    slope_second: float  # E[f'(z)²]
    lipschitz: float  # the largest |f'|; infinite where f jumps
    steepest: float  # where |f'| is largest; NaN where that is no single place
    lowest: float  # where f is least, of a function that is not monotone

    @property
    def gain(self):
        """What the weights' standard deviation 1/√n must be multiplied by to keep E[f(z)²] at 1."""
        return 1 / np.sqrt(self.second)


def jumps(f, kinks):
    """Whether f has two values at some kink, one from each side."""
    left, right = f(np.nextafter(kinks, -np.inf)), f(np.nextafter(kinks, np.inf))
    return not np.allclose(left, right)


def card_of(entry):
    """The card of one entry of the registry."""
    f, slope = entry.f, entry.grad
    mean = normal_mean(f, entry.kinks)
    second = normal_mean(lambda z: f(z) ** 2, entry.kinks)
    slope_second = normal_mean(lambda z: slope(z) ** 2, entry.kinks)
    steepest, lipschitz = highest(lambda z: np.abs(slope(z)))
    around = np.abs(slope(steepest + np.array([-1, 1])))
    steepest = steepest if np.all(around < lipschitz) else np.nan
    # A slope may only come near its largest value: then its limit is the constant.
    lipschitz = max(lipschitz, *np.abs(slope(np.array([-np.inf, np.inf]))))
    if jumps(f, np.array(entry.kinks)):
        lipschitz = np.inf
    lowest, _ = highest(lambda z: -f(z))
    return Card(mean, second - mean**2, second, slope_second, lipschitz, steepest, lowest)


card = {entry.name: card_of(entry) for entry in ELEMENTWISE}
# --8<-- [end:card]


# --8<-- [start:closed]
closed = {
    "mean of relu": (card["relu"].mean, 1 / np.sqrt(2 * np.pi)),
    "variance of relu": (card["relu"].variance, 1 / 2 - 1 / (2 * np.pi)),
    "E[f²] of step": (card["step"].second, 1 / 2),
    "E[f'²] of leaky_relu": (card["leaky_relu"].slope_second, (1 + 0.01**2) / 2),
    "mean of gelu": (card["gelu"].mean, 1 / (2 * np.sqrt(np.pi))),
    "E[f²] of selu": (card["selu"].second, 1.0),
    "steepest point of gelu": (card["gelu"].steepest, np.sqrt(2)),
}
for name, (found, exact) in closed.items():
    print(f"{name:23} {found:.6f}  {exact:.6f}")
# --8<-- [end:closed]


# --8<-- [start:figure]
def draw(entry, reach=5.0):
    """f and f' over z, each broken where it jumps or has no value."""
    fig, ax = panel(3.2, 2.1)
    axes_at_zero(ax)
    ends = [-reach, *(z for z in entry.kinks if abs(z) < reach), reach]
    for low, high in pairwise(ends):
        # Just inside the piece: at a kink the two sides differ.
        z = np.linspace(low + 1e-9, high - 1e-9, 201)
        ax.plot(z, entry.grad(z), color=ORANGE, linestyle=(0, (4, 1.5)))
        ax.plot(z, entry.f(z), color=BLUE)
    ax.set(xlabel="z", ylim=(-1.8, 2.8), xticks=[-4, -2, 0, 2, 4], yticks=[-1, 0, 1, 2])
    ax.text(0.02, 1.03, "f(z)", color=BLUE, transform=ax.transAxes)
    ax.text(0.2, 1.03, "f ′(z)", color=ORANGE, transform=ax.transAxes)
    save(fig, f"reference-{entry.name.replace('_', '-')}")


for entry in ELEMENTWISE:
    draw(entry)
# --8<-- [end:figure]
