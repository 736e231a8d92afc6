"""Nothing is asked of anybody else, and the policy is never broken: on no page, by no feature."""

import pytest

from planted import python_source
from test_browser import LOAD_ALL

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Kept over the pages of a tab: a violation is told when it happens, in whichever document.
WATCH = """addEventListener('securitypolicyviolation', event =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));"""


class Watched:
    """A tab that notes each request, worker's or page's, and each fault."""

    def __init__(self, context):
        self.asked, self.faults = [], []
        context.add_init_script(WATCH)
        context.on("request", lambda request: self.asked.append(request.url))
        self.tab = context.new_page()
        self.tab.on("console", lambda said: said.type == "error" and self.faults.append(said.text))
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))

    def elsewhere(self, address):
        return [url for url in self.asked if not url.startswith((address, "data:", "blob:"))]


@pytest.fixture
def watched(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield Watched(context)
    context.close()


def test_what_is_asked_elsewhere_and_what_breaks_the_policy_is_seen(watched, address):
    """A check that cannot fail proves nothing."""
    watched.tab.goto(address + "404.html", wait_until="networkidle")
    watched.tab.evaluate("""async () => {
        await fetch('https://elsewhere.invalid/').catch(() => 0);
        document.body.insertAdjacentHTML('beforeend', '<p style="color: red">x</p>');
    }""")
    watched.tab.wait_for_timeout(100)
    told = " ".join(watched.faults)
    assert "connect-src" in told
    assert "style-src" in told


def test_no_page_asks_anybody_else(watched, address, built):
    """All of them: the book's, those of the code, those to embed, and the one for a wrong address."""
    for path in sorted(built[0].rglob("*.html")):
        name = path.relative_to(built[0]).as_posix().removesuffix("index.html")
        watched.tab.goto(address + name, wait_until="load")
        watched.tab.evaluate(LOAD_ALL)
    assert watched.elsewhere(address) == []
    assert watched.faults == []


def move_every_control(tab):
    """To its other end and back, as a hand would: each figure that answers draws and says it."""
    for control in tab.locator("main input[type=range]").all():
        control.focus()
        tab.keyboard.press("End")
        tab.keyboard.press("Home")
    for choice in tab.locator("main select").all():
        choice.select_option(index=0)


def search(tab):
    tab.get_by_role("button", name="Search").click()
    tab.keyboard.type("centring")
    tab.locator("#search li mark").first.wait_for()
    tab.keyboard.press("Escape")


def run_a_listing(tab):
    one = tab.locator("[data-run]").first
    one.locator("[data-does=run]").click()
    one.locator("xpath=self::*[@aria-busy='false']").wait_for(timeout=240_000)
    one.locator("[data-does=edit]").click()
    one.locator("textarea").fill("print(6 * 7)")
    one.locator("[data-does=run]").click()
    one.locator(".run-text", has_text="42").wait_for(timeout=60_000)
    one.locator("[data-does=share]").click()
    with tab.expect_download():
        one.locator("[data-does=download]").click()
    one.locator("[data-does=reset]").click()


def test_no_feature_asks_anybody_else_or_breaks_the_policy(watched, address):
    tab = watched.tab
    tab.goto(address, wait_until="load")
    search(tab)
    tab.get_by_role("button", name="Dark scheme").click()
    tab.locator(".contents summary").click()
    tab.locator(".contents a[href$='tanh/']").click()
    tab.locator("h1:focus", has_text="Tanh").wait_for()
    tab.locator("data", has_text="54.23").first.focus()
    assert tab.locator(".number-note").is_visible()
    tab.get_by_role("button", name="Copy").first.click()
    tab.locator("details.success > summary").first.click()
    if python_source():
        run_a_listing(tab)
    tab.goto(address + "reference/", wait_until="load")
    tab.get_by_label("Find", exact=True).fill("gelu")
    tab.goto(address + "teaching/", wait_until="load")
    tab.evaluate("document.querySelectorAll('main details').forEach(part => (part.open = true))")
    move_every_control(tab)
    tab.get_by_role("button", name="Copy link").first.click()
    tab.get_by_role("button", name="Light scheme").click()
    tab.emulate_media(media="print")
    tab.pdf()
    tab.wait_for_load_state("networkidle")
    assert tab.evaluate("navigator.serviceWorker.ready.then(({active}) => !!active)")
    assert watched.elsewhere(address) == []
    assert watched.faults == []
    assert tab.context.cookies() == []
    kept = set(tab.evaluate("Object.keys(localStorage)"))
    assert kept <= {"book-scheme", "book-code"}, kept
