"""A corner of a table's head that holds no word is no header of anything."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def visit_entry(self: HTML5Translator, node: nodes.entry) -> None:
    """Open a cell; an empty one of the head as a plain cell, which nothing reads aloud."""
    HTML5Translator.visit_entry(self, node)
    if isinstance(node.parent.parent, nodes.thead) and not node.astext().strip():
        self.body[-1] = self.body[-1].replace("<th", "<td", 1)
        self.context[-1] = self.context[-1].replace("</th", "</td", 1)


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the cells of tables anew in HTML."""
    app.add_node(nodes.entry, override=True, html=(visit_entry, HTML5Translator.depart_entry))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
