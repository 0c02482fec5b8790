"""Bounds of a network's slope against autograd, and the network that attains one."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from gentutor.theory.lipschitz import clipped_bound, slopes, spectral_norm_product

WIDTHS = (2, 16, 16, 1)


def network(seed: int, widths: tuple[int, ...] = WIDTHS) -> tuple[list[Tensor], list[Tensor]]:
    g = torch.Generator().manual_seed(seed)
    weights = [torch.randn(n, m, generator=g, dtype=torch.float64) for n, m in pairwise(widths)]
    return weights, [torch.randn(m, generator=g, dtype=torch.float64) for m in widths[1:]]


def output(weights: list[Tensor], biases: list[Tensor], x: Tensor) -> Tensor:
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = (x @ weight + bias).relu()
    return (x @ weights[-1] + biases[-1]).squeeze(-1)


@pytest.mark.parametrize("widths", [WIDTHS, (3, 1), (5, 4, 1)])
def test_slopes_are_those_of_autograd_and_stay_below_the_product(widths):
    weights, biases = network(0, widths)
    x = torch.randn(500, widths[0], generator=torch.Generator().manual_seed(1)).double()
    x.requires_grad_()
    (grad,) = torch.autograd.grad(output(weights, biases, x).sum(), x)
    found = slopes(weights, biases, x.detach())
    torch.testing.assert_close(found, grad.norm(dim=1))
    assert float(found.max()) <= float(spectral_norm_product(weights)) * (1 + 1e-12)


def test_the_product_is_of_singular_values_and_attained_by_aligned_layers():
    weights, _ = network(2)
    expected = torch.stack([torch.linalg.svdvals(w).max() for w in weights]).prod()
    torch.testing.assert_close(spectral_norm_product(weights), expected)
    torch.testing.assert_close(spectral_norm_product([w.T for w in weights]), expected)
    many = spectral_norm_product([torch.stack([w, 2 * w]) for w in weights])
    torch.testing.assert_close(many, expected * torch.tensor([1.0, 8.0]).double())
    aligned = [torch.diag(torch.tensor([3.0, 1.0])), torch.tensor([[2.0], [0.0]])]
    found = slopes(aligned, [torch.zeros(2), torch.zeros(1)], torch.ones(1, 2))
    assert float(found) == float(spectral_norm_product(aligned)) == 6.0


@pytest.mark.claim("wgan-clip")
@pytest.mark.parametrize("clip", [0.01, 0.1])
@pytest.mark.parametrize("widths", [(2, 64, 64, 1), (1, 8, 1), (3, 1)])
def test_no_clipped_network_passes_the_bound_and_one_attains_it(widths, clip):
    bound = clipped_bound(widths, clip)
    for seed in range(5):
        weights, biases = network(seed, widths)
        clipped = [w.clamp(-clip, clip) for w in weights]
        assert float(spectral_norm_product(clipped)) <= bound * (1 + 1e-12)
    same = [torch.full_like(w, clip) for w in weights]
    x = torch.ones(1, widths[0], dtype=torch.float64)
    found = slopes(same, [torch.zeros_like(b) for b in biases], x)
    assert float(found) == pytest.approx(bound, rel=1e-12)


@pytest.mark.claim("wgan-clip")
def test_the_bound_vanishes_or_explodes_with_depth_and_clip():
    """Each further layer of 64 units multiplies it by 64 c, on either side of 1."""
    for clip, factor in ((0.01, 0.64), (0.1, 6.4)):
        bounds = [clipped_bound((2, *[64] * depth, 1), clip) for depth in range(1, 9)]
        for shallow, deep in pairwise(bounds):
            assert deep / shallow == pytest.approx(factor, rel=1e-12)
    small, large = clipped_bound((2, 64, 64, 1), 0.01), clipped_bound((2, 64, 64, 1), 0.1)
    assert large / small == pytest.approx(1000.0)  # three layers
    assert small == pytest.approx(0.00579, abs=1e-5)
    assert large == pytest.approx(5.79, abs=0.01)


def test_bad_input_is_refused():
    weights, biases = network(0)
    with pytest.raises(ValueError, match="weights: expected at least one matrix, got none"):
        spectral_norm_product([])
    with pytest.raises(ValueError, match=r"weights\[1\]: expected shape \(..., n, m\), got \(3,\)"):
        spectral_norm_product([torch.ones(2, 2), torch.ones(3)])
    with pytest.raises(ValueError, match="widths: expected at least two, got 1"):
        clipped_bound((2,), 0.1)
    with pytest.raises(ValueError, match="widths: expected an integer >= 1, got 0"):
        clipped_bound((2, 0, 1), 0.1)
    with pytest.raises(ValueError, match="clip: expected a finite number > 0, got 0"):
        clipped_bound((2, 1), 0)
    x = torch.ones(4, 2, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"biases: expected one a layer, 3 .*, got 2"):
        slopes(weights, biases[:2], x)
    with pytest.raises(ValueError, match=r"x: expected shape \(N, 2\), got \(4, 1\)"):
        slopes(weights, biases, x[:, :1])
    with pytest.raises(ValueError, match=r"weights\[2\]: expected shape \(16, 1\), got \(1, 16\)"):
        slopes([*weights[:2], weights[2].T], biases, x)
