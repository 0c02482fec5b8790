"""Clipped critics against penalised ones; two parallel lines, which share no point."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from gentutor.data import Mixture
from gentutor.models.gan import Critic, Discriminator, layers_of
from gentutor.objectives.adversarial import discriminator_loss, generator_loss
from gentutor.theory.lipschitz import clipped_bound
from gentutor.theory.transport import Line
from gentutor.training import train_discriminators

SEEDS = 8


def gradients(net: Discriminator, x: Tensor) -> Tensor:
    """Return the gradient of the score at x (N, D), (N, D)."""
    x = x.clone().requires_grad_()
    return torch.autograd.grad(net(x).sum(), x)[0]


SHIFT = 1.5
REAL = Mixture(torch.tensor([[0.0, 0.0]]), sd=0.1)
FAKE = Mixture(torch.tensor([[1.2, 0.9]]), sd=0.1)


@dataclass(frozen=True)
class Critics:
    """Critics of a shift by 1.5, and what is seen of each: (8,) numbers.

    Attributes:
        dual: on fresh samples.
        norm: mean gradient norm on fresh segments.
    """

    dual: np.ndarray
    norm: np.ndarray


@pytest.fixture(scope="module")
def critics() -> Callable[..., Critics]:
    """Return a function that trains critics of some depth, clipped at c or (0) penalised."""

    @cache
    def train(clip: float, depth: int) -> Critics:
        nets = [Critic(2, hidden=(64,) * depth, seed=s) for s in range(SEEDS)]
        game = {"objective": "wgan_clip", "clip": clip, "lr": 1e-3, "schedule": "constant"}
        if not clip:
            game = {"objective": "wgan_gp", "lr": 5e-3}
        train_discriminators(nets, REAL, FAKE, steps=400, batch_size=128, seed=50, **game)
        stream = torch.Generator().manual_seed(1)
        x, x_fake = REAL.sample(4000, stream), FAKE.sample(4000, stream)
        between = torch.lerp(x_fake, x, torch.rand(4000, 1, generator=stream))
        return Critics(
            np.array([float((net(x).mean() - net(x_fake).mean()).detach()) for net in nets]),
            np.array([float(gradients(net, between).norm(dim=1).mean()) for net in nets]),
        )

    return train


@pytest.mark.claim("wgan-clip")
def test_the_dual_measures_the_clipping_bound_more_than_the_distance(critics):
    """Both saw the same data. With three layers the dual goes with the cube of c."""
    small, large = critics(0.01, 2), critics(0.1, 2)
    assert ((small.dual > 0) & (small.dual < 0.01 * SHIFT)).all()
    assert (large.dual > 1.2 * SHIFT).all()
    ratio = large.dual.mean() / small.dual.mean()
    assert 600 < ratio < 1600
    for clip, found in ((0.01, small), (0.1, large)):
        assert (found.dual <= clipped_bound((2, 64, 64, 1), clip) * SHIFT * 1.01).all()


def share_at_bound(clip: float, activation: str, steps: int, spread: float | None) -> np.ndarray:
    """Return the shares of weights at plus or minus c; ``spread`` is their first sd over c."""
    nets = [Critic(2, activation=activation, seed=s) for s in range(SEEDS)]
    for layer in (layer for net in nets if spread for layer in layers_of(net.net)):
        with torch.no_grad():
            layer.weight.mul_(spread * clip / layer.weight.std())
    settings = {"clip": clip, "steps": steps, "batch_size": 128, "schedule": "constant"}
    train_discriminators(nets, REAL, FAKE, objective="wgan_clip", seed=50, **settings)
    weights = [torch.cat([w.weight.flatten() for w in layers_of(net.net)]) for net in nets]
    return np.array(
        [float((w.detach().abs() == torch.tensor(clip)).double().mean()) for w in weights]
    )


@pytest.mark.claim("wgan-clip")
@pytest.mark.parametrize("clip", [0.01, 0.1])
def test_weights_pile_up_at_the_bound_from_a_start_well_within_it(clip):
    """A ReLU critic's in part: units that no sample switches on get no gradient."""
    assert (share_at_bound(clip, "tanh", 1, 0.3) < 0.02).all()
    assert (share_at_bound(clip, "tanh", 400, 0.3) > 0.9).all()
    assert (share_at_bound(clip, "relu", 400, 0.3) > 0.15).all()


@pytest.mark.claim("wgan-clip")
def test_a_usual_start_is_at_the_bound_before_anything_is_learnt():
    """With c = 0.01 nearly all of He's weights are beyond it, and the first step clips them."""
    assert (share_at_bound(0.01, "relu", 1, None) > 0.9).all()


@pytest.mark.claim("wgan-clip", "wgan-gp")
def test_gradients_vanish_or_explode_with_depth_and_the_penalised_ones_do_not(critics):
    """One, two and four hidden layers."""
    small, large, soft = (
        [critics(clip, depth).norm for depth in (1, 2, 4)] for clip in (0.01, 0.1, 0.0)
    )
    assert small[0].max() < 0.01
    assert small[1].max() < 0.75 * small[0].mean()
    assert small[2].max() < 0.2 * small[1].mean()
    assert large[0].max() < 0.7
    assert large[1].min() > 2.5 * large[0].mean()
    assert large[2].min() > 5 * large[1].mean()
    expected = 1 + SHIFT / (2 * 10)  # one plus W1 / (2 gp_weight)
    for norms in soft:
        assert norms == pytest.approx(expected, abs=0.02)


@pytest.mark.claim("wgan-clip")
def test_a_clipped_critic_is_too_simple():
    """Three modes against two between them: the best critic turns at each of the inner ones.

    The dual is measured in units of the critic's own steepest slope, so the bound's size is out.
    """
    real = Mixture(torch.tensor([[-3.0], [0.0], [3.0]], dtype=torch.float64), sd=0.1)
    fake = Mixture(torch.tensor([[-1.5], [1.5]], dtype=torch.float64), sd=0.1)
    x = torch.arange(-4.0, 4.0, 0.005, dtype=torch.float64)
    line = Line.from_densities(*(each.log_density(x[:, None]).exp() for each in (real, fake)), x)
    share = {}
    for objective, more in (
        ("wgan_clip", {"clip": 0.1, "lr": 1e-3, "schedule": "constant"}),
        ("wgan_gp_one_sided", {"lr": 5e-3}),
    ):
        nets = [Critic(1, seed=s) for s in range(SEEDS)]
        train_discriminators(
            nets, real, fake, objective=objective, steps=500, batch_size=128, **more
        )
        scores = [net(x.float()[:, None]).detach().double() for net in nets]
        steepest = [float((score.diff() / x.diff()).abs().max()) for score in scores]
        duals = [float(line.dual(score)) for score in scores]
        share[objective] = np.array(duals) / np.array(steepest) / float(line.wasserstein)
    assert (share["wgan_clip"] < 0.72).all()
    assert (share["wgan_gp_one_sided"] > 0.82).all()


class VerticalLine:
    """Points (at, y) with y uniform in [0, 1]."""

    def __init__(self, at: float) -> None:
        self.at = at

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        y = torch.rand(count, generator=generator)
        return torch.stack([torch.full_like(y, self.at), y], dim=1)


def train_on_lines(theta: float, objective: str, steps: int) -> list[Discriminator]:
    nets: list[Discriminator] = [Critic(2, seed=s) for s in range(SEEDS)]
    wgan = objective.startswith("wgan")
    settings = {"lr": 1e-2} if wgan else {"lr": 1e-3, "schedule": "constant"}
    if steps:
        lines = VerticalLine(0.0), VerticalLine(theta)
        train_discriminators(
            nets, *lines, objective=objective, steps=steps, batch_size=128, **settings
        )
    return nets


def line_samples(theta: float) -> tuple[Tensor, Tensor]:
    """Return fresh points of both lines at the same heights, which leaves less to chance."""
    x = VerticalLine(0.0).sample(2000, torch.Generator().manual_seed(1))
    return x, x + torch.tensor([theta, 0.0])


def pull(net: Discriminator, x: Tensor, objective: str) -> float:
    """Return how strongly G's loss pulls the samples x: the mean norm of its gradient there."""
    x = x.clone().requires_grad_()
    loss = generator_loss(objective, net(x))
    return float(torch.autograd.grad(loss, x)[0].norm(dim=1).sum())


@pytest.mark.claim("wgan-support", "wgan-dual")
@pytest.mark.parametrize("theta", [0.25, 0.5, 1.0, 2.0])
def test_between_lines_the_js_estimate_is_the_same_and_the_dual_grows(theta):
    x, x_fake = line_samples(theta)
    for net in train_on_lines(theta, "non_saturating", 300):
        loss = float(discriminator_loss("non_saturating", net(x), net(x_fake)).detach())
        assert (math.log(4) - loss) / 2 == pytest.approx(math.log(2), abs=0.002)
    for net in train_on_lines(theta, "wgan_gp_one_sided", 400):
        dual = float((net(x).mean() - net(x_fake).mean()).detach())
        assert dual == pytest.approx(theta + theta**2 / 20, rel=0.01)  # gp_weight = 10
        towards = -gradients(net, x_fake)[:, 0].mean()
        assert float(towards) == pytest.approx(1 + theta / 20, abs=0.03)


@pytest.mark.claim("wgan-support")
def test_the_better_the_discriminator_the_weaker_the_minimax_gradient():
    """The non-saturating one grows instead, far beyond the critic's, which stays near 1."""
    _, x_fake = line_samples(1.0)
    minimax, non_saturating = [], []
    for steps in (0, 100, 500):
        nets = train_on_lines(1.0, "non_saturating", steps)
        minimax.append(np.array([pull(net, x_fake, "minimax") for net in nets]))
        non_saturating.append(np.array([pull(net, x_fake, "non_saturating") for net in nets]))
    assert (minimax[0] > 0.05).all()
    assert (minimax[1] < 0.15).all()
    assert (minimax[2] < 1e-3).all()
    assert non_saturating[0].mean() < 2 < 5 < non_saturating[1].min()
    assert non_saturating[2].min() > 1.5 * non_saturating[1].mean()
    critics = train_on_lines(1.0, "wgan_gp_one_sided", 400)
    pulls = np.array([pull(net, x_fake, "wgan_gp_one_sided") for net in critics])
    assert pulls == pytest.approx(1.05, abs=0.03)
