"""The plain autoencoder: the package's loss from the package's weights, and what its parts do."""

import pytest
import torch
from torch import Tensor
from torch.func import jacrev, vmap

from gentutor.data import digits
from gentutor.models.autoencoder import Autoencoder
from gentutor.objectives.reconstruction import reconstruction
from gentutor.plain import autoencoder as plain


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def twins() -> tuple[plain.Autoencoder, Autoencoder]:
    """Return the plain model and the package's with the same weights."""
    torch.manual_seed(0)
    mine, theirs = plain.Autoencoder(), Autoencoder(64, latent_dim=8, hidden=(128,))
    for own, packaged in ((mine.encoder, theirs.encoder), (mine.decoder, theirs.decoder)):
        for layer, other in zip(own[::2], packaged.layers, strict=True):
            other.weight.data.copy_(layer.weight.mT)
            other.bias.data.copy_(layer.bias)
    return mine, theirs


@pytest.mark.parametrize("sparsity", [0.0, 0.3])
def test_loss_and_gradient_are_the_packages(sparsity):
    mine, theirs = twins()
    x = randn(16, 64).sigmoid()
    found = plain.loss(mine, x, sparsity=sparsity)
    expected = reconstruction(theirs, x, sparsity=sparsity)["loss"]
    torch.testing.assert_close(found, expected)
    found.backward()
    expected.backward()
    for own, packaged in ((mine.encoder, theirs.encoder), (mine.decoder, theirs.decoder)):
        for layer, other in zip(own[::2], packaged.layers, strict=True):
            torch.testing.assert_close(layer.weight.grad, other.weight.grad.mT)
            torch.testing.assert_close(layer.bias.grad, other.bias.grad)


def test_the_error_is_a_sum_over_pixels():
    x, x_hat = torch.tensor([[2.0, 1.0], [1.0, 2.0]]), torch.tensor([[1.5, 1.5], [1.0, 0.0]])
    assert plain.squared_error(x, x_hat).tolist() == [0.5, 4.0]


def test_noise_goes_into_the_input_and_not_into_the_target():
    model, _ = twins()
    x = randn(16, 64).sigmoid()
    torch.manual_seed(5)
    x_tilde = x + 0.4 * torch.randn_like(x)
    torch.manual_seed(5)
    found = plain.loss(model, x, noise=0.4)
    torch.testing.assert_close(found, plain.squared_error(x, model(x_tilde)).mean())
    assert found != plain.squared_error(x_tilde, model(x_tilde)).mean()


def test_the_contraction_is_the_encoders_squared_jacobian_and_has_a_gradient():
    model, _ = twins()
    x = randn(5, 64)
    found = plain.contraction(model, x)
    torch.testing.assert_close(found, vmap(jacrev(model.encoder))(x).square().sum((1, 2)))
    found.sum().backward()
    assert model.encoder[0].weight.grad.abs().max() > 0
    assert model.decoder[0].weight.grad is None


def test_training_learns_the_digits_on_eight_seeds():
    """Half of the error of the mean image is left after 150 steps: 1.7 to 2.0 of 4.7."""
    x = digits().x_train
    nothing = plain.squared_error(x, x.mean(0)).mean()
    for seed in range(8):
        torch.manual_seed(seed)
        model = plain.train(plain.Autoencoder(), x, steps=150)
        with torch.no_grad():
            assert plain.loss(model, x) < 0.5 * nothing


def test_samples_are_decoded_draws_of_the_codes_gaussian():
    """With an identity for a decoder the samples have the codes' mean and covariance."""
    model, _ = twins()
    x = randn(500, 64)
    model.decoder = torch.nn.Sequential(torch.nn.Linear(8, 8))
    model.decoder[0].weight.data.copy_(torch.eye(8))
    model.decoder[0].bias.data.zero_()
    torch.manual_seed(1)
    drawn, codes = plain.sample(model, x, 200_000), model.encoder(x).detach()
    assert not drawn.requires_grad
    torch.testing.assert_close(drawn.mean(0), codes.mean(0), atol=5e-3, rtol=0)
    torch.testing.assert_close(drawn.T.cov(), codes.T.cov(), atol=5e-3, rtol=0)
