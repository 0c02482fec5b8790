"""Where the parts of a sweep are trained: in this process, in several, or on a cluster.

Each way returns the trained parts in any order; one that was never begun is missing.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

from gentutor.parallel import as_done
from gentutor.progress import progress
from gentutor.training.board import Board, shared_board
from gentutor.training.interrupt import held_interrupt
from gentutor.training.part import Part, TrainedPart, train_part

GLANCE = 0.1  # seconds between two looks at what other processes have done

Stop = Callable[[int], bool]


def train_here(parts: Sequence[Part], stop: Stop | None) -> list[TrainedPart]:
    """Train one part after the other."""
    stopped = False
    steps: dict[int, int] = {}
    with held_interrupt() as interrupted, progress(_total(parts), "step") as bar:

        def report(place: int, done: int) -> bool:
            nonlocal stopped
            stepped = place in steps  # a part's first report comes before its first step
            bar.update(done - steps.get(place, 0))
            steps[place] = done
            wanted = stepped and stop is not None and stop(sum(steps.values()))
            stopped = stopped or bool(wanted) or interrupted()
            return stopped

        return [train_part(part, report) for part in parts]


def train_in_processes(parts: Sequence[Part], stop: Stop | None, jobs: int) -> list[TrainedPart]:
    """Train the slowest parts first, so that none is left over at the end."""
    stopped = False
    order = sorted(parts, key=lambda part: -part.cost)
    with (
        held_interrupt() as interrupted,
        shared_board(len(parts)) as board,
        progress(_total(parts), "step") as bar,
        ThreadPoolExecutor(1) as waiting,
    ):
        work = partial(_train_reporting, path=board.path)
        results = waiting.submit(lambda: [done for _, done in as_done(work, order, jobs=jobs)])
        try:
            while not wait([results], GLANCE).done:
                steps = board.done
                bar.update(steps - bar.n)
                if not stopped and (interrupted() or (stop is not None and stop(steps))):
                    stopped = True
                    board.stop()
        finally:
            board.stop()  # whatever ends this, no process works on
        return results.result()


def _train_reporting(part: Part, path: Path) -> TrainedPart:
    board, parent = Board(path), os.getppid()

    def report(place: int, done: int) -> bool:
        return board.report(place, done) or os.getppid() != parent

    trained = train_part(part, report)
    if os.getppid() != parent:  # killed: nobody takes the result, and sending it would never end
        os._exit(1)
    return trained


def train_on_cluster(parts: Sequence[Part], stop: Stop | None, address: str) -> list[TrainedPart]:
    """Train the parts by the workers of a Dask scheduler."""
    trained: list[TrainedPart] = []
    with held_interrupt() as interrupted, progress(_total(parts), "step") as bar:
        for _, part in as_done(_train_quietly, parts, cluster=address):
            trained.append(part)
            bar.update(part.done)
            steps = sum(each.done for each in trained)
            if interrupted() or (stop is not None and stop(steps)):
                break
    return trained


def _train_quietly(part: Part) -> TrainedPart:
    return train_part(part, lambda place, done: False)


def _total(parts: Sequence[Part]) -> int:
    return sum(part.steps for part in parts)
