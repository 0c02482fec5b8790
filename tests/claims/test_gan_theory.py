"""Claims on GANs that need no training: the package's losses against the theory's integrals."""

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from gentutor.models.gan import Generator
from gentutor.objectives.adversarial import discriminator_loss, generator_loss
from gentutor.theory.discriminators import (
    hinge_optimum,
    least_squares_divergence,
    least_squares_optimum,
    non_saturating_divergence,
    optimal_discriminator,
    optimal_logit,
)
from gentutor.theory.divergences import js_divergence

X = torch.linspace(-10, 10, 4001, dtype=torch.float64)
STEP = torch.full_like(X, 0.005)
STANDARD = Normal(torch.tensor(0.0).double(), 1.0)


def log_data(x: Tensor) -> Tensor:
    """Two modes: 0.3 N(-1.5, 0.6^2) + 0.7 N(1, 1)."""
    parts = [math.log(w) + Normal(m, s).log_prob(x) for w, m, s in ((0.3, -1.5, 0.6), (0.7, 1, 1))]
    return torch.logaddexp(*parts)


def log_generated(x: Tensor, theta: Tensor) -> Tensor:
    """Return the density of G(z) = theta + 1.2 z."""
    return STANDARD.log_prob((x - theta) / 1.2) - math.log(1.2)


@pytest.mark.claim("gan-minimax", "gan-d")
def test_the_losses_of_samples_have_the_value_of_the_integral():
    """D* on a million draws of each: its loss is log 4 - 2 JSD, and it is calibrated."""
    g, n, theta = torch.Generator().manual_seed(0), 1_000_000, torch.tensor(0.8).double()
    first = torch.rand(n, generator=g) < 0.3
    noise = torch.randn(2, n, generator=g, dtype=torch.float64)
    real = torch.where(first, -1.5 + 0.6 * noise[0], 1.0 + noise[0])
    fake = theta + 1.2 * noise[1]
    on_real, on_fake = (optimal_logit(log_data(x), log_generated(x, theta)) for x in (real, fake))
    divergence = js_divergence(log_data(X), log_generated(X, theta), STEP)
    found = discriminator_loss("minimax", on_real, on_fake)
    assert float(found) == pytest.approx(math.log(4) - 2 * float(divergence), abs=0.003)
    assert float(divergence) > 0.02
    for change in (lambda a: a + 0.3, lambda a: a - 0.3, lambda a: 1.3 * a, lambda a: 0 * a):
        assert discriminator_loss("minimax", change(on_real), change(on_fake)) > found + 0.001
    # D(x) is the share of real ones among all examples that D sees there.
    answers = torch.cat([on_real, on_fake]).sigmoid()
    is_real = torch.arange(2 * n) < n
    for low, high in pairwise((0.3, 0.4, 0.45, 0.5, 0.55, 0.6)):
        here = (answers > low) & (answers < high)
        assert int(here.sum()) > 20_000
        share, said = is_real[here].double().mean(), answers[here].mean()
        assert float(share) == pytest.approx(float(said), abs=0.012)


@pytest.mark.claim("gan-ns", "gan-minimax")
@pytest.mark.parametrize(
    ("objective", "divergence"),
    [
        ("minimax", lambda p, q: 2 * js_divergence(p, q, STEP)),
        ("non_saturating", lambda p, q: non_saturating_divergence(p, q, STEP)),
        ("least_squares", lambda p, q: least_squares_divergence(p, q, STEP)),
    ],
)
@pytest.mark.parametrize("at", [-1.0, 0.8, 4.0])
def test_the_gradient_through_samples_is_that_of_the_divergence(objective, divergence, at):
    """As training takes it: through D* into x = G(z), for evenly spread quantiles of z."""
    n = 100_000
    z = STANDARD.icdf((torch.arange(n, dtype=torch.float64) + 0.5) / n)
    theta = torch.tensor(at).double().requires_grad_()
    fixed = theta.detach()
    x = theta + 1.2 * z
    answer = optimal_logit(log_data(x), log_generated(x, fixed))
    if objective == "least_squares":
        answer = least_squares_optimum(log_data(x), log_generated(x, fixed))
    (found,) = torch.autograd.grad(generator_loss(objective, answer), theta)
    (expected,) = torch.autograd.grad(divergence(log_data(X), log_generated(X, theta)), theta)
    assert float(found) == pytest.approx(float(expected), rel=2e-3)
    assert abs(float(expected)) > 1e-3


def test_the_hinge_optimum_is_flat_so_samples_carry_no_gradient():
    """Its integral's gradient is that of 2 TV; through the samples almost nothing comes back."""
    x = torch.linspace(-3, 3, 50, dtype=torch.float64).requires_grad_()
    score = hinge_optimum(log_data(x), log_generated(x, torch.tensor(0.8)))
    (slope,) = torch.autograd.grad(generator_loss("hinge", score), x)
    assert float(slope.abs().max()) == 0.0
    assert set(score.tolist()) == {-1.0, 1.0}


@pytest.mark.claim("gan-ns")
def test_both_losses_have_the_same_fixed_point():
    """At q = p the optimal D is 1/2 everywhere, and no sample gets a gradient from either."""
    x = torch.linspace(-4, 4, 50, dtype=torch.float64).requires_grad_()
    for objective in ("minimax", "non_saturating"):
        loss = generator_loss(objective, optimal_logit(log_data(x), log_data(x)))
        (slope,) = torch.autograd.grad(loss, x)
        assert float(slope.abs().max()) < 1e-15
    assert optimal_discriminator(log_data(X), log_data(X)).unique().tolist() == [0.5]


@pytest.mark.claim("gan-ns")
def test_far_away_the_minimax_gradient_dies_and_the_other_grows():
    slope = {}
    for at in (4.0, 8.0):
        for objective in ("minimax", "non_saturating"):
            x = torch.tensor([at]).double().requires_grad_()
            answer = optimal_logit(log_data(x), log_generated(x, torch.tensor(at)))
            (found,) = torch.autograd.grad(generator_loss(objective, answer), x)
            slope[objective, at] = float(found)
    assert slope["minimax", 8.0] < 1e-3 * slope["minimax", 4.0]
    assert slope["non_saturating", 8.0] > 1.5 * slope["non_saturating", 4.0]
    assert min(slope.values()) > 0  # both point back towards the data


@pytest.mark.claim("gen-connected")
@pytest.mark.parametrize("m", [0.2, 0.05, 0.01])
def test_a_bridge_of_little_mass_needs_a_steep_generator(m):
    """Two modes of equal mass, 2 apart: G(z) = clip(k z, -1, 1) is the flattest that keeps m.

    The exact slope is gap / (2 Phi^-1((1 + m) / 2)), by Gaussian isoperimetry; for small m that
    is gap / (m sqrt(2 pi)).
    """
    gap = 2.0
    slope = gap / (2 * float(STANDARD.icdf(torch.tensor((1 + m) / 2).double())))
    assert slope == pytest.approx(gap / (m * math.sqrt(2 * math.pi)), rel=0.3 * m**2 + 0.01 * m)
    n = 200_001
    z = STANDARD.icdf((torch.arange(n, dtype=torch.float64) + 0.5) / n)

    def bridge(x: Tensor) -> float:
        return float(((x > -gap / 2) & (x < gap / 2)).double().mean())

    assert bridge((slope * z).clamp(-1, 1)) == pytest.approx(m, abs=2e-5)
    assert bridge((0.9 * slope * z).clamp(-1, 1)) > 1.08 * m
    g = torch.Generator().manual_seed(0)
    for _ in range(40):  # other continuous generators that are no steeper and balance the modes
        knots = 0.8 * slope * (2 * torch.rand(400, generator=g, dtype=torch.float64) - 1)
        steps = knots[(((z + 5) * 40).long()).clamp(0, 399)]
        x = torch.cumulative_trapezoid(steps, z)
        x = x - x.median()
        assert bridge(x) > m
        assert float((x.diff() / z[1:].diff()).abs().max()) <= slope


@pytest.mark.claim("gen-connected")
@pytest.mark.parametrize("seed", range(8))
def test_between_two_samples_of_a_generator_lies_a_path_of_samples(seed):
    """Along any segment of noise the samples move by less than any step, the finer it is cut."""
    generator = Generator(2, seed=seed).double()
    ends = torch.randn(2, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    steps = []
    for count in (100, 1000, 10_000):
        t = torch.linspace(0, 1, count + 1, dtype=torch.float64)[:, None]
        with torch.no_grad():
            x = generator(ends[0] + t * (ends[1] - ends[0]))
        steps.append(float(x.diff(dim=0).norm(dim=1).max()))
    assert steps[1] < steps[0] / 5
    assert steps[2] < steps[1] / 5


@pytest.mark.claim("gen-pushforward")
def test_an_invertible_generator_has_the_density_of_the_change_of_variables():
    def g(z: Tensor) -> Tensor:
        return z + 0.8 * z.sin() + 1

    n = 1_000_000
    draws = g(torch.randn(n, generator=torch.Generator().manual_seed(0), dtype=torch.float64))
    z = torch.linspace(-4, 4, 161, dtype=torch.float64)
    edges = g(z)
    middle = 0.5 * (z[1:] + z[:-1])
    density = STANDARD.log_prob(middle).exp() / (1 + 0.8 * middle.cos())  # phi(z) / |g'(z)|
    expected = n * density * edges.diff()
    seen = torch.histogram(draws, edges).hist
    sure = expected > 1000
    assert float(((seen - expected)[sure] / expected[sure]).abs().max()) < 0.12
    assert float(((seen - expected)[sure].square() / expected[sure]).mean()) < 1.5


@pytest.mark.claim("gen-pushforward")
@pytest.mark.parametrize("seed", range(2))
def test_a_curve_of_samples_in_the_plane_has_area_0(seed):
    """Boxes hit at side 1/8, 1/16, ...: with one latent number their area halves each time."""
    areas = {}
    for latent_dim in (1, 2):
        generator = Generator(2, latent_dim=latent_dim, seed=seed).double()
        side = 200_001 if latent_dim == 1 else 800
        axis = torch.linspace(-2, 2, side, dtype=torch.float64)
        z = axis[:, None] if latent_dim == 1 else torch.cartesian_prod(axis, axis)
        with torch.no_grad():
            x = generator(z)
        areas[latent_dim] = [
            len(((x / box).floor() @ torch.tensor([1e6, 1.0]).double()).unique()) * box**2
            for box in (1 / 8, 1 / 16, 1 / 32, 1 / 64)
        ]
    for large, small in pairwise(areas[1]):
        assert small / large < 0.7
    assert areas[1][-1] < 0.2 * areas[1][0]
    assert areas[2][-1] > 0.5 * areas[2][0]


@pytest.mark.claim("gen-pushforward")
def test_observation_noise_gives_the_curve_a_density():
    """A VAE's p(x) is the curve blurred: finite everywhere and of mass 1."""
    generator = Generator(2, latent_dim=1, seed=0).double()
    n, sigma = 4000, 0.3
    z = STANDARD.icdf((torch.arange(n, dtype=torch.float64) + 0.5) / n)
    with torch.no_grad():
        centre = generator(z[:, None])
    axis = torch.linspace(-12, 12, 161, dtype=torch.float64)
    kernel = [Normal(centre[:, i, None], sigma).log_prob(axis).exp() for i in (0, 1)]
    density = kernel[0].T @ kernel[1] / n  # (161, 161)
    assert float(density.sum()) * 0.15**2 == pytest.approx(1.0, abs=1e-3)
    assert float(density.max()) < 1 / (2 * math.pi * sigma**2)
