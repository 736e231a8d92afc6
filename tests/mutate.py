"""Change the book in one place at a time, and report the changes that no test would notice.

Usage: `make mutate`, or `python tests/mutate.py [NAME ...]` for single chapters or scripts;
`--changed REV` for those that differ from a git revision; `--record` keeps the counts for the
colophon; `--log FILE` adds a line for each mutant of a script: its processor time and what noticed
it. mutants.py says what is changed, trials.py what counts as noticed, survivors.yml which survivors
a person has reviewed, with the reason why none of them is a hole.
"""
# ruff: noqa: E402 - the environment must be set before NumPy is imported

import argparse
import ast
import functools
import gc
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# As in hooks/run_snippets.py: the same results on every run, and one thread for each process.
ENVIRONMENT = {
    "MPLBACKEND": "svg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "NO_MKDOCS_2_WARNING": "1",
}
if __name__ == "__main__" and os.environ.get("PYTHONHASHSEED") != "0":
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ENVIRONMENT)
sys.path[:0] = [str(ROOT / folder) for folder in ("hooks", "snippets", "tests")]

import matplotlib
import numpy as np
import pytest
import yaml

import book
import bound_numbers
import chapters
import citations
import formula_mutants
import formulas
import trials
from mutants import (
    Mutant,
    number_mutants,
    output_mutants,
    registry_mutants,
    script_mutants,
)
from mutation_record import RECORD
from run_snippets import imported_snippets
from scripts import NOTEBOOK, SNIPPETS, BookError, script_path, shown
from test_formulas import EQUIVALENT
from trials import Case, Pool, Run, Slots, Suite, Tests, run_changed, run_through, time_limit

SURVIVORS = HERE / "survivors.yml"
FINGERPRINTS = HERE / "fingerprints"
WORKERS = 2
# The share that must be caught, of the whole book.
REQUIRED = {"prose": 1.0, "outputs": 1.0, "formulas": 1.0, "registry": 1.0, "snippets": 0.98}

# Scripts of the whole book: their mutants belong to no chapter and run under their own names.
SHARED = {"activations", "plotting"}
# The scripts that have tests of their own.
OR_GATE = Tests(["tests/test_or_gate.py"], ("test_or_gate",))
TESTS = {
    "reference": Tests(
        [
            "tests/test_reference.py::test_moments_against_adaptive_quadrature",
            "tests/test_reference.py::test_moments_in_closed_form",
            "tests/test_reference.py::test_extremes_against_a_dense_search",
        ]
    ),
    "activations": Tests(
        [
            "tests/test_activations.py",
            "tests/test_formulas.py::test_the_registry_agrees_with_its_formulas",
        ],
        ("formulas", "test_activations"),
        ("test_activations",),
    ),
    "drawn": Tests(["tests/test_random_networks.py"], ("test_random_networks",)),
    "deep": Tests(["tests/test_random_networks.py"], ("test_random_networks",)),
    "digit_networks": Tests(["tests/test_choosing.py"], ("test_choosing",)),
    "or_gate": OR_GATE,
    # What else is made of these numbers the pages of or_gate.py show, which imports them.
    "or_notes": Tests(
        ["tests/test_or_gate.py::test_the_notes_are_carried_over_whole"], ("test_or_gate",)
    ),
    "or-notebook": Tests(
        [
            "tests/test_notebook.py::test_agrees_with_the_chapter",
            "tests/test_notebook.py::test_its_last_loop_prints_the_notes_sums",
        ]
    ),
}


@dataclass
class Part:
    """The outcome for one file and one kind of change."""

    path: Path
    kind: str
    seconds: float = 0.0
    caught: Counter = field(default_factory=Counter)  # what noticed it -> how many
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def total(self):
        return self.caught.total() + len(self.survivors)


class Book:
    """The book as it is, and for each script what its tests hold it to."""

    def __init__(self, log=None):
        self.log = log  # file for a line on each mutant of a script
        self.checked = book.check()
        # What is wrong with the record is for this tool to mend.
        self.checked.problems = [p for p in self.checked.problems if p.path != RECORD]
        self.keys = citations.read_bibliography()
        self.chapters = list(self.checked.chapters.values())
        self.uncommitted = []  # figures whose fingerprint is not in the tree
        self.reviewed = reviewed_survivors()
        problems = self.checked.problems
        if not self.chapters:
            raise SystemExit("\n".join(map(str, problems)))
        self.wrong = {problem.path for problem in problems}
        self.wrong |= {self.checked.page_of(problem) for problem in problems}
        self.cases = {}
        for name, script in self.checked.scripts.items():
            if script.path not in self.wrong:
                self.cases[name] = self._case(script)
        self.imported = {name: imported_snippets(script_path(name)) for name in self.cases}

    def _case(self, script):
        case = Case(script, keys=self.keys)
        for chapter in self.chapters:
            for fence in chapter.listings:
                if fence.embed and fence.embed[0] == script.name:
                    case.outputs[fence.embed[1]] = fence.output or ""
            if chapter.snippet == script.name:
                case.chapters.append(chapter)
        result = self.checked.results.get(script.name)
        for name, drawn in result.fingerprints.items() if result else ():
            path = FINGERPRINTS / f"{name}.json"
            if path.is_file():
                case.figures[name] = json.loads(path.read_text(encoding="utf-8"))
            else:
                case.figures[name] = drawn
                self.uncommitted.append(name)
        return case

    def own_scripts(self, chapter):
        """The scripts whose mutants run with a chapter: those it shows, and what they import."""
        found = set(chapter.scripts)
        for name in chapter.scripts:
            found |= {path.stem for path in self.imported.get(name, ())}
        return found - SHARED

    def importers(self, name, names):
        """The scripts, as pages run them, that reach some of `names` of another script."""
        found = []
        for other, imported in self.imported.items():
            users = [script_path(other), *imported]
            runs = other in self.checked.results and any(p.stem == name for p in imported)
            runs = runs and self.cases[other].times  # those that fail as they are tell nothing
            if runs and any(names & _taken(path, name) for path in users):
                found.append(self.cases[other])
        return sorted(found, key=lambda case: case.seconds)


@functools.cache
def _taken(path, name):
    """The names that a file imports from a script."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = {alias.name for alias in node.names} if hasattr(node, "names") else set()
        if isinstance(node, ast.ImportFrom) and node.module == name:
            found |= names
        whole = isinstance(node, ast.Import) and name in names
        if whole or "*" in found:
            raise BookError(path, node.lineno, f"name what you take from {name}")
    return found


def reach(case, statement):
    """The names of a script that a change of one of its statements can change."""
    names = set()
    for index, node in enumerate(case.tree.body):
        found = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
        if index == statement or names & {n.id for n in found if isinstance(n.ctx, ast.Load)}:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.add(node.name)
                continue
            names |= {n.id for n in found if isinstance(n.ctx, ast.Store)}
            # x[0] = 1 and x.append(1) change x too.
            parts = [
                n.value for n in ast.walk(node) if isinstance(n, (ast.Subscript, ast.Attribute))
            ]
            names |= {n.id for n in parts if isinstance(n, ast.Name)} - _imported(case)
    return names


def _imported(case):
    imports = [n for n in case.tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    return {alias.asname or alias.name for node in imports for alias in node.names}


# ---------------------------------------------------------------------------- scripts


def control_runs(the_book, names, folder):
    """Run scripts, and those that import them, unchanged: they must pass; their time is a measure.

    Here, not in a child: what Matplotlib keeps of fonts and formulas then serves all children.
    Returns name -> what is wrong.
    """
    failed = {}
    for name, case in the_book.cases.items():
        if name in names or any(path.stem in names for path in the_book.imported[name]):
            with trials.empty_folder(folder), warnings.catch_warnings(action="ignore"):
                why = trials.outcome(lambda case=case: trials.measured(case))
            if why:
                failed[name] = why
    trials.forget()
    return failed


def mutate_script(the_book, case, mutants, folder, slots):
    """Why each mutant of a script was caught, "" for those that were not; runs in its own process."""
    whys = [None] * len(mutants)

    def done(number, told, died, seconds):
        whys[number] = told if told is not None else f"time: ended by signal {died}"
        if the_book.log:
            mutant = mutants[number]
            where = f"{shown(mutant.path)}:{mutant.line}"
            with the_book.log.open("a", encoding="utf-8") as log:
                print(f"{seconds:.3f}", where, mutant.change, whys[number], sep="\t", file=log)
        if sys.stderr.isatty():
            left = f"{whys.count(None)} left, {whys.count('')} survive"
            text = f"{shown(case.script.path)}: {left}"
            print(f"\r{text:70}\r", end="", file=sys.stderr, flush=True)

    pool = Pool(slots, done)
    if case.name in TESTS:
        suite = Suite(
            TESTS[case.name], lambda s: _fork_all(the_book, case, mutants, folder, pool, s)
        )
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.chdir(ROOT)
        options = ["-qs", "-p", "no:cacheprovider", "--tb=no", *suite.tests.items]
        if pytest.main(options, plugins=[suite]) not in (0, 1) or suite.failed:
            raise RuntimeError(f"{suite.failed} fails before anything is changed")
    else:
        _fork_all(the_book, case, mutants, folder, pool)
    pool.finish()
    return whys


def _fork_all(the_book, case, mutants, folder, pool, suite=None):
    """Run the script; fork a child for each mutant just before what it changes is first used.

    That is the statement which holds it, or the first that calls the function which does: up to there
    a changed script runs as the script itself does.
    """

    def attempt(mutant, first):
        trials.quiet()
        mutant.edit()
        with trials.empty_folder(folder):
            trials.limited(time_limit(sum(case.times[first:])))
            function = functions.get(mutant.statement) if first > mutant.statement else None
            why = trials.outcome(lambda: run_changed(case, mutant.statement, first, run, function))
            if not why and suite:
                about = reach(case, mutant.statement) | _entry_at(case, mutant.line)
                trials.limited(time_limit(suite.seconds))
                why = trials.outcome(lambda: suite.hold(case, about))
            # A reviewed one changes nothing that anyone could import: half a minute for each is saved.
            if why or mutant.key in the_book.reviewed:
                return why
            return _where_imported(the_book, case, reach(case, mutant.statement))

    waiting = defaultdict(list)
    for number, mutant in enumerate(mutants):
        waiting[trials.first_use(case, mutant)].append((number, mutant))
    functions = {}
    with trials.empty_folder(folder):
        run = Run(case)
        for index, statement in enumerate([*case.tree.body, None]):
            gc.freeze()  # a child must not copy what it never touches
            for number, mutant in waiting[index]:
                pool.start(number, functools.partial(attempt, mutant, index))
            if statement:
                run.step(statement)
            if isinstance(statement, ast.FunctionDef):
                functions[index] = run.function_of(statement)
    pool.finish()


def _entry_at(case, line):
    """The name of the registry's entry on a line: which tests to run first."""
    return {
        node.args[0].value
        for node in ast.walk(case.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Activation"
        if node.lineno <= line <= node.end_lineno
    }


def _where_imported(the_book, case, names):
    for other in the_book.importers(case.name, names):
        trials.limited(time_limit(other.seconds))
        why = trials.outcome(lambda other=other: run_through(other, changed=[case]))
        if why:
            return f"{why}, in {other.name}.py"
    return ""


# ---------------------------------------------------------------------------- pages


def mutate_page(the_book, chapter):
    """For each kind: (what noticed them, survivors); runs in a process of its own."""
    printed = _plain_outputs(chapter)
    result = the_book.checked.results.get(chapter.snippet)
    values = result.values if result else {}
    found = {}
    for mutant in [*number_mutants(chapter), *output_mutants(chapter)]:
        caught, survivors = found.setdefault(mutant.kind, (Counter(), []))
        if _page_problems(the_book, chapter, mutant, values, printed):
            caught[mutant.kind] += 1
        else:
            survivors.append([mutant.line, mutant.source, mutant.change])
    _mutate_formulas(chapter, found)
    return found


def mutate_pages(the_book, pages, names):
    """[file, what `mutate_page` found, signal, seconds] of each page, each in a process of its own."""
    found = []
    pool = Pool(Slots(1), lambda *one: found.append(one))
    if "activations" in names:
        path = str(SNIPPETS / "activations.py")
        pool.start(path, functools.partial(mutate_registry_formulas, Path(path)))
    for chapter in pages:
        pool.start(str(chapter.path), functools.partial(mutate_page, the_book, chapter))
    pool.finish()
    return found


def _page_problems(the_book, chapter, mutant, values, printed):
    if mutant.literals:
        return _contradicted(chapter, *mutant.literals, values)
    try:
        read = chapters.read_notebook if chapter.path == NOTEBOOK else chapters.read_chapter
        page = read(chapter.path, mutant.text)
    except BookError as error:
        return [error]
    if mutant.kind == "prose":
        return bound_numbers.check_numbers(page, values, the_book.keys)
    problems = book.check_outputs(page, the_book.checked.results)
    return problems + [f for f in page.listings if f.output != printed.get(f.line, f.output)]


def _contradicted(chapter, old, new, values):
    """Whether the values that a literal is bound to would object to another one."""
    try:
        target, half = bound_numbers.value_of(new)
    except ValueError:
        return True
    found = [values[expression] for expression in bound_numbers.bindings(chapter)[old]]
    return not all(bound_numbers.agrees(value, target, half) for value in found)


def _mutate_formulas(chapter, found):
    """Add the slips of a page's bound formulas, without those that test_formulas knows as none."""
    bound = [formula for formula in formulas.displayed(chapter) if formula.reason is None]
    if not bound:
        return
    names = formulas.page_names(chapter)
    caught, survivors = found.setdefault("formulas", (Counter(), []))
    for formula in bound:
        for change, text in formula_mutants.mutants(formula.tex):
            if (chapter.name, change) in EQUIVALENT:
                continue
            if formula_mutants.formula_survives(formula, text, names):
                survivors.append([formula.line, formula.tex, change])
            else:
                caught["formula"] += 1


def mutate_registry_formulas(path):
    """The slips of the formulas and derivatives of the registry, as `mutate_page` gives them."""
    lines = path.read_text(encoding="utf-8").splitlines()
    caught, survivors = Counter(), []
    for name, entry in formulas.REGISTRY.items():
        line = next(n for n, text in enumerate(lines, 1) if text.strip().startswith(f'"{name}", "'))
        for which in ("formula", "derivative"):
            for change, text in formula_mutants.mutants(getattr(entry, which)):
                if formula_mutants.registry_survives(entry, which, text):
                    survivors.append([line, lines[line - 1], f"{name}, {which}: {change}"])
                else:
                    caught["formula"] += 1
    return {"formulas": (caught, survivors)}


def _plain_outputs(chapter):
    """line -> what a listing prints that stands in the page itself and not in a script."""
    printed = {}
    for fence in chapter.listings:
        if fence.output is not None and not fence.embed:
            text = StringIO()
            with redirect_stdout(text):
                exec("\n".join(fence.body), {"__name__": "builtins"})
            printed[fence.line] = text.getvalue()
    return printed


# ---------------------------------------------------------------------------- the whole


def mutate(the_book, pages, names, folder):
    """The parts of some pages and scripts, and what could not be mutated."""
    parts, broken = [], []

    def keep(path, kind, seconds, caught, survivors):
        part = Part(path, kind, seconds, Counter(caught), survivors)
        parts.append(part)
        print_part(part)

    def page_done(path, told, died, seconds):
        path = Path(path)
        if told is None:
            broken.append(f"{shown(path)}: its process ended by signal {died}")
            return
        for kind, (caught, survivors) in told.items():
            keep(path, kind, seconds, caught, [Mutant(path, *one, kind) for one in survivors])

    def script_done(name, whys, died, seconds):
        path = script_path(name)
        if whys is None:
            broken.append(f"{shown(path)}: its process ended by signal {died}")
            return
        both = list(zip(mutants[name], whys, strict=True))
        for kind in dict.fromkeys(mutant.kind for mutant in mutants[name]):
            caught = Counter(re.match(r"\w+", why)[0] for m, why in both if why and m.kind == kind)
            survivors = [mutant for mutant, why in both if not why and mutant.kind == kind]
            keep(path, kind, seconds, caught, survivors)

    # The pages take one processor, the scripts as they are the other.
    pool = Pool(Slots(1), lambda _, told, died, seconds: [page_done(*one) for one in told])
    pool.start("pages", functools.partial(mutate_pages, the_book, pages, names))
    failed = control_runs(the_book, set(names), folder)
    pool.finish()
    broken += [f"{shown(script_path(name))}: {why}" for name, why in failed.items()]
    mutants = {}
    for name in names:
        case = the_book.cases[name]
        mutants[name] = script_mutants(case.script, case.tree)
        if name == "activations":
            mutants[name] += registry_mutants(case.script, case.tree)
    # Two scripts at a time, two mutants at a time: while one script's tests warm up, or its last
    # mutant runs, there is still work for both processors. The long ones start first.
    pool, slots = Pool(Slots(WORKERS), script_done), Slots(WORKERS)
    for name in sorted(names, key=lambda n: (n not in TESTS, -the_book.cases[n].seconds)):
        if mutants[name] and name not in failed:
            case = the_book.cases[name]
            work = functools.partial(mutate_script, the_book, case, mutants[name], folder, slots)
            pool.start(name, work)
    pool.finish()
    return parts, broken


def print_part(part):
    how = ", ".join(f"{count} {why}" for why, count in part.caught.most_common())
    caught = part.caught.total()
    print(
        f"{shown(part.path):32} {part.kind:9} {part.total:5} {caught:5} {share(caught, part.total)}"
        f" {part.seconds:6.1f} s  {how if part.kind in ('snippets', 'registry') else ''}".rstrip(),
        flush=True,
    )


def share(caught, total):
    """Never rounded up: 100.0 % means all."""
    return f"{int(1000 * caught / total) / 10:5.1f} %" if total else "      -"


def reviewed_survivors():
    """(file, line, change) -> reason."""
    listed = yaml.safe_load(SURVIVORS.read_text(encoding="utf-8")) or {}
    found = {}
    for file, entries in listed.items():
        for entry in entries:
            for change in [entry["change"]] if "change" in entry else entry["changes"]:
                key = (file, entry["line"].strip(), change)
                if key in found or not str(entry.get("reason", "")).strip():
                    raise SystemExit(f"{shown(SURVIVORS)}: twice, or without a reason: {key}")
                found[key] = entry["reason"]
    return found


def judge(parts, broken, uncommitted, whole):
    """Everything that must not be, as lines of text."""
    problems = list(broken)
    reviewed = reviewed_survivors()
    survivors = [mutant for part in parts for mutant in part.survivors]
    for mutant in survivors:
        if mutant.key not in reviewed:
            where = f"{shown(mutant.path)}:{mutant.line}"
            problems.append(f"{where}: survives: {mutant.change}\n    {mutant.source.strip()}")
    mutated = {shown(part.path) for part in parts}
    living = {mutant.key for mutant in survivors}
    for key in reviewed:
        if key not in living and (key[0] in mutated or not (ROOT / key[0]).is_file()):
            problems.append(f"{shown(SURVIVORS)}: no longer survives: {', '.join(key)}")
    for kind, required in REQUIRED.items() if whole else ():
        total, caught = totals(parts)[kind]
        if caught < required * total:
            problems.append(f"{kind}: {share(caught, total).strip()} caught, not {required:.0%}")
    if uncommitted:
        problems.append(f"no fingerprint in tests/fingerprints: {', '.join(uncommitted)}")
    return problems


def totals(parts):
    """kind -> (mutants, caught)"""
    found = {kind: (0, 0) for kind in REQUIRED}
    for part in parts:
        total, caught = found[part.kind]
        found[part.kind] = (total + part.total, caught + part.caught.total())
    return found


def git(*arguments):
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def record(parts):
    """Keep the counts, with the commit that they belong to."""
    kept = {
        "commit": git("rev-parse", "HEAD"),
        "dirty": bool(git("status", "--porcelain", "--", ":!" + shown(RECORD))),
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "matplotlib": matplotlib.__version__,
        "reviewed": sum(len(part.survivors) for part in parts),
        "counts": {
            kind: {"mutants": total, "caught": caught}
            for kind, (total, caught) in totals(parts).items()
        },
    }
    RECORD.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(f"{shown(RECORD)}: written")


def changed_since(revision, the_book):
    """Names of the chapters and scripts that differ from a git revision."""
    listed = git("diff", "--name-only", revision) + "\n"
    listed += git("ls-files", "--others", "--exclude-standard")
    paths = {ROOT / line for line in listed.splitlines()}
    scripts = {name for name in the_book.checked.scripts if script_path(name) in paths}
    pages = {c.name for c in the_book.chapters if c.path in paths}
    pages |= {c.name for c in the_book.chapters if scripts & the_book.own_scripts(c)}
    return sorted(pages | scripts)


def selected(the_book, names):
    """(chapters, names of scripts): all, or those that carry one of the names."""
    if not names:
        return the_book.chapters, list(the_book.checked.scripts)
    pages = [chapter for chapter in the_book.chapters if chapter.name in names]
    found = {name for name in names if name in the_book.checked.scripts}
    unknown = set(names) - found - {chapter.name for chapter in pages}
    if unknown:
        raise SystemExit(f"no chapter or script is called {', '.join(sorted(unknown))}")
    for chapter in pages:
        found |= the_book.own_scripts(chapter)
    return pages, [name for name in the_book.checked.scripts if name in found]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", help="chapters or scripts; all where none is named")
    parser.add_argument("--changed", metavar="REV", help="those that differ from a git revision")
    parser.add_argument("--record", action="store_true", help=f"write {shown(RECORD)}")
    parser.add_argument("--log", type=Path, metavar="FILE", help="add how each mutant was noticed")
    options = parser.parse_args(arguments)
    if options.log:
        options.log = options.log.absolute()
    before = time.monotonic()
    the_book = Book(options.log)
    names = options.names
    if options.changed:
        names += changed_since(options.changed, the_book)
        if not names:
            print(f"no chapter or script differs from {options.changed}")
            return 0
    pages, scripts = selected(the_book, names)
    broken = [
        f"already wrong: {p}"
        for p in the_book.checked.problems
        if not names or _concerns(p, pages, scripts)
    ]
    trials.without_files()
    trials.parse_once()
    print(f"{'file':32} {'kind':9} {'all':>5} {'caught':>6}")
    with tempfile.TemporaryDirectory() as folder:
        parts, more = mutate(
            the_book,
            [page for page in pages if page.path not in the_book.wrong],
            [name for name in scripts if name in the_book.cases],
            folder,
        )
    print()
    for kind, (total, caught) in totals(parts).items():
        print(
            f"{'whole' if not names else 'together':32} {kind:9} {total:5} {caught:5} {share(caught, total)}"
        )
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in used)
    print(f"{time.monotonic() - before:.0f} s, {processor:.0f} s of processor time")
    figures = {
        name
        for script in scripts
        if script in the_book.cases
        for name in the_book.cases[script].figures
    }
    uncommitted = [name for name in the_book.uncommitted if name in figures]
    problems = judge(parts, broken + more, uncommitted, whole=not names)
    for problem in problems:
        print(problem, file=sys.stderr)
    if options.record and not names and not problems:
        record(parts)
    return 1 if problems else 0


def _concerns(problem, pages, scripts):
    return problem.path in {p.path for p in pages} or problem.path.stem in scripts


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
