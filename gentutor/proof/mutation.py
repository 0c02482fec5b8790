"""Changes keys and shows them to their checks: a check that lets a wrong key pass proves little."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field

from gentutor.bank.schema import Numeric, Order, Question, Recall, Single
from gentutor.proof.grammar import ExpressionError
from gentutor.proof.keys import LETTERS, Computed, Key, agree, compute, computed, proof
from gentutor.proof.proving import Known, told

SWAPS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.Pow: ast.Mult(),
}


@dataclass
class Mutants:
    """How many wrong keys were shown to the checks, how many were refused, and which passed."""

    shown: int = 0
    killed: int = 0
    survivors: list[str] = field(default_factory=list)


def mutate(section: str | None = None, *, known: Known | None = None) -> Mutants:
    """Show mutants of every checked key to its check.

    A number gets another sign, half, twice, ten tolerances more or less, the next variant's key,
    and the value of its expression with one constant or operator changed. Of choices another one
    is marked, or one marked or unmarked; of steps two neighbours are swapped. A mutant that is no
    other key (within a tolerance) is left out, and so is one that cannot be evaluated.

    Args:
        section: such as ``"vae"``; None for all.
        known: the bank; by default the repository's own.
    """
    known = known or Known.read()
    found = Mutants()
    for name, file in known.bank.files.items():
        if section in (None, name):
            for question in file.questions:
                if question.is_checked() and not isinstance(question, Recall):
                    try:
                        show_mutants(question, name, found)
                    except ExpressionError as error:  # a check that fails refuses nothing
                        found.shown += 1
                        found.survivors.append(f"{question.id}: {error}")
    return found


def show_mutants(question: Question, section: str, found: Mutants) -> None:
    """Count the mutants of one question that its checks refuse and let pass."""
    variants = compute(question)
    proofs = [[key for _, key in proof(question, section, variant)] for variant in variants]
    for what, keys in mutants(question, variants):
        found.shown += 1
        refused = any(
            not agree(key, proven, variant.tolerance)
            for key, variant, given in zip(keys, variants, proofs, strict=True)
            for proven in given
        )
        found.killed += refused
        if not refused:
            found.survivors.append(f"{question.id}: {what}")


def mutants(question: Question, variants: list[Computed]) -> Iterator[tuple[str, list[Key]]]:
    """Yield what was changed, and the wrong keys of all variants."""
    if isinstance(question, Numeric):
        yield from of_numbers(variants)
        yield from of_expression(question, variants)
        return
    key = variants[0].key
    if isinstance(question, Order):
        assert isinstance(key, tuple)
        for n in range(len(key) - 1):
            swapped = (*key[:n], key[n + 1], key[n], *key[n + 2 :])
            yield f"{key[n]} and {key[n + 1]} swapped", [swapped]
        return
    assert isinstance(key, frozenset)
    for letter in LETTERS[: len(question.options())]:
        other = frozenset(letter) if isinstance(question, Single) else key ^ {letter}
        if other != key:
            yield f"{told(other)} in place of {told(key)}", [other]


def of_numbers(variants: list[Computed]) -> Iterator[tuple[str, list[Key]]]:
    """Yield mutants of one variant's number."""
    keys = [float(variant.values["answer"]) for variant in variants]
    for n, variant in enumerate(variants):
        key, far = keys[n], 10 * variant.tolerance
        changed = {
            "other sign": -key,
            "half": key / 2,
            "twice": 2 * key,
            "ten tolerances more": key + far,
            "ten tolerances less": key - far,
            "the next variant's": keys[(n + 1) % len(keys)],
        }
        for what, value in changed.items():
            if abs(value - key) > variant.tolerance:
                yield f"{what}: {value:g} for {key:g}", [*keys[:n], value, *keys[n + 1 :]]


def of_expression(question: Numeric, variants: list[Computed]) -> Iterator[tuple[str, list[Key]]]:
    """Yield the keys by the answer's expression with one constant or operator changed."""
    for answer in changed_expressions(question.answer):
        try:
            others = [computed(question, params, answer) for params in question.params or [{}]]
        except ExpressionError:
            continue
        keys: list[Key] = [float(other.values["answer"]) for other in others]
        if any(
            not agree(key, variant.key, 2 * variant.tolerance)
            for key, variant in zip(keys, variants, strict=True)
        ):
            yield f"answer: {answer}", keys


def changed_expressions(answer: str) -> Iterator[str]:
    """Yield an expression with one constant or operator changed at a time.

    >>> list(changed_expressions("2 * x"))
    ['2 / x', '3 * x']
    """
    tree = ast.parse(answer.strip())
    for n in range(len(list(ast.walk(tree)))):
        changed = copy.deepcopy(tree)
        twin = list(ast.walk(changed))[n]
        if isinstance(twin, ast.Constant) and isinstance(twin.value, int | float):
            twin.value += 1
        elif isinstance(twin, ast.BinOp) and type(twin.op) in SWAPS:
            twin.op = SWAPS[type(twin.op)]
        else:
            continue
        yield ast.unparse(changed)
