"""The page of published claims, for revision: a short answer, what sharpens it, its questions.

Under each claim the sharper answer and the proof are folded, so that a reader can try to say them
first. It works without a script.
"""

import platform
import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import shorten
from typing import Any

from claims import PROVEN, ClaimDomain, link_to
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gentutor.bank.ledger import Claim

VERIFIED = ("torch", "numpy", "scikit-learn", "scikit-image", "lpips", "torchmetrics")


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
        page += self.parse_text_to_nodes(evidence_table(domain))
        if versions := pinned(Path(self.env.srcdir, "requirements.lock")):
            page.append(nodes.paragraph("", f"The tests run with {versions}."))
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
        """Return one claim: its id, the short answer, the sharper one folded, questions, proof."""
        body = nodes.definition("", *self.parse_text_to_nodes(claim.claim))
        if claim.sharper:
            body += folded("Sharper", *self.parse_text_to_nodes(claim.sharper))
        docname = self.env.docname
        where = nodes.paragraph("", f"{PROVEN[claim.evidence].capitalize()} · ")
        where += link_to("sentence", claim.id, nodes.Text("In its chapter"), docname=docname)
        if claim.evidence == "derivation":
            where += nodes.Text(" · ")
            where += link_to("derivation", claim.id, nodes.Text("Derivation"), docname=docname)
        body += where
        prompts = {
            name: in_short(domain.questions[name]) for name in domain.asked.get(claim.id, ())
        }
        links = [link_to("question", n, nodes.Text(t), docname=docname) for n, t in prompts.items()]
        if links:
            body += listed("claim-questions", links)
        if tests := domain.evidence.get(claim.id):
            body += folded("Proof", listed("claim-tests", map(breakable, tests)))
        term = nodes.term("", "", nodes.literal("", claim.id), ids=[f"claim-row-{claim.id}"])
        return nodes.definition_list_item("", term, body)


def evidence_table(domain: ClaimDomain) -> str:
    """Return how many claims, kinds of proof, tests and questions each section has, in Markdown."""
    rows = ["| section | claims | tested | derived | cited | tests | questions |", "|---" * 7 + "|"]
    for key, title in domain.ledger.sections.items():
        claims = [claim for claim in domain.ledger.published() if claim.section == key]
        kinds = [sum(claim.evidence == kind for claim in claims) for kind in PROVEN]
        tests = {test for claim in claims for test in domain.evidence.get(claim.id, ())}
        asked = {name for claim in claims for name in domain.asked.get(claim.id, ())}
        if claims:
            cells = (title, len(claims), *kinds, len(tests), len(asked))
            rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows) if len(rows) > 2 else ""


def pinned(lock: Path) -> str:
    """Return the versions by which the claims are verified, or nothing where nothing is pinned."""
    if not lock.is_file():
        return ""
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.M))
    named = [f"{name} {pins[name]}" for name in VERIFIED if name in pins]
    return ", ".join([f"Python {platform.python_version()}", *named])


def listed(name: str, items: Iterable[nodes.Node]) -> nodes.bullet_list:
    """Return a list of a class."""
    rows = [nodes.list_item("", nodes.paragraph("", "", item)) for item in items]
    return nodes.bullet_list("", *rows, classes=[name])


def folded(summary: str, *content: nodes.Node) -> list[nodes.Node]:
    """Return content that unfolds under a summary, without a script."""
    opened = f'<details class="claim-{summary.lower()}"><summary>{summary}</summary>'
    return [
        nodes.raw("", opened, format="html"),
        *content,
        nodes.raw("", "</details>", format="html"),
    ]


def in_short(question: dict[str, Any]) -> str:
    r"""Return the first words of a question's prompt, at most 90 characters.

    >>> in_short({"variants": [{"prompt": {"text": "What is\nit?\n\n    code"}}]})
    'What is it?'
    """
    first = question["variants"][0]["prompt"]["text"].partition("\n\n")[0]
    return shorten(first, 90, placeholder=" …")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive; ``claims`` calls for this."""
    app.add_directive("claims-table", ClaimsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
