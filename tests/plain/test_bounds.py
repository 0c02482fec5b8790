"""The plain bounds against the package's, and what they must do on a linear Gaussian model."""

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from gentutor.objectives import bounds as package
from gentutor.plain import bounds
from gentutor.theory import gaussians
from gentutor.theory.ppca import LinearGaussian

N_EXAMPLES, LATENT = 5, 2


def noise(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.fixture
def model() -> tuple[LinearGaussian, Tensor]:
    """Return a model whose posterior is diagonal, and examples."""
    basis = torch.linalg.qr(noise(6, LATENT)).Q * torch.tensor([1.5, 0.7], dtype=torch.float64)
    return LinearGaussian(basis, noise(6, seed=1), 0.4), noise(N_EXAMPLES, 6, seed=2)


def weights(model, *, spread=1.0, shift=0.0, n_samples=512):
    """Return log weights for the posterior with its variance times spread, its mean moved."""
    p, x = model
    mean, covariance = p.posterior(x)
    mu = mean + shift
    logvar = (spread * covariance.diagonal()).log().expand(N_EXAMPLES, LATENT)
    eps = noise(n_samples, N_EXAMPLES, LATENT, seed=3)
    log_w = bounds.log_weights(lambda z: p.log_joint(x, z), mu, logvar, eps)
    return log_w, (mu, logvar, eps)


def test_the_weights_are_the_packages(model):
    p, x = model
    log_w, q = weights(model, spread=2.0, shift=0.3)
    expected = package.log_importance_weights(lambda z: p.log_joint(x, z), *q)
    assert log_w.shape == (512, N_EXAMPLES)
    torch.testing.assert_close(log_w, expected, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(
        bounds.standard_normal(q[2]), package.standard_normal(q[2]), rtol=1e-12, atol=1e-12
    )


def test_q_is_normal_with_standard_deviation_s(model):
    """With log p = 0 a weight is -log q(z), which torch.distributions computes its own way."""
    _, (mu, logvar, eps) = weights(model, spread=3.0)
    seen = []

    def log_joint(z):
        seen.append(z)
        return torch.zeros(z.shape[:-1], dtype=z.dtype)

    log_w = bounds.log_weights(log_joint, mu, logvar, eps)
    q = Normal(mu, logvar.exp().sqrt())
    torch.testing.assert_close(-log_w, q.log_prob(seen[0]).sum(-1), rtol=1e-12, atol=1e-12)
    assert float(seen[0].var(0).div(logvar.exp()).log().abs().max()) < 0.3


def test_the_bound_with_one_sample_is_the_elbo(model):
    log_w, _ = weights(model, spread=2.0, shift=0.3)
    elbo = bounds.elbo(log_w)
    torch.testing.assert_close(bounds.importance_weighted_bound(log_w, 1), elbo)
    torch.testing.assert_close(elbo, log_w.mean(0))


@pytest.mark.parametrize("k", [1, 2, 8, 512])
def test_the_bound_is_the_packages(model, k):
    log_w, _ = weights(model, spread=2.0, shift=0.3)
    found = bounds.importance_weighted_bound(log_w, k)
    torch.testing.assert_close(found, package.importance_bound(log_w, k), rtol=1e-12, atol=1e-12)


def test_the_bound_rises_with_k_and_stays_below_log_p(model):
    """On nested groups it cannot fall, by Jensen, whatever the samples."""
    p, x = model
    log_w, _ = weights(model, spread=2.0, shift=0.3)
    log_p = p.log_prob(x)
    rows = torch.stack([bounds.importance_weighted_bound(log_w, 2**i) for i in range(10)])
    assert bool((rows.diff(dim=0) > 0).all())
    assert bool((rows[0] < log_p - 0.1).all())
    torch.testing.assert_close(rows[-1], log_p, rtol=0, atol=0.1)


def test_the_gap_is_the_divergence_from_the_posterior(model):
    """Within five standard errors of 20,000 samples, each about 0.011 nats."""
    p, x = model
    log_w, (mu, logvar, _) = weights(model, spread=2.0, shift=0.3, n_samples=20_000)
    mean, covariance = p.posterior(x)
    kl = gaussians.kl(mu, logvar.exp().diag_embed(), mean, covariance)
    error = log_w.std(0) / 20_000**0.5
    assert float(error.max()) < 0.02 < float(kl.min()) / 10
    found = bounds.gap(p.log_prob(x), log_w)
    assert bool(((found - kl).abs() < 5 * error).all())
    assert bool((bounds.gap(p.log_prob(x), log_w, 100) < 0.1 * found).all())


def test_the_gap_of_the_posterior_itself_is_zero(model):
    p, x = model
    log_w, _ = weights(model)
    for k in (1, 4):
        gap = bounds.gap(p.log_prob(x), log_w, k)
        torch.testing.assert_close(gap, torch.zeros_like(gap), rtol=0, atol=1e-10)


@pytest.mark.parametrize("level", [-1000.0, 1000.0])
def test_weights_that_would_overflow_are_averaged(level):
    log_w = level + torch.tensor([[0.0], [1.0]])
    found = bounds.importance_weighted_bound(log_w, 2) - level
    assert found.item() == pytest.approx(0.6201, abs=1e-3)  # log((1 + e) / 2)


def test_both_statistics_of_q_get_a_gradient(model):
    p, x = model
    _, (mu, logvar, eps) = weights(model, spread=2.0, shift=0.3)
    mu.requires_grad_(), logvar.requires_grad_()
    log_w = bounds.log_weights(lambda z: p.log_joint(x, z), mu, logvar, eps)
    grads = torch.autograd.grad(bounds.elbo(log_w).sum(), (mu, logvar))
    assert bool((grads[0] < 0).all())  # back towards the posterior's mean
    assert bool((grads[1] < 0).all())  # and to its variance
