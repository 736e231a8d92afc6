"""Python for the reader's browser: where the build takes it from, and what it does without."""

import functools
import os
import shutil
import subprocess
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

import python_runtime
import run_here
from planted import Copy, python_source
from scripts import ROOT


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Nothing kept from earlier builds; the folder in which a build would keep it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A release of two small files, and the sums of it."""
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "a.js").write_text("one")
    (folder / "b.wasm").write_text("two")
    listed = tmp_path / "release.sha256"
    lines = [f"{python_runtime.digest(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    listed.write_text("".join(lines))
    monkeypatch.setattr(python_runtime, "SUMS", listed)
    return folder


@pytest.fixture
def server(small):
    """An address that serves it; `asked` counts."""
    asked = []

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *arguments):
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=small))
    made.asked, made.url = asked, f"http://127.0.0.1:{made.server_port}/"
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def test_a_folder_is_checked_and_kept_outside_the_work_tree(alone, small):
    folder = python_runtime.provide(str(small))
    assert folder.is_relative_to(alone)
    assert (folder / "a.js").read_text() == "one"
    assert {path.name for path in folder.iterdir()} == {"a.js", "b.wasm"}


def test_an_address_is_asked_once(alone, server):
    python_runtime.provide(server.url)
    assert sorted(server.asked) == ["/a.js", "/b.wasm"]
    python_runtime.provide(server.url)
    assert len(server.asked) == 2
    # A kept file that has been spoilt is fetched anew.
    (python_runtime.kept() / "a.js").write_text("spoilt")
    python_runtime.provide(server.url)
    assert server.asked[2:] == ["/a.js"]
    assert (python_runtime.kept() / "a.js").read_text() == "one"


@pytest.mark.parametrize("by", ["folder", "address"])
def test_a_wrong_file_stops_it(alone, small, server, by):
    (small / "b.wasm").write_text("another")
    with pytest.raises(python_runtime.WrongSum, match=r"b\.wasm: its SHA-256 is"):
        python_runtime.provide(str(small) if by == "folder" else server.url)
    assert not (python_runtime.kept() / "b.wasm").exists()


def test_a_wrong_file_in_a_folder_stops_it_though_a_right_one_is_kept(alone, small):
    python_runtime.provide(str(small))
    (small / "b.wasm").write_text("another")
    with pytest.raises(python_runtime.WrongSum):
        python_runtime.provide(str(small))


@pytest.mark.parametrize("source", ["", "nowhere", "http://127.0.0.1:9/", "file:///nowhere/"])
def test_without_a_source_it_says_so_soon(alone, small, source):
    begun = time.monotonic()
    with pytest.raises(python_runtime.Missing):
        python_runtime.provide(source)
    assert time.monotonic() - begun < 2 * python_runtime.PATIENCE


def test_a_host_that_never_answers_does_not_hold_up_a_build(alone, small, monkeypatch):
    import socket

    monkeypatch.setattr(python_runtime, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        with pytest.raises(python_runtime.Missing, match="timed out"):
            python_runtime.provide(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert time.monotonic() - begun < 5


def test_the_official_address_is_of_the_release_that_the_sums_are_of():
    assert python_runtime.OFFICIAL.endswith(f"/v{python_runtime.VERSION}/full/")
    lock = python_source() and (python_runtime.ROOT / python_source() / "pyodide-lock.json")
    if lock:
        assert f'"version":"{python_runtime.VERSION}"' in lock.read_text().replace('": "', '":"')
    assert {name.split("-")[0] for name in python_runtime.sums()} >= {"numpy", "pyodide"}


def test_the_archive_is_the_same_each_time_and_holds_what_is_imported():
    assert run_here.archive() == run_here.archive()
    names = {path.relative_to(ROOT).as_posix() for path in run_here.contents()}
    assert {"snippets/tanh.py", "hooks/scripts.py", "experiments/digits.json"} <= names
    assert {"theme/python/listings.py", "experiments/digits.txt"} <= names


def test_nothing_binary_of_it_is_committed():
    command = ["git", "ls-files"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    assert [name for name in listed if name.endswith((".wasm", ".whl", ".zip"))] == []


# --- the build


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path)


def build(copy, source, cache):
    environment = dict(os.environ) | {"NO_MKDOCS_2_WARNING": "1", "XDG_CACHE_HOME": str(cache)}
    environment |= {"BOOK_FIGURES": "false", "BOOK_NUMBERS": "false", "PYODIDE_SOURCE": source}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", "made"]
    done = subprocess.run(
        command, cwd=copy.root, env=environment, capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout + done.stderr, copy.root / "made"


@pytest.mark.slow
def test_a_build_without_a_source_has_pages_without_run(copy, tmp_path):
    code, told, site = build(copy, "../nowhere", tmp_path / "cache")
    assert code == 0, told
    assert [line for line in told.splitlines() if "no listing has Run" in line], told
    assert len([line for line in told.splitlines() if "nowhere" in line]) == 1
    assert "data-run" not in (site / "tanh" / "index.html").read_text(encoding="utf-8")
    assert not (site / "python").exists()


@pytest.mark.slow
def test_a_wrong_hash_stops_the_build(copy, tmp_path):
    if not python_source():
        pytest.skip("Python for the browser is not here: PYODIDE_SOURCE names no folder")
    shutil.copytree(python_source(), tmp_path / "wrong")
    wrong = tmp_path / "wrong" / "pyodide.asm.wasm"
    wrong.chmod(0o644)
    content = wrong.read_bytes()
    wrong.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    code, told, site = build(copy, str(tmp_path / "wrong"), tmp_path / "cache")
    assert code != 0
    assert "pyodide.asm.wasm: its SHA-256 is" in told
    assert not (site / "tanh" / "index.html").exists()
