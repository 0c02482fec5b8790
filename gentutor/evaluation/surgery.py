"""What the average KL of a VAE is made of."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gentutor.checks import check_int
from gentutor.objectives.bounds import check_posterior


@dataclass(frozen=True)
class Surgery:
    """What the average KL is made of, in nats.

    Attributes:
        kl: mean over examples of KL(q(z given x) || p(z)), exact.
        mutual_information: of example and z under q, estimated; from 0 to log N.
        aggregate_kl: KL(q(z) || p(z)) of the aggregate posterior: ``kl - mutual_information``.
        standard_error: Monte Carlo error of the two estimates.
    """

    kl: float
    mutual_information: float
    aggregate_kl: float
    standard_error: float


@torch.no_grad()
def elbo_surgery(
    mu: Tensor, logvar: Tensor, *, n_samples: int = 8, generator: torch.Generator
) -> Surgery:
    r"""Split the average KL into mutual information and mismatch of the aggregate posterior.

    .. math:: \frac1N\sum_n\mathrm{KL}\big(q(z\mid x_n)\,\|\,p(z)\big)
        =I_q(n;z)+\mathrm{KL}\big(q(z)\,\|\,p(z)\big),\qquad q(z)=\frac1N\sum_nq(z\mid x_n)

    The mixture takes all N posteriors, so for *these* N examples the estimate has no bias, only
    the stated Monte Carlo error. As an estimate for the population they were drawn from, the
    mutual information is biased low, as it is concave in p(x) and cannot exceed log N; the
    KL of the aggregate posterior is biased high by the same amount. A value near log N says that
    N is too small to tell, not how much z knows.

    Args:
        mu: (N, K).
        logvar: (N, K).
        n_samples: draws of z per example.
        generator: source of the noise.

    Source: Hoffman and Johnson (2016), ELBO surgery.

    >>> g = torch.Generator().manual_seed(0)
    >>> far_apart = torch.tensor([[-50.0], [50.0]])
    >>> parts = elbo_surgery(far_apart, torch.zeros(2, 1), generator=g)
    >>> round(parts.mutual_information, 4)  # z tells which of the two it was: log 2
    0.6931
    """
    check_posterior(mu, logvar)
    check_int("n_samples", n_samples)
    n_examples = len(mu)
    mu, logvar = mu.double(), logvar.double()
    precision = (-logvar).exp()
    offset = (logvar + mu.square() * precision).sum(-1)  # (N,)
    noise = torch.randn(n_samples, *mu.shape, generator=generator, dtype=torch.float64)
    log_ratio = []
    for eps in noise:
        own = -0.5 * (eps.square() + logvar).sum(-1)  # log q(z given its own x), less a constant
        draws = mu + (0.5 * logvar).exp() * eps
        for z, log_q in zip(draws.split(1024), own.split(1024), strict=True):
            distance = z.square() @ precision.mT - 2 * z @ (mu * precision).mT + offset
            log_mixture = (-0.5 * distance).logsumexp(-1) - math.log(n_examples)
            log_ratio.append(log_q - log_mixture)
    ratios = torch.cat(log_ratio)
    kl = float(0.5 * (mu.square() + logvar.exp() - logvar - 1).sum(-1).mean())
    information = float(ratios.mean())
    error = float(ratios.std(correction=0)) / math.sqrt(len(ratios))
    return Surgery(kl, information, kl - information, error)
