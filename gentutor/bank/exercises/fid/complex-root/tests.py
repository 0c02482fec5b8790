"""Properties of a Fréchet distance that takes singular covariances."""

import torch

from gentutor.plain import fid as plain
from gentutor.proof.properties import expect, same, shown, spread


def moments(rows, seed, d=8):
    return plain.moments(spread(rows, d, seed=seed).double() * (1 + seed))


def check_singular(frechet_distance):
    """finite, real and right where covariances are singular"""
    for rows in (3, 5, 8):
        for seed in range(6):
            a, b = moments(rows, seed), moments(rows + 1, seed + 1)
            saw = frechet_distance(*a, *b)
            expect(
                not saw.is_complex(),
                f"With {rows} samples of 8 features the distance is complex: a distance is a real "
                "number.",
            )
            expect(
                saw.isfinite(),
                f"With {rows} samples of 8 features the distance is {shown(saw)}: zero eigenvalues "
                "are rounded below 0, and a root of them is taken.",
            )
            expected = plain.frechet_distance(*a, *b)
            (mu1, cov1), (mu2, cov2) = a, b
            ridge = torch.eye(8).double()
            added = plain.frechet_distance(
                mu1, cov1 + 0.01 * ridge, mu2, cov2 + 0.01 * ridge
            )
            lost = (mu1 - mu2).square().sum() + cov1.trace() + cov2.trace()
            mistakes = {
                "The whole root is lost: where one eigenvalue is not a number, all are dropped.": lost,
                "A multiple of the identity is added to the covariances, which changes the distance.": (
                    added
                ),
            }
            same(
                saw,
                expected,
                f"The distance of {rows} and {rows + 1} samples of 8 features",
                mistakes,
                "Is a negative eigenvalue counted by its size? Rounding is 0.",
            )


def check_regular(frechet_distance):
    """what it was for many samples"""
    for seed in range(4):
        a, b = moments(60, seed), moments(50, seed + 1)
        same(
            frechet_distance(*a, *b),
            plain.frechet_distance(*a, *b),
            "The distance of 60 and 50 samples",
        )


def check_zero(frechet_distance):
    """the traces where one covariance is 0"""
    mu, cov = moments(60, 0)
    saw = frechet_distance(mu, cov, mu, cov * 0)
    same(saw, cov.trace(), "The distance to a single point")
