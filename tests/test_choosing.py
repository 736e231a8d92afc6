"""The networks of the chapter on choosing: their data, their functions, their gradient."""

import numpy as np
import pytest

import digit_networks
from activations import REGISTRY
from digit_networks import BATCH, PAIRS, WIDTH, forward, gain, load, split, start, step, train

IN_REGISTRY = {
    "none": "identity",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "ReLU": "relu",
    "Leaky ReLU": "leaky_relu",
    "ELU": "elu",
    "SELU": "selu",
    "softplus": "softplus",
    "SiLU": "silu",
    "GELU": "gelu_tanh",
    "Mish": "mish",
    "hard swish": "hard_swish",
}
SIGMOIDS = {"sigmoid − ½": (1, 0.5), "4 · sigmoid": (4, 0), "4 · (sigmoid − ½)": (4, 0.5)}
Z = np.linspace(-12, 12, 2402)  # even: not the kink at 0, where conventions differ


def test_every_pair_is_named_here():
    assert set(PAIRS) == IN_REGISTRY.keys() | SIGMOIDS.keys()


@pytest.mark.parametrize(("name", "entry"), IN_REGISTRY.items())
def test_value_and_slope_are_those_of_the_registry(name, entry):
    value, slope = PAIRS[name](Z)
    assert np.allclose(value, REGISTRY[entry].f(Z), rtol=1e-9, atol=1e-12)
    assert np.allclose(slope, REGISTRY[entry].grad(Z), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("name", "change"), SIGMOIDS.items())
def test_changed_sigmoids(name, change):
    scale, shift = change
    value, slope = PAIRS[name](Z)
    assert np.allclose(value, scale * (REGISTRY["sigmoid"].f(Z) - shift), atol=1e-14)
    assert np.allclose(slope, scale * REGISTRY["sigmoid"].grad(Z), atol=1e-14)


def test_known_gains():
    assert gain(PAIRS["ReLU"]) == pytest.approx(np.sqrt(2), abs=1e-9)
    assert gain(PAIRS["SELU"]) == pytest.approx(1, abs=1e-9)
    assert gain(PAIRS["tanh"]) == pytest.approx(1.5929, abs=5e-4)


def test_the_data_are_digits():
    X, y = load()
    assert X.shape == (1797, 64)
    assert X.min() == 0
    assert X.max() == 16
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_other_data_are_refused(monkeypatch, tmp_path):
    text = digit_networks.DATA.read_text()
    changed = tmp_path / "digits.txt"
    changed.write_text(text[:-2] + "0\n" if text[-2] != "0" else text[:-2] + "1\n")
    monkeypatch.setattr(digit_networks, "DATA", changed)
    with pytest.raises(ValueError, match="not the data"):
        load()


def test_the_parts_of_a_split_share_no_image():
    parts = split([3])
    assert [X.shape[1] for X, _ in parts] == [1024, 256, 517]
    assert sum(np.bincount(y[0], minlength=10) for _, y in parts).tolist()[0] == 178
    assert parts[0][0].mean() == pytest.approx(0, abs=1e-12)
    assert parts[0][0].std() == pytest.approx(1)
    images = np.concatenate([X[0] for X, _ in parts])
    assert len(np.unique(images.round(9), axis=0)) == len(np.unique(load()[0], axis=0))


def test_no_seed_tests_on_a_validation_image():
    parts = split([0, 1])
    y = parts[1][1]
    assert np.array_equal(y[0], y[1])
    assert not np.array_equal(parts[2][1][0], parts[2][1][1])


def test_a_seed_gives_the_same_numbers_alone_and_among_others():
    for together, alone in zip(split([4, 7]), split([7]), strict=True):
        assert np.array_equal(together[0][1], alone[0][0])
    W, b = start([4, 7], hidden=2, gain=1.5, shift=0.5)
    V, c = start([7], hidden=2, gain=1.5, shift=0.5)
    assert all(np.array_equal(one[1], other[0]) for one, other in zip(W + b, V + c, strict=True))


def test_a_step_follows_the_gradient():
    X, y = (part[:, :8] for part in split([0])[0])
    W, b = start([0], hidden=2, gain=1.5, shift=0.5)
    f = PAIRS["sigmoid"]

    def loss(W, b):
        z = forward(X, W, b, f)[2]
        top = z.max(axis=2, keepdims=True)
        log_sum = np.log(np.exp(z - top).sum(axis=2)) + top[:, :, 0]
        return (log_sum - np.take_along_axis(z, y[:, :, None], 2)[:, :, 0]).mean()

    moved = [[layer.copy() for layer in group] for group in (W, b)]
    step(X, y, *moved, f, rate=1.0)
    rng = np.random.default_rng(0)
    way = [[rng.standard_normal(layer.shape) for layer in group] for group in (W, b)]
    h = 1e-5
    ahead, behind = (
        loss(*[[p + s * h * d for p, d in zip(*two, strict=True)] for two in zip((W, b), way, strict=True)])
        for s in (1, -1)
    )  # fmt: skip
    numeric = (ahead - behind) / (2 * h)
    analytic = sum(
        ((p - q) * d).sum()
        for group in zip((W, b), moved, way, strict=True)
        for p, q, d in zip(*group, strict=True)
    )
    assert analytic == pytest.approx(numeric, rel=1e-7)


def test_the_spread_of_the_weights_when_no_gain_is_asked_for():
    (_, last), _ = start(range(20), hidden=1)
    assert last.std() == pytest.approx(1 / np.sqrt(WIDTH), rel=0.01)


def test_large_logits_do_not_overflow():
    """The exponentials are taken after the largest logit of each image is at 0."""
    X, y = (part[:, :8] for part in split([0])[0])
    W, b = start([0], hidden=1, gain=1.0)
    W[-1] *= 1e5
    step(X, y, W, b, PAIRS["ReLU"], rate=1.0)
    assert all(np.isfinite(layer).all() for layer in W + b)


def test_the_rate_falls_linearly_to_0(monkeypatch):
    rates = []
    monkeypatch.setattr(digit_networks, "step", lambda *args: rates.append(args[-1].ravel()))
    seeds, epochs = [0, 1], 3
    X, y = split(seeds)[0]
    first = np.array([0.5, 2.0])
    train(X, y, [], [], None, first, seeds, epochs)
    steps = epochs * y.shape[1] // BATCH
    assert np.allclose(rates, first * (1 - np.arange(steps) / steps)[:, None])


def test_a_centred_start_is_the_centred_network():
    X = split([1])[0][0][:, :16]
    W, b = start([1], hidden=5, gain=4.0, shift=0.5)
    z = forward(X, W, b, PAIRS["sigmoid"])[2]
    V, c = start([1], hidden=5, gain=4.0)
    assert np.allclose(z, forward(X, V, c, PAIRS["sigmoid − ½"])[2], atol=1e-12)
