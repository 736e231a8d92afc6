"""The headings that others may link to: those of the last release must stay where they are.

Usage, at a release: `python tests/anchors.py SITE` writes tests/anchors.txt from a built site. A
heading may be renamed; its anchor stays, as `## New words { #old-anchor }`.
"""

import re
import sys
from pathlib import Path

FILE = Path(__file__).with_name("anchors.txt")
_HEADING = re.compile(r'<h[1-6] id="([^"]+)"')


def anchors(site):
    """page#anchor of every heading of the book's own pages, in order."""
    found = []
    for path in sorted(Path(site).glob("*/index.html")):
        if path.parent.name not in ("code", "embed"):
            text = path.read_text(encoding="utf-8")
            found += [f"{path.parent.name}/#{name}" for name in _HEADING.findall(text)]
    return found


def main(site):
    FILE.write_text("\n".join(anchors(site)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
