"""Sums under a sliding window: both routes against a convolution, and when which is taken."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from gentutor.metrics import sliding
from gentutor.metrics.sliding import Workspace, slide
from gentutor.metrics.ssim import ssim, ssim_map
from gentutor.metrics.windows import WANG, Window

SHAPES = [
    (1, 64, 64),
    (3, 70, 65),
    (2, 300, 33),
    (5, 33, 200),
    (1, 40, 40),
    (7, 48, 64),
    (1, 11, 16),
]
ROUTES = [sliding._by_shifts, sliding._by_products]


def pictures(shape: tuple[int, ...]) -> Tensor:
    """Draw float32 images in [0, 1]."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def weights(size: int, seed: int) -> tuple[float, ...]:
    """Draw taps in no order that a mirror image or a swap of axes would leave alone."""
    return tuple(torch.rand(size, generator=torch.Generator().manual_seed(seed)).tolist())


def convolved(image: Tensor, taps: sliding.Taps) -> Tensor:
    """Return the sums in float64 from torch's own convolution."""
    down, along = (torch.tensor(side, dtype=torch.float64) for side in taps)
    return functional.conv2d(image[:, None].double(), (down[:, None] * along)[None, None])[:, 0]


@pytest.mark.parametrize("sizes", [(11, 11), (1, 9), (9, 1), (3, 5), (33, 15), (17, 16), (10, 11)])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("route", ROUTES)
def test_both_routes_equal_a_convolution(route, shape, sizes) -> None:
    if sizes[0] > shape[1] or sizes[1] > shape[2]:
        shape = (shape[0], shape[1] + 32, shape[2] + 32)
    image, taps = pictures(shape), (weights(sizes[0], 1), weights(sizes[1], 2))
    exact = convolved(image, taps)
    ours = route(image, taps, Workspace(), "sums")
    assert ours.shape == exact.shape
    assert float((ours - exact).abs().max()) < 1e-6 * sum(taps[0]) * sum(taps[1])


def test_a_view_into_a_larger_tensor_is_read_where_it_lies() -> None:
    taps = (weights(11, 1), weights(9, 2))
    image = pictures((4, 64, 80))
    ours = slide(image[2:], taps, Workspace(), "sums")
    assert float((ours - convolved(image[2:], taps)).abs().max()) < 1e-6 * sum(taps[0]) * sum(
        taps[1]
    )


def test_products_leave_no_trace_of_the_neighbours_or_of_earlier_work() -> None:
    taps = tuple(WANG.taps(0, torch.float32)), tuple(WANG.taps(1, torch.float32))
    image, work = pictures((3, 64, 64)), Workspace()
    alone = sliding._by_products(image[1:2].clone(), taps, Workspace(), "sums")
    image[0], image[2] = 1e20, -1e20
    for last in (3, 2, 3):  # a smaller block in between has buffers of its own
        among = sliding._by_products(image[:last], taps, work, "sums")
        assert torch.allclose(among[1:2], alone, rtol=0, atol=1e-7)
    assert len(work.buffers) == 4


@pytest.mark.parametrize("window", [WANG, Window("uniform", 7), Window("uniform", (9, 21))])
def test_products_keep_the_brightness_of_a_flat_patch_but_for_a_bit(window: Window) -> None:
    levels = pictures((50, 1, 1)).expand(50, 64, 64).contiguous()
    down, along = (tuple(window.taps(axis, torch.float32)) for axis in (0, 1))
    means = sliding._by_products(levels, (down, along), Workspace(), "means")
    off = (means / levels[:, :1, :1] - 1).abs()
    assert float(off.max()) <= 2**-23


def test_products_are_for_float32_without_gradients_and_windows_that_are_wide_enough() -> None:
    image, taps = pictures((2, 64, 64)), (weights(11, 1), weights(11, 2))
    suits = sliding._suits_products
    assert suits(image, taps)
    assert not suits(image.double(), taps)
    assert not suits(image, (taps[0][:5], taps[1][:5]))
    assert not suits(image[:, :20], taps)
    assert not suits(image[..., :20], taps)
    leaf = image.clone().requires_grad_()
    slide(leaf, taps, Workspace(idle=True), "sums").sum().backward()
    assert float(leaf.grad[0, 32, 32]) == pytest.approx(sum(taps[0]) * sum(taps[1]), rel=1e-5)


@pytest.fixture
def coarse_products() -> Iterator[None]:
    """Allow torch to multiply matrices with 8 bits; the setting returns afterwards."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    yield
    torch.set_float32_matmul_precision(before)


def test_scores_do_not_use_products_that_torch_may_round_to_eight_bits(coarse_products) -> None:
    image, taps = pictures((2, 64, 64)), (weights(11, 1), weights(11, 2))
    assert not sliding._suits_products(image, taps)
    shifted = sliding._by_shifts(image, taps, Workspace(), "sums").clone()
    assert torch.equal(slide(image, taps, Workspace(), "sums"), shifted)


def test_ssim_is_the_same_by_either_route() -> None:
    x = pictures((4, 3, 96, 96))
    y = (x + 0.1 * torch.randn(x.shape, generator=torch.Generator().manual_seed(1))).clamp(0, 1)
    leaf = x.clone().requires_grad_()
    fast, slow = ssim_map(x, y, data_range=1), ssim_map(leaf, y, data_range=1).detach()
    assert not torch.equal(fast, slow)  # two routes indeed
    assert torch.allclose(fast, slow, rtol=0, atol=5e-6)
    fast, slow = ssim(x, y, data_range=1), ssim(leaf, y, data_range=1).detach()
    assert torch.allclose(fast, slow, rtol=0, atol=2e-7)
