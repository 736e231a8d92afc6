"""The OR run: against the notes, against a second implementation, and against itself."""

import math

import numpy as np
import pytest

import or_notes
from tools import names_of

EPOCHS = (1, 1_000, 11_010)
ROWS = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1))  # two inputs and the target


@pytest.fixture(scope="module")
def run():
    """The names that snippets/or_gate.py leaves behind."""
    return names_of("or_gate")


def logistic(t):
    return 1.0 / (1.0 + math.exp(-t))


def logistic_slope(t):
    return logistic(t) * (1.0 - logistic(t))


def by_hand(epochs, lr=0.05, slope_at="output"):
    """The notes' rule on Python floats, row by row: {epoch: (w1, w2, b)} and all sums of errors."""
    w1, w2, b = 0.1, 0.2, 0.3
    found, sums = {}, []
    for epoch in range(1, max(epochs) + 1):
        step1 = step2 = step = total = 0.0
        for x1, x2, target in ROWS:
            t = w1 * x1 + w2 * x2 + b
            error = logistic(t) - target
            pull = error * logistic_slope({"output": logistic(t), "z": t}[slope_at])
            step1, step2, step = step1 + pull * x1, step2 + pull * x2, step + pull
            total += error
        sums.append(total)
        w1, w2, b = w1 - lr * step1, w2 - lr * step2, b - lr * step
        if epoch in epochs:
            found[epoch] = (w1, w2, b)
    return found, np.array(sums)


@pytest.fixture(scope="module")
def reference():
    return by_hand(EPOCHS)


def digits(values):
    return [f"{value:.8f}" for value in values]


def test_the_notes_are_carried_over_whole():
    assert or_notes.PRINTED_LOOP == 1_000
    assert len(or_notes.PRINTED_ERROR_SUMS) == 42
    *_, last_but_one, last = or_notes.PRINTED_ERROR_SUMS
    following = last + (last - last_but_one)  # the sums change by nearly the same amount each time
    assert math.trunc(following * 1e6) / 1e6 == or_notes.PRINTED_CUT
    assert set(or_notes.PRINTED_OUTPUTS) == {(0, 0), (1, 0), (1, 1)}


def test_weights_bias_and_outputs_are_the_printed_ones(run):
    printed = (*or_notes.PRINTED_WEIGHTS, or_notes.PRINTED_BIAS)
    assert digits(run["notes_path"][11_010]) == digits(printed)
    for (x1, x2), output in or_notes.PRINTED_OUTPUTS.items():
        assert digits([run["final_outputs"][2 * x1 + x2]]) == digits([output])


def test_a_fresh_run_ends_where_the_chapter_says(run):
    assert digits(run["notes_path"][1_000]) == ["2.64321662", "2.66226811", "-0.77937434"]


@pytest.mark.parametrize("epoch", EPOCHS)
def test_agrees_with_a_second_implementation(run, reference, epoch):
    np.testing.assert_allclose(run["notes_path"][epoch], reference[0][epoch], rtol=0, atol=1e-12)


def test_outputs_agree_with_a_second_implementation(run, reference):
    w1, w2, b = reference[0][11_010]
    outputs = [logistic(w1 * x1 + w2 * x2 + b) for x1, x2, _ in ROWS]
    np.testing.assert_allclose(run["final_outputs"], outputs, rtol=0, atol=1e-12)


def test_error_sums_agree_with_a_second_implementation(run, reference):
    np.testing.assert_allclose(run["error_sums"][:-1], reference[1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("of", ["chapter", "second implementation"])
def test_all_printed_error_sums(run, reference, of):
    sums = run["error_sums"] if of == "chapter" else reference[1]
    printed = or_notes.PRINTED_ERROR_SUMS
    np.testing.assert_allclose(sums[10_010:10_052], printed, rtol=0, atol=1e-14)
    assert f"{sums[10_052]:.16f}".startswith(str(or_notes.PRINTED_CUT))  # the one cut off


def test_the_first_printed_sum_fits_one_epoch_only(run):
    """Far beyond the run too: the sum comes back to that value, but no nearer than 1e-10."""
    first = or_notes.PRINTED_ERROR_SUMS[0]
    sums = by_hand([45_000])[1]
    assert np.flatnonzero(np.abs(run["error_sums"] - first) < 1e-14).tolist() == [10_010]
    gaps = np.abs(sums - first)
    assert np.flatnonzero(gaps < 1e-14).tolist() == [10_010]
    assert np.flatnonzero(gaps < 1e-8).tolist()[1:], "it does come back"
    assert np.sort(gaps)[1] > 1e-10


@pytest.mark.parametrize("change", [{"lr": 0.05 * (1 + 1e-9)}, {"slope_at": "z"}])
def test_a_changed_rule_would_be_seen(run, reference, change):
    """The tolerances above are tight: a rate off by a billionth fails them, and so does σ'(z)."""
    found, sums = by_hand(EPOCHS, **change)
    assert np.abs(np.subtract(found[11_010], reference[0][11_010])).max() > 1e-10
    assert np.abs(sums[10_010:10_052] - or_notes.PRINTED_ERROR_SUMS).max() > 1e-14


def test_all_four_inputs_are_right(run):
    for (_, _, target), output in zip(ROWS, run["final_outputs"], strict=True):
        assert (output > 0.5) == (target == 1)
    assert digits([run["final_outputs"][1]]) == ["0.98124452"]  # (0, 1), which the notes leave out


def total_loss(name, p):
    total = 0.0
    for x1, x2, target in ROWS:
        a = logistic(p[0] * x1 + p[1] * x2 + p[2])
        if name == "squared_error":
            total += (a - target) ** 2 / 2
        else:
            total -= math.log(a if target else 1 - a)
    return total


def central_difference(name, p, h=1e-5):
    slopes = []
    for i in range(3):
        up, down = list(p), list(p)
        up[i] += h
        down[i] -= h
        slopes.append((total_loss(name, up) - total_loss(name, down)) / (2 * h))
    return np.array(slopes)


@pytest.mark.parametrize("p", [(0.1, 0.2, 0.3), (2.6, 2.7, -0.8), (-1.5, 0.7, 0.2)])
@pytest.mark.parametrize("name", ["squared_error", "cross_entropy"])
def test_correct_rules_pass_the_gradient_check(run, name, p):
    by_rule = run["gradient"](run[name], np.array(p))
    np.testing.assert_allclose(by_rule, central_difference(name, p), rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("p", [(0.1, 0.2, 0.3), (2.6, 2.7, -0.8), (-1.5, 0.7, 0.2)])
@pytest.mark.parametrize("name", ["squared_error", "cross_entropy"])
def test_the_notes_rule_fails_the_gradient_check(run, name, p):
    by_rule = run["gradient"](run["as_printed"], np.array(p))
    off = np.abs(by_rule / central_difference(name, p) - 1).max()
    assert off > 0.02


def test_the_notes_rule_is_the_slope_of_its_own_loss(run):
    """∫ (σ − y) σ'(σ) dz, integrated by a rule other than the chapter's, rises as the rule says."""
    z = np.linspace(-6, 6, 25)
    nodes, weights = np.polynomial.legendre.leggauss(40)

    def own_loss(z, target):
        """The area under the slope between z and where the target is met."""
        end = 40.0 if target else -40.0
        at = (z - end) / 2 * nodes + (z + end) / 2
        a = 1 / (1 + np.exp(-at))
        s = 1 / (1 + np.exp(-a))
        return (z - end) / 2 * np.sum(weights * (a - target) * s * (1 - s))

    fine = np.linspace(-15, 15, 30_001)
    chapter = np.interp(z, fine, run["row_loss"](run["as_printed"], fine))
    np.testing.assert_allclose(chapter, [own_loss(v, 1) for v in z], rtol=0, atol=1e-6)
    for target in (0, 1):
        cross_entropy = np.logaddexp(0, -z if target else z)
        share = np.array([own_loss(v, target) for v in z]) / cross_entropy
        assert (run["smallest_factor"] < share).all()
        assert (share < run["largest_factor"]).all()


def test_only_cross_entropy_is_calibrated_on_noisy_targets(run):
    off = {name: abs(fit.sum() - 2.8) for name, fit in run["noisy_fit"].items()}
    assert off["cross_entropy"] < 1e-9
    assert off["as_printed"] > 1e-3
    assert off["squared_error"] > 1e-3


def test_noisy_fits_have_settled(run):
    for rule in run["RULES"]:
        path = run["train"](rule, 4_000, targets=run["noisy"], lr=2.0)
        fit = run["outputs"](path[-1:])[0]
        np.testing.assert_allclose(run["noisy_fit"][rule.__name__], fit, atol=1e-3)


def test_training_leaves_the_start_as_it_was(run):
    """No hidden state: a second run of `train` gives what the first gave."""
    again = run["train"](run["as_printed"], 100)
    np.testing.assert_array_equal(again, run["notes_path"][:101])
