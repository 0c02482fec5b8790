"""The plain PSNR: the package's numbers, closed forms, and what its helpers leave out."""

import math

import pytest
import torch

from gentutor.data import photograph
from gentutor.metrics import psnr
from gentutor.plain import psnr as plain


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    """Return four images in [0, 1] and copies with more and more noise, (4, 3, 9, 12)."""
    g = torch.Generator().manual_seed(0)
    x = torch.rand(4, 3, 9, 12, generator=g)
    grain = torch.tensor([0.01, 0.05, 0.1, 0.4])[:, None, None, None]
    return x, x + grain * torch.randn(x.shape, generator=g)


@pytest.mark.parametrize("top", [1, 2, 255])
def test_values_are_the_packages(top):
    x, y = pair()
    each = psnr(x.double(), y.double(), data_range=top)
    torch.testing.assert_close(plain.psnr(x, y, top), each)
    pooled = psnr(x.double(), y.double(), data_range=top, pooled=True)
    torch.testing.assert_close(plain.pooled_psnr(x, y, top), pooled)
    assert float(each.mean()) > float(pooled) + 1


def test_bytes_are_converted_before_they_are_subtracted():
    x = torch.tensor([100, 100, 100, 100], dtype=torch.uint8).view(1, 1, 2, 2)
    y = torch.tensor([120, 80, 100, 140], dtype=torch.uint8).view(1, 1, 2, 2)
    assert plain.mean_squared_error(y, x).tolist() == [600]
    assert plain.mean_squared_error(x, y).tolist() == [600]
    assert float(plain.psnr(y, x, 255)) == pytest.approx(10 * math.log10(65_025 / 600), rel=1e-12)
    assert plain.psnr(x, x, 255).tolist() == [math.inf]


def test_luma_of_black_white_and_grey_is_bt601s():
    grey = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64).view(3, 1, 1, 1).expand(3, 3, 2, 2)
    assert (255 * plain.luma(grey)[:, 0, 0, 0]).tolist() == pytest.approx([16, 125.5, 235])
    red, green, blue = (plain.luma(c.view(1, 3, 1, 1)).item() for c in torch.eye(3).double())
    assert green > red > blue


def test_luma_is_scikit_images():
    from skimage.color import rgb2ycbcr

    x = photograph("coffee", 32)
    theirs = rgb2ycbcr(x[0].permute(1, 2, 0).numpy())[..., 0]
    assert (255 * plain.luma(x))[0, 0].numpy() == pytest.approx(theirs, abs=1e-9)


def test_the_border_is_left_out_on_all_four_sides():
    x = torch.zeros(1, 1, 9, 7)
    x[..., 2:-2, 2:-2] = 1
    assert plain.without_border(x, 2).shape == (1, 1, 5, 3)
    assert float(plain.without_border(x, 2).min()) == 1
