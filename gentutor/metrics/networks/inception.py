"""The Inception network of FID and the Inception Score, as TensorFlow published it in 2015."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from gentutor.checks import check_choice
from gentutor.metrics.networks.features import Activations, Extractor, load_weights

SIDE = 299
TO_EDGE = 127 / 128  # bytes become (x - 128)/128
INPUT_RANGES = {"tensorflow": (-1.0, TO_EDGE), "bicubic": (-1.0, TO_EDGE), "torch": (-1.0, 1.0)}

ROW, COLUMN = (1, 7), (7, 1)

Chains = dict[str, list[Any]]  # of steps: channels out, filter, stride


class Conv(nn.Module):
    """Convolution without bias, batch normalisation, ReLU; at stride 1 the image keeps its size."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        size: int | tuple[int, int],
        stride: int = 1,
        *,
        pad: bool = True,
    ) -> None:
        super().__init__()
        height, width = size if isinstance(size, tuple) else (size, size)
        padding = (height // 2, width // 2) if pad and stride == 1 else (0, 0)
        self.conv = nn.Conv2d(n_in, n_out, (height, width), stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(n_out, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, n_in, H, W) to (N, n_out, H', W')."""
        return self.bn(self.conv(x)).relu()


class Mixed(nn.Module):
    """Chains of convolutions beside each other and beside a pooled copy, concatenated.

    Args:
        n_in: channels of the input.
        chains: steps by name. Step k is called ``name_k``, or ``name`` if there is but one; two
            steps in a list split the chain's end in two, ``name_ka`` and ``name_kb``.
        pool: "avg" or "max" of 3 x 3 pixels, or "stride": the maximum at every other pixel.
        pooled: channels of the convolution after the pool; 0 for none.
    """

    def __init__(self, n_in: int, chains: Chains, pool: str, pooled: int = 0) -> None:
        super().__init__()
        self.pool = pool
        self.chains: list[list[list[str]]] = []
        for name, steps in chains.items():
            width, chain = n_in, []
            for number, step in enumerate(steps, start=1):
                ends = step if isinstance(step, list) else [step]
                stem = name if len(steps) == 1 else f"{name}_{number}"
                keys = [stem + letter for letter in ("ab" if len(ends) == 2 else ("",))]
                for key, end in zip(keys, ends, strict=True):
                    self.add_module(key, Conv(width, *end))
                width = ends[0][0]
                chain.append(keys)
            self.chains.append(chain)
        self.branch_pool = Conv(n_in, pooled, 1) if pooled else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, n_in, H, W) to the concatenated channels."""
        outputs = []
        for chain in self.chains:
            h = x
            for (key,) in chain[:-1]:
                h = self.get_submodule(key)(h)
            outputs += [self.get_submodule(key)(h) for key in chain[-1]]
        if self.pool == "avg":  # the padding does not count in the average
            pooled = functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        else:
            stride, padding = (1, 1) if self.pool == "max" else (2, 0)
            pooled = functional.max_pool2d(x, 3, stride, padding)
        return torch.cat([*outputs, self.branch_pool(pooled)], dim=1)


def _a(n_in: int, pooled: int) -> Mixed:
    chains: Chains = {
        "branch1x1": [(64, 1, 1)],
        "branch5x5": [(48, 1, 1), (64, 5, 1)],
        "branch3x3dbl": [(64, 1, 1), (96, 3, 1), (96, 3, 1)],
    }
    return Mixed(n_in, chains, "avg", pooled)


def _b() -> Mixed:
    double = [(64, 1, 1), (96, 3, 1), (96, 3, 2)]
    return Mixed(288, {"branch3x3": [(384, 3, 2)], "branch3x3dbl": double}, "stride")


def _c(mid: int) -> Mixed:
    double = [(mid, 1, 1), *((mid, size, 1) for size in (COLUMN, ROW, COLUMN)), (192, ROW, 1)]
    chains: Chains = {
        "branch1x1": [(192, 1, 1)],
        "branch7x7": [(mid, 1, 1), (mid, ROW, 1), (192, COLUMN, 1)],
        "branch7x7dbl": double,
    }
    return Mixed(768, chains, "avg", 192)


def _d() -> Mixed:
    seven = [(192, 1, 1), (192, ROW, 1), (192, COLUMN, 1), (192, 3, 2)]
    return Mixed(768, {"branch3x3": [(192, 1, 1), (320, 3, 2)], "branch7x7x3": seven}, "stride")


def _e(n_in: int, pool: str) -> Mixed:
    split = [(384, (1, 3), 1), (384, (3, 1), 1)]
    chains: Chains = {
        "branch1x1": [(320, 1, 1)],
        "branch3x3": [(384, 1, 1), split],
        "branch3x3dbl": [(448, 1, 1), (384, 3, 1), split],
    }
    return Mixed(n_in, chains, pool, 192)


class Inception(Extractor):
    """Inception v3 with the details of the 2015 TensorFlow graph, and its names of the weights.

    Features are the 2,048 averages of the last block (*pool3*), logits the 1,008 classes, maps
    the inputs of its four stages: (N, 64, 73, 73), (N, 192, 35, 35), (N, 768, 17, 17) and
    (N, 2048, 8, 8).

    Args:
        resize: how images become 299 x 299. "tensorflow" is torch-fidelity's and torchmetrics',
            "torch" pytorch-fid's, "bicubic" (anti-aliased) clean-fid's. Scores do not compare
            across these. "torch" also maps the highest value to 1, the others to 127/128.
        biased: add the classifier's bias to the logits; torch-fidelity's Inception Score does not.

    ``Inception()`` has a random start; :func:`inception_extractor` the real weights.
    """

    name = "inception"
    image_shape = (3, None, None)

    def __init__(self, resize: str = "tensorflow", *, biased: bool = False) -> None:
        super().__init__()
        self.resize = check_choice("resize", resize, tuple(INPUT_RANGES))
        self.input_range = INPUT_RANGES[resize]
        self.biased = biased
        self.Conv2d_1a_3x3 = Conv(3, 32, 3, 2)
        self.Conv2d_2a_3x3 = Conv(32, 32, 3, pad=False)
        self.Conv2d_2b_3x3 = Conv(32, 64, 3)
        self.Conv2d_3b_1x1 = Conv(64, 80, 1)
        self.Conv2d_4a_3x3 = Conv(80, 192, 3, pad=False)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = _a(192, 32), _a(256, 64), _a(288, 64)
        self.Mixed_6a, self.Mixed_6b, self.Mixed_6c = _b(), _c(128), _c(160)
        self.Mixed_6d, self.Mixed_6e = _c(160), _c(192)
        self.Mixed_7a, self.Mixed_7b, self.Mixed_7c = _d(), _e(1280, "avg"), _e(2048, "max")
        self.fc = nn.Linear(2048, 1008)
        self.eval()

    def activations(self, x: Tensor) -> Activations:
        """Map images (N, 3, H, W) in ``input_range`` to features, logits and maps."""
        x = resized(x, self.resize).clamp(*self.input_range)
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        maps = [functional.max_pool2d(x, 3, 2)]
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(maps[-1]))
        maps.append(functional.max_pool2d(x, 3, 2))
        for stage in ("5b 5c 5d 6a 6b 6c 6d 6e", "7a 7b 7c"):
            x = maps[-1]
            for block in stage.split():
                x = self.get_submodule(f"Mixed_{block}")(x)
            maps.append(x)
        features = x.mean((2, 3))  # (N, 2048)
        bias = self.fc.bias if self.biased else None
        return Activations(features, functional.linear(features, self.fc.weight, bias), tuple(maps))


def resized(x: Tensor, how: str) -> Tensor:
    """Return images (N, C, H, W) at 299 x 299, in the way that :class:`Inception` names.

    >>> row = torch.tensor([0.0, 1.0]).expand(1, 1, 2, 2)
    >>> [round(float(resized(row, how)[0, 0, 0, 200]), 3) for how in ("tensorflow", "torch")]
    [1.0, 0.841]
    """
    if how == "torch":
        return functional.interpolate(x, (SIDE, SIDE), mode="bilinear", align_corners=False)
    if how == "bicubic":
        exact = x.double()  # in float32 torch rounds the weights, and is off by 1e-5
        return functional.interpolate(exact, (SIDE, SIDE), mode="bicubic", antialias=True).to(x)
    for axis in (-2, -1):  # pixel i lies at i, not at i + 1/2, so the picture moves by half a pixel
        length = x.shape[axis]
        step = float(np.float32(length / SIDE))  # in single precision, as TensorFlow's
        place = torch.arange(SIDE, dtype=x.dtype, device=x.device) * step
        low = place.long()
        high = (low + 1).clamp(max=length - 1)
        part = (place - low).unflatten(0, (SIDE, 1) if axis == -2 else (1, SIDE))
        x = torch.lerp(x.index_select(axis, low), x.index_select(axis, high), part)
    return x


def inception_extractor(
    path: str | Path, *, resize: str = "tensorflow", biased: bool = False
) -> Inception:
    """Return the network with weights from a file; arguments are those of :class:`Inception`.

    The file is the one that torch-fidelity, torchmetrics and pytorch-fid use, converted from
    TensorFlow's ``inception-2015-12-05``. It is never downloaded.

    Raises:
        FileNotFoundError, ValueError: no file there, a damaged one, or another network's.
    """
    return Inception(resize, biased=biased).load(load_weights(path), path)
