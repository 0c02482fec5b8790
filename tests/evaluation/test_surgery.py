"""ELBO surgery against quadrature and the Gaussian case's closed form."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from gentutor.evaluation.surgery import elbo_surgery

F64 = torch.float64


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.claim("elbo-kl")
def test_parts_are_what_quadrature_finds():
    """Five posteriors on a line: each part integrated on its own, so that the sum is a check."""
    mean, scale = np.array([-2.0, -0.5, 0.0, 0.4, 2.5]), np.array([0.3, 0.5, 0.2, 0.8, 0.4])
    z = np.linspace(-12, 12, 48_001)
    each = stats.norm(mean, scale).pdf(z[:, None])  # (Z, 5)
    mixture, prior = each.mean(1), stats.norm(0, 1).pdf(z)

    def integral(p, q):
        return np.trapezoid(np.where(p > 1e-300, p * np.log((p + 1e-300) / (q + 1e-300)), 0), z)

    information = np.mean([integral(p, mixture) for p in each.T])
    aggregate = integral(mixture, prior)
    found = elbo_surgery(
        torch.tensor(mean)[:, None],
        2 * torch.tensor(scale).log()[:, None],
        n_samples=20_000,
        generator=generator(),
    )
    assert found.standard_error < 0.005
    assert found.mutual_information == pytest.approx(information, abs=4 * found.standard_error)
    assert found.aggregate_kl == pytest.approx(aggregate, abs=4 * found.standard_error)
    assert found.kl == pytest.approx(information + aggregate, abs=1e-6)


@pytest.mark.claim("elbo-kl")
def test_gaussian_data_have_a_closed_form_and_the_stated_bias():
    """With codes N(0, diag v) and posterior variance s^2, I = 1/2 sum log((v + s^2) / s^2)."""
    code, noise = torch.tensor([0.9, 0.6], dtype=F64), torch.tensor([0.1, 0.4], dtype=F64)
    exact = 0.5 * float(((code + noise) / noise).log().sum())
    g = generator()

    def estimate(n: int, n_samples: int):
        mu = torch.randn(n, 2, generator=g, dtype=F64) * code.sqrt()
        return elbo_surgery(mu, noise.log().expand(n, 2), n_samples=n_samples, generator=g)

    bias = {
        n: exact - np.mean([estimate(n, 20).mutual_information for _ in range(60)]) for n in (5, 40)
    }
    assert bias[5] > 0.3
    assert bias[5] / 4 > bias[40] > 0.01  # biased low, and less so with more examples
    many = estimate(1500, 8)
    assert many.mutual_information == pytest.approx(exact, abs=0.03)
    assert many.aggregate_kl < 0.01  # the aggregate posterior is N(0, I)


def test_identical_posteriors_tell_nothing():
    found = elbo_surgery(torch.ones(50, 3), torch.zeros(50, 3), generator=generator())
    assert found.mutual_information == pytest.approx(0.0, abs=1e-12)
    assert found.aggregate_kl == pytest.approx(1.5, abs=1e-6)


def test_separated_posteriors_reach_the_limit_log_n():
    mu = 100.0 * torch.arange(1500, dtype=F64)[:, None]
    found = elbo_surgery(mu, torch.zeros(1500, 1), generator=generator())
    assert found.mutual_information == pytest.approx(math.log(1500), abs=1e-6)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="logvar: expected the shape of mu"):
        elbo_surgery(torch.zeros(3, 2), torch.zeros(3, 1), generator=generator())
    with pytest.raises(ValueError, match="n_samples: expected an integer >= 1, got 0"):
        elbo_surgery(torch.zeros(3, 2), torch.zeros(3, 2), n_samples=0, generator=generator())
