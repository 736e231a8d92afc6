"""Run the experiments that are too long for the build, and hold their results against the scripts.

experiments/NAME.py defines `run(progress)`, which returns a dict of plain numbers, strings, lists and
dicts; its result is committed as experiments/NAME.json with a hash of the script and of the snippets
it imports. A chapter reads it with `measured.load("NAME")`.

Usage: `make experiments` runs those whose hash is stale; `python hooks/experiments.py NAME ...` runs
the named ones; with --all every one, with --check every one without writing, comparing instead.
"""

import hashlib
import importlib.util
import json
import math
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from run_snippets import imported_snippets
from scripts import ROOT, SNIPPETS

FOLDER = ROOT / "experiments"
TOLERANCE = 1e-6  # of recomputed results: libraries differ in the last bits, and sums add them up


def names():
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def script_hash(name):
    """Hash of the experiment's script and of all snippets that it imports."""
    path = FOLDER / f"{name}.py"
    digest = hashlib.sha256()
    for source in [path, *imported_snippets(path)]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()


def stored(name):
    """The committed record of an experiment: {"script": hash, "results": ...}, or None."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def is_stale(name):
    record = stored(name)
    return record is None or record["script"] != script_hash(name)


def difference(one, other, where="results"):
    """The first place at which two results differ by more than the tolerance; None if none does.

    What stands under a key that begins with "timing" differs from run to run and is not compared.
    """
    if isinstance(one, dict) and isinstance(other, dict) and set(one) == set(other):
        pairs = [
            (f"{where}/{key}", one[key], other[key]) for key in one if not key.startswith("timing")
        ]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(f"{where}[{n}]", a, b) for n, (a, b) in enumerate(zip(one, other, strict=True))]
    elif isinstance(one, (int, float)) and isinstance(other, (int, float)):
        same = math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        same = same or (math.isnan(one) and math.isnan(other))
        return None if same else f"{where}: {one!r} became {other!r}"
    else:
        return None if one == other else f"{where}: {one!r} became {other!r}"
    return next((found for w, a, b in pairs if (found := difference(a, b, w))), None)


def _run_here(name):
    """In a child: run one experiment, with its progress on stderr and its result on stdout."""
    sys.path.insert(0, str(SNIPPETS))
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    start, shown = time.monotonic(), [0.0]

    def progress(done, total):
        now = time.monotonic()
        if now - shown[0] < 2 and done < total:
            return
        shown[0] = now
        left = (now - start) / done * (total - done) if done else float("nan")
        print(f"{name}: {done} of {total}, {left:.0f} s left", file=sys.stderr, flush=True)

    print(json.dumps(module.run(progress)))


def run(name):
    """Run one experiment in a process of its own; its result and its seconds."""
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    start = time.monotonic()
    child = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "--here", name],
        env=dict(os.environ) | threads | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    if child.returncode:
        raise RuntimeError(f"experiments/{name}.py failed")
    return json.loads(child.stdout), time.monotonic() - start


def as_text(record):
    """A record as JSON that reads well in a diff: one entry of `results` a line."""
    rows = [
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in record["results"].items()
    ]
    head = f'{{\n "script": "{record["script"]}",\n "results": {{\n'
    return head + ",\n".join(rows) + "\n }\n}\n"


def main(arguments):
    if arguments[:1] == ["--here"]:
        _run_here(arguments[1])
        return 0
    check = "--check" in arguments
    named = [argument for argument in arguments if not argument.startswith("--")]
    every = check or "--all" in arguments
    wanted = named or [name for name in names() if every or is_stale(name)]
    failed = False
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, (results, seconds) in zip(wanted, pool.map(run, wanted), strict=True):
            record = stored(name)
            if not check:
                text = as_text({"script": script_hash(name), "results": results})
                (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
            change = difference(record["results"], results) if record else "new"
            failed = failed or (check and change is not None)
            print(f"experiments/{name}: {seconds:.0f} s, {change or 'as recorded'}")
    if not wanted:
        print("every experiment is up to date")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
