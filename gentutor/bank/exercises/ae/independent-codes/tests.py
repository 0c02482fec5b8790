"""Properties of samples from a Gaussian fitted to codes."""

import torch

from gentutor.proof.properties import expect, spread, tensor


def codes():
    """Return 400 codes of three numbers that hang together, none centred."""
    mix = torch.tensor([[1.0, 0.9, 0.0], [0.0, 0.4, -0.8], [0.0, 0.0, 0.5]])
    return spread(400, 3) @ mix + torch.tensor([1.0, -2.0, 0.5])


def check_shape(sample):
    """n decoded draws"""
    saw = sample(lambda z: torch.cat([z, z], 1), codes(), 7)
    tensor(saw, (7, 6), "What the decoder makes of 7 draws")


def check_mean(sample):
    """the codes' mean"""
    z = codes()
    saw = sample(lambda z: z, z, 50_000).mean(0)
    expect(
        (saw - z.mean(0)).abs().max() < 0.03,
        f"The draws' means are off by {(saw - z.mean(0)).abs().max():.2f}. "
        "Is the codes' mean added?",
    )


def check_spread(sample):
    """the codes' standard deviations"""
    z = codes()
    saw = sample(lambda z: z, z, 50_000).std(0)
    covariance = z.T.cov()
    factor = torch.linalg.cholesky(covariance)
    mistakes = {
        "The noise is multiplied by the covariance: it takes its factor.": covariance.norm(
            dim=1
        ),
        "The factor stands transposed: one draw is a row, so the noise takes factor.T.": factor.norm(
            dim=0
        ),
    }
    off = (saw - z.std(0)).abs().max()
    said = [
        text
        for text, spreads in mistakes.items()
        if (saw - spreads).abs().max() < 0.03
    ]
    expect(
        off < 0.03,
        f"The draws' standard deviations are off by {off:.2f}. "
        f"{(said or ['Which matrix turns unit noise into noise of this covariance?'])[0]}",
    )


def check_correlation(sample):
    """the codes' correlations"""
    z = codes()
    saw = sample(lambda z: z, z, 50_000).T.corrcoef()
    wrong = (saw - z.T.corrcoef()).abs().max()
    expect(
        wrong < 0.03,
        f"A correlation of the draws is off by {wrong:.2f}. "
        "The numbers of a code are drawn apart: use the whole covariance.",
    )


def check_fresh(sample):
    """a fresh draw for each sample"""
    saw = sample(lambda z: z, codes(), 500)
    expect(
        len(saw.unique(dim=0)) == 500,
        "Some samples occur twice: is a training code drawn again instead of a Gaussian?",
    )
