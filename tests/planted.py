"""A temporary copy of the project in which a test plants a fault."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import python_runtime
from scripts import ROOT

_LEAVE_OUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    "site",
    "built",
    "versions",
    "node_modules",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
)


class Copy:
    """The project in a folder of its own, with the cache of the original."""

    def __init__(self, folder, cache=True):
        self.root = Path(folder) / "book"
        shutil.copytree(ROOT, self.root, ignore=_LEAVE_OUT)
        if not cache:
            shutil.rmtree(self.root / ".cache", ignore_errors=True)

    def replace(self, file, old, new, count=1):
        """Change a text that must be there: a plant that does not take hold is no test."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, count), encoding="utf-8")

    def append(self, file, text):
        path = self.root / file
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def insert(self, file, where, line, text):
        """Put a text before or after a line, which must stand in the file exactly once."""
        path = self.root / file
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        places = [n for n, found in enumerate(lines) if found.strip() == line]
        assert len(places) == 1, f"{file} has {len(places)} lines {line!r}"
        place = places[0] + (where == "after")
        path.write_text("".join([*lines[:place], text, *lines[place:]]), encoding="utf-8")

    def line_of(self, file, text):
        lines = (self.root / file).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)

    def make(self, target):
        """Run a make target with this Python in place of .venv; (exit code, all it printed)."""
        command = ["make", "-s", "-o", ".venv/ready", target, f"BIN={Path(sys.executable).parent}"]
        return self._run(command)

    def console(self, command):
        """Run a line as a person types it, with this Python in place of .venv."""
        words = shlex.split(command)
        settings = {}
        while "=" in words[0]:
            name, value = words.pop(0).split("=", 1)
            settings[name] = value
        program, *arguments = words
        if program == "make":
            return self.make(*arguments)
        name = program.removeprefix(".venv/bin/")
        assert name != program, command
        return self._run([str(Path(sys.executable).with_name(name)), *arguments], settings)

    def pytest(self, *arguments):
        return self._run([sys.executable, "-m", "pytest", "-q", "--no-header", *arguments])

    def _run(self, command, settings=None):
        done = subprocess.run(
            command,
            cwd=self.root,
            env=environment() | (settings or {}),
            capture_output=True,
            text=True,
            timeout=300,
        )
        return done.returncode, done.stdout + done.stderr


def environment():
    """This process's environment, without what make or pytest of the original put there."""
    dropped = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    kept["PYODIDE_SOURCE"] = python_source()
    return kept | {"NO_MKDOCS_2_WARNING": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def python_source():
    """Where a build finds Python for the browser without a network; empty where it is not here."""
    named = os.environ.get("PYODIDE_SOURCE", "")
    if named and "://" not in named:
        return str(ROOT / named)
    return str(python_runtime.kept()) if python_runtime.is_whole(python_runtime.kept()) else ""
