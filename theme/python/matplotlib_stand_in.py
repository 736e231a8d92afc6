"""Stands in for matplotlib in the reader's browser, where nothing is drawn.

The figures of a page are drawn when the book is built. In the browser a listing that draws must still
run its numbers, so each call is accepted and does nothing. Nothing here prints, and nothing here
returns a number: a listing prints the same with it as without.
"""

import sys
import types

import numpy as np


class Silent:
    """Anything of matplotlib: every attribute, call and item of it is another one."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Silent()

    def __call__(self, *arguments, **options):
        return Silent()

    def __getitem__(self, key):
        return Silent()

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter((Silent(), Silent()))

    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass


class SilentModule(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Silent()


def subplots(nrows=1, ncols=1, *arguments, squeeze=True, **options):
    """A figure and its axes, as many as asked for: scripts walk over them."""
    axes = np.empty((nrows, ncols), dtype=object)
    for place in np.ndindex(axes.shape):
        axes[place] = Silent()
    if not squeeze:
        return Silent(), axes
    axes = axes.squeeze()
    return Silent(), axes if axes.ndim else axes.item()


def install():
    """Let `import matplotlib` find the stand-in."""
    names = ("", ".pyplot", ".patches", ".collections", ".colors", ".lines", ".ticker")
    for name in (f"matplotlib{part}" for part in names):
        module = SilentModule(name)
        module.__path__ = []
        sys.modules[name] = module
    sys.modules["matplotlib"].pyplot = sys.modules["matplotlib.pyplot"]
    sys.modules["matplotlib.pyplot"].subplots = subplots
