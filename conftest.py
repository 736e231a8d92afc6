"""Teach pytest-codeblocks to read the book's pages.

pytest-codeblocks does not expand `--8<--`, and skips a fence whose info string is not exactly
`python` without a word. Here an embedded section becomes a call that runs its script up to the end
of that section, and each block gets an empty working directory and fresh plotting state.
"""

import os

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


def pytest_collection_modifyitems(config, items):
    """Tests that ask other hosts run only when they are asked for: `pytest -m network`."""
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
