"""As published, at an address: the same bytes in every build, and what each page says of itself."""

import hashlib
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.image
import pytest

from chapters import all_chapters
from found import CARD, description, first_paragraph, plain, releases
from planted import Copy, environment
from scripts import ROOT
from test_downloads import CHAPTERS
from test_figures import FIGURES
from tools import MODULES, tool

pytestmark = pytest.mark.slow

SITE = "https://example.org/book/"
LATER = Path(__file__).parent / "later"
PDF = "downloads/book.pdf"  # as the workflow has it; nothing is printed here
ATOM = "{http://www.w3.org/2005/Atom}"


def build(folder, **more):
    """A strict build of a copy that has no cache, at an address."""
    copy = Copy(folder, cache=False)
    settings = environment() | {"SITE_URL": SITE, "SOURCE_DATE_EPOCH": "1790000000"}
    settings |= {"BOOK_PDF": PDF} | more
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    done = subprocess.run(command, cwd=copy.root, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return copy.root / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build(tmp_path_factory.mktemp("one"))


def hashes(site):
    files = (path for path in sorted(site.rglob("*")) if path.is_file())
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_two_clean_builds_are_the_same_to_the_byte(site, tmp_path):
    # Another folder, and by all that Python is told another day.
    other = build(tmp_path / "a longer name", PYTHONPATH=str(LATER))
    one, two = hashes(site), hashes(other)
    assert len(one) > 300
    names = json.loads((site / "figures.json").read_text(encoding="utf-8"))
    assert names.keys() >= {f"{f}.{s}.svg" for f in FIGURES for s in ("light", "dark")}
    assert one.keys() >= {f"figures/{name}" for name in names.values()}
    assert {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)} == set()


def test_the_other_day_is_another_day():
    say = "import datetime, time; print(datetime.datetime.now().timestamp(), time.time())"
    days = []
    for more in ({}, {"PYTHONPATH": str(LATER)}):
        done = subprocess.run(
            [sys.executable, "-c", say], env=environment() | more, capture_output=True, text=True
        )
        days.append([float(text) / 86400 for text in done.stdout.split()])
    for now, later in zip(*days, strict=True):
        assert later - now == pytest.approx(100, abs=0.1)


# ---------------------------------------------------------------------------- what a page says


class Head(HTMLParser):
    """The <meta> and <link> elements of a page, its title, and its structured data."""

    def __init__(self, text):
        super().__init__()
        self.meta, self.links, self.title, self.data, self.inside = {}, {}, "", [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.inside = found.get("type", tag) if tag in ("title", "script") else None
        if tag == "meta":
            self.meta[found.get("name") or found.get("property")] = found.get("content")
        if tag == "link":
            self.links[found["rel"]] = found["href"]

    def handle_data(self, text):
        if self.inside == "title":
            self.title += text
        if self.inside == "application/ld+json":
            self.data.append(json.loads(text))

    def handle_endtag(self, tag):
        self.inside = None


@pytest.fixture(scope="module")
def heads(site):
    """address -> Head of each page of the book itself."""
    found = {}
    for chapter in all_chapters():
        if chapter.path.parent == ROOT / "docs":
            name = "" if chapter.name == "index" else f"{chapter.name}/"
            found[name] = Head((site / name / "index.html").read_text(encoding="utf-8"))
    return found


def test_each_page_has_a_title_a_description_and_an_address_of_its_own(heads):
    for name, head in heads.items():
        assert head.links["canonical"] == SITE + name
        assert 50 <= len(head.meta["description"]) <= 400, name
        assert head.meta["og:title"]
        assert head.meta["og:description"] == head.meta["description"]
        assert head.meta["og:url"] == SITE + name
    for told in (
        [h.title for h in heads.values()],
        [h.meta["description"] for h in heads.values()],
    ):
        assert len(set(told)) == len(told)


def test_a_description_is_what_the_page_says_first():
    for chapter in all_chapters():
        if chapter.path.suffix == ".md" and chapter.path != ROOT / "README.md":
            words = plain(first_paragraph(chapter))
            assert words.startswith(description(chapter)[:-1])


def test_each_page_has_a_card_with_its_question(site, heads):
    for name, head in heads.items():
        address = head.meta["og:image"]
        assert address == f"{SITE}cards/{name.rstrip('/') or 'index'}.png"
        pixels = matplotlib.image.imread(site / address.removeprefix(SITE))
        assert pixels.shape[:2] == CARD[::-1]
        # Something is drawn, and nothing is cut off at the edge.
        assert (pixels[..., :3] < 0.5).any()
        frame = [pixels[:8, :, :3], pixels[-8:, :, :3], pixels[:, :8, :3], pixels[:, -8:, :3]]
        assert all((part == 1).all() for part in frame), name
    drawn = {(site / "cards" / f"{name}.png").read_bytes() for name in ("tanh", "relu", "index")}
    assert len(drawn) == 3


def test_structured_data_says_what_the_page_is(heads):
    for name, head in heads.items():
        (data,) = head.data
        assert data["@context"] == "https://schema.org"
        assert data["@type"] == "LearningResource"
        assert data["url"] == SITE + name
        assert data["description"] == head.meta["description"]
        assert re.fullmatch(r"PT\d+M", data.get("timeRequired", "PT1M"))
        assert data["isPartOf"] == {
            "@type": "Book",
            "name": "Neurons and Activation Functions",
            "url": SITE,
        }
    assert "check" in heads["differentiation/"].data[0]["teaches"]


def test_every_chapter_links_to_the_pdf_that_goes_with_the_site(site):
    linked = 0
    for name in CHAPTERS:
        text = (site / name / "index.html").read_text(encoding="utf-8")
        linked += text.count(f'<a href="../{PDF}">as PDF</a>')
    assert linked == len(CHAPTERS) >= 12


# ---------------------------------------------------------------------------- the vocabulary

TYPED = "const {name}: WithContext<LearningResource> = {data};\n"


def vocabulary_faults(every, folder):
    """What schema.org's vocabulary does not know in structured data: (number of the data, fault).

    The types of schema-dts are made from the vocabulary; TypeScript holds each object against them.
    """
    compiler = tool("typescript/lib/tsc.js")
    tool("schema-dts/dist/schema.d.ts")
    folder.mkdir(exist_ok=True)
    (folder / "node_modules").symlink_to(MODULES)
    text = 'import type { LearningResource, WithContext } from "schema-dts";\n'
    for number, data in enumerate(every):
        text += TYPED.format(name=f"page{number}", data=json.dumps(data))
    (folder / "pages.ts").write_text(text, encoding="utf-8")
    options = ["--noEmit", "--strict", "--skipLibCheck", "--pretty", "false", "--target", "es2022"]
    options += ["--module", "commonjs", "--moduleResolution", "node10"]
    done = subprocess.run(
        ["node", compiler, *options, "pages.ts"], cwd=folder, capture_output=True, text=True
    )
    faults = re.findall(r"^pages\.ts\((\d+),\d+\): error (.*)$", done.stdout, re.MULTILINE)
    assert bool(faults) == bool(done.returncode), done.stdout + done.stderr
    return [(int(line) - 2, fault) for line, fault in faults]


def test_structured_data_is_in_the_vocabulary_of_schema_org(heads, tmp_path):
    every = [head.data[0] for head in heads.values()]
    assert vocabulary_faults(every, tmp_path) == []
    # What the types cannot say: what a date, a span of time and an address look like.
    for data in every:
        date.fromisoformat(data.get("dateModified", "2026-01-01"))
        for address in (data["url"], data["license"], data["image"], data["isPartOf"]["url"]):
            assert re.fullmatch(r"https://[\w.-]+/[\w./-]*", address)


PLANTED = {
    "a property that is not there": {"label": "ReLU"},
    "a property of another type": {"isbn": "3"},
    "a type that is not there": {"isPartOf": {"@type": "Booklet", "name": "N"}},
    "a property of a part that is not there": {"isPartOf": {"@type": "Book", "heading": "N"}},
    "a text for a yes or no": {"isAccessibleForFree": "perhaps"},
    "a number for a span of time": {"timeRequired": 25},
    "another type than was said": {"@type": "Thing"},
}


def test_structured_data_that_is_wrong_is_found(heads, tmp_path):
    right = heads["relu/"].data[0]
    every = [right, *(right | wrong for wrong in PLANTED.values())]
    found = {number for number, _ in vocabulary_faults(every, tmp_path)}
    assert found == set(range(1, len(every)))


def test_the_sitemap_lists_each_page(site, heads):
    listed = re.findall(r"<loc>([^<]+)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8"))
    assert {SITE + name for name in heads} <= set(listed)


def test_the_feed_has_every_release(site):
    feed = ET.parse(site / "feed.xml").getroot()
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(releases()) > 0
    for parent in (feed, *entries):
        for tag in ("id", "title", "updated"):
            assert parent.find(f"{ATOM}{tag}").text
    titles = [entry.find(f"{ATOM}title").text for entry in entries]
    assert titles[0] == f"Version {releases()[0][0]}"
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == len(entries)


def test_the_citation_names_the_newest_release():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    version, day, _ = releases()[0]
    assert f"\nversion: {version}\n" in text
    assert f"\ndate-released: {day}\n" in text
