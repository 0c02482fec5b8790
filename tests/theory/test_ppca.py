"""Probabilistic PCA against scikit-learn, quadrature and direct search."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.decomposition import PCA

from gentutor.data import digits
from gentutor.theory import gaussians
from gentutor.theory.ppca import PPCA, LinearGaussian


@pytest.fixture(scope="module")
def x() -> torch.Tensor:
    return digits().x_train.double()


@pytest.mark.parametrize("latent_dim", [1, 8, 40])
def test_maximum_likelihood_agrees_with_scikit_learn(x, latent_dim):
    pixels = x[:, x.std(0) > 0.05]  # scikit-learn's density needs a definite covariance
    model = PPCA.fit(pixels, latent_dim)
    other = PCA(latent_dim).fit(pixels.numpy())
    n = len(pixels)  # scikit-learn divides by N - 1
    np.testing.assert_allclose(model.variance, other.noise_variance_ * (n - 1) / n, rtol=1e-10)
    rescaled = LinearGaussian(
        model.weight * math.sqrt(n / (n - 1)), model.mean, model.variance * n / (n - 1)
    )
    np.testing.assert_allclose(
        rescaled.log_prob(pixels), other.score_samples(pixels.numpy()), rtol=1e-8
    )


@pytest.mark.claim("vae-intractable")
def test_log_prob_is_the_integral_over_z():
    g = torch.Generator().manual_seed(0)
    weight, bias, x = (torch.randn(3, n, generator=g).double() for n in (2, 1, 5))
    model = LinearGaussian(weight, bias[:, 0], 0.3)
    grid = torch.linspace(-12, 12, 1201, dtype=torch.float64)
    z = torch.cartesian_prod(grid, grid)
    log_prior = torch.tensor(stats.norm(0, 1).logpdf(z.numpy()).sum(-1))
    for example in x.mT:
        residual = example - z @ weight.mT - bias[:, 0]
        log_likelihood = stats.norm(0, 0.3**0.5).logpdf(residual.numpy()).sum(-1)
        log_joint = log_prior + torch.tensor(log_likelihood)
        integral = log_joint.logsumexp(0) + 2 * math.log(float(grid[1] - grid[0]))
        exact = model.log_prob(example[None])
        assert float(exact) == pytest.approx(float(integral), abs=1e-9)
        mean, covariance = model.posterior(example[None])
        posterior = (log_joint - log_joint.logsumexp(0)).exp()
        torch.testing.assert_close(posterior @ z, mean[0])
        centred = z - mean
        torch.testing.assert_close((posterior[:, None] * centred).mT @ centred, covariance)


@pytest.mark.claim("vae-intractable")
def test_bayes_rule_holds_at_every_point(x):
    model = PPCA.fit(x, 5, variance=0.05)
    mean, covariance = model.posterior(x[:20])
    z = torch.randn(20, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    log_prior = gaussians.log_density(z, torch.zeros(5).double(), torch.eye(5).double())
    noise = 0.05 * torch.eye(64, dtype=torch.float64)
    log_likelihood = gaussians.log_density(x[:20], z @ model.weight.mT + model.mean, noise)
    log_joint = model.model.log_joint(x[:20], z)
    torch.testing.assert_close(log_joint, log_prior + log_likelihood)
    log_posterior = gaussians.log_density(z, mean, covariance)
    torch.testing.assert_close(model.log_prob(x[:20]), log_joint - log_posterior)


@pytest.mark.parametrize("variance", [None, 0.5, 0.02])
def test_no_nearby_model_is_likelier(x, variance):
    model = PPCA.fit(x, 4, variance=variance)
    best = float(model.log_prob(x).mean())
    g = torch.Generator().manual_seed(0)
    for scale in (1e-3, 1e-2, 1e-1):
        for _ in range(5):
            weight = model.weight + scale * torch.randn(64, 4, generator=g, dtype=torch.float64)
            factor = 1.0 if variance else 1 + scale * float(torch.randn(1, generator=g))
            other = LinearGaussian(weight, model.mean, model.variance * factor)
            assert float(other.log_prob(x).mean()) < best


@pytest.mark.parametrize("variance", [None, 0.5, 0.1, 0.02])
@pytest.mark.parametrize("latent_dim", [1, 8, 16])
def test_solution_is_the_mean_log_prob_and_its_kl(x, latent_dim, variance):
    model = PPCA.fit(x, latent_dim, variance=variance)
    assert model.solution.elbo == pytest.approx(float(model.log_prob(x).mean()), abs=1e-9)
    mean, covariance = model.posterior(x)
    spread = covariance.diagonal()
    assert float((covariance - spread.diag()).abs().max()) < 1e-12  # diagonal is enough
    kl = gaussians.kl_diagonal(mean, spread.expand_as(mean)).mean(0)
    torch.testing.assert_close(kl, model.kl, atol=1e-10, rtol=0)
    assert torch.equal(model.active, model.kl > 0)


@pytest.mark.claim("elbo-recon")
def test_a_decoder_strong_enough_scores_the_same_without_z(x):
    """The ELBO asks for likelihood: a full-covariance decoder earns it at no KL at all."""
    model = PPCA.fit(x, 64, variance=0.1)
    centred = x - x.mean(0)
    values, axes = torch.linalg.eigh(centred.mT @ centred / len(x))
    covariance = axes @ values.clamp(min=0.1).diag() @ axes.mT
    recon_nll = -gaussians.log_density(x, x.mean(0), covariance)  # needs no z
    assert float(-recon_nll.mean()) == pytest.approx(model.solution.elbo, abs=1e-9)
    assert float(model.kl.sum()) > 5.0


def test_bad_input_is_refused(x):
    with pytest.raises(ValueError, match=r"x: expected at least as many examples .*\(64\), got 40"):
        PPCA.fit(x[:40], 2)
    with pytest.raises(ValueError, match="latent_dim: expected an integer from 1 to 64, got 65"):
        PPCA.fit(x, 65)
    with pytest.raises(ValueError, match=r"latent_dim: expected fewer latents .* got 64"):
        PPCA.fit(x, 64)
    for variance in (0.0, -1.0):
        with pytest.raises(ValueError, match="variance: expected a finite number > 0"):
            PPCA.fit(x, 2, variance=variance)
    with pytest.raises(ValueError, match=r"covariance: singular, of rank 60: .* pass variance"):
        PPCA.fit(x, 60)
    with pytest.raises(ValueError, match="covariance: expected a positive semi-definite matrix"):
        PPCA.from_covariance(torch.diag(torch.tensor([1.0, -0.5])), 1)
    with pytest.raises(ValueError, match="covariance: expected a symmetric matrix"):
        PPCA.from_covariance(torch.tensor([[1.0, 0.5], [0.0, 1.0]]), 1)
    with pytest.raises(TypeError, match=r"x: expected a torch\.Tensor, got ndarray"):
        PPCA.fit(x.numpy(), 2)


def test_constant_pixels_are_no_obstacle(x):
    assert int((x.std(0) == 0).sum()) == 4
    assert int((PPCA.fit(x, 16).eigenvalues > 0).sum()) == 60
    assert PPCA.fit(x, 64, variance=0.01).log_prob(x).isfinite().all()
