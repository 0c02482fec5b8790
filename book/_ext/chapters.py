"""What the plain Markdown of a chapter becomes in the page.

A notebook must read in JupyterLab, on a code host and in the page alike, so its text is CommonMark
with maths. This extension gives the page what only a page has:

* a quotation that starts with a bold label of ``BOXES`` becomes a box;
* ``<!-- figure: fig-x -->`` and ``<!-- alt: … -->`` above a paragraph make the picture or the
  explorable of the cell before it a numbered figure, the paragraph its caption;
* ``<!-- equation: eq-x -->`` above a displayed formula labels it;
* ``[the bound](#eq-x)`` and ``[the map](#fig-x)`` show the number behind the words;
* ``[two gaps](#Two-gaps-in-one)`` leads to a heading, written as JupyterLab names it;
* ``[Kingma and Welling, 2014](../book/references.md#kingma2014)`` leads to the source's entry;
* ``[tested](claims.md#claim-row-vae-blur)`` leads to a claim's row, ``#claim-vae-blur`` to its
  sentence, and ``#question-vae-kl-role`` to a question.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import escape
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

BOXES = {
    "In one breath": "breath",
    "By pencil": "pencil",
    "Predict": "predict",
    "Answer": "answer",
    "Say": "say",
    "Break it": "break",
}
COMMENT = re.compile(r"<!--\s*(figure|alt|equation):\s*(.*?)\s*-->", re.S)
ALT = re.compile(r' alt="[^"]*"')  # the first is the picture's
SOURCES = "book/references"
LEDGER = {"claim-row-": "row", "claim-": "sentence", "question-": "question"}
logger = logging.getLogger(__name__)


def label_of(quotation: nodes.block_quote) -> str | None:
    """Return the bold label that a quotation starts with, less its full stop or colon."""
    first = quotation[0] if quotation.children else None
    if not isinstance(first, nodes.paragraph):
        return None
    words = spoken(first)
    return words[0].astext().rstrip(".: ") if isinstance(words[0], nodes.strong) else None


def spoken(paragraph: nodes.paragraph) -> list[nodes.Node]:
    """Return a paragraph's children less the empty texts that the parser leaves at its start."""
    return [child for child in paragraph.children if child.astext()]


def explorables(node: nodes.Element) -> Iterator[nodes.raw]:
    """Yield the HTML of each explorable below a node."""
    for raw in node.findall(nodes.raw):
        if '<figure class="explorable"' in raw.astext():
            yield raw


def plain_letters(text: str) -> str:
    """Return a text without accents, capitals and braces, to compare names by."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if c.isalpha() and not unicodedata.combining(c)).lower()


class ChapterTransform(SphinxTransform):
    """Makes boxes, figures, numbered equations and links of a document's plain Markdown."""

    default_priority = 390  # before the labels of claims, which count the sources of a paragraph

    def apply(self, **kwargs: Any) -> None:
        """Work through the document once for each kind."""
        for quotation in list(self.document.findall(nodes.block_quote)):
            if label := label_of(quotation):
                self.box(quotation, label)
        for raw in list(self.document.findall(nodes.raw)):
            for kind, text in COMMENT.findall(raw.astext()):
                if kind != "alt" and raw.parent is not None:
                    (self.figure if kind == "figure" else self.equation)(raw, text)
        for link in list(self.document.findall(nodes.reference)):
            target = link.get("refuri", "")
            if link.get("id_link") and target.startswith(("#fig-", "#eq-")):
                self.number(link, target[1:])
            elif link.get("id_link"):  # a heading: JupyterLab writes #Two-gaps, the page #two-gaps
                link["refuri"] = target.lower()
        for link in list(self.document.findall(addnodes.pending_xref)):
            if link["refdomain"] == "doc" and (key := link.get("reftargetid")):
                if key.startswith(("fig-", "eq-")):
                    self.number(link, key)
                elif link["reftarget"] == SOURCES:
                    self.source(link, key)
                elif start := next(filter(key.startswith, LEDGER), None):
                    link["refdomain"], link["reftype"] = "claim", LEDGER[start]
                    link["reftarget"], link["refwarn"] = key.removeprefix(start), True

    def warn(self, message: str, where: nodes.Node) -> None:
        """Say what is wrong and where."""
        logger.warning(message, location=where, type="chapters")

    def box(self, quotation: nodes.block_quote, label: str) -> None:
        """Make a box of a quotation whose label is one of ``BOXES``."""
        if label not in BOXES:
            return
        box = nodes.container("", *quotation.children, classes=["box", f"box-{BOXES[label]}"])
        quotation.replace_self(box)

    def figure(self, raw: nodes.raw, name: str) -> None:
        """Wrap what the cell before ``raw`` shows into a figure, captioned by what follows."""
        home = raw.parent
        start = home.index(raw)
        end = start
        while end < len(home) and isinstance(home[end], nodes.raw):
            end += 1
        said = COMMENT.findall("".join(node.astext() for node in home[start:end]))
        alt = dict(said).get("alt", "")
        caption = home[end] if end < len(home) else None
        cell = home[start - 1] if start else None
        pictures = [
            bundle
            for bundle in (cell.findall(nodes.container) if cell is not None else ())
            if bundle.get("nb_element") == "mime_bundle"
            and (bundle.next_node(nodes.image) or list(explorables(bundle)))
        ]
        if not alt:
            self.warn(f"figure {name}: expected <!-- alt: … --> below its name", raw)
        elif not isinstance(caption, nodes.paragraph) or not caption.astext().startswith("Figure."):
            self.warn(f"figure {name}: expected a paragraph that starts with **Figure.**", raw)
        elif not pictures:
            self.warn(f"figure {name}: the cell before it shows no picture", raw)
        else:
            wrapped = nodes.figure(names=[nodes.fully_normalize_name(name)])
            wrapped.source, wrapped.line = caption.source, caption.line
            words = spoken(caption)[1:]
            if words and isinstance(words[0], nodes.Text):
                words[0] = nodes.Text(words[0].lstrip())
            pictures[-1].replace_self(wrapped)
            wrapped += [pictures[-1], nodes.caption("", "", *words)]
            for image in wrapped.findall(nodes.image):
                image["alt"] = alt
            for explorable in explorables(wrapped):
                told = ALT.sub(lambda _: f' alt="{escape(alt)}"', explorable.astext(), count=1)
                explorable[0] = nodes.Text(told)
            self.document.note_explicit_target(wrapped, wrapped)
            del home[start : end + 1]

    def equation(self, raw: nodes.raw, name: str) -> None:
        """Label and number the formula that follows ``raw``."""
        formula = raw.next_node(descend=False, siblings=True)
        if not isinstance(formula, nodes.math_block):
            self.warn(f"equation {name}: expected a displayed formula right below its name", raw)
            return
        domain = self.env.get_domain("math")
        formula["label"], formula["docname"] = name, self.env.docname
        domain.note_equation(self.env.docname, name, location=formula)
        formula["number"] = domain.get_equation_number_for(name)
        formula["ids"].append(nodes.make_id(f"equation-{name}"))
        self.document.note_explicit_target(formula)
        raw.parent.remove(raw)

    def number(self, link: nodes.Element, name: str) -> None:
        """Put the number of a figure or an equation behind the words of a link to it."""
        words = link.astext()
        if not words:
            self.warn(f"a link to {name} needs words, since numbers show in the page only", link)
        at = {"refdoc": self.env.docname, "reftarget": name, "refwarn": True}
        if name.startswith("eq-"):
            xref = addnodes.pending_xref(
                "", nodes.inline("", name), refdomain="math", reftype="eq", refexplicit=False, **at
            )
            link.replace_self([*link.children, nodes.Text("\u00a0"), xref])
        else:
            title = f"{words.replace('%', '%%')} (Fig.\u00a0%s)"
            xref = addnodes.pending_xref(
                "",
                nodes.inline("", title),
                refdomain="std",
                reftype="numref",
                refexplicit=True,
                **at,
            )
            link.replace_self(xref)

    def source(self, link: addnodes.pending_xref, key: str) -> None:
        """Mark a link as one to a source, and hold its words to author and year of the entry."""
        entry = self.env.get_domain("cite").bibdata.data.entries.get(key)
        if entry is None:
            self.warn(f"{key}: no source of this name in the bibliography", link)
            return
        words = link.astext()
        surname = "".join(" ".join(entry.persons["author"][0].last_names).split()[-1:])
        if entry.fields["year"] not in words or plain_letters(surname) not in plain_letters(words):
            expected = f"{surname} and {entry.fields['year']}"
            self.warn(f"{key}: expected {expected} in the words of the link, got {words!r}", link)
        link["refdomain"], link["reftype"], link["reftarget"] = "cite", "source", key


class ResolveSources(SphinxPostTransform):
    """Leads each link to a source to its entry on the page of references."""

    default_priority = 8  # before the resolvers of Sphinx and of MyST

    def run(self, **kwargs: Any) -> None:
        """Replace the links that ``ChapterTransform`` has marked."""
        for link in list(self.document.findall(addnodes.pending_xref)):
            if link.get("reftype") == "source":
                anchor = nodes.make_id(link["reftarget"])
                content = nodes.inline("", "", *link.children)
                here, builder = self.env.docname, self.app.builder
                link.replace_self(make_refnode(builder, here, SOURCES, anchor, content))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both steps."""
    app.add_transform(ChapterTransform)
    app.add_post_transform(ResolveSources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
