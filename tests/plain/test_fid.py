"""The plain FID: the package's numbers, closed forms, and what singular covariances do to it."""

import pytest
import torch
from torch import Tensor

from gentutor.metrics import fid as packaged
from gentutor.metrics import frechet_distance as packaged_distance
from gentutor.plain import fid


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize(("n", "m"), [(200, 300), (7, 9), (2, 200)])
def test_features_give_the_packages_number(n, m):
    x, y = randn(n, 12) @ randn(12, 12, seed=1), 2 * randn(m, 12, seed=2) + 1
    assert float(fid.fid(x, y)) == pytest.approx(float(packaged(x, y)), rel=1e-7)
    assert float(fid.fid(x.float(), y.float())) == pytest.approx(float(packaged(x, y)), rel=1e-5)
    assert float(fid.fid(y, x)) == pytest.approx(float(fid.fid(x, y)), rel=1e-7)


def test_moments_divide_by_n_less_one_and_hold_far_from_zero():
    mu, cov = fid.moments(torch.tensor([[0.0], [2.0]]) + 1e7)
    assert (mu.tolist(), cov.tolist()) == ([1e7 + 1], [[2.0]])
    x = randn(50, 4)
    assert torch.allclose(fid.moments(x)[1], torch.cov(x.mT))


def test_closed_forms():
    zero, eye = torch.zeros(3).double(), torch.eye(3).double()
    assert float(fid.frechet_distance(zero, eye, zero + 2, eye)) == pytest.approx(12)  # a shift
    assert float(fid.frechet_distance(zero, eye, zero, 4 * eye)) == pytest.approx(3)  # a scale
    one, four = torch.diag(torch.tensor([1.0, 4.0])).double(), torch.diag(torch.tensor([4.0, 1.0]))
    assert float(fid.frechet_distance(zero[:2], one, zero[:2], four.double())) == pytest.approx(2)
    a, b = (m @ m.mT for m in (randn(2, 2), randn(2, 2, seed=1)))  # tr root = (tr AB + 2 det)^.5
    overlap = ((a @ b).trace() + 2 * (a.det() * b.det()).sqrt()).sqrt()
    expected = a.trace() + b.trace() - 2 * overlap
    assert torch.isclose(fid.frechet_distance(zero[:2], a, zero[:2], b), expected)


def test_a_root_squared_is_the_matrix_also_a_singular_one():
    flat = randn(3, 6)
    for cov in (flat.mT @ flat, torch.zeros(6, 6).double(), torch.eye(6).double()):
        found = fid.root(cov)
        assert torch.allclose(found @ found, cov, atol=1e-9)
        assert torch.allclose(found, found.mT)


@pytest.mark.parametrize("n", [5, 40])
def test_a_set_is_at_distance_zero_from_itself(n):
    x = randn(n, 12)
    assert abs(float(fid.fid(x, x))) < 1e-6
    assert torch.isclose(
        fid.frechet_distance(*fid.moments(x), *fid.moments(x[:4])),
        packaged_distance(*fid.moments(x), *fid.moments(x[:4])),
    )


def test_the_extrapolation_removes_the_bias():
    """The truth is 8 * 0.2^2 = 0.32. At N = 400 a side the bias c / N is 52 / 400 = 0.13."""
    torch.manual_seed(0)
    at_400, found = [], []
    for seed in range(8):
        x, y = randn(4000, 8, seed=seed), randn(4000, 8, seed=100 + seed) + 0.2
        at_400.append(fid.fid(x[:400], y[:400]))
        found.append(fid.fid_infinity(x, y, [400, 600, 1000, 2000, 4000]))
    assert float(torch.stack(at_400).mean()) == pytest.approx(0.45, abs=0.05)
    assert float(torch.stack(found).mean()) == pytest.approx(0.32, abs=0.03)
