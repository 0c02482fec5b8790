"""Links the first use of each glossary term in a chapter to the glossary.

The chapters stay plain Markdown: the words are found when the page is built. Headings, links, code,
formulas, tables and boxes are left alone, and so is a page of a book that has no glossary.
"""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

GLOSSARY = "book/glossary"
TERM = re.compile(r"^(?=\S)(?!`|#)([^\n]+)\n  \S", re.M)
CLOSED = (
    nodes.reference,
    nodes.pending,
    addnodes.pending_xref,
    nodes.literal,
    nodes.math,
    nodes.table,
    nodes.title,
    nodes.caption,
)


def glossary_terms(text: str) -> list[str]:
    r"""Return the terms of a glossary's source, in their order.

    >>> glossary_terms("```{glossary}\ncritic\n  A network.\n\nfree bits\n  Bits.\n```")
    ['critic', 'free bits']
    """
    return TERM.findall(text.partition("```{glossary}")[2])


def pattern_of(term: str) -> re.Pattern[str]:
    """Return what finds a term, or its plural.

    >>> pattern_of("density ratio").search("two Density ratios")[0]
    'Density ratios'
    """
    return re.compile(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", re.I)


class TermTransform(SphinxTransform):
    """Turns the first use of each term in a chapter into a link."""

    default_priority = 410  # after boxes and the labels of claims

    def apply(self, **kwargs: Any) -> None:
        """Look for every term that is not linked yet in each text, in the order of the page."""
        docname = self.env.docname
        if not docname.startswith("notebooks/") or GLOSSARY not in self.env.found_docs:
            return
        path = Path(self.env.doc2path(GLOSSARY))
        self.env.note_dependency(str(path))
        terms = glossary_terms(path.read_text(encoding="utf-8"))
        waiting = {term: pattern_of(term) for term in terms}
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if not closed(paragraph):
                for text in list(paragraph.findall(nodes.Text)):
                    if not closed(text.parent):
                        self.link(text, waiting)

    def link(self, text: nodes.Text, waiting: dict[str, re.Pattern[str]]) -> None:
        """Replace the terms of one text by links, the leftmost first, and wait for them no more."""
        rest, made = text.astext(), []
        while found := [(m.start(), t, m) for t, p in waiting.items() if (m := p.search(rest))]:
            start, term, match = min(found, key=lambda one: (one[0], -len(one[1])))
            made += [nodes.Text(rest[:start])] if start else []
            made.append(
                addnodes.pending_xref(
                    "",
                    nodes.inline("", match[0]),
                    refdomain="std",
                    reftype="term",
                    reftarget=term,
                    refexplicit=True,
                    refwarn=True,
                    refdoc=self.env.docname,
                    classes=["gt-term"],
                )
            )
            rest = rest[match.end() :]
            del waiting[term]
        if made:
            text.parent.replace(text, made + ([nodes.Text(rest)] if rest else []))


def closed(node: nodes.Node | None) -> bool:
    """Say whether a node stands in a link, code, a formula, a table, a heading or a box."""
    while node is not None:
        if isinstance(node, CLOSED) or "box" in getattr(node, "attributes", {}).get("classes", ()):
            return True
        node = node.parent
    return False


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_transform(TermTransform)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
