"""The three networks that LPIPS is defined on, with their learnt heads."""

from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from gentutor.checks import check_choice
from gentutor.metrics.networks.features import Activations, Extractor, load_weights

SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)  # ImageNet's, on [-1, 1]
ENDS = {  # a map is taken after these layers, each a ReLU or a Fire block
    "vgg": (3, 8, 15, 22, 29),
    "alexnet": (1, 4, 7, 9, 11),
    "squeezenet": (1, 4, 7, 9, 10, 11, 12),
}
WIDTHS = {
    "vgg": (64, 128, 256, 512, 512),
    "alexnet": (64, 192, 384, 256, 256),
    "squeezenet": (64, 128, 256, 384, 384, 512, 512),
}
SHIPPED = (("lpips", "weights/v0.1"), ("torchmetrics", "functional/image/lpips_models"))


def _conv(n_in: int, n_out: int, size: int, stride: int = 1, padding: int = 0) -> list[nn.Module]:
    return [nn.Conv2d(n_in, n_out, size, stride, padding), nn.ReLU()]


def _vgg() -> list[nn.Module]:
    layers: list[nn.Module] = []
    n_in = 3
    for n_out, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(depth):
            layers += _conv(n_in, n_out, 3, padding=1)
            n_in = n_out
        layers.append(nn.MaxPool2d(2))
    return layers


def _alexnet() -> list[nn.Module]:
    return [
        *_conv(3, 64, 11, stride=4, padding=2),
        nn.MaxPool2d(3, 2),
        *_conv(64, 192, 5, padding=2),
        nn.MaxPool2d(3, 2),
        *_conv(192, 384, 3, padding=1),
        *_conv(384, 256, 3, padding=1),
        *_conv(256, 256, 3, padding=1),
    ]


class Fire(nn.Module):
    """SqueezeNet's block: squeeze the channels, then expand them by 1 x 1 and 3 x 3 filters."""

    def __init__(self, n_in: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(n_in, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, n_in, H, W) to (N, 2 * expand, H, W)."""
        x = self.squeeze(x).relu()
        return torch.cat((self.expand1x1(x), self.expand3x3(x)), dim=1).relu()


def _squeezenet() -> list[nn.Module]:
    return [
        *_conv(3, 64, 3, stride=2),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        *(Fire(64, 16, 64), Fire(128, 16, 64)),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        *(Fire(128, 32, 128), Fire(256, 32, 128)),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        *(Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256)),
    ]


LAYERS = {"vgg": _vgg, "alexnet": _alexnet, "squeezenet": _squeezenet}
LEAST = {"vgg": 16, "alexnet": 31, "squeezenet": 17}  # pixels that leave one at the last map
FILES = {"vgg": "vgg.pth", "alexnet": "alex.pth", "squeezenet": "squeeze.pth"}


class Trunk(Extractor):
    """VGG-16, AlexNet or SqueezeNet 1.1 up to its last map, with a head for every map.

    Images are (N, 3, H, W), which the network takes in [-1, 1]. The features are the average of
    the last map; there are no logits. Weights have torchvision's names, heads those of LPIPS.

    ``Trunk("vgg")`` has a random start and heads of 1; :func:`lpips_trunk` the real ones.
    """

    input_range = (-1.0, 1.0)
    image_shape = (3, None, None)
    shift: Tensor
    scale: Tensor

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = check_choice("name", name, tuple(LAYERS))
        self.least_side = LEAST[name]
        self.features = nn.Sequential(*LAYERS[name]()[: ENDS[name][-1] + 1])
        self.register_buffer("shift", torch.tensor(SHIFT)[:, None, None], persistent=False)
        self.register_buffer("scale", torch.tensor(SCALE)[:, None, None], persistent=False)
        self.lins = nn.ParameterList(torch.ones(1, width, 1, 1) for width in WIDTHS[name])
        self.eval()

    @property
    def heads(self) -> tuple[Tensor, ...]:
        """LPIPS weights, (C_l,) for each map."""
        return tuple(head.flatten() for head in self.lins)

    def activations(self, x: Tensor) -> Activations:
        """Map images (N, 3, H, W) in [-1, 1] to features and maps."""
        x = (x - self.shift) / self.scale
        maps = []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in ENDS[self.name]:
                maps.append(x)
        return Activations(x.mean((2, 3)), None, tuple(maps))


def lpips_trunk(name: str, path: str | Path, heads: str | Path | None = None) -> Trunk:
    """Return LPIPS's extractor from torchvision's weights and the learnt heads.

    Args:
        name: "vgg", "alexnet" or "squeezenet".
        path: torchvision's weights (ImageNet) of the whole network or of its ``features``.
        heads: the learnt heads; by default those that the installed package lpips or
            torchmetrics ships.

    Raises:
        FileNotFoundError: no file there, or no installed package with heads.
        ValueError: a damaged file, or weights of another architecture.
    """
    trunk = Trunk(name)
    heads = shipped_heads(name) if heads is None else heads
    state = {k: v for k, v in load_weights(path).items() if not k.startswith("classifier.")}
    for key, value in load_weights(heads).items():  # lin0.model.1.weight, lin1. ...
        state[f"lins.{key.removeprefix('lin').partition('.')[0]}"] = value
    return trunk.load(state, path)


def shipped_heads(name: str) -> Path:
    """Return the file of learnt heads in an installed package (BSD 2-clause), without importing it.

    Raises:
        FileNotFoundError: neither lpips nor torchmetrics is installed.
    """
    for package, folder in SHIPPED:
        spec = find_spec(package)
        if spec and spec.origin:
            path = (
                Path(spec.origin).parent / folder / FILES[check_choice("name", name, tuple(FILES))]
            )
            if path.is_file():
                return path
    raise FileNotFoundError("heads: expected the package lpips or torchmetrics, got neither")
