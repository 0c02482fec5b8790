"""Sums under a sliding window: both routes against a convolution, and when which is taken."""

from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from gentutor.metrics._fast import sliding
from gentutor.metrics._fast.sliding import Slider, Taps, slide
from gentutor.metrics.windows import WANG, Window

SHAPES = [
    (1, 64, 64),
    (3, 70, 65),
    (2, 300, 33),
    (5, 33, 200),
    (1, 40, 40),
    (7, 48, 64),
    (1, 49, 33),
]
SIZES = [(11, 11), (1, 9), (9, 1), (3, 5), (33, 15), (17, 16), (10, 11), (7, 7)]


def pictures(shape: tuple[int, ...]) -> Tensor:
    """Draw float32 images in [0, 1]."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def weights(size: int, seed: int) -> tuple[float, ...]:
    """Draw taps in no order that a mirror image or a swap of axes would leave alone."""
    return tuple(torch.rand(size, generator=torch.Generator().manual_seed(seed)).tolist())


def float_taps(window: Window) -> Taps:
    """Return a window's float32 taps along both axes."""
    return tuple(window.taps(0, torch.float32)), tuple(window.taps(1, torch.float32))


def convolved(image: Tensor, taps: Taps) -> Tensor:
    """Return the sums in float64 from torch's own convolution."""
    down, along = (torch.tensor(side, dtype=torch.float64) for side in taps)
    return functional.conv2d(image[:, None].double(), (down[:, None] * along)[None, None])[:, 0]


def slid(image: Tensor, taps: Taps, products: bool) -> Tensor:
    """Return the sums from a slider that is made to take one of its routes."""
    with patch.object(sliding, "_products_suit", lambda *_: products):
        slider = Slider(image.shape, taps, image)
    slider.image.copy_(image)
    return slider()


ROUTES: dict[str, Callable[[Tensor, Taps], Tensor]] = {
    "fresh": slide,
    "shifts": lambda image, taps: slid(image, taps, products=False),
    "products": lambda image, taps: slid(image, taps, products=True),
}


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("route", ROUTES)
def test_all_routes_equal_a_convolution(route: str, shape, sizes) -> None:
    image, taps = pictures(shape), (weights(sizes[0], 1), weights(sizes[1], 2))
    exact = convolved(image, taps)
    ours = ROUTES[route](image, taps)
    assert ours.shape == exact.shape
    assert float((ours - exact).abs().max()) < 1e-6 * sum(taps[0]) * sum(taps[1])


def test_a_slider_leaves_no_trace_of_the_neighbours_or_of_earlier_work() -> None:
    image = pictures((3, 64, 64))
    slider = Slider(image.shape, float_taps(WANG), image)
    alone = slid(image[1:2], float_taps(WANG), products=True)
    for other in (0.0, 1e20, -1.0):
        slider.image.copy_(image)
        slider.image[::2] = other
        assert torch.allclose(slider()[1:2], alone, rtol=0, atol=1e-7)
        slider.sums.fill_(float("nan"))  # whoever asked may overwrite the answer


@pytest.mark.parametrize("window", [WANG, Window("uniform", 7), Window("uniform", (9, 21))])
def test_products_keep_the_brightness_of_a_flat_patch_but_for_a_bit(window: Window) -> None:
    levels = pictures((50, 1, 1)).expand(50, 64, 64)
    off = slid(levels, float_taps(window), products=True) / levels[:, :1, :1] - 1
    assert float(off.abs().max()) <= 2**-23


def test_products_are_for_float32_and_windows_that_are_wide_enough() -> None:
    taps, single = (weights(11, 1), weights(11, 2)), torch.zeros(())
    suit = sliding._products_suit
    assert suit((2, 64, 64), taps, single)
    assert not suit((2, 64, 64), taps, single.double())
    assert not suit((2, 64, 64), (taps[0][:5], taps[1][:5]), single)
    assert not suit((2, 20, 64), taps, single)
    assert not suit((2, 64, 20), taps, single)


def test_the_gradient_of_a_sum_is_the_taps_that_reach_a_pixel() -> None:
    taps = weights(3, 1), weights(5, 2)
    leaf = pictures((1, 9, 9)).requires_grad_()
    slide(leaf, taps)[0, 3, 2].backward()
    down, along = (torch.tensor(side) for side in taps)
    assert torch.allclose(leaf.grad[0, 3:6, 2:7], down[:, None] * along)
    assert float(leaf.grad.sum()) == pytest.approx(sum(taps[0]) * sum(taps[1]), rel=1e-5)


@pytest.fixture
def coarse_products() -> Iterator[None]:
    """Allow torch to multiply matrices with 8 bits; the setting returns afterwards."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    yield
    torch.set_float32_matmul_precision(before)


@pytest.mark.usefixtures("coarse_products")
def test_no_products_where_torch_may_round_to_eight_bits() -> None:
    assert not sliding._products_suit((2, 64, 64), float_taps(WANG), torch.zeros(()))


def test_products_do_not_depend_on_torchs_default_dtype() -> None:
    before, image = torch.get_default_dtype(), pictures((2, 64, 64))
    sliding._band.cache_clear()
    torch.set_default_dtype(torch.float64)
    try:
        sums = slid(image, float_taps(WANG), products=True)
    finally:
        torch.set_default_dtype(before)
    assert torch.equal(sums, slid(image, float_taps(WANG), products=True))
