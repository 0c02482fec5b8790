"""What a sweep draws for paper, read back from the artists of its picture."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawn import bars, dots, levels, pixels, points, ticks, words, written
from matplotlib.colors import to_hex

from gentutor.widgets import Bars, Curves, Sweep
from gentutor.widgets.sweep import _picture
from gentutor.widgets.sweep_panels import ACCENT, MUTED, SECOND

AT = 5


def drawn(arguments: dict) -> dict:
    """Return title -> axes of the picture of a step."""
    axes = [ax for part in _picture(arguments["panels"], AT, "here").subfigs for ax in part.axes]
    return {words(ax)[0]: ax for ax in axes}


def test_images_stand_in_rows_of_eight(sweep_arguments, sweep_numbers):
    axes = drawn(sweep_arguments)
    assert list(axes) == [
        "Originals", "Reconstructions", "KL of each dimension", "Samples", "Rate and distortion",
    ]  # fmt: skip
    for title, images in {
        "Originals": sweep_numbers["originals"],
        "Reconstructions": sweep_numbers["reconstructions"][AT],
        "Samples": sweep_numbers["samples"][AT],
    }.items():
        sheet = pixels(axes[title])
        assert sheet.shape == (9 * (len(images) // 8) - 1, 71)
        for i, image in enumerate(images):
            y, x = 9 * (i // 8), 9 * (i % 8)
            np.testing.assert_allclose(sheet[y : y + 8, x : x + 8], np.maximum(image, 0.05))
        assert axes[title].images[0].get_clim() == (0, 1)
        assert axes[title].images[0].get_cmap().name == "gray_r"


def test_bars_end_at_the_steps_values_and_are_full_above_the_bound(sweep_arguments, sweep_numbers):
    ax = drawn(sweep_arguments)["KL of each dimension"]
    kl = sweep_numbers["kl"][AT]
    left, bottom, width, height = bars(ax.patches).T
    np.testing.assert_allclose(left + width / 2, np.arange(1, 9))
    np.testing.assert_allclose(height, kl)
    assert not bottom.any()
    full = [to_hex(bar.get_facecolor()) == ACCENT for bar in ax.patches]
    assert full == list(kl > 0.5)
    assert ax.get_ylim() == (0, pytest.approx(1.08 * sweep_numbers["kl"].max()))
    assert words(ax)[1:] == ("latent dimension", "KL, nats")


def test_the_plane_marks_its_step_and_lines_have_the_sum_that_they_say(
    sweep_arguments, sweep_numbers
):
    ax = drawn(sweep_arguments)["Rate and distortion"]
    places = np.c_[sweep_numbers["rate"], sweep_numbers["distortion"]]
    np.testing.assert_allclose(points(ax.lines[0]), places)
    np.testing.assert_allclose(points(ax.lines[1]), places[[AT]])
    said = written(ax)
    lines = ax.lines[2:]
    assert len(said) == len(lines) > 1
    for (text, (x, y)), line in zip(said.items(), lines, strict=True):
        total = -float(text.replace("−", "-"))
        assert x + y == pytest.approx(total)
        assert sum(line.get_xy1()) == pytest.approx(total)
        assert line.get_slope() == -1


def test_rings_are_the_other_rows_and_points_below_the_last_tick_stand_on_it(
    water_arguments, water_numbers
):
    axes = drawn(water_arguments)
    rings = axes["KL of each dimension"].lines[0]
    np.testing.assert_allclose(points(rings), np.c_[np.arange(1, 8), water_numbers["kl"][AT]])
    assert rings.get_color() == SECOND
    ax = axes["Eigenvalues"]
    level, values = water_numbers["variances"][AT], water_numbers["eigenvalues"]
    shown = np.c_[np.arange(1, 13), np.maximum(values, 0.01)]
    np.testing.assert_allclose(dots(ax, 0), shown[:7])
    np.testing.assert_allclose(dots(ax, 1), shown[7:])
    fill = [to_hex(colour) for colour in ax.collections[0].get_facecolor()]
    assert fill == [ACCENT if value > level else "#ffffff" for value in values[:7]]
    assert {to_hex(colour) for colour in ax.collections[1].get_facecolor()} == {MUTED}
    assert ("h", pytest.approx(level)) in levels(ax)
    assert "here" in written(ax)
    assert ax.get_yscale() == "log"
    assert ticks(ax, "y")[0.1] == "0.1"


def test_curves_without_a_level_are_those_of_the_step():
    x, y = np.arange(4), np.arange(8.0).reshape(2, 4)
    curves = Curves("Waves", {"moving": (x, y)}, "time", "height")
    bare = Bars("Alone", [[0], [0]], "entry", "height")
    figure = _picture([[curves, bare]], 1, "two")
    ax, empty = figure.subfigs[0].axes
    np.testing.assert_allclose(points(ax.lines[0]), np.c_[x, y[1]])
    np.testing.assert_allclose(dots(ax), np.c_[x, y[1]])
    assert levels(ax) == []
    assert empty.get_ylim() == (0, 1)


def test_no_picture_is_left_for_the_notebook_to_show_again(sweep_arguments):
    before = plt.get_fignums()
    assert Sweep(**sweep_arguments)._picture
    assert plt.get_fignums() == before
