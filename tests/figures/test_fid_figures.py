"""What the figures of FID and of the Inception Score draw, read back from the artists."""

import numpy as np
import pytest

from gentutor.figures import fid, inception_score


def test_arrows_keep_the_order_of_the_points():
    (ax,) = fid.transport((0, 1), (3, 2)).axes
    arrows = [(text.xyann[0], text.xy[0]) for text in ax.texts]
    assert len(arrows) == 7
    for start, end in arrows:
        assert end == pytest.approx(3 + 2 * start)


def test_the_ellipse_is_two_standard_deviations():
    rng = np.random.default_rng(0)
    points = rng.standard_normal((500, 2)) @ [[2, 0.5], [0, 1]] + [1, -1]
    ax = fid.equal_moments({"left": points, "right": points}).axes[0]
    edge = ax.lines[0].get_xydata() - points.mean(0)
    inverse = np.linalg.inv(np.cov(points.T))
    np.testing.assert_allclose(np.einsum("ni,ij,nj->n", edge, inverse, edge), 4, rtol=1e-9)


def test_the_law_starts_at_the_truth():
    (ax,) = fid.bias([100, 200], [[3.0, 5], [2, 3]], truth=1.0, slope=300, found=0.9).axes
    law = ax.lines[0].get_xydata()
    assert law[0].tolist() == [0, 1]
    assert law[-1][1] == pytest.approx(1 + 300 * law[-1][0])
    (line, _, (bars,)), *_ = ax.containers
    np.testing.assert_allclose(line.get_xydata(), [(0.01, 4), (0.005, 2.5)])
    ends = np.array(bars.get_segments())[..., 1]
    np.testing.assert_allclose(ends, [(3, 5), (2, 3)])  # one standard deviation each way


def test_both_models_have_a_dot_a_seed():
    (ax,) = fid.flipped([10, 100], {"A": [[4.0, 6], [1, 1]], "B": [[3, 3], [2, 2]]}).axes
    means, dots = ax.lines[0].get_xydata(), ax.lines[1].get_xydata()
    assert means.tolist() == [[10, 5], [100, 1]]
    assert dots.tolist() == [[10, 4], [10, 6], [100, 1], [100, 1]]


def test_parts_stand_at_their_names():
    (ax,) = fid.parts({"one": (1.0, 2.0), "two": (3.0, 40.0)}).axes
    means, covariances = ax.containers
    assert [bar.get_width() for bar in means] == [1, 3]
    assert [bar.get_width() for bar in covariances] == [2, 40]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["one", "two"]


def test_images_stand_side_by_side_in_their_row():
    rng = np.random.default_rng(0)
    grey, colour = rng.random((3, 1, 8, 8)), rng.random((2, 3, 16, 16))
    for images, ink in ((grey, True), (colour, False)):
        (ax,) = fid.rows_of_images({"row": images}, ink=ink).axes
        shown = np.asarray(ax.images[0].get_array())
        side = images.shape[-1]
        step = side + max(side // 8, 1)
        for i, image in enumerate(images):
            part = shown[:, i * step : i * step + side]
            np.testing.assert_allclose(part, np.moveaxis(image, 0, -1).squeeze())


def test_a_table_says_its_entropies():
    axes = inception_score.table([[1, 0], [0.5, 0.5]], classes="AB").axes
    titles = [ax.get_title() + ax.get_title(loc="left") for ax in axes]
    assert [title.partition("H = ")[2] for title in titles] == ["0.000", "0.693", "0.562"]
    assert [bar.get_height() for bar in axes[-1].patches] == [0.75, 0.25]


def test_the_score_is_the_exponential_of_the_gap():
    left, right = inception_score.sharpness([0, 1], [2.0, 2.3], [2.0, 0.3]).axes
    np.testing.assert_allclose(right.lines[0].get_ydata(), [1, np.exp(2)])
    assert left.get_ylim()[0] == 0


def test_bars_and_sizes_show_what_they_are_given():
    (ax,) = inception_score.bars({"a": 1.0, "b": 9.5}, best=10).axes
    assert [bar.get_width() for bar in ax.patches] == [1, 9.5]
    assert [text.get_text() for text in ax.texts] == ["1.00", "9.50"]
    (ax,) = inception_score.sizes([10, 100], {"sure": [9, 60]}, best=100).axes
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [(10, 9), (100, 60)])
