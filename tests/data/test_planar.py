"""Densities in the plane against scipy, scikit-learn and their own samples."""

import math

import numpy as np
import pytest
import torch
from scipy import special, stats
from sklearn.datasets import make_moons, make_swiss_roll

from gentutor.data import Curves, Mixture, grid, ring, spirals, swiss_roll, two_moons

ALL = [ring(), grid(), swiss_roll(), two_moons(), spirals(), spirals(3, sd=0.03)]
CURVES = ALL[2:]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_eight_centres_are_eight():
    centres = ring().centres
    assert centres.dtype == torch.float64
    assert float(torch.pdist(centres).min()) == pytest.approx(4 * math.sin(math.pi / 8))
    torch.testing.assert_close(centres.norm(dim=1), torch.full((8,), 2.0).double())
    assert centres[0].tolist() == [2.0, 0.0]
    assert len(np.unique(np.exp(1j * np.linspace(0, 2 * np.pi, 8)).round(9))) == 7  # the trap


def test_the_grid_is_five_by_five():
    expected = {(x, y) for x in range(-4, 5, 2) for y in range(-4, 5, 2)}
    assert {tuple(c) for c in grid().centres.tolist()} == expected
    assert len(grid().centres) == 25
    assert grid().sd == 0.05


def test_points_of_a_spiral_spread_as_on_a_disc_along_its_arms():
    x = spirals(2, sd=1e-5).sample(4000, seeded(), dtype=torch.float64)
    radius, angle = x.norm(dim=1), torch.atan2(x[:, 1], x[:, 0])
    assert stats.kstest((radius / 3) ** 2, "uniform").pvalue > 1e-3
    along = (2 * (angle - math.pi * radius)).cos()[radius > 0.1]  # either arm, half a turn apart
    torch.testing.assert_close(along, torch.ones_like(along), atol=1e-6, rtol=0)


LINE = Mixture(torch.tensor([[-1.0], [0.5], [2.0]]), sd=0.7)
SPACE = Mixture(torch.tensor([[0.0, 1.0, 2.0], [1.0, -1.0, 0.0]]), sd=1.5)


@pytest.mark.parametrize("mixture", [ring(), grid(), ring(3, radius=0.1, sd=0.4), LINE, SPACE])
def test_mixtures_score_as_scipy_does(mixture):
    dim = mixture.centres.shape[1]
    x = 3 * torch.randn(50, dim, generator=seeded(), dtype=torch.float64)
    parts = [stats.multivariate_normal(c, mixture.sd**2).logpdf(x) for c in mixture.centres.numpy()]
    expected = special.logsumexp(parts, axis=0) - np.log(len(parts))
    np.testing.assert_allclose(mixture.log_density(x), expected, rtol=1e-12)


def test_samples_on_a_line_follow_their_distribution():
    x = LINE.sample(20_000, seeded(4))
    assert x.shape == (20_000, 1)

    def cdf(at):
        return stats.norm.cdf((at[:, None] - LINE.centres.flatten().numpy()) / LINE.sd).mean(1)

    assert stats.kstest(x.flatten().numpy(), cdf).pvalue > 1e-3


@pytest.mark.parametrize("mixture", [ring(), grid()])
def test_samples_of_a_mixture_lie_around_every_centre_alike(mixture):
    x = mixture.sample(40_000, seeded(1), dtype=torch.float64)
    distance, mode = torch.cdist(x, mixture.centres).min(1)
    counts = mode.bincount(minlength=len(mixture.centres))
    assert stats.chisquare(counts).pvalue > 1e-3
    assert stats.kstest(distance / mixture.sd, stats.rayleigh.cdf).pvalue > 1e-3


@pytest.mark.parametrize("curves", CURVES)
def test_curves_score_as_an_integral_along_their_arms(curves):
    g = seeded(2)
    t = curves.start + (curves.end - curves.start) * torch.rand(4, generator=g).double()
    ends = torch.tensor([curves.start, curves.end], dtype=torch.float64)
    on = curves.path(torch.cat([t, ends]))[0]
    shift = torch.randn(len(on), 2, generator=g, dtype=torch.float64)
    for far in (0.0, 3.0, 10.0):  # standard deviations
        x = on + far * curves.sd * shift / shift.norm(dim=1, keepdim=True)
        for point, found in zip(x, curves.log_density(x), strict=True):
            assert float(found) == pytest.approx(by_fine_quadrature(curves, point), abs=1e-8)


def by_fine_quadrature(curves: Curves, point: torch.Tensor) -> float:
    """Integrate over 2,000 pieces of the arms, scaled so that the largest value is 1."""
    edges = np.linspace(0, 1, 2001)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    s = ((edges[:-1, None] + edges[1:, None] + np.diff(edges)[:, None] * nodes) / 2).ravel()
    places = curves.path(torch.tensor(curves.start + (curves.end - curves.start) * s))
    exponent = -(places - point).square().sum(-1).numpy() / (2 * curves.sd**2)
    values = curves.power * s ** (curves.power - 1) * np.exp(exponent - exponent.max()).mean(0)
    integral = values @ np.tile(weights / 4000, 2000)
    return float(np.log(integral) + exponent.max() - np.log(2 * np.pi * curves.sd**2))


@pytest.mark.parametrize("density", ALL[:5])
def test_densities_integrate_to_one_and_their_samples_follow_them(density):
    """Chi-square of 200,000 samples in cells of 0.5 x 0.5; their mean and covariance."""
    side = (torch.arange(300, dtype=torch.float64) + 0.5) / 30 - 5
    grid_points = torch.cartesian_prod(side, side)
    p = density.log_density(grid_points).exp() / 30**2
    assert float(p.sum()) == pytest.approx(1.0, abs=1e-6)
    n = 200_000
    x = density.sample(n, seeded(3)).double()
    expected = n * p.reshape(20, 15, 20, 15).sum((1, 3)).flatten()
    row, column = ((x + 5) * 2).floor().long().clamp(0, 19).mT
    counts = (20 * row + column).bincount(minlength=400)
    likely = expected > 5
    statistic = ((counts - expected).square() / expected)[likely].sum()
    assert stats.chi2(int(likely.sum()) - 1).sf(float(statistic)) > 1e-3
    assert abs(float(counts[~likely].sum() - expected[~likely].sum())) < 50
    mean = p @ grid_points
    covariance = (grid_points - mean).T * p @ (grid_points - mean)
    error = (x.mean(0) - mean).abs() / (covariance.diag() / n).sqrt()
    assert float(error.max()) < 4  # standard errors
    room = 4 * float(covariance.diag().max()) * math.sqrt(2 / n)
    torch.testing.assert_close(x.T.cov(), covariance, rtol=0, atol=room)


def test_moons_and_roll_are_scikit_learns_without_noise():
    t = torch.linspace(0, math.pi, 500, dtype=torch.float64)
    x, _ = make_moons(1000, shuffle=False)
    np.testing.assert_allclose(two_moons().path(t).flatten(0, 1), x, atol=1e-12)
    roll, t = make_swiss_roll(200, random_state=0)
    np.testing.assert_allclose(5 * swiss_roll().path(torch.tensor(t))[0], roll[:, ::2], atol=1e-12)
    assert 1.5 * math.pi <= t.min() < t.max() <= 4.5 * math.pi


@pytest.mark.parametrize("density", ALL)
def test_a_draw_repeats_and_has_the_dtype_asked_for(density):
    x = density.sample(7, seeded())
    assert (tuple(x.shape), x.dtype) == ((7, 2), torch.float32)
    assert torch.equal(x, density.sample(7, seeded()))
    assert not torch.equal(x, density.sample(7, seeded(1)))
    assert density.sample(1, seeded(), dtype=torch.float64).dtype == torch.float64
    single, double = density.log_density(x), density.log_density(x.double())
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), double, atol=1e-3, rtol=0)


@pytest.mark.parametrize("density", [ring(), two_moons()])
def test_batches_keep_their_shape_and_gradients_their_value(density):
    x = density.sample(6, seeded(), dtype=torch.float64).reshape(3, 2, 2).requires_grad_()
    assert density.log_density(x).shape == (3, 2)
    assert torch.autograd.gradcheck(density.log_density, x)
    many = x.detach().repeat(3_000, 1, 1)  # more than one block
    torch.testing.assert_close(density.log_density(many)[-3:], density.log_density(x.detach()))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ring(0), ValueError, "modes: expected an integer >= 1, got 0"),
        (lambda: ring(8.0), TypeError, r"modes: expected an integer, got 8\.0"),
        (lambda: ring(radius=-1.0), ValueError, "radius: expected a finite number > 0"),
        (lambda: grid(sd=0.0), ValueError, "sd: expected a finite number > 0, got 0"),
        (lambda: grid(spacing=math.inf), ValueError, "spacing: expected a finite number > 0"),
        (lambda: two_moons(sd=-0.1), ValueError, "sd: expected a finite number > 0"),
        (lambda: spirals(0), ValueError, "arms: expected an integer >= 1, got 0"),
        (lambda: Mixture(torch.zeros(2, 2), 0.1), ValueError, "centres: expected 2 different .* 1"),
        (lambda: Mixture(torch.zeros(2), 0.1), ValueError, r"centres: expected shape \(K, D\)"),
        (lambda: ring().sample(0, seeded()), ValueError, "n: expected an integer >= 1, got 0"),
        (
            lambda: ring().sample(2, 7),
            TypeError,
            r"generator: expected a torch\.Generator, got int",
        ),
        (
            lambda: swiss_roll().sample(2, seeded(), dtype=torch.int64),
            TypeError,
            r"dtype: expected a floating-point dtype, got torch\.int64",
        ),
        (
            lambda: ring().log_density(torch.zeros(2, 3)),
            ValueError,
            r"x: expected shape \(\.\.\., 2",
        ),
        (
            lambda: spirals().log_density(torch.full((1, 2), math.nan)),
            ValueError,
            "x: expected finite values",
        ),
        (
            lambda: Curves(lambda t: t, 0.0, 1.0, 0.1),
            ValueError,
            r"path\(t\): expected shape \(A, 3, 2\), got \(3,\)",
        ),
        (
            lambda: Curves(lambda t: torch.stack([t, t], -1)[None], 1.0, 1.0, 0.1),
            ValueError,
            "end: expected a finite number > 1",
        ),
    ],
)
def test_bad_input_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
