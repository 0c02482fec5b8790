"""The plan until a date, followed for three weeks: it keeps its cap and is worth its trouble."""

from datetime import date, timedelta

import pytest

from gentutor.quiz.schedule import LONGEST, MOST, Standing, agenda, midnight
from gentutor.quiz.simulation import simulate

BEGIN = date(2026, 12, 1)


def test_three_weeks_on_the_whole_bank_reach_the_goal(bank):
    course = simulate(bank["questions"], BEGIN, 21, deadline=True, known=0.5)
    assert course.recall[-1] >= 0.95
    assert sum(course.final) / len(course.final) == pytest.approx(course.recall[-1])
    assert max(course.answers) <= MOST
    assert min(course.final) > 0  # each was asked


@pytest.mark.parametrize("known", [0.3, 0.7])
def test_the_date_is_worth_more_than_plain_fsrs(bank, known):
    questions = bank["questions"][::5]
    plan = {"known": known, "most": 20, "seed": 1}
    with_date = simulate(questions, BEGIN, 21, deadline=True, **plan)
    plain = simulate(questions, BEGIN, 21, deadline=False, new=6, **plan)
    assert with_date.recall[-1] > plain.recall[-1] + 0.01


def test_a_reader_who_knows_all_is_asked_each_question_a_few_times(bank):
    questions = bank["questions"][:20]
    course = simulate(questions, BEGIN, 21, deadline=True, known=1, repeated=1)
    # Once when new, then at most every week but at least in the last pass; slips are FSRS's own.
    assert 2 * 20 <= sum(course.answers) <= 7 * 20
    assert course.recall[-1] > 0.97


def test_the_last_days_take_everything_lowest_first(bank):
    until = BEGIN + timedelta(days=2)
    entries = []
    for i, question in enumerate(bank["questions"][:9]):
        entry = Standing(question)
        for back in (30, 20, 1 + i % 3):
            at = midnight(BEGIN - timedelta(days=back))
            entry = entry.after(1 if back == 20 and i % 2 else 3, True, at, until)
            entry = entry.after(3, True, at, until)
        entries.append(entry)
    listed = [entry for entry, _ in agenda(entries, midnight(BEGIN), until=until)]
    recall = [entry.recall(until) for entry in listed]
    assert len(listed) == 9
    assert recall == sorted(recall)
    assert recall[0] < recall[-1]
    for entry in entries:
        assert entry.due <= midnight(entry.last + timedelta(days=LONGEST))
