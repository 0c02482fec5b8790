"""Properties of an output on the scale of its data."""

import torch

from gentutor.proof.properties import expect, gradient, same, tensor

RAMP = torch.linspace(-12, 12, 49).view(1, -1)


def check_shape(reconstruct):
    """as many pixels as logits"""
    tensor(reconstruct(torch.zeros(3, 5)), (3, 5), "The reconstruction")


def check_paper(reconstruct):
    """paper and ink can be reached"""
    saw = reconstruct(RAMP)
    expect(
        saw.min() < -0.9,
        f"The smallest output over all logits is {saw.min():.2f}: there is "
        "no image below 0, and paper is −1."
        if saw.min() > -1e-6
        else f"The smallest output is {saw.min():.2f}, but paper is −1.",
    )
    expect(saw.max() > 0.9, f"The largest is {saw.max():.2f}, but ink is 1.")


def check_middle(reconstruct):
    """the middle of the range at a logit of 0"""
    mistakes = {
        "Stretched to a width of 2, and not moved: the range is [0, 2].": 1.0,
        "Moved, and not stretched: ink is out of reach.": -0.5,
    }
    same(
        reconstruct(torch.zeros(1, 1)),
        torch.zeros(1, 1),
        "The output at a logit of 0",
        mistakes,
    )


def check_order(reconstruct):
    """more ink for a larger logit"""
    expect(
        (reconstruct(RAMP).diff() >= 0).all(),
        "A larger logit gives less ink somewhere: is a sign turned?",
    )


def check_gradient(reconstruct):
    """a gradient wherever the image may be wrong"""
    logits = torch.tensor([[-1.5, 1.5]], requires_grad=True)
    slope = gradient(reconstruct(logits), logits, "The reconstruction")
    expect(
        (slope > 1e-3).all(),
        "At a logit of 1.5 the gradient is 0: a pixel that came out as ink "
        "by mistake can never learn. Clipping stops the gradient.",
    )
