"""Properties of a loss whose two terms are in the same unit, nats an example."""

import torch

from gentutor.plain.vae import kl_to_prior
from gentutor.proof.properties import expect, same, spread, tensor

N, D, K = 5, 6, 4
CODE = torch.zeros(N, K)


def check_scalar(loss):
    """one number for the batch"""
    tensor(
        loss(spread(N, D), spread(N, D, seed=1), CODE, CODE), (), "The loss"
    )


def check_reconstruction(loss):
    """half the squared error, summed over the pixels"""
    x = spread(N, D)
    saw = loss(x, x * 0, CODE, CODE) - loss(x, x, CODE, CODE)
    half = 0.5 * x.square().sum(-1).mean()
    mistakes = {
        "It is averaged over the pixels, and the KL is summed over its dimensions.": 2
        * half
        / D,
        "The ½ is there; it is still averaged over the pixels.": half / D,
        "The ½ is missing: a squared error without it is a Gaussian of variance ½.": 2
        * half,
        "The batch is summed: examples are averaged.": N * half,
        "The batch is summed, and the ½ is missing.": 2 * N * half,
    }
    same(saw, half, "What an error adds to the loss", mistakes)


def check_more_pixels(loss):
    """twice as much for twice the pixels"""
    x = spread(N, D)
    once = loss(x, x * 0, CODE, CODE) - loss(x, x, CODE, CODE)
    wide = x.repeat(1, 2)
    twice = loss(wide, wide * 0, CODE, CODE) - loss(wide, wide, CODE, CODE)
    same(twice, 2 * once, "The reconstruction term of an image given twice")


def check_kl(loss):
    """the KL, summed over the latent dimensions"""
    x, mu, logvar = torch.zeros(N, D), spread(N, K), spread(N, K, seed=1)
    saw, kl = (
        loss(x, x, mu, logvar) - loss(x, x, CODE, CODE),
        kl_to_prior(mu, logvar).mean(),
    )
    mistakes = {
        "The KL was right: now it is averaged over its dimensions.": kl / K,
        "The KL was right: now it is divided by the number of pixels.": kl
        / D,
        "The batch is summed: examples are averaged.": N * kl,
    }
    same(saw, kl, "What a code adds to the loss", mistakes)


def check_training(loss):
    """a linear VAE that uses its code"""
    x = 0.5 * spread(256, 1).expand(256, 64)
    weights = [0.1 * torch.ones(64, 1), torch.zeros(1), 0.1 * torch.ones(64)]
    encoder, logvar, decoder = (weight.requires_grad_() for weight in weights)
    for step in range(300):
        mu = x @ encoder
        z = mu + (0.5 * logvar).exp() * spread(256, 1, seed=step)
        slopes = torch.autograd.grad(
            loss(x, z * decoder, mu, logvar.expand_as(mu)), weights
        )
        for weight, slope in zip(weights, slopes, strict=True):
            weight.data -= 0.002 * slope
    kl = float(kl_to_prior(mu, logvar.expand_as(mu)).detach().mean())
    expect(
        1.1 < kl < 1.7,
        f"After 300 steps the code carries {kl:.2f} nats, expected about ½ log 16 = 1.39.",
    )
