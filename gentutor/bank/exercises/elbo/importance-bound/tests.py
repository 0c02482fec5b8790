"""Properties of the importance-weighted bound."""

import math

import torch

from gentutor.plain import bounds
from gentutor.proof.properties import (
    expect,
    gradient,
    same,
    shown,
    spread,
    tensor,
)


def check_shape(importance_weighted_bound):
    """one number an example"""
    hints = {
        (3, 5): "The groups are averaged at the end.",
        (2, 5): "The groups are averaged at the end.",
        (): "The examples stay apart.",
        (6,): "The samples are on axis 0, the examples on axis 1.",
    }
    saw = importance_weighted_bound(spread(6, 5), 2)
    tensor(saw, (5,), "The bound of 5 examples from 6 samples", hints)


def check_one(importance_weighted_bound):
    """the ELBO at k = 1: the mean of the log weights"""
    log_w = spread(6, 5)
    mistakes = {
        "That is the bound of all samples at once: does k enter?": (
            bounds.importance_weighted_bound(log_w, 6)
        )
    }
    same(
        importance_weighted_bound(log_w, 1),
        log_w.mean(0),
        "The bound at k = 1",
        mistakes,
    )


def check_equal(importance_weighted_bound):
    """log w at every k where all weights are equal"""
    saw = importance_weighted_bound(torch.full((4, 1), 0.3), 4)
    four = math.log(4)
    mistakes = {
        "Is −log k missing? logsumexp adds the weights, and the bound needs their mean.": [
            0.3 + four
        ],
        "log k is subtracted twice.": [0.3 - four],
        "A mean of k values is their sum by k; log k is what is subtracted.": [
            (0.3 + four) / 4
        ],
    }
    same(saw, [0.3], "The bound of four weights e^0.3", mistakes)


def check_pencil(importance_weighted_bound):
    """log 2 for the weights 1 and 3"""
    saw = importance_weighted_bound(torch.tensor([[1.0], [3.0]]).log(), 2)
    mistakes = {
        "The logarithms are averaged: the weights are, before the logarithm.": [
            0.5 * math.log(3)
        ],
        "That is the larger weight's: the mean of 1 and 3 is 2.": [
            math.log(3)
        ],
    }
    same(
        saw,
        [math.log(2)],
        "The bound of the weights 1 and 3 at k = 2",
        mistakes,
    )


def check_groups(importance_weighted_bound):
    """groups of k that follow one another, averaged after the logarithm"""
    log_w = torch.tensor([[1.0], [1.0], [7.0], [1.0]]).log()
    mistakes = {
        "That is one group of four: cut the samples into groups of k.": [
            math.log(2.5)
        ],
        "Only the first k samples are used.": [0.0],
    }
    saw = importance_weighted_bound(log_w, 2)
    same(
        saw,
        [0.5 * math.log(4)],
        "The bound of the weights 1, 1, 7, 1 at k = 2",
        mistakes,
    )


def check_small_weights(importance_weighted_bound):
    """finite for log weights of an image"""
    for level in (-1000.0, 1000.0):
        saw = importance_weighted_bound(spread(4, 2) + level, 2)
        expect(
            saw.isfinite().all(),
            f"At log weights of about {level:g} the bound is {shown(saw)}: exp leaves float32's "
            "range. Is there a function that never leaves the logarithms?",
        )
        expected = bounds.importance_weighted_bound(spread(4, 2), 2) + level
        same(saw, expected, f"The bound at log weights of about {level:g}")


def check_rises(importance_weighted_bound):
    """no lower when k grows"""
    log_w = spread(64, 5)
    values = torch.stack(
        [importance_weighted_bound(log_w, k) for k in (1, 4, 16, 64)]
    )
    expect(
        (values.diff(dim=0) >= -1e-5).all(),
        f"At k = 1, 4, 16, 64 it is {shown(values[:, 0])}.",
    )


def check_gradients(importance_weighted_bound):
    """gradients that are the normalised weights"""
    log_w = spread(4, 2).requires_grad_()
    slope = gradient(importance_weighted_bound(log_w, 4), log_w, "the bound")
    same(slope, log_w.softmax(0), "The gradient in log w")


def check_all(importance_weighted_bound):
    """the plain file's value"""
    log_w = 3 * spread(12, 5)
    expected = bounds.importance_weighted_bound(log_w, 3)
    same(
        importance_weighted_bound(log_w, 3),
        expected,
        "The bound of random weights at k = 3",
    )
