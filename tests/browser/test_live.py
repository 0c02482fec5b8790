"""What the explorables show, against the numbers that Python put in, on a page of their own."""

import re

import numpy as np
import pytest
from plotted import ink

from gentutor.widgets import LatentMap, Sweep


def decode(arguments, z):
    """Return the decoder's mean as the page must compute it: float16 weights, ReLU, sigmoid."""
    (W0, b0), (W1, b1) = (
        [np.float64(np.float16(part)) for part in layer] for layer in arguments["layers"]
    )
    return 1 / (1 + np.exp(-(np.maximum(z @ W0 + b0, 0) @ W1 + b1)))


def test_the_page_decodes_as_python_does(show, numbers, map_arguments):
    tab = show(LatentMap(**map_arguments))
    for z1 in ("Home", "ArrowRight", "End"):
        tab.get_by_role("slider", name="z₁", exact=True).press(z1)
        for z2 in ("Home", "ArrowRight", "End"):
            tab.get_by_role("slider", name="z₂", exact=True).press(z2)
            z = np.array(
                [float(text.replace("−", "-")) for text in tab.locator("output").all_inner_texts()]
            )
            np.testing.assert_allclose(
                ink(tab, 0).ravel(), decode(map_arguments, z), atol=0.02, err_msg=str(z)
            )
            distance = np.linalg.norm(map_arguments["codes"] - z, axis=1)
            said = numbers(tab)
            assert said["Log prior density"] == f"{-np.log(2 * np.pi) - z @ z / 2:.2f} nats"
            away, label = re.fullmatch(r"(.*) away, class (\d)", said["Nearest code"]).groups()
            assert float(away) == pytest.approx(distance.min(), abs=0.01)
            assert distance[map_arguments["labels"] == int(label)].min() < distance.min() + 0.01


def test_the_point_follows_mouse_touch_and_arrow_keys(show, map_arguments):
    tab = show(LatentMap(**map_arguments), has_touch=True)
    handle = tab.get_by_role("slider", name="Point z")
    assert handle.get_attribute("aria-valuetext") == "z₁ 0.50, z₂ −0.25"
    for keys, place in [
        (["ArrowRight", "ArrowUp"], "z₁ 0.60, z₂ −0.15"),
        (["Shift+ArrowLeft", "ArrowDown"], "z₁ 0.10, z₂ −0.25"),
        (["PageDown"], "z₁ 0.10, z₂ −0.75"),
        (["PageUp", "Home"], "z₁ 0.00, z₂ 0.00"),
        (["ArrowLeft", "End"], "z₁ 0.00, z₂ 0.00"),
    ]:
        for key in keys:
            handle.press(key)
        assert handle.get_attribute("aria-valuetext") == place
    box = tab.locator("svg.gx-map").bounding_box()
    at = handle.locator(".gx-ring").bounding_box()
    middle = [at["x"] + at["width"] / 2, at["y"] + at["height"] / 2]
    tab.mouse.move(*middle)
    tab.mouse.down()
    tab.mouse.move(middle[0] + 0.2 * box["width"], middle[1], steps=4)
    right = handle.get_attribute("aria-valuetext")
    tab.mouse.up()
    tab.mouse.move(*middle)
    assert handle.get_attribute("aria-valuetext") == right  # let go
    assert float(re.search(r"z₁ (\S+),", right)[1]) > 1
    assert right.endswith("z₂ 0.00")
    tab.touchscreen.tap(middle[0], middle[1] - 0.2 * box["height"])
    assert float(re.search(r"z₂ (\S+)", handle.get_attribute("aria-valuetext"))[1]) > 1


def test_a_sample_is_the_mean_with_noise_of_the_given_size(show, map_arguments):
    grey = [(np.zeros((2, 1024)), np.zeros(1024))]
    tab = show(LatentMap(**map_arguments | {"layers": grey}))
    again = tab.get_by_role("button", name="New noise")
    assert again.is_disabled()
    assert ink(tab, 0).std() < 0.01
    tab.get_by_role("radio", name="a sample").check()
    first = ink(tab, 0)
    assert first.mean() == pytest.approx(0.5, abs=0.02)
    assert first.std() == pytest.approx(0.1, rel=0.15)  # 1,024 pixels: ± 2 % is one sd
    again.click()
    assert abs(np.corrcoef(first.ravel(), ink(tab, 0).ravel())[0, 1]) < 0.2
    tab.get_by_role("radio", name="the mean").check()
    assert ink(tab, 0).std() < 0.01


def test_one_class_can_be_told_from_the_others_without_colour(show, map_arguments):
    tab = show(LatentMap(**map_arguments))
    button = tab.get_by_role("button", name="3", exact=True)
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    strong = tab.locator(".gx-class:not(.gx-faint) text")
    assert strong.all_text_contents() == ["3"] * 20
    button.click()
    assert tab.locator(".gx-faint").count() == 0


def test_two_views_of_one_widget_move_together(show, sweep_arguments):
    widget = Sweep(**sweep_arguments)
    tab = show(widget, widget)
    tab.get_by_role("slider").first.press("End")
    assert tab.get_by_role("slider").last.input_value() == "15"


def test_a_broken_widget_says_so_and_the_next_one_lives(
    show, numbers, sweep_arguments, map_arguments
):
    broken, lost, whole = (
        Sweep(**sweep_arguments),
        Sweep(**sweep_arguments),
        LatentMap(**map_arguments),
    )

    def spoil(states):
        states[broken.model_id]["state"]["_esm"] = "export default { render() { oops(); } }"
        del states[lost.model_id]

    tab = show(broken, lost, whole, spoil=spoil)
    said = tab.get_by_role("alert").all_inner_texts()
    assert said == [
        "This figure could not be made interactive: oops is not defined.",
        "This figure could not be made interactive: its data is missing from the page.",
    ]
    figures = tab.locator("figure.explorable")
    assert [figure.locator("> img").is_visible() for figure in figures.all()] == [True, True, False]
    tab.get_by_role("slider", name="z₁", exact=True).press("End")
    assert numbers(tab)["Log prior density"].endswith("nats")


def test_numbers_are_read_aloud_once_when_the_slider_rests(show, sweep_arguments):
    tab = show(Sweep(**sweep_arguments))
    numbers = tab.locator(".gx-readout")
    assert numbers.get_attribute("aria-busy") is None  # nothing is said of the start
    for _ in range(3):
        tab.get_by_role("slider").press("ArrowRight")
        assert numbers.get_attribute("aria-busy") == "true"
    tab.wait_for_function("!document.querySelector('.gx-readout').ariaBusy")


def test_a_moving_point_stands_still_for_those_who_asked(show, sweep_arguments):
    def transition(tab):
        return tab.locator(".gx-here").evaluate("here => getComputedStyle(here).transitionDuration")

    widget = Sweep(**sweep_arguments)
    assert transition(show(widget, reduced_motion="no-preference")) != "0s"
    assert transition(show(widget, reduced_motion="reduce")) == "0s"
