"""Study plan, diagnostic, sheets and landing page, in a browser."""

import re

import pytest

NO_STORE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
MEGABYTE = 1_000_000


def pages_of(pdf: bytes) -> int:
    """Return the number of pages of a PDF as Chromium writes it."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(("page", "expected"), [("formulas", 2), ("cheat_sheets", 13)])
def test_a_sheet_takes_its_pages(built, watch, page, expected, paper):
    tab = watch(built).open(f"book/{page}.html")
    margin = dict.fromkeys(("top", "right", "bottom", "left"), "10mm")
    assert pages_of(tab.pdf(format=paper, margin=margin)) == expected


def test_a_formula_fits_its_column_on_paper(built, watch):
    tab = watch(built, viewport={"width": 718, "height": 1000}).open("book/formulas.html")
    tab.emulate_media(media="print")  # 190 mm of A4
    wide = """() => [...document.querySelectorAll('section:has(> .gt-two-pages) li')]
        .filter(item => item.scrollWidth > item.clientWidth + 1)
        .map(item => item.textContent.slice(0, 40))"""
    assert tab.locator("section:has(> .gt-two-pages) li").count() == 60
    assert tab.evaluate(wide) == []


def test_a_plan_is_ticked_by_keyboard_and_remembered(built, watch):
    seen = watch(built)
    tab = seen.open("book/study_plan.html")
    plan = tab.locator('[data-plan="three-hours"]')
    told = plan.locator(".gt-sum")
    assert told.inner_text() == "0 of 8 steps done, 3 h 0 min of 3 h 0 min left."
    box = plan.get_by_role("checkbox").nth(1)
    box.focus()
    tab.keyboard.press("Space")
    assert told.inner_text() == "1 of 8 steps done, 2 h 20 min of 3 h 0 min left."
    tab = seen.open("book/study_plan.html")
    assert [one.is_checked() for one in tab.locator("[data-plan] input").all()].count(True) == 1
    assert "1 of 8 steps done" in told.inner_text()
    assert seen.errors == seen.foreign == []


def test_a_plan_works_without_a_store_and_reads_without_scripts(built, watch):
    seen = watch(built)
    seen.page.add_init_script(NO_STORE)
    tab = seen.open("book/study_plan.html")
    tab.locator("[data-plan] input").first.check()
    assert "1 of 8 steps done" in tab.locator(".gt-sum").first.inner_text()
    still = watch(built, java_script_enabled=False).page
    still.goto(f"{seen.base}book/study_plan.html")
    assert still.locator("[data-plan] input").count() == 0
    assert still.locator("[data-plan] li").first.inner_text().endswith("15 min")
    assert still.locator("[data-diagnostic] details.gq-answer").count() == 12


def test_the_diagnostic_says_which_chapters_to_read_first(built, watch):
    tab = watch(built).open("book/study_plan.html")
    verdict = tab.locator(".gt-verdict")
    assert verdict.inner_text() == "0 of 12 answered, 0 right."
    checks = tab.locator("[data-diagnostic] [data-title]").all()
    missed = {1, 5}
    for i, check in enumerate(checks):
        if i in missed:
            check.locator("details.gq-answer > summary").click()  # looked up
            continue
        if (number := check.locator(".gq-number input")).count():
            answer = check.locator(".gq-key").get_attribute("data-answer")
            number.fill(answer)
        for right in check.locator(".gq-key [data-choice][data-right]").all():
            name = right.get_attribute("data-choice")
            check.locator(f'input[value="{name}"]').check()
        check.get_by_role("button", name="Submit").click()
    assert "12 of 12 answered, 10 right." in verdict.inner_text()
    links = verdict.locator("ol a")
    titles = [checks[i].get_attribute("data-title") for i in sorted(missed)]
    assert links.all_inner_texts() == titles
    links.first.click()
    tab.wait_for_url("**/notebooks/02_vae.html")


def test_the_landing_page_is_light_and_its_model_learns(built, watch):
    seen = watch(built)
    tab = seen.open("book/index.html")
    assert seen.weight <= 1.5 * MEGABYTE
    figure = tab.locator("figure.explorable.is-live")
    figure.get_by_role("button", name="Train", exact=True).click()
    tab.wait_for_function(
        "Number(document.querySelector('.gx-readout dd').textContent.replace(',', '')) >= 20",
        timeout=90_000,
    )
    chapters = len(list((built / "notebooks").glob("*.html")))
    assert f"{chapters} chapters" in tab.locator(".bd-article").inner_text()


def test_texts_of_questions_that_scroll_are_stops_and_keep_the_names_of_boxes(built, watch):
    tab = watch(built, viewport={"width": 360, "height": 800}).open("notebooks/03_elbo.html")
    tab.add_style_tag(content=".gq math { font-size: 3em }")  # wider than in any font
    tab.evaluate("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
    scrolling = """() => [...document.querySelectorAll('.gq :is(p, .gq-text)')]
        .filter(text => text.scrollWidth > text.clientWidth)"""
    tab.wait_for_function(f"({scrolling})().every(text => text.tabIndex === 0)", timeout=5000)
    boxes = f"({scrolling})().filter(text => text.matches('.gq-rubric .gq-text'))"
    assert tab.evaluate(f"{boxes}.length") > 0
    assert tab.evaluate(f"{boxes}.filter(text => text.hasAttribute('aria-label')).length") == 0
    tab.add_style_tag(content=".gq math { font-size: 0.2em }")
    fits = "text => text.scrollWidth <= text.clientWidth && text.hasAttribute('tabindex')"
    tab.wait_for_function(f"![...document.querySelectorAll('.gq .gq-text')].some({fits})")
