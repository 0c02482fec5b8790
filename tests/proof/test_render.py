"""Texts come out as written in all three forms, and formulas as what they say."""

import re

import pytest
from bs4 import BeautifulSoup

from gentutor.proof.maths import to_unicode
from gentutor.proof.render import rich

WRITTEN = [
    'A <b>bold</b> & "quoted" word',
    r"C:\temp and \n and \\ and \(x\)",
    "[a link](https://example.org) and ![an image](x.png)",
    "<script>alert(1)</script>",
    "&amp; &lt; &#65;",
    "<!-- a comment --> stays",
    "It costs $5 and $6",
    "a ]]( b [[",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_looks_like_markup_comes_out_as_written(text: str) -> None:
    made = rich(text)
    assert made["text"] == text
    for form in ("html", "anki"):
        soup = BeautifulSoup(made[form], "html.parser")
        assert soup.get_text() == text
        assert {tag.name for tag in soup.find_all()} <= {"p", "span"}


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"a<b \& c", "a<b&c"),
        ("x]](y", "x]](y"),
        (r"\{\backslash\}", "{\\}"),
        (r"\text{a\&b}", "a&b"),
    ],
)
def test_formulas_keep_their_signs(tex: str, shown: str) -> None:
    made = rich(f"So ${tex}$.")
    math = BeautifulSoup(made["html"], "html.parser").math
    assert math.annotation is None
    assert math.get_text().strip() == shown
    assert BeautifulSoup(made["anki"], "html.parser").get_text() == rf"So \({tex}\)."


def test_anki_finds_a_formula_only_where_there_is_one() -> None:
    made = rich("Use `\\(` and $x$.\n\n```python\nre.compile('\\[')\n```\n\n$$\ny\n$$")["anki"]
    assert re.findall(r"\\[(\[].*?\\[)\]]", made, re.DOTALL) == [r"\(x\)", r"\[y\]"]
    assert BeautifulSoup(made, "html.parser").code.get_text() == "\\("


def test_blocks_are_kept_apart_in_plain_text() -> None:
    source = (
        "One **line**\nof `code`.\n\n- a\n- b $x^2$\n\n1. c\n\n```python\nif a < b:\n    d\n```\n\n"
        "| u | v |\n|---|---|\n| 1 | $\\beta$ |\n\n$$\nx = 1\n$$"
    )
    assert rich(source)["text"] == (
        "One line of `code`.\n• a\n• b x²\n1. c\n\n    if a < b:\n        d\n| u | v\n| 1 | β\n\n"
        "    x = 1"
    )


def test_a_formula_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match=r'Unknown command "\\fraq"'):
        rich(r"So $\fraq{1}{2}$.")


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\frac{1}{2\sigma^2}\lVert x - m \rVert^2", "(1/(2σ²))‖x − m‖²"),
        (r"\operatorname{KL}(q(z \mid x) \,\|\, p(z)) \ge 0", "KL(q(z ∣ x) ‖ p(z)) ≥ 0"),
        (r"\log \frac1k \sum_{i=1}^k w_i", "log (1/k)∑ᵢ₌₁ᵏ wᵢ"),
        (r"\int p(x, z)\,\mathrm dz", "∫p(x, z) dz"),
        (r"\tfrac{1}{784}", "1/784"),
        (r"\sqrt{a + b} + \sqrt x", "√(a + b) + √x"),
        (r"x \ne -y", "x ≠ −y"),
        (r"10^{-4} e^{-x^2/2}", "10⁻⁴e^(−x²/2)"),
        (r"\mathcal L_\beta, \bar q, \hat x_{12}", "ℒᵦ, q̄, x̂₁₂"),
        (r"\mathbb E_{q_\phi(z)}[f]", "𝔼_q_ϕ(z)[f]"),
        (r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}", "{1 x > 0\n0 x ≤ 0"),
        (r"\textcolor{encoder}{\mu} + \mu", "μ + μ"),
    ],
)
def test_formulas_read_well_as_text(tex: str, text: str) -> None:
    assert to_unicode(tex) == text
