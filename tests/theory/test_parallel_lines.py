"""Parallel lines: closed forms against quadrature, transport and finite differences."""

import math

import numpy as np
import ot
import pytest
import torch

from gentutor.theory import divergences, parallel_lines

THETA = torch.tensor([-2.0, -0.5, 0.01, 0.25, 1.0, 3.0], dtype=torch.float64)
NODE, WEIGHT = np.polynomial.legendre.leggauss(60)
U, W = torch.from_numpy((NODE + 1) / 2), torch.from_numpy(WEIGHT / 2)


def mean_over_pairs(kernel, theta: torch.Tensor) -> torch.Tensor:
    """Integrate kernel(distance) over u and u' by a product rule, the diagonal cut out.

    The inner integral is split at u' = u, where the kernel may have a kink.
    """
    below = U[:, None] * U  # u' in (0, u)
    above = U[:, None] + (1 - U[:, None]) * U
    total = 0.0
    for inner, length in ((below, U), (above, 1 - U)):
        apart = ((U[:, None] - inner).square() + theta**2).sqrt()
        total = total + (W * length * (W * kernel(apart)).sum(1)).sum()
    return total


@pytest.mark.parametrize("theta", THETA.tolist())
def test_energy_distance_and_mmd_are_those_of_quadrature(theta):
    at, zero = torch.tensor(theta).double(), torch.tensor(0.0).double()
    exact = 2 * mean_over_pairs(lambda r: r, at) - 2 * mean_over_pairs(lambda r: r, zero)
    found = parallel_lines.energy_distance(at)
    torch.testing.assert_close(found, exact, rtol=0, atol=1e-6)
    for s in (0.2, 1.0):

        def kernel(r: torch.Tensor, s: float = s) -> torch.Tensor:
            return (-r.square() / (2 * s**2)).exp()

        exact = 2 * mean_over_pairs(kernel, zero) - 2 * mean_over_pairs(kernel, at)
        found = parallel_lines.squared_mmd(at, bandwidth=s)
        torch.testing.assert_close(found, exact, rtol=1e-9, atol=1e-12)


@pytest.mark.claim("wgan-support")
def test_the_divergences_see_only_that_the_supports_differ():
    """A grid of cells stands for the plane: any two columns that differ give the same numbers."""
    columns, rows = 9, 5
    even = torch.full((rows,), 1 / rows, dtype=torch.float64)
    p = torch.zeros(columns, rows, dtype=torch.float64)
    p[4] = even
    for column in range(columns):
        q = torch.zeros_like(p)
        q[column] = even
        pair = p.flatten().log(), q.flatten().log()
        theta = torch.tensor(float(column - 4)).double()
        for name in ("js_divergence", "kl_divergence", "total_variation"):
            found = getattr(divergences, name)(*pair)
            torch.testing.assert_close(found, getattr(parallel_lines, name)(theta))


@pytest.mark.claim("wgan-support")
@pytest.mark.parametrize("theta", [-1.5, 0.0, 0.3, 2.0])
def test_w1_is_the_distance_by_a_linear_programme(theta):
    """The plane is solved by POT, points of the two lines at their own heights."""
    n = 40
    height = (np.arange(n) + 0.5) / n
    cost = ot.dist(
        np.stack([np.zeros(n), height], 1),
        np.stack([np.full(n, theta), height], 1),
        metric="euclidean",
    )
    found = ot.emd2(np.full(n, 1 / n), np.full(n, 1 / n), cost)
    assert found == pytest.approx(float(parallel_lines.wasserstein(torch.tensor(theta))), abs=1e-6)


@pytest.mark.claim("wgan-support")
def test_only_w1_of_the_three_has_a_useful_gradient_and_two_others_have_one():
    theta = THETA.clone().requires_grad_()

    def slope(value: torch.Tensor) -> torch.Tensor:
        return torch.autograd.grad(value.sum(), theta)[0] * theta.detach().sign()

    js = parallel_lines.js_divergence(theta)
    torch.testing.assert_close(js.detach(), torch.full_like(THETA, math.log(2)))
    assert float(slope(js).abs().max()) == 0.0
    assert bool((parallel_lines.kl_divergence(theta) == math.inf).all())
    assert slope(parallel_lines.wasserstein(theta)).tolist() == [1.0] * 6
    energy = slope(parallel_lines.energy_distance(theta))
    assert bool((energy > 0).all())
    order = THETA.abs().argsort()
    assert bool((energy[order].diff() > 0).all())
    assert float(energy[order][-1]) == pytest.approx(2.0, abs=0.1)
    mmd = slope(parallel_lines.squared_mmd(theta, bandwidth=1.0))
    assert bool((mmd > 0).all())


@pytest.mark.claim("wgan-support")
def test_the_mmd_of_a_gaussian_kernel_fades_some_bandwidths_away():
    theta = torch.tensor([0.2, 2.0], dtype=torch.float64, requires_grad=True)
    value = parallel_lines.squared_mmd(theta, bandwidth=0.2)
    (slope,) = torch.autograd.grad(value.sum(), theta)
    assert float(slope[0]) > 1.0
    assert 0 < float(slope[1]) < 1e-18


def test_nothing_is_undefined_where_the_lines_meet():
    theta = torch.tensor([0.0, 1e-9, 1e6], dtype=torch.float64, requires_grad=True)
    for measure in (
        parallel_lines.js_divergence,
        parallel_lines.wasserstein,
        parallel_lines.energy_distance,
        lambda t: parallel_lines.squared_mmd(t, bandwidth=0.5),
    ):
        value = measure(theta)
        (grad,) = torch.autograd.grad(value.sum(), theta)
        assert bool(value.isfinite().all())
        assert bool(grad.isfinite().all())
        assert float(value.detach()[0]) == pytest.approx(0.0, abs=1e-15)
    far = parallel_lines.energy_distance(theta.detach())[2]
    assert float(far) == pytest.approx(2e6 - 2 / 3, abs=1e-5)
    small = torch.tensor(1e-3).double()
    expected = 1e-6 * (2 * math.log(2000) - 1)
    assert float(parallel_lines.energy_distance(small)) == pytest.approx(expected, rel=2e-3)


def test_bad_input_is_refused():
    with pytest.raises(TypeError, match=r"theta: expected a torch\.Tensor, got float"):
        parallel_lines.wasserstein(1.0)
    with pytest.raises(ValueError, match="theta: expected finite values"):
        parallel_lines.js_divergence(THETA * math.nan)
    with pytest.raises(ValueError, match="bandwidth: expected a finite number > 0, got 0"):
        parallel_lines.squared_mmd(THETA, bandwidth=0)
