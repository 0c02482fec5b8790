"""The Fréchet distance against closed forms, a plain twin and every peer."""

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import cleanfid.fid as cleanfid_fid
import numpy as np
import piq
import pytest
import pytorch_fid.fid_score as pytorch_fid_score
import scipy.linalg
import torch
from cleanfid.fid import frechet_distance as clean_fid
from pytorch_fid.fid_score import calculate_frechet_distance as pytorch_fid
from torch import Tensor, nn
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torchmetrics.image.fid import FrechetInceptionDistance

from gentutor.metrics.fid import FID, fid, frechet_distance
from gentutor.metrics.moments import Moments


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Draw standard normal numbers in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def rotation(size: int, seed: int = 0) -> Tensor:
    """Draw an orthogonal matrix."""
    return torch.linalg.qr(normal(size, size, seed=seed)).Q


def covariance(eigenvalues: Tensor, seed: int = 0) -> Tensor:
    """Make a symmetric matrix of given eigenvalues."""
    vectors = rotation(len(eigenvalues), seed)
    cov = (vectors * eigenvalues) @ vectors.mT
    return (cov + cov.mT) / 2


def plain_twin(x: Tensor, y: Tensor) -> float:
    """FID by the nuclear norm of the centred sets' product, accurate at any rank."""
    a, b = ((z - z.mean(0)) / math.sqrt(len(z) - 1) for z in (x, y))
    # ||A B^T||_* from the triangular factors, which are no larger than D x D
    r1, r2 = torch.linalg.qr(a).R, torch.linalg.qr(b).R
    root = torch.linalg.svdvals(r1 @ r2.mT).sum()
    apart = (x.mean(0) - y.mean(0)).square().sum()
    return float(apart + a.square().sum() + b.square().sum() - 2 * root)


ZERO = torch.zeros(6, dtype=torch.float64)
SPECTRUM = torch.tensor([9.0, 4.0, 2.0, 1.0, 0.5, 0.1], dtype=torch.float64)


@pytest.mark.claim("fid-distance")
def test_closed_forms() -> None:
    cov = covariance(SPECTRUM)
    shift = normal(6)
    moved = frechet_distance(ZERO, cov, shift, cov)
    assert moved.item() == pytest.approx(shift.square().sum().item(), rel=1e-12)
    eye = torch.eye(6, dtype=torch.float64)
    scaled = frechet_distance(ZERO, 3 * eye, ZERO, 5 * eye)
    assert scaled.item() == pytest.approx(6 * (3**0.5 - 5**0.5) ** 2, rel=1e-12)
    commuting = frechet_distance(ZERO, cov, ZERO, covariance(SPECTRUM.flip(0)))
    roots = SPECTRUM.sqrt() - SPECTRUM.flip(0).sqrt()
    assert commuting.item() == pytest.approx(roots.square().sum().item(), rel=1e-12)
    a, b = (covariance(SPECTRUM[i : i + 2], seed=i) for i in (0, 3))
    root = math.sqrt(torch.trace(a @ b) + 2 * math.sqrt(torch.det(a) * torch.det(b)))
    two = frechet_distance(ZERO[:2], a, ZERO[:2], b)
    assert two.item() == pytest.approx((a.trace() + b.trace() - 2 * root).item(), rel=1e-12)


@pytest.mark.claim("fid-distance")
def test_it_is_the_squared_wasserstein_distance_of_the_gaussians() -> None:
    # In one dimension the best coupling pairs equal quantiles.
    p = (torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000
    quantiles = torch.special.ndtri(p)
    paired = (quantiles * 2 + 1 - quantiles * 0.5).square().mean().item()
    one = torch.ones(1, dtype=torch.float64)
    distance = frechet_distance(one, 4 * one[:, None], 0 * one, one[:, None] / 4)
    assert distance.item() == pytest.approx(paired, rel=1e-4)
    # In more, the gradient of a convex quadratic is the best map (Brenier): it carries the first
    # Gaussian onto the second, and its mean squared step is the distance.
    a, b = covariance(SPECTRUM), covariance(SPECTRUM.flip(0), seed=1)

    def root(matrix: Tensor, power: float) -> Tensor:
        values, vectors = torch.linalg.eigh(matrix)
        return (vectors * values**power) @ vectors.mT

    step = root(a, -0.5) @ root(root(a, 0.5) @ b @ root(a, 0.5), 0.5) @ root(a, -0.5)
    assert torch.linalg.eigvalsh(step).min() > 0
    assert torch.allclose(step @ a @ step.mT, b, atol=1e-10)
    move = step - torch.eye(6, dtype=torch.float64)
    cost = torch.trace(move @ a @ move.mT)
    assert frechet_distance(ZERO, a, ZERO, b).item() == pytest.approx(cost.item(), rel=1e-10)


@pytest.mark.claim("fid-distance")
def test_different_sets_of_equal_moments_have_distance_zero() -> None:
    two = torch.tensor([-1.0, -1.0, 1.0, 1.0])[:, None]
    three = torch.tensor([-(2**0.5), 0.0, 0.0, 2**0.5], dtype=torch.float64)[:, None]
    assert fid(two, three).item() <= 1e-15
    assert fid(two, three[[0, 0, 3, 3]]).item() > 0.1  # and not because it sees nothing


@pytest.mark.parametrize("n", [20, 40, 41, 60, 400])
def test_fid_equals_its_plain_twin_with_fewer_samples_than_features_and_with_more(n: int) -> None:
    x, y = (
        normal(n, 40),
        normal(n + 3, 40, seed=1) @ torch.linspace(0.5, 2, 40).double().diag() + 0.3,
    )
    for a, b in ((x, y), (y, x)):
        assert fid(a, b).item() == pytest.approx(plain_twin(x, y), rel=1e-9)
        stream = FID().update(a, real=True).update(b, real=False)
        assert stream.compute().item() == pytest.approx(plain_twin(x, y), rel=1e-9)


def test_a_falling_spectrum_costs_no_digits() -> None:
    for decades in (4, 8, 12):
        scale = 10 ** -torch.linspace(0, decades / 2, 60, dtype=torch.float64)
        x, y = normal(300, 60) * scale @ rotation(60), normal(300, 60, seed=1) * scale
        assert fid(x, y).item() == pytest.approx(plain_twin(x, y), rel=1e-9)


def test_singular_covariances_give_finite_non_negative_distances() -> None:
    few = normal(10, 40)
    assert 0 <= fid(few, few).item() <= 1e-9
    assert 0 <= fid(few, few + 1e-9).item() <= 1e-9
    dead = normal(200, 40)
    dead[:, :7] = 0
    other = normal(200, 40, seed=1)
    other[:, 3:12] = 0.5
    for x, y in ((dead, other), (dead, normal(200, 40, seed=2)), (few, other)):
        assert fid(x, y).item() == pytest.approx(plain_twin(x, y), rel=1e-9)
    assert fid(torch.ones(5, 3), 3 * torch.ones(4, 3)).item() == 12.0  # constant features


def test_a_nearly_zero_distance_is_not_negative() -> None:
    cov = covariance(torch.logspace(3, -9, 80, dtype=torch.float64))
    mean = torch.zeros(80, dtype=torch.float64)
    assert 0 <= frechet_distance(mean, cov, mean, cov).item() < 1e-9
    assert pytorch_fid(mean.numpy(), cov.numpy(), mean.numpy(), cov.numpy()) != 0


class Rows(nn.Module):
    """An extractor for peers whose images already are features."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.num_features = num_features

    def forward(self, x: Tensor) -> Tensor:
        """Return the features."""
        return x


def sets() -> tuple[Tensor, Tensor]:
    """Draw two sets of 12 correlated features."""
    return normal(300, 12) @ normal(12, 12, seed=1), normal(250, 12, seed=2) + 0.5


def moments(features: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance as the NumPy peers take them."""
    state = Moments().update(features)
    return state.mean.numpy(), state.covariance.numpy()


def test_peers_give_the_same_number() -> None:
    real, fake = sets()
    peer = FrechetInceptionDistance(Rows(12))
    peer.update(real, real=True)
    peer.update(fake, real=False)
    statistics = map(fid_features_to_statistics, (real, fake))
    theirs = [
        peer.compute().item(),
        pytorch_fid(*moments(real), *moments(fake)),
        clean_fid(*moments(real), *moments(fake)),
        fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"],
    ]
    assert theirs == pytest.approx([fid(real, fake).item()] * 4, rel=1e-6)


PEERS = [(pytorch_fid_score, pytorch_fid), (cleanfid_fid, clean_fid)]


@pytest.mark.parametrize(("library", "peer"), PEERS)
def test_the_ridge_of_peers_whose_root_is_not_finite(
    library: ModuleType, peer: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots, calls = scipy.linalg.sqrtm, []

    def fails_first(matrix: np.ndarray, **options: bool) -> Any:  # as SciPy did before 1.17
        calls.append(matrix)
        root = roots(matrix)
        return (np.full_like(root, np.nan), 0) if len(calls) == 1 else root

    monkeypatch.setattr(library.linalg, "sqrtm", fails_first)
    real, fake = (features[:8] for features in sets())  # 8 samples of 12 features: singular
    theirs = peer(*moments(real), *moments(fake))
    assert len(calls) == 2
    stream = FID().update(real, real=True).update(fake, real=False)
    for found in (fid(real, fake, ridge=1e-6), stream.compute(ridge=1e-6)):
        assert found.item() == pytest.approx(theirs, rel=1e-9)
    assert fid(real, fake).item() != pytest.approx(theirs, rel=1e-7)


def test_piq_is_off_a_closed_form_that_we_meet() -> None:
    x = normal(1000, 256) * torch.logspace(0, -3, 256, dtype=torch.float64)
    y = 1.5 * x - 0.5 * x.mean(0)  # the same mean, 2.25 times the covariance
    truth = x.var(0).sum().item() * (1.5 - 1) ** 2
    assert fid(x, y).item() == pytest.approx(truth, rel=1e-9)
    assert abs(piq.FID().compute_metric(x, y).item() / truth - 1) > 1e-3


def test_a_stream_in_any_order_and_merged_parts_give_the_same() -> None:
    real, fake = sets()
    whole = fid(real, fake).item()
    a, b = FID(), FID()
    for rows in fake.split(7):
        a.update(rows, real=False)
    b.update(real[:1], real=True)
    for rows in real[1:].split(100):
        (a if len(rows) == 100 else b).update(rows, real=True)
    assert b.merge(a).merge(FID()).compute().item() == pytest.approx(whole, rel=1e-12)
    b.reset(real=False)
    assert b.update(fake, real=False).compute().item() == pytest.approx(whole, rel=1e-12)
    b.reset()
    with pytest.raises(ValueError, match="real: expected at least 2 samples, got 0"):
        b.compute()


def test_moments_survive_a_mean_far_above_the_spread() -> None:
    x = normal(5000, 8)
    far = x + 1e8
    exact = torch.from_numpy(np.cov((far - 1e8).numpy(), rowvar=False))
    state = Moments()
    for rows in far.split(611):
        state.update(rows)
    assert torch.allclose(state.covariance, exact, rtol=1e-7, atol=1e-7)
    peer = FrechetInceptionDistance(Rows(8))  # raw moments: sums of x x^T
    peer.update(far, real=True)
    peer.update(far, real=False)
    raw = peer.real_features_cov_sum - torch.outer(peer.real_features_sum, far.mean(0))
    assert (raw / 4999 - exact).abs().max() > 0.1


def test_float32_features_are_averaged_in_float64() -> None:
    far = (normal(20_000, 3) + 3000).float()
    exact = far.double().mean(0)
    assert (Moments().update(far).mean - exact).abs().max() < 1e-9
    theirs = torch.from_numpy(fid_features_to_statistics(far)["mu"]).double()
    assert (theirs - exact).abs().max() > 1e-5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((normal(5, 3), normal(5, 4)), r"fake: expected shape \(N, 3\), got \(5, 4\)"),
        ((normal(1, 3), normal(5, 3)), "real: expected at least 2 samples, got 1"),
        ((normal(5, 3), normal(1, 3)), "fake: expected at least 2 samples, got 1"),
        ((normal(5), normal(5)), r"real: expected shape \(N, D\), got \(5,\)"),
        ((normal(5, 3), normal(0, 3)), "fake: expected at least one element"),
        (
            (normal(5, 3), normal(5, 3).index_fill(0, torch.tensor([1, 4]), math.nan)),
            r"fake: expected finite values, got 6 NaN or infinite, the first at \(1, 0\)",
        ),
        ((normal(5, 3) / 0, normal(5, 3)), "real: expected finite values, got 15"),
    ],
)
def test_bad_features_are_refused(arguments: tuple[Tensor, Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fid(*arguments)


def test_integers_are_refused() -> None:
    with pytest.raises(TypeError, match=r"fake: expected a floating-point dtype, got torch\.uint8"):
        fid(normal(5, 3), torch.ones(5, 3, dtype=torch.uint8))


def test_bad_moments_are_refused() -> None:
    eye = torch.eye(6, dtype=torch.float64)
    lopsided, negative = eye.clone(), eye.clone()
    lopsided[0, 1], negative[0, 0] = 1, -1
    for cov, message in (
        (lopsided, "cov2: expected a symmetric matrix, got entries that differ by up to 1"),
        (negative, "cov1, cov2: expected positive semi-definite .* from -1 to 1"),
        (-eye, "cov1, cov2: expected positive semi-definite .* from -1 to -1"),
        (eye[:5], r"cov2: expected shape \(6, 6\), got \(5, 6\)"),
    ):
        with pytest.raises(ValueError, match=message):
            frechet_distance(ZERO, eye, ZERO, cov)
    with pytest.raises(ValueError, match="mu2: expected the shape of mu1"):
        frechet_distance(ZERO, eye, ZERO[:5], eye)
    with pytest.raises(ValueError, match="ridge: expected a finite number >= 0"):
        frechet_distance(ZERO, eye, ZERO, eye, ridge=-1)
    with pytest.raises(ValueError, match="other: expected 2 features, got 3"):
        Moments().update(normal(4, 2)).merge(Moments().update(normal(4, 3)))
    with pytest.raises(ValueError, match=r"features: expected shape \(N, 2\), got \(4, 3\)"):
        FID().update(normal(4, 2), real=True).update(normal(4, 3), real=False)


def test_autocast_changes_no_digit() -> None:
    x = torch.randn(50, 8, generator=torch.Generator().manual_seed(0))
    pairs = (x, x[:9] + 1), (x, 2 * x)
    plainly = [fid(*pair) for pair in pairs]
    with torch.autocast("cpu", torch.bfloat16):
        assert [fid(*pair) for pair in pairs] == plainly
