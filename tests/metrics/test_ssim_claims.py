"""What the book claims of SSIM."""

import math

import pytest
import torch
from photographs import PHOTOGRAPHS, noisy, normal, photograph
from scipy.ndimage import rotate
from torch import Tensor
from torch.nn import functional

from gentutor.data import digits
from gentutor.metrics.psnr import psnr
from gentutor.metrics.ssim import ssim, ssim_map, ssim_terms
from gentutor.metrics.windows import WANG, Window


@pytest.mark.claim("ssim-better")
@pytest.mark.claim("ssim-structure")
def test_structure_counts_and_brightness_hardly_does_at_equal_error() -> None:
    for name in PHOTOGRAPHS:
        x = photograph(name)
        blurred = functional.avg_pool2d(functional.pad(x, (3, 3, 3, 3), mode="reflect"), 7, 1)
        mse = float(((blurred - x) ** 2).mean())

        def with_error(change: Tensor, x: Tensor = x, mse: float = mse) -> Tensor:
            return x + change * math.sqrt(mse / float((change**2).mean()))

        changed = {
            "brighter": with_error(torch.ones_like(x)),
            "contrast": with_error(x - x.mean()),
            "noise": with_error(normal(x.shape)),
            "blur": blurred,
        }
        decibels = [float(psnr(image, x, data_range=1)) for image in changed.values()]
        assert max(decibels) - min(decibels) < 1e-6  # PSNR cannot tell them apart
        score = {key: float(ssim(image, x, data_range=1)) for key, image in changed.items()}
        assert score["brighter"] > 0.89, score  # the pattern is untouched
        assert min(score["brighter"], score["contrast"]) > min(score["noise"], score["blur"]) + 0.2


@pytest.mark.claim("ssim-terms")
def test_three_terms_whose_product_is_the_usual_formula() -> None:
    x = photograph("chelsea", side=64, colour=True)
    y = noisy(x)
    terms = ssim_terms(x, y, data_range=1)
    product_map = terms.luminance * terms.contrast * terms.structure
    assert torch.allclose(product_map, ssim_map(x, y, data_range=1), rtol=0, atol=1e-12)
    # each term answers to its own kind of change: brightness, gain, pattern
    board = ((torch.arange(30)[:, None] + torch.arange(30)) % 2).double()[None, None] / 4
    changed = {
        "luminance": board + 0.3,
        "contrast": 0.125 + 3 * (board - 0.125),
        "structure": 0.25 - board,
    }
    for name, other in changed.items():
        found = ssim_terms(board, other, data_range=1)
        for term in changed:
            assert (float(getattr(found, term).min()) < 0.97) == (term == name), (term, name)


@pytest.mark.claim("ssim-higher")
def test_higher_is_better_and_one_is_for_identical_images_only() -> None:
    x = photograph("camera", side=64)
    steps = [
        float(ssim(x, x + t * 0.3 * normal(x.shape), data_range=1)) for t in (0.1, 0.3, 0.6, 1)
    ]
    assert steps == sorted(steps, reverse=True)
    for image in (x, x.float(), (255 * x).byte()):
        top = 255 if image.dtype == torch.uint8 else 1
        assert float(ssim(image, image, data_range=top)) == 1.0
    for i, j in ((0, 0), (20, 63), (32, 32)):  # one pixel, by a thousandth
        y = x.clone()
        y[..., i, j] += 1e-3
        assert float(ssim(x, y, data_range=1)) < 1


@pytest.mark.claim("ssim-higher")
def test_inverted_structure_is_negative_but_above_minus_one() -> None:
    board = torch.arange(33 * 33).view(1, 1, 33, 33).double() % 2
    lowest = float(ssim(board, 1 - board, data_range=1))
    variance = float(ssim_variance(board))
    assert lowest == pytest.approx((-2 * variance + 9e-4) / (2 * variance + 9e-4), abs=1e-4)
    assert -1 < lowest < -0.99
    photo = photograph("grass")
    assert -1 < float(ssim(photo, 1 - photo, data_range=1)) < 0
    random = torch.rand(200, 1, 11, 11, generator=torch.Generator().manual_seed(0)).double().round()
    found = ssim(random, 1 - random, data_range=1)
    assert bool((found > -1).all())


def ssim_variance(image: Tensor) -> Tensor:
    """Return the mean variance under the original window."""
    return (WANG.mean(image**2) - WANG.mean(image) ** 2).mean()


@pytest.mark.claim("ssim-limit")
def test_a_small_shift_or_rotation_costs_a_lot() -> None:
    for name in PHOTOGRAPHS:
        x = photograph(name)
        assert float(ssim(x[..., 2:], x[..., :-2], data_range=1)) < 0.75
        turned = rotate(x[0, 0].numpy(), 3, reshape=False, mode="reflect")
        turned = torch.from_numpy(turned).clamp(0, 1)[None, None]
        inner = (..., slice(40, -40), slice(40, -40))
        assert float(ssim(x[inner], turned[inner], data_range=1)) < 0.7
        assert float(ssim(x, noisy(x, 0.02), data_range=1)) > 0.8  # grain that one can see


@pytest.mark.claim("ssim-limit")
def test_another_digit_scores_higher_than_the_same_digit_moved_by_a_pixel() -> None:
    d = digits()
    x, label = d.x_test.view(-1, 1, 8, 8), d.y_test
    window = Window("uniform", 7)
    moved = functional.pad(x, (1, 0))[..., :8]
    own = ssim(x, moved, data_range=1, window=window)
    fooled = 0
    for i in range(100):
        others = x[label != label[i]]
        best = ssim(x[i].expand_as(others), others, data_range=1, window=window).max()
        fooled += int(best > own[i])
    assert fooled >= 95  # all 360 of 360 when the test was written
