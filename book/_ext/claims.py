"""Turns claim labels into anchors with a badge, and knows where each claim is said and asked.

``gentutor.bank.ledger`` says how claims are labelled and proven. Here each label becomes an anchor
``#claim-<id>`` and a badge that links to its row on the page of claims, which ``claims_page``
makes. Whatever ledger, labels, tests and questions disagree on is a warning of the build, and so is
a question that its chapter does not ask.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from gentutor.bank.compiled import asked, read_compiled
from gentutor.bank.ledger import LABEL, Label, Ledger, faults, load_ledger, scan_tests

PROVEN = {"test": "tested", "derivation": "derived", "citation": "cited"}
logger = logging.getLogger(__name__)


class ClaimDomain(Domain):
    """Where each claim is made (``sentence``), derived, listed (``row``) and asked."""

    name = "claim"
    label = "Claims"
    initial_data: ClassVar[dict[str, Any]] = {"labels": {}, "tables": [], "proofs": None}

    @cached_property
    def ledger(self) -> Ledger:
        """The claims of this build."""
        return load_ledger(Path(self.env.srcdir, self.env.config.claims_ledger))

    @cached_property
    def evidence(self) -> dict[str, tuple[str, ...]]:
        """The tests of each claim."""
        return scan_tests(Path(self.env.srcdir, self.env.config.claims_tests))

    @cached_property
    def questions(self) -> dict[str, dict[str, Any]]:
        """The questions of the compiled bank, by id."""
        bank = read_compiled(Path(self.env.srcdir, self.env.config.claims_bank))
        return {question["id"]: question for question in bank["questions"]}

    @property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """The ids of the questions on each claim."""
        return asked({"questions": self.questions.values()})

    def labels(self) -> list[Label]:
        """Return the labels of all documents, in the order of their names."""
        found = self.data["labels"]
        return [label for docname in sorted(found) for label in found[docname]]

    def target(self, kind: str, claim: str) -> tuple[str, str] | None:
        """Return document and anchor of a claim's ``sentence``, ``derivation`` or ``row``.

        For the kind ``question``, of the question with that id.
        """
        if kind == "question":
            if claim not in self.questions:
                return None
            page, _, anchor = self.questions[claim]["anchor"].partition("#")
            docname = page.removesuffix(".html")
            return (docname, anchor) if docname in self.env.found_docs else None
        if kind == "row":
            if claim not in {each.id for each in self.ledger.published()}:
                return None
            return next(((table, f"claim-row-{claim}") for table in self.data["tables"]), None)
        wanted = "claim" if kind == "sentence" else kind
        for label in self.labels():
            if (label.kind, label.id) == (wanted, claim):
                return label.where, f"{wanted}-{claim}"
        return None

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Link to a claim."""
        if (found := self.target(typ, target)) is None:
            return None
        link = make_refnode(builder, fromdocname, *found, contnode)
        link["classes"] += node["classes"]
        return link

    def clear_doc(self, docname: str) -> None:
        """Forget a document that is read again."""
        self.data["labels"].pop(docname, None)
        self.data["tables"] = [table for table in self.data["tables"] if table != docname]

    def merge_domaindata(self, docnames: list[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process has read."""
        self.data["labels"].update(
            (name, found) for name, found in otherdata["labels"].items() if name in docnames
        )
        self.data["tables"] += [table for table in otherdata["tables"] if table in docnames]

    def check_consistency(self) -> None:
        """Warn of every disagreement between ledger, labels, tests and questions."""
        self.check_anchors()
        for message, label in faults(self.ledger, self.labels(), self.evidence, self.asked):
            if label:
                logger.warning(message, location=(label.where, label.line), type="claims")
            else:
                logger.warning("%s: %s", self.env.config.claims_ledger, message, type="claims")

    def check_anchors(self) -> None:
        """Warn of each question that the page of its anchor does not hold."""
        pages: dict[str, str] = {}
        for name, question in self.questions.items():
            page, _, anchor = question["anchor"].partition("#")
            docname = page.removesuffix(".html")
            if docname not in pages:
                found = docname in self.env.found_docs
                tree = self.env.get_doctree(docname) if found else nodes.container()
                pages[docname] = "".join(raw.astext() for raw in tree.findall(nodes.raw))
            if f'id="{anchor}"' not in pages[docname]:
                logger.warning("%s: %s does not ask this question", name, docname, type="claims")


def link_to(kind: str, claim: str, *text: nodes.Node, docname: str, **options: Any) -> nodes.Node:
    """Return a link to a claim's sentence, derivation or row, resolved when the page is written."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", "", *text),
        refdomain="claim",
        reftype=kind,
        reftarget=claim,
        refdoc=docname,
        refwarn=True,
        **options,
    )


class LabelTransform(SphinxTransform):
    """Puts an anchor and a badge where the text has a label."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Work backwards, so that the labels before one paragraph keep their order in it."""
        found: list[Label] = []
        for raw in reversed(list(self.document.findall(nodes.raw))):
            if names := LABEL.findall(raw.astext()):
                alone = not LABEL.sub("", raw.astext()).strip()
                inline = isinstance(raw.parent, nodes.TextElement)
                home = raw.parent if inline else raw.next_node(descend=False, siblings=True)
                if not alone or not isinstance(home, nodes.paragraph):
                    fault = (
                        "a claim label stands before a sentence of a paragraph"
                        if alone
                        else "a claim label that starts a block needs a line of its own, or the "
                        "rest of its line is taken for HTML and not for Markdown"
                    )
                    start = " ".join(raw.astext().split())[:60]
                    logger.warning("%s; got %r", fault, start, location=raw.parent, type="claims")
                    continue
                at = home.index(raw) if inline else 0
                raw.parent.remove(raw)
                cites = tuple(
                    key.strip()
                    for cite in home.findall(addnodes.pending_xref)
                    if cite["refdomain"] == "cite"
                    for key in cite["reftarget"].split(",")
                )
                home[at:at] = [node for kind, name in names for node in self.spot(kind, name)]
                found += [
                    Label(kind, name, self.env.docname, home.line, cites)
                    for kind, name in reversed(names)
                ]
        if found:
            labels = self.env.get_domain("claim").data["labels"]
            labels[self.env.docname] = found[::-1]

    def spot(self, kind: str, name: str) -> list[nodes.Node]:
        """Return the anchor and, for a published claim, the badge."""
        anchor = nodes.target("", "", ids=[f"{kind}-{name}"])
        claim = self.env.get_domain("claim").ledger.claims.get(name)
        if kind == "derivation" or claim is None or claim.status == "planned":
            return [anchor]
        proven = PROVEN[claim.evidence]
        name_read_aloud = nodes.inline("", f"Claim {name}: ", classes=["visually-hidden"])
        badge = link_to(
            "row",
            name,
            name_read_aloud,
            nodes.Text(proven),
            docname=self.env.docname,
            classes=["claim-badge", f"claim-{proven}"],
        )
        return [anchor, badge, nodes.Text(" ")]


def stale_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Read the pages of claims again when the ledger, tests, questions or text have changed."""
    domain = env.get_domain("claim")
    proofs = (domain.ledger, domain.evidence, domain.questions)
    if proofs != domain.data["proofs"]:
        domain.data["proofs"] = proofs
        return [*domain.data["labels"], *domain.data["tables"]]
    return domain.data["tables"] if added | changed | removed else []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform, the page and where the ledger and the tests are."""
    app.add_config_value("claims_ledger", "gentutor/bank/claims.yml", "env")
    app.add_config_value("claims_tests", "tests", "env")
    app.add_config_value("claims_bank", "gentutor/bank/bank.json", "env")
    app.add_domain(ClaimDomain)
    app.add_transform(LabelTransform)
    app.setup_extension("claims_page")
    app.connect("env-get-outdated", stale_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
