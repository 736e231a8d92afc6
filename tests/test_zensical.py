"""The way out: the site that Zensical builds says and holds what the one of MkDocs does.

Zensical builds it with Material out of reach, so that a use of it would fail. What may differ is listed, with
the reason, in zensical_differences.yml; an entry that is no longer true fails too.
"""

import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
import yaml

from one_build import built_site
from planted import environment
from scripts import ROOT

LISTED = yaml.safe_load((ROOT / "tests" / "zensical_differences.yml").read_text(encoding="utf-8"))
OTHER_BYTES = {entry["bytes"] for entry in LISTED if "bytes" in entry}
MISSING = {entry["missing"] for entry in LISTED if "missing" in entry}
ATTRIBUTES = {entry["attribute"] for entry in LISTED if "attribute" in entry}
INDEX = "search/search_index.json"
ADDRESSES = ("href", "src", "data-source", "data-index")
WITHOUT_MATERIAL = """\
import sys
sys.modules["material"] = None
import zensical_site
sys.exit(zensical_site.main(sys.argv[1]))
"""

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """One page as a list of what is in it, with every address seen from the site's root."""

    def __init__(self, name, text):
        super().__init__()
        self.address, self.all = f"http://site/{name}", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = {
            name: self.seen_from_root(value) if name in ADDRESSES else value
            for name, value in attributes
        }
        self.all.append((tag, found))

    def handle_endtag(self, tag):
        self.all.append((f"/{tag}", {}))

    def handle_data(self, data):
        if words := " ".join(data.split()):
            self.all.append(("", {"text": words}))

    def handle_comment(self, data):
        self.all.append(("!", {"comment": data}))

    def seen_from_root(self, address):
        link = urljoin(self.address, address).removeprefix("http://site")
        return re.sub(r"/index\.html(?=#|$)", "/", link)


def text_of(page):
    """The words of the page's main part, white space apart."""
    inside, words = False, []
    for tag, attributes in page.all:
        inside = (inside or tag == "main") and tag != "/main"
        if inside and not tag:
            words.append(attributes["text"])
    return " ".join(words)


def ids(page):
    return [attributes["id"] for _, attributes in page.all if "id" in attributes]


def whole(page, element):
    """Each such element, with all that is in it."""
    found, depth = [], 0
    for tag, attributes in page.all:
        depth += tag == element
        if depth:
            found.append((tag, attributes))
        depth -= tag == f"/{element}"
    return found


def numbers(page):
    return whole(page, "data")


def formulas(page):
    return whole(page, "math")


def figures(page):
    return [(tag, a) for tag, a in page.all if tag == "img" or tag.startswith("book-")]


def markup(page):
    """Everything of a page, but for what is listed."""
    return [
        (tag, {name: value for name, value in attributes.items() if name not in ATTRIBUTES})
        for tag, attributes in page.all
    ]


@pytest.fixture(scope="module")
def mkdocs_site():
    """Built here: a site that was given to be tested may be of another machine, and of another day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BOOK_SITE", raising=False)
        return built_site()[0]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """(folder, finished process) of `make zensical`, without Material."""
    folder = tmp_path_factory.mktemp("zensical")
    clean = {k: v for k, v in environment().items() if k not in ("SITE_URL", "REPO_URL")}
    command = [sys.executable, "-c", WITHOUT_MATERIAL, str(folder / "work")]
    settings = clean | {"PYTHONPATH": str(ROOT / "hooks")}
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True)
    return folder / "work" / "site", done


@pytest.fixture(scope="module")
def pages(mkdocs_site, run):
    """name -> (page by MkDocs, page by Zensical)."""
    found = {}
    for name in sorted(names(mkdocs_site)):
        if name.endswith(".html"):
            texts = (site / name for site in (mkdocs_site, run[0]))
            found[name] = tuple(Page(name, text.read_text(encoding="utf-8")) for text in texts)
    return found


def names(site):
    return {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}


def test_zensical_builds_the_book_without_material(run):
    assert run[1].returncode == 0, run[1].stdout + run[1].stderr
    assert "No issues found" in run[1].stderr  # links and anchors, as Zensical sees them


def test_the_same_files_are_there(mkdocs_site, run):
    assert names(mkdocs_site) - MISSING == names(run[0])
    assert names(mkdocs_site) >= MISSING


def test_all_files_but_the_pages_have_the_same_bytes(mkdocs_site, run):
    """Figures, data, scripts, styles, notebooks, downloads, cards, the feed, the text for machines."""
    files = {name for name in names(run[0]) if not name.endswith(".html")}
    assert sum(name.startswith("figures/") for name in files) > 100
    other = {n for n in files if (mkdocs_site / n).read_bytes() != (run[0] / n).read_bytes()}
    assert other == OTHER_BYTES


@pytest.mark.parametrize(
    ("part", "least"),
    [
        (text_of, 10**5),
        (ids, 500),
        (numbers, 1000),
        (formulas, 1000),
        (figures, 100),
        (markup, 10**5),  # all but what is listed
    ],
)
def test_each_page_holds_the_same(pages, part, least):
    assert len(pages) > 50
    wrong = [name for name, (ours, theirs) in pages.items() if part(ours) != part(theirs)]
    assert wrong == []
    assert sum(len(part(theirs)) for _, theirs in pages.values()) > least


@pytest.mark.parametrize("attribute", sorted(ATTRIBUTES))
def test_a_listed_attribute_is_on_the_pages_of_mkdocs_alone(pages, attribute):
    ours, theirs = zip(*pages.values(), strict=True)
    assert any(attribute in attributes for page in ours for _, attributes in page.all)
    assert not any(attribute in attributes for page in theirs for _, attributes in page.all)


def test_the_search_finds_the_same(mkdocs_site, run):
    def sections(site):
        docs = json.loads((site / INDEX).read_text(encoding="utf-8"))["docs"]
        return {d["location"]: (plain(d["title"]), plain(d["text"])) for d in docs}

    assert sections(run[0]) == sections(mkdocs_site)
    assert len(sections(run[0])) > 300


def plain(text):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


PIECE = (
    '<main><h2 id="a">A <data value="1.5">1.5</data></h2>'
    '<math><mi>x</mi></math><a href="../b/">b</a></main>'
)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("A <data", "An <data", text_of),
        ('id="a"', 'id="b"', ids),
        ('value="1.5"', 'value="1.6"', numbers),
        ("<mi>x", "<mi>y", formulas),
        ("../b/", "../../b/", markup),
        ("<a href", "<b></b><a href", markup),
    ],
)
def test_a_difference_would_be_noticed(old, new, part):
    assert old in PIECE
    ours, theirs = (Page("p/q/index.html", text) for text in (PIECE, PIECE.replace(old, new)))
    assert part(ours) != part(theirs)


def test_another_spelling_of_an_address_is_none():
    pair = [Page("p/index.html", f'<a href="{link}">') for link in ("..", "./..")]
    assert pair[0].all == pair[1].all


def test_the_architecture_shows_every_difference_with_its_reason():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.partition("| What is not carried | Why |\n|---|---|\n")[2]
    shown = re.findall(r"^\| (.+) \| (.+) \|$", table, flags=re.MULTILINE)
    assert shown == [(e["what"][0].upper() + e["what"][1:], e["reason"]) for e in LISTED]
