"""Teach pytest-codeblocks to read the book's pages.

pytest-codeblocks does not expand `--8<--`, and skips a fence whose info string is not exactly
`python` without a word. Here an embedded section becomes a call that runs its script up to the end
of that section, and each block gets an empty working directory and fresh plotting state.
"""

import os
import re

# One thread for linear algebra, as in the build: on a busy machine more make small products slow.
# Set before NumPy is first imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pytest
import pytest_codeblocks.plugin as plugin

from chapters import read_chapter
from scripts import shown

_extract = plugin.extract_from_file


def extract_from_file(path, *args, **kwargs):
    """pytest-codeblocks' own blocks, with the embedded ones replaced by what they embed."""
    blocks = _extract(path, *args, **kwargs)
    embeds = {fence.line: fence.embed for fence in read_chapter(path).listings if fence.embed}
    for block in blocks:
        # Only `python` runs. The lint test forbids `sh` and `bash`, which the plugin would run too.
        block.syntax = (block.syntax or "").strip().split(" ")[0]
        if block.lineno in embeds:
            name, section = embeds[block.lineno]
            block.code = (
                f"from scripts import run_section\nrun_section({name!r}, {section!r}, globals())\n"
            )
    return blocks


plugin.extract_from_file = extract_from_file


def pytest_itemcollected(item):
    if isinstance(item, plugin.TestBlock):
        item._nodeid = f"{shown(item.path)}::{item.name}"


# What takes longest begins first, so that no process is left with it alone at the end.
LONGEST = (
    "tests/test_experiments.py",
    "tests/test_run_here.py",
    "tests/test_explore_elements.py",
    "tests/test_bad_input.py",
    "tests/test_published.py",
    "tests/test_serve.py",
    "tests/test_axe.py",
    "tests/test_offline.py",
    "tests/test_downloads.py",
)


def pytest_xdist_make_scheduler(config, log):
    """In several processes: file by file, and each browser or interactive figure of a file apart."""
    from xdist.scheduler import LoadFileScheduling

    class FileAndPart(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file, _, test = nodeid.partition("::")
            if file == "tests/test_bad_input.py":
                return nodeid  # its tests share nothing
            part = re.search(r"\[(chromium|firefox|webkit|book-[a-z-]+)\b", test)
            return f"{file} {part[1]}" if part else file

    config.option.loadscopereorder = False  # not by the number of tests: by the order below
    return FileAndPart(config, log)


def pytest_collection_modifyitems(config, items):
    """Long files first; tests that ask other hosts only when they are asked for: `pytest -m network`."""
    order = {file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(order)))
    if "network" in config.option.markexpr:
        return
    apart = [item for item in items if item.get_closest_marker("network")]
    if apart:
        items[:] = [item for item in items if item not in apart]
        config.hook.pytest_deselected(items=apart)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    if not isinstance(item, plugin.TestBlock):
        return (yield)
    import matplotlib
    import matplotlib.pyplot as plt

    matplotlib.use("svg")
    folder = item.config._tmp_path_factory.mktemp("block")
    with pytest.MonkeyPatch.context() as patch, matplotlib.rc_context():
        patch.chdir(folder)
        try:
            return (yield)
        finally:
            plt.close("all")
