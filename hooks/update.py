"""Bring the pages up to what the code computes now: stale outputs, bound numbers, fingerprints.

This is a review, not a rewrite. It prints each line that it changed, so that a person reads the
sentence again: "rises to 0.98" may be wrong in another way once the number is 0.12. Nothing here is
called by the build or by a test.

Usage: `make update`, or `python hooks/update.py [PAGE ...]`.
"""

import difflib
import re
import sys
from decimal import ROUND_HALF_EVEN, Decimal

import book
import fingerprints
from bound_numbers import (
    NUMBER,
    agrees,
    bindings,
    prose_lines,
    statements,
    value_of,
)
from chapters import all_chapters
from run_snippets import run_all
from scripts import ROOT, shown

FINGERPRINTS = ROOT / "tests" / "fingerprints"


def like(literal, value):
    """The value, written as the literal is: decimals, separators, sign, power and percent sign."""
    match = NUMBER.fullmatch(literal)
    number = Decimal(value)
    if match["percent"]:
        number = number.scaleb(2)
    power = match["power"] or ""
    if power:
        one = value_of("1" + power)[0]
        number = number / one
    decimals = len(match["decimals"] or ".") - 1
    number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    separator = next((c for c in match["digits"] if not c.isdigit()), "")
    text = f"{abs(number):,f}".replace(",", separator)
    minus = match["sign"] or ("−" if any(ord(c) > 127 for c in literal) else "-")
    return (minus if number < 0 else "") + text + power + (match["percent"] or "")


def updated(chapter, results):
    """The page's lines with stale outputs and numbers renewed, and what could not be."""
    lines, left = chapter.path.read_text(encoding="utf-8").splitlines(), []
    if chapter.snippet in results:
        left = _renew_numbers(chapter, results[chapter.snippet].values, lines)
    for fence in reversed(chapter.listings):
        if fence.output is None or not fence.embed or fence.embed[0] not in results:
            continue
        printed = results[fence.embed[0]].outputs.get(fence.embed[1], "")
        if printed != fence.output:
            shown_output = chapter.fences[chapter.fences.index(fence) + 1]
            first = shown_output.line
            indent = re.match(r"\s*", lines[first - 1])[0]
            renewed = [(indent + text).rstrip() for text in printed.splitlines()]
            lines[first : first + len(shown_output.body)] = renewed
    return lines, left


def _renew_numbers(chapter, values, lines):
    left, change = [], {}
    for literal, group in bindings(chapter).items():
        target, half = value_of(literal)
        found = [values[e] for e in group if not isinstance(values[e], dict)]
        if len(found) < len(group):
            left.append(f"{literal}: its expression fails; see `make check-numbers`")
        elif not all(agrees(value, target, half) for value in found):
            written = {like(literal, value) for value in found}
            if len(written) > 1:
                left.append(f"{literal}: its expressions now differ: {', '.join(sorted(written))}")
            else:
                change[literal] = written.pop()
    prose = dict(prose_lines(chapter))
    stated = statements(chapter)
    for index, line in enumerate(lines):
        if index < chapter.body_line - 1:
            if line.lstrip("# ").startswith("counts:"):
                line = re.sub(r'"([^"]+)": \d+', lambda m: f'"{m[1]}": {stated[m[1]]}', line)
            for old, new in change.items():
                line = re.sub(rf"([\"']){re.escape(old)}\1(?=\s*:)", rf"\g<1>{new}\g<1>", line)
            lines[index] = line
            continue
        # Found in the prose view, replaced in the line: both have the same columns.
        for match in reversed(list(NUMBER.finditer(prose.get(index + 1, "")))):
            new = change.get(match[0].strip())
            if new:
                line = (
                    line[: match.start()]
                    + match[0].replace(match[0].strip(), new)
                    + line[match.end() :]
                )
        lines[index] = line
    return left


def renew_fingerprints(results):
    """Write the fingerprint of every figure, and drop those of figures that are gone."""
    changed = []
    FINGERPRINTS.mkdir(exist_ok=True)
    current = {name: drawn for r in results.values() for name, drawn in r.fingerprints.items()}
    for path in FINGERPRINTS.glob("*.json"):
        if path.stem not in current:
            path.unlink()
            changed.append(f"{shown(path)}: the figure is gone")
    for name, drawn in sorted(current.items()):
        path = FINGERPRINTS / f"{name}.json"
        text = fingerprints.as_text(drawn)
        if not path.is_file() or fingerprints.differ(path, drawn):
            changed.append(f"{shown(path)}: {'renewed' if path.is_file() else 'new'}")
            path.write_text(text, encoding="utf-8")
    return changed


def main(names):
    chapters = all_chapters()
    # Asked as the build asks, which then finds the results in the cache.
    errors = []
    results, failed = run_all(book.requests(chapters, errors))
    errors += failed
    for error in errors:
        print(f"error: {error}", file=sys.stderr)
    if errors:
        return 1
    for chapter in chapters:
        if names and chapter.name not in names:
            continue
        lines, left = updated(chapter, results)
        where = shown(chapter.path)
        before = chapter.path.read_text(encoding="utf-8").splitlines()
        for line in difflib.unified_diff(before, lines, where, where, lineterm="", n=0):
            print(line)
        for problem in left:
            print(f"{where}: by hand: {problem}")
        if lines != before:
            chapter.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if not names:
        for line in renew_fingerprints(results):
            print(line)
    print("Read each changed sentence again: a number may now contradict the words around it.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
