"""Checkpoints of a sweep: a folder of safetensors files, one a group, settings as JSON in each."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import torch

from gentutor.models.files import read_tensors, write_tensors
from gentutor.training._engine.group import Group
from gentutor.training._engine.sampling import Source
from gentutor.training.settings import GANSettings

FORMAT = "gentutor-sweep-2"


def fingerprint(data: Source) -> str:
    """Return a digest of a few examples: two sources that give the same ones are alike."""
    sample = data.sample(64, torch.Generator().manual_seed(0)).detach().contiguous()
    return hashlib.sha256(sample.view(torch.uint8).numpy().tobytes()).hexdigest()


def group_file(folder: Path, place: int) -> Path:
    """Return where a group of a sweep is kept."""
    return folder / f"group-{place:03}.safetensors"


def write_group(path: Path, sweep: Sequence[GANSettings], data: Source, group: Group) -> None:
    """Write the state of one group of a sweep, whole or not at all.

    Raises:
        OSError: it cannot be written; names the file. What stood there before is as it was.
    """
    numbers, tensors = group.state()
    config = {
        "settings": [sweep[member].config for member in group.members],
        "sweep": len(sweep),
        "data": fingerprint(data),
        "dtype": str(torch.get_default_dtype()),
        **numbers,
    }
    try:
        write_tensors(path, {"format": FORMAT, "config": json.dumps(config)}, tensors)
    except OSError as error:
        raise _named(error, path) from error


def read_group(
    path: Path, members: Sequence[int], sweep: Sequence[GANSettings], data: Source
) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Return the state that :func:`write_group` wrote of these members of a sweep.

    Raises:
        ValueError: the file is truncated, tampered with, of another sweep or of other members.
    """
    header, tensors = read_tensors(
        path, FORMAT, name="checkpoint", remedy="delete it to begin the sweep again"
    )
    config = json.loads(header["config"])
    difference = _difference(config, sweep)
    dtype = str(torch.get_default_dtype())
    if not difference and config["dtype"] != dtype:
        difference = f"its weights are {config['dtype']}, expected {dtype}"
    if not difference and config["data"] != fingerprint(data):
        difference = "its data are others"
    if difference:
        raise ValueError(f"checkpoint: {path} belongs to another sweep: {difference}")
    if config["members"] != list(members):
        raise ValueError(
            f"checkpoint: expected GANs {list(members)} in {path}, got {config['members']}; "
            "has it been renamed?"
        )
    return config, tensors


def check_folder(
    folder: Path, groups: Sequence[Sequence[int]], sweep: Sequence[GANSettings], data: Source
) -> None:
    """Make a checkpoint's folder, or refuse it and what is in it before anything is trained.

    ``groups`` holds the members of each group.

    Raises:
        ValueError: a file stands in its place, or a group in it is refused by :func:`read_group`.
        OSError: it cannot be made or written to.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"checkpoint: expected a folder, {folder} is a file")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    except OSError as error:
        raise _named(error, folder) from error
    members = {group_file(folder, place): group for place, group in enumerate(groups)}
    for path in sorted(folder.glob("group-*.safetensors")):
        read_group(path, members.get(path, ()), sweep, data)


def _named(error: OSError, path: Path) -> OSError:
    """Return the error again with the argument's name and the path: a full disk gives neither."""
    return OSError(error.errno, f"checkpoint: {error.strerror}", str(path))


def _difference(config: Mapping[str, Any], sweep: Sequence[GANSettings]) -> str:
    """Say how a saved group's sweep differs from the one that is asked for; "" if it does not."""
    if config["sweep"] != len(sweep):
        return f"it has {config['sweep']} GANs, expected {len(sweep)}"
    for member, old in zip(config["members"], config["settings"], strict=True):
        new = json.loads(json.dumps(sweep[member].config))
        for name, value in new.items():
            if old.get(name) != value:
                return f"its GAN {member} has {name}={old.get(name)!r}, expected {value!r}"
    return ""
