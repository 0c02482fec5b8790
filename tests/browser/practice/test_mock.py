"""The Mock interview page: what it asks, its clock, and its report by claim."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gentutor.widgets.question import read_bank

BANK = read_bank(Path(__file__).parents[2] / "bank_fixture.json")
QUESTIONS = {question["id"]: question for question in BANK["questions"]}


def begin(tab, *, topics=("Variational autoencoder", "Evidence lower bound"), level="Second"):
    """Fill in the form and begin; return the page."""
    for title in BANK["sections"].values():
        tab.get_by_label(title).set_checked(title in topics)
    tab.get_by_label(level).check()
    tab.get_by_role("button", name="Begin").click()
    return tab


def shown(tab) -> str:
    """Return the id of the question in the page."""
    return tab.locator("[data-question]").get_attribute("data-question")


def answer(tab, *, rightly: bool) -> None:
    """Answer the question in the page: by its key, or by looking the answer up."""
    question = QUESTIONS[shown(tab)]
    if question["kind"] == "recall":
        tab.get_by_role("button", name="Show the answer").click()
        tab.get_by_role("button", name="3 Good" if rightly else "1 Missed it").click()
    elif rightly:
        (variant,) = question["variants"]
        for choice in variant["choices"]:
            if choice["correct"]:
                tab.locator(f".gq-choice input[value={choice['id']}]").check()
        tab.get_by_role("button", name="Submit").click()
    else:
        tab.locator(".gq-answer > summary").click()


def test_an_interview_asks_each_question_once_and_reports_by_claim(visit):
    tab = begin(visit("mock"), topics=["Evidence lower bound"], level="Last")
    assert shown(tab) == "elbo-which-are-wrong"  # the one of the last round
    answer(tab, rightly=True)
    assert tab.locator(".gq-again").get_attribute("open") is not None
    assert not tab.locator(".gq-reply > :not(summary)").first.is_visible()
    tab.get_by_role("button", name="Next question").click()
    assert shown(tab) == "elbo-say-the-gap"
    answer(tab, rightly=False)
    tab.get_by_role("button", name="Next question").click()
    assert tab.evaluate("document.activeElement.textContent") == "How it went"
    assert "1 of 2 right in 0:" in tab.locator(".gq-page").inner_text()
    (row,) = tab.locator("tbody tr").all()
    links = [link.get_attribute("href") for link in row.get_by_role("link").all()]
    assert links == [
        "claims.html#claim-row-elbo-gap",
        "../notebooks/03_elbo.html#question-elbo-which-are-wrong",
        "../notebooks/03_elbo.html#question-elbo-say-the-gap",
    ]
    results = row.locator("strong").all_inner_texts()
    assert [result.split(",")[0] for result in results] == ["right", "missed"]
    kept = tab.evaluate("gentutor.progress.all()")
    assert [(one["question"], one["where"], one["correct"]) for one in kept] == [
        ("elbo-which-are-wrong", "mock", True),
        ("elbo-say-the-gap", "mock", False),
    ]


def test_the_report_begins_with_the_weakest_claim(visit):
    tab = begin(visit("mock"), level="First")
    seen = set()
    while tab.locator("[data-question]").count():
        name = shown(tab)
        seen.add(name)
        answer(tab, rightly=name.startswith("elbo"))
        tab.wait_for_selector("button:has-text('Next question')")
        tab.locator(".gq-main").click()
    assert seen == set(QUESTIONS)
    claims = tab.locator("tbody tr td:first-child").all_inner_texts()
    assert claims[-1] == BANK["claims"]["elbo-gap"]
    assert "2 of 6 right" in tab.locator(".gq-page").inner_text()
    assert not [sign for sign in ("$", "\\") if sign in tab.locator("table").inner_text()]


@pytest.mark.parametrize(("level", "difficulty"), [("First", 1), ("Second", 2), ("Last", 3)])
def test_the_first_question_is_of_the_level_chosen(visit, level, difficulty):
    tab = begin(visit("mock"), level=level)
    assert QUESTIONS[shown(tab)]["difficulty"] == difficulty


def test_one_topic_of_many_takes_two_touches(visit):
    tab = visit("mock")
    tab.get_by_role("button", name="None").click()
    tab.get_by_label("Evidence lower bound").check()
    tab.get_by_role("button", name="Begin").click()
    assert shown(tab).startswith("elbo-")
    tab.get_by_role("button", name="End the interview").click()
    tab.get_by_role("button", name="Another interview").click()
    tab.get_by_role("button", name="None").click()
    tab.get_by_role("button", name="All").click()
    boxes = tab.get_by_role("checkbox")
    assert [box.is_checked() for box in boxes.all()] == [True, True]


def test_at_least_one_topic_is_needed(visit):
    tab = begin(visit("mock"), topics=[])
    assert tab.locator(".gq-told").inner_text() == "Choose at least one topic."


def test_the_clock_runs_and_when_time_is_up_the_report_comes_after_the_question(visit):
    tab = visit("mock")
    now = datetime.now(UTC)
    tab.clock.install(time=now)
    tab.reload()
    tab.clock.pause_at(now + timedelta(minutes=5))
    begin(tab)
    clock = tab.get_by_role("timer")
    assert clock.inner_text() == "Question 1 · 0:00 · 30:00 left"
    tab.clock.run_for(65_000)
    assert clock.inner_text() == "Question 1 · 1:05 · 28:55 left"
    tab.clock.run_for(30 * 60_000)
    assert clock.inner_text().endswith("time is up, finish this one")
    answer(tab, rightly=False)
    tab.wait_for_selector("button:has-text('Next question')")
    tab.get_by_role("button", name="Next question").click()
    assert "0 of 1 right in 31:05." in tab.locator(".gq-page").inner_text()


def test_an_interview_can_be_ended_and_begun_again(visit):
    tab = begin(visit("mock"))
    tab.get_by_role("button", name="End the interview").click()
    assert "not answered" in tab.locator("tbody").inner_text()
    assert tab.evaluate("gentutor.progress.all()") == []
    tab.get_by_role("button", name="Another interview").click()
    assert tab.get_by_role("button", name="Begin").is_visible()
