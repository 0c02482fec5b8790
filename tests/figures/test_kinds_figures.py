"""What the kinds of picture draw, read back from the artists: curves, bars, images, planes."""

import numpy as np
import pytest
from drawn import bars as boxes
from drawn import colours, dots, levels, named, pixels, points, ticks, words, written
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from scipy.stats import norm

from gentutor.figures import bars, curves, images, planes
from gentutor.figures.style import BLUE, GREY, ORANGE, REAL

RNG = np.random.default_rng(0)


@pytest.fixture
def ax() -> Axes:
    """Give an empty panel."""
    return plt.subplots()[1]


def test_lines_have_their_own_colours_and_marks_in_turn(ax: Axes):
    values = {"a": [1, 2], "b": [3, 1], "c": [0, 5]}
    curves.lines(ax, [10, 20], values, (BLUE, ORANGE, GREY), "o- s--", ms=4)
    for name, curve in values.items():
        np.testing.assert_allclose(named(ax)[name], np.c_[[10, 20], curve])
    assert colours(ax) == {"a": BLUE.lower(), "b": ORANGE.lower(), "c": GREY}
    looks = [(line.get_marker(), line.get_linestyle(), line.get_markersize()) for line in ax.lines]
    assert looks == [("o", "-", 4), ("s", "--", 4), ("o", "-", 4)]


def test_a_curve_without_a_colour_is_refused(ax: Axes):
    with pytest.raises(ValueError, match="curves: expected at most 1, got 2"):
        curves.lines(ax, [0, 1], {"a": [1, 2], "b": [3, 1]}, (BLUE,))
    assert len(ax.lines) == 0


def test_a_band_goes_from_the_lowest_to_the_highest_run_around_their_mean(ax: Axes):
    runs = np.array([[1.0, 5], [4, 6], [1, 1]])
    curves.band(ax, [10, 20], runs, BLUE, "runs", "--")
    np.testing.assert_allclose(named(ax)["runs"], [(10, 2), (20, 4)])
    assert ax.lines[0].get_linestyle() == "--"
    corners = ax.collections[0].get_paths()[0].vertices
    for at, low, high in ((10, 1, 4), (20, 1, 6)):
        mine = corners[corners[:, 0] == at, 1]
        assert (mine.min(), mine.max()) == (low, high)


def test_a_smoothed_value_stands_at_the_last_step_of_its_window(ax: Axes):
    values = RNG.random(9)
    curves.smoothed(ax, values, 4, BLUE, "loss")
    expected = [(t, values[t - 4 : t].mean()) for t in range(4, 10)]
    np.testing.assert_allclose(named(ax)["loss"], expected)


def test_a_bell_is_the_normal_density():
    x = np.linspace(-3, 5, 9)
    np.testing.assert_allclose(curves.bell(x, 1.5, 0.7), norm.pdf(x, 1.5, 0.7))


def test_a_level_has_its_words_on_it_and_marked_places_their_numbers(ax: Axes):
    ax.set(xscale="log", xlim=(1, 2000))
    curves.level(ax, 0.5, 800, "guessing", REAL, ":")
    curves.marked(ax.xaxis, np.array([8, 1000]), "{:,}")
    assert levels(ax) == [("h", 0.5)]
    assert written(ax) == {"guessing": (800, 0.5)}
    assert (ax.texts[0].get_ha(), ax.texts[0].get_va()) == ("right", "bottom")
    assert ticks(ax) == {8: "8", 1000: "1,000"}
    assert len(ax.xaxis.get_minorticklocs()) == 0


def test_rows_of_bars_run_downwards_with_their_numbers_at_their_ends(ax: Axes):
    bars.across(ax, {"many": 8.16, "few": 0.5}, BLUE, "{:.1f}", shift=0.25)
    np.testing.assert_allclose(boxes(ax.patches)[:, [0, 2]], [(0, 8.16), (0, 0.5)])
    assert written(ax) == {"8.2": (8.41, 0), "0.5": (0.75, 1)}
    assert ticks(ax, "y") == {0: "many", 1: "few"}
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_runs_stand_in_one_row_with_a_bar_at_their_mean(ax: Axes):
    bars.runs(ax, 3, [1.0, 2, 6], BLUE, tall=20, alpha=0.5)
    each, mean = ax.lines
    np.testing.assert_allclose(points(each), [(1, 3), (2, 3), (6, 3)])
    np.testing.assert_allclose(points(mean), [(3, 3)])
    assert (mean.get_marker(), mean.get_markersize()) == ("|", 20)


def test_an_image_is_shown_under_its_title_on_the_scale_from_0_to_1(ax: Axes):
    photograph = RNG.random((1, 3, 4, 6))
    images.show(ax, images.channels_last(photograph), "a photograph")
    np.testing.assert_allclose(pixels(ax), photograph[0].transpose(1, 2, 0))
    assert words(ax)[0] == "a photograph"
    images.show(ax, images.channels_last(photograph[:, :1]), cmap="magma", high=3)
    np.testing.assert_allclose(pixels(ax, 1), photograph[0, 0])
    assert (ax.images[1].get_clim(), ax.images[1].get_cmap().name) == ((0, 3), "magma")


def test_images_side_by_side_have_paper_after_each():
    tiles = RNG.random((3, 4, 5, 3))
    strip = images.side_by_side(tiles, edge=2, paper=1)
    assert strip.shape == (4, 21, 3)
    for i, tile in enumerate(tiles):
        np.testing.assert_allclose(strip[:, 7 * i : 7 * i + 5], tile)
        assert (strip[:, 7 * i + 5 : 7 * i + 7] == 1).all()


def test_rows_of_ink_have_their_label_and_places(ax: Axes):
    rows = {"flat": RNG.random((2, 9)), "square": RNG.random((3, 3, 3))}
    panels = images.image_rows(rows).axes
    for panel, (label, row) in zip(panels, rows.items(), strict=True):
        assert panel.get_ylabel() == label
        for i, image in enumerate(row):
            np.testing.assert_allclose(pixels(panel)[:, 4 * i : 4 * i + 3], image.reshape(3, 3))
    images.ink_row(ax, rows["flat"], "two")
    np.testing.assert_allclose(pixels(ax), pixels(panels[0]))
    assert (ax.get_ylabel(), ax.images[0].get_cmap().name) == ("two", "gray_r")


def test_a_heat_map_has_its_words_in_their_cells_light_on_dark(ax: Axes):
    table, said = np.array([[0, 0.5, 1], [2, 0.2, 0.1]]), [["a", "b", "c"], ["d", "e", "f"]]
    mesh = images.heat_map(ax, table, said, ["up", "down"], ["1", "2", "3"], top=2, size=8)
    assert mesh is ax.images[0]
    assert mesh.get_clim() == (0, 2)
    np.testing.assert_allclose(pixels(ax), table)
    places = {t.get_text(): (t.get_position(), t.get_color()) for t in ax.texts}
    assert places["c"] == ((2, 0), "black")
    assert places["d"] == ((0, 1), "white")
    assert (ticks(ax), ticks(ax, "y")) == ({0: "1", 1: "2", 2: "3"}, {0: "up", 1: "down"})


def test_a_cloud_has_its_points_and_one_colour_or_a_value_each(ax: Axes):
    cloud = RNG.normal(size=(5, 2))
    planes.cloud(ax, cloud, BLUE, 3, alpha=0.5)
    planes.cloud(ax, cloud, np.arange(5), 3).set_cmap("twilight")
    np.testing.assert_allclose(dots(ax), cloud)
    assert to_hex(ax.collections[0].get_facecolor()[0]) == BLUE.lower()
    assert list(ax.collections[1].get_array()) == [0, 1, 2, 3, 4]
    assert ax.collections[1].get_cmap().name == "twilight"


@pytest.mark.parametrize("rim", [True, False])
def test_codes_are_grouped_by_class_with_its_number_at_the_median(ax: Axes, rim: bool):
    codes, labels = RNG.normal(size=(9, 2)), np.array([3, 7, 3, 3, 7, 7, 7, 3, 3])
    planes.by_class(ax, codes, labels, size=8, alpha=0.5, rim=rim)
    for cloud, (kind, shade) in enumerate(((3, "#d62728"), (7, "#7f7f7f"))):
        np.testing.assert_allclose(dots(ax, cloud), codes[labels == kind])
        assert to_hex(ax.collections[cloud].get_facecolor()[0]) == shade
        assert written(ax)[str(kind)] == pytest.approx(np.median(codes[labels == kind], axis=0))
    assert all((text.get_bbox_patch() is not None) is rim for text in ax.texts)
