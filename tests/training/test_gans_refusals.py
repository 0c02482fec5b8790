"""What a sweep refuses, by name: settings, data, and checkpoints that are not its own."""

import json
import math
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from gentutor.data import ring
from gentutor.models.files import save_model
from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.training import GANSettings, train_gans
from gentutor.training._engine.grouping import form

NAN, INF = math.nan, math.inf
SMALL = GANSettings("wgan_gp", batch_size=8, hidden=(8,))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"objective": "wgan"}, ValueError, f"objective: expected one of {', '.join(OBJECTIVES)}"),
        ({"objective": None}, ValueError, "objective: expected one of minimax, .*; got None"),
        ({"n_critic": 0}, ValueError, "n_critic: expected an integer >= 1, got 0"),
        ({"n_critic": -2}, ValueError, "n_critic: expected an integer >= 1, got -2"),
        ({"n_critic": 1.0}, TypeError, r"n_critic: expected an integer, got 1\.0"),
        ({"n_critic": True}, TypeError, "n_critic: expected an integer, got True"),
        ({"lr_g": 0.0}, ValueError, "lr_g: expected a finite number > 0, got 0"),
        ({"lr_d": -1e-3}, ValueError, r"lr_d: expected a finite number > 0, got -0\.001"),
        ({"lr_d": NAN}, ValueError, "lr_d: expected a finite number > 0, got nan"),
        ({"lr_g": INF}, ValueError, "lr_g: expected a finite number > 0, got inf"),
        ({"lr_g": "1e-3"}, TypeError, "lr_g: expected a number, got '1e-3'"),
        ({"lr_g": (1e-3, 1e-4)}, TypeError, "lr_g: expected a number, got "),
        ({"gp_weight": -0.1}, ValueError, r"gp_weight: expected a finite number >= 0, got -0\.1"),
        ({"gp_weight": NAN}, ValueError, "gp_weight: expected a finite number >= 0, got nan"),
        ({"clip": 0.0}, ValueError, "clip: expected a finite number > 0, got 0"),
        ({"pack": 3}, ValueError, "pack: expected a divisor of batch_size=128, got 3"),
        ({"pack": 256}, ValueError, "pack: expected a divisor of batch_size=128, got 256"),
        ({"pack": 0}, ValueError, "pack: expected an integer >= 1, got 0"),
        ({"batch_size": 0}, ValueError, "batch_size: expected an integer >= 1, got 0"),
        ({"seed": -1}, ValueError, "seed: expected an integer from 0 to 1431655764, got -1"),
        ({"seed": 2**31}, ValueError, "seed: expected an integer from 0 to 1431655764, got 2147"),
        ({"seed": 2**64}, ValueError, "seed: expected an integer from 0 to 1431655764, got 1844"),
        ({"seed": 0.5}, TypeError, r"seed: expected an integer, got 0\.5"),
        ({"betas": 0.5}, TypeError, r"betas: expected a tuple of numbers, got 0\.5"),
        ({"betas": ("a", 0.9)}, TypeError, "betas: expected a number, got 'a'"),
        ({"betas": (None, 0.9)}, TypeError, "betas: expected a number, got None"),
        ({"betas": (NAN, 0.9)}, ValueError, "betas: expected a finite number .*, got nan"),
        ({"betas": (0.5, 1.0)}, ValueError, r"betas: expected two numbers in \[0, 1\), got"),
        ({"betas": (-0.1, 0.9)}, ValueError, r"betas: expected two numbers in \[0, 1\), got"),
        ({"betas": (0.5,)}, ValueError, r"betas: expected two numbers in \[0, 1\), got \(0\.5,\)"),
        ({"spectral": "no"}, TypeError, "spectral: expected True or False, got 'no'"),
        ({"unroll": -1}, ValueError, "unroll: expected an integer >= 0, got -1"),
        ({"unroll_lr": 0}, ValueError, "unroll_lr: expected a finite number > 0, got 0"),
        ({"latent_dim": 0}, ValueError, "latent_dim: expected an integer >= 1, got 0"),
        ({"hidden": "64"}, TypeError, "hidden: expected a tuple of widths, got '64'"),
        ({"hidden": 64}, TypeError, "hidden: expected a tuple of widths, got 64"),
        ({"hidden": ("64",)}, TypeError, "hidden: expected an integer, got '64'"),
        ({"hidden": (64, 0)}, ValueError, "hidden: expected an integer >= 1, got 0"),
        ({"collapsed_at": 2.0}, TypeError, "collapsed_at: expected a tuple of numbers, got 2"),
        ({"collapsed_at": "ab"}, TypeError, "collapsed_at: expected a tuple of numbers, got 'ab'"),
        ({"collapsed_at": (NAN, 0.0)}, ValueError, "collapsed_at: expected a finite number"),
    ],
)
def test_a_setting_of_the_wrong_kind_or_range_is_named_at_once(change, error, message):
    with pytest.raises(error, match=message):
        GANSettings(**change)


def test_settings_are_kept_as_plain_numbers_whatever_they_came_as():
    settings = GANSettings(
        seed=np.int64(3),
        lr_g=np.float32(0.5),
        gp_weight=1,
        betas=[np.float64(0.5), 0],
        hidden=[np.int32(16)],
        collapsed_at=[np.float32(2.0), 1],
        pack=np.int64(2),
    )
    assert GANSettings(**json.loads(json.dumps(settings.config))) == settings
    assert (settings.hidden, settings.collapsed_at, settings.betas) == (
        (16,),
        (2.0, 1.0),
        (0.5, 0.0),
    )
    other = GANSettings(betas=(0.5, 0.0), hidden=(16,), pack=2, gp_weight=9.0)
    assert form(settings) == form(other)


class Faulty:
    """A data source that gives what it is told to."""

    def __init__(self, make) -> None:
        self.sample = lambda count, generator: make(count, generator)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda n, g: torch.zeros(n + 1, 2), ValueError, r"expected shape \(64, D\), got \(65, 2"),
        (lambda n, g: torch.zeros(n), ValueError, r"expected shape \(64, D\), got \(64,\)"),
        (lambda n, g: torch.zeros(2, n).mT[None], ValueError, r"expected shape \(64, D\)"),
        (lambda n, g: torch.full((n, 2), NAN), ValueError, "expected finite values, got 128 NaN"),
        (lambda n, g: torch.full((n, 2), INF), ValueError, "expected finite values, got 128"),
        (lambda n, g: torch.ones(n, 2).long(), TypeError, "expected a floating-point dtype"),
        (lambda n, g: np.zeros((n, 2)), TypeError, r"expected a torch\.Tensor, got ndarray"),
        (lambda n, g: None, TypeError, r"expected a torch\.Tensor, got NoneType"),
    ],
)
def test_data_of_the_wrong_kind_are_named(make, error, message):
    with pytest.raises(error, match=r"data\.sample\(64\): " + message):
        train_gans([SMALL], Faulty(make), steps=1)


@pytest.mark.parametrize("spectral", [False, True])
@pytest.mark.parametrize(
    ("later", "error", "message"),
    [
        (lambda n: torch.zeros(n, 3), ValueError, r"expected shape \(128, 2\), got \(128, 3\)"),
        (lambda n: torch.full((n, 2), NAN), ValueError, "expected finite values, got 256 NaN"),
        (lambda n: torch.ones(n, 2).long(), TypeError, "expected a floating-point dtype"),
    ],
)
def test_data_that_become_wrong_later_are_named(later, error, message, spectral):
    data = Faulty(lambda n, g: torch.zeros(n, 2) if n == 64 else later(n))
    with pytest.raises(error, match=r"data\.sample\(128\): " + message):
        train_gans([replace(SMALL, spectral=spectral)], data, steps=1)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"settings": []}, ValueError, "settings: expected at least one, got none"),
        (
            {"settings": [SMALL, {"seed": 1}]},
            TypeError,
            r"settings: expected GANSettings, \[1\] is dict",
        ),
        ({"steps": 0}, ValueError, "steps: expected an integer >= 1, got 0"),
        (
            {"settings": SMALL},
            TypeError,
            "settings: expected a list of GANSettings, got GANSettings",
        ),
        ({"data": [1.0]}, TypeError, r"data: expected something with sample\(\), got list"),
        ({"stop": True}, TypeError, "stop: expected a function or None, got bool"),
        ({"jobs": 0}, ValueError, "jobs: expected an integer >= 1, got 0"),
        ({"checkpoint": 3}, TypeError, "checkpoint: expected a folder's path, got 3"),
        ({"steps": 10.0}, TypeError, r"steps: expected an integer, got 10\.0"),
        (
            {"settings": [replace(SMALL, collapsed_at=(1.0, 2.0, 3.0))]},
            ValueError,
            r"collapsed_at: expected shape \(2,\), got \(3,\)",
        ),
    ],
)
def test_a_sweep_that_cannot_be_trained_is_named(change, error, message):
    arguments = {"settings": [SMALL], "data": ring(), "steps": 1} | change
    with pytest.raises(error, match=message):
        train_gans(**arguments)


SWEEP = [SMALL, replace(SMALL, seed=1), replace(SMALL, objective="hinge")]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return the file of the first of the two groups."""
    train_gans(SWEEP, ring(), steps=3, checkpoint=tmp_path / "new" / "sweep")
    first, _ = sorted((tmp_path / "new" / "sweep").iterdir())
    return first


def refuse(path: Path, message: str, sweep=SWEEP, data=None) -> None:
    before = path.read_bytes()
    with pytest.raises(ValueError, match=message) as caught:
        train_gans(sweep, data or ring(), steps=5, checkpoint=path.parent)
    assert str(caught.value).startswith("checkpoint: ")
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before  # and the file is left as it was


def test_a_truncated_checkpoint_is_refused_at_every_length(saved):
    whole = saved.read_bytes()
    for cut in sorted({*range(9), *range(9, len(whole), len(whole) // 40), len(whole) - 1}):
        saved.write_bytes(whole[:cut])
        refuse(saved, "expected a whole safetensors file, .* is damaged")
    saved.write_bytes(whole + b"\0")
    refuse(saved, "is damaged")


def test_a_checkpoint_with_a_changed_bit_is_refused(saved):
    whole = bytearray(saved.read_bytes())
    for place in range(8, len(whole), len(whole) // 60):
        broken = bytearray(whole)
        broken[place] ^= 1 << place % 8
        saved.write_bytes(broken)
        refuse(saved, "checkpoint: ")


def rewrite(path: Path, **changes: str) -> None:
    """Change entries of the header; keep the tensors."""
    with safe_open(path, framework="pt") as file:
        header = file.metadata()
    save_file(load_file(path), path, metadata=header | changes)


def test_changed_settings_in_the_header_are_refused(saved):
    with safe_open(saved, framework="pt") as file:
        config = file.metadata()["config"]
    assert '"gp_weight": 0.1' in config
    rewrite(saved, config=config.replace('"gp_weight": 0.1', '"gp_weight": 0.2'))
    refuse(saved, "is damaged: its content differs from what was written")


def test_another_format_is_refused(saved, tmp_path):
    rewrite(saved, format="gentutor-sweep-1")
    refuse(saved, "expected format gentutor-sweep-2, .* has gentutor-sweep-1; delete it")
    save_model(SMALL.networks(2)[0], saved)
    refuse(saved, "expected format gentutor-sweep-2, .* has gentutor-model-1; delete it")
    foreign = tmp_path / "group-000.safetensors"
    save_file({"weight": torch.ones(2)}, foreign)
    refuse(foreign, "expected format gentutor-sweep-2, .* has none")
    for content in (b"", b"not a checkpoint", pickle.dumps({"a": 1})):
        foreign.write_bytes(content)
        refuse(foreign, "is damaged or another kind")


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        (SWEEP[:2], "it has 3 GANs, expected 2"),
        ([*SWEEP, SMALL], "it has 3 GANs, expected 4"),
        (SWEEP[::-1], "its GAN 0 has objective='wgan_gp', expected 'hinge'"),
        ([replace(s, seed=s.seed + 1) for s in SWEEP], "its GAN 0 has seed=0, expected 1"),
        (
            [SWEEP[0], replace(SWEEP[1], lr_d=2e-3), SWEEP[2]],
            r"its GAN 1 has lr_d=0\.001, expected 0\.002",
        ),
        (
            [replace(s, hidden=(9,)) for s in SWEEP],
            r"its GAN 0 has hidden=\[8\], expected \[9\]",
        ),
    ],
)
def test_the_checkpoint_of_another_sweep_is_refused_and_says_how_it_differs(saved, sweep, message):
    refuse(saved, f"belongs to another sweep: {message}", sweep)


def test_the_checkpoint_of_other_data_is_refused(saved):
    refuse(saved, "belongs to another sweep: its data are others", data=ring(radius=2.1))
    assert (
        train_gans(SWEEP, ring(), steps=4, checkpoint=saved.parent).steps_done.tolist() == [4] * 3
    )


def test_a_file_in_the_place_of_the_folder_is_refused_before_training(tmp_path):
    path = tmp_path / "sweep.safetensors"
    path.write_bytes(b"mine")
    with pytest.raises(ValueError, match=r"checkpoint: expected a folder, .* is a file"):
        train_gans(SWEEP, ring(), steps=1, checkpoint=path)
    assert path.read_bytes() == b"mine"


def test_files_that_changed_places_are_refused(tmp_path):
    """Two groups of one form: their settings and tensors would fit each other's place."""
    sweep = [replace(SMALL, seed=s) for s in range(10)]
    train_gans(sweep, ring(), steps=2, checkpoint=tmp_path)
    first, second = (tmp_path / f"group-00{i}.safetensors" for i in range(2))
    first.rename(tmp_path / "old")
    second.rename(first)
    refuse(first, r"expected GANs \[0, 1, 2, 3, 4\] in .*, got \[5, 6, 7, 8, 9\]", sweep)
    first.rename(second)
    (tmp_path / "old").rename(first)
    beyond = tmp_path / "group-002.safetensors"
    beyond.write_bytes(first.read_bytes())
    refuse(beyond, r"expected GANs \[\] in .*, got \[0, 1, 2, 3, 4\]", sweep)


def test_a_folder_that_cannot_be_made_or_written_is_named_before_training(tmp_path):
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file" / "sweep", Path("/proc")):
        with pytest.raises(OSError, match=f"checkpoint: .*'{path}'"):
            train_gans(SWEEP, ring(), steps=1, checkpoint=path)


def test_a_full_disk_is_named_and_what_was_written_before_stays(saved):
    """A limit on the size of files stands in for the disk."""
    resource = pytest.importorskip("resource")
    before, limits = saved.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(OSError, match=f"checkpoint: File too large: '{saved}'"):
            train_gans(SWEEP, ring(), steps=5, checkpoint=saved.parent)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert saved.read_bytes() == before
    assert len(list(saved.parent.iterdir())) == 2  # and no half a file
    resumed = train_gans(SWEEP, ring(), steps=5, checkpoint=saved.parent)
    assert np.array_equal(resumed.g_loss, train_gans(SWEEP, ring(), steps=5).g_loss)
