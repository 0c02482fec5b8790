"""Checkpoints of a sweep: safetensors, with the sweep's settings as JSON in the header."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from gentutor.models.files import read_tensors, write_tensors
from gentutor.training.chunk import Chunk
from gentutor.training.replica import Replica
from gentutor.training.streams import Source

FORMAT = "gentutor-ensemble-1"


def fingerprint(data: Source) -> str:
    """Return a digest of a few examples: two sources that give the same ones are alike."""
    sample = data.sample(64, torch.Generator().manual_seed(0))
    return hashlib.sha256(sample.contiguous().numpy().tobytes()).hexdigest()


def write_checkpoint(
    path: Path, replicas: Sequence[Replica], data: Source, chunks: Mapping[int, Chunk]
) -> None:
    """Write the state of the chunks that have begun, whole or not at all."""
    tensors: dict[str, torch.Tensor] = {}
    begun: dict[str, dict[str, Any]] = {}
    for i, chunk in chunks.items():
        begun[str(i)], parts = chunk.state()
        tensors |= {f"{i}.{name}": value for name, value in parts.items()}
    config = {
        "replicas": [replica.config for replica in replicas],
        "data": fingerprint(data),
        "chunks": begun,
    }
    write_tensors(path, {"format": FORMAT, "config": json.dumps(config)}, tensors)


def read_checkpoint(
    path: Path, replicas: Sequence[Replica], data: Source
) -> dict[int, tuple[dict[str, Any], dict[str, torch.Tensor]]]:
    """Return the state of every chunk that had begun.

    Raises:
        ValueError: the file is truncated, tampered with or of another sweep.
    """
    header, tensors = read_tensors(
        path, FORMAT, name="checkpoint", remedy="delete it to begin the sweep again"
    )
    config = json.loads(header["config"])
    wanted = json.loads(json.dumps([replica.config for replica in replicas]))
    difference = _difference(config["replicas"], wanted)
    if not difference and config["data"] != fingerprint(data):
        difference = "its data are others"
    if difference:
        raise ValueError(f"checkpoint: {path} belongs to another sweep: {difference}")
    states = {}
    for key, numbers in config["chunks"].items():
        parts = {
            name.partition(".")[2]: value
            for name, value in tensors.items()
            if name.partition(".")[0] == key
        }
        states[int(key)] = (numbers, parts)
    return states


def _difference(saved: Sequence[dict[str, Any]], wanted: Sequence[dict[str, Any]]) -> str:
    """Say how the saved sweep differs from the one that is asked for; "" if it does not."""
    if len(saved) != len(wanted):
        return f"it has {len(saved)} replicas, expected {len(wanted)}"
    for i, (old, new) in enumerate(zip(saved, wanted, strict=True)):
        for name, value in new.items():
            if old.get(name) != value:
                return f"its replica {i} has {name}={old.get(name)!r}, expected {value!r}"
    return ""
