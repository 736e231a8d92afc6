"""A page as plain Markdown: what is left when the site's own marks are taken away.

For readers without the site: the downloaded notebook, and programs that read text (llms.txt). The
input is a page's Markdown after all hooks have filled in what they compute; the output is a list of
blocks, so that a notebook can run the listings among them.
"""

import html
import re
import textwrap
from dataclasses import dataclass
from html.parser import HTMLParser

from scripts import read_script, script_path

_OUTPUT_MARK = "<!--pytest-codeblocks:expected-output-->"
_COMMENT = re.compile(r"<!--.*?-->\s*?", re.DOTALL)
_FENCE = re.compile(r"^(`{3,})(\S*)\s*$")
_EMBED = re.compile(r'^--8<-- "(?P<file>[\w-]+)\.py:(?P<section>[\w-]+)"$')
_ESCAPED = re.compile(r"^(\s*);(?=--8<--)")  # a line that only shows how a section is named
_FOLD = re.compile(r'^(?:\?\?\?|!!!) \w+(?: "(?P<title>[^"]*)")?$')
# The light and the dark variant of a figure, as hooks/computed.py writes them.
_FIGURE = re.compile(
    r"^!\[(?P<alt>[^\]]*)\]\((?:[^)]*/)?(?P<name>[\w-]+)\.light\.svg#only-light\)\{[^}]*\}.*$"
)
_CAPTION = re.compile(r"^/// figure-caption$")
_ATTRIBUTES = re.compile(r"\s*\{ [.#][^}]*\}[ \t]*$", re.MULTILINE)
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_TAG = re.compile(r"</?(?:div|span|data|p|book-[\w-]+)\b[^>]*>")
_LINK = re.compile(r'<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_INLINE_CODE = re.compile(r"(`[^`\n]*`)")


@dataclass(frozen=True)
class Block:
    """kind: "text", "listing", "output" or "figure"."""

    kind: str
    text: str  # prose, code, what is printed, or a figure's caption
    language: str = ""  # of a listing
    embed: tuple[str, str] | None = None  # (script, section) of a listing
    figure: tuple[str, str] | None = None  # (name, alternative text)


def blocks_of(markdown):
    """The blocks of a page, in order."""
    lines = unfolded(markdown.splitlines())
    blocks, prose, figures = [], [], 0
    number, is_output = 0, False

    def end_prose():
        text = _cleaned("\n".join(prose))
        if text:
            blocks.append(Block("text", text))
        prose.clear()

    while number < len(lines):
        line = lines[number]
        number += 1
        fence, figure = _FENCE.match(line), _FIGURE.match(line.strip())
        if line.strip() == _OUTPUT_MARK:
            is_output = True
        elif fence:
            end_prose()
            body = []
            while lines[number].strip() != fence[1]:
                body.append(lines[number])
                number += 1
            number += 1
            blocks.append(_listing(fence[2], body, is_output))
            is_output = False
        elif figure:
            end_prose()
            figures += 1
            caption, number = _caption(lines, number)
            text = f"Figure {figures}. {_cleaned(caption)}"
            blocks.append(Block("figure", text, figure=(figure["name"], figure["alt"])))
        else:
            prose.append(line)
    end_prose()
    return blocks


def unfolded(lines):
    """Folded parts (`??? tip "Hint"` and an indented body) as bold titles and plain text."""
    found, number = [], 0
    while number < len(lines):
        match = _FOLD.match(lines[number])
        number += 1
        if not match:
            found.append(lines[number - 1])
            continue
        body = []
        while number < len(lines) and (not lines[number].strip() or lines[number][:4] == " " * 4):
            body.append(lines[number])
            number += 1
        title = [f"**{match['title']}**", ""] if match["title"] else []
        found += [*title, *unfolded(textwrap.dedent("\n".join(body)).splitlines()), ""]
    return found


def _listing(language, body, is_output):
    match = _EMBED.match(body[0].strip()) if len(body) == 1 else None
    if is_output:
        return Block("output", "\n".join(body) + "\n")
    if match and language == "python":
        embed = (match["file"], match["section"])
        text = read_script(script_path(embed[0])).source(embed[1])
        return Block("listing", text, language, embed)
    body = [_ESCAPED.sub(r"\1", line) for line in body]
    return Block("listing", "\n".join(body) + "\n", language)


def _caption(lines, number):
    """(the caption that begins on a line, the number of the line behind it)."""
    if number < len(lines) and _CAPTION.match(lines[number].strip()):
        end = next(n for n in range(number + 1, len(lines)) if lines[n].strip() == "///")
        return "\n".join(lines[number + 1 : end]), end + 1
    return "", number


def _cleaned(text):
    """Prose without HTML and without the attributes that only the site uses."""
    text = _COMMENT.sub("", text)
    text = _TABLE.sub(lambda match: _as_markdown_table(match[0]), text)
    text = _ATTRIBUTES.sub("", text)
    parts = _INLINE_CODE.split(text)
    parts[::2] = [html.unescape(_TAG.sub("", _LINK.sub(r"[\2](\1)", part))) for part in parts[::2]]
    text = "".join(parts)
    return re.sub(r"\n\s*\n\s*(?=\n)", "\n", text).strip("\n")


class _Rows(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.rows = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
        elif tag == "a":
            self.rows[-1][-1] += "["
            self.address = dict(attributes).get("href", "")

    def handle_endtag(self, tag):
        if tag == "a":
            self.rows[-1][-1] += f"]({self.address})"

    def handle_data(self, text):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += text.strip("\n").replace("|", "\\|")


def _as_markdown_table(text):
    head, *rows = _Rows(text).rows
    ruled = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in ruled)


def as_markdown(blocks, figure_address):
    """The blocks as one text; figure_address(name) is where a figure can be seen."""
    parts = []
    for block in blocks:
        if block.kind == "text":
            parts.append(block.text)
        elif block.kind == "figure":
            name, alt = block.figure
            parts.append(f"![{alt}]({figure_address(name)})\n\n_{block.text}_")
        else:
            language = "text" if block.kind == "output" else block.language
            parts.append(f"```{language}\n{block.text}```")
    return "\n\n".join(parts) + "\n"
