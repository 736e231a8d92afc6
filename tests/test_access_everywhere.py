"""What holds on every page for those who enlarge it, use the keyboard, or choose their own colours."""

import re

import pytest

from scripts import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Boxes that scroll by themselves; what overflows in them is reached with the arrow keys.
BOXES = "pre, .formula, .scrolls, .card-table, .formula-line"
PREPARE = """() => document.querySelectorAll('main details').forEach(part => (part.open = true))"""

# What stands further right than the window, and is not in a box that scrolls.
OUTSIDE = f"""() => {{
    const told = [...document.querySelectorAll('body *')].filter(element => {{
        if (element.closest('{BOXES}') && !element.matches('{BOXES}')) return false;
        if (element.ownerSVGElement) return false; // a drawing is cut at its own edge
        const box = element.getBoundingClientRect();
        return box.width > 1 && box.right > document.documentElement.clientWidth + 1;
    }}).map(element => element.outerHTML.slice(0, 120));
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return over > 0 ? [`the page is ${{over}} px too wide`, ...told] : told;
}}"""
# WCAG 1.4.12: a reader's own spacing of text, which formulas are not.
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:not(math, math *) { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets.push(sheet);
}"""
CUT = f"""() => [...document.querySelectorAll('p, li, h1, h2, h3, summary, button, figcaption, label, td')]
    .filter(element => !element.closest('{BOXES}, .sr'))
    .filter(element => getComputedStyle(element).overflow !== 'visible'
        && (element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1))
    .map(element => element.outerHTML.slice(0, 120))"""

STOPS = """() => [...document.querySelectorAll(
    'a[href], button, summary, input, select, textarea, [tabindex]')]
    .filter(stop => stop.tabIndex >= 0 && stop.checkVisibility({visibilityProperty: true}))"""
# Of each stop of the Tab key: is there a frame around it, in the colour of the focus, wide enough to see?
UNMARKED = f"""() => ({STOPS})().filter(stop => {{
    stop.focus({{preventScroll: true, focusVisible: true}});
    const style = getComputedStyle(stop);
    const frame = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return document.activeElement !== stop || !frame;
}}).map(stop => stop.outerHTML.slice(0, 120))"""
OUT_OF_ORDER = f"() => ({STOPS})().filter(stop => stop.tabIndex > 0).length"
# Those that stand alone; a link in a sentence is as large as its words.
SMALL = f"""() => ({STOPS})()
    .filter(stop => stop.matches('button, summary, input, select, nav a, .ways-in a, td > data:only-child'))
    .map(stop => [stop.outerHTML.slice(0, 120), stop.getBoundingClientRect()])
    .filter(([, box]) => box.width && Math.min(box.width, box.height) < 23.9)
    .map(([text, box]) => `${{Math.round(box.width)}} x ${{Math.round(box.height)}}: ${{text}}`)"""


@pytest.fixture(scope="module")
def tab(chromium):
    context = chromium.new_context(service_workers="block")
    yield context.new_page()
    context.close()


def everywhere(built, tab, address, look):
    """Faults that `look` finds on each page, with all that can be folded open."""
    faults = []
    for path in sorted(built[0].rglob("*.html")):
        name = path.relative_to(built[0]).as_posix().removesuffix("index.html")
        tab.set_viewport_size({"width": 1280, "height": 800})
        tab.goto(address + name, wait_until="load")
        tab.evaluate(PREPARE)
        faults += [f"{name}: {fault}" for fault in look(tab)]
    return faults


def settle(tab):
    tab.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def reflow(tab):
    """320 px wide is also what a window of 1280 px shows at 400 %; then text twice as large, and spaced."""
    tab.set_viewport_size({"width": 320, "height": 256})
    settle(tab)
    yield from (f"320 px: {fault}" for fault in tab.evaluate(OUTSIDE))
    tab.evaluate(SPACED)
    settle(tab)
    yield from (f"spaced: {fault}" for fault in tab.evaluate(OUTSIDE) + tab.evaluate(CUT))
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.evaluate("document.documentElement.style.fontSize = '200%'")
    settle(tab)
    yield from (f"200 %: {fault}" for fault in tab.evaluate(OUTSIDE) + tab.evaluate(CUT))


def test_text_never_scrolls_both_ways(built, tab, address):
    faults = everywhere(built, tab, address, reflow)
    assert not faults, "\n".join(faults)


def stops(tab):
    tab.keyboard.press("Tab")  # from now on the browser shows where the focus is
    yield from (f"no frame: {fault}" for fault in tab.evaluate(UNMARKED))
    yield from (f"small: {fault}" for fault in tab.evaluate(SMALL))
    if tab.evaluate(OUT_OF_ORDER):
        yield "a tabindex above 0"
    tab.set_viewport_size({"width": 360, "height": 800})
    settle(tab)
    yield from (f"small at 360 px: {fault}" for fault in tab.evaluate(SMALL))


def test_every_stop_is_marked_and_large_enough(built, tab, address):
    faults = everywhere(built, tab, address, stops)
    assert not faults, "\n".join(faults)


def test_what_these_looks_find(tab, address):
    """A check that cannot fail proves nothing."""
    tab.set_viewport_size({"width": 320, "height": 256})
    tab.goto(address + "tanh/", wait_until="load")
    tab.evaluate("""() => {
        const planted = document.createElement('div');
        planted.innerHTML = '<p id="wide">x</p><button id="bare">x</button>';
        document.querySelector('article').append(planted);
        document.getElementById('wide').style.width = '400px';
        const bare = document.getElementById('bare');
        bare.style.cssText = 'outline: none; min-height: 0; height: 20px; padding: 0;';
        bare.tabIndex = 1;
    }""")
    assert any('id="wide"' in fault for fault in tab.evaluate(OUTSIDE))
    tab.keyboard.press("Tab")
    assert any('id="bare"' in fault for fault in tab.evaluate(UNMARKED))
    assert any('id="bare"' in fault for fault in tab.evaluate(SMALL))
    assert tab.evaluate(OUT_OF_ORDER) == 1


def test_menus_and_search_fit_a_window_of_320(tab, address):
    tab.set_viewport_size({"width": 320, "height": 256})
    tab.goto(address + "tanh/", wait_until="load")
    tab.locator(".contents summary").click()
    assert tab.evaluate(OUTSIDE) == []
    last = tab.locator(".contents nav a").last
    last.scroll_into_view_if_needed()
    assert last.bounding_box()["y"] + 20 <= 256
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Search").click()
    tab.keyboard.type("centring")
    tab.wait_for_selector("#search li mark")
    assert tab.evaluate(OUTSIDE) == []
    tab.keyboard.press("Escape")
    tab.locator("data", has_text="54.23").first.focus()
    assert tab.locator(".number-note").is_visible()
    assert tab.evaluate(OUTSIDE) == []


def press_until(tab, condition, key="Tab", limit=400):
    for _ in range(limit):
        tab.keyboard.press(key)
        if tab.evaluate(condition):
            return
    raise AssertionError(f"{limit} times {key}, and never {condition}")


ON = "words => document.activeElement.textContent.trim().startsWith(words)"


def test_from_the_start_to_a_solution_with_the_keyboard_alone(tab, address):
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto(address, wait_until="load")
    press_until(tab, f"() => ({ON})('Contents')", limit=4)
    tab.keyboard.press("Enter")
    press_until(tab, f"() => ({ON})('Tanh')", limit=20)
    tab.keyboard.press("Enter")
    tab.locator("h1:focus", has_text="Tanh").wait_for()
    # On from the heading, not from the top of the page: the next stop lies in the text.
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.closest('article') !== null")
    press_until(tab, "() => document.activeElement.matches('details.success > summary')")
    solution = tab.locator("details.success:has(summary:focus)")
    assert not solution.locator("pre").first.is_visible()
    tab.keyboard.press("Enter")
    assert solution.locator("pre").first.is_visible()
    assert tab.evaluate("""() => {
        const box = document.activeElement.getBoundingClientRect();
        return box.top >= 0 && box.bottom <= innerHeight;
    }""")
    tab.keyboard.press("Enter")
    assert not solution.locator("pre").first.is_visible()


def test_with_the_readers_own_colours_controls_have_edges(chromium, address):
    context = chromium.new_context(forced_colors="active", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(address + "tanh/", wait_until="load")
    for name in ("Search", "Dark scheme"):
        button = page.get_by_role("button", name=name)
        assert button.evaluate("b => getComputedStyle(b).borderStyle") == "solid"
    colours = page.evaluate("""() => [...document.querySelectorAll('p, pre, pre .c1, figcaption')]
        .map(element => getComputedStyle(element).color)""")
    assert len(set(colours)) == 1  # the reader's, not ours
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("centring")
    page.wait_for_selector("#search li mark")
    dialog = page.locator("dialog").evaluate("d => getComputedStyle(d).borderStyle")
    assert dialog == "solid"
    context.close()


def test_no_script_moves_anything_unasked():
    """Style sheets neither (test_policy.py). A figure that plays does so after a press of Play."""
    for path in (ROOT / "theme" / "assets").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"behavior: \"smooth\"|\.animate\(|setInterval\(|startViewTransition|<animate", text
        ), path
