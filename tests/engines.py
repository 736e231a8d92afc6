"""One small harness for three engines: Chromium, Firefox and WebKit, with the same few verbs.

    def test_it(page, address):              # runs three times, once in each engine
        page.open(address + "tanh/")
        page.click("button", "Search")       # the first shown `button` whose text has "Search"
        page.type("centring")
        page.wait_for("document.querySelector('#search li a')")
        assert page.run("(a, b) => a + b", 1, 2) == 3
        assert page.errors() == []

| fixture | is |
|---|---|
| `page` | a fresh `Page` of each engine in turn: 1280 by 900, light, nothing stored |
| `engine` | an engine in turn, for pages of your own: `engine.page(width=360, scheme="dark")` |
| `address` | where the built site is served, ending in `/` |
| `chromium` | Playwright's own browser, for what only it can do (offline, throttling, no JavaScript) |

    pytestmark = [pytest.mark.browser, pytest.mark.slow]
    @pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)   # fewer than three

How each is driven:

- Chromium by Playwright.
- Firefox by WebDriver BiDi, which it speaks itself: no geckodriver, which Debian does not package.
  Playwright's own way to a stock Firefox asks for a BiDi command that the ESR does not have.
- WebKit by Selenium, through Debian's WebKitWebDriver, with MiniBrowser on a virtual screen (Xvfb).

All three send real pointer and key events. Clicks scroll into view and go to the middle of the
element. `errors()` has what the console and uncaught exceptions said, policy violations included;
WebKit's driver does not tell them, so there `open` installs listeners for uncaught exceptions, lost
promises and policy violations, and does not see what happens before the page has loaded.
"""

import contextlib
import functools
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]

# Debian's name of what is missing, so that the line that says so says how to get it.
PACKAGES = {"chromium": "chromium", "firefox": "firefox-esr", "webkit": "webkit2gtk-driver xvfb"}


class Missing(Exception):
    """An engine is not on this machine."""


def found(*names):
    """The path of the first of these programs that is here."""
    path = next((path for name in names if (path := shutil.which(name))), None)
    if not path:
        raise Missing(names[0])
    return path


def missing(name):
    """Skip the test, with the line that says how to get the engine; on CI fail it."""
    told = f"no {name} here: apt-get install {PACKAGES[name]}"
    # On CI a missing browser is a fault of the set-up, not a reason to test less.
    assert not os.environ.get("CI"), told
    pytest.skip(told)


# What is evaluated may be an expression or a function; a function is called with the arguments.
# Evaluated by the driver, which a page's policy does not concern.
_RUN = """async (...given) => {
    const value = await (%s);
    return typeof value === 'function' ? value(...given) : value;
}"""

# The first shown element that fits. A text is compared without case and extra spaces.
_FIND = """(selector, text) => [...document.querySelectorAll(selector)].find(element =>
    element.getClientRects().length
    && element.textContent.replace(/\\s+/g, ' ').toLowerCase().includes((text ?? '').toLowerCase()))"""

_CENTRE = """element => {
    element.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
    const box = element.getClientRects()[0];
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""


class Page:
    """What the pages of all engines can do; the engines add how."""

    def open(self, url):
        """Go to an address, and wait until all of it has loaded."""
        raise NotImplementedError

    def run(self, script, *arguments):
        """The value of a JavaScript expression, or of a function called with these arguments."""
        raise NotImplementedError

    def point(self, x, y, to=None):
        """Press at a place of the window and let go; with `to`, move there in between."""
        raise NotImplementedError

    def press(self, keys):
        """Press a key, such as `Enter`, `ArrowLeft`, `a` or `Shift+Tab`."""
        raise NotImplementedError

    def type(self, text):
        """Type a text where the focus is."""
        raise NotImplementedError

    def resize(self, width, height):
        raise NotImplementedError

    def screenshot(self, path):
        """Write what the window shows as a PNG file."""
        raise NotImplementedError

    def errors(self):
        """What went wrong on the pages opened so far, as a list of texts."""
        raise NotImplementedError

    def forget_errors(self):
        raise NotImplementedError

    def close(self):
        raise NotImplementedError

    def click(self, selector, text=None):
        """Click the middle of the first shown element that has this text."""
        self.point(*self._place(selector, text))

    def drag(self, selector, right, down):
        """Drag an element from its middle, by so many pixels."""
        x, y = self._place(selector)
        self.point(x, y, to=(x + right, y + down))

    def wait_for(self, script, *arguments, seconds=30):
        """Wait until a script gives a true value, and return that."""
        end = time.monotonic() + seconds
        while True:
            try:
                if value := self.run(script, *arguments):
                    return value
                fault = "its last value was false"
            except Exception as error:  # a page that is just being left cannot be asked
                fault = str(error)
            assert time.monotonic() < end, f"{script} never came true: {fault}"
            time.sleep(0.05)

    def _place(self, selector, text=None):
        script = f"(...given) => {{ const e = ({_FIND})(...given); return e && ({_CENTRE})(e); }}"
        return self.wait_for(script, selector, text, seconds=10)


# --- Chromium


class Chromium:
    name = "chromium"

    def __init__(self, browser):
        self.browser = browser

    def page(self, width=1280, height=900, scheme="light"):
        context = self.browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": height}
        )
        return _ChromiumPage(context)

    def close(self):
        pass  # the browser belongs to the fixture that opened it


class _ChromiumPage(Page):
    def __init__(self, context):
        self.context = context
        self.tab = context.new_page()
        self.faults = []
        self.tab.on("console", lambda m: m.type == "error" and self.faults.append(m.text))
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))

    def open(self, url):
        self.tab.goto(url, wait_until="load")

    def run(self, script, *arguments):
        return self.tab.evaluate(f"given => ({_RUN % script})(...given)", list(arguments))

    def point(self, x, y, to=None):
        mouse = self.tab.mouse
        mouse.move(x, y)
        mouse.down()
        if to:
            mouse.move(*to, steps=8)
        mouse.up()

    def press(self, keys):
        self.tab.keyboard.press(keys)

    def type(self, text):
        self.tab.keyboard.type(text)

    def resize(self, width, height):
        self.tab.set_viewport_size({"width": width, "height": height})

    def screenshot(self, path):
        self.tab.screenshot(path=path)

    def errors(self):
        return list(self.faults)

    def forget_errors(self):
        self.faults.clear()

    def close(self):
        self.context.close()


# --- What WebDriver calls the keys, for the other two


def _key(name):
    from selenium.webdriver.common.keys import Keys

    return name if len(name) == 1 else getattr(Keys, _KEYS.get(name, name.upper()))


_KEYS = {
    **{f"Arrow{side}": f"ARROW_{side.upper()}" for side in ("Left", "Right", "Up", "Down")},
    **{"PageUp": "PAGE_UP", "PageDown": "PAGE_DOWN"},
}


def _strokes(keys):
    """The key actions of a press: all down in turn, and up again."""
    names = [_key(name) for name in keys.split("+")] if len(keys) > 1 else [keys]
    down = [{"type": "keyDown", "value": name} for name in names]
    return down + [{"type": "keyUp", "value": name} for name in reversed(names)]


def _typing(text):
    return [stroke for letter in text for stroke in _strokes(letter)]


def _pointing(x, y, to):
    """The pointer actions of a click or a drag."""

    def move(x, y, milliseconds=0):
        place = {"x": round(x), "y": round(y), "origin": "viewport"}
        return {"type": "pointerMove", "duration": milliseconds, **place}

    actions = [move(x, y), {"type": "pointerDown", "button": 0}]
    if to:
        for step in range(1, 9):
            actions.append(move(x + (to[0] - x) * step / 8, y + (to[1] - y) * step / 8, 16))
    return [*actions, {"type": "pointerUp", "button": 0}]


class _DriverPage(Page):
    """Both drivers take the same actions, which WebDriver defines."""

    def act(self, sources):
        raise NotImplementedError

    def point(self, x, y, to=None):
        pointer = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}}
        self.act([pointer | {"actions": _pointing(x, y, to)}])

    def press(self, keys):
        self.act([{"type": "key", "id": "keys", "actions": _strokes(keys)}])

    def type(self, text):
        self.act([{"type": "key", "id": "keys", "actions": _typing(text)}])


# --- Firefox

# What would ask third parties, or come between the page and the test.
_PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.disable_beforeunload": True,
    "extensions.update.enabled": False,
    "messaging-system.rsexperimentloader.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    # Without a screen Firefox takes itself for a telephone: here it has a mouse.
    "ui.allPointerCapabilities": 6,
    "ui.primaryPointerCapabilities": 6,
}


class Firefox:
    name = "firefox"

    def __init__(self):
        self.path = found("firefox-esr", "firefox")
        self.running = {}  # scheme -> _FirefoxProcess: the scheme is a setting of the whole browser

    def page(self, width=1280, height=900, scheme="light"):
        if scheme not in self.running:
            self.running[scheme] = _FirefoxProcess(self.path, scheme)
        return _FirefoxPage(self.running[scheme], width, height)

    def close(self):
        for process in self.running.values():
            process.close()


class _FirefoxProcess:
    """One headless Firefox, and the connection over which it takes commands."""

    def __init__(self, path, scheme):
        import websocket

        self.profile = tempfile.mkdtemp(prefix="firefox-")
        settings = _PREFERENCES | {
            "layout.css.prefers-color-scheme.content-override": ["dark", "light"].index(scheme)
        }
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in settings.items()]
        Path(self.profile, "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [path, "--headless", "--remote-debugging-port=0", "--profile", self.profile]
        self.process = subprocess.Popen(
            [*command, "--no-remote"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = []
        for line in self.process.stderr:
            said.append(line)
            if "BiDi listening on" in line:
                break
        else:
            raise RuntimeError("Firefox did not start:\n" + "".join(said))
        # What it says from now on is read and dropped: a full pipe would stop it.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        url = f"{line.split()[-1]}/session"
        self.socket = websocket.create_connection(url, timeout=120, suppress_origin=True)
        self.last = 0
        self.events = []  # (page, text) of each error
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])

    def send(self, method, **parameters):
        """Send a command and wait for its answer; errors that pages log meanwhile are kept."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "log.entryAdded":
                self.note(answer["params"])
            elif answer.get("id") == self.last:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
                return answer["result"]

    def note(self, entry):
        if entry["level"] == "error":
            self.events.append((entry["source"].get("context"), entry["text"]))

    def close(self):
        # A browser that died already has no connection to end.
        with contextlib.suppress(Exception):
            self.send("session.end")
            self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=30)
        shutil.rmtree(self.profile, ignore_errors=True)


class _FirefoxPage(_DriverPage):
    def __init__(self, process, width, height):
        self.process = process
        self.user = process.send("browser.createUserContext")["userContext"]
        made = process.send("browsingContext.create", type="tab", userContext=self.user)
        self.context = made["context"]
        self.resize(width, height)

    def send(self, method, **parameters):
        return self.process.send(method, context=self.context, **parameters)

    def open(self, url):
        self.send("browsingContext.navigate", url=url, wait="complete")

    def run(self, script, *arguments):
        # As JSON in and out: BiDi's own serialization is that of JavaScript, not of Python.
        wrapped = f"async given => JSON.stringify(await ({_RUN % script})(...JSON.parse(given))) ?? 'null'"
        answer = self.process.send(
            "script.callFunction",
            functionDeclaration=wrapped,
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def act(self, sources):
        self.send("input.performActions", actions=sources)

    def resize(self, width, height):
        self.send("browsingContext.setViewport", viewport={"width": width, "height": height})

    def screenshot(self, path):
        import base64

        data = self.send("browsingContext.captureScreenshot")["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def errors(self):
        self.run("0")  # reads what has come since
        return [text for context, text in self.process.events if context == self.context]

    def forget_errors(self):
        self.run("0")
        self.process.events = [e for e in self.process.events if e[0] != self.context]

    def close(self):
        self.process.send("browser.removeUserContext", userContext=self.user)


# --- WebKit


def _mini_browser():
    places = sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.*/MiniBrowser"))
    if not places:
        raise Missing("MiniBrowser")
    return str(places[-1])


class WebKit:
    name = "webkit"

    def __init__(self):
        self.driver, screen = found("WebKitWebDriver"), found("Xvfb")
        self.browser = _mini_browser()
        command = [screen, "-displayfd", "1", "-screen", "0", "1920x2000x24", "-nolisten", "tcp"]
        self.screen = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.display = ":" + self.screen.stdout.readline().strip()

    def page(self, width=1280, height=900, scheme="light"):
        theme = {"light": "Adwaita", "dark": "Adwaita:dark"}[scheme]
        environment = {"DISPLAY": self.display, "GDK_BACKEND": "x11", "GTK_THEME": theme}
        return _WebKitPage(self.driver, self.browser, os.environ | environment, width, height)

    def close(self):
        self.screen.terminate()
        self.screen.wait(timeout=30)


class _WebKitPage(_DriverPage):
    """Each page is a browser of its own: nothing is stored between them."""

    def __init__(self, driver, browser, environment, width, height):
        from selenium import webdriver
        from selenium.webdriver.webkitgtk.service import Service

        options = webdriver.WebKitGTKOptions()
        options.binary_location = browser
        options.add_argument("--automation")
        options.add_argument("--full-screen")  # no bar with buttons, which no narrow window holds
        self.driver = webdriver.WebKitGTK(options=options, service=Service(driver, env=environment))
        self.driver.set_script_timeout(120)
        self.resize(width, height)

    def open(self, url):
        self.driver.get(url)
        # The driver goes on when the page is parsed: modules have not run then.
        self.wait_for("document.readyState === 'complete'")
        self.run(_WATCH)

    def run(self, script, *arguments):
        return self.driver.execute_script(f"return ({_RUN % script})(...arguments)", *arguments)

    def act(self, sources):
        self.driver.execute("actions", {"actions": sources})

    def resize(self, width, height):
        self.driver.set_window_rect(0, 0, width, height)
        self.wait_for("w => innerWidth === w", width, seconds=5)

    def screenshot(self, path):
        self.driver.save_screenshot(str(path))

    def errors(self):
        return self.run("window.errorsSeen ?? []")

    def forget_errors(self):
        self.run("() => { window.errorsSeen = []; return true; }")

    def close(self):
        self.driver.quit()


_WATCH = """() => {
    window.errorsSeen = [];
    const note = text => window.errorsSeen.push(text);
    addEventListener('error', event => note(event.message));
    addEventListener('unhandledrejection', event => note(String(event.reason)));
    addEventListener('securitypolicyviolation',
        event => note(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    const before = console.error;
    console.error = (...said) => { note(said.join(' ')); before(...said); };
}"""


# --- Fixtures; conftest.py makes them known to all tests


@pytest.fixture(scope="module")
def chromium():
    """Playwright's Chromium. One for a module: two Playwrights cannot run in one thread."""
    try:
        # The shell is Chromium without the windows that no test looks at: the same engine, in two thirds
        # of the time.
        path = found("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    except Missing:
        missing("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=["chromium", "firefox", "webkit"])
def engine(request):
    if request.param == "chromium":
        yield Chromium(request.getfixturevalue("chromium"))
        return
    try:
        running = {"firefox": Firefox, "webkit": WebKit}[request.param]()
    except Missing:
        missing(request.param)
    yield running
    running.close()


@pytest.fixture
def page(engine):
    opened = engine.page()
    yield opened
    opened.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # a browser opens many at once; past five, Python's default drops some

    def handle_error(self, request, client_address):
        pass  # a page that was closed while it loaded


@contextlib.contextmanager
def serve(folder):
    """The address at which a folder is served for a while."""
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def address(built):
    with serve(built[0]) as found_at:
        yield found_at
