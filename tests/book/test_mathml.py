"""The maths renderer and the theme's overridden templates, in a small book of their own."""

import re
from pathlib import Path

import mathml
import pydata_sphinx_theme
import pytest
from bs4 import BeautifulSoup, Tag
from sphinx.testing.util import SphinxTestApp
from sphinx.util.console import strip_colors

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "book" / "_templates"
CONFIG = f"""
extensions = ["myst_nb", "mathml"]
nb_execution_mode = "off"
html_math_renderer = "mathml"
html_theme = "sphinx_book_theme"
templates_path = [{str(TEMPLATES)!r}]
myst_enable_extensions = ["amsmath", "dollarmath"]
"""
PAGE = r"""# Page

Inline $\mathbb{E}_{q_\phi(z\mid x)}$ and {eq}`eq-bound`.

The code $z$, and (as $x$). Then $y$ too, $w$-like **bold $v$**.

$$
\log p(x) \ge \mathcal{L}(x)
$$ (eq-bound)

$$ a &= b \\ &= c $$

\begin{align}
u &= v \\[6pt]
w &= \tfrac12
\end{align}
"""


def math_of(tex: str, *, display: bool = True) -> Tag:
    """Return the ``<math>`` element of a formula."""
    return BeautifulSoup(mathml.to_mathml(tex, display=display), "html.parser").math


def build(folder: Path, text: str) -> tuple[BeautifulSoup, str]:
    """Build a book of one page; return the page and the warnings."""
    (folder / "conf.py").write_text(CONFIG)
    (folder / "index.md").write_text(text)
    app = SphinxTestApp("html", srcdir=folder)
    try:
        app.build()
        page = BeautifulSoup((Path(app.outdir) / "index.html").read_text(), "html.parser")
        return page, strip_colors(app.warning.getvalue())
    finally:
        app.cleanup()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> BeautifulSoup:
    """Return the page of a book without mistakes."""
    page, warnings = build(tmp_path_factory.mktemp("book"), PAGE)
    assert warnings == ""
    return page


def test_a_display_and_an_inline_formula_say_which_they_are() -> None:
    assert math_of("x").get("display") == "block"
    assert math_of("x", display=False).get("display") is None


def test_a_stop_behind_a_formula_stays_on_its_line(page: BeautifulSoup) -> None:
    held = page.select(".math-held")
    marks = [span.contents[-1] for span in held]
    assert [span.math.semantics.mi.text for span in held] == ["z", "x"]
    assert marks == [",", ")."]
    (paragraph,) = (p for p in page.find_all("p") if "The code" in p.text)
    for extra in paragraph.find_all("annotation"):
        extra.decompose()
    assert paragraph.text == "The code z, and (as x). Then y too, w-like bold v."


def test_structure_follows_the_tex() -> None:
    fraction = math_of(r"\frac{a}{b + c}").mfrac
    numerator, denominator = fraction.find_all(recursive=False)
    assert (numerator.text, denominator.text) == ("a", "b+c")
    assert len(math_of(r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}").find_all("mtr")) == 2
    assert math_of(r"\operatorname*{arg\,min}_\theta f").munder
    assert math_of(r"\underbrace{a+b}_{c}").munder.munder["accentunder"] == "true"


@pytest.mark.parametrize("tex", [r"\bar x < y & z", r"a > b"])
def test_the_source_travels_as_annotation(tex: str) -> None:
    tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    annotation = math_of(tex).semantics.annotation
    assert annotation["encoding"] == "application/x-tex"
    assert annotation.text == tex


@pytest.mark.parametrize("name", ["align", "align*", "gather", "equation", "split"])
def test_the_book_alone_numbers_equations(name: str) -> None:
    math = math_of(rf"\begin{{{name}}} a = b \end{{{name}}}")
    math.annotation.decompose()
    assert math.text.strip() == "a=b"


def test_row_gaps_leave_nothing_behind_and_brackets_stay() -> None:
    math = math_of(r"\begin{aligned} a \\[6pt] [b] \\ [2] \end{aligned}")
    assert [row.text for row in math.find_all("mtr")] == ["a", "[b]", "[2]"]


@pytest.mark.parametrize("tex", [r"a \\ b", "a\n\nb"])
def test_lines_outside_an_environment_stay_apart(tex: str) -> None:
    assert [row.text for row in math_of(tex).find_all("mtr")] == ["a", "b"]


def test_a_fence_of_fixed_size_with_a_script_stands_in_a_row() -> None:
    scripted = math_of(r"\bigl\lVert x \bigr\rVert_2^2").msubsup
    assert scripted.find(recursive=False).name == "mrow"
    assert scripted.mrow.mo["minsize"] == "1.2em"


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"1 + \fraq{1}{2}", r'Unknown command "\fraq". Near: \fraq{1}{2}'),
        (r"{a", 'Expected closing token "}", but reached end of input. Near: the end'),
        (r"\left( a", "Near: the end"),
        (r"a & b", "Near: & b"),
        (r"\begin{aligned} a \end{cases}", "cases"),
        (r"\label{eq}", r"\label"),
    ],
)
def test_bad_tex_is_refused_with_what_and_where(tex: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        mathml.to_mathml(tex, display=True)


def test_bad_tex_in_a_page_is_a_warning_with_its_place(tmp_path: Path) -> None:
    page, warnings = build(tmp_path, "# Page\n\nWell.\n\n$$\n\\fraq{1}{2}\n$$\n")
    place, _, message = warnings.partition(" WARNING: ")
    assert re.search(r"index\.md:[5-7]:", place)
    assert r"cannot read the formula \fraq{1}{2}: Unknown command" in message
    assert page.find("code", "math-error").text == r"\fraq{1}{2}"


def test_equations_are_numbered_and_linked(page: BeautifulSoup) -> None:
    bound = page.find(id="equation-eq-bound")
    numbers = [number.contents[0] for number in page.find_all("span", "eqno")]
    assert numbers == ["(1)", "(2)"]
    assert bound.find("a", "headerlink")["href"] == "#equation-eq-bound"
    assert page.find("a", href="#equation-eq-bound", string="(1)")


def test_every_formula_is_mathml_and_a_display_has_its_own_box(page: BeautifulSoup) -> None:
    assert len(page.find_all("math")) == 9
    assert all(math.parent["class"] == ["math-scroll"] for math in page.select("math[display]"))
    assert not re.search(r"mathjax|\\\(|\\\[", " ".join(map(str, page.find_all("script"))).lower())


def test_the_page_loads_what_the_theme_wants_but_for_icons_and_search(page: BeautifulSoup) -> None:
    loaded = " ".join(
        element.get("src") or element.get("href") for element in page.select("script[src], link")
    )
    assert "bootstrap.js?digest=" in loaded
    assert "pydata-sphinx-theme.css?digest=" in loaded
    assert not re.search(r"fontawesome|searchindex|searchtools|https?:", loaded)


def test_the_overridden_macros_are_all_of_the_theme_s() -> None:
    macro = re.compile(r"macro (\w+)\(\)")
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme"
    upstream = (theme / "static" / "webpack-macros.html").read_text()
    ours = (TEMPLATES / "static" / "webpack-macros.html").read_text()
    assert macro.findall(ours) == macro.findall(upstream)
    lines = [line for line in upstream.splitlines() if "fontawesome" in line]
    assert len(lines) == 1
    assert re.fullmatch(r'\s*<script defer src="[^<>]*"></script>', lines[0])
    layout = (theme / "layout.html").read_text()
    head = layout.partition("block extrahead")[2].partition("endblock")[0]
    scripts = re.findall(r"<script[^\n]*'([^']+\.js)'", head)
    assert scripts == ["_static/searchtools.js", "_static/language_data.js", "searchindex.js"]
