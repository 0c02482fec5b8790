"""Odd but valid input is scored right: layouts, huge numbers, half precision, gradients."""

import math
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from gentutor.metrics.fid import fid
from gentutor.metrics.inception_score import inception_score
from gentutor.metrics.kid import kid
from gentutor.metrics.lpips import lpips
from gentutor.metrics.ms_ssim import ms_ssim
from gentutor.metrics.networks.digits import WEIGHTS, DigitsNet, digits_extractor
from gentutor.metrics.networks.features import hash_weights, load_weights
from gentutor.metrics.precision_recall import nearest_distance, precision_recall
from gentutor.metrics.psnr import psnr
from gentutor.metrics.ssim import ssim, ssim_map, ssim_terms
from gentutor.metrics.windows import Window

PAIRWISE = {"psnr": psnr, "ssim": ssim, "ssim_map": ssim_map}


def rand(*shape: int, seed: int = 0) -> Tensor:
    """Draw uniform numbers in float32."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def images() -> tuple[Tensor, Tensor]:
    """Return two colour images and noisy copies, (2, 3, 24, 20)."""
    x = rand(2, 3, 24, 20)
    return x, (0.8 * x + 0.2 * rand(2, 3, 24, 20, seed=1)).clamp(0, 1)


@pytest.mark.parametrize("metric", PAIRWISE.values(), ids=PAIRWISE)
def test_layouts_in_memory_do_not_count(metric: Callable) -> None:
    x, y = images()
    expected = metric(x, y, data_range=1)
    wide = torch.zeros(2, 3, 48, 40)
    wide[..., ::2, ::2] = x
    for same in (
        x.contiguous(memory_format=torch.channels_last),
        x.mT.contiguous().mT,
        wide[..., ::2, ::2],
        x.flip(-1).flip(-1),
        x.clone().requires_grad_(),
    ):
        assert torch.allclose(metric(same, y, data_range=1), expected, rtol=1e-6, atol=1e-6)
    flat = metric(x[:1, :1].expand(2, 3, 24, 20), y, data_range=1)  # strides of 0
    copy = metric(x[:1, :1].repeat(2, 3, 1, 1), y, data_range=1)
    assert torch.equal(flat, copy)
    half = metric(x.half(), y.half(), data_range=1)
    assert half.dtype == torch.float32
    exact = metric(x.half().double(), y.half().double(), data_range=1)
    assert torch.allclose(half.double(), exact, rtol=1e-6, atol=2e-6)


def test_single_pixels() -> None:
    x, y = (image[..., :1, :1] for image in images())
    mse = (x - y).square().mean((1, 2, 3))
    assert torch.allclose(psnr(x, y, data_range=1), -10 * mse.log10())
    pixel = ssim(x, y, data_range=1, window=Window("uniform", 1))
    expected = ((2 * x * y + 1e-4) / (x * x + y * y + 1e-4)).mean((1, 2, 3))
    assert torch.allclose(pixel, expected)
    with pytest.raises(ValueError, match=r"size: expected more than one pixel .*, got 1"):
        Window("uniform", 1, sample=True)


@pytest.mark.parametrize("metric", [*PAIRWISE.values(), ms_ssim], ids=[*PAIRWISE, "ms_ssim"])
@pytest.mark.parametrize("unit", [1e-25, 1e-10, 1e10, 1e25])
def test_the_unit_of_the_image_does_not_count(metric: Callable, unit: float) -> None:
    x = rand(1, 1, 176, 176)
    y = 0.8 * x + 0.2 * rand(1, 1, 176, 176, seed=1)
    found = metric(unit * x, unit * y, data_range=unit)
    assert torch.allclose(found.float(), metric(x, y, data_range=1), rtol=1e-4, atol=1e-5)
    if unit == 1e25:
        with pytest.raises(ValueError, match=r"x, y: expected .*float32 can hold, got up to"):
            metric(unit * x, unit * y, data_range=1)


def test_bytes_against_fractions_are_refused() -> None:
    x, y = images()
    for a, b in (((255 * x).byte(), y), (x, (255 * y).byte())):
        for metric in PAIRWISE.values():
            with pytest.raises(ValueError, match=r"data_range: expected at least 25\d, the spread"):
                metric(a, b, data_range=1)


def test_gradients_of_ms_ssim_are_finite_where_contrast_is_negative() -> None:
    x = rand(1, 1, 176, 176).double()
    for y in (1 - x, torch.cat((1 - x[..., :88], x[..., 88:]), -1), x.clone()):
        y.requires_grad_()
        value = ms_ssim(x, y, data_range=1)
        value.sum().backward()
        assert 0 <= value.item() <= 1
        assert bool(y.grad.isfinite().all())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_lpips_in_half_precision_squares_in_single(dtype: torch.dtype) -> None:
    x, y = ([300 * rand(2, 64, 4, 4, seed=s).to(dtype)] for s in (0, 1))  # 300^2 > 65504
    exact = lpips([x[0].double()], [y[0].double()])
    found = lpips(x, y)
    assert found.dtype == torch.float32
    assert found.tolist() == pytest.approx(exact.tolist(), rel=1e-6)
    mixed = lpips(x, [y[0].double().requires_grad_()])
    assert mixed.dtype == torch.float64
    assert mixed.tolist() == pytest.approx(exact.tolist(), rel=1e-12)
    layout = [m[0].contiguous(memory_format=torch.channels_last) for m in (x, y)]
    assert torch.equal(lpips(layout[:1], layout[1:]), found)


def test_sets_in_any_layout_and_precision() -> None:
    x, y = rand(40, 5), rand(31, 5, seed=1) + 0.2
    metrics: list[Callable] = [
        fid,
        lambda a, b: kid(a, b).mean,
        lambda a, b: precision_recall(a, b).density,
        lambda a, b: nearest_distance(a, b).sum(),
        lambda a, b: inception_score(torch.cat((a, b)), 3).mean,
    ]
    for metric in metrics:
        expected = float(metric(x, y))
        for same in (x.mT.contiguous().mT, torch.stack((x, x), 2)[..., 1], x.flip(0).flip(0)):
            assert float(metric(same, y)) == pytest.approx(expected, rel=1e-5)
        graded = metric(x.clone().requires_grad_(), y)
        assert float(graded) == pytest.approx(expected, rel=1e-9)
        for dtype in (torch.float16, torch.bfloat16):
            exact = float(metric(x.to(dtype).double(), y.to(dtype).double()))
            assert float(metric(x.to(dtype), y.to(dtype))) == pytest.approx(exact, rel=1e-4)


def test_features_far_from_zero() -> None:
    x, y = (rand(50, 4, seed=s).double() for s in (0, 1))
    far = [z + 2.0**26 for z in (x, y)]
    near = [z - 2.0**26 for z in far]  # exactly what is left of them
    assert float(fid(*far)) == pytest.approx(float(fid(*near)), rel=1e-6)
    assert precision_recall(*far) == precision_recall(*near)
    assert nearest_distance(*far).tolist() == pytest.approx(nearest_distance(*near).tolist())


def test_kernels_that_overflow_are_refused_and_the_way_out_works() -> None:
    x, y = rand(6, 3), rand(5, 3, seed=1)
    rows = torch.tensor([[0, 1], [2, 3]])
    for options in ({}, {"subsets": (rows, rows)}):
        with pytest.raises(ValueError, match=r"real, fake: expected features whose kernel"):
            kid(1e15 * x, y, **options)
        wide = kid(1e15 * x.double(), y.double(), **options)
        assert bool(wide.values.isfinite().all())
    for subsets in ((rows[:0], rows[:0]), (rows,), (rows, rows, rows), (rows, [[0, 1], [2, 3]])):
        with pytest.raises(ValueError, match=r"subsets: expected two int64 tensors of one shape"):
            kid(x, y, subsets=subsets)
    g = torch.Generator().manual_seed(0)
    kid(x, y, subsets=3, subset_size=2, generator=g)
    used = torch.Generator().manual_seed(0)
    for _ in range(3):
        torch.randperm(6, generator=used), torch.randperm(5, generator=used)
    assert torch.equal(g.get_state(), used.get_state())


def test_ranges_of_an_extractor_are_two_finite_numbers() -> None:
    net, x = digits_extractor(), torch.zeros(1, 1, 8, 8)
    for wrong in ((0, math.inf), (-math.inf, 1), (0, math.nan), (1, 1), (1, 0)):
        with pytest.raises(ValueError, match=r"value_range: expected two finite numbers, low fi"):
            net(x, value_range=wrong)


def test_weights_in_half_precision_have_a_hash_of_their_own(tmp_path: Path) -> None:
    state = load_weights(WEIGHTS)
    hashes = {digits_extractor().weight_hash}
    for dtype in (torch.bfloat16, torch.float16, torch.float64):
        path = tmp_path / f"{dtype}.pth"
        torch.save({name: value.to(dtype) for name, value in state.items()}, path)
        net = DigitsNet().load(load_weights(path), path)
        assert net.conv1.weight.dtype == torch.float32
        hashes.add(net.weight_hash)
    assert len(hashes) == 4
    strided = {"w": torch.arange(6).view(2, 3).mT}
    assert hash_weights(strided) == hash_weights({"w": strided["w"].contiguous()})
    assert hash_weights(strided) != hash_weights({"w": torch.arange(6).view(3, 2)})
    assert hash_weights({"w": torch.zeros(2, 3)}) != hash_weights({"w": torch.zeros(3, 2)})
    assert hash_weights({"n": torch.tensor(3)}) != hash_weights({"m": torch.tensor(3)})


@pytest.mark.parametrize("kind", ["zip", "pickle", "safetensors"])
@pytest.mark.filterwarnings("ignore")
def test_damaged_files_are_refused_or_hold_tensors(kind: str, tmp_path: Path) -> None:
    path = tmp_path / ("w.safetensors" if kind == "safetensors" else "w.pth")
    state = load_weights(WEIGHTS)
    if kind == "safetensors":
        save_file(state, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=kind == "zip")
    whole, rng, messages = path.read_bytes(), random.Random(0), []
    for trial in range(150):
        found = bytearray(whole)
        if trial % 3 == 0:
            found = found[: rng.randrange(len(found))]
        elif trial % 3 == 1:
            for _ in range(rng.randrange(1, 20)):
                found[rng.randrange(2000)] = rng.randrange(256)
        else:
            found = bytearray(rng.randbytes(rng.randrange(200)))
        path.write_bytes(found)
        try:
            state = load_weights(path)
        except ValueError as error:
            messages.append(str(error))
        else:
            assert all(isinstance(value, Tensor) for value in state.values())
    assert len(messages) > 100
    assert all(m.startswith("path: expected a file of named tensors, ") for m in messages)


def test_terms_are_finite_where_rounding_leaves_a_negative_variance() -> None:
    y = rand(1, 1, 20, 20).double()
    negative = 0
    for level in (k / 255 for k in range(1, 256, 6)):
        x = torch.full_like(y, level)
        window = Window()
        negative += int((window.mean(x * x) - window.mean(x) ** 2).min() < 0)
        terms = ssim_terms(x, y, data_range=1)
        assert all(bool(getattr(terms, t).isfinite().all()) for t in vars(terms))
        product = terms.luminance * terms.contrast * terms.structure
        assert torch.allclose(product, ssim_map(x, y, data_range=1), atol=1e-6)
        assert float(terms.contrast.max()) < 1
    assert negative > 0


def test_identical_predictions_never_score_below_one() -> None:
    for seed in range(40):
        logits = 5 * rand(1, 7, seed=seed).expand(30, -1)
        assert 1 <= inception_score(logits, 1).mean.item() < 1 + 1e-6
