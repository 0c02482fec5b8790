"""The distance lab in a browser: its sliders by keyboard, its numbers, its width."""

import pytest
from matplotlib.figure import Figure

from gentutor.widgets import DistanceLab


@pytest.fixture
def lab():
    """Return a function that makes a DistanceLab."""
    return lambda **given: DistanceLab(picture=Figure(), caption="Two.", alt="Heaps.", **given)


def test_the_numbers_follow_every_slider_by_keyboard(show, numbers, lab):
    tab = show(lab(shift=2.0, sd=0.25))
    said = {name: float(text) for name, text in numbers(tab).items()}
    assert (said["W₁"], said["slope of W₁"]) == (2, 1)
    assert said["JS"] == pytest.approx(0.347, abs=1e-3)  # the valley, half of log 2
    assert abs(said["slope of JS"]) < 0.002
    assert said["KL(p‖q)"] == pytest.approx(16, abs=1e-3)
    tab.get_by_role("slider", name="Shift of the samples").press("ArrowRight")
    assert numbers(tab)["W₁"] == "2.050"
    tab.get_by_role("slider", name="Width of each heap").press("Home")
    assert numbers(tab)["W₁"] == "2.050"
    assert float(numbers(tab)["KL(p‖q)"]) > 400
    tab.get_by_role("button", name="One heap dropped").press("Enter")
    assert numbers(tab)["W₁"] == "1.000"
    share = tab.get_by_role("slider", name="Samples in the left heap")
    assert share.get_attribute("aria-valuetext") == "100 %"
    share.press("Home")
    assert numbers(tab)["W₁"] == "1.000"


def test_it_fits_a_phone_and_every_picture_has_words(show, lab):
    tab = show(lab(), viewport={"width": 390, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    labels = tab.locator("svg.gx-plot").evaluate_all("all => all.map(a => a.ariaLabel)")
    assert len(labels) == 4
    assert all(labels)
