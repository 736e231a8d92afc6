"""Shared by the tests of the built site."""

import subprocess
import sys

import pytest

from planted import environment
from scripts import ROOT


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """(folder, finished process) of one strict build, without addresses from outside."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    clean = {k: v for k, v in environment().items() if k not in ("SITE_URL", "REPO_URL")}
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True)
    return folder, done
