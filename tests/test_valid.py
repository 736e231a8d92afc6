"""Every page is valid HTML: the Nu Html Checker has neither an error nor a warning to tell."""

import json
import subprocess

import pytest

from tools import java, tool

pytestmark = pytest.mark.slow

PLANTED = '<!doctype html><html lang="en"><title>x</title><p><img src="a.png"></p></div>'


# The checker reads files, and takes none of them for the page's own origin. That the policy blocks nothing
# is shown in the browsers.
OF_FILES = "Resource violates Content Security Policy"
# Structured data is no script: nothing runs it, and no policy concerns it.
OF_DATA = ("Inline script violates Content Security Policy", '<script type="application/ld+json">')


def checked(*files):
    """What the checker says of each page: errors, warnings and advice."""
    command = [
        java(),
        "-Xmx1g",
        "-jar",
        str(tool("vnu-jar/build/dist/vnu.jar")),
        "--format",
        "json",
    ]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, timeout=300)
    messages = json.loads(done.stderr or done.stdout)["messages"]
    messages = [m for m in messages if not m["message"].startswith(OF_FILES)]
    message, start = OF_DATA
    return [m for m in messages if not (m["message"].startswith(message) and start in m["extract"])]


def test_every_page_is_valid(built, tmp_path):
    folder, _ = built
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) > 40
    # In the same run, so that it is known to have looked: a page with two faults.
    planted = tmp_path / "planted.html"
    planted.write_text(PLANTED, encoding="utf-8")
    messages = checked(*pages, planted)
    found = [m for m in messages if m["url"].endswith("planted.html")]
    assert {m["message"][:20] for m in found} == {"An “img” element mus", "Stray end tag “div”."}
    told = [
        f"{m['url'].split('/site/')[-1]}:{m.get('lastLine')}: {m['message']} {m.get('extract')}"
        for m in messages
        if m not in found
    ]
    assert not told, "\n".join(told)
