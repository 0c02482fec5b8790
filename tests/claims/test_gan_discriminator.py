"""A discriminator trained alone: what it learns is a ratio of densities."""

import math

import pytest
import torch
from torch import Tensor

from gentutor.data import Mixture
from gentutor.models.gan import Discriminator
from gentutor.theory.discriminators import game_value, optimal_discriminator, optimal_logit
from gentutor.theory.divergences import expectation, js_divergence
from gentutor.training import train_discriminators

SEEDS = 8
SIDES = Mixture(torch.tensor([[-1.5], [1.5]], dtype=torch.float64), sd=0.5)
MIDDLE = Mixture(torch.tensor([[0.0]], dtype=torch.float64), sd=0.5)
STEP = 0.005
X = torch.arange(-6.0, 6.0, STEP, dtype=torch.float64)[:, None]
WEIGHT = torch.full((len(X),), STEP, dtype=torch.float64)
LOG_P, LOG_Q = SIDES.log_density(X), MIDDLE.log_density(X)


def trained(real: Mixture, fake: Mixture, objective: str, steps: int) -> list[Discriminator]:
    """Return smooth discriminators that saw batches of 512."""
    nets = [Discriminator(1, activation="tanh", seed=s) for s in range(SEEDS)]
    settings = {"steps": steps, "batch_size": 512, "lr": 1e-2, "seed": 100}
    train_discriminators(nets, real, fake, objective=objective, **settings)
    return [net.requires_grad_(False) for net in nets]


def mean_error(answer: Tensor, target: Tensor) -> float:
    """Return the mean absolute difference under half real, half generated inputs."""
    both = [expectation(log_p, (answer - target).abs(), WEIGHT) for log_p in (LOG_P, LOG_Q)]
    return float(sum(both)) / 2


@pytest.fixture(scope="module")
def nets() -> list[Discriminator]:
    return trained(SIDES, MIDDLE, "minimax", 1000)


@pytest.fixture(scope="module")
def logits(nets: list[Discriminator]) -> list[Tensor]:
    return [net(X.float()).double() for net in nets]


@pytest.mark.claim("gan-d")
def test_the_learnt_discriminator_is_the_ratio_of_densities(logits):
    best = optimal_discriminator(LOG_P, LOG_Q)
    errors = [mean_error(logit.sigmoid(), best) for logit in logits]
    assert max(errors) < 0.005
    start = Discriminator(1, activation="tanh", seed=0)(X.float()).detach().double()
    assert mean_error(start.sigmoid(), best) > 0.2


@pytest.mark.claim("gan-d")
def test_its_logit_is_the_log_ratio_where_there_is_data(logits):
    """A logit is off by 0.1 where D is off by at most 0.025."""
    exact = optimal_logit(LOG_P, LOG_Q)
    dense = ((LOG_P.exp() + LOG_Q.exp()) / 2 > 0.02) & (exact.abs() < 4)
    assert int(dense.sum()) > 300
    for logit in logits:
        assert float((logit - exact)[dense].abs().mean()) < 0.1


@pytest.mark.claim("gan-d")
def test_of_the_inputs_it_calls_real_with_p_a_share_p_is_real(nets):
    """It holds for as many real as generated inputs, and fails where those are nine times more."""
    stream = torch.Generator().manual_seed(0)
    real, fake = SIDES.sample(50_000, stream), MIDDLE.sample(50_000, stream)
    for net in nets:
        on_real, on_fake = net(real).sigmoid(), net(fake).sigmoid()
        for low in (0.1, 0.3, 0.5, 0.7):
            said = torch.cat([on_real, on_fake])
            inside = (said >= low) & (said < low + 0.2)
            share = inside[:50_000].double().mean() / (2 * inside.double().mean())
            assert float(share) == pytest.approx(float(said[inside].mean()), abs=0.04)
            rare = inside[:50_000].sum() / (inside[:50_000].sum() + 9 * inside[50_000:].sum())
            assert float(rare) < float(said[inside].mean()) - 0.05


@pytest.mark.claim("gan-d", "gan-minimax")
def test_its_value_gives_the_jensen_shannon_divergence(nets, logits):
    """Exactly from below by quadrature, and from fresh samples."""
    exact = float(js_divergence(LOG_P, LOG_Q, WEIGHT))
    assert exact == pytest.approx(0.4624, abs=1e-4)
    stream = torch.Generator().manual_seed(1)
    real, fake = SIDES.sample(200_000, stream), MIDDLE.sample(200_000, stream)
    for net, logit in zip(nets, logits, strict=True):
        estimate = float(game_value(logit, LOG_P, LOG_Q, WEIGHT) + math.log(4)) / 2
        assert 0.99 * exact < estimate <= exact
        on_real, on_fake = net(real).sigmoid().log().mean(), (-net(fake)).sigmoid().log().mean()
        sampled = float(on_real + on_fake + math.log(4)) / 2
        assert sampled == pytest.approx(exact, rel=0.01)


@pytest.mark.claim("gan-minimax")
def test_where_generator_and_data_agree_it_answers_one_half():
    nets = trained(SIDES, SIDES, "minimax", 300)
    for net in nets:
        logit = net(X.float()).double()
        error = (logit.sigmoid() - 0.5).abs()
        assert float(expectation(LOG_P, error, WEIGHT)) < 0.03
        value = float(game_value(logit, LOG_P, LOG_P, WEIGHT))
        assert value == pytest.approx(-math.log(4), abs=0.005)
