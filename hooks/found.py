"""Found and cited: what each page says of itself to whoever finds it.

Its description is the chapter's own answer, its date is that of its last commit. From both come the
structured data, the card that is shown where a page is shared (drawn by our own code), and the feed
of changes, which is read from CHANGELOG.md.

Usable alone: `python hooks/found.py` prints each page's description and date.
"""

import contextlib
import hashlib
import html
import json
import re
import runpy
import subprocess
import textwrap
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from mkdocs.structure.files import File

from chapters import DOCS, read_chapter, read_notebook
from reading_path import is_chapter, listing_lines, minutes
from reference_card import registry
from run_snippets import imported_snippets
from scripts import NOTEBOOK, ROOT, SNIPPETS, BookError, script_path

CHANGELOG = ROOT / "CHANGELOG.md"
CACHE = ROOT / ".cache" / "cards"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
ABOUT = ("artificial neuron", "activation function")
LONGEST = 300  # characters of a description: about two sentences
CARD = (1200, 630)  # pixels: what those who show cards ask for
# Curves on the cards of pages that are about no single function.
FAMILY = ("sigmoid", "tanh", "relu", "gelu")


# ---------------------------------------------------------------------------- description and date


def first_paragraph(chapter):
    """The first paragraph of prose after the title: a chapter answers its question there."""
    lines = chapter.lines[chapter.body_line - 1 :]
    start = next((n for n, line in enumerate(lines) if line.strip().startswith("# ")), -1) + 1
    for block in re.split(r"\n\s*\n", "\n".join(lines[start:])):
        text = " ".join(block.split())
        if text and re.match(r"[\w“*_\[$]", text):
            return text
    return ""


def plain(text):
    """Markdown without its marks, for an attribute."""
    text = re.sub(r"\{ [.#][^}]*\}", "", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\s*\[@[^\]]*\]", "", text)
    text = text.replace(r"\cdot", "·")
    text = re.sub(r"[`*$\\{}]|(?<!\w)_|_(?!\w)", "", text)
    return " ".join(text.split())


def description(chapter):
    """The first sentences of a page, as many as fit."""
    found = ""
    for sentence in re.split(r"(?<=[.?:])\s+", plain(first_paragraph(chapter))):
        if found and len(found) + len(sentence) >= LONGEST:
            break
        found = f"{found} {sentence}".strip()
    return re.sub(r":$", ".", found)


@lru_cache(maxsize=1)
def _changed():
    """file -> seconds of its last commit; empty outside of a whole git history."""
    try:
        shallow = _git("rev-parse", "--is-shallow-repository").strip() != "false"
        log = "" if shallow else _git("log", "--format=%x00%ct", "--name-only", "--no-renames")
    except (OSError, subprocess.CalledProcessError):
        return {}
    dates = {}
    for commit in log.split("\0")[1:]:
        stamp, *names = commit.split("\n")
        for name in names:
            dates.setdefault(name, int(stamp))
    return dates


def _git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def last_change(path):
    """The day on which a page, its script or what that imports last changed; None if unknown."""
    chapter = read_notebook(path) if path == NOTEBOOK else read_chapter(path)
    files = {path}
    for name in chapter.scripts if path != NOTEBOOK else ():
        if not script_path(name).is_file():
            continue  # under `mkdocs serve`; the page says what is wrong
        files |= {script_path(name), *imported_snippets(script_path(name))}
    dates = _changed()
    stamps = [dates.get(file.relative_to(ROOT).as_posix(), 0) for file in files]
    return datetime.fromtimestamp(max(stamps), UTC).date() if max(stamps) else None


# ---------------------------------------------------------------------------- structured data


def structured_data(page, chapter, config, day):
    """schema.org's LearningResource, as a dict."""
    data = {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "name": _plain_title(page, config),
        "description": page.meta["description"],
        "inLanguage": "en-GB",
        "isAccessibleForFree": True,
        "license": LICENCE,
        "learningResourceType": "chapter" if is_chapter(chapter) else "reference",
        "isPartOf": {"@type": "Book", "name": config.site_name},
        "about": [{"@type": "Thing", "name": name} for name in ABOUT],
    }
    if is_chapter(chapter):
        data["teaches"] = chapter.meta["gives"]
        data["timeRequired"] = f"PT{minutes(chapter, listing_lines)}M"
    if day:
        data["dateModified"] = day.isoformat()
    if page.canonical_url:
        data["url"] = page.canonical_url
        data["isPartOf"]["url"] = config.site_url
        data["image"] = config.site_url + card_uri(page)
    return data


def as_script(data):
    """The element that holds it; "<" is escaped so that no text can end it."""
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def _plain_title(page, config):
    return config.site_name if page.is_homepage else re.sub(r"<[^>]+>", "", str(page.title))


# ---------------------------------------------------------------------------- cards


def card_uri(page):
    return f"cards/{Path(page.file.src_uri).stem}.png"


def card_file(name, title):
    """The card of a page as a PNG in the cache."""
    drawn_by = [Path(__file__), SNIPPETS / "plotting.py", SNIPPETS / "activations.py"]
    key = hashlib.sha256(f"{name}\0{title}\0{matplotlib.__version__}".encode())
    for path in drawn_by:
        key.update(path.read_bytes())
    file = CACHE / f"{name}-{key.hexdigest()[:16]}.png"
    if not file.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob(f"{name}-{'?' * 16}.png"):
            old.unlink()
        draw_card(title, _functions(name)).savefig(file, metadata={"Software": None})
    return file


def _functions(name):
    own = name.replace("-", "_")
    return [own] if own in registry() else list(FAMILY)


def draw_card(title, functions):
    """A card: the question, and the curves that it is about."""
    # Not imported: nothing of snippets/ is on the path while MkDocs runs.
    palette = runpy.run_path(str(SNIPPETS / "plotting.py"))["LIGHT"]
    ink, muted, grid = palette["ink"], palette["muted"], palette["grid"]
    width, height = CARD
    fig = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor=palette["paper"])
    FigureCanvasAgg(fig)
    font = {"family": "DejaVu Serif"}
    lines = textwrap.wrap(title, 16, break_long_words=False)
    size = 58 if len(lines) <= 3 else 46
    fig.text(
        0.06, 0.87, "\n".join(lines), color=ink, fontsize=size, va="top", linespacing=1.2, **font
    )
    fig.text(0.06, 0.09, "Neurons and Activation Functions", color=muted, fontsize=25, **font)
    fig.add_artist(matplotlib.lines.Line2D([0.06, 0.94], [0.18, 0.18], color=grid, linewidth=2))
    ax = fig.add_axes((0.63, 0.26, 0.31, 0.6))
    z = np.linspace(-4, 4, 401)
    for name, color in zip(functions, ("blue", "orange", "green", "purple"), strict=False):
        ax.plot(z, registry()[name].f(z), color=palette[color], linewidth=6, solid_capstyle="round")
    ax.axhline(0, color=muted, linewidth=1.5, zorder=1)
    ax.axvline(0, color=muted, linewidth=1.5, zorder=1)
    ax.set(xlim=(-4.1, 4.1), ylim=(-1.25, 2.2))
    ax.axis("off")
    return fig


# ---------------------------------------------------------------------------- the feed


def releases():
    """(version, day, what changed) of each release in CHANGELOG.md, the newest first."""
    text = CHANGELOG.read_text(encoding="utf-8")
    found = re.split(r"^## \[?(\S+?)\]? \((\d{4}-\d\d-\d\d)\)\n", text, flags=re.MULTILINE)[1:]
    return [(found[n], found[n + 1], found[n + 2].strip()) for n in range(0, len(found), 3)]


def feed(config):
    """The releases as Atom."""
    base = config.site_url or ""
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en-GB"})
    name = re.sub(r"\W+", "-", config.site_name.lower())

    def add(parent, tag, text=None, **attributes):
        element = ET.SubElement(parent, tag, attributes)
        element.text = text
        return element

    entries = releases()
    add(root, "title", f"{config.site_name}: changes")
    add(root, "id", base or f"tag:{name},{entries[-1][1]}:feed")
    add(root, "updated", f"{entries[0][1]}T00:00:00Z")
    add(add(root, "author"), "name", f"The authors of {config.site_name}")
    if base:
        add(root, "link", rel="alternate", href=base)
        add(root, "link", rel="self", href=f"{base}feed.xml")
    for version, day, text in entries:
        entry = add(root, "entry")
        add(entry, "title", f"Version {version}")
        add(entry, "id", f"tag:{name},{day}:{version}")
        add(entry, "updated", f"{day}T00:00:00Z")
        if base:
            add(entry, "link", rel="alternate", href=base)
        points = re.split(r"^- ", text, flags=re.MULTILINE)
        html_list = "".join(f"<li>{html.escape(plain(p))}</li>" for p in points if p.strip())
        add(entry, "content", f"<ul>{html_list}</ul>", type="html")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


# ---------------------------------------------------------------------------- what MkDocs runs


def on_files(files, config):
    for file in files.documentation_pages():
        path = Path(file.abs_src_path) if file.abs_src_path else None
        if chapter := _chapter(path):
            title = _heading(chapter) if file.src_uri != "index.md" else config.site_name
            uri = f"cards/{path.stem}.png"
            card = card_file(path.stem, title)
            files.append(File.generated(config, uri, abs_src_path=str(card)))
    files.append(File.generated(config, "feed.xml", content=feed(config)))
    return files


def _chapter(path):
    """A page of docs/, read; None for any other, and for one that cannot be read (under serve)."""
    if path is None or path.parent != DOCS:
        return None
    with contextlib.suppress(BookError):
        return read_notebook(path) if path == NOTEBOOK else read_chapter(path)
    return None


def _heading(chapter):
    found = (line.strip() for line in chapter.lines[chapter.body_line - 1 :])
    return plain(next((line for line in found if line.startswith("# ")), "# ")[2:])


def on_page_markdown(markdown, page, config, files):
    path = Path(page.file.abs_src_path) if page.file.abs_src_path else None
    chapter = _chapter(path)
    if chapter is None:
        return markdown
    page.meta.setdefault("description", description(chapter))
    day = last_change(path)
    if day:
        page.update_date = day.isoformat()  # what the sitemap says
    page.meta["changed"] = day.isoformat() if day else ""
    page.meta["card"] = card_uri(page)
    # Under `mkdocs serve` a chapter may have a fault; the check of the book says which.
    with contextlib.suppress(BookError, KeyError):
        page.meta["structured_data"] = as_script(structured_data(page, chapter, config, day))
    return markdown


def main():
    for path in [*sorted(DOCS.glob("*.md")), NOTEBOOK]:
        chapter = read_notebook(path) if path == NOTEBOOK else read_chapter(path)
        print(f"{path.name} ({last_change(path)}): {description(chapter)}")


if __name__ == "__main__":
    main()
