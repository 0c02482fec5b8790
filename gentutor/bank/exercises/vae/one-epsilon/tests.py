"""Properties of noise that is drawn for each example and each dimension."""

import torch

from gentutor.proof.properties import (
    close,
    expect,
    gradient,
    same,
    spread,
    tensor,
)

N, K = 4000, 3


def check_shape(sample):
    """a sample of the code's shape"""
    tensor(sample(spread(5, 3), spread(5, 3, seed=1)), (5, 3), "z of 5 codes")


def check_examples(sample):
    """other noise for each example"""
    z = sample(torch.zeros(N, K), torch.zeros(N, K))
    expect(
        len(z.detach().unique(dim=0)) > 1,
        "4000 equal codes give 4000 equal samples: one noise vector for the whole batch.",
    )
    same_noise = z.detach().unique(dim=0)
    expect(
        len(same_noise) > N - 5,
        f"4000 equal codes give {len(same_noise)} different samples.",
    )


def check_dimensions(sample):
    """other noise for each dimension"""
    z = sample(torch.zeros(N, K), torch.zeros(N, K)).detach()
    expect(
        not close(z[:, 0], z[:, 1]),
        "All dimensions of an example share one number: q is a Gaussian on a line.",
    )
    most = (z.T.corrcoef() - torch.eye(K)).abs().max()
    expect(
        most < 0.1, f"Two dimensions have correlation {most:.2f}, expected 0."
    )


def check_calls(sample):
    """other noise at each call"""
    code = torch.zeros(5, K)
    expect(
        not close(sample(code, code), sample(code, code)),
        "Two calls give the same samples.",
    )


def check_moments(sample):
    """mean mu and variance exp(logvar)"""
    z = sample(torch.full((N, K), 2.0), torch.full((N, K), 1.0)).detach()
    mean, variance = float(z.mean()), float(z.var())
    expect(
        abs(mean - 2) < 0.15 and abs(variance - 2.72) < 0.3,
        f"At mu = 2, logvar = 1 the samples have mean {mean:.2f} and variance {variance:.2f}, "
        "expected 2.00 and 2.72. Is the noise standard normal?",
    )


def check_gradients(sample):
    """gradients through the sample"""
    mu = spread(5, K).requires_grad_()
    same(gradient(sample(mu, mu * 0), mu, "z"), torch.ones(5, K), "dz/dmu")
