r"""Displayed formulas, held against the code at many points.

A comment above a formula, with a blank line between, says what its symbols stand for:

    <!-- formula: a = sigmoid(z); L = loss_from_logit(z, y); y in 0 1 -->

    $$ \frac{dL}{dz} = \frac{a - y}{a (1 - a)} \, \sigma'(z) = a - y $$

All sides of a chain must have one value at many points. Derivatives and limits are computed by
differences, from what the symbols stand for. The items of a comment, between semicolons:

    NAME = PYTHON        what a symbol or function stands for, over the names that the page's script
                         leaves behind, the registry's functions, np, math, derivative(f, at), and
                         the symbols of the formula that are drawn or stand further left
    NAME in LOW HIGH     the range a symbol is drawn from, -3 3 if nothing is said; then `int` for
                         whole numbers, or `at 0 6` for values that must be among them
    NAME: SHAPE          an array is drawn: (3, 2), (n,); a range may follow
    = PYTHON             what a statement without `=`, such as a lone fraction, is equal to; in order
                         if there are several. If there is none: a value that all sides of the
                         statements must have, in order; `= -` leaves one out
    within 1e-4          the relative tolerance: needed for ≈, else 1e-9
    not bound: REASON    in place of all that, where no code can check the formula

\mu_0 is called mu_0 there, \lambda lambda_, \nabla L nabla_L, and what W becomes in `W \leftarrow …`
W_new. \sigma is the sigmoid. f' is the registry's derivative of f, or bound itself. tex.py says what
TeX is read; all else is refused.

Usable alone: `python hooks/formulas.py [PAGE ...]` lists and checks the formulas.
"""

import ast
import contextlib
import functools
import itertools
import math
import re
import sys
import zlib
from dataclasses import dataclass, field

import numpy as np

import tex
from chapters import all_chapters
from scripts import (
    SNIPPETS,
    BookError,
    first_names,
    parse,
    read_script,
    run_statement,
    script_path,
    shown,
)
from tex import FormulaError, Parser, Scope, derivative

sys.path.insert(0, str(SNIPPETS))
from activations import REGISTRY

POINTS = 20
TOLERANCE = 1e-9
TINY = 1e-11

_DISPLAY = re.compile(
    r"^[ \t]*(?:<!--\s*formula:(?P<binding>(?:(?!-->).)*)-->[ \t]*\n(?:[ \t]*\n)?[ \t]*)?"
    r"\$\$(?P<tex>.*?)\$\$[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_STRAY = re.compile(r"<!--\s*formula:|\$\$|^[ \t]*\\(?:\[|begin\{)", re.MULTILINE)
_SYMBOL = re.compile(r"(?P<name>[A-Za-z]\w*'*)?\s*=(?!=)\s*(?P<code>.+)")
_SAMPLE = re.compile(
    r"(?P<name>[A-Za-z]\w*)(?::\s*(?P<shape>\(.*?\)))?(?:\s+in\s+(?P<low>\S+)\s+(?P<high>\S+))?"
    r"(?P<whole>\s+int)?(?:\s+at\s+(?P<first>.+))?"
)


@dataclass(frozen=True)
class Displayed:
    """A formula that stands on lines of its own."""

    line: int
    tex: str
    binding: str | None  # None where there is no comment

    @property
    def reason(self):
        """Why it is not bound, or None if it is."""
        found = re.fullmatch(r"not bound:\s*(.+)", self.binding or "")
        return found and found[1]


@dataclass(frozen=True)
class Sample:
    """What a symbol is drawn from."""

    shape: str = "()"  # code, as it may hold an n that is drawn too
    low: float = -3.0
    high: float = 3.0
    whole: bool = False
    first: tuple[float, ...] = ()  # these come before the random ones

    def draw(self, name, point, names):
        """The value at a point: the same on every run, whatever else is drawn."""
        if point < len(self.first):
            return self.first[point]
        rng = np.random.default_rng([point, zlib.crc32(name.encode())])
        if self.whole:
            return int(rng.integers(int(self.low), int(self.high) + 1))
        value = rng.uniform(self.low, self.high, eval(self.shape, names))
        return value if np.ndim(value) else float(value)


@dataclass
class Binding:
    """A comment, read."""

    symbols: list[tuple[str, str]] = field(default_factory=list)  # name and code, in order
    samples: dict[str, Sample] = field(default_factory=dict)
    values: list[str] = field(default_factory=list)  # code, or "-"
    tolerance: float | None = None

    def free(self, text):
        """The symbols of a formula that the comment does not name: they are drawn, too."""
        declared = {name for name, _ in self.symbols} | set(self.samples)
        found = set()
        for name, subscript in tex.names(tex.tokens(text)):
            if not subscript or name not in declared:
                found.add(tex.joined(name, subscript))
        return {name: Sample() for name in sorted(found - declared - set(KNOWN))}


def _read_page(chapter):
    """(formulas, lines with something that is like one)."""
    lines = ["" if n < chapter.body_line - 1 else t for n, t in enumerate(chapter.lines)]
    for fence in chapter.fences:
        end = min(fence.line + len(fence.body) + 1, len(lines))
        lines[fence.line - 1 : end] = [""] * (end - fence.line + 1)
    text = "\n".join(lines)
    line_at = lambda place: text.count("\n", 0, place) + 1  # noqa: E731
    found = [
        Displayed(
            line_at(match.start("tex")),
            match["tex"].strip(),
            " ".join(match["binding"].split()) if match["binding"] is not None else None,
        )
        for match in _DISPLAY.finditer(text)
    ]
    rest = _DISPLAY.sub(lambda match: "\n" * match[0].count("\n"), text)
    rest = re.sub(r"`[^`\n]*`", lambda match: " " * len(match[0]), rest)
    return found, [rest.count("\n", 0, match.start()) + 1 for match in _STRAY.finditer(rest)]


def displayed(chapter):
    """The displayed formulas of a page, in order."""
    return _read_page(chapter)[0]


def read_binding(text):
    """Parse a comment. Raises FormulaError."""
    binding = Binding()
    for item in filter(None, (part.strip() for part in text.split(";"))):
        if match := re.fullmatch(r"within\s+(\S+)", item):
            binding.tolerance = float(match[1])
        elif match := _SYMBOL.fullmatch(item):
            if match["name"]:
                binding.symbols.append((match["name"], match["code"]))
            else:
                binding.values.append(match["code"])
        elif match := _SAMPLE.fullmatch(item):
            binding.samples[match["name"]] = Sample(
                match["shape"] or "()",
                float(match["low"] or Sample.low),
                float(match["high"] or Sample.high),
                bool(match["whole"]),
                tuple(map(float, (match["first"] or "").split())),
            )
        else:
            raise FormulaError(f"the binding {item!r} is not understood")
    return binding


# ---------------------------------------------------------------------------- values


def _known():
    """What names mean in every formula, unless it binds them."""
    known = {**tex.FUNCTIONS, "e": math.e, "pi": math.pi}
    for name, entry in REGISTRY.items():
        known |= {name: entry.f, name + "'": entry.grad}
    return known | {"sigma": known["sigmoid"], "sigma'": known["sigmoid'"]}


KNOWN = _known()
GRADIENTS = {entry.grad.__name__: entry.grad for entry in REGISTRY.values()}
_CODE = {entry.f.__name__: entry.f for entry in REGISTRY.values()} | GRADIENTS
_CODE |= {"np": np, "math": math, "derivative": derivative}


def _scope(binding, free, namespace, point):
    """(scope with the values of all symbols at a point, those that were drawn)."""
    code, drawn = {**_CODE, **namespace}, {}
    for name, sample in {**free, **binding.samples}.items():
        drawn[name] = sample.draw(name, point, {**code, **drawn})

    def values(changes):
        names = {**code, **drawn, **changes}
        for name, text in binding.symbols:
            if name not in changes:
                names[name] = eval(text, names)
        found = {name: names[name] for name in (*drawn, *changes, *dict(binding.symbols))}
        for name, value in list(found.items()):
            gradient = GRADIENTS.get(f"{getattr(value, '__name__', '')}_grad")
            if gradient:
                found.setdefault(name + "'", gradient)
        if not changes:
            for place, text in enumerate(binding.values):
                found["=", place] = text == "-" or eval(text, names)
        return {**KNOWN, **found}

    return Scope(values({}), values), drawn


def same(one, other, tolerance=TOLERANCE):
    """Whether two numbers or arrays agree, shapes included. NaN, undefined, agrees with NaN."""
    if np.shape(one) != np.shape(other):
        return False
    allowed = tolerance * np.maximum(np.abs(one), np.abs(other)) + TINY
    near = np.abs(np.subtract(one, other)) <= allowed
    return bool(np.all(near | (np.isnan(one) & np.isnan(other))))


def _chains(text, binding, functions):
    """Each statement as a list of (text, function of the scope): all must have one value."""
    chains = []
    for sides, relations in tex.statements(text):
        chain = []
        for side, relation in itertools.zip_longest(sides, relations):
            if relation == r"\leftarrow":
                symbol = tex.joined(*Parser(side).symbol()) + "_new"
                value = lambda scope, symbol=symbol: scope.find(symbol)  # noqa: E731
            else:
                value = Parser(side, functions).parse()
            chain.append((" ".join(side), value))
        if r"\approx" in relations and binding.tolerance is None:
            raise FormulaError("≈ needs a tolerance: within 1e-4")
        chains.append(chain)
    takers = [chain for chain in chains if len(chain) == 1] or chains
    for place, (chain, code) in enumerate(zip(takers, binding.values, strict=False)):
        if code != "-":
            chain.insert(0, (code, lambda scope, place=place: scope.values["=", place]))
    if not chains or len(binding.values) > len(takers) or min(map(len, chains)) < 2:
        raise FormulaError(f"{len(binding.values)} values are given for {len(takers)} statements")
    return chains


def disagreement(text, binding, namespace):
    """What is wrong with a formula, or None."""
    try:
        return _disagreement(text, read_binding(binding), namespace)
    except FormulaError as error:
        return str(error)
    except Exception as error:  # the code in a binding may raise anything
        return f"{type(error).__name__}: {error}"


@np.errstate(all="ignore")
def _disagreement(text, binding, namespace):
    free = binding.free(text)
    chains, undefined = None, set()
    for point in range(POINTS):
        scope, drawn = _scope(binding, free, namespace, point)
        if chains is None:
            functions = {name for name, value in scope.values.items() if callable(value)}
            chains = _chains(text, binding, functions)
            undefined = set(range(len(chains)))
        for place, ((first, value), *others) in enumerate(chains):
            wanted = value(scope)
            if not np.any(np.isnan(wanted)):
                undefined.discard(place)
            for side, value_of_side in others:
                found = value_of_side(scope)
                if not same(wanted, found, binding.tolerance or TOLERANCE):
                    at = ", ".join(f"{name} = {_short(number)}" for name, number in drawn.items())
                    return f"{first} is {_short(wanted)}, {side} is {_short(found)} at {at}"
    return f"{chains[undefined.pop()][0][0]} is nowhere defined" if undefined else None


def _short(value):
    return np.array2string(np.asarray(value), precision=6, separator=", ").replace("\n", "")


# ---------------------------------------------------------------------------- pages


def page_names(chapter):
    """What the formulas of a page need of its snippet: only the statements that give it are run."""
    if not chapter.snippet:
        return {}
    wanted = set()
    for formula in displayed(chapter):
        # What is wrong with a binding is reported where the formula is checked.
        with contextlib.suppress(FormulaError, SyntaxError):
            binding = read_binding("" if formula.reason else formula.binding or "")
            known = {*binding.samples, *binding.free(formula.tex)}
            shapes = [("", sample.shape) for sample in binding.samples.values()]
            values = [("", code) for code in binding.values if code != "-"]
            for name, code in [*shapes, *binding.symbols, *values]:
                wanted |= _used(compile(code, name, "eval")) - known
                known.add(name)
    return _run_for(chapter.snippet, frozenset(wanted))


@functools.cache
def _run_for(name, wanted):
    script = read_script(script_path(name))
    needed, chosen = set(wanted), {}
    statements = parse(script).body
    while fresh := [s for s in statements if s not in chosen and _given(s) & needed]:
        for statement in fresh:
            chosen[statement] = True
            needed |= _used(compile(ast.Module([statement], []), name, "exec"))
    namespace = first_names(script)
    for statement in filter(chosen.get, statements):
        run_statement(script, statement, namespace)
    return namespace


def _used(code):
    """The global names (and attributes) in code, that inside of functions included."""
    inner = [constant for constant in code.co_consts if hasattr(constant, "co_names")]
    return set(code.co_names).union(*map(_used, inner))


def _given(statement):
    """The names to which a top-level statement gives a value, or a part of one."""
    found, queue = set(), [statement]
    while queue:
        node = queue.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(getattr(node, "ctx", None), ast.Store):
            found |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            queue += ast.iter_child_nodes(node)
    return found


def check_formulas(chapter, namespace):
    """All that is wrong with the formulas of a page, as a list of BookErrors."""
    formulas, stray = _read_page(chapter)
    problems = [
        BookError(chapter.path, line, "a displayed formula needs its own lines, in $$ … $$")
        for line in stray
    ]
    for formula in formulas:
        if formula.binding is None:
            fault = "this formula is not bound: put <!-- formula: ... --> above it"
        else:
            fault = (
                None if formula.reason else disagreement(formula.tex, formula.binding, namespace)
            )
        if fault:
            problems.append(BookError(chapter.path, formula.line, f"formula: {fault}"))
    return problems


def check_chapter_formulas(chapter):
    """As check_formulas, with the names of the page's own snippet."""
    return check_formulas(chapter, page_names(chapter))


# ---------------------------------------------------------------------------- registry


def _registry_points(entry):
    """At many points: values of the symbols, and the keyword arguments of f."""
    if entry.kind == "elementwise":
        settings = [entry.parameters]
        if "alpha" in entry.parameters:
            settings += [{"alpha": 0.4}, {"alpha": 1.7}]
        near = [kink + step for kink in {0.0, *entry.kinks} for step in (-1e-6, 0.0, 1e-6)]
        for keywords, z in itertools.product(settings, [*np.linspace(-8, 8, 22), *near]):
            constants = {tex.python_name(name): number for name, number in entry.constants.items()}
            yield {**constants, **keywords, "z": float(z)}, keywords
    elif entry.kind == "gated":
        for a, b in itertools.product([-2.5, -0.7, 0.0, 0.6, 1.9], repeat=2):
            yield {"a": a, "b": b}, {}
    else:
        z = np.array([0.3, -1.2, 2.0, 0.7])
        for i, j in itertools.product(range(1, 5), repeat=2):
            yield {"z": z, "s": entry.f(z), "delta": np.eye(4), "i": i, "j": j}, {}


def registry_fault(entry, formula=None, slope=None):
    """What is wrong with an entry's TeX, or with TeX put in its place; None if nothing is."""
    try:
        f, grad = (
            Parser(tex.tokens(text), tex.FUNCTIONS).parse()
            for text in (formula or entry.formula, slope or entry.derivative)
        )
        with np.errstate(all="ignore"):
            faults = (_registry_fault(entry, f, grad, *at) for at in _registry_points(entry))
            return next(filter(None, faults), None)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _registry_fault(entry, f, grad, values, keywords):
    scope = Scope({**tex.FUNCTIONS, "e": math.e, "pi": math.pi, **values})
    by = ("a", "b") if entry.kind == "gated" else ("z",)
    arguments = [values[name] for name in by]
    code, code_grad = entry.f(*arguments, **keywords), entry.grad(*arguments, **keywords)
    pick = ()
    if entry.kind == "vector":
        pick = values["i"] - 1, values["j"] - 1
        code, code_grad = code[pick[0]], code_grad[pick]
    if not same(f(scope), code):
        return f"its formula gives {_short(f(scope))} and f {_short(code)} at {values}"
    if not same(grad(scope), code_grad):
        return (
            f"its derivative gives {_short(grad(scope))} and grad {_short(code_grad)} at {values}"
        )
    # Differences need room. At 0 some have a kink, in themselves or (softsign) in their slope.
    if any(np.any(np.abs(arguments[0] - kink) < 0.01) for kink in {0.0, *entry.kinks}):
        return None
    rates = [derivative(lambda t, n=n: f(scope.where(**{n: t})), values[n]) for n in by]
    rate = rates if entry.kind == "gated" else rates[0][pick[1]] if pick else rates[0]
    if not same(grad(scope), rate, 1e-7):
        return f"its derivative gives {_short(grad(scope))}, differences {_short(rate)} at {values}"
    return None


def registry_problems():
    """Every entry's formula against f, its derivative's against grad and against differences."""
    path = SNIPPETS / "activations.py"
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    problems = []
    for name, entry in REGISTRY.items():
        if fault := registry_fault(entry):
            line = next(n for n, text in enumerate(lines, 1) if text.startswith(f'"{name}", "'))
            problems.append(BookError(path, line, f"{name}: {fault}"))
    return problems


def main(wanted):
    problems = [] if wanted else registry_problems()
    bound = 0
    for chapter in all_chapters():
        if wanted and chapter.name not in wanted:
            continue
        for formula in displayed(chapter):
            first = formula.tex.splitlines()[0]
            print(f"{shown(chapter.path)}:{formula.line}: {first}")
            print("    " + (formula.binding or "NOT BOUND"))
            bound += formula.reason is None
        problems += check_chapter_formulas(chapter)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{bound} formulas bound")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
