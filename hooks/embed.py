"""The interactive figures for other people's pages: one small page each, and the page for teachers.

A figure is taken as its chapter shows it, so that there is one text of it: to `embed/NAME/`, which may be
framed (hooks/policy.py), and to the marks `<!-- embed: NAME -->` of the page for teachers, each with the
lines that put it on another page.
"""

import html
import posixpath
import re
from dataclasses import dataclass

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

from found import LICENCE
from scripts import BookError

PAGE = "teaching.md"


@dataclass(frozen=True)
class Figure:
    title: str
    page: str  # the chapter that shows it
    height: int  # of its page, in CSS pixels, from 480 of width on


FIGURES = {
    "neuron": Figure("A neuron in the plane of its inputs", "neuron.md", 1000),
    "explorer": Figure("An activation function and its slope", "reference.md", 825),
    "collapse": Figure("How straight the output of a network stays", "why-activations.md", 925),
    "descent": Figure("Gradient descent on the loss of OR", "differentiation.md", 1135),
    "dying": Figure("A ReLU unit that dies, and its leak", "relu.md", 1065),
    "depth": Figure("The error on its way back through layers", "depth.md", 940),
    "or-run": Figure("One neuron learns OR, update by update", "or-gate.md", 1350),
}
_MARK = re.compile(r"^<!-- embed: ([\w-]+) -->$", re.MULTILINE)
_ADDRESS = re.compile(r'\b(href|src)="([^"]*)"')
_NUMBER = re.compile(r'<span class="caption-prefix">.*?</span> ')
_ID = re.compile(r' id="__figure-caption_\d+"')

_found = {}  # name -> (address of its chapter, title of the chapter, html)


def on_pre_build(config):
    _found.clear()


def on_page_markdown(markdown, page, config, files):
    if page.file.src_uri != PAGE:
        return markdown
    asked = _MARK.findall(markdown)
    if asked != list(FIGURES):
        message = f"the marks are {asked}, the figures {list(FIGURES)}"
        raise PluginError(str(BookError(page.file.abs_src_path, None, message)))
    return _MARK.sub(lambda mark: f"{mark[0]}\n\n{_how(mark[1], config)}", markdown)


def _how(name, config):
    """The lines for another page, folded, as Markdown."""
    lines = ["```html", *snippet(name, config).splitlines(), "```"]
    return '??? example "Put it on a page of yours"\n' + "\n".join(f"    {line}" for line in lines)


def snippet(name, config):
    """An iframe and a line of licence. Without an address of the site, addresses start at its root."""
    figure, site = FIGURES[name], (config.site_url or "/").rstrip("/")
    title, book = html.escape(figure.title), html.escape(config.site_name)
    chapter = figure.page.removesuffix(".md")
    return (
        f'<iframe src="{site}/embed/{name}/" title="{title}"\n'
        f'  width="100%" height="{figure.height}" loading="lazy" allow="clipboard-write"></iframe>\n'
        f'<p>{title}: from <a href="{site}/{chapter}/#{name}">{book}</a>,\n'
        f'  <a href="{LICENCE}">CC BY 4.0</a>.</p>'
    )


def on_page_content(content, page, config, files):
    """Keep the figures of this chapter."""
    for name, figure in FIGURES.items():
        tag = f"book-{name}"
        if page.file.src_uri != figure.page:
            continue
        found = re.search(f"<{tag} .*?</{tag}>", content, re.DOTALL)
        if not found:
            message = f"there is no <{tag}> for others to embed"
            raise PluginError(str(BookError(page.file.abs_src_path, None, message)))
        _found[name] = (page.url, page.title, found[0])
    return content


def moved(name, url, number=""):
    """The html of a figure, for a page with another address, with another number or none."""
    home, _, figure = _found[name]

    def one(match):
        address = html.unescape(match[2])
        if re.match(r"[a-z]+:|#__codelineno", address):
            return match[0]
        path, hash_, anchor = address.partition("#")
        target = posixpath.normpath(posixpath.join("/", home, path))
        slash = "/" if path.endswith("/") or not path else ""
        there = posixpath.relpath(target, posixpath.join("/", url)) + slash
        return f'{match[1]}="{html.escape(there + hash_ + anchor)}"'

    return _ID.sub("", _NUMBER.sub(number, _ADDRESS.sub(one, figure)))


def on_page_context(context, page, config, nav):
    """All figures to the page for teachers: now every chapter has been read."""
    if page.file.src_uri == PAGE:
        numbers = {name: f"Figure {n}." for n, name in enumerate(FIGURES, start=1)}

        def one(mark):
            number = f'<span class="caption-prefix">{numbers[mark[1]]}</span> '
            return moved(mark[1], page.url, number)

        page.content = _MARK.sub(one, page.content)
    return context


def on_env(env, config, files):
    """A page of its own for each figure."""
    template = env.get_template("embed.html")
    for name, figure in FIGURES.items():
        if name not in _found:
            continue
        home, chapter, _ = _found[name]
        url = f"embed/{name}/"
        text = template.render(
            config=config, name=name, figure=figure,
            content=moved(name, url), home=f"../../{home}", chapter=chapter,
        )  # fmt: skip
        files.append(File.generated(config, f"{url}index.html", content=text))
    return env
