"""axe finds nothing on any page: WCAG 2.0 to 2.2 A and AA, best practices, in both schemes and widths."""

import pytest

from tools import tool

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
RUN = """async tags => {
    const found = await axe.run(document, {runOnly: tags, resultTypes: ['violations', 'incomplete']});
    const told = rules => rules.flatMap(rule => rule.nodes.map(node =>
        `${rule.id}: ${node.target.join(' ')}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
    return {violations: told(found.violations), open: told(found.incomplete)};
}"""
# What overflows now has been marked: a frame later its observer has been told.
SETTLED = """() => new Promise(done => requestAnimationFrame(() =>
    requestAnimationFrame(() => setTimeout(done))))"""
LOOKS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]
# What axe leaves to a person, where a text lies on or below something else, or is a lone sign such as −:
# test_policy.py holds each colour of a text against each ground.
LEFT_OPEN = "color-contrast: "


@pytest.fixture(scope="module")
def tab(chromium):
    context = chromium.new_context(service_workers="block")
    yield context.new_page()
    context.close()


@pytest.fixture
def show(tab, address):
    """Open a page, with axe in it."""
    source = tool("axe-core/axe.min.js").read_text(encoding="utf-8")

    def shown(name):
        tab.set_viewport_size({"width": 1280, "height": 900})
        tab.emulate_media(color_scheme="light")
        tab.goto(address + name, wait_until="load")
        tab.evaluate(source)
        return tab

    return shown


def looked_at(tab):
    """What axe finds in each look; the page stays the same, only its frame changes."""
    faults = []
    for width, scheme in LOOKS:
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=scheme)
        tab.evaluate(SETTLED)
        found = tab.evaluate(RUN, TAGS)
        unclear = [text for text in found["open"] if not text.startswith(LEFT_OPEN)]
        faults += [f"{width} {scheme}: {text}" for text in found["violations"] + unclear]
    return faults


def test_no_page_has_a_fault(show, built):
    """With all that can be folded open: what is folded away, axe does not look at."""
    faults = []
    for path in sorted(built[0].rglob("*.html")):
        name = path.relative_to(built[0]).as_posix().removesuffix("index.html")
        tab = show(name)
        tab.evaluate(
            "document.querySelectorAll('main details').forEach(part => (part.open = true))"
        )
        faults += [f"{name}: {fault}" for fault in looked_at(tab)]
    assert not faults, "\n".join(faults)


def open_contents(tab):
    tab.locator(".contents summary").click()
    assert tab.locator(".contents nav").is_visible()


def search(tab):
    tab.get_by_role("button", name="Search").click()
    tab.keyboard.type("centring")
    tab.wait_for_selector("#search li mark")


def search_in_vain(tab):
    tab.get_by_role("button", name="Search").click()
    tab.keyboard.type("xyzzy")
    tab.get_by_text("Nothing found.").wait_for()


def point_at_a_number(tab):
    tab.locator("data", has_text="54.23").first.focus()
    assert tab.locator(".number-note").is_visible()


def follow_a_link(tab):
    tab.locator("footer a[rel=next]").click()
    tab.locator("h1:focus", has_text="ReLU").wait_for()


@pytest.mark.parametrize(
    "act", [open_contents, search, search_in_vain, point_at_a_number, follow_a_link]
)
def test_no_state_has_a_fault(show, act):
    tab = show("tanh/")
    act(tab)
    assert looked_at(tab) == []


def test_axe_sees_what_is_planted(show):
    """A check that cannot fail proves nothing: one fault of each kind that matters here."""
    tab = show("tanh/")
    tab.evaluate("""() => {
        const planted = document.createElement('div');
        planted.innerHTML = '<p class="caption-prefix" id="pale">Pale</p><img>'
            + '<button></button><h5>Deep</h5><div role="slider"></div>';
        planted.querySelector('img').src = document.querySelector('link[rel=icon]').href;
        document.querySelector('main article').append(planted);
        document.getElementById('pale').style.color = '#8889';
    }""")
    found = {fault.split(": ")[1] for fault in looked_at(tab)}
    assert {"color-contrast", "image-alt", "button-name", "heading-order"} <= found
