"""The book's hooks on a page that Zensical renders, as an extension of Python-Markdown.

Zensical has no events to hook into, but it renders with Python-Markdown and takes any extension of it. This
one hands what has been rendered to `on_page_content` of the hooks, as MkDocs does. zensical_site.py fills
in what the hooks want to know.
"""

import html
import posixpath
import re

from markdown.extensions import Extension
from mkdocs.exceptions import PluginError
from mkdocs.utils import get_relative_url
from zensical.extensions.context import ContextPreprocessor

from explore import Tags
from scripts import BookError

run = {}  # pages: source as Zensical knows it -> page; config and files of MkDocs

_ADDRESS = re.compile(r'(?P<before><(?:a|img)\b[^>]*? (?:href|src)=")(?P<address>[^"]*)"')
_NOT_RELATIVE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|/|#|$")


class Hooks(Extension):
    def extendMarkdown(self, md):
        Tags().extendMarkdown(md)
        convert = md.convert
        md.convert = lambda text: self.converted(md, convert, text)

    def converted(self, md, convert, text):
        page = run["pages"][ContextPreprocessor.from_markdown(md).page.path]
        if page.content is None:
            content = with_addresses(convert(text), lambda link: _final(link, page))
        else:  # a notebook: there is no Markdown of it
            content = page.content
            md.toc_tokens = [_token(item) for item in page.toc]
        content = run["config"].plugins.on_page_content(
            content, page=page, config=run["config"], files=run["files"]
        )
        return with_addresses(content, lambda link: _from_source(link, page))


def with_addresses(content, change):
    """The html with each address of a link or an image changed, if it is relative to the page."""

    def one(match):
        link = html.unescape(match["address"])
        if _NOT_RELATIVE.match(link):
            return match[0]
        return f'{match["before"]}{html.escape(change(link))}"'

    return _ADDRESS.sub(one, content)


def _final(link, page):
    """Where a link of the source leads on the site: what hooks are given under MkDocs."""
    path, hash_, anchor = link.partition("#")
    source = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), path))
    target = run["files"].get_file_from_path(source)
    if target is None:
        raise PluginError(str(BookError(page.file.abs_src_path, None, f"there is no {link}")))
    return get_relative_url(target.url, page.url) + hash_ + anchor


def _from_source(link, page):
    """The same address seen from the source, from where Zensical takes every address."""
    path, hash_, anchor = link.partition("#")
    target = posixpath.normpath(posixpath.join("/", page.url, path))
    slash = "/" if path.endswith("/") and target != "/" else ""
    start = posixpath.join("/", posixpath.dirname(page.file.src_uri))
    return posixpath.relpath(target, start) + slash + hash_ + anchor


def _token(item):
    """A heading of MkDocs' table of contents as Python-Markdown has it."""
    return {
        "data-toc-label": "",
        "name": item.title,
        "html": item.title,
        "id": item.id,
        "level": item.level,
        "children": [_token(child) for child in item.children],
    }


def makeExtension(**settings):
    return Hooks(**settings)
