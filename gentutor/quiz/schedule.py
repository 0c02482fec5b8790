"""What to ask next: FSRS on whole days, and a plan that ends on the day of the interview.

The rules, which ``book/_assets/schedule.js`` follows as well:

* A review counts on its calendar day by the reader's own clock; FSRS sees midnight UTC of that
  date. So hours and zones do not matter, and ``fsrs`` and ``ts-fsrs`` agree. Reviews of an earlier
  revision of a question do not count.
* One step of ten minutes (fifteen after *hard*): a miss comes back in the same sitting. Otherwise
  a question is due on a day, ``interval(stability, limit)`` days after its review.
* **Plain**: what is due, longest ago first; then new questions, ten a day, weak claims first.
* **Until a date**: no interval is longer than ``max(1, min(7, days left))``. New questions come
  first and evenly, so that all have been asked ten days before the date (or half-way, where less is
  left); then what is due, lowest recall *on the date* first. In the last two days everything that
  was not asked today is due. 75 answers a day at most, repeats counted.
* Questions to repeat come before all others once their minutes have passed, and after all others
  when they have not.

Source: Ye et al., A stochastic shortest path algorithm for optimizing spaced repetition scheduling,
KDD 2022, and FSRS 6 (open-spaced-repetition). A date of an interview is not part of FSRS.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any

from fsrs import Card, Rating, Scheduler, State

STEP = timedelta(minutes=10)  # a missed question's way back
AHEAD = timedelta(minutes=20)  # a repeat may come so early where nothing else is left
LONGEST = 7  # days between two reviews while an interview is ahead
QUIET = 10  # days before the interview without new questions
PASS = 2  # days of the last pass over everything
NEW, MOST = 10, 75  # questions a day without a date; answers a day with one
LEECH = 4  # days with a miss that make a leech

scheduler = Scheduler(learning_steps=(STEP,), relearning_steps=(STEP,), enable_fuzzing=False)


def day_of(moment: datetime, zone: tzinfo | None = None) -> date:
    """Return the calendar day of a moment by the reader's clock (the machine's, without a zone)."""
    return moment.astimezone(zone).date()


def midnight(day: date) -> datetime:
    """Return the moment that stands for a day in FSRS.

    >>> midnight(date(2026, 12, 1)).isoformat()
    '2026-12-01T00:00:00+00:00'
    """
    return datetime.combine(day, time(), UTC)


def interval(stability: float, limit: int | None = None) -> int:
    """Return the days until recall falls to 0.9, at least one and at most ``limit``.

    >>> interval(0.2), interval(2.5), interval(40), interval(40, limit=7)
    (1, 3, 40, 7)
    """
    days = max(1, math.floor(stability + 0.5))
    return days if limit is None else min(days, limit)


def limit_on(day: date, until: date | None) -> int | None:
    """Return the longest interval, in days, that a review on a day may give.

    >>> [limit_on(date(2026, 12, d), date(2026, 12, 20)) for d in (1, 15, 20)]
    [7, 5, 1]
    """
    return None if until is None else max(1, min(LONGEST, (until - day).days))


@dataclass(frozen=True)
class Standing:
    """Where the reader stands with one question.

    Attributes:
        question: the compiled question.
        card: its FSRS memory, or None before the first review.
        due: a moment for a repeat, a midnight (UTC) for a day, None before the first review.
        first, last: the days of the first and the last review.
        right: whether the last answer was.
        asked: how many reviews, which also chooses the next variant.
        missed: on how many days it was missed.
        slipped: the last of these days.
    """

    question: Mapping[str, Any]
    card: Card | None = None
    due: datetime | None = None
    first: date | None = None
    last: date | None = None
    right: bool = False
    asked: int = 0
    missed: int = 0
    slipped: date | None = None

    def after(
        self, grade: int, right: bool, at: datetime, until: date | None, zone: tzinfo | None = None
    ) -> "Standing":
        """Return the standing after one review; an earlier day than the last counts as that."""
        day = max(day_of(at, zone), self.last or date.min)
        now = midnight(day)
        card = self.card or Card(card_id=1, due=now)
        card, _ = scheduler.review_card(card, Rating(grade), now)
        due, card.due = at + (card.due - now), now  # the one that counts is ours
        new_miss = grade == 1 and self.slipped != day
        after = Standing(
            self.question,
            card,
            due,
            first=self.first or day,
            last=day,
            right=right,
            asked=self.asked + 1,
            missed=self.missed + new_miss,
            slipped=day if grade == 1 else self.slipped,
        )
        return after.planned(until)

    def planned(self, until: date | None) -> "Standing":
        """Return the same standing, due as a date asks; a repeat does not wait for it."""
        if self.card is None or self.repeats or self.last is None or self.card.stability is None:
            return self
        days = interval(self.card.stability, limit_on(self.last, until))
        return replace(self, due=midnight(self.last) + timedelta(days=days))

    @property
    def repeats(self) -> bool:
        """Whether it waits to be repeated in this sitting."""
        return self.card is not None and self.card.state != State.Review

    @property
    def leech(self) -> bool:
        """Whether it was missed so often that reading helps more than asking."""
        return self.missed >= LEECH

    def recall(self, day: date) -> float:
        """Return the predicted probability of a right answer on a day; 0 for an unseen question."""
        return scheduler.get_card_retrievability(self.card, midnight(day)) if self.card else 0.0


def standings(
    questions: Iterable[Mapping[str, Any]],
    reviews: Iterable[Mapping[str, Any]],
    *,
    until: date | None = None,
    zone: tzinfo | None = None,
    known: Mapping[str, Standing] = MappingProxyType({}),
) -> list[Standing]:
    """Return where the reader stands with every question.

    Args:
        questions: those of the compiled bank, or of one chapter.
        reviews: the log in the form of ``progress.schema.json``, oldest first.
        until: the day of the interview, if there is one.
        zone: the reader's; the machine's own if left out.
        known: where he stood before these reviews, by the questions' ids.
    """
    found = {q["id"]: known.get(q["id"], Standing(q)).planned(until) for q in questions}
    for review in reviews:
        entry = found.get(review["question"])
        if entry and entry.question["rev"] == review["rev"]:
            at = datetime.fromisoformat(review["at"])
            after = entry.after(review["grade"], review["correct"], at, until, zone)
            found[review["question"]] = after
    return list(found.values())


def strengths(entries: Iterable[Standing]) -> dict[str, float]:
    """Return, for each claim asked about, the share of its questions last answered right."""
    results: dict[str, list[bool]] = {}
    for entry in entries:
        for claim in entry.question["claims"] if entry.card else ():
            results.setdefault(claim, []).append(entry.right)
    return {claim: sum(right) / len(right) for claim, right in results.items()}


def new_today(unseen: int, begun: int, until: date | None, today: date, new: int | None) -> int:
    """Return how many new questions are still to come today.

    Args:
        unseen: questions never asked.
        begun: questions asked today for the first time.
        until: the day of the interview, or None.
        today: the reader's date.
        new: a number a day that the reader asked for, or None.

    >>> day = date(2026, 12, 1)
    >>> new_today(304, 0, None, day, None), new_today(304, 0, date(2026, 12, 22), day, None)
    (10, 28)
    >>> new_today(20, 8, date(2026, 12, 5), day, None)  # 28 on two days, 8 of them done
    6
    """
    if new is None and until is not None:
        left = max(0, (until - today).days)
        new = math.ceil((unseen + begun) / max(1, left - min(QUIET, left // 2)))
    return min(unseen, max(0, (NEW if new is None else new) - begun))


def agenda(
    entries: Sequence[Standing],
    now: datetime,
    *,
    until: date | None = None,
    new: int | None = None,
    zone: tzinfo | None = None,
) -> list[tuple[Standing, str]]:
    """Return what is to be asked today, in order, each with the reason in words.

    The cap of ``MOST`` answers is the caller's: it counts answers, and this list has questions.
    """
    today = day_of(now, zone)
    seen = [entry for entry in entries if entry.card]
    waiting = sorted((entry for entry in seen if entry.repeats), key=_due)
    repeat = [entry for entry in waiting if _due(entry) <= now]
    soon = [entry for entry in waiting if now < _due(entry) <= now + AHEAD]

    rest = [entry for entry in seen if not entry.repeats and entry.last != today]
    if until is None:
        due = sorted((entry for entry in rest if _due(entry) <= midnight(today)), key=_due)
    else:
        last_pass = (until - today).days <= PASS
        due = [entry for entry in rest if last_pass or _due(entry) <= midnight(today)]
        due.sort(key=lambda entry: entry.recall(until))

    strength = strengths(entries)
    weakness = [
        (min((strength.get(claim, 1.0) for claim in entry.question["claims"]), default=1.0), entry)
        for entry in entries
        if not entry.card
    ]
    begun = sum(entry.first == today for entry in seen)
    weakness.sort(key=lambda pair: pair[0])  # stable: the book's order among equals
    fresh = weakness[: new_today(len(weakness), begun, until, today, new)]

    parts = [[(entry, "to repeat") for entry in repeat]]
    parts.append([(entry, "due") for entry in due])
    parts.append([(e, "new, on a weak claim" if weak < 1 else "new") for weak, e in fresh])
    if until is not None:
        parts[1:] = parts[:0:-1]  # new ones first: an unseen question counts nothing on the day
    parts.append([(entry, "to repeat") for entry in soon])
    return [pair for part in parts for pair in part]


def _due(entry: Standing) -> datetime:
    assert entry.due is not None
    return entry.due
