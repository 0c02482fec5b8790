"""The penalised dual's optimum against direct maximisation, and its interpolates against draws."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from gentutor.theory.penalised_dual import (
    PenalisedDual,
    corrected_dual,
    interpolate_density,
    penalised_dual,
)
from gentutor.theory.transport import Line


def mixture(x: torch.Tensor, centres: list[float], sd: float) -> torch.Tensor:
    parts = [torch.distributions.Normal(torch.tensor(c).to(x), sd).log_prob(x) for c in centres]
    return torch.stack(parts).exp().mean(0)


def line(p: tuple[list[float], float], q: tuple[list[float], float], n: int = 1201) -> Line:
    x = torch.linspace(-6, 7, n, dtype=torch.float64)
    return Line.from_densities(mixture(x, *p), mixture(x, *q), x)


SHIFT = ([0.0], 1.0), ([1.0], 1.0)
MODES = ([-3.0, -1.0, 1.0, 3.0], 0.1), ([-1.0, 1.0], 0.1)
NARROW = ([0.0], 0.05), ([2.0], 0.05)


def interpolates(pair: tuple, n: int, seed: int = 0) -> torch.Tensor:
    """Draw the points where a WGAN-GP takes its penalty."""
    g = torch.Generator().manual_seed(seed)
    drawn = []
    for centres, sd in pair:
        which = torch.randint(len(centres), (n,), generator=g)
        centre = torch.tensor(centres, dtype=torch.float64)[which]
        drawn.append(centre + sd * torch.randn(n, generator=g, dtype=torch.float64))
    eps = torch.rand(n, generator=g, dtype=torch.float64)
    return eps * drawn[0] + (1 - eps) * drawn[1]


@pytest.mark.parametrize("pair", [SHIFT, MODES, NARROW])
def test_the_density_of_the_interpolates_is_that_of_a_million_draws(pair):
    n = 1_000_000
    found = line(*pair)
    mass = interpolate_density(found) * found.length
    assert float(mass.sum()) == pytest.approx(1.0, abs=1e-12)
    edges = found.points[::20]
    share = mass.reshape(-1, 20).sum(1)
    seen = torch.histogram(interpolates(pair, n), edges).hist
    error = (seen - n * share) / (n * share).clamp_min(25).sqrt()
    assert float(error.abs().max()) < 5
    assert float(error[n * share > 25].square().mean()) < 2


def test_the_density_has_its_closed_form_for_uniform_distributions():
    """Both U(0, 1): rho(t) = -2 (t log t + (1 - t) log(1 - t)), by elementary integration."""
    grid = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000
    even = torch.full_like(grid, 1e-3)
    t = 0.5 * (grid[1:] + grid[:-1])
    exact = -2 * (t.xlogy(t) + (1 - t).xlogy(1 - t))
    found = interpolate_density(Line(grid, even, even))
    torch.testing.assert_close(found[50:-50], exact[50:-50], rtol=2e-3, atol=0)


def test_density_and_bias_of_gaussians_are_those_of_another_quadrature():
    """Given eps the interpolate is N(1 - eps, eps^2 + (1 - eps)^2), and F - G is a pair of erfs."""
    found = penalised_dual(line(*SHIFT, n=2601), gp_weight=1.0)
    t = 0.5 * (found.line.points[1:] + found.line.points[:-1])
    node, weight = np.polynomial.legendre.leggauss(80)
    eps, share = torch.from_numpy((node + 1) / 2), torch.from_numpy(weight / 2)
    spread = (eps.square() + (1 - eps).square()).sqrt()
    rho = torch.distributions.Normal(1 - eps, spread).log_prob(t[:, None]).exp() @ share
    torch.testing.assert_close(found.density, rho, rtol=1e-4, atol=1e-9)
    gap = torch.special.ndtr(t) - torch.special.ndtr(t - 1)
    bias = float((gap.square() / (2 * rho))[t.abs() < 6].sum()) * 0.005
    assert found.bias == pytest.approx(bias, rel=1e-5)


def test_the_density_is_exact_for_few_points():
    """0 and 3 against 1: half the mass is spread over [0, 1], half over [1, 3]."""
    few = Line.from_samples(torch.tensor([0.0, 3.0]), torch.tensor([1.0]))
    torch.testing.assert_close(interpolate_density(few), torch.tensor([0.5, 0.25]).double())
    # Pairs at one point are spread over what adjoins it, so that nothing is lost.
    same = Line.from_samples(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 2.0]))
    torch.testing.assert_close(interpolate_density(same), torch.tensor([0.5]).double())


def test_slopes_keep_their_digits_in_both_tails():
    """The pair is its own mirror image about 1/2, down to densities of 1e-17 and less."""
    found = penalised_dual(line(*SHIFT), gp_weight=1.0)
    assert float(found.density[[0, -1]].max()) < 1e-9
    torch.testing.assert_close(found.excess, found.excess.flip(0), rtol=1e-6, atol=0)


def maximise(found: PenalisedDual) -> tuple[float, float]:
    """Climb J over all critics by L-BFGS from f = 0; return E_p f - E_q f and J.

    The slopes are scaled so that all intervals curve alike, or the search would take minutes.
    """
    place = found.line
    scale = (place.length * found.density).clamp_min(1e-12).rsqrt()

    def critic(steps: torch.Tensor) -> torch.Tensor:
        return place.integrate(scale * steps)

    def loss(start: np.ndarray) -> tuple[float, np.ndarray]:
        steps = torch.from_numpy(start).requires_grad_()
        f = critic(steps)
        over = (f.diff().abs() / place.length - 1).relu()
        penalty = found.gp_weight * (place.length * found.density * over.square()).sum()
        value = penalty - place.dual(f)
        (grad,) = torch.autograd.grad(value, steps)
        return float(value.detach()), grad.numpy()

    options = {"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9}
    end = minimize(loss, np.zeros(len(scale)), jac=True, method="L-BFGS-B", options=options)
    return float(place.dual(critic(torch.from_numpy(end.x)))), -end.fun


@pytest.mark.parametrize("gp_weight", [0.3, 1.0, 10.0])
@pytest.mark.parametrize("pair", [SHIFT, MODES])
def test_direct_maximisation_over_all_critics_finds_the_same_optimum(pair, gp_weight):
    found = penalised_dual(line(*pair, n=81), gp_weight=gp_weight)
    raw, objective = maximise(found)
    assert objective == pytest.approx(found.objective, rel=1e-5)
    assert objective <= found.objective + 1e-9
    assert raw == pytest.approx(found.raw, rel=2e-3)


@pytest.mark.parametrize("pair", [SHIFT, MODES])
def test_the_critic_has_the_values_that_are_stated_and_no_other_is_better(pair):
    found = penalised_dual(line(*pair), gp_weight=1.0)
    place = found.line

    def objective(score: torch.Tensor) -> float:
        over = (score.diff().abs() / place.length - 1).relu()
        penalty = found.gp_weight * (place.length * found.density * over.square()).sum()
        return float(place.dual(score) - penalty)

    assert float(place.dual(found.critic)) == pytest.approx(found.raw, rel=1e-9)
    assert objective(found.critic) == pytest.approx(found.objective, rel=1e-9)
    g = torch.Generator().manual_seed(0)
    for scale in (0.01, 0.1, 0.5):
        for _ in range(20):
            wiggle = torch.randn(len(place.length), generator=g, dtype=torch.float64)
            assert objective(place.integrate(found.slope + scale * wiggle)) < found.objective
    for factor in (0.9, 0.99, 1.01, 1.1):
        assert objective(factor * found.critic) < found.objective


@pytest.mark.parametrize("pair", [SHIFT, MODES])
def test_penalties_at_drawn_interpolates_lead_to_the_same_bias(pair):
    """No formula for their density: it is counted in 60 bins, over which the slope is constant."""
    n = 400_000
    fine = line(*pair)
    edges = fine.points[::20]
    rho = torch.histogram(interpolates(pair, n, seed=1), edges).hist / n / edges.diff()
    gap = (fine.length * fine.cdf_gap).reshape(-1, 20).sum(1) / edges.diff()
    used = (rho > 0) & (gap.abs() > 1e-4)
    bias = (edges.diff() * gap.square() / (2 * rho))[used].sum()
    assert float(bias) == pytest.approx(penalised_dual(fine, gp_weight=1.0).bias, rel=0.03)


def test_the_figures_of_the_simple_correction():
    """Exact for a shifted narrow mode; an over-estimate elsewhere, less so for a heavy penalty."""
    for pair, gp_weight, over in (
        (NARROW, 0.1, 0.0),
        (NARROW, 1.0, 0.0),
        (SHIFT, 1.0, 0.0221),
        (SHIFT, 10.0, 0.00405),
        (MODES, 1.0, 0.334),
        (MODES, 10.0, 0.0657),
    ):
        found = penalised_dual(line(*pair, n=2401), gp_weight=gp_weight)
        assert found.corrected / found.wasserstein - 1 == pytest.approx(over, abs=5e-4)
    assert penalised_dual(line(*NARROW), gp_weight=1.0).raw == pytest.approx(4.0, rel=1e-3)
    assert penalised_dual(line(*NARROW), gp_weight=0.1).raw == pytest.approx(22.0, rel=1e-3)


def test_the_raw_dual_never_falls_below_the_bound_of_cauchy_and_schwarz():
    g = torch.Generator().manual_seed(0)
    for _ in range(30):
        x, y = torch.randn(2, 15, generator=g).double()
        found = penalised_dual(Line.from_samples(x, 2 * y), gp_weight=0.5)
        assert found.raw >= found.wasserstein + found.wasserstein**2 + 1e-6
        assert found.wasserstein < found.corrected < found.raw


def test_the_correction_undoes_its_equation():
    w = torch.logspace(-6, 3, 10, dtype=torch.float64)
    for gp_weight in (0.1, 10.0):
        torch.testing.assert_close(corrected_dual(w + w.square() / 2 / gp_weight, gp_weight), w)
    assert corrected_dual(0.0, 1.0) == 0.0
    assert corrected_dual(-0.1, 1.0) == pytest.approx(math.sqrt(0.8) - 1)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="gp_weight: expected a finite number > 0, got 0"):
        penalised_dual(line(*SHIFT), gp_weight=0)
    with pytest.raises(ValueError, match="gp_weight: expected a finite number > 0, got -1"):
        corrected_dual(1.0, -1.0)
    with pytest.raises(ValueError, match=r"raw: expected a finite number >= -0\.5, got -0\.6"):
        corrected_dual(-0.6, 1.0)
    with pytest.raises(ValueError, match=r"raw: expected values >= -0\.5, got -0\.6"):
        corrected_dual(torch.tensor([1.0, -0.6]), 1.0)
