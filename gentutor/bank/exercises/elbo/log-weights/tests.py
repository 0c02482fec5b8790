"""Properties of the log weights, on z ~ N(0, 1), x | z ~ N(z, 1) where all is known."""

import math

import torch

from gentutor.plain import bounds
from gentutor.proof.properties import expect, gradient, same, spread, tensor

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


def log_joint_of(x):  # (N, K): K independent pairs
    def log_joint(z):
        return bounds.standard_normal(z) + bounds.standard_normal(x - z)

    return log_joint


def exact(x):  # log p(x), x ~ N(0, 2)
    return (-0.25 * x**2 - 0.5 * math.log(2.0) - HALF_LOG_2PI).sum(-1)


def check_shape(log_weights):
    """one number a sample and example"""
    x = spread(3, 2)
    hints = {
        (
            4,
            3,
            2,
        ): "The latent dimensions are independent: their logarithms add.",
        (3,): "The samples stay apart: the average over them comes later.",
        (): "Samples and examples stay apart.",
    }
    saw = log_weights(log_joint_of(x), x, x, spread(4, 3, 2))
    tensor(saw, (4, 3), "The result for 4 samples of 3 examples", hints)


def check_posterior(log_weights):
    """log p(x) at every sample where q is the posterior"""
    x, eps = torch.tensor([[1.5]]), torch.tensor([[[-1.0]], [[0.0]], [[2.0]]])
    logvar = torch.full((1, 1), math.log(0.5))
    saw = log_weights(log_joint_of(x), x / 2, logvar, eps)
    log_p = exact(x).expand(3, 1)
    z = x / 2 + math.sqrt(0.5) * eps
    joint = log_joint_of(x)(z)
    log_q = log_p.neg() + joint
    mistakes = {
        "log s is missing in log q: a narrow density is a high one.": log_p
        + 0.5 * math.log(2.0),
        "log s is there twice: ½ logvar is log s already.": log_p
        - 0.5 * math.log(2.0),
        "log s has the wrong sign: a narrow density is a high one.": log_p
        + math.log(2.0),
        "log q is not subtracted: that is log p(x, z) alone.": joint,
        "log q is added: the weight is p(x, z) / q(z | x).": joint + log_q,
        "The prior is subtracted in place of q: that is log p(x | z).": (
            joint - bounds.standard_normal(z)
        ),
        "½ log 2π of log q is missing.": log_p - HALF_LOG_2PI,
        "That is q / p, turned over.": -log_p,
    }
    what = "log w at q = posterior, log p(x) in each of three samples,"
    same(saw, log_p, what, mistakes, "Are the samples z = mu + s eps?")


def check_mean(log_weights):
    """the ELBO on average: log p(x) − KL(q ‖ posterior)"""
    x = torch.tensor([[1.0]])
    saw = log_weights(
        log_joint_of(x), x * 0, x * 0, spread(20_000, 1, 1)
    ).mean()
    kl = 0.5 * (math.log(0.5) + 1 / 0.5 + 0.25 / 0.5 - 1)
    expected = float(exact(x)) - kl
    expect(
        abs(float(saw) - expected) < 0.05,
        f"The mean of 20 000 log weights at q = prior is {float(saw):.3f}, expected the ELBO "
        f"{expected:.3f}. Are the samples those of q?",
    )


def check_gradients(log_weights):
    """gradients through the samples as well as through q's density"""
    x, eps = spread(3, 2), spread(4, 3, 2, seed=1)
    mu, logvar = (
        spread(3, 2, seed=2).requires_grad_(),
        spread(3, 2, seed=3).requires_grad_(),
    )
    saw = log_weights(log_joint_of(x), mu, logvar, eps)
    right = bounds.log_weights(log_joint_of(x), mu, logvar, eps)
    none = {
        "None passes through the sample z: is it detached?": torch.zeros(3, 2)
    }
    what = "log w"
    same(
        gradient(saw, mu, what),
        gradient(right, mu, what),
        "The gradient in mu",
        none,
    )
    hint = "Does it pass through the samples and through log q?"
    saw, right = gradient(saw, logvar, what), gradient(right, logvar, what)
    same(saw, right, "The gradient in logvar", hint=hint)


def check_all(log_weights):
    """the plain file's value for any q"""
    x, mu, logvar = (spread(5, 3, seed=seed) for seed in range(3))
    eps = spread(7, 5, 3, seed=3)
    expected = bounds.log_weights(log_joint_of(x), mu, logvar, eps)
    same(
        log_weights(log_joint_of(x), mu, logvar, eps),
        expected,
        "log w at a random q",
    )
