"""What makes a page a chapter: exercises, a path through the book, terms, verdicts on claims."""

from pathlib import Path

import pytest

import glossary
from chapters import DOCS, all_chapters, headings, read_chapter
from exercises import check_exercises, find_exercises, on_page_content
from glossary import Term, check_terms, link_terms
from reading_path import check_path, is_chapter, minutes, pages_in_order
from scripts import BookError, Script, Section, execute
from verdicts import all_verdicts, find_claims

PAGE = """---
needs: [neuron]
gives: "tell a sum from an average"
claims: {sums: "A neuron averages."}
---

# Adding: what is a sum?

A *sum* adds.

## Does it average? { #sums }

It does not.

**Falls.** It adds, with weights
of any sign.

## Summary

It adds.

## Exercises

### 1. Add (easy) { #exercise-1 }

Add.

```python
--8<-- "adding.py:start_1"
```

??? tip "Hint"
    Plus.

??? success "Solution"

    ```python
    --8<-- "adding.py:solution_1"
    ```

??? example "Check"

    ```python
    --8<-- "adding.py:check_1"
    ```
"""
SECOND = PAGE[PAGE.index("### 1.") :].replace("### 1.", "\n### 2.").replace("_1", "_2")
PAGE += SECOND.replace("exercise-1", "exercise-2").replace("(easy)", "(hard)")


def page(old="", new=""):
    assert old in PAGE
    return read_chapter(DOCS / "adding.md", PAGE.replace(old, new, 1) if old else PAGE)


def messages(problems):
    return "\n".join(str(problem) for problem in problems)


# ---------------------------------------------------------------------------- exercises

TASK = """
# --8<-- [start:start_1]
def double(x):
    return {start}
# --8<-- [end:start_1]
# --8<-- [start:solution_1]
def double(x):
    return 2 * x
# --8<-- [end:solution_1]
# --8<-- [start:check_1]
assert double(3) == 6, "twice three is six"
seen = double(2)
print(seen)
# --8<-- [end:check_1]
"""


def task(start, text=TASK):
    lines = text.format(start=start).splitlines()
    ends = {line: n for n, line in enumerate(lines, start=1)}
    sections = {
        name: Section(name, ends[f"# --8<-- [start:{name}]"], ends[f"# --8<-- [end:{name}]"])
        for name in ("start_1", "solution_1", "check_1")
    }
    return Script(Path("adding.py"), "\n".join(lines) + "\n", sections)


def test_starting_code_that_fails_its_check_is_right():
    outputs, names = execute(task("x"), exercises=True)
    assert outputs["check_1"] == "4\n"
    assert names["seen"] == 4


@pytest.mark.parametrize(
    ("start", "text", "message"),
    [
        ("x + x", TASK, "exercise 1: its starting code already passes the check"),
        ("1 / 0", TASK, "must tell of the starting code by an assertion with a text"),
        ("x", TASK.replace(', "twice three is six"', ""), "by an assertion with a text"),
    ],
)
def test_starting_code_that_does_not_ask_for_the_solution_is_a_fault(start, text, message):
    with pytest.raises(BookError, match=message):
        execute(task(start, text), exercises=True)


def test_every_exercise_of_the_book_has_the_form():
    for chapter in filter(is_chapter, all_chapters()):
        assert not check_exercises(chapter), messages(check_exercises(chapter))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("### 1. Add (easy)", "### 1. Add (simple)", "an exercise begins: ### 1. Title (easy)"),
        ("### 1. Add", "### 2. Add", "an exercise begins: ### 1. Title"),
        ("{ #exercise-2 }", "", "an exercise begins: ### 2. Title"),
        (PAGE[PAGE.index("### 2.") :], "", "1 exercises, not 2 to 4"),
        ("(easy)", "(hard)", ""),
        ("(hard)", "(easy)", ""),
        ("Add (easy)", "Add (medium)", ""),
        ("adding.py:solution_1", "adding.py:other", "it shows start_1, other, check_1"),
        ('??? tip "Hint"', "Hint", "its folded parts must be"),
    ],
)
def test_an_exercise_that_lacks_something_is_found(old, new, message):
    found = messages(check_exercises(page(old, new)))
    assert message in found if message else not found


def test_a_harder_exercise_comes_later():
    text = PAGE.replace("(easy)", "(medium)").replace("(hard)", "(easy)")
    assert "a harder exercise stands first" in messages(
        check_exercises(read_chapter(DOCS / "adding.md", text))
    )


def test_exercises_are_found_with_their_grades():
    found, problems = find_exercises(page())
    assert not problems
    assert [(e.number, e.title, e.grade) for e in found] == [(1, "Add", "easy"), (2, "Add", "hard")]


def test_answers_are_marked_for_the_search_to_leave_out():
    html = '<details class="tip">a</details><details class="success">b</details>'
    assert on_page_content(html, None, None, None) == (
        '<details class="tip">a</details><details class="success" data-search-exclude>b</details>'
    )


# ---------------------------------------------------------------------------- path


def test_every_chapter_has_its_place_on_the_path():
    order = pages_in_order()
    for chapter in filter(is_chapter, all_chapters()):
        assert not check_path(chapter, order), messages(check_path(chapter, order))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("needs: [neuron]", "needs: [sums]", "adding.md:2: it needs 'sums', which is no earlier"),
        ("needs: [neuron]", "needs: [depth]", "it needs 'depth', which is no earlier"),
        ("needs: [neuron]", "needs: neuron", "`needs` must list"),
        ('gives: "tell', 'gives: "in 3 steps tell', "adding.md:3: `gives` must say"),
        (
            "It adds.\n\n## Ex",
            "It adds.\n\nAnd adds.\n\n## Ex",
            "one `## Summary` of one paragraph",
        ),
        ("## Summary", "## Sum", "one `## Summary`"),
        ("It adds.\n\n## Exercises", "\n## Exercises", "one `## Summary`"),
    ],
)
def test_a_gap_in_the_path_is_found(old, new, message):
    assert message in messages(check_path(page(old, new), ["neuron", "adding", "depth"]))


def test_a_complete_path_is_none():
    assert not check_path(page(), ["neuron", "adding", "depth"])


def test_reading_time_counts_words_and_lines():
    words = " ".join(["word"] * 360)
    empty = read_chapter(DOCS / "adding.md", f"{words}\n")
    assert minutes(empty, None) == 2
    fence = '```python\n--8<-- "adding.py:start_1"\n```\n'
    assert minutes(read_chapter(DOCS / "adding.md", f"{words}\n\n{fence}"), lambda *_: 90) == 5


def test_headings_have_the_anchors_of_the_site():
    found = [(h.level, h.text, h.anchor) for h in headings(page())]
    assert found[:3] == [
        (1, "Adding: what is a sum?", "adding-what-is-a-sum"),
        (2, "Does it average?", "sums"),
        (2, "Summary", "summary"),
    ]


# ---------------------------------------------------------------------------- claims


def test_a_claim_has_the_verdict_under_its_heading():
    (claim,), problems = find_claims(page())
    assert not problems
    assert (claim.anchor, claim.verdict) == ("sums", "Falls")
    assert claim.reason == "It adds, with weights of any sign."
    listed = all_verdicts([page()], {"adding": "Adding"})
    assert "“A neuron averages.”" in listed
    assert "[Adding](adding.md#sums)" in listed


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("**Falls.**", "It falls.", "no verdict (**Stands.**, …) under the heading #sums"),
        ("{sums:", "{summary:", "a verdict on #sums, which `claims` must name once"),
        ('averages."', 'averages 12."', "the claim says 12, which the page neither computes"),
    ],
)
def test_a_claim_that_hangs_in_the_air_is_found(old, new, message):
    assert message in messages(find_claims(page(old, new))[1])


# ---------------------------------------------------------------------------- terms

TERMS = {
    "sum": Term("sum", ("sum", "sums"), "What [adding](neuron.md) gives.", 3),
    "weighted-sum": Term("weighted-sum", ("weighted sum",), "A `sum` with weights.", 5),
}


def test_a_term_is_linked_once_where_it_is_first_read():
    html = "<h2>A sum</h2><p>The code <code>sum</code> is a weighted\nsum; sums, a sum.</p>"
    linked = link_terms(html, TERMS, "../glossary/")
    assert linked == (
        "<h2>A sum</h2><p>The code <code>sum</code> is a "
        '<a class="term" href="../glossary/#weighted-sum" title="A sum with weights.">weighted\nsum'
        '</a>; <a class="term" href="../glossary/#sum" title="What adding gives.">sums</a>, a sum.</p>'
    )


def test_a_term_in_a_comment_is_not_read():
    linked = link_terms("<!-- a sum --><p>A sum.</p>", TERMS, "")
    assert linked.startswith('<!-- a sum --><p>A <a class="term" href="#sum"')


def test_a_starred_word_must_be_a_term(monkeypatch):
    monkeypatch.setattr(glossary, "read_glossary", lambda: {"sum": TERMS["sum"]})
    assert not check_terms([page()])
    wrong = check_terms(
        [page("A *sum* adds", "A *sum* is a *total*, **not** _that_ `a*b*c` $a*b*$")]
    )
    assert [problem.message for problem in wrong] == [
        "the glossary does not define *total* (stress is _total_)"
    ]


def test_a_term_that_nobody_uses_is_found(monkeypatch):
    monkeypatch.setattr(glossary, "read_glossary", lambda: TERMS)
    assert "no page uses 'weighted sum'" in messages(check_terms([page()]))


def test_a_glossary_without_a_meaning_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "glossary.md"
    monkeypatch.setattr(glossary, "GLOSSARY", file)
    file.write_text("# Glossary\n\nsum { #sum }\n:   What adding gives.\n    Always.\n")
    glossary._read.cache_clear()
    assert glossary.read_glossary()["sum"].text == "What adding gives. Always."
    file.write_text("# Glossary\n\nsum { #sum }\n\nWhat adding gives.\n")
    glossary._read.cache_clear()
    with pytest.raises(BookError, match="without `:   meaning`"):
        glossary.read_glossary()
    glossary._read.cache_clear()
