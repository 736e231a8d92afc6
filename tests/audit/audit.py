"""`make audit`: Lighthouse, as on a telephone, over every page of the built site; a table of medians.

Three runs a page, and the median of each score. Fails where one is under tests/budget.yml. Lighthouse
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
BUDGET = yaml.safe_load((HERE.parent / "budget.yml").read_text(encoding="utf-8"))["lighthouse"]
RUNS = 3
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --disable-background-networking"


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
        *("--quiet", "--output=json", f"--chrome-flags={FLAGS}"),
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


def main(site, *names):
    site = Path(site).resolve()
    pages = names or ["", *sorted(p.parent.name for p in site.glob("*/index.html"))]
    handler = type("Of", (Host,), {"__init__": lambda s, *a: Host.__init__(s, *a, directory=site)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    short = 0
    print(f"{'page':22}" + "".join(f"{name:>16}" for name in (*BUDGET, "shift")))
    for name in pages:
        address = f"http://127.0.0.1:{server.server_port}/" + (f"{name}/" if name else "")
        runs = [scores(address) for _ in range(RUNS)]
        median = {key: statistics.median(run[key] for run, _ in runs) for key in runs[0][0]}
        low = [key for key, least in BUDGET.items() if round(median[key]) < least]
        low += ["shift"] if median["shift"] > 0 else []
        shown = "".join(f"{median[key]:16.0f}" for key in BUDGET) + f"{median['shift']:16.3f}"
        faults = sorted(set().union(*(faults for _, faults in runs)))
        told = " ".join([*(f"LOW:{key}" for key in low), *faults])
        print(f"{name or 'index':22}{shown}  {told}", flush=True)
        short += bool(low)
    server.shutdown()
    if short:
        sys.exit(f"{short} pages are under tests/budget.yml")


if __name__ == "__main__":
    main(*sys.argv[1:])
