"""Maths as MathML, made at build: no script in the page, and a TeX typo is a warning.

``gentutor.proof.maths`` reads the TeX. What this file adds is the Sphinx side: numbers, permalinks,
warnings with their place, and that no line begins with the stop or comma behind a formula.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from gentutor.proof.maths import to_mathml

CLOSING = re.compile(r"[.,;:!?)\]’”…]+")
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
    """Write an inline formula, and what closes behind it on the same line."""
    behind = node.get("behind", "")
    self.body.append('<span class="math-held">' if behind else "")
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    write(self, node, display=False)
    self.body.append(f"</span>{self.encode(behind)}</span>" if behind else "</span>")
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


def bind_punctuation(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Move the marks right behind an inline formula into its node: a browser may break before."""
    for node in list(doctree.findall(nodes.math)):
        place = node.parent.index(node) + 1
        after = node.parent[place] if place < len(node.parent) else None
        if isinstance(after, nodes.Text) and (marks := CLOSING.match(after)):
            node["behind"] = marks[0]
            node.parent[place] = nodes.Text(after[marks.end() :])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("doctree-resolved", bind_punctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
