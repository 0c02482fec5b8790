"""The bias of the Fréchet distance: its law, and what extrapolation makes of it."""

import math

import pytest
import torch
from torch import Tensor

from gentutor.metrics.fid import fid, frechet_distance
from gentutor.metrics.fid_infinity import fid_infinity


def generator(seed: int = 0) -> torch.Generator:
    """Return a seeded generator."""
    return torch.Generator().manual_seed(seed)


def normal(*shape: int, g: torch.Generator) -> Tensor:
    """Draw standard normal numbers in float64."""
    return torch.randn(*shape, generator=g, dtype=torch.float64)


def drawn(n: int, root: Tensor, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw mean and covariance of n samples of N(0, root rootᵀ) by Bartlett's decomposition."""
    size = len(root)
    factor = normal(size, size, g=g).tril(-1)
    degrees = (n - 1) - torch.arange(size, dtype=torch.float64)
    factor += (2 * torch._standard_gamma(degrees / 2, generator=g)).sqrt().diag()
    factor = root @ factor
    return root @ normal(size, g=g) / n**0.5, factor @ factor.mT / (n - 1)


def averages(n: int, eigenvalues: Tensor, draws: int, *, one_sided: bool) -> float:
    """Return the mean distance of draws from two equal Gaussians."""
    g, root = generator(n), eigenvalues.sqrt().diag()
    exact = torch.zeros(len(root), dtype=torch.float64), eigenvalues.diag()
    values = [
        frechet_distance(*(exact if one_sided else drawn(n, root, g)), *drawn(n, root, g))
        for _ in range(draws)
    ]
    return float(torch.stack(values).mean())


def constant(eigenvalues: Tensor) -> float:
    """Return c of the bias c / N: sums of l l' / (l + l') and 2.5 times the trace."""
    pairs = eigenvalues * eigenvalues[:, None] / (eigenvalues + eigenvalues[:, None])
    return float(pairs.sum() + 2.5 * eigenvalues.sum())


def test_bartlett_draws_are_those_of_samples() -> None:
    g, n, root = generator(), 30, torch.tensor([[2.0, 0.0], [1.0, 0.5]], dtype=torch.float64)
    means, covs = zip(*(drawn(n, root, g) for _ in range(4000)), strict=True)
    truth = root @ root.mT
    assert torch.allclose(torch.stack(covs).mean(0), truth, atol=0.05)
    assert torch.allclose(torch.stack(means).T.cov() * n, truth, atol=0.3)
    variance = torch.stack(covs).var(0)
    expected = (truth**2 + torch.outer(truth.diag(), truth.diag())) / (n - 1)
    assert torch.allclose(variance, expected, rtol=0.15)


@pytest.mark.claim("fid-bias")
def test_equal_gaussians_are_apart_by_c_over_n() -> None:
    ones = torch.ones(64, dtype=torch.float64)
    assert constant(ones) == pytest.approx(64 * 65 / 2 + 2 * 64)
    g = generator()
    sampled = torch.stack([fid(normal(1000, 64, g=g), normal(1000, 64, g=g)) for _ in range(6)])
    assert float(sampled.mean()) == pytest.approx(constant(ones) / 1000, rel=0.02)  # 2.208
    spectrum = torch.logspace(1, -2, 20, dtype=torch.float64)
    for n in (1000, 4000, 16000):
        found = averages(n, spectrum, 150, one_sided=False)
        assert found == pytest.approx(constant(spectrum) / n, rel=0.06)
    # upward, and c depends on the model: ten times the variance, ten times the bias
    assert constant(10 * spectrum) == pytest.approx(10 * constant(spectrum))
    one_sided = averages(4000, ones[:32], 60, one_sided=True)
    assert one_sided == pytest.approx(32 / 4000 + 32 * 33 / (4 * 4000), rel=0.03)


@pytest.mark.claim("fid-bias")
def test_few_samples_turn_a_ranking_round() -> None:
    """Real N(0, I). The model that is worse, but of less variance, has the smaller bias."""
    size, swapped = 40, 0
    real = normal(8000, size, g=generator())
    shrunk, spread = torch.full((size,), 0.75).double(), torch.full((size,), 1.2).double()
    truth = [float((s - 1).square().sum()) for s in (shrunk, spread)]
    assert truth == pytest.approx([2.5, 1.6])  # the wide model is the better one
    for seed in range(3):
        g = generator(seed + 1)
        few = [float(fid(real, scale * normal(80, size, g=g))) for scale in (shrunk, spread)]
        many = [float(fid(real, scale * normal(4000, size, g=g))) for scale in (shrunk, spread)]
        assert min(few) > max(truth)  # biased upward, both
        assert many[1] < many[0]
        swapped += few[0] < few[1]
    assert swapped == 3


@pytest.mark.claim("fid-bias")
def test_extrapolation_recovers_the_truth() -> None:
    g = generator(3)
    size, n = 16, 4000
    shift = torch.full((size,), 0.2, dtype=torch.float64)
    truth = 0.64 + size * 0.04  # |shift|^2 + d (1.2 - 1)^2 = 1.28
    found = [
        fid_infinity(normal(n, size, g=g), 1.2 * normal(n, size, g=g) + shift, generator=g)
        for _ in range(4)
    ]
    value = float(torch.stack([result.value for result in found]).mean())
    plain = float(torch.stack([result.fids[-1] for result in found]).mean())
    assert value == pytest.approx(truth, abs=0.05)
    assert abs(value - truth) < abs(plain - truth)
    slope = float(torch.stack([result.slope for result in found]).mean())
    assert slope == pytest.approx(constant(torch.full((size,), 1.2).double()), rel=0.35)


def test_the_line_is_fitted_to_distances_of_subsets_that_are_seen() -> None:
    g = generator()
    real, fake = normal(900, 5, g=g), normal(700, 5, g=g) + 0.1
    found = fid_infinity(real, fake, n_points=6, generator=generator(1))
    assert found.sizes.tolist() == [140, 252, 364, 476, 588, 700]  # a fifth to all, evenly
    replay, fids = generator(1), []
    for size in found.sizes.tolist():
        rows = [torch.randperm(len(x), generator=replay)[:size] for x in (real, fake)]
        fids.append(float(fid(real[rows[0]], fake[rows[1]])))
    assert found.fids.tolist() == pytest.approx(fids, rel=1e-12)
    x = 1 / found.sizes.double()
    y = found.fids
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum())
    assert float(found.slope) == pytest.approx(slope, rel=1e-9)
    assert float(found.value) == pytest.approx(float(y.mean() - slope * x.mean()), rel=1e-9)


def test_the_papers_procedure_keeps_all_real_samples() -> None:
    g = generator()
    real, fake = normal(300, 4, g=g), normal(800, 4, g=g)
    found = fid_infinity(real, fake, subsample_real=False, min_size=100, generator=generator(1))
    assert found.sizes.tolist()[0] == 100
    assert found.sizes.tolist()[-1] == 800  # more than there are real ones
    assert len(found.sizes) == 15
    assert float(found.fids[-1]) == pytest.approx(float(fid(real, fake)), rel=1e-10)
    replay = generator(1)
    first = fake[torch.randperm(800, generator=replay)[:100]]
    assert float(found.fids[0]) == pytest.approx(float(fid(real, first)), rel=1e-10)


def test_bad_arguments_are_named() -> None:
    g = generator()
    x = normal(60, 5, g=g)
    bad = x.clone()
    bad[4, 2] = math.nan
    for arguments, options, message in (
        ((x, x[:, :4]), {}, r"fake: expected shape \(N2, 5\), got \(60, 4\)"),
        ((x, bad), {}, r"fake: .* got 1 NaN or infinite, the first at \(4, 2\)"),
        ((bad / 0, x), {}, r"real: expected finite values"),
        ((x, x), {"n_points": 2}, r"n_points: expected an integer >= 3, got 2"),
        ((x, x), {"min_size": 10}, r"min_size: expected an integer >= 11, got 10"),
        ((x[:25], x), {}, r"real, fake: expected at least 26 samples, for 15 sizes from 11 .*25"),
        ((x, x[:1]), {}, r"real, fake: expected at least 26 samples"),
        ((x[:1], x), {"subsample_real": False}, r"real: expected at least 2 samples, got 1"),
    ):
        with pytest.raises(ValueError, match=message):
            fid_infinity(*arguments, **options)
    with pytest.raises(TypeError, match=r"real: expected a floating-point dtype"):
        fid_infinity(x.long(), x)
