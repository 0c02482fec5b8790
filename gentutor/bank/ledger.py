"""The claim ledger: what the book asserts, where it says so, and what proves it.

``claims.yml`` names every claim. A chapter labels the sentence that makes a claim by an HTML
comment before it, ``<!-- claim: vae-reparam -->``; at the start of a block the comment has a line
of its own. ``<!-- derivation: vae-reparam -->`` stands before the derivation of a claim. A test
proves a claim by ``@pytest.mark.claim("vae-reparam")``. The compiled bank says which questions ask
for it. This module reads claims, labels and marks without executing anything, and ``faults`` says
where the four disagree.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

EVIDENCE = ("test", "derivation", "citation")
STATUS = ("planned", "published")
LEAST_TESTED = 0.9  # share of all claims that rest on a test
LEAST_ASKED = 2  # questions on each published claim
IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
LABEL = re.compile(r"<!--\s*(claim|derivation)\s*:\s*(.*?)\s*-->", re.DOTALL)
CITE = re.compile(r"\]\([^)\s]*references\.md#([^)\s]+)\)")


@dataclass(frozen=True)
class Claim:
    """One statement that an interviewer can ask about."""

    id: str
    section: str
    claim: str
    evidence: str
    status: str
    sharper: str = ""


@dataclass(frozen=True)
class Ledger:
    """All claims by id, and the titles of their sections; both in the order of the book."""

    sections: dict[str, str]
    claims: dict[str, Claim]

    def published(self) -> list[Claim]:
        """Return the claims that a chapter makes."""
        return [claim for claim in self.claims.values() if claim.status == "published"]


@dataclass(frozen=True)
class Label:
    """A label found in the text: ``kind`` is ``claim`` or ``derivation``."""

    kind: str
    id: str
    where: str
    line: int | None = None
    cites: tuple[str, ...] = ()


def load_ledger(path: Path) -> Ledger:
    """Read ``claims.yml``; ValueError names the entry that is malformed."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict) or set(raw) != {"sections", "claims"}:
        raise ValueError(f"{path.name}: expected the two keys 'sections' and 'claims'")
    claims: dict[str, Claim] = {}
    for number, entry in enumerate(raw["claims"], 1):
        try:
            claim = Claim(**entry)
        except TypeError as error:
            raise ValueError(f"{path.name}: entry {number}, {entry!r}: {error}") from None
        for field, allowed in {
            "section": raw["sections"],
            "evidence": EVIDENCE,
            "status": STATUS,
        }.items():
            if (value := getattr(claim, field)) not in allowed:
                expected = ", ".join(allowed)
                raise ValueError(f"{claim.id}: {field} must be one of {expected}; got {value!r}")
        if not IDENTIFIER.fullmatch(str(claim.id)):
            raise ValueError(f"id must be lower-case words joined by hyphens; got {claim.id!r}")
        if not claim.claim.strip():
            raise ValueError(f"{claim.id}: claim must be a sentence; got nothing")
        if claim.id in claims:
            raise ValueError(f"{claim.id}: this id occurs twice in {path.name}")
        claims[claim.id] = claim
    return Ledger(raw["sections"], claims)


def labels_in(text: str, where: str) -> Iterator[Label]:
    """Yield the labels in Markdown that stand before a sentence of a paragraph.

    Code is skipped and directives are entered.
    """
    waiting: list[tuple[str, str]] = []
    opened = ""
    for token in MarkdownIt().parse(text):
        if token.type == "html_block" and not LABEL.sub("", token.content).strip():
            waiting += LABEL.findall(token.content)
        elif token.type == "inline" and opened == "paragraph_open":
            html = [child.content for child in token.children or () if child.type == "html_inline"]
            cites = tuple(CITE.findall(token.content))
            for kind, name in [*waiting, *LABEL.findall("".join(html))]:
                yield Label(kind, name, where, cites=cites)
        elif token.type == "fence" and token.info.startswith("{"):
            yield from labels_in(token.content, where)
        if token.type not in ("html_block", "paragraph_open"):
            waiting.clear()
        opened = token.type


def scan_labels(paths: Iterable[Path]) -> list[Label]:
    """Return the labels in Markdown pages and in the Markdown cells of notebooks."""
    found: list[Label] = []
    for path in sorted(paths):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            cells = [c["source"] for c in json.loads(text)["cells"] if c["cell_type"] == "markdown"]
            text = "\n\n".join("".join(source) for source in cells)
        found += labels_in(text, path.stem)
    return found


def marks_in(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of ``pytest.mark.claim`` at or below a node."""
    for child in ast.walk(node):
        match child:
            case ast.Call(func=ast.Attribute(attr="claim", value=ast.Attribute(attr="mark"))):
                yield child


def ids_of(mark: ast.Call) -> list[str]:
    """Return the ids that a mark names as literal strings; none when it names any otherwise."""
    ids = [arg.value for arg in mark.args if isinstance(arg, ast.Constant)]
    return [one for one in ids if isinstance(one, str)] if len(ids) == len(mark.args) else []


def marked_tests(
    scope: ast.Module | ast.ClassDef, name: str, outer: list[ast.Call]
) -> Iterator[tuple[str, ast.Call]]:
    """Yield each test at or below a module or class with each mark that holds for it."""
    for node in scope.body:
        if isinstance(node, ast.Assign) and "pytestmark" in map(ast.unparse, node.targets):
            outer = [*outer, *marks_in(node.value)]
    for node in scope.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            marks = [*outer, *(mark for at in node.decorator_list for mark in marks_in(at))]
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                yield from marked_tests(node, f"{name}::{node.name}", marks)
            elif not isinstance(node, ast.ClassDef) and node.name.startswith("test"):
                yield from ((f"{name}::{node.name}", mark) for mark in marks)


def scan_tests(folder: Path) -> dict[str, tuple[str, ...]]:
    """Map each claim id to the tests marked with it, as ``tests/test_x.py::Class::test_y``.

    A mark counts on a function, on its class, in ``pytestmark`` and in a ``pytest.param`` within a
    function's decorators. ValueError where a mark carries no literal ids or belongs to no test.
    """
    found: dict[str, dict[str, None]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        name = path.relative_to(folder.parent).as_posix()
        used = set()
        for test, mark in marked_tests(tree, name, []):
            used.add(mark)
            if not (ids := ids_of(mark)):
                raise ValueError(f"{name}:{mark.lineno}: a claim mark names its ids as strings")
            for claim in ids:
                found.setdefault(claim, {})[test] = None
        for mark in marks_in(tree):
            if mark not in used:
                raise ValueError(f"{name}:{mark.lineno}: this claim mark belongs to no test")
    return {claim: tuple(tests) for claim, tests in found.items()}


def faults(
    ledger: Ledger,
    labels: Iterable[Label],
    evidence: Mapping[str, Sequence[str]],
    questions: Mapping[str, Sequence[str]],
) -> Iterator[tuple[str, Label | None]]:
    """Yield what disagrees, with the label at fault where it is one.

    Args:
        ledger: the claims.
        labels: of all pages, in their order.
        evidence: the tests of each claim, by its id.
        questions: the questions on each claim, by its id.
    """
    labels = list(labels)
    sentences: dict[str, Label] = {}
    for label in labels:
        claim = ledger.claims.get(label.id)
        if claim is None:
            yield f"{label.id}: this label names no claim of the ledger", label
        elif label.kind == "claim":
            if label.id in sentences:
                first = sentences[label.id].where
                yield f"{label.id}: labelled twice; the first label is in {first}", label
            elif claim.status == "planned":
                yield f"{label.id}: labelled, but still planned in the ledger", label
            sentences.setdefault(label.id, label)
    derived = {(label.id, label.where) for label in labels if label.kind == "derivation"}
    for claim in ledger.published():
        sentence = sentences.get(claim.id)
        if sentence is None:
            yield f"{claim.id}: published, but no sentence carries its label", None
        elif claim.evidence == "derivation" and (claim.id, sentence.where) not in derived:
            yield f"{claim.id}: no derivation is labelled in the chapter that claims it", sentence
        elif claim.evidence == "citation" and not sentence.cites:
            yield f"{claim.id}: its labelled paragraph cites no source", sentence
        if claim.evidence == "test" and not evidence.get(claim.id):
            yield f"{claim.id}: published, but no test is marked with it", None
        if (n := len(questions.get(claim.id, ()))) < LEAST_ASKED:
            yield f"{claim.id}: published, but asked by {n} questions of {LEAST_ASKED}", None
    for name in evidence:
        if name not in ledger.claims:
            yield f"{name}: marked on {', '.join(evidence[name])}, but no claim of the ledger", None
    for name in questions:
        if name not in ledger.claims:
            yield f"{name}: asked by {', '.join(questions[name])}, but no claim of the ledger", None
    share = Counter(claim.evidence for claim in ledger.claims.values())["test"]
    if share < LEAST_TESTED * len(ledger.claims):
        yield f"{share} of {len(ledger.claims)} claims rest on a test; nine in ten must", None
