"""Networks as measuring devices: their mode, the sizes they take, autocast and devices."""

import pytest
import torch
from torch import Tensor, nn

from gentutor.metrics import lpips
from gentutor.metrics.networks.digits import DigitsNet, digits_extractor
from gentutor.metrics.networks.efficientnet import EfficientNetLite0
from gentutor.metrics.networks.features import Extractor
from gentutor.metrics.networks.inception import Inception, resized
from gentutor.metrics.networks.trunks import LEAST, Trunk

NETWORKS = {
    "digits": DigitsNet,
    "efficientnet": EfficientNetLite0,
    "inception": Inception,
    "vgg": lambda: Trunk("vgg"),
}


def images(n: int, net: Extractor) -> Tensor:
    channels, side, _ = net.image_shape
    generator = torch.Generator().manual_seed(0)
    return torch.rand(n, channels, side or 40, side or 40, generator=generator)


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_a_fresh_network_measures_an_image_alone_as_in_a_batch(make) -> None:
    """A fresh Inception once normalised by its batch: an image alone was 49 % off."""
    torch.manual_seed(0)
    net = make().requires_grad_(False)
    assert not any(module.training for module in net.modules())
    x = images(3, net)
    together, alone = (net(part, value_range=(0, 1)).features for part in (x, x[:1]))
    scale = float(together.abs().max())
    assert scale > 0
    assert float((together[:1] - alone).abs().max()) < 1e-4 * scale


@pytest.mark.parametrize("name", LEAST)
def test_too_small_an_image_is_told_the_least_side(name: str) -> None:
    net, least = Trunk(name).requires_grad_(False), LEAST[name]
    found = net(torch.rand(1, 3, least, least), value_range=(0, 1))
    assert min(found.maps[-1].shape[-2:]) == 1
    message = rf"^x: expected a height and a width of at least {least} pixels for {name}, got "
    for height, width in ((least - 1, 64), (64, least - 1)):
        with pytest.raises(ValueError, match=message + f"{height} x {width}"):
            net(torch.rand(1, 3, height, width), value_range=(0, 1))
    with pytest.raises(RuntimeError):  # torch's own word, one pixel below
        net.activations(torch.rand(1, 3, least - 1, least - 1))


def test_autocast_changes_nothing() -> None:
    net = digits_extractor()
    x, y = images(8, net).split(4)
    maps = [net(image, value_range=(0, 1)).maps for image in (x, y)]
    expected = lpips(*maps, net.heads)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert nn.functional.linear(x.flatten(1), torch.ones(2, 64)).dtype == torch.bfloat16
        inside = [net(image, value_range=(0, 1)).maps for image in (x, y)]
        found = lpips(*maps, net.heads)
    assert all(torch.equal(a, b) for a, b in zip(maps[0], inside[0], strict=True))
    assert found.dtype == torch.float32
    assert torch.equal(found, expected)


def test_heads_and_indices_stay_with_the_network_and_the_image() -> None:
    """A default device other than theirs stands in for a GPU."""
    nets = [DigitsNet(), EfficientNetLite0(), Trunk("alexnet")]
    x = torch.rand(1, 3, 32, 32)
    expected = resized(x, "tensorflow")
    with torch.device("meta"):
        assert all(head.device.type == "cpu" for net in nets for head in net.heads)
        assert torch.equal(resized(x, "tensorflow"), expected)
    assert nets[0].double().heads[0].dtype == torch.float64
