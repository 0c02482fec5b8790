"""The networks that a command can name, with their weights and how images are resized for them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from gentutor.checks import check_choice, check_int
from gentutor.metrics.networks.digits import digits_extractor
from gentutor.metrics.networks.efficientnet import efficientnet_extractor
from gentutor.metrics.networks.features import Activations, Extractor
from gentutor.metrics.networks.inception import INPUT_RANGES, inception_extractor
from gentutor.metrics.networks.trunks import lpips_trunk

SHIPPED = {"digits": digits_extractor, "efficientnet-lite0": efficientnet_extractor}
FROM_FILE = ("inception", "vgg", "alexnet", "squeezenet")
NAMES = (*SHIPPED, *FROM_FILE)


@dataclass(frozen=True)
class Eye:
    """A network by name, or itself, and the side to which images are resized before it.

    Attributes:
        network: one of ``NAMES``, or an extractor.
        weights: their file; needed for ``FROM_FILE``.
        resize: None, a side in pixels ("8"), or one of Inception's own ways.
    """

    network: str | Extractor
    weights: Path | None = None
    resize: str | None = None

    @property
    def extractor(self) -> Extractor:
        """The network; one of a name is loaded once a process."""
        if isinstance(self.network, Extractor):
            return self.network
        return _load(self.network, self.weights, None if self.side else self.resize)

    @property
    def side(self) -> int | None:
        """Pixels that images are resized to, if so."""
        return int(self.resize) if self.resize is not None and self.resize.isdecimal() else None

    @property
    def label(self) -> dict[str, str]:
        """What makes features comparable: network, weights' hash, resize."""
        net = self.extractor
        own = net.resize if self.side is None else f"bicubic {self.side} x {self.side}"
        if self.side is not None and net.resize != "none":
            own += f", {net.resize}"
        return {"network": net.name, "weight_hash": net.weight_hash, "resize": own}

    def check(self) -> None:
        """Raise an error that names what is wrong with the arguments, before any image is read."""
        if not isinstance(self.network, Extractor):
            if not isinstance(self.network, str):
                kind = type(self.network).__name__
                raise TypeError(f"network: expected a name or an Extractor, got {kind}")
            check_choice("network", self.network, NAMES)
            if self.network in FROM_FILE and self.weights is None:
                raise ValueError(
                    f"weights: expected a file for {self.network}, got none; gentutor downloads "
                    "nothing, and the page on measuring your own pictures says where they are"
                )
        ways = tuple(INPUT_RANGES) if self.network == "inception" else ()
        if self.side is not None:
            check_int("resize", self.side)
        elif self.resize not in (None, *ways):
            raise ValueError(
                f"resize: expected a side in pixels{''.join(f', {way}' for way in ways)}, "
                f"got {self.resize!r}"
            )
        _ = self.extractor

    def __call__(self, images: Tensor) -> Activations:
        """Return what the network says of images (n, C, H, W) uint8."""
        net = self.extractor
        if images.shape[1] == 1:
            images = images.expand(-1, net.image_shape[0], -1, -1)
        if self.side is not None:
            images = resized(images, self.side)
        with torch.no_grad():
            return net(images, value_range=(0, 255))


def resized(images: Tensor, side: int) -> Tensor:
    """Return images (n, C, side, side) float32 by bicubic interpolation that does not alias.

    It is separable, so it is two matrix products. What overshoots 0 and 255 is cut off.

    >>> resized(torch.full((1, 1, 4, 4), 7, dtype=torch.uint8), 2)[0, 0, 0].round()
    tensor([7., 7.])
    """
    height, width = images.shape[-2:]
    x = _weights(height, side) @ images.float() @ _weights(width, side).mT
    return x.clamp_(0, 255)


@cache
def _weights(length: int, side: int) -> Tensor:
    """Return the weights (side, length) of each pixel in each resized one, from float64."""
    impulses = torch.eye(length, dtype=torch.float64)[None, None]
    bands = functional.interpolate(
        impulses, (side, length), mode="bicubic", antialias=True, align_corners=False
    )
    return bands[0, 0].float()


@cache
def _load(name: str, weights: Path | None, resize: str | None) -> Extractor:
    if name in SHIPPED:
        return SHIPPED[name](weights) if weights else SHIPPED[name]()
    assert weights is not None
    if name == "inception":
        return inception_extractor(weights, resize=resize or "tensorflow")
    return lpips_trunk(name, weights)
