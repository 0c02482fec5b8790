"""Anki's cards in a browser: the numbers of the day, light and night, links into the book."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

from gentutor.bank.compiled import read_compiled
from gentutor.quiz.anki import write_deck

QUESTIONS = {question["id"]: question for question in read_compiled()["questions"]}
BOOK = "https://example.org/guide/"
CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value / 255);
    const [r, g, b] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const ground = (part) => {
    const colour = getComputedStyle(part).backgroundColor;
    return /, 0\\)$/.test(colour) && part.parentElement ? ground(part.parentElement) : colour;
  };
  const faint = [];
  for (const part of document.querySelectorAll("#qa *")) {
    if (![...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const [a, b] = [light(getComputedStyle(part).color), light(ground(part))];
    if (Math.max(a, b) / Math.min(a, b) < 4.5) faint.push(part.outerHTML.slice(0, 90));
  }
  return faint;
}"""


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, str]]]:
    """Return the style and the answer's side of every card, as Anki renders them."""
    folder = tmp_path_factory.mktemp("anki")
    write_deck(folder / "gentutor.apkg", BOOK)
    collection = Collection(str(folder / "collection.anki2"))
    collection.import_anki_package(
        ImportAnkiPackageRequest(
            package_path=str(folder / "gentutor.apkg"), options=ImportAnkiPackageOptions()
        )
    )
    shown = {}
    for number in collection.find_cards(""):
        card = collection.get_card(number)
        rendered = card.render_output()
        shown[card.note()["Id"]] = (rendered.css, rendered.answer_text)
    yield shown
    collection.close()


@pytest.fixture
def show(browser):
    """Return a function that shows a card as Anki does, on a phone."""
    pages = []

    def open_card(css: str, answer: str, mode: str = "", *, now: int = 0):
        tab = browser.new_page(viewport={"width": 360, "height": 780})
        pages.append(tab)
        tab.clock.set_fixed_time(now)
        tab.set_content(
            f"<!doctype html><html><head><style>{css}</style></head>"
            f'<body class="card card1 {mode}"><div id="qa">{answer}</div></body></html>'
        )
        return tab

    yield open_card
    for tab in pages:
        tab.close()


@pytest.mark.parametrize("mode", ["", "nightMode", "night_mode"])
def test_every_card_is_readable_on_a_phone(cards, show, mode):
    (css, *_) = next(iter(cards.values()))
    tab = show(css, "", mode)
    for name, (_, answer) in cards.items():
        tab.evaluate("html => { qa.innerHTML = html; }", answer)
        tab.evaluate("qa.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert tab.evaluate(CONTRAST) == [], name
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360, name


def test_a_card_shows_one_variant_a_day_and_its_own_answer(cards, show):
    name, question = next(
        (name, one) for name, one in QUESTIONS.items() if len(one["variants"]) == 3
    )
    seen = set()
    for day in range(20_000, 20_003):
        tab = show(*cards[name], now=day * 86_400_000)
        visible = tab.locator(".variants").evaluate_all(
            "sets => sets.map(set => [...set.children].map(one => one.checkVisibility()))"
        )
        assert [flags.count(True) for flags in visible] == [1, 1]
        assert visible[0] == visible[1]
        seen.add(visible[0].index(True))
    assert seen == {0, 1, 2}
    assert len(question["variants"]) == 3


def test_the_links_of_every_card_lead_to_an_anchor_of_the_built_book(cards, built: Path):
    targets = {
        unquote(target)
        for _, answer in cards.values()
        for target in re.findall(r'href="([^"]*)"', answer)
    }
    assert len(targets) > len(QUESTIONS)
    anchors: dict[str, set[str]] = {}
    for target in targets:
        assert target.startswith(BOOK)
        page, _, anchor = target.removeprefix(BOOK).partition("#")
        if page not in anchors:
            text = (built / page).read_text(encoding="utf-8")
            anchors[page] = set(re.findall(r'\bid="([^"]+)"', text))
        assert anchor in anchors[page], target
