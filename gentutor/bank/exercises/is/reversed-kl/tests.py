"""Properties of an Inception Score whose KL runs the right way."""

import torch

from gentutor.plain import inception_score as plain
from gentutor.proof.properties import expect, same, shown, spread, tensor


def rows(n=12, k=4, scale=2.0, seed=0):
    return (scale * spread(n, k, seed=seed).double()).softmax(1)


def check_value(inception_score):
    """the exponential of the mean KL from the row to the mean"""
    p = rows()
    tensor(inception_score(p), (), "The score")
    expected = plain.inception_score(p.log())
    mean = p.mean(0)
    mistakes = {
        "The KL still runs from the mean to the row, where small rows stand below the fraction.": (
            (mean * (mean / p).log()).sum(1).mean().exp()
        ),
        "The sign is turned: the score is below 1.": 1 / expected,
        "Both directions are added: one is enough.": expected
        * (mean * (mean / p).log()).sum(1).mean().exp(),
        "The exponential is taken before the mean over the images.": (
            (p * (p / mean).log()).sum(1).exp().mean()
        ),
    }
    same(inception_score(p), expected, "The score of random rows", mistakes)


def check_bound(inception_score):
    """at most the number of classes"""
    for scale in (1.0, 5.0, 12.0):
        saw = inception_score(rows(scale=scale))
        expect(
            1 - 1e-9 <= float(saw) <= 4 + 1e-9,
            f"The score of rows with 4 classes is {shown(saw)}, expected from 1 to 4.",
        )


def check_alike(inception_score):
    """1 for equal rows"""
    p = rows(1).repeat(5, 1)
    same(inception_score(p), torch.tensor(1.0), "The score of equal rows")
