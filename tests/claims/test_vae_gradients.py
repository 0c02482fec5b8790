"""The claim vae-reparam: gradients through a sample, with and without reparameterisation."""

import math
from collections.abc import Callable

import pytest
import torch
from numpy.polynomial.hermite_e import hermegauss
from torch import Tensor
from torch.distributions import Categorical, Normal

from gentutor.models.vae import VAE
from gentutor.objectives.variational import (
    GradientSamples,
    pathwise_gradient,
    score_function_gradient,
)
from gentutor.training.variational import negative_elbo

pytestmark = pytest.mark.claim("vae-reparam")

S = 200_000
ESTIMATORS = [pathwise_gradient, score_function_gradient]


def draw(
    estimator: Callable[..., GradientSamples],
    f: Callable[[Tensor], Tensor],
    mu: Tensor,
    sigma: Tensor,
    **options: float,
) -> GradientSamples:
    g = torch.Generator().manual_seed(0)
    return estimator(f, mu, sigma, n_samples=S, generator=g, **options)


def squares(z: Tensor) -> Tensor:
    return z.square().sum(-1)


def exact_gradient(f: Callable[[Tensor], Tensor], mu: float, sigma: float) -> tuple[Tensor, Tensor]:
    """Differentiate E f(mu + sigma eps) in one dimension, the mean taken by Gauss-Hermite."""
    node, weight = (torch.from_numpy(a) for a in hermegauss(120))
    m, s = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (mu, sigma))
    mean = (weight * f((m + s * node)[:, None])).sum() / weight.sum()
    return torch.autograd.grad(mean, (m, s))


def assert_mean(samples: Tensor, expected: Tensor) -> None:
    """Hold the mean of samples (S, 1) within 4.5 standard errors of the expected value."""
    error = float(samples.std()) / math.sqrt(len(samples))
    assert float(samples.mean()) == pytest.approx(float(expected), abs=4.5 * error)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(
    "f",
    [squares, lambda z: z.sin().sum(-1), lambda z: z.tanh().exp().sum(-1)],
    ids=["square", "sine", "exp tanh"],
)
def test_both_estimators_are_unbiased(estimator, f):
    mu, sigma = 0.7, 1.3
    found = draw(estimator, f, torch.tensor([mu]).double(), torch.tensor([sigma]).double())
    expected = exact_gradient(f, mu, sigma)
    assert min(abs(float(value)) for value in expected) > 0.05  # a zero would prove little
    assert_mean(found.mu, expected[0])
    assert_mean(found.sigma, expected[1])


def test_a_baseline_keeps_the_mean_and_lowers_the_variance():
    mu = sigma = torch.ones(1).double()
    plain, based = (
        draw(score_function_gradient, squares, mu, sigma, baseline=b) for b in (0.0, 2.0)
    )
    for found in (plain, based):
        assert_mean(found.mu, torch.tensor(2.0))
        assert_mean(found.sigma, torch.tensor(2.0))
    assert float(based.mu.var() / plain.mu.var()) == pytest.approx(18 / 30, rel=0.05)


@pytest.mark.parametrize("d", [1, 4, 16, 64])
def test_the_variance_ratio_of_a_sum_of_squares_is_its_closed_form(d):
    r"""At mu = sigma = 1 the pathwise variance is 4; the score function's is quadratic in d.

    With a = (1 + eps)^2: E a = 2, E a^2 = 10, E a eps^2 = 4, E a^2 eps^2 = 34, so that
    E (f eps_1)^2 = 34 + 26 (d - 1) + 4 (d - 1)(d - 2), from which the squared mean 4 goes off.
    """
    one = torch.ones(d)
    path = draw(pathwise_gradient, squares, one, one).mu.var(0).mean()
    score = draw(score_function_gradient, squares, one, one).mu.var(0).mean()
    based = draw(score_function_gradient, squares, one, one, baseline=2.0 * d).mu.var(0).mean()
    assert float(path) == pytest.approx(4.0, rel=0.03)
    assert float(score / path) == pytest.approx(d**2 + 3.5 * d + 3, rel=0.04)
    assert float(based / path) == pytest.approx(1.5 * d + 3, rel=0.04)


def test_the_order_reverses_for_a_wiggly_function():
    """For sin(10 z): 100 E cos^2 = 50 against E (eps sin)^2 = 1/2."""

    def wiggly(z: Tensor) -> Tensor:
        return (10 * z).sin().sum(-1)

    zero, one = torch.zeros(1), torch.ones(1)
    path = draw(pathwise_gradient, wiggly, zero, one).mu.var()
    score = draw(score_function_gradient, wiggly, zero, one).mu.var()
    assert float(path) == pytest.approx(50.0, rel=0.02)
    assert float(score) == pytest.approx(0.5, rel=0.02)


def test_gradients_flow_through_the_sample_to_the_encoder():
    """Reparameterised, both statistics get a gradient from the reconstruction; drawn, neither."""
    model = VAE(6, latent_dim=3, variance=0.1, seed=0)
    g = torch.Generator().manual_seed(0)
    x, eps = torch.rand(16, 6, generator=g), torch.randn(16, 3, generator=g)
    negative_elbo(model, x, eps, beta=0.0)["loss"].backward()
    rows = model.encoder.layers[-1].weight.grad.abs().sum(0)  # (2K,): mu, then logvar
    assert bool((rows > 0).all())
    posterior = Normal(torch.zeros(3, requires_grad=True), 1.0)
    assert posterior.rsample().requires_grad
    assert not posterior.sample().requires_grad


def test_a_step_has_no_pathwise_gradient_yet_a_score_function_one():
    """For f = [z > 0], E f = Phi(mu / sigma) has the slope phi(mu / sigma) / sigma in mu."""

    def step(z: Tensor) -> Tensor:
        return (z > 0).to(z.dtype).sum(-1) + 0.0 * z.sum(-1)

    mu, sigma = torch.tensor([0.5]).double(), torch.tensor([2.0]).double()
    slope = Normal(0.0, 1.0).log_prob(mu / sigma).exp() / sigma
    assert float(draw(pathwise_gradient, step, mu, sigma).mu.abs().max()) == 0.0
    assert_mean(draw(score_function_gradient, step, mu, sigma).mu, slope)


def test_a_discrete_code_does_not_move_smoothly_with_its_parameters():
    """Noise can be taken out of a category too (Gumbel-max), and the code still stands still.

    For fixed noise a small change of the logits changes no code but a few, so the derivative is
    0 almost everywhere, while the expectation of the code has a slope p (1 - p).
    """
    g = torch.Generator().manual_seed(0)
    gumbel = -torch.empty(S, 3, dtype=torch.float64).exponential_(generator=g).log()
    logits = torch.tensor([0.2, -0.4, 0.1]).double()
    moved = logits + torch.tensor([1e-4, 0.0, 0.0]).double()
    z, z_moved = ((value + gumbel).argmax(-1) for value in (logits, moved))
    assert float((z != z_moved).double().mean()) < 1e-3
    p = logits.softmax(0)
    torch.testing.assert_close(z.bincount() / S, p.float(), atol=0.005, rtol=0)
    assert not Categorical(probs=p).has_rsample
    assert Normal(0.0, 1.0).has_rsample
    score = ((z == 0).double() * ((z == 0).double() - p[0]))[:, None]
    assert_mean(score, p[0] * (1 - p[0]))
