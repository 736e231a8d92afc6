"""The book in three engines: what every reader does works in Chromium, Firefox and WebKit."""

import pytest

from test_site import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Figures below the fold load when they come near: here, all at once. Tells those that do not.
LOAD_ALL = """async () => {
    const images = [...document.querySelectorAll('img.figure')];
    images.forEach(image => (image.loading = 'eager'));
    await Promise.all(images.map(image => image.decode().catch(() => 0)));
    return images.filter(image => image.naturalWidth === 0).map(image => image.src);
}"""
SHOWN = """[...document.querySelectorAll('img.figure')]
    .filter(image => image.getClientRects().length).map(image => image.src.split('#')[1])"""
# A page that comes in pieces may be cut within a formula. Firefox then warns of what is not there yet; so
# this counts again once all is there.
HALF_READ = "Invalid markup: Incorrect number of children for <"
CHILDLESS = """Object.entries({
    mfrac: 2, mroot: 2, msub: 2, msup: 2, munder: 2, mover: 2, msubsup: 3, munderover: 3
}).flatMap(([name, count]) => [...document.querySelectorAll(name)]
    .filter(one => one.children.length !== count).map(one => one.outerHTML))"""
FOCUSED = "document.activeElement.textContent.replace(/\\s+/g, ' ').trim()"
GROUND = "getComputedStyle(document.body).backgroundColor"
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}


@pytest.fixture(scope="module")
def reader(engine):
    """One page for many visits: a WebKit of its own for each would cost a second each."""
    opened = engine.page()
    yield opened
    opened.close()


@pytest.mark.parametrize("name", ["", *PAGES])
def test_a_page_renders(reader, address, name):
    reader.forget_errors()  # those of other pages are told there
    reader.open(address + (f"{name}/" if name else ""))
    assert reader.run("document.querySelectorAll('h1').length") == 1
    assert reader.run(
        "document.fonts.ready.then(() => document.fonts.check('16px \"Book Serif\"'))"
    )
    assert reader.run(LOAD_ALL) == []
    assert set(reader.run(SHOWN)) <= {"only-light"}
    try:
        for width in (1280, 360):
            reader.resize(width, 900)
            assert reader.run(OVERFLOW) <= 0, width
    finally:
        reader.resize(1280, 900)
    assert reader.run(CHILDLESS) == []
    assert [text for text in reader.errors() if not text.startswith(HALF_READ)] == []


def test_a_reader_goes_on_and_comes_back(page, address):
    page.open(address)
    page.click("details.contents summary", "Contents")
    page.click("details.contents a", "Tanh")
    page.wait_for("location.pathname.endsWith('/tanh/') && document.readyState === 'complete'")
    assert "centre" in page.run("document.querySelector('h1').textContent")
    page.click("footer a[rel=next]")
    page.wait_for("location.pathname.endsWith('/relu/') && document.readyState === 'complete'")
    assert page.run("document.title").startswith("ReLU")
    page.run("() => history.back()")
    page.wait_for("location.pathname.endsWith('/tanh/') && document.title.startsWith('Tanh')")
    assert page.errors() == []


def test_the_search_finds_and_leads_there(page, address):
    page.open(address)
    page.click("button", "Search")
    page.type("centring")
    page.wait_for("document.querySelector('#search li a[href*=tanh]')?.textContent ?? ''")
    page.click("#search li a[href*=tanh]")
    page.wait_for("location.pathname.endsWith('/tanh/')")
    assert page.errors() == []


def test_the_switch_changes_page_and_figures(page, address):
    page.open(address + "tanh/")
    assert page.run(GROUND) == GROUNDS["light"]
    page.click("button", "Dark")
    assert page.run(GROUND) == GROUNDS["dark"]
    assert set(page.run(SHOWN)) == {"only-dark"}
    assert page.run(LOAD_ALL) == []
    # Chosen for the whole book, and kept.
    page.open(address + "relu/")
    assert page.run(GROUND) == GROUNDS["dark"]
    assert set(page.run(SHOWN)) == {"only-dark"}
    page.click("button", "Light")
    assert page.run(GROUND) == GROUNDS["light"]
    assert page.errors() == []


def test_a_system_in_dark_shows_dark_figures(engine, address):
    page = engine.page(scheme="dark")
    page.open(address + "tanh/")
    assert page.run("matchMedia('(prefers-color-scheme: dark)').matches")
    assert page.run(GROUND) == GROUNDS["dark"]
    assert set(page.run(SHOWN)) == {"only-dark"}
    assert page.run(LOAD_ALL) == []
    page.close()


# Heights of what stretches, in em: a brace over several lines, a root, a fraction; and the gap
# between a formula in a sentence and the base line of the words beside it.
MATH = """async () => {
    await document.fonts.ready;
    const em = element => parseFloat(getComputedStyle(element).fontSize);
    const tall = (name, least) => [...document.querySelectorAll(`article ${name}`)]
        .map(element => element.getBoundingClientRect().height / em(element))
        .filter(height => height > least).length;
    const family = getComputedStyle(document.querySelector('math')).fontFamily;
    const braces = [...document.querySelectorAll('mo')].filter(mo => mo.textContent === '{');
    return {
        font: document.fonts.check('16px "Book Math"') && /^"?book math/i.test(family),
        braces: Math.max(...braces.map(mo => mo.getBoundingClientRect().height / em(mo))),
        fractions: tall('mfrac', 1.5),
        roots: tall('msqrt', 1),
        rows: [...document.querySelectorAll('mtable')].every(table =>
            table.getBoundingClientRect().height > 1.5 * table.querySelectorAll('mtr').length * 8),
    };
}"""


def test_formulas_are_drawn(page, address):
    page.open(address + "reference/")
    drawn = page.run(MATH)
    assert drawn["font"]
    assert drawn["braces"] > 2
    assert drawn["fractions"] > 5
    assert drawn["roots"] > 0
    assert drawn["rows"]


def test_a_solution_is_reached_by_keyboard(page, address):
    page.open(address + "tanh/")
    stops = []
    for _ in range(5):
        page.press("Tab")
        stops.append(page.run(FOCUSED))
    assert stops[0] == "Skip to the text"
    assert stops[2:] == ["Contents", "Search", "Dark scheme"]
    page.run("() => document.querySelector('details.success summary').focus()")
    page.press("Enter")
    assert page.run("document.querySelector('details.success').open")
    page.press("Shift+Tab")
    assert page.run("document.activeElement !== document.querySelector('details.success summary')")


def test_a_number_tells_its_source(page, address):
    page.open(address + "tanh/")
    page.run("() => document.querySelector('article data[data-expression]').focus()")
    note = "document.querySelector('.number-note')?.textContent ?? ''"
    assert " = " in page.wait_for(note)
    page.press("Tab")
    assert page.run(FOCUSED) == "see the line"
    page.press("Escape")
    assert page.run(note) == ""
    assert page.errors() == []
