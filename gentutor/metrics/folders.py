"""Images from a folder, an array or a tensor, a batch at a time, with errors that name the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from gentutor.checks import check_tensor

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
CHANNELS = {"L": 1, "RGB": 3}


@dataclass(frozen=True)
class Images:
    """Images of one size and kind, read when they are asked for.

    Attributes:
        name: of the argument they came from, for errors.
        files: in the order of their names; empty if they came as a tensor or an array.
        pixels: (N, C, H, W); None if they come from files.
    """

    name: str
    files: tuple[Path, ...]
    pixels: Tensor | None

    def __len__(self) -> int:
        return len(self.files) if self.pixels is None else len(self.pixels)

    def batches(self, size: int) -> Iterator[Tensor]:
        """Yield at most ``size`` images at a time, (n, C, H, W)."""
        if self.pixels is not None:
            yield from self.pixels.split(size)
            return
        first = (self.files[0], read_image(self.name, self.files[0]))
        for start in range(0, len(self.files), size):
            yield torch.stack(
                [self._like(path, *first) for path in self.files[start : start + size]]
            )

    def _like(self, path: Path, example: Path, image: Tensor) -> Tensor:
        """Return a file's pixels, which must have the size and the mode of the first one's."""
        found = image if path == example else read_image(self.name, path)
        if found.shape != image.shape:
            raise ValueError(
                f"{self.name}: expected images of one size and mode, {_kind(image)} as in "
                f"{example}, got {_kind(found)} in {path}"
            )
        return found


def images(name: str, source: Any) -> Images:
    """Return what to read images from.

    Args:
        name: the argument's name.
        source: a tensor (N, C, H, W); an array (N, H, W) or (N, H, W, C), as image libraries give
            it; or a folder, whose files named ``*.png``, ``*.jpg`` and so on are taken, without
            those of its subfolders.

    Raises:
        TypeError: something else.
        FileNotFoundError, ValueError: no such folder; a folder without images; a wrong shape.
    """
    if isinstance(source, str | Path):
        return Images(name, _files(name, Path(source)), None)
    if isinstance(source, np.ndarray):
        if source.ndim not in (3, 4):
            raise ValueError(
                f"{name}: expected an array (N, H, W) or (N, H, W, C), got {source.shape}"
            )
        source = torch.from_numpy(np.ascontiguousarray(source))
        source = source[:, None] if source.ndim == 3 else source.permute(0, 3, 1, 2)
    if not isinstance(source, Tensor):
        raise TypeError(
            f"{name}: expected a folder, a tensor (N, C, H, W) or an array (N, H, W, C), "
            f"got {type(source).__name__}"
        )
    if source.dtype != torch.uint8:
        check_tensor(name, source, ("N", "C", "H", "W"))
    elif source.ndim != 4 or not source.numel():
        raise ValueError(f"{name}: expected shape (N, C, H, W), got {tuple(source.shape)}")
    return Images(name, (), source)


def _files(name: str, folder: Path) -> tuple[Path, ...]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{name}: no folder at {folder}")
    found = [p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file()]
    if not found:
        raise ValueError(f"{name}: expected images ({', '.join(SUFFIXES)}), got none in {folder}")
    return tuple(sorted(found, key=lambda path: (path.stem, path.name)))


def read_image(name: str, path: Path) -> Tensor:
    """Return the pixels of one file, (1 or 3, H, W) uint8, as stored: EXIF turns nothing.

    Raises:
        ValueError: unreadable, animated, or of another mode than 8-bit grey and 8-bit RGB.
    """
    try:
        with Image.open(path) as image:
            frames, mode = getattr(image, "n_frames", 1), image.mode
            array = np.array(image) if frames == 1 and mode in CHANNELS else None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{name}: cannot read {path}: {error}") from error
    if frames > 1:
        raise ValueError(f"{name}: expected still images, got {frames} frames in {path}")
    if array is None:
        hint = {
            "RGBA": "lay it on a background",
            "LA": "lay it on a background",
            "P": "convert its palette",
        }.get(mode, "convert it to 8 bits a channel")
        raise ValueError(
            f"{name}: expected grey or RGB of 8 bits, got mode {mode} in {path}; {hint} first"
        )
    pixels = torch.from_numpy(array)
    return pixels[None] if mode == "L" else pixels.permute(2, 0, 1)


def check_paired(real: Images, fake: Images) -> None:
    """Raise ValueError unless images pair off: by the files' names without ending, or by number."""
    if real.files and fake.files:
        stems = [{path.stem: path for path in one.files} for one in (real, fake)]
        for one, mine, theirs in ((real, stems[0], stems[1]), (fake, stems[1], stems[0])):
            if len(mine) < len(one.files):
                twice = next(p for p in one.files if mine[p.stem] != p)
                raise ValueError(f"{one.name}: expected one file a name, got two of {twice.stem}")
            alone = sorted(mine.keys() - theirs.keys())
            if alone:
                other = fake if one is real else real
                raise ValueError(
                    f"{other.name}: expected a file for each of {one.name}'s, got none named "
                    f"{alone[0]}.* in {other.files[0].parent} ({len(alone)} missing)"
                )
    elif len(real) != len(fake):
        raise ValueError(f"fake: expected {len(real)} images, one for each real, got {len(fake)}")


def _kind(image: Tensor) -> str:
    channels, height, width = image.shape
    return f"{width} x {height} {'grey' if channels == 1 else 'RGB'}"
