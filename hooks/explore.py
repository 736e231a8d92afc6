"""The interactive figures: their tags in Markdown.

A chapter shows one as

    <book-explorer function="tanh" z="0.5" markdown>

    ![What the figure shows.](explorer-tanh.svg)
    /// figure-caption
    What to try.
    ///

    </book-explorer>

What stands inside is shown until the element has started (theme/assets/explore/figure.js), and for ever
without JavaScript. Attributes preset the element's settings, the function before its parameters.
"""

import re

from markdown.extensions import Extension
from mkdocs.exceptions import PluginError

import reference_card
from scripts import BookError

TAGS = (
    *("book-explorer", "book-neuron", "book-collapse", "book-descent"),
    *("book-dying", "book-depth", "book-or-run"),
)
_OPEN = re.compile(r"<(?P<tag>book-[\w-]+)(?P<attributes>[^>]*)>")


class Tags(Extension):
    """Let Markdown take the elements for blocks, as it does a <div>."""

    def extendMarkdown(self, md):
        md.block_level_elements.extend(TAGS)


def on_config(config):
    config.markdown_extensions.append(Tags())
    return config


def on_page_content(html, page, config, files):
    """Give each element an id, its own name unless the page says otherwise: the address needs it."""
    path = page.file.abs_src_path or page.file.src_uri

    def one(match):
        tag, attributes = match["tag"], match["attributes"]
        if tag not in TAGS:
            raise PluginError(str(BookError(path, None, f"there is no element <{tag}>")))
        name = re.search(r'\bfunction="([^"]*)"', attributes)
        if name and name[1] not in reference_card.registry():
            message = f"<{tag}>: no function {name[1]!r} in the registry"
            raise PluginError(str(BookError(path, None, message)))
        if not re.search(r'\bid="', attributes):
            attributes = f' id="{tag.removeprefix("book-")}"{attributes}'
        return f"<{tag}{attributes}>"

    return _OPEN.sub(one, html)
