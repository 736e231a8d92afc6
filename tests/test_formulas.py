"""Every displayed formula of the pages, and every formula of the registry, against the code."""

import re

import numpy as np
import pytest
from math_core import LatexToMathML

import formulas
import tex
from activations import REGISTRY
from chapters import all_chapters, read_chapter
from formula_mutants import formula_survives, mutants, registry_survives
from mathml import to_mathml

CHAPTERS = {chapter.name: chapter for chapter in all_chapters()}
SHOWN = {name: page for name, page in CHAPTERS.items() if formulas.displayed(page)}

# Formulas that no code can check, at most: page -> how many.
NOT_BOUND = {}

# Slips that change nothing, with the reason: (page, what is changed).
EQUIVALENT = {
    ("differentiation", r"cdot \frac{d[a → f ]"): "a = f(z), so df/dz is da/dz",
    ("leaky-relu", r"m_{i:\, z_i [< → \le ]"): "the term of a z of 0 is 0",
    ("leaky-relu", r"\sum_{i:\, [z → f ]"): "f(z) < 0 exactly where z < 0, for a positive slope",
    ("relu", r"L}{\partial [a → z ]"): "dL/dz = dL/da f'(z), and f' is its own square",
    ("relu", r"ial a_i} f'([z → a ]"): "f'(f(z)) = f'(z), since ReLU keeps the sign",
}


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_displayed_formula_agrees_with_the_code(name):
    problems = formulas.check_chapter_formulas(CHAPTERS[name])
    assert not problems, "\n" + "\n".join(map(str, problems))


def test_formulas_that_are_not_bound_are_few():
    reasons = {}
    for name, chapter in CHAPTERS.items():
        for formula in formulas.displayed(chapter):
            if formula.reason:
                reasons.setdefault(name, []).append(formula.reason)
    assert {name: len(found) for name, found in reasons.items()} == NOT_BOUND


def test_the_registry_agrees_with_its_formulas():
    problems = formulas.registry_problems()
    assert not problems, "\n" + "\n".join(map(str, problems))


@pytest.mark.parametrize("name", SHOWN)
def test_every_slip_in_a_formula_is_noticed(name):
    names = formulas.page_names(CHAPTERS[name])
    found = formulas.displayed(CHAPTERS[name])
    survivors = [
        change
        for formula in found
        for change, mutated in mutants(formula.tex)
        if formula_survives(formula, mutated, names)
    ]
    assert set(survivors) == {change for page, change in EQUIVALENT if page == name}


@pytest.mark.parametrize("which", ["formula", "derivative"])
def test_every_slip_in_the_registry_is_noticed(which):
    survivors = [
        f"{entry.name}: {change}"
        for entry in REGISTRY.values()
        for change, mutated in mutants(getattr(entry, which))
        if registry_survives(entry, which, mutated)
    ]
    assert not survivors


@pytest.mark.parametrize("name", REGISTRY)
def test_the_registry_is_in_the_tex_that_the_build_reads(name):
    for text in (REGISTRY[name].formula, REGISTRY[name].derivative):
        assert "<math" in LatexToMathML().convert_with_local_state(text, displaystyle=True)


# ---------------------------------------------------------------------------- the checker itself


def fault(text, binding=""):
    return formulas.disagreement(text, binding, {})


@pytest.mark.parametrize(
    ("text", "binding"),
    [
        (r"\sigma(-z) = 1 - \sigma(z)", ""),
        (r"\tanh'(z) = 1 - \tanh^2(z) = \frac{4}{(e^{z} + e^{-z})^2}", ""),
        (r"f'(z) = \begin{cases} 1 & z > 0 \\ 0 & \text{otherwise} \end{cases}", "f = relu"),
        (r"\frac{df}{dz} = 3 z^2 - \lambda", "f = z**3 - lambda_ * z; lambda_ in 0 1"),
        (r"g(z) = \int (2 z - 1)\, dz", "g = lambda z: z**2 - z"),
        (r"\lim_{h \to 0} \frac{\ln(1 + h x)}{h} = x", "x in 0.5 2"),
        (r"\|x\|^2 = x^\top x = x \cdot x = \sum_{i=1}^{n} x_i^2", "n in 2 5 int; x: (n,)"),
        (r"x \odot y = y \odot x", "x: (3,); y: (3,)"),
        (r"\begin{aligned} a &= -b \\ &= 2 c, \quad c = \tfrac{a}{2} \end{aligned}", "b = -2 * c; a = 2 * c"),
        (r"w \leftarrow w - \eta \nabla L(w)", "nabla_L = lambda w: 2 * w; w_new = w * (1 - 2 * eta)"),
        (r"\frac{\partial L}{\partial x_2} = 2 x_2", "x: (3,); L = np.sum(x**2)"),
        (r"e \approx 2.72", "within 1e-3"),
        (r"\text{the area } \pi r^2", "r in 1 2; = math.pi * r * r"),
    ],
)  # fmt: skip
def test_what_is_right_passes(text, binding):
    assert fault(text, binding) is None


@pytest.mark.parametrize(
    ("text", "binding", "message"),
    [
        # The derivative of tanh as it stood for years in a text: a wrong sign.
        (r"\tanh'(z) = 1 + \tanh^2(z)", "", "1 + \\tanh ^ 2 ( z ) is"),
        (r"\tanh'(z) = 1 - \tanh^3(z)", "", "1 - \\tanh ^ 3 ( z ) is"),
        (r"\tanh(z) = 2\,\sigma(3z) - 1", "", "3 z ) - 1 is"),
        (r"\frac{1}{2} \sum_{i=1}^{3} x_i^2", "x: (4,); = np.sum(x**2) / 2", "/ 2 is"),
        (r"\sum_{i=1}^{5} x_i^2", "x: (4,); = np.sum(x**2)", "shape"),
        (r"x_2", "x: (4,); = x[0]", "x[0] is"),
        (r"C = \frac{(y - a)^2}{2}", "", "C is"),
        (r"L = 2 x", "L = x", "L is"),
        (r"x = x^\top", "x: (3, 2)", "x is"),
        (r"W x = W \odot x", "W: (2, 2); x: (2, 2)", "W x is"),
        (r"f(z) = z", "f = relu; z in 1 2 at -1", "f ( z ) is"),
        (r"\sqrt{z} = \sqrt{z}", "z in -2 -1", "nowhere defined"),
        (r"\text{nothing}", "", "0 statements"),
        (r"\pi r^2", "", "1 statements"),
        (r"e \approx 2.72", "", "tolerance"),
        (r"z = z", "z in low high", "not"),
        (r"z = z", "z: (3,) in 0", "not understood"),
        (r"a = z", "a = undefined(z)", "NameError"),
    ],
)
def test_what_is_wrong_fails(text, binding, message):
    assert message in (fault(text, binding) or "")


@pytest.mark.parametrize(
    "text",
    [
        r"\foo", r"x ! y", r"x^", r"x^23", r"x_12", r"x^2^3", r"\frac12", r"\sqrt2", r"\frac{1}{",
        r"(1 + 2", r"1 + 2)", r"|x", r"2 \cdot", r"+2", r"- -2", r"1 / 2 x", r"\ln 2 x", r"\tanh",
        r"\tanh^{-1}(x)", r"\sigma^2(x)", r"\sigma 2", r"\prod_{i=1}^{3} i", r"\sum_{i=1} x_i",
        r"\sum_{i=1}^{3} 2 y", r"\lim_{h} h", r"\int x", r"\begin{cases} 1 & x > 0", r"5\%", r"\$",
        r"\begin{cases} 1 & x > 0 \\ 2 & x \ge 0 \end{cases}", r"\begin{cases} 1 & x \end{cases}",
        r"\begin{matrix} 1 \end{matrix}", r"\mathbb{R}", r"x'", r"\frac{dL}{dx}", r"\frac{d}{dx}",
        r"\frac{d^2 x}{dx}", r"\partial x", r"10{,}000", r"\|x|", r"[x]", r"x_{i+1}", r"\hat{x}",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(text):
    """With a value that would do, so that only the refusal can fail it."""
    with pytest.raises((tex.FormulaError, TypeError)):
        evaluated(text)


def evaluated(text):
    scope = tex.Scope({**formulas.KNOWN, "x": 0.5, "y": np.ones(3), "h": 0.5})
    return float(tex.Parser(tex.tokens(text), formulas.KNOWN).parse()(scope))


def page(folder, body):
    path = folder / "page.md"
    path.write_text(body, encoding="utf-8")
    return [problem.message for problem in formulas.check_chapter_formulas(read_chapter(path))]


def test_a_formula_without_a_binding_is_named(tmp_path):
    (message,) = page(tmp_path, "# A\n\n$$ x = x $$\n")
    assert "not bound" in message


def test_a_reason_is_enough_and_must_be_given(tmp_path):
    assert not page(tmp_path, "<!-- formula: not bound: a definition of terms -->\n\n$$ x $$\n")
    assert page(tmp_path, "<!-- formula: not bound: -->\n\n$$ x $$\n")


@pytest.mark.parametrize(
    "body",
    [
        "<!-- formula: z in 0 1 -->\n\nText.\n",
        "Text $$ x = x $$ and more.\n",
        "$$ x = x $$ and more.\n",
        "\\[ x = x \\]\n",
        "\\begin{aligned} x = x \\end{aligned}\n",
        "<!-- formula: z in 0 1 -->\n\nText.\n\n$$ z = z $$\n",
    ],
)
def test_what_is_like_a_formula_and_would_be_missed_is_named(tmp_path, body):
    assert page(tmp_path, body)


def test_fences_are_no_formulas(tmp_path):
    assert not page(tmp_path, "```markdown\n$$ x = y $$\n```\n\nWrite `$$`.\n")


def test_each_page_runs_only_what_its_formulas_need():
    """The names of a page's script that are left out: its experiments and figures."""
    names = formulas.page_names(CHAPTERS["why-activations"])
    assert {"forward", "tent_layers", "relu"} <= set(names)
    assert not {"fig", "ax"} & set(names)


def test_a_changed_definition_in_the_script_is_noticed():
    (formula,) = [
        f for f in formulas.displayed(CHAPTERS["why-activations"]) if f.tex.startswith("T(x)")
    ]
    names = dict(formulas.page_names(CHAPTERS["why-activations"]))
    tent = names["tent_layers"]
    names["tent_layers"] = lambda k: [tent(k)[0], (-tent(k)[1][0], tent(k)[1][1])]
    assert re.match(r"T \( x \) is", formulas.disagreement(formula.tex, formula.binding, names))


def test_a_prime_is_raised_once_and_a_short_root_has_no_bar():
    prime, square = to_mathml(r"f'(z)", display=True), to_mathml("f^2", display=True)
    assert '<mo lspace="0em" rspace="0em">′</mo>' in prime
    assert "<msup>" not in prime
    assert "<msup>" in square
    for formula in ("f''(z)", "f" + 3 * "'" + "(z)"):
        assert "<msup>" not in to_mathml(formula, display=False), (
            "their signs are single characters"
        )
    power = to_mathml("f''^2", display=False)
    assert "″</mo></mrow><mrow><mn>2</mn>" in power, (
        "the primes stay in the line, the power is raised"
    )
    assert "msqrt" not in to_mathml(r"\sqrt{|x|}", display=False)
    assert "msqrt" not in to_mathml(r"1/\sqrt{n}", display=False)
    assert "√</mo><mi>n</mi>" in to_mathml(r"1/\sqrt{n}", display=False)
    assert "<msqrt>" in to_mathml(r"1/\sqrt{2n}", display=False), "the bar says how far it reaches"
    assert "<msqrt>" in to_mathml(r"\sqrt{n}", display=True)
