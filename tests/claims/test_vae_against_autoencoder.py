"""What a VAE has that an autoencoder lacks, and what it shares with it: eight seeds each."""

import pytest
import torch
from torch import Tensor

from gentutor.data import digits
from gentutor.models.vae import VAE
from gentutor.training import fit

SEEDS = range(8)


def train(*, beta: float, latent_dim: int = 8, variance: float = 0.04) -> list[VAE]:
    """Train eight models; beta = 0 leaves the noise without a price: an autoencoder."""
    models = [VAE(64, latent_dim=latent_dim, variance=variance, seed=s) for s in SEEDS]
    fit(models, digits().x_train, steps=500, lr=2e-3, seed=SEEDS, beta=beta)
    return [model.requires_grad_(False) for model in models]


@pytest.fixture(scope="module")
def vaes() -> list[VAE]:
    return train(beta=1.0)


@pytest.fixture(scope="module")
def autoencoders() -> list[VAE]:
    return train(beta=0.0)


def copies(model: VAE) -> Tensor:
    return model.decode(model.encode(digits().x_test)[0])


def to_digits(images: Tensor) -> float:
    """Return the mean distance of images (N, 64) from their nearest training digit."""
    return float(torch.cdist(images, digits().x_train).amin(1).mean())


def sharpness(images: Tensor) -> float:
    """Return the mean absolute difference of neighbouring pixels of (N, 64) images."""
    grid = images.view(-1, 8, 8)
    return float(sum(grid.diff(dim=axis).abs().mean() for axis in (1, 2)) / 2)


@pytest.mark.claim("vae-latent-dist")
def test_an_autoencoder_copies_as_well_and_cannot_be_sampled_from_the_prior(vaes, autoencoders):
    """On every seed: equal errors on unseen digits, and samples much farther from all digits."""
    z = torch.randn(360, 8, generator=torch.Generator().manual_seed(0))
    x = digits().x_test
    for vae, autoencoder in zip(vaes, autoencoders, strict=True):
        errors = [float((copies(m) - x).square().mean()) for m in (vae, autoencoder)]
        assert errors[0] == pytest.approx(errors[1], rel=0.2)
        assert to_digits(autoencoder.decode(z)) > 1.7 > 1.6 > to_digits(vae.decode(z))


@pytest.mark.claim("vae-latent-dist")
def test_a_gaussian_fitted_to_its_codes_is_what_the_autoencoder_lacked(autoencoders):
    eps = torch.randn(360, 8, generator=torch.Generator().manual_seed(0))
    for model in autoencoders:
        codes = model.encode(digits().x_train)[0]
        z = codes.mean(0) + eps @ torch.linalg.cholesky(torch.cov(codes.mT)).mT
        assert to_digits(model.decode(z)) < 1.6 < 1.7 < to_digits(model.decode(eps))


@pytest.mark.claim("vae-blur")
def test_an_autoencoder_of_the_same_size_blurs_as_well_and_a_larger_code_less(autoencoders):
    """As beta variance goes to 0 the size of the code is what is left: 8, 16, 32 latents."""
    data = sharpness(digits().x_test)
    for seed, autoencoder in enumerate(autoencoders):
        assert sharpness(copies(autoencoder)) < 0.97 * data, seed
    seen = {}
    for size in (8, 16, 32):
        models = train(beta=1.0, latent_dim=size, variance=4e-4)
        seen[size] = torch.tensor([sharpness(copies(m)) for m in models])
    plain = torch.tensor([sharpness(copies(m)) for m in autoencoders])
    torch.testing.assert_close(seen[8], plain, atol=0.008, rtol=0)
    assert bool((seen[16] > seen[8] + 0.004).all())
    assert bool((seen[32] > seen[16] + 0.001).all())
