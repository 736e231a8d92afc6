"""The changes that `make mutate` makes, one at a time, in scripts, prose and printed outputs.

The changes to Python are a table over the standard library's `ast`. Looked at instead: mutmut 3
leaves out what stands outside functions (most of a script here), mutatest stopped at Python 3.8,
and cosmic-ray's operators, usable alone, bring thirteen packages for these thirty lines. The slips of
a formula are in formula_mutants.py.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bound_numbers import NUMBER, bindings, prose_lines
from chapters import Chapter
from scripts import shown

SWAPPED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
}
NEGATED = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutant:
    """One change: where it is and how a person reads it."""

    path: Path
    line: int
    source: str  # the line as it stands in the file
    change: str
    kind: str  # "prose", "outputs", "formulas", "registry" or "snippets"

    @property
    def key(self):
        """What it is known by in the file of reviewed survivors: no line number, which moves."""
        return shown(self.path), self.source.strip(), self.change


@dataclass(frozen=True)
class ScriptMutant(Mutant):
    statement: int  # which statement of the script holds it, from 0
    edit: Callable[[], None]  # changes the script's tree in place, for good
    in_body: bool = False  # of a function: what is changed acts when that is called, not before


@dataclass(frozen=True)
class PageMutant(Mutant):
    text: str  # the whole page with the change
    literals: tuple[str, str] | None = None  # a bound literal and what it becomes everywhere


# ---------------------------------------------------------------------------- scripts


def script_mutants(script, tree):
    """Every numeric constant and every arithmetic and comparison operator of a script, changed.

    Not in the starting code of an exercise: it is wrong on purpose, and any that fails will do.
    """
    found = [
        (line, change, index, edit, id(node) in inside)
        for index, statement in enumerate(tree.body)
        if not (script.section_at(statement.lineno) or "").startswith("start_")
        for inside in [_body_of_function(statement)]
        for node, line in _nodes(statement)
        for change, edit in _changes(node)
    ]
    return _script_mutants(script, found, "snippets")


def _body_of_function(statement):
    """The nodes that run when the function is called: not its defaults and decorators."""
    body = statement.body if isinstance(statement, ast.FunctionDef) else []
    return {id(node) for part in body for node in ast.walk(part)}


def _script_mutants(script, found, kind):
    """Mutants of (line, change, statement, edit, in_body); equal ones of one line are numbered."""
    lines = script.text.splitlines()
    total = Counter((line, change) for line, change, *_ in found)
    seen = Counter()
    mutants = []
    for line, change, *how in found:
        seen[line, change] += 1
        of = total[line, change]
        change += f" ({seen[line, change]} of {of})" if of > 1 else ""
        mutants.append(ScriptMutant(script.path, line, lines[line - 1], change, kind, *how))
    return mutants


def _nodes(node, in_string=None):
    """Each node below, with its line; annotations are left out, since nothing computes them."""
    # Before Python 3.12 a node inside an f-string may have a wrong place: the string's own serves.
    if isinstance(node, ast.JoinedStr):
        in_string = in_string or node.lineno
    yield node, in_string or getattr(node, "lineno", None)
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _nodes(child, in_string)


def _changes(node):
    """(how it reads, function that makes the change) of one node."""
    match node:
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int() | float() | complex() as old):
            new = another_number(old)
            yield f"{old!r} → {new!r}", lambda: setattr(node, "value", new)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            change = _reads(lambda op: ast.UnaryOp(op, _short(operand)), node.op, ast.UAdd())
            yield change, lambda: setattr(node, "op", ast.UAdd())
        case ast.BinOp(left=left, op=old, right=right) if type(old) in SWAPPED:
            new = SWAPPED[type(old)]()
            change = _reads(lambda op: ast.BinOp(_short(left), op, _short(right)), old, new)
            yield change, lambda: setattr(node, "op", new)
        case ast.AugAssign(target=target, op=old) if type(old) in SWAPPED:
            new = SWAPPED[type(old)]()
            change = _reads(lambda op: ast.AugAssign(target, op, ast.Name("…")), old, new)
            yield change, lambda: setattr(node, "op", new)
        case ast.Compare():
            sides = [_short(side) for side in [node.left, *node.comparators]]
            for place, (old, (left, right)) in enumerate(
                zip(node.ops, pairwise(sides), strict=True)
            ):
                new = NEGATED[type(old)]()
                change = _reads(lambda op, a=left, b=right: ast.Compare(a, [op], [b]), old, new)
                yield change, lambda place=place, new=new: node.ops.__setitem__(place, new)


def _reads(make, old, new):
    return f"{ast.unparse(make(old))} → {ast.unparse(make(new))}"


def _short(node):
    """The expression, or its beginning where it is long."""
    text = ast.unparse(node)
    return node if len(text) <= 32 else ast.Name(text[:24] + "…")


def another_number(value):
    """An integer's successor; twice a float, so that the change matters on any scale."""
    if isinstance(value, int):
        return value + 1
    return value * 2 or type(value)(1)


def registry_mutants(script, tree):
    """Each entry of the registry with its function for its derivative, and with each flag turned."""
    found = [
        (line, change, index, edit)
        for index, statement in enumerate(tree.body)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Activation"
        for line, change, edit in _entry_changes(*node.args[2:4], node)
    ]
    return _script_mutants(script, found, "registry")


def _entry_changes(function, derivative, call):
    change = f"{derivative.id} → {function.id}"
    yield derivative.lineno, change, lambda: setattr(derivative, "id", function.id)
    for node in ast.walk(call):
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            change = f"{node.value} → {not node.value}"
            yield node.lineno, change, lambda node=node: setattr(node, "value", not node.value)


# ---------------------------------------------------------------------------- pages

_DIGITS = ("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉")


def another_digit(digit):
    """The next digit, after 9 comes 0; a superscript stays one."""
    digits = next(digits for digits in _DIGITS if digit in digits)
    return digits[(digits.index(digit) + 1) % 10]


def digit_places(text):
    return [place for place, character in enumerate(text) if character.isdigit()]


def changed_at(text, place):
    """The text with another digit at one place."""
    return text[:place] + another_digit(text[place]) + text[place + 1 :]


def number_mutants(chapter):
    """Each digit of each bound or cited number, changed in the one sentence; and everywhere.

    The first is caught because the new number has no source, the second because the value says
    otherwise. A cited number has no value, so it is changed in the sentence alone.
    """
    bound, cited = bindings(chapter), chapter.meta.get("cited") or {}
    stated = [found for found in _stated(chapter) if found[2] in {*bound, *cited}]
    lines = _file_lines(chapter)
    for line, column, literal in stated:
        source = lines[line - 1]
        for place in digit_places(literal):
            new = changed_at(source, column + place)
            change = f"{literal} → {changed_at(literal, place)}"
            text = _with_lines(lines, {line: new})
            yield PageMutant(chapter.path, line, source, change, "prose", text)
    first = {literal: line for line, _, literal in reversed(stated)}
    for literal in [literal for literal in bound if literal in first]:
        line = first[literal]
        for place in digit_places(literal):
            new = changed_at(literal, place)
            change = f"{literal} → {new} everywhere"
            source, pair = lines[line - 1], (literal, new)
            yield PageMutant(chapter.path, line, source, change, "prose", "", pair)


def _stated(chapter):
    """(line, column, literal) of every number of the prose."""
    for line, text in prose_lines(chapter):
        text = re.sub(r"^\s*\d+\.(?=\s)", lambda match: " " * len(match[0]), text)
        for match in NUMBER.finditer(text):
            literal = match[0].strip()
            yield line, match.start() + match[0].index(literal), literal


def output_mutants(chapter):
    """Each digit of each output that the page shows."""
    lines = _file_lines(chapter)
    for fence in chapter.fences:
        if not fence.is_output:
            continue
        for line in range(fence.line + 1, fence.line + 1 + len(fence.body)):
            source = lines[line - 1]
            for place in digit_places(source):
                new = changed_at(source, place)
                text = _with_lines(lines, {line: new})
                change = f"{_around(source, place)} → {_around(new, place)}"
                yield PageMutant(chapter.path, line, source, change, "outputs", text)


def _around(text, place):
    """The word that holds a character: enough to tell which digit it is."""
    start = text.rfind(" ", 0, place) + 1
    end = text.find(" ", place)
    return text[start : end if end >= 0 else len(text)]


def _with_lines(lines, changed):
    """The page's text with some lines, numbered from 1, exchanged."""
    return "\n".join(changed.get(n, line) for n, line in enumerate(lines, start=1)) + "\n"


def _file_lines(chapter: Chapter):
    """The lines of the page's file; the notebook's chapter holds only its prose."""
    return chapter.path.read_text(encoding="utf-8").splitlines()
