"""The drawn digit in a page: codes and copies as Python computes them, by pointer and by keys."""

import re
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

from gentutor.widgets import DrawnDigit

EMPTY = "The drawing is empty. Press and move over the squares, or use the arrow keys and Space."


def layers(*sizes: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    pairs = pairwise(sizes)
    return [(rng.normal(size=(a, b)) / a**0.5, 0.3 * rng.normal(size=b)) for a, b in pairs]


@pytest.fixture
def arguments():
    """Return arguments of a DrawnDigit with two random models."""
    rng = np.random.default_rng(1)
    models = {
        name: {"encoder": layers(64, 9, 2, seed=i), "decoder": layers(2, 12, 64, seed=i + 5)}
        for i, name in enumerate(("Autoencoder", "VAE"))
    }
    return {
        "models": models,
        "codes": {name: rng.normal(size=(60, 2)) for name in models},
        "images": rng.random((60, 64)),
        "labels": np.arange(60) % 10,
        "examples": np.round(rng.random((3, 64)) * 16) / 16,
        "picture": Figure(),
        "caption": "Two models.",
        "alt": "Two maps.",
    }


def run(part, x):
    """Return what a network of half-precision weights gives."""
    for i, (weight, bias) in enumerate(part):
        x = x @ np.float64(np.float16(weight)) + np.float64(np.float16(bias))
        x = np.maximum(x, 0) if i < len(part) - 1 else x
    return x


def said(tab, column: int) -> dict[str, float]:
    """Return the numbers under one model's pictures."""
    text = tab.locator(".gx-numbers").nth(column).inner_text().replace("−", "-")
    pattern = r"z = \((.*), (.*)\), (?:error (.*)|moved by hand); nearest: a (\d), (.*) away"
    z1, z2, error, label, away = re.fullmatch(pattern, text).groups()
    numbers = {"z1": z1, "z2": z2, "error": error or "nan", "label": label, "away": away}
    return {name: float(value) for name, value in numbers.items()}


def ink(tab, index: int) -> np.ndarray:
    """Return the opacity of one canvas's 64 pixels, in [0, 1]."""
    data = tab.locator("canvas").nth(index).evaluate(
        """canvas => {
            const { data } = canvas.getContext('2d').getImageData(0, 0, 64, 64);
            return [...data.filter((_, i) => i % 4 == 3)];
        }"""
    )  # fmt: skip
    return ((np.array(data).reshape(64, 64)[4::8, 4::8] - 14) / 241).ravel()


def check(tab, arguments, drawing) -> None:
    """Hold both columns against numpy."""
    for column, handle in enumerate(tab.locator(".gx-handle").all()):  # with an ASCII minus
        assert float(handle.get_attribute("aria-valuenow")) == said(tab, column)["z1"]
    for m, (name, model) in enumerate(arguments["models"].items()):
        z = run(model["encoder"], drawing)
        x_hat = run(model["decoder"], z)
        found = said(tab, m)
        assert (found["z1"], found["z2"]) == pytest.approx(tuple(z), abs=0.011)
        assert found["error"] == pytest.approx(((drawing - x_hat) ** 2).sum(), abs=0.05)
        away = np.linalg.norm(np.float16(arguments["codes"][name]) - z, axis=1)
        assert found["label"] == arguments["labels"][away.argmin()]
        assert found["away"] == pytest.approx(away.min(), abs=0.011)
        np.testing.assert_allclose(ink(tab, 2 * m), x_hat.clip(0, 1), atol=0.02)
        nearest = arguments["images"][away.argmin()]
        np.testing.assert_allclose(ink(tab, 2 * m + 1), nearest, atol=0.01)


def test_codes_copies_and_neighbours_are_pythons(show, arguments):
    tab = show(DrawnDigit(**arguments))
    check(tab, arguments, arguments["examples"][0])
    tab.get_by_role("button", name="Next digit").click()
    check(tab, arguments, np.round(np.round(255 * arguments["examples"][1]) / 255, 3))


def test_an_empty_drawing_says_what_to_do(show, arguments):
    tab = show(DrawnDigit(**arguments))
    assert EMPTY not in tab.locator(".gx").inner_text()
    tab.get_by_role("button", name="Clear").click()
    assert tab.locator(".gx-hint").inner_text() == EMPTY
    assert tab.locator(".gx-numbers").all_inner_texts() == ["No drawing, no code."] * 2
    tab.wait_for_function(f"document.querySelector('[role=status]').textContent == {EMPTY!r}")
    assert not tab.locator(".gx-handle").first.is_visible()
    np.testing.assert_allclose(ink(tab, 0), 0, atol=1e-9)


def test_keys_draw_and_the_model_follows(show, arguments):
    tab = show(DrawnDigit(**arguments))
    tab.get_by_role("button", name="Clear").click()
    square = tab.get_by_role("button", name="row 4, column 4, ink 0.00")
    square.focus()
    drawing = np.zeros((8, 8))
    for key, at, value in [
        ("Space", (3, 3), 0.5),
        ("Enter", (3, 3), 1.0),
        ("ArrowRight", (3, 3), 1.0),
        ("Space", (3, 4), 0.5),
        ("ArrowUp", (3, 4), 0.5),
        ("Space", (2, 4), 0.5),
        ("Space", (2, 4), 1.0),
        ("Space", (2, 4), 0.0),
    ]:
        tab.keyboard.press(key)
        drawing[at] = value
        check(tab, arguments, drawing.ravel())
    focused = tab.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "row 3, column 5, ink 0.00"


def test_a_stroke_inks_where_the_pointer_goes_and_the_eraser_takes_it_back(show, arguments):
    tab = show(DrawnDigit(**arguments))
    tab.get_by_role("button", name="Clear").click()
    box = tab.locator(".gx-pad").bounding_box()

    def stroke() -> np.ndarray:
        for i, column in enumerate((1.5, 6.5)):
            x, y = box["x"] + column / 8 * box["width"], box["y"] + 2.5 / 8 * box["height"]
            tab.mouse.move(x, y, steps=4)
            (tab.mouse.up if i else tab.mouse.down)()
        style = "square => Number(square.style.getPropertyValue('--ink'))"
        squares = tab.locator(".gx-square").all()
        return np.array([square.evaluate(style) for square in squares]).reshape(8, 8)

    drawn = stroke()
    assert (drawn[2, 1:7] > 0.9).all()
    assert drawn[4:].max() == 0
    assert 0 < drawn[1, 3] < 0.5  # a pen is wider than a square
    check(tab, arguments, drawn.ravel())
    tab.get_by_role("button", name="Eraser").click()
    assert stroke()[2, 1:7].max() < 0.1


def test_a_code_moved_by_hand_is_decoded_until_one_goes_back(show, arguments):
    tab = show(DrawnDigit(**arguments))
    before = said(tab, 1)
    handle = tab.get_by_role("slider", name="Code of the VAE")
    handle.press("ArrowRight")
    moved = said(tab, 1)
    assert moved["z1"] > before["z1"]
    assert np.isnan(moved["error"])
    assert handle.get_attribute("aria-valuetext").startswith(
        f"z₁ {moved['z1']:.2f}".replace("-", "−")
    )
    x_hat = run(arguments["models"]["VAE"]["decoder"], np.array([moved["z1"], moved["z2"]]))
    np.testing.assert_allclose(ink(tab, 2), x_hat.clip(0, 1), atol=0.03)
    assert not np.isnan(said(tab, 0)["error"])  # the other model stays with the drawing
    tab.get_by_role("button", name="Back").click()
    assert said(tab, 1) == before


def test_a_step_leaves_the_maps_as_they_are(show, arguments):
    """Not timed: a key redraws at most two pictures a model and nothing of the maps."""
    tab = show(DrawnDigit(**arguments))
    tab.evaluate(
        """() => {
            window.changes = 0;
            const count = (records) => (window.changes += records.length);
            for (const map of document.querySelectorAll('.gx-points'))
                new MutationObserver(count).observe(map, { childList: true, subtree: true });
        }"""
    )
    tab.get_by_role("button", name="Next digit").click()
    tab.wait_for_timeout(100)
    assert tab.evaluate("window.changes") == 0
