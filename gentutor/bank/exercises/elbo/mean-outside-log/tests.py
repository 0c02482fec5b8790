"""Properties of the importance-weighted bound of k samples."""

import math

import torch

from gentutor.plain.bounds import importance_weighted_bound
from gentutor.proof.properties import (
    expect,
    gradient,
    same,
    shown,
    spread,
    tensor,
)


def check_shape(bound):
    """one number an example"""
    hints = {
        (): "The examples stay apart.",
        (4,): "The samples are on axis 0.",
    }
    tensor(
        bound(spread(4, 5)),
        (5,),
        "The bound of 5 examples from 4 samples",
        hints,
    )


def check_pencil(bound):
    """log 2 for the weights 1 and 3"""
    mistakes = {
        "The logarithms are averaged: average the weights, then take the logarithm.": [
            0.5 * math.log(3)
        ],
        "That is log(1 + 3): is −log k missing?": [math.log(4)],
        "That is the larger weight's: the mean of 1 and 3 is 2.": [
            math.log(3)
        ],
    }
    saw = bound(torch.tensor([[1.0], [3.0]]).log())
    same(saw, [math.log(2)], "The bound of the weights 1 and 3", mistakes)


def check_one(bound):
    """log w itself at k = 1"""
    same(bound(spread(1, 5)), spread(1, 5)[0], "The bound of one sample")


def check_small_weights(bound):
    """finite for log weights of an image"""
    for level in (-1000.0, 1000.0):
        saw = bound(spread(4, 2) + level)
        expect(
            saw.isfinite().all(),
            f"At log weights of about {level:g} the bound is {shown(saw)}: "
            "exp leaves float32's range.",
        )
        expected = importance_weighted_bound(spread(4, 2), 4) + level
        hint = "Is a small number added inside the logarithm?"
        same(
            saw,
            expected,
            f"The bound at log weights of about {level:g}",
            hint=hint,
        )


def check_tightens(bound):
    """close to log p(x) at k = 1000"""
    saw = float(bound(spread(1000, 400) - 0.5).mean())
    expect(
        abs(saw) < 0.02,
        f"At k = 1000 the bound is {saw:.2f} nats; log p(x) is 0 there.",
    )


def check_gradients(bound):
    """gradients that are the normalised weights"""
    log_w = spread(4, 2).requires_grad_()
    same(
        gradient(bound(log_w), log_w, "the bound"),
        log_w.softmax(0),
        "The gradient in log w",
    )
