"""Properties of the Inception Score."""

import torch

from gentutor.plain import inception_score as plain
from gentutor.proof.properties import expect, same, shown, spread, tensor

PENCIL = torch.tensor([[8.0, 1, 1], [1, 8, 1], [1, 1, 8]]).double().log()
EIGHTH = 1.5834095


def check_number(inception_score):
    """one number"""
    hints = {
        (4,): "One number for the set, and none for each class or image."
    }
    tensor(inception_score(2 * spread(4, 4)), (), "The score", hints)


def check_pencil(inception_score):
    """1.583 for rows of 0.8, 0.1, 0.1"""
    log = torch.tensor(EIGHTH).double().log()
    mistakes = {
        "That is the information: its exponential is missing.": log,
        "The sign is turned: marginal entropy minus mean entropy.": 1
        / log.exp(),
        "That is the KL the other way round: it runs from the row to the mean.": (
            (PENCIL.log_softmax(1).exp().mean(0))
            * (
                PENCIL.log_softmax(1).exp().mean(0).log()
                - PENCIL.log_softmax(1)
            )
        )
        .sum(1)
        .mean()
        .exp(),
        "The KL is averaged over the classes: it is a sum.": (log / 3).exp(),
        "That is the entropy of the mean row alone: what of the rows' own?": torch.tensor(
            3.0
        ),
        "The KL is summed over the images: it is a mean.": (3 * log).exp(),
    }
    same(
        inception_score(PENCIL).double(),
        torch.tensor(EIGHTH).double(),
        "The score of three rows of 0.8, 0.1, 0.1",
        mistakes,
    )


def check_bounds(inception_score):
    """K for balanced predictions without doubt, 1 for equal rows"""
    saw = inception_score(1000 * torch.eye(5).repeat(4, 1))
    expect(
        not saw.isnan(),
        "Where a probability is exactly 0 the score is not a number: 0 times log 0 is 0.",
    )
    same(saw.double(), torch.tensor(5.0).double(), "The score of sure rows")
    saw = inception_score(spread(1, 5).repeat(9, 1))
    same(saw.double(), torch.tensor(1.0).double(), "The score of equal rows")


def check_shift(inception_score):
    """no change when a row's logits are shifted"""
    x = 2 * spread(9, 4).double()
    saw = inception_score(x + torch.arange(9.0)[:, None])
    hint = "Is the softmax over the classes, axis 1?"
    same(
        saw,
        plain.inception_score(x),
        "The score of shifted logits",
        hint=hint,
    )


def check_all(inception_score):
    """the plain file's value, for any number of images"""
    for n in (1, 2, 30):
        x = 3 * spread(n, 6, seed=n).double()
        expected = plain.inception_score(x)
        saw = inception_score(x)
        expect(
            float(saw) <= min(n, 6) + 1e-6,
            f"The score of {n} images with 6 classes is {shown(saw)}, above its bound.",
        )
        same(saw, expected, f"The score of {n} images")
