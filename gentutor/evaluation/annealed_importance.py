r"""Annealed importance sampling: :math:`\log p(x)` where no closed form exists."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from gentutor.checks import check_int, check_tensor, trusted
from gentutor.objectives.bounds import (
    LogJoint,
    check_log_joint,
    check_posterior,
    effective_sample_size,
    standard_normal,
)
from gentutor.progress import progress
from gentutor.threads import one_thread


@dataclass(frozen=True)
class AnnealedEstimate:
    """What the chains found, in nats.

    Attributes:
        log_weights: (C, N), one a chain. Forward, their exponentials have mean p(x); from exact
            posterior samples, mean 1 / p(x).
        acceptance: (N,) mean acceptance probability of the transitions.
        reverse: whether the chains ran from the posterior back to the start.
    """

    log_weights: Tensor
    acceptance: Tensor
    reverse: bool

    @property
    def log_marginal(self) -> Tensor:
        """(N,) estimate of log p(x): in expectation a lower bound forward, an upper in reverse."""
        value = self.log_weights.logsumexp(0) - math.log(len(self.log_weights))
        return -value if self.reverse else value

    @property
    def ess(self) -> Tensor:
        """(N,) effective number of chains, from 1 to C."""
        return effective_sample_size(self.log_weights)


def annealed_importance(
    log_joint: LogJoint,
    mu: Tensor,
    logvar: Tensor,
    *,
    generator: torch.Generator,
    n_chains: int = 16,
    n_temperatures: int = 100,
    n_leapfrog: int = 10,
    posterior_sample: Tensor | None = None,
) -> AnnealedEstimate:
    r"""Estimate :math:`\log p(x_n)=\log\int p(x_n,z)\,\mathrm dz` for N examples at once.

    Chains start from :math:`q_0=\mathcal N(\mu,\operatorname{diag}e^{\text{logvar}})`, an
    encoder's answer or (zeros) the prior, and follow the geometric path

    .. math:: f_t(z)=q_0(z)^{1-\beta_t}\,p(x,z)^{\beta_t},\qquad
        \log w=\sum_{t=1}^T(\beta_t-\beta_{t-1})\log\frac{p(x,z_{t-1})}{q_0(z_{t-1})}

    with one Hamiltonian Monte Carlo transition at each temperature, in the coordinates that make
    :math:`q_0` standard normal. A pilot run chooses each transition's step size, aiming at an
    acceptance of 0.65; the run that counts keeps them fixed, so its weights stay unbiased.
    Where an encoder's q misses a mode of the posterior, so may every chain that starts from it,
    and the estimate is then far too low without any sign of it: start from the prior to be safe.

    With ``posterior_sample``, exact samples of p(z given x), the same path is run backwards, which
    bounds log p(x) from above (Grosse, Ghahramani and Adams, 2015). One has such samples for data
    that were drawn from the model itself: the two bounds then sandwich the truth.

    Args:
        log_joint: maps (C, N, K) to :math:`\log p(x_n,z)`, (C, N), differentiable.
        mu: (N, K).
        logvar: (N, K).
        generator: source of all randomness.
        n_chains: C, chains per example.
        n_temperatures: T, steps from 0 to 1; the schedule is a sigmoid, finer at both ends.
        n_leapfrog: leapfrog steps a transition.
        posterior_sample: (N, K), or None for the forward run.

    Returns:
        Log weights and what follows from them, detached.

    Raises:
        TypeError, ValueError: an argument of the wrong kind, shape or range.

    Sources: Neal (2001), Annealed importance sampling, section 2; Wu et al. (2017), On the
    quantitative analysis of decoder-based generative models.

    >>> g = torch.Generator().manual_seed(0)
    >>> def log_joint(z):  # x = 1 from p(x given z) = N(z, 1), so p(x) = N(1; 0, 2)
    ...     return standard_normal(z) + standard_normal(1.0 - z)
    >>> zero = torch.zeros(1, 1)
    >>> estimate = annealed_importance(log_joint, zero, zero, generator=g)
    >>> bool((estimate.log_marginal + 1.5155).abs() < 0.05)
    True
    """
    check_posterior(mu, logvar)
    if posterior_sample is not None:
        check_tensor("posterior_sample", posterior_sample, tuple(mu.shape))
    for name, value in (("n_chains", n_chains), ("n_leapfrog", n_leapfrog)):
        check_int(name, value)
    check_int("n_temperatures", n_temperatures, low=2)
    mu, logvar = mu.detach(), logvar.detach()
    scale = (0.5 * logvar).exp()

    def target(u: Tensor) -> tuple[Tensor, Tensor]:
        """Return log p(x, z) as a density over whitened u, (C, N), and its gradient."""
        u = u.detach().requires_grad_()
        value = check_log_joint(log_joint(mu + scale * u), u) + 0.5 * logvar.sum(-1)
        return value.detach(), torch.autograd.grad(value.sum(), u)[0]

    def anneal(u: Tensor, betas: Tensor, steps: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Run chains u (C, N, K) along betas; return log weights, acceptance and step sizes."""
        step = torch.full_like(mu[:, 0], 0.5)  # (N,)
        state = _State(u, *target(u))
        log_weights = (betas[1] - betas[0]) * (state.value - standard_normal(u))
        accepted, used = [], []
        for t in range(1, len(betas) - 1):
            used.append(step if steps is None else steps[t - 1])
            state, rate = _transition(state, betas[t], used[-1], n_leapfrog, target, generator)
            accepted.append(rate)
            step = step * (0.5 * (rate - 0.65)).exp()
            change = betas[t + 1] - betas[t]
            log_weights += change * (state.value - standard_normal(state.u))
            bar.update()
        return log_weights, torch.stack(accepted).mean(0), torch.stack(used)

    def start(chains: int) -> Tensor:
        return torch.randn(chains, *mu.shape, generator=generator, dtype=mu.dtype)

    ramp = torch.sigmoid(torch.linspace(-4, 4, n_temperatures + 1, dtype=mu.dtype))
    betas = (ramp - ramp[0]) / (ramp[-1] - ramp[0])
    check_log_joint(log_joint(mu[None]), mu[None])
    with progress(2 * (n_temperatures - 1), "temperature") as bar, one_thread(), trusted():
        _, _, steps = anneal(start(min(n_chains, 8)), betas, None)
        if posterior_sample is None:
            log_weights, acceptance, _ = anneal(start(n_chains), betas, steps)
        else:
            exact = ((posterior_sample.detach() - mu) / scale).expand(n_chains, *mu.shape)
            log_weights, acceptance, _ = anneal(exact, betas.flip(0), steps.flip(0))
    return AnnealedEstimate(log_weights, acceptance, posterior_sample is not None)


class _State(NamedTuple):
    """Chains at u (C, N, K), with the target's log density (C, N) and its gradient there."""

    u: Tensor
    value: Tensor
    slope: Tensor


def _transition(
    state: _State,
    beta: Tensor,
    step: Tensor,
    n_leapfrog: int,
    target: Callable[[Tensor], tuple[Tensor, Tensor]],
    generator: torch.Generator,
) -> tuple[_State, Tensor]:
    """Move all chains once by Hamiltonian Monte Carlo; return acceptance (N,) too.

    Leaves N(0, I)^(1 - beta) target^beta invariant. Step sizes (N,) are jittered by a fifth, lest a
    trajectory close on itself. A trajectory that leaves the range of the dtype is rejected.
    """
    u, value, slope = state
    jitter = torch.rand(value.shape, generator=generator, dtype=u.dtype)
    h = (step * (0.8 + 0.4 * jitter)).unsqueeze(-1)  # (C, N, 1)
    momentum = torch.randn(u.shape, generator=generator, dtype=u.dtype)
    energy = beta * value + (1 - beta) * standard_normal(u) + standard_normal(momentum)
    momentum = momentum + 0.5 * h * (beta * slope - (1 - beta) * u)
    for i in range(n_leapfrog):
        u = u + h * momentum
        value, slope = target(u)
        last = 0.5 if i == n_leapfrog - 1 else 1.0
        momentum = momentum + last * h * (beta * slope - (1 - beta) * u)
    moved = beta * value + (1 - beta) * standard_normal(u) + standard_normal(momentum)
    rate = (moved - energy).nan_to_num(nan=-math.inf).clamp(max=0.0).exp()  # (C, N)
    accept = torch.rand(rate.shape, generator=generator, dtype=rate.dtype) < rate
    return _State(
        torch.where(accept.unsqueeze(-1), u, state.u),
        torch.where(accept, value, state.value),
        torch.where(accept.unsqueeze(-1), slope, state.slope),
    ), rate.mean(0)
