"""The Practice page with an interview ahead: date, plan and calendar, by key and by pointer."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gentutor.quiz.schedule import MOST, agenda, standings
from gentutor.widgets.question import read_bank

FIXTURE = Path(__file__).parents[2] / "bank_fixture.json"
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)  # a Tuesday
NO_STORE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
FULL = """
const keep = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, value) {
  if (key.endsWith(":until")) throw new DOMException("full", "QuotaExceededError");
  keep.call(this, key, value);
};
"""


@pytest.fixture
def at_noon(visit):
    """Return a function that opens the Practice page at noon of 1 December 2026, in UTC."""

    def open_page(**options):
        tab = visit("practice", timezone_id="UTC", locale="en-GB", **options)
        tab.clock.set_fixed_time(NOON)
        tab.reload()
        return tab

    return open_page


def told(tab) -> str:
    """Return what stands under the date."""
    return tab.locator("#gq-interview-told").inner_text()


def summary(tab) -> str:
    """Return the line on today."""
    return tab.locator(".gq-summary").inner_text()


def set_date(tab, day: str) -> None:
    """Choose a date and confirm it by pointer."""
    tab.get_by_label("Interview on").fill(day)
    tab.get_by_role("button", name="Set").click()


def cells(tab) -> dict[str, str]:
    """Return what the calendar says of each day."""
    found = tab.locator(".gq-calendar td:not(.gq-none)").all()
    days = [cell.locator("time").get_attribute("datetime") for cell in found]
    texts = (cell.inner_text().replace("\u00ad", "") for cell in found)
    return dict(zip(days, texts, strict=True))


def review(question: str, days: float, *, grade: int = 3) -> dict:
    """Return a review of so many days before noon."""
    at = NOON - timedelta(days=days)
    return {
        "question": question,
        "rev": 1,
        "variant": 0,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "grade": grade,
        "correct": grade > 1,
        "seconds": 10,
        "where": "page",
    }


def test_a_date_is_set_by_pointer_planned_for_remembered_and_taken_away(at_noon):
    tab = at_noon()
    set_date(tab, "2026-12-22")
    assert told(tab) == ""
    assert summary(tab) == (
        "Interview in 21 days, on Tuesday 22 December. As things stand, you would recall 0 % of "
        "the questions then. Today: 1 new, about 2 minutes."
    )
    tab.reload()
    assert tab.get_by_label("Interview on").input_value() == "2026-12-22"
    assert "Interview in 21 days" in summary(tab)
    tab.get_by_role("button", name="No date").click()
    assert "Interview" not in summary(tab)
    assert "Today: 6 new" in summary(tab)
    assert tab.evaluate("document.activeElement.type") == "date"
    assert not tab.get_by_role("button", name="No date").is_visible()
    tab.reload()
    assert tab.get_by_label("Interview on").input_value() == ""


def test_the_whole_page_is_worked_by_keyboard(at_noon):
    tab = at_noon()
    tab.get_by_label("Interview on").focus()
    tab.keyboard.type("12122026")  # the 12th of the 12th, whichever comes first in this browser
    tab.keyboard.press("Enter")
    assert "Interview in 11 days" in summary(tab)
    tab.get_by_role("button", name="No date").press("Enter")
    assert "Interview" not in summary(tab)
    tab.keyboard.type("12122026")
    tab.keyboard.press("Enter")
    assert "Interview in 11 days" in summary(tab)
    reached = set()
    tab.evaluate("document.activeElement.blur()")
    for _ in range(25):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement.textContent.trim().slice(0, 12)"))
    assert {"Set", "No date", "Start", "Calendar", "Export", "Clear"} <= reached
    tab.get_by_text("Calendar", exact=True).press("Enter")
    tab.locator(".gq-calendar time[datetime='2026-12-12']").wait_for()
    assert "Interview" in cells(tab)["2026-12-12"]
    tab.get_by_role("button", name="Start").press("Enter")
    assert tab.locator("[data-question]").is_visible()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-30", "Monday 30 November is over. Expected today or a later day."),
        ("0202-12-22", "is over. Expected today or a later day."),
        ("2062-12-22", "2062-12-22 is more than a year away. Is the year right?"),
        ("", "Choose a date first."),
    ],
)
def test_a_date_that_cannot_be_is_refused_and_the_old_one_stays(at_noon, day, said):
    tab = at_noon()
    set_date(tab, "2026-12-22")
    before = tab.evaluate("({ ...localStorage })")
    set_date(tab, day)
    assert told(tab).endswith(said)
    assert tab.evaluate("({ ...localStorage })") == before
    assert "Interview in 21 days" in summary(tab)
    assert tab.evaluate("document.activeElement.type") == "date"


def test_a_date_half_typed_is_refused(at_noon):
    tab = at_noon()
    tab.get_by_label("Interview on").focus()
    tab.keyboard.type("1212")
    tab.keyboard.press("Enter")
    assert told(tab) == "Expected a whole date that exists, such as 2026-12-20."
    assert tab.evaluate("Object.keys(localStorage).filter((key) => key.includes('until'))") == []


@pytest.mark.parametrize("kept", ['"2026-02-31"', '"soon"', "17", "{", '{"a": 1}', "[null]"])
def test_a_date_that_others_left_unreadable_is_none(at_noon, kept):
    tab = at_noon(before=f"localStorage.setItem('gentutor:setting:until', {json.dumps(kept)})")
    assert tab.get_by_label("Interview on").input_value() == ""
    assert "Today: 6 new" in summary(tab)


def test_an_interview_that_is_over_is_said_to_be(at_noon):
    tab = at_noon(before="""localStorage.setItem('gentutor:setting:until', '"2026-11-30"')""")
    said = "Your interview was on Monday 30 November. Practice goes on without a date."
    assert told(tab) == said
    assert "Today: 6 new" in summary(tab)


def test_without_a_store_the_date_holds_as_long_as_the_page(at_noon):
    tab = at_noon(before=NO_STORE)
    set_date(tab, "2026-12-22")
    assert "Interview in 21 days" in summary(tab)


def test_a_full_store_is_said_and_no_date_pretended(at_noon):
    tab = at_noon(before=FULL)
    set_date(tab, "2026-12-22")
    assert told(tab) == "The browser's store is full: the date is not kept."
    assert "Interview" not in summary(tab)


@pytest.mark.parametrize("day", ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-10", None])
def test_the_page_asks_what_the_terminal_would_in_its_order(at_noon, site, day):
    log = [
        review("vae-kl-role", 20),
        review("vae-training-step", 6, grade=1),
        review("vae-training-step", 5.9),
        review("elbo-say-the-gap", 1, grade=4),
        review("vae-kl-of-a-point", 3, grade=2),
    ]
    tab = at_noon(log=log)
    if day:
        set_date(tab, day)
    until = day and datetime.fromisoformat(day).date()
    bank = read_bank(FIXTURE)
    ordered = sorted(bank["questions"], key=lambda one: one["anchor"].partition("#")[0])
    log.sort(key=lambda one: one["at"])
    entries = standings(ordered, log, until=until, zone=UTC)
    wanted = [entry.question["id"] for entry, _ in agenda(entries, NOON, until=until, zone=UTC)]
    assert wanted
    asked = []
    for _ in wanted:
        tab.locator(".gq-main").click()
        asked.append(tab.locator("[data-question]").get_attribute("data-question"))
    assert asked == wanted
    tab.locator(".gq-main").click()
    assert tab.locator(".gq-place").inner_text() == "That is all for today."


def test_seventy_five_answers_a_day_are_enough_before_an_interview(at_noon):
    log = [review("vae-kl-role", -0.001 * i, grade=1) for i in range(1, MOST + 1)]
    tab = at_noon(log=log)
    set_date(tab, "2026-12-02")
    assert "That is enough for today." in summary(tab)
    tab.get_by_role("button", name="Start").click()
    assert tab.locator(".gq-place").inner_text() == "That is all for today."
    tab.get_by_role("button", name="Go on anyway").click()
    assert tab.locator("[data-question]").count() == 1


def test_a_clock_that_was_set_back_is_noticed(at_noon):
    tab = at_noon(log=[review("vae-kl-role", -0.5)])
    assert "Your clock says 1 December 2026 at 12:00" in tab.get_by_role("note").inner_text()
    tab = at_noon(log=[review("vae-kl-role", 0.5)])
    assert tab.get_by_role("note").count() == 0


def test_the_calendar_says_what_each_day_asks(at_noon):
    tab = at_noon(log=[review("vae-kl-role", 30), review("vae-training-step", 1.1)])
    set_date(tab, "2026-12-15")
    assert tab.locator(".gq-calendar").count() == 0
    tab.get_by_text("Calendar", exact=True).click()
    days = cells(tab)
    assert list(days) == [f"2026-12-{day:02}" for day in range(1, 16)]
    assert days["2026-12-01"].split("\n") == ["1 Dec", "1 due", "1 new", "2 min"]
    assert days["2026-12-15"].startswith("15\nInterview")
    everything = len(read_bank(FIXTURE)["questions"])
    assert f"{everything} due" in days["2026-12-15"]  # the last pass
    table = tab.locator(".gq-calendar")
    assert table.locator("th[scope=col]").count() == 7
    assert table.locator("[aria-current=date] time").get_attribute("datetime") == "2026-12-01"
    assert "if every answer is right" in table.locator("caption").inner_text()
    columns = [
        cell.evaluate("one => one.cellIndex") for cell in table.locator("tbody td:has(time)").all()
    ]
    assert columns == [(1 + i) % 7 for i in range(15)]  # 1 December 2026 is a Tuesday


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_days_are_those_of_the_readers_own_clock(visit, zone):
    tab = visit("practice", timezone_id=zone)
    tab.clock.set_fixed_time(NOON)
    tab.reload()
    today = "2026-12-02" if zone == "Pacific/Auckland" else "2026-12-01"
    set_date(tab, today)
    assert "Interview today." in summary(tab)
