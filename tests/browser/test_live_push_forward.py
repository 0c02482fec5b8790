"""The push-forward in a browser: its handles by keyboard and by pointer, its numbers, its width."""

import re

import pytest
from matplotlib.figure import Figure

from gentutor.widgets import PushForward


@pytest.fixture
def bent():
    """Return a function that makes a PushForward."""
    return lambda **given: PushForward(picture=Figure(), caption="A map.", alt="A line.", **given)


def handles(tab) -> list[float]:
    """Return the handles as the page says them."""
    texts = tab.locator("output").all_inner_texts()[:5]
    return [float(text.removeprefix("x = ").replace("−", "-")) for text in texts]


def test_the_formula_is_shown_at_the_marked_place(show, numbers, bent):
    tab = show(bent(handles=[-2, -1, 0, 1, 2], z=1.0))
    said = numbers(tab)
    assert said["x = G(z)"] == "1.00"
    assert said["p(z)"] == "0.242"
    assert said["slope G′(z)"] == "1.00"
    assert said["p(z) / |slope|"] == said["q(x), all ways"] == "0.242"
    assert said["ways to x"] == "1"
    tab.get_by_role("button", name="Fold").press("Enter")
    tab.get_by_role("slider", name="Look at z").press("Home")
    for _ in range(50):
        tab.get_by_role("slider", name="Look at z").press("ArrowRight")
    folded = numbers(tab)
    assert folded["ways to x"] == "3"
    assert float(folded["q(x), all ways"]) > float(folded["p(z) / |slope|"])


def test_every_control_works_by_keyboard(show, bent):
    widget = bent()
    tab = show(widget)
    for k, place in enumerate(("−2", "−1", "0", "1", "2")):
        before = handles(tab)
        slider = tab.get_by_role("slider", name=f"Handle at z = {place}", exact=True)
        slider.press("ArrowRight")
        after = handles(tab)
        assert after[k] == pytest.approx(before[k] + 0.1)
        assert after[:k] + after[k + 1 :] == before[:k] + before[k + 1 :]
        assert re.fullmatch(r"x = −?\d\.\d", slider.get_attribute("aria-valuetext"))
    radio = tab.get_by_role("radio", name="normal")
    assert radio.is_checked()
    radio.focus()
    radio.press("ArrowDown")
    assert tab.get_by_role("radio", name="uniform").is_checked()
    tab.get_by_role("button", name="Straight").press("Enter")
    assert handles(tab) == [-2, -1, 0, 1, 2]


def test_a_handle_follows_the_pointer_and_stops_at_its_limit(show, bent):
    tab = show(bent(handles=[-2, -1, 0, 1, 2]))
    box = tab.locator("svg.gx-plot").nth(1).bounding_box()
    zoom = box["width"] / 340
    x, y = box["x"] + zoom * (46 + 286 * 4 / 6), box["y"] + zoom * (8 + 184 * 3 / 8)
    tab.mouse.move(x, y)  # the handle at z = 1, x = 1
    tab.mouse.down()
    tab.mouse.move(x, y + zoom * 184 / 8 * 2)
    assert handles(tab) == pytest.approx([-2, -1, 0, -1, 2], abs=0.11)
    tab.mouse.move(x, y - zoom * 500)
    assert handles(tab) == [-2, -1, 0, 3, 2]
    tab.mouse.up()
    tab.mouse.move(x, y)
    assert handles(tab)[3] == 3


def test_it_fits_a_phone(show, bent):
    tab = show(bent(), viewport={"width": 390, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    labels = tab.locator("svg.gx-plot").evaluate_all("all => all.map(a => a.ariaLabel)")
    assert len(labels) == 4
    assert all(labels)
