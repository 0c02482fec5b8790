"""The claim vae-decoder: the decoder is a distribution, its mean what people display."""

import math

import pytest
import torch

from gentutor.data import digits
from gentutor.models.vae import VAE
from gentutor.objectives.variational import recon_nll
from gentutor.training import fit

pytestmark = pytest.mark.claim("vae-decoder")

VARIANCE = 0.04


def test_the_likelihood_is_a_distribution_over_x():
    """exp(-recon_nll) sums to 1 over all x: by quadrature, or over the corners of {0, 1}^4."""
    side = torch.arange(-8.0, 8.0, 0.05, dtype=torch.float64)
    points = torch.cartesian_prod(side, side)
    mean = torch.tensor([0.3, -1.2]).double().expand_as(points)
    nll = recon_nll(points, mean, likelihood="gaussian", variance=0.3)
    assert float((-nll).exp().sum() * 0.05**2) == pytest.approx(1.0, abs=1e-6)
    corners = torch.cartesian_prod(*[torch.tensor([0.0, 1.0]).double()] * 4)
    logits = torch.tensor([0.4, -2.0, 0.0, 3.0]).double().expand_as(corners)
    nll = recon_nll(corners, logits, likelihood="bernoulli")
    assert float((-nll).exp().sum()) == pytest.approx(1.0, abs=1e-9)


def test_a_sample_is_the_displayed_mean_plus_white_noise():
    """The difference has variance sigma^2 and is independent from pixel to pixel: grain.

    A second difference of white noise has the variance (1 + 4 + 1) sigma^2.
    """
    models = [VAE(64, latent_dim=2, variance=VARIANCE, seed=s) for s in range(8)]
    fit(models, digits().x_train, steps=200, lr=3e-3, seed=range(8))
    codes = torch.randn(20_000, 2, generator=torch.Generator().manual_seed(1))
    for model in models:
        mean = model.sample(codes, noise=False)
        assert torch.equal(mean, model.decode(codes).detach())
        grain = (model.sample(codes, seed=2) - mean).double()
        torch.testing.assert_close(
            grain.mT @ grain / len(grain),
            VARIANCE * torch.eye(64).double(),
            atol=6 * VARIANCE / math.sqrt(len(grain)),
            rtol=0.06,
        )
        picture, sample = (v.view(-1, 8, 8) for v in (mean, mean + grain))
        roughness = [float(v.diff(n=2, dim=2).square().mean()) for v in (picture, sample)]
        assert roughness[1] - roughness[0] == pytest.approx(6 * VARIANCE, rel=0.03)


def test_a_bernoulli_sample_is_binary_with_the_displayed_mean():
    model = VAE(6, latent_dim=2, likelihood="bernoulli", seed=0)
    codes = torch.tensor([[1.5, -0.5]]).expand(40_000, 2)
    drawn, mean = model.sample(codes), model.sample(codes, noise=False)
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    torch.testing.assert_close(drawn.mean(0), mean[0], atol=4.5 * 0.5 / 200, rtol=0)
