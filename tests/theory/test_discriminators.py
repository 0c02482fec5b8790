"""Optimal discriminators by direct search, and generators' gradients by autograd."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from gentutor.theory.discriminators import (
    game_value,
    hinge_optimum,
    least_squares_divergence,
    least_squares_optimum,
    non_saturating_divergence,
    non_saturating_gradient,
    optimal_discriminator,
    optimal_logit,
    saturating_gradient,
)
from gentutor.theory.divergences import (
    expectation,
    js_divergence,
    kl_divergence,
    le_cam_divergence,
    total_variation,
)

X = torch.linspace(-9, 9, 1201, dtype=torch.float64)
STEP = torch.full_like(X, 0.015)


def two_modes(log_share: Tensor, gap: Tensor, sd: Tensor) -> Tensor:
    """Return the log density of a mixture on the grid: a generator of three parameters."""
    shares = torch.stack([log_share, torch.zeros_like(log_share)]).log_softmax(0)
    modes = [torch.distributions.Normal(c, sd).log_prob(X) for c in (-gap, gap)]
    return torch.logaddexp(shares[0] + modes[0], shares[1] + modes[1])


DATA = two_modes(*torch.tensor([0.0, 2.0, 0.7], dtype=torch.float64))
THETA = torch.tensor([0.8, 1.2, 1.0], dtype=torch.float64)


def gradient(loss: Callable[[Tensor], Tensor]) -> Tensor:
    """Differentiate a loss of the generator's log density in its three parameters."""
    theta = THETA.clone().requires_grad_()
    return torch.autograd.grad(loss(two_modes(*theta)), theta)[0]


def best_answer(real: Callable[[Tensor], Tensor], fake: Callable[[Tensor], Tensor]) -> Tensor:
    """Find D's best answer at each of five points by looking at 40,001 of them."""
    answers = torch.linspace(-3, 3, 40_001, dtype=torch.float64)[:, None]
    p, q = PAIR.exp()
    return answers[(p * real(answers) + q * fake(answers)).argmin(0), 0]


PAIR = torch.tensor([[0.3, 0.1, 0.2, 0.35, 0.05], [0.1, 0.3, 0.25, 0.05, 0.3]]).double().log()


def test_the_optima_are_the_best_answers():
    close = {"atol": 2e-4, "rtol": 0}
    found = best_answer(lambda a: softplus(-a), softplus)
    torch.testing.assert_close(found, optimal_logit(*PAIR), **close)
    torch.testing.assert_close(found.sigmoid(), optimal_discriminator(*PAIR), **close)
    for fake, real in ((0.0, 1.0), (-1.0, 1.0)):
        found = best_answer(
            lambda a, b=real: (a - b).square() / 2, lambda a, b=fake: (a - b).square() / 2
        )
        optimum = least_squares_optimum(*PAIR, fake=fake, real=real)
        torch.testing.assert_close(found, optimum, **close)
    found = best_answer(lambda a: (1 - a).relu(), lambda a: (1 + a).relu())
    torch.testing.assert_close(found, hinge_optimum(*PAIR), **close)


def test_hinge_leaves_two_minus_twice_the_total_variation():
    score = hinge_optimum(*PAIR)
    left = expectation(PAIR[0], (1 - score).relu()) + expectation(PAIR[1], (1 + score).relu())
    torch.testing.assert_close(left, 2 - 2 * total_variation(*PAIR))


def test_the_logit_is_stable_where_both_densities_underflow():
    p, q = torch.tensor([-900.0, -math.inf, 0.0, -math.inf]), torch.tensor([-905.0, 0.0, -100.0, 0])
    q[3] = -math.inf
    assert optimal_logit(p, q).tolist() == [5.0, -math.inf, 100.0, 0.0]
    assert optimal_discriminator(p, q).tolist() == pytest.approx([0.9933, 0.0, 1.0, 0.5], abs=1e-4)
    assert hinge_optimum(p, q).tolist() == [1.0, -1.0, 1.0, 0.0]


@pytest.mark.claim("gan-minimax")
def test_the_best_value_is_twice_jsd_minus_log_4_and_every_other_is_lower():
    generated = two_modes(*THETA)
    a = optimal_logit(DATA, generated)
    best = game_value(a, DATA, generated, STEP)
    expected = 2 * js_divergence(DATA, generated, STEP) - math.log(4)
    torch.testing.assert_close(best, expected, rtol=0, atol=1e-12)
    assert float(best + math.log(4)) > 0.05  # far from equilibrium, so a lost factor shows
    g = torch.Generator().manual_seed(0)
    for scale in (0.01, 0.3, 3.0):
        for _ in range(20):
            wiggle = scale * torch.randn(len(X), generator=g, dtype=torch.float64)
            assert game_value(a + wiggle, DATA, generated, STEP) < best
    assert game_value(-a, DATA, generated, STEP) < best - 0.1


@pytest.mark.claim("gan-minimax")
def test_at_the_equilibrium_d_is_half_everywhere_and_the_value_is_minus_log_4():
    torch.testing.assert_close(optimal_discriminator(DATA, DATA), torch.full_like(X, 0.5))
    value = game_value(optimal_logit(DATA, DATA), DATA, DATA, STEP)
    assert float(value) == pytest.approx(-math.log(4), abs=1e-10)
    for shift in (0.1, -0.4, 1.0):  # a generator that moves away raises the value
        moved = two_modes(*(torch.tensor([0.0, 2.0 + shift, 0.7]).double()))
        assert float(game_value(optimal_logit(DATA, moved), DATA, moved, STEP)) > value + 1e-4


@pytest.mark.claim("gan-minimax")
def test_disjoint_supports_give_the_game_the_value_0():
    p, q = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).log()
    assert float(game_value(optimal_logit(p, q), p, q)) == 0.0


@pytest.mark.claim("gan-minimax")
def test_the_minimax_gradient_is_that_of_twice_jsd():
    a = optimal_logit(DATA, two_modes(*THETA))
    found = gradient(lambda q: expectation(q, -softplus(a), STEP))  # D does not move
    expected = gradient(lambda q: 2 * js_divergence(DATA, q, STEP))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    assert float(expected.abs().min()) > 0.01


@pytest.mark.claim("gan-ns")
def test_the_non_saturating_gradient_is_that_of_reverse_kl_minus_twice_jsd():
    a = optimal_logit(DATA, two_modes(*THETA))
    found = gradient(lambda q: expectation(q, softplus(-a), STEP))
    expected = gradient(lambda q: kl_divergence(q, DATA, STEP) - 2 * js_divergence(DATA, q, STEP))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    other = gradient(lambda q: non_saturating_divergence(DATA, q, STEP))
    torch.testing.assert_close(found, other, rtol=0, atol=1e-10)
    minimax = gradient(lambda q: expectation(q, -softplus(a), STEP))
    assert float((found - minimax).abs().max()) > 0.1  # another game


@pytest.mark.claim("gan-ns")
def test_reverse_kl_minus_twice_jsd_is_a_divergence_so_the_fixed_point_stays():
    """It equals 2 KL(m || p), m the even mixture: never negative, 0 for equal densities only."""
    g = torch.Generator().manual_seed(0)
    for _ in range(50):
        p, q = torch.randn(2, 6, generator=g, dtype=torch.float64).mul(3).log_softmax(-1)
        found = non_saturating_divergence(p, q)
        mixture = torch.logaddexp(p, q) - math.log(2)
        torch.testing.assert_close(found, 2 * kl_divergence(mixture, p), rtol=1e-9, atol=1e-12)
        difference = kl_divergence(q, p) - 2 * js_divergence(p, q)
        torch.testing.assert_close(found, difference, rtol=1e-9, atol=1e-12)
        assert float(found) > 0
        assert abs(float(non_saturating_divergence(p, p))) < 1e-15
    p, q = torch.tensor([[1.0, 0.0], [0.5, 0.5]]).log()
    assert float(non_saturating_divergence(p, q)) == math.inf


@pytest.mark.claim("gan-ns")
def test_the_game_is_no_longer_zero_sum():
    """Minimax losses of D and G sum to what G cannot change; the non-saturating ones do not."""
    a = torch.linspace(-4, 4, 9, dtype=torch.float64).requires_grad_()
    for own, zero_sum in ((-softplus(a), True), (softplus(-a), False)):
        (slope,) = torch.autograd.grad((softplus(a) + own).sum(), a, retain_graph=True)
        assert bool((slope.abs() < 1e-12).all()) is zero_sum


@pytest.mark.claim("gan-ns")
def test_the_early_gradients_differ_by_the_exponential_of_the_logit():
    a = torch.linspace(-8, 8, 33, dtype=torch.float64).requires_grad_()
    (minimax,) = torch.autograd.grad(-softplus(a).sum(), a)
    (other,) = torch.autograd.grad(softplus(-a).sum(), a)
    torch.testing.assert_close(saturating_gradient(a).detach(), -minimax)
    torch.testing.assert_close(non_saturating_gradient(a).detach(), -other)
    torch.testing.assert_close(other / minimax, (-a).exp().detach())
    at = torch.tensor(-5.0).double()
    assert float(saturating_gradient(at)) == pytest.approx(0.0067, abs=5e-5)
    assert float(non_saturating_gradient(at)) == pytest.approx(0.9933, abs=5e-5)
    ratio = non_saturating_gradient(at) / saturating_gradient(at)
    assert float(ratio) == pytest.approx(math.exp(5))


def test_least_squares_follows_the_divergence_that_is_stated():
    """Targets 0, 1, 1, D held fixed. The chi-square of the paper has another gradient."""
    d = least_squares_optimum(DATA, two_modes(*THETA))
    found = gradient(lambda q: expectation(q, (d - 1).square() / 2, STEP))
    expected = gradient(lambda q: least_squares_divergence(DATA, q, STEP))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    other = gradient(lambda q: le_cam_divergence(DATA, q, STEP))
    parallel = torch.nn.functional.cosine_similarity(found, other, dim=0)
    assert float(parallel) < 0.9999
    p, q = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).double().log()
    assert float(least_squares_divergence(p, q)) == pytest.approx(math.log(2) - 0.25)
    assert abs(float(least_squares_divergence(p, p))) < 1e-15


def test_with_shifted_targets_the_loss_after_d_is_the_chi_square():
    """With targets -1, 1 and c = 0, E_p (D* - c)^2 + E_q (D* - c)^2 is the Pearson form."""
    generated = two_modes(*THETA)
    d = least_squares_optimum(DATA, generated, fake=-1.0)
    twice = expectation(DATA, d.square(), STEP) + expectation(generated, d.square(), STEP)
    torch.testing.assert_close(twice, le_cam_divergence(DATA, generated, STEP))


def test_the_hinge_gradient_is_that_of_twice_the_total_variation():
    p, theta = PAIR[0], PAIR[1].clone().requires_grad_()
    score = hinge_optimum(p, theta.log_softmax(0)).detach()
    (found,) = torch.autograd.grad(-expectation(theta.log_softmax(0), score), theta)
    (expected,) = torch.autograd.grad(2 * total_variation(p, theta.log_softmax(0)), theta)
    torch.testing.assert_close(found, expected)
    assert float(expected.abs().max()) > 0.1


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"logit: expected the shape of log_p, \(5,\), got \(4,\)"):
        game_value(torch.zeros(4), *PAIR)
    with pytest.raises(ValueError, match="log_p: expected finite values"):
        optimal_logit(PAIR[0] * math.nan, PAIR[1])
    with pytest.raises(TypeError, match=r"logit: expected a torch\.Tensor, got float"):
        saturating_gradient(-5.0)
