"""Streaming moments against NumPy, in any chunks and any order of merging."""

import functools
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from gentutor.metrics.moments import Moments


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Draw standard normal numbers in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def near(found: Moments, x: Tensor, rel: float = 1e-12) -> None:
    """Assert that the moments are those of the rows of ``x``, to a share of the scale."""
    assert found.count == len(x)
    cov = np.cov(x.double().numpy(), rowvar=False, ddof=1)
    mean = x.double().numpy().mean(0)
    assert np.abs(found.mean.numpy() - mean).max() <= rel * np.abs(mean).max()
    assert np.abs(found.covariance.numpy() - cov).max() <= rel * np.abs(cov).max()


@pytest.mark.parametrize("sizes", [[60], [1] * 60, [1, 59], [59, 1], [7, 20, 3, 30]])
def test_any_chunks_in_any_order(sizes: list[int]) -> None:
    x = normal(60, 5) @ normal(5, 5, seed=1) + torch.arange(5)
    stream = Moments()
    for rows in x.split(sizes):
        stream.update(rows)
    near(stream, x)
    parts = [Moments().update(rows) for rows in x.split(sizes)]
    near(functools.reduce(Moments.merge, parts, Moments()), x)
    backwards = Moments()
    for part in reversed([Moments().update(rows) for rows in x.split(sizes)]):
        backwards = part.merge(backwards)  # an ever larger second part
    near(backwards, x)

    def tree(found: list[Moments]) -> Moments:
        if len(found) == 1:
            return found[0]
        half = len(found) // 2
        return tree(found[:half]).merge(tree(found[half:]))

    near(tree([Moments().update(rows) for rows in x.split(sizes)]), x)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_every_precision_is_summed_in_float64(dtype: torch.dtype) -> None:
    x = (normal(3000, 4) + 3).to(dtype)  # more rows than are taken at a time
    found = Moments().update(x)
    near(found, x)
    assert found.mean.dtype == found.covariance.dtype == torch.float64


def test_what_was_merged_or_fed_stays_as_it_is() -> None:
    x = normal(9, 3)
    rows = x.clone().requires_grad_()
    part, whole = Moments().update(rows), Moments()
    whole.merge(part).update(normal(4, 3, seed=1))
    near(part, x)
    assert torch.equal(rows, x)
    assert not whole.mean.requires_grad
    single = Moments().update(x[:1])
    Moments().merge(single).update(x)
    assert single.mean.tolist() == x[0].tolist()


def test_empty_states_and_reset() -> None:
    x = normal(9, 3)
    assert Moments().merge(Moments()).count == 0
    near(Moments().update(x).merge(Moments()), x)
    near(Moments().merge(Moments().update(x)), x)
    found = Moments().update(normal(5, 2))
    found.reset()
    near(found.update(x), x)  # of another width
    for few in (Moments(), Moments().update(x[:1])):
        with pytest.raises(ValueError, match=rf"expected at least 2 samples, got {few.count}"):
            _ = few.covariance


def test_constant_features_have_covariance_zero() -> None:
    found = Moments()
    for rows in torch.full((100, 3), 0.1).split(7):
        found.update(rows)
    assert float(found.covariance.abs().max()) < 1e-30
    assert found.mean.tolist() == [float(torch.tensor(0.1))] * 3


def test_bad_features_are_named() -> None:
    with pytest.raises(ValueError, match=r"features: expected shape \(N, D\), got \(3,\)"):
        Moments().update(normal(3))
    with pytest.raises(ValueError, match=r"mine: expected shape \(N, 3\), got \(4, 2\)"):
        Moments().update(normal(4, 3)).update(normal(4, 2), name="mine")
    bad = normal(4, 3)
    bad[2, 1] = -math.inf
    with pytest.raises(ValueError, match=r"features: .* 1 NaN or infinite, the first at \(2, 1\)"):
        Moments().update(bad)
    with pytest.raises(ValueError, match=r"other: expected 3 features, got 2; both must come"):
        Moments().update(normal(4, 3)).merge(Moments().update(normal(4, 2)))
    with pytest.raises(TypeError, match=r"features: expected a floating-point dtype, got torch.in"):
        Moments().update(torch.ones(4, 3, dtype=torch.int32))
