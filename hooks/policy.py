"""The Content-Security-Policy: every page carries it, and nothing on a page needs an exception.

The theme has no inline script, style or handler, so the policy needs no hash and no `unsafe-inline`.
What the Markdown extensions write inline becomes a class here; a page that still has something
inline fails the build, for in the browser it would fail in silence. Here too is the text of `_headers`,
for hosts that send the headers a site asks for.
"""

import re
import shutil
from pathlib import Path

from mkdocs.exceptions import PluginError

POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
)
# Python in the browser is WebAssembly, and runs in a worker that obeys the headers of its own file, not
# the <meta> of a page. So the headers allow WebAssembly; the pages, which obey both, do not.
FOR_WORKERS = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
HEADERS = f"""\
/*
  Content-Security-Policy: {FOR_WORKERS}
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
  Permissions-Policy: camera=(), geolocation=(), microphone=()
"""
CLOSED = f"  Content-Security-Policy: {POLICY}; frame-ancestors 'none'\n"
# A year is what hosts and browsers take for ever. "no-cache" keeps a copy, and asks whether it is still
# right: a page that is a minute old may ask for a script that is gone.
KEPT = "  Cache-Control: public, max-age=31536000, immutable\n"
ASKED = "  Cache-Control: no-cache\n"
FRAMED = "embed"  # the folder of the pages that others may frame


def headers(site):
    """The text of `_headers`: nobody may frame a page, but for those that are made for it.

    `frame-ancestors` is ignored in a <meta>, so a header must say it. Where two rules fit an address,
    one host sends both policies, and both hold; another sends that of the longer rule alone. A policy
    for all can then not be loosened for some. So each page has a rule of its own that adds the
    ban, with the policy in full, and the pages made for frames have none.

    Each address has one rule on caching at most, for the same reason: what has a hash or a version in
    its address is kept for ever, and all else in a folder is asked for again.
    """
    folders = sorted(path.relative_to(site) for path in Path(site).iterdir() if path.is_dir())
    pages = {path for path in folders if [*Path(site, path).rglob("*.html")]}
    rules = {"/": CLOSED + ASKED, "/index.html": CLOSED + ASKED, "/404.html": CLOSED + ASKED}
    rules |= {"/sw.js": ASKED, "/figures.json": ASKED}
    for path in folders:
        rules |= _rules(
            Path(site), path.name, CLOSED if path in pages and path.name != FRAMED else ""
        )
    return HEADERS + "".join(f"{rule}\n{lines}" for rule, lines in rules.items())


def _rules(site, name, closed):
    """address -> lines for what is in a folder of the site."""
    if name.startswith("assets-"):
        # Where the longer rule holds alone, the worker that runs Python still has its policy.
        return {f"/{name}/*": f"  Content-Security-Policy: {FOR_WORKERS}\n{KEPT}"}
    if name == "figures":
        return {f"/{name}/*": KEPT}
    if name == "python":
        parts = sorted((site / name).iterdir())
        return {
            f"/{name}/{path.name}" + "/*" * path.is_dir(): KEPT if path.is_dir() else ASKED
            for path in parts
        }
    return {f"/{name}/*": closed + ASKED}


META = f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">'

_state = {"serving": False}
_UNUSED = ("javascripts", "stylesheets", "images")

# Classes of Pygments that book.css colours. The other spans only make a page heavy.
_COLOURED = {
    *("c", "c1", "cm", "s", "s1", "s2", "sa", "sd", "se", "k", "kn", "kc", "kd", "ow"),
    *("mi", "mf", "mh", "mb", "mo", "nf", "nc", "nd", "gp", "linenos"),
}
_PRE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_SPAN = re.compile(r'<span class="(?P<name>\w+)">(?P<text>[^<]*)</span>')
_LINE_ANCHOR = re.compile(r'<a id="(__codelineno-[\w-]+)" name="\1"(?: href="#\1")?></a>')
_LINE_NUMBER = re.compile(r'<a href="#__codelineno-[\w-]+">(<span class="linenos".*?</span>)</a>')
# Python-Markdown takes this comment, inside a folded part, for the start of a paragraph.
_COMMENT = re.compile(
    r"<p><!--pytest-codeblocks:[^>]*-->\s*(<div\b.*?</div>)</p>|<!--pytest-codeblocks:[^>]*-->\s*",
    re.DOTALL,
)
_ALIGNED = re.compile(r'(<t[hd]\b[^>]*) style="text-align: (left|right|center);"')
# In HTML the slash of `<br />` says nothing; in MathML and SVG it does.
_SLASH = re.compile(r"(<(?:br|hr|img|input)\b[^<>]*?)\s*/>")
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_INLINE = [
    (re.compile(r"<style\b"), "a <style>"),
    # Data in a <script> is not run, and the policy lets it be.
    (
        re.compile(r'<script\b(?![^>]*\bsrc=)(?! type="application/ld\+json">)'),
        "an inline <script>",
    ),
    (re.compile(r"<[a-zA-Z][^>]*\sstyle="), "a style attribute"),
    (re.compile(r"<[a-zA-Z][^>]*\son[a-z]+="), "a handler in an attribute"),
    (re.compile(r"""(?:href|src)=["']?\s*(?:javascript|data):""", re.I), "a script as an address"),
]


def tidy(html, of_code=False):
    """A page's content without inline styles, and without markup that nothing uses."""
    html = _COMMENT.sub(lambda m: m[1] or "", html)
    html = _PRE.sub(lambda m: _SPAN.sub(_coloured, m[0]), html)
    html = html.replace("<pre><span></span>", "<pre>")
    # Numbers link to lines of the pages of code, nothing to lines of a listing. A place is no link,
    # and a link in each line would be hundreds of stops for the Tab key.
    html = _LINE_ANCHOR.sub(r'<span id="\1"></span>' if of_code else "", html)
    html = _LINE_NUMBER.sub(r"\1", html)
    html = _SLASH.sub(r"\1>", html)
    html = _ALIGNED.sub(r'\1 class="\2"', html)
    return _TABLE.sub(r'<div class="scrolls">\g<0></div>', html)


def _coloured(match):
    return match[0] if match["name"] in _COLOURED else match["text"]


def faults(html):
    """What of a page the policy would block."""
    return [name for pattern, name in _INLINE if pattern.search(html)]


def on_startup(command, dirty):
    _state["serving"] = command == "serve"


def on_config(config):
    # `mkdocs serve` reloads pages by an inline script, which the policy would block.
    config.extra["policy"] = "" if _state["serving"] else POLICY
    return config


def on_page_content(html, page, config, files):
    return tidy(html, of_code=page.file.src_uri.startswith("code/"))


def on_post_page(output, page, config):
    return _checked(output, page.file.src_uri)


def on_post_template(output, template_name, config):
    if template_name.endswith(".html"):
        return _checked(output, template_name)
    return output


def _checked(output, name):
    found = faults(output)
    if not _state["serving"] and META not in output:
        found.append("no policy right after the charset")
    if found:
        raise PluginError(f"{name}: the policy of the pages does not allow {', '.join(found)}")
    return output


def on_post_build(config):
    for name in _UNUSED:  # of Material's files no page loads one
        shutil.rmtree(Path(config.site_dir, "assets", name), ignore_errors=True)
