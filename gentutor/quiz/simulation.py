"""A made-up reader who follows the schedule for weeks: what a plan is worth, before one trusts it.

The reader's memory is FSRS's own model, so the outcome says what the plan does with the answers it
asks for, not how well FSRS describes people.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from gentutor.quiz.schedule import MOST, Standing, agenda, midnight

BEGIN = timedelta(hours=18)  # of each day's sitting


@dataclass(frozen=True)
class Course:
    """How it went.

    Attributes:
        answers: answers on each day, repeats counted.
        minutes: what they took, at each question's own time.
        recall: mean predicted recall over all questions on the final day, as it stands after each
            day's sitting; a question that was never asked counts 0.
        final: predicted recall of each question on the final day.
    """

    answers: tuple[int, ...]
    minutes: tuple[float, ...]
    recall: tuple[float, ...]
    final: tuple[float, ...]


def simulate(
    questions: Sequence[Mapping[str, Any]],
    begin: date,
    days: int,
    *,
    deadline: bool,
    known: float = 0.5,
    repeated: float = 0.95,
    new: int | None = None,
    most: int = MOST,
    seed: int = 0,
) -> Course:
    """Return the course of ``days`` days of practice before the final one, ``begin + days``.

    Args:
        questions: of the compiled bank.
        begin: the first day.
        days: how many days are practised.
        deadline: whether the schedule knows the final day; else it is plain FSRS.
        known: probability of a right answer to a question never asked.
        repeated: that of a right answer on the day of an earlier one; on later days it is FSRS's.
        new: new questions a day; the schedule's own number if left out.
        most: answers a day.
        seed: of the reader's luck.
    """
    luck = random.Random(seed)
    final = begin + timedelta(days=days)
    until = final if deadline else None
    entries = {question["id"]: Standing(question) for question in questions}
    answers, minutes, recall = [], [], []
    for day in (begin + timedelta(days=k) for k in range(days)):
        now = start = midnight(day) + BEGIN
        asked = 0
        while asked < most:
            todo = agenda(list(entries.values()), now, until=until, new=new, zone=UTC)
            if not todo:
                break
            entry = todo[0][0]
            right = luck.random() < chance(entry, day, known, repeated)
            now += timedelta(seconds=entry.question["seconds"])
            name = entry.question["id"]
            entries[name] = entry.after(3 if right else 1, right, now, until, UTC)
            asked += 1
        answers.append(asked)
        minutes.append((now - start) / timedelta(minutes=1))
        recall.append(sum(e.recall(final) for e in entries.values()) / len(entries))
    last = tuple(entry.recall(final) for entry in entries.values())
    return Course(tuple(answers), tuple(minutes), tuple(recall), last)


def chance(entry: Standing, day: date, known: float, repeated: float) -> float:
    """Return the probability that the made-up reader is right."""
    if entry.card is None:
        return known
    return repeated if entry.last == day else entry.recall(day)
