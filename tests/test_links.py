"""Links that lead out of the book: all of them known, all https; and, with a network, all alive."""

import http.client
import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlparse

import pytest

from citations import read_bibliography

# A DOI is alive when its resolver knows where to send the reader: many publishers turn away robots.
NOT_FOR_ROBOTS = {401, 403, 405, 406, 418, 429, 503}


@pytest.fixture(scope="module")
def outside(built):
    """address -> pages that link to it."""
    found = {}
    for path in sorted(built[0].rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for link in re.findall(r'<a\b[^>]*?\shref="([a-z]+:[^"]*|//[^"]*)"', text):
            found.setdefault(link.replace("&amp;", "&"), set()).add(path.parent.name)
    return found


def test_every_link_out_of_the_book_is_https_and_of_a_known_place(outside):
    entries = read_bibliography().values()
    cited = {entry.fields["url"] for entry in entries if "url" in entry.fields}
    cited |= {f"https://doi.org/{e.fields['doi']}" for e in entries if "doi" in e.fields}
    known = cited | {
        "https://creativecommons.org/licenses/by/4.0/",
        "https://opensource.org/license/mit",
        # Python in the browser: its home, and its licences.
        "https://pyodide.org",
        "https://docs.python.org/3/license.html",
        "https://numpy.org/doc/stable/license.html",
        "https://www.mozilla.org/MPL/2.0/",
    }
    assert len(outside) > 70
    assert [link for link in outside if urlparse(link).scheme != "https"] == []
    # A published site also links to a viewer of notebooks, for each of them.
    others = {
        link for link in outside if urlparse(link).netloc not in {"nbviewer.org", "github.com"}
    }
    assert sorted(others - known) == []
    assert sorted(cited - set(outside)) == []


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def state(link):
    """What the host of a link answers: a number, or a fault in words. Redirects of DOIs are the answer."""
    handlers = [Stay] if urlparse(link).netloc == "doi.org" else []
    opener = urllib.request.build_opener(*handlers)
    request = urllib.request.Request(link, headers={"User-Agent": "Mozilla/5.0 (link check)"})
    for _ in range(3):
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except (OSError, http.client.HTTPException) as error:
            fault = f"{type(error).__name__}: {error}"
    return fault


def alive(answer):
    return isinstance(answer, int) and (answer < 400 or answer in NOT_FOR_ROBOTS)


@pytest.mark.parametrize(
    ("answer", "is_alive"),
    [(200, True), (302, True), (403, True), (404, False), (410, False), ("x", False)],
)
def test_which_answers_count(answer, is_alive):
    assert alive(answer) == is_alive


@pytest.mark.network
def test_every_link_out_of_the_book_answers(outside):
    with ThreadPoolExecutor(8) as threads:
        answers = dict(zip(outside, threads.map(state, outside), strict=True))
    for link, answer in answers.items():
        print(answer, link)
    dead = [f"{answer} {link} on {sorted(outside[link])}" for link, answer in answers.items()
            if not alive(answer)]  # fmt: skip
    assert dead == []
