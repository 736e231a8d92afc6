"""How fast a listing runs, and what its buttons weigh before anyone has pressed one."""

import gzip
import re
import time
from pathlib import Path

from one_build import asset
from scripts import ROOT


def _small(text):
    return len(gzip.compress(text, 9))


def weight(site, page="why-activations"):
    """Bytes gzipped that a page loads more than one without Run: before the first click."""
    site = Path(site)
    html = (site / page / "index.html").read_bytes()
    plain = re.sub(rb' data-(run|seconds)="[^"]*"', b"", html)
    # As it is written: the site's own has no comments any more to find the part by.
    css = (ROOT / "theme" / "assets" / "book.css").read_text(encoding="utf-8")
    start = css.index("\n/* Run it here")
    end = css.index("\n\n/*", start)
    without = css[:start] + css[end:]
    grown = _small(html) - _small(plain)
    grown += _small(css.encode()) - _small(without.encode())
    return grown + _small(Path(f"{site}{asset(site, 'run.js')}").read_bytes())


def _press(page, key):
    """Seconds from the press of Run to the output under the listing."""
    one = page.locator(f"[data-run='{key}']")
    begun = time.monotonic()
    one.locator("[data-does=run]").click()
    one.locator(".run-text").first.wait_for(timeout=120_000)
    return time.monotonic() - begun


def measured(page, address):
    """Seconds to the first output, and to the next page's: on a Playwright page of Chromium."""
    page.goto(address + "tanh/", wait_until="networkidle")
    found = {"ready": _press(page, "tanh:identity")}
    page.locator("header.site a[href*='relu/']").first.evaluate("link => link.click()")
    page.wait_for_url("**/relu/")
    page.locator("[data-run='relu:at_zero'] .run-bar").wait_for()
    return found | {"next": _press(page, "relu:at_zero")}
