"""What MkDocs runs: check every chapter against its code, and put in what the code computed.

`mkdocs build` stops at the first faulty book, with all faults listed. `mkdocs serve` shows a fault
on the page it belongs to and goes on, so that the next save can mend it.
"""

import html
import logging
import re
from pathlib import Path
from types import MethodType

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.utils import get_relative_url

import book
import explore_data
import reference_card
import sources
from bound_numbers import NUMBER, bindings, bound_words
from chapters import FIGURE
from scripts import NOTEBOOK

log = logging.getLogger("mkdocs.hooks.book")

_state = {"serving": False, "checked": None}
# Inside these a number is code, a formula or a name, and stays as it is.
_SHORT_CODE = re.compile(r"<code>([^<\n]{1,20})</code>")
_NO_DATA = ("pre", "math", "script", "style", "svg", "data", "time", "a", "summary")
_TALLY = re.compile(r"\[\[tally:(\w+)\]\]")
_TAGS = re.compile(r"(<!--.*?-->|<[^>]+>)", re.DOTALL)
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z]+)")
_FIGURE_NUMBER = '<span class="caption-prefix">'


def on_startup(command, dirty):
    _state["serving"] = command == "serve"


def on_files(files, config):
    checked = book.check(figures=config.extra.get("figures", True))
    _state["checked"] = checked
    if checked.problems and not _state["serving"]:
        raise PluginError("\n".join(str(problem) for problem in checked.problems))
    for problem in checked.problems:
        log.error(str(problem))
    for result in checked.results.values():
        for figure in result.figures:
            for scheme in ("light", "dark"):
                source = result.figure_file(figure, scheme)
                uri = f"figures/{figure}.{scheme}.svg"
                files.append(File.generated(config, uri, abs_src_path=str(source)))
    shared = explore_data.module(checked.results)
    files.append(File.generated(config, explore_data.MODULE, content=shared))
    unit = explore_data.unit_module(checked.results)
    files.append(File.generated(config, explore_data.UNIT_MODULE, content=unit))
    for script in checked.scripts.values():
        if script.path != NOTEBOOK:
            uri = f"snippets/{script.path.name}"
            files.append(File.generated(config, uri, abs_src_path=str(script.path)))
        uri = sources.page_uri(script.name)
        hidden = InclusionLevel.NOT_IN_NAV
        text = sources.page_markdown(script)
        files.append(File.generated(config, uri, content=text, inclusion=hidden))
    return files


def on_page_markdown(markdown, page, config, files):
    checked = _state["checked"]
    if page.file.abs_src_path is None:  # a page of code
        return markdown
    path = Path(page.file.abs_src_path)
    problems = [p for p in checked.problems if checked.page_of(p) == path]
    if problems:
        if path == NOTEBOOK:  # shown as Markdown now, not run
            page.render = MethodType(type(page).render, page)
        return _error_page(problems)
    if path.suffix != ".md":
        return markdown
    if _TALLY.search(markdown):
        tally = checked.tally()
        markdown = _TALLY.sub(lambda m: str(tally[m[1]]), markdown)
    if not config.extra.get("figures", True):
        return "\n".join(line for line in markdown.split("\n") if not FIGURE.match(line))
    if page.file.src_uri == reference_card.PAGE and reference_card.SCRIPT in checked.results:
        values = checked.results[reference_card.SCRIPT].values
        markdown = reference_card.expanded(markdown, page, files, values)
    figures = checked.figures()
    return "\n".join(_with_figure(line, figures) for line in markdown.split("\n"))


def on_page_content(html_text, page, config, files):
    # Short code stays in one line: (out, in) is one thing. Longer code may break.
    html_text = _SHORT_CODE.sub(r'<code class="whole">\1</code>', html_text)
    checked = _state["checked"]
    chapter = checked.chapters.get(Path(page.file.abs_src_path or ""))
    if chapter is None or checked.problems:
        return html_text

    def source(name, line):
        target = files.get_file_from_path(sources.page_uri(name))
        return get_relative_url(target.url, page.url) + sources.anchor(line)

    html_text = _link_figures(html_text, checked, source)
    if chapter.snippet not in checked.results or not config.extra.get("numbers", True):
        return html_text
    script, values = checked.scripts[chapter.snippet], checked.results[chapter.snippet].values
    expressions = {literal: group[0] for literal, group in bindings(chapter).items()}
    bound = {}
    for literal, expression in (expressions | bound_words(chapter)).items():
        link = source(script.name, sources.line_defining(script, expression))
        bound[literal] = (expression, values[expression], link)
    return wrap_numbers(html_text, bound)


def wrap_numbers(html_text, bound):
    """Put each bound literal of the text into <data>: its value in full, its expression, a link.

    bound: literal or phrase -> (expression, value, address of the line that computes it).
    """
    phrases = [re.escape(p).replace(r"\ ", r"\s+") for p in bound if not NUMBER.fullmatch(p)]
    pattern = re.compile("|".join([*phrases, f"(?:{NUMBER.pattern})"]), re.VERBOSE | re.DOTALL)
    # Most of a page's text has none of these, and the full pattern is slow to find that out.
    worth = re.compile("|".join([r"\d", *phrases]), re.VERBOSE)

    def one(match):
        literal = match[0]
        key = re.sub(r"\s+", " ", literal.strip())
        if key not in bound:
            return literal
        expression, value, link = bound[key]
        full = str(value).lower() if isinstance(value, bool) else repr(value)
        shown = html.escape(expression, quote=True)
        # A number with spaces in it, such as 1.5 × 10⁻⁸, stays in one line; a phrase may break.
        whole = ' class="whole"' if NUMBER.fullmatch(key) and " " in key else ""
        return f'<data value="{full}" data-expression="{shown}" data-source="{link}"{whole}>{literal}</data>'

    out, closed_inside = [], None
    for part in _TAGS.split(html_text):
        if part.startswith("<"):
            tag = _TAG_NAME.match(part)
            if not tag:  # a comment
                out.append(part)
                continue
            name = tag[2].lower()
            closes = name in _NO_DATA or part == _FIGURE_NUMBER
            if closed_inside is None and closes and not tag[1]:
                closed_inside = name
            elif closed_inside == name and tag[1]:
                closed_inside = None
            out.append(part)
        else:
            bare = closed_inside or not worth.search(part)
            out.append(part if bare else pattern.sub(one, part))
    return "".join(out)


def _with_figure(line, figures):
    """`![alt](name.svg)` as the light and the dark variant, of which the theme shows one."""
    match = FIGURE.match(line)
    if not match or match["name"] not in figures:
        return line
    width, height = figures[match["name"]]
    shown = ""
    for scheme in ("light", "dark"):
        shown += (
            f"![{match['alt']}](figures/{match['name']}.{scheme}.svg#only-{scheme})"
            f"{{ width={width:.0f} height={height:.0f} loading=lazy .figure }}"
        )
    return match["indent"] + shown


def _link_figures(html_text, checked, source):
    """Each caption ends with a link to the line that saves its figure."""
    makers = {f: name for name, result in checked.results.items() for f in result.figures}

    def one(match):
        name = match["name"]
        if name not in makers:
            return match[0]
        script = checked.scripts[makers[name]]
        link = source(script.name, sources.line_saving(script, name))
        code = (
            f'<a class="figure-code" href="{link}">Code<span class="sr"> of this figure</span></a>'
        )
        return f"{match['before']} {code}</p>{match['after']}"

    return re.sub(
        r'(?P<before><img[^>]*src="[^"]*figures/(?P<name>[\w-]+)\.dark\.svg[^>]*>.*?<figcaption>.*?)'
        r"</p>(?P<after>\s*</figcaption>)",
        one,
        html_text,
        flags=re.DOTALL,
    )


def _error_page(problems):
    listed = "\n\n".join(f"    - `{p}`" for p in problems)
    return f'# This page has a fault\n\n!!! failure "Save the mended file to see the page"\n\n{listed}\n'
