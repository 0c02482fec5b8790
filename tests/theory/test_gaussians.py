"""Closed forms of Gaussians against scipy, quadrature and sampling."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from gentutor.objectives.variational import gaussian_kl
from gentutor.theory import gaussians


def random_gaussian(dim: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(seed)
    root = torch.randn(dim, dim, generator=g, dtype=torch.float64)
    return torch.randn(dim, generator=g, dtype=torch.float64), root @ root.mT + torch.eye(dim)


@pytest.mark.parametrize("dim", [1, 3, 10])
def test_density_and_entropy_agree_with_scipy(dim):
    mean, covariance = random_gaussian(dim, seed=dim)
    x = torch.randn(7, dim, dtype=torch.float64)
    oracle = stats.multivariate_normal(mean.numpy(), covariance.numpy())
    np.testing.assert_allclose(
        gaussians.log_density(x, mean, covariance), oracle.logpdf(x.numpy()), rtol=1e-10
    )
    assert float(gaussians.entropy(covariance)) == pytest.approx(float(oracle.entropy()), abs=1e-10)


def test_kl_is_the_mean_log_ratio_of_samples():
    (mean_q, cov_q), (mean_p, cov_p) = random_gaussian(4, seed=1), random_gaussian(4, seed=2)
    z = stats.multivariate_normal(mean_q.numpy(), cov_q.numpy()).rvs(200_000, random_state=0)
    ratio = gaussians.log_density(torch.tensor(z), mean_q, cov_q) - gaussians.log_density(
        torch.tensor(z), mean_p, cov_p
    )
    error = 4 * float(ratio.std()) / math.sqrt(len(ratio))  # four standard errors
    assert error < 0.1
    assert float(gaussians.kl(mean_q, cov_q, mean_p, cov_p)) == pytest.approx(
        float(ratio.mean()), abs=error
    )


def test_kl_is_directed_and_zero_only_for_equals():
    q, p = random_gaussian(3, seed=3), random_gaussian(3, seed=4)
    assert float(gaussians.kl(*q, *q)) == pytest.approx(0.0, abs=1e-12)
    assert abs(float(gaussians.kl(*q, *p) - gaussians.kl(*p, *q))) > 0.1


@pytest.mark.claim("elbo-kl")
def test_kl_per_dimension_is_what_quadrature_finds():
    z = np.linspace(-40, 40, 400_001)
    for mean, variance in [(0.0, 0.01), (1.5, 0.3), (-2.0, 2.5)]:
        log_q, log_p = stats.norm(mean, variance**0.5).logpdf(z), stats.norm(0, 1).logpdf(z)
        expected = np.trapezoid(np.exp(log_q) * (log_q - log_p), z)
        mu, var = torch.tensor([[[mean]], [[variance]]], dtype=torch.float64)
        assert float(gaussians.kl_diagonal(mu, var)) == pytest.approx(float(expected), abs=1e-9)
        assert float(gaussian_kl(mu, var.log())) == pytest.approx(float(expected), abs=1e-9)


@pytest.mark.claim("elbo-kl")
def test_diagonal_kl_adds_up_to_the_full_one():
    g = torch.Generator().manual_seed(0)
    mean_q, mean_p = torch.randn(2, 6, 5, generator=g, dtype=torch.float64)
    var_q, var_p = torch.rand(2, 6, 5, generator=g, dtype=torch.float64) + 0.1
    full = gaussians.kl(mean_q, var_q.diag_embed(), mean_p, var_p.diag_embed())
    torch.testing.assert_close(gaussians.kl_diagonal(mean_q, var_q, mean_p, var_p).sum(-1), full)


@pytest.mark.claim("elbo-no-dirac")
def test_kl_grows_like_minus_log_sigma():
    sigma = torch.logspace(-1, -12, 12, dtype=torch.float64)[:, None]
    kl = gaussians.kl_diagonal(torch.zeros_like(sigma), sigma.square())
    slope = kl.diff(dim=0) / -sigma.log().diff(dim=0)
    assert float((slope[2:] - 1.0).abs().max()) < 1e-4
    torch.testing.assert_close(kl[-1] + sigma[-1].log(), torch.tensor([-0.5]).double())


def test_batches_broadcast():
    mean, covariance = random_gaussian(3, seed=5)
    x = torch.randn(4, 6, 3, dtype=torch.float64)
    assert gaussians.log_density(x, mean, covariance).shape == (4, 6)
    batch = covariance.expand(6, 3, 3)
    assert gaussians.kl(x, batch, mean, covariance).shape == (4, 6)
    assert gaussians.entropy(batch).shape == (6,)


@pytest.mark.parametrize(
    ("covariance", "message"),
    [
        (torch.ones(2, 2), "covariance: expected a positive-definite matrix, got a singular"),
        (torch.diag(torch.tensor([1.0, -1.0])), r"covariance: .*eigenvalues from -1 to 1"),
        (torch.tensor([[1.0, 0.5], [0.0, 1.0]]), "covariance: expected a symmetric matrix"),
        (torch.ones(2, 3), "covariance: expected a square matrix"),
        (torch.full((2, 2), torch.nan), "covariance: expected finite values"),
    ],
)
def test_bad_covariances_are_refused(covariance, message):
    with pytest.raises(ValueError, match=message):
        gaussians.entropy(covariance)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=r"mean: expected shape \(\.\.\., 2\)"):
        gaussians.log_density(torch.zeros(2), torch.zeros(3), torch.eye(2))
    with pytest.raises(ValueError, match="variance_q: expected values > 0"):
        gaussians.kl_diagonal(torch.zeros(1), torch.zeros(1))
    with pytest.raises(TypeError, match="covariance: expected a floating-point dtype"):
        gaussians.entropy(torch.eye(2, dtype=torch.int64))
