"""The counts of the last recorded run of `make mutate`, for the pages that state them.

`make mutate RECORD=1` writes the file, which is committed. It belongs to the commit that it names: an
edit since then does not make it wrong, and tests/test_mutate.py says when it has grown too old.
Usable alone: `python hooks/mutation_record.py` prints the counts.
"""

import json
import re

from scripts import ROOT, BookError

RECORD = ROOT / "tests" / "mutation-record.json"
KINDS = ("prose", "outputs", "formulas", "registry", "snippets")


def read_record():
    """The record as a dict. Raises BookError where it is missing or not what the tool writes."""
    if not RECORD.is_file():
        raise BookError(RECORD, None, "there is no recorded run: `make mutate RECORD=1`")
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
        counts = [record["counts"][kind] for kind in KINDS]
        right = all(0 <= count["caught"] <= count["mutants"] for count in counts)
        right = right and bool(re.fullmatch(r"[0-9a-f]{40}", record["commit"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BookError(RECORD, None, f"malformed: {type(error).__name__}: {error}") from None
    if not right:
        raise BookError(
            RECORD, None, "malformed: a commit, and of each kind no more than there are"
        )
    return record


def mutation_tally():
    """What the pages state: mutants, caught, those of scripts that were not, and the commit."""
    record = read_record()
    counts = record["counts"]
    missed = counts["snippets"]["mutants"] - counts["snippets"]["caught"]
    return {
        "mutants": f"{sum(count['mutants'] for count in counts.values()):,}",
        "caught": f"{sum(count['caught'] for count in counts.values()):,}",
        "survivors": missed,
        "mutation_commit": record["commit"][:7],
    }


if __name__ == "__main__":
    for name, value in mutation_tally().items():
        print(f"{name}: {value}")
