"""Properties of a denoising loss."""

import torch
from torch import nn

from gentutor.proof.properties import expect, same, seeded, spread, tensor


def check_scalar(loss):
    """one number for the batch"""
    tensor(loss(nn.Identity(), spread(4, 6), 0.1), (), "The loss")


def check_target(loss):
    """nothing for a net that removes all noise"""
    x = torch.zeros(500, 6)
    saw = loss(torch.zeros_like, x, 0.5)
    expect(
        saw < 1e-6,
        f"Removing all noise from blank images costs {saw:.2f}, expected 0. "
        "The loss rewards copying the noise: which image is the target?",
    )


def check_input(loss):
    """the noise's variance in each pixel for a net that keeps it"""
    saw = loss(nn.Identity(), spread(20_000, 6), 0.5)
    expect(
        saw > 0.01,
        "Keeping the noise costs nothing: does it reach the model?",
    )
    parts = {1.5 / 6: "The pixels are averaged now: they were summed."}
    said = [text for value, text in parts.items() if abs(saw - value) < 0.02]
    expect(
        abs(saw - 1.5) < 0.1,
        f"Keeping noise of standard deviation 0.5 in 6 pixels costs {saw:.2f}, expected 1.5. "
        f"{(said or ['Is the noise what it was?'])[0]}",
    )


def check_clean(loss):
    """the squared error where there is no noise"""
    net, x = seeded(nn.Linear(6, 6)), spread(5, 6)
    full = (x - net(x)).square().sum(-1).mean()
    mistakes = {"The batch is summed: images are averaged.": 5 * full}
    same(loss(net, x, 0.0), full, "The loss without noise", mistakes)
