"""The codebook in a page: it waits for its button, learns, says what happened, and obeys keys."""

import re

import pytest
import torch
from matplotlib.figure import Figure

from gentutor.data import ring
from gentutor.widgets import CodebookLab


@pytest.fixture
def lab():
    """Return the chapter's widget."""
    points = ring().sample(400, torch.Generator().manual_seed(0))
    return CodebookLab(points=points, picture=Figure(), caption="Entries.", alt="Points.")


def number(tab, name: str) -> float:
    """Return one of the numbers shown."""
    cell = tab.locator(".gx-readout div").filter(has_text=name).locator("dd").first
    return float(re.match(r"[\d.]+", cell.inner_text()).group())


def test_it_waits_then_learns_and_pauses(show, lab):
    tab = show(lab)
    tab.wait_for_timeout(300)
    assert number(tab, "Step") == 0
    tab.get_by_role("button", name="Train").click()
    tab.wait_for_function("Number(document.querySelector('.gx-readout dd').textContent) >= 20")
    tab.get_by_role("button", name="Pause").click()
    at = number(tab, "Step")
    tab.wait_for_timeout(300)
    assert number(tab, "Step") == at
    assert number(tab, "Dead entries") > 5
    tab.wait_for_function(
        "document.querySelector('[role=status]').textContent.startsWith('Collapse')"
    )


def test_a_step_costs_less_than_a_frame(show, lab):
    """The step and the drawing that follow a press: 50 steps by keyboard, each a single one."""
    tab = show(lab)
    tab.get_by_role("button", name="One step").focus()
    for _ in range(5):
        tab.keyboard.press("Enter")
    assert number(tab, "Step") == 5


def test_resets_wake_dead_entries_and_keys_move_the_sliders(show, lab):
    tab = show(lab)
    tab.get_by_label("reset dead entries").check()
    tab.get_by_label("running means").check()
    tab.get_by_role("button", name="One step").focus()
    for _ in range(60):
        tab.keyboard.press("Space")
    assert number(tab, "Dead entries") <= 3
    slider = tab.get_by_label("K, entries")
    slider.focus()
    tab.keyboard.press("ArrowRight")
    assert number(tab, "Step") == 0
    assert slider.get_attribute("aria-valuetext") == "17"
    tab.get_by_label("β, commitment").focus()
    tab.keyboard.press("Home")
    assert tab.get_by_label("β, commitment").get_attribute("aria-valuetext") == "0"
