"""Build times as ratios to the same site built without figures: `make bench`.

Cold: nothing cached, each snippet runs. Warm: all cached. Edit: under `mkdocs serve`, from the save
of a page to the new page being served, against the same edit on the site without figures. Each is
the median of several runs; the notebook page, which mkdocs-jupyter runs and caches itself, is warm
in all of them but one line, which says what it adds.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "hooks")]

from planted import Copy, environment  # noqa: E402  (found through the path above)

RUNS = 5


def build(copy, figures=True, numbers=True):
    """Seconds of one build, as MkDocs is started by a person."""
    settings = {"BOOK_FIGURES": str(figures).lower(), "BOOK_NUMBERS": str(numbers).lower()}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", "site"],
        cwd=copy.root,
        env=environment() | settings,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


def edit(copy, figures=True):
    """Seconds of the rebuild that `mkdocs serve` reports after the save of one page."""
    from test_serve import Server

    os.environ["BOOK_FIGURES"] = "true" if figures else "false"
    server = Server(copy.root)
    try:
        server.wait("tanh/", "</html>")
        found = []
        for run in range(RUNS):
            server.log.clear()
            copy.append("docs/tanh.md", f"\nAn edit, the {'x' * run}th.\n")
            while not any("Documentation built in" in line for line in server.log):
                time.sleep(0.05)
            line = next(line for line in server.log if "Documentation built in" in line)
            found.append(float(line.split("built in ")[1].split()[0]))
            time.sleep(0.5)
        return found
    finally:
        server.stop()
        del os.environ["BOOK_FIGURES"]


def tests(copy):
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "docs", "README.md"],
        cwd=copy.root,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return time.perf_counter() - start


def main():
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(folder)
        build(copy), build(copy, figures=False)  # fills both caches
        bare, unbound, warm = [], [], []
        for _ in range(RUNS):  # in turn, so that a drift of the machine's speed hits all alike
            bare.append(build(copy, figures=False))
            unbound.append(build(copy, numbers=False))
            warm.append(build(copy))
        cold = []
        for _ in range(3):
            shutil.rmtree(copy.root / ".cache" / "snippets")
            cold.append(build(copy))
        shutil.rmtree(copy.root / ".cache")
        all_cold = build(copy)
        edits, bare_edits = edit(copy), edit(copy, figures=False)
    base, bare_edit = statistics.median(bare), statistics.median(bare_edits)
    with tempfile.TemporaryDirectory() as folder:
        doctests = tests(Copy(folder))
    rows = [
        ("without figures", bare, base, None),
        ("cold: every snippet runs", cold, base, 8),
        ("warm: all cached", warm, base, 1.5),
        ("warm, against no numbers marked", warm, statistics.median(unbound), 1.05),
        ("page edit, without figures", bare_edits, bare_edit, None),
        ("page edit under serve", edits, bare_edit, 1.5),
    ]
    over = []
    print(f"{'build':32} {'median s':>9} {'min':>6} {'max':>6} {'ratio':>6} {'limit':>6}")
    for name, found, unit, limit in rows:
        middle = statistics.median(found)
        ratio = middle / unit
        text = "" if limit is None else f"{limit:6.1f}"
        print(f"{name:32} {middle:9.2f} {min(found):6.2f} {max(found):6.2f} {ratio:6.2f} {text}")
        if limit and ratio > limit:
            over.append(name)
    print(f"{'cold, notebook run too':32} {all_cold:9.2f} {'':13} {all_cold / base:6.2f}")
    print(f"{'all doc-tests':32} {doctests:9.2f} {'':13} {'':6} {20:6.1f} s")
    if doctests > 20:
        over.append("all doc-tests")
    if over:
        print("over its limit: " + ", ".join(over), file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    raise SystemExit(main())
