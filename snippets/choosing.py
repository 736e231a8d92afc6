"""Which activation to choose: what the experiments on digits and on time say."""

import numpy as np

from activations import REGISTRY, relu, relu_grad
from digit_networks import BATCH, PAIRS, WIDTH, accuracy, split, start, train
from measured import load
from plotting import BLUE, GREEN, MUTED, ORANGE, label, panel, save

digits, dying, timing = load("digits"), load("digits_silent"), load("timing")
IMAGES = digits["images"]["test"]
SEEDS, TUNING = digits["seeds"], digits["tuning seeds"]
NAMES = [*list(PAIRS)[:12], "sigmoid, gain 4"]

# --8<-- [start:ranges]
for name in ("sigmoid", "softmax", "identity", "softplus", "tanh"):
    low, high, _, _ = REGISTRY[name].range
    print(f"{name:9} from {low:4} to {high}")
# --8<-- [end:ranges]


# --8<-- [start:recurrent]
def states(f, seeds=range(10), units=64, steps=100):
    """Largest entry of the state after h ← f(W h), over and over: one number a seed."""
    found = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        W = rng.normal(0, 2 / np.sqrt(units), size=(units, units))
        h = rng.normal(size=units)
        for _ in range(steps):
            h = f(W @ h)
        found.append(h.max())
    return np.array(found)


bounded, grown = states(np.tanh), np.log10(states(relu))
print(f"tanh: from {bounded.min():.4f} to {bounded.max():.4f}")
print(f"ReLU: 10 to the power of {grown.mean():.1f} ± {grown.std(ddof=1):.1f}")
# --8<-- [end:recurrent]


# --8<-- [start:again]
def f(z):
    return relu(z), relu_grad(z)


seeds, name = [0, 1, 2], "1 hidden, 20 epochs, ReLU"
training, _, test = split(seeds)
W, b = start(seeds, hidden=1, gain=np.sqrt(2))
train(*training, W, b, f, np.full(len(seeds), digits[name]["rate"]), seeds)
print(f"one hidden layer of {WIDTH} units, batches of {BATCH}, seeds {seeds}")
print("stored:", digits[name]["right"][: len(seeds)])
print("now:   ", np.rint(IMAGES * accuracy(*test, W, b, f)).astype(int).tolist())
# --8<-- [end:again]


# --8<-- [start:interval]
def right(name, hidden=1, epochs=20):
    """Test images that come out right, in percent: one number a seed."""
    stored = digits[f"{hidden} hidden, {epochs} epochs, {name}"]
    return 100 * np.array(stored["right"]) / IMAGES


def student(freedom, confidence=0.95):
    """Standard errors to each side of the mean that an interval takes: Student's t."""
    t = np.linspace(0, 50, 100_001)
    density = (1 + t**2 / freedom) ** (-(freedom + 1) / 2)
    share = np.cumsum(density) / density.sum()
    return np.interp(confidence, share, t)


def interval(one, other, overlap=0.0):
    """Mean of the paired differences, half the length of its interval.

    overlap: test images for each training image, if new data are meant.
    """
    difference = one - other
    error = difference.std(ddof=1) * np.sqrt(1 / len(difference) + overlap)
    return difference.mean(), student(len(difference) - 1) * error


print(f"t for {SEEDS} seeds: {student(SEEDS - 1):.3f}")
# --8<-- [end:interval]
OVERLAP = IMAGES / digits["images"]["training"]

# --8<-- [start:table]
for hidden in (1, 5):
    print(f"{hidden} hidden        rate  accuracy       minus ReLU   new data")
    for name in NAMES:
        rate = digits[f"{hidden} hidden, 20 epochs, {name}"]["rate"]
        found, reference = right(name, hidden), right("ReLU", hidden)
        mean, half = interval(found, reference)
        _, wide = interval(found, reference, OVERLAP)
        spread = f"{found.mean():.1f} ± {found.std(ddof=1):.1f}"
        line = f"{name:15} {rate:4}  {spread:11} {mean:z7.2f} ± {half:.2f}"
        print(f"{line:43}  ± {wide:.2f}")
# --8<-- [end:table]

# --8<-- [start:short]
print("2 epochs    1 hidden     5 hidden")
for name in ("none", "sigmoid", "tanh", "ReLU", "SiLU", "Mish", "hard swish"):
    line = f"{name:10}"
    for hidden in (1, 5):
        found = right(name, hidden, epochs=2)
        line += f"{found.mean():7.1f} ± {found.std(ddof=1):.1f}"
    print(line)
# --8<-- [end:short]

SIGMOIDS = (
    "sigmoid, gain 1",
    "sigmoid − ½, gain 1",
    "4 · sigmoid, gain 1",
    "4 · (sigmoid − ½), gain 1",
    "tanh, gain 1",
    "sigmoid, gain 4",
    "sigmoid, gain 4, centred start",
    "sigmoid − ½, gain 4",
)

# --8<-- [start:centre]
print("hidden layers                       1            1            5            5")
print("epochs                              2           20            2           20")
for name in SIGMOIDS:
    line = f"{name:30}"
    for hidden in (1, 5):
        for epochs in (2, 20):
            found = right(name, hidden, epochs)
            spread = f"{found.mean():.1f} ± {found.std(ddof=1):.1f}"
            line += f"  {spread:>11}"
    print(line)
# --8<-- [end:centre]

# --8<-- [start:silent]
for title, key in (("silent units", "silent"), ("images right", "right")):
    print(f"{title:13}", *(f"{f'leak {leak:g}':>11}" for leak in dying["leaks"]))
    for rate in dying["rates"]:
        found = [dying[f"leak {leak:g}, rate {rate:g}"][key] for leak in dying["leaks"]]
        shown = [f"{p[0]:.2f} ± {p[1]:.2f}" if p[1:] else f"{p[0]:.1f}" for p in found]
        print(f"rate {rate:<8}", *(f"{part:>11}" for part in shown))
# --8<-- [end:silent]

TIMED = {
    "ReLU": "maximum(z, 0)",
    "ReLU, zeros": "maximum(z, zeros)",
    "ReLU, where": "where(z > 0, z, 0)",
    "Leaky ReLU": "Leaky ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "SiLU": "SiLU",
    "softplus": "softplus",
    "GELU": "GELU, tanh form",
    "Mish": "Mish",
    "SELU": "SELU",
    "softplus, logaddexp": "softplus, logaddexp",
    "GELU, z**3": "GELU with z**3",
    "GELU, erfc": "GELU with erfc",
    "ReLU, where, no negatives": "where, all positive",
    "cube": "z * z * z",
    "cube, z**3": "z**3",
    "sigmoid slope from a": "slope: a * (1 - a)",
    "sigmoid slope from z": "the same from z",
}

# --8<-- [start:time]
KINDS = ("float32", "float32, in cache", "float32, narrow", "float64")
print("times maximum(z, 0)  float32             in cache  narrow  float64")
for name, title in TIMED.items():
    low, median, high = timing["timing float32, ratio"][name]
    line = f"{title:19} {median:6.1f} ({low:.1f} to {high:.1f})".ljust(42)
    for kind in KINDS[1:]:
        line += f"{timing[f'timing {kind}, ratio'][name][1]:8.1f}"
    print(line)
low, median, high = timing["timing float32"]["ReLU"]
print(f"1.0 is {median:.1f} ({low:.1f} to {high:.1f}) ms for a million elements")
# --8<-- [end:time]

# --8<-- [start:share]
layer = timing["timing layer"]


def share(width, name):
    """Part of the time of matrix product and activation: the activation's."""
    product = layer[f"{width} product"][1]
    activation = layer[f"{width} {name}"][1]
    return activation / (product + activation)


print("width  ReLU  tanh  GELU")
for width in timing["widths"]:
    shares = [share(width, name) for name in ("ReLU", "tanh", "GELU")]
    print(f"{width:5}", *(f"{part:5.0%}" for part in shares))
# --8<-- [end:share]

# ---------------------------------------------------------------------------- stated on the page

OTHERS, MARGIN = NAMES[1:12], 0.5
behind, open_for_new = {}, {}  # the worst difference to ReLU, and who is over the margin behind
for hidden in (1, 5):
    pairs = {name: (right(name, hidden), right("ReLU", hidden)) for name in NAMES[:12]}
    means = {name: interval(*pair)[0] for name, pair in pairs.items()}
    worst = [name for name in OTHERS if means[name] < -MARGIN]
    behind[hidden] = min(means[name] for name in OTHERS), worst
    wide = {name: interval(*pair, OVERLAP)[1] for name, pair in pairs.items()}
    open_for_new[hidden] = [name for name in means if abs(means[name]) <= wide[name]]


def lost(name):
    """Points that the lowest rate loses to the chosen one: four seeds, one hidden layer."""
    found = digits[f"1 hidden, 20 epochs, {name}"]["right by rate"]
    return 100 * (found[-1] - found[0]) / (TUNING * IMAGES)


times = timing["timing float32, ratio"]
cache, narrow = timing["timing float32, in cache, ratio"], timing["timing float32, narrow, ratio"]
double = timing["timing float64, ratio"]
machine, widths = timing["timing machine"], timing["widths"]

# ---------------------------------------------------------------------------- figures


def rows(ax, names):
    """One line of the figure for each name, the first on top."""
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.5, -0.5)


def draw_accuracy(hidden, figure):
    """Mean accuracy of each function; the bars are intervals of its difference to ReLU's."""
    low, high = 94, 98
    fig, ax = panel(height=3.8)
    rows(ax, NAMES)
    relu_mean = right("ReLU", hidden).mean()
    ax.axvline(relu_mean, color=MUTED, linewidth=1)
    for row, name in enumerate(NAMES):
        pair = right(name, hidden), right("ReLU", hidden)
        difference, half = interval(*pair)
        _, wide = interval(*pair, OVERLAP)
        mean = relu_mean + difference
        if mean < low:
            ax.plot(low + 0.1, row, "<", color=ORANGE)
            label(ax, low + 0.2, row, f"{mean:.0f}%", ORANGE, va="center")
            continue
        color = MUTED if name == "ReLU" else ORANGE if abs(difference) > wide else BLUE
        ax.plot([mean - wide, mean + wide], [row, row], color=color, linewidth=1)
        ax.plot([mean - half, mean + half], [row, row], color=color, linewidth=4)
        ax.plot(mean, row, "o", color=color)
    ax.set(xlabel="test images right, %", xlim=(low, high), xticks=range(low, high + 1))
    save(fig, figure)


draw_accuracy(1, "choosing-accuracy-one")
draw_accuracy(5, "choosing-accuracy-five")


# Small multiples: all but the last of NAMES, one panel each.
fig, axes = panel(height=6.4, nrows=4, ncols=3, sharex=True, sharey=True)
for ax, name in zip(axes.flat, NAMES, strict=False):
    for hidden, color in ((1, BLUE), (5, ORANGE)):
        stored = digits[f"{hidden} hidden, 20 epochs, {name}"]
        found = np.array(stored["right by rate"]) / (TUNING * IMAGES) * 100
        ax.plot(digits["rates"][: len(found)], found, color=color)
        ax.plot(stored["rate"], found[-1], "o", color=color)
    label(ax, 0.047, 98.2, name, MUTED, va="bottom", ha="left")
    ax.set(xscale="log", xlim=(0.035, 3.5), ylim=(92, 99))
    ax.set_xticks([0.1, 1], ["0.1", "1"])
    ax.minorticks_off()
label(axes[0, 0], 0.3, 97, "1 layer", BLUE, va="bottom")
label(axes[0, 0], 0.06, 93, "5 layers", ORANGE, va="bottom")
fig.supxlabel("learning rate", fontsize=11)
fig.supylabel("test images right, %", fontsize=11)
save(fig, "choosing-rates")


def draw_centre(hidden, limits, texts, figure):
    """Accuracy without and with centring, for each slope and budget."""
    fig, ax = panel()
    kinds = {
        "slope ¼": (BLUE, "sigmoid, gain 1", "sigmoid − ½, gain 1"),
        "slope 1": (ORANGE, "4 · sigmoid, gain 1", "4 · (sigmoid − ½), gain 1"),
        "slope ¼, gain 4": (GREEN, "sigmoid, gain 4", "sigmoid − ½, gain 4"),
    }
    for kind, (color, *names) in kinds.items():
        for epochs, style in ((20, "-"), (2, "--")):
            means = [right(name, hidden, epochs).mean() for name in names]
            ax.plot([0, 1], means, style, marker="o", color=color)
        label(ax, -0.06, means[0], kind, color, ha="right", va="center")
    for text, height in texts.items():
        label(ax, 0.55, height, text, MUTED, ha="center")
    ax.set_xticks([0, 1], ["not centred", "centred"])
    ax.set(ylabel="test images right, %", xlim=(-0.75, 1.1), ylim=limits)
    save(fig, figure)


draw_centre(1, (90, 98.5), {"20 epochs": 97.5, "2 epochs": 91.7}, "choosing-centre-one")
draw_centre(5, (0, 108), {"20 epochs": 101, "2 epochs": 13}, "choosing-centre-five")

fig, ax = panel(height=4.2)
drawn = list(TIMED)[:14]
rows(ax, [TIMED[name] for name in drawn])
styles = [(BLUE, "o"), (GREEN, "^"), (ORANGE, "D"), (MUTED, "s")]
for place, (kind, (color, marker)) in enumerate(zip(KINDS, styles, strict=True)):
    for row, name in enumerate(drawn):
        low, median, high = timing[f"timing {kind}, ratio"][name]
        ax.plot([low, high], [row, row], color=color)
        ax.plot(median, row, marker, color=color, markersize=5)
    key = len(drawn) - 4 + place
    ax.plot(0.2, key, marker, color=color, markersize=5)
    label(ax, 0.26, key, kind, color, va="center")
ax.set_xscale("log")
ax.set_xticks([0.3, 1, 3, 10, 30, 100], ["0.3", "1", "3", "10", "30", "100"])
ax.minorticks_off()
ax.set(xlabel="time, in units of maximum(z, 0)", xlim=(0.15, 500))
save(fig, "choosing-time")

# ---------------------------------------------------------------------------- exercises


# --8<-- [start:start_1]
def verdict(one, other):
    """Is `one` "better" or "worse" than `other`, or is it "open"? Percent right, seed by seed."""
    return "better" if one.mean() > other.mean() else "worse"


# --8<-- [end:start_1]
# --8<-- [start:solution_1]
def verdict(one, other):
    """Which side of 0 the interval of the differences lies on, if it lies on one."""
    mean, half = interval(one, other)
    return "better" if mean > half else "worse" if mean < -half else "open"


# --8<-- [end:solution_1]
# --8<-- [start:check_1]
opposite = {"better": "worse", "worse": "better", "open": "open"}
for hidden in (1, 5):
    for epochs in (2, 20):
        pair = right("tanh", hidden, epochs), right("sigmoid", hidden, epochs)
        found = verdict(*pair)
        assert verdict(pair[0], pair[0]) == "open", "it prefers a function to itself"
        assert verdict(*pair[::-1]) == opposite[found], "exchanged, it must turn round"
        print(f"{hidden} hidden, {epochs:2} epochs: {found}")
zigzag, none = np.where(np.arange(SEEDS) % 2, -1.0, 1.1), np.zeros(SEEDS)
for shift, asked in ((0, "open"), (1, "better")):
    mean, half = interval(zigzag + shift, none)
    message = f"{mean:.2f} ± {half:.2f}: where do 0 and the interval lie?"
    assert verdict(zigzag + shift, none) == asked, message
    print(f"mean {mean:.2f} ± {half:.2f}: {asked}")
# --8<-- [end:check_1]


# --8<-- [start:start_2]
def unpaired(one, other):
    """Half the length of the 95% interval if the seeds of the two had nothing in common."""
    return student(len(one) - 1) * (one - other).std(ddof=1) / np.sqrt(len(one))


# --8<-- [end:start_2]
# --8<-- [start:solution_2]
def unpaired(one, other):
    """Half the length of the 95% interval if the seeds of the two had nothing in common."""
    error = np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / len(one))
    return student(2 * len(one) - 2) * error


# --8<-- [end:solution_2]
# --8<-- [start:check_2]
one, other = right("sigmoid"), right("ReLU")
half = unpaired(one, other)
assert np.isclose(unpaired(one[::-1], other), half), "the order of the seeds must not matter"
alone = student(38) * one.std(ddof=1) / np.sqrt(20)
none = np.zeros(len(one))
assert np.isclose(unpaired(one, none), alone, rtol=0.05), "with the other one always at 0"
assert np.isclose(unpaired(3 * one, 3 * other), 3 * half), "three times the spread, the length"
_, paired = interval(one, other)
print(f"paired ± {paired:.4f}, unpaired ± {half:.4f}, against 0 alone ± {alone:.4f}")
print(f"seeds for the paired length without pairing: about {SEEDS * (half / paired) ** 2:.0f}")
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def t_values(differences):
    """Mean over the seeds, the last axis, in units of its standard error."""
    return differences.mean(-1) / (differences.std(-1, ddof=1) / np.sqrt(SEEDS))


def bound(differences, rng, flips=4000):
    """What 95% of the largest |t| stay below, signs at random. differences: (functions, seeds)."""
    signs = rng.choice([-1, 1], size=(flips, *differences.shape))
    return np.quantile(np.abs(t_values(signs * differences)).max(axis=1), 0.95)


# --8<-- [end:start_3]
# --8<-- [start:solution_3]
def bound(differences, rng, flips=4000):
    """What 95% of the largest |t| stay below, signs at random. differences: (functions, seeds)."""
    signs = rng.choice([-1, 1], size=(flips, 1, differences.shape[1]))  # one sign a seed
    return np.quantile(np.abs(t_values(signs * differences)).max(axis=1), 0.95)


# --8<-- [end:solution_3]
# --8<-- [start:check_3]
others = [name for name in NAMES[1:12] if name != "ReLU"]
for hidden in (1, 5):
    differences = np.array([right(name, hidden) - right("ReLU", hidden) for name in others])
    single = bound(differences[:1], np.random.default_rng(0))
    copies = bound(np.repeat(differences[:1], 9, axis=0), np.random.default_rng(0))
    assert abs(copies - single) < 0.1, "nine copies of one function are one comparison"
    limit = bound(differences, np.random.default_rng(0))
    assert limit > single, "ten comparisons need a higher bound than one"
    found = np.abs(t_values(differences))
    print(f"{hidden} hidden: bound {limit:.4f}")
    print(f"  for one function {single:.4f}, for its copies {copies:.4f}")
    for at in (single, limit):
        print(
            f"  beyond {at:.2f}:",
            ", ".join(n for n, t in zip(others, found, strict=True) if t > at),
        )
# --8<-- [end:check_3]
