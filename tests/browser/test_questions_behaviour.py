"""How a question behaves: by keyboard, without scripts, on a phone, and with nonsense."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gentutor.widgets.question import read_bank
from gentutor.widgets.question_html import question_html

FIXTURE = Path(__file__).parents[1] / "bank_fixture.json"
BANK = read_bank(FIXTURE)
QUESTIONS = {question["id"]: question for question in BANK["questions"]}


@pytest.fixture
def open_questions(watch, root, tmp_path) -> Callable:
    """Return a function that opens a page with questions as the book has them."""

    def open_page(*ids, bank=BANK, **options):
        chosen = [one for one in bank["questions"] if one["id"] in ids or not ids]
        for path in ("gentutor/widgets/question.js", "gentutor/widgets/question.css"):
            (tmp_path / Path(path).name).write_text((root / path).read_text())
        for name in ("progress.js", "questions.js"):
            (tmp_path / name).write_text((root / "book" / "_assets" / name).read_text())
        scripts = "".join(
            f'<script defer src="{name}.js"></script>'
            for name in ("question", "progress", "questions")
        )
        (tmp_path / "index.html").write_text(
            '<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            f'<link rel="stylesheet" href="question.css">{scripts}<main class="bd-article">'
            f"{''.join(question_html(one, bank) for one in chosen)}</main></html>"
        )
        seen = watch(tmp_path, "file", **options)
        tab = seen.open()
        assert seen.errors + seen.failed + seen.foreign == []
        return tab

    return open_page


def reviews(tab) -> list[dict]:
    """Return what the page has kept."""
    return tab.evaluate("gentutor.progress.all()")


def said(tab) -> str:
    """Return what the live region says."""
    return tab.locator(".gq-said").inner_text()


@pytest.mark.parametrize(
    "text", ["0.5", "0,5", ".5", "+0.5", "1/2", " 0.5 nats ", "5e-1", "0.504", "−1/−2", "1 / 2"]
)
def test_a_number_is_read_as_people_write_it(open_questions, text):
    tab = open_questions("vae-kl-of-a-point")
    tab.get_by_role("textbox").fill(text)
    tab.keyboard.press("Enter")
    assert said(tab).startswith("Right.")


@pytest.mark.parametrize(
    "text", ["", "   ", "half", "0.5.1", "1,000.5", "1/0", "0x10", "Infinity", "1e999", "0.5 bits"]
)
def test_what_is_no_number_is_refused_and_not_counted(open_questions, text):
    tab = open_questions("vae-kl-of-a-point")
    field = tab.get_by_role("textbox")
    field.fill(text)
    field.press("Enter")
    expected = "Expected one number" if text.strip() else "Write a number first."
    assert expected in said(tab)
    assert reviews(tab) == []
    assert field.get_attribute("aria-invalid") is not None
    field.fill("0.5")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") is None
    assert [one["correct"] for one in reviews(tab)] == [True]


def test_markup_that_a_reader_types_is_shown_as_text(open_questions):
    tab = open_questions("vae-kl-of-a-point")
    tab.get_by_role("textbox").fill("<img src=x onerror=\"document.title='owned'\">")
    tab.keyboard.press("Enter")
    assert "<img src=x" in said(tab)
    assert tab.locator(".gq-said img").count() == 0


@pytest.mark.parametrize(
    ("number", "expected"), [("-0.5", "the sign is not"), ("0.506", "That is not the number.")]
)
def test_a_wrong_number_hears_what_is_wrong(open_questions, number, expected):
    tab = open_questions("vae-kl-of-a-point")
    tab.get_by_role("textbox").fill(number)
    tab.keyboard.press("Enter")
    assert expected in said(tab)


def test_nothing_chosen_is_no_answer(open_questions):
    tab = open_questions("vae-kl-role")
    tab.get_by_role("button", name="Submit").click()
    assert said(tab) == "Choose an answer first."
    assert reviews(tab) == []


def test_half_of_the_right_ones_is_not_right(open_questions):
    tab = open_questions("vae-gradient-through")
    tab.locator("input[value=a]").check()
    tab.get_by_role("button", name="Submit").click()
    assert said(tab).startswith("Not yet.")
    assert "1 more to choose." in said(tab)
    assert "slope 1" not in said(tab)  # what was right is not given away with it


def test_only_the_first_answer_counts(open_questions):
    tab = open_questions("vae-kl-role")
    for choice in ("a", "b"):
        tab.locator(f"input[value={choice}]").check()
        tab.get_by_role("button", name="Submit").click()
    assert said(tab).startswith("Right.")
    assert [(one["grade"], one["correct"]) for one in reviews(tab)] == [(1, False)]


def test_a_right_answer_after_the_hint_was_hard(open_questions):
    tab = open_questions("vae-kl-role")
    tab.get_by_text("Hint").click()
    assert tab.get_by_text("Write the definition down first.").is_visible()
    tab.locator("input[value=b]").check()
    tab.get_by_role("button", name="Submit").click()
    assert [(one["grade"], one["correct"]) for one in reviews(tab)] == [(2, True)]


def test_an_answer_looked_up_counts_as_missed(open_questions):
    tab = open_questions("vae-kl-role")
    tab.locator(".gq-answer > summary").click()
    tab.wait_for_function("gentutor.progress.all().length")
    assert [(one["grade"], one["correct"]) for one in reviews(tab)] == [(1, False)]
    assert "Looked up" in said(tab)


@pytest.mark.parametrize(("grade", "correct"), [(1, False), (2, False), (3, True), (4, True)])
def test_the_reader_rates_what_was_said_aloud(open_questions, grade, correct):
    tab = open_questions("elbo-say-the-gap")
    rating = tab.get_by_role("group", name="How well did you say it?")
    assert not rating.is_visible()
    tab.get_by_role("button", name="Show the answer").click()
    tab.locator(".gq-rubric input").first.check()
    assert "1 of 3 points" in tab.locator(".gq-count").inner_text()
    rating.get_by_role("button").nth(grade - 1).click()
    assert [(one["grade"], one["correct"]) for one in reviews(tab)] == [(grade, correct)]


def test_a_question_is_answered_by_keyboard_alone(open_questions):
    tab = open_questions("vae-kl-role")
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowDown")  # from the first choice to the second
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert said(tab).startswith("Right.")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Hint"


def test_steps_move_by_keyboard_and_say_where_they_are(open_questions):
    tab = open_questions("vae-training-step")
    name = tab.locator(".gq-steps > li").first.get_attribute("data-step")
    down = tab.locator(f".gq-steps [data-step={name}]").get_by_role("button", name="Move down")
    for place in (2, 3):
        down.press("Enter")
        assert said(tab) == f"Now step {place} of 5."
        assert tab.locator(".gq-steps > li").nth(place - 1).get_attribute("data-step") == name
    assert tab.evaluate("document.activeElement.textContent") == "↓"


def test_fields_are_named_by_kind_and_prompt_and_answers_are_announced(open_questions):
    tab = open_questions()
    for question in QUESTIONS.values():
        section = tab.locator(f"#question-{question['id']}")
        group = section.get_by_role("group").first
        prompt = section.locator(".gq-prompt").text_content().strip()
        ids = group.get_attribute("aria-labelledby").split()
        name = " ".join(section.locator(f"[id='{one}']").text_content() for one in ids)
        assert prompt in name
        assert section.locator("legend").first.inner_text() in name
        assert section.locator("[aria-live=polite][role=status]").count() >= 1
        nameless = section.locator("input, button, textarea").evaluate_all(
            """found => found.filter(part => !(part.ariaLabel || part.labels?.[0]?.textContent
                || part.textContent).trim()).map(part => part.outerHTML)"""
        )
        assert nameless == []


def test_without_scripts_everything_can_be_read(open_questions):
    tab = open_questions(java_script_enabled=False)
    for question in QUESTIONS.values():
        section = tab.locator(f"[data-question='{question['id']}']")
        assert section.locator("fieldset .gq-prompt").is_visible()
        assert section.get_by_role("button").count() == 0  # no button that would do nothing
        answer = section.locator(".gq-answer")
        assert not answer.locator(".gq-explanation").is_visible()
        answer.locator("summary").first.click()
        assert answer.locator(".gq-explanation").is_visible()
        assert answer.locator(".gq-key").is_visible()
        for link in section.locator(".gq-note a").all():
            assert re.match(r"\.\./book/(claims|references)\.html#", link.get_attribute("href"))


@pytest.mark.parametrize("width", [390, 1100])
def test_questions_fit_and_their_letters_are_large_enough(open_questions, width):
    tab = open_questions(viewport={"width": width, "height": 844})
    tab.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    small = tab.evaluate(
        """() => [...document.querySelectorAll(".gq *")]
            .filter(part => part.checkVisibility() && !part.closest("math")
                && parseFloat(getComputedStyle(part).fontSize) < 11).map(part => part.outerHTML)"""
    )
    assert small == []


def test_what_the_bank_says_with_markup_signs_comes_out_as_written(open_questions):
    tab = open_questions("vae-kl-role", "elbo-which-are-wrong")
    assert "if a & b hold and 1 < 2?" in tab.locator(".gq-prompt").first.inner_text()
    tab.locator(".gq-answer > summary").last.click()
    assert "# a < b && c" in tab.locator("pre code").inner_text()
    assert tab.locator("pre samp").inner_text().strip() == "True"


def test_every_question_of_a_page_is_live_once_it_is_loaded(open_questions):
    many = {
        **BANK,
        "questions": [dict(QUESTIONS["vae-kl-role"], id=f"vae-q{i}") for i in range(40)],
    }
    tab = open_questions(bank=many)
    assert tab.locator(".gq.is-live").count() == 40
    assert tab.evaluate("document.readyState") == "complete"
