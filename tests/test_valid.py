"""Every page is valid HTML: the Nu Html Checker has neither an error nor a warning to tell."""

import json
import subprocess

import pytest

from tools import java, tool

pytestmark = pytest.mark.slow

PLANTED = '<!doctype html><html lang="en"><title>x</title><p><img src="a.png"></p></div>'


def checked(*addresses):
    """What the checker says of each address: errors, warnings and advice."""
    command = [
        java(),
        "-Xmx1g",
        "-jar",
        str(tool("vnu-jar/build/dist/vnu.jar")),
        "--format",
        "json",
    ]
    done = subprocess.run([*command, *addresses], capture_output=True, text=True, timeout=300)
    return json.loads(done.stderr)["messages"]


def test_every_page_is_valid(built, address, tmp_path):
    """Read from a server, as a browser does: from a file no style sheet is of the page's own origin."""
    folder, _ = built
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html"))]
    pages = [address + name.removesuffix("index.html") for name in names]
    assert len(pages) > 40
    # In the same run, so that it is known to have looked: a page with two faults.
    planted = tmp_path / "planted.html"
    planted.write_text(PLANTED, encoding="utf-8")
    messages = checked(*pages, planted.as_uri())
    found = [m for m in messages if m["url"].endswith("planted.html")]
    assert {m["message"][:20] for m in found} == {"An “img” element mus", "Stray end tag “div”."}
    told = [
        f"{m['url'].removeprefix(address)}:{m.get('lastLine')}: {m['message']} {m.get('extract')}"
        for m in messages
        if m not in found
    ]
    assert told == []
