"""A saved model comes back whole, or the file is refused; nothing in it is ever run."""

import json
import os
import pickle
import re
import struct
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from gentutor.models import files
from gentutor.models.files import load_model, save_model
from gentutor.models.linear_vae import LinearVAE
from gentutor.models.vae import VAE

MODELS = [
    VAE(6, latent_dim=3, seed=4),
    VAE(6, latent_dim=3, variance=0.04, hidden=(9, 7)),
    VAE(6, latent_dim=3, variance=np.float32(0.04)),
    VAE(6, latent_dim=3, likelihood="bernoulli", decoder="autoregressive"),
    VAE(6, latent_dim=3).double(),
    LinearVAE(6, latent_dim=3, variance=0.5),
]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_model(VAE(6, latent_dim=3, variance=0.04, hidden=(5,)), path)
    return path


def refuse(path: Path, message: str, model_class: type = VAE) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        load_model(model_class, path)
    assert str(caught.value).startswith("path: ")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("model", MODELS)
def test_a_round_trip_keeps_every_bit(model, tmp_path):
    for path in (tmp_path / "a.safetensors", str(tmp_path / "b.safetensors")):
        save_model(model, path)
        again = load_model(type(model), path)
        assert again.config == json.loads(json.dumps(model.config))
        assert list(again.state_dict()) == list(model.state_dict())
        for name, value in model.state_dict().items():
            assert again.state_dict()[name].dtype == value.dtype
            assert torch.equal(again.state_dict()[name], value)
        trained = {name: p.requires_grad for name, p in model.named_parameters()}
        assert {name: p.requires_grad for name, p in again.named_parameters()} == trained
    assert sorted(os.listdir(tmp_path)) == ["a.safetensors", "b.safetensors"]


def test_a_loaded_model_is_independent_of_its_file(saved):
    model, other = load_model(VAE, saved), load_model(VAE, saved)
    before = saved.read_bytes()
    for parameter in model.parameters():
        parameter.data.zero_()
    assert saved.read_bytes() == before
    saved.write_bytes(b"")
    assert bool((other.encoder.layers[0].weight != 0).any())


def test_a_truncated_file_is_refused_at_every_length(saved):
    whole = saved.read_bytes()
    cuts = {*range(0, 12), *range(12, len(whole), 37), len(whole) - 1}
    for cut in sorted(cuts):
        saved.write_bytes(whole[:cut])
        refuse(saved, "damaged")
    saved.write_bytes(whole + b"\0")
    refuse(saved, "damaged")


def test_a_damaged_byte_is_refused_wherever_it_stands(saved):
    """Each byte of the header in turn, and every 23rd of the weights, one bit flipped."""
    whole = bytearray(saved.read_bytes())
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    for place in [*range(header), *range(header, len(whole), 23)]:
        broken = bytearray(whole)
        broken[place] ^= 1 << place % 8
        saved.write_bytes(broken)
        with pytest.raises(ValueError, match="path: "):
            load_model(VAE, saved)


class Bomb:
    """An object whose unpickling leaves a mark."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple:
        return Path.touch, (self.target,)


@pytest.mark.parametrize("protocol", [0, 2, 5, "torch"])
def test_a_pickle_is_refused_and_never_run(tmp_path, protocol):
    mark, path = tmp_path / "exploded", tmp_path / "model.pt"
    if protocol == "torch":
        torch.save({"weight": Bomb(mark)}, path)
    else:
        path.write_bytes(pickle.dumps(Bomb(mark), protocol=protocol))
    refuse(path, "damaged or another kind")
    assert not mark.exists()
    if protocol == "torch":
        torch.load(path, weights_only=False)
    else:
        pickle.loads(path.read_bytes())
    assert mark.exists()  # the bomb was live


def rewrite(path: Path, **changes: str | None) -> None:
    """Change entries of the header, or drop those that are None; keep the tensors."""
    with safe_open(path, framework="pt") as file:
        header = file.metadata()
    header = {k: v for k, v in (header | changes).items() if v is not None}
    save_file(load_file(path), path, metadata=header)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "gentutor-model-0"}, "expected format gentutor-model-1, .*gentutor-model-0"),
        ({"format": None}, "expected format gentutor-model-1, .* has none"),
        ({"class": "LinearVAE"}, "expected a VAE, .* holds a LinearVAE"),
        ({"class": None}, "expected a VAE, .* holds a None"),
    ],
)
def test_another_version_or_class_is_refused(saved, changes, message):
    rewrite(saved, **changes)
    refuse(saved, message)


def test_another_class_is_refused(saved):
    refuse(saved, "expected a LinearVAE, .* holds a VAE", LinearVAE)


def test_a_foreign_safetensors_file_is_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"weight": torch.ones(2)}, path)
    refuse(path, "expected format gentutor-model-1")


@pytest.mark.parametrize(
    "config",
    [
        None,
        "{",
        "[]",
        "{}",
        '{"data_dim": 6}',
        '{"data_dim": 6, "latent_dim": 0}',
        '{"data_dim": 6, "latent_dim": 3, "colour": 1}',
        '{"data_dim": 6, "latent_dim": 3, "hidden": [6], "variance": 0.04}',
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(saved, config):
    rewrite(saved, config=config)
    refuse(saved, "do not fit|damaged")


class Changed(VAE):
    """A VAE whose file says one thing and holds another."""

    claims: ClassVar[dict] = {}

    @property
    def config(self) -> dict:
        return super().config | self.claims


@pytest.mark.parametrize(
    "claims", [{"latent_dim": 2}, {"hidden": [128, 128]}, {"variance": "learnt"}, {"colour": 1}]
)
def test_tensors_that_do_not_fit_their_configuration_are_refused(tmp_path, monkeypatch, claims):
    """Such a file is whole: only building the model can tell."""
    path = tmp_path / "model.safetensors"
    monkeypatch.setattr(Changed, "claims", claims)
    save_model(Changed(6, latent_dim=3, variance=0.04), path)
    refuse(path, "do not fit its own configuration", Changed)


def test_a_missing_file_is_named(tmp_path):
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(FileNotFoundError, match=re.escape(f"path: no file at {path}")):
            load_model(VAE, path)


@pytest.mark.parametrize("stage", ["write_bytes", "replace"])
def test_an_interrupted_write_leaves_the_old_file(saved, monkeypatch, stage):
    before = saved.read_bytes()

    def half(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise KeyboardInterrupt

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if stage == "write_bytes":
        monkeypatch.setattr(Path, "write_bytes", half)
    else:
        monkeypatch.setattr(files.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        save_model(VAE(6, latent_dim=3, seed=9), saved)
    assert saved.read_bytes() == before
    assert os.listdir(saved.parent) == [saved.name]
