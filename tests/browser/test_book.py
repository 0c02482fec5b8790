"""Every page of the built book, in a browser that can reach nothing else."""

import json
import re

import pytest
from narrow import Drawing

MEGABYTE = 1_000_000
STATE = re.compile(
    r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>', re.S
)


def test_the_watch_sees_what_it_is_there_for(watch, tmp_path):
    (tmp_path / "index.html").write_text(
        "<script src='https://example.org/far.js'></script><img src='missing.png'>"
        "<script>console.error('said'); throw new Error('thrown')</script>"
    )
    seen = watch(tmp_path)
    seen.open()
    assert seen.foreign == ["https://example.org/far.js"]
    assert [failure.split(": ") for failure in seen.failed] == [[f"{seen.base}missing.png", "404"]]
    assert {"said", "thrown"} <= {error.split("\n")[0] for error in seen.errors}


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_no_page_asks_for_more_than_the_book_has(built, pages, watch, scheme):
    complaints = {}
    assert len(pages) > 3
    for page in pages:
        seen = watch(built, scheme)
        seen.open(page)
        complaints[page] = seen.foreign + seen.failed + seen.errors
        seen.page.context.close()
    assert not {page: said for page, said in complaints.items() if said}


def test_a_chapter_weighs_at_most_4_megabytes_and_its_data_seven_tenths_of_one(
    built, chapters, watch, capsys
):
    assert chapters
    for page in chapters:
        seen = watch(built)
        seen.open(page)
        data = sum(map(len, STATE.findall((built / page).read_text())))
        with capsys.disabled():
            print(f"\n{page}: {seen.weight / MEGABYTE:.2f} MB in all, {data / 1000:.0f} kB of data")
        assert seen.weight <= 4 * MEGABYTE, page
        assert 0 < data <= 0.7 * MEGABYTE, page


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_every_explorable_starts_and_every_control_does_something(
    built, chapters, watch, look, ready, scheme
):
    for page in chapters:
        tab = watch(built, scheme).open(page)
        assert tab.locator(".explorable-error").all_inner_texts() == []
        for figure in tab.locator("figure.explorable").all():
            assert figure.locator("img").first.is_hidden()
            for control in figure.locator("input[type=range]").all():
                looks = []
                for key in ("Home", "End", "ArrowLeft"):
                    control.press(key)
                    looks.append(figure.evaluate(look))
                assert len(set(looks)) == 3, f"{page}: {control.get_attribute('id')}"
            for control in figure.locator(":is(input[type=radio], button)").element_handles():
                if not control.evaluate(ready):
                    continue
                before = figure.evaluate(look)
                control.click()
                assert figure.evaluate(look) != before, f"{page}: {control.inner_text()}"
        tab.close()  # or its networks go on training beside the next page's


def test_no_widget_is_left_dead_in_the_page(built, pages):
    for page in pages:
        text = (built / page).read_text()
        assert "application/vnd.jupyter.widget-view+json" not in text, page
        states = {}
        for state in STATE.findall(text):
            states |= json.loads(state)["state"]
        figures = re.findall(r'<figure class="explorable" data-model="(\w+)">', text)
        assert all(states[model]["model_name"] == "AnyModel" for model in figures), page


def test_every_control_has_a_name_and_every_picture_words(built, chapters, watch):
    for page in chapters:
        tab = watch(built).open(page)
        for figure in tab.locator("figure.explorable").all():
            assert figure.locator("> img").get_attribute("alt")
            home = figure.locator("xpath=ancestor-or-self::figure").first
            assert home.locator("figcaption").inner_text().strip()
            nameless = figure.locator("input, button, canvas, svg[role], [tabindex]").evaluate_all(
                """found => found.filter(part => part.getClientRects().length
                    && part.role !== 'presentation' && !(part.ariaLabel
                    || part.labels?.[0]?.textContent || part.textContent).trim())
                    .map(part => part.outerHTML.slice(0, 80))"""
            )
            assert nameless == [], page
            assert figure.locator("input, button").count() > 0


def test_chapters_fit_a_phone(built, chapters, watch):
    for page in chapters:
        tab = watch(built, viewport={"width": 390, "height": 844}, has_touch=True).open(page)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, page
        for figure in tab.locator("figure.explorable").all():
            wide = figure.locator("*").evaluate_all(
                """found => found.filter(part => {
                    const { left, right } = part.getBoundingClientRect();
                    return !part.closest('svg svg') && (left < -1 || right > 391);
                }).map(part => part.outerHTML.slice(0, 80))"""
            )
            assert wide == [], page
            if not (slider := figure.locator("input[type=range]:visible").first).count():
                continue
            before = slider.input_value()
            slider.tap(position={"x": 2, "y": 10})
            assert slider.input_value() != before or before == slider.get_attribute("min"), page


SHOWN = """images => images.filter(image => image.getClientRects().length).map(image => {
    const [all, seen] = [image, image.parentElement].map(part => part.getBoundingClientRect());
    const piece = image.parentElement.style.aspectRatio !== '';
    const from = piece ? (seen.left - all.left) / all.width : 0;
    return [image.src.split('/').at(-1), all.width, from,
            piece ? from + seen.width / all.width : 1]; })"""


def test_the_lettering_of_figures_has_11_px_on_a_phone(built, chapters, watch):
    seen = 0
    for page in chapters:
        tab = watch(built, viewport={"width": 390, "height": 844}).open(page)
        for name, width, left, right in tab.locator("article img[src$='.svg']").evaluate_all(SHOWN):
            drawing = Drawing((built / "_images" / name).read_text())
            points = drawing.size[0]
            sizes = [size for size, at in drawing.lettering if left <= at / points <= right]
            assert min(sizes, default=11) * width / points >= 10.9, f"{page}: {name}"
            seen += 1
    assert seen > 100


def test_explorables_follow_the_theme_into_the_dark(built, chapters, watch):
    def look(tab):
        return tab.locator(".gx").first.evaluate(
            """gx => [
                getComputedStyle(gx).color,
                getComputedStyle(gx.querySelector('canvas')).filter,
                getComputedStyle(document.body).backgroundColor,
            ]"""
        )

    tab = watch(built, color_scheme="light").open(chapters[0])
    light = look(tab)
    tab.evaluate("document.documentElement.dataset.theme = 'dark'")  # as the theme's button does
    dark = look(tab)
    assert all(one != other for one, other in zip(light, dark, strict=True))
    assert brightness(light[0]) < 90 < 160 < brightness(dark[0])
    figure = tab.locator(".text_html:has(> figure.explorable)").first
    assert figure.evaluate("card => getComputedStyle(card).backgroundColor") == "rgba(0, 0, 0, 0)"


def brightness(colour: str) -> float:
    """Return the mean of a CSS colour's red, green and blue, 0 to 255."""
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


def test_paper_and_pages_without_scripts_show_the_picture(built, chapters, watch):
    for page in chapters:
        still = watch(built, java_script_enabled=False)
        still.page.goto(still.base + page)
        printed = watch(built).open(page)
        assert not printed.locator("figure.explorable > img").first.is_visible()
        printed.emulate_media(media="print")
        assert not printed.locator(".explorable-live").first.is_visible()
        for tab in (still.page, printed):
            for picture in tab.locator("figure.explorable > img").all():
                assert picture.is_visible(), page
                assert picture.bounding_box()["height"] > 100, page
