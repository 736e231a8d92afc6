"""Each page in Chromium: both schemes, wide and narrow, with what a reader would notice."""
# ruff: noqa: F811 - conftest.py knows these fixtures; some tests import them from here

import pytest

from engines import Quiet, address, chromium  # noqa: F401
from test_site import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIGURES = """() => [...document.querySelectorAll('img.figure')].map(image => {
    const box = image.getBoundingClientRect();
    const inside = image.closest('details') !== null;
    return {src: image.getAttribute('src'), shown: box.width > 0, width: box.width, inside};
})"""
LOAD_ALL = """async () => {
    const images = [...document.querySelectorAll('img.figure')];
    images.forEach(image => image.loading = 'eager');
    await Promise.all(images.map(image => image.decode().catch(() => 0)));
    return images.filter(image => image.naturalWidth === 0).map(image => image.src);
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", *PAGES])
def test_page(chromium, address, name, scheme, width):
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    faults, asked = [], []
    page.on("console", lambda message: message.type == "error" and faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + ("" if name == "index" else f"{name}/"), wait_until="load")

    assert page.evaluate(OVERFLOW) <= 0, "the page scrolls sideways"
    assert page.evaluate(LOAD_ALL) == [], "images that do not load"
    for figure in page.evaluate(FIGURES):
        assert figure["shown"] == figure["src"].endswith(f"#only-{scheme}"), figure
        if figure["shown"]:
            # The drawings are 324 pt wide with text of 10 pt: in a narrow box the text shrinks.
            assert figure["width"] >= (290 if figure["inside"] else 320), figure
    assert faults == []
    assert all(url.startswith((address, "data:")) for url in asked), asked
    context.close()


def test_the_switch_changes_page_and_figures(chromium, address):
    context = chromium.new_context(color_scheme="light", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address + "tanh/", wait_until="networkidle")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark scheme").click()
    assert page.evaluate("document.documentElement.dataset.scheme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    shown = [figure["src"] for figure in page.evaluate(FIGURES) if figure["shown"]]
    assert shown
    assert all(source.endswith("#only-dark") for source in shown)
    context.close()


def test_search_finds_a_chapter(chromium, address):
    page = chromium.new_page()
    page.goto(address, wait_until="networkidle")
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("centring")
    page.wait_for_selector("#search li a[href*='tanh']")
    page.close()


def test_a_solution_unfolds(chromium, address):
    page = chromium.new_page()
    page.goto(address + "tanh/", wait_until="networkidle")
    solution = page.locator("details.success").first
    assert not solution.locator("pre").first.is_visible()
    solution.locator("summary").click()
    assert solution.locator("pre").first.is_visible()
    page.close()


NOTE = "() => document.querySelector('.number-note')?.textContent ?? null"


@pytest.fixture
def tanh_page(chromium, address):
    page = chromium.new_page(viewport={"width": 360, "height": 800})
    page.goto(address + "tanh/", wait_until="networkidle")
    yield page
    page.close()


def test_a_number_says_where_it_comes_from(tanh_page):
    page = tanh_page
    page.evaluate(LOAD_ALL)
    number = page.locator("data", has_text="54.23").first
    before = page.evaluate("document.documentElement.scrollHeight")
    place = number.evaluate("d => { d.scrollIntoView({block: 'center'}); return d.offsetTop; }")
    for act in (number.hover, number.focus, number.click):
        act()
        text = page.evaluate(NOTE)
        assert text.startswith("kappa['0 and 1', 10] = 54.2315"), text
        assert number.get_attribute("aria-expanded") == "true"
        page.keyboard.press("Escape")
        assert page.evaluate(NOTE) is None
        assert number.get_attribute("aria-expanded") == "false"
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
    number.click()
    assert page.evaluate("document.documentElement.scrollHeight") == before
    assert number.evaluate("d => d.offsetTop") == place
    box = page.locator(".number-note").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_the_keyboard_reaches_the_line_that_made_a_number(tanh_page):
    page = tanh_page
    page.locator("data", has_text="54.23").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "see the line"
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/tanh/#__codelineno-0-*")
    line = page.evaluate(
        "document.getElementById(location.hash.slice(1)).parentElement.textContent"
    )
    assert "kappa" in line


def test_without_javascript_a_number_is_plain_text(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "tanh/")
    number = page.locator("data", has_text="54.23").first
    assert number.get_attribute("tabindex") is None
    assert "longer: 54.23." in " ".join(page.inner_text("article").split())
    context.close()


ROWS = """() => [...document.querySelectorAll('table.functions tbody tr')]
    .filter(row => row.offsetHeight > 0).map(row => row.cells[0].textContent)"""


@pytest.mark.parametrize("width", [1280, 360])
def test_the_reference_card_filters_and_sorts(chromium, address, width):
    page = chromium.new_page(viewport={"width": width, "height": 900})
    asked = []
    page.goto(address + "reference/", wait_until="networkidle")
    page.evaluate(LOAD_ALL)
    page.on("request", lambda request: asked.append(request.url))
    whole = page.evaluate(ROWS)
    page.get_by_label("Find", exact=True).fill("elu")
    assert page.evaluate(ROWS) == [name for name in whole if "elu" in name.lower()]
    assert page.locator(".card-tools output").text_content() == (
        f"{len(page.evaluate(ROWS))} of {len(whole)} functions"
    )
    page.get_by_label("Find", exact=True).fill("")
    page.get_by_label("Show", exact=True).select_option(label="not monotone")
    assert page.evaluate(ROWS) == ["SiLU", "GELU", "GELU (tanh form)", "Mish", "Hard swish"]
    page.get_by_label("Show", exact=True).select_option(label="with mean 0")
    assert set(page.evaluate(ROWS)) == {
        "Identity",
        "Tanh",
        "SELU",
        "Softsign",
        "Hard tanh",
        "Arctan",
    }
    page.get_by_label("Show", exact=True).select_option(label="all functions")
    page.get_by_label("Sort by", exact=True).select_option(label="Lipschitz")
    page.get_by_label("Order", exact=True).select_option(label="falling")
    assert page.evaluate(ROWS)[:3] == ["Step", "SELU", "Hard swish"]
    head = page.locator("th[aria-sort]")
    assert (head.text_content(), head.get_attribute("aria-sort")) == ("Lipschitz", "descending")
    page.get_by_label("Sort by", exact=True).select_option(label="book order")
    assert page.evaluate(ROWS) == whole
    assert not asked
    assert page.evaluate(OVERFLOW) <= 0
    page.close()
