"""Record a sweep: cell after cell, in processes or on a cluster; what is done is kept."""

import shutil
from pathlib import Path

import torch

from gentutor.parallel import parallel_map
from gentutor.recording.cells import Cell, kept, train_and_keep
from gentutor.recording.files import read_recording, write_recording
from gentutor.recording.sweep import Sweep, read_sweep


def record(path: str | Path, *, jobs: int | None = None, cluster: str | None = None) -> Path:
    """Train what ``path`` declares; return the recording's file.

    Every cell that is done is kept in a folder ``.<name>.cells`` beside the declaration (on a
    cluster, one that the workers share), so a run that was killed goes on where it stood. The
    recording is written at the end, under a temporary name, and renamed; the folder then goes.
    A recording that stands already, whole and of this declaration, is left as it is.

    Args:
        path: of the ``.yml`` file.
        jobs: processes, >= 1; None for one a core. The bits stay the same.
        cluster: None, or the address of a Dask scheduler.

    Raises:
        FileNotFoundError, TypeError, ValueError: the declaration is missing or wrong; says where.
    """
    path = Path(path).resolve()
    sweep = read_sweep(path)
    file = path.with_suffix(".safetensors")
    try:
        read_recording(file)
        return file
    except (FileNotFoundError, ValueError):
        pass
    folder = path.with_name(f".{path.stem}.cells")
    folder.mkdir(exist_ok=True)
    cells = cells_of(sweep, folder)
    left = [cell for cell in cells if kept(cell) is None]
    parallel_map(train_and_keep, left, jobs=jobs, cluster=cluster, unit="cell")
    results = [kept(cell) for cell in cells]
    found = [result for result in results if result is not None]
    if len(found) < len(cells):
        raise ValueError(f"path: {len(cells) - len(found)} cells are missing in {folder}")
    outcome, verdict = (
        torch.stack([result[name] for result in found]) for name in ("outcome", "verdict")
    )
    write_recording(file, sweep, outcome.view(*sweep.shape, -1), verdict.view(sweep.shape))
    shutil.rmtree(folder)
    return file


def cells_of(sweep: Sweep, folder: Path) -> list[Cell]:
    """Return a sweep's cells, with the files that keep their results."""
    return [
        Cell(sweep, place, setting, folder / f"{place:04}.safetensors")
        for place, setting in enumerate(sweep.cells())
    ]
