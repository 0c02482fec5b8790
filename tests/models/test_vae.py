"""The VAE's parts against their definitions."""

import math
import re

import numpy as np
import pytest
import torch
from torch import Tensor

from gentutor.models.vae import VAE
from gentutor.objectives.variational import recon_nll
from gentutor.training.variational import negative_elbo

SHAPES = [
    {},
    {"variance": 0.04},
    {"likelihood": "bernoulli"},
    {"decoder": "autoregressive"},
    {"decoder": "autoregressive", "likelihood": "bernoulli"},
    {"hidden": (9, 7), "variance": 0.1},
]


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def data(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("options", SHAPES)
def test_a_pass_is_encode_reparameterise_decode(options):
    model, x, eps = VAE(6, latent_dim=3, **options), data(4, 6), randn(4, 3)
    out = model(x, eps)
    mu, logvar = model.encode(x)
    assert torch.equal(out.mu, mu)
    assert torch.equal(out.logvar, logvar)
    torch.testing.assert_close(out.z, mu + logvar.exp().sqrt() * eps)
    torch.testing.assert_close(out.decoded, model.decode(out.z, x))
    assert out.decoded.shape == (4, 6)


@pytest.mark.parametrize("options", SHAPES)
def test_every_parameter_gets_a_gradient_from_the_loss(options):
    model = VAE(6, latent_dim=3, **options)
    negative_elbo(model, data(32, 6), randn(32, 3))["loss"].backward()
    for name, parameter in model.named_parameters():
        assert float(parameter.grad.abs().max()) > 0, name


@pytest.mark.parametrize("options", SHAPES)
def test_the_config_and_the_seed_rebuild_the_model(options):
    model = VAE(6, latent_dim=3, seed=5, **options)
    again = VAE(**model.config, seed=5)
    other = VAE(**model.config, seed=6)
    torch.testing.assert_close(model.state_dict(), again.state_dict(), rtol=0, atol=0)
    assert not torch.equal(model.encoder.layers[0].weight, other.encoder.layers[0].weight)


def test_the_encoder_has_the_widths_and_the_decoder_has_them_in_reverse():
    model = VAE(6, latent_dim=3, hidden=(9, 7))
    widths = [
        [tuple(layer.weight.shape) for layer in part.layers]
        for part in (model.encoder, model.decoder)
    ]
    assert widths == [[(6, 9), (9, 7), (7, 6)], [(3, 7), (7, 9), (9, 6)]]


def test_the_variance_is_fixed_learnt_or_absent():
    fixed, learnt = VAE(2, latent_dim=1, variance=0.04), VAE(2, latent_dim=1)
    assert fixed.variance.flatten().tolist() == pytest.approx([0.04])
    assert learnt.variance.flatten().tolist() == [1.0]
    assert not fixed.variance.requires_grad
    assert learnt.variance.requires_grad
    names = [name for name, _ in VAE(2, latent_dim=1, likelihood="bernoulli").named_parameters()]
    assert not [name for name in names if "variance" in name]


def test_the_learnt_variance_travels_ten_times_as_far_as_its_parameter():
    model = VAE(4, latent_dim=2, hidden=(3,), variance="learnt", seed=0)
    with torch.no_grad():
        model.log_variance_tenth.fill_(-0.2)
    assert float(model.variance) == pytest.approx(math.exp(-2))


def test_the_mean_is_what_the_likelihood_expects():
    logits = randn(5, 2)
    assert torch.equal(VAE(2, latent_dim=1).mean(logits), logits)
    bernoulli = VAE(2, latent_dim=1, likelihood="bernoulli")
    torch.testing.assert_close(bernoulli.mean(logits), 1 / (1 + (-logits).exp()))


def test_samples_depend_on_the_seed_alone():
    model, z = VAE(4, latent_dim=2, variance=0.04), randn(5, 2)
    before = torch.get_rng_state()
    first, again, other = (model.sample(z, seed=s) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(model.sample(z, seed=1, noise=False), model.sample(z, seed=2, noise=False))
    assert torch.equal(before, torch.get_rng_state())
    assert not first.requires_grad


def spread_out(model: VAE) -> VAE:
    """Return the model with its decoder's weights scaled up, so that pixels depend on pixels."""
    for parameter in model.decoder.parameters():
        parameter.data *= 3.0
    return model


def test_an_autoregressive_sample_is_drawn_a_pixel_at_a_time():
    """Each pixel, less its mean given the pixels before it, is noise of the model's variance."""
    model = spread_out(VAE(4, latent_dim=2, decoder="autoregressive", variance=0.25))
    z = randn(20_000, 2)
    x = model.sample(z, seed=1)
    with torch.no_grad():
        noise = (x - model.decode(z, x)) / 0.5
    correlation = noise.mT @ noise / len(noise)
    torch.testing.assert_close(correlation, torch.eye(4), atol=0.045, rtol=0)
    assert float(torch.corrcoef((x - x.mean(0)).mT).triu(1).abs().max()) > 0.2
    shown = model.sample(z, noise=False)
    torch.testing.assert_close(shown, model.decode(z, shown).detach())


def test_autoregressive_binary_samples_follow_the_likelihood():
    """All 16 images: frequencies in 40,000 draws against exp(-recon_nll)."""
    model = spread_out(
        VAE(4, latent_dim=1, decoder="autoregressive", likelihood="bernoulli", seed=2)
    )
    images = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 4)
    z = torch.tensor([[0.7]])
    with torch.no_grad():
        decoded = model.decode(z.expand(16, 1), images)
        p = (-recon_nll(images, decoded, likelihood="bernoulli")).exp()
    assert float(p.sum()) == pytest.approx(1.0, abs=1e-5)
    drawn = model.sample(z.expand(40_000, 1), seed=1)
    counts = (drawn @ torch.tensor([8.0, 4.0, 2.0, 1.0])).long().bincount(minlength=16)
    chi_square = float(((counts - 40_000 * p).square() / (40_000 * p)).sum())
    assert chi_square < 37.7  # 15 degrees of freedom, p = 0.001
    assert float(p.max() - p.min()) > 0.05


def test_a_model_in_float64_works_in_float64():
    for options in ({}, {"decoder": "autoregressive"}):
        model = VAE(3, latent_dim=2, **options).double()
        out = model(data(4, 3).double(), randn(4, 2).double())
        assert out.decoded.dtype == torch.float64
        assert model.sample(randn(4, 2).double()).dtype == torch.float64


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"latent_dim": 0}, ValueError, "latent_dim: expected an integer >= 1, got 0"),
        ({"latent_dim": -2}, ValueError, "latent_dim: expected an integer >= 1, got -2"),
        ({"latent_dim": 2.0}, TypeError, "latent_dim: expected an integer, got 2.0"),
        ({"data_dim": 0}, ValueError, "data_dim: expected an integer >= 1, got 0"),
        ({"hidden": (8, 0)}, ValueError, "hidden: expected an integer >= 1, got 0"),
        ({"hidden": 128}, (TypeError, ValueError), "hidden: expected"),
        ({"hidden": (), "decoder": "autoregressive"}, ValueError, "hidden: expected"),
        ({"variance": 0.0}, ValueError, "variance: expected a finite number > 0, got 0.0"),
        ({"variance": -1.0}, ValueError, "variance: expected a finite number > 0, got -1.0"),
        ({"variance": math.nan}, ValueError, "variance: expected a finite number > 0, got nan"),
        ({"variance": "learned"}, (TypeError, ValueError), "variance: expected"),
        ({"likelihood": "poisson"}, ValueError, "likelihood: expected one of gaussian, bernoulli"),
        ({"decoder": "conv"}, ValueError, "decoder: expected one of mlp, autoregressive"),
        ({"seed": -1}, ValueError, "seed: expected an integer >= 0, got -1"),
        ({"seed": "0"}, TypeError, "seed: expected an integer, got '0'"),
    ],
)
def test_an_impossible_model_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        VAE(**{"data_dim": 4, "latent_dim": 2} | arguments)


X, EPS = data(5, 4), randn(5, 2)


@pytest.mark.parametrize(
    ("x", "eps", "error", "message"),
    [
        (data(5, 3), EPS, ValueError, "x: expected shape (..., N, 4), got (5, 3)"),
        (X[0], EPS, ValueError, "x: expected shape (..., N, 4), got (4,)"),
        (X[:0], EPS[:0], ValueError, "x: expected at least one element, got (0, 4)"),
        (X.numpy(), EPS, TypeError, "x: expected a torch.Tensor, got ndarray"),
        (X.long(), EPS, TypeError, "x: expected a floating-point dtype, got torch.int64"),
        (X.double(), EPS, TypeError, "x: expected dtype torch.float32, got torch.float64"),
        (X / 0, EPS, ValueError, "x: expected finite values, got"),
        (X, EPS[:, :1], ValueError, "eps: expected shape (..., 5, 2), got (5, 1)"),
        (X, EPS[:1], ValueError, "eps: expected shape (..., 5, 2), got (1, 2)"),
        (X, EPS.double(), TypeError, "eps: expected dtype torch.float32, got torch.float64"),
        (X, EPS * np.nan, ValueError, "eps: expected finite values, got 10 NaN"),
    ],
)
def test_a_wrong_batch_is_refused(x, eps, error, message):
    with pytest.raises(error, match=re.escape(message)):
        VAE(4, latent_dim=2)(x, eps)


def test_a_wrong_code_is_refused():
    model, strong = VAE(4, latent_dim=2), VAE(4, latent_dim=2, decoder="autoregressive")
    for call in (model.decode, model.sample, strong.sample):
        with pytest.raises(ValueError, match=re.escape("z: expected shape (..., N, 2), got (3,)")):
            call(torch.zeros(3))
        with pytest.raises(TypeError, match=r"z: expected dtype torch\.float32, got"):
            call(torch.zeros(3, 2).double())
    with pytest.raises(ValueError, match="x: expected the data that an autoregressive decoder"):
        strong.decode(EPS)
    with pytest.raises(ValueError, match=re.escape("x: expected shape (..., N, 4), got (5, 3)")):
        strong.decode(EPS, data(5, 3))
    with pytest.raises(ValueError, match="seed: expected an integer >= 0, got -1"):
        model.sample(EPS, seed=-1)
