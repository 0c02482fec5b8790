"""Second routes to the statements of ``questions/elbo.yaml``."""

import math

import numpy as np
from scipy import special, stats

from gentutor.proof.checks.elbo import (
    information_on_a_grid,
    kl_on_a_grid,
    log_weights,
    terms,
)
from gentutor.proof.checks.letters import wrong
from gentutor.proof.checks.vae import (
    PRIOR,
    Z,
    integral,
    linear_vae,
)


def statements_on_names() -> list[str]:
    """Return the letters of the wrong statements, from four q at x = 1."""
    prior, guess, posterior = (terms(1, 0.5, *q) for q in ((0, 1), (0.5, 0.5), (2 / 3, 1 / 3)))
    sharp = terms(1, 0.01, 1 / 1.01, 0.01 / 1.01)
    gaps = [log_p - reconstruction + kl for reconstruction, kl, log_p in (prior, guess, posterior)]
    holds = {
        "a": math.isclose(-guess[0] + guess[1], guess[0] - guess[1]),
        "b": all(
            math.isclose(g, q[1], abs_tol=1e-6)
            for g, q in zip(gaps, (prior, guess, posterior), strict=True)
        ),
        "c": abs(sharp[2] - sharp[0] + sharp[1]) < 1e-4 and abs(sharp[1] - 2.303) < 1e-3,
        "d": prior[2] == guess[2] == posterior[2] and not math.isclose(gaps[0], gaps[1]),
    }
    return wrong(holds)


def statements_on_importance_weighting() -> list[str]:
    """Return the letters of the wrong statements, from 20,000 groups of 40 weights."""
    log_w = log_weights(0.5, 0.8, 20_000, 40)
    log_p = terms(1, 0.5, 0.5, 0.8)[2]

    def each(k: int, sign: int = 1) -> np.ndarray:
        return special.logsumexp(sign * log_w[:, :k], axis=1) - math.log(k)

    rising = [float(each(k).mean()) for k in (1, 2, 4, 8)]
    holds = {
        "a": math.isclose(log_w.mean(), each(40).mean(), abs_tol=0.01),
        "b": math.isclose(each(40, -1).mean(), -log_p, abs_tol=0.01),
        "c": rising == sorted(rising),
        "d": bool((each(8) > log_p).any()),
    }
    return wrong(holds)


def statements_on_the_kl() -> list[str]:
    """Return the letters of the wrong statements, by integrals."""
    q = stats.norm(1, 0.5)
    negative = integral(q.pdf(Z) * (q.pdf(Z) < PRIOR.pdf(Z)))
    average = np.mean(
        [kl_on_a_grid(m, 0.5, 0, 1) for m in 3**0.5 * PRIOR.ppf(np.linspace(0.0125, 0.9875, 40))]
    )
    small = [kl_on_a_grid(0.7, 1e-3 * math.exp(-n), 0, 1) for n in range(3)]
    kls = np.array([kl_on_a_grid(m, 0.5, 0, 1) for m in (0.0, 1.0, 2.0)])
    holds = {
        "a": negative < 1e-6,
        "b": bool(abs(average - information_on_a_grid(3, 0.5)) < 0.05),
        "c": bool(np.allclose(np.diff(small), 1, atol=1e-3)),
        "d": math.isclose(kls.mean(), kls.sum() / len(kls)),
    }
    return wrong(holds)


def statements_on_the_weight() -> list[str]:
    """Return the letters of the wrong statements, by searching the best q of the pencil model."""
    means, variances = np.linspace(0.2, 0.8, 4), np.linspace(0.1, 0.6, 6)
    table = [(m, s2, *terms(1, 0.5, m, s2)) for m in means for s2 in variances]

    def best(beta: float) -> tuple[float, float, float]:
        return max((r - beta * kl, m, s2) for m, s2, r, kl, _ in table)

    log_p = table[0][-1]
    (half, *at_half), (_, *at_one), (four, *_) = best(0.5), best(1), best(4)
    rates = [linear_vae(0.6, v, beta)[0] for v, beta in ((0.2, 2), (0.1, 4))]
    holds = {
        "a": bool(np.allclose(at_half, at_one)),
        "b": half <= log_p,
        "c": four <= log_p,
        "d": math.isclose(*rates, rel_tol=1e-3) and rates[0] > 0.01,
    }
    return wrong(holds)


def statements_on_reconstruction() -> list[str]:
    """Return the letters of the wrong statements, from data of variance 1.5 in one dimension."""
    kl, error, _ = linear_vae(1.5, 0.5)
    with_z = -0.5 * math.log(2 * math.pi * 0.5) - error / (2 * 0.5) - kl
    x = 1.5**0.5 * Z
    without_z = integral(PRIOR.pdf(Z) * stats.norm(0, 1.5**0.5).logpdf(x))
    same = math.isclose(with_z, without_z, abs_tol=1e-4)

    def cost(v: float) -> float:  # of one unit of squared error
        decoder = stats.norm(0, math.sqrt(v))
        return float(decoder.logpdf(0) - decoder.logpdf(1))

    holds = {
        "a": not same,
        "b": linear_vae(1.5, 2.0)[0] > 1e-3,  # the search reaches the exact posterior
        "c": math.isclose(cost(0.25), 2 * cost(0.5)),
        "d": same and abs(kl - 0.55) < 0.005,
    }
    return wrong(holds)
