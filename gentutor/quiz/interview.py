"""A mock interview in the terminal: questions against the clock, then a report by claim."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gentutor.quiz.asking import GRADES, Asking, Leave, Skip, Undo
from gentutor.quiz.exchange import Review, stamp
from gentutor.quiz.screen import Screen
from gentutor.quiz.sitting import plural
from gentutor.quiz.store import Store


@dataclass
class Asked:
    """A question of the interview, and its review where it was answered."""

    question: Mapping[str, Any]
    review: Review | None = None


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds.

    >>> clock(65.4)
    '1:05'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def pick(
    questions: Sequence[Mapping[str, Any]], asked: Sequence[Asked], level: int, luck: random.Random
) -> Mapping[str, Any] | None:
    """Return the next question, None where all were asked.

    Near the level in difficulty, of the topic asked least, on claims not asked yet, and the rest
    by chance: the costs of the page's ``mock.js``.
    """

    def cost(question: Mapping[str, Any]) -> float:
        before = [one.question for one in asked]
        topic = sum(one["section"] == question["section"] for one in before)
        claims = sum(bool({*one["claims"]} & {*question["claims"]}) for one in before)
        return abs(question["difficulty"] - level) + topic + claims + luck.random()

    done = {one.question["id"] for one in asked}
    left = [question for question in questions if question["id"] not in done]
    return min(left, key=cost, default=None)


class Interview:
    """Asks for a number of minutes; what is begun in time may be finished.

    Args:
        screen: where.
        bank: the compiled bank.
        store: the history, which keeps the answers too.
        minutes: how long.
        level: 1 definitions, 2 reasons and remedies, 3 derivations and traps.
        seed: of the choice of questions; drawn if left out.
        book: where links lead.
    """

    def __init__(
        self,
        screen: Screen,
        bank: Mapping[str, Any],
        store: Store,
        *,
        minutes: int,
        level: int = 2,
        seed: int | None = None,
        book: str,
    ) -> None:
        self.screen, self.bank, self.store, self.book = screen, bank, store, book
        self.seconds, self.level, self.luck = minutes * 60, level, random.Random(seed)
        self.asked: list[Asked] = []

    def run(self) -> None:
        """Ask until the time is up or the reader stops, then report."""
        self.screen.say(f"{plural(self.seconds // 60, 'minute')}. Answer aloud, then type.", "bold")
        begin = time.monotonic()
        try:
            while (left := begin + self.seconds - time.monotonic()) > 0:
                question = pick(self.bank["questions"], self.asked, self.level, self.luck)
                if question is None:
                    break
                self.asked.append(Asked(question))
                self.screen.rule(f"Question {len(self.asked)} · {clock(left)} left")
                self._ask(self.asked[-1])
            else:
                self.screen.say("\nTime is up.")
        except (Leave, EOFError, KeyboardInterrupt):
            self.screen.say()
        self._report(time.monotonic() - begin)

    def _ask(self, asked: Asked) -> None:
        question = asked.question
        number = self.luck.randrange(len(question["variants"]))

        def keep(grade: int, right: bool, seconds: int) -> None:
            review = {"question": question["id"], "rev": question["rev"], "variant": number}
            answer = {"grade": grade, "correct": right, "seconds": seconds, "where": "mock"}
            asked.review = self.store.add(review | answer | {"at": stamp(datetime.now(UTC))})

        try:
            Asking(self.screen, self.bank, question, number, keep, self.book).run()
        except Skip:
            pass
        except Undo:
            self.screen.say("In an interview nothing is undone.")

    def _report(self, seconds: float) -> None:
        """Print each claim that was asked about, weakest first, and how its questions went."""
        claims: dict[str, list[Asked]] = {}
        for one in self.asked:
            for claim in one.question["claims"]:
                claims.setdefault(claim, []).append(one)
        right = sum(map(was_right, self.asked))
        self.screen.rule("How it went")
        self.screen.say(f"{right} of {len(self.asked)} right in {clock(seconds)}.", "bold")

        def share(claim: str) -> float:
            return sum(map(was_right, claims[claim])) / len(claims[claim])

        for claim in sorted(claims, key=share):
            self.screen.say()
            self.screen.block(self.bank["claims"].get(claim, claim), "bold")
            for one in claims[claim]:
                self.screen.say(f"{verdict(one)}: {one.question['id']}")
                address = f"{self.book}{one.question['anchor']}"
                self.screen.console.print(self.screen.link(address, "In the book"))


def was_right(asked: Asked) -> bool:
    """Whether a question was answered right."""
    return asked.review is not None and asked.review["correct"]


def verdict(asked: Asked) -> str:
    """Return how a question went, in words."""
    if asked.review is None:
        return "not answered"
    grade = GRADES[asked.review["grade"] - 1].lower()
    right = "right" if asked.review["correct"] else "wrong"
    how = grade if asked.question["kind"] == "recall" else right
    return f"{how}, {clock(asked.review['seconds'])}"
