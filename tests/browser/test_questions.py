"""Every question of the bank, answered in a browser: rightly, and in every wrong way it knows."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from gentutor.bank.compiled import COMPILED as BANK
from gentutor.widgets.question import read_bank
from gentutor.widgets.question_html import question_html, without_tex

FIXTURE = Path(__file__).parents[1] / "bank_fixture.json"
BANKS = {path.stem: read_bank(path) for path in (FIXTURE, BANK) if path.exists()}
QUESTIONS = [
    pytest.param(bank, question, id=f"{name}-{question['id']}")
    for name, bank in BANKS.items()
    for question in bank["questions"]
]
TEX = ("$", "\\(", "\\)", "\\[", "\\frac", "\\mathrm", "\\mathbb", "\\text", "^{", "_{")
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>One question</title>
<script>
  window.seen = [];
  addEventListener("gq-review", ({ detail }) => seen.push(detail));
</script>
<main></main>"""

Question = dict[str, Any]


@pytest.fixture(scope="module")
def tab(browser: Browser, root: Path) -> Iterator[Page]:
    """Return one page for all questions, which must not complain of anything."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and errors.append(said.text))
    page.set_content(PAGE)
    page.add_script_tag(path=root / "gentutor" / "widgets" / "question.js")
    page.add_style_tag(path=root / "gentutor" / "widgets" / "question.css")
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def show(tab: Page) -> Callable[..., Page]:
    """Return a function that puts one question into the page, fresh."""

    def put(bank: dict[str, Any], question: Question, variant: int = 0) -> Page:
        tab.evaluate(
            """([html, variant]) => {
                seen.length = 0;
                document.querySelector("main").innerHTML = html;
                gentutor.start(document.querySelector(".gq"), { variant });
            }""",
            [question_html(question, bank), variant],
        )
        return tab

    return put


def words(tab: Page, html: str) -> str:
    """Return the text of some HTML as the browser reads it."""
    return tab.evaluate(
        "html => Object.assign(document.createElement('div'), { innerHTML: html }).textContent",
        html,
    ).strip()


def said(tab: Page) -> str:
    """Return what the live region says, formulas' text included."""
    return tab.locator(".gq-said").text_content()


def tick(tab: Page, *wanted: str) -> None:
    """Choose exactly these and submit."""
    for box in tab.locator(".gq-choice input").all():
        if box.get_attribute("type") == "checkbox" or box.get_attribute("value") in wanted:
            box.set_checked(box.get_attribute("value") in wanted)
    tab.get_by_role("button", name="Submit").click()


def write(tab: Page, number: float) -> None:
    """Give a number and submit."""
    tab.get_by_role("textbox").fill(repr(number))
    tab.get_by_role("button", name="Submit").click()


def put_in_order(tab: Page, steps: list[str]) -> None:
    """Move each step up to its place by the keyboard, and submit."""
    for place, step in enumerate(steps):
        item = tab.locator(f".gq-steps [data-step='{step}']")
        up = item.get_by_role("button", name="Move up")
        while item.evaluate("item => [...item.parentNode.children].indexOf(item)") > place:
            up.press("Enter")
            assert up.evaluate("button => button === document.activeElement")
    tab.get_by_role("button", name="Submit").press("Enter")


def answer(tab: Page, question: Question, variant: dict[str, Any]) -> None:
    """Answer rightly."""
    if question["kind"] == "numeric":
        write(tab, variant["answer"])
    elif question["kind"] == "order":
        put_in_order(tab, [step["id"] for step in variant["steps"]])
    elif question["kind"] == "recall":
        tab.get_by_role("button", name="Show the answer").click()
        for box in tab.locator(".gq-rubric input").all():
            box.check()
        tab.get_by_role("button", name="3 Good").click()
    else:
        tick(tab, *(choice["id"] for choice in variant["choices"] if choice["correct"]))


@pytest.mark.parametrize(("bank", "question"), QUESTIONS)
def test_a_right_answer_is_graded_right(show, bank, question):
    for number, variant in enumerate(question["variants"]):
        tab = show(bank, question, number)
        answer(tab, question, variant)
        (review,) = tab.evaluate("seen")
        assert review["grade"] == 3
        assert review["correct"] is True
        asked = (review["question"], review["rev"], review["variant"], review["where"])
        assert asked == (question["id"], question["rev"], number, "page")
        assert tab.locator(".gq-answer").get_attribute("open") is not None
        recall = question["kind"] == "recall"
        assert said(tab).startswith("Noted: good." if recall else "Right.")


@pytest.mark.parametrize(("bank", "question"), QUESTIONS)
def test_every_wrong_answer_gets_its_own_feedback(show, bank, question):
    for number, variant in enumerate(question["variants"]):
        heard = []
        wrong = [choice for choice in variant.get("choices", []) if not choice["correct"]]
        for one in [*wrong, *variant.get("traps", [])]:
            tab = show(bank, question, number)
            tick(tab, one["id"]) if "id" in one else write(tab, one["value"])
            assert said(tab).startswith("Not yet.")
            assert words(tab, without_tex(one["feedback"]["html"])) in said(tab)
            (review,) = tab.evaluate("seen")
            assert (review["grade"], review["correct"]) == (1, False)
            heard.append(said(tab))
        assert len(set(heard)) == len(heard)
        if question["kind"] == "order":
            tab = show(bank, question, number)
            tab.get_by_role("button", name="Submit").click()
            assert said(tab).startswith("Not yet.")


@pytest.mark.parametrize(("bank", "question"), QUESTIONS)
def test_no_tex_is_left_to_read(show, bank, question):
    for number in range(len(question["variants"])):
        tab = show(bank, question, number)
        seen = tab.evaluate(
            """() => {
                document.querySelectorAll("main details").forEach((fold) => (fold.open = true));
                document.querySelectorAll("main :is(code, samp)").forEach((code) => code.remove());
                return document.querySelector("main").innerText;
            }"""
        )
        assert len(seen) > 50
        assert [sign for sign in TEX if sign in seen] == []


def test_the_fixture_has_every_kind():
    kinds = {question["kind"] for question in BANKS[FIXTURE.stem]["questions"]}
    assert kinds == {"single", "many", "numeric", "recall", "order", "refute"}
    assert json.loads(FIXTURE.read_text(encoding="utf-8"))["format"] == 1
