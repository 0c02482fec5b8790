"""Reverse water-filling against a numerical search and Shannon's definition."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from gentutor.theory.water_filling import water_filling

SPECTRUM = torch.tensor([3.0, 1.5, 0.8, 0.3, 0.05], dtype=torch.float64)


@pytest.mark.parametrize("level", [0.01, 0.2, 1.0, 5.0])
def test_no_other_split_of_rate_is_better(level):
    """Each dimension spends r nats for distortion lambda exp(-2 r), Shannon's Gaussian trade."""
    eigenvalues = SPECTRUM.numpy()

    def lagrangian(rate: np.ndarray) -> float:
        return float((eigenvalues * np.exp(-2 * rate)).sum() / (2 * level) + rate.sum())

    found = minimize(lagrangian, np.ones(5), bounds=[(0, None)] * 5, tol=1e-14)
    best = water_filling(SPECTRUM, variance=level)
    np.testing.assert_allclose(best.rate, found.x, atol=1e-4)
    assert lagrangian(best.rate.numpy()) <= found.fun + 1e-12
    np.testing.assert_allclose(best.distortion, eigenvalues * np.exp(-2 * best.rate.numpy()))


@pytest.mark.claim("elbo-recon")
def test_only_the_product_of_beta_and_variance_matters():
    a = water_filling(SPECTRUM, variance=0.05, beta=8.0)
    b = water_filling(SPECTRUM, variance=0.4, beta=1.0)
    torch.testing.assert_close(a.rate, b.rate)
    torch.testing.assert_close(a.distortion, b.distortion)
    assert a.elbo < b.elbo  # but the bounds differ: beta = 1 is the one the ELBO asks for


@pytest.mark.claim("elbo-beta")
def test_the_curve_has_slope_minus_beta():
    """In nats on both axes: d recon_nll / d kl = -beta, and beta = 1 has the best ELBO."""
    for beta in (0.03, 0.3, 1.0, 4.0, 20.0):
        low, high = (water_filling(SPECTRUM, variance=0.1, beta=beta * f) for f in (0.999, 1.001))
        slope = (high.recon_nll - low.recon_nll) / (high.kl - low.kl)
        assert slope == pytest.approx(-beta, rel=1e-3)
    curve = [water_filling(SPECTRUM, variance=0.1, beta=float(b)) for b in np.logspace(-3, 2, 61)]
    best = max(curve, key=lambda point: point.elbo)
    assert best.beta == pytest.approx(1.0, rel=0.2)


@pytest.mark.claim("elbo-beta")
def test_beta_below_one_exceeds_the_best_log_likelihood():
    exact = water_filling(SPECTRUM, variance=0.1).elbo  # mean log p(x) of the best model
    for beta in (0.1, 0.5, 0.9):
        assert -water_filling(SPECTRUM, variance=0.1, beta=beta).loss > exact
    for beta in (1.1, 2.0, 10.0):
        assert -water_filling(SPECTRUM, variance=0.1, beta=beta).loss < exact


def test_dimensions_without_a_latent_keep_their_variance():
    best = water_filling(SPECTRUM, variance=0.1, latent_dim=2)
    torch.testing.assert_close(best.distortion[2:], SPECTRUM[2:])
    assert best.active.tolist() == [True, True, False, False, False]


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="variance: expected a finite number > 0, got 0"):
        water_filling(SPECTRUM, variance=0)
    with pytest.raises(ValueError, match="beta: expected a finite number > 0"):
        water_filling(SPECTRUM, variance=1.0, beta=-1.0)
    with pytest.raises(ValueError, match="eigenvalues: expected falling order"):
        water_filling(SPECTRUM.flip(0), variance=1.0)
    with pytest.raises(ValueError, match="eigenvalues: expected values >= 0"):
        water_filling(-SPECTRUM, variance=1.0)
    with pytest.raises(ValueError, match="latent_dim: expected an integer from 1 to 5, got 6"):
        water_filling(SPECTRUM, variance=1.0, latent_dim=6)
