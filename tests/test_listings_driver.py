"""The program that runs listings in the reader's browser, here in this Python: quick, and without one."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import run_here
from chapters import all_chapters
from scripts import ROOT, read_script, script_path

# A process of its own, for the stand-in takes matplotlib's place, on a copy of the scripts, for edits
# are written into them.
RUN = """
import json, sys
root, jobs = sys.argv[1], json.load(sys.stdin)
sys.path[:0] = [root + "/hooks", root + "/theme/python"]
import listings
if sys.argv[2:]:
    import numpy_warnings
    numpy_warnings.install()
events = []
runner = listings.Runner(events.append)
told = []
for job in jobs:
    events.clear()
    runner.run(json.dumps({"edits": {}, "check": False} | job))
    told.append(list(events))
print(json.dumps(told), file=sys.__stdout__)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run jobs one after another; for each, the events it gave."""

    def run(*jobs):
        folder = tmp_path_factory.mktemp("book")
        archive = folder / "book.zip"
        archive.write_bytes(run_here.archive())
        zipfile.ZipFile(archive).extractall(folder)
        command = [sys.executable, "-c", RUN, str(folder)]
        done = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def of(events, kind):
    return [event for event in events if event["event"] == kind]


def outputs(events):
    return {event["key"]: event["out"] for event in of(events, "done")}


CHAPTERS = [
    c for c in all_chapters() if any(f.embed for f in c.listings) and c.path.suffix == ".md"
]


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: c.name)
def test_every_listing_prints_what_the_page_says(run, chapter):
    """In the page's order, without matplotlib: in the browser the same is asked of each engine."""
    keys = [":".join(f.embed) for f in chapter.listings if f.embed]
    jobs = [{"page": chapter.name, "want": keys[: n + 1]} for n in range(len(keys))]
    seen = {}
    for key, events in zip(keys, run(*jobs), strict=True):
        assert [e for e in events if e.get("error")] == [], key
        seen |= outputs(events)
        assert key in seen
    for listing in chapter.listings:
        if listing.embed:
            assert seen[":".join(listing.embed)] == (listing.output or ""), listing.embed


EXERCISES = [
    (chapter.name, f.embed[0], f.embed[1].removeprefix("start_"))
    for chapter in CHAPTERS
    for f in chapter.listings
    if f.embed and f.embed[1].startswith("start_")
]


@pytest.mark.slow
def test_a_check_asks_for_a_solution_and_takes_the_books(run):
    jobs = []
    for page, name, number in EXERCISES:
        job = {"page": page, "want": [f"{name}:start_{number}"], "check": True}
        solution = read_script(script_path(name)).source(f"solution_{number}")
        # The starting code stands above the solution, which may use what it defines.
        start = read_script(script_path(name)).source(f"start_{number}")
        jobs += [job, job | {"edits": {f"{name}:start_{number}": start + "\n\n" + solution}}]
    told = run(*jobs)
    for (page, _, number), unsolved, solved in zip(EXERCISES, told[::2], told[1::2], strict=True):
        (before,), (after,) = of(unsolved, "check"), of(solved, "check")
        assert [r for r in before["results"] if r["failed"] is not None] or before["error"], page
        assert after["results"], (page, number)
        assert after["error"] is None, (page, number)
        assert all(r["held"] and r["failed"] is None for r in after["results"]), (page, number)


def job(*keys, **edits):
    changed = {key.replace("__", ":"): code for key, code in edits.items()}
    return {"page": "tanh", "want": [key.replace("__", ":") for key in keys], "edits": changed}


def test_what_stands_above_runs_first_and_once(run):
    first, second = run(job("tanh__identity", "tanh__slopes"), job("tanh__identity", "tanh__tail"))
    assert list(outputs(first)) == ["tanh:identity", "tanh:slopes"]
    assert list(outputs(second)) == ["tanh:tail"]


def test_a_listing_run_again_starts_from_the_same_names(run):
    edit = "z0 = [1]\ntry:\n    count += 1\nexcept NameError:\n    count = 1\nprint(count)\n"
    told = run(*[job("tanh__slopes", tanh__slopes=edit)] * 3)
    assert [outputs(events)["tanh:slopes"] for events in told] == ["1\n"] * 3


def test_what_is_changed_in_place_is_as_it_was(run):
    grow = "z[0] = z[0] + 1\nprint(z[0])\n"
    told = run(*[job("tanh__identity", "tanh__slopes", tanh__slopes=grow)] * 2)
    assert [outputs(events)["tanh:slopes"] for events in told] == ["-3.0\n", "-3.0\n"]


def test_a_change_above_reaches_the_listings_below(run):
    shown = "print(tiny)\n"
    changed = "import numpy as np\nz = np.zeros(2)\ntiny = 5\n"
    before, after = run(
        job("tanh__slopes", tanh__slopes=shown),
        job("tanh__identity", "tanh__slopes", tanh__slopes=shown, tanh__identity=changed),
    )
    assert outputs(before)["tanh:slopes"] == "1e-15\n"
    assert outputs(after)["tanh:slopes"] == "5\n"


def test_a_change_of_an_imported_script_reaches_the_chapter_and_is_taken_back(run):
    own = read_script(script_path("activations")).source("tanh")
    changed = own + "\n\ndef tanh(z):\n    return 0 * z + 0.5\n"
    told = run(
        job("activations__tanh", "tanh__slopes", activations__tanh=changed),
        job("activations__tanh", "tanh__slopes"),
    )
    first, second = (outputs(events)["tanh:slopes"] for events in told)
    assert "tanh          [0.5 0.5 0.5 0.5 0.5]" in first
    assert "tanh          [-0.964  -0.0997  0.      0.0997  0.964 ]" in second


def test_below_an_exercise_the_book_goes_on_with_its_own_code(run):
    edit = {"tanh__start_1": "1/0\n"}
    alone, below = run(job("tanh__start_1", **edit), job("tanh__start_1", "tanh__check_1", **edit))
    assert of(alone, "done")[-1]["error"]["message"] == "ZeroDivisionError: division by zero"
    assert outputs(below)["tanh:check_1"] == "equal at 81 places from -4 to 4\n"
    assert [event for event in below if event.get("error")] == []
    assert "tanh:start_1" not in outputs(below)  # the reader's own is not told to have run


@pytest.mark.parametrize(
    ("code", "message", "line"),
    [
        ("a = 1\nb = a / 0\n", "ZeroDivisionError: division by zero", 2),
        ("def f():\n    return g()\n\n\nf()\n", "NameError: name 'g' is not defined", 2),
        ("a = (1,\n", "SyntaxError: '(' was never closed", 1),
        ("input('name? ')\n", "RuntimeError: input() is not available on this page", 1),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3", 2),
        ("import nowhere\n", "ModuleNotFoundError: No module named 'nowhere'", 1),
    ],
)
def test_an_error_says_what_and_where(run, code, message, line):
    events = run(job("tanh__slopes", "tanh__tail", tanh__slopes=code))[0]
    error = of(events, "done")[-1]["error"]
    assert error["message"].startswith(message)
    assert error["line"] == line
    assert "listings.py" not in error["traceback"]
    assert "tanh:tail" not in outputs(events)


def test_after_an_error_nothing_is_left_of_it(run):
    broken = "z0 = 7\nleft = 1\n1 / 0\n"
    look = "print('left' in globals())\n"
    told = run(job("tanh__slopes", tanh__slopes=broken), job("tanh__slopes", tanh__slopes=look))
    assert outputs(told[1])["tanh:slopes"] == "False\n"


def test_a_flood_is_cut(run):
    events = run(job("tanh__slopes", tanh__slopes="for n in range(100_000):\n    print(n)\n"))[0]
    done = of(events, "done")[-1]
    assert done["cut"]
    assert len(done["out"].encode()) == 64 * 1024
    assert sum(len(e["text"]) for e in of(events, "out")) <= 64 * 1024


def test_a_figure_is_named_and_not_drawn(run):
    events = run({"page": "reference", "want": ["reference:figure"]})[0]
    (done,) = of(events, "done")[-1:]
    assert done["figures"]
    assert done["error"] is None


def test_numpy_warns_where_there_are_no_flags(tmp_path):
    """The same words as NumPy's own, under each setting."""
    code = """
import sys, warnings
sys.path.insert(0, sys.argv[1])
import numpy as np
def told(f, z):
    found = []
    for how in ("warn", "raise", "ignore"):
        with warnings.catch_warnings(record=True) as caught, np.errstate(all=how, under="ignore"):
            warnings.simplefilter("always")
            try:
                f(np.array(z))
                found.append([str(w.message) for w in caught])
            except FloatingPointError as error:
                found.append(str(error))
    return found
cases = [("exp", [1.0, 710.0]), ("exp", [np.inf, -np.inf, 2.0]), ("exp", [-1e4]), ("log", [0.0, 1.0]),
         ("log", [-1.0]), ("log", [2.0]), ("exp", [np.nan])]
own = [told(getattr(np, name), z) for name, z in cases]
import numpy_warnings
numpy_warnings.install()
with np.errstate(all="ignore"):
    pass
ours = [told(getattr(np, name), z) for name, z in cases]
# Without flags NumPy's own function says nothing: let ours call one that says nothing.
with np.errstate(all="ignore"):
    assert np.exp(np.array([710.0]))[0] == np.inf
for case, a, b in zip(cases, own, ours):
    deduplicated = [sorted(set(x)) if isinstance(x, list) else x for x in b]
    assert a == deduplicated, (case, a, b)
"""
    command = [sys.executable, "-c", code, str(ROOT / "theme" / "python")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(tmp_path))
    assert done.returncode == 0, done.stderr
