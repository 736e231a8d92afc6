"""Results of the long experiments: computed by experiments/NAME.py, kept in experiments/NAME.json."""

import json
from pathlib import Path


def load(name):
    """The results of an experiment as a dict. `make experiments` renews them, a test recomputes them."""
    path = Path(__file__).parent.parent / "experiments" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["results"]
