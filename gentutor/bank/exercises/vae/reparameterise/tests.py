"""Properties of the reparameterised sample."""

import math

import torch

from gentutor.plain.vae import reparameterise as plain
from gentutor.proof.properties import (
    close,
    expect,
    gradient,
    same,
    spread,
    tensor,
)


def check_shape(reparameterise):
    """a sample of the code's shape"""
    parts = (spread(5, 3, seed=seed) for seed in range(3))
    tensor(reparameterise(*parts), (5, 3), "The sample of 5 codes")


def check_given_noise(reparameterise):
    """the noise that is given, and no other"""
    mu, logvar, eps = (spread(4, 2, seed=seed) for seed in range(3))
    first, second = (
        reparameterise(mu, logvar, eps),
        reparameterise(mu, logvar, eps),
    )
    expect(
        close(first, second),
        "Two calls with the same noise give different samples. Is noise drawn inside? Use eps.",
    )
    expect(
        not close(first, reparameterise(mu, logvar, eps + 1)),
        "Other noise gives the same sample. Does eps enter?",
    )


def check_centre(reparameterise):
    """mu where the noise is 0"""
    mu = spread(4, 2)
    saw = reparameterise(mu, torch.ones(4, 2), torch.zeros(4, 2))
    same(saw, mu, "The sample at eps = 0")


def check_width(reparameterise):
    """one standard deviation away where the noise is 1"""
    v = math.log(9.0)
    saw = reparameterise(
        torch.zeros(1, 1), torch.full((1, 1), v), torch.ones(1, 1)
    )
    mistakes = {
        "exp(logvar) is the variance: s is its root, exp(logvar / 2).": [
            [9.0]
        ],
        "logvar was taken for s itself: it is the logarithm of s².": [[v]],
        "Half of the variance is not its root: the ½ belongs into the exponent.": [
            [4.5]
        ],
        "Is the noise subtracted?": [[-3.0]],
    }
    same(saw, [[3.0]], "The sample at mu = 0, s² = 9, eps = 1", mistakes)


def check_gradients(reparameterise):
    """gradients 1 in mu and s eps/2 in logvar"""
    mu, logvar = (
        spread(4, 2).requires_grad_(),
        spread(4, 2, seed=1).requires_grad_(),
    )
    eps = spread(4, 2, seed=2)
    z = reparameterise(mu, logvar, eps)
    none = {"No gradient reaches it: is there a detach?": torch.zeros(4, 2)}
    same(gradient(z, mu, "the sample"), torch.ones(4, 2), "dz/dmu", none)
    expected = 0.5 * (0.5 * logvar).exp() * eps
    same(gradient(z, logvar, "the sample"), expected, "dz/dlogvar", none)


def check_all(reparameterise):
    """the plain file's value for any q"""
    parts = [spread(64, 5, seed=seed) for seed in range(3)]
    same(
        reparameterise(*parts), plain(*parts), "The sample of 64 random codes"
    )
