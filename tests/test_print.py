"""On paper: a chapter that a reader prints, and the whole book of `make book`."""

import html
import io
import re
import subprocess
import sys

import pytest
from pypdf import PdfReader

import pdf
from scripts import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# About the width of the text on A4 with the margins of print.css, in CSS pixels.
SHEET = {"width": 658, "height": 970}
SETTINGS = pdf.yaml_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
ORDER = dict(pdf.in_order(SETTINGS["nav"]))


def squeezed(text):
    """Letters alone: a PDF breaks lines and joins fi where it likes."""
    for ligature, letters in {"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"}.items():
        text = text.replace(ligature, letters)
    return re.sub(r"\s+", "", text)


def plain(markup):
    return squeezed(html.unescape(re.sub(r"<[^>]+>", "", markup)))


def texts(data):
    return [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(data)).pages]


def without_numbers(sheets):
    """The number of a page stands in the foot, and comes first in the PDF's text."""
    return [sheet.removeprefix(str(number)) for number, sheet in enumerate(sheets, start=1)]


# What a printed page shows, of a selector.
SHOWN = """selector => [...document.querySelectorAll(selector)]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().height > 0).length"""
CUT = """() => [...document.querySelectorAll('pre, pre > code, table, .formula, figure')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline'
        && (getComputedStyle(e).overflowX !== 'visible'
            || e.getBoundingClientRect().left + e.scrollWidth > innerWidth + 1))
    .map(e => e.textContent.slice(0, 80))"""


@pytest.fixture(params=["script", "no script"])
def printed(chromium, address, request):
    """A chapter of a reader of the dark scheme, as it is printed."""
    scripts = request.param == "script"
    context = chromium.new_context(
        color_scheme="dark", viewport=SHEET, java_script_enabled=scripts, service_workers="block"
    )
    page = context.new_page()
    page.goto(address + "tanh/", wait_until="load")
    page.emulate_media(media="print")
    yield page
    context.close()


def test_a_printed_chapter_is_light_open_and_bare(printed):
    page = printed
    style = "getComputedStyle(document.querySelector('{}')).{}"
    assert page.evaluate(style.format("body", "backgroundColor")) == "rgb(255, 255, 255)"
    # The margins of a sheet take their colour from the root.
    assert page.evaluate(style.format("html", "colorScheme")).replace("only", "").strip() == "light"
    assert page.evaluate(style.format("article p", "color")) == "rgb(27, 31, 36)"
    assert page.evaluate(SHOWN, "img[src$='#only-dark']") == 0
    figures = page.locator("img[src$='#only-light']").count()
    assert page.evaluate(SHOWN, "img[src$='#only-light']") == figures > 0
    folds = page.locator("article details[class]").count()
    assert page.evaluate(SHOWN, "article details[class] > :nth-child(2)") == folds > 5
    for gone in ("nav", "button", "header", ".headerlink", ".figure-code", "label", "form"):
        assert page.evaluate(SHOWN, gone) == 0, gone
    assert page.evaluate(CUT) == []
    assert "creativecommons.org" in page.evaluate(
        "getComputedStyle(document.querySelector('footer.site p a'), '::after').content"
    )


def test_a_chapter_printed_from_the_dark_screen(chromium, address):
    """The PDF that Print gives: solutions in it, each code line whole, the screen as before."""
    context = chromium.new_context(color_scheme="dark", service_workers="block")
    page = context.new_page()
    page.goto(address + "tanh/", wait_until="networkidle")
    data = page.pdf(format="A4", print_background=True)
    text = "".join(texts(data))
    answers = page.locator("details.success pre code").all_text_contents()
    assert answers
    for line in "\n".join(answers).splitlines():
        assert plain(html.escape(line)) in text
    pictures = sum(len(sheet.images) for sheet in PdfReader(io.BytesIO(data)).pages)
    assert pictures == 0  # figures are drawn, not photographed
    assert page.locator("details[open]").count() == 0
    context.close()


@pytest.mark.parametrize("name", ["smooth", "reference", "or-notebook", "bibliography"])
def test_nothing_is_cut(chromium, address, name):
    page = chromium.new_page(viewport=SHEET, service_workers="block")
    page.emulate_media(media="print")
    page.goto(address + f"{name}/", wait_until="load")
    assert page.evaluate(CUT) == []
    page.close()


@pytest.fixture(scope="module")
def book(chromium, built, tmp_path_factory):
    """(reader, text of each page, the joined document) of one print of the whole book."""
    file = tmp_path_factory.mktemp("pdf") / "book.pdf"
    # A second Playwright cannot run in this thread: the command itself is what make calls anyway.
    command = [sys.executable, "hooks/pdf.py", str(built[0]), str(file)]
    subprocess.run(command, cwd=ROOT, check=True)
    data = file.read_bytes()
    sections = [pdf.read_section(built[0], n, p, set(ORDER)) for n, p in ORDER.items()]
    return PdfReader(io.BytesIO(data)), texts(data), sections


def test_every_heading_stands_on_the_page_that_the_contents_name(book):
    reader, sheets, sections = book
    first_heading = reader.named_destinations[f"/{sections[0].headings[0].anchor}"]
    start = reader.get_destination_page_number(first_heading)
    contents = "".join(without_numbers(sheets)[1:start])
    checked = 0
    for section in sections:
        for heading in section.headings:
            place = reader.named_destinations[f"/{heading.anchor}"]
            number = reader.get_destination_page_number(place)
            title = plain(heading.title)
            if "<math" not in heading.title:
                assert title in sheets[number], heading
                assert f"{title}{number + 1}" in contents, heading
                checked += 1
    assert checked > 150


def test_no_page_is_blank_and_each_has_its_number(book):
    reader, sheets, _ = book
    assert 150 < len(sheets) < 400
    for number, sheet in enumerate(sheets[1:], start=2):
        assert sheet.startswith(str(number)), number
        drawn = "/XObject" in (reader.pages[number - 1]["/Resources"])
        assert len(sheet) > 40 or drawn, number
    assert not sheets[0].startswith("1")


def test_every_code_line_is_whole(book):
    _, sheets, sections = book
    everything = "".join(without_numbers(sheets))
    lines = 0
    for section in sections:
        for code in re.findall(r"<pre>(.*?)</pre>", section.content, flags=re.DOTALL):
            for line in code.splitlines():
                wanted = plain(line)
                if not re.search(r"[^\x00-\x7f]", wanted):
                    assert wanted in everything, (section.name, wanted)
                    lines += 1
    assert lines > 2000


def test_links_lead_inside_and_ids_are_unique(book):
    _, _, sections = book
    content = "".join(f'<section id="{s.name}">{s.content}' for s in sections)
    ids = re.findall(r'\bid="([^"]+)"', re.sub(r">[^<]*<", "><", content))
    assert len(ids) == len(set(ids))
    links = re.findall(r'<a [^>]*href="([^"]+)"', content)
    inside = [link[1:] for link in links if link.startswith("#")]
    assert len(inside) > 500
    assert set(inside) <= set(ids)
    assert all(link.startswith(("#", "https://")) for link in links)


def test_title_outline_and_tags(book):
    reader, sheets, sections = book
    assert plain(SETTINGS["site_name"]) in sheets[0]
    commit, seconds = pdf._edition()
    assert plain(commit) in sheets[0]
    assert reader.metadata.creation_date.timestamp() == seconds
    assert reader.root_object["/MarkInfo"]["/Marked"]

    def titles(entries):
        for entry in entries:
            yield from titles(entry) if isinstance(entry, list) else [entry.title]

    outlined = {squeezed(title) for title in titles(reader.outline)}
    assert {plain(heading.title) for s in sections for heading in s.headings} <= outlined
    assert {plain(part) for part in ORDER.values()} - {""} <= outlined


def test_the_same_document_prints_the_same_bytes(built):
    code = f"""
import pdf, pathlib
site = pathlib.Path({str(built[0])!r})
section = pdf.read_section(site, "tanh", "", {{"tanh"}})
settings = {{"site_name": "n", "site_description": "d", "copyright": "c"}}
document = pdf.joined(site, [section], {{}}, settings, "c", 10**9)
with pdf._Printer(site) as printer:
    first, second = (
        pdf._with_outline(pdf._dated(printer.print(document), 10**9), [section]) for _ in range(2)
    )
assert first == second
assert b"D:20010909014640" in first
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "hooks", check=True)
