"""Properties of the KL to a standard normal prior."""

import torch

from gentutor.plain.vae import kl_to_prior
from gentutor.proof.properties import expect, gradient, same, spread, tensor


def check_shape(kl):
    """one number an example"""
    hints = {
        (5, 3): "Each dimension has a KL of its own: they add.",
        (): "The examples stay apart: the mean over them comes later.",
        (3,): "The sum runs over the last axis, the latent dimensions.",
    }
    tensor(
        kl(spread(5, 3), spread(5, 3, seed=1)),
        (5,),
        "The KL of 5 codes",
        hints,
    )


def check_prior(kl):
    """zero where q is the prior"""
    saw = kl(torch.zeros(2, 3), torch.zeros(2, 3))
    half = {"Is the −1 missing in each dimension?": torch.full((2,), 1.5)}
    same(saw, torch.zeros(2), "The KL of q = prior", half)


def check_shift(kl):
    """mu²/2 where only the mean differs"""
    saw = kl(torch.tensor([[2.0]]), torch.zeros(1, 1))
    mistakes = {
        "Is the ½ missing, or does it not reach every term?": [4.0],
        "The sign is turned: a KL is never negative.": [-2.0],
    }
    same(saw, [2.0], "The KL at mu = 2, s = 1", mistakes)


def check_width(kl):
    """(s² − log s² − 1)/2 where only the width differs"""
    v = 3.0  # logvar
    e = torch.tensor([v]).exp()
    mistakes = {
        "logvar was taken for s: the variance is exp(logvar).": (
            v**2 - 2 * e.log().log() - 1
        )
        / 2,
        "exp(logvar) is the variance already: no square.": (e**2 - v - 1) / 2,
        "The variance is exp(logvar); exp(logvar / 2) is s.": (
            e.sqrt() - v - 1
        )
        / 2,
        "The ½ stands before the whole sum: does it reach every term?": e
        - v
        - 1,
        "That is KL(p ‖ q), the other direction: q comes first.": (
            1 / e + v - 1
        )
        / 2,
        "The logarithm enters with a minus.": (e + v - 1) / 2,
        "The sign is turned: a KL is never negative.": -(e - v - 1) / 2,
    }
    same(
        kl(torch.zeros(1, 1), torch.tensor([[v]])),
        (e - v - 1) / 2,
        "The KL at logvar = 3",
        mistakes,
    )


def check_sum(kl):
    """the dimensions' KLs add"""
    mu, logvar = torch.tensor([[1.0, 1.0, 1.0, 1.0]]), torch.zeros(1, 4)
    mistakes = {
        "The KL is averaged over the dimensions: they add, so take the sum.": [
            0.5
        ]
    }
    same(
        kl(mu, logvar),
        [2.0],
        "The KL of four dimensions of 0.5 each",
        mistakes,
    )


def check_point(kl):
    """without bound as q shrinks to a point, like −log s"""
    saw = kl(torch.zeros(1, 1), torch.full((1, 1), -60.0))
    hint = "Use logvar itself: log(exp(logvar) + a small number) caps the price of a point."
    same(saw, [29.5], "The KL at logvar = −60", hint=hint)


def check_gradients(kl):
    """gradients mu and (s² − 1)/2"""
    mu, logvar = (
        spread(4, 3).requires_grad_(),
        spread(4, 3, seed=1).requires_grad_(),
    )
    saw = kl(mu, logvar)
    same(gradient(saw, mu, "the KL"), mu, "The gradient in mu")
    same(
        gradient(saw, logvar, "the KL"),
        (logvar.exp() - 1) / 2,
        "The gradient in logvar",
    )


def check_all(kl):
    """the plain file's value for any q"""
    mu, logvar = spread(64, 5), spread(64, 5, seed=1)
    saw = kl(mu, logvar)
    same(saw, kl_to_prior(mu, logvar), "The KL of 64 random codes")
    expect((saw >= 0).all(), "A KL of these codes is negative.")
