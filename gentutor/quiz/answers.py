"""Judges an answer typed in the terminal by the same rules as the page's ``question.js``."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gentutor.bank.wording import shuffled

NUMBER = r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:e[+-]?[0-9]+)?"
FRACTION = re.compile(f"({NUMBER})(?:/({NUMBER}))?", re.IGNORECASE)
KEYS = re.compile(r"[1-9](?:[\s,;]*[1-9])*")


class NotAnAnswer(ValueError):  # noqa: N818
    """What was typed cannot be judged; the message says what was expected."""


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what is said about it, as texts of the bank."""

    right: bool
    said: tuple[str, ...] = ()


def judge(
    question: Mapping[str, Any], variant: Mapping[str, Any], typed: str, beliefs: Mapping[str, Any]
) -> Verdict:
    """Return the verdict on what was typed.

    Args:
        question: of the compiled bank, of any kind but ``recall``, which the reader rates.
        variant: the one that was asked.
        typed: keys of choices (``2`` or ``1 3``), of steps in order (``3 1 2``), or a number.
        beliefs: the bank's misconceptions, to say why a wrong choice tempts.

    Raises:
        NotAnAnswer: it is none.
    """
    match question["kind"]:
        case "numeric":
            return judge_number(variant, typed, beliefs)
        case "order":
            steps = variant["steps"]
            return judge_order(steps, shuffled(steps, question["id"]), typed)
        case kind:
            return judge_choices(variant["choices"], typed, beliefs, one=kind == "single")


def because(entry: Mapping[str, Any], beliefs: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is said to one who gave this answer, and why it tempts."""
    belief = beliefs.get(entry.get("misconception") or "")
    return (entry["feedback"]["text"], *((belief["why"]["text"],) if belief else ()))


def read_keys(typed: str, count: int) -> list[int]:
    """Return the places from 0 that keys name, each once.

    >>> read_keys("31", 4), read_keys("2, 4", 4)
    ([2, 0], [1, 3])
    """
    typed = typed.strip()
    places = [int(key) - 1 for key in re.findall("[1-9]", typed)]
    if not KEYS.fullmatch(typed) or max(places) >= count:
        raise NotAnAnswer(f"Expected keys from 1 to {count}, got {quoted(typed)}.")
    return list(dict.fromkeys(places))


def judge_choices(
    choices: list[Mapping[str, Any]], typed: str, beliefs: Mapping[str, Any], *, one: bool
) -> Verdict:
    """Judge the chosen ones: of several, right ones are not praised while others are wrong."""
    places = read_keys(typed, len(choices))
    if one and len(places) > 1:
        raise NotAnAnswer(f"Choose one: a key from 1 to {len(choices)}.")
    wrong = [i for i, choice in enumerate(choices) if choice["correct"] != (i in places)]
    taken = sorted(places if not wrong else set(places) & set(wrong))
    said = [line for i in taken for line in because(choices[i], beliefs)]
    missed = len(wrong) - len(taken) if wrong else 0
    if missed and not one:
        said.append(f"{missed} more to choose.")
    return Verdict(not wrong, tuple(said))


def read_number(typed: str, unit: str = "") -> float:
    """Return the number that a reader wrote, or NaN: comma or point, any minus sign, a fraction.

    >>> read_number("−1,5 nats", "nats"), read_number("1/4"), read_number("1/0")
    (-1.5, 0.25, nan)
    """
    bare = re.sub(r"\s", "", re.sub("[−–]", "-", typed))
    bare = bare.removesuffix(re.sub(r"\s", "", unit))
    found = FRACTION.fullmatch(bare)
    if not found:
        return math.nan
    top, bottom = (float((part or "1").replace(",", ".")) for part in found.groups())
    value = top / bottom if bottom else math.nan
    return value if math.isfinite(value) else math.nan


def judge_number(variant: Mapping[str, Any], typed: str, beliefs: Mapping[str, Any]) -> Verdict:
    """Judge a number: the key, a trap with a reason of its own, the wrong sign, or none."""
    value = read_number(typed, variant.get("unit") or "")
    if math.isnan(value):
        raise NotAnAnswer(f"Expected one number, such as −1.5, 1,5 or 1/3; got {quoted(typed)}.")
    answer, tolerance = variant["answer"], variant["tolerance"]

    def near(other: float) -> bool:
        return abs(value - other) <= tolerance + 1e-9 * abs(other)

    if near(answer):
        return Verdict(True)
    for trap in variant.get("traps", ()):
        if near(trap["value"]):
            return Verdict(False, because(trap, beliefs))
    if answer and near(-answer):
        return Verdict(False, ("The size is right, the sign is not.",))
    return Verdict(False, ("That is not the number.",))


def judge_order(
    steps: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]], typed: str
) -> Verdict:
    """Judge the keys of the shown steps, in the order in which they were typed."""
    places = read_keys(typed, len(shown))
    if len(places) != len(shown):
        expected = f"Expected each key from 1 to {len(shown)} once, in order"
        raise NotAnAnswer(f"{expected}; got {quoted(typed)}.")
    pairs = zip(places, steps, strict=True)
    fits = [shown[place]["id"] == step["id"] for place, step in pairs]
    if all(fits):
        return Verdict(True)
    first = fits.index(False)
    if not first:
        return Verdict(False, ("Another step comes first.",))
    return Verdict(False, (f"The first {first} stand right; step {first + 1} does not.",))


def quoted(typed: str) -> str:
    r"""Return what was typed within quotes, control characters escaped, at most 40 of them.

    >>> quoted("a" + chr(27) + "[31m")
    '“a\\x1b[31m”'
    """
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in typed.strip())
    return f"“{shown[:40]}”"
