"""Keys computed, and the same keys by their checks: what is compared when a bank is proven."""

import ast
import math
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import getmembers, isfunction
from pkgutil import iter_modules
from typing import Any

import numpy as np
from torch import Tensor

from gentutor.bank.schema import Numeric, Order, Question, Recall, Refute
from gentutor.proof import checks
from gentutor.proof.expressions import evaluate, number
from gentutor.proof.grammar import ExpressionError, parse
from gentutor.proof.namespace import FUNCTIONS, NAMES

Key = float | bool | frozenset[str] | tuple[str, ...]
LETTERS = "abcdef"
PLACEHOLDER = re.compile(r"<<(.+?)(?::([^:<>]*[a-z%]|))?>>", re.DOTALL)


@dataclass(frozen=True)
class Computed:
    """One variant of a question with its key: a number, letters, the ids in order, or True."""

    values: Mapping[str, Any]  # the parameters, and ``answer`` where it is a number
    key: Key
    tolerance: float = 0.0
    traps: tuple[float, ...] = ()


@cache
def proofs_of_section(section: str) -> dict[str, Any]:
    """Return the functions of a section's proofs, which checks call by their bare names.

    They are those of ``checks/<section>.py`` and ``checks/<section>_*.py``. What an expression may
    call is imported, too, so that an import is no part of a proof.
    """
    for module_name in FUNCTIONS:
        import_module(module_name)
    found: dict[str, Any] = {}
    for file in modules_of_section(section):
        module = import_module(f"{checks.__name__}.{file}")
        own = {n: f for n, f in getmembers(module, isfunction) if f.__module__ == module.__name__}
        own = {n: f for n, f in own.items() if not n.startswith("_")}
        if hidden := sorted(set(own) & set(NAMES)):
            raise ExpressionError(f"checks/{file}.py: these names have a meaning: {hidden}")
        if twice := sorted(set(own) & set(found)):
            raise ExpressionError(f"checks/{file}.py: these names stand in another file: {twice}")
        found |= own
    return found


def modules_of_section(section: str) -> list[str]:
    """Return the names of the modules with a section's proofs.

    >>> "gan" in modules_of_section("gan"), modules_of_section("nowhere")
    (True, [])
    """
    names = sorted(module.name for module in iter_modules(checks.__path__))
    return [name for name in names if name == section or name.startswith(f"{section}_")]


@contextmanager
def reached() -> Iterator[set[str]]:
    """Collect the functions of gentutor, ``module.function``, that are called in the block.

    Checks of arguments and special methods do not count, nor does the proof's own code.
    """
    found: set[str] = set()

    def watch(frame: Any, event: str, argument: Any) -> None:
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_qualname
        ours = module.startswith("gentutor.") and not module.startswith("gentutor.proof")
        if event == "call" and ours and module != "gentutor.checks" and "__" not in name:
            found.add(f"{module.removeprefix('gentutor.')}.{name}")

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield found
    finally:
        sys.setprofile(before)


def key_of(question: Question) -> Key:
    """Return the key of a question that is no number."""
    match question:
        case Order(steps=steps):
            return tuple(step.id for step in steps)
        case Refute(statements=statements):
            pairs = zip(LETTERS, statements, strict=False)
            return frozenset(letter for letter, one in pairs if one.wrong)
        case Recall() | Numeric():
            return True
    pairs_of_choices = zip(LETTERS, question.choices, strict=False)
    return frozenset(letter for letter, one in pairs_of_choices if one.correct)


def compute(question: Question) -> list[Computed]:
    """Return every variant with its key computed.

    Raises:
        ExpressionError: an expression of answer, tolerance or traps fails; the message begins
            with the field.
    """
    if not isinstance(question, Numeric):
        return [Computed({}, key_of(question))]
    return [computed(question, params, question.answer) for params in question.params or [{}]]


def computed(question: Numeric, params: Mapping[str, Any], answer: str) -> Computed:
    """Return one variant of a numeric question, its key by the expression given."""
    with field("answer"):
        key = number(evaluate(answer, params))
    values = {**params, "answer": key}
    traps = []
    for n, trap in enumerate(question.traps, 1):
        with field(f"traps.{n}.value"):
            traps.append(number(evaluate(trap.value, values)))
    tolerance = question.tolerance
    if isinstance(tolerance, str):
        tolerance = abs(key) * float(tolerance.removesuffix("%")) / 100
        if not tolerance:
            raise ExpressionError("tolerance: a key of 0 needs an absolute tolerance")
    return Computed(values, key, tolerance, tuple(traps))


@contextmanager
def field(name: str) -> Iterator[None]:
    """Begin an ExpressionError's message with the field's name."""
    try:
        yield
    except ExpressionError as error:
        raise ExpressionError(f"{name}: {error}") from None


def proof(question: Question, section: str, variant: Computed) -> Iterator[tuple[str, Key]]:
    """Yield the key of a variant as its checks give it, with the name of the field.

    Raises:
        ExpressionError: a check fails, or gives what can be no key.
    """
    known = proofs_of_section(section)
    values = {**known, **{n: v for n, v in variant.values.items() if n != "answer"}}
    if question.check is not None:
        with field("check"):
            yield "check", as_key(question, checked(question.check, values))
    if any(one.check for one in question.options()):
        found = set()
        for letter, one in zip(LETTERS, question.options(), strict=False):
            with field(f"option {letter}: check"):
                if one.check is None:
                    raise ExpressionError("every option has a check, or none")
                holds = checked(one.check, values)
                if not isinstance(holds, bool):
                    raise ExpressionError(f"expected True or False; got {holds!r:.60}")
                if holds != isinstance(question, Refute):
                    found.add(letter)
        yield "checks of the options", frozenset(found)


def checked(check: str, values: Mapping[str, Any]) -> Any:
    """Return the value of a check, which must compute: constants alone prove nothing."""
    tree = parse(check, loops=True)
    if not any(isinstance(node, ast.Call | ast.Name) for node in ast.walk(tree)):
        raise ExpressionError("expected a computation; constants alone prove nothing")
    value = evaluate(check, values, loops=True)
    if isinstance(value, Tensor | np.ndarray | np.generic) and math.prod(value.shape) == 1:
        return value.item()
    return value


def as_key(question: Question, value: Any) -> Key:
    """Return what a check gave in the form of the question's key."""
    match question:
        case Numeric():
            return number(value)
        case Recall():
            if value is not True:
                raise ExpressionError(f"expected True; got {value!r:.60}")
            return True
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ExpressionError(f"expected letters or ids; got {value!r:.60}")
    return tuple(names) if isinstance(question, Order) else frozenset(names)


def agree(key: Key, other: Key, tolerance: float) -> bool:
    """Say whether a key and its proof agree: numbers within half a tolerance."""
    if isinstance(key, float) and isinstance(other, float):
        return abs(key - other) <= tolerance / 2
    return key == other


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put computed numbers into a text.

    >>> fill("KL of <<s**2>> is <<answer:.2f>>, <<word>>", {"s": 0.5, "answer": 0.818, "word": "x"})
    'KL of 0.25 is 0.82, x'
    """

    def written(match: re.Match[str]) -> str:
        value = evaluate(match[1], values)
        value = value.item() if hasattr(value, "item") else value
        if isinstance(value, str) or (isinstance(value, int) and not match[2]):
            return str(value)
        return format(value, match[2] or ".4g")

    return PLACEHOLDER.sub(written, text)
