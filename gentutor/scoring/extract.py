"""From sources to features: planned as shards, run at once, kept on disk until the score stands."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import torch

from gentutor import __version__
from gentutor.checks import check_int
from gentutor.metrics.folders import check_paired
from gentutor.metrics.moments import Moments
from gentutor.scoring.networks import Eye
from gentutor.scoring.shards import Shard, all_seen, bounds, check_pair_metrics, part_of
from gentutor.scoring.sources import Source, first_shape, kind, open_source
from gentutor.scoring.statistics import Features, is_statistics, load_statistics
from gentutor.scoring.store import Store

UNKNOWN = {"network": "unknown", "weight_hash": "unknown", "resize": "unknown"}


@dataclass(frozen=True)
class How:
    """How to look at images, and where.

    Attributes:
        eye: the network.
        batch: images at once; it decides about the last bits, as ``threads`` does.
        threads: of torch, in each process.
        skip: leave files out that cannot be used, and count them.
        jobs: processes of this machine; None for one a core.
        cluster: address of a Dask scheduler, or None.
    """

    eye: Eye
    batch: int = 64
    threads: int = 1
    skip: bool = False
    jobs: int | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        check_int("batch", self.batch)
        check_int("threads", self.threads)
        if self.jobs is not None:
            check_int("jobs", self.jobs)


@dataclass(frozen=True)
class Plan:
    """The shards of one source, or of pairs from two, and where their rows go."""

    store: Store
    shards: Sequence[Shard]
    label: dict[str, str]

    @property
    def features(self) -> Features:
        """What was seen, once all shards are done."""
        found = self.store.rows("features")
        if found is None:
            raise ValueError(f"expected a usable image, got none: {self.store.skipped[0]}")
        rest = self.store.content, tuple(self.store.skipped)
        moments = Moments().update(found)
        return Features(self.label, moments, found, self.store.rows("logits"), *rest)


@contextmanager
def work_folder(out: Path | None) -> Iterator[Path]:
    """Make the folder for shards: beside ``out``, where a killed run finds it, or a passing one."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="gentutor-") as folder:
            yield Path(folder)
        return
    if not out.resolve().parent.is_dir():
        raise FileNotFoundError(f"out: no folder at {out.resolve().parent}")
    work = out.resolve().with_name(f".{out.name}.shards")
    work.mkdir(exist_ok=True)
    try:
        yield work
    finally:
        if not any(work.iterdir()):
            work.rmdir()


def open_side(name: str, path: Path, work: Path) -> Source | Features:
    """Return images that are yet to be seen, or features: of a file, or of saved statistics."""
    if is_statistics(path):
        return load_statistics(name, path)
    source = open_source(name, path, work)
    if not source.is_features:
        return source
    features, logits = source.arrays["features"], source.arrays.get("logits")
    label = {key: source.label.get(key, UNKNOWN[key]) for key in UNKNOWN}
    return Features(label, Moments().update(features, name=name), features, logits, "")


def plan(
    work: Path, sources: Sequence[Source], how: How, metrics: tuple[str, ...] = ()
) -> Plan:  # fmt: skip
    """Cut the images of a source into shards, or the pairs of two if ``metrics`` are given.

    Raises:
        ValueError: images that do not pair, or do not fit the network.
    """
    shapes = [first_shape(source, how.skip) for source in sources]
    needed = not metrics or "lpips" in metrics
    label = how.eye.label if needed else UNKNOWN
    if needed:
        for source, shape in zip(sources, shapes, strict=True):
            _check_fits(source, shape, how.eye)
    if metrics:
        real, fake = sources
        check_paired(real.as_images(), fake.as_images())
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"{fake.name}: expected images like those of {real.name}, {kind(shapes[0])}, "
                f"got {kind(shapes[1])}"
            )
        check_pair_metrics(metrics, fake.name, shapes[1])
    shards = [
        Shard(
            tuple(part_of(*one, rows) for one in zip(sources, shapes, strict=True)),
            how.eye if needed else None,
            *(label["weight_hash"], metrics, how.batch, how.threads, how.skip),
        )
        for rows in bounds(sources[0].count, how.batch)
    ]
    what = [source.fingerprint for source in sources], label, metrics
    bits = how.batch, how.threads, how.skip, __version__, torch.__version__
    key = f"{crc32(json.dumps([what, bits]).encode()):08x}"
    prefix = "pairs" if metrics else sources[0].name
    limits = bounds(sources[0].count, how.batch)
    return Plan(Store(work, f"{prefix}-{key}", limits), shards, label)


def run(plans: Sequence[Plan], how: How) -> None:
    """Do all shards that are missing, of all plans at once."""
    todo = [(one, place) for one in plans for place in one.store.missing]
    shards = [one.shards[place] for one, place in todo]
    for i, seen in all_seen(shards, jobs=how.jobs, cluster=how.cluster):
        one, place = todo[i]
        one.store.keep(place, seen.rows, seen.prints, seen.skipped)


def _check_fits(source: Source, shape: tuple[int, ...], eye: Eye) -> None:
    net = eye.extractor
    channels, *sides = net.image_shape
    if shape[0] not in (1, channels):
        raise ValueError(
            f"{source.name}: expected {'grey' if channels == 1 else 'grey or RGB'} images for "
            f"{net.name}, got {kind(shape)} in {source.path}"
        )
    found = [eye.side] * 2 if eye.side else shape[1:]
    if any(want not in (None, got) for want, got in zip(sides, found, strict=True)):
        raise ValueError(
            f"{source.name}: expected images of {sides[1]} x {sides[0]} for {net.name}, got "
            f"{found[1]} x {found[0]}; --resize {sides[0]} makes them so, and the label says it"
        )
    if min(found) < net.least_side:
        raise ValueError(
            f"{source.name}: expected sides of at least {net.least_side} pixels for {net.name}, "
            f"got {found[1]} x {found[0]}"
        )
