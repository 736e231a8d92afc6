"""Runs a page's listings in the reader's browser, as the tests run them.

A listing is a section of a script, and what it needs stands above it in the script, partly unseen.
Running it means running the script up to its end, in one namespace for each script. What the reader
has changed takes the place of the section's own text.

No state is hidden: what a listing sees depends on the texts of those before it and on nothing else.
The names are kept as they were before each listing. Run one twice, and it starts from the same names;
change one, and those behind it run anew when they are needed.

This is plain Python and knows no browser: `Runner(emit)` tells what happens by calls of `emit`.
"""

import ast
import builtins
import copy
import io
import json
import linecache
import sys
import time
import traceback
import warnings
from dataclasses import dataclass

import matplotlib_stand_in
import numpy as np
import numpy_warnings

from scripts import ROOT, SNIPPETS, contents, first_names, read_script, script_path

OUTPUT_LIMIT = 64 * 1024  # bytes of one listing
KEPT_LIMIT = 8 * 1024 * 1024  # bytes of arrays: larger namespaces are not kept, but made anew
EXERCISE = ("start_", "solution_", "check_")  # sections that no other script imports
# Asked for once: in the browser each question about a file takes long.
SCRIPTS = sorted(path.stem for path in SNIPPETS.glob("*.py"))
NO_INPUT = "input() is not available on this page: write the value into the listing"


def no_input(prompt=""):
    raise RuntimeError(NO_INPUT)


@dataclass(frozen=True)
class Piece:
    """A part of a script: a listing, or what stands unseen before one."""

    key: str | None  # "script:section" of a listing
    code: str
    line: int  # of its first line in the script

    @property
    def section(self):
        return self.key and self.key.split(":")[1]


def pieces(script):
    """A script as listings and what stands between them, in order."""
    lines = script.text.splitlines()
    found, at = [], 0
    for section in script.sections.values():
        found.append(Piece(None, "\n".join(lines[at : section.start - 1]), at + 1))
        key = f"{script.name}:{section.name}"
        found.append(Piece(key, script.source(section.name), section.start + 1))
        at = section.end
    return found


class Output(io.TextIOBase):
    """What a listing prints, passed on now and then, and cut where it floods the page."""

    def __init__(self, pass_on):
        self.text, self.size, self.cut = [], 0, False
        self._pass_on, self._pending, self._last = pass_on, [], time.monotonic()

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if not self.cut:
            self._add(text)
        return len(text)

    def _add(self, text):
        room = OUTPUT_LIMIT - self.size
        data = text.encode("utf-8", "replace")
        if len(data) > room:
            text, self.cut = data[:room].decode("utf-8", "ignore"), True
        self.size += min(len(data), room)
        self.text.append(text)
        self._pending.append(text)
        if self.cut or time.monotonic() - self._last > 0.1:
            self.pass_pending_on()

    def pass_pending_on(self):
        if self._pending:
            self._pass_on("".join(self._pending), self.cut)
        self._pending, self._last = [], time.monotonic()

    def getvalue(self):
        return "".join(self.text)


class Chain:
    """One script on its way: run as far as was asked for."""

    def __init__(self, script):
        self.script, self.pieces = script, pieces(script)
        self.place = {piece.key: n for n, piece in enumerate(self.pieces) if piece.key}
        self.names, self.ran = first_names(script), []  # the codes that made these names
        self.kept = {}  # number of a piece -> (codes before it, names before it)
        self.known = {}  # key -> the codes up to and with it, when it last ran through

    def codes(self, key, edits):
        """The texts up to a listing's end, with the reader's in place of the book's."""
        return [edits.get(p.key, p.code) for p in self.pieces[: self.place[key] + 1]]

    def has_run(self, key, edits):
        return self.known.get(key) == self.codes(key, edits)

    def rewind(self, codes, last):
        """Go to the latest place, at most `last`, whose names these codes would make again."""
        here = len(self.ran) if self.ran == codes[: len(self.ran)] else 0
        here = here if here <= last else 0
        kept = [n for n, (ran, _) in self.kept.items() if n <= last and ran == codes[:n]]
        if max(kept, default=0) > here:
            self.ran, self.names = codes[: max(kept)], copied(self.kept[max(kept)][1])
        elif not here:
            self.ran, self.names = [], first_names(self.script)

    def keep(self):
        """Keep the names as they are before the next piece, if they are not too large."""
        if len(self.ran) in self.kept and self.kept[len(self.ran)][0] == self.ran:
            return
        if size(self.names) <= KEPT_LIMIT:
            self.kept[len(self.ran)] = (list(self.ran), copied(self.names))


def size(names):
    return sum(value.nbytes for value in names.values() if isinstance(value, np.ndarray))


def copied(names):
    """A copy that shares nothing that can be changed, but what belongs to a module."""
    memo = {}
    for module in [sys.modules[name] for name in SCRIPTS if name in sys.modules]:
        memo |= {id(value): value for value in vars(module).values()}
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, value in names.items():
            try:
                found[name] = value if name == "__builtins__" else copy.deepcopy(value, memo)
            except Exception:  # a generator, an open file: there is only the one
                found[name] = value
    return found


class Stopped(Exception):
    """A listing raised: `told` says what."""

    def __init__(self, told):
        super().__init__(told["message"])
        self.told = told


def tell(error, file):
    """An error as the page shows it: the last line first, the line of the listing, the traceback."""
    # The frames of this file, through which the listing was called, are no concern of the reader.
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    told = traceback.TracebackException(type(error), error, frames)
    told.stack[:] = [frame for frame in told.stack if frame.filename != __file__]
    whole = "".join(told.format())
    last = traceback.format_exception_only(type(error), error)[-1].strip()
    line = None
    for frame in traceback.extract_tb(frames):
        if frame.filename == file:
            line = frame.lineno
    if isinstance(error, SyntaxError) and error.filename == file:
        line = error.lineno
    whole = whole.replace(f"{ROOT}/", "")
    memory = isinstance(error, MemoryError)
    return {"message": last, "line": line, "traceback": whole, "memory": memory}


def imports(name, seen=None):
    """The scripts of the book that a script imports, directly or not, by name."""
    seen = set() if seen is None else seen
    for other in contents(script_path(name).read_text(encoding="utf-8")).imports:
        if other not in seen and other in SCRIPTS:
            seen.add(other)
            imports(other, seen)
    return seen


class Asserts(ast.NodeTransformer):
    """Turns each assertion into a call that notes whether it holds, and goes on."""

    def __init__(self):
        self.found = []

    def visit_Assert(self, node):
        self.found.append(ast.unparse(node.test))
        text = node.msg or ast.Constant("")
        later = ast.Lambda(ast.arguments([], [], None, [], [], None, []), text)
        name = ast.Name("__note__", ast.Load())
        call = ast.Call(name, [ast.Constant(len(self.found) - 1), node.test, later], [])
        return ast.copy_location(ast.Expr(call), node)


class Runner:
    """The listings of the page that is open. `emit` gets a dict for each thing that happens."""

    def __init__(self, emit):
        self._emit = emit
        self._page, self._scripts, self._chains = None, {}, {}
        self._draws, self._quiet = [], {None}  # figures drawn; listings that are not told of
        matplotlib_stand_in.install()
        if sys.platform == "emscripten":  # in the browser
            numpy_warnings.install()
        for folder in (ROOT / "experiments", SNIPPETS):
            if str(folder) not in sys.path:
                sys.path.insert(0, str(folder))
        builtins.input = no_input

    def run(self, job):
        """Run listings of a page, given as JSON:

        page: its address; want: keys of listings, the one that was asked for last; edits: key -> text;
        check: whether the check of that listing, an exercise, is asked for.
        """
        job = json.loads(job)
        if job["page"] != self._page:
            self._page, self._chains = job["page"], {}
        # What a reader tries in an exercise is for the exercise: below it the book's solution stands.
        asked = job["want"][-1]
        tried = {k for k in job["edits"] if k.split(":")[1].startswith("start_") and k != asked}
        edits = {key: code for key, code in job["edits"].items() if key not in tried}
        self._quiet = {None} | tried
        try:
            self._use(edits)
            again = not job["check"] and self._chain(asked).has_run(asked, edits)
            for key in job["want"]:
                if not self._chain(key).has_run(key, edits):
                    self._advance(key, edits)
            if again:
                self._advance(asked, edits, again=True)
            if job["check"]:
                self._check(asked, edits)
        except Stopped:
            pass  # told already
        self._emit({"event": "end"})

    def _script(self, name):
        """A script as the book has it, whatever stands in its file by now."""
        if name not in self._scripts:
            self._scripts[name] = read_script(script_path(name))
        return self._scripts[name]

    def _chain(self, key):
        name = key.split(":")[0]
        if name not in self._chains:
            self._chains[name] = Chain(self._script(name))
        return self._chains[name]

    def _use(self, edits):
        """Put changed listings into the files of their scripts, for the scripts that import them."""
        wanted = {name: {} for name in self._scripts}
        for key, code in edits.items():
            if not key.split(":")[1].startswith(EXERCISE):
                wanted.setdefault(key.split(":")[0], {})[key] = code
        changed = set()
        for name, texts in wanted.items():
            text = with_edits(self._script(name), texts)
            if text != script_path(name).read_text(encoding="utf-8"):
                script_path(name).write_text(text, encoding="utf-8")
                changed.add(name)
        if not changed:
            return
        linecache.checkcache()
        leaning = {name for name in SCRIPTS if self._leans_on(name, changed)}
        for name in changed | leaning:
            sys.modules.pop(name, None)
        for name in leaning:
            self._chains.pop(name, None)

    def _leans_on(self, name, changed):
        try:
            return bool(imports(name) & changed)
        except SyntaxError:
            return True

    def _advance(self, key, edits, again=False):
        """Run a script up to the end of a listing; with `again`, the listing itself anew."""
        chain = self._chain(key)
        codes = chain.codes(key, edits)
        chain.rewind(codes, len(codes) - 1 if again else len(codes))
        while len(chain.ran) < len(codes):
            piece = chain.pieces[len(chain.ran)]
            if piece.key:
                chain.keep()
            self._execute(chain, piece, codes[len(chain.ran)], piece.key in self._quiet)
            chain.ran.append(codes[len(chain.ran)])
            if piece.key:
                chain.known[piece.key] = list(chain.ran)

    def _execute(self, chain, piece, code, quiet):
        file = piece.key or f"{chain.script.name}.py"
        text = code if piece.key else "\n" * (piece.line - 1) + code
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        if not quiet:
            self._emit({"event": "start", "key": piece.key})
        begun, self._draws = time.perf_counter(), []
        out, err, told = self._capture(lambda: compile(text, file, "exec"), chain.names, file)
        done = {
            "event": "done",
            "key": piece.key,
            "out": out.getvalue(),
            "cut": out.cut,
            "err": err.getvalue() if not quiet else "",
            "seconds": time.perf_counter() - begun,
            "figures": self._draws,
            "error": told,
        }
        if told and quiet:
            done["event"] = "hidden"  # what stands unseen before a listing raised
        if told or not quiet:
            self._emit(done)
        if told:
            chain.ran = [None]  # these names are of no text: go back before them
            raise Stopped(told)

    def _capture(self, compiled, names, file):
        """Run code with what it prints caught; (output, errors, what it raised)."""
        out = Output(lambda text, cut: self._emit({"event": "out", "text": text, "cut": cut}))
        err = Output(lambda text, cut: None)
        before, told = (sys.stdout, sys.stderr), None
        sys.stdout, sys.stderr = out, err
        try:
            exec(compiled(), names)
            self._listen()
        except BaseException as error:  # SystemExit, too
            told = tell(error, file)
        finally:
            sys.stdout, sys.stderr = before
        return out, err, told

    def _listen(self):
        """Note what the listings draw: `plotting.save` calls whoever listens."""
        plotting = sys.modules.get("plotting")
        if plotting and not getattr(plotting, "heard", False):
            plotting.ON_SAVE.append(lambda fig, name: self._draws.append(name))
            plotting.heard = True

    def _check(self, key, edits):
        """Hold the reader's code for an exercise against its check, assertion by assertion."""
        chain = self._chain(key)
        if chain.ran != chain.codes(key, edits):
            self._advance(key, edits)
        check = chain.pieces[chain.place[key.replace(":start_", ":check_")]]
        # The check may leave names behind; what comes below goes on without them.
        chain.keep()
        names, chain.ran = chain.names, [None]
        asserts = Asserts()
        tree = ast.fix_missing_locations(asserts.visit(ast.parse(check.code)))
        results = [{"code": code, "held": 0, "failed": None} for code in asserts.found]

        def note(number, holds, text):
            if holds:
                results[number]["held"] += 1
            elif results[number]["failed"] is None:
                results[number]["failed"] = str(text()) or "does not hold"

        names["__note__"] = note
        linecache.cache[check.key] = (0, None, check.code.splitlines(keepends=True), check.key)
        compiled = compile(tree, check.key, "exec")
        out, _, told = self._capture(lambda: compiled, names, check.key)
        self._emit(
            {"event": "check", "key": key, "results": results, "out": out.getvalue(), "error": told}
        )


def with_edits(script, edits):
    """The text of a script with other texts in place of some sections."""
    lines = script.text.splitlines(keepends=True)
    for section in sorted(script.sections.values(), key=lambda s: -s.start):
        code = edits.get(f"{script.name}:{section.name}")
        if code is not None:
            lines[section.start : section.end - 1] = [code.rstrip("\n") + "\n"]
    return "".join(lines)
