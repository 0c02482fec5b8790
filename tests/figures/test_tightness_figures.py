"""What the figures on how tight the ELBO is draw, read back from the artists."""

import numpy as np
import pytest
from drawn import bars, colours, levels, named, pixels, points, texts, ticks, words, written
from matplotlib.patches import Ellipse

from gentutor.figures import tightness
from gentutor.figures.style import CRITIC, DECODER, ENCODER, FAKE, REAL


def test_tangents_have_the_slope_minus_beta_at_their_point():
    rate, distortion = np.array([9.0, 7, 5, 3, 1]), np.array([2.0, 3, 5, 8, 13])
    beta, excess = np.array([0.25, 0.5, 1, 2, 4]), np.array([4.0, 2, -0.5, -5, -9])
    curve = ([0, 5, 10], [14, 5, 2])
    left, right = tightness.rate_distortion(curve, rate, distortion, beta, excess).axes
    np.testing.assert_allclose(named(left)["water-filling"], np.transpose(curve))
    np.testing.assert_allclose(named(left)["trained"], np.c_[rate, distortion])
    tangents = left.lines[2:]
    for i, line in zip((0, 4), tangents, strict=True):
        ends = points(line)
        np.testing.assert_allclose(ends.mean(0), (rate[i], distortion[i]))
        dx, dy = ends[1] - ends[0]
        assert dy / dx == pytest.approx(-beta[i])
    said = {"β = 0.25": (9.0, 2.0), "β = 4": (1.0, 13.0)}
    assert {text: written(left)[text] for text in said} == said
    assert words(left)[1:] == ("rate R, nats", "distortion D, nats")
    np.testing.assert_allclose(points(right.lines[0]), np.c_[beta, excess])
    assert ("v", 1.0) in levels(right)
    forbidden = right.patches[0]
    assert (forbidden.get_y(), forbidden.get_height()) == (0, 1e3)  # above 0: no bound
    assert texts(right) == ["above: no bound"]


def test_laws_go_through_the_last_point_with_their_slope():
    k = np.array([1.0, 4, 16])
    gaps = {"one": np.array([2.0, 0.6, 0.1]), "two": np.array([1.0, 0.2, 0.05])}
    encoder, decoder = np.array([1.1, 0.5, 0.3]), np.array([1.0, 2.2, 4.5])
    left, right = tightness.importance(k, gaps, [3.0, 0.75, 0.19], encoder, decoder).axes
    for label, values in gaps.items():
        np.testing.assert_allclose(named(left)[label], np.c_[k, values])
    np.testing.assert_allclose(named(left)["Var(w/E w)/2k"], np.c_[k, [3, 0.75, 0.19]])
    for label, values in (("encoder", encoder), ("decoder", decoder)):
        np.testing.assert_allclose(named(right)[label], np.c_[k, values])
    np.testing.assert_allclose(named(right)["1/√k"][:, 1], 0.3 * 4 / np.sqrt(k))
    np.testing.assert_allclose(named(right)["√k"][:, 1], 4.5 * np.sqrt(k) / 4)
    said = colours(right)
    assert said["encoder"] == said["1/√k"] == ENCODER.lower()
    assert said["decoder"] == said["√k"] == DECODER.lower()
    assert ticks(left) == {1: "1", 4: "4", 16: "16"}


def test_bounds_close_in_on_their_own_levels():
    bounds = {"VAE": [-9.0, -8.5], "deep": [-7.0, -6.6]}
    found = {"VAE": {"annealed": -8.3, "exact": -8.2}, "deep": {"annealed": -6.4, "exact": -6.3}}
    axes = tightness.closing_in([1, 64], bounds, found).axes
    for ax, name in zip(axes, bounds, strict=True):
        assert words(ax)[0] == name
        np.testing.assert_allclose(named(ax)["k samples"], np.c_[[1, 64], bounds[name]])
        lines = {line.get_label(): line.get_ydata()[0] for line in ax.lines[1:]}
        assert lines == found[name]
        assert colours(ax)["annealed"] == CRITIC.lower()
        assert colours(ax)["exact"] == REAL.lower()


def test_guesses_are_ellipses_of_two_standard_deviations_and_gaps_are_stacked():
    side = np.linspace(-3, 3, 61)
    mean, sd = np.array([[0.5, -1.0], [0.0, 1.0]]), np.array([[0.5, 0.3], [0.2, 0.6]])
    density = np.stack([
        np.exp(-((side[:, None] - m[0]) ** 2) / 2 / s[0] ** 2
               - (side[None] - m[1]) ** 2 / 2 / s[1] ** 2)
        for m, s in zip(mean, sd, strict=True)
    ])  # fmt: skip
    guesses = {"encoder": (mean, 2 * np.log(sd)), "best": (mean + 0.1, 2 * np.log(sd))}
    gaps = {"train": np.array([[1.0, 0.5], [1.2, 0.9]]), "test": np.array([[1.1, 1.5], [0.7, 2.5]])}
    axes = tightness.posteriors(side, density, guesses, gaps).axes
    for e, ax in enumerate(axes[:2]):
        shapes = {p.get_label(): p for p in ax.patches if isinstance(p, Ellipse)}
        for label, shift in (("encoder", 0), ("best", 0.1)):
            shape = shapes[label]
            np.testing.assert_allclose(shape.get_center(), mean[e] + shift)
            np.testing.assert_allclose((shape.get_width(), shape.get_height()), 4 * sd[e])
        corners = np.concatenate([
            path.vertices for path in ax.collections[0].get_paths() if len(path.vertices)
        ])  # fmt: skip
        middle = (corners.min(0) + corners.max(0)) / 2
        np.testing.assert_allclose(middle, mean[e], atol=0.06)  # first axis across
        assert words(ax)[1:] == ("$z_1$", "$z_2$")
    last = axes[-1]
    low, high = (c for c in last.containers if c.get_label() in ("approximation", "amortisation"))
    np.testing.assert_allclose(bars(low)[:, 3], [1.1, 0.9])
    np.testing.assert_allclose(bars(high)[:, 1], [1.1, 0.9])
    np.testing.assert_allclose(bars(high)[:, 3], [0.7, 2.0])
    said = colours(last)
    assert (said["approximation"], said["amortisation"]) == (FAKE.lower(), ENCODER.lower())
    whiskers = np.array([c.vertices for c in last.collections[0].get_paths()])
    total = [np.array([1.5, 2.1]), np.array([2.6, 3.2])]
    for whisker, values in zip(whiskers, total, strict=True):
        assert whisker[:, 1].mean() == pytest.approx(values.mean())
        assert np.ptp(whisker[:, 1]) / 2 == pytest.approx(values.std(ddof=1))
    assert ticks(last) == {0: "train", 1: "test"}


def test_each_cell_of_reductions_says_its_beta_and_its_kl():
    kl, beta = np.array([[0.35, 9.0], [2.5, 14]]), np.array([[64.0, 1], [1, 1 / 784]])
    (ax,) = tightness.reductions(kl, beta, ["sum", "mean"], ["sum over d", "mean over d"]).axes
    np.testing.assert_allclose(pixels(ax), kl)
    said = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in ax.texts}
    assert said == {(0, 0): "β = 64\nKL 0.35", (0, 1): "β = 1\nKL 9.00",
                    (1, 0): "β = 1\nKL 2.50", (1, 1): "β = 1/784\nKL 14.00"}  # fmt: skip
    assert ticks(ax) == {0: "sum over d", 1: "mean over d"}
    assert ticks(ax, "y") == {0: "sum", 1: "mean"}
    assert words(ax)[1:] == ("KL", "squared error")
