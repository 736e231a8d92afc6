"""The figures of the OR chapter, drawn from what or_gate.py computes."""

import numpy as np

from or_gate import (
    RULES,
    UPDATES,
    X,
    error_sums,
    largest_factor,
    loss_along,
    notes_loss,
    notes_path,
    outputs,
    paths,
    row_loss,
    smallest_factor,
    y,
)
from plotting import (
    BLUE,
    BLUE_AREA,
    GREEN,
    INK,
    LEVELS,
    MUTED,
    ORANGE,
    PAPER,
    label,
    panel,
    save,
)

COLOURS = {"as printed": BLUE, "squared error": ORANGE, "cross-entropy": GREEN}


def corners(ax):
    """The four rows in the plane of the inputs: full where the target is 1."""
    for (x1, x2), target in zip(X, y[:, 0], strict=True):
        ax.plot(x1, x2, "o", color=INK, markersize=10, mfc=INK if target else PAPER, zorder=5)
    ax.set(xlabel="input x₁", ylabel="input x₂", xlim=(-0.95, 1.45), ylim=(-0.45, 1.35))
    ax.set(xticks=(0, 1), yticks=(0, 1), aspect="equal")


# --8<-- [start:boundary]
fig, ax = panel(height=3.6)
corners(ax)
x1 = np.array([-2.0, 2.0])
places = {100: -0.52, 200: -0.6, 400: -0.68, 1_000: -0.75, UPDATES: 0.78}
for width, (k, at) in enumerate(places.items(), start=2):
    w1, w2, b = notes_path[k]
    x2 = -(w1 * x1 + b) / w2  # where z is 0
    ax.plot(x1, x2, color=BLUE, linewidth=width / 2)
    height = -(w1 * at + b) / w2
    label(ax, at, height, f"{k:,}", BLUE, ha="center", va="center")
ax.fill_between(x1, x2, 9, color=BLUE_AREA, zorder=0)
label(ax, 0.5, 0.72, "output above ½", INK, ha="center")
save(fig, "or-gate-boundary")
# --8<-- [end:boundary]

# --8<-- [start:boundaries]
fig, ax = panel(height=3.6)
corners(ax)
ax.set(xlim=(-0.8, 1.2), ylim=(-0.3, 1.15))
heights = {"cross-entropy": 0.45, "squared error": 0.33, "as printed": 0.21}
for name, height in heights.items():
    w1, w2, b = paths[name][1_000]
    ax.plot(x1, -(w1 * x1 + b) / w2, color=COLOURS[name])
    label(ax, -0.75, height, name, COLOURS[name])
    w1, w2, b = paths[name][UPDATES]
    ax.plot(x1, -(w1 * x1 + b) / w2, "--", color=INK, linewidth=1.2)
label(ax, 0.24, 0.35, f"all three after {UPDATES:,}", INK)
save(fig, "or-gate-boundaries")
# --8<-- [end:boundaries]

# --8<-- [start:outputs]
fig, ax = panel()
k = np.arange(1, UPDATES + 1)
for column, colour in enumerate((ORANGE, BLUE, BLUE, GREEN)):
    ax.semilogx(k, outputs(notes_path)[1:, column], color=colour)
ax.axhline(0.5, color=MUTED, linewidth=0.8, linestyle="--")
ax.axvline(1_000, color=MUTED, linewidth=0.8)
label(ax, 900, 0.03, "one run of the loop", MUTED, ha="right")
label(ax, 12_000, 0.3, "(0, 0)", ORANGE, ha="right")
label(ax, 12_000, 0.76, "(0, 1), (1, 0)", BLUE, ha="right")
label(ax, 120, 0.95, "(1, 1)", GREEN, ha="right")
ax.set(xlabel="updates made", ylabel="output a", ylim=(0, 1.05))
save(fig, "or-gate-outputs")
# --8<-- [end:outputs]

# --8<-- [start:losses]
fig, ax = panel(height=3.2)
for name, colour in COLOURS.items():
    along = loss_along(paths[name])
    ax.loglog(k, along[1:], color=colour)
    label(ax, UPDATES * 1.2, along[-1], name, colour, va="center")
ax.plot(1_000, notes_loss[1_000], "o", color=BLUE)
label(ax, 1_200, notes_loss[1_000], "fresh, 1,000 updates", BLUE, va="bottom")
ax.set(xlabel="updates made", ylabel="loss ½Σ(a − y)²", xlim=(8, 5e5))
ax.set_xticks([10, 100, 1_000, 10_000])
save(fig, "or-gate-losses")
# --8<-- [end:losses]

# --8<-- [start:surface]
fig, ax = panel(height=3.6)
w, b = np.meshgrid(np.linspace(-0.6, 12, 150), np.linspace(-5.6, 1.6, 120))
plane = np.column_stack([w.ravel(), w.ravel(), b.ravel()])  # both weights are w
power = np.log10(loss_along(plane)).reshape(w.shape)
levels = [power.min(), -5, -4, -3, -2, -1, -0.5, power.max()]  # of log10 of the loss
ax.contourf(w, b, power, levels=levels, colors=LEVELS)
ax.contour(w, b, power, levels=levels, colors=PAPER, linewidths=0.6, linestyles="solid")
for text, height in (("0.1", -0.2), ("0.01", -1.8), ("0.001", -3.05)):
    label(ax, 11.8, height, text, INK, ha="right", va="center")
for name, (dx, dy) in zip(COLOURS, ((0.3, 0.25), (-0.4, -0.5), (-0.5, -0.5)), strict=True):
    path, colour = paths[name], COLOURS[name]
    mean = path[:, :2].mean(axis=1)
    ax.plot(mean, path[:, 2], color=PAPER, linewidth=4)
    ax.plot(mean, path[:, 2], color=colour, zorder=3)
    ax.plot(mean[[1_000, -1]], path[[1_000, -1], 2], "o", color=colour, mec=PAPER, zorder=4)
    side = "left" if dx > 0 else "right"
    label(ax, mean[-1] + dx, path[-1, 2] + dy, name, colour, ha=side)
ax.set(xlabel="weight w (mean of w₁ and w₂)", ylabel="bias b")
save(fig, "or-gate-surface")
# --8<-- [end:surface]

# --8<-- [start:error_sum]
fig, ax = panel(height=3.2)
ax.loglog(k, notes_loss[1:], color=BLUE)
ax.loglog(k, np.abs(error_sums[1:]), color=ORANGE)
label(ax, UPDATES * 1.2, notes_loss[-1], "loss", BLUE, va="center")
label(ax, UPDATES * 1.2, -error_sums[-1], "below 0", ORANGE, va="center")
label(ax, 700, 0.004, "above 0", ORANGE, ha="center")
label(ax, 1.5, 0.02, "sum of errors\nbelow 0", ORANGE)
ax.set(xlabel="updates made", ylabel="size, without sign", xlim=(k.min(), 1.5e5), ylim=(1e-5, 1))
ax.set_xticks([1, 10, 100, 1_000, 10_000])
save(fig, "or-gate-error-sum")
# --8<-- [end:error_sum]

# --8<-- [start:rule_losses]
fig, ax = panel()
z = np.linspace(-15, 15, 30_001)
as_printed, squared_error, cross_entropy = (row_loss(rule, z) for rule in RULES)
# The sums need the fine grid; lines drawn through each of its points would weigh half a megabyte.
z, as_printed, squared_error, cross_entropy = (
    values[::100] for values in (z, as_printed, squared_error, cross_entropy)
)
ax.fill_between(z, smallest_factor * cross_entropy, largest_factor * cross_entropy, color=BLUE_AREA)
ax.plot(z, as_printed, color=BLUE)
ax.plot(z, squared_error, color=ORANGE)
ax.plot(z, cross_entropy, color=GREEN)
label(ax, -1.2, 1.45, "cross-entropy", GREEN)
label(ax, -4.2, 1.1, "as printed", BLUE)
label(ax, -5.8, 0.54, "squared error", ORANGE)
ax.set(xlabel="pre-activation z", ylabel="loss of a row with target 1", xlim=(-6, 4), ylim=(0, 1.8))
save(fig, "or-gate-rule-losses")
# --8<-- [end:rule_losses]
