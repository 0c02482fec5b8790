"""A sitting: what it asks, keeps, takes back, and says."""

import re
import sqlite3
from datetime import UTC, date, datetime, timedelta

import pytest

from gentutor.bank.compiled import read_compiled
from gentutor.bank.wording import shuffled
from gentutor.quiz import sitting
from gentutor.quiz.report import recall_of_claims
from gentutor.quiz.schedule import MOST, Standing, day_of, standings
from gentutor.quiz.store import Store, StoreError

FIRST = "vae-kl-of-a-gaussian"  # of its chapter: a number, with traps
IN_A_WEEK = str(date.today() + timedelta(days=7))


def key_of(question, number=0):
    """Return what a reader types who knows the answer."""
    variant = question["variants"][number]
    match question["kind"]:
        case "numeric":
            return repr(variant["answer"])
        case "order":
            shown = [step["id"] for step in shuffled(variant["steps"], question["id"])]
            return " ".join(str(shown.index(step["id"]) + 1) for step in variant["steps"])
        case "recall":
            return "\n\n3"
        case _:
            right = [i for i, choice in enumerate(variant["choices"], 1) if choice["correct"]]
            return " ".join(map(str, right))


@pytest.fixture
def first(bank):
    """Return the question that the chapter asks first."""
    return next(question for question in bank["questions"] if question["id"] == FIRST)


def test_a_right_answer_is_kept_and_explained(run, kept, first):
    result = run("quiz", "vae", "--plain", typed=f"{key_of(first)}\n\nq\n")
    (review,) = kept()
    assert result.exit_code == 0
    assert (review["question"], review["grade"], review["correct"]) == (FIRST, 3, True)
    assert (review["where"], review["variant"]) == ("terminal", 0)
    for text in ("Right.", first["explanation"]["text"], first["follow_up"]["answer"]["text"]):
        assert text in result.output
    assert "1 answer, 1 right" in result.output


@pytest.mark.parametrize(
    ("typed", "grade", "words"),
    [
        ("h\n{key}\n", 2, "Right."),
        ("9999\nh\n{key}\n", 1, "Not yet."),
        ("a\n", 1, "Looked up"),
        ("?\n\n\x1b[2J\n{key}\n", 3, "Expected one number"),
    ],
)
def test_grades(run, kept, first, typed, grade, words):
    result = run("quiz", "2", typed=typed.format(key=key_of(first)) + "\nq\n")
    assert kept()[0]["grade"] == grade
    assert words in result.output
    assert "\x1b" not in result.output


def test_a_recall_question_is_rated_on_its_rubric(run, kept, bank):
    question = next(one for one in bank["questions"] if one["kind"] == "recall")
    before = [q for q in bank["questions"] if q["section"] == question["section"]]
    skips = "s\n" * before.index(question)
    typed = f"{skips}\n7 8\n1 2\n5\n2\n\nq\n"
    result = run("quiz", question["section"], "--new", "99", typed=typed)
    (review,) = kept()
    assert (review["question"], review["grade"]) == (question["id"], 2)
    assert not review["correct"]
    points = len(question["variants"][0]["rubric"])
    assert f"You said 2 of {points} points." in result.output
    assert "Expected keys from 1" in result.output
    assert "Expected 1, 2, 3 or 4." in result.output


def test_undo_takes_the_last_answer_back_and_asks_again(run, kept, path, first):
    typed = f"u\n9999\nu\n{key_of(first)}\n\nq\n"
    result = run("quiz", "vae", typed=typed)
    assert "Nothing to undo" in result.output
    assert "Undone" in result.output
    (review,) = kept()
    assert review["correct"]
    database = sqlite3.connect(path)
    assert database.execute("SELECT kind FROM events ORDER BY id").fetchall() == [
        ("review",),
        ("undo",),
        ("review",),
    ]
    database.close()


def test_the_end_of_the_input_and_an_interrupt_end_the_sitting(run, kept, first, monkeypatch):
    result = run("quiz", "vae", typed=f"{key_of(first)}\n")
    assert result.exit_code == 0
    assert "All are kept" in result.output
    assert len(kept()) == 1

    def interrupted(self, prompt):
        raise KeyboardInterrupt

    monkeypatch.setattr(sitting.Asking, "_typed", interrupted)
    assert run("quiz", "vae").exit_code == 0


def test_a_missed_question_comes_again_in_the_same_sitting(run, kept, first):
    typed = f"9999\n\n\n{key_of(first, 1)}\n\n"
    result = run("quiz", "vae", "--new", "1", typed=typed)
    assert [(one["grade"], one["variant"]) for one in kept()] == [(1, 0), (3, 1)]
    assert "to repeat" in result.output
    assert "Nothing is left for today." in result.output


def test_what_today_costs_is_said_first(run, bank):
    result = run("quiz", "--new", "12", typed="q\n")
    seconds = 1.5 * sum(question["seconds"] for question in bank["questions"][:12])
    assert result.output.startswith(f"Today: 0 due, 12 new; about {round(seconds / 60)} minutes.")


def test_the_cost_follows_the_readers_own_pace(bank, review):
    names = [question["id"] for question in bank["questions"]]
    own = {question["id"]: question["seconds"] for question in bank["questions"]}
    twice = [review(name, seconds=2 * own[name]) for name in names[:50]]
    assert sitting.pace(bank, twice) == pytest.approx(2)
    assert sitting.pace(bank, twice[:10]) == 1
    entries = [Standing(question) for question in bank["questions"]]
    assert sitting.minutes(entries, 2) == pytest.approx(2 * sitting.minutes(entries, 1), abs=1)
    assert sitting.minutes(entries, 1, room=MOST) < sitting.minutes(entries, 1) / 4


def test_a_date_caps_the_day_and_counts_what_was_answered(run, path, review, bank):
    names = [question["id"] for question in bank["questions"]]
    with Store(path) as store:
        store.add_all(review(names[i], ago=0, seconds=i) for i in range(MOST - 1))
    result = run("quiz", "--until", IN_A_WEEK, typed="a\n\na\n")
    assert "at most 1 answer" in result.output
    assert "7 days left" in result.output
    assert f"{MOST} answers today: enough" in result.output


@pytest.mark.parametrize("text", ["2020-01-01", "tomorrow", "2026-13-01", "\x1b[2J", "31.12.2026"])
def test_a_date_that_is_past_or_none(run, kept, text):
    result = run("quiz", "--until", text)
    assert result.exit_code == 2
    assert "--until" in result.output
    assert "past" in result.output or "expected a date" in result.output
    assert "\x1b" not in result.output
    assert kept() == []


def test_the_day_itself_is_the_last_that_is_taken(run, first):
    today = str(day_of(datetime.now(UTC)))
    assert "Today is the day." in run("quiz", "--until", today, typed="q\n").output


def test_a_chapter_that_is_none(run):
    result = run("quiz", "14_flows")
    assert result.exit_code == 2
    assert "expected one of ae" in result.output


def test_a_clock_set_back_is_told_and_loses_nothing(run, kept, path, review, first):
    with Store(path) as store:
        store.add(review(ago=-40))
    result = run("quiz", "vae", typed="a\n\nq\n")
    assert result.exit_code == 0
    assert "Your clock says" in result.output
    assert len(kept()) == 2


def test_another_terminal_s_answers_are_taken_over(run, kept, path, review, first, monkeypatch):
    other = Store(path)
    ask = sitting.Asking.run

    def answered_elsewhere(self):
        if not other.reviews():
            other.add(review(self.question["id"], ago=0))
            raise sitting.Skip
        assert self.question["id"] != FIRST
        ask(self)

    monkeypatch.setattr(sitting.Asking, "run", answered_elsewhere)
    assert run("quiz", "vae", typed="q\n").exit_code == 0
    other.__exit__()


def test_an_answer_that_cannot_be_kept_is_not_judged(run, path, first, monkeypatch):
    def full(self, review):
        raise StoreError("the disk is full")

    monkeypatch.setattr(Store, "add", full)
    result = run("quiz", "vae", typed=f"{key_of(first)}\n")
    assert result.exit_code == 1
    assert "the disk is full" in result.output
    assert "Right." not in result.output


def test_an_interview_asks_by_its_seed_and_reports_the_weakest_first(run, kept, bank):
    first = run("mock", "--minutes", "1", "--seed", "3", typed="s\n" * 4)
    again = run("mock", "--minutes", "1", "--seed", "3", typed="s\n" * 4)
    other = run("mock", "--minutes", "1", "--seed", "4", typed="s\n" * 4)

    def asked(result):
        return [line for line in result.output.split("\n") if line.startswith("not answered")]

    assert asked(first)
    assert asked(first) == asked(again) != asked(other)
    assert "0 of 5 right" in first.output
    assert kept() == []
    run("mock", "--seed", "3", typed="a\n\na\n\n\n\n3\n\n")
    assert {one["where"] for one in kept()} <= {"mock"}
    assert kept()


def test_an_interview_ends_with_its_time(run, monkeypatch):
    clock = iter(range(0, 10_000, 25))
    monkeypatch.setattr("gentutor.quiz.interview.time.monotonic", lambda: next(clock))
    result = run("mock", "--minutes", "1", "--seed", "1", typed="s\n" * 9)
    assert "Time is up." in result.output
    assert "of 1 right" in result.output  # of 25 seconds each look at the clock


def test_progress_of_a_new_reader(run, path):
    result = run("progress")
    assert result.exit_code == 0
    assert f"0 of {len(read_compiled()['questions'])} questions seen" in result.output
    assert not path.exists()


def test_progress_shows_weak_claims_links_and_leeches(run, path, review, bank):
    with Store(path) as store:
        store.add_all(review(FIRST, ago=ago, grade=1, correct=False) for ago in (9, 7, 5, 3))
        store.add_all(
            review(one["id"], ago=1) for one in bank["questions"] if one["section"] == "ae"
        )
    result = run("progress", "--plain", "--book", "https://example.org/book")
    study = result.output.partition("Study next")[2]
    question = next(one for one in bank["questions"] if one["id"] == FIRST)
    assert bank["claims"][question["claims"][0]] in study
    assert f"https://example.org/book/book/claims.html#claim-row-{question['claims'][0]}" in study
    assert "4 days  " in study.partition("Missed again")[2]
    assert re.search(r"Autoencoder +( [0-9] ){6}", result.output)


def test_days_with_a_miss_make_a_leech_however_often_each_was_missed(review):
    question = {"id": FIRST, "rev": 1, "claims": []}
    missed = [review(FIRST, ago=ago, grade=1, correct=False) for ago in (9, 9, 7, 5, 5)]
    (standing,) = standings([question], missed)
    assert (standing.missed, standing.leech) == (3, False)
    last = review(FIRST, ago=3, grade=1, correct=False)
    (standing,) = standings([question], [*missed, last])
    assert (standing.missed, standing.leech) == (4, True)


def test_a_claims_recall_counts_what_was_never_asked_as_nothing(bank, review):
    questions = [
        {"id": name, "rev": 1, "claims": claims}
        for name, claims in (("vae-a", ["one"]), ("vae-b", ["one", "two"]), ("vae-c", ["three"]))
    ]
    entries = standings(questions, [review("vae-b", ago=3)])
    today = day_of(datetime.now(UTC))
    recall = recall_of_claims(entries, today)
    assert recall == {"one": recall["two"] / 2, "two": entries[1].recall(today), "three": None}
    assert 0.8 < recall["two"] < 0.9
