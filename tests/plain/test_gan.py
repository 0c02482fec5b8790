"""The plain GAN: the package's losses, who moves in a step, and that training finds the data."""

import statistics

import pytest
import torch
from torch import Tensor

from gentutor.objectives import adversarial
from gentutor.plain import gan


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def players(seed: int = 0):
    torch.manual_seed(seed)
    return gan.mlp(2, 16, 16, 2), gan.mlp(2, 16, 16, 1)


def bits(net) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in net.parameters()]


def same(a: list[Tensor], b: list[Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_a_network_is_affine_at_its_end_and_takes_any_depth():
    net = gan.mlp(3, 5, 4, 2)
    assert [type(layer).__name__ for layer in net] == ["Linear", "ReLU", "Linear", "ReLU", "Linear"]
    assert net(randn(7, 3)).shape == (7, 2)
    assert bool((net(50 * randn(200, 3)) < 0).any())


@pytest.mark.parametrize(
    ("objective", "d_loss", "g_loss"),
    [
        ("non_saturating", gan.discriminator_loss, gan.generator_loss),
        ("minimax", gan.discriminator_loss, gan.minimax_generator_loss),
        (
            "least_squares",
            gan.least_squares_discriminator_loss,
            gan.least_squares_generator_loss,
        ),
    ],
)
def test_the_losses_are_the_packages(objective, d_loss, g_loss):
    real, fake = 3 * randn(9), 3 * randn(7, seed=1) - 1
    torch.testing.assert_close(
        d_loss(real, fake), adversarial.discriminator_loss(objective, real, fake)
    )
    torch.testing.assert_close(g_loss(fake), adversarial.generator_loss(objective, fake))
    torch.testing.assert_close(d_loss(real[:, None], fake[:, None]), d_loss(real, fake))


def test_a_discriminator_that_cannot_tell_loses_log_four_and_a_generator_log_two():
    zero = torch.zeros(5)
    assert gan.discriminator_loss(zero, zero).item() == pytest.approx(1.386294, abs=1e-6)
    assert gan.generator_loss(zero).item() == pytest.approx(0.693147, abs=1e-6)


@pytest.mark.parametrize("logit", [-200.0, 200.0])
def test_no_loss_overflows(logit):
    a = torch.tensor([logit])
    for loss in (gan.generator_loss(a), gan.minimax_generator_loss(a)):
        assert abs(loss.item()) in (0.0, 200.0)
    assert gan.discriminator_loss(a, a).item() == 200.0


def test_minimax_saturates_where_the_default_does_not():
    """At the logit -10 the slopes are -sigmoid(-10), 0.00005, and -sigmoid(10), almost 1."""
    slopes = []
    for loss in (gan.minimax_generator_loss, gan.generator_loss):
        a = torch.tensor([-10.0], requires_grad=True)
        slopes.append(torch.autograd.grad(loss(a), a)[0].item())
    assert slopes[0] == pytest.approx(-4.54e-5, rel=1e-3)
    assert slopes[1] == pytest.approx(-0.99995, rel=1e-5)


def test_the_discriminators_step_leaves_the_generator_be():
    generator, discriminator = players()
    before = bits(generator), bits(discriminator)
    sgd = torch.optim.SGD(discriminator.parameters(), 0.1)
    x, z = randn(32, 2) + 2, randn(32, 2, seed=1)
    start = gan.discriminator_step(generator, discriminator, sgd, x, z)
    expected = gan.discriminator_loss(*(players()[1](each) for each in (x, generator(z))))
    assert start == pytest.approx(expected.item(), rel=1e-6)  # of the weights before the step
    assert all(parameter.grad is None for parameter in generator.parameters())
    assert same(bits(generator), before[0])
    assert not same(bits(discriminator), before[1])
    assert gan.discriminator_step(generator, discriminator, sgd, x, z) < start


@pytest.mark.parametrize(
    "objective",
    [gan.generator_loss, gan.minimax_generator_loss, gan.least_squares_generator_loss],
)
def test_the_generators_step_leaves_the_discriminator_be_and_goes_through_it(objective):
    generator, discriminator = players()
    before = bits(generator), bits(discriminator)
    z = randn(32, 2, seed=1)
    expected = objective(discriminator(generator(z)))
    slopes = torch.autograd.grad(expected, list(generator.parameters()))
    answer = discriminator(generator(z)).mean().item()
    sgd = torch.optim.SGD(generator.parameters(), 0.5)
    assert gan.generator_step(generator, discriminator, sgd, z, objective) == expected.item()
    assert same(bits(discriminator), before[1])
    for new, old, slope in zip(bits(generator), before[0], slopes, strict=True):
        torch.testing.assert_close(new, old - 0.5 * slope)
        assert bool(slope.any())
    assert discriminator(generator(z)).mean().item() > answer  # it fools D better


def test_what_the_other_players_step_left_in_the_gradients_is_forgotten():
    for who in (0, 1):
        ends = []
        for rubbish in (0.0, 100.0):
            pair = players()
            for parameter in [*pair[0].parameters(), *pair[1].parameters()]:
                parameter.grad = torch.full_like(parameter, rubbish)
            sgd = torch.optim.SGD(pair[who].parameters(), 0.1)
            if who == 0:
                gan.generator_step(*pair, sgd, randn(8, 2))
            else:
                gan.discriminator_step(*pair, sgd, randn(8, 2), randn(8, 2, seed=1))
            ends.append(bits(pair[who]))
        assert same(*ends)


def test_the_players_take_turns_with_fresh_noise(monkeypatch):
    log, noise = [], []

    def watch(name: str) -> None:
        step = getattr(gan, name)

        def spy(*arguments):
            log.append(name[0])
            noise.append(arguments[-1])
            return step(*arguments)

        monkeypatch.setattr(gan, name, spy)

    watch("discriminator_step")
    watch("generator_step")
    gan.train(*players(), randn(100, 2), steps=3, batch=16)
    assert "".join(log) == "dgdgdg"
    assert len({tuple(z.flatten().tolist()) for z in noise}) == 6
    assert {z.shape for z in noise} == {(16, 2)}


def test_training_follows_torchs_seed():
    ends = []
    for seed in (0, 0, 1):
        pair = players()
        torch.manual_seed(seed)
        gan.train(*pair, randn(100, 2), steps=3, batch=16)
        ends.append(bits(pair[0]))
    assert same(ends[0], ends[1])
    assert not same(ends[0], ends[2])


def test_training_finds_the_data_on_eight_seeds():
    """A Gaussian about (2, -1), 2.2 from where samples start. They circle it: 0.1 to 0.8 away."""
    centre = torch.tensor([2.0, -1.0])
    away = []
    for seed in range(8):
        pair = players(seed)
        gan.train(*pair, 0.3 * randn(2000, 2) + centre, steps=400, batch=64)
        with torch.no_grad():
            samples = pair[0](randn(1000, 2, seed=1))
        away.append((samples.mean(0) - centre).norm().item())
    assert max(away) < 1.3
    assert statistics.median(away) < 0.6
