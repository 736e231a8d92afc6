"""Numbers in sentences: what is read as one, how exact it is, and every way to get it wrong."""

from decimal import Decimal

import pytest

import bound_numbers
import update
from bound_numbers import agrees, check_numbers, find_numbers, value_of
from chapters import read_chapter
from computed import wrap_numbers


def page(tmp_path, body, front="snippet: tanh"):
    path = tmp_path / "page.md"
    path.write_text(f"---\n{front}\n---\n\n{body}\n", encoding="utf-8")
    return read_chapter(path)


def found(tmp_path, body):
    return [number.literal for number in find_numbers(page(tmp_path, body))]


@pytest.mark.parametrize(
    ("literal", "value", "half"),
    [
        ("7.2064", "7.2064", "0.00005"),
        ("11,010", "11010", "0.5"),
        ("11\u202f010", "11010", "0.5"),
        ("−3.25", "-3.25", "0.005"),
        ("-3.25", "-3.25", "0.005"),
        ("98 %", "0.98", "0.005"),
        ("24.11 %", "0.2411", "0.00005"),
        ("1.5 × 10⁴", "15000", "500"),
        ("1.5 × 10⁻⁴", "0.00015", "0.000005"),
        ("1.5e4", "15000", "500"),
        ("2e-16", "2e-16", "0.5e-16"),
        ("10⁻⁸", "1e-8", "0.5e-8"),
        ("10^{-8}", "1e-8", "0.5e-8"),
        (r"1.5 \times 10^{-4}", "0.00015", "0.000005"),
        ("0.5", "0.5", "0.05"),
    ],
)
def test_a_literal_says_its_value_and_precision(literal, value, half):
    assert value_of(literal) == (Decimal(value), Decimal(half))


@pytest.mark.parametrize(
    ("value", "literal", "right"),
    [
        (7.20642565, "7.2064", True),
        (7.20646, "7.2064", False),
        (7.20634, "7.2064", False),
        (11_010, "11,010", True),
        (11_011, "11,010", False),
        (0.9812, "98 %", True),
        (0.974, "98 %", False),
        (0.125, "0.12", True),
        (0.125, "0.13", True),
        (float("nan"), "0.1", False),
        (float("inf"), "0.1", False),
    ],
)
def test_a_value_agrees_when_it_rounds_to_the_literal(value, literal, right):
    assert agrees(value, *value_of(literal)) is right


@pytest.mark.parametrize("literal", ["seven", "1,00", "--3", "3.", "1.2.3", ""])
def test_what_is_no_number(literal):
    with pytest.raises(ValueError, match="is not a number"):
        value_of(literal)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("from 0.25 to −3.25, then 98 %", ["0.25", "−3.25", "98 %"]),
        ("a table | 12 | 3 |", ["12"]),
        ("in maths $10^{-8} x + 0.5$", ["10^{-8}", "0.5"]),
        ("in code `lr = 0.05`", ["0.05"]),
        ("![about 25 lines](name.svg)", ["25"]),
        ("**11,010** times *1,000*", ["11,010", "1,000"]),
        ("one digit: 7, −3, 5 %", []),
        ("names: float64, ReLU6, W_12, x10, log2, 3D", []),
        ("versions: Python 3.11, NumPy 2.4, CC BY 4.0, IEEE 754", []),
        ("a day: 2026-11-23", []),
        ("cited [@he2015, eq. 15 and §2.2]", []),
        ("a [link](page-2015.md#part-12) and <https://doi.org/10.1000/182>", []),
        ("<!-- 12 in a comment -->", []),
        ("10. a list's own number", []),
        ("a range 15–20", ["15", "20"]),
        ("(0.6, 0.9)", ["0.6", "0.9"]),
        ("$1.5 \\times 10^{-4}$", ["1.5 \\times 10^{-4}"]),
        ("1.5 × 10⁻⁴ and 2e-16", ["1.5 × 10⁻⁴", "2e-16"]),
    ],
)
def test_what_is_read_as_a_number(tmp_path, text, numbers):
    assert found(tmp_path, text) == numbers


def test_listings_and_outputs_are_not_prose(tmp_path):
    assert found(tmp_path, '```python\n--8<-- "tanh.py:identity"\n```\n\n```text\n12345\n```') == []


def problems(tmp_path, body, front, values, keys=("he2015",)):
    return [str(p) for p in check_numbers(page(tmp_path, body, front), values, keys)]


def only(errors, *parts):
    assert len(errors) == 1, errors
    for part in parts:
        assert part in errors[0]


def test_a_bound_number_passes(tmp_path):
    front = 'snippet: tanh\nnumbers: {"0.988": bend}\ncited: {"0.25": he2015}'
    assert problems(tmp_path, "It is 0.988 and 0.25.", front, {"bend": 0.98814}) == []


@pytest.mark.parametrize(
    ("body", "front", "values", "parts"),
    [
        ("It is 0.12.", "snippet: tanh", {}, ["page.md:5:", "'0.12' is neither bound nor cited"]),
        (
            "It is 0.989.",
            'snippet: tanh\nnumbers: {"0.989": bend}',
            {"bend": 0.98814},
            ["page.md:6:", "the page says 0.989, the code says bend = 0.98814"],
        ),
        (
            "It is.",
            'snippet: tanh\nnumbers: {"0.988": bend}',
            {"bend": 0.98814},
            ["page.md:3:", "'0.988' is bound, and no sentence states it"],
        ),
        (
            "It is.",
            'snippet: tanh\ncited: {"0.25": he2015}',
            {},
            ["page.md:3:", "'0.25' is bound, and no sentence states it"],
        ),
        (
            "It is 0.25.",
            'snippet: tanh\ncited: {"0.25": nobody}',
            {},
            ["page.md:3:", "cited to 'nobody', which is not in the bibliography"],
        ),
        (
            "It is 0.988.",
            "snippet: tanh\nnumbers: {0.988: bend}",
            {"bend": 0.98814},
            ["page.md:3:", "write the number 0.988 in quotes"],
        ),
        (
            "It is 0.988.",
            'snippet: tanh\nnumbers: {"0.988x": bend}',
            {"bend": 0.98814},
            ["page.md:3:", "'0.988x' is not a number"],
        ),
        (
            "It is 0.988.",
            'snippet: tanh\nnumbers: {"0.988": {a: b}}',
            {},
            ["page.md:3:", "'0.988' is bound to {'a': 'b'}"],
        ),
        (
            "It is 0.988.",
            "snippet: tanh\nnumbers: [0.988]",
            {},
            ["page.md:1:", "`numbers` must map literals to expressions"],
        ),
        (
            "It is 0.988.",
            'snippet: tanh\nnumbers: {"0.988": bent}',
            {"bent": {"error": "raises NameError: name 'bent' is not defined"}},
            ["page.md:3:", "bent raises NameError"],
        ),
        (
            "It is 0.988.",
            'numbers: {"0.988": bend}',
            {},
            ["`numbers` needs a `snippet`"],
        ),
        (
            "It is 0.988.",
            'snippet: tanh\nnumbers: {"0.988": bend > 0}',
            {"bend > 0": True},
            ["the page says 0.988, the code says bend > 0 = True"],
        ),
        (
            "half of the units die",
            "snippet: tanh",
            {},
            ["page.md:5:", "the words 'half of the units' state a number that is not bound"],
        ),
        (
            "half of the units die",
            'snippet: tanh\nwords: {"half of the units": "share > 0.4"}',
            {"share > 0.4": False},
            ["page.md:3:", "the page says 'half of the units', the code says share > 0.4 is False"],
        ),
        (
            "some units die",
            'snippet: tanh\nwords: {"half of the units": "share > 0.4"}',
            {"share > 0.4": True},
            ["page.md:3:", "'half of the units' is bound, and no sentence states it"],
        ),
    ],
)
def test_each_fault_names_file_line_and_cause(tmp_path, body, front, values, parts):
    only(problems(tmp_path, body, front, values), *parts)


NEAR = 'snippet: tanh\nnumbers: {"0.1": a, "0.2": b}'


@pytest.mark.parametrize(
    ("counts", "body", "found"),
    [
        (
            "",
            "It is 0.1 and 0.2.",
            ["'0.1' and '0.2' differ in one digit", "'0.2' and '0.1' differ"],
        ),
        ('\ncounts: {"0.1": 2, "0.2": 1}', "It is 0.1, 0.2 and 0.1.", []),
        (
            '\ncounts: {"0.1": 2, "0.2": 1}',
            "It is 0.1, 0.2 and 0.2.",
            ["'0.1' stands here 1 times, not 2", "'0.2' stands here 2 times, not 1"],
        ),
        (
            '\ncounts: {"0.1": 1, "0.2": 1, "0.33": 1}',
            "It is 0.1 and 0.2.",
            ["`counts` names '0.33', which no other literal is close to"],
        ),
    ],
)
def test_a_slip_from_one_bound_number_to_another_is_seen(tmp_path, counts, body, found):
    errors = problems(tmp_path, body, NEAR + counts, {"a": 0.1, "b": 0.2})
    assert len(errors) == len(found), errors
    assert all(any(part in error for error in errors) for part in found)


def test_words_are_bound_across_a_line_break(tmp_path):
    front = 'snippet: tanh\nwords: {"half of the units": "share > 0.4"}'
    assert problems(tmp_path, "half of\nthe units die", front, {"share > 0.4": True}) == []


def test_values_come_from_the_run():
    checked = bound_numbers.run_all([bound_numbers.Request("tanh", ("bend", "no_such", "z"))])[0]
    values = checked["tanh"].values
    assert abs(values["bend"] - 0.98772) < 1e-3
    assert values["no_such"]["error"].startswith("raises NameError")
    assert values["z"]["error"] == "is not a number but ndarray"


def test_numbers_are_wrapped_in_text_only():
    bound = {"0.25": ("slope", 0.25, "../code/x/#line"), "half of it": ("ok", True, "../code/x/#l")}
    text = (
        '<p title="0.25">a 0.25, b 10.25 and <a href="#">0.25</a></p><pre>0.25</pre>'
        '<figcaption><span class="caption-prefix">0.25</span> half\nof it</figcaption>'
    )
    wrapped = wrap_numbers(text, bound)
    assert wrapped.count("<data ") == 2
    assert (
        '<data value="0.25" data-expression="slope" data-source="../code/x/#line">0.25</data>, b'
        in wrapped
    )
    assert (
        '<data value="true" data-expression="ok" data-source="../code/x/#l">half\nof it</data>'
        in wrapped
    )


@pytest.mark.parametrize(
    ("literal", "value", "written"),
    [
        ("7.2064", 7.30449, "7.3045"),
        ("11,010", 12345, "12,345"),
        ("11\u202f010", 12345, "12\u202f345"),
        ("−3.25", -4.0, "−4.00"),
        ("-3.25", -4.0, "-4.00"),
        ("3.25", -4.0, "-4.00"),
        ("98 %", 0.5049, "50 %"),
        ("1.5 × 10⁻⁴", 0.000171, "1.7 × 10⁻⁴"),
        ("1.5e4", 17100, "1.7e4"),
    ],
)
def test_update_writes_a_new_value_as_the_old_one_was_written(literal, value, written):
    assert update.like(literal, value) == written


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("about a thousand pieces", "thousand"),
        ("it falls by twenty-four decades", "twenty-four"),
        ("over three quarters of it", "three quarters"),
        ("every tenth unit", "every tenth"),
        ("ten times the rate", "ten times the"),
        ("outputs above one half", "above one half"),
        ("7.4 million, of one or ten kinds, at one half, one after the other", None),
    ],
)
def test_words_that_measure(text, asked):
    found = bound_numbers.MEASURE_WORDS.search(text)
    assert (found and found[0]) == asked


def test_words_bound_in_one_place_are_not_bound_in_another(tmp_path):
    path = tmp_path / "page.md"
    front = "---\nsnippet: tanh\nwords: {over a hundred: n > 100}\n---\n"
    text = front + "Rises to over a\nhundred.\n\nOr a hundred.\n"
    path.write_text(text, encoding="utf-8")
    (problem,) = check_numbers(read_chapter(path), {"n > 100": True}, {})
    assert problem.line == 8
    assert "'hundred'" in problem.message
