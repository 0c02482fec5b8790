"""Proves the bank: every key by its check, every trap apart, every name known."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from time import perf_counter

from threadpoolctl import threadpool_limits

from gentutor.bank.ledger import Ledger, load_ledger
from gentutor.bank.loader import HERE, Bank, load_bank
from gentutor.bank.schema import Numeric, Question
from gentutor.proof.grammar import ExpressionError
from gentutor.proof.keys import Computed, agree, compute, proof, proofs_of_section, reached
from gentutor.proof.sources import read_sources

ROOT = HERE.parents[1]
APART = 4  # tolerances between a trap and the key, and between two traps


@dataclass(frozen=True)
class Known:
    """What questions may name, and the bank that they stand in."""

    bank: Bank
    ledger: Ledger
    sources: dict[str, str]
    root: Path

    @classmethod
    def read(cls, root: Path = ROOT) -> "Known":
        """Read bank, ledger and sources of a repository; ValueError where one is malformed."""
        bank = root / "gentutor" / "bank"
        return cls(
            load_bank(bank),
            load_ledger(bank / "claims.yml"),
            read_sources(root / "book" / "references.bib"),
            root,
        )


@dataclass
class Report:
    """What a proof found: the faults, one a line, and how many keys it looked at."""

    faults: list[str] = field(default_factory=list)
    questions: int = 0
    variants: int = 0
    checked: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def prove(section: str | None = None, *, known: Known | None = None) -> Report:
    """Prove every question, drafts included, of one section or of all.

    Args:
        section: such as ``"vae"``; None for all.
        known: the bank and what it may name; by default the repository's own.

    Raises:
        ValueError: a malformed file (BankError), or a section without a file.
    """
    known = known or Known.read()
    if section is not None and section not in known.bank.files:
        expected = ", ".join(known.bank.files)
        raise ValueError(f"section: expected one of {expected}; got {section!r}")
    report = Report()
    for name, file in known.bank.files.items():
        if section not in (None, name):
            continue
        if name not in known.ledger.sections:
            report.faults.append(f"{name}.yaml: {name!r} is no section of the ledger")
        if not (known.root / f"{file.chapter}.ipynb").exists():
            report.faults.append(f"{name}.yaml: chapter: {file.chapter}.ipynb does not exist")
        try:  # imported here, or the watch on the calls slows the import
            proofs_of_section(name)
        except Exception as error:
            report.faults.append(f"checks/{name}.py: {type(error).__name__}: {error}")
            continue
        with threadpool_limits(1):  # small matrices: a second thread took thirty times as long
            prove_questions(name, known, report)
    return report


def prove_questions(section: str, known: Known, report: Report) -> None:
    """Add to the report what is wrong with each question of a section, and its seconds."""
    for question in known.bank.files[section].questions:
        start = perf_counter()
        place = f"{known.bank.places[question.id]}: {question.id}"
        faults = [*unknown(question, known), *unproven(question, section, report)]
        report.faults += [f"{place}: {fault}" for fault in faults]
        report.questions += 1
        report.seconds[question.id] = perf_counter() - start


def unknown(question: Question, known: Known) -> Iterator[str]:
    """Yield each claim, misconception and source that a question names and nothing has."""
    for claim in question.claims:
        if claim not in known.ledger.claims:
            yield f"claims: {claim!r} is no claim of the ledger"
    for source in question.sources:
        if source.key not in known.sources:
            yield f"sources: {source.key!r} is no key of references.bib"
    tempting = [*question.options(), *(question.traps if isinstance(question, Numeric) else [])]
    for code in {one.misconception for one in tempting} - {None, *known.bank.misconceptions}:
        yield f"misconception {code!r} is not in misconceptions.yaml"


def unproven(question: Question, section: str, report: Report) -> Iterator[str]:
    """Yield what is wrong with the keys of a question; count them in the report."""
    try:
        with reached() as by_answer:
            variants = compute(question)
    except ExpressionError as error:
        yield str(error)
        return
    report.variants += len(variants)
    report.checked += question.is_checked()
    for variant in variants:
        shown = {name: value for name, value in variant.values.items() if name != "answer"}
        which = f" (variant {shown})" if len(variants) > 1 else ""
        try:
            with reached() as by_check:
                proofs = list(proof(question, section, variant))
        except ExpressionError as error:
            yield f"{error}{which}"
            return
        for name, found in proofs:
            if not agree(variant.key, found, variant.tolerance):
                yield f"{name}: gives {told(found)}; the key is {told(variant.key)}{which}"
        yield from (f"{fault}{which}" for fault in too_near(variant))
        if both := by_answer & by_check:
            yield f"check: reaches {', '.join(sorted(both))}, which the answer calls"
            return
    if isinstance(question, Numeric) and bare(question.check) == bare(question.answer):
        yield "check: repeats the answer's expression; take another route"


def bare(expression: str | None) -> str:
    """Return an expression without its white space."""
    return "".join((expression or "").split())


def told(key: object) -> str:
    """Return a key as a fault names it.

    >>> told(0.81814718), told(frozenset("ca")), told(("z", "loss"))
    ('0.818147', 'a, c', 'z, loss')
    """
    if isinstance(key, float):
        return f"{key:g}"
    if isinstance(key, frozenset):
        return ", ".join(sorted(key)) or "nothing"
    return ", ".join(key) if isinstance(key, tuple) else str(key)


def too_near(variant: Computed) -> Iterator[str]:
    """Yield each trap that lies within four tolerances of the key or of another trap."""
    least = APART * variant.tolerance
    for n, value in enumerate(variant.traps, 1):
        key = variant.values["answer"]
        if abs(value - key) <= least:
            yield f"traps.{n}.value: {value:g} lies within {least:g} of the key {key:g}"
    for (n, one), (m, other) in combinations(enumerate(variant.traps, 1), 2):
        if abs(one - other) <= least:
            yield f"traps.{m}.value: {other:g} lies within {least:g} of trap {n}, {one:g}"
