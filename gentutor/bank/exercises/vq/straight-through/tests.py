"""Properties of the straight-through line."""

import torch

from gentutor.proof.properties import expect, same, spread, tensor


def pair():
    """Return vectors and entries that ask for gradients."""
    return spread(5, 3).requires_grad_(), spread(
        5, 3, seed=1
    ).requires_grad_()


def slopes(straight_through):
    """Return the gradients of a weighted sum at vectors and entries, None where none flows."""
    z_e, z_q = pair()
    passed = straight_through(z_e, z_q)
    expect(
        passed.requires_grad,
        "No gradient flows through the result. Is all of it detached?",
    )
    weighted = (spread(5, 3, seed=2) * passed).sum()
    return torch.autograd.grad(weighted, [z_e, z_q], allow_unused=True)


def check_shape(straight_through):
    """a tensor of the given shape"""
    tensor(straight_through(*pair()), (5, 3), "The result")


def check_value(straight_through):
    """the entry's value"""
    z_e, z_q = pair()
    mistakes = {
        "That is the encoder's vector: nothing is quantised.": z_e,
        "That is the mean of both.": (z_e + z_q) / 2,
    }
    same(straight_through(z_e, z_q), z_q, "The value", mistakes)


def check_vector(straight_through):
    """the decoder's gradient at the vector, unchanged"""
    found, _ = slopes(straight_through)
    expect(
        found is not None,
        "No gradient reaches z_e. What has to stand outside the detach?",
    )
    weight = spread(5, 3, seed=2)
    mistakes = {"The gradient at z_e is 0.": 0 * weight}
    same(found, weight, "The gradient at z_e", mistakes)


def check_entry(straight_through):
    """no gradient at the entry"""
    _, found = slopes(straight_through)
    expect(
        found is None or found.abs().max() == 0,
        "A gradient reaches z_q: the reconstruction would move the codebook. "
        "Which bracket is detached?",
    )
