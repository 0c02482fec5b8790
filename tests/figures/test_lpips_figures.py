"""What the LPIPS chapter's figures draw, read back from the artists."""

import numpy as np
import pytest

from gentutor.figures import lpips as figures

RNG = np.random.default_rng(0)
IMAGE = RNG.random((1, 3, 8, 6))


def test_the_bars_are_the_layers_shares_one_after_another():
    shares = {"shift": [0.5, 0.2, 0.1], "blur": [0.1, 0.4, 0.6]}
    figure = figures.layers({"reference": IMAGE, "shift": IMAGE, "blur": IMAGE}, shares)
    bars = [bar for ax in figure.axes for bar in ax.patches]
    for row, values in enumerate(shares.values()):
        mine = sorted((b for b in bars if round(b.get_y() + 0.4) == row), key=lambda b: b.get_x())
        assert [b.get_width() for b in mine] == pytest.approx(values)
        assert [b.get_x() for b in mine] == pytest.approx([0, *np.cumsum(values)[:-1]])
    texts = [text.get_text().strip() for text in figure.axes[-1].texts]
    assert texts == ["0.80", "1.10"]
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes[:3]] == [
        "reference",
        "shift",
        "blur",
    ]


def test_pictures_show_their_pixels_with_colours_last():
    figure = figures.pictures({"one": IMAGE, "two": 1 - IMAGE})
    for ax, image in zip(figure.axes, (IMAGE, 1 - IMAGE), strict=True):
        np.testing.assert_allclose(ax.images[0].get_array(), image[0].transpose(1, 2, 0))


def test_heat_maps_share_one_scale():
    maps = [RNG.random((4, 3)), 3 * RNG.random((2, 2))]
    figure = figures.heat({"a": IMAGE, "b": IMAGE}, maps)
    for ax, one in zip(figure.axes[2:], maps, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), one)
        assert ax.images[0].get_clim() == (0, max(m.max() for m in maps))


def test_ranges_draw_the_pairs_and_their_ratios():
    right, wrong = np.array([0.1, 1.0, 4.0]), np.array([0.04, 0.9, 4.1])
    left, ratio = figures.ranges(right, wrong).axes
    np.testing.assert_allclose(left.lines[0].get_xydata(), np.c_[right, wrong])
    np.testing.assert_allclose(ratio.lines[0].get_xydata(), np.c_[right, wrong / right])


def test_backbones_and_bars_say_their_numbers():
    figure = figures.backbones({"trained": (0.84, []), "untrained": (0.7, [0.6, 0.8])})
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.texts] == ["0.84", "0.70"]
    ticks = [line for line in ax.lines if line.get_marker() == "|"]
    np.testing.assert_allclose(ticks[1].get_xdata(), [0.6, 0.8])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["trained", "untrained"]
    (ax,) = figures.bars({"many": 8.16, "copies": 0.0}, "diversity").axes
    assert [bar.get_width() for bar in ax.patches] == [8.16, 0.0]
    assert [text.get_text().strip() for text in ax.texts] == ["8.16", "0.00"]
