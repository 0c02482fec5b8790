"""The discriminator's step that batched training is held against, whatever the objective."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from gentutor.plain import gan, wgan

LOSSES = {  # the discriminator's, the generator's
    "minimax": (gan.discriminator_loss, gan.minimax_generator_loss),
    "non_saturating": (gan.discriminator_loss, gan.generator_loss),
    "r1": (gan.discriminator_loss, gan.generator_loss),
    "least_squares": (gan.least_squares_discriminator_loss, gan.least_squares_generator_loss),
    "hinge": (
        lambda real, fake: relu(1 - real).mean() + relu(1 + fake).mean(),
        lambda fake: -fake.mean(),
    ),
    "wgan_clip": (wgan.critic_loss, wgan.generator_loss),
    "wgan_gp": (wgan.critic_loss, wgan.generator_loss),
    "wgan_gp_one_sided": (wgan.critic_loss, wgan.generator_loss),
}


def slope_lengths(judge: nn.Module, x: Tensor) -> Tensor:
    """Return how steep the judge is at each x, (N,)."""
    at = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(judge(at).sum(), at, create_graph=True)
    return slope.norm(dim=1)


def penalty(objective: str, judge: nn.Module, x: Tensor, fake: Tensor, eps: Tensor) -> Tensor:
    """Return the objective's gradient penalty, 0 where it has none."""
    if objective == "wgan_gp":
        return wgan.gradient_penalty(judge, x, fake, eps)
    if objective == "wgan_gp_one_sided":
        return relu(slope_lengths(judge, eps * x + (1 - eps) * fake) - 1).square().mean()
    if objective == "r1":
        return slope_lengths(judge, x).square().mean() / 2
    return torch.zeros((), dtype=x.dtype)


def step(
    objective: str,
    generator: Callable[[Tensor], Tensor],
    judge: nn.Module,
    optimiser: torch.optim.Optimizer,
    x: Tensor,
    z: Tensor,
    eps: Tensor,
    gp_weight: float,
    clip: float,
) -> tuple[float, float]:
    """Take one step by the plain files; return loss and penalty, neither in the other."""
    extra = penalty(objective, judge, x, generator(z).detach(), eps)
    if objective in ("wgan_gp", "wgan_clip"):
        weight = gp_weight if objective == "wgan_gp" else 0.0
        loss = wgan.critic_step(generator, judge, optimiser, x, z, eps, weight)
        if objective == "wgan_clip":
            wgan.clip_weights(judge, clip)
        return loss, extra.item()

    def with_penalty(real: Tensor, fake: Tensor) -> Tensor:
        return LOSSES[objective][0](real, fake) + gp_weight * extra

    total = gan.discriminator_step(generator, judge, optimiser, x, z, with_penalty)
    return total - gp_weight * extra.item(), extra.item()


@pytest.fixture(scope="session")
def plain_losses() -> dict[str, tuple[Callable[..., Tensor], Callable[[Tensor], Tensor]]]:
    """Return both players' losses by objective."""
    return LOSSES


@pytest.fixture(scope="session")
def plain_step() -> Callable[..., tuple[float, float]]:
    """Return the step."""
    return step
