"""Where the reader stands, from the store: a long history is replayed once, then only its news.

What the store caches can be computed again at any time. It is thrown away when a review was undone
or came in from another day, when a question was revised, and when the clock's zone is another.
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from fsrs import Card, State

from gentutor.quiz.exchange import Review
from gentutor.quiz.schedule import Standing, midnight, scheduler, standings
from gentutor.quiz.store import Store, StoreError

RULES = 1  # to be raised when schedule.py makes something else of the same history
WORTH = 500  # reviews replayed after which the result is kept


def remembered(
    store: Store, questions: Sequence[Mapping[str, Any]], until: date | None
) -> list[Standing]:
    """Return where the reader stands with each question.

    Args:
        store: the history.
        questions: all of the compiled bank.
        until: the day of the interview, if there is one.
    """
    upto, body = store.cached()
    last = store.last_event()
    known, newest = unpacked(body, questions)
    news = store.reviews(after=upto, upto=last) if known else []
    if not known or store.undone_after(upto) or any(review["at"] <= newest for review in news):
        known, news = {}, store.reviews(upto=last)
    found = standings(questions, news, until=until, known=known)
    if len(news) > WORTH:
        with suppress(StoreError):  # a full disk will be told of where it costs an answer
            store.cache(last, packed(found, news, questions))
    return found


def signature(questions: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return all but the history on which a standing depends."""
    revisions = [[question["id"], question["rev"]] for question in questions]
    return [RULES, list(scheduler.parameters), list(time.tzname), time.timezone, revisions]


def packed(
    entries: Iterable[Standing], reviews: Sequence[Review], questions: Iterable[Mapping[str, Any]]
) -> str:
    """Return standings as JSON."""
    rows = [
        [
            entry.question["id"],
            *(entry.card.stability, entry.card.difficulty, entry.card.state, entry.card.step),
            *(str(entry.due), str(entry.first), str(entry.last), str(entry.slipped or "")),
            *(entry.right, entry.asked, entry.missed),
        ]
        for entry in entries
        if entry.card
    ]
    whole = {"for": signature(questions), "newest": reviews[-1]["at"], "standings": rows}
    return json.dumps(whole)


def unpacked(body: str, questions: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Standing], str]:
    """Return the standings and the newest review's time; nothing where the JSON does not fit."""
    whole = json.loads(body) if body else {}
    questions = list(questions)
    if whole.get("for") != signature(questions):
        return {}, ""
    of = {question["id"]: question for question in questions}
    known = {}
    for name, stability, difficulty, state, step, *days, right, asked, missed in whole["standings"]:
        due, first, last, slipped = (day and datetime.fromisoformat(day) for day in days)
        moment = midnight(last.date())
        card = Card(1, State(state), step, stability, difficulty, moment, moment)
        slip = slipped.date() if slipped else None
        seen = (first.date(), last.date(), right, asked, missed, slip)
        known[name] = Standing(of[name], card, due, *seen)
    return known, whole["newest"]
