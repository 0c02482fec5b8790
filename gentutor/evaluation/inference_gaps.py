r"""Why the ELBO falls short of :math:`\log p(x)`: the family of q, or the encoder."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gentutor.checks import check_int, check_number, check_tensor, trusted
from gentutor.objectives.bounds import (
    LogJoint,
    check_log_joint,
    check_posterior,
    log_importance_weights,
)
from gentutor.progress import progress
from gentutor.threads import one_thread


@dataclass(frozen=True)
class InferenceGaps:
    r"""Where :math:`\log p(x)` - ELBO comes from, in nats per example, each (N,).

    Attributes:
        elbo: with the encoder's q.
        best_elbo: with the best diagonal Gaussian for each example.
        log_marginal: log p(x), as given.
        standard_error: Monte Carlo error of ``best_elbo``.
        mu: (N, K) of the best q.
        logvar: (N, K) of the best q.
    """

    elbo: Tensor
    best_elbo: Tensor
    log_marginal: Tensor
    standard_error: Tensor
    mu: Tensor
    logvar: Tensor

    @property
    def approximation(self) -> Tensor:
        """(N,) what no diagonal Gaussian can close, >= 0 up to Monte Carlo error."""
        return self.log_marginal - self.best_elbo

    @property
    def amortisation(self) -> Tensor:
        """(N,) what the encoder loses by not solving for each x, >= 0 up to the same error."""
        return self.best_elbo - self.elbo


def inference_gaps(
    log_joint: LogJoint,
    mu: Tensor,
    logvar: Tensor,
    log_marginal: Tensor,
    *,
    steps: int = 500,
    n_samples: int = 16,
    n_evaluation: int = 512,
    learning_rate: float = 0.05,
    generator: torch.Generator,
) -> InferenceGaps:
    r"""Split each example's gap into approximation and amortisation by optimising its own q.

    Adam with a cosine schedule moves ``mu`` and ``logvar`` of every example at once, from the
    encoder's answer to the diagonal Gaussian of highest ELBO. The gradient leaves out the score
    of q, whose mean is 0 (Roeder, Wu and Duvenaud, 2017), and noise comes in pairs
    :math:`\pm\varepsilon`. Both ELBOs are then measured with the same fresh noise.

    Args:
        log_joint: maps (S, N, K) to (S, N), differentiable.
        mu: (N, K) of the encoder.
        logvar: (N, K) of the encoder.
        log_marginal: (N,) log p(x), exact or estimated.
        steps: of Adam.
        n_samples: even, noise draws a step.
        n_evaluation: even, noise draws for the two ELBOs.
        learning_rate: in units of the encoder's own standard deviation.
        generator: source of the noise.

    Source: Cremer, Li and Duvenaud (2018), Inference suboptimality, section 3.

    >>> from gentutor.objectives.bounds import standard_normal
    >>> g = torch.Generator().manual_seed(0)
    >>> wrong = torch.ones(1, 2)  # the posterior is N(0, I) and p(x) = 1: KL(q || p) = 1
    >>> gaps = inference_gaps(standard_normal, wrong, 0 * wrong, torch.zeros(1), generator=g)
    >>> round(float(gaps.amortisation), 2), abs(round(float(gaps.approximation), 2))
    (1.0, 0.0)
    """
    check_posterior(mu, logvar)
    check_tensor("log_marginal", log_marginal, (len(mu),))
    check_int("steps", steps)
    check_number("learning_rate", learning_rate)
    for name, count in (("n_samples", n_samples), ("n_evaluation", n_evaluation)):
        if check_int(name, count, low=2) % 2:
            raise ValueError(f"{name}: expected an even number, got {count}")
    mu, logvar = mu.detach(), logvar.detach()
    scale = (0.5 * logvar).exp()
    shift, stretch = torch.zeros_like(mu), torch.zeros_like(mu)
    optimiser = torch.optim.Adam([shift, stretch], lr=learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)

    def noise(count: int) -> Tensor:
        half = torch.randn(count // 2, *mu.shape, generator=generator, dtype=mu.dtype)
        return torch.cat([half, -half])

    check_log_joint(log_joint(mu[None]), mu[None])
    with one_thread(), trusted(), progress(steps, "step") as bar:
        for _ in range(steps):
            eps = noise(n_samples)
            z = (mu + scale * (shift + stretch.exp() * eps)).requires_grad_()
            (slope,) = torch.autograd.grad(log_joint(z).sum(), z)
            slope = slope * scale + eps / stretch.exp()  # of log p - log q, whitened
            shift.grad = -slope.mean(0)
            stretch.grad = -(slope * eps * stretch.exp()).mean(0)
            optimiser.step()
            schedule.step()
            bar.update()
    best_mu, best_logvar = mu + scale * shift, logvar + 2 * stretch
    with torch.no_grad():
        eps = noise(n_evaluation)
        first = log_importance_weights(log_joint, mu, logvar, eps)
        best = log_importance_weights(log_joint, best_mu, best_logvar, eps)
    pairs = 0.5 * (best[: n_evaluation // 2] + best[n_evaluation // 2 :])
    error = pairs.std(0) / math.sqrt(len(pairs))
    return InferenceGaps(
        first.mean(0), best.mean(0), log_marginal.detach(), error, best_mu, best_logvar
    )
