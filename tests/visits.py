"""What visits ask of a host: requests and bytes, for the page on what a million readers cost.

    make weights     # prints them, and writes experiments/site_weights.txt anew, from which the page is made

Measured in Chromium, from a host that obeys `_headers` as the real one does. Counted is what the host is
asked for, and of what it sends the bytes gzipped and by Brotli. A reader scrolls to the end of each page.
"""

import contextlib
import functools
import gzip
import http.server
import shutil
import sys
import threading
from pathlib import Path

import brotli

from engines import FLAGS, Server

RECORD = Path(__file__).parents[1] / "experiments" / "site_weights.txt"
FIRST, SECOND = "relu", "tanh"  # the chapters that are read
LISTING = "tanh:identity"  # and the first that is run
_PACKED = {".woff2", ".png", ".zip", ".whl"}


def cache_rules(site):
    """(start of address, or a whole one; Cache-Control) of each rule of `_headers`."""
    rules, rule = [], ""
    for line in Path(site, "_headers").read_text(encoding="utf-8").splitlines():
        if line.startswith("/"):
            rule = line
        elif line.strip().startswith("Cache-Control: "):
            rules.append((rule, line.partition(": ")[2]))
    return rules


@contextlib.contextmanager
def host(site):
    """(address, list of (path, whether it was sent)): a host that sends what `_headers` says."""
    rules, asked = cache_rules(site), []

    class Host(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def send_response(self, code, message=None):
            asked.append((self.path.partition("?")[0], code == 200))
            super().send_response(code, message)

        def end_headers(self):
            path = self.path.partition("?")[0]
            for rule, told in rules:
                if path.startswith(rule[:-1]) if rule.endswith("*") else path == rule:
                    self.send_header("Cache-Control", told)
            super().end_headers()

    server = Server(("127.0.0.1", 0), functools.partial(Host, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


def read_through(page):
    """Scroll to the end as a reader does, so that each figure comes."""
    page.wait_for_load_state("networkidle")
    page.evaluate(
        """async () => {
            for (let top = 0; top < document.body.scrollHeight; top += 400) {
                scrollTo({top, behavior: 'instant'});
                await new Promise(done => setTimeout(done, 30));
            }
        }"""
    )
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)


def visits(browser, site):
    """visit -> what was asked for, in order: (path, whether it was sent)."""
    found = {}
    with host(site) as (address, asked):

        def take(name):
            found[name] = [*asked]
            asked.clear()

        context = browser.new_context(service_workers="block")
        page = context.new_page()
        page.goto(f"{address}{FIRST}/")
        read_through(page)
        take("first page")
        page.evaluate(f"document.querySelector('.contents a[href$=\"{SECOND}/\"]').click()")
        page.wait_for_url(f"**/{SECOND}/")
        read_through(page)
        take("second page")
        listing = page.locator(f"[data-run='{LISTING}']")
        listing.locator("[data-does=run]").click()
        listing.locator(".run-text").first.wait_for(timeout=120_000)
        take("Python")
        context.close()

        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}{FIRST}/")
        page.evaluate(_KEPT)
        whole = [*asked]
        asked.clear()
        there = {path for path, sent in found["first page"] if sent and "/figures/" not in path}
        # The page came too: it is no part of the copy that is made beside it.
        for path in there:
            if (path, True) in whole:
                whole.remove((path, True))
        found["copy to keep"] = whole
        page.close()
        page = context.new_page()
        page.goto(f"{address}{SECOND}/")
        read_through(page)
        page.wait_for_timeout(2000)  # a second after the load the browser looks for a newer version
        take("return")
        context.close()
    return found


_KEPT = """async () => {
    const {active} = await navigator.serviceWorker.ready;
    while (active.state !== 'activated') await new Promise(done => setTimeout(done, 100));
}"""


def gzipped(content):
    return len(gzip.compress(content, 9))


def by_brotli(content):
    return len(brotli.compress(content, quality=11))


@functools.cache
def size(site, path, method):
    """The bytes in which a host sends a file."""
    file = Path(site, path.lstrip("/"))
    content = (file / "index.html" if file.is_dir() else file).read_bytes()
    return len(content) if file.suffix in _PACKED else method(content)


def sent(site, asked, method):
    """All bytes that a host sends in a visit."""
    return sum(size(str(site), path, method) for path, whole in asked if whole)


def table(site, found):
    """visit -> (requests, bytes gzipped, bytes by Brotli)."""
    return {
        name: (len(asked), sent(site, asked, gzipped), sent(site, asked, by_brotli))
        for name, asked in found.items()
    }


def main(site, *options):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        found = visits(browser, site)
        browser.close()
    rows = table(site, found)
    for name, (requests, small, smaller) in rows.items():
        print(f"{name:14} {requests:4} requests {small:10,} gzipped {smaller:10,} by Brotli")
        if "-v" in options:
            for path, whole in found[name]:
                print("   ", size(str(site), path, gzipped) if whole else "not sent", path)
    if "--record" in options:
        lines = ["\t".join([name, *map(str, counts)]) + "\n" for name, counts in rows.items()]
        RECORD.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
