"""What one neuron cannot do: XOR, the count of separable functions, and what two layers change."""

import itertools
from statistics import NormalDist

import numpy as np

from activations import REGISTRY, identity, relu, sigmoid, step
from plotting import (
    BLUE,
    BLUE_AREA,
    GREEN,
    INK,
    MUTED,
    OCHRE,
    ORANGE,
    PAPER,
    PURPLE,
    label,
    panel,
    save,
)

# --8<-- [start:sums]
rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
xor = np.array([0, 1, 1, 0])
for target in (1, 0):
    first, second = rows[xor == target]
    print(f"target {target}: {first} + {second} = {first + second}")
# --8<-- [end:sums]

# --8<-- [start:not_monotone]
dip = (1.5, -1.5, -1.5)  # w_1, w_2, b
z = rows @ dip[:2] + dip[2]
print("row        ", *(f"  ({x1}, {x2})" for x1, x2 in rows))
for name, entry in REGISTRY.items():
    if entry.kind == "elementwise" and not entry.monotone:
        a = entry.f(z)
        found = a[xor == 1].min() > a[xor == 0].max()
        shown = [f"{value + 0.0:8.3f}" for value in a]
        print(f"{name:11}", *shown, "  XOR:", found)
# --8<-- [end:not_monotone]

# --8<-- [start:least_squares]
X1 = np.column_stack([rows, np.ones(4, dtype=int)])  # the ones carry the bias
best = np.array([0, 0, 0.5])  # w_1, w_2, b
print("gradient at w = (0, 0), b = 1/2:", X1.T @ (X1 @ best - xor))
print("independent columns:", np.linalg.matrix_rank(X1))
# --8<-- [end:least_squares]


# --8<-- [start:perceptron]
def perceptron(y, passes=8):
    """From zero weights: (w_1, w_2, b) after each pass, and its mistakes."""
    w = np.zeros(3, dtype=int)
    states, mistakes = [], []
    for _ in range(passes):
        wrong = 0
        for x, target in zip(X1, y, strict=True):
            error = target - int(step(x @ w))  # −1, 0 or 1
            w = w + error * x
            wrong += abs(error)
        states.append(w.tolist())
        mistakes.append(int(wrong))
    return states, mistakes


# --8<-- [end:perceptron]

# --8<-- [start:cycle]
for name, y in {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": xor}.items():
    states, mistakes = perceptron(y)
    print(f"{name:3}  mistakes in each pass: {mistakes}")
print("XOR after passes 2, 3, 4:", *states[1:4])
truth_tables = list(itertools.product([0, 1], repeat=4))
learned = sum(0 in perceptron(y)[1] for y in truth_tables)
print(f"learned: {learned} of {len(truth_tables)} functions")
# --8<-- [end:cycle]


# --8<-- [start:separable]
def every_row(n):
    """All rows of n inputs that are 0 or 1: (2**n, n)."""
    return np.array(list(itertools.product([0, 1], repeat=n)))


def separable(n, largest):
    """(functions of n inputs that a step neuron computes, how many were tried).

    A function is written as a whole number: its bit r is the output for row r.
    Tried are all whole weights up to ±largest, each with every whole threshold.
    """
    sizes = range(-largest, largest + 1)
    W = np.array(list(itertools.product(sizes, repeat=n)))  # one neuron a row
    sums = every_row(n) @ W.T  # (2**n, neurons)
    bits = 2 ** np.arange(2**n)
    thresholds = range(-n * largest, n * largest + 2)
    found = np.unique([bits @ np.greater_equal(sums, t) for t in thresholds])
    return found, len(W) * len(thresholds)


# --8<-- [end:separable]


# --8<-- [start:refuted]
def refuted(n):
    """Which functions are 1 on two rows and 0 on two rows of the same sum."""
    X = every_row(n)
    functions = np.arange(2 ** (2**n))
    no_line = np.zeros(len(functions), dtype=bool)
    pairs = list(itertools.combinations(range(2**n), 2))
    for (p, q), (r, s) in itertools.permutations(pairs, 2):
        if (X[p] + X[q] == X[r] + X[s]).all():
            ones, zeros = 2**p + 2**q, 2**r + 2**s
            no_line |= functions & (ones + zeros) == ones
    return no_line


# --8<-- [end:refuted]

# --8<-- [start:count]
print("inputs  functions    tried  separable  refuted   share")
counts = {}
for n in (1, 2, 3, 4):
    (found, tried), no_line = separable(n, largest=n), refuted(n)
    counts[n] = len(found)
    total, struck = len(no_line), no_line.sum()
    print(f"{n:6} {total:10,} {tried:8,} {counts[n]:10,} {struck:8,}", end="")
    print(f"  {counts[n] / total:6.1%}")
    assert counts[n] + struck == total
    assert not no_line[found].any()
# --8<-- [end:count]


# --8<-- [start:network]
def network(X, W, b, v, c):
    """X (n, 2), W (2, hidden), b and v (hidden,), c a number: outputs (n,)."""
    return relu(X @ W + b) @ v + c


W = np.array([[1, 1], [1, 1]])  # both units read x_1 + x_2
b = np.array([0, -1])  # the second unit starts one later
v, c = np.array([1, -2]), 0
print("hidden:", *relu(rows @ W + b).astype(int).tolist())
print("output:", network(rows, W, b, v, c).astype(int))
# --8<-- [end:network]


# --8<-- [start:start]
def he_start(rng, starts, hidden=2):
    """Weights of variance 2/n for n inputs, biases 0 in the last row of W."""
    W = np.zeros((3, hidden, starts))
    W[:2] = rng.normal(size=(2, hidden, starts))
    v = rng.normal(0, np.sqrt(2 / hidden), size=(hidden, starts))
    return W, v, np.zeros(starts)


# --8<-- [end:start]


# --8<-- [start:train]
TOLERANCE = 0.4  # XOR is solved if no output is further from its target


def right(outputs):
    """From which starts XOR is solved; outputs: (4, starts)."""
    return np.abs(outputs - xor[:, None]).max(axis=0) < TOLERANCE


def train(entry, start, lr, output=sigmoid, epochs=500):
    """Gradient descent from many starts at once; lr: a number, or one a start.

    The loss is the mean cross-entropy for a sigmoid output, and half the mean
    squared error for the identity. Returns the last outputs (4, starts), and
    whether they are right after each epoch (epochs, starts).
    """
    W, v, c = (part.copy() for part in start)
    y, solved = xor[:, None], []
    for _ in range(epochs):
        z = np.tensordot(X1, W, axes=1)  # (4, hidden, starts)
        a = entry.f(z)
        outputs = output(np.einsum("rhs,hs->rs", a, v) + c)
        solved.append(right(outputs))
        delta = (outputs - y) / 4  # dL/dz of the output neuron
        back = delta[:, None] * v * entry.grad(z)
        v -= lr * np.einsum("rs,rhs->hs", delta, a)
        c -= lr * delta.sum(axis=0)
        W -= lr * np.tensordot(X1.T, back, axes=1)
    return outputs, np.array(solved)


# --8<-- [end:train]


# --8<-- [start:best_rate]
CHOOSING = 200  # starts that are used for nothing but choosing a rate


def best_rate(entry, rates, output):
    """The rate that solves XOR from most starts, the same starts for each."""
    start = he_start(np.random.default_rng(1), CHOOSING)
    start = [np.concatenate([part] * len(rates), axis=-1) for part in start]
    with np.errstate(all="ignore"):  # a rate that diverges solves nothing
        outputs, _ = train(entry, start, np.repeat(rates, CHOOSING), output)
    by_rate = right(outputs).reshape(len(rates), CHOOSING).mean(axis=1)
    return rates[by_rate.argmax()]


def interval(share, n, confidence=0.95):
    """Wilson's interval for the share of successes in n trials."""
    q = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = share + q**2 / (2 * n)
    half = q * np.sqrt(share * (1 - share) / n + q**2 / (4 * n**2))
    return (middle - half) / (1 + q**2 / n), (middle + half) / (1 + q**2 / n)


# --8<-- [end:best_rate]
# By its definition: at either end, the share lies just so many standard errors away.
for end in interval(0.3, 50):
    assert np.isclose((0.3 - end) ** 2, 1.959964**2 * end * (1 - end) / 50)

# --8<-- [start:trained]
STARTS, RATES = 1000, (0.1, 0.3, 1, 3, 10)
start = he_start(np.random.default_rng(2), STARTS)
lr, last, curves, shares = {}, {}, {}, {}
print("            rate  solved  95% interval")
for name in ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "silu"):
    lr[name] = best_rate(REGISTRY[name], RATES, sigmoid)
    last[name], solved = train(REGISTRY[name], start, lr[name])
    curves[name] = solved.mean(axis=1)
    shares[name] = right(last[name]).mean()
    low, high = interval(shares[name], STARTS)
    print(f"{name:10} {lr[name]:5}  {shares[name]:6.1%}", end="  ")
    print(f"{low:.1%} to {high:.1%}")
# --8<-- [end:trained]

# --8<-- [start:floors]
FLOORS = {
    "solved": 0.0,
    "two rows at ½": np.log(2) / 2,
    "three rows at ⅓": (np.log(27) - np.log(4)) / 4,
    "all rows at ½": np.log(2),
}
print("loss        ", *(f"{floor:6.3f}" for floor in FLOORS.values()))
nearest = {}
for name, outputs in last.items():
    losses = -np.log(1 - np.abs(outputs - xor[:, None])).mean(axis=0)
    distances = np.abs(losses - np.array([*FLOORS.values()])[:, None])
    nearest[name] = np.bincount(distances.argmin(axis=0), minlength=4) / STARTS
    print(f"{name:12}", *(f"{share:6.1%}" for share in nearest[name]))
# --8<-- [end:floors]
solved_by = {name: round(share * STARTS) for name, share in shares.items()}

# --8<-- [start:dead]
z = np.einsum("rk,khs->rhs", X1, start[0])  # (4, 2, starts)
dead = (z <= 0).all(axis=0).any(axis=0)  # a unit is off on every row
solved = right(last["relu"])
both_negative = 1 / 4  # the two weights of one unit
alive = (1 - both_negative) ** 2
print(f"starts without a dead unit: expected {alive:.2%}", end=", ")
print(f"found {(~dead).mean():.2%}")
print("solved with a dead unit:", solved[dead].sum(), end=", ")
print("without:", solved[~dead].sum())
# --8<-- [end:dead]


# --8<-- [start:other]
def uniform_start(rng, starts):
    """PyTorch's default for two inputs: all uniform between ±1/√2."""
    high = 1 / np.sqrt(2)
    shapes = (3, 2, starts), (2, starts), (starts,)
    return tuple(rng.uniform(-high, high, shape) for shape in shapes)


FEWER, SQUARED_RATES = 200, (0.1, 0.3, 0.6, 1, 2)
first = he_start(np.random.default_rng(3), FEWER)
other = uniform_start(np.random.default_rng(4), FEWER)
halfway, squared, uniform = {}, {}, {}
print("            squared error  uniform start")
for name in lr:
    entry = REGISTRY[name]
    rate = best_rate(entry, SQUARED_RATES, identity)
    outputs, solved = train(entry, first, rate, identity)
    halfway[name], squared[name] = solved[249].mean(), right(outputs).mean()
    outputs, _ = train(entry, other, lr[name])
    uniform[name] = right(outputs).mean()
    print(f"{name:10} {squared[name]:14.1f} {uniform[name]:14.1f}")
# --8<-- [end:other]

# --8<-- [start:more]
for epochs in (500, 2000):
    outputs, _ = train(REGISTRY["relu"], first, lr["relu"], epochs=epochs)
    print(f"relu after {epochs} epochs: {right(outputs).mean():.1%}")
wide = {}
for name, hidden in [("silu", 1), *itertools.product(["relu"], [2, 4, 8, 16])]:
    wider = he_start(np.random.default_rng(5), FEWER, hidden)
    outputs, _ = train(REGISTRY[name], wider, lr[name])
    wide[name, hidden] = right(outputs).mean()
    print(f"{name} with {hidden:2} hidden: {wide[name, hidden]:6.1%}")
# --8<-- [end:more]
widest = max(hidden for _, hidden in wide)
confidence = interval.__defaults__[0]


# --8<-- [start:start_1]
def without_biases():
    """(W, v) of a 2-2-1 ReLU network that computes XOR with all biases zero."""
    return W, v  # those of the chapter, which need their biases


# --8<-- [end:start_1]


# --8<-- [start:solution_1]
def without_biases():
    return np.array([[1, -1], [-1, 1]]), np.array([1, 1])


# --8<-- [end:solution_1]

# --8<-- [start:check_1]
no_bias = np.zeros(2, dtype=int)
V, u = without_biases()
outputs = network(rows, V, no_bias, u, c=0)
assert np.array_equal(outputs, xor), f"the outputs are {outputs}"
print("hidden z:", *(rows @ V).tolist())
print("output:  ", outputs)
# --8<-- [end:check_1]


# --8<-- [start:start_2]
xor_numbers = np.concatenate([W.ravel(), b, v, [c]])  # the nine of the chapter


def outputs_of(p):
    return network(rows, p[:4].reshape(2, 2), p[4:6], p[6:8], p[8])


def xnor_numbers():
    """Nine numbers that compute XNOR; at most three differ from xor_numbers."""
    return xor_numbers


# --8<-- [end:start_2]


# --8<-- [start:solution_2]
def xnor_numbers():
    return np.concatenate([W.ravel(), b, -v, [1]])


# --8<-- [end:solution_2]

# --8<-- [start:check_2]
p = xnor_numbers()
assert np.array_equal(outputs_of(p), xor == 0), f"outputs: {outputs_of(p)}"
changed = np.flatnonzero(p != xor_numbers)
at_most = 3
assert len(changed) <= at_most, f"{len(changed)} numbers are changed"
print("XOR: ", xor_numbers)
print("XNOR:", p)
print(f"changed: {len(changed)}, allowed: {at_most}")
# --8<-- [end:check_2]


# --8<-- [start:start_3]
def faces_with_xor(y):
    """On how many of its six faces a function is XOR or XNOR.

    y: its outputs, (2, 2, 2); y[0, 1, 1] is that for the inputs 0, 1, 1.
    """
    return y.sum()


# --8<-- [end:start_3]


# --8<-- [start:solution_3]
def faces_with_xor(y):
    faces = [face for axis in range(3) for face in np.moveaxis(y, axis, 0)]
    wanted = ([[0, 1], [1, 0]], [[1, 0], [0, 1]])
    return sum(face.tolist() in wanted for face in faces)


# --8<-- [end:solution_3]

# --8<-- [start:check_3]
x1, x2, x3 = np.indices((2, 2, 2))
for y, faces in ((x1 ^ x2 ^ x3, 6), (x1 ^ x3, 2), (x1 | x2, 0)):
    found = faces_with_xor(y)
    assert found == faces, f"{y.ravel()} has XOR on {faces} faces, not {found}"
bits = np.flatnonzero(refuted(3))[:, None] >> np.arange(8) & 1  # not separable
hidden_xors = [faces_with_xor(y.reshape(2, 2, 2)) for y in bits]
print("faces with XOR:", *range(7))
print("functions:     ", *np.bincount(hidden_xors))
# --8<-- [end:check_3]


# --8<-- [start:start_4]
def parity_network(n):
    """W, b, v of a network, c being 0, that is 1 if the number of ones is odd."""
    return np.ones((n, n)), np.zeros(n), np.ones(n)


# --8<-- [end:start_4]


# --8<-- [start:solution_4]
def parity_network(n):
    v = np.where(np.arange(n) % 2, -2, 2)
    v[0] = 1
    return np.ones((n, n)), -np.arange(n), v


# --8<-- [end:solution_4]

# --8<-- [start:check_4]
for n in (2, 3, 8):
    X = every_row(n)
    parity = X.sum(axis=1) % 2
    outputs = network(X, *parity_network(n), c=0)
    assert np.array_equal(outputs, parity), f"wrong for {n} inputs: {outputs}"
    print(f"{n} inputs: {len(X)} rows, {parity.sum()} of them odd, all right")
# --8<-- [end:check_4]


def truth_table(targets, height=3.5):
    """The plane of two inputs with the four rows on it: full where the target is 1."""
    fig, ax = panel(height=height)
    for row, target in zip(rows, targets, strict=True):
        face = INK if target else PAPER
        ax.plot(*row, "o", color=INK, markerfacecolor=face, markersize=12, mew=1.8, zorder=5)
    ax.set(xlim=(-0.5, 1.6), ylim=(-0.4, 1.4), xticks=[0, 1], yticks=[0, 1], aspect="equal")
    ax.set(xlabel="input $x_1$", ylabel="input $x_2$")
    ax.grid(visible=False)
    return fig, ax


along = np.array([-0.5, 1.6])
fig, ax = truth_table(rows.max(axis=1))
ax.fill_between(along, 0.5 - along, 1.4, color=BLUE_AREA, zorder=0)
ax.plot(along, 0.5 - along, color=BLUE)
label(ax, 0.42, 0.48, "$z > 0$", BLUE)
label(ax, -0.42, -0.25, "$z < 0$", MUTED)
save(fig, "one-neuron-limits-or")

fig, ax = truth_table(xor)
ax.plot([0, 1], [1, 0], color=BLUE)
ax.plot([0, 1], [0, 1], color=ORANGE)
ax.plot(0.5, 0.5, "D", color=PAPER, markeredgecolor=INK, markersize=9, mew=1.8, zorder=6)
label(ax, -0.32, 0.68, "$z > 0$", BLUE)
label(ax, 0.98, 0.68, "$z \\leq 0$", ORANGE)
ax.text(0.5, 0.12, "both?", ha="center", color=INK)
save(fig, "one-neuron-limits-xor")

fig, ax = panel(height=3.1)
ns = [1, 2, 3, 4]
OEIS = {5: 94_572, 6: 15_028_134}
functions = {n: 2 ** (2**n) for n in (*counts, *OEIS)}
more = [*OEIS]
known = [counts[n] / functions[n] for n in ns] + [OEIS[n] / functions[n] for n in more]
ax.semilogy(ns + more, known, color=BLUE, linewidth=1.2, zorder=2)
ax.semilogy(ns, known[:4], "o", color=BLUE)
ax.semilogy(more, known[4:], "o", color=BLUE, markerfacecolor=PAPER)
label(ax, 2.1, 2.2, "14 of 16", BLUE)
label(ax, 3.1, 0.6, "104 of 256", BLUE)
label(ax, 4.12, 0.04, "1,882 of 65,536", BLUE)
label(ax, 3.3, 2e-6, "94,572 of $2^{32}$", BLUE)
ax.set(xlabel="inputs", ylabel="separable share", xlim=(0.8, 6.2))
ax.set_ylim(top=20)
ax.set_yticks([1, 1e-3, 1e-6, 1e-9, 1e-12])
save(fig, "one-neuron-limits-share")

fig, ax = truth_table(xor)
ax.fill_between(along, 0.5 - along, 1.5 - along, color=BLUE_AREA, zorder=0)
ax.plot(along, 0.0 - along, color=ORANGE)
ax.plot(along, 1.0 - along, color=PURPLE)
label(ax, -0.46, 0.12, "unit 1 starts", ORANGE, rotation=-45)
label(ax, 0.53, 0.53, "unit 2 starts", PURPLE, rotation=-45, ha="center", va="center")
label(ax, 1.12, 0.12, "$a > ½$", BLUE)
save(fig, "one-neuron-limits-plane")

fig, ax = panel(height=3.5)
h1 = np.array([-0.4, 2.6])
ax.fill_between(h1, (h1 - 0.5) / 2, -0.5, color=BLUE_AREA, zorder=0)
ax.plot(h1, (h1 - 0.5) / 2, color=BLUE)
for spot, face, text, shift in (
    ((0, 0), PAPER, "(0, 0)", (-0.3, 0.14)),
    ((1, 0), INK, "(0, 1) and (1, 0)", (0.1, -0.22)),
    ((2, 1), PAPER, "(1, 1)", (-0.3, 0.16)),
):
    ax.plot(*spot, "o", color=INK, markerfacecolor=face, markersize=12, mew=1.8, zorder=5)
    ax.text(spot[0] + shift[0], spot[1] + shift[1], text, color=INK)
label(ax, 1.75, 0.25, "$a > ½$", BLUE)
ax.set(xlabel="output of unit 1", ylabel="output of unit 2", xticks=[0, 1, 2], yticks=[0, 1])
ax.set(xlim=(-0.4, 2.6), ylim=(-0.5, 1.4))
ax.grid(visible=False)
save(fig, "one-neuron-limits-hidden")

COLORS = dict(zip(lr, (PURPLE, GREEN, ORANGE, OCHRE, MUTED, BLUE), strict=True))
order = sorted(shares, key=shares.get)
fig, ax = panel(height=3.4)
ax.axvline(0, color=MUTED, linewidth=0.8)
for place, name in enumerate(order):
    low, high = interval(shares[name], STARTS)
    ax.plot([low, high], [place, place], color=INK, linewidth=4, solid_capstyle="butt")
    low, high = interval(uniform[name], FEWER)
    ax.plot([low, high], [place - 0.24, place - 0.24], color=BLUE, linewidth=1.2)
    ax.plot(uniform[name], place - 0.24, "^", color=BLUE)
    ax.plot(shares[name], place, "o", color=INK)
ax.set_yticks(range(len(order)), [REGISTRY[name].title for name in order])
ax.set(xlim=(-0.02, 1.04), xlabel="share of starts that solve XOR", ylim=(-0.6, 5.6))
label(ax, 0.4, 0.1, "He's start", INK, va="center")
label(ax, 0.4, -0.3, "uniform start", BLUE, va="center")
save(fig, "one-neuron-limits-success")

fig, ax = panel(height=3.4)
for name, curve in curves.items():
    ax.semilogx(np.arange(1, len(curve) + 1), curve, color=COLORS[name])
    shift = {"elu": 0.02, "sigmoid": -0.02, "leaky_relu": -0.03, "relu": 0.02}.get(name, 0)
    label(ax, 530, shares[name] + shift, REGISTRY[name].title, COLORS[name], va="center")
ax.set(xlabel="epoch", ylabel="share solved", xlim=(5, 2200), ylim=(-0.02, 1.06))
ax.set_xticks([10, 100, 500], ["10", "100", "500"])
ax.minorticks_off()
save(fig, "one-neuron-limits-epochs")
