"""The game in a browser: by keyboard, by pointer, its numbers, its speed, its width."""

import pytest
import torch
from matplotlib.figure import Figure
from playwright.sync_api import expect

from gentutor.theory.games import METHODS, spectral_radius, trajectory, update_matrix
from gentutor.widgets import GameDynamics


@pytest.fixture
def game():
    """Return a function that makes a game."""
    return lambda **given: GameDynamics(picture=Figure(), caption="A.", alt="B.", **given)


def start(tab) -> list[float]:
    """Return the start as the page says it."""
    label = tab.get_by_role("application").get_attribute("aria-label").replace("−", "-")
    return [float(text) for text in label.split("(")[1].split(")")[0].split(", ")]


@pytest.mark.parametrize("method", METHODS)
def test_the_numbers_are_the_theorys(show, numbers, game, method):
    tab = show(game(start=(0.8, -0.6)))
    tab.get_by_role("radio", name=method).check()
    tab.get_by_role("slider", name="Damping of b").press("ArrowRight")
    rest = {"damping": 0.05}
    radius = float(spectral_radius(update_matrix(method, 0.1, **rest)))
    said = numbers(tab)
    assert float(said["|λ| of a step"]) == pytest.approx(radius, abs=5e-5)
    assert said["the players"] == ("come in" if radius < 1 else "leave")
    end = trajectory(method, 0.1, torch.tensor([0.8, -0.6]), 100, **rest)[-1].norm()
    assert float(said["distance at the end"]) == pytest.approx(float(end), rel=6e-3)


def test_the_start_moves_by_keys_and_by_pointer(show, game):
    tab = show(game())
    plane = tab.get_by_role("application")
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowUp", "ArrowDown"):
        plane.press(key)
    assert start(tab) == pytest.approx([0.9, 0.5])
    box = tab.locator("svg.gx-plot").first.bounding_box()
    zoom = box["width"] / 340

    def at(a: float, b: float) -> tuple[float, float]:
        return box["x"] + zoom * (46 + 286 * (a + 2) / 4), box["y"] + zoom * (8 + 286 * (2 - b) / 4)

    tab.mouse.move(*at(0.9, 0.5))
    tab.mouse.down()
    tab.mouse.move(*at(-1.0, 1.0), steps=5)
    assert start(tab) == pytest.approx([-1, 1], abs=0.051)
    tab.mouse.move(*at(-9, 1.0))
    tab.mouse.up()
    assert start(tab) == pytest.approx([-2, 1], abs=0.051)
    tab.mouse.click(*at(1.5, -1.5))
    assert start(tab) == pytest.approx([1.5, -1.5], abs=0.051)


def test_presets_show_the_four_ways(show, numbers, game):
    tab = show(game())
    ways = {"In turns": "go round", "Both at once": "leave", "Look ahead": "come in"}
    for name, way in (ways | {"R1 on D": "come in", "Damped, too fast": "leave"}).items():
        tab.get_by_role("button", name=name, exact=True).press("Enter")
        assert numbers(tab)["the players"] == way, name
        expect(tab.locator(".gx-gd-outside")).to_have_count(2 if way == "leave" else 0)


def test_it_fits_a_phone(show, game):
    tab = show(game(), viewport={"width": 360, "height": 780})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    labels = tab.locator("svg.gx-plot[role=img]").evaluate_all("all => all.map(a => a.ariaLabel)")
    assert len(labels) == 2
    assert all(labels)
