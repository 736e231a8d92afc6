"""Run snippets once and keep what they computed in .cache/, keyed by everything it depends on.

A result holds what each section printed, the figures the script saved (a light and a dark variant
of one drawing) and the values of the expressions that its page binds to numbers.

Usable alone: `python hooks/run_snippets.py relu` runs one script and shows its result.
"""

import hashlib
import importlib.metadata
import json
import numbers
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts import ROOT, SNIPPETS, BookError, contents, execute, read_script, script_path

CACHE = ROOT / ".cache" / "snippets"
WORKERS = 2
KEPT = 8
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class Request:
    """One script, and the expressions to evaluate over the names it leaves behind."""

    name: str
    expressions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    outputs: dict[str, str]  # section -> what it printed
    figures: dict[str, tuple[float, float]]  # figure -> width and height in points
    fingerprints: dict[str, dict]  # figure -> what it draws
    values: dict[str, int | float | dict]  # expression -> value, or {"error": message}
    folder: Path

    def figure_file(self, figure, scheme):
        return self.folder / f"{figure}.{scheme}.svg"


def run_all(requests):
    """Results of all requests, from the cache where possible.

    Returns (results by script name, list of BookErrors of scripts that failed).
    """
    results, stale, errors = {}, [], []
    for request in requests:
        try:
            folder = CACHE / f"{request.name}-{cache_key(request)}"
        except BookError as error:
            errors.append(error)
            continue
        try:
            results[request.name] = _load(folder)
        except FileNotFoundError:
            stale.append((request, folder))
    # Two processes, each for several scripts: starting one for every script would cost more than
    # most of them take.
    batches = [batch for batch in (stale[i::WORKERS] for i in range(WORKERS)) if batch]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        for answers in pool.map(_run_batch, batches):
            for (request, folder), error in answers:
                if error:
                    errors.append(error)
                else:
                    results[request.name] = _load(folder)
                    _forget_oldest(request.name)
    return results, errors


def cache_key(request):
    """Hash of all that can change a result: sources, style, this code, and the libraries."""
    digest = hashlib.sha256()
    sources = _sources(request.name)
    if SNIPPETS / "measured.py" in sources:
        sources += sorted((ROOT / "experiments").glob("*.json"))
    sources += data_files(sources)
    for path in [*sources, SNIPPETS / "book.mplstyle", *_own_code()]:
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for package in ("numpy", "matplotlib"):
        digest.update(importlib.metadata.version(package).encode())
    digest.update(platform.python_version().encode())
    digest.update(json.dumps(sorted(request.expressions)).encode())
    return digest.hexdigest()[:20]


def data_files(sources):
    """The data sets of experiments/ that a script reads: it names them, as in "digits.txt"."""
    code = [path.read_text(encoding="utf-8") for path in sources if path.suffix == ".py"]
    found = sorted((ROOT / "experiments").glob("*.txt"))
    return [data for data in found if any(f'"{data.name}"' in text for text in code)]


def imported_snippets(path):
    """The other scripts of snippets/ that a script imports, directly or not."""
    found, queue = [], [path]
    while queue:
        current = queue.pop()
        try:
            modules = contents(current.read_text(encoding="utf-8")).imports
        except SyntaxError:
            continue  # running the script reports it, with its line
        for module in modules:
            other = SNIPPETS / f"{module}.py"
            if other.is_file() and other not in found and other != path:
                found.append(other)
                queue.append(other)
    return sorted(found)


def _sources(name):
    path = script_path(name)
    read_script(path)  # raises BookError where it is missing or its markers are wrong
    return [path, *imported_snippets(path)]


def _own_code():
    here = Path(__file__).resolve().parent
    return [here / name for name in ("run_snippets.py", "scripts.py", "fingerprints.py")]


def _load(folder):
    data = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    figures = {name: tuple(size) for name, size in data["figures"].items()}
    return Result(data["outputs"], figures, data["fingerprints"], data["values"], folder)


def _forget_oldest(name):
    """Keep the newest few results of a script: `mkdocs serve` makes one for each saved edit."""
    pattern = re.escape(name) + r"-[0-9a-f]{20}"
    folders = [f for f in CACHE.glob(f"{name}-*") if re.fullmatch(pattern, f.name)]
    for folder in sorted(folders, key=lambda f: f.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _run_batch(batch):
    """Run some scripts in one fresh Python process; pairs of (request, folder) and error or None."""
    jobs = [[request.name, request.expressions, str(folder)] for request, folder in batch]
    environment = dict(os.environ)
    # One thread each, a fixed hash seed and no user settings: the same bytes on every run.
    environment |= {
        "MPLBACKEND": "svg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",  # a __pycache__ in a watched folder restarts `mkdocs serve`
    }
    child = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "--jobs"],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        env=environment,
    )
    answers = {}
    for line in child.stdout.splitlines():
        name, error = json.loads(line)
        answers[name] = BookError(*error) if error else None
    pairs = []
    for request, folder in batch:
        died = BookError(
            script_path(request.name), None, "its process died: " + child.stderr[-2000:]
        )
        pairs.append(((request, folder), answers.get(request.name, died)))
    return pairs


def _run_jobs(jobs):
    """In the child: run each job and print one line of JSON for each."""
    sys.path.insert(0, str(SNIPPETS))
    # What a script writes to the real standard output must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for name, expressions, folder in jobs:
        try:
            _run_one(name, expressions, Path(folder))
            error = None
        except BookError as problem:
            error = [str(problem.path), problem.line, problem.message]
        print(json.dumps([name, error]), file=answers, flush=True)


def _run_one(name, expressions, folder):
    import matplotlib
    import matplotlib.pyplot as plt

    import plotting
    from fingerprints import fingerprint

    drawn = {}
    plotting.ON_SAVE[:] = [lambda fig, figure: drawn.update({figure: fingerprint(fig)})]
    matplotlib.rcdefaults()
    script = read_script(script_path(name))
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        try:
            outputs, namespace = execute(script, exercises=True)
        finally:
            os.chdir(before)
            plt.close("all")
        fresh = folder.with_name(folder.name + f".{os.getpid()}")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        figures = {}
        for svg in sorted(Path(work).glob("*.svg")):
            figures[svg.stem] = _keep_figure(script, svg, fresh)
    values = {text: evaluate(text, namespace) for text in expressions}
    data = {"outputs": outputs, "figures": figures, "fingerprints": drawn, "values": values}
    (fresh / "result.json").write_text(json.dumps(data, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _keep_figure(script, svg, folder):
    """Write the light and the dark variant of one drawing; returns its size in points."""
    from plotting import DARK

    text = svg.read_text(encoding="utf-8")
    if "<dc:date>" in text:
        raise BookError(script.path, None, f"{svg.name} holds a date: save it with plotting.save")
    unknown = {c.lower() for c in _COLOUR.findall(text)} - set(DARK)
    if unknown:
        listed = ", ".join(sorted(unknown))
        message = f"{svg.name} uses colours that plotting.py does not name: {listed}"
        raise BookError(script.path, None, message)
    (folder / f"{svg.stem}.light.svg").write_text(text, encoding="utf-8")
    dark = _COLOUR.sub(lambda match: DARK[match[0].lower()], text)
    (folder / f"{svg.stem}.dark.svg").write_text(dark, encoding="utf-8")
    width, height = _SIZE.search(text).groups()
    return float(width), float(height)


def evaluate(text, namespace):
    """A number or a truth value, exact in JSON; a fault as {'error': message}."""
    try:
        value = eval(text, namespace)
        value = value.item() if getattr(value, "size", None) == 1 else value
        if isinstance(value, bool):
            return value
        if not isinstance(value, numbers.Real):
            return {"error": f"is not a number but {type(value).__name__}"}
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    except Exception as error:
        return {"error": f"raises {type(error).__name__}: {error}"}


def main(names):
    if names == ["--jobs"]:
        _run_jobs(json.load(sys.stdin))
        return 0
    requests = [Request(n) for n in names or sorted(p.stem for p in SNIPPETS.glob("*.py"))]
    results, errors = run_all(requests)
    for name, result in results.items():
        for section, printed in result.outputs.items():
            if printed:
                print(f"--- snippets/{name}.py:{section}\n{printed}", end="")
        for figure in result.figures:
            print(f"--- {result.figure_file(figure, 'light')}")
    for error in errors:
        print(f"error: {error}", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
