"""The plain VQ-VAE: the package's loss from the package's weights, and what its parts do."""

import math

import pytest
import torch
from torch import Tensor

from gentutor.data import digits
from gentutor.models.codebook import EMAVectorQuantizer, nearest_code, perplexity
from gentutor.models.vq_vae import VQVAE
from gentutor.objectives.vector_quantised import vector_quantised
from gentutor.plain import vqvae as plain


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def twins() -> tuple[plain.VQVAE, VQVAE]:
    """Return the plain model and the package's with the same weights."""
    torch.manual_seed(0)
    mine, theirs = plain.VQVAE(codes=32), VQVAE(64, places=4, dim=8, codes=32)
    own = [*mine.encoder[:3:2], *mine.decoder[1::2]]
    for layer, other in zip(own, [*theirs.encoder.layers, *theirs.decoder.layers], strict=True):
        other.weight.data.copy_(layer.weight.mT)
        other.bias.data.copy_(layer.bias)
    theirs.quantizer.codebook.data.copy_(mine.codebook)
    return mine, theirs


@pytest.mark.parametrize("beta", [0.25, 1.5])
def test_loss_and_gradient_are_the_packages(beta):
    mine, theirs = twins()
    x = randn(16, 64).sigmoid()
    found, expected = plain.loss(mine, x, beta), vector_quantised(theirs, x, beta=beta)["loss"]
    torch.testing.assert_close(found, expected)
    found.backward()
    expected.backward()
    torch.testing.assert_close(mine.codebook.grad, theirs.quantizer.codebook.grad)
    for layer, other in (
        (mine.encoder[0], theirs.encoder.layers[0]),
        (mine.decoder[-1], theirs.decoder.layers[-1]),
    ):
        torch.testing.assert_close(layer.weight.grad, other.weight.grad.mT)


def test_the_nearest_entry_is_found():
    z, entries = randn(50, 4, 8), randn(20, 8, seed=1)
    found = plain.nearest(z, entries)
    squares = (z[:, :, None] - entries).square().sum(-1)
    assert torch.equal(found, squares.argmin(-1))
    assert torch.equal(found.flatten(), nearest_code(z.flatten(0, 1), entries))


def test_straight_through_has_the_entrys_value_and_hands_its_gradient_to_the_vector():
    z_e, z_q = randn(5, 3).requires_grad_(), randn(5, 3, seed=1).requires_grad_()
    passed = plain.straight_through(z_e, z_q)
    torch.testing.assert_close(passed, z_q)
    weight = randn(5, 3, seed=2)
    (weight * passed).sum().backward()
    torch.testing.assert_close(z_e.grad, weight)
    assert z_q.grad is None


def test_the_running_means_are_the_packages():
    z = randn(200, 8)
    theirs = EMAVectorQuantizer(16, 8, decay=0.9)
    index = theirs(z).index
    counts, sums = torch.ones(16), theirs.codebook.detach().clone()
    for _ in range(3):
        counts, sums, found = plain.ema_update(counts, sums, z, index, decay=0.9)
        theirs.update(z, index)
    torch.testing.assert_close(found, theirs.codebook.detach(), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(counts, theirs.counts)


def test_perplexity_is_the_number_of_entries_used_alike():
    index = torch.tensor([[0, 1], [2, 3]])
    assert plain.perplexity(index, 16).item() == pytest.approx(4)
    assert plain.perplexity(torch.zeros(9, dtype=torch.int64), 16).item() == pytest.approx(1)
    uneven = torch.tensor([0, 0, 1, 2])
    assert plain.perplexity(uneven, 3).item() == pytest.approx(2 * math.sqrt(2))
    torch.testing.assert_close(plain.perplexity(uneven, 3), perplexity(uneven, 3))


def test_training_learns_the_digits_on_eight_seeds():
    """After 150 steps at most nine tenths of the mean image's error are left, 0.7 in the mean."""
    x = digits().x_train
    nothing = plain.squared_error(x, x.mean(0)).mean()
    left = []
    for seed in range(8):
        torch.manual_seed(seed)
        model = plain.train(plain.VQVAE(), x, steps=150)
        with torch.no_grad():
            left.append(plain.squared_error(x, model(x)[0]).mean() / nothing)
    assert max(left) < 0.9
    assert sum(left) / 8 < 0.75
