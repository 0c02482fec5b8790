"""Maths as MathML, made at build: no script in the page, and a TeX typo is a warning.

``gentutor.proof.maths`` reads the TeX. What this file adds is the Sphinx side: numbers, permalinks,
warnings with their place.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from gentutor.proof.maths import to_mathml

logger = logging.getLogger(__name__)


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
