"""Second routes to the numbers and orders of ``questions/elbo.yaml``."""

import math

import numpy as np
import torch
from scipy import optimize, special, stats

from gentutor.proof.checks.vae import (
    PRIOR,
    Z,
    integral,
    linear_vae,
)


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


def gap_of_the_best_diagonal(rho: float) -> float:
    """Minimise the KL to a Gaussian of correlation rho over the two variances of q; nats."""
    covariance = np.array([[1, rho], [rho, 1]])
    precision, constant = np.linalg.inv(covariance), np.log(np.linalg.det(covariance)) - 2

    def gap(log_variances: np.ndarray) -> float:
        q = np.diag(np.exp(log_variances))
        return float(np.trace(precision @ q) + constant - log_variances.sum()) / 2

    return float(optimize.minimize(gap, [0.0, 0.1], method="Nelder-Mead").fun)


def log_weights(m: float, s2: float, n: int, k: int) -> np.ndarray:
    """Draw log weights (n, k) of q = N(m, s2) at x = 1, decoder variance ½; nats."""
    q = stats.norm(m, math.sqrt(s2))
    z = m + math.sqrt(s2) * np.random.default_rng(0).standard_normal((n, k))
    return PRIOR.logpdf(z) + stats.norm(z, math.sqrt(0.5)).logpdf(1) - q.logpdf(z)


def bound(m: float, s2: float, k: int) -> float:
    """Estimate the importance-weighted bound with k samples by 40,000 groups; nats."""
    return float(special.logsumexp(log_weights(m, s2, 40_000, k), axis=1).mean() - math.log(k))


def order_of_widths() -> list[str]:
    """Order the widths by their gap, on a grid."""
    ratios = {"exact": 1.0, "half": 0.5, "double": 2.0, "tenth": 0.1, "four": 4.0}
    return sorted(ratios, key=lambda name: gap_of_width(ratios[name]))


def order_of_bounds() -> list[str]:
    """Order the five numbers in the model with x = 1, decoder variance ½ and q = N(½, 0.8)."""
    reconstruction, kl, log_p = terms(1, 0.5, 0.5, 0.8)
    values = {
        "beta": reconstruction - 3 * kl,
        "elbo": reconstruction - kl,
        "two": bound(0.5, 0.8, 2),
        "twenty": bound(0.5, 0.8, 20),
        "truth": log_p,
    }
    return sorted(values, key=lambda name: values[name])


PROGRAM = {
    "mean": "bound = each.mean()",
    "log-w": "log_w = log_joint(z) - log_q",
    "z": "z = mu + s * eps",
    "log-mean": "each = log_w.logsumexp(0) - math.log(len(eps))",
    "log-q": "log_q = Normal(mu, s).log_prob(z).sum(-1)",
}


def order_of_the_program() -> list[str]:
    """Try the lines in every order; return the one that runs."""
    found: list[list[str]] = [[]]
    for _ in PROGRAM:
        found = [[*so_far, name] for so_far in found for name in PROGRAM if name not in so_far]
        found = [order for order in found if runs(order)]
    return found[0] if len(found) == 1 else [f"{len(found)} orders"]


def runs(order: list[str]) -> bool:
    """Run lines of the program from the beginning; say whether all of them find what they read."""
    world = {
        "math": math,
        "Normal": torch.distributions.Normal,
        "mu": torch.zeros(3, 2),
        "s": torch.ones(3, 2),
        "eps": torch.ones(4, 3, 2),
        "log_joint": lambda z: -z.square().sum(-1),
    }
    try:
        for name in order:
            exec(PROGRAM[name], world)
    except NameError:
        return False
    return True
