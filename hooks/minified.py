"""Send scripts and style sheets without comments, gaps and long local names: a third fewer bytes.

Only what is sent changes. `mkdocs serve` sends the files as they are written. What a module offers to
others keeps its name, and so does every property; so does the word to the engine in a script's first line.
"""

from pathlib import Path

from mkdocs.plugins import event_priority

_state = {"serving": False}
# Asks for all functions of a script to be compiled while it loads, not one by one when they are called.
EAGER = "//# allFunctionsCalledOnLoad\n"
_KINDS = {".js": "application/javascript", ".css": "text/css"}


def on_startup(command, dirty):
    _state["serving"] = command == "serve"


@event_priority(100)  # before anybody hashes or packs what is sent
def on_post_build(config):
    if not _state["serving"]:
        minify_all(config.site_dir)


def minify_all(site):
    # Here, not above: it brings the runtime of Go, which should not be there when a build forks.
    import minify

    for file in sorted(Path(site, "assets").rglob("*")):
        kind = _KINDS.get(file.suffix)
        if kind:
            text = file.read_text(encoding="utf-8")
            eager = EAGER if text.startswith(EAGER) else ""
            file.write_text(f"{eager}{minify.string(kind, text)}\n", encoding="utf-8")
