"""What visits to this site ask of a host: from `make weights`; a test measures each build."""

from pathlib import Path

DATA = Path(__file__).parent.parent / "experiments" / "site_weights.txt"

VISITS = {}  # visit -> requests, bytes gzipped, bytes by Brotli
for line in DATA.read_text(encoding="utf-8").splitlines():
    visit, *counts = line.split("\t")
    VISITS[visit] = tuple(map(int, counts))
