"""Divergences on points against SciPy, closed forms of Gaussians, and samples."""

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from gentutor.theory import gaussians
from gentutor.theory.divergences import (
    expectation,
    js_divergence,
    kl_divergence,
    le_cam_divergence,
    log_ratio,
    total_variation,
)

ALL = [kl_divergence, js_divergence, total_variation, le_cam_divergence]
X = torch.linspace(-14, 14, 2801, dtype=torch.float64)
STEP = torch.full_like(X, 0.01)


def normal(mean: float, sd: float) -> torch.Tensor:
    return torch.distributions.Normal(torch.tensor(mean).double(), sd).log_prob(X)


def random_pair(seed: int, size: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(seed)
    p, q = torch.randn(2, size, generator=g, dtype=torch.float64).mul(2).log_softmax(-1)
    return p, q


@pytest.mark.parametrize("seed", range(5))
def test_scipy_agrees_on_discrete_distributions(seed):
    log_p, log_q = random_pair(seed)
    p, q = log_p.exp().numpy(), log_q.exp().numpy()
    assert float(kl_divergence(log_p, log_q)) == pytest.approx(entropy(p, q), rel=1e-12)
    assert float(js_divergence(log_p, log_q)) == pytest.approx(jensenshannon(p, q) ** 2, rel=1e-12)
    assert float(total_variation(log_p, log_q)) == pytest.approx(np.maximum(p - q, 0).sum())
    le_cam = ((p - q) ** 2 / (p + q)).sum()
    assert float(le_cam_divergence(log_p, log_q)) == pytest.approx(le_cam, rel=1e-12)


def test_a_grid_gives_the_closed_forms_of_gaussians():
    log_p, log_q = normal(0.3, 1.0), normal(-0.5, 1.4)
    mean_p, mean_q = torch.tensor([0.3]).double(), torch.tensor([-0.5]).double()
    one, wide = torch.eye(1).double(), 1.96 * torch.eye(1).double()
    exact = gaussians.kl(mean_p, one, mean_q, wide)
    torch.testing.assert_close(kl_divergence(log_p, log_q, STEP), exact, rtol=1e-12, atol=0)
    exact = gaussians.kl(mean_q, wide, mean_p, one)  # the reverse one is another number
    torch.testing.assert_close(kl_divergence(log_q, log_p, STEP), exact, rtol=1e-12, atol=0)
    shifted = total_variation(normal(0.0, 1.0), normal(1.0, 1.0), STEP)
    assert float(shifted) == pytest.approx(math.erf(0.5 / math.sqrt(2)), abs=1e-5)  # a kink


def test_samples_with_importance_weights_estimate_the_same_integrals():
    """Drawn from the even mixture m, which covers both: the weight of each is 1 / (N m)."""
    g = torch.Generator().manual_seed(0)
    n = 200_000
    which = torch.rand(n, generator=g) < 0.5
    x = torch.randn(n, generator=g).double() * torch.where(which, 1.0, 1.4)
    x = x + torch.where(which, 0.3, -0.5)
    p, q = (torch.distributions.Normal(m, s).log_prob(x) for m, s in ((0.3, 1.0), (-0.5, 1.4)))
    weight = 2 / (p.exp() + q.exp()) / n
    for measure in ALL:
        exact = float(measure(normal(0.3, 1.0), normal(-0.5, 1.4), STEP))
        assert float(measure(p, q, weight)) == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize("measure", ALL)
def test_equal_distributions_are_0_apart_and_others_are_not(measure):
    p, q = random_pair(0)
    assert abs(float(measure(p, p))) < 1e-15
    assert float(measure(p, q)) > 0.05
    batch = measure(torch.stack([p, p]), torch.stack([p, q]))
    torch.testing.assert_close(batch, torch.stack([measure(p, p), measure(p, q)]))


def test_disjoint_supports_reach_the_upper_ends():
    p, q = torch.tensor([[0.25, 0.75, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]).double().log()
    assert float(kl_divergence(p, q)) == float(kl_divergence(q, p)) == math.inf
    assert float(js_divergence(p, q)) == pytest.approx(math.log(2), rel=1e-15)
    assert float(total_variation(p, q)) == pytest.approx(1.0)
    assert float(le_cam_divergence(p, q)) == pytest.approx(2.0)


def test_points_without_mass_change_neither_values_nor_gradients():
    """Appends points where p, q, or both vanish; no NaN comes back through any of them."""
    p, q = random_pair(1, 4)
    nowhere = torch.tensor([-math.inf]).double()
    theta = p.clone().requires_grad_()
    far = torch.tensor([-800.0]).double()  # a density that underflows to 0
    for measure in ALL:
        long_p = torch.cat([theta.log_softmax(0), nowhere, far])
        long_q = torch.cat([q, nowhere, nowhere])
        found = measure(long_p, long_q)
        (grad,) = torch.autograd.grad(found, theta)
        plain = theta.log_softmax(0)
        (expected,) = torch.autograd.grad(measure(plain, q), theta)
        torch.testing.assert_close(found, measure(plain, q))
        torch.testing.assert_close(grad, expected)
        if measure is not kl_divergence:  # p has mass where q vanishes
            (grad,) = torch.autograd.grad(measure(theta.log_softmax(0), long_q[1:5]), theta)
            assert bool(grad.isfinite().all())


def test_gradients_are_those_of_finite_differences():
    p, q = random_pair(2, 5)
    for measure in ALL:
        assert torch.autograd.gradcheck(
            lambda a, b, measure=measure: measure(a.log_softmax(0), b.log_softmax(0)),
            (p.requires_grad_(), q.requires_grad_()),
        )


def test_an_expectation_is_a_weighted_sum():
    log_p = torch.tensor([0.2, 0.3]).log()
    value, weight = torch.tensor([10.0, -1.0]), torch.tensor([1.0, 2.0])
    assert float(expectation(log_p, value, weight)) == pytest.approx(2.0 - 0.6)
    assert log_ratio(log_p, log_p.flip(0)).tolist() == pytest.approx(
        [math.log(2 / 3), math.log(1.5)]
    )


def test_bad_input_is_refused():
    p, q = random_pair(3)
    with pytest.raises(ValueError, match=r"log_q: expected the shape of log_p, \(7,\), got \(6,\)"):
        kl_divergence(p, q[:6])
    with pytest.raises(ValueError, match="log_p: expected finite values, got 1 NaN or infinite"):
        js_divergence(torch.where(p == p[0], math.inf, p), q)
    with pytest.raises(ValueError, match="log_q: expected finite values, got 7 NaN"):
        total_variation(p, q * math.nan)
    with pytest.raises(ValueError, match="weight: expected values >= 0, got -1"):
        le_cam_divergence(p, q, -torch.ones(7))
    with pytest.raises(ValueError, match=r"weight: expected shape \(..., 7\), got \(3,\)"):
        kl_divergence(p, q, torch.ones(3))
    with pytest.raises(TypeError, match=r"log_p: expected a torch\.Tensor, got list"):
        kl_divergence([0.0], q)
    with pytest.raises(TypeError, match="log_p: expected a floating-point dtype"):
        kl_divergence(torch.zeros(7, dtype=torch.int64), q)
