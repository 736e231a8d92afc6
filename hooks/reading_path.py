"""A newcomer's path: what a chapter needs, what it gives, and how long it takes to read.

A chapter is a page with exercises. Its front matter says

    needs: [neuron, sigmoid]
    gives: "check a derivative before you trust it"

and a `## Summary` of one paragraph stands before its exercises.
"""

import math
import re

from bound_numbers import prose_lines
from chapters import DOCS, headings, meta_line, read_chapter
from scripts import ROOT, BookError, read_script, script_path

# A careful reader: technical prose, and code that is read and not skimmed.
WORDS_A_MINUTE = 180
LINES_A_MINUTE = 30


def is_chapter(chapter):
    return any(h.level == 2 and h.text == "Exercises" for h in headings(chapter))


def check_path(chapter, order):
    """BookErrors of one page; `order` names the pages as the navigation lists them."""
    if not is_chapter(chapter):
        return []
    problems = []

    def wrong(key, message):
        problems.append(BookError(chapter.path, meta_line(chapter, f"{key}:"), message))

    needs, gives = chapter.meta.get("needs"), chapter.meta.get("gives")
    if not isinstance(needs, list):
        wrong("needs", "`needs` must list the pages that a reader should know ([] for none)")
    elif chapter.name in order:
        before = order[: order.index(chapter.name)]
        for name in needs:
            if name not in before:
                wrong("needs", f"it needs {name!r}, which is no earlier page")
    if not isinstance(gives, str) or not gives.strip() or re.search(r"\d", gives):
        wrong("gives", "`gives` must say, without numbers, what the reader can do afterwards")
    if len(_summary(chapter)) != 1:
        message = "a chapter has one `## Summary` of one paragraph, right before `## Exercises`"
        problems.append(BookError(chapter.path, None, message))
    return problems


def _summary(chapter):
    """The paragraphs between the headings Summary and Exercises."""
    second = [h for h in headings(chapter) if h.level == 2]
    texts = [h.text for h in second]
    if "Summary" not in texts or texts.index("Exercises") != texts.index("Summary") + 1:
        return []
    start, end = second[texts.index("Summary")].line, second[texts.index("Exercises")].line
    text = "\n".join(chapter.lines[start : end - 1]).strip()
    return re.split(r"\n\s*\n", text) if text else []


def minutes(chapter, lines_of):
    """Reading time, rounded up; lines_of(name, section) counts the lines of a listing."""
    words = sum(len(re.findall(r"\w[\w’'-]*", text)) for _, text in prose_lines(chapter))
    lines = sum(lines_of(*f.embed) for f in chapter.listings if f.embed)
    lines += sum(len(f.body) for f in chapter.fences if not f.embed)
    return math.ceil(words / WORDS_A_MINUTE + lines / LINES_A_MINUTE)


def pages_in_order():
    """Names of the pages as the navigation lists them."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    nav = re.search(r"^nav:\n(?:[ ].*\n)+", text, flags=re.MULTILINE)[0]
    return re.findall(r": ([\w-]+)\.(?:md|py)$", nav, flags=re.MULTILINE)


def _title(name):
    """The topic of a page: its first heading up to the question."""
    first = headings(read_chapter(DOCS / f"{name}.md"))[0]
    return re.split(r"[:?]", first.text)[0]


def listing_lines(name, section):
    return read_script(script_path(name)).source(section).count("\n")


def on_page_markdown(markdown, page, config, files):
    path = page.file.abs_src_path
    if path is None or not path.endswith(".md") or "gives" not in page.meta:
        return markdown
    try:
        needs = ", ".join(f"[{_title(name)}]({name}.md)" for name in page.meta["needs"])
        time = minutes(read_chapter(path), listing_lines)
    except (BookError, KeyError, OSError):
        return markdown  # under `mkdocs serve`; the check of the book says what is wrong
    gives = page.meta["gives"].rstrip(".")
    block = (
        '<div class="path" markdown>\n\n'
        f"- **Needs** {needs or 'reading Python, and a dot product'}\n"
        f"- **Then you can** {gives}\n"
        f'- **Takes** <time datetime="PT{time}M">{time} minutes</time> to read\n\n</div>\n'
    )
    return re.sub(r"^(# .+\n)", lambda match: f"{match[0]}\n{block}", markdown, count=1, flags=re.M)
