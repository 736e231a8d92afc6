"""Shared by the tests of the built site."""

from pathlib import Path

import pytest

from engines import address, chromium, engine, page  # noqa: F401
from one_build import built_site

FIGURES_BEFORE = set(Path.cwd().glob("*.svg"))  # before any test is even imported


@pytest.fixture(scope="session")
def built():
    """(folder, finished process) of the one strict build of this project's site."""
    return built_site()


@pytest.fixture(scope="session", autouse=True)
def no_figures_left_behind():
    """A script that a test runs saves its figures where it stands: that must not be the project's folder."""
    yield
    left = sorted(path.name for path in set(Path.cwd().glob("*.svg")) - FIGURES_BEFORE)
    assert not left, (
        f"a test left figures behind: {left}; tests/tools.py:names_of runs a script elsewhere"
    )
