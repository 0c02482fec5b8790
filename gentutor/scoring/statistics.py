"""Statistics of a set, saved once and scored against many times."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from gentutor.metrics.moments import Moments

FORMAT = "gentutor-statistics-1"
TYPES = {torch.float32: "F32", torch.float64: "F64"}
ROWS = 4096  # written at a time


@dataclass(frozen=True)
class Features:
    """A set as the metrics see it.

    Attributes:
        label: network, weight_hash, resize.
        moments: mean and scatter of the features.
        features: (N, D) mapped from disk; None where only moments were saved.
        logits: (N, K), or None.
        content: checksum of the images, or "" where they are unknown.
        skipped: why files were left out.
    """

    label: Mapping[str, str]
    moments: Moments
    features: Tensor | None
    logits: Tensor | None
    content: str
    skipped: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of images."""
        return self.moments.count


def is_statistics(path: Path) -> bool:
    """Whether a file was written by :func:`save_statistics`."""
    if path.suffix != ".safetensors" or not path.is_file():
        return False
    try:
        with safe_open(path, framework="pt") as file:
            return (file.metadata() or {}).get("format") == FORMAT
    except (SafetensorError, OSError):
        return False


def save_statistics(path: str | Path, found: Features, *, whole: bool) -> None:
    """Write moments, and with ``whole`` the features and logits that KID and others need.

    The file is safetensors, written row block by row block under a temporary name, and renamed.
    """
    path = Path(path)
    tensors = {"mean": found.moments.mean, "scatter": found.moments.scatter}
    if whole:
        rows = {"features": found.features, "logits": found.logits}
        tensors |= {kind: values for kind, values in rows.items() if values is not None}
    header = {
        "format": FORMAT,
        "count": str(found.count),
        "content": found.content,
        "label": json.dumps(dict(found.label)),
        "skipped": json.dumps(found.skipped),
        "checksum": _checksum(tensors),
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _write(temporary, header, tensors)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load_statistics(name: str, path: Path) -> Features:
    """Read what :func:`save_statistics` wrote; features stay on disk until they are used.

    Raises:
        ValueError: the file is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata()
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{name}: cannot read {path}: {error}") from None
    if header["checksum"] != _checksum(tensors):
        raise ValueError(f"{name}: {path} is damaged: its content differs from what was written")
    moments = Moments()
    moments.count = int(header["count"])
    moments.mean, moments.scatter = tensors["mean"], tensors["scatter"]
    return Features(
        json.loads(header["label"]),
        moments,
        tensors.get("features"),
        tensors.get("logits"),
        header["content"],
        tuple(json.loads(header["skipped"])),
    )


def _blocks(values: Tensor) -> Iterator[bytes]:
    for rows in values.split(ROWS):
        yield rows.contiguous().numpy().tobytes()


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    total = 0
    for _, values in sorted(tensors.items()):
        for raw in _blocks(values):
            total = crc32(raw, total)
    return f"{total:08x}"


def _write(path: Path, header: Mapping[str, str], tensors: Mapping[str, Tensor]) -> None:
    """Write safetensors as its library would, without a copy of everything in memory."""
    entries: dict[str, object] = {"__metadata__": dict(header)}
    end = 0
    for name, values in tensors.items():
        start, end = end, end + values.numel() * values.element_size()
        entries[name] = {
            "dtype": TYPES[values.dtype],
            "shape": list(values.shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for values in tensors.values():
            for raw in _blocks(values):
                file.write(raw)
