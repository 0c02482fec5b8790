"""The Practice page: what it asks in which order, and what it keeps."""

import pytest
from playwright.sync_api import expect

NO_STORE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"


def shown(tab) -> str:
    """Return the id of the question in the page."""
    return tab.locator("[data-question]").get_attribute("data-question")


def why(tab) -> str:
    """Return the reason that stands above the question."""
    return tab.locator(".gq-place > .gq-note").inner_text().split(" · ")[0]


def summary(tab) -> str:
    """Return the line on today."""
    return tab.locator(".gq-summary").inner_text()


def test_what_is_due_comes_first_then_weak_claims_then_the_rest(visit, review):
    log = [
        review("vae-training-step", ago=72, correct=False),  # due since long, its claim weak
        review("elbo-say-the-gap", ago=48, correct=False),  # due since less long
        review("vae-kl-role", ago=24),  # right, so not due for days
    ]
    tab = visit("practice", log=log)
    assert "Today: 2 due and 3 new, about 9 minutes." in summary(tab)
    order = []
    for _ in range(5):
        tab.locator(".gq-main").click()
        order.append((shown(tab), why(tab)))
    assert order == [
        ("vae-training-step", "To repeat"),
        ("elbo-say-the-gap", "To repeat"),
        ("vae-gradient-through", "New, on a weak claim"),
        ("elbo-which-are-wrong", "New, on a weak claim"),
        ("vae-kl-of-a-point", "New"),
    ]
    tab.get_by_role("button", name="Skip").click()
    assert tab.locator(".gq-place").inner_text() == "That is all for today."
    order = []
    tab.get_by_role("button", name="Go on anyway").click()
    while tab.locator("[data-question]").count():
        order.append(shown(tab))
        tab.locator(".gq-main").click()
    assert "You have been through every question" in tab.locator(".gq-place").inner_text()
    assert sorted(order) == sorted(set(order))
    assert len(order) == 6
    assert order[-1] == "vae-kl-role"  # ahead of its time


def test_a_right_answer_comes_back_after_days_and_a_wrong_one_in_ten_minutes(visit, review):
    tab = visit("practice", log=[review("vae-kl-role", ago=0), review("vae-training-step", ago=0)])
    due = """() => {
      const { bank, progress, schedule } = gentutor;
      const entries = schedule.standing(bank.questions, progress.all());
      return entries.filter(({ memory }) => memory)
        .map((one) => one.repeats ? "repeat" : one.due / 864e5 - one.last);
    }"""
    assert tab.evaluate(due) == [2, 2]
    tab.evaluate("localStorage.clear()")
    tab = visit("practice", log=[review("vae-kl-role", ago=0, correct=False)])
    assert tab.evaluate(due) == ["repeat"]


def test_a_miss_comes_back_in_the_same_sitting_after_all_others(visit):
    tab = visit("practice")
    tab.get_by_role("button", name="Start").click()
    missed = shown(tab)
    tab.locator(".gq-answer > summary").click()  # looked up
    if tab.get_by_role("button", name="1 Missed it").is_visible():
        tab.get_by_role("button", name="1 Missed it").click()
    order = []
    for _ in range(6):
        tab.locator(".gq-main").click()
        order.append((shown(tab), why(tab)))
    assert order[-1] == (missed, "To repeat")
    assert len({name for name, _ in order}) == 6


def test_reviews_of_an_earlier_revision_or_of_unknown_questions_do_not_count(visit, review):
    log = [review("vae-kl-role", ago=5, rev=2), review("vae-long-gone", ago=5)]
    tab = visit("practice", log=log)
    assert "Today: 6 new" in summary(tab)


def test_an_answer_is_kept_counted_and_asked_in_another_variant(visit, review):
    tab = visit("practice", log=[review("vae-kl-of-a-point", ago=99, correct=False)])
    tab.get_by_role("button", name="Start").click()
    assert "(2,1)" in tab.locator(".gq-prompt").text_content().replace(" ", "")
    tab.get_by_label("Your answer").fill("2")
    tab.keyboard.press("Enter")
    assert tab.get_by_role("button", name="Next question").is_visible()
    kept = tab.evaluate("gentutor.progress.all()")
    assert [one["variant"] for one in kept] == [0, 1]
    assert kept[1]["seconds"] >= 1
    assert "1 answer so far." in summary(tab)
    bars = tab.get_by_role("img").get_attribute("aria-label")
    assert bars.endswith(" 1")


def test_a_chapter_and_a_number_of_new_questions_are_chosen_and_remembered(visit, site):
    tab = visit("practice")
    tab.get_by_label("Chapter").select_option("elbo")
    assert "Today: 2 new" in summary(tab)
    tab.get_by_label("New questions a day").fill("1")
    tab.keyboard.press("Tab")
    assert "Today: 1 new" in summary(tab)
    tab.get_by_role("button", name="Start").click()
    assert shown(tab).startswith("elbo-")
    tab.reload()
    assert tab.get_by_label("Chapter").input_value() == "elbo"
    assert tab.get_by_label("New questions a day").input_value() == "1"
    assert "Today: 1 new" in summary(tab)


@pytest.mark.parametrize("text", ["-3", "1.5", "9999"])
def test_a_number_of_new_questions_that_is_none_falls_back_to_the_rule(visit, text):
    tab = visit("practice")
    field = tab.get_by_label("New questions a day")
    field.fill(text)
    tab.keyboard.press("Tab")
    assert field.input_value() == ""
    assert "Today: 6 new" in summary(tab)


def test_weak_claims_link_to_their_rows(visit, review):
    tab = visit("practice", log=[review("elbo-say-the-gap", ago=1, correct=False)])
    tab.get_by_text("Weak claims", exact=True).click()
    link = tab.get_by_role("link", name="The gap of the ELBO is a KL divergence.")
    assert link.get_attribute("href") == "claims.html#claim-row-elbo-gap"


@pytest.mark.parametrize("page", ["practice", "mock"])
def test_without_a_store_the_page_works_and_says_that_it_forgets(visit, page):
    tab = visit(page, before=NO_STORE)
    assert "keeps nothing" in tab.get_by_role("note").inner_text()
    tab.locator(".gq-main").click()
    tab.locator(".gq-answer > summary").click()
    if shown(tab).startswith("elbo-say"):
        tab.get_by_role("button", name="3 Good").click()
    tab.get_by_role("button", name="Next question").click()
    assert len(tab.evaluate("gentutor.progress.all()")) == 1
    assert tab.locator("[data-question]").count() == 1


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("page", ["practice", "mock"])
def test_both_pages_fit_a_phone_and_need_no_mouse(visit, page, width):
    tab = visit(page, viewport={"width": width, "height": 780})
    if page == "practice":
        tab.get_by_text("Calendar", exact=True).press("Enter")
        expect(tab.locator(".gq-calendar")).to_be_visible()
    tab.locator(".gq-main").press("Enter")
    expect(tab.locator("[data-question]")).to_be_visible()
    assert tab.evaluate("document.activeElement.className") == "gq-place"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    small = "[...document.querySelectorAll('main *')].filter(part => part.checkVisibility() && "
    small += "parseFloat(getComputedStyle(part).fontSize) < 11 && !part.closest('math')).length"
    assert tab.evaluate(small) == 0


def test_without_scripts_the_page_says_so(visit, site, watch):
    for page in ("practice", "mock"):
        seen = watch(site, "file", java_script_enabled=False)
        seen.page.goto(f"{seen.base}book/{page}.html")
        assert seen.page.get_by_text("Needs JavaScript.").is_visible()
