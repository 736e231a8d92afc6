"""The mutation tool: what it changes, what it counts as noticed, and that it finds planted holes."""

import ast
import json
import signal
from types import SimpleNamespace

import pytest

import mutants
import mutate
import mutation_record
import trials
from bound_numbers import check_numbers
from chapters import read_chapter
from mutants import Mutant, another_number, number_mutants, output_mutants, script_mutants
from mutation_record import read_record
from planted import Copy
from scripts import (
    NOTEBOOK,
    ROOT,
    SNIPPETS,
    BookError,
    Script,
    Section,
    parse,
    read_script,
    script_path,
)


def script(text, **sections):
    """A script of snippets/ that is not there; sections: name -> (first line, last line)."""
    found = {name: Section(name, *lines) for name, lines in sections.items()}
    return Script(SNIPPETS / "made_up.py", text, found)


def changes(text):
    made_up = script(text)
    return [mutant.change for mutant in script_mutants(made_up, parse(made_up))]


# ---------------------------------------------------------------------------- what is changed


@pytest.mark.parametrize(
    ("old", "new"), [(0, 1), (7, 8), (0.0, 1.0), (0.05, 0.1), (1e-15, 2e-15), (1e-20j, 2e-20j)]
)
def test_numbers_change(old, new):
    assert another_number(old) == new
    assert type(another_number(old)) is type(new)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 801", ["801 → 802"]),
        ("x = True, 'n = 5', None", []),
        ("x = -1", ["-1 → +1", "1 → 2"]),
        ("x = a + b * c", ["a + b * c → a - b * c", "b * c → b / c"]),
        ("x = a @ b - c ** d // e % f", None),
        ("x += a", ["x += … → x -= …"]),
        ("x = a < b <= c", ["a < b → a >= b", "b <= c → b > c"]),
        ("x = a == b or a in b", ["a == b → a != b", "a in b → a not in b"]),
        ("x = (4, 4)", ["4 → 5 (1 of 2)", "4 → 5 (2 of 2)"]),
        ("def f(a: 3 = 4) -> 5:\n    return a", ["4 → 5"]),
        ("x = f'{a[0]:8.2f} of 10'", ["0 → 1"]),
        ("x: 'int | None' = 3", ["3 → 4"]),
        ("x = {1: lambda: 2}", ["1 → 2", "2 → 3"]),
    ],
)
def test_every_constant_and_operator_changes(text, expected):
    assert changes(text) == expected or (expected is None and len(changes(text)) == 5)


def test_an_edit_changes_one_place():
    text = "a = [1, 2]\nb = a[0] * (3 - a[1])\nprint(b >= 2, 4 * b)\n"
    total = len(changes(text))
    assert total == 11
    for number in range(total):
        made_up = script(text)
        tree = parse(made_up)
        mutant = script_mutants(made_up, tree)[number]
        mutant.edit()
        lines = zip(
            ast.unparse(parse(made_up)).split("\n"), ast.unparse(tree).split("\n"), strict=True
        )
        differ = [line for line, (old, new) in enumerate(lines, start=1) if old != new]
        assert differ == [mutant.line] == [mutant.statement + 1]


def test_operators_in_strings_have_the_line_of_the_string():
    text = "x = (\n    f'{a}'\n    f'{b + 1}'\n)\n"
    assert {mutant.line for mutant in script_mutants(script(text), ast.parse(text))} == {2}


def test_the_registry_loses_derivatives_and_flags():
    activations = read_script(script_path("activations"))
    tree = parse(activations)
    found = mutants.registry_mutants(activations, tree)
    names = [
        mutant.change for mutant in found if "→" in mutant.change and "_grad →" in mutant.change
    ]
    assert "gelu_tanh_grad → gelu_tanh" in names
    assert len(names) + 1 == len(mutate.formulas.REGISTRY)  # softmax has a Jacobian
    assert {"True → False", "False → True"} <= {mutant.change[:12] for mutant in found}


# ---------------------------------------------------------------------------- pages

PAGE = """---
snippet: made_up
numbers: {"11,010": epochs, "0.25": "share", "10⁻⁴": rate, "20": many}
cited: {"2015": he2015}
---

After 11,010 epochs and 20 runs the share is 0.25 [@he2015, p. 11].

1. At rate 10⁻⁴, in 2015, 0.25 of the 20 runs fail.

```python
print(12)
```

<!--pytest-codeblocks:expected-output-->
```text
12 ± 10⁻³
```
"""
KEYS = {"he2015": None}
VALUES = {"epochs": 11_010, "share": 0.25, "rate": 1e-4, "many": 20}


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    return read_chapter(path)


def survivors_of(page, values=VALUES):
    assert not check_numbers(page, values, KEYS)
    the_book = SimpleNamespace(keys=KEYS)
    return [
        mutant.change
        for mutant in number_mutants(page)
        if not mutate._page_problems(the_book, page, mutant, values, {})
    ]


def test_each_digit_of_each_number_changes(page):
    found = [mutant.change for mutant in number_mutants(page)]
    alone = [change for change in found if "everywhere" not in change]
    assert len(alone) == 5 + 2 + 3 + 3 + 4 + 3 + 2
    assert len(found) - len(alone) == 5 + 3 + 3 + 2
    assert {"10⁻⁴ → 10⁻⁵", "11,010 → 11,011", "2015 → 2025", "0.25 → 0.26 everywhere"} <= {*found}
    assert survivors_of(page) == []


@pytest.mark.parametrize(
    ("binding", "value", "expected"),
    [
        ("share", 0.25, []),
        ("share", 0.255, ["0.25 → 0.26 everywhere"]),  # halfway between: both are right
        ("[share, other]", 0.255, []),
    ],
)
def test_changed_everywhere_only_the_value_objects(page, binding, value, expected):
    page.path.write_text(PAGE.replace('"0.25": "share"', f'"0.25": {binding}'), encoding="utf-8")
    assert (
        survivors_of(read_chapter(page.path), VALUES | {"share": value, "other": 0.25}) == expected
    )


def test_a_number_can_turn_into_another_one_of_the_page(page):
    """Why bound_numbers wants a count where two literals are one digit apart."""
    text = PAGE.replace('"20": many', '"20": many, "30": more').replace("0.25 [@", "30 [@")
    page.path.write_text(
        text.replace("cited:", 'counts: {"20": 2, "30": 1}\ncited:'), encoding="utf-8"
    )
    assert survivors_of(read_chapter(page.path), VALUES | {"more": 30}) == []


def test_each_digit_of_each_output_changes(page):
    found = list(output_mutants(page))
    assert [m.change for m in found] == [
        "12 → 22",
        "12 → 13",
        "10⁻³ → 20⁻³",
        "10⁻³ → 11⁻³",
        "10⁻³ → 10⁻⁴",
    ]
    for mutant in found:
        (fence,) = read_chapter(page.path, mutant.text).listings
        assert fence.output != "12 ± 10⁻³\n"
    assert all(mutant.line == 17 for mutant in found)


# ---------------------------------------------------------------------------- what is noticed


@pytest.fixture(scope="module")
def the_book():
    return mutate.Book()


def told(work, tmp_path):
    """What work() returns in a forked child, as the tool runs it."""
    answers = []
    pool = trials.Pool(trials.Slots(1), lambda *answer: answers.append(answer))

    def child():
        with trials.empty_folder(tmp_path):
            return work()

    pool.start("key", child)
    pool.finish()
    ((key, value, died, seconds),) = answers
    assert key == "key"
    assert seconds > 0
    return died or value


def verdict(text, tmp_path, outputs=(), figures=(), **sections):
    case = trials.Case(script(text, **sections), dict(outputs), dict(figures))
    return told(lambda: trials.outcome(lambda: trials.run_through(case)), tmp_path)


def test_an_output_that_a_page_shows_is_held(tmp_path):
    text = "#\nprint(1)\nprint(2)\n#\n"
    for shown, expected in (
        ("1\n2\n", ""),
        ("1\n3\n", "output of a"),
        ("1\n2\n3\n", "output of a"),
    ):
        assert verdict(text, tmp_path, {"a": shown}, a=(1, 4)) == expected
    assert verdict(text, tmp_path, a=(1, 4)) == "", "no page shows it: no test holds it"


def test_an_exception_is_noticed_even_if_the_script_would_swallow_it(tmp_path):
    assert verdict("x = 1 / 0\n", tmp_path).startswith("raises: ZeroDivisionError")
    text = "from plotting import panel, save\n"
    text += "try:\n    save(panel()[0], 'new')\nexcept Exception:\n    pass\n"
    assert verdict(text, tmp_path) == "figure new: new"


LOOKS = """linewidth=2|color='#c2410c'|zorder=3|alpha=0.5|linestyle='--'|linestyle=(0, (4, 2))
marker='o'|solid_capstyle='butt'"""


@pytest.mark.parametrize("change", [*LOOKS.replace("\n", "|").split("|"), ""])
def test_the_look_of_a_line_is_held(tmp_path, change):
    text = (
        "from plotting import panel, save\nfig, ax = panel()\nax.plot([0, 1], {})\nsave(fig, 'x')\n"
    )
    drawn = {}

    def draw():
        import plotting
        from fingerprints import fingerprint

        plotting.ON_SAVE[:] = [lambda fig, name: drawn.update({name: fingerprint(fig)})]
        exec(text.format("color='#0b6bb5', linewidth=1"), {})
        return drawn

    drawn = told(draw, tmp_path)
    options = f"**(dict(color='#0b6bb5', linewidth=1) | dict({change}))"
    found = verdict(text.format(options), tmp_path, figures=drawn)
    assert found.startswith("figure x") if change else found == ""


def test_what_drawing_leaves_as_it_is_was_compared_before(tmp_path, the_book):
    """Told before drawing, a difference must be there afterwards: here, that none is told of none."""
    case = the_book.cases["tanh"]
    told_early = []

    def see(self, fig, name):
        told_early.append(trials.difference_before_drawing(self.case.figures[name], fig))
        self.saved.add(name)

    def run():
        trials.Run.see = see
        return trials.outcome(lambda: trials.run_through(case)), told_early

    assert told(run, tmp_path) == ["", [None] * len(case.figures)]


def test_a_missing_figure_is_noticed(tmp_path):
    assert verdict("x = 1\n", tmp_path, figures={"lost": {}}) == "figures missing: {'lost'}"


def test_a_run_without_end_is_ended(tmp_path):
    def endless():
        trials.limited(0.1)
        while True:
            pass

    assert told(endless, tmp_path) == signal.SIGPROF


def test_a_fault_of_the_tool_is_no_catch(tmp_path):
    with pytest.raises(RuntimeError, match="the tool itself failed"):
        told(lambda: undefined_name, tmp_path)  # noqa: F821


def test_a_changed_module_reaches_who_imports_it(tmp_path):
    plotting = trials.Case(read_script(script_path("plotting")))
    text = "#\nfrom plotting import panel\nprint(panel()[0].get_size_inches())\n#\n"
    user = trials.Case(script(text, a=(1, 4)), {"a": "[4.5 2.9]\n"})
    edits = {m.change: m for m in script_mutants(plotting.script, plotting.tree)}

    def attempt():
        before = trials.outcome(lambda: trials.run_through(user))
        edits["4.5 → 9.0"].edit()
        return before, trials.outcome(lambda: trials.run_through(user, changed=[plotting]))

    assert told(attempt, tmp_path) == ["", "output of a"]


LATE = """n = 2
def f(z, by=3):
    return n * z + by
def lost(z):
    return z + 1
def held(z):
    return z + 4
n = 5
print(f(1))
"""


def in_order(tmp_path, **options):
    """(change, first statement that it can change the course of, what noticed it) of LATE."""
    case = trials.Case(script(LATE, a=(9, 9)), {"a": "8\n"}, **options)
    found = []

    def attempts():
        assert trials.outcome(lambda: trials.measured(case)) == ""
        mutants_ = script_mutants(case.script, case.tree)
        the_book = SimpleNamespace(reviewed={}, log=None, importers=lambda *_: [], cases={})
        whys = mutate.mutate_script(the_book, case, mutants_, tmp_path, trials.Slots(1))
        for mutant, why in zip(mutants_, whys, strict=True):
            found.append([mutant.change, trials.first_use(case, mutant), why])
        return found

    return told(attempts, tmp_path)


def test_what_is_changed_in_a_function_is_tried_where_it_is_first_called(tmp_path):
    assert in_order(tmp_path) == [
        ["2 → 3", 0, ""],
        ["3 → 4", 1, "output of a"],  # a default: no call, and computed at once
        ["n * z + by → n * z - by", 5, "output of a"],
        ["n * z → n / z", 5, "output of a"],  # 8.0
        ["z + 1 → z - 1", 6, ""],
        ["1 → 2", 6, ""],
        ["z + 4 → z - 4", 6, ""],
        ["4 → 5", 6, ""],
        ["5 → 6", 4, "output of a"],
        ["1 → 2", 5, "output of a"],
    ]


def test_a_number_that_calls_a_function_is_its_first_use(tmp_path):
    path = tmp_path / "page.md"
    text = '---\nsnippet: made_up\nnumbers: {"12": held(8)}\n---\nIt is 12.\n'
    path.write_text(text, encoding="utf-8")
    found = in_order(tmp_path, chapters=[read_chapter(path)])
    (first,) = {first for change, first, _ in found if change in ("z + 4 → z - 4", "4 → 5")}
    assert first == 3
    for change, _, why in found:
        assert change not in ("z + 4 → z - 4", "4 → 5") or why.startswith("number: ")


@pytest.mark.parametrize(
    ("decorator", "firsts"), [("functools.cache", [2, 2, 2]), ("functools.partial", [1, 1, 2])]
)
def test_a_decorated_function_is_changed_too(tmp_path, decorator, firsts):
    """Where nothing leads from the name to the function, it is changed before it is made."""
    text = f"import functools\n@{decorator}\ndef f(z):\n    return z + 1\n#\nprint(f(1))\n"
    case = trials.Case(script(text, a=(5, 6)), {"a": "2\n"})

    def attempts():
        assert trials.outcome(lambda: trials.measured(case)) == ""
        found = script_mutants(case.script, case.tree)
        the_book = SimpleNamespace(reviewed={}, log=None, importers=lambda *_: [])
        uses = [trials.first_use(case, mutant) for mutant in found]
        return uses, mutate.mutate_script(the_book, case, found, tmp_path, trials.Slots(1))

    assert told(attempts, tmp_path) == [firsts, ["output of a"] * 3]


def test_reach():
    case = trials.Case(
        script("import m\na = 1\ndef f():\n    b = a\n    return b\nc = f()\nd = [2]\nd[0] = a\n")
    )
    assert mutate.reach(case, 1) == {"a", "f", "c", "d"}
    assert mutate.reach(case, 2) == {"f", "c"}
    assert mutate.reach(case, 4) == {"d"}


# ---------------------------------------------------------------------------- the report


@pytest.fixture
def survivors(tmp_path, monkeypatch):
    path = tmp_path / "survivors.yml"
    monkeypatch.setattr(mutate, "SURVIVORS", path)
    return path


def part(*found):
    mutant = Mutant(SNIPPETS / "tanh.py", 3, "x = 1  # why", "1 → 2", "snippets")
    made = mutate.Part(mutant.path, "snippets", survivors=[mutant] if "survivor" in found else [])
    made.caught["output"] = 9
    return made


LISTED = "snippets/tanh.py:\n- {line: 'x = 1  # why', change: 1 → 2, reason: a colour}\n"


def test_a_survivor_must_be_reviewed(survivors):
    survivors.write_text("")
    (problem,) = mutate.judge([part("survivor")], [], [], whole=False)
    assert problem == "snippets/tanh.py:3: survives: 1 → 2\n    x = 1  # why"
    survivors.write_text(LISTED)
    assert not mutate.judge([part("survivor")], [], [], whole=False)


def test_a_reviewed_survivor_must_survive(survivors):
    survivors.write_text(LISTED)
    (problem,) = mutate.judge([part()], [], [], whole=False)
    assert "no longer survives: snippets/tanh.py, x = 1  # why, 1 → 2" in problem


def test_the_shares_are_those_of_the_whole(survivors):
    survivors.write_text(LISTED)
    (problem,) = mutate.judge([part("survivor")], [], [], whole=True)
    assert problem == "snippets: 90.0 % caught, not 98%"
    assert mutate.share(9_999, 10_000).strip() == "99.9 %", "never rounded up"


@pytest.mark.parametrize(
    "text", [LISTED + LISTED.split("\n")[1], LISTED.replace("a colour", "' '")]
)
def test_a_review_has_a_reason_and_stands_once(survivors, text):
    survivors.write_text(text)
    with pytest.raises(SystemExit, match="twice, or without a reason"):
        mutate.reviewed_survivors()


def test_the_recorded_run_is_of_this_book():
    """Edits do not make it wrong. It is too old once a tenth of the scripts has come or gone."""
    record = read_record()
    assert not record["dirty"], "recorded with uncommitted changes"
    for kind, required in mutate.REQUIRED.items():
        count = record["counts"][kind]
        assert count["mutants"] > 50
        assert count["caught"] >= required * count["mutants"], kind
    scripts = [read_script(path) for path in [*SNIPPETS.glob("*.py"), NOTEBOOK]]
    now = sum(len(script_mutants(script, parse(script))) for script in scripts)
    then = record["counts"]["snippets"]["mutants"]
    assert abs(now / then - 1) < 0.1, "the book has outgrown its record: make mutate RECORD=1"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, None, "there is no recorded run"),
        ('"commit"', '"commits"', "malformed: KeyError"),
        ('"caught": 92', '"caught": 93', "no more than there are"),
        ("{", "", "malformed: JSONDecodeError"),
    ],
)
def test_a_wrong_record_is_a_fault_of_the_book(tmp_path, monkeypatch, old, new, expected):
    path = tmp_path / "record.json"
    if old:
        counts = {kind: {"mutants": 92, "caught": 92} for kind in mutation_record.KINDS}
        text = json.dumps({"commit": "0" * 40, "counts": counts})
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(mutation_record, "RECORD", path)
    with pytest.raises(BookError, match=expected):
        read_record()


def test_reviewed_lines_are_there():
    """Found without a run: a line that was edited must be reviewed again."""
    for file, line, change in mutate.reviewed_survivors():
        lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
        assert line in map(str.strip, lines), f"{file} has no line {line!r} ({change})"


@pytest.mark.slow
def test_planted_holes_are_found(tmp_path):
    """A whole run on one chapter: what no page shows and nothing binds survives, with its line."""
    copy = Copy(tmp_path)
    copy.append("snippets/index.py", "\nunseen = 40 + 2\n")
    line = copy.line_of("snippets/index.py", "unseen")
    code, output = copy._run([mutate.sys.executable, "tests/mutate.py", "index"])
    assert code == 1
    for change in ("40 → 41", "40 + 2 → 40 - 2", "2 → 3"):
        assert f"snippets/index.py:{line}: survives: {change}\n    unseen = 40 + 2" in output
    assert "docs/index.md" in output
    assert "Traceback" not in output
