"""Every function that takes images, maps or a weights file names what is wrong with them."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from gentutor.metrics.lpips import layer_distances, lpips
from gentutor.metrics.ms_ssim import ms_ssim
from gentutor.metrics.networks.digits import WEIGHTS, digits_extractor
from gentutor.metrics.networks.features import Extractor, extract, load_weights
from gentutor.metrics.networks.inception import inception_extractor
from gentutor.metrics.networks.trunks import lpips_trunk, shipped_heads
from gentutor.metrics.psnr import psnr
from gentutor.metrics.ssim import ssim, ssim_map, ssim_terms

OF_IMAGES = {f.__name__: f for f in (psnr, ssim, ssim_map, ssim_terms, ms_ssim)}
WINDOWED = {name: f for name, f in OF_IMAGES.items() if name != "psnr"}
SIDE = 176  # the least that five scales and 11 pixels need


@pytest.fixture
def image() -> Tensor:
    """Return an image that every function takes, (1, 2, 176, 176)."""
    return torch.rand(1, 2, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("metric", OF_IMAGES.values(), ids=OF_IMAGES)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_counted_and_located(
    metric: Callable, value: float, image: Tensor
) -> None:
    bad = image.clone()
    bad[0, 1, 30, [40, 90]] = value
    message = r"expected finite values, got 2 NaN or infinite, the first at \(0, 1, 30, 40\)"
    for x, y, name in ((bad, image, "x"), (image, bad, "y"), (bad.double(), bad, "x")):
        with pytest.raises(ValueError, match=f"{name}: {message}"):
            metric(x, y, data_range=1)


@pytest.mark.parametrize("metric", OF_IMAGES.values(), ids=OF_IMAGES)
def test_shapes_types_and_ranges(metric: Callable, image: Tensor) -> None:
    other = image[:, :1]
    with pytest.raises(ValueError, match=r"y: expected the shape of x, \(1, 2, 176, 176\), got"):
        metric(image, other, data_range=1)
    with pytest.raises(ValueError, match=r"x: expected shape \(N, C, H, W\), got \(2, 176, 176\)"):
        metric(image[0], image[0], data_range=1)
    with pytest.raises(ValueError, match=r"x: expected at least one element"):
        metric(image[:0], image[:0], data_range=1)
    with pytest.raises(TypeError, match=r"missing .* keyword-only argument: 'data_range'"):
        metric((255 * image).byte(), (255 * image).byte())
    with pytest.raises(ValueError, match=r"data_range: expected at least 25\d, the spread"):
        metric((255 * image).byte(), (255 * image).byte(), data_range=1)
    for wrong in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match=r"data_range: expected a finite number > 0, got"):
            metric(image, image, data_range=wrong)
    with pytest.raises(TypeError, match=r"x: expected a torch.Tensor, got list"):
        metric([0.0], image, data_range=1)
    for dtype in (torch.complex64, torch.uint16, torch.bool):
        message = f"expected a floating-point dtype, uint8 or a signed integer, got {dtype}"
        with pytest.raises(TypeError, match=f"x: {message}"):
            metric(image.to(dtype), image, data_range=1)
        with pytest.raises(TypeError, match=f"y: {message}"):
            metric(image, image.to(dtype), data_range=1)
    for wrong in (1e300, 1e-300):  # were an OverflowError and minus infinity
        with pytest.raises(
            ValueError, match=rf"from 1e-100 to 1e\+100, .* got {re.escape(str(wrong))}"
        ):
            metric(image, image, data_range=wrong)


@pytest.mark.parametrize("metric", WINDOWED.values(), ids=WINDOWED)
def test_images_smaller_than_the_window(metric: Callable, image: Tensor) -> None:
    least = SIDE if metric is ms_ssim else 11
    for small in (image[..., : least - 1, :], image[..., : least - 1]):
        got = f"{small.shape[-2]} x {small.shape[-1]}"
        message = rf"x: expected images of at least {least} pixels .* window of 11, got {got}"
        with pytest.raises(ValueError, match=message):
            metric(small, small, data_range=1)
    for option in ("k1", "k2"):
        with pytest.raises(ValueError, match=rf"{option}: expected a finite number > 0, got -1"):
            metric(image, image, data_range=1, **{option: -1})


@pytest.mark.parametrize("place", [(0, 1, 30, 40), (1, 0, 384, 7), (1, 1, 383, 384)])
def test_nan_is_located_in_the_image_and_not_in_the_smaller_one(place: tuple[int, ...]) -> None:
    x = torch.rand(2, 2, 385, 385, generator=torch.Generator().manual_seed(0))
    bad = x.clone()
    bad[place] = math.nan
    where = re.escape(str(place))
    for a, b, name in ((bad, x, "x"), (x, bad, "y")):
        with pytest.raises(ValueError, match=rf"{name}: .* 1 NaN or infinite, .* at {where}"):
            ssim(a, b, data_range=1, downsample=True)


def test_images_that_halving_to_the_least_side_made_too_small() -> None:
    x = torch.zeros(1, 1, 10, 2000)
    with pytest.raises(ValueError, match=r"x: expected images of at least 11 .* got 10 x 2000"):
        ssim(x, x, data_range=1, downsample=True)
    for weights in ([], [0.5, -0.1]):
        with pytest.raises(ValueError, match=r"weights: expected "):
            ms_ssim(torch.zeros(1, 1, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE), data_range=1,
                    weights=weights)  # fmt: skip


@pytest.mark.parametrize("metric", [lpips, layer_distances])
def test_maps_with_nan_are_located_by_layer(metric: Callable) -> None:
    x = [torch.rand(2, 3, 4, 4), torch.rand(2, 5, 2, 2)]
    bad = [m.clone() for m in x]
    bad[1][1, 2, 0, 1] = math.nan
    message = r"\[1\]: expected finite values, got 1 NaN or infinite, the first at \(1, 2, 0, 1\)"
    for a, b, name in ((bad, x, "maps_x"), (x, bad, "maps_y")):
        with pytest.raises(ValueError, match=name + message):
            metric(a, b)
    weights = [torch.ones(3), torch.tensor([1.0, math.inf, 1, 1, 1])]
    with pytest.raises(ValueError, match=r"weights\[1\]: .* 1 NaN or infinite, the first at \(1,"):
        metric(x, x, weights)
    with pytest.raises(TypeError, match=r"maps_y\[0\]: expected a floating-point dtype, got torch"):
        metric(x, [m.long() for m in x])
    with pytest.raises(ValueError, match=r"weights: expected 2 layers, got 1"):
        metric(x, x, weights[:1])


LOADERS: dict[str, Callable[[Path], Extractor]] = {
    "digits": digits_extractor,
    "inception": inception_extractor,
    "vgg": lambda path: lpips_trunk("vgg", path),
    "heads": lambda path: lpips_trunk("vgg", WEIGHTS, heads=path),
}


@pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)
@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
@pytest.mark.parametrize("kind", ["pth", "safetensors"])
def test_truncated_files(load: Callable, share: float, kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"cut.{kind}"
    write = torch.save if kind == "pth" else save_file
    write(load_weights(WEIGHTS), path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ValueError, match=rf"path: expected a file of named tensors, .*cut.{kind}"):
        load(path)


@pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)
def test_files_of_another_network_missing_files_and_folders(load: Callable, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"path: no weights file at .*none"):
        load(tmp_path / "none.pth")
    with pytest.raises(FileNotFoundError, match=r"path: no weights file at"):
        load(tmp_path)
    alex = shipped_heads("alexnet")
    with pytest.raises(ValueError, match=r"path: expected weights of (digits|inception|vgg), .*"):
        load(alex)
    torch.save({"conv1.weight": 3}, tmp_path / "numbers.pth")
    with pytest.raises(ValueError, match=r"path: expected a file of named tensors"):
        load(tmp_path / "numbers.pth")


def test_bad_batches_of_an_extractor() -> None:
    net = digits_extractor()
    x = torch.zeros(4, 1, 8, 8)
    with pytest.raises(ValueError, match=r"batch: expected an integer >= 1, got 0"):
        extract(net, x, value_range=(0, 1), batch=0)
    with pytest.raises(TypeError, match=r"x: expected a torch.Tensor, got list"):
        net([0], value_range=(0, 1))
    for wrong in (x[:0], x[:, 0]):
        with pytest.raises(ValueError, match=r"x: expected "):
            extract(net, wrong, value_range=(0, 1))
