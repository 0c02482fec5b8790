"""Second routes to the keys of ``questions/vae.yaml``."""

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


def linear_vae(eigenvalue: float, level: float) -> tuple[float, float, float]:
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
        return 0.5 * error + level * kl

    found = optimize.minimize(loss, [0.9, -0.4], method="Nelder-Mead", options={"xatol": 1e-7})
    kl, error, square = terms(*found.x.tolist())
    return kl, error, square


def rate_by_search(eigenvalue: float, level: float) -> float:
    """Return the KL of one dimension of a trained linear VAE; nats, averaged over the data."""
    return linear_vae(eigenvalue, level)[0]


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

    def __init__(self, weights: list[torch.Tensor]) -> None:
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
