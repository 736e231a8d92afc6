r"""A small, strict reader of the TeX in which this book writes formulas: text in, numbers out.

`statements` splits a displayed formula into chains of sides. `Parser(side, functions).parse()` turns
a side into a function of a `Scope`, which holds the values of the symbols. Whatever is not known or
could be read in two ways raises FormulaError: general parsers of TeX guess, and a guess is how a
wrong formula passes (`\sigma(2z)` becomes a product, `\sigma'(z)` loses its prime).

Two arrays multiply as matrices, with `\odot` element by element. `x_i` and `w_1` are components of
an array, counted from 1. `\frac{dL}{dw}` and `\partial L / \partial w` are differences: L is computed
again with w moved. `\lim` extrapolates. An indefinite `\int` is the antiderivative that is 0 at 0.
Cases must not overlap; where none holds, the value is NaN.
"""

import functools
import keyword
import math
import operator
import re

import numpy as np

_TOKEN = re.compile(
    r"\\(?:begin|end)\{[a-z]+\}|\\operatorname\{[A-Za-z]+\}|\\text\{[^{}]*\}|\\[A-Za-z]+|\\[^A-Za-z]"
    r"|\d+(?:\.\d+)?|\S"
)
_SPACES = {r"\,", r"\;", r"\:", r"\!", r"\ ", r"\left", r"\right"}
_LETTERS = """
alpha beta gamma delta epsilon varepsilon eta theta kappa lambda mu nu xi pi rho sigma tau phi varphi
psi omega ell Delta Phi
"""
GREEK = {"\\" + name for name in _LETTERS.split()}
RELATIONS = {"=", r"\approx", r"\leftarrow"}
COMPARISONS = {
    "<": operator.lt,
    ">": operator.gt,
    r"\le": operator.le,
    r"\ge": operator.ge,
    "=": operator.eq,
}

# Functions that TeX has a name for. `\log` is the natural logarithm, as in NumPy.
FUNCTIONS = {
    "exp": np.exp,
    "sin": np.sin,
    "cos": np.cos,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "arctan": np.arctan,
    "log": np.log,
    "ln": np.log,
    "max": lambda *values: np.max(values),
    "min": lambda *values: np.min(values),
    "erf": np.vectorize(math.erf, otypes=[float]),
    "erfc": np.vectorize(math.erfc, otypes=[float]),
    "Phi": np.vectorize(lambda z: math.erfc(-z / math.sqrt(2)) / 2, otypes=[float]),
    "Re": np.real,
    "Im": np.imag,
}


class FormulaError(Exception):
    """TeX that is not understood, or that has no value."""


def spans(tex):
    """(start, end, token) of each token; spaces and the like are none."""
    return [(*m.span(), m[0]) for m in _TOKEN.finditer(tex) if m[0] not in _SPACES]


def tokens(tex):
    return [token for _, _, token in spans(tex)]


def depth_change(token):
    opens = token in {"(", "{"} or token.startswith(r"\begin{c")
    return opens - (token in {")", "}"} or token.startswith(r"\end{c"))


def statements(tex):
    r"""The chains of a formula: (sides, the relations between them); each side a list of tokens.

    A chain ends at a space as wide as `\quad`, at `\text{…}`, a comma, `\to` or the end of a row. A
    row that begins with a relation goes on with the chain above it.
    """
    chains, sides, relations, depth, new_row = [], [[]], [], 0, False
    found = [*tokens(tex), ","]
    for i, token in enumerate(found):
        depth += depth_change(token)
        if depth == 0 and token in RELATIONS:
            relations.append(token)
            sides.append([])
        elif depth or not re.match(
            r"[,&]|\\(\\|q?quad|to|text\{.*|(begin|end)\{aligned\})$", token
        ):
            sides[-1].append(token)
        elif token != "&" or not {found[i - 1], found[i + 1]} & RELATIONS:
            while sides[-1] and sides[-1][-1] in {".", ";", ":"}:
                sides[-1].pop()
            if not sides[0] and relations and new_row and chains:
                chains[-1][0].extend(sides[1:])
                chains[-1][1].extend(relations)
            elif sides != [[]]:  # the left side of "error ≈ …" was text, and is not there
                lost = 0 if sides[0] else 1
                chains.append((sides[lost:], relations[lost:]))
            new_row = token == r"\\" or (new_row and sides == [[]])
            sides, relations = [[]], []
    return chains


def names(tokens):
    """(name, subscript) of each token that may be a symbol."""
    for i, token in enumerate(tokens):
        if re.fullmatch(r"[A-Za-z]", token) or token in GREEK:
            yield python_name(token), Parser(tokens[i + 1 :]).subscript()


def python_name(token):
    r"""What a symbol is called in Python: alpha for \alpha, lambda_ for \lambda."""
    name = token.lstrip("\\")
    return name + "_" if keyword.iskeyword(name) else name


def joined(name, subscript):
    return f"{name}_{''.join(subscript)}" if subscript else name


class Scope:
    """The values of symbols by name; `rebuild(changes)` computes them again with some changed."""

    def __init__(self, values, rebuild=None):
        self.values, self.rebuild = values, rebuild

    def where(self, **changes):
        return Scope({**self.values, **changes}, lambda more: self.rebuild({**changes, **more}))

    def find(self, name, subscript=()):
        """The value of x_1 itself, if there is one, or else a component of x."""
        full = joined(name, subscript)
        if full in self.values:
            return self.values[full]
        if not subscript or name not in self.values:
            raise FormulaError(f"{full} is not bound")
        return np.asarray(self.values[name])[self.place(name, subscript)]

    def place(self, name, subscript):
        """Which element of an array a subscript names."""
        shape = np.shape(self.values[name])
        index = [int(s) if s.isdigit() else self.values.get(s) for s in subscript]
        if len(index) == 1 and shape[1:] == (1,):
            index.append(1)  # of a column, the number in that row
        for k, size in zip(index, [*shape, *[0] * len(index)], strict=False):
            if not isinstance(k, int) or not 1 <= k <= size:
                raise FormulaError(f"{joined(name, subscript)}: {name} has the shape {shape}")
        return tuple(k - 1 for k in index)

    def derivative(self, of, by, subscript):
        if of not in self.values:
            raise FormulaError(f"{of} is not bound")
        f = self.values[of]
        if not callable(f):
            f = lambda value: self.rebuild({by: value})[of]  # noqa: E731
        rate = derivative(f, self.find(by))
        return rate[(..., *self.place(by, subscript))] if subscript else rate


def derivative(f, at, step=1e-3):
    """Derivative of f at a number or array, by differences of fourth order: f's shape, then at's."""
    at = np.asarray(at, dtype=float)
    rates = []
    for k in range(at.size):
        move = np.zeros(at.shape)
        move.flat[k] = step
        values = [np.asarray(f((at + times * move)[()])) for times in (-2, -1, 1, 2)]
        rates.append((values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step))
    return np.stack(rates, axis=-1).reshape(rates[0].shape + at.shape)[()]


def limit(f, at):
    """Limit of f at a number, from above, by Neville's extrapolation."""
    steps = [0.02 / 2**k for k in range(7)]
    table = [f(at + step) for step in steps]
    for order in range(1, len(steps)):
        pairs = zip(table, table[1:], steps, steps[order:], strict=False)
        table = [fine + (fine - rough) / (wide / narrow - 1) for rough, fine, wide, narrow in pairs]
    return table[0]


def integral(f, low, high):
    """Integral of a smooth f, by Gauss and Legendre's rule."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half = (high - low) / 2
    return half * sum(w * f(low + half * (x + 1)) for x, w in zip(nodes, weights, strict=True))


def product(left, right):
    """A matrix product if both are arrays; a row times a column is a number."""
    if not np.ndim(left) or not np.ndim(right):
        return left * right
    result = np.matmul(left, right)
    return result[0, 0] if result.shape == (1, 1) and np.shape(left) != (1, 1) else result


def _tuple(*values):
    return np.concatenate([[], *(np.ravel(value) for value in values)])


class Parser:
    """Reads the tokens of one side; `functions` are the names that take arguments."""

    def __init__(self, tokens, functions=()):
        self.tokens, self.at, self.functions = tokens, 0, functions
        self.bars, self.integrals = 0, 0  # how many are open

    def parse(self):
        value = self.expression()
        self.finish()
        return value

    def finish(self):
        if self.peek():
            raise FormulaError(f"{self.peek()!r} is not understood here")

    def inside(self, tokens):
        return Parser(tokens, self.functions).parse()

    # ------------------------------------------------------------------ tokens

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def accept(self, *tokens):
        return self.take() if self.peek() in tokens else ""

    def expect(self, token):
        if not self.accept(token):
            raise FormulaError(f"{token!r} is missing before {self.peek() or 'the end'!r}")

    def group(self, bare=True):
        """The tokens in braces, or one bare token; x^23 is refused, which TeX reads as x^2 3."""
        if not self.accept("{"):
            token = self.take()
            if not bare or (len(token) > 1 and token not in {r"\top", *GREEK}):
                raise FormulaError(f"{token!r} needs braces")
            return [token]
        inside, depth = [], 1
        while depth and self.peek():
            inside.append(self.take())
            depth += depth_change(inside[-1]) if inside[-1] in "{}" else 0
        if depth:
            raise FormulaError("'}' is missing")
        return inside[:-1]

    def subscript(self):
        if not self.accept("_"):
            return ()
        inside = self.group()
        if not all(re.fullmatch(r"\\?[A-Za-z]+|\d+", token) for token in inside):
            raise FormulaError(f"the subscript {' '.join(inside)!r} is not understood")
        return tuple(token.lstrip("\\") for token in inside)

    # ------------------------------------------------------------------ sums and products

    def expression(self):
        minus = self.accept("-")
        value = self.term()
        if minus:
            value = _apply(operator.neg, value)
        while sign := self.accept("+", "-"):
            value = _apply(operator.add if sign == "+" else operator.sub, value, self.term())
        return value

    def term(self):
        value = self.factor()
        while True:
            if self.accept(r"\cdot", r"\times"):
                value = _apply(product, value, self.factor())
            elif self.accept(r"\odot"):
                value = _apply(operator.mul, value, self.factor())
            elif self.accept("/"):
                value = _apply(operator.truediv, value, self.factor())
                self.refuse_factor("a / b")
            elif self.starts_factor():
                value = _apply(product, value, self.factor())
            else:
                return value

    def starts_factor(self):
        token = self.peek()
        if token in {"|", r"\|"}:
            return not self.bars
        if self.integrals and token == "d":
            return False
        known = r"\w[\d.]*|\(|\\(frac|tfrac|sqrt|sum|partial|nabla|operatorname.*|begin\{cases\})"
        return bool(re.fullmatch(known, token)) or token in GREEK or token[1:] in FUNCTIONS

    def refuse_factor(self, what):
        if self.starts_factor():
            raise FormulaError(f"{what} {self.peek()} can be read in two ways: write parentheses")

    def factor(self):
        value = self.atom()
        if self.accept("^"):
            exponent = self.group()
            if exponent == [r"\top"]:
                return _apply(np.transpose, value)
            value = _apply(operator.pow, value, self.inside(exponent))
        return value

    def atom(self):
        token = self.take()
        kind = re.sub(r"\{.*", "", token)
        if re.fullmatch(r"\d[\d.]*", token):
            number = float(token) if "." in token else int(token)
            return lambda scope: number
        if token == "(":
            values, alone = self.arguments()
            return values[0] if alone else _apply(_tuple, *values)
        if token in {"|", r"\|"}:
            self.bars += 1
            value = self.expression()
            self.expect(token)
            self.bars -= 1
            return _apply(np.abs if token == "|" else np.linalg.norm, value)
        if kind in {r"\frac", r"\tfrac"}:
            return self.fraction()
        if kind == r"\sqrt":
            return _apply(np.sqrt, self.inside(self.group(bare=False)))
        if kind == r"\text":
            return lambda scope: token
        if kind == r"\nabla":
            return self.name("nabla_" + self.take())
        if kind == r"\operatorname":
            return self.name(token[len(kind) + 1 : -1])
        if kind in {r"\sum", r"\lim", r"\int", r"\partial", r"\begin"}:
            return getattr(self, "read_" + kind[1:])()
        if re.fullmatch(r"[A-Za-z]", token) or token in GREEK or token[1:] in FUNCTIONS:
            return self.name(python_name(token))
        raise FormulaError(f"{token or 'the end'!r} is not understood here")

    def arguments(self):
        """The values up to the closing parenthesis, and whether there is one, without a comma."""
        values, alone = [], self.peek() != ")"
        while not self.accept(")"):
            values.append(self.expression())
            if self.accept(",", r"\mid"):
                alone = False
            elif self.peek() != ")":
                raise FormulaError(f"')' is missing before {self.peek() or 'the end'!r}")
        return values, alone

    # ------------------------------------------------------------------ names and functions

    def name(self, name):
        subscript = self.subscript()
        full = joined(name, subscript)
        while self.accept("'"):
            full += "'"
        if full in self.functions:
            return self.call(full, spelled=len(name) > 1 and "\\" + name not in GREEK)
        if full.endswith("'"):
            name, subscript = full, ()  # f'' may stand for a number
        return lambda scope: scope.find(name, subscript)

    def call(self, name, spelled):
        """A function with its arguments; one with a name of several letters may do as in TeX."""
        power = None
        if spelled and self.accept("^"):
            power = self.inside(self.group())
        if self.accept("("):
            values, _ = self.arguments()
        elif spelled and self.starts_factor():
            values = [self.factor()]
            self.refuse_factor(f"{name} x")
        else:
            raise FormulaError(f"{name} needs an argument in parentheses")
        value = lambda scope: scope.values[name](*(v(scope) for v in values))  # noqa: E731
        return _apply(_positive_power, value, power) if power else value

    # ------------------------------------------------------------------ larger forms

    def fraction(self):
        above, below = self.group(bare=False), self.group(bare=False)
        if above[:1] == below[:1] and above[0] in {"d", r"\partial"} and len(below) > 1:
            return self.rate(Parser(above[1:]).symbol(), Parser(below[1:]).symbol())
        return _apply(operator.truediv, self.inside(above), self.inside(below))

    def read_partial(self):
        above = self.symbol(last=False)
        self.expect("/")
        self.expect(r"\partial")
        return self.rate(above, self.symbol(last=False))

    def symbol(self, last=True):
        """A name with its subscript, and nothing after it if it is the last."""
        name = python_name(self.take())
        subscript = self.subscript()
        if not name.isidentifier() or (last and self.peek()):
            raise FormulaError(f"the derivative with {name}{self.peek()} is not understood")
        return name, subscript

    def rate(self, above, below):
        return lambda scope: scope.derivative(joined(*above), *below)

    def read_sum(self):
        self.expect("_")
        index, *more = self.group()
        kept, ends = (lambda scope: True), None
        if more[:1] == ["="]:
            self.expect("^")
            ends = self.inside(more[1:]), self.inside(self.group())
        elif more[:1] == [":"]:
            parser = Parser(more[1:], self.functions)
            kept = parser.condition()
            parser.finish()
        elif more:
            raise FormulaError(f"the index {' '.join([index, *more])!r} is not understood")
        start = self.at
        body = self.term()
        used = names([*more, *self.tokens[start : self.at]])
        arrays = {name for name, subscript in used if index in subscript}

        def value(scope):
            sizes = {len(scope.find(name)) for name in arrays}
            if not sizes or (not ends and len(sizes) > 1):
                raise FormulaError(f"the sum over {index} runs over arrays of the sizes {sizes}")
            low, high = (end(scope) for end in ends) if ends else (1, max(sizes))
            places = [scope.where(**{index: k}) for k in range(low, high + 1)]
            return functools.reduce(operator.add, [body(at) for at in places if kept(at)])

        return value

    def read_lim(self):
        self.expect("_")
        inside = self.group()
        if inside[1:2] != [r"\to"]:
            raise FormulaError(r"\lim needs \to")
        by, at = inside[0], self.inside(inside[2:])
        body = self.term()
        return lambda scope: limit(lambda t: body(scope.where(**{by: t})), at(scope))

    def read_int(self):
        self.integrals += 1
        body = self.term()
        self.integrals -= 1
        self.expect("d")
        by, _ = self.symbol(last=False)
        return lambda scope: integral(lambda t: body(scope.where(**{by: t})), 0.0, scope.find(by))

    def read_begin(self):
        rows = []
        while not self.accept(r"\end{cases}"):
            value = self.expression()
            self.accept(",")
            self.expect("&")
            rows.append((value, self.condition()))
            if not self.accept(r"\\") and self.peek() != r"\end{cases}":
                raise FormulaError(f"{self.peek() or 'the end'!r} is not understood in cases")

        def chosen(scope):
            holding = [value for value, holds in rows if holds and holds(scope)]
            holding = holding or [value for value, holds in rows if not holds]
            if len(holding) > 1:
                raise FormulaError(f"{len(holding)} of the cases hold at once")
            return holding[0](scope) if holding else math.nan

        return chosen

    def condition(self):
        """A chain of comparisons as a function of the scope; None for `otherwise`."""
        if self.accept(r"\text{otherwise}"):
            return None
        self.accept(r"\text{if }")
        values, tests = [self.expression()], []
        while self.peek() in COMPARISONS:
            tests.append(COMPARISONS[self.take()])
            values.append(self.expression())
        if not tests:
            raise FormulaError("a case needs a comparison")

        def holds(scope):
            seen = [value(scope) for value in values]
            return all(test(*seen[k : k + 2]) for k, test in enumerate(tests))

        return holds


def _apply(function, *values):
    return lambda scope: function(*(value(scope) for value in values))


def _positive_power(value, power):
    if not isinstance(power, int) or power < 1:
        raise FormulaError("a power on a function's name must be a whole number, not its inverse")
    return value**power
