"""Maths as MathML, made at build: no script in the page, and a TeX typo is a warning.

The work is done by math-core, https://pypi.org/project/math-core/. What this file adds is the
Sphinx side (numbers, permalinks, warnings with their place) and the little that math-core passes
over in silence or that Chromium lays out wrongly.
"""

import re
from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
converter = LatexToMathML(annotation=True, fancy_error=False)

# The book numbers equations, so math-core must not: an amsmath environment becomes its inner form.
INNER = {"equation": "gathered", "gather": "gathered", "align": "aligned", "split": "aligned"}
ENVIRONMENT = re.compile(rf"\\(begin|end)\{{({'|'.join(INNER)})\*?\}}")
ROW_SKIP = re.compile(r"(?<!\\)((?:\\\\)+)\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]")
BLANK_LINE = re.compile(r"\n\s*\n")
# Chromium does not stretch a \bigr… that carries a script unless it stands in a row of its own.
SCRIPTED_FENCE = re.compile(r"(<m(?:sub|sup|subsup)>)(<mo [^>]*minsize=[^>]*>[^<]*</mo>)")


def normalise(tex: str) -> str:
    r"""Rewrite what math-core does not read into the equal form that it does.

    Row gaps, as in ``\\[6pt]``, are dropped. Lines of a display that stand in no environment are
    aligned, as Sphinx does for its other renderers.

    >>> normalise(r"\begin{align} a &= b \\[6pt] &= c \end{align}")
    '\\begin{aligned} a &= b \\\\ &= c \\end{aligned}'
    >>> normalise(r"a &= b \\ &= c")
    '\\begin{aligned}a &= b \\\\ &= c\\end{aligned}'
    """
    tex = BLANK_LINE.sub(r"\\\\\n", tex.strip())
    tex = ROW_SKIP.sub(r"\1", tex)
    tex = ENVIRONMENT.sub(lambda m: rf"\{m[1]}{{{INNER[m[2]]}}}", tex)
    if r"\\" in tex and r"\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return tex


def to_mathml(tex: str, *, display: bool) -> str:
    r"""Return the ``<math>`` element of a formula, with its TeX as annotation.

    Raises ValueError, saying what is wrong and near what, when the formula cannot be read.

    >>> to_mathml("x^2", display=False)[:36]
    '<math><semantics><msup><mi>x</mi><mn'
    >>> to_mathml(r"\frac{1}{2} + \fraq{1}{2}", display=True)
    Traceback (most recent call last):
    ValueError: Unknown command "\fraq". Near: \fraq{1}{2}
    """
    source = normalise(tex)
    try:
        math = converter.convert_with_local_state(source, displaystyle=display)
    except LatexError as error:
        position, _sep, message = str(error).partition(": ")
        near = " ".join(source[int(position) :].split())[:40] or "the end"
        raise ValueError(f"{message} Near: {near}") from None
    return SCRIPTED_FENCE.sub(r"\1<mrow>\2</mrow>", math)


def write(self: HTML5Translator, node: nodes.math | nodes.math_block, *, display: bool) -> None:
    """Append a formula to the page, or warn and show its TeX."""
    try:
        self.body.append(to_mathml(node.astext(), display=display))
    except ValueError as error:
        tex = " ".join(node.astext().split())
        logger.warning("cannot read the formula %s: %s", tex, error, location=node, type="mathml")
        self.body.append(f'<code class="math-error">{self.encode(tex)}</code>')


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    write(self, node, display=False)
    self.body.append("</span>")
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula in a box that scrolls, its number and permalink beside it."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append('<div class="math-scroll">')
    write(self, node, display=True)
    self.body.append("</div></div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
