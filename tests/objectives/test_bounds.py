"""Importance-weighted bounds against the linear-Gaussian model's exact log p(x)."""

import math

import pytest
import torch

from gentutor.objectives.bounds import (
    effective_sample_size,
    importance_bound,
    log_importance_weights,
    standard_normal,
)
from gentutor.theory import gaussians
from gentutor.theory.ppca import LinearGaussian

F64 = torch.float64


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


def line(spread: float = 2.5, shift: float = 0.5):
    """One example, and a q that is shifted and too wide: (model, x, mu, logvar)."""
    model = LinearGaussian(torch.ones(1, 1, dtype=F64), torch.zeros(1, dtype=F64), 0.5)
    x = torch.tensor([[0.7]], dtype=F64)
    mean, variance = model.posterior(x)
    return model, x, mean + shift * variance.sqrt(), (spread * variance).log()


def weights(n_samples: int, n_copies: int, **q: float) -> torch.Tensor:
    """Log weights (n_samples, n_copies); every column is the same example with fresh noise."""
    model, x, mu, logvar = line(**q)
    z = mu + (0.5 * logvar).exp() * noise(n_samples, n_copies, 1)
    log_q = torch.distributions.Normal(mu[0, 0], (0.5 * logvar).exp()[0, 0]).log_prob(z).sum(-1)
    joint = model.log_joint(x.expand(n_copies, 1), z)
    return joint - log_q


@pytest.mark.claim("elbo-bound")
def test_weights_estimate_elbo_and_evidence_without_bias():
    model = LinearGaussian(noise(6, 2), noise(6, seed=1), 0.4)
    x, mu = noise(5, 6, seed=2), noise(5, 2, seed=3)
    mean, covariance = model.posterior(x)
    logvar = (1.5 * covariance.diagonal()).log().expand(5, 2)
    mu = mean + 0.1 * mu
    log_w = log_importance_weights(
        lambda z: model.log_joint(x, z), mu, logvar, noise(200_000, 5, 2, seed=4)
    )
    elbo = model.log_prob(x) - gaussians.kl(mu, logvar.exp().diag_embed(), mean, covariance)
    for estimate, exact in [
        (log_w - elbo, torch.zeros(5, dtype=F64)),
        ((log_w - model.log_prob(x)).exp(), torch.ones(5, dtype=F64)),
    ]:
        error = estimate.std(0) / math.sqrt(len(estimate))
        assert bool(((estimate.mean(0) - exact).abs() < 4.5 * error).all())
        assert float(error.max()) < 0.01


@pytest.mark.claim("elbo-iw")
def test_the_bound_rises_with_k_towards_log_p():
    log_p = float(line()[0].log_prob(line()[1]))
    log_w = weights(256, 4000)
    bounds = [float(importance_bound(log_w, k).mean()) for k in (1, 2, 4, 16, 64, 256)]
    assert bounds == sorted(bounds)
    assert bounds[0] < log_p - 0.1
    assert log_p - 0.003 < bounds[-1] < log_p + 0.001


@pytest.mark.claim("elbo-iw")
@pytest.mark.parametrize("k", [16, 32])
def test_the_gap_is_the_variance_of_the_weights_over_two_k(k):
    """Exact for q = N(m + d sqrt(v), a v): E (w/Ew)^2 = a exp(d^2 / (2a - 1)) / sqrt(2a - 1)."""
    spread, shift = 2.5, 0.5
    second = spread / math.sqrt(2 * spread - 1) * math.exp(shift**2 / (2 * spread - 1))
    log_w = weights(k, 4_000_000 // k, spread=spread, shift=shift)
    gap = float(line()[0].log_prob(line()[1]) - importance_bound(log_w, k).mean())
    assert gap == pytest.approx((second - 1) / (2 * k), rel=0.12)
    variance = float(log_w.numel() / effective_sample_size(log_w.view(-1, 1))) - 1
    assert variance == pytest.approx(second - 1, rel=0.02)


@pytest.mark.claim("elbo-iw")
def test_signal_to_noise_falls_for_the_encoder_and_rises_for_the_decoder():
    """Rainforth et al. (2018), theorem 1: like 1 / sqrt(k) and like sqrt(k) for large k."""
    model, x, mu, logvar = line(spread=1.5, shift=1.0)

    def ratios(k: int, copies: int) -> list[float]:
        parts = []
        for seed in range(10):
            encoder = mu.expand(copies, 1).clone().requires_grad_()
            decoder = torch.zeros(copies, 1, dtype=F64, requires_grad=True)
            log_w = log_importance_weights(
                lambda z, move=decoder: model.log_joint(x - move, z),
                encoder,
                logvar.expand(copies, 1),
                noise(k, copies, 1, seed=100 * k + seed),
            )
            bound = importance_bound(log_w, k).sum()
            parts.append(torch.stack(torch.autograd.grad(bound, [encoder, decoder])))
        gradients = torch.cat(parts, 1)[..., 0]  # (2, 10 copies): encoder's and decoder's
        return (gradients.mean(1).abs() / gradients.std(1)).tolist()

    few, more, many = ratios(8, 10_000), ratios(64, 10_000), ratios(512, 500)
    assert more[0] / few[0] == pytest.approx(8**-0.5, rel=0.15)
    assert many[1] / more[1] == pytest.approx(8**0.5, rel=0.15)


def test_exact_posterior_has_constant_weights_and_no_gap():
    model, x, mu, logvar = line(spread=1.0, shift=0.0)
    log_w = log_importance_weights(lambda z: model.log_joint(x, z), mu, logvar, noise(8, 1, 1))
    torch.testing.assert_close(log_w, model.log_prob(x).expand(8, 1))
    torch.testing.assert_close(effective_sample_size(log_w), torch.tensor([8.0], dtype=F64))


def test_the_bound_is_the_mean_of_logarithms_of_means_of_k():
    log_w = torch.tensor([1.0, 3.0, 2.0, 2.0, 5.0, 1.0])[:, None].log()
    bound = float(importance_bound(log_w, 2))
    assert bound == pytest.approx((2 * math.log(2) + math.log(3)) / 3, rel=1e-6)


def test_weights_of_any_size_do_not_overflow():
    log_w = torch.tensor([[-1e5], [-1e5 + math.log(3)]])
    assert float(importance_bound(log_w, 2)) == pytest.approx(-1e5 + math.log(2), rel=1e-6)
    assert float(effective_sample_size(log_w)) == pytest.approx(1.6, abs=0.05)


def test_bad_input_is_refused():
    log_w, mu = torch.zeros(6, 2), torch.zeros(2, 3)
    with pytest.raises(ValueError, match="k: expected a divisor of the 6 samples, got 4"):
        importance_bound(log_w, 4)
    with pytest.raises(ValueError, match="k: expected an integer from 1 to 6, got 7"):
        importance_bound(log_w, 7)
    with pytest.raises(ValueError, match=r"log_weights: expected shape \(S, N\)"):
        effective_sample_size(torch.zeros(6))
    with pytest.raises(ValueError, match="log_weights: expected finite values"):
        importance_bound(torch.full((2, 2), math.nan), 1)
    with pytest.raises(ValueError, match="logvar: expected the shape of mu"):
        log_importance_weights(standard_normal, mu, torch.zeros(2, 2), torch.zeros(4, 2, 3))
    with pytest.raises(ValueError, match=r"eps: expected shape \(S, 2, 3\), got \(4, 2, 2\)"):
        log_importance_weights(standard_normal, mu, mu, torch.zeros(4, 2, 2))
    with pytest.raises(ValueError, match=r"log_joint: expected shape \(4, 2\), got \(4,\)"):
        log_importance_weights(lambda z: z.sum((-1, -2)), mu, mu, torch.zeros(4, 2, 3))
