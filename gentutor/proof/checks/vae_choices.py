"""Second routes to the choices of ``questions/vae.yaml``."""

import math

import numpy as np
import torch
from scipy import stats

from gentutor.proof.checks.letters import wrong
from gentutor.proof.checks.vae import (
    PRIOR,
    Z,
    integral,
    kl_by_quadrature,
    linear_vae,
    rate_by_search,
)


def lines_to_change() -> list[str]:
    """Hold each line of the code against PyTorch's own distributions; return the wrong ones."""
    g = torch.Generator().manual_seed(0)
    mu, logvar = torch.randn(2, 3, 8, generator=g, dtype=torch.float64)
    q = torch.distributions.Normal(mu, logvar.exp().sqrt())
    eps = torch.randn(5000, 1, generator=g).expand(-1, 2)
    kl = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(1)
    x, decoded = torch.rand(2, 4, 64, generator=g, dtype=torch.float64)
    exact = -torch.distributions.Normal(decoded, math.sqrt(0.5)).log_prob(x).sum(1)
    right = {
        "a": bool(torch.corrcoef(eps.mT)[0, 1].abs() < 0.1),
        "b": torch.allclose(logvar.exp(), q.stddev),
        "c": bool((exact - (decoded - x).square().sum(1)).std() < 1e-9),
        "d": torch.allclose((mu**2 + logvar.exp() - logvar - 1).sum(1), kl),
    }
    return wrong(right)


def reading_of_a_rising_kl() -> str:
    """Train a linear VAE whose data have variance 1; say which reading its curves allow."""
    a, log_s, variance = 0.01, -0.01, 0.04
    kls, losses = [], []
    for _ in range(400):
        s2 = math.exp(2 * log_s)
        power = a * a + s2
        error = s2 / power  # with the best decoder
        kls.append(0.5 * (power - 1 - 2 * log_s))
        losses.append(0.5 * math.log(2 * math.pi * variance) + error / (2 * variance) + kls[-1])
        a += 0.01 * (a * s2 / (variance * power**2) - a)
        log_s -= 0.01 * (s2 * a * a / (variance * power**2) + s2 - 1)
    rises, falls = kls[-1] > 20 * kls[0], max(np.diff(losses)) < 0
    settles = abs(kls[-1] - kls[-50]) < 0.05  # with a wrong sign it would grow without end
    return "a" if rises and falls and settles else "b"


def sights_of_a_collapsed_one() -> list[str]:
    """Look at a linear VAE that has collapsed."""
    kl, error, square = linear_vae(0.7, 0.96)
    samples_vary = copies_vary = square > 1e-4
    seen = {
        "a": not copies_vary,
        "b": not samples_vary,
        "c": math.isclose(error, 0.7, rel_tol=1e-3),  # the error of the mean
        "d": kl_by_quadrature(0, 0.01) < kl + 1e-3,
        "e": kl_by_quadrature(0.5, 1) < kl + 1e-3,
    }
    return [letter for letter, one in seen.items() if one]


def sight_without_kl() -> str:
    """Compare the error of encoders of several scales and noises, each with its best decoder."""

    def error(a: float, s: float) -> float:
        return s * s / (a * a + s * s)

    narrower_is_better = error(1, 0.5) > error(1, 0.05) > error(1, 0.005)
    any_scale = all(error(a, 1e-4 * a) < 1e-6 for a in (0.1, 1, 10))
    return "a" if narrower_is_better and any_scale else "b"


def tests_of_the_code() -> str:
    """Try tests on a decoder that uses its code and on one that predicts pixels from pixels."""
    rng = np.random.default_rng(0)
    first = rng.normal(size=4000)
    second = first + 0.1 * rng.normal(size=4000)  # two pixels, much alike
    code = second + 0.3 * rng.normal(size=4000)
    swapped = rng.permutation(code)
    kl = 0.5 * (1.01 + 0.09 - 1 - math.log(0.09))

    def nll(guess: np.ndarray) -> float:
        spread = float((second - guess).std())
        return -float(stats.norm(guess, spread).logpdf(second).mean())

    by_pixel, by_code = nll(first), nll(code)
    found = {
        "a": nll(swapped) > by_code + 0.1,  # the other decoder sees no code: nothing changes
        "b": not (first.std() > 0.1 and code.std() > 0.1),
        "c": not nll(0.5 * first) > by_pixel,  # learns, and has no code
        "d": by_pixel > by_code + kl,
    }
    return "".join(letter for letter, one in found.items() if one)


def remedies_for_the_level(eigenvalue: float, variance: float, beta: float) -> list[str]:
    """Train again with each change; return those that leave more than 0.01 nats in the code."""
    same_optimum = rate_by_search(eigenvalue, variance, beta)  # reached from a living start
    rates = {
        "a": rate_by_search(eigenvalue, variance, beta / 2),
        "b": rate_by_search(eigenvalue, variance / 2, beta),
        "c": same_optimum,
        "d": max(rate_by_search(other, variance, beta) for other in (eigenvalue, 0.3, 0.1)),
        "e": same_optimum,
    }
    return [letter for letter, rate in rates.items() if rate > 0.01]


def decoders_without_bound() -> list[str]:
    """Let the noise shrink; return the decoders whose bound goes on growing."""
    noises = [10.0**-power for power in (1, 2, 3, 4)]
    cost = [kl_by_quadrature(0, s) for s in (0.1, 0.01)]
    per_tenth = cost[1] - cost[0]  # nats that a tenfold sharper code costs a latent
    tenth = math.log(10)

    def gaussian(sigma: float, error: float) -> float:
        return 64 * float(stats.norm(0, sigma).logpdf(0)) - error / (2 * sigma**2)

    bounds = {
        "a": [float(stats.norm(0, sigma).logpdf(0)) for sigma in noises],
        "b": [gaussian(sigma, 0) + 8 * per_tenth * math.log(sigma) / tenth - 8 for sigma in noises],
        "c": [gaussian(sigma, 0.5) for sigma in noises],
        "d": [64 * math.log(1 - sigma) for sigma in noises],  # probability of each right pixel
    }
    return [letter for letter, values in bounds.items() if min(np.diff(values)) > 1]


def match_of_the_prior(s: float) -> str:
    """Integrate the average of narrow posteriors whose means are spread as far as they can be."""
    means = stats.norm(0, math.sqrt(1 - s * s)).pdf(Z)
    aggregate = integral(means * (Z**2 + s * s))  # variance, by the law of total variance
    wide_tells_nothing = kl_by_quadrature(0, 1) < 1e-9
    scaled_draw = integral(PRIOR.pdf(Z) * (s * Z) ** 2)
    matches = math.isclose(aggregate, 1, rel_tol=1e-3) and scaled_draw < 0.1
    return "a" if matches and wide_tells_nothing else "b"


def what_sharpens(level: float) -> str:
    """Return the changes that lower a linear VAE's error on four directions by a tenth."""
    eigenvalues = [4.0, 1.0, 0.5, 0.3]

    def error(latents: int, variance: float) -> float:
        return sum(linear_vae(one, variance)[1] for one in eigenvalues[:latents]) + sum(
            eigenvalues[latents:]
        )

    now = error(2, level)
    changed = {
        "a": error(3, level),
        "b": error(2, level / 1000),
        "c": error(2, 10 * level),
        "d": now + 4 * level,
    }
    return "".join(letter for letter, one in changed.items() if one < 0.9 * now)


def unbiased_for_a_category(theta: float = 0.7) -> list[str]:
    """Compute the mean of each estimate for two categories and f(z) = z cubed."""
    p = 1 / (1 + math.exp(-theta))
    h = 1e-5
    exact = (1 / (1 + math.exp(-theta - h)) - 1 / (1 + math.exp(-theta + h))) / (2 * h)
    relaxed = 1 / (1 + np.exp(-(theta + Z) / 0.5))
    slope = 3 * relaxed**2 * relaxed * (1 - relaxed) / 0.5
    means = {
        "a": p * (1 - p) * (1**3 - 0**3),
        "b": p * 1**3 * (1 - p) + (1 - p) * 0**3 * (-p),
        "c": integral(stats.logistic.pdf(Z) * slope),
        "d": (p * 3 * 1**2 + (1 - p) * 3 * 0**2) * p * (1 - p),
    }
    return [letter for letter, mean in means.items() if math.isclose(mean, exact, rel_tol=1e-3)]
