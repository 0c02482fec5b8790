"""The plain VAE: the package's loss from the package's weights, and what its parts must do."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from gentutor.data import digits
from gentutor.models.vae import VAE
from gentutor.plain import vae
from gentutor.training.variational import negative_elbo


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def twins() -> tuple[vae.VAE, VAE]:
    """Return the plain model and the package's with the same weights."""
    torch.manual_seed(0)
    mine, theirs = vae.VAE(), VAE(64, latent_dim=8, hidden=(128,), variance=math.exp(-3))
    for plain, packaged in ((mine.encoder, theirs.encoder), (mine.decoder, theirs.decoder)):
        for layer, other in zip(plain[::2], packaged.layers, strict=True):
            other.weight.data.copy_(layer.weight.mT)
            other.bias.data.copy_(layer.bias)
    return mine, theirs


@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_loss_and_gradient_are_the_packages(beta):
    mine, theirs = twins()
    x, eps = randn(16, 64).sigmoid(), randn(16, 8, seed=1)
    found = vae.negative_elbo(mine, x, eps, beta)
    expected = negative_elbo(theirs, x, eps, beta)["loss"]
    torch.testing.assert_close(found, expected)
    found.backward()
    expected.backward()
    for plain, packaged in ((mine.encoder, theirs.encoder), (mine.decoder, theirs.decoder)):
        for layer, other in zip(plain[::2], packaged.layers, strict=True):
            torch.testing.assert_close(layer.weight.grad, other.weight.grad.mT)
            torch.testing.assert_close(layer.bias.grad, other.bias.grad)
    assert mine.log_variance.grad.abs() > 0


def test_the_divergence_is_zero_for_the_prior_and_torchs_elsewhere():
    zero = torch.zeros(3, 8)
    assert vae.kl_to_prior(zero, zero).tolist() == [0.0, 0.0, 0.0]
    mu, logvar = randn(5, 8), randn(5, 8, seed=1)
    q = Normal(mu, logvar.exp().sqrt())
    expected = kl_divergence(q, Normal(0.0, 1.0)).sum(-1)  # summed over dimensions, not averaged
    torch.testing.assert_close(vae.kl_to_prior(mu, logvar), expected)


def test_the_likelihood_is_torchs_constant_included():
    x, mean = randn(5, 64), randn(5, 64, seed=1)
    expected = -Normal(mean, math.exp(-1.5)).log_prob(x).sum(-1)
    torch.testing.assert_close(vae.gaussian_nll(x, mean, torch.tensor(-3.0)), expected)


def test_a_sample_of_q_moves_with_mean_and_standard_deviation():
    mu, logvar, eps = randn(5, 8), randn(5, 8, seed=1), randn(5, 8, seed=2)
    mu.requires_grad_()
    logvar.requires_grad_()
    z = vae.reparameterise(mu, logvar, eps)
    torch.testing.assert_close(z, mu + logvar.exp().sqrt() * eps)
    by_mu, by_logvar = torch.autograd.grad(z.sum(), (mu, logvar))
    torch.testing.assert_close(by_mu, torch.ones(5, 8))
    torch.testing.assert_close(by_logvar, 0.5 * logvar.exp().sqrt() * eps)


def test_a_step_descends_on_fresh_noise_and_forgets_old_gradients():
    x = randn(16, 64).sigmoid()
    model, _ = twins()
    torch.manual_seed(7)
    eps = torch.randn(16, 8)
    loss = vae.negative_elbo(model, x, eps, 2.0)
    slopes = torch.autograd.grad(loss, list(model.parameters()))
    expected = [p - 1e-3 * slope for p, slope in zip(model.parameters(), slopes, strict=True)]
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 100.0)
    torch.manual_seed(7)
    found = vae.train_step(model, torch.optim.SGD(model.parameters(), 1e-3), x, 2.0)
    assert found == pytest.approx(loss.item(), rel=1e-6)
    for parameter, value in zip(model.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter, value)
    assert vae.train_step(model, torch.optim.SGD(model.parameters(), 0.0), x, 2.0) != found


def test_training_learns_the_digits_on_eight_seeds():
    """Better by ten nats than a model that ignores z and shows the mean digit; by 13 to 15."""
    x = digits().x_train
    variance = x.var(0).mean().item()
    ignorant = -32 * (math.log(2 * math.pi * variance) + 1)
    for seed in range(8):
        torch.manual_seed(seed)
        model = vae.train(vae.VAE(), x, steps=150)
        with torch.no_grad():
            elbo = -vae.negative_elbo(model, x, torch.randn(len(x), 8)).item()
        assert elbo > ignorant + 10


def test_samples_are_the_decoders_means():
    model, _ = twins()
    torch.manual_seed(3)
    z = torch.randn(4, 8)
    torch.manual_seed(3)
    x = vae.sample(model, 4)
    torch.testing.assert_close(x, model.decoder(z))
    assert not x.requires_grad
