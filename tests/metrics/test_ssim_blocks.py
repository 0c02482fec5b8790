"""SSIM block by block: in place or with gradients, in stripes or in one piece, in any company."""

import sys
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from gentutor.metrics._fast.ssim_in_place import InPlace
from gentutor.metrics.ms_ssim import ms_ssim
from gentutor.metrics.ssim import _stripes, plain_factors, ssim, ssim_map
from gentutor.metrics.windows import WANG, Window


def noisy_pair(shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Return images and noisy copies."""
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(shape, generator=generator)
    noise = torch.randn(shape, generator=generator)
    return x, (x + 0.1 * noise).clamp(0, 1)


@pytest.mark.parametrize("window", [WANG, Window("uniform", 7, sample=True), Window(size=5)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_factors_in_place_equal_the_plain_ones(window: Window, dtype: torch.dtype) -> None:
    x, y = (image.to(dtype) for image in noisy_pair((3, 64, 80)))
    in_place = InPlace(x, window, 0.01, 0.02)
    for a, b in ((x, y), (y, x * 0.3), (x, y)):
        for ours, plain in zip(
            in_place(a, b), plain_factors(a, b, window, 0.01, 0.02), strict=True
        ):
            assert torch.allclose(ours, plain, rtol=0, atol=1e-6 if dtype.itemsize == 4 else 1e-13)


def test_ssim_with_and_without_gradients_is_the_same() -> None:
    x, y = noisy_pair((5, 3, 96, 96))  # the last block is smaller than the others
    leaf = x.clone().requires_grad_()
    fast, slow = ssim_map(x, y, data_range=1), ssim_map(leaf, y, data_range=1).detach()
    assert torch.allclose(fast, slow, rtol=0, atol=5e-6)
    fast, slow = ssim(x, y, data_range=1), ssim(leaf, y, data_range=1).detach()
    assert torch.allclose(fast, slow, rtol=0, atol=2e-7)
    alone = torch.cat([ssim(a[None], b[None], data_range=1) for a, b in zip(x, y, strict=True)])
    assert torch.allclose(fast, alone, rtol=0, atol=2e-7)


def whole_map(x: Tensor, y: Tensor, window: Window) -> Tensor:
    """Return the map of SSIM from all of a plane at once."""
    planes = (window.extend(image.flatten(0, 1)) for image in (x, y))
    luminance, rest = plain_factors(*planes, window, 2e-4, 18e-4)
    return (luminance * rest).unflatten(0, x.shape[:2])


@pytest.mark.parametrize(
    "shape", [(1, 2, 300, 700), (1, 1, 2000, 90), (1, 1, 40, 4000), (2, 1, 257, 257)]
)
@pytest.mark.parametrize("window", [WANG, Window(border="reflect"), Window("uniform", (3, 9))])
def test_large_images_in_stripes_score_as_in_one_piece(shape, window: Window) -> None:
    x, y = (image.double() for image in noisy_pair(shape))
    whole = whole_map(x, y, window)
    striped = ssim_map(x, y, data_range=1, window=window)
    assert striped.shape == whole.shape
    assert torch.allclose(striped, whole, rtol=0, atol=1e-12)
    score = ssim(x, y, data_range=1, window=window)
    assert torch.allclose(score, whole.mean((1, 2, 3)), rtol=0, atol=1e-13)


def test_stripes_are_few_where_they_would_overlap_by_much() -> None:
    tall, wide = torch.zeros(1, 4000, 64), torch.zeros(1, 60, 100_000)
    rows = _stripes(tall, WANG, 1 << 16)
    assert (len(rows), rows[0].start, rows[-1].stop) == (4, 0, 4000)
    assert all(b.start == a.stop - 10 for a, b in pairwise(rows))
    assert len(_stripes(wide, WANG, 1 << 16)) == 1


def test_the_gradient_passes_the_seams_of_stripes() -> None:
    x, y = (image.double() for image in noisy_pair((1, 1, 900, 600)))
    leaf, other = x.clone().requires_grad_(), x.clone().requires_grad_()
    ssim(leaf, y, data_range=1).sum().backward()
    whole_map(other, y, WANG).mean().backward()
    assert torch.allclose(leaf.grad, other.grad, rtol=0, atol=1e-15)


def test_ms_ssim_of_a_large_image_in_stripes_is_that_of_one_piece(monkeypatch) -> None:
    x, y = (image.double() for image in noisy_pair((1, 1, 400, 600)))
    striped = ms_ssim(x, y, data_range=1)
    monkeypatch.setattr(sys.modules["gentutor.metrics.ssim"], "BLOCK", 1 << 30)
    assert float(ms_ssim(x, y, data_range=1)) == pytest.approx(float(striped), abs=1e-13)


def test_scores_of_small_images_do_not_depend_on_their_company() -> None:
    x, y = noisy_pair((2000, 1, 8, 8))
    window = replace(WANG, size=5)
    together = ssim(x, y, data_range=1, window=window)
    alone = ssim(x[1500:1501], y[1500:1501], data_range=1, window=window)
    assert float(together[1500]) == pytest.approx(float(alone), abs=2e-7)
