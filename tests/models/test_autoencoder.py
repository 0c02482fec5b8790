"""The package's autoencoder: tied weights, the encoder's Jacobian, many at once, refusals."""

import re

import pytest
import torch
from torch import Tensor
from torch.func import jacrev, vmap

from gentutor.models.autoencoder import Autoencoder
from gentutor.nn import stack
from gentutor.objectives.reconstruction import denoising, reconstruction, squared_error
from gentutor.training import fit

SHAPES = [{}, {"tied": True}, {"hidden": ()}, {"hidden": (9, 7), "tied": True}, {"latent_dim": 9}]


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def make(seed: int = 0, **options) -> Autoencoder:
    return Autoencoder(6, **({"latent_dim": 3, "hidden": (12,)} | options), seed=seed)


def test_a_tied_decoder_uses_the_encoders_weights_transposed():
    tied, free = make(tied=True), make()
    for layer, other in zip(free.encoder.layers, tied.encoder.layers, strict=True):
        layer.load_state_dict(other.state_dict())
    mirrored = zip(reversed(tied.encoder.layers), free.decoder.layers, strict=True)
    for layer, (other, mine) in zip(tied.decoder.layers, mirrored, strict=True):
        mine.weight.data.copy_(other.weight.mT)
        mine.bias.data.copy_(layer.bias)
    x = randn(5, 6)
    torch.testing.assert_close(tied(x), free(x))
    count = [sum(p.numel() for p in model.parameters()) for model in (tied, free)]
    assert count == [6 * 12 + 12 * 3 + 12 + 3 + 12 + 6, 2 * (6 * 12 + 12 * 3) + 12 + 3 + 12 + 6]


@pytest.mark.parametrize("options", SHAPES)
def test_the_jacobian_is_that_of_autograd(options):
    model, x = make(**options), randn(5, 6)
    found = model.encoder_jacobian(x)
    torch.testing.assert_close(found, vmap(jacrev(model.encoder))(x))


@pytest.mark.parametrize("options", SHAPES)
def test_many_train_as_each_alone(options):
    x = randn(64, 6, seed=1)
    rules = {"sparsity": 0.05, "contraction": 0.02}
    together, alone = [make(seed=s, **options) for s in (0, 1)], make(seed=1, **options)
    settings = {"objective": reconstruction, "steps": 30, "batch_size": 16} | rules
    fit(together, x, seed=[0, 1], **settings)
    fit(alone, x, seed=1, **settings)
    # a transposed weight is summed in another order, so tied nets agree to rounding
    close = {"rtol": 1e-5, "atol": 1e-7} if options.get("tied") else {"rtol": 0, "atol": 0}
    torch.testing.assert_close(together[1].state_dict(), alone.state_dict(), **close)
    both = stack(together)(torch.stack([x, x]))
    torch.testing.assert_close(both[1], alone(x))


def test_the_terms_add_up():
    model, x = make(), randn(20, 6)
    terms = reconstruction(model, x, sparsity=0.3, contraction=0.7)
    z, slopes = model.encode(x), vmap(jacrev(model.encoder))(x)
    torch.testing.assert_close(terms["error"], (x - model(x)).square().sum(1).mean())
    torch.testing.assert_close(terms["l1"], z.abs().sum(1).mean())
    torch.testing.assert_close(terms["slope"], slopes.square().sum((1, 2)).mean())
    expected = terms["error"] + 0.3 * terms["l1"] + 0.7 * terms["slope"]
    torch.testing.assert_close(terms["loss"], expected)
    assert "slope" not in reconstruction(model, x)  # not computed where it weighs nothing


def test_denoising_compares_with_the_clean_example():
    model, x, noise = make(), randn(20, 6), randn(20, 6, seed=1)
    torch.testing.assert_close(denoising(model, x, noise), squared_error(x, model(x + noise)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: make(latent_dim=0), ValueError, "latent_dim: expected an integer >= 1, got 0"),
        (lambda: make(hidden=12), TypeError, "hidden: expected a tuple of widths, got 12"),
        (lambda: make(tied=1), TypeError, "tied: expected True or False, got 1"),
        (lambda: make().encode(randn(5, 7)), ValueError, "x: expected shape (..., N, 6)"),
        (lambda: make().decode(randn(5, 4)), ValueError, "z: expected shape (..., N, 3)"),
        (lambda: make()(randn(5, 6).double()), TypeError, "x: expected dtype torch.float32"),
        (
            lambda: squared_error(randn(5, 6), randn(4, 6)),
            ValueError,
            "x_hat: expected the shape of x, (5, 6), got (4, 6)",
        ),
        (
            lambda: denoising(make(), randn(5, 6), randn(5, 1)),
            ValueError,
            "noise: expected the shape of x, (5, 6), got (5, 1)",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
