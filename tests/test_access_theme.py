"""What the theme promises to those who use a keyboard, no JavaScript, or a narrow window."""

import pytest
from playwright.sync_api import expect

from test_browser import FIGURES, OVERFLOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCUSED = "() => document.activeElement.textContent.trim()"
STOPS = """() => [...document.querySelectorAll('.contents nav a')]
    .filter(link => link.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}))
    .length"""


@pytest.fixture
def open_page(chromium, address):
    contexts = []

    def opened(name, width=1280, **settings):
        context = chromium.new_context(viewport={"width": width, "height": 900}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on("console", lambda m: m.type == "error" and page.faults.append(m.text))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(address + (f"{name}/" if name else ""), wait_until="networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_contents_open_and_close_by_keyboard(open_page, width):
    page = open_page("tanh", width)
    stops = []
    for _ in range(5):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
    assert stops[0] == "Skip to the text"
    assert stops[2:] == ["Contents", "Search", "Dark scheme"]  # nothing of the closed contents
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.locator(".contents nav").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "What a neuron computes"
    page.keyboard.press("Escape")
    assert not page.locator(".contents nav").is_visible()
    assert page.evaluate(FOCUSED) == "Contents"


def test_the_search_is_a_named_dialog_and_leads_on_by_keyboard(open_page):
    page = open_page("tanh")
    page.get_by_role("button", name="Search").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Search the book")
    assert dialog.is_visible()
    page.keyboard.type("condition num")
    page.wait_for_selector("#search li mark")
    assert "place" in dialog.get_by_role("status").text_content()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate(FOCUSED) == "Search"
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**#*")
    assert page.faults == []


def test_no_single_key_does_anything(open_page):
    page = open_page("tanh")
    before = page.url
    for key in ("p", "n", "s", "f", "/", ",", "."):
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.url == before
    assert not page.locator("#search").is_visible()


def test_a_chosen_scheme_stays_and_is_all_that_is_stored(open_page, address):
    page = open_page("tanh", color_scheme="light")
    assert page.evaluate("Object.keys(localStorage)") == []
    page.get_by_role("button", name="Dark scheme").click()
    page.goto(address + "relu/", wait_until="networkidle")
    assert page.evaluate("Object.entries(localStorage)") == [["book-scheme", "dark"]]
    shown = [figure["src"] for figure in page.evaluate(FIGURES) if figure["shown"]]
    assert shown
    assert all(source.endswith("#only-dark") for source in shown)
    page.get_by_role("button", name="Light scheme").click()
    assert page.evaluate("Object.keys(localStorage)") == []
    assert page.evaluate("[sessionStorage.length, document.cookie]") == [0, ""]
    assert page.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_javascript_all_but_search_and_switch_works(open_page, scheme):
    page = open_page("tanh", 360, java_script_enabled=False, color_scheme=scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[scheme]
    for figure in page.evaluate(FIGURES):
        assert figure["shown"] == figure["src"].endswith(f"#only-{scheme}"), figure
    assert not page.get_by_text("Search", exact=True).first.is_visible()
    page.locator(".contents summary").click()
    assert page.evaluate(STOPS) > 15
    page.locator(".contents summary").click()
    solution = page.locator("details.success").first
    solution.locator("summary").click()
    assert solution.locator("pre").first.is_visible()
    page.locator("footer a[rel=next]").click()
    page.wait_for_url("**/relu/")


SCROLLERS = """() => [...document.querySelectorAll('.formula, .scrolls, .text pre')].map(box => [
    box.scrollWidth > box.clientWidth, box.tabIndex === 0, box.getAttribute('aria-label') !== null])"""


@pytest.mark.parametrize("width", [1280, 320])
def test_what_overflows_and_nothing_else_is_a_stop(open_page, width):
    page = open_page("smooth", width)
    page.evaluate("document.querySelectorAll('.text details').forEach(part => (part.open = true))")
    page.wait_for_timeout(300)
    boxes = page.evaluate(SCROLLERS)
    assert all(overflows == stop == named for overflows, stop, named in boxes)
    assert any(overflows for overflows, *_ in boxes) or width == 1280
    assert page.evaluate(OVERFLOW) <= 0


def test_copy_is_a_button_and_says_that_it_did(open_page):
    page = open_page("tanh", permissions=["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy").first
    button.focus()
    assert button.evaluate("b => getComputedStyle(b).opacity") == "1"
    page.keyboard.press("Enter")
    expect(page.locator("body > [role=status]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("@elementwise\ndef tanh(z):")
    assert page.locator(".language-text .copy").count() == 0
    assert page.faults == []


def test_braces_and_roots_stretch(open_page):
    page = open_page("reference")
    assert page.evaluate("document.fonts.check('16px \"Book Math\"')")
    height = page.locator("mo", has_text="{").first.evaluate(
        "m => m.getBoundingClientRect().height"
    )
    assert height > 35


def test_every_control_is_large_enough_to_hit(open_page):
    page = open_page("tanh", 360)
    page.locator(".contents summary").click()
    small = page.evaluate("""() => [...document.querySelectorAll('button, summary, nav a')]
        .map(e => [e.textContent, e.getBoundingClientRect()])
        .filter(([_, box]) => box.width && Math.min(box.width, box.height) < 24).map(([t]) => t)""")
    assert small == []
