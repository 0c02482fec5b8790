"""The page of references: a list whose entries are named by author and year, as in the text."""

from typing import Any

from docutils import nodes
from pybtex.database import Entry
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def author_and_year(entry: Entry) -> str:
    """Return how the text names a source, at most two authors by name.

    >>> from pybtex.database import Person
    >>> persons = [Person("Kingma, D. P."), Person("Welling, M.")]
    >>> author_and_year(Entry("article", {"year": "2014"}, {"author": persons}))
    'Kingma and Welling, 2014'
    """
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(one.prelast_names + one.last_names).strip("{}") for one in people]
    named = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    return f"{named}, {entry.fields['year']}"


def visit_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """Open an entry, and the list before the first."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<ul class="sources">\n')
    self.body.append(self.starttag(node, "li"))


def depart_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """Close an entry, and the list behind the last."""
    self.body.append("</li>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        self.body.append("</ul>\n")


def visit_label(self: HTML5Translator, node: nodes.label) -> None:
    """Name an entry by its authors and its year in the place of a number."""
    entries = self.builder.env.get_domain("cite").bibdata.data.entries
    key = next(name for name in entries if nodes.make_id(name) in node.parent["ids"])
    self.body.append(f"<strong>{self.encode(author_and_year(entries[key]))}</strong>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the entries anew in HTML."""
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.add_node(nodes.label, override=True, html=(visit_label, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
