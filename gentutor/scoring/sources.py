"""Where images or features come from: a folder, an .npz, a .safetensors; read a part at a time."""

import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from gentutor.metrics.folders import Images, images, read_image

ROWS = {"images": 4, "features": 2, "logits": 2}  # axes of each array


@dataclass(frozen=True)
class Source:
    """Images or features, named and counted, not yet read.

    Attributes:
        name: of the argument, for errors.
        path: as it was given.
        count: of images, or of rows.
        files: of a folder, in the order of their names; else empty.
        arrays: what a file holds, name -> (N, ...), mapped from disk.
        places: name -> (file, key) of each array, so that another process can map it.
        label: network, weights and resize of features, where the file tells.
        fingerprint: changes when the files' names, sizes or times do.
    """

    name: str
    path: Path
    count: int
    files: tuple[Path, ...]
    arrays: Mapping[str, Tensor]
    places: Mapping[str, tuple[Path, str]]
    label: Mapping[str, str]
    fingerprint: str

    @property
    def is_features(self) -> bool:
        """No network is needed any more."""
        return "features" in self.arrays

    def as_images(self) -> Images:
        """Return it as :func:`~gentutor.metrics.folders.check_paired` wants it."""
        return Images(self.name, self.files, self.arrays.get("images"))


def open_source(name: str, path: str | Path, work: Path) -> Source:
    """Return what stands at ``path``; ``work`` is a folder for what must be unpacked.

    An .npz or .safetensors holds one array, or arrays named ``images`` (uint8), ``features`` and
    ``logits`` (floating-point). Images are (N, H, W) or (N, H, W, C) in an .npz and (N, C, H, W)
    in a .safetensors. Nothing is unpickled.

    Raises:
        FileNotFoundError, ValueError: nothing there, or not what was expected; names the file.
    """
    path = Path(path).absolute()  # for workers that run elsewhere
    if path.suffix not in (".npz", ".safetensors"):
        found = images(name, path)
        return Source(name, path, len(found), found.files, {}, {}, {}, _print(found.files))
    if not path.is_file():
        raise FileNotFoundError(f"{name}: no file at {path}")
    label: Mapping[str, str] = {}
    if path.suffix == ".npz":
        places = _unpacked(name, path, work)
    else:
        places, label = _keys(name, path)
    places = _named(name, path, places)
    arrays = {key: open_array(name, *place) for key, place in places.items()}
    _check(name, path, arrays)
    count = len(next(iter(arrays.values())))
    return Source(name, path, count, (), arrays, places, label, _print([path]))


def open_array(name: str, file: Path, key: str) -> Tensor:
    """Map an array; its bytes are read when they are used."""
    try:
        if file.suffix != ".npy":
            with safe_open(file, framework="pt") as opened:
                return opened.get_tensor(key)
        array = np.load(file, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, SafetensorError) as error:
        raise ValueError(f"{name}: cannot read {key} of {file}: {error}") from None
    if (array.dtype.kind == "f" and array.dtype.isnative) or array.dtype == np.uint8:
        tensor = torch.from_numpy(array)
        if array.dtype == np.uint8 and array.ndim in (3, 4):
            return tensor[:, None] if array.ndim == 3 else tensor.permute(0, 3, 1, 2)
        return tensor
    raise ValueError(f"{name}: expected uint8 images or float features, got {array.dtype} in {key}")


def read_one(name: str, file: Path, shape: tuple[int, ...] | None) -> Tensor:
    """Return one image (C, H, W) uint8.

    Raises:
        ValueError: unreadable, animated, of another mode or depth, or not of ``shape``.
    """
    image = read_image(name, file)
    if shape is not None and tuple(image.shape) != shape:
        raise ValueError(
            f"{name}: expected images of one size and mode, {kind(shape)}, "
            f"got {kind(image.shape)} in {file}"
        )
    return image


def first_shape(source: Source, skip: bool) -> tuple[int, ...]:
    """Return (C, H, W) of the first image that can be read: all must be like it."""
    if "images" in source.arrays:
        return tuple(source.arrays["images"].shape[1:])
    for file in source.files:
        try:
            return tuple(read_one(source.name, file, None).shape)
        except ValueError as error:
            if not skip:
                raise ValueError(f"{error} (--skip leaves such files out)") from None
    raise ValueError(f"{source.name}: none of {len(source.files)} files in {source.path} is usable")


def kind(shape: Any) -> str:
    """Return the words for (C, H, W)."""
    channels, height, width = shape
    return f"{width} x {height} {'grey' if channels == 1 else 'RGB'}"


def _unpacked(name: str, path: Path, work: Path) -> dict[str, tuple[Path, str]]:
    """Copy the arrays out of a zip, for an .npz cannot be mapped; a member of it is an .npy."""
    places = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                key = member.removesuffix(".npy")
                file = work / f"{crc32(f'{_print([path])} {key}'.encode()):08x}.npy"
                if not file.exists():
                    part = file.with_suffix(".part")
                    with archive.open(member) as packed, part.open("wb") as unpacked:
                        shutil.copyfileobj(packed, unpacked, 1 << 20)
                    part.replace(file)
                places[key] = (file, key)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{name}: expected an .npz, cannot read {path}: {error}") from None
    return places


def _keys(name: str, path: Path) -> tuple[dict[str, tuple[Path, str]], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            label = file.metadata() or {}
            return {key: (path, key) for key in file.keys()}, label  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{name}: expected a .safetensors, {path} is damaged: {error}") from None


def _named(
    name: str, path: Path, places: dict[str, tuple[Path, str]]
) -> dict[str, tuple[Path, str]]:
    """Return the arrays that have a meaning, under their names."""
    known = {key: place for key, place in places.items() if key in ROWS}
    if "images" in known or "features" in known:
        return known
    only = places.get("arr_0") or (next(iter(places.values())) if len(places) == 1 else None)
    if only is None:
        raise ValueError(
            f"{name}: expected arrays named images or features, got "
            f"{', '.join(places) or 'none'} in {path}"
        )
    return {"features" if open_array(name, *only).ndim == 2 else "images": only}


def _check(name: str, path: Path, arrays: Mapping[str, Tensor]) -> None:
    count = len(next(iter(arrays.values())))
    for key, array in arrays.items():
        if (key == "images") != (array.dtype == torch.uint8):
            raise ValueError(
                f"{name}: expected uint8 images, float features and logits, got {array.dtype} "
                f"{key} in {path}"
            )
        if array.ndim != ROWS[key] or not array.numel() or len(array) != count:
            raise ValueError(
                f"{name}: expected {key} of {ROWS[key]} axes and equally many rows, got shape "
                f"{tuple(array.shape)} in {path}"
            )
    if "images" in arrays and arrays["images"].shape[1] not in (1, 3):
        raise ValueError(
            f"{name}: expected 1 or 3 channels, got {arrays['images'].shape[1]} in {path}"
        )


def _print(files: Sequence[Path]) -> str:
    stats = ((file.name, file.stat()) for file in files)
    text = "\n".join(f"{name} {s.st_size} {s.st_mtime_ns}" for name, s in stats)
    return f"{crc32(f'{files[0].parent.resolve()} {text}'.encode()):08x}"
