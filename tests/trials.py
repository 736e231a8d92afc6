"""Would the tests notice? Runs a changed script until something differs that a test holds it to.

What counts is what `make test` asserts, by the same functions: an exception, an output that a page
shows (test_book), a number or words bound to a value (test_book), what a figure draws
(test_figures), a displayed formula (test_formulas), and the tests that a script has of its own
(such as test_activations). Each trial is a forked child, so that
nothing is imported twice and a change cannot outlive its trial.
"""

import ast
import contextlib
import cProfile
import functools
import importlib.util
import inspect
import json
import os
import re
import resource
import runpy
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
import types
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import collections
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser

import bound_numbers
import fingerprints
import formulas
import scripts
from chapters import Chapter
from fingerprints import difference, fingerprint
from run_snippets import evaluate
from scripts import SNIPPETS, BookError, Script, first_names, parse, run_statement, shown

_CHECK = re.compile(r"check_(\d+)")
MEMORY = 4 << 30  # bytes that a changed script may take before it fails


class Caught(BaseException):
    """A test would fail. Not an Exception: no script's own `except` may swallow it."""


@dataclass
class Case:
    """One script and all that the tests hold it to."""

    script: Script
    outputs: dict[str, str] = field(default_factory=dict)  # section -> what its page shows
    figures: dict[str, dict] = field(default_factory=dict)  # figure -> its fingerprint
    chapters: list[Chapter] = field(default_factory=list)  # those whose numbers it computes
    keys: dict = field(default_factory=dict)  # of the bibliography
    # Processor time of each statement, unchanged, and last that of all that is held at the end.
    times: list[float] = field(default_factory=list)
    # (line, name) of each function that is called -> the first statement that calls it, or whose
    # settled numbers do; as many as there are statements where only what is held at the end does.
    first_calls: dict[tuple[int, str], int] = field(default_factory=dict)

    def __post_init__(self):
        self.tree = parse(self.script)

    @property
    def name(self):
        return self.script.name

    @property
    def seconds(self):
        return sum(self.times)

    @functools.cached_property
    def settled(self):
        """statement -> (chapter, literal or phrase, expression) of what no later one can change.

        A wrong number is then found before the figures are drawn, which takes most of the time.
        """
        body = self.tree.body
        uses, functions = [], {}  # the names of each statement; those of each function
        for node in body:
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            if isinstance(node, ast.FunctionDef):
                names.add(node.name)
                functions[node.name] = functions.get(node.name, set()) | names
            uses.append(names)
        fixed = {}  # what is imported no statement changes, so only the import counts
        for index, node in enumerate(body):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                fixed |= {alias.asname or alias.name: index for alias in node.names}
        found = {}
        for chapter in self.chapters:
            for stated, expression in _bound(chapter):
                names = {n.id for n in ast.walk(ast.parse(expression)) if isinstance(n, ast.Name)}
                queue = [*names]
                while queue:
                    new = functions.get(queue.pop(), set()) - names
                    names |= new
                    queue += new
                places = [fixed[name] for name in names if name in fixed]
                names -= fixed.keys()
                places += [index for index, used in enumerate(uses) if used & names]
                last = max(places, default=0)
                found.setdefault(last, []).append((chapter, stated, expression))
        return found


def _bound(chapter):
    """(literal or phrase, expression) of all that a page binds."""
    for literal, group in bound_numbers.bindings(chapter).items():
        yield from ((literal, expression) for expression in group)
    yield from bound_numbers.bound_words(chapter).items()


class Run:
    """A script on its way, held against its case after each statement."""

    def __init__(self, case, changed=()):
        """changed: cases whose trees were edited; imports get them in place of their files."""
        self.case = case
        self.names = first_names(case.script)
        self.printed = {name: "" for name in case.script.sections}
        self.saved = set()
        self.unsolved = {}  # exercise -> the names before its solution
        _fresh_imports(changed)
        import plotting

        plotting.ON_SAVE[:] = [self.see]

    def see(self, fig, name):
        if name not in self.case.figures:
            raise Caught(f"figure {name}: new")
        known = self.case.figures[name]
        found = difference_before_drawing(known, fig) or difference(known, fingerprint(fig))
        if found:
            raise Caught(f"figure {name}{found}")
        self.saved.add(name)

    def step(self, statement):
        section = self.case.script.section_at(statement.lineno)
        solution = re.fullmatch(r"solution_(\d+)", section or "")
        if solution and solution[1] not in self.unsolved:
            self.unsolved[solution[1]] = dict(self.names)
            self.hold_start(solution[1])
        printed = run_statement(self.case.script, statement, self.names)
        if section:
            self.printed[section] += printed
            self.compare(section, str.startswith)

    def function_of(self, statement):
        """The function that a `def` has just made; None if a decorator has hidden it."""
        found = inspect.unwrap(self.names[statement.name])
        made = isinstance(found, types.FunctionType) and _where_made(found.__code__)
        return found if made == _where_defined(statement) else None

    def compare(self, section, agree):
        shown = self.case.outputs.get(section)
        if shown is not None and not agree(shown, self.printed[section]):
            raise Caught(f"output of {section}")

    def hold_start(self, number):
        """The starting code of an exercise must fail its check, by an assertion with a text."""
        check = self.case.script.sections.get(f"check_{number}")
        if check is None:
            return
        names = dict(self.unsolved[number])
        try:
            for statement in self.case.tree.body:
                if check.start < statement.lineno < check.end:
                    run_statement(self.case.script, statement, names)
        except BookError as error:
            if isinstance(error.__cause__, AssertionError) and str(error.__cause__):
                return
            raise
        raise Caught(f"starting code of exercise {number}: passes")

    def hold_numbers(self, index):
        """The numbers and words whose values are settled after a statement."""
        for chapter, stated, expression in self.case.settled.get(index, ()):
            value = evaluate(expression, self.names)
            if stated in (chapter.meta.get("words") or {}):
                right = value is True
            else:
                right = not isinstance(value, (dict, bool))
                right = right and bound_numbers.agrees(value, *bound_numbers.value_of(stated))
            if not right:
                raise Caught(
                    f"number: {shown(chapter.path)} says {stated}, {expression} = {value!r}"
                )

    def finish(self):
        for section in self.printed:
            self.compare(section, str.__eq__)
        if self.saved != set(self.case.figures):
            raise Caught(f"figures missing: {set(self.case.figures) - self.saved}")
        for chapter in self.case.chapters:
            values = {
                text: evaluate(text, self.names) for text in bound_numbers.expressions(chapter)
            }
            problems = bound_numbers.check_numbers(chapter, values, self.case.keys)
            if problems:
                raise Caught(f"number: {problems[0]}")
            problems = formulas.check_formulas(chapter, self.names)
            if problems:
                raise Caught(str(problems[0].message))
        plt.close("all")


# Of these, drawing changes nothing that a fingerprint holds, unless a colour map sets their colours.
_UNCHANGED_BY_DRAWING = (
    collections.FillBetweenPolyCollection,
    collections.LineCollection,
    collections.PathCollection,
    collections.PolyCollection,
)


def difference_before_drawing(known, fig):
    """A difference to a fingerprint that can be told before the figure is drawn; None if none can.

    Drawing takes ten times as long as all the rest, for the sake of the ticks and the layout. What is
    compared here drawing leaves as it is: whatever differs now would differ afterwards.
    """
    if len(known["axes"]) != len(fig.axes):
        return f"/axes: {len(known['axes'])} entries became {len(fig.axes)}"
    found = difference(known["size in"], fingerprints._round(fig.get_size_inches()), "/size in")
    # Where one unit must look as long on both axes, drawing may change the limits.
    limits = 4 if all(ax.get_aspect() == "auto" for ax in fig.axes) else 2
    for n, (old, ax) in enumerate(zip(known["axes"], fig.axes, strict=True)):
        where = f"/axes[{n}]"
        x = [ax.get_xlabel(), ax.get_xscale(), *fingerprints._round(ax.get_xlim())]
        y = [ax.get_ylabel(), ax.get_yscale(), *fingerprints._round(ax.get_ylim())]
        found = found or difference(old["x"][:limits], x[:limits], f"{where}/x")
        found = found or difference(old["y"][:limits], y[:limits], f"{where}/y")
        found = found or _text_difference(old["texts"], ax, f"{where}/texts")
        found = found or _drawn_difference(old["drawn"], ax, f"{where}/drawn")
    return found


def _text_difference(known, ax, where):
    if len(known) != len(ax.texts):
        return f"{where}: {len(known)} entries became {len(ax.texts)}"
    for n, (old, text) in enumerate(zip(known, ax.texts, strict=True)):
        if not getattr(text, "arrow_patch", None):  # an arrow gets its size when it is drawn
            found = difference(old, fingerprints._text(text, ax), f"{where}[{n}]")
            if found:
                return found
    return None


def _drawn_difference(known, ax, where):
    """Curves come first in a fingerprint, then the collections."""
    for n, (old, artist) in enumerate(zip(known, [*ax.lines, *ax.collections], strict=False)):
        if n < len(ax.lines):
            now = fingerprints._line(artist)
        elif type(artist) in _UNCHANGED_BY_DRAWING and artist.get_array() is None:
            now = fingerprints._collection(artist)
        else:
            continue
        found = difference(old, now, f"{where}[{n}]")
        if found:
            return found
    return None


def run_changed(case, changed, first, run, function):
    """Run the rest of a script, of which one statement was changed.

    function: the one made by the changed statement, which has run but has not been called.
    """
    statement = case.tree.body[changed]
    if function:
        function.__code__ = _code_of(case, statement)
    run_through(case, first, run)
    check = _CHECK.fullmatch(case.script.section_at(statement.lineno) or "")
    if check and check[1] in run.unsolved:
        run.hold_start(check[1])  # the check was changed after the starting code had failed it


def _code_of(case, statement):
    """The code of the body of a `def`."""
    module = ast.Module([statement], [])
    constants = compile(module, str(case.script.path), "exec").co_consts
    (code,) = (c for c in constants if getattr(c, "co_name", "") == statement.name)
    return code


def measured(case):
    """Run a script unchanged: how long does each statement take, and which calls what first?

    Raises Caught or BookError.
    """
    times, calls, body, last = [], {}, case.tree.body, len(case.tree.body)
    run = Run(case)
    path = str(case.script.path)

    def then():
        profile.disable()
        times.append(time.process_time())
        index = min(len(times) - 2, last)
        for entry in profile.getstats():
            if getattr(entry.code, "co_filename", "") == path:
                calls.setdefault(_where_made(entry.code), index)
        statement = body[index] if index < last else None
        if isinstance(statement, ast.FunctionDef) and not run.function_of(statement):
            calls[_where_defined(statement)] = index  # it cannot be changed any more
        profile.clear()
        profile.enable()

    profile = cProfile.Profile(builtins=False, subcalls=False)
    times.append(time.process_time())
    profile.enable()
    try:
        run_through(case, run=run, then=then)
        then()
    finally:
        profile.disable()
    case.times, case.first_calls = np.diff(times).tolist(), calls


def _where_defined(statement):
    """(line, name) of a `def`, as code has it."""
    decorated = [node.lineno for node in statement.decorator_list]
    return min([statement.lineno, *decorated]), statement.name


def _where_made(code):
    return code.co_firstlineno, code.co_name


def first_use(case, mutant):
    """The first statement that a mutant can change the course of."""
    if not mutant.in_body:
        return mutant.statement
    where = _where_defined(case.tree.body[mutant.statement])
    return max(mutant.statement, case.first_calls.get(where, len(case.tree.body)))


def run_through(case, first=0, run=None, changed=(), then=None):
    """Run a script, or the rest of it, to the end; then() after each statement.

    Raises Caught or BookError.
    """
    run = run or Run(case, changed)
    for index, statement in enumerate(case.tree.body[first:], first):
        run.step(statement)
        run.hold_numbers(index)
        if then:
            then()
    run.finish()


class _ChangedFinder:
    """Gives an edited tree to whoever imports its script."""

    def __init__(self, cases):
        self.cases = {case.name: case for case in cases}

    def find_spec(self, name, path=None, target=None):
        case = self.cases.get(name)
        return case and importlib.util.spec_from_file_location(name, case.script.path, loader=self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        case = self.cases[module.__name__]
        exec(compile(case.tree, str(case.script.path), "exec"), module.__dict__)


def _fresh_imports(changed):
    """As in a new process: no script of snippets/ is imported, and Matplotlib has its defaults."""
    for path in SNIPPETS.glob("*.py"):
        sys.modules.pop(path.stem, None)
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, _ChangedFinder)]
    if changed:
        sys.meta_path.insert(0, _ChangedFinder(changed))
    matplotlib.rcdefaults()


def forget():
    """Drop what the last run has left, so that no child carries it along."""
    plt.close("all")
    _fresh_imports(())
    import plotting

    plotting.ON_SAVE.clear()


# ---------------------------------------------------------------------------- processes


class Slots:
    """How many may run at a time, over several pools in several processes."""

    def __init__(self, count):
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        os.write(self.writing, bytes(count))

    def take(self):
        try:
            return bool(os.read(self.reading, 1))
        except BlockingIOError:
            return False

    def give(self):
        os.write(self.writing, bytes(1))


class Pool:
    """Forked children, a few at a time; each gives back one value that JSON can hold."""

    def __init__(self, slots, done):
        """done: called with (key, value or None, signal or 0, seconds of processor time)."""
        self.slots, self.done = slots, done
        self.children = {}  # file descriptor -> (process, key, parts read)

    def start(self, key, work):
        while not self.slots.take():
            self._wait(self.slots.reading)
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            os.close(reading)
            _child(work, writing)
        os.close(writing)
        self.children[reading] = (process, key, [])

    def finish(self):
        while self.children:
            self._wait()

    def _wait(self, *others):
        for reading in select.select([*self.children, *others], [], [])[0]:
            if reading not in self.children:
                continue
            process, key, parts = self.children[reading]
            part = os.read(reading, 1 << 16)
            if part:
                parts.append(part)
                continue
            os.close(reading)
            del self.children[reading]
            _, status, usage = os.wait4(process, 0)
            self.slots.give()
            told = json.loads(b"".join(parts)) if parts else None
            if isinstance(told, dict) and "fault" in told:
                raise RuntimeError(f"the tool itself failed on {key}:\n{told['fault']}")
            died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            self.done(key, told, died, usage.ru_utime + usage.ru_stime)


def _child(work, writing):
    """Run work() in this fresh child and end it, whatever happens."""
    try:
        told = json.dumps(work()).encode()
        while told:
            told = told[os.write(writing, told) :]
        os._exit(0)
    except BaseException:
        os.write(writing, json.dumps({"fault": traceback.format_exc()}).encode())
        os._exit(1)


def limited(seconds):
    """End this process after so much processor time (a busy machine must not fail a trial)."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(int(20 * seconds) + 60)  # should it wait for something


def quiet():
    """No warnings on the screen, and no more memory than a script can want."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@contextlib.contextmanager
def empty_folder(parent):
    folder = tempfile.mkdtemp(dir=parent)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(parent)
        shutil.rmtree(folder, ignore_errors=True)


def without_files():
    """Figures are drawn for their fingerprints; writing SVG would take half of the time."""
    Figure.savefig = lambda self, *args, **kwargs: None


def parse_once():
    """Let all figures share what Matplotlib has made of a formula in their texts.

    Matplotlib keeps fifty for each figure, and reading them takes a third of the time of drawing. What
    a formula looks like depends on the arguments and the kind of output alone.
    """
    MathTextParser.__eq__ = lambda self, other: self._output_type == other._output_type
    MathTextParser.__hash__ = lambda self: hash(self._output_type)
    parse = MathTextParser._parse_cached.__wrapped__
    MathTextParser._parse_cached = functools.lru_cache(maxsize=None)(parse)


def outcome(attempt):
    """Why the tests would fail on what attempt() runs; "" when they would not."""
    try:
        attempt()
    except Caught as caught:
        return str(caught)
    except BookError as error:
        return f"raises: {error.message}"
    except Exception as error:  # at import of a changed script
        return f"raises: {type(error).__name__}: {error}"
    return ""


def time_limit(seconds):
    """For a run that takes so long unchanged: what loops is ended soon, what is slow is not."""
    return 1.0 + 2 * seconds


# ---------------------------------------------------------------------------- tests of one script


@dataclass
class Tests:
    """The tests that hold a script beyond what pages show of it."""

    items: list[str]  # as pytest names them
    fresh: tuple[str, ...] = ()  # modules that take something from the script when imported
    # Of these, what functools.cache keeps stays: references of fifty digits, which take long and
    # do not depend on the script.
    warm: tuple[str, ...] = ()


class Suite:
    """A pytest session that stops at its loop, where its tests can run again and again."""

    def __init__(self, tests, then):
        """then: called with this suite once all tests have passed on the script as it is."""
        self.tests, self.then = tests, then
        self.failed = None
        self.times = {}  # test -> processor time

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session):
        self.items = session.items
        self.fresh = [
            (
                sys.modules[name],
                compile(Path(sys.modules[name].__file__).read_text("utf-8"), name, "exec"),
            )
            for name in self.tests.fresh
        ]
        self.run(self.items)  # to fill the caches, then for the time
        for item in [] if self.failed else self.items:
            before = time.process_time()
            self.run([item])
            self.times[item] = time.process_time() - before
        if not self.failed:
            self.then(self)
        return True

    def run(self, items):
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return

    @property
    def seconds(self):
        return sum(self.times.values())

    def _in_order(self, names):
        """The tests about one of some names first, and then the shortest.

        "test_value[gelu]" is about gelu; a test without parameters may be about anything.
        """
        about = {item: set(re.findall(r"[a-z]\w*", item.name)[1:]) for item in self.items}
        right = {item for item, subjects in about.items() if subjects & names}
        wrong = {item for item, subjects in about.items() if subjects} if right else set()
        return sorted(self.items, key=lambda i: (i not in right, i in wrong, self.times[i]))

    def hold(self, case, names):
        """Run all tests on an edited script; those about one of `names` go first."""
        _fresh_imports([case])
        _read_edited(case)
        for module, code in self.fresh:
            cached = {k: v for k, v in vars(module).items() if hasattr(v, "cache_info")}
            exec(code, vars(module))
            if module.__name__ in self.tests.warm:
                vars(module).update(cached)
        self.run(self._in_order(names))
        if self.failed:
            raise Caught(f"test {self.failed}")


def _read_edited(case):
    """Let all who read the script's file, rather than import it, get the edited tree."""
    path, read, run_path = case.script.path, scripts.parse, runpy.run_path

    def parsed(script):
        return case.tree if script.path == path else read(script)

    def run_edited(file, *args, **kwargs):
        if Path(file) != path:
            return run_path(file, *args, **kwargs)
        return scripts.execute(case.script)[1]

    scripts.parse, runpy.run_path = parsed, run_edited
