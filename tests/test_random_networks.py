"""The random networks of snippets/drawn.py and snippets/deep.py, held against other ways to them.

Plain integers for the random numbers, adaptive quadrature for the means, finite differences for the
errors that come back. `make mutate` runs these before any page that draws such networks.
"""

import math

import numpy as np
import pytest
import scipy.integrate

import deep
import drawn
from activations import REGISTRY

MASK = 0xFFFFFFFF
TANH, RELU = REGISTRY["tanh"], REGISTRY["relu"]


def by_hand(seed, count):
    """Mulberry32 and the formula of Box and Muller, number by number, in Python's own integers."""
    found, counter = [], seed

    def uniform():
        nonlocal counter
        counter = (counter + 0x6D2B79F5) & MASK
        t = (counter ^ (counter >> 15)) * (counter | 1) & MASK
        t ^= (t + ((t ^ (t >> 7)) * (t | 61) & MASK)) & MASK
        return ((t ^ (t >> 14)) + 0.5) / 2**32

    for _ in range(count):
        size = math.sqrt(-2 * math.log(uniform()))
        found.append(size * math.cos(2 * math.pi * uniform()))
    return np.array(found)


def mean(g, q):
    """E[g(z)] for z ~ N(0, q), by adaptive quadrature on either side of 0."""

    def weighed(z):
        return float(g(np.array([z]))[0]) * math.exp(-z * z / (2 * q)) / math.sqrt(2 * math.pi * q)

    far = 9 * math.sqrt(q)
    parts = [scipy.integrate.quad(weighed, *ends, epsabs=1e-10) for ends in ((-far, 0), (0, far))]
    return sum(part[0] for part in parts)


# ---------------------------------------------------------------------------- drawn.py


@pytest.mark.parametrize("seed", [0, 13, MASK])
def test_normals_are_those_of_plain_integers(seed):
    np.testing.assert_allclose(drawn.normals(seed, 500), by_hand(seed, 500), rtol=1e-12)


def test_normals_go_on_where_the_last_ended():
    whole = by_hand(7, 60)
    np.testing.assert_allclose(drawn.normals(7, 25, 35), whole[35:], rtol=1e-12)


def test_layers_are_filled_row_by_row():
    numbers = by_hand(5, 3 * 2 + 2 + 2 * 4 + 4)
    (W1, b1), (W2, b2) = drawn.layers([3, 2, 4], 5, 0.25)
    np.testing.assert_allclose(W1, math.sqrt(2 / 3) * numbers[:6].reshape(2, 3), rtol=1e-12)
    np.testing.assert_allclose(b1[:, 0], 0.25 * numbers[6:8], rtol=1e-12)
    np.testing.assert_allclose(W2, numbers[8:16].reshape(4, 2), rtol=1e-12)
    np.testing.assert_allclose(b2[:, 0], 0.25 * numbers[16:], rtol=1e-12)


def test_a_deep_network_is_an_input_an_error_and_weights():
    numbers = by_hand(3, 2 * 5 + 4 * 25)
    x, error, W = drawn.deep_network(3, 5, 4)
    assert (x.shape, error.shape, W.shape) == ((1, 5), (1, 5), (4, 5, 5))
    assert np.mean(x**2) == pytest.approx(1)
    np.testing.assert_allclose(x[0] / x[0, 0], numbers[:5] / numbers[0], rtol=1e-12)
    assert x[0, 0] * numbers[0] > 0
    np.testing.assert_allclose(error[0], numbers[5:10], rtol=1e-12)
    np.testing.assert_allclose(W.ravel(), numbers[10:] / math.sqrt(5), rtol=1e-12)


# ---------------------------------------------------------------------------- deep.py


def test_the_grid_is_four_thousand_midpoints():
    np.testing.assert_allclose(deep.GRID, np.linspace(-7.998, 7.998, 4000), atol=1e-12)
    assert deep.DENSITY.sum() == pytest.approx(1)
    np.testing.assert_allclose(
        deep.DENSITY / deep.DENSITY[2000], np.exp(-(deep.GRID**2) / 2 + 2e-6)
    )


@pytest.mark.parametrize("q", [0.3, 1.0, 2.5])
def test_means_against_adaptive_quadrature(q):
    for entry in (TANH, RELU):
        assert deep.normal_mean(entry.f, q) == pytest.approx(mean(entry.f, q), abs=2e-6)
        square = mean(lambda z, f=entry.f: f(z) ** 2, q)
        slope = mean(lambda z, grad=entry.grad: grad(z) ** 2, q)
        assert deep.next_square(entry.f, 1.3, q, 0.4) == pytest.approx(
            1.69 * square + 0.16, abs=2e-6
        )
        assert deep.factor(entry.grad, 1.3, q) == pytest.approx(1.3 * math.sqrt(slope), abs=2e-6)
    assert deep.normal_mean(np.square) == pytest.approx(1, abs=2e-6)
    assert deep.next_square(np.abs, 1.3, q) == pytest.approx(1.69 * q, abs=2e-5)


def test_squares_and_norms_follow_layer_by_layer():
    q = deep.squares(RELU.f, 1.2, 4)  # half of the mean square gets through each ReLU
    np.testing.assert_allclose(q, [1.44 * 0.72**n for n in range(4)], rtol=1e-5)
    q = deep.squares(RELU.f, 1.2, 3, 0.5, 2.0)
    np.testing.assert_allclose(q, [3.13, 0.72 * 3.13 + 0.25, 0.72**2 * 3.13 + 0.43], rtol=1e-5)
    norms = deep.error_norms(RELU.grad, 1.2, q)
    np.testing.assert_allclose(norms, [0.72, math.sqrt(0.72), 1], rtol=1e-5)


def test_correlations_against_a_formula():
    """ReLU's, by the angle between two inputs (Cho and Saul, 2009)."""

    def next_correlation(c):
        return (math.sqrt(1 - c * c) + (math.pi - math.acos(c)) * c) / math.pi

    q = deep.squares(RELU.f, math.sqrt(2), 4)
    found = deep.correlations(RELU.f, math.sqrt(2), q, c=0.2)
    expected = [0.2]
    for _ in range(3):
        expected.append(next_correlation(expected[-1]))
    np.testing.assert_allclose(found, expected, atol=2e-4)
    assert deep.correlations(RELU.f, math.sqrt(2), q)[0] == 0
    # Two biases, and the linear function: all is a sum.
    q = deep.squares(lambda z: z, 0.8, 3, 0.6)
    found = deep.correlations(lambda z: z, 0.8, q, 0.6, 0.5)
    shared = [0.64 * 0.5 + 0.36]
    for _ in range(2):
        shared.append(0.64 * shared[-1] + 0.36)
    np.testing.assert_allclose(found, np.array(shared) / q, rtol=1e-4)


def test_the_errors_that_come_back_are_derivatives():
    rng = np.random.default_rng(0)
    x, W, b = rng.normal(size=(2, 3)), rng.normal(size=(4, 3, 3)), rng.normal(size=(4, 3))
    z = deep.forward(x, W, TANH.f, b)
    a = x
    for layer in range(4):  # by its definition
        np.testing.assert_allclose(z[layer], a @ W[layer] + b[layer])
        a = np.tanh(z[layer])
    np.testing.assert_allclose(deep.forward(x, W, TANH.f)[0], x @ W[0])
    error = rng.normal(size=(2, 3))
    errors = deep.backward(error, z, W, TANH.grad)
    assert len(errors) == 4
    step = 1e-6
    for layer in range(3):
        for unit in range(3):
            moved = []
            for sign in (1, -1):
                a = z[layer] + sign * step * np.eye(3)[unit]
                for later in range(layer + 1, 4):
                    a = np.tanh(a) @ W[later] + b[later]
                moved.append(np.sum(a * error, axis=1))
            slope = (moved[0] - moved[1]) / (2 * step)
            np.testing.assert_allclose(errors[layer][:, unit], slope, rtol=1e-5, atol=1e-8)


def test_rows_stand_at_right_angles():
    rows = deep.rows_of(np.random.default_rng(0), 3, 40)
    np.testing.assert_allclose(rows @ rows.T / 40, np.eye(3), atol=1e-12)
    first = np.random.default_rng(0).normal(size=(3, 40))[0]
    np.testing.assert_allclose(rows[0] / first, math.sqrt(1 / np.mean(first**2)))
