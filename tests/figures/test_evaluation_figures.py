"""What the evaluation chapter's figures draw, read back from the artists."""

import numpy as np
import pytest
from drawn import bars, dots, levels, named, pixels, points, texts, ticks, words, written
from matplotlib.colors import to_hex

from gentutor.figures import evaluation
from gentutor.figures.style import FAKE, REAL

RNG = np.random.default_rng(0)


def test_balls_reach_a_radius_to_either_side_and_the_other_set_crosses_them():
    axes = evaluation.balls([1, 5.0, 9], [2, 8.0], [0.5, 1, 2], [3, 0.25]).axes
    sets = [
        ([1, 5, 9], [0.5, 1, 2], [2, 8], REAL, FAKE),
        ([2, 8], [3, 0.25], [1, 5, 9], FAKE, REAL),
    ]
    for ax, (at, radii, others, mine, other) in zip(axes, sets, strict=True):
        spans = [points(line) for line in ax.lines if line.get_linewidth() == 5]
        np.testing.assert_allclose(
            [s[:, 0] for s in spans], np.c_[at, at] + np.outer(radii, [-1, 1])
        )
        centres = [points(line)[0] for line in ax.lines if line.get_marker() == "o"]
        np.testing.assert_allclose(centres, np.c_[at, np.arange(1, len(at) + 1)])
        assert [x for kind, x in levels(ax) if kind == "v"] == others
        (diamonds,) = (line for line in ax.lines if line.get_marker() == "D")
        assert list(diamonds.get_xdata()) == others
        assert to_hex(diamonds.get_color()) == other.lower()
        assert to_hex(ax.lines[0].get_color()) == mine.lower()
    assert [words(ax)[0].split(";")[0] for ax in axes] == [
        "balls of the real points",
        "balls of the generated points",
    ]


def test_each_score_has_its_panel_and_each_set_its_bar():
    scores = {"copies": [0.9, 0.25], "blurred": [0.5, 1.2]}
    axes = evaluation.four_scores(scores, ["precision", "density"]).axes
    for i, (ax, name) in enumerate(zip(axes, ["precision", "density"], strict=True)):
        values = [row[i] for row in scores.values()]
        assert words(ax)[0] == name
        np.testing.assert_allclose(bars(ax.patches)[:, 2], values)
        assert texts(ax) == [f"{v:.2f}" for v in values]
        assert max(values) < ax.get_xlim()[1]
    assert ticks(axes[0], "y") == {0: "copies", 1: "blurred"}


def test_the_matrix_has_its_words_in_its_cells():
    alarm = [[0, 0.5, np.nan], [1, 0.2, 0.1]]
    said = [["a", "b", "–"], ["d", "e", "f"]]
    (ax,) = evaluation.matrix(alarm, said, ["fresh", "noise"], ["FID", "IS", "PSNR"]).axes
    shown = pixels(ax)
    np.testing.assert_allclose(
        np.ma.filled(np.ma.masked_invalid(shown), -1), [[0, 0.5, -1], [1, 0.2, 0.1]]
    )
    assert {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in ax.texts} == {
        (i, j): word for i, row in enumerate(said) for j, word in enumerate(row)
    }
    assert ticks(ax) == {0: "FID", 1: "IS", 2: "PSNR"}
    assert ticks(ax, "y") == {0: "fresh", 1: "noise"}


def test_a_strip_shows_its_pictures_under_their_names():
    images = {"one": RNG.random((4, 5)), "two": RNG.random((4, 5, 3))}
    for ax, (name, image) in zip(evaluation.strip(images).axes, images.items(), strict=True):
        np.testing.assert_allclose(pixels(ax), image)
        assert words(ax)[0] == name
        assert ax.images[0].get_clim() == (0, 1)


def test_distances_stand_in_their_own_order():
    distances = {"pixels": {"blur": 3.0, "noise": 9.5}, "digits": {"blur": 12.0, "noise": 2.0}}
    for ax, (extractor, row) in zip(
        evaluation.two_orders(distances).axes, distances.items(), strict=True
    ):
        assert words(ax)[0] == f"{extractor}: distance"
        np.testing.assert_allclose(bars(ax.patches)[:, 2], list(row.values()))
        assert texts(ax) == [f"{v:.1f}" for v in row.values()]
        assert list(ticks(ax, "y").values()) == list(row)
        assert ax.get_xlim()[0] == 0


def test_the_share_is_that_of_samples_at_most_so_far():
    distances = {"fresh": [3.0, 1, 2, 2], "copies": [0.0, 0.1]}
    (ax,) = evaluation.nearest(distances).axes
    for name, values in distances.items():
        x, share = named(ax)[name].T
        np.testing.assert_allclose(x, np.sort(values))
        np.testing.assert_allclose(share, np.arange(1, len(values) + 1) / len(values))
    assert all(line.get_drawstyle() == "steps-post" for line in ax.lines)


def test_estimators_lie_at_their_distance_and_error():
    line = ([0.0, 0.2, 0.4], [1.0, 0.6, 0.5])
    spots = {"mean": (0.4, 0.5), "sample": (0.0, 1.0)}
    digits = {"mean": (9.0, 0.02), "sample": (1.0, 0.04)}
    left, right = evaluation.tradeoff(line, spots, digits).axes
    np.testing.assert_allclose(points(left.lines[0]), np.transpose(line))
    for ax, expected in ((left, spots), (right, digits)):
        marks = [tuple(points(at)[0]) for at in ax.lines if at.get_marker() == "o"]
        assert marks == list(expected.values())
        assert {n: written(ax)[n] for n in expected} == expected
    np.testing.assert_allclose(points(right.lines[-1]), [(9, 0.02), (1, 0.04)])
    assert written(left)["impossible"][1] < np.interp(0.08, *line)  # below the bound
    assert words(left)[1].startswith("distance $P$")
    assert words(right)[2] == "squared error a pixel"


def test_scores_run_along_their_setting():
    panels = {"k": ([1, 5, 20], {"precision": [0.2, 0.5, 0.9], "recall": [0.8, 0.4, 0.3]}),
              "N": ([10, 100], {"precision": [0.1, 0.3]})}  # fmt: skip
    for ax, (label, (x, curves)) in zip(
        evaluation.over_settings(panels).axes, panels.items(), strict=True
    ):
        assert ax.get_xlabel() == label
        for name, values in curves.items():
            np.testing.assert_allclose(named(ax)[name], np.c_[x, values])
        assert ticks(ax) == {at: f"{at:g}" for at in x}


def test_digits_are_drawn_in_ink_with_a_pixel_between_them():
    images = RNG.random((3, 8, 8))
    grid = evaluation.digits_grid(images)
    for i, image in enumerate(images):
        np.testing.assert_allclose(grid[:, 9 * i : 9 * i + 8], 1 - image)
    rows = {"noisy": images + 0.2, "restored": images[::-1]}
    for ax, (name, values) in zip(evaluation.restored(rows).axes, rows.items(), strict=True):
        assert ax.get_ylabel() == name
        np.testing.assert_allclose(pixels(ax), 1 - evaluation.digits_grid(np.clip(values, 0, 1)))
        np.testing.assert_allclose(pixels(ax)[:, 9:17], np.clip(values, 0, 1)[1])
        assert ax.images[0].get_cmap().name == "gray_r"


def test_the_first_cloud_is_the_real_one():
    panels = {"data": RNG.normal(size=(6, 2)), "model": RNG.normal(size=(4, 2))}
    axes = evaluation.clouds(panels).axes
    for ax, (name, cloud), colour in zip(axes, panels.items(), (REAL, FAKE), strict=True):
        np.testing.assert_allclose(dots(ax), cloud)
        assert words(ax)[0] == name
        assert to_hex(ax.collections[0].get_facecolor()[0]) == colour.lower()
        assert ax.get_aspect() == pytest.approx(1)
