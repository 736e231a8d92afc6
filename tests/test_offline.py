"""The book without a network: whole after one visit, renewed at the next load, never mixed."""

import re
import shutil
import subprocess
import sys

import pytest

import offline
from engines import Quiet, Server
from planted import Copy
from scripts import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READY = """async () => {
    const {active, waiting, installing} = await navigator.serviceWorker.ready;
    return active.state === 'activated' && !waiting && !installing;
}"""
# Looks for a newer version, as the browser itself does a second after each load, and waits for it.
UPDATED = """async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const coming = registration.installing ?? registration.waiting;
    if (!coming) return registration.active.state;
    await new Promise(done => coming.addEventListener('statechange', () =>
        ['activated', 'redundant'].includes(coming.state) && done()));
    return coming.state;
}"""
KEPT = """async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async n => (await (await caches.open(n)).keys())));
    return all.flat().map(request => request.url);
}"""
# What the page itself shows, and what the page gets when it asks for another file now.
VERSION = "() => document.querySelector('h1').textContent.match(/edition \\w+/)?.[0] ?? 'first'"


class Host:
    """A static host: the site in a subfolder, as on GitHub Pages; it can be shut and opened."""

    def __init__(self, folder):
        self.folder, self.port, self.asked = folder, 0, []
        self.open()

    def open(self):
        import functools
        import threading

        asked = self.asked

        class Noting(Quiet):
            def do_GET(self):
                asked.append(self.path)
                super().do_GET()

        handler = functools.partial(Noting, directory=str(self.folder))
        self.server = Server(("127.0.0.1", self.port), handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def shut(self):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path=""):
        return f"http://127.0.0.1:{self.port}/book/{path}"


@pytest.fixture
def site(built, tmp_path):
    shutil.copytree(built[0], tmp_path / "host" / "book")
    return tmp_path / "host" / "book"


@pytest.fixture
def host(site):
    running = Host(site.parent)
    yield running
    running.shut()


@pytest.fixture
def context(chromium):
    opened = chromium.new_context()
    yield opened
    opened.close()


def until(page, condition):
    """Wait for a condition. Playwright's own wait runs text as code, which the policy forbids."""
    for _ in range(300):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(condition)


def visit(context, host, path=""):
    page = context.new_page()
    page.goto(host.url(path), wait_until="load")
    until(page, READY)
    return page


def drawn(site, scheme):
    """The file of a figure."""
    (path,) = site.glob(f"figures/tanh-and-sigmoid.{scheme}.*.svg")
    return path


def publish(site, edition):
    """A new version: a changed heading, a changed figure, a page that is gone, the list renewed."""
    file = site / "tanh" / "index.html"
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"Tanh: why centre\?( edition \w+)?<", f"Tanh: why centre? {edition}<", text)
    file.write_text(text, encoding="utf-8")
    figure = drawn(site, "light")
    content = figure.read_text(encoding="utf-8").split("<!-- edition")[0]
    figure.write_text(f"{content}<!-- {edition} -->", encoding="utf-8")
    (site / "snippets" / "tanh.py").unlink(missing_ok=True)
    offline.write_worker(site)


def asks(page, path):
    return page.evaluate("path => fetch(path).then(answer => answer.text())", path)


def test_after_one_visit_the_whole_book_is_there(context, host, site):
    page = visit(context, host)
    faults = []
    context.set_offline(True)
    host.shut()
    host.asked.clear()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(host.url("tanh/"))
    assert "why centre?" in page.text_content("h1")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight") == "600"
    page.evaluate("document.querySelectorAll('img.figure').forEach(i => i.loading = 'eager')")
    until(page, "[...document.querySelectorAll('img.figure')].every(i => i.naturalWidth)")
    # The search, and from its result to another chapter.
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("dying unit")
    page.locator("#search li a[href*='relu']").first.click()
    page.wait_for_url("**/book/*relu/**")
    assert "ReLU" in page.text_content("h1")
    # Every address that is listed, and the two ways to miss one by a hair.
    missing = page.evaluate(
        """async paths => {
            const gone = [];
            for (const path of paths) if (!(await fetch(path)).ok) gone.push(path);
            return gone;
        }""",
        [host.url(path) for path in offline.listed(site) if not offline.is_kept_at_first_use(path)],
    )
    assert missing == []
    for path in ("tanh", "tanh/index.html", "tanh/?h=tanh#exercises"):
        page.goto(host.url(path))
        assert "why centre?" in page.text_content("h1"), path
    assert host.asked == []
    assert faults == []
    host.open()


def test_a_new_version_comes_whole_at_the_next_load(context, host, site):
    first = visit(context, host, "tanh/")
    old = visit(context, host, "tanh/")  # controlled by the first version, and stays open
    files = len([path for path in offline.listed(site) if not offline.is_kept_at_first_use(path)])
    publish(site, "edition two")
    host.asked.clear()

    page = visit(context, host, "tanh/")  # shows the first version, and fetches the second
    assert page.evaluate(VERSION) == "first"
    assert page.evaluate(UPDATED) == "activated"
    # Only what changed was fetched anew: the worker, the page and the figure.
    assert set(host.asked) == {
        "/book/sw.js",
        "/book/tanh/",
        f"/book/figures/{drawn(site, 'light').name}",
    }
    page.reload()
    assert page.evaluate(VERSION) == "edition two"
    assert "edition two" in asks(page, host.url(f"figures/{drawn(site, 'light').name}"))
    # The page that was open meanwhile goes on with its own version, a third one or not.
    assert "edition two" not in asks(old, host.url(f"figures/{drawn(site, 'light').name}"))
    publish(site, "edition three")
    assert page.evaluate(UPDATED) == "activated"
    page.reload()
    assert page.evaluate(VERSION) == "edition three"
    assert "edition" not in asks(old, host.url("tanh/")).split("</h1>")[0][-80:]
    assert len(page.evaluate(KEPT)) > files

    # With the old pages gone, the next version clears away all that is not its own.
    for other in (first, old):
        other.close()
    publish(site, "edition four")
    assert page.evaluate(UPDATED) == "activated"
    page.reload()
    kept = page.evaluate(KEPT)
    assert page.evaluate(VERSION) == "edition four"
    assert len(kept) <= len(offline.listed(site)) + 1 + 2  # and the list, and this page's two
    context.set_offline(True)
    page.reload()
    assert page.evaluate(VERSION) == "edition four"


def test_a_changed_sentence_comes_with_the_next_build(context, host, site, tmp_path):
    """The whole way: build, read, change a chapter, build again, publish, read on, offline too."""
    page = visit(context, host, "tanh/")
    copy = Copy(tmp_path / "changed")
    copy.append("docs/tanh.md", "\nThe second edition says this too.\n")
    code, told = copy.make("build")
    assert code == 0, told
    shutil.rmtree(site)
    shutil.copytree(copy.root / "site", site)
    text = "() => document.querySelector('article').innerText.includes('second edition says this')"
    page.reload()
    until(page, READY)  # the browser may have looked by itself already
    assert page.evaluate(UPDATED) == "activated"
    page.reload()
    assert page.evaluate(text)
    context.set_offline(True)
    page.reload()
    assert page.evaluate(text)


def test_a_link_leads_to_the_new_version_and_never_mixes_two(context, host, site):
    visit(context, host, "relu/").close()
    page = visit(context, host, "relu/")  # controlled by the first version
    loads = []
    page.on("domcontentloaded", lambda p: loads.append(p.url))
    publish(site, "edition two")
    page.locator("footer a[rel=prev]").click()  # swapped in: this page goes on with its own version
    until(page, "() => document.querySelector('h1').textContent.startsWith('Tanh')")
    assert page.evaluate(VERSION) == "first"
    page.locator("footer a[rel=next]").click()
    until(page, "() => document.querySelector('h1').textContent.startsWith('ReLU')")
    assert loads == []
    assert page.evaluate(UPDATED) == "activated"
    page.locator("footer a[rel=prev]").click()
    page.wait_for_load_state()
    until(page, "() => document.querySelector('h1')?.textContent.startsWith('Tanh')")
    assert loads == [host.url("tanh/")]
    assert page.evaluate(VERSION) == "edition two"


def move_assets(site, note):
    """A version with another style sheet: so all assets stand at another address."""
    (old,) = site.glob("assets-*")
    new = old.rename(old.with_name(f"assets-{note}"))
    with (new / "book.css").open("a", encoding="utf-8") as sheet:
        sheet.write(f"/* {note} */\n")
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old.name, new.name), encoding="utf-8")
    offline.write_worker(site)
    return old.name, new.name


STYLED = "() => getComputedStyle(document.querySelector('h1')).fontWeight === '600'"


def test_assets_that_only_moved_are_not_fetched_again_and_ask_for_their_own(context, host, site):
    visit(context, host, "neuron/").close()
    page = visit(context, host, "neuron/")  # controlled by the first version
    until(page, "() => document.querySelector('book-neuron svg') !== null")
    old, new = move_assets(site, "ffffffffff")
    host.asked.clear()
    assert page.evaluate(UPDATED) == "activated"
    moved = [path for path in host.asked if "/assets-" in path]
    assert moved == [f"/book/{new}/book.css"]
    assert not [path for path in host.asked if "/figures/" in path or old in path]

    # The next page is of the new version: from the copies, each at its new address.
    host.asked.clear()
    page.goto(host.url("relu/"))
    until(page, "() => document.querySelector('book-dying svg') !== null")
    assert page.evaluate(STYLED)
    used = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [name for name in used if f"/{new}/explore/figure.js" in name]
    assert not [name for name in used if f"/{old}/" in name]
    assert [path for path in host.asked if "/assets-" in path] == []


def test_a_page_of_the_old_version_keeps_its_own_assets(context, host, site):
    visit(context, host, "tanh/").close()
    page = visit(context, host, "tanh/")
    old, new = move_assets(site, "eeeeeeeeee")
    assert page.evaluate(UPDATED) == "activated"
    host.asked.clear()
    same = page.evaluate(
        """async () => {
            const icon = document.querySelector('link[rel=icon]').href;
            const {WEIGHTS} = await import(new URL('explore/depth.js', icon));
            return Object.keys(WEIGHTS).length > 0;
        }"""
    )
    assert same
    assert host.asked == []
    assert not (site / old).exists()
    assert (site / new).exists()


def test_a_version_that_does_not_come_whole_is_not_used(context, host, site):
    page = visit(context, host, "tanh/")
    # The host is half way through an update: one figure is newer than the list.
    figure = drawn(site, "dark")
    publish(site, "edition two")
    worker = (site / "sw.js").read_text(encoding="utf-8")
    hashed = re.search(rf'{figure.name}": "([^"]+)"', worker)[1]
    torn = worker.replace(hashed, "sha256-" + "A" * 43 + "=")
    (site / "sw.js").write_text(torn, encoding="utf-8")
    assert page.evaluate(UPDATED) == "redundant"
    page.reload()
    assert page.evaluate(VERSION) == "first"
    assert figure.is_file()
    page.wait_for_timeout(
        3000
    )  # a second after the load the browser looks by itself, and fails too
    until(page, READY)
    # The update is done: what came already is not fetched again.
    offline.write_worker(site)
    host.asked.clear()
    assert page.evaluate(UPDATED) == "activated"
    assert len(host.asked) <= 3, host.asked
    page.reload()
    assert page.evaluate(VERSION) == "edition two"


def test_the_list_is_the_same_for_the_same_site(site):
    before = (site / "sw.js").read_bytes()
    offline.write_worker(site)
    assert (site / "sw.js").read_bytes() == before
    assert b"const FILES = {};" not in before
    publish(site, "edition two")
    assert (site / "sw.js").read_bytes() != before


def test_the_book_kept_is_of_bounded_size(site):
    sizes = offline.sizes(site)
    assert sum(small for _, _, small in sizes.values()) < 5_000_000, sizes
    assert sum(small for kind, (_, _, small) in sizes.items() if kind != "svg") < 1_500_000, sizes


def test_under_serve_nothing_is_kept(tmp_path):
    """The hook's events as `mkdocs serve` fires them, on a configuration of this book."""
    code = f"""
import offline
from mkdocs.config import load_config
config = load_config({str(ROOT / "mkdocs.yml")!r}, site_dir={str(tmp_path)!r})
offline.on_startup(command="serve", dirty=False)
config = offline.on_config(config)
assert not any("offline" in str(script) for script in config.extra_javascript)
offline.on_post_build(config)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "hooks", check=True)
    assert "unregister" in (tmp_path / "sw.js").read_text(encoding="utf-8")
