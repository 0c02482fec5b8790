"""Properties of the negative ELBO with a Gaussian decoder."""

import math

import torch

from gentutor.plain import vae
from gentutor.proof.properties import (
    close,
    expect,
    gradient,
    same,
    seeded,
    spread,
    tensor,
    weights,
)

N, D, K = 7, 6, 2
CONSTANT = 0.5 * D * math.log(2 * math.pi)


def given(seed=0):
    model = seeded(vae.VAE(D, 8, K), seed)
    model.log_variance.data = torch.tensor(-1.3)
    return model, spread(N, D, seed=1), spread(N, K, seed=2)


def parts(model, x, eps):
    mu, logvar = model.encode(x)
    mean = model.decoder(vae.reparameterise(mu, logvar, eps))
    nll = vae.gaussian_nll(x, mean, model.log_variance)
    squares = ((x - mean) ** 2).sum(-1)
    return (
        nll.detach(),
        squares.detach(),
        vae.kl_to_prior(mu, logvar).detach(),
    )


def check_scalar(negative_elbo):
    """one number for the batch"""
    hints = {
        (N,): "The batch is averaged at the end.",
        (N, D): "The pixels are summed.",
    }
    tensor(negative_elbo(*given()), (), f"The loss of {N} examples", hints)


def check_noise(negative_elbo):
    """the noise that is given, and no other"""
    first, second = negative_elbo(*given()), negative_elbo(*given())
    expect(
        close(first, second),
        "Two calls with the same eps differ. Is noise drawn inside?",
    )
    model, x, eps = given()
    same_loss = close(first, negative_elbo(model, x, eps + 1))
    expect(
        not same_loss,
        "Other noise gives the same loss. Is z sampled, or is mu decoded?",
    )


def check_rate(negative_elbo):
    """the KL: what one more β adds"""
    model, x, eps = given()
    saw = negative_elbo(model, x, eps, 2.0) - negative_elbo(
        model, x, eps, 1.0
    )
    kl = parts(model, x, eps)[2]
    mistakes = {
        "The KL is averaged over the dimensions: they add.": kl.mean() / K,
        "The KL is summed over the batch: the batch is averaged.": kl.sum(),
        "The KL enters with the wrong sign: it is a price, so it adds to the loss.": -kl.mean(),
        "Does beta enter?": torch.tensor(0.0),
        "Is the ½ of the KL missing?": 2 * kl.mean(),
    }
    same(saw, kl.mean(), "What the loss gains from β = 1 to 2", mistakes)


def check_distortion(negative_elbo):
    """the negative log-likelihood: what is left at β = 0"""
    model, x, eps = given()
    nll, squares, kl = parts(model, x, eps)
    v = model.log_variance.detach()
    mistakes = {
        "It is averaged over the pixels: they are independent given z, so they add.": nll.mean()
        / D,
        "It is summed over the batch: the batch is averaged.": nll.sum(),
        "The sign is turned: this is the loss, not the bound.": -nll.mean(),
        "log σ² is missing: then a learnt variance grows for ever.": nll.mean()
        - 0.5 * D * v,
        "log 2π is missing: the bound would be off by 0.919 nats a pixel.": nll.mean()
        - CONSTANT,
        "That is the squared error: divide by 2σ² and add ½ log 2πσ² a pixel.": squares.mean(),
        "That is half the squared error, the case σ = 1 without its constant.": squares.mean()
        / 2,
        "That is the mean squared error over pixels and batch.": squares.mean()
        / D,
        "log_variance is log σ²: the division is by σ², its exponential.": (
            (squares / (2 * v.exp().sqrt())).mean() + 0.5 * D * v + CONSTANT
        ),
        "Does beta enter?": nll.mean() + kl.mean(),
    }
    same(
        negative_elbo(model, x, eps, 0.0),
        nll.mean(),
        "The loss at β = 0",
        mistakes,
    )


def check_order(negative_elbo):
    """the same for the batch in another order"""
    model, x, eps = given()
    saw = negative_elbo(model, x.flip(0), eps.flip(0))
    same(saw, negative_elbo(model, x, eps), "The loss of the turned batch")


def check_gradients(negative_elbo):
    """the plain file's gradient in every parameter"""
    model, x, eps = given()
    saw, expected = (
        negative_elbo(model, x, eps, 0.5),
        vae.negative_elbo(model, x, eps, 0.5),
    )
    for name, weight in model.named_parameters():
        slope = gradient(saw, weight, "the loss")
        none = {
            "None reaches it: is there a detach, or .item()?": torch.zeros_like(
                weight
            )
        }
        same(
            slope,
            gradient(expected, weight, ""),
            f"The gradient in {name}",
            none,
        )
