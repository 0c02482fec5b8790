"""What the GAN chapter's figures draw, read back from the artists."""

import numpy as np
import pytest
from drawn import colours, dots, levels, named, points, ticks, words
from matplotlib.colors import to_hex

from gentutor.figures import gan
from gentutor.figures.style import CRITIC, FAKE, GENERATOR, GREY, REAL

RNG = np.random.default_rng(0)
CENTRES = np.array([[2.0, 0], [0, 3], [-1, -1]])


def test_losses_are_means_of_fifty_steps_beside_their_own_level():
    data, late = RNG.normal(size=(7, 2)), RNG.normal(size=(5, 2))
    losses = {"D": RNG.normal(size=120), "G": 3 + RNG.normal(size=120)}
    axes = gan.training(data, {"step 100": late}, CENTRES, losses, [1.386, 0.693]).axes
    first, second, low = axes
    for ax, cloud, name, colour in ((first, data, "data", REAL), (second, late, "step 100", FAKE)):
        np.testing.assert_allclose(dots(ax, 0), CENTRES)
        np.testing.assert_allclose(dots(ax, 1), cloud)
        assert to_hex(ax.collections[1].get_facecolor()[0]) == colour.lower()
        assert words(ax)[0] == name
        assert ax.get_xlim() == ax.get_ylim() == pytest.approx((-4.2, 4.2))
    for name, loss in losses.items():
        step, smooth = named(low)[f"loss of {name}"].T
        assert step[0] == 50
        assert smooth[0] == pytest.approx(loss[:50].mean())  # as seen after step 50
        assert (step[-1], smooth[-1]) == (120, pytest.approx(loss[-50:].mean()))
    said = {to_hex(line.get_color()): line.get_ydata()[0] for line in low.lines
            if line.get_linestyle() == ":"}  # fmt: skip
    assert said == {CRITIC.lower(): 1.386, GENERATOR.lower(): 0.693}
    assert colours(low) == {"loss of D": CRITIC.lower(), "loss of G": GENERATOR.lower()}


def test_learnt_discriminators_lie_over_the_optimal_one():
    x = np.linspace(0, 1, 5)
    p, q, best = x + 1, 2 - x, x**2
    learnt = np.stack([best + 0.1, best - 0.1])
    top, low = gan.learnt_discriminator(x, p, q, best, learnt).axes
    np.testing.assert_allclose(named(top)["data p"], np.c_[x, p])
    np.testing.assert_allclose(named(top)["generated q"], np.c_[x, q])
    np.testing.assert_allclose(named(low)["p / (p + q)"], np.c_[x, best])
    np.testing.assert_allclose([points(line)[:, 1] for line in low.lines[:2]], learnt)
    assert levels(low) == [("h", 0.5)]
    for band, density in zip(top.collections, (p, q), strict=True):
        assert band.get_paths()[0].vertices[:, 1].max() == density.max()
    assert {k: v for k, v in colours(top).items() if k in named(top)} == {
        "data p": REAL.lower(),
        "generated q": FAKE.lower(),
    }


def test_pushes_of_theory_and_run_have_one_colour_a_loss():
    theory = {"minimax": ([0.1, 0.9], [0.1, 0.9]), "non_saturating": ([0.1, 0.9], [0.9, 0.1]),
              "least_squares": ([0.1, 0.9], [0.4, 0.5])}  # fmt: skip
    run = {name: ([1, 10], [1.0 + i, 0.1 * i + 0.1]) for i, name in enumerate(theory)}
    left, right = gan.pushes(theory, dict(reversed(run.items()))).axes
    for (name, (a, push)), line in zip(theory.items(), right.lines, strict=True):
        np.testing.assert_allclose(named(left)[name.replace("_", " ")], np.c_[a, push])
        np.testing.assert_allclose(points(line), np.transpose(run[name]))
        assert colours(left)[name.replace("_", " ")] == to_hex(line.get_color()).lower()
    assert words(left) == ("Theory", "D's answer at a sample", "push on it")
    assert (right.get_xscale(), right.get_yscale()) == ("log", "log")


def test_the_game_starts_at_its_dot_and_turns_about_the_origin():
    paths = {"in turn": [[1, 0.5], [0.9, 0.7], [0.2, 1]], "at once": [[1, 0.5], [1.5, -0.4]]}
    for ax, (name, path) in zip(gan.game(paths).axes, paths.items(), strict=True):
        way, start, origin = ax.lines
        np.testing.assert_allclose(points(way), path)
        np.testing.assert_allclose(points(start), path[:1])
        np.testing.assert_allclose(points(origin), [(0, 0)])
        assert (words(ax)[0], words(ax)[1]) == (name, "a")
    assert gan.game(paths).axes[0].get_ylabel() == "b"


def test_every_seed_has_its_place_in_the_row_of_its_set_up():
    rows = {"plain": RNG.normal(size=(3, 4, 2)), "R1": RNG.normal(size=(3, 4, 2))}
    axes = np.reshape(gan.seeds(rows, CENTRES).axes, (2, 3))
    for line, (name, runs) in zip(axes, rows.items(), strict=True):
        assert line[0].get_ylabel() == name
        for ax, cloud in zip(line, runs, strict=True):
            np.testing.assert_allclose(dots(ax, 1), cloud)


def test_modes_and_quality_have_a_dot_a_run_and_a_bar_at_the_mean():
    found = {"plain": ([2, 4], [1, 3], [0.5, 0.9]), "R1": ([8, 7], [6, 7], [0.8, 1.0])}
    left, right = gan.coverage(found, modes=8).axes
    for row, values in enumerate(found.values()):
        for ax, part, shift, colour in (
            (left, 0, -0.17, GREY), (left, 1, 0.17, FAKE), (right, 2, 0, GENERATOR)
        ):  # fmt: skip
            runs = next(
                line for line in ax.lines
                if line.get_marker() == "o" and to_hex(line.get_color()) == colour.lower()
                and abs(line.get_ydata().mean() - row - shift) < 1e-9
            )  # fmt: skip
            assert list(runs.get_xdata()) == list(values[part])
            mean = next(
                points(line)[0] for line in ax.lines
                if line.get_marker() == "|" and to_hex(line.get_color()) == colour.lower()
                and abs(line.get_ydata()[0] - row - shift) < 1e-9
            )  # fmt: skip
            assert mean[0] == pytest.approx(np.mean(values[part]))
    assert ticks(left, "y") == {0: "plain", 1: "R1"}
    assert left.get_ylim()[0] > left.get_ylim()[1]


def test_the_accuracy_is_a_mean_of_twenty_five_steps():
    curves = {"right": RNG.random(60), "forgot detach": RNG.random(60)}
    (ax,) = gan.judged(curves).axes
    for name, accuracy in curves.items():
        step, smooth = named(ax)[name].T
        assert (step[0], smooth[0]) == (25, pytest.approx(accuracy[:25].mean()))
        assert (step[-1], smooth[-1]) == (60, pytest.approx(accuracy[-25:].mean()))
    assert levels(ax) == [("h", 0.5)]
