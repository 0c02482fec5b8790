"""Second routes to the keys of ``questions/elbo.yaml``."""

import math

import numpy as np
import torch
from scipy import optimize, special, stats
from torch.nn import functional as F

from gentutor.proof.checks.vae import PRIOR, Z, integral, linear_vae


def terms(x: float, v: float, m: float, s2: float) -> tuple[float, float, float]:
    """Integrate the reconstruction term, the KL and log p(x) of one latent and one pixel; nats.

    The prior is standard normal, the decoder N(z, v), q = N(m, s2).
    """
    likelihood = stats.norm(Z, math.sqrt(v)).logpdf(x)
    q = stats.norm(m, math.sqrt(s2))
    log_p = math.log(integral(np.exp(PRIOR.logpdf(Z) + likelihood)))
    kl = integral(q.pdf(Z) * (q.logpdf(Z) - PRIOR.logpdf(Z)))
    return integral(q.pdf(Z) * likelihood), kl, log_p


def elbo_on_a_grid(x: float, v: float, m: float, s2: float) -> float:
    """Return reconstruction less KL, by quadrature; nats."""
    reconstruction, kl, _ = terms(x, v, m, s2)
    return reconstruction - kl


def gap_of_width(r: float, x: float = 1.0, v: float = 0.5) -> float:
    """Return log p(x) less the ELBO of a q with r times the posterior's variance; nats."""
    reconstruction, kl, log_p = terms(x, v, x / (1 + v), r * v / (1 + v))
    return log_p - reconstruction + kl


def excess_on_a_grid(v: float, x: float, b: float) -> float:
    """Return the objective with weight b at the posterior, less log p(x); nats."""
    reconstruction, kl, log_p = terms(x, v, x / (1 + v), v / (1 + v))
    return reconstruction - b * kl - log_p


def kl_on_a_grid(mu: float, s: float, m: float, t: float) -> float:
    """Integrate q log(q / p) for q = N(mu, s²) and p = N(m, t²); nats."""
    z = np.linspace(mu - 12 * s, mu + 12 * s, 20_001)
    q, p = stats.norm(mu, s), stats.norm(m, t)
    return float(np.trapezoid(q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), z))


def information_on_a_grid(m2: float, s: float) -> float:
    """Average log q(z | x) / q(z) over means of variance m2 and codes of deviation s; nats."""
    means = np.linspace(-7, 7, 701) * math.sqrt(m2)
    z = np.linspace(-7, 7, 1401) * math.sqrt(m2 + s**2)
    weights = stats.norm.pdf(means, 0, math.sqrt(m2))
    weights /= weights.sum()
    q = stats.norm.pdf(z[None], means[:, None], s)
    ratio = np.log(q + 1e-300) - np.log(weights @ q)
    return float(weights @ np.trapezoid(q * ratio, z, axis=1))


def information_of_strangers(n: int) -> float:
    """Return the entropy of which of n equally likely examples it was; nats."""
    return float(stats.entropy(np.ones(n)))


def gap_of_gamma_weights(variance: float, k: int) -> float:
    """Return -E log of the mean of k gamma weights of mean 1, which is exact for every k; nats."""
    shape = k / variance
    return float(math.log(shape) - special.digamma(shape))


def error_by_search(eigenvalue: float, variance: float, beta: float) -> float:
    """Return the squared error of one dimension of a trained linear VAE."""
    return linear_vae(eigenvalue, variance, beta)[1]


def price_on_a_grid(w: float, s: float, v: float, x: float = 0.7, m: float = 0.4) -> float:
    """Return log p(x | m) less its mean over q = N(m, s²); nats."""
    q = stats.norm(m, s).pdf(Z)
    at_the_mean = float(stats.norm(w * m, math.sqrt(v)).logpdf(x))
    return at_the_mean - integral(q * stats.norm(w * Z, math.sqrt(v)).logpdf(x))


def beta_of_a_batch(n: int) -> float:
    """Run the code of the question; return the weight of one image's KL against its error."""
    g = torch.Generator().manual_seed(0)
    x, x_hat = torch.rand(2, n, 9, generator=g, dtype=torch.float64)
    mu, logvar = torch.randn(2, n, 4, generator=g, dtype=torch.float64)
    x_hat.requires_grad_()
    mu.requires_grad_()
    recon = 0.5 * F.mse_loss(x_hat, x, reduction="sum")
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1).mean()
    to_x, to_mu = torch.autograd.grad(recon + kl, (x_hat, mu))
    # In the ELBO of one image at unit variance the gradients are x_hat - x and mu.
    return float(((to_mu / mu).mean() / (to_x / (x_hat - x)).mean()).detach())


def gap_of_the_best_diagonal(rho: float) -> float:
    """Minimise the KL to a Gaussian of correlation rho over the two variances of q; nats."""
    covariance = np.array([[1, rho], [rho, 1]])
    precision, constant = np.linalg.inv(covariance), np.log(np.linalg.det(covariance)) - 2

    def gap(log_variances: np.ndarray) -> float:
        q = np.diag(np.exp(log_variances))
        return float(np.trace(precision @ q) + constant - log_variances.sum()) / 2

    return float(optimize.minimize(gap, [0.0, 0.1], method="Nelder-Mead").fun)
