"""Second routes to the choices of ``questions/elbo.yaml``."""

import math

import numpy as np
import torch
from scipy import stats

from gentutor.proof.checks.elbo import (
    bound,
    kl_on_a_grid,
    log_weights,
    terms,
)
from gentutor.proof.checks.letters import true_ones
from gentutor.proof.checks.vae import (
    PRIOR,
    Z,
    integral,
)


def change_of_the_evidence() -> list[str]:
    """Move q alone and compare what log p(x) and the ELBO gain."""
    before, after = terms(1, 0.5, 0.0, 1.0), terms(1, 0.5, 0.6, 0.4)
    gain = after[0] - after[1] - before[0] + before[1]
    change = after[2] - before[2]
    still = abs(change) < 1e-9
    holds = {
        "a": still,
        "b": math.isclose(change, gain, rel_tol=1e-6),
        "c": not still and 0 < change < gain,
        "d": not still and change < 0,
    }
    return true_ones(holds)


def lines_of_the_bound() -> list[str]:
    """Run the four lines on weights near exp(-1000); compare with shifted ones in float64."""
    g = torch.Generator().manual_seed(0)
    shifted = 2 * torch.randn(64, 3, generator=g, dtype=torch.float64)
    exact = shifted.exp().mean(0).log() - 1000
    log_w, log_n = (shifted - 1000).float(), math.log(64)
    found = {
        "a": log_w.logsumexp(0) - log_n,
        "b": log_w.exp().mean(0).log(),
        "c": log_w.mean(0),
        "d": log_n - (-log_w).logsumexp(0),
    }
    return [letter for letter, one in found.items() if torch.allclose(one.double(), exact)]


def lines_of_the_kl() -> list[str]:
    """Run the six lines and compare with the KL of the joint distributions, by quadrature."""
    normal, kl = torch.distributions.Normal, torch.distributions.kl_divergence
    mu = torch.tensor([[0.5, -1.0, 0.2], [1.5, 0.3, -0.4]])
    logvar = torch.tensor([[-1.0, 0.5, -2.0], [0.3, -0.7, 0.9]])
    s = (0.5 * logvar).exp()
    pairs = zip(mu.flatten().tolist(), s.flatten().tolist(), strict=True)
    exact = torch.tensor([kl_on_a_grid(m, d, 0, 1) for m, d in pairs]).view(2, 3).sum(1)
    found = {
        "a": 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1),
        "b": -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1),
        "c": kl(normal(mu, (0.5 * logvar).exp()), normal(0, 1)).sum(1),
        "d": 0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(1),
        "e": kl(normal(mu, logvar.exp()), normal(0, 1)).sum(1),
        "f": kl(normal(0, 1), normal(mu, (0.5 * logvar).exp())).sum(1),
    }
    return [letter for letter, one in found.items() if torch.allclose(one, exact, atol=1e-5)]


def which_are_bounds() -> list[str]:
    """Compare each with log p(x) for the posterior, the prior, a spike and others as q."""
    likelihood = stats.norm(Z, math.sqrt(0.5)).logpdf(1)
    over_prior = integral(PRIOR.pdf(Z) * likelihood)
    holds = dict.fromkeys("abcdef", True)
    for m, s2 in ((2 / 3, 1 / 3), (0.0, 1.0), (1.0, 0.01), (0.5, 0.5), (1.0, 0.8)):
        reconstruction, kl, log_p = terms(1, 0.5, m, s2)
        log_mean = math.log(integral(stats.norm(m, math.sqrt(s2)).pdf(Z) * np.exp(likelihood)))
        values = {
            "a": reconstruction - 4 * kl,
            "b": reconstruction - 0.5 * kl,
            "d": reconstruction,
            "e": over_prior,
            "f": log_mean,
        }
        if s2 >= 1 / 3:
            values["c"] = bound(m, s2, 10)
        for letter, value in values.items():
            holds[letter] &= value < log_p + 0.01
    return true_ones(holds)


def ratios_of_finite_variance() -> list[str]:
    """See for which widths the integral of p² / q no longer grows with its limits."""

    def second_moment(r: float, end: float) -> float:
        z = np.linspace(-end, end, 20_001)
        values = 2 * PRIOR.logpdf(z) - stats.norm(0, math.sqrt(r)).logpdf(z)
        return float(np.trapezoid(np.exp(values), z))

    ratios = {"a": 0.4, "b": 0.5, "c": 0.6, "d": 1.0, "e": 2.5}
    return true_ones(
        {a: second_moment(r, 40) < 1.01 * second_moment(r, 20) for a, r in ratios.items()}
    )


def readings_of_a_noisy_decoder() -> list[str]:
    """Compare the encoder's q with every other one of a table of means and variances."""
    m, s2 = 0.091, 0.909
    reconstruction, kl, log_p = terms(1, 10, m, s2)
    gap = log_p - reconstruction + kl
    means, variances = np.meshgrid(np.linspace(-1, 2, 151), np.geomspace(0.02, 2, 200))
    rates = 0.5 * (means**2 + variances - 1 - np.log(variances))
    errors = ((1 - means) ** 2 + variances) / 20
    log_peak = stats.norm(0, math.sqrt(10)).logpdf(0)
    elbos = log_peak - errors - rates
    loose = elbos.flat[np.argmin(errors + 0.1 * rates)]
    holds = {
        "a": gap < 1e-3 and kl < 0.01,
        "b": gap > 0.01,
        "c": bool(elbos.max() > log_p - gap + 1e-3),
        "d": bool(log_p - loose < gap),
    }
    return true_ones(holds)


def reading_of_a_negative_loss() -> list[str]:
    """See whether a decoder of 64 pixels and a correct loss can read -31 nats."""
    pixel = stats.norm(0, 0.1)
    best = -64 * float(pixel.logpdf(0))  # of any x, at a KL of 0
    linear = np.random.default_rng(0).normal(0, 0.1, (200, 64))
    nll = -pixel.logpdf(linear)
    holds = {
        "a": best < -31 and float(nll.sum(1).mean()) < -31,
        "b": best >= -31,  # else a correct loss gets there without a wrong sign
        "c": bool((np.log(pixel.pdf(linear)) <= 0).all()),
        "d": float(nll.mean()) <= -31,
    }
    return true_ones(holds)


def signal_of_more_samples() -> list[str]:
    """Measure both signal-to-noise ratios at k = 8 and 128, for a q that is too wide."""

    def ratios(k: int) -> np.ndarray:
        m, s2 = 2 / 3 + 0.5 / math.sqrt(3), 2.5 / 3
        rng = np.random.default_rng(1)
        eps = rng.standard_normal((16_000, k))
        z = m + math.sqrt(s2) * eps
        log_w = -0.5 * z**2 - (1 - z) ** 2 + 0.5 * eps**2
        w = np.exp(log_w - log_w.max(1, keepdims=True))
        w /= w.sum(1, keepdims=True)
        to_mean = (w * (-z + 2 * (1 - z))).sum(1)
        to_bias = (w * 2 * (1 - z)).sum(1)
        return np.array([abs(g.mean()) / g.std() for g in (to_mean, to_bias)])

    encoder, decoder = ratios(128) / ratios(8)
    falls, rises = encoder < 0.6, decoder > 2
    holds = {
        "a": falls and rises,
        "b": encoder > 2 and rises,
        "c": 0.6 < encoder < 2 and 0.6 < decoder < 2,
        "d": encoder > 2 and decoder < 0.6,
    }
    return true_ones(holds)


def what_makes_it_tight() -> list[str]:
    """Look at the gap in each case, in the model with x = 1 and decoder variance ½."""

    def gap(m: float, s2: float) -> float:
        reconstruction, kl, log_p = terms(1, 0.5, m, s2)
        return log_p - reconstruction + kl

    some = [(2 / 3, 1 / 3), (0.0, 1.0), (0.5, 0.5), (1.0, 0.3), (2 / 3, 0.5)]
    flat = [q for q in some if log_weights(*q, 20, 1).std() < 1e-9]
    blind = math.log(integral(PRIOR.pdf(Z) * 0.3)) - integral(PRIOR.pdf(Z) * math.log(0.3))
    holds = {
        "a": bool(flat) and all((gap(*q) < 1e-6) == (q in flat) for q in some),
        "b": gap(2 / 3, 1 / 3) < 1e-6,
        "c": gap(0, 1) < 1e-6,
        "d": gap(1, 1e-4) < 1e-6,
        "e": abs(blind) < 1e-6,
    }
    return true_ones(holds)
