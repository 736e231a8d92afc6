"""Slips that a formula can suffer, one at a time: `make mutate` and test_formulas.py make them all."""

import formulas
import tex

_SWAPS = {
    "<": [">", r"\le "],
    ">": ["<", r"\ge "],
    r"\le": [r"\ge ", "<"],
    r"\ge": [r"\le ", ">"],
    r"\cdot": ["/"],
    r"\odot": [r"\cdot "],
    "/": [r"\cdot "],
    "'": [""],
    r"\max": [r"\min "],
    r"\ln": [r"\exp "],
    r"\log": [r"\exp "],
    r"\exp": [r"\ln "],
    r"\tanh": [r"\sinh ", r"\sigma "],
    r"\arctan": [r"\tanh "],
    r"\sigma": [r"\tanh "],
    r"\sqrt": [""],
    r"\operatorname{relu}": [r"\operatorname{silu}"],
    r"\operatorname{erfc}": [r"\operatorname{erf}"],
    r"\operatorname{Im}": [r"\operatorname{Re}"],
}
_BEFORE_UNARY = {"", "(", "{", ",", "&", "|", r"\\", *tex.RELATIONS, *tex.COMPARISONS}


def mutants(text):
    """(what is changed, the formula with the change).

    Signs, digits (so constants, exponents and subscripts), whole exponents, indices, symbols,
    functions, primes, comparisons, bars of absolute values, and fractions turned over.
    """
    found = tex.spans(text)
    tokens = [token for _, _, token in found]
    symbols = sorted({t for t in tokens if (len(t) == 1 and t.isalpha()) or t in tex.GREEK})
    for k, (start, end, token) in enumerate(found):
        before = tokens[k - 1] if k else ""
        changed, stop = list(_SWAPS.get(token, [])), end
        if token in {"+", "-"}:
            unary = token == "-" and before in _BEFORE_UNARY
            changed = [""] if unary else ["-" if token == "+" else "+"]
        elif token[0].isdigit():
            changed = [_other_digit(token, k) for k, one in enumerate(token) if one.isdigit()]
        elif token == "^":
            changed, stop = [""], _end_of_group(found, k + 1)
        elif token in {"i", "j"} and before in {"_", "{", "i", "j"}:
            changed = ["j" if token == "i" else "i"]
        elif token in symbols:
            others = [other for other in symbols if other != token]
            changed += [f"{other} " for other in others if f"{other} " not in changed]
        elif token in {r"\frac", r"\tfrac"}:
            middle = _end_of_group(found, k + 1)
            stop = _end_of_group(found, next(n for n, f in enumerate(found) if f[0] >= middle))
            changed = [token + text[middle:stop] + text[end:middle]]
        elif token in {"|", r"\|"} and tokens[:k].count(token) % 2 == 0:
            close = tokens.index(token, k + 1)
            stop = found[close][1]
            changed = [f"({text[end : found[close][0]]})"]
        for new in changed:
            what = f"{text[max(start - 12, 0) : start]}[{text[start:stop]} → {new}]"
            yield " ".join(what.split()), text[:start] + new + text[stop:]


def _other_digit(token, place):
    return token[:place] + str((int(token[place]) + 1) % 10) + token[place + 1 :]


def _end_of_group(found, k):
    """Where the group or single token ends that begins at token k."""
    depth = 0
    for _, end, token in found[k:]:
        depth += (token == "{") - (token == "}")
        if depth == 0:
            return end
    return found[-1][1]


def formula_survives(formula, mutated, namespace):
    """Whether a changed formula of a page would pass unnoticed."""
    return formula.reason is None and not formulas.disagreement(mutated, formula.binding, namespace)


def registry_survives(entry, which, mutated):
    """Whether a changed `formula` or `derivative` of the registry would pass unnoticed."""
    formula, slope = (mutated, None) if which == "formula" else (None, mutated)
    return not formulas.registry_fault(entry, formula, slope)
