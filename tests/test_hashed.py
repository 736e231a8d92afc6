"""Addresses with hashes: right, asked for everywhere, and kept for ever by hosts that read `_headers`."""

import hashlib
import json
import re
import shutil

import pytest

from hashed import LENGTH, give_names
from scripts import ROOT

KEPT = "public, max-age=31536000, immutable"


def files_of(site):
    """The addresses of a site, without the compressed variants that a published one has too."""
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    return {name for name in files if not name.endswith((".gz", ".br"))}


def test_a_figure_is_named_by_what_is_in_it(built):
    names = json.loads((built[0] / "figures.json").read_text(encoding="utf-8"))
    assert len(names) > 100
    assert {f"figures/{name}" for name in names.values()} == {
        path for path in files_of(built[0]) if path.startswith("figures/")
    }
    for plain, name in names.items():
        content = (built[0] / "figures" / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:LENGTH]
        assert name == plain.replace(".svg", f".{digest}.svg")


def test_pages_and_texts_ask_for_addresses_with_a_hash_alone(built):
    folder, asked = built[0], set()
    for path in [*folder.rglob("*.html"), *folder.glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        found = re.findall(
            r'(?:\b(?:href|src)="|\]\()[^"):]*?((?:assets|assets-\w+|figures)/[^"#)]+)', text
        )
        asked |= set(found)
        assert path.suffix == ".md" or found, path
    assert asked <= files_of(folder)
    (assets,) = folder.glob("assets-*")
    assert all(name.startswith(("figures/", f"{assets.name}/")) for name in asked), asked
    # No script names an asset but by where it stands itself.
    for path in assets.rglob("*.js"):
        assert not re.search(r"""["'`/]assets/""", path.read_text(encoding="utf-8")), path


@pytest.fixture
def small(tmp_path):
    """A site of one page, for names to be given."""
    site = tmp_path / "site"
    for name, text in {
        "assets/a.js": "import './b.js';",
        "assets/b.js": "1;",
        "figures/one.light.svg": "<svg/>",
        "page/index.html": '<script src="../assets/a.js"></script><a href="https://x.org/assets/y">y</a>'
        '<img src="../figures/one.light.svg#only-light"><img src="/deep/figures/one.light.svg">',
        "404.html": '<script src="/book/assets/a.js"></script><code>src="x/assets/a.js"</code>',
        "page.md": "![One](figures/one.light.svg) and [another](https://x.org/figures/one.light.svg)",
    }.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return site


def test_only_the_sites_own_addresses_change(small):
    give_names(small)
    (assets,) = small.glob("assets-*")
    (figure,) = small.glob("figures/*.svg")
    page = (small / "page" / "index.html").read_text(encoding="utf-8")
    assert f'src="../{assets.name}/a.js"' in page
    assert 'href="https://x.org/assets/y"' in page
    assert f'src="../figures/{figure.name}#only-light"' in page
    other = (small / "404.html").read_text(encoding="utf-8")
    assert f'src="/book/{assets.name}/a.js"' in other
    assert 'src="x/assets/a.js"' in other
    text = (small / "page.md").read_text(encoding="utf-8")
    assert f"(figures/{figure.name})" in text
    assert "(https://x.org/figures/one.light.svg)" in text
    assert (assets / "a.js").read_text(encoding="utf-8") == "import './b.js';"


@pytest.mark.parametrize(
    ("file", "text", "moved"),
    [
        ("assets/b.js", "2;", {"assets"}),
        ("figures/one.light.svg", "<svg></svg>", {"figures"}),
        ("page/index.html", "another page", set()),
    ],
)
def test_an_address_changes_with_what_it_leads_to_and_not_else(small, tmp_path, file, text, moved):
    other = tmp_path / "other"
    shutil.copytree(small, other)
    (other / file).write_text(text, encoding="utf-8")
    names = []
    for site in (small, other):
        give_names(site)
        names.append({p for p in files_of(site) if not p.endswith((".html", ".md", ".json"))})
    assert {re.split("[-/]", name)[0] for name in names[0] ^ names[1]} == moved


# ---------------------------------------------------------------------------- what hosts are told


def caching(text, address):
    """What every rule that fits an address says on keeping a copy."""
    found, fits = [], False
    for line in text.splitlines():
        if line.startswith("/"):
            fits = address.startswith(line[:-1]) if line.endswith("*") else address == line
        elif fits and line.strip().startswith("Cache-Control: "):
            found.append(line.partition(": ")[2])
    return found


def test_what_has_a_hash_or_a_version_is_kept_for_ever_and_nothing_else(built):
    text = (built[0] / "_headers").read_text(encoding="utf-8")
    kept = set()
    for name in files_of(built[0]):
        told = caching(text, f"/{name}")
        assert told in ([], ["no-cache"], [KEPT]), name
        if told == [KEPT]:
            kept.add(name)
        if (name.endswith((".html", ".json")) and "python/" not in name) or name == "sw.js":
            assert told == ["no-cache"], name
    named = re.compile(
        rf"assets-[0-9a-f]{{{LENGTH}}}/|figures/[\w-]+\.(light|dark)\.[0-9a-f]{{{LENGTH}}}\.svg$"
        r"|python/[\d.]+/"
    )
    assert kept == {name for name in files_of(built[0]) if named.match(name)}
    assert len(kept) > 200


def test_the_architecture_names_the_addresses_that_carry_a_hash(built):
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.split("## Which addresses carry a hash")[1].split("\n\n")[1]
    addresses = [found for row in table.splitlines() if "for ever" in row for found in
                 re.findall(r"`/([^`]+)`", row)]  # fmt: skip
    assert len(addresses) == 3
    for address in addresses:
        pattern = re.escape(address).replace("HASH", f"[0-9a-f]{{{LENGTH}}}")
        pattern = pattern.replace("NAME", r"[\w-]+").replace("VERSION", r"[\d.]+")
        assert any(re.match(pattern, name) for name in files_of(built[0])), address
