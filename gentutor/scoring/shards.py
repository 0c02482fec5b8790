"""What one worker does, and many at once: read a shard's images, see them, hand back rows."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import torch
from torch import Tensor

from gentutor.metrics.lpips import lpips
from gentutor.metrics.ms_ssim import ms_ssim
from gentutor.metrics.psnr import psnr
from gentutor.metrics.ssim import ssim
from gentutor.parallel import as_done
from gentutor.progress import progress
from gentutor.scoring.networks import Eye
from gentutor.scoring.sources import Source, open_array, read_one

ON_PIXELS: dict[str, Callable[..., Tensor]] = {"psnr": psnr, "ssim": ssim, "ms-ssim": ms_ssim}
IN_PAIRS = (*ON_PIXELS, "lpips")
AIM = 256  # images of a shard: some seconds of work, some megabytes of rows
TRIES = 3  # that a worker may die without any shard getting done


@dataclass(frozen=True)
class Part:
    """Some images of one source, small enough to be sent to another machine.

    Attributes:
        name: of the argument, for errors.
        files: of a folder; empty for an array.
        place: file and key of an array, with ``rows`` of it.
        shape: (C, H, W) of every image.
    """

    name: str
    files: tuple[Path, ...]
    place: tuple[Path, str] | None
    rows: tuple[int, int]
    shape: tuple[int, ...]

    def __len__(self) -> int:
        return self.rows[1] - self.rows[0]

    def __getitem__(self, rows: slice) -> "Part":
        start, stop, _ = rows.indices(len(self))
        moved = (self.rows[0] + start, self.rows[0] + stop)
        return replace(self, files=self.files[start:stop], rows=moved)


@dataclass(frozen=True)
class Shard:
    """One piece of work.

    Attributes:
        parts: one, of which the network's features and logits are wanted; or two to compare.
        eye: the network; None where pixels are compared alone.
        weight_hash: which the network must have, on whatever machine.
        metrics: of pairs, in the order of the columns; empty for one part.
        batch: images at once.
        threads: of torch.
        skip: leave unusable files out.
    """

    parts: tuple[Part, ...]
    eye: Eye | None
    weight_hash: str
    metrics: tuple[str, ...]
    batch: int
    threads: int
    skip: bool


@dataclass(frozen=True)
class Seen:
    """What came of a shard: rows (n, W) by kind, checksums of images, and why some are left out."""

    rows: dict[str, Tensor]
    prints: list[int]
    skipped: list[str]


def bounds(count: int, batch: int) -> list[tuple[int, int]]:
    """Return where shards of whole batches start and stop."""
    size = max(1, AIM // batch) * batch
    return [(start, min(start + size, count)) for start in range(0, count, size)]


def check_pair_metrics(metrics: Sequence[str], name: str, shape: tuple[int, ...]) -> None:
    """Raise ValueError if images of this shape are too small for a metric; tries a black pair."""
    black = torch.zeros(1, *shape, dtype=torch.uint8)
    for metric in metrics:
        if metric in ON_PIXELS:
            try:
                ON_PIXELS[metric](black, black, data_range=255)
            except ValueError as error:
                why = str(error).partition(": ")[2]
                raise ValueError(f"{name}: {metric}: {why}") from None


def part_of(source: Source, shape: tuple[int, ...], rows: tuple[int, int]) -> Part:
    """Return some images of a source."""
    return Part(source.name, source.files[slice(*rows)], source.places.get("images"), rows, shape)


def see(shard: Shard) -> Seen:
    """Return a shard's rows, batch by batch.

    Raises:
        ValueError: an image that cannot be used, unless ``skip``; a network that fails, or has
            other weights on this machine.
    """
    if shard.eye is not None and shard.eye.label["weight_hash"] != shard.weight_hash:
        raise ValueError(
            f"network: expected weights {shard.weight_hash}, this worker has "
            f"{shard.eye.label['weight_hash']}"
        )
    rows: dict[str, list[Tensor]] = {}
    seen = Seen({}, [], [])
    with torch_threads(shard.threads), torch.no_grad():
        for start in range(0, len(shard.parts[0]), shard.batch):
            cut = slice(start, start + shard.batch)
            images = _read([part[cut] for part in shard.parts], shard.skip, seen.skipped)
            if len(images[0]):
                seen.prints.extend(crc32(image.numpy().tobytes()) for image in images[0])
                for kind, values in _rows(shard, images).items():
                    rows.setdefault(kind, []).append(values)
    return replace(seen, rows={kind: torch.cat(values) for kind, values in rows.items()})


def _read(parts: Sequence[Part], skip: bool, skipped: list[str]) -> list[Tensor]:
    """Return the images of each part; a row that is bad in one is left out of all."""
    found: list[dict[int, Tensor]] = []
    bad: dict[int, str] = {}
    for part in parts:
        images = {}
        if part.place is not None:
            images = dict(enumerate(open_array(part.name, *part.place)[slice(*part.rows)]))
        for i, file in enumerate(part.files):
            try:
                images[i] = read_one(part.name, file, part.shape)
            except ValueError as error:
                if not skip:
                    raise ValueError(f"{error} (--skip leaves such files out)") from None
                bad.setdefault(i, str(error))
        found.append(images)
    skipped += [bad[i] for i in sorted(bad)]
    good = [i for i in range(len(parts[0])) if i not in bad]
    return [torch.stack([images[i] for i in good]) if good else torch.empty(0) for images in found]


def _rows(shard: Shard, images: list[Tensor]) -> dict[str, Tensor]:
    if not shard.metrics:
        assert shard.eye is not None
        found = shard.eye(images[0])
        rows = {"features": found.features, "logits": found.logits}
        return {kind: values for kind, values in rows.items() if values is not None}
    real, fake = images
    columns = []
    for metric in shard.metrics:
        if metric == "lpips":
            assert shard.eye is not None
            seen, other = (shard.eye(one).maps for one in images)
            columns.append(lpips(seen, other, shard.eye.extractor.heads))
        else:
            columns.append(ON_PIXELS[metric](fake, real, data_range=255))
    return {"pairs": torch.stack([column.float() for column in columns], dim=1)}


def all_seen(
    shards: Sequence[Shard], *, jobs: int | None, cluster: str | None
) -> Iterator[tuple[int, Seen]]:
    """Yield (place, rows) as shards get done; a shard whose worker died is done again.

    Raises:
        ChildProcessError: workers die and no shard gets done.
        ImportError, ConnectionError: as of :func:`~gentutor.parallel.as_done`.
    """
    left, tries = list(range(len(shards))), 0
    with progress(sum(len(shard.parts[0]) for shard in shards), "image") as bar:
        while left:
            order = list(left)
            try:
                todo = [shards[place] for place in order]
                fork = all(shard.threads == 1 for shard in shards)
                for i, seen in as_done(see, todo, jobs=jobs, cluster=cluster, fork=fork):
                    yield order[i], seen
                    left.remove(order[i])
                    bar.update(len(shards[order[i]].parts[0]))
            except Exception as error:
                if not (isinstance(error, BrokenProcessPool) or _is_killed(error)):
                    raise
                tries = tries + 1 if left == order else 1
                if tries == TRIES:
                    raise ChildProcessError(
                        f"jobs: workers died {TRIES} times without a shard done ({error}); fewer "
                        "of them, or smaller batches, need less memory"
                    ) from error


def _is_killed(error: Exception) -> bool:
    """Whether Dask gave up on a task because its workers died."""
    return type(error).__name__ == "KilledWorker"  # of distributed, which need not be installed


@contextmanager
def torch_threads(number: int) -> Iterator[None]:
    """Give torch so many threads inside the block: sums depend on it in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
