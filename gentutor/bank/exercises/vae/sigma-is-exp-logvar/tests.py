"""Properties of samples and KL that speak of one Gaussian."""

import torch

from gentutor.plain.vae import kl_to_prior
from gentutor.proof.properties import expect, gradient, same, spread, tensor


def check_shapes(sample_and_kl):
    """z of the code's shape, and a KL an example"""
    saw = sample_and_kl(*(spread(5, 3, seed=seed) for seed in range(3)))
    expect(
        isinstance(saw, tuple) and len(saw) == 2,
        "Expected two results, z and the KL.",
    )
    tensor(saw[0], (5, 3), "z")
    tensor(saw[1], (5,), "The KL")


def check_kl(sample_and_kl):
    """the KL of a Gaussian whose variance is exp(logvar)"""
    mu, logvar = spread(4, 1), spread(4, 1, seed=1)
    s = logvar.exp()
    mistakes = {
        "Sample and KL agree now, on the wrong Gaussian: logvar is log s², not log s.": (
            0.5 * (mu**2 + s**2 - 2 * logvar - 1).sum(-1)
        ),
    }
    hint = "The KL was right as it stood."
    same(
        sample_and_kl(mu, logvar, mu * 0)[1],
        kl_to_prior(mu, logvar),
        "The KL",
        mistakes,
        hint,
    )


def check_width(sample_and_kl):
    """samples s from the mean where the noise is 1"""
    v = torch.tensor([[0.25], [4.0]])
    z, _ = sample_and_kl(v * 0, v.log(), v * 0 + 1)
    mistakes = {
        "exp(logvar) is the variance: the noise is scaled by its root.": v,
        "The root is of the variance, not of its logarithm.": v.log()
        .abs()
        .sqrt(),
        "Half of the variance is not its root: the ½ belongs into the exponent.": v
        / 2,
        "logvar is a logarithm: s is an exponential of it.": 0.5 * v.log(),
        "The root is taken twice.": v.sqrt().sqrt(),
    }
    same(
        z,
        v.sqrt(),
        "z at mu = 0, eps = 1 for the variances 0.25 and 4",
        mistakes,
    )


def check_gradients(sample_and_kl):
    """gradients through the sample"""
    mu, logvar = (
        spread(4, 2).requires_grad_(),
        spread(4, 2, seed=1).requires_grad_(),
    )
    eps = spread(4, 2, seed=2)
    z, _ = sample_and_kl(mu, logvar, eps)
    same(gradient(z, mu, "z"), torch.ones(4, 2), "dz/dmu")
    same(
        gradient(z, logvar, "z"),
        0.5 * (0.5 * logvar).exp() * eps,
        "dz/dlogvar",
    )
