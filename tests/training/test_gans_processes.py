"""A sweep shared among processes or machines: the same bits, a stop, an interrupt, a kill."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
import torch
from distributed import LocalCluster
from torch import nn

from gentutor.data import ring
from gentutor.training import GANSettings, TrainedGANs, train_gans
from gentutor.training._engine import dispatch
from gentutor.training._engine.board import shared_board

SWEEP = [
    GANSettings(objective, seed=s, n_critic=2, batch_size=16, hidden=(16, 16))
    for objective in ("non_saturating", "wgan_gp", "hinge")
    for s in range(2)
]


@pytest.fixture(scope="module")
def whole() -> TrainedGANs:
    return train_gans(SWEEP, ring(), steps=40)


def values(net: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(net.parameters())


def assert_same(a: TrainedGANs, b: TrainedGANs) -> None:
    for nets in ("generators", "discriminators"):
        pairs = zip(getattr(a, nets), getattr(b, nets), strict=True)
        assert all(torch.equal(values(x), values(y)) for x, y in pairs)
    assert np.array_equal(a.d_loss, b.d_loss, equal_nan=True)
    assert np.array_equal(a.g_loss, b.g_loss, equal_nan=True)
    assert a.steps_done.tolist() == b.steps_done.tolist()
    assert a.stopped == b.stopped


def test_two_processes_give_the_bits_of_one(whole):
    assert_same(train_gans(SWEEP, ring(), steps=40, jobs=2), whole)


def test_a_dask_cluster_gives_the_bits_of_one_process(whole, tmp_path):
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as local:
        address = local.scheduler_address
        assert_same(train_gans(SWEEP, ring(), steps=40, cluster=address), whole)
        first = train_gans(
            SWEEP, ring(), steps=40, cluster=address, stop=lambda steps: True, checkpoint=tmp_path
        )
        assert first.stopped
        assert 0 in first.steps_done
        assert 40 in first.steps_done
        again = train_gans(SWEEP, ring(), steps=40, cluster=address, checkpoint=tmp_path)
        assert_same(again, whole)


def test_a_sweep_that_was_begun_by_one_process_is_ended_by_two(whole, tmp_path):
    train_gans(SWEEP, ring(), steps=40, checkpoint=tmp_path, stop=lambda steps: steps == 57)
    assert_same(train_gans(SWEEP, ring(), steps=40, checkpoint=tmp_path, jobs=2), whole)


def test_a_stop_reaches_every_process_and_what_was_done_is_kept(tmp_path):
    asked = []

    def stop(steps: int) -> bool:
        asked.append(steps)
        return steps > 0

    some = train_gans(SWEEP, ring(), steps=200_000, jobs=2, checkpoint=tmp_path, stop=stop)
    assert some.stopped
    assert 0 < some.steps_done.max() < 200_000
    assert asked[-1] > 0
    assert asked == sorted(asked)
    r = int(some.steps_done.argmax())
    alone = train_gans([SWEEP[r]], ring(), steps=int(some.steps_done[r]))
    assert torch.equal(values(alone.generators[0]), values(some.generators[r]))


def test_the_slowest_groups_are_begun_first(monkeypatch):
    """Four small GANs, one of a larger batch, one by autograd; the smallest comes last."""
    order = []

    def begin(work, plans, jobs):
        order.extend(plan.place for plan in plans)
        return []

    monkeypatch.setattr(dispatch, "as_done", begin)
    small = GANSettings("hinge", batch_size=16, hidden=(16, 16))
    sweep = [
        replace(small, hidden=(16,)),
        *(replace(small, seed=s) for s in range(4)),
        replace(small, batch_size=32),
        replace(small, spectral=True),
    ]
    assert train_gans(sweep, ring(), steps=1, jobs=2).stopped
    assert order == [1, 3, 2, 0]


class Late:
    """Data over a line that fails."""

    def sample(self, count: int, generator: torch.Generator) -> torch.Tensor:
        if count > 64:
            raise TimeoutError("too late")
        return torch.zeros(count, 2)


def test_an_error_of_the_data_comes_back_as_it_was_raised():
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with pytest.raises(TimeoutError, match="too late"):
        train_gans(SWEEP, Late(), steps=10, jobs=2)


def test_an_error_in_stop_ends_the_processes_too(tmp_path):
    def stop(steps: int) -> bool:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        train_gans(SWEEP, ring(), steps=10**7, jobs=2, checkpoint=tmp_path, stop=stop)
    assert train_gans(SWEEP, ring(), steps=1, jobs=2).steps_done.tolist() == [1] * 6


SCRIPT = """
    import os, sys
    from pathlib import Path

    from gentutor.data import ring
    from gentutor.training import GANSettings, train_gans

    folder, jobs = Path(sys.argv[1]), int(sys.argv[2])

    class Noted:  # leaves a file for every process that draws from it
        def sample(self, count, generator):
            (folder / f"process-{os.getpid()}").touch()
            return ring().sample(count, generator)

    def stop(steps):
        processes = len(list(folder.glob("process-*")))  # this one draws once, to look at the data
        if steps > 20 and processes == (1 if jobs == 1 else 1 + jobs):
            print("training", flush=True)
        return False

    if __name__ == "__main__":
        sweep = [GANSettings(o, batch_size=16, hidden=(16, 16)) for o in ("hinge", "wgan_gp")]
        trained = train_gans(
            sweep, Noted(), steps=10**7, checkpoint=folder / "sweep", jobs=jobs, stop=stop
        )
        print("stopped", trained.stopped)
"""


def started(folder: Path, jobs: int) -> subprocess.Popen[str]:
    """Start a long sweep in a session of its own; return when all its processes train."""
    script = folder / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(jobs)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "training\n"
    return process


def last_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.read().splitlines()[-1]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("whom", ["the terminal's processes", "the parent alone"])
def test_an_interrupt_ends_all_processes_after_their_step(jobs, whom, tmp_path):
    process = started(tmp_path, jobs)
    if whom == "the parent alone":
        process.send_signal(signal.SIGINT)
    else:
        os.killpg(process.pid, signal.SIGINT)
    assert last_line(process) == "stopped True"
    assert process.wait(60) == 0
    kept = sorted(path.name for path in (tmp_path / "sweep").iterdir())
    assert kept == ["group-000.safetensors", "group-001.safetensors"]


def test_when_the_parent_is_killed_the_others_write_their_files_and_end(tmp_path):
    process = started(tmp_path, 2)
    process.kill()
    process.wait(60)
    deadline = time.monotonic() + 60
    while subprocess.run(["pgrep", "-g", str(process.pid)], capture_output=True).stdout:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    kept = sorted(path.name for path in (tmp_path / "sweep").iterdir())
    assert kept == ["group-000.safetensors", "group-001.safetensors"]


def test_a_board_adds_up_and_vanishes():
    with shared_board(3) as board:
        assert not board.report(0, 5)
        assert not board.report(2, 7)
        assert board.done == 12
        board.stop()
        assert board.report(1, 1)
    assert not board.path.exists()
