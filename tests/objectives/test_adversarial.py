"""What the players of a GAN minimise: published formulas, peers, signs, fixed points, refusals."""

import math
import re

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    hinge_embedding_loss,
    mse_loss,
)

from gentutor.models.gan import Critic, Discriminator, Generator
from gentutor.objectives.adversarial import (
    OBJECTIVES,
    discriminator_loss,
    generator_loss,
    known_objective,
)

LOGISTIC = ("minimax", "non_saturating", "r1")
WASSERSTEIN = ("wgan_clip", "wgan_gp", "wgan_gp_one_sided")
OPTIMUM = {"least_squares": 0.5, "hinge": 0.3} | dict.fromkeys(LOGISTIC, 0.0)  # hinge: any in ±1
LN3 = math.log(3)  # the logit of D = 3/4


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_every_objective_is_tested_here():
    assert set(OBJECTIVES) == {*LOGISTIC, *WASSERSTEIN, "least_squares", "hinge"}


@pytest.mark.claim("gan-minimax")
@pytest.mark.parametrize(
    ("objective", "real", "fake", "d_loss", "g_loss"),
    [
        ("minimax", LN3, -LN3, -2 * math.log(3 / 4), math.log(3 / 4)),
        ("minimax", LN3, LN3, -math.log(3 / 4) - math.log(1 / 4), math.log(1 / 4)),
        ("minimax", 0.0, 0.0, math.log(4), -math.log(2)),
        ("non_saturating", LN3, -LN3, -2 * math.log(3 / 4), math.log(4)),
        ("r1", -LN3, LN3, 2 * math.log(4), -math.log(3 / 4)),
        ("least_squares", 0.5, 0.5, 0.25, 0.125),
        ("least_squares", 3.0, -1.0, 2.5, 2.0),
        ("hinge", 0.25, -0.5, 1.25, 0.5),
        ("hinge", 2.0, -3.0, 0.0, 3.0),
        ("wgan_gp", 5.0, 2.0, -3.0, -2.0),
        ("wgan_clip", -1.0, 2.0, 3.0, -2.0),
        ("wgan_gp_one_sided", 0.5, 2.0, 1.5, -2.0),
    ],
)
def test_losses_at_numbers_worked_by_hand(objective, real, fake, d_loss, g_loss):
    real, fake = (torch.full((3,), a, dtype=torch.float64) for a in (real, fake))
    assert float(discriminator_loss(objective, real, fake)) == pytest.approx(d_loss, rel=1e-12)
    assert float(generator_loss(objective, fake)) == pytest.approx(g_loss, rel=1e-12)


def peer(objective: str, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Return both players' losses in the words of another library, or of the paper."""
    if objective in LOGISTIC:
        bce, one, zero = binary_cross_entropy_with_logits, torch.ones_like, torch.zeros_like
        g_loss = -bce(fake, zero(fake)) if objective == "minimax" else bce(fake, one(fake))
        return bce(real, one(real)) + bce(fake, zero(fake)), g_loss
    if objective == "least_squares":
        to_one, to_zero = (mse_loss(fake, torch.full_like(fake, y)) / 2 for y in (1.0, 0.0))
        return mse_loss(real, torch.ones_like(real)) / 2 + to_zero, to_one
    if objective == "hinge":
        minus = (-torch.ones_like(a) for a in (real, fake))
        return sum(map(hinge_embedding_loss, (real, -fake), minus)), -fake.mean()
    return fake.mean() - real.mean(), -fake.mean()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_losses_and_gradients_are_those_of_another_library(objective):
    real, fake = (3 * randn(n, seed=n).requires_grad_() for n in (40, 60))
    expected = peer(objective, real, fake)
    found = discriminator_loss(objective, real, fake), generator_loss(objective, fake)
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)
    for mine, theirs in zip(
        torch.autograd.grad(found[0], (real, fake)) + torch.autograd.grad(found[1], fake),
        torch.autograd.grad(expected[0], (real, fake)) + torch.autograd.grad(expected[1], fake),
        strict=True,
    ):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.claim("gan-minimax")
@pytest.mark.parametrize("objective", LOGISTIC)
def test_logits_are_read_as_probabilities(objective):
    """D's loss is minus the published value, written with D(x) = sigmoid(logit)."""
    real, fake = randn(7, seed=1), randn(9, seed=2)
    value = real.sigmoid().log().mean() + (1 - fake.sigmoid()).log().mean()
    torch.testing.assert_close(discriminator_loss(objective, real, fake), -value)
    g_value = (1 - fake.sigmoid()).log() if objective == "minimax" else -fake.sigmoid().log()
    torch.testing.assert_close(generator_loss(objective, fake), g_value.mean())


@pytest.mark.claim("gan-ns")
def test_only_the_saturating_gradient_dies_where_generated_examples_are_found_out():
    """At logit -5: 0.0067 against 0.9933, a ratio of e to the fifth."""
    slopes = {}
    for objective in ("minimax", "non_saturating"):
        logit = torch.tensor([-5.0], dtype=torch.float64, requires_grad=True)
        generator_loss(objective, logit).backward()
        slopes[objective] = float(logit.grad)
    assert slopes["minimax"] == pytest.approx(-0.0066929, rel=1e-4)
    assert slopes["non_saturating"] == pytest.approx(-0.9933071, rel=1e-6)
    assert slopes["non_saturating"] / slopes["minimax"] == pytest.approx(math.exp(5))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_gradient_step_moves_every_answer_the_right_way(objective):
    """D raises real answers and lowers generated ones; G raises those that D lowers."""
    real, fake = (torch.linspace(0.1, 0.9, 5).requires_grad_() for _ in range(2))
    by_real, by_fake = torch.autograd.grad(discriminator_loss(objective, real, fake), (real, fake))
    (by_g,) = torch.autograd.grad(generator_loss(objective, fake), fake)
    assert bool((by_real < 0).all())
    assert bool((by_fake > 0).all())
    assert bool((by_g < 0).all())


def flat_net(objective: str, answer: float) -> Discriminator:
    """Return a network that answers the same everywhere, its hidden layer at random."""
    kind = Critic if objective in WASSERSTEIN else Discriminator
    net = kind(2, hidden=(16, 16)).double()
    with torch.no_grad():
        net.net.layers[-1].weight.zero_()
        net.net.layers[-1].bias.fill_(answer)
    return net


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_nobody_moves_where_the_densities_agree_and_d_is_at_its_optimum(objective):
    x = randn(50, 2)
    net = flat_net(objective, OPTIMUM.get(objective, 7.0))
    discriminator_loss(objective, net(x), net(x.flip(0))).backward()
    assert all(float(p.grad.abs().max()) < 1e-15 for p in net.parameters())
    generator = Generator(2).double()
    generator_loss(objective, net(generator(randn(50, 2, seed=1)))).backward()
    assert all(float(p.grad.abs().max()) == 0 for p in generator.parameters())


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_d_moves_where_the_densities_differ_or_it_is_not_at_its_optimum(objective):
    x = randn(50, 2)
    net = flat_net(objective, OPTIMUM.get(objective, 7.0))
    discriminator_loss(objective, net(x), net(x + 1.0)).backward()
    assert float(net.net.layers[-1].weight.grad.abs().max()) > 0.1
    if objective in OPTIMUM:  # a critic's constant is free
        net = flat_net(objective, 1.5)
        discriminator_loss(objective, net(x), net(x)).backward()
        assert float(net.net.layers[-1].bias.grad) > 0.2


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_generated_example_teaches_g_through_d_and_d_without_g(objective):
    generator, net = Generator(2), Discriminator(2)
    z, x = randn(20, 2).float(), randn(20, 2, seed=1).float()
    discriminator_loss(objective, net(x), net(generator(z).detach())).backward()
    assert all(p.grad is None for p in generator.parameters())
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad(set_to_none=True)
    net.requires_grad_(False)
    generator_loss(objective, net(generator(z))).backward()
    assert all(float(p.grad.abs().max()) > 0 for p in generator.parameters())
    assert all(p.grad is None for p in net.parameters())


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_replica_axis_gives_each_replica_its_own_loss(objective):
    real, fake = randn(3, 8), randn(3, 6, seed=1)
    d_loss, g_loss = discriminator_loss(objective, real, fake), generator_loss(objective, fake)
    assert d_loss.shape == g_loss.shape == (3,)
    for r in range(3):
        torch.testing.assert_close(d_loss[r], discriminator_loss(objective, real[r], fake[r]))
        torch.testing.assert_close(g_loss[r], generator_loss(objective, fake[r]))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_answers_far_from_zero_neither_overflow_nor_lose_their_gradient(objective):
    real, fake = (torch.tensor([-1e3, 1e3], requires_grad=True) for _ in range(2))
    d_loss, g_loss = discriminator_loss(objective, real, fake), generator_loss(objective, fake)
    grads = (*torch.autograd.grad(d_loss, (real, fake)), *torch.autograd.grad(g_loss, fake))
    assert all(bool(torch.isfinite(value).all()) for value in (d_loss, g_loss, *grads))
    if objective in LOGISTIC:
        assert d_loss.item() == pytest.approx(1000.0)


NAMES = "minimax, non_saturating, r1, least_squares, hinge, wgan_clip, wgan_gp, wgan_gp_one_sided"
A = torch.zeros(3)


@pytest.mark.parametrize("name", ["wgan", "Hinge", "", None, 3, ["hinge"]])
def test_an_unknown_objective_is_answered_with_the_known_ones(name):
    message = re.escape(f"objective: expected one of {NAMES}; got {name!r}")
    for call in (
        lambda: known_objective(name),
        lambda: discriminator_loss(name, A, A),
        lambda: generator_loss(name, A),
    ):
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        ([0.0], TypeError, "expected a torch.Tensor, got list"),
        (np.zeros(3), TypeError, "expected a torch.Tensor, got ndarray"),
        (A.long(), TypeError, "expected a floating-point dtype, got torch.int64"),
        (A[0], ValueError, "expected shape (..., "),
        (A[:0], ValueError, "expected at least one element, got (0,)"),
        (A / 0, ValueError, "expected finite values, got 3 NaN or infinite, the first at (0,)"),
    ],
)
def test_answers_of_the_wrong_kind_are_refused_by_name(bad, error, message):
    for name, call in (
        ("real", lambda: discriminator_loss("hinge", bad, A)),
        ("fake", lambda: discriminator_loss("hinge", A, bad)),
        ("fake", lambda: generator_loss("hinge", bad)),
    ):
        with pytest.raises(error, match=re.escape(f"{name}: {message}")):
            call()


def test_an_objective_cannot_be_changed():
    with pytest.raises(AttributeError):
        OBJECTIVES["hinge"].clips = True
    assert [name for name, each in OBJECTIVES.items() if each.clips] == ["wgan_clip"]
    penalties = {name: each.penalty for name, each in OBJECTIVES.items() if each.penalty}
    assert penalties == {"r1": "zero", "wgan_gp": "two_sided", "wgan_gp_one_sided": "one_sided"}
