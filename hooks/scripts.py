"""Read the plain Python scripts in snippets/ and run them section by section.

A section stands between two marker comments:

    # --8<-- [start:define]
    # --8<-- [end:define]

Usable alone: `python hooks/scripts.py relu` lists the sections of snippets/relu.py.
"""

import ast
import contextlib
import io
import re
import sys
import traceback
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "snippets"
NOTEBOOK = ROOT / "docs" / "or-notebook.py"  # the one page that is a script itself

_MARKER = re.compile(r"^\s*#\s*--8<--\s*\[(start|end):([\w-]+)\]\s*$")
_SOLUTION = re.compile(r"solution_(\d+)")


def script_path(name):
    """The file of a script by its name: one of snippets/, or the notebook page."""
    return NOTEBOOK if name == NOTEBOOK.stem else SNIPPETS / f"{name}.py"


@dataclass(frozen=True)
class Contents:
    """What a script's code holds by name: for links to its lines, and for what it needs."""

    imports: tuple  # the first names of the modules it imports
    strings: dict  # string -> the line of its first use
    stored: dict  # name -> the last line that gives it a value


@lru_cache(maxsize=128)
def contents(text):
    """The Contents of a script: parsed and walked once, though every figure and number asks."""
    imports, strings, stored = [], {}, {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imports.append(node.module or "")
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                strings.setdefault(node.value, node.lineno)
        elif not isinstance(node, ast.alias):
            kept = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            name = node.id if kept else getattr(node, "name", None)
            if isinstance(name, str):
                stored[name] = max(node.lineno, stored.get(name, 1))
    first = (name.split(".")[0] for name in imports if name)
    return Contents(tuple(dict.fromkeys(first)), strings, stored)


class BookError(Exception):
    """A fault in a source of the book: where it is, and what is wrong."""

    def __init__(self, path, line, message):
        self.path, self.line, self.message = Path(path), line, message
        super().__init__(
            f"{shown(path)}:{line}: {message}" if line else f"{shown(path)}: {message}"
        )


def shown(path):
    """The path as a person types it: relative to the project where it lies inside."""
    path = Path(path)
    try:
        return path.resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return path.as_posix()


@dataclass(frozen=True)
class Section:
    name: str
    start: int  # number of the marker line, from 1
    end: int


@dataclass
class Script:
    """One file of snippets/: its text and its sections, in order."""

    path: Path
    text: str
    sections: dict[str, Section] = field(default_factory=dict)

    @property
    def name(self):
        return self.path.stem

    def section_at(self, line):
        """Name of the section that holds this line, or None."""
        for section in self.sections.values():
            if section.start <= line <= section.end:
                return section.name
        return None

    def source(self, name):
        """The lines of one section, as a page shows them."""
        section = self.sections[name]
        lines = self.text.splitlines()[section.start : section.end - 1]
        return "\n".join(lines).strip("\n") + "\n"


def read_script(path):
    """Parse the section markers of a script. Raises BookError on unbalanced ones."""
    path = Path(path)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in SNIPPETS.glob("*.py")))
        raise BookError(path, None, f"there is no such snippet (there are: {known})")
    script = Script(path, path.read_text(encoding="utf-8"))
    open_name, open_line = None, None
    for number, line in enumerate(script.text.splitlines(), start=1):
        marker = _MARKER.match(line)
        if not marker:
            continue
        kind, name = marker.groups()
        if kind == "start":
            if open_name:
                raise BookError(path, number, f"section {name!r} starts inside {open_name!r}")
            if name in script.sections:
                raise BookError(path, number, f"a second section {name!r}")
            open_name, open_line = name, number
        else:
            if name != open_name:
                raise BookError(path, number, f"section {name!r} ends but was not open")
            script.sections[name] = Section(name, open_line, number)
            open_name = None
    if open_name:
        raise BookError(path, open_line, f"section {open_name!r} never ends")
    return script


def parse(script):
    """The syntax tree of a script. Raises BookError."""
    try:
        return ast.parse(script.text, filename=str(script.path))
    except SyntaxError as error:
        raise BookError(script.path, error.lineno, f"SyntaxError: {error.msg}") from None


def first_names(script):
    """The names that a script starts with, as if it ran by itself."""
    return {"__name__": "__main__", "__file__": str(script.path)}


def run_statement(script, statement, namespace):
    """Run one top-level statement; returns what it printed. Raises BookError with the line."""
    code = compile(ast.Module([statement], []), str(script.path), "exec")
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(code, namespace)
    except (Exception, SystemExit) as error:
        raise _located(script, statement, error) from error
    return printed.getvalue()


class Run:
    """A script on its way: run as far as was asked for, and no statement twice."""

    def __init__(self, script):
        self.script = script
        self.namespace = first_names(script)
        self.outputs = {name: "" for name in script.sections}
        self._left = list(reversed(parse(script).body))

    def advance(self, until=None, exercises=False):
        """Run on to the end of a section, or of the script. Raises BookError where it fails.

        exercises: see that the check of each fails with its starting code, before the solution runs.
        """
        last = self.script.sections[until].end if until else None
        unsolved = set(self.script.sections) if exercises else set()
        while self._left and not (last and self._left[-1].lineno > last):
            statement = self._left[-1]
            section = self.script.section_at(statement.lineno)
            if section in unsolved:
                unsolved.remove(section)
                if solution := _SOLUTION.fullmatch(section):
                    check_starting_code(self.script, solution[1], self.namespace)
            printed = run_statement(self.script, statement, self.namespace)
            self._left.pop()  # only now: a statement that failed fails for the next caller too
            if section:
                self.outputs[section] += printed


def check_starting_code(script, number, namespace):
    """Run the check of an exercise before its solution. Raises BookError unless it asks for one.

    A reader who has done nothing must be told so, by an assertion that says what is missing.
    """
    check = script.sections.get(f"check_{number}")
    if check is None:
        return
    names = dict(namespace)  # the check may leave names behind; the chapter goes on without them
    try:
        for statement in parse(script).body:
            if check.start < statement.lineno < check.end:
                run_statement(script, statement, names)
    except BookError as error:
        if isinstance(error.__cause__, AssertionError) and str(error.__cause__):
            return
        message = f"exercise {number}: its check must tell of the starting code by an assertion"
        raise BookError(error.path, error.line, f"{message} with a text; {error.message}") from None
    message = f"exercise {number}: its starting code already passes the check"
    raise BookError(script.path, check.start, message)


def execute(script, until=None, exercises=False):
    """Run a script statement by statement; with `until`, stop at the end of that section.

    Returns (outputs, namespace): what each section printed, and the names left behind.
    Raises BookError with the line of the script that failed; with `exercises`, also for an exercise
    whose starting code passes its check.
    """
    run = Run(script)
    run.advance(until, exercises)
    return run.outputs, run.namespace


_runs = {}  # (path, text) -> Run: the listings of a page are tested one after another


def run_section(name, section, namespace):
    """What a listing's test runs: the script up to the end of the section, then print its output.

    Within one process the run goes on from where the listing before left it, which is what a reader
    of the page does too. The names so far are put into `namespace`, for lines below the embedded part.
    """
    script = read_script(script_path(name))
    run = _runs.setdefault((script.path, script.text), Run(script))
    run.advance(until=section)
    namespace.update(run.namespace)
    sys.stdout.write(run.outputs[section])


def _located(script, statement, error):
    """The error as a BookError that names the deepest line inside snippets/."""
    path, line = script.path, statement.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        inside = Path(frame.filename)
        if inside.parent == script.path.parent:
            path, line = inside, frame.lineno
    section = script.section_at(statement.lineno)
    where = f"in section {section!r}: " if section else ""
    detail = f"{type(error).__name__}: {error}".rstrip(": ")
    return BookError(path, line, where + detail)


if __name__ == "__main__":
    for argument in sys.argv[1:] or sorted(p.stem for p in SNIPPETS.glob("*.py")):
        for found in read_script(SNIPPETS / f"{argument}.py").sections.values():
            print(f"snippets/{argument}.py:{found.start}: {found.name}")
