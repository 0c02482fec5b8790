"""PSNR and SSIM depend on the pixels alone: not on threads, strides or the images beside them."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from gentutor.metrics.psnr import psnr
from gentutor.metrics.ssim import ssim, ssim_map

METRICS = {f.__name__: f for f in (psnr, ssim, ssim_map)}
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)


@pytest.fixture(scope="module")
def pair() -> tuple[Tensor, Tensor]:
    """Return three images that torch shares among threads, and noisy copies, in [0, 1]."""
    g = torch.Generator().manual_seed(0)
    x = torch.rand(3, 2, 190, 210, generator=g)
    return x, (x + 0.1 * torch.randn(x.shape, generator=g)).clamp(0, 1)


@every_metric
def test_the_number_of_threads_changes_no_score_and_no_setting(
    metric: Callable, pair: tuple[Tensor, Tensor]
) -> None:
    scores = []
    for number in (1, 2, 3):
        torch.set_num_threads(number)  # the fixture of this folder puts it back
        scores.append(metric(*pair, data_range=1))
        assert torch.get_num_threads() == number
    for other in scores[1:]:
        assert torch.equal(other, scores[0]) or metric is not psnr
        assert torch.allclose(other, scores[0], rtol=0, atol=1e-6)


@every_metric
def test_strides_change_no_bit(metric: Callable, pair: tuple[Tensor, Tensor]) -> None:
    expected = metric(*pair, data_range=1)
    x, y = pair
    spaced = x.new_zeros(3, 2, 190, 420)
    spaced[..., ::2] = x
    for a, b in (
        (x.contiguous(memory_format=torch.channels_last), y),
        (x.mT.contiguous().mT, y.mT.contiguous().mT),
        (spaced[..., ::2], y),
    ):
        assert torch.equal(metric(a, b, data_range=1), expected)
    one = x[:1, :1]
    repeated = metric(one.expand_as(x), y, data_range=1)
    assert torch.equal(repeated, metric(one.repeat(3, 2, 1, 1), y, data_range=1))


@every_metric
def test_an_image_scores_the_same_alone(metric: Callable) -> None:
    g = torch.Generator().manual_seed(1)
    x = torch.rand(40, 3, 31, 29, generator=g, dtype=torch.float64)  # many fit into one block
    y = x.roll(1, dims=0)
    together = metric(x, y, data_range=1)
    for i in (0, 17, 39):
        alone = metric(x[[i]], y[[i]], data_range=1)[0]
        assert torch.allclose(alone, together[i], rtol=0, atol=1e-13)
    # nor does a neighbour that is out of all proportion count
    x[1:] *= 1e6
    assert torch.allclose(metric(x, y, data_range=1)[0], together[0], rtol=0, atol=1e-13)


@every_metric
def test_scores_with_and_without_gradients_agree(
    metric: Callable, pair: tuple[Tensor, Tensor]
) -> None:
    x, y = (image.double() for image in pair)
    graded = metric(x.clone().requires_grad_(), y, data_range=1)
    assert graded.requires_grad
    assert torch.allclose(graded.detach(), metric(x, y, data_range=1), rtol=0, atol=1e-12)


def test_wide_and_narrow_images() -> None:
    g = torch.Generator().manual_seed(3)
    for shape in ((5, 1, 1, 1), (3, 2, 1, 50_000), (3, 2, 50_000, 1), (2000, 1, 1, 3)):
        x, y = torch.rand(shape, generator=g), torch.rand(shape, generator=g)
        exact = psnr(x.double(), y.double(), data_range=1)
        direct = -10 * (x.double() - y.double()).square().mean((1, 2, 3)).log10()
        assert torch.allclose(exact, direct, rtol=1e-12, atol=0)
        assert torch.allclose(psnr(x, y, data_range=1).double(), exact, rtol=2e-6, atol=1e-6)
