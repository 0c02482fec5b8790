"""Compiles the bank: keys evaluated, texts rendered, refutations run; one file for all readers."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gentutor.bank.compiled import FORMAT
from gentutor.bank.loader import BankError
from gentutor.bank.schema import (
    Many,
    Numeric,
    Option,
    Order,
    Question,
    QuestionFile,
    Recall,
    Refute,
    Single,
)
from gentutor.proof.grammar import ExpressionError
from gentutor.proof.keys import LETTERS, Computed, compute, field, fill, key_of
from gentutor.proof.proving import Known
from gentutor.proof.refutations import RefutationError, output_of
from gentutor.proof.render import Rich, rich
from gentutor.proof.seating import seated


def compile_bank(known: Known | None = None) -> dict[str, Any]:
    """Return the compiled bank, with every live question; drafts are left out.

    Raises:
        BankError: all faults, one a line: an expression, a formula or a refutation that fails.
    """
    known = known or Known.read()
    faults: list[str] = []
    questions: list[dict[str, Any]] = []
    named: set[str] = set()
    for section, file in in_order(known):
        live = known.bank.questions(section)
        orders = seated(live)
        for question in live:
            try:
                one = compiled(question, file, known, orders.get(question.id, ""))
                questions.append(one)
                named.update(codes(one))
            except ValueError as error:
                faults.append(f"{known.bank.places[question.id]}: {question.id}: {error}")
    if faults:
        raise BankError("\n".join(faults))
    claims = {claim for question in questions for claim in question["claims"]}
    return {
        "format": FORMAT,
        "sections": {name: known.ledger.sections[name] for name, _ in in_order(known)},
        "misconceptions": {
            code: {"says": rich(one.says), "why": rich(one.why)}
            for code, one in known.bank.misconceptions.items()
            if code in named
        },
        "claims": {
            name: rich(claim.claim)["text"]
            for name, claim in known.ledger.claims.items()
            if name in claims
        },
        "questions": questions,
    }


def in_order(known: Known) -> Iterator[tuple[str, QuestionFile]]:
    """Yield the files in the order of the ledger's sections."""
    for section in known.ledger.sections:
        if section in known.bank.files:
            yield section, known.bank.files[section]


def codes(question: Mapping[str, Any]) -> Iterator[str]:
    """Yield the misconceptions that a compiled question names."""
    for variant in question["variants"]:
        for one in [*variant.get("choices", []), *variant.get("traps", [])]:
            if one["misconception"]:
                yield one["misconception"]


def compiled(question: Question, file: QuestionFile, known: Known, order: str) -> dict[str, Any]:
    """Return one question of the compiled bank; ValueError says which field fails."""
    variants = compute(question)
    alone = variants[0].values if len(variants) == 1 else {}
    show = shower(alone)
    asked = question.follow_up
    return {
        "id": question.id,
        "rev": question.rev,
        "section": file.section,
        "anchor": f"{file.chapter}.html#question-{question.id}",
        "claims": question.claims,
        "kind": question.kind,
        "skill": question.skill,
        "difficulty": question.difficulty,
        "seconds": question.seconds,
        "hint": show("hint", question.hint),
        "explanation": show("explanation", question.explanation),
        "follow_up": {
            "prompt": show("follow_up.prompt", asked.prompt),
            "answer": show("follow_up.answer", asked.answer),
        },
        "sources": [
            {
                "key": source.key,
                "text": ", ".join(filter(None, (known.sources[source.key], source.at))),
            }
            for source in question.sources
        ],
        "variants": [of_variant(question, variant, order) for variant in variants],
    }


def shower(values: Mapping[str, Any]) -> Callable[[str, str], Rich]:
    """Return a function that fills and renders the text of a field."""

    def show(name: str, text: str) -> Rich:
        with field(name):
            text = fill(text, values)
        try:
            return rich(text)
        except ValueError as error:
            raise ExpressionError(f"{name}: {error}") from None

    return show


def of_variant(question: Question, variant: Computed, order: str) -> dict[str, Any]:
    """Return what one variant shows, by the question's kind."""
    show = shower(variant.values)
    shown: dict[str, Any] = {"prompt": show("prompt", question.prompt)}
    match question:
        case Single() | Many() | Refute():
            shown["choices"] = options(question, order, show)
            if isinstance(question, Refute):
                shown["refutation"] = ran(question.refutation)
        case Numeric():
            shown |= {
                "answer": rounded(variant.values["answer"]),
                "tolerance": rounded(variant.tolerance),
                "unit": question.unit or "",
                "traps": [
                    {
                        "value": rounded(value),
                        "feedback": show(f"traps.{n}.feedback", trap.feedback),
                        "misconception": trap.misconception,
                    }
                    for n, (value, trap) in enumerate(
                        zip(variant.traps, question.traps, strict=True), 1
                    )
                ],
            }
            if question.working:
                shown["working"] = show("working", question.working)
        case Order():
            shown["steps"] = [
                {"id": step.id, "text": show(f"steps.{step.id}", step.text)}
                for step in question.steps
            ]
        case Recall():
            shown |= {
                "rubric": [show("rubric", point) for point in question.rubric],
                "thirty_seconds": show("thirty_seconds", question.thirty_seconds),
                "two_minutes": show("two_minutes", question.two_minutes),
            }
    return shown


def options(question: Question, order: str, show: Callable[[str, str], Rich]) -> list[Any]:
    """Return the options in the order given; ``correct`` says that one is to be picked."""
    key = key_of(question)
    assert isinstance(key, frozenset)

    def one(letter: str) -> dict[str, Any]:
        option: Option = question.options()[LETTERS.index(letter)]
        return {
            "id": letter,
            "text": show(f"option {letter}: text", option.text),
            "correct": letter in key,
            "feedback": show(f"option {letter}: feedback", option.feedback),
            "misconception": option.misconception,
        }

    return [one(letter) for letter in order]


def ran(code: str) -> dict[str, str]:
    """Return a refutation with its output."""
    try:
        return {"code": code.rstrip(), "output": output_of(code)}
    except RefutationError as error:
        raise ExpressionError(f"refutation: {error}") from None


def rounded(value: float) -> float:
    """Return a number with six significant digits.

    >>> rounded(0.8181471805599453), rounded(2)
    (0.818147, 2.0)
    """
    return float(f"{value:.6g}")


def as_text(bank: Mapping[str, Any]) -> str:
    """Return a compiled bank as it is written: keys sorted, a line each."""
    return json.dumps(bank, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(text: str, path: Path) -> None:
    """Write a file under a temporary name, then rename it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
