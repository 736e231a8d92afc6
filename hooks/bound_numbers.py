"""Numbers in sentences, held against the code that gave them.

A chapter's front matter binds each literal of its prose to an expression over the names that its
snippet leaves behind, or cites it:

    numbers: {"11,010": epochs, "7.2064": "w[0, 0]"}
    words: {"half of the units": "abs(dead_share - 0.5) < 0.05"}
    cited: {"0.25": he2015}
    counts: {"0.1": 4, "0.2": 1}

The literal's own decimals set the precision: 7.2064 is right when the value rounds to it. Words that
state a measured number are bound to a condition, which must be true.
Where two literals of a page differ in one digit only, a slip of that digit would turn one into the
other, unseen: `counts` says how often each of them stands there.
Usable alone: `python hooks/bound_numbers.py [CHAPTER ...]` lists every number with its source.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from chapters import all_chapters, check_chapter
from run_snippets import Request, run_all
from scripts import BookError, shown

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SPACES = "\u0020\u00a0\u202f\u2009"

# A literal: sign, digits with or without thousands separators, decimals, then a power of ten or a
# percent sign. Digits glued to a letter are part of a name (float64, ReLU6, W2) and not numbers.
NUMBER = re.compile(
    r"""
    (?<![\w.,])                                     # not inside a name or another number
    (?P<sign>(?<![\w)\]}])[-−])?
    (?P<digits>\d{1,3}(?:[,\u202f\u2009]\d{3})+(?!\d)|\d+)
    (?P<decimals>\.\d+)?
    (?P<power>e[-+−]?\d+
      |[ \u00a0\u202f]?×[ \u00a0\u202f]?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+
      |\s?\\(?:times|cdot)\s?10\^(?:\{[-−]?\d+\}|\d)
      |(?<=10)[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+
      |(?<=10)\^(?:\{[-−]?\d+\}|\d))?
    (?P<percent>[ \u00a0\u202f]?%|\\,?\\%)?
    (?![\w])
    """,
    re.VERBOSE,
)

# The one rule for what looks like a number and is none: a version or name of these, and ISO dates.
NAMED = re.compile(
    r"\b(?:Python|NumPy|SciPy|Matplotlib|MkDocs|Material|Pyodide|Chromium|IEEE|CC BY|WCAG|HTML)"
    r"[ \u00a0](?:\d+(?:\.\d+)*)(?: to (?:\d+\.\d+))?|\b\d{4}-\d{2}-\d{2}\b"
)

# Words that carry a number. Above ten, as for literals of two digits; fractions and multiples where
# they measure something. Few and plain, so that an author knows what will be asked for.
_HIGH = (
    r"(?:eleven|twelve|dozen|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundred|thousand|[mb]illion)s?(?:-\w+)?"
)
_FEW = r"(?:two|three|four|five|six|seven|eight|nine|ten)"
_PART = r"(?:half|third|quarter|fifth|tenth|(?:hundred|thousand|[mbtr]+illion)th)"
MEASURE_WORDS = re.compile(
    rf"""\b(?:
      (?<!\d\s){_HIGH}
    | twice\s(?:as|the)\s\w+ | (?:halves|doubles)\sthe\s\w+ | half\sas\s\w+ | {_FEW}fold
    | {_FEW}\stimes\sthe | \w+\stimes\s(?:as|more|less|fewer|\w+er)
    | {_PART}s?\sof\s(?:the|an?|that|all)\s\w+ | {_FEW}\s{_PART}s | every\s{_PART}
    | (?:about|nearly|almost|over|below|above|than)\s(?:an?\s|one\s)?{_PART}
    )\b(?!-)""",
    re.IGNORECASE | re.VERBOSE,
)

# What is not read as prose: comments, citations, link targets, attribute lists, HTML tags, URLs.
_NOT_PROSE = re.compile(
    r"<!--.*?-->|\[@[^\]]*\]|(?<=\])\([^)\s]*\)|\{[ :#.][^}\n]*\}|</?[a-zA-Z][^>\n]*>|https?://\S+",
    re.DOTALL,
)


@dataclass(frozen=True)
class Found:
    line: int
    literal: str


def value_of(literal):
    """(value, half unit of the last digit) of a literal, both exact Decimals."""
    match = NUMBER.fullmatch(literal)
    if not match:
        raise ValueError(f"{literal!r} is not a number")
    decimals = match["decimals"] or ""
    mantissa = Decimal(re.sub(r"\D", "", match["digits"]) + decimals)
    half = Decimal(5).scaleb(-len(decimals[1:]) - 1)
    if power := match["power"]:
        raised = re.search(r"(?:e|\^\{?)([-+−]?\d+)\}?$|([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$", power)
        exponent = int((raised[1] or raised[2]).translate(_SUPERSCRIPTS).replace("−", "-"))
        if power[0] in "^⁻⁰¹²³⁴⁵⁶⁷⁸⁹":  # 10⁻⁴ alone: the ten is the base
            mantissa, half = Decimal(1), Decimal("0.5")
        mantissa, half = mantissa.scaleb(exponent), half.scaleb(exponent)
    if match["percent"]:
        mantissa, half = mantissa.scaleb(-2), half.scaleb(-2)
    return (-mantissa if match["sign"] else mantissa), half


def needs_source(literal):
    """Numbers of one digit need none: they are counts and formulas that a reader checks at sight."""
    return sum(character.isdigit() for character in literal) > 1


def prose_lines(chapter):
    """(line number, text) with code blocks and everything that is not prose blanked out."""
    lines = list(chapter.lines)
    for number in range(chapter.body_line - 1):
        lines[number] = ""
    for fence in chapter.fences:
        for number in range(fence.line - 1, min(fence.line + len(fence.body) + 1, len(lines))):
            lines[number] = ""
    text = "\n".join(lines)
    text = _NOT_PROSE.sub(_blank, text)
    text = NAMED.sub(_blank, text)
    return list(enumerate(text.split("\n"), start=1))


def find_numbers(chapter):
    """Every number of the page's prose that needs a source, with its line."""
    found = []
    for line, text in prose_lines(chapter):
        # A list's own numbering is layout.
        text = re.sub(r"^\s*\d+\.(?=\s)", _blank, text)
        for match in NUMBER.finditer(text):
            if needs_source(match[0]):
                found.append(Found(line, match[0].strip()))
    return found


def bindings(chapter):
    """literal -> tuple of expressions, from the front matter. Raises BookError if malformed."""
    declared = chapter.meta.get("numbers") or {}
    if not isinstance(declared, dict):
        raise BookError(chapter.path, 1, "`numbers` must map literals to expressions")
    bound = {}
    for literal, expressions in declared.items():
        if not isinstance(literal, str):
            message = f"write the number {literal} in quotes: YAML changes the digits of a bare one"
            raise BookError(chapter.path, binding_line(chapter, literal), message)
        if isinstance(expressions, (str, int, float)):
            expressions = [expressions]
        if not isinstance(expressions, list):
            message = f"{literal!r} is bound to {expressions!r}"
            raise BookError(chapter.path, binding_line(chapter, literal), message)
        try:
            value_of(literal)
        except ValueError as error:
            message = f"`numbers`: {error}"
            raise BookError(chapter.path, binding_line(chapter, literal), message) from None
        bound[literal] = tuple(str(expression) for expression in expressions)
    return bound


def bound_words(chapter):
    """phrase -> condition, from the front matter. Raises BookError if malformed."""
    declared = chapter.meta.get("words") or {}
    if not isinstance(declared, dict) or not all(isinstance(c, str) for c in declared.values()):
        raise BookError(chapter.path, 1, "`words` must map phrases to conditions")
    return declared


def expressions(chapter):
    """All expressions of a page, for the run of its snippet."""
    found = [e for group in bindings(chapter).values() for e in group]
    return tuple(dict.fromkeys([*found, *bound_words(chapter).values()]))


def check_numbers(chapter, values, keys):
    """BookErrors of one page: unbound, unused and wrong numbers.

    values: expression -> number or {"error": message}; keys: the bibliography's keys.
    """
    try:
        bound, _ = bindings(chapter), bound_words(chapter)
    except BookError as error:
        return [error]
    if bound and not chapter.snippet:
        return [BookError(chapter.path, 1, "`numbers` needs a `snippet` whose names it can use")]
    cited = chapter.meta.get("cited") or {}
    problems = []
    for literal, key in cited.items():
        if key not in keys:
            message = f"{literal!r} is cited to {key!r}, which is not in the bibliography"
            problems.append(BookError(chapter.path, binding_line(chapter, literal), message))
    found, counted = find_numbers(chapter), statements(chapter)
    for number in found:
        if number.literal not in bound and number.literal not in cited:
            message = f"the number {number.literal!r} is neither bound nor cited"
            problems.append(BookError(chapter.path, number.line, message))
    for literal in [*bound, *cited]:
        if literal not in counted:
            message = f"{literal!r} is bound, and no sentence states it"
            problems.append(BookError(chapter.path, binding_line(chapter, literal), message))
    lines = {number.literal: number.line for number in reversed(found)}
    for literal, group in bound.items():
        target, half = value_of(literal)
        for expression in group:
            value = values.get(expression, {"error": "was not evaluated"})
            if isinstance(value, dict):
                line = binding_line(chapter, literal)
                message = f"{literal!r}: {expression} {value['error']}"
                problems.append(BookError(chapter.path, line, message))
            elif isinstance(value, bool) or not agrees(value, target, half):
                message = f"the page says {literal}, the code says {expression} = {value!r}"
                where = lines.get(literal) or binding_line(chapter, literal)
                problems.append(BookError(chapter.path, where, message))
    problems += _check_counts(chapter, (*bound, *cited), counted)
    return problems + _check_words(chapter, values)


def _one_digit_apart(one, other):
    same_shape = re.sub(r"\d", "0", one) == re.sub(r"\d", "0", other)
    return same_shape and sum(a != b for a, b in zip(one, other, strict=True)) == 1


@lru_cache(maxsize=64)
def _near(literals):
    """Of some literals, those that another one is close to -> that one."""
    return {one: other for one in literals for other in literals if _one_digit_apart(one, other)}


def statements(chapter):
    """How often each number stands in the prose of a page, those of one digit too."""
    return Counter(m[0].strip() for _, text in prose_lines(chapter) for m in NUMBER.finditer(text))


def _check_counts(chapter, literals, stated):
    """How often the literals stand on the page that one wrong digit would turn into each other."""
    counts = chapter.meta.get("counts") or {}
    near, problems = _near(literals), []
    for literal, other in near.items():
        message = None
        if literal not in counts:
            message = (
                f"{literal!r} and {other!r} differ in one digit: give both a count in `counts:`"
            )
        elif counts[literal] != stated[literal]:
            message = f"{literal!r} stands here {stated[literal]} times, not {counts[literal]}"
        if message:
            problems.append(BookError(chapter.path, binding_line(chapter, literal), message))
    for literal in counts:
        if literal not in near:
            message = f"`counts` names {literal!r}, which no other literal is close to"
            problems.append(BookError(chapter.path, binding_line(chapter, literal), message))
    return problems


def _check_words(chapter, values):
    problems = []
    text = "\n".join(line for _, line in prose_lines(chapter))
    flat = re.sub(r"\s+", " ", text)
    declared = bound_words(chapter)
    unbound = _without(text, tuple(declared))
    for phrase, condition in declared.items():
        value = values.get(condition, {"error": "was not evaluated"})
        message = None
        if phrase not in flat:
            message = f"{phrase!r} is bound, and no sentence states it"
        elif isinstance(value, dict):
            message = f"{phrase!r}: {condition} {value['error']}"
        elif value is not True:
            message = f"the page says {phrase!r}, the code says {condition} is {value!r}"
        if message:
            problems.append(BookError(chapter.path, binding_line(chapter, phrase), message))
    for match in MEASURE_WORDS.finditer(unbound):
        words = re.sub(r"\s+", " ", match[0])
        line = text.count("\n", 0, match.start()) + 1
        message = f"the words {words!r} state a number that is not bound (see `words:`)"
        problems.append(BookError(chapter.path, line, message))
    return problems


def _without(text, phrases):
    """The text with each place blanked where one of the phrases stands, broken over lines or not."""
    if not phrases:
        return text
    return _places(phrases).sub(_blank, text)


@lru_cache(maxsize=64)
def _places(phrases):
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile("|".join(re.escape(p).replace(r"\ ", r"\s+") for p in longest_first))


def agrees(value, target, half):
    """Whether a value rounds to the literal (a tie may round either way)."""
    if value != value or value in (float("inf"), float("-inf")):
        return False
    return abs(Decimal(value) - target) <= half * (1 + Decimal("1e-9"))


def binding_line(chapter, literal):
    """The line of the front matter that binds a literal or a phrase (1 if none does)."""
    key = re.compile(rf"""(?<![\w.])["']?{re.escape(str(literal))}["']?\s*:""")
    for number, line in enumerate(chapter.lines[: chapter.body_line], start=1):
        if key.search(line):
            return number
    return 1


def _blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def main(names):
    from citations import read_bibliography

    keys = read_bibliography()
    chapters = [c for c in all_chapters() if not names or c.name in names]
    requests = [Request(c.snippet, expressions(c)) for c in chapters if c.snippet]
    results, errors = run_all(requests)
    for chapter in chapters:
        values = results[chapter.snippet].values if chapter.snippet in results else {}
        bound, cited = bindings(chapter), chapter.meta.get("cited") or {}
        for number in find_numbers(chapter):
            source = "UNBOUND"
            if number.literal in bound:
                source = "; ".join(f"{e} = {values.get(e)!r}" for e in bound[number.literal])
            elif number.literal in cited:
                source = f"cited: {cited[number.literal]}"
            print(f"{shown(chapter.path)}:{number.line}: {number.literal}  <-  {source}")
        errors += check_chapter(chapter) + check_numbers(chapter, values, keys)
    for error in errors:
        print(f"error: {error}", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
