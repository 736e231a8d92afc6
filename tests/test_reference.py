"""The reference card: its numbers against other methods, its page against the registry."""

import itertools
import re
import types
from pathlib import Path

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.stats

import activations
import reference_card
from one_build import figure
from tools import names_of

ELEMENTWISE = [e for e in activations.REGISTRY.values() if e.kind == "elementwise"]
PDF = scipy.stats.norm.pdf


@pytest.fixture(scope="module")
def names():
    """What snippets/reference.py leaves behind."""
    return names_of("reference")


@pytest.fixture(scope="module")
def card(names):
    return names["card"]


def expected(g, entry):
    """E[g(z)] by adaptive quadrature, which the script does not use."""
    total = 0.0
    ends = [-np.inf, *sorted({0.0, *entry.kinks}), np.inf]
    for low, high in itertools.pairwise(ends):
        total += scipy.integrate.quad(
            lambda z: float(g(np.array([z]))[0]) * PDF(z), low, high, epsabs=1e-12, epsrel=1e-10
        )[0]
    return total


@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.name)
def test_moments_against_adaptive_quadrature(card, entry):
    found = card[entry.name]
    mean = expected(entry.f, entry)
    second = expected(lambda z: entry.f(z) ** 2, entry)
    assert found.mean == pytest.approx(mean, abs=1e-9)
    assert found.second == pytest.approx(second, abs=1e-9)
    assert found.variance == pytest.approx(second - mean**2, abs=1e-9)
    slope = expected(lambda z: entry.grad(z) ** 2, entry)
    assert found.slope_second == pytest.approx(slope, abs=1e-9)
    assert found.gain == pytest.approx(second**-0.5, rel=1e-9)


def test_moments_in_closed_form(names):
    assert len(names["closed"]) == 7
    for name, (found, exact) in names["closed"].items():
        # A place of a maximum is known to half of the digits only.
        assert found == pytest.approx(exact, abs=1e-7 if "point" in name else 1e-9), name


@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.name)
def test_extremes_against_a_dense_search(card, entry):
    found = card[entry.name]
    z = np.sort(np.concatenate([np.linspace(-30, 30, 600_001), np.array(entry.kinks)]))
    a, slope = entry.f(z), np.abs(entry.grad(z))
    top = max(slope.max(), *np.abs(entry.grad(np.array([-np.inf, np.inf]))))
    if entry.name == "step":
        assert found.lipschitz == np.inf
    else:
        # At the kinks of hard swish the largest slope is a limit: the grid stays below it.
        assert top - 1e-9 <= found.lipschitz <= top + 1e-4
        chords = np.abs(np.diff(a)[np.diff(z) > 0] / np.diff(z)[np.diff(z) > 0])
        assert chords.max() <= found.lipschitz + 1e-9
    near = z[slope >= top - 1e-9]
    if len(near) and np.ptp(near) < 0.01:
        assert found.steepest == pytest.approx(z[slope.argmax()], abs=1e-3)
    else:
        assert np.isnan(found.steepest)
    if not entry.monotone:
        assert found.lowest == pytest.approx(z[a.argmin()], abs=1e-3)
        assert entry.f(np.array([found.lowest]))[0] == pytest.approx(entry.range[0], abs=1e-12)


def test_a_slope_that_is_only_come_near_counts_by_its_limit(names):
    """(z + √(z² + 4)) / 2 has a slope below 1 everywhere: at z = 40 it still lacks 0.0006."""

    def slope(z):
        with np.errstate(invalid="ignore"):
            return np.where(np.isinf(z), z > 0, 0.5 + z / np.sqrt(z**2 + 4) / 2)

    entry = types.SimpleNamespace(f=lambda z: (z + np.sqrt(z**2 + 4)) / 2, grad=slope, kinks=())
    found = names["card_of"](entry)
    assert found.lipschitz == 1
    assert np.isnan(found.steepest)


@pytest.mark.parametrize("entry", activations.REGISTRY.values(), ids=lambda entry: entry.name)
def test_an_entry_says_what_to_call(entry):
    assert len(entry.calls) == 3
    for library, call in zip(("torch", "jax", "keras"), entry.calls, strict=True):
        assert not call or call.startswith(f"{library}.")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.inf, "∞"),
        (-np.inf, "−∞"),
        (0.5, "0.5"),
        (-0.375, "−0.375"),
        (1.0, "1"),
        (1e-17, "0"),
        (-2e-8, "0"),
        (0.2819912, "0.2820"),
        (1.0507009, "1.051"),
        (0.04338, "0.04338"),
    ],
)
def test_numbers_have_four_digits_or_are_exact(value, shown):
    assert reference_card.number(value) == shown


def test_the_page_has_a_row_and_a_card_for_each_function(built):
    folder, _ = built
    page = (folder / "reference" / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr data-traits="([a-z ]*)"><th scope="row"><a href="#(\w+)"', page)
    assert [name for _, name in rows] == [entry.name for entry in ELEMENTWISE]
    traits = {name: set(found.split()) for found, name in rows}
    assert traits["relu"] == {"monotone"}
    assert traits["tanh"] == {"monotone", "bounded", "smooth", "centred"}
    assert traits["gelu"] == {"smooth"}
    for entry in activations.REGISTRY.values():
        assert f'<h3 id="{entry.name}">' in page
        if entry.kind == "elementwise":
            shown = figure(folder, f"reference-{entry.name.replace('_', '-')}.light.svg")
            assert f'="..{shown}#only-light"' in page
            assert (folder / shown.lstrip("/")).is_file()
    assert reference_card.TABLE not in page
    assert reference_card.CARDS not in page
    stated = re.findall(r'<data value="[^"]+" data-expression="card\[', page)
    assert len(stated) > 10 * len(ELEMENTWISE)


def test_a_new_entry_gets_a_card_by_itself(monkeypatch):
    """Nothing but the registry says which functions there are."""
    fake = dict(activations.REGISTRY)
    fake["cubed"] = activations.Activation(
        *("cubed", "Cubed", lambda z: z**3, lambda z: 3 * z**2, "z^{3}", "3 z^{2}"),
        range=(-np.inf, np.inf, False, False),
        monotone=True,
        source="lecun1998",
        calls=("", "", ""),
    )
    monkeypatch.setattr(reference_card, "registry", lambda: fake)
    assert "reference-cubed" in reference_card.figures()
    values = dict.fromkeys(reference_card.expressions(), 0.25)
    pages = reference_card.Pages(values, "../code/reference/")
    assert '<a href="#cubed">Cubed</a>' in pages.table()
    assert "### Cubed { #cubed }" in pages.cards()
    assert not Path("reference-cubed.svg").exists()
