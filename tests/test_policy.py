"""The policy of the pages: on each of them, without exceptions, and nothing that it would block."""

import html
import re

import pytest

import policy
from scripts import ROOT

ASSETS = ROOT / "theme" / "assets"
CSS = (ASSETS / "book.css").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def texts(built):
    folder, done = built
    assert done.returncode == 0, done.stdout + done.stderr
    return {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}


def test_every_page_carries_the_policy_and_obeys_it(texts):
    assert {path.name for path in texts} == {"index.html", "404.html"}
    for path, text in texts.items():
        assert text.count("Content-Security-Policy") == 1, path
        assert policy.META in text, path
        assert policy.faults(text) == [], path


def test_the_policy_makes_no_exception():
    for word in ("unsafe", "http", "*", "data:", "blob:", "sha256"):
        assert word not in policy.POLICY


def test_the_headers_say_the_same_but_for_the_worker(built):
    """A page obeys its <meta> as well, so that what the headers allow is allowed to the worker alone."""
    text = (built[0] / "_headers").read_text(encoding="utf-8")
    sent = re.search(r"Content-Security-Policy: (.*)", text)[1]
    assert sent.replace(" 'wasm-unsafe-eval'", "") == policy.POLICY
    assert sent.count("'wasm-unsafe-eval'") == 1


def policies(text, address):
    """The policies of all rules that fit an address, in order."""
    found, fits = [], False
    for line in text.splitlines():
        if line.startswith("/"):
            fits = address.startswith(line[:-1]) if line.endswith("*") else address == line
        elif fits and (policy_ := line.partition("Content-Security-Policy: ")[2]):
            found.append(policy_)
    return found


def test_nobody_may_frame_a_page_but_those_made_for_it(built):
    """Whether a host sends the policies of all rules that fit, or of the longest alone."""
    folder = built[0]
    text = (folder / "_headers").read_text(encoding="utf-8")
    free = []
    for path in folder.rglob("*.html"):
        name = path.relative_to(folder).as_posix()
        for address in {f"/{name}", f"/{name.removesuffix('index.html')}"}:
            first, *more = policies(text, address)
            assert first == policy.FOR_WORKERS
            closed = f"{policy.POLICY}; frame-ancestors 'none'"
            assert more in ([], [closed]), address
            if not more:
                free.append(address)
    assert free
    assert all(address.startswith("/embed/") for address in free), free
    assert text.count("/*\n") < 100  # a host takes no more
    assert policies(text, "/relu/")[-1].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize(
    "planted",
    [
        "<style>p { color: red }</style>",
        "<script>alert(1)</script>",
        '<script type="module">alert(1)</script>',
        '<p class="a" style="color: red">',
        '<button onclick="f()">',
        '<a href="javascript:f()">',
        '<script src="data:text/javascript,f()"></script>',
    ],
)
def test_what_the_policy_blocks_is_found(planted):
    assert len(policy.faults(f"<p>{planted}</p>")) == 1


def test_what_the_policy_allows_is_not():
    assert policy.faults('<script src="a.js"></script><p>style="a", onclick="b"</p>') == []


def test_inline_alignment_becomes_a_class():
    row = '<table><tr><td style="text-align: right;">1</td></tr></table>'
    expected = '<div class="scrolls"><table><tr><td class="right">1</td></tr></table></div>'
    assert policy.tidy(row) == expected


def test_only_foreign_elements_keep_their_slash():
    html = '<p><br /><img alt="a &gt; b" src="c" /><svg><path d="M0" /></svg><mspace/></p>'
    expected = '<p><br><img alt="a &gt; b" src="c"><svg><path d="M0" /></svg><mspace/></p>'
    assert policy.tidy(html) == expected


def test_only_coloured_words_of_a_listing_keep_their_span():
    listing = '<pre><span></span><span class="k">def</span> <span class="n">f</span></pre>'
    assert policy.tidy(listing) == '<pre><span class="k">def</span> f</pre>'
    caption = '<span class="sr">of this figure</span>'
    assert policy.tidy(caption) == caption


def test_a_line_is_a_place_on_a_page_of_code_and_never_a_stop():
    line = '<a id="__codelineno-0-1" name="__codelineno-0-1" href="#__codelineno-0-1"></a>x'
    assert policy.tidy(line) == "x"
    assert policy.tidy(line, of_code=True) == '<span id="__codelineno-0-1"></span>x'


def test_each_class_of_a_span_has_a_colour():
    for name in policy._COLOURED:
        assert re.search(rf"\.{name}\b", CSS), name


def _characters(ranges):
    for part in ranges.split(","):
        first, _, last = part.removeprefix("U+").partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


def test_the_math_font_has_every_character_of_the_formulas(texts):
    recipe = (ASSETS / "fonts" / "README.md").read_text(encoding="utf-8")
    cut = set(_characters(re.search(r"--unicodes=(\S+)", recipe)[1]))
    used = set()
    for text in texts.values():
        for formula in re.findall(r"<math.*?</math>", text, re.DOTALL):
            used |= set(html.unescape(re.sub(r"<[^>]+>", "", formula)))
    assert len(used) > 80
    assert used - cut - {"\n"} == set()


def test_only_pages_with_formulas_load_the_math_font(texts):
    for path, text in texts.items():
        preloaded = re.search(r'<link rel="preload" href="[^"]*fonts/math\.woff2"', text)
        assert bool(preloaded) == ("<math" in text), path


def _luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_colour_of_text_can_be_read(scheme):
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
    colours = {name: pair[scheme] for name, *pair in found}
    grounds = [colours[name] for name in ("paper", "shade", "mark")]
    for name, colour in colours.items():
        if name.startswith("code-") or name in ("ink", "quiet", "link"):
            # A line that a number leads to is marked: its code is read on that ground, too.
            for ground in grounds:
                assert _contrast(colour, ground) >= 4.5, (name, ground)
        elif name in ("edge", "focus"):
            assert _contrast(colour, colours["paper"]) >= 3, name


def test_nothing_moves_by_itself():
    assert not re.search(r"\b(transition|animation|scroll-behavior)\s*:", CSS)
