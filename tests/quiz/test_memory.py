"""A long history that was replayed once gives what a full replay gives, whatever came after."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from gentutor.quiz import memory
from gentutor.quiz.exchange import stamp
from gentutor.quiz.memory import remembered
from gentutor.quiz.schedule import standings
from gentutor.quiz.store import Store

UNTIL = date(2026, 12, 20)


@pytest.fixture
def store(path, bank):
    """Return a store with 600 answers on 40 questions, replayed and cached."""
    luck = random.Random(1)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    reviews = []
    for hours in range(600):
        question, right = luck.choice(bank["questions"][:40]), luck.random() < 0.7
        one = {"question": question["id"], "rev": question["rev"], "variant": 0, "correct": right}
        one |= {"at": stamp(begin + timedelta(hours=7 * hours)), "grade": 3 if right else 1}
        reviews.append(one | {"seconds": 30, "where": "terminal"})
    with Store(path) as opened:
        opened.add_all(reviews)
        remembered(opened, bank["questions"], None)
        assert opened.cached()[0] == 600
        yield opened


def check(store, questions):
    """Compare with a full replay, with and without a date."""
    for until in (None, UNTIL):
        full = standings(questions, store.reviews(), until=until)
        assert remembered(store, questions, until) == full


def test_nothing_new(store, bank, monkeypatch):
    questions = bank["questions"]
    full = standings(questions, store.reviews())
    replayed = []
    monkeypatch.setattr(
        memory,
        "standings",
        lambda q, news, **more: replayed.extend(news) or standings(q, news, **more),
    )
    assert remembered(store, questions, None) == full
    assert replayed == []
    check(store, questions)


def test_news(store, bank, review):
    for ago in (9, 3, 1):
        store.add(review(bank["questions"][3]["id"], ago=ago, grade=1, correct=False))
    check(store, bank["questions"])


def test_an_older_answer_from_elsewhere(store, bank, review):
    store.add_all([review(bank["questions"][3]["id"], at="2026-02-01T00:00:00.000Z")])
    check(store, bank["questions"])


def test_undone(store, bank):
    store.undo(store.reviews()[300])
    assert len(store.reviews()) == 599
    check(store, bank["questions"])


def test_a_question_was_revised(store, bank):
    questions = [one | {"rev": one["rev"] + (i == 5)} for i, one in enumerate(bank["questions"])]
    check(store, questions)
    assert remembered(store, questions, None)[5].card is None


def test_another_zone(store, bank, monkeypatch):
    monkeypatch.setattr(memory.time, "tzname", ("XYZ", "XYZ"))
    assert memory.unpacked(store.cached()[1], bank["questions"]) == ({}, "")
