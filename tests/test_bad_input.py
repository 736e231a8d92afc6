"""Each fault that a writer can make stops the build and the tests, with file, line and cause."""

import pytest

from planted import Copy

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path)


def stops(copy, *expected, page=None, also_tests=True):
    """`make build` fails with one readable message and leaves no site; so do the tests."""
    (copy.root / "site").mkdir(exist_ok=True)
    (copy.root / "site" / "old.html").write_text("the site as it was")
    code, output = copy.make("build")
    assert code != 0
    for text in expected:
        assert text in output
    assert "Traceback" not in output
    assert [path.name for path in (copy.root / "site").iterdir()] == ["old.html"]
    if also_tests:
        code, output = copy.pytest(
            "tests/test_book.py::test_nothing_is_wrong", *([page] if page else [])
        )
        assert code == 1
        for text in expected:
            assert text in output


def test_snippet_that_raises(copy):
    copy.replace("snippets/tanh.py", "z0 = np.array(", "z0 = np.no_array(")
    line = copy.line_of("snippets/tanh.py", "np.no_array(")
    stops(
        copy,
        f"snippets/tanh.py:{line}: in section 'slopes': AttributeError",
        "no_array",
        page="docs/tanh.md",
    )


def test_snippet_that_calls_exit(copy):
    copy.replace("snippets/tanh.py", "z0 = np.array(", "raise SystemExit(0)\nz0 = np.array(")
    stops(copy, "in section 'slopes': SystemExit", page="docs/tanh.md")


def test_snippet_with_a_syntax_error(copy):
    copy.replace("snippets/tanh.py", "def lecun_tanh(z):", "def lecun_tanh(z:")
    line = copy.line_of("snippets/tanh.py", "def lecun_tanh(z:")
    stops(copy, f"snippets/tanh.py:{line}: SyntaxError", page="docs/tanh.md")


def test_missing_section(copy):
    copy.replace("docs/tanh.md", '"tanh.py:slopes"', '"tanh.py:slope"')
    line = copy.line_of("docs/tanh.md", "tanh.py:slope")
    stops(
        copy, f"docs/tanh.md:{line}: section 'slope' is not in snippets/tanh.py (it has: identity"
    )


def test_missing_script(copy):
    copy.replace("docs/tanh.md", '"tanh.py:slopes"', '"tan.py:slopes"')
    line = copy.line_of("docs/tanh.md", '"tan.py:slopes"')
    stops(copy, f"docs/tanh.md:{line}: snippets/tan.py does not exist")


def test_section_that_never_ends(copy):
    copy.replace("snippets/tanh.py", "# --8<-- [end:slopes]\n", "")
    stops(copy, "snippets/tanh.py:", "starts inside 'slopes'")


def test_section_that_no_page_shows(copy):
    copy.append("snippets/tanh.py", "\n# --8<-- [start:lost]\nlost = 1\n# --8<-- [end:lost]\n")
    stops(copy, "no page shows the section 'lost'")


def test_misspelt_figure(copy):
    copy.replace("docs/tanh.md", "(tanh-and-sigmoid.svg)", "(tanh-and-sigmoids.svg)")
    line = copy.line_of("docs/tanh.md", "tanh-and-sigmoids.svg")
    stops(
        copy,
        f"docs/tanh.md:{line}: no snippet makes the figure tanh-and-sigmoids.svg",
        "did you mean tanh-and-sigmoid",
    )


def test_figure_that_no_page_shows(copy):
    copy.append(
        "snippets/tanh.py", '\nfig, ax = panel()\nax.plot([0, 1], color=BLUE)\nsave(fig, "lost")\n'
    )
    stops(copy, "snippets/tanh.py: no page shows its figure lost.svg")


def test_figure_with_a_colour_outside_the_palette(copy):
    copy.append(
        "snippets/tanh.py",
        '\nfig, ax = panel()\nax.plot([0, 1], color="#123456")\nsave(fig, "odd")\n',
    )
    stops(copy, "odd.svg uses colours that plotting.py does not name: #123456")


def test_figure_without_alt_text(copy):
    alt = "Two bell-shaped curves over z. The slope"
    copy.replace("docs/tanh.md", alt, alt)
    text = (copy.root / "docs/tanh.md").read_text(encoding="utf-8")
    start = text.index("![Two bell-shaped")
    end = text.index("](tanh-and-sigmoid-slopes.svg)")
    (copy.root / "docs/tanh.md").write_text(text[:start] + "![" + text[end:], encoding="utf-8")
    stops(copy, "tanh-and-sigmoid-slopes.svg: its alt text must say what the figure shows")


@pytest.mark.parametrize("info", ["py", 'python title="x"', "python hl_lines=1", "bash", "sh", ""])
def test_unknown_fence_language(copy, info):
    copy.append("docs/tanh.md", f"\n```{info}\nprint(1)\n```\n")
    line = len((copy.root / "docs/tanh.md").read_text(encoding="utf-8").splitlines()) - 2
    stops(copy, f"docs/tanh.md:{line}: unknown fence language {info!r}")


def test_tilde_fence(copy):
    copy.append("docs/tanh.md", "\n~~~python\nprint(1)\n~~~\n")
    stops(copy, "unknown fence language '~~~python'")


def test_dead_link_and_dead_anchor(copy):
    copy.append("docs/tanh.md", "\n[nowhere](no-such-page.md)\n")
    copy.append("docs/tanh.md", "\n[nowhere](sigmoid.md#no-such-heading)\n")
    dead = ("no-such-page.md", "#no-such-heading")
    stops(copy, "tanh.md", *dead, also_tests=False)
    code, output = copy.pytest("tests/test_site.py::test_strict_build_passes")
    assert code == 1
    assert all(link in output for link in dead)


def test_notebook_cell_that_raises(copy):
    copy.append("docs/or-notebook.py", "\n# %%\nunknown_name + 1\n")
    line = copy.line_of("docs/or-notebook.py", "unknown_name")
    message = f"docs/or-notebook.py:{line}: NameError: name 'unknown_name' is not defined"
    stops(copy, message)
    code, output = copy.pytest("tests/test_notebook.py")
    assert code == 1
    assert "unknown_name" in output


def test_changed_output(copy):
    copy.replace("docs/tanh.md", "difference below 1e-15: True", "difference below 1e-15: true")
    stops(
        copy,
        "the output shown is not what snippets/tanh.py:identity prints",
        "+difference below 1e-15: True",
    )
    code, output = copy.pytest("docs/tanh.md")
    assert code == 1
    assert "but got" in output


def test_output_that_is_not_shown(copy):
    copy.replace("snippets/tanh.py", "difference = ", 'print("new")\ndifference = ')
    copy.replace(
        "docs/tanh.md", "difference below 1e-15: True\n", "new\ndifference below 1e-15: True\n"
    )
    code, _ = copy.pytest("tests/test_book.py::test_nothing_is_wrong")
    assert code == 0
    text = (copy.root / "docs/tanh.md").read_text(encoding="utf-8")
    shown = "<!--pytest-codeblocks:expected-output-->\n```text\nnew\n"
    assert shown in text
    text = text.replace(shown + "difference below 1e-15: True\n```\n", "")
    (copy.root / "docs/tanh.md").write_text(text, encoding="utf-8")
    stops(copy, "snippets/tanh.py:identity prints, and the page does not show its output")


def test_changed_listing(copy):
    copy.replace("snippets/tanh.py", "z0 = np.array([-2.0", "z0 = np.array([-2.5")
    stops(copy, "the output shown is not what snippets/tanh.py:slopes prints", page="docs/tanh.md")


def test_wrong_number(copy):
    copy.replace("docs/tanh.md", "tanh of −0.1 is −0.0997", "tanh of −0.1 is −0.0998")
    line = copy.line_of("docs/tanh.md", "−0.0998")
    stops(copy, f"docs/tanh.md:{line}: the number '−0.0998' is neither bound nor cited")


def test_number_that_the_code_contradicts(copy):
    copy.replace("docs/tanh.md", "0.988", "0.989", count=-1)
    stops(copy, "the page says 0.989, the code says bend = 0.98")


def test_unknown_citation(copy):
    copy.append("docs/tanh.md", "\nSee [@nobody1999, §1].\n")
    stops(copy, "[@nobody1999] is not in bibliography.bib")


def test_bad_tex(copy):
    copy.append("docs/tanh.md", "\n$$ \\frac{7}{ $$\n")
    line = copy.line_of("docs/tanh.md", "\\frac{7}{ $$")
    stops(copy, f"docs/tanh.md:{line}: bad TeX", also_tests=False)


def test_broken_front_matter(copy):
    copy.replace("docs/tanh.md", "snippet: tanh\n", "snippet: [tanh\n")
    stops(copy, "docs/tanh.md:", "front matter")
