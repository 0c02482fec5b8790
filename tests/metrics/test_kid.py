"""The kernel distance against plain sums, every peer, and what a merged stream must keep."""

import math

import numpy as np
import piq
import pytest
import torch
from cleanfid.fid import kernel_distance as clean_kid
from torch import Tensor, nn
from torch_fidelity.metric_kid import kid_features_to_metric
from torchmetrics.image.kid import KernelInceptionDistance

from gentutor.metrics.kid import KID, kid


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Draw standard normal numbers in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def sets(n: int = 40, m: int = 33, width: int = 6) -> tuple[Tensor, Tensor]:
    """Draw two sets of correlated features."""
    return normal(n, width) @ normal(width, width, seed=1), normal(m, width, seed=2) + 0.5


def plain(
    x: Tensor, y: Tensor, degree: int = 3, gamma: float | None = None, coef: float = 1
) -> float:
    """Return the estimate from one pair at a time."""
    scale = 1 / x.shape[1] if gamma is None else gamma

    def k(a: Tensor, b: Tensor) -> float:
        return (scale * float(a @ b) + coef) ** degree

    n, m = len(x), len(y)
    within_x = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j)
    within_y = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j)
    between = sum(k(a, b) for a in x for b in y)
    return within_x / (n * (n - 1)) + within_y / (m * (m - 1)) - 2 * between / (n * m)


@pytest.mark.parametrize(
    "options",
    [{}, {"degree": 1}, {"degree": 2, "gamma": 0.7, "coef": 0.0}, {"gamma": 0.01, "coef": 3}],
)
def test_the_whole_sets_against_plain_sums(options: dict) -> None:
    x, y = sets()
    for a, b in ((x, y), (y, x), (x[:2], y[:2])):
        found = kid(a, b, **options)
        assert found.mean.item() == pytest.approx(plain(a, b, **options), rel=1e-10, abs=1e-12)
        assert found.std.item() == 0
        assert found.values.shape == (1,)


@pytest.mark.parametrize(("number", "size"), [(2, 5), (60, 30)])
def test_both_ways_through_the_subsets_against_plain_sums(number: int, size: int) -> None:
    # 4 S M^2 against (N1 + N2)^2 pairs: 200 < 5329 takes subset by subset, 216,000 all at once
    x, y = sets()
    g = torch.Generator().manual_seed(5)
    rows = [
        torch.stack([torch.randperm(n, generator=g)[:size] for _ in range(number)])
        for n in (40, 33)
    ]
    found = kid(x, y, subsets=(rows[0], rows[1]))
    check = range(0, number, 20)
    expected = [plain(x[rows[0][i]], y[rows[1][i]]) for i in check]
    assert found.values[::20].tolist() == pytest.approx(expected, rel=1e-10, abs=1e-12)
    assert found.mean.item() == pytest.approx(found.values.mean().item(), rel=1e-14)
    assert found.std.item() == pytest.approx(np.std(found.values.numpy()), rel=1e-12)


def test_blocks_do_not_change_the_sum() -> None:
    x, y = sets(600, 530)
    kernels = [(a @ b.T / 6 + 1) ** 3 for a, b in ((x, x), (y, y), (x, y))]
    off = [(k.sum() - k.trace()) / (len(k) * (len(k) - 1)) for k in kernels[:2]]
    expected = float(off[0] + off[1] - 2 * kernels[2].mean())
    assert kid(x, y).mean.item() == pytest.approx(expected, rel=1e-10)
    single = kid(x.float(), y.float()).mean.item()
    assert single == pytest.approx(expected, rel=1e-5)
    everything = torch.arange(530)[None].repeat(2, 1)
    pair = kid(x[:530], y, subsets=(everything, everything.flip(1)))
    assert pair.values.tolist() == pytest.approx([kid(x[:530], y).mean.item()] * 2, rel=1e-10)


def test_it_is_unbiased_where_fid_is_not() -> None:
    # k = x y: the estimate's mean is the squared distance of the means, whatever the size
    shift, values = torch.tensor([0.6, 0.8], dtype=torch.float64), []
    for seed in range(4000):
        x, y = normal(4, 2, seed=2 * seed), normal(3, 2, seed=2 * seed + 1) + shift
        values.append(float(kid(x, y, degree=1, gamma=1.0).mean))
    error = np.std(values) / len(values) ** 0.5
    assert np.mean(values) == pytest.approx(1.0, abs=4 * error)
    assert error < 0.04
    same = [
        float(kid(normal(20, 5, seed=2 * s), normal(20, 5, seed=2 * s + 1)).mean)
        for s in range(400)
    ]
    assert np.mean(same) == pytest.approx(0, abs=4 * np.std(same) / 20)
    assert 0.4 < np.mean(np.array(same) < 0) < 0.75  # below 0 about half the time


class Rows(nn.Module):
    """An extractor for torchmetrics whose images already are features."""

    num_features = 6

    def forward(self, x: Tensor) -> Tensor:
        """Return the features."""
        return x


@pytest.mark.parametrize("subsets", [7, 100])
def test_torchmetrics_and_piq_numbers(subsets: int) -> None:
    x, y = sets()
    peer = KernelInceptionDistance(Rows(), subsets=subsets, subset_size=25)
    peer.update(x, real=True)
    peer.update(y, real=False)
    torch.manual_seed(0)
    mean, std = (float(value) for value in peer.compute())
    options = {"subset_size": 25, "generator": torch.default_generator}
    torch.manual_seed(0)
    ours = kid(x, y, subsets=subsets, **options)
    assert (ours.mean.item(), ours.std.item()) == pytest.approx((mean, std), rel=1e-6)

    torch.manual_seed(0)
    theirs = piq.KID(average=True, n_subsets=subsets, subset_size=25).compute_metric(x, y)
    torch.manual_seed(0)
    ours = kid(x, y, subsets=subsets, **options)
    assert ours.mean.item() == pytest.approx(theirs.item(), rel=1e-6)
    theirs = piq.KID().compute_metric(x[:33], y)
    assert kid(x[:33], y).mean.item() == pytest.approx(theirs.item(), rel=1e-6)
    theirs = piq.KID(degree=2, gamma=0.3, coef0=2).compute_metric(x[:33], y)
    ours = kid(x[:33], y, degree=2, gamma=0.3, coef=2)
    assert ours.mean.item() == pytest.approx(theirs.item(), rel=1e-6)


@pytest.mark.parametrize("subsets", [3, 80])
def test_torch_fidelity_and_clean_fid_numbers(subsets: int) -> None:
    x, y = sets()
    rng = np.random.RandomState(2020)
    draws = [torch.from_numpy(rng.choice(n, 20, replace=False)) for n in (40, 33) * subsets]
    rows = torch.stack(draws[::2]), torch.stack(draws[1::2])
    theirs = kid_features_to_metric(x, y, kid_subsets=subsets, kid_subset_size=20, verbose=False)
    ours = kid(x, y, subsets=rows)
    assert ours.mean.item() == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-6)
    assert ours.std.item() == pytest.approx(theirs["kernel_inception_distance_std"], rel=1e-6)

    np.random.seed(1)  # noqa: NPY002  clean-fid draws from NumPy's global generator
    theirs = clean_kid(y.numpy(), x.numpy(), num_subsets=subsets, max_subset_size=20)
    rng = np.random.RandomState(1)
    draws = [torch.from_numpy(rng.choice(n, 20, replace=False)) for n in (40, 33) * subsets]
    ours = kid(x, y, subsets=(torch.stack(draws[::2]), torch.stack(draws[1::2])))
    assert ours.mean.item() == pytest.approx(theirs, rel=1e-6)


def test_any_chunking_and_merging_give_the_same() -> None:
    x, y = sets()
    whole = kid(x, y).mean.item()
    stream, parts = KID(), []
    for rows in y.split(5):
        stream.update(rows, real=False)
        parts.append(KID().update(rows, real=False))
    for rows in x.split(17):
        stream.update(rows, real=True)
        parts.append(KID().update(rows, real=True))
    assert stream.compute().mean.item() == pytest.approx(whole, rel=1e-12)
    for order in (parts, parts[::-1]):
        merged = KID()
        for part in order:
            merged.merge(part)
        assert merged.compute().mean.item() == pytest.approx(whole, rel=1e-12)
    g = [torch.Generator().manual_seed(0) for _ in range(2)]
    ours = stream.compute(subsets=5, subset_size=10, generator=g[0]).values
    assert torch.allclose(
        ours, kid(x, y, subsets=5, subset_size=10, generator=g[1]).values, rtol=1e-12
    )
    stream.reset(real=False)
    assert stream.update(y, real=False).compute().mean.item() == pytest.approx(whole, rel=1e-12)
    assert len(parts[0].fake) == 1  # what was merged stays as it is
    stream.reset()
    with pytest.raises(ValueError, match=r"real: expected at least 2 samples, got 0"):
        stream.compute()
    with pytest.raises(ValueError, match=r"fake: expected at least 2 samples, got 0"):
        stream.update(x, real=True).merge(KID()).compute()
    with pytest.raises(ValueError, match=r"fake: expected at least 2 samples, got 1"):
        stream.update(y[:1], real=False).compute()
    with pytest.raises(ValueError, match=r"features: expected shape \(N, 6\), got \(2, 5\)"):
        stream.update(x[:2, :5], real=False)


def test_constant_features_have_a_closed_form() -> None:
    a, b = torch.full((5, 3), 2.0), torch.full((4, 3), -1.0)
    # k = (x y / 3 + 1)^3 with x y = 12, 3 and -6
    assert kid(a, b).mean.item() == pytest.approx(5**3 + 2**3 - 2 * (-1) ** 3)
    assert kid(a, a).mean.item() == 0


def rows_of(*rows: list[int]) -> Tensor:
    """Return subsets as a tensor (S, M)."""
    return torch.tensor(rows)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((normal(5, 3), normal(5, 4)), {}, r"fake: expected shape \(N2, 3\), got \(5, 4\)"),
        ((normal(5), normal(5)), {}, r"real: expected shape \(N1, D\), got \(5,\)"),
        ((normal(1, 3), normal(5, 3)), {}, "real: expected at least 2 samples, got 1"),
        ((normal(5, 3), normal(1, 3)), {}, "fake: expected at least 2 samples, got 1"),
        (
            (normal(5, 3), normal(5, 3).index_fill(0, torch.tensor([1, 4]), math.nan)),
            {},
            r"fake: expected finite values, got 6 NaN or infinite, the first at \(1, 0\)",
        ),
        ((normal(5, 3) / 0, normal(5, 3)), {}, "real: expected finite values, got 15"),
        ((normal(5, 3), normal(5, 3)), {"subsets": 2}, "subset_size: .* from 2 to 5, got 1000"),
        ((normal(5, 3), normal(5, 3)), {"subsets": 0}, "subsets: expected an integer >= 1, got 0"),
        ((normal(5, 3), normal(5, 3)), {"degree": 0}, "degree: expected an integer >= 1, got 0"),
        ((normal(5, 3), normal(5, 3)), {"gamma": 0}, "gamma: expected a finite number > 0, got 0"),
        ((normal(5, 3), normal(5, 3)), {"coef": -1}, "coef: expected a finite number >= 0, got -1"),
        (
            (normal(5, 3), normal(5, 3)),
            {"subsets": (rows_of([0, 1]), rows_of([0, 5]))},
            "subsets: expected rows from 0 to 4, got 0 to 5",
        ),
        (
            (normal(5, 3), normal(5, 3)),
            {"subsets": (rows_of([0, 1]), rows_of([3, 3]))},
            "subsets: expected different rows in each subset, got a row twice",
        ),
        (
            (normal(5, 3), normal(5, 3)),
            {"subsets": (rows_of([0, 1]), rows_of([0, 1, 2]))},
            r"subsets: expected two int64 tensors .* of shape \(1, 3\)",
        ),
    ],
)
def test_bad_arguments_are_named(
    arguments: tuple[Tensor, Tensor], options: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        kid(*arguments, **options)


def test_integer_features_are_refused() -> None:
    with pytest.raises(TypeError, match=r"real: expected a floating-point dtype, got torch\.int64"):
        kid(torch.ones(5, 3, dtype=torch.int64), normal(5, 3))


def test_a_stream_may_be_merged_with_itself() -> None:
    metric = KID().update(torch.tensor([[0.0], [2.0]]), real=True)
    assert sum(map(len, metric.merge(metric).real)) == 4


def test_autocast_and_mixed_precision_change_nothing() -> None:
    g = torch.Generator().manual_seed(0)
    x, y = torch.randn(50, 8, generator=g), torch.randn(60, 8, generator=g) + 0.3
    plainly, double = kid(x, y).mean, kid(x.double(), y.double()).mean
    parts = kid(x, y, subsets=4, subset_size=20, generator=g.manual_seed(1)).values
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(kid(x, y).mean, plainly)  # was 5e-3 off
        again = kid(x, y, subsets=4, subset_size=20, generator=g.manual_seed(1)).values
        assert torch.equal(again, parts)
    for pair in ((x, y.double()), (x.double(), y)):  # torch's own error once
        assert float(kid(*pair).mean) == pytest.approx(float(double), rel=1e-12)
