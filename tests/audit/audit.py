"""`make audit`: Lighthouse, as on a telephone, over every page of the built site; a table of medians.

Three runs a page, and the median of each score; then how soon Python in the page answers. Fails where
one keeps not to tests/budget.yml. `--python` measures Python alone, names after it single pages. Lighthouse
and the Node it needs come from this folder's package-lock.json. Timings depend on the machine: run it
while nothing else does.
"""

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "hooks")]

import run_speed  # noqa: E402
from engines import FLAGS  # noqa: E402

LIMITS = yaml.safe_load((HERE.parent / "budget.yml").read_text(encoding="utf-8"))
BUDGET = LIMITS["lighthouse"]
RUNS = 3


class Host(SimpleHTTPRequestHandler):
    """Sends what any static host sends: texts gzipped, and how long to keep them."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        file = Path(self.translate_path(self.path))
        if file.is_dir():
            file /= "index.html"
        found = file.is_file()
        body = (file if found else Path(self.directory, "404.html")).read_bytes()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", self.guess_type(str(file if found else "404.html")))
        if file.suffix in ("", ".html", ".css", ".js", ".svg", ".json", ".md", ".txt", ".xml"):
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def node():
    """The Node of this folder: Lighthouse needs a newer one than many machines have."""
    return next(HERE.glob("node_modules/node-*/bin/node"), None) or shutil.which("node")


def scores(address):
    """category -> score of one run, with the largest shift of the layout and what went wrong."""
    chrome = shutil.which("chromium") or shutil.which("google-chrome")
    command = [
        *(node(), HERE / "node_modules/lighthouse/cli/index.js", address),
        *("--quiet", "--output=json", f"--chrome-flags=--headless=new {' '.join(FLAGS)}"),
        f"--only-categories={','.join(BUDGET)}",
    ]
    environment = os.environ | {"CHROME_PATH": chrome}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    report = json.loads(done.stdout)
    found = {name: 100 * report["categories"][name]["score"] for name in BUDGET}
    found["shift"] = report["audits"]["cumulative-layout-shift"]["numericValue"]
    faults = {
        part["id"]
        for name in BUDGET
        if name != "performance"
        for part in report["categories"][name]["auditRefs"]
        if part["weight"] and report["audits"][part["id"]]["score"] not in (None, 1)
    }
    return found, faults


def python_in_the_page(site, address):
    """What Python in the page weighs and takes, beside its limits; how many of them it keeps not to."""
    from playwright.sync_api import sync_playwright

    found = {"weight": [run_speed.weight(site) / 1000], "ready": [], "next": []}
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        for _ in range(RUNS):
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            # As at a first visit: the worker that keeps the book would download it meanwhile.
            page = browser.new_context(service_workers="block").new_page()
            for name, value in run_speed.measured(page, address).items():
                found[name].append(value)
            browser.close()
    over = 0
    print("\nPython in the page")
    for name, unit in (("weight", "kB before"), ("ready", "s"), ("next", "s")):
        value, limit = statistics.median(found[name]), LIMITS["run"][name]
        told = "" if value <= limit else "  HIGH"
        print(f"{name:22}{value:16.2f} {unit}, at most {limit}{told}")
        over += value > limit
    return over


def lighthouse(pages, host):
    """The table of scores; how many pages are under one of them."""
    short = 0
    print(f"{'page':22}" + "".join(f"{name:>16}" for name in (*BUDGET, "shift")))
    for name in pages:
        runs = [scores(host + (f"{name}/" if name else "")) for _ in range(RUNS)]
        median = {key: statistics.median(run[key] for run, _ in runs) for key in runs[0][0]}
        low = [key for key, least in BUDGET.items() if round(median[key]) < least]
        low += ["shift"] if median["shift"] > 0 else []
        shown = "".join(f"{median[key]:16.0f}" for key in BUDGET) + f"{median['shift']:16.3f}"
        faults = sorted(set().union(*(faults for _, faults in runs)))
        told = " ".join([*(f"LOW:{key}" for key in low), *faults])
        print(f"{name or 'index':22}{shown}  {told}", flush=True)
        short += bool(low)
    return short


def main(site, *names):
    site = Path(site).resolve()
    names = list(names) or [
        "",
        *sorted(p.parent.name for p in site.glob("*/index.html")),
        "--python",
    ]
    handler = type("Of", (Host,), {"__init__": lambda s, *a: Host.__init__(s, *a, directory=site)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    pages = [name for name in names if name != "--python"]
    short = lighthouse(pages, address) if pages else 0
    if "--python" in names and (site / "python").is_dir():
        short += python_in_the_page(site, address)
    server.shutdown()
    if short:
        sys.exit(f"{short} of these are outside tests/budget.yml")


if __name__ == "__main__":
    main(*sys.argv[1:])
