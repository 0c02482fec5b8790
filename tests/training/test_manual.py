"""The backward pass that was derived by hand is the derivative, penalty included."""

from itertools import product

import pytest
import torch

from gentutor.nn import stack
from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.training import GANSettings
from gentutor.training._engine.by_autograd import AutogradRound
from gentutor.training._engine.by_hand import ManualRound
from gentutor.training._engine.flat import FlatWeights
from gentutor.training._engine.manual import Passes
from gentutor.training._engine.players import Players
from gentutor.training._engine.sampling import Streams


class Cloud:
    """Standard normal data."""

    def __init__(self, dim: int = 2) -> None:
        self.dim = dim

    def sample(self, count: int, generator: torch.Generator) -> torch.Tensor:
        return torch.randn(count, self.dim, generator=generator)


def start(gans: list[GANSettings], dim: int = 2) -> tuple[Players, Streams]:
    """Return players and their streams in float64."""
    pairs = [settings.networks(dim) for settings in gans]
    generator, discriminator = (stack(nets).double() for nets in zip(*pairs, strict=True))
    streams = Streams(Cloud(dim), gans, dim, dtype=torch.float64)
    return Players(gans, generator, discriminator), streams


@pytest.mark.parametrize(("objective", "pack"), [*product(OBJECTIVES, (1, 3))])
def test_a_step_by_hand_is_a_step_by_autograd(objective, pack):
    """Gradients of both players to 1e-10, through three rounds of two steps of D."""
    gans = [
        GANSettings(objective, seed=s, n_critic=2, batch_size=12, pack=pack, gp_weight=0.3 + s)
        for s in range(3)
    ]
    (by_hand, streams), (by_autograd, _) = start(gans, dim=3), start(gans, dim=3)
    with torch.no_grad():
        block = streams.draw()
        rounds = ManualRound(by_hand), AutogradRound(by_autograd)
        for t in range(3):
            for each in rounds:
                each(block, t)
            for flat in ("flat_g", "flat_d"):
                mine, expected = (getattr(players, flat) for players in (by_hand, by_autograd))
                scale = float(expected.grad.abs().max())
                assert scale > 1e-4
                assert float((mine.grad - expected.grad).abs().max()) <= 1e-10 * max(scale, 1.0)
            for mine, expected in zip(*(each.losses() for each in rounds), strict=True):
                torch.testing.assert_close(mine, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("hidden", [(), (5,), (7, 6, 5)])
def test_any_depth(hidden):
    """The penalty's double backward of networks with no hidden layer and with three."""
    gans = [
        GANSettings("wgan_gp", seed=s, n_critic=1, batch_size=9, gp_weight=2.0, hidden=hidden)
        for s in range(2)
    ]
    (by_hand, streams), (by_autograd, _) = start(gans), start(gans)
    with torch.no_grad():
        block = streams.draw()
        ManualRound(by_hand)(block, 0)
        AutogradRound(by_autograd)(block, 0)
    for flat in ("flat_g", "flat_d"):
        mine, expected = (getattr(players, flat).grad for players in (by_hand, by_autograd))
        torch.testing.assert_close(mine, expected, rtol=1e-10, atol=1e-10)


def test_wide_answers_and_their_input_slopes():
    net = stack([GANSettings(seed=s).networks(4)[0].double() for s in range(2)])
    flat = FlatWeights(net)
    passes = Passes(flat.weights, flat.grads, 10)
    x = torch.randn(2, 2, 10, dtype=torch.float64)
    with torch.no_grad():
        passes.forward(x)
        passes.slopes.copy_(passes.answers)
        passes.backward()
        slopes = passes.input_slopes().clone()
        passes.weight_gradients()
    x.requires_grad_()
    loss = 0.5 * net(x.mT).square().sum()
    expected = torch.autograd.grad(loss, [x, *net.parameters()])
    for mine, theirs in zip([slopes, *flat.grads], expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-12)
