"""Rows of numbers on disk, shard by shard: a killed run leaves whole shards, and goes on."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from torch import Tensor

Bounds = tuple[int, int]
BLOCK = 1 << 22  # numbers copied or summed at a time: 16 MiB of float32


class Store:
    """Float32 rows of the images of one side: ``features``, ``logits``, ``pairs``.

    Each kind is one file, in which a shard has its place; a journal has a line for each shard
    that is whole, with a checksum. A line is written after its rows, so whatever moment a run is
    killed at, a shard with a line is whole. A damaged one counts as missing.

    Args:
        folder: where the files are.
        key: in their names; whatever changes the rows must change the key.
        bounds: of the shards, (start, stop) in images.
    """

    def __init__(self, folder: Path, key: str, bounds: Sequence[Bounds]) -> None:
        self.folder, self.key, self.bounds = folder, key, bounds
        self.done: dict[int, dict[str, Any]] = {}
        for line in self._lines():
            if self._is_whole(line):
                self.done[line["shard"]] = line

    def file(self, kind: str) -> Path:
        """Return the file of one kind of rows."""
        return self.folder / f"{self.key}.{kind}"

    @property
    def missing(self) -> list[int]:
        """Shards that are yet to be computed."""
        return [place for place in range(len(self.bounds)) if place not in self.done]

    @property
    def skipped(self) -> list[str]:
        """Why files were left out, in the order of the images."""
        return [why for place in sorted(self.done) for why in self.done[place]["skipped"]]

    @property
    def count(self) -> int:
        """Number of rows so far."""
        return sum(line["rows"] for line in self.done.values())

    @property
    def content(self) -> str:
        """Checksum of all images, whatever their order and the shards' sizes."""
        return f"{sum(line['content'] for line in self.done.values()) % 2**64:016x}"

    def keep(
        self, shard: int, rows: Mapping[str, Tensor], prints: Sequence[int], skipped: Sequence[str]
    ) -> None:
        """Write a shard's rows, then its line; ``prints`` are checksums of its images.

        Raises:
            OSError: the disk is full; what was kept before is whole.
        """
        sums = {}
        for kind, values in rows.items():
            raw = values.numpy().astype(np.float32, copy=False).tobytes()
            with self.file(kind).open("r+b" if self.file(kind).exists() else "w+b") as file:
                file.seek(self.bounds[shard][0] * values.shape[1] * 4)
                file.write(raw)
            sums[kind] = [values.shape[1], crc32(raw)]
        count = len(next(iter(rows.values()))) if rows else 0
        line = {
            "shard": shard,
            "rows": count,
            "sums": sums,
            "content": sum(prints),
            "skipped": list(skipped),
        }
        with (self.folder / f"{self.key}.journal").open("a", encoding="utf-8") as journal:
            journal.write(f"\n{json.dumps(line)}")  # the break first: the last line may be torn
        self.done[shard] = line

    def rows(self, kind: str) -> Tensor | None:
        """Return all rows of a kind (N, W), mapped from disk; None if there are none."""
        lines = [self.done[place] for place in sorted(self.done) if self.done[place]["rows"]]
        if not lines or kind not in lines[0]["sums"]:
            return None
        width = lines[0]["sums"][kind][0]
        file = self.file(kind)
        if self.skipped:  # close the gaps
            whole = np.memmap(file, np.float32, "r").reshape(-1, width)
            file = self.file(f"{kind}.packed")
            with file.open("wb") as packed:
                for line in lines:
                    start = self.bounds[line["shard"]][0]
                    packed.write(whole[start : start + line["rows"]].tobytes())
        return torch.from_numpy(np.memmap(file, np.float32, "c", shape=(self.count, width)))

    def remove(self) -> None:
        """Delete the files."""
        for file in self.folder.glob(f"{self.key}.*"):
            file.unlink()

    def _lines(self) -> list[dict[str, Any]]:
        journal = self.folder / f"{self.key}.journal"
        found = []
        for text in journal.read_text(encoding="utf-8").split("\n") if journal.exists() else ():
            try:
                found.append(json.loads(text))
            except ValueError:  # torn, or the empty one at the start
                continue
        return found

    def _is_whole(self, line: dict[str, Any]) -> bool:
        start = self.bounds[line["shard"]][0]
        for kind, (width, wanted) in line["sums"].items():
            try:
                with self.file(kind).open("rb") as file:
                    file.seek(start * width * 4)
                    if crc32(file.read(line["rows"] * width * 4)) != wanted:
                        return False
            except FileNotFoundError:
                return False
        return True
