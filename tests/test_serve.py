"""`mkdocs serve`: a broken snippet shows its error and mends on the next save, without a loop."""

import html
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

from planted import Copy, environment

pytestmark = pytest.mark.slow


class Server:
    """mkdocs serve on a free port, with all it prints."""

    def __init__(self, root):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            command, cwd=root, env=environment(), stderr=subprocess.PIPE, text=True
        )
        self.log = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stderr:
            self.log.append(line)

    def rebuilds(self):
        return sum("Detected file changes" in line for line in self.log)

    def get(self, page):
        address = f"http://127.0.0.1:{self.port}/{page}"
        with urllib.request.urlopen(address, timeout=60) as answer:
            # Without the numbers by which the page asks whether it is out of date.
            return re.sub(r"livereload\(\d+, \d+\)", "", answer.read().decode())

    def wait(self, page, text, seconds=240):
        """The page once it holds the text; fails after some seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                found = self.get(page)
                if text in found:
                    return found
            except OSError:
                assert self.process.poll() is None, "".join(self.log)
            time.sleep(0.2)
        raise AssertionError(f"{text!r} never came:\n" + "".join(self.log[-30:]))

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path)


@pytest.fixture
def server(copy):
    running = Server(copy.root)
    yield running
    running.stop()


# What a writer breaks while the server runs: file, old and new text, page, what the page then says.
BREAKAGES = [
    ("snippets/tanh.py", "z0 = np.array(", "z0 = np.no_array(", "tanh/", "AttributeError"),
    ("snippets/tanh.py", "def lecun_tanh(z):", "def lecun_tanh(z:", "tanh/", "SyntaxError"),
    ("docs/tanh.md", '"tanh.py:slopes"', '"tanh.py:slope"', "tanh/", "section 'slope' is not in"),
    ("docs/tanh.md", "snippet: tanh", "snippet: [tanh", "tanh/", "front matter"),
    ("docs/or-notebook.py", "updates = 0", "updates = nought", "or-notebook/", "NameError"),
]


def test_a_fault_shows_on_its_page_and_mends_on_the_next_save(copy, server):
    server.wait("tanh/", "Why does centring help?")
    whole = {page: server.get(page) for page in ("tanh/", "or-notebook/")}
    for number, (file, old, new, page, cause) in enumerate(BREAKAGES, start=1):
        copy.replace(file, old, new)
        line = copy.line_of(file, new)
        shown = html.unescape(re.sub(r"<[^>]+>", "", server.wait(page, "This page has a fault")))
        assert cause in shown
        assert re.search(rf"{file}:({line}|{line + 1}):", shown), shown[:3000]
        # The other pages stay readable meanwhile.
        assert "This page has a fault" not in server.get("sigmoid/")
        copy.replace(file, new, old)
        server.wait(page, "Exercises" if page == "tanh/" else "Restart and run all")
        assert server.rebuilds() == 2 * number, "".join(server.log)
    assert whole == {page: server.get(page) for page in whole}
    assert server.process.poll() is None
    time.sleep(4)
    assert server.rebuilds() == 2 * len(BREAKAGES), "".join(server.log)


def test_starting_with_a_broken_snippet_shows_it_too(copy):
    copy.replace("docs/tanh.md", '"tanh.py:slopes"', '"tanh.py:slope"')
    running = Server(copy.root)
    try:
        running.wait("tanh/", "This page has a fault")
        copy.replace("docs/tanh.md", '"tanh.py:slope"', '"tanh.py:slopes"')
        running.wait("tanh/", "Why does centring help?")
    finally:
        running.stop()


def test_a_changed_snippet_changes_its_figure(copy, server):
    server.wait("tanh/", "Why does centring help?")
    before = server.get("figures/tanh-and-sigmoid.light.svg")
    copy.replace("snippets/tanh.py", "ylim=(-1.1, 1.1)", "ylim=(-1.4, 1.4)")
    end = time.monotonic() + 240
    while server.get("figures/tanh-and-sigmoid.light.svg") == before:
        assert time.monotonic() < end
        time.sleep(0.2)
    time.sleep(4)
    assert server.rebuilds() == 1
