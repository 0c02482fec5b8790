"""The sweep in a browser: what each panel draws and says at each step, read back from the page."""

import re

import numpy as np
import pytest
from plotted import Plot, ink, number

from gentutor.widgets import Bars, Curves, Sweep


def plotted(tab, title: str, **axes) -> Plot:
    """Return the plot whose words start with a panel's title."""
    return Plot(tab.get_by_role("img", name=re.compile(f"^{title}")), **axes)


def test_the_plane_has_its_points_and_lines_of_equal_sum(show, sweep_arguments, sweep_numbers):
    tab = show(Sweep(**sweep_arguments, index=3))
    plane = Plot(tab.get_by_role("img", name="Rate and distortion"))
    places = np.c_[sweep_numbers["rate"], sweep_numbers["distortion"]]
    np.testing.assert_allclose(plane.curve("gx-trail"), places, atol=0.05)
    np.testing.assert_allclose(plane.dots("gx-other")[:, :2], places, atol=0.05)
    lines = plane.strokes("gx-iso")
    labels = [(number(t), at) for t, at in plane.words().items()]
    assert len(lines) == len(labels) > 1
    for (x1, y1, x2, y2), (elbo, (x, y)) in zip(lines, labels, strict=True):
        assert -(x1 + y1) == pytest.approx(elbo, abs=0.1)
        assert -(x2 + y2) == pytest.approx(elbo, abs=0.1)
        assert -(x + y) == pytest.approx(elbo, abs=0.7)  # the number stands on its line
    for step in (3, 4):
        here = tab.locator(".gx-here").get_attribute("style")
        px, py = (float(part.strip("() px;")) for part in here.split("translate")[1].split(","))
        assert (plane.x(px), plane.y(py)) == pytest.approx(tuple(places[step]), abs=0.05)
        said = tab.get_by_role("img", name="Rate and distortion").get_attribute("aria-label")
        assert said.endswith(
            f": rate {places[step][0]:.2f}; distortion {places[step][1]:.2f}; one of 16 points"
        )
        tab.get_by_role("slider").press("ArrowRight")


def test_the_slider_and_the_readout_say_every_step(show, numbers, sweep_arguments, sweep_numbers):
    tab = show(Sweep(**sweep_arguments, index=5))
    slider = tab.get_by_role("slider", name="β, the weight of the KL")
    slider.focus()
    assert slider.input_value() == "5"
    slider.press("Home")
    for step in range(16):
        beta, kl = sweep_numbers["beta"][step], sweep_numbers["kl"][step]
        assert slider.input_value() == str(step)
        assert slider.get_attribute("aria-valuetext") == f"β = {beta:.3g}"
        assert tab.locator("output").inner_text() == f"β = {beta:.3g}"
        distortion = sweep_numbers["distortion"][step]
        assert numbers(tab) == {
            "Distortion": f"{distortion:.2f} nats",
            "ELBO": f"{-kl.sum() - distortion:.2f} nats",
            "Active dimensions": f"{(kl > 0.5).sum()} of 8",
        }
        label = tab.get_by_role("img", name="KL of each").get_attribute("aria-label")
        said = [float(text) for text in re.findall(r"\d+\.\d\d", label.split(": ")[1])]
        assert said == pytest.approx(kl, abs=0.006)
        slider.press("ArrowRight")
    assert slider.input_value() == "15"


def test_images_have_the_pixels_of_their_step(show, sweep_arguments, sweep_numbers):
    tab = show(Sweep(**sweep_arguments))
    tab.get_by_role("slider").press("End")
    for canvas, images in [
        (0, sweep_numbers["originals"]),
        (1, sweep_numbers["reconstructions"][15]),
        (2, sweep_numbers["samples"][15]),
    ]:
        drawn = ink(tab, canvas)
        for i, image in enumerate(images):
            y, x = 9 * (i // 8), 9 * (i % 8)
            np.testing.assert_allclose(drawn[y : y + 8, x : x + 8], image, atol=0.01)
    words = [canvas.get_attribute("aria-label") for canvas in tab.locator("canvas").all()]
    assert words == [
        "Originals: 8 images",
        "Reconstructions: 8 images at β = 16",
        "Samples: 24 images at β = 16",
    ]


def test_bars_end_at_their_values_and_are_full_above_the_bound(
    show, sweep_arguments, sweep_numbers
):
    tab = show(Sweep(**sweep_arguments, index=7))
    for step in (7, 8):
        kl = sweep_numbers["kl"][step]
        plot = plotted(tab, "KL of each dimension")
        bars = plot.bars()
        np.testing.assert_allclose(bars[:, 3], kl, atol=0.02)
        np.testing.assert_allclose(bars[:, 2], 0, atol=0.02)
        np.testing.assert_allclose(bars[:, :2].mean(1), np.arange(1, 9), atol=0.02)
        np.testing.assert_allclose(plot.bars("gx-on")[:, 3], kl[kl > 0.5], atol=0.02)
        np.testing.assert_allclose(plot.bars("gx-off")[:, 3], kl[kl <= 0.5], atol=0.02)
        assert 0 < len(plot.bars("gx-on")) < 8
        tab.get_by_role("slider").press("ArrowRight")


def test_points_are_full_above_the_level_and_rings_stand_beside_bars(
    show, water_arguments, water_numbers
):
    tab = show(Sweep(**water_arguments, index=4))
    slider = tab.get_by_role("slider", name="σ², decoder variance")
    assert slider.input_value() == "4"
    slider.press("Home")
    values, ranks = water_numbers["eigenvalues"], np.arange(1, 13)
    for step, level in enumerate(water_numbers["variances"]):
        kept = int((values[:7] > level).sum())
        plot = plotted(tab, "Eigenvalues", y=np.log10)
        dots = [plot.dots(look).reshape(-1, 3)[:, :2] for look in ("gx-on", "gx-off", "gx-other")]
        assert [len(group) for group in dots] == [kept, 7 - kept, 5]
        places = np.c_[ranks, np.log10(np.maximum(values, 0.01))]  # what is less stands on 0.01
        np.testing.assert_allclose(np.vstack(dots), places, atol=0.03)
        np.testing.assert_allclose(plot.curve("gx-trail", 0), places[:7], atol=0.03)
        np.testing.assert_allclose(plot.curve("gx-trail", 1), places[7:], atol=0.03)
        ((_, left, _, right),) = plot.strokes("gx-level")
        assert (left, right) == pytest.approx([np.log10(level)] * 2, abs=0.02)
        assert list(plot.words()) == [f"σ² = {level:.3g}"]
        said = tab.get_by_role("img", name="Eigenvalues").get_attribute("aria-label")
        assert f"7 points from 2 to 0.11, {kept} of them above σ² = {level:.3g};" in said
        bars = plotted(tab, "KL of each dimension")
        trained, exact = water_numbers["trained"][step], water_numbers["kl"][step]
        np.testing.assert_allclose(bars.bars()[:, 3], trained, atol=0.02)
        assert len(bars.bars("gx-on").reshape(-1, 4)) == (trained > 0.01).sum()
        rings = np.c_[np.arange(1, 8), exact]
        np.testing.assert_allclose(bars.dots("gx-beside")[:, :2], rings, atol=0.02)
        np.testing.assert_allclose(bars.curve("gx-beside-line"), rings, atol=0.02)
        slider.press("ArrowRight")
    keys = tab.locator(".gx-legend").all_inner_texts()
    assert [key.split() for key in keys] == [
        ["active", "collapsed", "no", "latent"],
        ["trained", "predicted"],
    ]
    assert "≤0.01" in tab.locator(".gx-axes text").all_text_contents()


def test_curves_that_change_are_drawn_anew_at_each_step(show):
    x = np.linspace(0, 3, 7)
    y = np.array([np.sin(x), 2 * np.sin(x) - 1])
    curves = Curves("Waves", {"moving": (x, y), "still": (x, -x)}, "time", "height")
    tab = show(Sweep("size", [1, 2], [[curves]]))
    for row in y:
        plot = plotted(tab, "Waves")
        np.testing.assert_allclose(plot.curve("gx-trail", 0), np.c_[x, row], atol=0.03)
        np.testing.assert_allclose(plot.dots("gx-on")[:, :2], np.c_[x, row], atol=0.03)
        np.testing.assert_allclose(plot.curve("gx-trail", 1), np.c_[x, -x], atol=0.03)
        assert plot.strokes("gx-level").size == 0
        tab.get_by_role("slider").press("ArrowRight")
    assert tab.locator(".gx-legend").inner_text().split() == ["moving", "still"]


def test_a_sweep_fits_a_phone_and_stays_in_sight_while_it_is_moved(
    show, sweep_arguments, water_arguments
):
    sweeps = Sweep(**sweep_arguments), Sweep(**water_arguments)
    tab = show(*sweeps, viewport={"width": 390, "height": 844})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    for figure in tab.locator("figure.explorable").all():
        assert figure.locator(".gx-readout[role=status]").count() == 1
        for part in (".gx-slider", ".gx-readout"):
            place = figure.locator(part).evaluate("box => getComputedStyle(box).position")
            assert place == "sticky", part
        slider = figure.get_by_role("slider")
        assert slider.evaluate("input => input.labels[0].textContent").strip()
        panels = figure.locator(".gx-panel").all()
        lefts = {round(panel.bounding_box()["x"]) for panel in panels}
        assert len(lefts) == 1  # one under the other
        for picture in figure.locator("svg[role=img], canvas").all():
            assert len(picture.get_attribute("aria-label")) > 15


def test_one_step_is_one_change_of_what_is_read_aloud(show, sweep_arguments):
    tab = show(Sweep(**sweep_arguments))
    assert tab.locator("[role=status], [aria-live]").count() == 1
    tab.get_by_role("slider").press("End")
    assert tab.locator(".gx-readout").get_attribute("aria-busy") == "true"
    tab.wait_for_function("!document.querySelector('.gx-readout').ariaBusy")


def test_a_single_bar_and_zeros_are_drawn(show):
    one = Bars("Alone", [[0], [2]], "entry", "height")
    tab = show(Sweep("size", [1, 2], [[one]]))
    rect = tab.locator("rect")
    assert float(rect.get_attribute("height")) == pytest.approx(0, abs=1e-6)
    tab.get_by_role("slider").press("End")
    assert float(rect.get_attribute("height")) > 100
    assert "NaN" not in tab.locator(".gx").inner_html()
