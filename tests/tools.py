"""What several tests need: the tools that come from npm (package.json names them, `make tools` gets them),
Java, and the names that a script of the book leaves behind.
"""

import contextlib
import os
import shutil
import tempfile

import pytest

from scripts import ROOT, execute, read_script, script_path

MODULES = ROOT / "node_modules"


def tool(path):
    """A file of a package; without it the test is skipped, with the line that says how to get it."""
    file = MODULES / path
    if not file.is_file():
        told = f"no {path} here: `make tools` gets it (needs npm)"
        # On CI a missing tool is a fault of the set-up, not a reason to test less.
        assert not os.environ.get("CI"), told
        pytest.skip(told)
    return file


def java():
    """The program `java`, which runs the HTML checker."""
    path = shutil.which("java")
    if not path:
        told = "no java here: apt-get install default-jre-headless"
        assert not os.environ.get("CI"), told
        pytest.skip(told)
    return path


def names_of(script):
    """The names that a script of snippets/ leaves behind. The figures that it saves go with its folder."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return execute(read_script(script_path(script)))[1]
