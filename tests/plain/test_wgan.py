"""The plain WGAN: penalty and clipping in closed form, who moves in a step, and what it learns."""

import statistics

import pytest
import torch
from torch import Tensor, nn

from gentutor.objectives import adversarial
from gentutor.plain import wgan


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def players(seed: int = 0):
    torch.manual_seed(seed)
    return wgan.mlp(2, 16, 16, 2), wgan.mlp(2, 16, 16, 1)


def bits(net) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in net.parameters()]


def same(a: list[Tensor], b: list[Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def linear_critic(*w: float) -> nn.Module:
    critic = nn.Linear(len(w), 1)
    critic.weight.data.copy_(torch.tensor([w]))
    return critic


X, FAKE, EPS = randn(32, 2) + 2, randn(32, 2, seed=1), torch.linspace(0, 1, 32)[:, None]


def test_the_losses_are_the_packages():
    real, fake = randn(9), randn(7, seed=1)
    expected = adversarial.discriminator_loss("wgan_gp", real, fake)
    torch.testing.assert_close(wgan.critic_loss(real, fake), expected)
    torch.testing.assert_close(
        wgan.generator_loss(fake), adversarial.generator_loss("wgan_gp", fake)
    )


@pytest.mark.parametrize("w", [(0.0, 0.5), (0.6, -0.8), (3.0, 4.0)])
def test_the_penalty_of_a_linear_critic_and_its_gradient_in_closed_form(w):
    """(|w| - 1)^2, wherever it is taken, and 2 (|w| - 1) w / |w|: create_graph brings it to w."""
    critic, w = linear_critic(*w), torch.tensor([w])
    length = w.norm()
    penalty = wgan.gradient_penalty(critic, X, FAKE, EPS)
    torch.testing.assert_close(penalty, (length - 1) ** 2)
    (slope,) = torch.autograd.grad(penalty, critic.weight)
    torch.testing.assert_close(slope, 2 * (length - 1) * w / length)


def test_the_penalty_is_the_packages():
    _, critic = players()
    at = adversarial.interpolate(X, FAKE, EPS)
    expected = adversarial.gradient_penalty(lambda x: critic(x)[:, 0], at)
    found = wgan.gradient_penalty(critic, X, FAKE, EPS)
    torch.testing.assert_close(found, expected)
    both = [
        torch.autograd.grad(value, [p for p in critic.parameters() if p.ndim == 2])
        for value in (found, expected)
    ]
    for mine, theirs in zip(*both, strict=True):
        torch.testing.assert_close(mine, theirs)
        assert bool(mine.any())


def test_every_example_is_judged_at_its_own_place_between():
    """The critic x^2 / 2 has slope x: at x between 3 (real) and 1 (fake), (x - 1)^2."""
    x, fake = torch.full((3, 1), 3.0), torch.full((3, 1), 1.0)
    seen = []

    def critic(at):
        seen.append(at.detach())
        return 0.5 * at**2

    penalty = wgan.gradient_penalty(critic, x, fake, torch.tensor([[0.0], [0.5], [1.0]]))
    assert seen[0].tolist() == [[1.0], [2.0], [3.0]]
    assert penalty.item() == pytest.approx((0 + 1 + 4) / 3)


def test_the_penalty_sends_no_gradient_to_the_examples():
    fake = FAKE.clone().requires_grad_()
    penalty = wgan.gradient_penalty(players()[1], X, fake, EPS)
    assert torch.autograd.grad(penalty, fake, allow_unused=True) == (None,)


def test_clipping_clamps_every_weight_and_bias():
    critic = linear_critic(-0.5, 0.02)
    critic.bias.data.fill_(7.0)
    wgan.clip_weights(critic, 0.1)
    assert critic.weight.tolist() == [[pytest.approx(-0.1), pytest.approx(0.02)]]
    assert critic.bias.item() == pytest.approx(0.1)
    wgan.clip_weights(critic)
    assert critic.weight.tolist() == [[pytest.approx(-0.01), pytest.approx(0.01)]]
    assert critic.weight.requires_grad


@pytest.mark.parametrize("gp_weight", [0.0, 0.5, 10.0])
def test_the_critics_step_descends_on_loss_and_penalty_and_leaves_the_generator_be(gp_weight):
    generator, critic = players()
    before, z = bits(generator), randn(32, 2, seed=2)
    fake = generator(z).detach()
    loss = critic(fake).mean() - critic(X).mean()
    total = loss + gp_weight * wgan.gradient_penalty(critic, X, fake, EPS)
    expected = [
        parameter - 0.1 * slope
        for parameter, slope in zip(
            critic.parameters(),
            torch.autograd.grad(total, list(critic.parameters())),
            strict=True,
        )
    ]
    for parameter in critic.parameters():
        parameter.grad = torch.full_like(parameter, 100.0)  # left by another step
    sgd = torch.optim.SGD(critic.parameters(), 0.1)
    found = wgan.critic_step(generator, critic, sgd, X, z, EPS, gp_weight)
    assert found == pytest.approx(loss.item(), rel=1e-6)  # without the penalty
    for parameter, value in zip(critic.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter, value)
    assert all(parameter.grad is None for parameter in generator.parameters())
    assert same(bits(generator), before)


def test_the_generators_step_leaves_the_critic_be_and_goes_through_it():
    generator, critic = players()
    before, z = (bits(generator), bits(critic)), randn(32, 2, seed=2)
    slopes = torch.autograd.grad(-critic(generator(z)).mean(), list(generator.parameters()))
    score = critic(generator(z)).mean().item()
    for parameter in generator.parameters():
        parameter.grad = torch.full_like(parameter, 100.0)
    sgd = torch.optim.SGD(generator.parameters(), 0.5)
    assert wgan.generator_step(generator, critic, sgd, z) == pytest.approx(-score, rel=1e-6)
    assert same(bits(critic), before[1])
    for new, old, slope in zip(bits(generator), before[0], slopes, strict=True):
        torch.testing.assert_close(new, old - 0.5 * slope)
    assert critic(generator(z)).mean().item() > score


@pytest.mark.parametrize("options", [{}, {"n_critic": 2, "gp_weight": 0.0, "clip": 0.05}])
def test_the_critic_takes_its_steps_before_each_of_the_generators(monkeypatch, options):
    log, noise, places = [], [], []

    def watch(name: str) -> None:
        step = getattr(wgan, name)

        def spy(*arguments):
            log.append(name[:2])
            if name == "critic_step":
                noise.append(arguments[4])
                places.append(arguments[5])
            elif name == "generator_step":
                noise.append(arguments[3])
            return step(*arguments)

        monkeypatch.setattr(wgan, name, spy)

    for name in ("critic_step", "generator_step", "clip_weights"):
        watch(name)
    generator, critic = players()
    wgan.train(generator, critic, randn(100, 2), steps=2, **options)
    turn = ["cr", "cl"] * 2 + ["ge"] if options else ["cr"] * 5 + ["ge"]
    assert log == 2 * turn
    assert len({tuple(z.flatten().tolist()) for z in noise}) == len(noise)
    assert all(eps.shape == (128, 1) and len(eps.unique()) > 100 for eps in places)
    largest = max(float(weight.detach().abs().max()) for weight in critic.parameters())
    assert (largest <= 0.05 + 1e-6) == bool(options)


def test_the_critic_finds_the_best_slope_between_two_points_on_eight_seeds():
    """Points W = 3 apart, weight L = 1: W s - L (s - 1)^2 is greatest at s = 1 + W / (2 L) = 2.5.

    (From W = 2 L downwards s = W / (2 L) - 1 < 0 is a second maximum, with the wrong sign.)
    """
    x, z = torch.full((32, 1), 3.0), torch.zeros(32, 1)
    for seed in range(8):
        torch.manual_seed(seed)
        critic = wgan.mlp(1, 32, 32, 1)
        adam = torch.optim.Adam(critic.parameters(), 3e-3, (0.5, 0.9))
        for _ in range(150):
            eps = torch.rand(32, 1)
            loss = wgan.critic_step(nn.Identity(), critic, adam, x, z, eps, 1.0)
        assert loss == pytest.approx(-3 * 2.5, abs=0.4)


def test_training_finds_the_data_on_eight_seeds():
    """A Gaussian about (2, -1), 2.2 from where samples start; they end 0.1 to 1.1 away."""
    centre = torch.tensor([2.0, -1.0])
    away = []
    for seed in range(8):
        pair = players(seed)
        wgan.train(*pair, 0.3 * randn(2000, 2) + centre, steps=150, n_critic=3, gp_weight=0.1)
        with torch.no_grad():
            samples = pair[0](randn(1000, 2, seed=1))
        away.append((samples.mean(0) - centre).norm().item())
    assert max(away) < 1.5
    assert statistics.median(away) < 0.8
