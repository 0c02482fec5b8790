"""Measures what a guesser gets who knows no answer and looks at the surface of the options."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ABSOLUTE = re.compile(
    r"\b(always|never|only|all|none|every|any|must|cannot|impossible|guarantees?|exactly|"
    r"entirely|completely|nothing|no)\b",
    re.IGNORECASE,
)
HEDGE = re.compile(
    r"\b(may|might|can|could|often|usually|sometimes|typically|generally|mostly|roughly|"
    r"approximately|about|tends?|likely|some|in general|unless)\b",
    re.IGNORECASE,
)
MARGIN = 0.05  # a guesser may score this much above chance


@dataclass(frozen=True)
class Item:
    """The options of one question: their texts as shown, and which of them are true."""

    id: str
    texts: tuple[str, ...]
    true: tuple[bool, ...]

    @property
    def chance(self) -> float:
        """Score of a guess without looking."""
        return sum(self.true) / len(self.true)


Rule = Callable[[Item], list[float]]


def at(place: int) -> Rule:
    """Return a rule that prefers a place; negative ones count from the end."""
    return lambda item: [float(k == place % len(item.texts)) for k in range(len(item.texts))]


def by(count: Callable[[str], float], sign: int = 1) -> Rule:
    """Return a rule that prefers texts with much of something, or with little."""
    return lambda item: [sign * count(text) for text in item.texts]


def hits(pattern: re.Pattern[str]) -> Callable[[str], float]:
    """Return a count of a pattern's words in a text."""
    return lambda text: float(len(pattern.findall(text)))


RULES: dict[str, Rule] = {
    "first": at(0),
    "second": at(1),
    "third": at(2),
    "last": at(-1),
    "longest": by(len),
    "shortest": by(len, -1),
    "most absolutes": by(hits(ABSOLUTE)),
    "fewest absolutes": by(hits(ABSOLUTE), -1),
    "most hedges": by(hits(HEDGE)),
    "fewest hedges": by(hits(HEDGE), -1),
}


@dataclass(frozen=True)
class Cues:
    """Scores of guessers, from 0 to 1.

    Attributes:
        items: how many questions have options.
        chance: score of a guess without looking.
        rules: score of each fixed rule.
        guesser: score of one who takes, for each question, the rule that does best on the others.
    """

    items: int
    chance: float
    rules: dict[str, float]
    guesser: float

    @property
    def even(self) -> bool:
        """Whether the guesser stays within five points of chance."""
        return self.guesser <= self.chance + MARGIN


def items_of(bank: Mapping[str, Any]) -> list[Item]:
    """Return the questions of a compiled bank that have options."""
    found = []
    for question in bank["questions"]:
        if choices := question["variants"][0].get("choices"):
            refute = question["kind"] == "refute"
            texts = tuple(choice["text"]["text"] for choice in choices)
            true = tuple(choice["correct"] != refute for choice in choices)
            found.append(Item(question["id"], texts, true))
    return found


def score(rule: Rule, item: Item) -> float:
    """Return the chance that an option which the rule likes best is a true one."""
    liking = rule(item)
    best = [true for true, much in zip(item.true, liking, strict=True) if much == max(liking)]
    return sum(best) / len(best)


def mean(values: Iterable[float]) -> float:
    """Return a mean; 0 of nothing."""
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def cues(bank: Mapping[str, Any]) -> Cues:
    """Measure the surface cues of a compiled bank.

    Every question with options counts alike. In a ``refute`` the guesser looks for a statement
    that holds, so that a cue has the same sense in all kinds.
    """
    items = items_of(bank)
    table = {name: [score(rule, item) for item in items] for name, rule in RULES.items()}
    gained = []
    for n in range(len(items)):
        others = {
            name: sum(s - item.chance for k, (s, item) in enumerate(pairs) if k != n)
            for name, row in table.items()
            for pairs in [list(zip(row, items, strict=True))]
        }
        best = max(others, key=lambda name: others[name])
        gained.append(table[best][n])
    return Cues(
        len(items),
        mean(item.chance for item in items),
        {name: mean(row) for name, row in table.items()},
        mean(gained),
    )
