"""A run of GANs as the page has it: targets, coverage, what two seeds of each game do, its end."""

import math

import numpy as np
import pytest
import torch

from gentutor.data import grid, ring, spirals, two_moons
from gentutor.metrics.mode_coverage import mode_coverage

SETTINGS = {"lr_d": 1e-3, "lr_g": 1e-3, "n_critic": 5, "gp_weight": 0.1, "clip": 0.1, "selected": 0}
LAB = {"latents": 2, "hidden": [32, 32], "batch": 128, "pack": 1, "side": 8, "shown": 128}


@pytest.fixture(scope="module")
def train(node):
    """Return a function that trains the lab's GANs from a collapsed start and gives two reports."""

    def run(rounds, *, build="wasm", seeds=(0, 1), settings=None, target=("ring", []), **changes):
        ends = node(
            "ganRun", build, rounds=rounds, target=target, seeds=list(seeds),
            settings=SETTINGS | (settings or {}), tested=2500,
            **LAB | {"objective": "non_saturating", "collapsed": True} | changes,
        )  # fmt: skip
        for end in ends.values():
            counts = end["counts"].reshape(len(seeds), 2, -1)
            said = node(
                "coverage", "float64", target=target, samples=[0, 0],
                cases=[[c.astype(int).tolist() for c in both] for both in counts],
            )  # fmt: skip
            end["seen"] = said["said"]
        return ends["first"], ends["last"]

    return run


@pytest.mark.parametrize(("name", "density"), [("ring", ring()), ("grid", grid())])
def test_mixtures_are_the_packages(node, name, density):
    got = node("ganTarget", "float64", name=name, own=[])
    places = got["places"].reshape(-1, 2)
    np.testing.assert_allclose(places, density.centres, atol=1e-12)
    assert got["sd"] == density.sd
    assert got["parts"] == list(range(got["modes"]))


@pytest.mark.parametrize(("name", "density"), [("two_moons", two_moons()), ("spirals", spirals())])
def test_curves_run_where_the_packages_do_and_are_cut_evenly(node, name, density):
    got = node("ganTarget", "float64", name=name, own=[])
    places = torch.from_numpy(got["places"].reshape(2, 160, 2).copy())
    u = (torch.arange(160, dtype=torch.float64) + 0.5) / 160
    t = density.start + (density.end - density.start) * u ** (1 / density.power)
    np.testing.assert_allclose(places, density.path(t), atol=1e-12)
    assert got["sd"] == density.sd
    assert np.bincount(got["parts"]).tolist() == [20] * 16


def test_samples_are_counted_and_judged_as_the_package_does(node):
    rng = np.random.default_rng(0)
    density = ring()
    centres = density.centres.numpy()
    sets, verdicts = [], set()
    for modes in (1, 2, 3, 4, 5, 6, 7, 8):
        for stray in (0.0, 0.3, 0.6, 0.8, 0.95):
            x = centres[rng.integers(modes, size=1000)] + 0.1 * rng.normal(size=(1000, 2))
            lost = rng.random(1000) < stray
            x[lost] = 2 * rng.normal(size=(lost.sum(), 2))
            sets.append(x)
    for x in sets:
        theirs = mode_coverage(torch.from_numpy(x), density.centres, density.sd)
        case = [theirs.nearest.tolist(), theirs.good.tolist()]
        got = node("coverage", "float64", target=["ring", []], samples=x.ravel(), cases=[case])
        assert [c.astype(int).tolist() for c in got["counts"]] == case
        (said,) = got["said"]
        assert said["m1"] == int(theirs.m1)
        assert said["m20"] == int(theirs.m20)
        assert said["quality"] == pytest.approx(float(theirs.quality))
        assert said["reverse_kl"] == pytest.approx(float(theirs.reverse_kl), abs=1e-9)
        assert said["verdict"] == theirs.verdict[0]
        verdicts.add(said["verdict"])
    assert verdicts == {"failed", "collapsed", "covers", "spread", "partial"}


def test_non_saturating_collapses_and_the_penalty_covers(train):
    """Two seeds at 2 × 32; sixteen at 2 × 64 are a command's: benchmarks/gan_statistics.py."""
    first, collapsed = train(1200)
    for seen in first["seen"]:
        assert (seen["m20"], seen["verdict"]) == (1, "collapsed")
        assert seen["reverse_kl"] == pytest.approx(math.log(8), abs=0.01)
    assert np.mean([seen["m20"] for seen in collapsed["seen"]]) <= 3
    assert np.mean([seen["reverse_kl"] for seen in collapsed["seen"]]) >= 1
    covered = train(2400, objective="wgan_gp")[1]
    assert np.mean([seen["m20"] for seen in covered["seen"]]) >= 7.5
    assert np.mean([seen["reverse_kl"] for seen in covered["seen"]]) <= 0.1
    assert all(seen["quality"] >= 0.15 for seen in covered["seen"])


def test_packs_and_drawn_points_train_too(train):
    packed = train(800, pack=4)[1]
    assert min(seen["m1"] for seen in packed["seen"]) >= 4
    points = [[-2, 0], [0, 1.5], [2, -1]]
    drawn = train(800, target=("own", points), objective="wgan_gp")[1]
    assert [seen["m1"] for seen in drawn["seen"]] == [3, 3]
    assert max(seen["reverse_kl"] for seen in drawn["seen"]) < 0.3


def test_a_seed_fixes_a_run_whatever_runs_beside_it(train):
    both, alone, other = (train(30, seeds=seeds)[1] for seeds in ((4, 5), (4,), (6,)))
    np.testing.assert_array_equal(both["points"][:256], alone["points"])
    assert not np.array_equal(alone["points"], other["points"])


def test_a_run_that_diverges_stays_and_says_where(train):
    last = train(200, settings={"lr_d": 1e30, "lr_g": 1e30})[1]
    assert not last["finite"]
    steps = last["diverged"]
    assert ((steps >= 0) & (steps < 100)).all()
    assert (steps == last["steps"]).all()


def test_surface_and_pushes_are_those_of_d(train):
    """G is pushed up the critic's slope, read off its surface by differences."""
    side = 300
    last = train(100, objective="wgan_gp", side=side, seeds=(0,))[1]
    surface = last["surface"].reshape(side, side)
    points, pushes = (last[name].reshape(128, 2) for name in ("points", "pushes"))
    inside = np.abs(points).max(-1) < 2.5
    column = ((points[inside, 0] + 3) * side / 6).astype(int)
    row = ((3 - points[inside, 1]) * side / 6).astype(int)
    rightwards = surface[row, column + 1] - surface[row, column - 1]
    upwards = surface[row - 1, column] - surface[row + 1, column]
    found = np.stack([rightwards, upwards], -1) * side / 12
    off = np.linalg.norm(found - pushes[inside], axis=1)
    length = np.linalg.norm(pushes[inside], axis=1)
    assert inside.sum() > 60
    assert np.median(off / length) < 0.05  # kinks of the surface apart
    assert np.mean(off < 0.5 * length) > 0.9
