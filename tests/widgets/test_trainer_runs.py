"""A run as the page has it: random numbers, minibatches, what is learnt, collapse, its end."""

import numpy as np
import pytest
import scipy.stats

from gentutor.data import digits

SUMS = {"reconstruction": False, "kl": False}


@pytest.fixture(scope="module")
def train(node):
    """Return a function that trains the book's VAE on the digits and gives two reports."""
    data = digits()
    images, shown = (np.rint(255 * np.asarray(x)) for x in (data.x_train, data.x_test[:8]))

    def run(steps, *, build="wasm", seed=0, rate=4e-3, beta=1.0, variance=None, means=SUMS):
        ends = node(
            "run", build, steps=steps, images=images, shown=shown, pixels=64, hidden=128,
            latents=8, output="sigmoid", batch=128, seed=seed,
            settings={"beta": beta, "rate": rate, "variance": variance, "means": means},
        )  # fmt: skip
        for end in ends.values():
            error = end["reconstructions"] - shown.ravel()
            end["rmse"] = float(np.sqrt(np.mean(error**2))) / 255
        return ends["first"], ends["last"]

    return run


def test_random_numbers_are_uniform_and_normal_and_their_streams_differ(node):
    case = {"count": 20_000, "rows": 10, "batch": 3, "batches": 0}
    one, two, other = (
        node("random", "float64", seed=seed, stream=stream, **case)
        for seed, stream in [(0, 1), (0, 2), (1, 1)]
    )
    for drawn in (one, two, other):
        assert scipy.stats.kstest(drawn["uniform"], "uniform").pvalue > 1e-3
        assert scipy.stats.kstest(drawn["normal"], "norm").pvalue > 1e-3
    for a, b in [(one, two), (one, other), (two, other)]:
        assert abs(np.corrcoef(a["uniform"], b["uniform"])[0, 1]) < 0.03
    lagged = np.corrcoef(one["normal"][:-1], one["normal"][1:])[0, 1]
    assert abs(lagged) < 0.03


def test_an_epoch_of_minibatches_takes_no_row_twice(node):
    case = {"seed": 3, "stream": 1, "count": 1, "rows": 10, "batch": 3, "batches": 300}
    batches = np.array(node("random", "float64", **case)["batches"])
    for epoch in batches.reshape(100, 9):
        assert len(set(epoch)) == 9
        assert set(epoch) <= set(range(10))
    counts = np.bincount(batches.ravel(), minlength=10)
    assert scipy.stats.chisquare(counts).pvalue > 1e-3
    assert len({tuple(epoch) for epoch in batches.reshape(100, 9).tolist()}) == 100


def test_a_seed_fixes_the_run(train):
    again, other = train(20)[1], train(20, seed=1)[1]
    same = train(20)[1]
    np.testing.assert_array_equal(same["reconstructions"], again["reconstructions"])
    assert same["nll"] == again["nll"] != other["nll"]


def test_eight_seeds_learn_the_digits_and_the_variance(train):
    for seed in range(8):
        first, last = train(400, seed=seed)
        assert first["step"] == 0
        assert last["step"] == 400
        assert first["rmse"] > 0.35
        assert last["rmse"] < 0.15  # 0.27 is what their mean image gives
        assert 0.005 < last["variance"] < 0.03
        assert min(last["kl"]) >= 0
        assert 6 < sum(last["kl"]) < 25
        assert np.ptp(last["samples"].reshape(16, 64), axis=0).max() > 200


@pytest.mark.parametrize(
    "settings",
    [
        {"means": {"reconstruction": True, "kl": False}},
        {"variance": 1.0},
    ],
)
def test_too_much_weight_on_the_kl_collapses_eight_seeds(train, settings):
    for seed in range(8):
        last = train(300, seed=seed, **settings)[1]
        assert max(last["kl"]) < 0.01
        assert 0.24 < last["rmse"] < 0.3
        assert np.ptp(last["reconstructions"].reshape(8, 64), axis=0).max() < 40


def test_mean_of_both_is_eight_times_beta_and_trains(train):
    both = train(300, means={"reconstruction": True, "kl": True}, variance=0.01)[1]
    eight = train(300, beta=8.0, variance=0.01)[1]
    assert sum(both["kl"]) == pytest.approx(sum(eight["kl"]), rel=0.1)
    assert sum(both["kl"]) > 3


@pytest.mark.parametrize("build", ["plain", "wasm"])
def test_a_loss_that_is_not_finite_ends_the_run_and_says_where(train, build):
    last = train(100, build=build, rate=1e4)[1]
    assert not last["finite"]
    assert 1 < last["step"] < 20


def test_both_builds_begin_alike(train):
    plain, simd = train(30, build="plain")[1], train(30)[1]
    assert plain["nll"] == pytest.approx(simd["nll"], rel=1e-3)
    np.testing.assert_allclose(plain["reconstructions"], simd["reconstructions"], atol=3)
