"""Turns claim labels into anchors with a badge, and prints the page of published claims.

``gentutor.bank.ledger`` says how claims are labelled and proven. Here each label becomes an anchor
``#claim-<id>`` and a badge that links to its row on the page that holds the ``claims-table``
directive. Whatever the ledger, the labels and the tests disagree on is a warning of the build.
"""

import re
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
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from gentutor.bank.ledger import LABEL, Claim, Label, Ledger, faults, load_ledger, scan_tests

PROVEN = {"test": "tested", "derivation": "derived", "citation": "cited"}
logger = logging.getLogger(__name__)


class ClaimDomain(Domain):
    """Where each claim is made (``sentence``), derived and listed (``row``)."""

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

    def labels(self) -> list[Label]:
        """Return the labels of all documents, in the order of their names."""
        found = self.data["labels"]
        return [label for docname in sorted(found) for label in found[docname]]

    def target(self, kind: str, claim: str) -> tuple[str, str] | None:
        """Return the document and anchor of a claim's ``sentence``, ``derivation`` or ``row``."""
        if kind == "row":
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
        """Warn of every disagreement between ledger, labels and tests."""
        for message, label in faults(self.ledger, self.labels(), self.evidence):
            if label:
                logger.warning(message, location=(label.where, label.line), type="claims")
            else:
                logger.warning("%s: %s", self.env.config.claims_ledger, message, type="claims")


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


def breakable(test: str) -> nodes.literal:
    """Return a test's name as code that may break at each / and _ and still copies unbroken."""
    name = nodes.literal()
    for piece in re.findall(r"[^/_]+[/_]*|[/_]+", test):
        name += [nodes.Text(piece), nodes.raw("", "<wbr>", format="html")]
    return name


class ClaimsTable(SphinxDirective):
    """Lists every published claim by section, with what sharpens and what proves it."""

    def run(self) -> list[nodes.Node]:
        """Build the page's sections."""
        domain = self.env.get_domain("claim")
        domain.data["tables"].append(self.env.docname)
        published, total = domain.ledger.published(), len(domain.ledger.claims)
        count = f"{len(published)} published, {total - len(published)} planned."
        page: list[nodes.Node] = [nodes.paragraph("", count, classes=["claim-count"])]
        for key, title in domain.ledger.sections.items():
            claims = [claim for claim in published if claim.section == key]
            if claims:
                section = nodes.section("", nodes.title("", title), ids=[f"claims-{key}"])
                section["names"].append(nodes.fully_normalize_name(title))
                section += nodes.definition_list(
                    "", *(self.row(claim, domain) for claim in claims), classes=["claim-list"]
                )
                page.append(section)
        return page

    def row(self, claim: Claim, domain: ClaimDomain) -> nodes.Node:
        """Return one claim: its id, the sentence, the sharper truth, the proof."""
        body = nodes.definition("", *self.parse_text_to_nodes(claim.claim))
        if claim.sharper:
            sharper = self.parse_text_to_nodes(claim.sharper)
            sharper[0].insert(0, [nodes.strong("", "Sharper:"), nodes.Text(" ")])
            body += sharper
        proof = nodes.paragraph("", f"{PROVEN[claim.evidence].capitalize()}; see the ")
        proof += link_to("sentence", claim.id, nodes.Text("sentence"), docname=self.env.docname)
        if claim.evidence == "derivation":
            text = nodes.Text("derivation")
            proof += nodes.Text(" and its ")
            proof += link_to("derivation", claim.id, text, docname=self.env.docname)
        body += proof
        if tests := domain.evidence.get(claim.id):
            items = [nodes.list_item("", nodes.paragraph("", "", breakable(t))) for t in tests]
            body += nodes.bullet_list("", *items, classes=["claim-tests"])
        term = nodes.term("", "", nodes.literal("", claim.id), ids=[f"claim-row-{claim.id}"])
        return nodes.definition_list_item("", term, body)


def stale_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Read the pages of claims again when the ledger, the tests or the text has changed."""
    domain = env.get_domain("claim")
    proofs = (domain.ledger, domain.evidence)
    if proofs != domain.data["proofs"]:
        domain.data["proofs"] = proofs
        return [*domain.data["labels"], *domain.data["tables"]]
    return domain.data["tables"] if added | changed | removed else []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, the transform and where the ledger and the tests are."""
    app.add_config_value("claims_ledger", "gentutor/bank/claims.yml", "env")
    app.add_config_value("claims_tests", "tests", "env")
    app.add_domain(ClaimDomain)
    app.add_directive("claims-table", ClaimsTable)
    app.add_transform(LabelTransform)
    app.connect("env-get-outdated", stale_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
