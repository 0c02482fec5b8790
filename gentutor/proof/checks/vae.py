"""Second routes to the numbers of ``questions/vae.yaml``."""

import math

import numpy as np
import torch
from scipy import optimize, stats
from torch.nn import functional as F

Z = np.linspace(-20, 20, 80_001)  # a grid of codes, fine enough for every integral here


PRIOR = stats.norm(0, 1)


def integral(values: np.ndarray) -> float:
    """Integrate over the grid of codes."""
    return float(np.trapezoid(values, Z))


def kl_by_quadrature(mu: float, s: float) -> float:
    """Integrate q log(q / p) on a grid, for q = N(mu, s²) and p = N(0, 1); nats."""
    z = torch.linspace(mu - 12 * s, mu + 12 * s, 20_001, dtype=torch.float64)
    log_q = -0.5 * ((z - mu) / s) ** 2 - math.log(s) - 0.5 * math.log(2 * math.pi)
    log_p = -0.5 * z**2 - 0.5 * math.log(2 * math.pi)
    return float(torch.trapezoid(log_q.exp() * (log_q - log_p), z))


def beta_of_mixed_reductions(pixels: int, latents: int) -> float:
    """Run the code of the question, and return its KL's weight relative to the ELBO's."""
    g = torch.Generator().manual_seed(0)
    x, x_hat = torch.rand(2, 32, pixels, generator=g, dtype=torch.float64)
    mu, logvar = torch.randn(2, 32, latents, generator=g, dtype=torch.float64)
    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(1).mean()
    as_coded = F.binary_cross_entropy(x_hat, x)
    in_the_elbo = -(x * x_hat.log() + (1 - x) * (1 - x_hat).log()).sum(1).mean()
    nats_a_latent = torch.distributions.kl_divergence(
        torch.distributions.Normal(mu, (0.5 * logvar).exp()), torch.distributions.Normal(0.0, 1.0)
    )
    return float(kl / nats_a_latent.sum(1).mean() * in_the_elbo / as_coded)


def elbo_of_one_draw(x: float, mu: float, s: float, eps: float, v: float) -> float:
    """Return log p(x | z) of one draw less the KL by quadrature; nats."""
    return float(stats.norm(mu + s * eps, math.sqrt(v)).logpdf(x)) - kl_by_quadrature(mu, s)


def gap_by_quadrature(v: float, d: float, x: float = 1.0) -> float:
    """Integrate log p(x) and the ELBO of an encoder whose mean is d too large; nats."""
    likelihood = stats.norm(Z, math.sqrt(v))
    log_p = math.log(integral(PRIOR.pdf(Z) * likelihood.pdf(x)))
    q = stats.norm(x / (1 + v) + d, math.sqrt(v / (1 + v)))
    log_joint = PRIOR.logpdf(Z) + likelihood.logpdf(x)
    return log_p - integral(q.pdf(Z) * (log_joint - q.logpdf(Z)))


def variance_of_mean_reductions(pixels: int, latents: int) -> float:
    """Run the code of the question; return the decoder variance that the ELBO would need."""
    g = torch.Generator().manual_seed(0)
    x, x_hat = torch.rand(2, 16, pixels, generator=g, dtype=torch.float64)
    kl = torch.rand(16, latents, generator=g, dtype=torch.float64, requires_grad=True)
    x_hat.requires_grad_()
    (F.mse_loss(x_hat, x) + kl.mean()).backward()
    # An ELBO has the gradient (x_hat - x) / variance for each 1 of the KL's, image by image.
    assert x_hat.grad is not None
    assert kl.grad is not None
    per_nat = x_hat.grad / kl.grad[:, :1]
    return ((x_hat - x) / per_nat).mean().item()


def sigma_by_search(pixels: int, sse: float) -> float:
    """Minimise the Gaussian negative log-likelihood over log sigma."""

    def nll(log_sigma: float) -> float:
        return pixels * log_sigma + sse / (2 * math.exp(2 * log_sigma))

    return math.exp(optimize.minimize_scalar(nll, bounds=(-8, 4), method="bounded").x)


def linear_vae(eigenvalue: float, variance: float, beta: float = 1.0) -> tuple[float, float, float]:
    """Train one dimension of a linear VAE: q = N(a x, s^2), decoder mean w z.

    Returns:
        KL in nats and squared error, both averaged over the data, and w squared.
    """

    def terms(a: float, log_s: float) -> tuple[float, float, float]:
        power = a * a * eigenvalue + math.exp(2 * log_s)  # mean of z squared
        w = a * eigenvalue / power  # best decoder for this encoder
        return 0.5 * (power - 1 - 2 * log_s), eigenvalue - w * a * eigenvalue, w * w

    def loss(p: np.ndarray) -> float:
        kl, error, _ = terms(*p)
        return error / (2 * variance) + beta * kl

    found = optimize.minimize(loss, [0.9, -0.4], method="Nelder-Mead", options={"xatol": 1e-7})
    kl, error, square = terms(*found.x.tolist())
    return kl, error, square


def rate_by_search(eigenvalue: float, variance: float, beta: float = 1.0) -> float:
    """Return the KL of one dimension of a trained linear VAE; nats, averaged over the data."""
    return linear_vae(eigenvalue, variance, beta)[0]


def score_function_variance(mu: float, s: float) -> float:
    """Integrate the square of f(z) d log q(z) / d mu for f(z) = z, less the squared mean."""
    q = stats.norm(mu, s)
    estimate = Z * (Z - mu) / s**2
    mean = integral(q.pdf(Z) * estimate)
    return integral(q.pdf(Z) * estimate**2) - mean**2


def shared_noise_factor(n: int, rho: float) -> float:
    """Compare the variances of a mean of n numbers, by their covariance matrices."""
    weights = np.full(n, 1 / n)
    together = np.full((n, n), rho) + (1 - rho) * np.eye(n)
    return float((weights @ together @ weights) / (weights @ weights))


def evidence_by_quadrature(w: float, v: float, x: float) -> float:
    """Integrate the likelihood over the prior; nats."""
    return math.log(integral(PRIOR.pdf(Z) * stats.norm(w * Z, math.sqrt(v)).pdf(x)))


def share_between(low: float, high: float, k: float) -> float:
    """Count the codes, by weight, whose picture k z, cut off at -1 and 1, lies in between."""
    picture = np.clip(k * Z, -1, 1)
    return integral(PRIOR.pdf(Z) * ((low < picture) & (picture < high)))
