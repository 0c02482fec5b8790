"""Properties of a density ratio from a classifier."""

import math

import torch

from gentutor.proof.properties import expect, gradient, same, spread, tensor

P = torch.tensor([0.3, 0.1, 0.6, 0.02]).double()
Q = torch.tensor([0.3, 0.4, 0.1, 0.5]).double()


def best(n_data, n_model):
    says = n_data * P / (n_data * P + n_model * Q)
    return says.log() - (1 - says).log()


def check_even(log_ratio):
    """the logit itself, with as many of each"""
    saw = tensor(log_ratio(best(50, 50), 50, 50), (4,), "The log ratio")
    mistakes = {
        "That is the ratio: its logarithm is asked for.": P / Q,
        "The sign is turned: that is log q/p.": (Q / P).log(),
        "That is the probability of data.": P / (P + Q),
        "Taken off are the odds, not their logarithm.": (P / Q).log() - 1,
        "It is log 2 too high: not the share of the data counts, but the odds.": (
            (P / Q).log() + math.log(2)
        ),
    }
    same(saw, (P / Q).log(), "With equal numbers the log ratio", mistakes)


def check_shares(log_ratio):
    """the same whatever the numbers were"""
    for n_data, n_model in ((500, 4500), (30, 10)):
        prior = math.log(n_data / n_model)
        right, logit = (P / Q).log(), best(n_data, n_model)
        mistakes = {
            "The classifier's shares are still in it: where p = q it is not 0.": logit,
            "The shares are added once more: they have to be taken off.": logit
            + prior,
        }
        saw = log_ratio(logit, n_data, n_model)
        what = f"With {n_data} data and {n_model} samples the log ratio"
        same(tensor(saw, (4,), "The log ratio"), right, what, mistakes)


def check_sure(log_ratio):
    """finite where the classifier is sure"""
    saw = log_ratio(torch.tensor([300.0, -300.0]), 10, 10)
    expect(
        isinstance(saw, torch.Tensor) and saw.isfinite().all(),
        "At logits of ±300 it is not finite: a probability of 1 leaves nothing to divide by. "
        "Stay with the logit.",
    )
    same(saw, [300.0, -300.0], "The log ratio at logits of ±300")


def check_shape_and_slope(log_ratio):
    """any shape, slope 1 in the logit"""
    logit = spread(3, 5).requires_grad_()
    saw = tensor(log_ratio(logit, 2, 6), (3, 5), "The log ratio of (3, 5)")
    same(
        gradient(saw, logit, "the log ratio"),
        torch.ones(3, 5),
        "Its slope in the logit",
    )
