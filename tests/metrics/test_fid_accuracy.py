"""The Fréchet distance to nine digits against fifty-digit arithmetic and SciPy's matrix root."""

import functools
import itertools
import sys

import mpmath
import pytest
import scipy.linalg
import torch
from torch import Tensor

from gentutor.metrics.fid import FID, fid, frechet_distance


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Draw standard normal numbers in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def covariance(eigenvalues: Tensor, seed: int) -> Tensor:
    """Make a symmetric matrix of about these eigenvalues."""
    vectors = torch.linalg.qr(normal(len(eigenvalues), len(eigenvalues), seed=seed)).Q
    cov = (vectors * eigenvalues) @ vectors.mT
    return (cov + cov.mT) / 2


def exact(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> float:
    """Return the distance of exactly these float64 moments, in fifty digits."""
    with mpmath.workdps(50):
        a, b = (mpmath.matrix(cov.tolist()) for cov in (cov1, cov2))
        values, vectors = mpmath.eigsy(a)
        root = vectors * mpmath.diag([mpmath.sqrt(v) for v in values]) * vectors.T
        between = mpmath.eigsy(root * b * root, eigvals_only=True)
        apart = sum((mpmath.mpf(p) - q) ** 2 for p, q in zip(mu1.tolist(), mu2.tolist()))  # noqa: B905
        traces = sum(a[i, i] + b[i, i] for i in range(len(mu1)))
        return float(apart + traces - 2 * sum(mpmath.sqrt(v) for v in between))


@pytest.mark.parametrize("decades", [0, 2, 5])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_conditioned_moments_to_nine_digits(decades: int, scale: float) -> None:
    spectrum = scale * torch.logspace(0, -decades, 10, dtype=torch.float64)
    cov1, cov2 = covariance(spectrum, 1), 1.7 * covariance(spectrum, 2)
    mu1, mu2 = (scale**0.5 * normal(10, seed=s) for s in (3, 4))
    for means in ((mu1, mu2), (mu1, mu1)):
        found = frechet_distance(means[0], cov1, means[1], cov2).item()
        assert found == pytest.approx(exact(means[0], cov1, means[1], cov2), rel=1e-9)


@pytest.mark.parametrize("size", [50, 300])
def test_scipys_root_in_more_dimensions_and_blocks(size: int) -> None:
    cov1, cov2 = (covariance(torch.linspace(0.2, 3, size).double(), seed) for seed in (1, 2))
    zero = torch.zeros(size, dtype=torch.float64)
    root = scipy.linalg.sqrtm(cov1.numpy() @ cov2.numpy())
    expected = float(cov1.trace() + cov2.trace() - 2 * root.real.trace())
    assert frechet_distance(zero, cov1, zero, cov2).item() == pytest.approx(expected, rel=1e-9)


def test_more_dimensions_than_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    cov1, cov2 = (covariance(torch.linspace(0.2, 3, 23).double(), seed) for seed in (1, 2))
    mu = torch.zeros(23, dtype=torch.float64)
    whole = exact(mu, cov1, mu, cov2)
    for block in (1, 5, 22, 23, 24):
        monkeypatch.setattr(sys.modules["gentutor.metrics.fid"], "BLOCK", block)
        assert frechet_distance(mu, cov1, mu, cov2).item() == pytest.approx(whole, rel=1e-12)
        lopsided = cov1.clone()
        lopsided[22, 3] += 1e-3
        with pytest.raises(ValueError, match=r"cov1: expected a symmetric matrix"):
            frechet_distance(mu, lopsided, mu, cov2)


def test_symmetric_in_its_arguments_and_in_a_rotation() -> None:
    cov1, cov2 = (
        covariance(torch.logspace(0, -3, 30, dtype=torch.float64), seed) for seed in (1, 2)
    )
    mu = normal(30)
    one = frechet_distance(mu, cov1, 0 * mu, cov2).item()
    assert frechet_distance(0 * mu, cov2, mu, cov1).item() == pytest.approx(one, rel=1e-9)
    turn = torch.linalg.qr(normal(30, 30, seed=5)).Q
    turned = [turn @ cov @ turn.mT for cov in (cov1, cov2)]
    other = frechet_distance(turn @ mu, turned[0], 0 * mu, turned[1]).item()
    assert other == pytest.approx(one, rel=1e-9)
    single = frechet_distance(mu.float(), cov1.float(), 0 * mu.float(), cov2.float())
    assert single.dtype == torch.float64
    assert single.item() == pytest.approx(one, rel=1e-4)


@pytest.mark.parametrize("n", [2, 3, 10, 29, 30, 31])
def test_fewer_samples_than_features_stay_finite_and_never_negative(n: int) -> None:
    x, y = normal(n, 30), normal(n, 30, seed=1)
    for a, b in itertools.product((x, y, x.float(), 0 * x, x * 1e-8, x + 1e4), repeat=2):
        for value in (fid(a, b), FID().update(a, real=True).update(b, real=False).compute()):
            assert 0 <= value.item() < float("inf")
    assert fid(x, x + 1e4).item() == pytest.approx(30e8, rel=1e-9)


def plain_twin(x: Tensor, y: Tensor) -> float:
    """Return FID by the nuclear norm of the centred sets' product, accurate at any rank."""
    a, b = ((z - z.mean(0)) / (len(z) - 1) ** 0.5 for z in (x, y))
    r1, r2 = torch.linalg.qr(a).R, torch.linalg.qr(b).R
    root = torch.linalg.svdvals(r1 @ r2.mT).sum()
    apart = (x.mean(0) - y.mean(0)).square().sum()
    return float(apart + a.square().sum() + b.square().sum() - 2 * root)


def test_singular_covariances_that_rounding_makes_look_regular() -> None:
    passed = 0
    for seed in range(60):
        g = torch.Generator().manual_seed(seed)
        n, size = (int(torch.randint(20, 60, (1,), generator=g)) for _ in range(2))
        size = 2 + size // 8
        x = normal(n, size, seed=seed)[:, torch.randint(0, size // 2, (size,), generator=g)]
        y = 1.3 * normal(n, size, seed=seed + 100)
        cov1, cov2 = (z.mT.cov() for z in (x, y))
        passed += int(torch.linalg.cholesky_ex(cov1).info) == 0  # though features are repeated
        expected = plain_twin(x, y)
        for found in (fid(x, y), fid(y, x), frechet_distance(x.mean(0), cov1, y.mean(0), cov2)):
            assert found.item() == pytest.approx(expected, rel=1e-10)
    assert passed > 0


def test_a_negative_variance_is_seen_wherever_it_hides() -> None:
    zero, flat = torch.zeros(3), torch.diag(torch.tensor([1.0, 1.0, 0.0]))
    for negative in (torch.diag(torch.tensor([1.0, 1.0, -1.0])), torch.diag(-flat.diag())):
        for pair in ((flat, negative), (negative, flat), (torch.eye(3), negative)):
            with pytest.raises(ValueError, match=r"cov1, cov2: expected positive semi-definite"):
                frechet_distance(zero, pair[0], zero, pair[1])
    twisted = torch.tensor([[1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]])  # 3, 1 and -1
    for pair in ((torch.eye(3), twisted), (twisted, torch.eye(3)), (flat, twisted)):
        with pytest.raises(ValueError, match=r"cov1, cov2: .* eigenvalues from -1 to 3"):
            frechet_distance(zero, pair[0], zero, pair[1])
    tiny = torch.diag(torch.tensor([1.0, 1.0, -1e-9]))  # rounding, as of a covariance in float32
    assert frechet_distance(zero, flat, zero, tiny).item() == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("chunk", [1, 7, 33, 100])
def test_streams_merge_to_the_same_in_any_order(chunk: int) -> None:
    x, y = normal(100, 6) @ normal(6, 6, seed=2) + 3, normal(90, 6, seed=1)
    whole = fid(x, y).item()
    parts = [FID().update(rows, real=True) for rows in x.split(chunk)]
    parts += [FID().update(rows, real=False) for rows in y.split(chunk)]
    for order in (parts, parts[::-1], parts[1::2] + parts[::2]):
        merged = functools.reduce(FID.merge, order, FID())
        assert merged.compute().item() == pytest.approx(whole, rel=1e-12)
    assert parts[0].real.count == min(chunk, 100)  # what was merged stays as it is
    with pytest.raises(ValueError, match=r"fake: expected at least 2 samples, got 0"):
        parts[0].merge(FID().update(x, real=True)).compute()
    with pytest.raises(ValueError, match=r"other: expected 6 features, got 5"):
        parts[0].merge(FID().update(x[:, :5], real=True))
