"""Properties of the Fréchet distance of two sets of features."""

import torch

from gentutor.plain import fid as plain
from gentutor.proof.properties import expect, same, shown, spread, tensor

REAL, FAKE = spread(40, 3).double(), 2 * spread(30, 3, seed=1).double() + 1


def parts(real, fake):
    (mu1, cov1), (mu2, cov2) = plain.moments(real), plain.moments(fake)
    return (mu1 - mu2).square().sum(), cov1.trace() + cov2.trace()


def check_number(fid):
    """one number"""
    tensor(fid(REAL, FAKE), (), "The distance")


def check_pencil(fid):
    """18 for the features 0, 2 and 3, 7"""
    real, fake = torch.tensor([[[0.0], [2.0]], [[3.0], [7.0]]]).double()
    mistakes = {
        "Are the covariances divided by N? Samples take N - 1.": [17.0],
        "Is the root missing from the last term? That is how variances compare, not deviations.": [
            -6.0
        ],
        "That is the shift of the means alone: where is the trace?": [16.0],
        "Is the last term, twice the trace of the root, missing?": [26.0],
        "The last term counts twice: 2 tr (…)^(1/2).": [22.0],
    }
    same(
        fid(real, fake).reshape(1),
        [18.0],
        "The distance of 0, 2 and 3, 7",
        mistakes,
    )


def check_shift(fid):
    """the squared length of a shift"""
    saw = fid(REAL, REAL + 2)
    mistakes = {
        "The means are compared without a square.": torch.tensor(12.0).sqrt(),
        "The square is averaged over the features: it is summed.": torch.tensor(
            4.0
        ),
    }
    same(
        saw,
        torch.tensor(12.0),
        "The distance to a copy shifted by 2",
        mistakes,
    )


def check_correlation(fid):
    """what a correlation alone costs"""
    saw, expected = fid(REAL, FAKE), plain.fid(REAL, FAKE)
    shift, traces = parts(REAL, FAKE)
    sds = REAL.std(0), FAKE.std(0)
    mistakes = {
        "Only the diagonals enter: covariances are whole matrices.": shift
        + (sds[0] - sds[1]).square().sum(),
        "Is the last term missing?": shift + traces,
    }
    same(saw, expected, "The distance of correlated features", mistakes)


def check_few(fid):
    """finite and right for fewer samples than features"""
    x, y = spread(5, 12).double(), spread(6, 12, seed=1).double()
    saw = fid(x, y)
    expect(
        not saw.is_complex(),
        "With 5 samples of 12 features the distance is complex: zero eigenvalues were rounded below 0.",
    )
    expect(
        saw.isfinite(),
        "With 5 samples of 12 features the distance is not finite: is the root of a tiny negative "
        "eigenvalue taken?",
    )
    same(
        saw, plain.fid(x, y), "The distance of 5 and 6 samples of 12 features"
    )


def check_itself(fid):
    """zero between a set and itself"""
    for rows in (4, 40):
        x = spread(rows, 12).double()
        saw = fid(x, x)
        expect(
            abs(float(saw)) < 1e-5,
            f"The distance of {rows} samples to themselves is {shown(saw)}, expected 0.",
        )


def check_far(fid):
    """digits that hold far from zero, in float32 features"""
    x, y = spread(40, 3) + 1000, 2 * spread(30, 3, seed=1) + 1000
    same(
        fid(x, y).double(),
        plain.fid(x, y),
        "The distance of float32 features around 1000",
        hint="Go to float64, and subtract the mean before the product.",
    )
