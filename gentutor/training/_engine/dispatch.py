"""Where the groups of a sweep are trained: in this process, in several, or on a cluster.

Each way returns the trained groups in any order; one that was never begun is missing.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

from gentutor.parallel import as_done
from gentutor.progress import progress
from gentutor.training._engine.board import Board, shared_board
from gentutor.training._engine.interrupt import held_interrupt
from gentutor.training._engine.plan import GroupPlan, TrainedGroup, train_group

GLANCE = 0.1  # seconds between two looks at what other processes have done

Stop = Callable[[int], bool]


def train_here(plans: Sequence[GroupPlan], stop: Stop | None) -> list[TrainedGroup]:
    """Train one group after the other."""
    stopped = False
    steps: dict[int, int] = {}
    with held_interrupt() as interrupted, progress(_total(plans), "step") as bar:

        def report(place: int, done: int) -> bool:
            nonlocal stopped
            stepped = place in steps  # a group's first report comes before its first step
            bar.update(done - steps.get(place, 0))
            steps[place] = done
            wanted = stepped and stop is not None and stop(sum(steps.values()))
            stopped = stopped or bool(wanted) or interrupted()
            return stopped

        return [train_group(plan, report) for plan in plans]


def train_in_processes(
    plans: Sequence[GroupPlan], stop: Stop | None, jobs: int
) -> list[TrainedGroup]:
    """Train the slowest groups first, so that none is left over at the end."""
    stopped = False
    order = sorted(plans, key=lambda plan: -plan.cost)
    with (
        held_interrupt() as interrupted,
        shared_board(len(plans)) as board,
        progress(_total(plans), "step") as bar,
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


def _train_reporting(plan: GroupPlan, path: Path) -> TrainedGroup:
    board, parent = Board(path), os.getppid()

    def report(place: int, done: int) -> bool:
        return board.report(place, done) or os.getppid() != parent

    trained = train_group(plan, report)
    if os.getppid() != parent:  # killed: nobody takes the result, and sending it would never end
        os._exit(1)
    return trained


def train_on_cluster(
    plans: Sequence[GroupPlan], stop: Stop | None, address: str
) -> list[TrainedGroup]:
    """Train the groups by the workers of a Dask scheduler."""
    trained: list[TrainedGroup] = []
    with held_interrupt() as interrupted, progress(_total(plans), "step") as bar:
        for _, group in as_done(_train_quietly, plans, cluster=address):
            trained.append(group)
            bar.update(group.done)
            steps = sum(each.done for each in trained)
            if interrupted() or (stop is not None and stop(steps)):
                break
    return trained


def _train_quietly(plan: GroupPlan) -> TrainedGroup:
    return train_group(plan, lambda place, done: False)


def _total(plans: Sequence[GroupPlan]) -> int:
    return sum(plan.steps for plan in plans)
