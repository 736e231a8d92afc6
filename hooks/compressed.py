"""Variants of a built site's files, compressed once and for all: NAME.gz and NAME.br beside NAME.

For hosts that send such a file as it lies there. Not part of a build, since GitHub Pages compresses
by itself and `mkdocs serve` has no use for them. The same site gives the same bytes.

Usage: `python hooks/compressed.py SITE`
"""

import gzip
import sys
from pathlib import Path

import brotli

# Fonts, pictures and archives are compressed already.
_TEXT = {
    *(".html", ".css", ".js", ".mjs", ".json", ".svg", ".xml", ".txt", ".md", ".py", ".ipynb"),
    *(".bib", ".wasm"),
}
SMALLEST = 1024  # bytes: below, the headers of an answer weigh more than what is saved


def compress(site):
    """(files, bytes, gzipped, by Brotli) of what was compressed."""
    total = [0, 0, 0, 0]
    for path in sorted(Path(site).rglob("*")):
        if path.suffix not in _TEXT or path.stat().st_size < SMALLEST:
            continue
        content = path.read_bytes()
        small = gzip.compress(content, 9, mtime=0), brotli.compress(content, quality=11)
        for ending, variant in zip((".gz", ".br"), small, strict=True):
            path.with_name(path.name + ending).write_bytes(variant)
        sizes = 1, len(content), *map(len, small)
        total = [sum(pair) for pair in zip(total, sizes, strict=True)]
    return tuple(total)


def main(site):
    files, raw, gzipped, brotlied = (f"{number:,}" for number in compress(site))
    print(f"{files} files: {raw} bytes, {gzipped} gzipped, {brotlied} by Brotli")


if __name__ == "__main__":
    main(*sys.argv[1:])
