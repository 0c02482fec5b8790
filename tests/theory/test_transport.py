"""W1 on a line against SciPy and POT, and its dual against the best critic."""

import math

import numpy as np
import ot
import pytest
import torch
from scipy.stats import wasserstein_distance

from gentutor.theory.transport import Line, wasserstein_1d


def draw(seed: int, n: int, m: int) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(n, generator=g, dtype=torch.float64)
    y = torch.randn(m, generator=g, dtype=torch.float64)
    return x, 0.5 + 1.7 * y


def some_weights(seed: int, n: int) -> torch.Tensor:
    weight = torch.rand(n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    weight[::4] = 0.0
    return 3 * weight  # no need to sum to 1


SIZES = [(1, 1), (40, 40), (37, 52), (6, 9), (1, 30)]


@pytest.mark.parametrize(("n", "m"), SIZES)
def test_scipy_and_pot_agree_on_samples(n, m):
    x, y = draw(n, n, m)
    found = float(wasserstein_1d(x, y))
    assert found == pytest.approx(wasserstein_distance(x, y), rel=1e-12)
    assert found == pytest.approx(float(ot.wasserstein_1d(x.numpy(), y.numpy())), rel=1e-12)
    assert found == pytest.approx(float(Line.from_samples(x, y).wasserstein), rel=1e-12)


@pytest.mark.parametrize(("n", "m"), [(40, 40), (37, 52), (6, 9)])
def test_scipy_and_pot_agree_on_weighted_points(n, m):
    (x, y), a, b = draw(n, n, m), some_weights(1, n), some_weights(2, m)
    y[:3] = x[:3]  # points in common
    found = float(wasserstein_1d(x, y, x_weight=a, y_weight=b))
    assert found == pytest.approx(wasserstein_distance(x, y, a, b), rel=1e-12)
    line = Line.from_samples(x, y, x_weight=a, y_weight=b)
    assert found == pytest.approx(float(line.wasserstein), rel=1e-12)
    for order in (1.5, 2.0, 3.0):
        found = float(wasserstein_1d(x, y, x_weight=a, y_weight=b, order=order))
        u, v = (w.numpy() / w.numpy().sum() for w in (a, b))
        peer = float(ot.wasserstein_1d(x.numpy(), y.numpy(), u, v, p=order))
        assert found == pytest.approx(peer ** (1 / order), rel=1e-9)


def test_a_point_without_weight_is_no_point():
    x, y = torch.rand(2, 10, generator=torch.Generator().manual_seed(0)).double()
    far, weight = torch.cat([x, x[:1] + 1e12]), torch.ones(11)
    weight[-1] = 0.0
    found = wasserstein_1d(far, y, x_weight=weight)
    assert float(found) == pytest.approx(float(wasserstein_1d(x, y)), rel=1e-12)


def test_leading_axes_are_separate_problems():
    x, y = torch.randn(2, 3, 20, generator=torch.Generator().manual_seed(0)).double()
    y, a = y[:, :11], some_weights(0, 20)
    found = wasserstein_1d(x, y, x_weight=a)
    single = torch.stack([wasserstein_1d(x[i], y[i], x_weight=a) for i in range(3)])
    torch.testing.assert_close(found, single)
    assert wasserstein_1d(x.float(), y.float()).dtype == torch.float32


def test_the_gradient_pulls_every_generated_point_towards_its_partner():
    x, y = draw(0, 12, 12)
    y.requires_grad_()
    (grad,) = torch.autograd.grad(wasserstein_1d(x, y), y)
    partner = x.sort().values[y.argsort().argsort()]
    torch.testing.assert_close(grad, (y - partner).sign().detach() / 12)


def test_two_halves_of_one_distribution_are_apart_by_the_root_of_n():
    """For U(0, 1) the gap F - G is sqrt(2 / N) times a Brownian bridge.

    Its mean modulus sqrt(2 t (1 - t) / pi) integrates to sqrt(2 pi) / 8.
    """
    x, y = torch.rand(2, 400, 500, generator=torch.Generator().manual_seed(0)).double()
    found = float(wasserstein_1d(x, y).mean())
    assert found == pytest.approx(math.sqrt(2 / 500) * math.sqrt(2 * math.pi) / 8, rel=0.06)


def gaussians(shift: float, scale: float, n: int = 1601) -> Line:
    grid = torch.linspace(-10, 12, n, dtype=torch.float64)
    p = torch.distributions.Normal(torch.tensor(0.0).double(), 1.0).log_prob(grid).exp()
    q = torch.distributions.Normal(torch.tensor(shift).double(), scale).log_prob(grid).exp()
    return Line.from_densities(p, q, grid)


def test_densities_on_a_grid_give_the_closed_forms_of_gaussians():
    assert float(gaussians(1.0, 1.0).wasserstein) == pytest.approx(1.0, rel=1e-9)
    # Equal means: the quantiles differ by (scale - 1) |z|.
    exact = 0.5 * math.sqrt(2 / math.pi)
    errors = [abs(float(gaussians(0.0, 1.5, n).wasserstein) - exact) for n in (401, 1601)]
    assert errors[1] < 1e-4
    assert errors[1] < errors[0] / 10  # the squared step


@pytest.mark.parametrize("seed", range(4))
def test_the_critic_attains_the_dual_and_nothing_of_slope_1_beats_it(seed):
    """Exact for samples: the potential's dual is W1, as POT's linear programme has it."""
    x, y = draw(seed, 30, 41)
    line = Line.from_samples(x, y)
    assert float(line.dual(line.critic)) == pytest.approx(float(line.wasserstein), rel=1e-12)
    assert float((line.critic.diff() / line.length).abs().max()) <= 1 + 1e-9
    cost = ot.dist(x.numpy()[:, None], y.numpy()[:, None], metric="euclidean")
    programme = ot.emd2(np.full(30, 1 / 30), np.full(41, 1 / 41), cost)
    assert float(line.wasserstein) == pytest.approx(programme, rel=1e-9)
    g = torch.Generator().manual_seed(seed)
    for _ in range(50):
        slope = 2 * torch.rand(len(line.points) - 1, generator=g, dtype=torch.float64) - 1
        assert line.dual(line.integrate(slope)) < line.wasserstein
        assert line.dual(line.integrate(slope.sign())) <= line.wasserstein


def test_the_gap_keeps_its_digits_in_both_tails():
    line = gaussians(1.0, 1.0)
    x = 0.5 * (line.points[1:] + line.points[:-1])
    for part in ((x > -9) & (x < -7), (x > 8) & (x < 10)):  # F - G down to 1e-19
        z = (x if float(x[part][0]) < 0 else 1 - x)[part]  # the pair is symmetric about 1/2
        exact = 0.5 * (torch.erfc(-z / math.sqrt(2)) - torch.erfc((1 - z) / math.sqrt(2)))
        torch.testing.assert_close(line.cdf_gap[part], exact, rtol=0.03, atol=0)


def test_one_point_in_common_is_no_distance():
    line = Line.from_samples(torch.ones(3), torch.ones(2))
    assert float(line.wasserstein) == 0.0
    assert float(wasserstein_1d(torch.ones(3), torch.ones(2))) == 0.0


def test_bad_input_is_refused():
    x = torch.arange(4.0)
    with pytest.raises(ValueError, match="x: expected finite values, got 1 NaN"):
        wasserstein_1d(x / x, x)
    with pytest.raises(ValueError, match=r"y: expected shape \(2, M\), got \(4,\)"):
        wasserstein_1d(x.reshape(2, 2), x)
    with pytest.raises(ValueError, match=r"order: expected a finite number >= 1, got 0\.5"):
        wasserstein_1d(x, x, order=0.5)
    with pytest.raises(ValueError, match="x_weight: expected values >= 0, got -1"):
        wasserstein_1d(x, x, x_weight=x - 1)
    with pytest.raises(ValueError, match="y_weight: expected a positive sum, got 0"):
        wasserstein_1d(x, x, y_weight=0 * x)
    with pytest.raises(ValueError, match=r"x_weight: expected shape \(..., 4\), got \(3,\)"):
        Line.from_samples(x, x, x_weight=torch.ones(3))
    with pytest.raises(ValueError, match=r"p: expected a density of mass 1 on the grid, got 4.5"):
        Line.from_densities(x, x, x)
    flat = torch.full((4,), 0.25)
    with pytest.raises(ValueError, match="points: expected at least two, in strictly rising order"):
        Line(x.double().flip(0), flat.double(), flat.double())
    with pytest.raises(ValueError, match=r"q: expected masses that sum to 1, got 0\.5"):
        Line(x.double(), flat.double(), flat.double() / 2)
    with pytest.raises(ValueError, match=r"score: expected shape \(4,\), got \(3,\)"):
        Line(x.double(), flat.double(), flat.double()).dual(torch.zeros(3))
