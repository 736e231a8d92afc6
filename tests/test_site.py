"""The built site: complete, strict, and pointing nowhere that does not exist."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlparse

import pytest

import anchors
from citations import read_bibliography
from planted import environment
from scripts import ROOT

# Hosts of links that a reader may follow: the licences, and what the bibliography names. Nothing is
# ever loaded from them. A published site also links to a viewer of notebooks, and the
# colophon to the home and the licences of what runs in the browser.
LINKED_HOSTS = {
    "creativecommons.org",
    "opensource.org",
    "doi.org",
    "nbviewer.org",
    "pyodide.org",
    "docs.python.org",
    "numpy.org",
    "www.mozilla.org",
} | {
    urlparse(entry.fields["url"]).netloc
    for entry in read_bibliography().values()
    if "url" in entry.fields
}

PAGES = [
    *("neuron", "why-activations", "differentiation", "sigmoid", "tanh", "relu", "leaky-relu"),
    *("one-neuron-limits", "smooth", "depth", "choosing", "reference", "verdicts", "glossary"),
    *("or-gate", "or-notebook", "corrections", "bibliography", "colophon"),
    *("teaching", "scale"),
]


class Page(HTMLParser):
    """Ids, links, loaded resources and images of one page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.images = set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "img":
            self.images.append(found)
        if tag in ("script", "img", "iframe", "source", "audio", "video") and "src" in found:
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") not in ("canonical", "prev", "next"):
            self.loads.append(found["href"])


@pytest.fixture(scope="session")
def pages(built):
    folder, _ = built
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}


def test_strict_build_passes(built):
    _, done = built
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr.replace("[IPKernelApp] WARNING", "")


def test_every_chapter_is_there(built):
    folder, _ = built
    for name in PAGES:
        assert (folder / name / "index.html").is_file()
    assert (folder / "or-notebook.ipynb").is_file()


def test_links_and_anchors_lead_somewhere(built, pages):
    folder, _ = built
    by_path = {path.relative_to(folder).as_posix(): page for path, page in pages.items()}
    dead = []
    for name, page in by_path.items():
        for link in [*page.links, *page.loads]:
            address = urlparse(urljoin(f"http://site/{name}", link))
            if address.netloc != "site" or address.scheme != "http":
                continue
            target = unquote(address.path).lstrip("/")
            file = folder / target
            if file.is_dir() or target == "":
                target = f"{target.rstrip('/')}/index.html".lstrip("/")
                file = folder / target
            if not file.is_file():
                dead.append(f"{name}: {link}")
            elif (
                address.fragment
                and target in by_path
                and unquote(address.fragment) not in by_path[target].ids
            ):
                dead.append(f"{name}: {link} (no such anchor)")
    assert not dead, "\n".join(dead)


def test_nothing_is_loaded_from_elsewhere(pages):
    for path, page in pages.items():
        for source in page.loads:
            assert not urlparse(source).netloc, f"{path}: {source}"


def test_links_lead_only_to_known_hosts(pages):
    for path, page in pages.items():
        for link in page.links:
            host = urlparse(link).netloc
            assert not host or host in LINKED_HOSTS, f"{path}: {link}"
            assert not host or link.startswith("https://")


def test_no_address_is_invented(built):
    folder, _ = built
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert 'rel="canonical"' not in text
        assert "example.com" not in text
        assert "localhost" not in text


def test_addresses_come_from_the_environment(tmp_path):
    settings = {"SITE_URL": "https://books.invalid/neurons/", "REPO_URL": "https://git.invalid/n"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=environment() | settings, check=True, capture_output=True)
    text = (tmp_path / "tanh" / "index.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://books.invalid/neurons/tanh/">' in text
    assert 'href="https://git.invalid/n"' in text


def test_images_have_alt_text_and_a_size(pages):
    seen = 0
    for path, page in pages.items():
        for image in page.images:
            assert len(image.get("alt", "")) >= 30, f"{path}: {image}"
            assert image.get("width"), f"{path}: {image}"
            assert image.get("height"), f"{path}: {image}"
            seen += 1
    assert seen > 40


def test_each_figure_has_a_caption_and_a_number(built):
    folder, _ = built
    for path in folder.glob("*/index.html"):
        text = path.read_text(encoding="utf-8")
        figures = text.count("#only-light")
        assert text.count('<span class="caption-prefix">Figure') == figures, path


def test_licences_stand_in_the_footer_and_in_files(pages, built):
    folder, _ = built
    for path in folder.rglob("index.html"):
        text = path.read_text(encoding="utf-8")
        assert "https://creativecommons.org/licenses/by/4.0/" in text
        assert "MIT" in text
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Creative Commons Attribution 4.0" in (ROOT / "LICENSE-TEXT").read_text(encoding="utf-8")


def test_the_notebook_page_is_light_and_executed(built):
    folder, _ = built
    text = (folder / "or-notebook" / "index.html").read_text(encoding="utf-8")
    for digits in ("7.20642565", "7.20667957", "3.24934367", "0.98123985", "0.03735048"):
        assert digits in text
    assert len(text) < 150_000
    assert "mathjax" not in text.lower()
    assert "mermaid" not in text.lower()


def test_numbers_are_marked_up_with_their_source(built):
    folder, _ = built
    text = (folder / "tanh" / "index.html").read_text(encoding="utf-8")
    found = re.search(
        r'<data value="([^"]+)" data-expression="bend" data-source="([^"]+)">0\.988</data>', text
    )
    assert abs(float(found[1]) - 0.98772) < 1e-3
    page, line = found[2].split("#")
    code = (folder / "tanh" / page / "index.html").read_text(encoding="utf-8")
    shown = re.sub(r"<[^>]+>", "", re.search(f'id="{line}"(.*)', code)[1])
    assert shown.split(">", 1)[-1].lstrip().startswith("bend = ")


def test_a_build_writes_nothing_under_docs(built):
    tracked = {".md", ".bib", ".py"}
    assert {path.suffix for path in (ROOT / "docs").rglob("*") if path.is_file()} == tracked
    assert not any(Path(name).is_dir() for name in os.listdir(ROOT / "docs"))


def test_answers_are_not_in_the_search_index(built):
    folder, _ = built
    index = (folder / "search" / "search_index.json").read_text(encoding="utf-8")
    tanh = (folder / "tanh" / "index.html").read_text(encoding="utf-8")
    answer = re.search(r'<details class="success"[^>]*>.*?<p>(.*?)</p>', tanh, re.DOTALL)[1]
    plain = re.sub(r"<[^>]+>", "", answer).split(".")[0].strip()
    assert len(plain) > 30
    assert plain not in index
    assert "the best fixed learning rate still needs many steps" in index


def test_terms_are_linked_at_first_use(built):
    folder, _ = built
    tanh = (folder / "tanh" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'<a class="term" href="../glossary/#([\w-]+)" title="[^"]{20,}"', tanh)
    assert {"condition-number", "curvature", "bias"} <= set(links)
    assert len(links) == len(set(links))


def test_every_heading_of_the_last_release_can_still_be_linked_to(built, pages):
    folder, _ = built
    kept = anchors.FILE.read_text(encoding="utf-8").split()
    assert len(kept) > 200
    gone = [
        link
        for link in kept
        if link.partition("#")[2] not in pages[folder / link.partition("#")[0] / "index.html"].ids
    ]
    assert gone == []
