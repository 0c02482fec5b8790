"""Properties of a VAE's loss: sums over dimensions, a mean over examples."""

import torch

from gentutor.plain.vae import kl_to_prior
from gentutor.proof.properties import gradient, same, spread, tensor


def check_scalar(loss):
    """one number for the batch"""
    tensor(
        loss(spread(4, 6), spread(4, 6, seed=1), spread(4, 3), spread(4, 3)),
        (),
        "The loss",
    )


def check_batch(loss):
    """the same for the batch given twice"""
    parts = [
        spread(4, 6),
        spread(4, 6, seed=1),
        spread(4, 3, seed=2),
        spread(4, 3, seed=3),
    ]
    once, twice = loss(*parts), loss(*(part.repeat(2, 1) for part in parts))
    mistakes = {"The batch is summed: examples are averaged.": 2 * once}
    same(twice, once, "The loss of the doubled batch", mistakes)


def check_kl(loss):
    """the KL, summed over the latent dimensions"""
    x, mu, logvar = torch.zeros(5, 6), spread(5, 4), spread(5, 4, seed=1)
    saw = loss(x, x, mu, logvar) - loss(x, x, mu * 0, logvar * 0)
    kl = kl_to_prior(mu, logvar).mean()
    mistakes = {
        "The KL is averaged over the dimensions: each of the 4 dimensions is charged a quarter.": (
            kl / 4
        ),
        "Is there a factor of K too much?": 4 * kl,
        "The batch is summed: examples are averaged.": 5 * kl,
    }
    same(saw, kl, "What a code adds to the loss", mistakes)


def check_reconstruction(loss):
    """half the squared error, summed over the pixels"""
    code, x = torch.zeros(5, 4), spread(5, 6)
    saw = loss(x, x * 0, code, code) - loss(x, x, code, code)
    half = 0.5 * x.square().sum(-1).mean()
    mistakes = {
        "Now the pixels are averaged, too: the ratio of the terms is wrong by another factor.": half
        / 6,
        "The reconstruction was right: why is it divided by K?": half / 4,
        "The reconstruction was right: why is it multiplied by K?": half * 4,
    }
    same(saw, half, "What an error adds to the loss", mistakes)


def check_gradients(loss):
    """gradient mu / N in mu"""
    mu = spread(5, 4).requires_grad_()
    x = torch.zeros(5, 6)
    same(
        gradient(loss(x, x, mu, mu.detach() * 0), mu, "the loss"),
        mu / 5,
        "The gradient in mu",
    )
