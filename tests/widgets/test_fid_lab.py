"""The FID lab's numbers, run in Node, against the package; and what it refuses."""

import re

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from gentutor import metrics
from gentutor.widgets import FIDLab

WORDS = {"caption": "Two Gaussians.", "alt": "Dots."}


@pytest.fixture
def js(pure):
    """Return a function that calls the source's own."""
    return lambda *calls: pure("fid_lab.js", *calls)


@pytest.mark.parametrize(("n", "d"), [(40, 6), (6, 12), (13, 12), (12, 12), (3, 5)])
def test_a_distance_is_the_packages_to_1e_5(js, n, d):
    rng = np.random.default_rng(n)
    rows = [np.triu(rng.standard_normal((min(n - 1, d), d)) + 1) for _ in range(2)]
    shift = rng.standard_normal(d)
    covariances = [torch.tensor(r.T @ r / (n - 1)) for r in rows]
    zero = torch.zeros(d, dtype=torch.float64)
    expected = metrics.frechet_distance(
        zero, covariances[0], torch.tensor(shift), covariances[1]
    ).item()
    flat = [r.ravel().tolist() for r in rows]
    (found,) = js(("frechetOfRows", [shift.tolist(), *flat, n]))
    assert found == pytest.approx(expected, rel=1e-5)


def test_eigenvalues_are_numpys(js):
    rng = np.random.default_rng(0)
    for a in (rng.standard_normal((9, 9)), np.ones((5, 5)), np.zeros((3, 3)), np.diag([3, 1, 2.0])):
        a = (a + a.T) / 2
        (found,) = js(("eigenvalues", [a.ravel().tolist()]))
        np.testing.assert_allclose(found, np.linalg.eigvalsh(a), atol=1e-9)


@pytest.mark.parametrize(
    ("d", "shift", "spread", "n"), [(16, 1.0, 1.0, 400), (8, 0.0, 0.7, 300), (24, 2.0, 1.3, 20_000)]
)
def test_draws_follow_the_law_and_a_line_reads_the_truth(js, d, shift, spread, n):
    values = {"d": d, "shift": shift, "spread": spread, "n": n}
    calls = [("experiment", [values | {"seed": seed}]) for seed in range(1, 25)]
    found = js(*calls)
    truth = shift + d * (1 - spread) ** 2
    slope = spread * d * (d + 1) / 2 + (1 + spread**2) * d
    assert found[0]["truth"] == pytest.approx(truth, rel=1e-12)
    assert found[0]["slope"] == pytest.approx(slope, rel=1e-12)
    at_n = [next(p["mean"] for p in f["points"] if p["size"] == n) for f in found]
    assert np.mean(at_n) == pytest.approx(truth + slope / n, rel=0.05)
    read = [f["infinity"] for f in found]
    assert np.mean(read) == pytest.approx(truth, abs=0.1 * slope / n + 0.03)
    assert found[0]["rank"] == d
    g = torch.Generator().manual_seed(0)
    measured = []
    for _ in range(60):
        real, fake = torch.randn(2, n, d, generator=g)
        measured.append(metrics.fid(real, (shift / d) ** 0.5 + spread * fake).item())
    assert np.mean(at_n) == pytest.approx(np.mean(measured), rel=0.07)  # the package's own samples


@pytest.mark.parametrize(("n", "d", "rank", "words"), [(8, 16, 7, "N ≤ d"), (20, 16, 16, "2d")])
def test_few_samples_are_told_and_no_line_is_fitted(js, n, d, rank, words):
    values = {"d": d, "shift": 0.0, "spread": 1.0, "n": n, "seed": 1}
    (found,) = js(("experiment", [values]))
    assert found["infinity"] is None
    assert found["rank"] == rank
    assert [p["size"] for p in found["points"]] == [n]
    (told,) = js(("whatHappens", [values, found]))
    assert words in told


def test_bartletts_rows_are_those_of_samples(js):
    """Mean and variance of the entries of RᵀR / (N − 1), N = 7: 1 and 2/6 on the diagonal."""
    found = np.array(js(*[("measureRows", [7, 3, seed]) for seed in range(1, 1501)]))
    found = found.reshape(-1, 3, 3)
    np.testing.assert_allclose(found.mean(0), np.eye(3), atol=0.06)
    np.testing.assert_allclose(found.var(0), (np.eye(3) + 1) / 6, atol=0.06)


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"n": 3}, ValueError, "n: expected a number from 4 to 20000, got 3"),
        ({"d": 25}, ValueError, "d: expected a number from 2 to 24, got 25"),
        (
            {"spread": float("nan")},
            ValueError,
            "spread: expected a number from 0.5 to 1.5",
        ),
        ({"d": 2.5}, TypeError, "d: expected an integer, got 2.5"),
        ({"shift": "1"}, TypeError, "shift: expected a number, got '1'"),
    ],
)
def test_what_it_refuses(given, kind, message):
    with pytest.raises(kind, match=re.escape(message)):
        FIDLab(picture=Figure(), **WORDS, **given)
