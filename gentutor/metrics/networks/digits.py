"""The extractor that ships with the book: a small network that reads 8 x 8 digits."""

from pathlib import Path
from typing import Any

from torch import Tensor, nn

from gentutor.metrics.networks.features import Activations, Extractor, load_weights

WEIGHTS = Path(__file__).with_name("digits.safetensors")


class DigitsNet(Extractor):
    """Three convolutions, an average over the image, and a linear classifier of ten digits.

    The maps are (N, 16, 8, 8), (N, 32, 8, 8) and (N, 64, 4, 4) after ReLU, the features (N, 64)
    the average of the last map, the logits (N, 10). LPIPS heads are 1: no human judgements on
    digits exist to fit them to. Its scores are called FD-digits, LPIPS-digits and so on.

    ``DigitsNet()`` has PyTorch's random start; :func:`digits_extractor` the trained weights.
    """

    name = "digits"
    input_range = (0.0, 1.0)
    image_shape = (1, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.classifier = nn.Linear(64, 10)
        self.eval()

    @property
    def config(self) -> dict[str, Any]:
        """The constructor's arguments: none."""
        return {}

    @property
    def heads(self) -> tuple[Tensor, ...]:
        """LPIPS weights of 1 for every channel."""
        return tuple(self.classifier.weight.new_ones(n) for n in (16, 32, 64))

    def activations(self, x: Tensor) -> Activations:
        """Map images (N, 1, 8, 8) in [0, 1] to features, logits and maps."""
        first = self.conv1(x).relu()  # (N, 16, 8, 8)
        second = self.conv2(first).relu()  # (N, 32, 8, 8)
        third = self.conv3(nn.functional.max_pool2d(second, 2)).relu()  # (N, 64, 4, 4)
        features = third.mean((2, 3))  # (N, 64)
        return Activations(features, self.classifier(features), (first, second, third))


def digits_extractor(path: str | Path = WEIGHTS) -> DigitsNet:
    """Return the network trained by ``python -m gentutor.training.digits_net``.

    Its held-out accuracy is in ``digits.log`` beside the weights.

    Raises:
        FileNotFoundError, ValueError: no file there, a damaged one, or another network's.

    >>> from torch import zeros
    >>> net = digits_extractor()
    >>> found = net(zeros(5, 1, 8, 8), value_range=(0, 1))
    >>> found.features.shape, found.logits.shape, len(found.maps)
    (torch.Size([5, 64]), torch.Size([5, 10]), 3)
    """
    return DigitsNet().load(load_weights(path), path)
