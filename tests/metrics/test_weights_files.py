"""The reading, the hash and the refusal of weights files."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torchvision.models
from safetensors.torch import save_file

from gentutor.metrics.networks.digits import WEIGHTS, DigitsNet, digits_extractor
from gentutor.metrics.networks.features import hash_weights, load_weights
from gentutor.metrics.networks.inception import inception_extractor
from gentutor.metrics.networks.trunks import Trunk, lpips_trunk, shipped_heads


def test_a_hash_names_the_weights_and_not_the_file(tmp_path: Path) -> None:
    net = digits_extractor()
    state = load_weights(WEIGHTS)
    torch.save(state, tmp_path / "same.pth")
    assert digits_extractor(tmp_path / "same.pth").weight_hash == net.weight_hash
    assert len(net.weight_hash) == 12
    state["conv1.bias"] = state["conv1.bias"].clone()
    state["conv1.bias"][3] += 1e-6
    assert hash_weights(state) != net.weight_hash
    assert DigitsNet().weight_hash == "untrained"


def test_shipped_heads_are_found_without_importing() -> None:
    for name, width in (("vgg", 64), ("alexnet", 64), ("squeezenet", 64)):
        heads = load_weights(shipped_heads(name))
        assert heads["lin0.model.1.weight"].shape == (1, width, 1, 1)
        assert len(heads) == len(Trunk(name).heads)
        assert min(float(head.min()) for head in heads.values()) >= 0
    with pytest.raises(ValueError, match=r"name: expected one of vgg, alexnet, squeezenet"):
        shipped_heads("resnet")


def truncated(path: Path) -> None:
    """Cut a file to half its length."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_files_that_hold_no_weights_are_refused(tmp_path: Path) -> None:
    state = load_weights(WEIGHTS)
    for name, write in (("cut.pth", torch.save), ("cut.safetensors", save_file)):
        write(state, tmp_path / name)
        truncated(tmp_path / name)
        with pytest.raises(ValueError, match=rf"path: expected a file of named tensors.*{name}"):
            load_weights(tmp_path / name)
    (tmp_path / "empty.pth").write_bytes(b"")
    with pytest.raises(ValueError, match=r"path: expected a file of named tensors.*empty"):
        load_weights(tmp_path / "empty.pth")
    torch.save([torch.zeros(2)], tmp_path / "list.pth")
    with pytest.raises(ValueError, match=r"it holds a list"):
        load_weights(tmp_path / "list.pth")
    with pytest.raises(FileNotFoundError, match=r"path: no weights file at .*none.pth"):
        load_weights(tmp_path / "none.pth")


class Payload:
    """An object whose unpickling would run code."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return print, ("this ran",)


def test_nothing_is_run_from_a_weights_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"weight": Payload()}, tmp_path / "evil.pth")
    with pytest.raises(ValueError, match=r"path: expected a file of named tensors.*evil.pth"):
        load_weights(tmp_path / "evil.pth")
    assert capsys.readouterr().out == ""
    torch.load(tmp_path / "evil.pth", weights_only=False)
    assert capsys.readouterr().out == "this ran\n"  # so the file is as evil as it should be


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    layers = torchvision.models.alexnet(weights=None).features
    alexnet = {f"features.{k}": v for k, v in layers.state_dict().items()}
    torch.save(alexnet, tmp_path / "alexnet.pth")
    with pytest.raises(ValueError, match=r"expected weights of vgg, .*alexnet.pth lacks features"):
        lpips_trunk("vgg", tmp_path / "alexnet.pth")
    with pytest.raises(ValueError, match=r"weights of alexnet, .* has another lins.1 and 3 more"):
        lpips_trunk("alexnet", tmp_path / "alexnet.pth", heads=shipped_heads("vgg"))
    with pytest.raises(
        ValueError, match=r"weights of inception, .*digits.safetensors lacks Conv2d"
    ):
        inception_extractor(WEIGHTS)
    state = load_weights(WEIGHTS)
    state["conv2.weight"] = state["conv2.weight"].clone()
    state["conv2.weight"][0, 0, 0, 0] = math.nan
    torch.save(state, tmp_path / "nan.pth")
    with pytest.raises(ValueError, match=r"path: expected finite weights, .* NaN in conv2.weight"):
        digits_extractor(tmp_path / "nan.pth")
    torch.save({**load_weights(WEIGHTS), "more": torch.zeros(1)}, tmp_path / "more.pth")
    with pytest.raises(ValueError, match=r"expected weights of digits, .*more.pth has more"):
        digits_extractor(tmp_path / "more.pth")
