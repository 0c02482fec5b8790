"""What the WGAN chapter's figures draw, read back from the artists."""

import numpy as np
import pytest
from drawn import bars, colours, dots, levels, named, points, ticks, words
from matplotlib.colors import to_hex

from gentutor.figures import wgan
from gentutor.figures.style import CRITIC, FAKE, ORANGE, REAL

RNG = np.random.default_rng(0)
REALS, FAKES = RNG.normal(size=(6, 2)), RNG.normal(size=(5, 2)) + 1


def slope(points_of_plane):
    """Return a critic that rises to the right alone."""
    return 2 * points_of_plane[:, 0]


def steep(points_of_plane):
    """Return a critic that rises upwards alone."""
    return 5 * points_of_plane[:, 1]


def rises(ax) -> np.ndarray:
    """Return where the filled levels of a landscape rise, each part in -1, 0, 1."""
    filled = ax.collections[0]
    centres = [path.vertices.mean(0) for path in filled.get_paths() if len(path.vertices)]
    way = centres[-1] - centres[0]
    return np.sign(np.where(np.abs(way) < 0.2, 0, way))


def test_the_area_between_the_distribution_functions_is_the_distance():
    x, p, q = np.array([0.0, 1, 3]), np.array([0.5, 0.5, 0]), np.array([0, 0.25, 0.75])
    critic = np.array([1.0, 0, -2])
    above, below = wgan.dual_on_a_line(x, p, q, critic).axes
    for name, mass in (("$F_p$, data", p), ("$F_q$, generator", q)):
        grid, level = named(above)[name].T
        expected = [mass[x <= at].sum() for at in grid]
        np.testing.assert_allclose(level, expected)
    corners = above.collections[0].get_paths()[0].vertices
    turned = np.roll(corners, -1, axis=0)
    area = 0.5 * abs((corners[:, 0] * turned[:, 1] - turned[:, 0] * corners[:, 1]).sum())
    # W1 by the plan: a half from 0 (a quarter to 1, a quarter to 3), a half from 1 to 3
    assert area == pytest.approx(0.25 * 1 + 0.25 * 3 + 0.5 * 2, abs=0.02)
    np.testing.assert_allclose(points(below.lines[0]), [(-1, 1), (0, 1), (1, 0), (3, -2), (4, -2)])
    np.testing.assert_allclose(named(below)["data"], [(0, 1), (1, 0)])
    np.testing.assert_allclose(named(below)["generator"], [(1, 0), (3, -2)])
    assert colours(below) == {"data": REAL.lower(), "generator": FAKE.lower()}


def test_the_critics_loss_and_the_exact_distance_run_side_by_side():
    track = [[0, 5.0, 6.0], [100, 1.0, 1.5], [200, 0.4, 0.6]]
    left, right = wgan.trained(slope, REALS, FAKES, track).axes
    step, dual, exact = np.transpose(track)
    np.testing.assert_allclose(named(right)["minus the critic's loss"], np.c_[step, dual])
    np.testing.assert_allclose(named(right)[r"exact $W_1$ of samples"], np.c_[step, exact])
    assert colours(right) == {
        "minus the critic's loss": CRITIC.lower(),
        r"exact $W_1$ of samples": REAL.lower(),
    }
    np.testing.assert_allclose(rises(left), (1, 0))
    clouds = {
        c.get_label(): np.asarray(c.get_offsets())
        for c in left.collections
        if not str(c.get_label()).startswith("_")
    }
    np.testing.assert_allclose(clouds["data"], REALS)
    np.testing.assert_allclose(clouds["generator"], FAKES)
    assert colours(left) == {"data": REAL.lower(), "generator": FAKE.lower()}


def test_a_landscape_rises_where_its_critic_does_and_says_its_dual():
    (ax,) = wgan.landscape(steep, REALS, FAKES, reported=2.345).axes
    np.testing.assert_allclose(rises(ax), (0, 1))
    np.testing.assert_allclose(dots(ax, 2), REALS)
    np.testing.assert_allclose(dots(ax, 3), FAKES)
    assert words(ax)[0].endswith("= 2.35") or words(ax)[0].endswith("= 2.34")
    assert words(ax)[0].startswith("E f(x) − E f(G(z))")


def test_measures_of_parallel_lines_and_the_pulls_keep_their_names():
    theta = [0, 1, 2]
    curves = {"JS": [0, 0.69, 0.69], "W1": [0, 1, 2], "TV": [0, 1, 1]}
    pulls = {"minimax": [0.5, 0.01], "non-saturating": [0.4, 2], "WGAN": [1, 1]}
    left, right = wgan.parallel_lines(theta, curves, ([1, 2], [0.98, 1.97]), pulls, [10, 100]).axes
    for name, values in curves.items():
        np.testing.assert_allclose(named(left)[name], np.c_[theta, values])
    np.testing.assert_allclose(named(left)["trained critics"], [(1, 0.98), (2, 1.97)])
    assert colours(left)["W1"] == colours(left)["trained critics"] == CRITIC.lower()
    for name, values in pulls.items():
        np.testing.assert_allclose(named(right)[name], np.c_[[10, 100], values])
    assert right.get_yscale() == "log"


def test_raw_predicted_and_corrected_duals_stand_in_their_row():
    rows = {"line": (0.8, 0.82, 0.99), "plane": (0.5, np.nan, 0.93)}
    (ax,) = wgan.duals(rows).axes
    for i, label in enumerate(("raw, trained critic", "raw, by the integral", "corrected")):
        values = [row[i] for row in rows.values()]
        np.testing.assert_allclose(named(ax)[label], np.c_[values, [1, 0]])
    assert ticks(ax, "y") == {1: "line", 0: "plane"}
    assert levels(ax) == [("v", 1)]


def test_weights_are_counted_up_to_their_bound_above_their_critic():
    weights = {
        "clip 0.1": (np.array([0.1, -0.1, 0.1, 0]), 0.1),
        "penalty": (RNG.normal(0, 0.1, 50), None),
    }
    axes = wgan.clipping(weights, [slope, steep], REALS, FAKES).axes
    for ax, (name, (values, clip)), way in zip(
        axes, weights.items(), ((1, 0), (0, 1)), strict=False
    ):
        reach = clip or 0.5
        assert words(ax)[0] == name
        boxes = bars(ax.patches)
        edges = np.append(boxes[:, 0], boxes[-1, 0] + boxes[-1, 2])
        assert boxes[:, 3].sum() == len(values)
        np.testing.assert_allclose(boxes[:, 3], np.histogram(values, edges)[0])
        assert list(ticks(ax)) == [-reach, 0, reach]
        low = axes[2 + list(weights).index(name)]
        np.testing.assert_allclose(rises(low), way)
        np.testing.assert_allclose(dots(low, 2), REALS)
        np.testing.assert_allclose(dots(low, 3), FAKES)


def test_trained_critics_lie_on_the_curve_of_their_own_penalty():
    at = np.linspace(0, 3, 31)
    curves = {"two-sided": -((at - 1) ** 2), "one-sided": at - at**2 / 4}
    found = {"one-sided": [1.9, 2.1], "two-sided": [1.05]}
    (ax,) = wgan.two_optima(at, curves, found).axes
    for (name, values), mark in zip(curves.items(), ax.lines[1::2], strict=True):
        np.testing.assert_allclose(named(ax)[name], np.c_[at, values])
        np.testing.assert_allclose(
            points(mark), np.c_[found[name], np.interp(found[name], at, values)]
        )
        assert to_hex(mark.get_color()) == colours(ax)[name]
    assert colours(ax) == {"two-sided": CRITIC.lower(), "one-sided": ORANGE.lower()}


def test_seeds_stand_over_the_data_in_the_row_of_their_set_up():
    runs = {"clip": [FAKES, FAKES + 1], "penalty": [FAKES - 1, FAKES - 2]}
    axes = np.reshape(wgan.outcomes(runs, REALS).axes, (2, 2))
    for line, (name, samples) in zip(axes, runs.items(), strict=True):
        assert line[0].get_ylabel() == name
        for ax, cloud in zip(line, samples, strict=True):
            np.testing.assert_allclose(dots(ax, 0), REALS)
            np.testing.assert_allclose(dots(ax, 1), cloud)
            assert to_hex(ax.collections[1].get_facecolor()[0]) == FAKE.lower()


def test_densities_and_measures_of_their_shift_keep_their_names():
    x, shift = [0, 1, 2], [0, 1]
    p, q = [0.1, 0.6, 0.1], [0.3, 0.2, 0.1]
    measures = {"KL": [0, 4.0], "JS": [0, 0.6], "W1": [0, 1.0]}
    left, right = wgan.apart(x, p, q, shift, measures).axes
    np.testing.assert_allclose(named(left)["data"], np.c_[x, p])
    np.testing.assert_allclose(named(left)["samples"], np.c_[x, q])
    assert colours(left) == {"data": REAL.lower(), "samples": FAKE.lower()}
    for name, values in measures.items():
        np.testing.assert_allclose(named(right)[name], np.c_[shift, values])
    assert words(right)[1] == "shift of the samples"
