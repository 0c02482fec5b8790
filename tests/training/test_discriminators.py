"""Discriminators trained alone: against a plain loop, bit for bit alone, and what is refused."""

import copy
import math
from itertools import product

import pytest
import torch
from torch import Tensor, nn

from gentutor.data import Mixture
from gentutor.models.gan import Critic, Discriminator, pack_examples
from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.training import train_discriminators
from gentutor.training._engine.sampling import BLOCK

REAL = Mixture(torch.tensor([[-1.0, 0.0], [1.0, 0.5]]), sd=0.3)
FAKE = Mixture(torch.tensor([[0.5, -1.0]]), sd=0.5)


class Repeated:
    """One and the same point."""

    def __init__(self, *point: float) -> None:
        self.point = torch.tensor(point)

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        return self.point.expand(count, -1)


def judges(count: int, dim: int = 2, **options) -> list[Discriminator]:
    return [Discriminator(dim, seed=s, **options) for s in range(count)]


class Packs(nn.Module):
    """A discriminator that is given packs."""

    def __init__(self, net: Discriminator) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net.judge(x)


def plain_loop(
    step,
    net: Discriminator,
    objective: str,
    *,
    steps: int,
    batch_size: int,
    lr: float,
    seed: int,
    schedule: str,
    **more,
) -> tuple[list[float], list[float]]:
    """Train one network by the plain steps and torch.optim.Adam; return loss and penalty."""
    stream = torch.Generator().manual_seed(seed)
    shape = (BLOCK, batch_size, 2)
    real = REAL.sample(BLOCK * batch_size, stream).double().view(shape)
    fake = FAKE.sample(BLOCK * batch_size, stream).double().view(shape)
    eps = torch.rand(BLOCK * batch_size // net.pack, 1, generator=stream, dtype=torch.float64)
    judge = Packs(net)
    optimiser = torch.optim.Adam(net.parameters(), betas=(0.5, 0.9))
    record = []
    for t, e in enumerate(eps.view(BLOCK, -1, 1)[:steps]):
        cosine = 0.5 * (1 + math.cos(math.pi * t / steps))
        optimiser.param_groups[0]["lr"] = lr * (cosine if schedule == "cosine" else 1)
        net.update_norms()
        x, x_fake = (pack_examples(each, net.pack) for each in (real[t], fake[t]))
        record.append(step(objective, nn.Identity(), judge, optimiser, x, x_fake, e, **more))
    losses, penalties = zip(*record, strict=True)
    return list(losses), list(penalties)


@pytest.mark.parametrize(
    ("objective", "options", "schedule"),
    [
        *product(OBJECTIVES, [{"hidden": (5, 3)}], ["cosine"]),
        ("wgan_gp", {"pack": 3, "activation": "tanh"}, "constant"),
        ("r1", {"pack": 2}, "constant"),
        ("hinge", {"spectral": True, "hidden": (8,)}, "cosine"),
    ],
)
def test_each_network_follows_the_plain_loop(objective, options, schedule, plain_step):
    nets = [net.double() for net in judges(2, **options)]
    peers = copy.deepcopy(nets)
    settings = {
        "steps": 12,
        "batch_size": 12,
        "lr": 0.05,
        "schedule": schedule,
        "gp_weight": 3.0,
        "clip": 0.4,
    }
    trained = train_discriminators(nets, REAL, FAKE, objective=objective, seed=7, **settings)
    assert trained.networks == tuple(nets)
    assert trained.loss.shape == trained.penalty.shape == (2, 12)
    for r, peer in enumerate(peers):
        losses, penalties = plain_loop(plain_step, peer, objective, seed=7 + r, **settings)
        assert trained.loss[r] == pytest.approx(losses, abs=1e-9)
        assert trained.penalty[r] == pytest.approx(penalties, abs=1e-9)
        assert (max(penalties) > 0) == bool(OBJECTIVES[objective].penalty)
        expected = peer.state_dict()
        for name, value in nets[r].state_dict().items():
            torch.testing.assert_close(value, expected[name], atol=1e-9, rtol=0)


@pytest.mark.parametrize(
    ("objective", "options"),
    [*product(OBJECTIVES, [{}]), ("minimax", {"activation": "tanh"}), ("wgan_gp", {"pack": 2})],
)
def test_bits_do_not_depend_on_the_networks_beside(objective, options):
    def train(first: int, count: int):
        nets = judges(5, **options)[first : first + count]
        settings = {"steps": 20, "batch_size": 128, "seed": first}
        return train_discriminators(nets, REAL, FAKE, objective=objective, **settings)

    together = train(0, 5)
    for first, count in ((0, 2), (3, 2), (2, 1)):
        pair = train(first, count)
        for r in range(count):
            assert (pair.loss[r] == together.loss[first + r]).all()
            assert (pair.penalty[r] == together.penalty[first + r]).all()
            expected = together.networks[first + r].state_dict()
            for name, value in pair.networks[r].state_dict().items():
                assert torch.equal(value, expected[name]), name


def test_equal_networks_see_different_samples():
    pair = [Discriminator(2, seed=0) for _ in range(2)]
    trained = train_discriminators(pair, REAL, FAKE, objective="hinge", steps=3, batch_size=16)
    assert trained.loss[0, 0] != trained.loss[1, 0]


def test_the_loss_is_of_the_batch_before_the_update():
    [net] = judges(1)
    start = (net(torch.tensor([[1.0, 2.0]])) - net(torch.tensor([[-1.0, 0.0]]))).item()
    trained = train_discriminators(
        [net], Repeated(-1.0, 0.0), Repeated(1.0, 2.0), objective="wgan_clip", steps=2
    )
    assert trained.loss[0, 0] == pytest.approx(start, abs=1e-6)


def test_a_loss_that_is_no_longer_finite_is_reported_and_nothing_is_changed():
    nets = judges(2)
    before = copy.deepcopy([net.state_dict() for net in nets])
    with pytest.raises(FloatingPointError, match=r"network 0 diverged at step \d+ with lr=1e\+25"):
        train_discriminators(
            nets, REAL, FAKE, objective="least_squares", lr=1e25, schedule="constant"
        )
    for net, state in zip(nets, before, strict=True):
        assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())


def test_weights_that_the_last_update_broke_are_reported():
    nets = judges(2)
    before = copy.deepcopy([net.state_dict() for net in nets])
    with pytest.raises(FloatingPointError, match=r"network 0 diverged at step 1 with lr=1e\+39"):
        train_discriminators(nets, REAL, FAKE, objective="hinge", lr=1e39, steps=1)
    for net, state in zip(nets, before, strict=True):
        assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())


@pytest.mark.parametrize(
    ("later", "message"),
    [
        (lambda n: torch.zeros(n + 16, 2), r"expected shape \(96, 2\), got \(112, 2\)"),
        (lambda n: torch.full((n, 2), math.nan), "expected finite values, got 192 NaN"),
    ],
)
def test_data_that_become_wrong_later_are_named(later, message):
    class Later:
        def sample(self, count: int, generator: torch.Generator) -> Tensor:
            return torch.zeros(count, 2) if count == 64 else later(count)

    with pytest.raises(ValueError, match=r"fake\.sample\(96\): " + message):
        train_discriminators(judges(1), REAL, Later(), objective="hinge", steps=1, batch_size=6)


def test_nothing_global_changes():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    with torch.no_grad():
        train_discriminators(judges(1), REAL, FAKE, objective="wgan_gp", steps=2, batch_size=8)
        assert not torch.is_grad_enabled()
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"objective": "vegan"}, ValueError, "objective: expected one of minimax, .*; got 'vegan'"),
        ({"steps": 0}, ValueError, "steps: expected an integer >= 1, got 0"),
        ({"batch_size": 2.5}, TypeError, r"batch_size: expected an integer, got 2\.5"),
        ({"lr": 0.0}, ValueError, r"lr: expected a finite number > 0, got 0\.0"),
        ({"schedule": "linear"}, ValueError, "schedule: expected one of cosine, constant; got"),
        ({"gp_weight": -1.0}, ValueError, r"gp_weight: expected a finite number >= 0, got -1\.0"),
        ({"clip": 0.0}, ValueError, r"clip: expected a finite number > 0, got 0\.0"),
        ({"seed": -1}, ValueError, "seed: expected an integer from 0 to 4294967295, got -1"),
        (
            {"seed": 2**32},
            ValueError,
            "seed: expected an integer from 0 to 4294967295, got 4294967",
        ),
        ({"networks": []}, ValueError, "expected at least one model, got none"),
        ({"networks": [nn.Linear(2, 1)]}, TypeError, "networks: expected Discriminator, .* Linear"),
        ({"networks": [Critic(2)] * 2}, ValueError, "networks: expected distinct networks"),
        ({"networks": [Critic(2), Critic(3)]}, ValueError, r"models\[1\] differs from models\[0\]"),
        (
            {"networks": [Critic(2, pack=3)], "batch_size": 8},
            ValueError,
            "batch_size: expected a multiple of pack=3, got 8",
        ),
        (
            {"real": Repeated(0.0)},
            ValueError,
            r"real\.sample\(64\): expected shape \(64, 2\), got \(64, 1\)",
        ),
        ({"fake": Repeated(0.0, math.nan)}, ValueError, r"fake\.sample\(64\): expected finite"),
    ],
)
def test_bad_input_is_refused(options, error, message):
    arguments = {
        "networks": judges(1),
        "real": REAL,
        "fake": FAKE,
        "objective": "wgan_gp",
        "steps": 1,
        "batch_size": 6,
    } | options
    with pytest.raises(error, match=message):
        train_discriminators(**arguments)
