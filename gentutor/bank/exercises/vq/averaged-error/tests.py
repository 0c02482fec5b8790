"""Properties of the loss of a VQ-VAE."""

import torch

from gentutor.proof.properties import gradient, same, spread, tensor


def given():
    """Return images, reconstructions, vectors and entries."""
    return (
        spread(5, 8),
        spread(5, 8, seed=1),
        spread(5, 2, 3, seed=2),
        spread(5, 2, 3, seed=3),
    )


def check_scalar(loss):
    """one number for the batch"""
    tensor(loss(*given(), 0.25), (), "The loss")


def check_error(loss):
    """the error summed over pixels"""
    x, x_hat, z_e, _ = given()
    full = (x - x_hat).square().sum(1).mean()
    mistakes = {
        "The error is averaged over the pixels, and the other terms are sums: β is too large "
        "by the number of pixels.": full / 8,
        "The batch is summed: it was averaged.": 5 * full,
    }
    same(
        loss(x, x_hat, z_e, z_e, 0.25),
        full,
        "The loss with z_e = z_q",
        mistakes,
    )


def check_terms(loss):
    """codebook and commitment term as they were"""
    x, _, z_e, z_q = given()
    full = 1.25 * (z_e - z_q).square().sum((1, 2)).mean()
    mistakes = {
        "All terms are averaged now: sums were asked for.": full / 6,
        "The places are averaged: they add.": full / 2,
    }
    same(
        loss(x, x, z_e, z_q, 0.25), full, "The loss with x_hat = x", mistakes
    )


def check_sides(loss):
    """the stop-gradients as they were"""
    x, x_hat, z_e, z_q = given()
    z_e, z_q = z_e.requires_grad_(), z_q.requires_grad_()
    value = loss(x, x_hat, z_e, z_q, 0.25)
    pull = 2 * (z_e - z_q).detach() / 5
    same(
        gradient(value, z_e, "the loss"), 0.25 * pull, "The vectors' gradient"
    )
    same(gradient(value, z_q, "the loss"), -pull, "The entries' gradient")
    assert torch.is_tensor(value)
