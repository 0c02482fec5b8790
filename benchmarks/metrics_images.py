"""Metrics of pairs of images: SSIM, PSNR, and LPIPS from the maps of a network."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch
import torchvision_names  # noqa: F401, before any peer
from interleave import Case
from lpips import LPIPS as LpipsPackage  # noqa: N811
from piq import psnr as piq_psnr
from piq import ssim as piq_ssim
from skimage.metrics import peak_signal_noise_ratio as skimage_psnr
from skimage.metrics import structural_similarity as skimage_ssim
from torch import Tensor, nn
from torchmetrics.functional.image import peak_signal_noise_ratio as torchmetrics_psnr
from torchmetrics.functional.image import structural_similarity_index_measure as torchmetrics_ssim
from torchmetrics.functional.image.lpips import _LPIPS as TorchmetricsLPIPS  # noqa: N811

from gentutor.metrics.lpips import lpips
from gentutor.metrics.networks.features import load_weights
from gentutor.metrics.networks.trunks import WIDTHS, shipped_heads
from gentutor.metrics.psnr import psnr
from gentutor.metrics.ssim import ssim

WANG = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
SIDES = (64, 32, 16, 8, 4)  # of VGG's maps of a 64 x 64 image


def photographs() -> tuple[Tensor, Tensor]:
    """Draw 64 colour images of 256 x 256 in [0, 1] and noisy copies."""
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(64, 3, 256, 256, generator=generator)
    return x, (x + 0.1 * torch.randn(x.shape, generator=generator)).clamp(0, 1)


def maps() -> tuple[list[Tensor], list[Tensor]]:
    """Draw the maps of two batches of 16 images, after ReLU."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(16, width, side, side) for width, side in zip(WIDTHS["vgg"], SIDES, strict=True)]
    first, second = (
        [torch.randn(shape, generator=generator).relu_() for shape in shapes] for _ in range(2)
    )
    return first, second


def each(metric: Callable[..., float], **options: Any) -> Callable[[Tensor, Tensor], list[float]]:
    """Make scikit-image's metric of one image one of a batch."""
    return lambda x, y: [metric(a.numpy(), b.numpy(), **options) for a, b in zip(x, y, strict=True)]


class Skip(nn.Module):
    """Stands where a peer has its network: what goes in already is what would come out."""

    def forward(self, x: Any) -> Any:
        """Return the input."""
        return x


def peer_lpips(make: Callable[..., nn.Module], **options: Any) -> Callable[..., Tensor]:
    """Return a peer's own forward pass, with its shipped heads, from maps."""
    trunk = nn.Sequential(*(nn.Identity() for _ in range(31)))
    with patch("torchvision.models.vgg16", lambda **_: SimpleNamespace(features=trunk)):
        peer = make(net="vgg", **options)
    peer.scaling_layer = peer.net = Skip()
    return torch.no_grad()(lambda x, y: peer(x, y))


HEADS = [head.flatten() for head in load_weights(shipped_heads("vgg")).values()]

CASES = (
    Case(
        "SSIM, 64 x 3 x 256 x 256",
        photographs,
        {
            "gentutor": lambda x, y: ssim(x, y, data_range=1),
            "scikit-image": each(skimage_ssim, data_range=1, channel_axis=0, **WANG),
            "piq": lambda x, y: piq_ssim(x, y, reduction="none"),
            "torchmetrics": lambda x, y: torchmetrics_ssim(
                x, y, data_range=1.0, reduction="none"
            ),  # counts the border
        },
        goal=5,
    ),
    Case(
        "PSNR, 64 x 3 x 256 x 256",
        photographs,
        {
            "gentutor": lambda x, y: psnr(x, y, data_range=1),
            "scikit-image": each(skimage_psnr, data_range=1),
            "piq": lambda x, y: piq_psnr(x, y, reduction="none"),
            "torchmetrics": lambda x, y: torchmetrics_psnr(
                x, y, data_range=1.0, dim=(1, 2, 3), reduction="none"
            ),
        },
        goal=2,
    ),
    Case(
        "LPIPS from VGG's maps, 16 x 64 x 64",
        maps,
        {
            "gentutor": lambda x, y: lpips(x, y, HEADS),
            "lpips": peer_lpips(LpipsPackage, verbose=False),
            "torchmetrics": peer_lpips(TorchmetricsLPIPS),
        },
        goal=1.2,
    ),
)
