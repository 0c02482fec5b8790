"""Second routes to the keys of ``questions/elbo.yaml``."""

import math

import numpy as np
import torch
from scipy import optimize, special, stats

from gentutor.proof.checks.vae import PRIOR, Z, integral, linear_vae, wrong


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


def true_ones(holds: dict[str, bool]) -> list[str]:
    """Return the letters of what holds."""
    return [letter for letter, one in holds.items() if one]


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


def log_weights(m: float, s2: float, n: int, k: int) -> np.ndarray:
    """Draw log weights (n, k) of q = N(m, s2) at x = 1, decoder variance ½; nats."""
    q = stats.norm(m, math.sqrt(s2))
    z = m + math.sqrt(s2) * np.random.default_rng(0).standard_normal((n, k))
    return PRIOR.logpdf(z) + stats.norm(z, math.sqrt(0.5)).logpdf(1) - q.logpdf(z)


def bound(m: float, s2: float, k: int) -> float:
    """Estimate the importance-weighted bound with k samples by 40,000 groups; nats."""
    return float(special.logsumexp(log_weights(m, s2, 40_000, k), axis=1).mean() - math.log(k))


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
