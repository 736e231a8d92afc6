"""The figures' common ground: one style, one palette, one way to save.

A script draws with the light palette. The build makes the dark variant by swapping each colour for
its partner in DARK, so that both are one drawing. Colours outside the palette stop the build.
"""

from pathlib import Path

import matplotlib.pyplot as plt

STYLE = Path(__file__).with_name("book.mplstyle")

# Each name: colour on a light page, colour on a dark page. The six hues can be told apart with
# the common forms of colour blindness (they differ in lightness, not only in hue) and have a
# contrast of at least 4.5 : 1 to the page.
PALETTE = {
    "ink": ("#1b1f24", "#e8ebee"),
    "muted": ("#5b6570", "#a7b0ba"),
    "grid": ("#d9dee3", "#3a424b"),
    "paper": ("#ffffff", "#14181d"),
    "blue": ("#0b6bb5", "#5fb3f6"),
    "orange": ("#c2410c", "#ff9a5c"),
    "green": ("#0f7a5a", "#4fd1a5"),
    "purple": ("#8a3b8f", "#dd9be0"),
    "ochre": ("#8a6500", "#e3bd4f"),
    # Areas: quiet enough to lie under lines and text.
    "blue_area": ("#d6e6f4", "#173a57"),
    "orange_area": ("#fbe0d3", "#552a14"),
    "green_area": ("#d3ece2", "#11402f"),
    # Steps of a scale, from low to high, for contours and surfaces.
    "level_0": ("#eef4fa", "#10202e"),
    "level_1": ("#d3e3f2", "#163147"),
    "level_2": ("#aecbe6", "#1d4666"),
    "level_3": ("#83afd7", "#285f8a"),
    "level_4": ("#568fc4", "#3b7fb3"),
    "level_5": ("#2f6da8", "#67a3d4"),
    "level_6": ("#174f86", "#9cc7ec"),
}
LIGHT = {name: pair[0] for name, pair in PALETTE.items()}
# matplotlib writes pure black for an unset colour: it turns into ink's partner.
DARK = {light: dark for light, dark in PALETTE.values()} | {"#000000": "#e8ebee"}

INK, MUTED, GRID, PAPER = (LIGHT[name] for name in ("ink", "muted", "grid", "paper"))
BLUE, ORANGE, GREEN = LIGHT["blue"], LIGHT["orange"], LIGHT["green"]
PURPLE, OCHRE = LIGHT["purple"], LIGHT["ochre"]
BLUE_AREA, ORANGE_AREA, GREEN_AREA = (LIGHT[f"{name}_area"] for name in ("blue", "orange", "green"))
LEVELS = [LIGHT[f"level_{i}"] for i in range(7)]

ON_SAVE = []  # called with (fig, name): the build takes a fingerprint of each drawing


# --8<-- [start:panel]
def panel(width=4.5, height=2.9, **options):
    """A figure with one pair of axes in the book's style; sizes in inches."""
    plt.style.use(STYLE)
    return plt.subplots(figsize=(width, height), **options)


def save(fig, name):
    """Save as NAME.svg without a date, so that each run writes the same bytes."""
    fig.savefig(f"{name}.svg", metadata={"Date": None})
    for listener in ON_SAVE:
        listener(fig, name)
    plt.close(fig)


# --8<-- [end:panel]


def label(ax, x, y, text, color, **options):
    """Write a curve's name next to it, on a halo in the colour of the page."""
    halo = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0, "alpha": 0.8}
    return ax.text(x, y, text, color=color, bbox=halo, **options)


def axes_at_zero(ax):
    """Thin lines through the origin: where the sign changes is what most figures are about."""
    ax.axhline(0, color=MUTED, linewidth=0.8, zorder=1)
    ax.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
