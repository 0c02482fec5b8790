"""Second routes to the keys of ``questions/vae.yaml``."""

import math

import torch
from torch.nn import functional as F


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
