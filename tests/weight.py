"""What a page weighs: the bytes that a browser asks for, as a host sends them, gzipped.

    python tests/weight.py SITE        # a table of all pages of a built site

Measured in Chromium, which decides what it needs: a font that no letter uses is not asked for. Two
numbers for each page: of a first visit, and of a visit to it from the start page, with everything
kept that the start page has loaded. Left out are figures, which load as the reader comes near, and
what the service worker fetches in the background once the page stands.
"""

import gzip
import shutil
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

START = ""
_PACKED = {".woff2", ".woff", ".png", ".zip", ".whl"}  # gzip would not make them smaller


@dataclass(frozen=True)
class Weight:
    first: dict[str, int]  # path -> bytes, of a first visit
    second: dict[str, int]  # path -> bytes, of what the start page has not loaded
    shift: float  # how much moved while it loaded, as the browser counts it

    def totals(self):
        return sum(self.first.values()), sum(self.second.values())


def size(site, path):
    """The bytes in which a host sends a file."""
    file = Path(site, path.lstrip("/"))
    content = (file / "index.html" if file.is_dir() else file).read_bytes()
    return len(content) if file.suffix in _PACKED else len(gzip.compress(content, 9))


def weigh(browser, address, site, names):
    """page -> Weight. Each page is visited with nothing kept; the start page tells what is."""
    asked = {name: _asked(browser, address, name) for name in {START, *names}}
    found = {}
    for name in names:
        paths, shift = asked[name]
        if shift:
            # Once in a while Chromium paints before the style sheet: the median of three tells.
            again = [_asked(browser, address, name)[1] for _ in range(2)]
            shift = statistics.median([shift, *again])
        first = {path: size(site, path) for path in sorted(paths)}
        kept = asked[START][0]
        found[name] = Weight(first, {p: n for p, n in first.items() if p not in kept}, shift)
    return found


_SHIFT = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => (sum += entry.value)))
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(sum), 200);
})"""


def _asked(browser, address, name):
    """The paths that a page asks for until it is quiet, without figures; and what moved."""
    # As on a telephone, which knows no hovering: some buttons have a place of their own there.
    context = browser.new_context(
        viewport={"width": 412, "height": 823},
        is_mobile=True,
        has_touch=True,
        service_workers="block",
        reduced_motion="reduce",
    )
    page, urls = context.new_page(), []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(address + (f"{name}/" if name else ""), wait_until="networkidle")
    # Fonts of letters further down belong to the page, whether it is scrolled or not.
    page.evaluate("document.fonts.ready.then(() => 0)")
    shift = page.evaluate(_SHIFT)
    context.close()
    paths = {urlsplit(url).path for url in urls if url.startswith(address)}
    return {path for path in paths if "/figures/" not in path}, shift


def main(site):
    from playwright.sync_api import sync_playwright

    from engines import FLAGS, serve

    pages = sorted(p.parent.relative_to(site).as_posix() for p in Path(site).glob("*/index.html"))
    with serve(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, weight in weigh(browser, address, site, ["", *pages]).items():
            first, second = weight.totals()
            told = f"{name or 'index':20} {first / 1000:6.1f} kB {second / 1000:6.1f} kB"
            print(f"{told}  shift {weight.shift:.4f}")
            if "-v" in sys.argv:
                for path, count in weight.first.items():
                    mark = "+" if path in weight.second else " "
                    print(f"    {mark} {count / 1000:6.1f} {path}")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
