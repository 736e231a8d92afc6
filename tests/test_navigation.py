"""Instant navigation: a page swapped in is the page itself, and the reader's way back is kept."""
# ruff: noqa: F811 - fixtures are imported by name

import re
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Error

from one_build import asset, figure
from test_browser import NOTE, address, chromium  # noqa: F401
from test_site import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCUSED = "() => document.activeElement.id || document.activeElement.localName"
SAID = "() => document.querySelector('body > [role=status]').textContent"
SCROLLED = "() => Math.round(scrollY)"


@pytest.fixture
def context(chromium):
    opened = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield opened
    opened.close()


@pytest.fixture
def page(context):
    """A page that notes its faults and how often a whole page was loaded."""
    opened = context.new_page()
    opened.add_init_script(
        "document.addEventListener('book:page', () => (window.swappedIn = location.pathname))"
    )
    opened.faults, opened.loads = [], []
    opened.on("console", lambda m: m.type == "error" and opened.faults.append(m.text))
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.on("domcontentloaded", lambda p: opened.loads.append(p.url))
    return opened


def open_at(page, url):
    page.goto(url, wait_until="load")
    page.loads.clear()


def until(page, condition, *arguments):
    """Wait for a condition. Playwright's own wait runs text as code, which the policy forbids."""
    for _ in range(200):
        try:
            if page.evaluate(condition, *arguments):
                return
        except Error as error:
            if "context was destroyed" not in str(error):  # the page went, as it should
                raise
        page.wait_for_timeout(25)
    raise AssertionError(f"never: {condition} {arguments}")


def arrived(page, path):
    """Wait until a page has been swapped in, and the reader's focus is on its heading."""
    until(page, "path => window.swappedIn === path && location.pathname === path", path)
    until(page, "() => ['h1', 'main'].includes(document.activeElement.localName)")


def follow(page, link):
    page.evaluate("link => document.querySelector(link).click()", link)


def asked_by(page, act):
    """The pages that are fetched meanwhile; a figure that starts may fetch its style sheet."""
    asked = []

    def note(request):
        path = urlparse(request.url).path
        if request.resource_type in ("fetch", "document") and not path.startswith("/assets-"):
            asked.append(path)

    page.on("request", note)
    act()
    page.wait_for_timeout(300)
    return asked


def test_a_link_swaps_the_page_in(page, address):
    open_at(page, address + "tanh/")
    page.evaluate("scrollTo(0, 900)")
    page.locator("footer a[rel=next]").click()
    arrived(page, "/relu/")
    assert page.loads == []
    assert page.locator("h1").text_content().startswith("ReLU")
    assert page.title().startswith("ReLU")
    assert page.locator(".contents [aria-current]").text_content() == "ReLU"
    assert page.locator("footer a[rel=prev]").get_attribute("href") == "../tanh/"
    assert page.evaluate("document.querySelector('link[rel=prev]').href") == address + "tanh/"
    assert page.evaluate(SCROLLED) == 0
    assert page.evaluate(FOCUSED) == "relu-why-did-it-win-and-how-does-it-die"
    until(page, "() => document.querySelector('body > [role=status]').textContent !== ''")
    assert page.evaluate(SAID) == page.title()
    assert page.faults == []


def test_back_and_forward_find_the_place_and_the_focus(page, address):
    open_at(page, address + "tanh/")
    page.mouse.wheel(0, 1500)
    until(page, "() => scrollY === 1500")
    follow(page, "footer a[rel=next]")
    arrived(page, "/relu/")
    page.mouse.wheel(0, 700)
    until(page, "() => history.state?.scroll === 700")
    page.go_back()
    arrived(page, "/tanh/")
    assert page.evaluate(SCROLLED) == 1500
    assert page.evaluate(FOCUSED).startswith("tanh")
    until(page, f"() => ({SAID})() === document.title")
    page.go_forward()
    arrived(page, "/relu/")
    assert page.evaluate(SCROLLED) == 700
    assert page.loads == []
    # The place is kept over a whole load, too.
    page.reload(wait_until="load")
    until(page, "() => Math.round(scrollY) === 700")
    page.go_back(wait_until="load")
    until(page, "() => location.pathname === '/tanh/' && Math.round(scrollY) === 1500")
    assert page.faults == []


def test_a_link_to_a_place_on_another_page(page, address):
    open_at(page, address + "tanh/")
    number = page.locator("data", has_text="54.23").first
    number.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, "() => location.pathname === '/code/tanh/'")
    until(page, "() => document.activeElement.matches(':target')")
    line = page.evaluate("document.activeElement.parentElement.textContent")
    assert "kappa" in line
    box = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert 0 <= box < 800
    page.go_back()
    arrived(page, "/tanh/")
    assert page.evaluate(NOTE) is None
    page.go_forward()
    until(page, "() => location.pathname === '/code/tanh/' && document.querySelector(':target')")
    assert page.loads == []
    assert page.faults == []


def test_a_place_inside_a_folded_part_is_unfolded(page, address, built):
    text = (built[0] / "tanh" / "index.html").read_text(encoding="utf-8")
    planted, count = re.subn(r'(<details class="success"[^>]*>.*?)<p>', r'\1<p id="planted">', text, count=1,
                             flags=re.DOTALL)  # fmt: skip
    assert count == 1
    page.route("**/tanh/", lambda route: route.fulfill(content_type="text/html", body=planted))
    open_at(page, address + "relu/")
    plant(page, "<a id='to' href='../tanh/#planted'>x</a>")
    page.locator("#to").click()
    until(page, "() => document.activeElement.id === 'planted'")
    assert page.locator("details.success:has(#planted)").get_attribute("open") is not None
    assert page.loads == []


def test_links_within_a_page_fetch_nothing(page, address):
    open_at(page, address + "tanh/")

    def there_and_back():
        page.locator("nav.toc a").nth(2).click()
        until(page, "() => location.hash && scrollY > 100")
        place = page.evaluate(SCROLLED)
        page.locator("nav.toc a").nth(0).click()
        until(page, "place => Math.round(scrollY) !== place", place)
        page.wait_for_timeout(200)
        page.go_back()
        until(page, "place => Math.round(scrollY) === place", place)

    assert asked_by(page, there_and_back) == []
    assert page.loads == []


def head_and_body(page):
    """What two copies of a page must share; addresses in full, without what tells of the way there."""
    return page.evaluate("""() => {
        const skipped = '[rel=preload], [rel=icon], [rel=stylesheet], script';
        const head = [...document.head.children].filter(e => !e.matches(skipped))
            .map(e => e.localName === 'link' ? `${e.rel} ${e.href}` : e.outerHTML).sort();
        const body = document.body.cloneNode(true);
        body.querySelector(':scope > [role=status]').textContent = '';
        body.querySelector('dialog').remove();
        body.querySelector('h1').removeAttribute('tabindex');
        for (const current of body.querySelectorAll('nav.toc [aria-current]')) {
            current.removeAttribute('aria-current');
        }
        return {head, class: body.className, body: body.innerHTML};
    }""")


def test_a_page_swapped_in_is_the_page(context, page, address, built):
    """All pages, each compared with an ordinary load of it."""
    names = ["", *(f"{name}/" for name in PAGES)]
    names += [f"{p.parent.relative_to(built[0])}/" for p in built[0].glob("code/**/index.html")][:4]
    whole = context.new_page()
    open_at(page, address + "code/tanh/")
    for name in names:
        page.evaluate(
            "url => { const a = document.createElement('a'); a.href = url;"
            " document.querySelector('main').append(a); a.click(); }",
            address + name,
        )
        arrived(page, f"/{name}")
        whole.goto(address + name, wait_until="load")
        for _ in range(40):  # modules come, and what overflows is marked after the first layout
            if head_and_body(page) == head_and_body(whole):
                break
            page.wait_for_timeout(50)
        assert head_and_body(page) == head_and_body(whole), name
    assert page.loads == []
    assert page.faults == []


def test_the_math_font_is_asked_for_with_the_first_page_that_has_formulas(page, address):
    fonts = []
    page.on("request", lambda request: "math.woff2" in request.url and fonts.append(request.url))
    open_at(page, address + "404.html")
    assert fonts == []
    follow(page, ".contents a[href$='tanh/']")
    arrived(page, "/tanh/")
    follow(page, ".contents a[href$='relu/']")
    arrived(page, "/relu/")
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert page.evaluate("document.fonts.check('16px \"Book Math\"')")
    assert len(fonts) == 1


def test_everything_works_on_a_page_swapped_in(context, page, address):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_at(page, address + "relu/")
    page.get_by_role("button", name="Dark scheme").click()
    follow(page, "footer a[rel=prev]")
    arrived(page, "/tanh/")
    assert page.get_by_role("button", name="Light scheme").is_visible()
    page.get_by_role("button", name="Light scheme").click()
    assert page.get_by_role("button", name="Dark scheme").is_visible()
    page.get_by_role("button", name="Copy").first.click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@elementwise\ndef tanh(z):")
    page.locator("data", has_text="54.23").first.focus()
    assert page.evaluate(NOTE).startswith("kappa['0 and 1', 10]")
    page.locator(".contents summary").click()
    page.locator(".contents").get_by_text("Reference card").click()
    arrived(page, "/reference/")
    assert not page.locator(".contents nav").is_visible()
    page.get_by_label("Find", exact=True).fill("gelu")
    until(page, "() => document.querySelector('.card-tools output').textContent.startsWith('2 of')")
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("centring")
    page.wait_for_selector("#search li mark")
    path = page.evaluate("document.querySelector('#search li a').pathname")
    page.keyboard.press("Enter")
    until(page, "path => window.swappedIn === path && location.pathname === path", path)
    until(page, "() => document.activeElement.closest('article') !== null")
    assert not page.locator("#search").is_visible()
    page.wait_for_timeout(200)
    top = page.evaluate("document.querySelectorAll('nav.toc [aria-current]').length")
    assert top <= 1
    assert page.loads == []
    assert page.faults == []


def test_modules_are_asked_for_once_and_only_where_they_serve(built, page, address):
    asked, reference = [], asset(built[0], "reference.js")
    page.on("request", lambda request: asked.append(urlparse(request.url).path))
    open_at(page, address + "relu/")
    page.wait_for_timeout(200)
    assert reference not in asked
    for _ in range(2):
        follow(page, ".contents a[href$='reference/']")
        arrived(page, "/reference/")
        page.wait_for_selector(".card-tools")
        follow(page, ".contents a[href$='relu/']")
        arrived(page, "/relu/")
    assert [path for path in asked if path.endswith("reference.js")] == [reference]
    assert asked.count(asset(built[0], "page.js")) == 1


def test_a_worker_lives_on_and_an_element_is_told_that_it_goes(page, address):
    script = "let n = 0; onmessage = () => postMessage(++n);"
    page.route("**/figures/counts.js", lambda route: route.fulfill(
        content_type="text/javascript", body=script))  # fmt: skip
    open_at(page, address + "tanh/")
    page.evaluate("""() => {
        window.worker = new Worker('../figures/counts.js');
        window.gone = 0;
        customElements.define('x-probe', class extends HTMLElement {
            disconnectedCallback() { window.gone += 1; }
        });
        document.querySelector('main').append(document.createElement('x-probe'));
    }""")
    count = """() => new Promise(done => {
        worker.onmessage = event => done(event.data);
        worker.postMessage(0);
    })"""
    assert page.evaluate(count) == 1
    follow(page, "footer a[rel=next]")
    arrived(page, "/relu/")
    assert page.evaluate(count) == 2
    assert page.evaluate("gone") == 1
    assert page.faults == []


def plant(page, html):
    page.evaluate(
        "html => document.querySelector('main').insertAdjacentHTML('afterbegin', html)", html
    )


def test_what_is_no_plain_link_to_a_page_is_left_to_the_browser(built, context, page, address):
    open_at(page, address + "tanh/")
    with context.expect_page() as opened:
        page.locator("footer a[rel=next]").click(modifiers=["ControlOrMeta"])
    opened.value.close()
    plant(page, "<a id='t' target='_blank' href='../relu/'>x</a>")
    with context.expect_page() as opened:
        page.locator("#t").click()
    opened.value.close()
    plant(page, "<a id='d' download href='../or-notebook.ipynb'>x</a>")
    with page.expect_download() as download:
        page.locator("#d").click()
    assert download.value.suggested_filename == "or-notebook.ipynb"
    # A button inside a link, and a link that a script has answered already.
    page.evaluate("document.querySelector('footer a[rel=next]').addEventListener('click',"
                  " event => event.preventDefault())")  # fmt: skip
    page.locator("footer a[rel=next]").click()
    page.wait_for_timeout(100)
    assert page.url == address + "tanh/"
    assert page.loads == []
    plant(page, f"<a id='f' href='{figure(built[0], 'tanh-and-sigmoid.light.svg')}'>x</a>")
    page.locator("#f").click()
    page.wait_for_url("**.svg")


@pytest.mark.parametrize("fault", ["missing", "type", "network", "version", "redirect", "half"])
def test_what_comes_otherwise_than_expected_is_loaded_whole(page, address, fault):
    wrong = []

    def answer(route):
        if route.request.resource_type != "fetch":
            route.continue_()
            return
        wrong.append(route.request.url)
        if fault == "missing":
            route.fulfill(status=404, content_type="text/html", body="<h1>gone</h1>")
        elif fault == "type":
            route.fulfill(content_type="text/plain", body="<h1>text</h1>")
        elif fault == "network":
            route.abort()
        elif fault == "redirect":
            route.fulfill(status=200, content_type="text/html", body="<!doctype html>")
        else:
            text = route.fetch().text()
            old, new = {
                "version": ("/page.js", "/page.js?newer"),
                "half": ('<footer class="site">', "<footer>"),
            }[fault]
            assert old in text
            route.fulfill(content_type="text/html", body=text.replace(old, new))

    page.route("**/relu/", answer)
    open_at(page, address + "tanh/")
    follow(page, "footer a[rel=next]")
    until(page, "() => document.querySelector('h1')?.textContent.startsWith('ReLU')")
    page.wait_for_load_state()
    assert page.loads == [address + "relu/"]
    assert wrong
    assert page.locator("footer a[rel=prev]").is_visible()
    page.go_back()
    until(page, "() => document.querySelector('h1')?.textContent.startsWith('Tanh')")


def test_the_last_of_two_clicks_counts(page, address):
    held = []
    page.route("**/relu/", lambda route: held.append(route))
    open_at(page, address + "tanh/")
    follow(page, ".contents a[href$='relu/']")
    page.wait_for_timeout(600)
    waiting = page.evaluate("getComputedStyle(document.body, '::before').content")
    assert "Loading" in waiting
    follow(page, ".contents a[href$='smooth/']")
    arrived(page, "/smooth/")
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    assert page.url == address + "smooth/"
    assert page.evaluate("getComputedStyle(document.body, '::before').content") == "none"
    assert page.loads == []


def test_a_moment_on_a_link_fetches_its_page_once(page, address):
    open_at(page, address + "tanh/")
    link = page.locator("footer a[rel=next]")
    assert asked_by(page, link.hover) == ["/relu/"]
    assert asked_by(page, link.click) == []
    arrived(page, "/relu/")
    # Only passing over links is no moment.
    page.locator(".contents summary").click()
    box = page.locator(".contents nav").bounding_box()

    def pass_over():
        page.mouse.move(box["x"] + 40, box["y"] + 40)
        page.mouse.move(box["x"] + 40, box["y"] + box["height"] - 40, steps=30)
        page.mouse.move(5, 790)

    assert len(asked_by(page, pass_over)) <= 1


def test_a_reader_who_saves_data_is_sent_nothing_ahead(page, address):
    page.add_init_script(
        "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    )
    open_at(page, address + "tanh/")
    assert asked_by(page, page.locator("footer a[rel=next]").hover) == []


def test_fifty_navigations_leave_nothing_behind(context, page, address):
    open_at(page, address + "reference/")
    tools = context.new_cdp_session(page)
    tools.send("Performance.enable")

    def count():
        for _ in range(3):
            tools.send("HeapProfiler.collectGarbage")
        metrics = tools.send("Performance.getMetrics")["metrics"]
        return {m["name"]: m["value"] for m in metrics}

    def round_trip():
        for name in ("tanh", "or-gate", "smooth", "choosing", "reference"):
            follow(page, f".contents a[href$='{name}/']")
            arrived(page, f"/{name}/")
            page.evaluate("document.querySelector('data')?.focus()")

    round_trip()
    before = count()
    for _ in range(10):
        round_trip()
    after = count()
    for name in ("Nodes", "JSEventListeners", "Documents"):
        assert after[name] <= before[name] * 1.05 + 5, (name, before[name], after[name])
    assert page.loads == []


def test_no_page_has_two_titles_in_its_head(built):
    """What navigation compares and swaps is in the head of every page, once."""
    for path in built[0].rglob("*.html"):
        if path.is_relative_to(built[0] / "embed"):
            continue  # shown in a frame: nobody navigates there
        text = path.read_text(encoding="utf-8")
        assert len(re.findall("<title>", text)) == 1, path
        for part in (
            '<header class="site">',
            '<div class="page( with-toc)?">',
            '<footer class="site">',
        ):
            assert len(re.findall(part, text)) == 1, (path, part)
        # The style sheet goes by this class.
        assert ('<div class="page with-toc">' in text) == ('<nav class="toc"' in text), path
