"""Second routes to the statements of ``questions/vae.yaml``."""

import math

import numpy as np
import torch
from scipy import stats
from torch.nn import functional as F

from gentutor.proof.checks.letters import wrong
from gentutor.proof.checks.vae import (
    PRIOR,
    Z,
    evidence_by_quadrature,
    integral,
    kl_by_quadrature,
    linear_vae,
    rate_by_search,
)


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
