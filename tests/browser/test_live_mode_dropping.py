"""The mode-dropping explorable in a browser: it is worked by keyboard and says what happens."""

import pytest
import torch
from matplotlib.figure import Figure

from gentutor.widgets import ModeDropping


@pytest.fixture
def dropping():
    """Return a function that makes the explorable of six modes on a ring."""
    g = torch.Generator().manual_seed(0)
    turn = torch.arange(6) * torch.pi / 3
    centres = 3 * torch.stack((turn.cos(), turn.sin()), 1)
    mode = torch.arange(240) % 6
    train = centres[mode] + 0.45 * torch.randn(240, 2, generator=g)
    noise = torch.randn(240, 2, generator=g)
    return lambda **given: ModeDropping(
        centres=centres,
        train=train,
        train_mode=mode,
        noise=noise,
        sd=0.45,
        picture=Figure(),
        caption="Modes.",
        alt="Points on a ring.",
        **given,
    )


def test_modes_go_one_by_one_until_nothing_is_defined(show, numbers, dropping):
    tab = show(dropping())
    seen = [numbers(tab)]
    for mode in range(6):
        tab.get_by_role("checkbox", name=f"mode {mode + 1}").press("Space")
        seen.append(numbers(tab))
    recall = [float(said["Recall"]) for said in seen[:6]]
    score = [float(said["Inception Score"]) for said in seen[:6]]
    assert recall == sorted(recall, reverse=True)
    assert recall[0] > 0.85
    assert recall[5] < 0.25
    assert all(float(said["Precision"]) > 0.85 for said in seen[:6])
    assert score == pytest.approx([6, 5, 4, 3, 2, 1], abs=0.1)
    assert set(seen[6].values()) == {"undefined"}
    assert "no mean, no neighbour and no class" in tab.locator(".gx-why").inner_text()
    assert tab.get_by_text("No score: the generated set is empty.").count() == 1
    tab.get_by_role("button", name="Perfect generator").press("Enter")
    assert numbers(tab) == seen[0]


def test_blur_costs_precision_and_copies_cost_nothing(show, numbers, dropping):
    tab = show(dropping())
    perfect = {name: float(text.replace("−", "-")) for name, text in numbers(tab).items()}
    blur = tab.get_by_role("slider", name="Blur added to each point")
    blur.press("End")
    assert float(numbers(tab)["Precision"]) < perfect["Precision"] - 0.3
    blur.press("Home")
    copies = tab.get_by_role("slider", name="Share of copied training points")
    copies.press("End")
    said = numbers(tab)
    assert said["Precision"] == said["Copies"] == "1.00"
    assert float(said["Recall"]) >= perfect["Recall"] - 0.02
    assert float(said["FID"]) <= perfect["FID"]
    assert "100 % are training points" in tab.locator(".gx-why").inner_text()
    assert tab.locator(".gx-copy").count() >= 240


def test_it_fits_a_phone_and_names_every_control(show, dropping):
    tab = show(dropping(), viewport={"width": 390, "height": 844})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    figure = tab.locator("figure.explorable")
    assert figure.locator(".gx-readout[role=status]").count() == 1
    assert figure.get_by_role("group", name="Modes that the generator makes").count() == 1
    for control in figure.locator("input").all():
        assert control.evaluate("input => input.labels[0].textContent").strip()
    for picture in figure.locator("svg[role=img]").all():
        assert len(picture.get_attribute("aria-label")) > 20


def test_it_is_redrawn_in_place(show, dropping):
    tab = show(dropping())
    counted = tab.locator("circle").count()
    tab.get_by_role("checkbox", name="mode 1").press("Space")
    assert tab.locator("circle").count() == counted  # redrawn in place, nothing is left behind
