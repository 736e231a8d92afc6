"""Figures: the palette in both schemes, text large enough, what their fingerprints say.

That two runs draw the same bytes, test_published.py shows: it compares two builds without a cache.
"""

import re

import matplotlib.pyplot as plt
import pytest

import book
import reference_card
from chapters import all_chapters
from colophon import contrast, required
from fingerprints import ROUNDING, differ, difference, fingerprint
from plotting import DARK, PALETTE
from scripts import ROOT

FIGURES = sorted(
    {figure.name for chapter in all_chapters() for figure in chapter.figures}
    | reference_card.figures()
)


@pytest.fixture(scope="module")
def drawn():
    """figure name -> (light file, dark file), from the same cache that the build uses."""
    return {
        figure: (result.figure_file(figure, "light"), result.figure_file(figure, "dark"))
        for result in book.check().results.values()
        for figure in result.figures
    }


@pytest.mark.parametrize("name", FIGURES)
def test_schemes_differ_in_colour_only(drawn, name):
    light, dark = (path.read_text(encoding="utf-8") for path in drawn[name])
    colour = re.compile(r"#[0-9a-f]{6}\b")
    assert colour.sub("#", light) == colour.sub("#", dark)
    assert {DARK[c] for c in colour.findall(light)} == set(colour.findall(dark))


def test_figures_draw_what_their_fingerprints_say():
    """A changed curve, label or axis is renewed on purpose, by `make update`."""
    folder = ROOT / "tests" / "fingerprints"
    drawn = {n: d for r in book.check().results.values() for n, d in r.fingerprints.items()}
    assert sorted(drawn) == sorted(path.stem for path in folder.glob("*.json"))
    changes = {n: found for n, d in drawn.items() if (found := differ(folder / f"{n}.json", d))}
    assert not changes, "\n".join(f"{n}: {change}" for n, change in changes.items())


def test_only_errors_of_rounding_are_compared_loosely():
    """They differ by some percent between processors; a fifth more is another curve."""
    fig, ax = plt.subplots()
    plain, rounding = (
        ax.plot([1, 2], [3e-3, 4e-3])[0],
        ax.plot([1, 2], [3e-3, 4e-3], label=ROUNDING)[0],
    )
    known = fingerprint(fig)
    for line, factor, same in (
        (plain, 1.05, False),
        (rounding, 1.05, True),
        (rounding, 1.2, False),
    ):
        line.set_ydata([3e-3 * factor, 4e-3 * factor])
        assert (difference(known, fingerprint(fig)) is None) == same, (line, factor)
        line.set_ydata([3e-3, 4e-3])
    plt.close(fig)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_fits_a_phone(drawn, name):
    """Drawn at most 4.5 inches (324 pt) wide: on a phone it is shown at its natural size."""
    width, height = re.search(
        r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn[name][0].read_text(encoding="utf-8")
    ).groups()
    assert float(width) <= 324.1
    assert float(height) <= 480  # small multiples are as high as a phone's screen


@pytest.mark.parametrize("name", ["ink", "muted", "blue", "orange", "green", "purple", "ochre"])
@pytest.mark.parametrize("scheme", [0, 1])
def test_colours_of_lines_and_text_can_be_read(name, scheme):
    assert contrast(PALETTE[name][scheme], PALETTE["paper"][scheme]) >= required
