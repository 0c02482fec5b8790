"""Claims on WGANs that need no training: the package's losses against exact transport."""

import numpy as np
import ot
import pytest
import torch
from torch import Tensor

from gentutor.models.gan import Critic, layers_of
from gentutor.objectives.adversarial import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    interpolate,
)
from gentutor.theory.discriminators import optimal_discriminator
from gentutor.theory.lipschitz import clipped_bound, slopes, spectral_norm_product
from gentutor.theory.penalised_dual import PenalisedDual, penalised_dual
from gentutor.theory.transport import Line, wasserstein_1d


def plane(seed: int, n: int = 60) -> tuple[Tensor, Tensor]:
    """Draw real and generated points in the plane, (n, 2) each."""
    g = torch.Generator().manual_seed(seed)
    real, fake = torch.randn(2, n, 2, generator=g, dtype=torch.float64)
    return real, fake * torch.tensor([0.4, 1.5]) + torch.tensor([1.0, -0.5])


def exact_w1(real: Tensor, fake: Tensor) -> float:
    cost = ot.dist(real.numpy(), fake.numpy(), metric="euclidean")
    even = np.full(len(real), 1 / len(real)), np.full(len(fake), 1 / len(fake))
    return float(ot.emd2(*even, cost))


def lipschitz_constant(x: Tensor, score: Tensor) -> float:
    """Return the steepest slope between any two of the points."""
    apart = torch.cdist(x, x) + torch.eye(len(x)).double()
    return float(((score[:, None] - score).abs() / apart).max())


@pytest.mark.claim("wgan-dual")
@pytest.mark.parametrize("seed", range(4))
def test_the_best_critic_of_slope_1_attains_w1_in_the_plane(seed):
    """The linear programme's potential v, made 1-Lipschitz by f(x) = min_j |x - y_j| - v_j."""
    real, fake = plane(seed)
    n, w1 = len(real), exact_w1(real, fake)
    cost = ot.dist(real.numpy(), fake.numpy(), metric="euclidean")
    _, log = ot.emd(np.full(n, 1 / n), np.full(n, 1 / n), cost, log=True)
    x = torch.cat([real, fake])
    score = (torch.cdist(x, fake) - torch.from_numpy(log["v"])).min(1).values
    assert lipschitz_constant(x, score) <= 1 + 1e-6
    best = -discriminator_loss("wgan_clip", score[:n], score[n:])
    assert float(best) == pytest.approx(w1, rel=1e-7)
    # No other critic of slope 1 reaches it: networks, scaled by their own steepest slope.
    for number in range(30):
        critic = Critic(2, seed=number).double()
        with torch.no_grad():
            other = critic(x)
        other = other / lipschitz_constant(x, other)
        assert abs(float(discriminator_loss("wgan_clip", other[:n], other[n:]))) < w1


@pytest.mark.claim("wgan-dual")
def test_in_one_dimension_sorted_samples_give_what_the_programme_gives():
    real, fake = (t[:, :1] for t in plane(0))
    paired = (real.sort(0).values - fake.sort(0).values).abs().mean()
    assert float(paired) == pytest.approx(exact_w1(real, fake), rel=1e-9)
    assert float(wasserstein_1d(real[:, 0], fake[:, 0])) == pytest.approx(float(paired), rel=1e-12)
    line = Line.from_samples(real[:, 0], fake[:, 0])
    found = discriminator_loss("wgan_clip", *(at(line, line.critic, x) for x in (real, fake)))
    assert -float(found) == pytest.approx(float(paired), rel=1e-9)


def at(line: Line, score: Tensor, x: Tensor) -> Tensor:
    """Read the critic, linear between the line's points, at x (..., 1): differentiable."""
    place = torch.searchsorted(line.points, x.detach()[..., 0].contiguous(), right=True) - 1
    place = place.clamp(0, len(line.points) - 2)
    slope = (score.diff() / line.length)[place]
    return score[place] + slope * (x[..., 0] - line.points[place])


@pytest.mark.claim("wgan-loss")
@pytest.mark.parametrize("seed", range(4))
def test_minus_the_loss_never_exceeds_k_times_w1(seed):
    """K from the weights for networks; attained by the exact critic times K, and by its sign."""
    real, fake = plane(seed, 40)
    w1 = exact_w1(real, fake)
    for number in range(20):
        critic = Critic(2, hidden=(16,), seed=number).double()
        with torch.no_grad():
            bound = float(spectral_norm_product([m.weight for m in layers_of(critic.net)]))
            found = -float(discriminator_loss("wgan_gp", critic(real), critic(fake)))
        assert abs(found) <= bound * w1
    line = Line.from_samples(real[:, 0], fake[:, 0])
    for factor in (0.3, 1.0, 7.0, -1.0):
        scores = [at(line, factor * line.critic, x[:, :1]) for x in (real, fake)]
        found = -float(discriminator_loss("wgan_gp", *scores))
        assert found == pytest.approx(factor * float(line.wasserstein), rel=1e-9)


@pytest.mark.claim("wgan-loss")
def test_the_generators_loss_moves_its_samples_towards_the_data():
    """A small step down the gradient of -E f(x_fake) lowers W1; a step up raises it."""
    real, fake = (t[:, :1] for t in plane(1))
    line = Line.from_samples(real[:, 0], fake[:, 0])
    # Just off its own kink each sample sees the slope of one side.
    x = (fake + 1e-9).requires_grad_()
    (slope,) = torch.autograd.grad(generator_loss("wgan_gp", at(line, line.critic, x)), x)
    before = float(line.wasserstein)
    after = float(wasserstein_1d(real[:, 0], (fake - 0.01 * slope * len(fake))[:, 0]))
    assert before - after > 0.005
    away = float(wasserstein_1d(real[:, 0], (fake + 0.01 * slope * len(fake))[:, 0]))
    assert away - before > 0.005


def two_gaussians(gp_weight: float) -> tuple[PenalisedDual, Tensor, Tensor, Tensor]:
    """Return the exact optimum for N(0, 1) against N(1, 1), and draws: real, fake, between."""
    grid = torch.linspace(-7, 8, 1501, dtype=torch.float64)
    normal = torch.distributions.Normal(torch.tensor(0.0).double(), 1.0)
    line = Line.from_densities(normal.log_prob(grid).exp(), normal.log_prob(grid - 1).exp(), grid)
    g, n = torch.Generator().manual_seed(0), 1_000_000
    real, fake = torch.randn(2, n, 1, generator=g, dtype=torch.float64)
    eps = torch.rand(n, 1, generator=g, dtype=torch.float64)
    found = penalised_dual(line, gp_weight=gp_weight)
    return found, real, fake + 1, interpolate(real, fake + 1, eps)


@pytest.mark.claim("wgan-loss")
@pytest.mark.parametrize("gp_weight", [1.0, 10.0])
def test_the_soft_penalty_overshoots_by_the_integral(gp_weight):
    """The critic in closed form under the package's own losses: value, penalty, and optimum."""
    best, real, fake, between = two_gaussians(gp_weight)

    def losses(factor: float) -> tuple[float, float]:
        score = factor * best.critic
        dual = -discriminator_loss(
            "wgan_gp", at(best.line, score, real), at(best.line, score, fake)
        )
        penalty = gradient_penalty(lambda x: at(best.line, score, x), between, "one_sided")
        return float(dual), gp_weight * float(penalty)

    dual, penalty = losses(1.0)
    assert dual == pytest.approx(best.raw, abs=0.008)
    assert penalty == pytest.approx(best.bias / 2, rel=0.02)
    assert dual > best.wasserstein + 0.9 * best.bias
    assert best.bias > 0.05
    assert best.corrected == pytest.approx(1.0, rel=0.03)
    slope = (lambda a, b: (a[0] - a[1] - b[0] + b[1]) / 0.02)(losses(1.01), losses(0.99))
    assert slope == pytest.approx(0.0, abs=0.01)  # J is flat at the optimum, dJ/d factor = 0


@pytest.mark.claim("wgan-clip")
@pytest.mark.parametrize("clip", [0.01, 0.1])
def test_a_clipped_critic_sees_w1_through_a_constant_that_nobody_chose(clip):
    """K is 0.006 or 5.8 by the widths alone, and what networks reach of it is far less."""
    real, fake = plane(0)
    bound, w1 = clipped_bound((2, 64, 64, 1), clip), exact_w1(real, fake)
    for seed in range(8):
        critic = Critic(2, seed=seed).double()
        layers = layers_of(critic.net)
        with torch.no_grad():
            for parameter in critic.parameters():
                parameter.clamp_(-clip, clip)
            found = -float(discriminator_loss("wgan_clip", critic(real), critic(fake)))
            weights = [layer.weight for layer in layers]
            steepest = slopes(weights, [layer.bias for layer in layers], real)
            product = float(spectral_norm_product(weights))
        assert abs(found) <= bound * w1
        assert float(steepest.max()) <= product <= bound
        assert float(steepest.max()) < 0.1 * bound


@pytest.mark.claim("wgan-critic")
def test_only_differences_of_scores_mean_something():
    """A constant added to all scores changes no loss, penalty or gradient; to logits it does."""
    real, fake = plane(0)
    critic, shifted = Critic(2, seed=0).double(), Critic(2, seed=0).double()
    with torch.no_grad():
        layers_of(shifted.net)[-1].bias.add_(100.0)
    seen = []
    for judge in (critic, shifted):
        x = fake.clone().requires_grad_()
        (pull,) = torch.autograd.grad(generator_loss("wgan_gp", judge(x)), x)
        loss = discriminator_loss("wgan_gp", judge(real), judge(fake))
        seen.append((loss.detach(), gradient_penalty(judge, real).detach(), pull))
    torch.testing.assert_close(seen[0], seen[1])
    assert float(shifted(real).detach().min()) > 50  # no probability
    with torch.no_grad():
        logistic = [
            discriminator_loss("minimax", judge(real), judge(fake)) for judge in (critic, shifted)
        ]
    assert float(logistic[1] - logistic[0]) > 50


@pytest.mark.claim("wgan-critic")
def test_scores_are_unbounded_and_no_log_density_ratio():
    """The best critic of a shift is a straight line: its score grows with the distance alone."""
    grid = torch.linspace(-6, 60, 6601, dtype=torch.float64)
    for shift in (5.0, 50.0):
        normals = [torch.distributions.Normal(torch.tensor(m).double(), 0.5) for m in (0.0, shift)]
        log_p, log_q = (normal.log_prob(grid) for normal in normals)
        line = Line.from_densities(log_p.exp(), log_q.exp(), grid)
        score = line.critic
        between = (grid > 0) & (grid < shift)
        assert float(score[between].max() - score[between].min()) == pytest.approx(shift, abs=0.03)
        d = optimal_discriminator(log_p, log_q)
        said = (score - score[between].mean()).sigmoid()
        assert float((d - said)[between].abs().max()) > 0.2
        # One unit left of the middle the ratio is all but certain; the score has moved by 1.
        left, middle = (int(((grid - shift / 2 + one).abs()).argmin()) for one in (1.0, 0.0))
        assert float(score[left] - score[middle]) == pytest.approx(1.0, abs=1e-6)
        assert float(log_p[left] - log_q[left]) == pytest.approx(4 * shift, rel=1e-6)
