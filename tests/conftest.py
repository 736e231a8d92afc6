"""Shared by the tests of the built site."""

import pytest

from engines import address, chromium, engine, page  # noqa: F401
from one_build import built_site


@pytest.fixture(scope="session")
def built():
    """(folder, finished process) of the one strict build of this project's site."""
    return built_site()
