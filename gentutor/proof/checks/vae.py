"""Second routes to the keys of ``questions/vae.yaml``."""

import math
from collections.abc import Sequence

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


def statements_on_sampling() -> list[str]:
    """Return the letters of the wrong statements on sampling, each tried out."""
    mu = torch.tensor([0.3, -0.7], requires_grad=True)
    logvar = torch.tensor([-1.0, 0.4], requires_grad=True)
    g = torch.Generator().manual_seed(0)
    z = mu + (0.5 * logvar).exp() * torch.randn(2, generator=g)
    z.retain_grad()
    z.pow(3).sum().backward()
    assert z.grad is not None
    assert mu.grad is not None
    assert logvar.grad is not None
    spread = torch.distributions.Normal(0.0, logvar.detach().exp().sqrt()).stddev
    # The posteriors of two examples are independent: so must the draws of their noise be.
    fresh = torch.randn(50_000, 2, generator=g)
    shared = fresh[:, :1].expand(-1, 2)
    apart, together = (float(torch.corrcoef(eps.mT)[0, 1].abs()) for eps in (fresh, shared))
    holds = {
        "a": not bool(mu.grad.any() and logvar.grad.any()),
        "b": apart < 0.02 < together,
        "c": torch.allclose(logvar.detach().exp(), spread),
        "d": torch.equal(mu.grad, z.grad),
    }
    return [letter for letter, one in holds.items() if not one]


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


class Descent:
    """Gradient descent on what has a gradient."""

    def __init__(self, weights: Sequence[torch.Tensor]) -> None:
        self.weights = weights

    def step(self) -> None:
        """Follow the gradients that are there."""
        for weight in self.weights:
            weight.data -= 0.1 * weight.grad if weight.grad is not None else 0.0


STEP = {
    "step": "optimiser.step()",
    "decode": "mean = decoder(z)",
    "loss": "loss = (nll(x, mean) + kl_to_prior(mu, logvar)).mean()",
    "spread": "s = (0.5 * logvar).exp()",
    "backward": "loss.backward()",
    "encode": "mu, logvar = encoder(x).chunk(2, dim=-1)",
    "draw": "z = mu + s * torch.randn_like(s)",
}


def plays(order: list[str]) -> bool:
    """Run lines of the training step from the beginning; say whether a step moves the weights."""
    torch.manual_seed(0)
    encoder, decoder = torch.nn.Linear(3, 4), torch.nn.Linear(2, 3)
    weights = [*encoder.parameters(), *decoder.parameters()]
    start = [weight.detach().clone() for weight in weights]
    world = {
        "torch": torch,
        "x": torch.randn(5, 3),
        "encoder": encoder,
        "decoder": decoder,
        "optimiser": Descent(weights),
        "nll": lambda x, mean: (x - mean).square().sum(1),
        "kl_to_prior": lambda mu, logvar: (mu**2 + logvar.exp() - logvar).sum(1),
    }
    try:
        for name in order:
            exec(STEP[name], world)
    except NameError:
        return False
    moved = not any(torch.equal(a, b) for a, b in zip(start, weights, strict=True))
    return moved or "step" not in order


def order_that_trains() -> list[str]:
    """Try the lines in every order; return the one that moves the weights."""
    found: list[list[str]] = [[]]
    for _ in STEP:
        found = [[*so_far, name] for so_far in found for name in STEP if name not in so_far]
        found = [order for order in found if plays(order)]
    return found[0] if len(found) == 1 else [f"{len(found)} orders"]


def way_of_the_gradient() -> list[str]:
    """Watch where the gradient arrives, one after another."""
    arrived: list[str] = []

    def watched(name: str, value: torch.Tensor) -> torch.Tensor:
        value.register_hook(lambda _: arrived.append(name))
        return value

    g = torch.Generator().manual_seed(0)
    x, into, out = (torch.randn(3, 3, generator=g, requires_grad=True) for _ in range(3))
    hidden = watched("hidden", x @ into)
    logvar = watched("logvar", hidden @ out)
    s = watched("s", (0.5 * logvar).exp())
    z = watched("z", s * torch.randn(3, 3, generator=g))
    watched("mean", z @ out).square().sum().backward()
    return arrived


def losses_by_level(pixels: int, latents: int) -> list[str]:
    """Order the losses of the question by the KL's weight relative to half the squared error."""
    sse = torch.tensor(3.0, requires_grad=True)
    kl = torch.rand(latents, requires_grad=True)
    losses = {
        "mixed": sse / pixels + kl.sum(),
        "half": sse / 2 + kl.sum(),
        "means": sse / pixels + kl.mean(),
        "sum": sse + kl.sum(),
    }

    def level(loss: torch.Tensor) -> float:
        of_sse, of_kl = torch.autograd.grad(loss, (sse, kl), retain_graph=True)
        return float(of_kl[0] / (2 * of_sse))

    return sorted(losses, key=lambda name: level(losses[name]))


def wrong(holds: dict[str, bool]) -> list[str]:
    """Return the letters of the statements that do not hold."""
    return [letter for letter, one in holds.items() if not one]


def statements_on_collapse() -> list[str]:
    """Return the letters of the wrong statements on collapse."""
    kls = {(mu, s): kl_by_quadrature(mu, s) for mu in (-0.5, 0.0, 0.5) for s in (0.7, 1.0, 1.4)}

    def nll(bias: float, x: float = 3.0) -> float:
        return -float(stats.norm(bias, 1).logpdf(x))

    holds = {
        "a": rate_by_search(0.7, 0.96) > 1e-3,
        "b": not nll(3.0) < nll(0.0),  # no code at all, and the loss falls
        "c": rate_by_search(0.7, 0.5) > 0.01 > rate_by_search(0.7, 1.0),
        "d": [key for key, kl in kls.items() if kl < 1e-9] == [(0.0, 1.0)],
    }
    return wrong(holds)


def statements_on_reductions(pixels: int, latents: int) -> list[str]:
    """Return the letters of the wrong statements, from the weights in each loss."""
    error = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    kl = torch.ones(latents, dtype=torch.float64, requires_grad=True)

    def beta(loss: torch.Tensor) -> float:
        to_error, to_kl = torch.autograd.grad(loss, (error, kl), retain_graph=True)
        return float(to_kl[0] / (2 * to_error))

    ones = torch.ones(pixels, dtype=torch.float64)
    mse = F.mse_loss(ones * (error / pixels).sqrt(), 0 * ones)
    holds = {
        "a": math.isclose(beta(error / 2 + kl.mean()), 1 / latents),
        "b": math.isclose(beta(error / 2 / pixels + kl.mean()), 1),
        "c": beta((error / 2 + kl.sum()) / pixels) > 1 + 1e-9,
        "d": math.isclose(beta(mse + kl.sum()), pixels / 2),
    }
    return wrong(holds)


def statements_on_evaluation() -> list[str]:
    """Return the letters of the wrong statements, in a model of one pixel with x = 1."""
    log_joint = PRIOR.logpdf(Z) + stats.norm(Z, math.sqrt(0.5)).logpdf(1)
    log_p = math.log(integral(np.exp(log_joint)))
    kl = kl_by_quadrature(0.8, 0.6)
    estimates = stats.norm(Z, math.sqrt(0.5)).logpdf(1) - kl
    at_mu = float(stats.norm(0.8, math.sqrt(0.5)).logpdf(1)) - kl
    spread = integral(PRIOR.pdf(Z) * Z**2)
    images = np.linspace(-9, 9, 37)
    density = np.exp([evidence_by_quadrature(1, 0.5, x) for x in images])
    holds = {
        "a": at_mu <= log_p,
        "b": bool((estimates > log_p).any()),
        "c": not float(stats.norm(0, 0.1).logpdf(0)) > 0,
        "d": spread < float(np.trapezoid(density * images**2, images)),
    }
    return wrong(holds)


def statements_on_estimators() -> list[str]:
    """Return the letters of the wrong statements, by integrals over q = N(1, 1) and N(0, 1)."""

    def moments(estimate: np.ndarray, mu: float) -> tuple[float, float]:
        q = stats.norm(mu, 1).pdf(Z)
        mean = integral(q * estimate)
        return mean, integral(q * estimate**2) - mean**2

    score, path = moments(Z**2 * (Z - 1), 1), moments(2 * Z, 1)
    score_wiggly = moments(np.sin(10 * Z) * Z, 0)
    path_wiggly = moments(10 * np.cos(10 * Z), 0)
    step = moments((Z > 0) * (Z - 1), 1)[0]
    exact = stats.norm(0, 1).cdf(1.001) - stats.norm(0, 1).cdf(0.999)
    holds = {
        "a": not math.isclose(score[0], path[0], rel_tol=1e-6),
        "b": path[1] <= score[1] and path_wiggly[1] <= score_wiggly[1],
        "c": math.isclose(step, exact / 0.002, rel_tol=1e-3),
        "d": math.isclose(moments((Z**2 - 7) * (Z - 1), 1)[0], score[0], rel_tol=1e-6),
    }
    return wrong(holds)


def statements_on_beta() -> list[str]:
    """Return the letters of the wrong statements, from trained linear VAEs."""

    def loss_and_mixing(degrees: float) -> tuple[float, float]:
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        turn = np.array([[c, -s], [s, c]])
        encode, decode, noise = 0.8 * turn, 0.8 * turn.T, 0.36 * np.eye(2)
        copied = decode @ encode - np.eye(2)
        error = np.trace(copied @ copied.T + decode @ noise @ decode.T)
        kl = 0.5 * (np.trace(encode @ encode.T + noise) - 2 - math.log(np.linalg.det(noise)))
        return float(error / 2 + 0.36 * kl), float(abs(encode[0, 1]))

    (straight, apart), (turned, mixed) = loss_and_mixing(0), loss_and_mixing(40)
    one, other = linear_vae(0.6, 0.04, 4), linear_vae(0.6, 0.16)
    holds = {
        "a": np.allclose(one, other, rtol=1e-3),
        "b": not (math.isclose(straight, turned) and apart < mixed),
        "c": rate_by_search(0.6, 1.0) > 0.01,  # at 0.04 the data would pay for 1.35 nats
        "d": rate_by_search(0.6, 0.04, 16) < 1e-3,
    }
    return wrong(holds)


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
