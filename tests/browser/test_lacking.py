"""Browsers that lack something: a store, modules, a canvas. The page says so and goes on."""

import pytest

DENIED = """for (const store of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, store, { configurable: true, get() {
        throw new DOMException('The operation is insecure.', 'SecurityError'); } });"""
NO_CANVAS = "HTMLCanvasElement.prototype.getContext = () => null;"
NO_MODULES = "URL.createObjectURL = () => 'blob:null/none';"
THEME = "document.documentElement.dataset.theme"


@pytest.mark.parametrize(
    ("before", "lack"),
    [
        (NO_CANVAS, "this browser has no canvas"),
        (NO_MODULES, "this browser loads no modules from within a page"),
    ],
)
def test_an_explorable_says_what_it_lacks_and_its_picture_stays(show, map_arguments, before, lack):
    from gentutor.widgets import LatentMap

    tab = show(LatentMap(**map_arguments), before=before)
    said = tab.get_by_role("alert").inner_text()
    assert said == f"This figure could not be made interactive: {lack}."
    assert tab.locator("figure.explorable > img").is_visible()


def test_without_a_store_the_theme_stays_for_the_visit(built, watch):
    seen = watch(built, color_scheme="light")
    seen.page.add_init_script(DENIED)
    tab = seen.open("index.html")
    assert tab.evaluate(THEME) == "light"
    tab.locator(".article-header-buttons .theme-switch-button").click()
    assert tab.evaluate(THEME) == "dark"
    assert seen.open("book/notation.html").evaluate(THEME) == "dark"
    assert seen.errors == []
    seen.open("book/practice.html")
    assert "keeps nothing" in tab.locator(".gq-page").inner_text()


@pytest.mark.parametrize("store", [DENIED, ""])
def test_search_finds_and_says_whether_it_is_remembered(built, watch, store):
    seen = watch(built)
    seen.page.add_init_script(store)
    tab = seen.open("search.html?q=divergence")
    tab.get_by_role("status").filter(has_text="Search finished").wait_for()
    assert tab.locator("#search-results li").count() > 3
    note = tab.get_by_text("This browser keeps nothing for this site")
    assert note.count() == bool(store)
    first = tab.locator("#search-results li a").first
    assert "api.html" not in first.get_attribute("href")  # what explains comes before the code
    first.click()
    tab.wait_for_url(lambda url: "search.html" not in url)
    if not store:  # the words to mark travel in it
        tab.locator("span.highlighted").first.wait_for(state="attached")  # maybe in a fold
    assert seen.errors == []


def test_search_reads_well_on_a_phone(built, watch):
    tab = watch(built, viewport={"width": 360, "height": 800}).open("search.html?q=posterior")
    tab.locator("#search-results .context").nth(3).wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    for text in tab.locator("#search-results .context").all_inner_texts():
        assert "\\" not in text, "an excerpt holds TeX"
