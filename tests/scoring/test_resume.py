"""A run that was stopped, killed or robbed of a worker goes on, and ends with the same bits."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cloudpickle
import pytest
import torch
from distributed import LocalCluster

from gentutor.metrics.networks.digits import DigitsNet, digits_extractor
from gentutor.scoring import score, shards
from gentutor.scoring.store import Store

SETS = ("fid", "kid", "is", "precision-recall")


def work(out: Path) -> Path:
    return out.with_name(f".{out.name}.shards")


def test_what_is_done_is_not_done_again(both, tmp_path, monkeypatch):
    expected = score(*both, SETS, "digits", batch=4, jobs=1)
    out, seen, real_see = tmp_path / "report.json", [], shards.see

    def see(shard):
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(shard)
        return real_see(shard)

    monkeypatch.setattr(shards, "see", see)
    with pytest.raises(KeyboardInterrupt):
        score(*both, SETS, "digits", batch=4, jobs=1, out=out)
    assert not out.exists()
    seen.clear()
    monkeypatch.setattr(shards, "see", lambda shard: seen.append(shard) or real_see(shard))
    assert score(*both, SETS, "digits", batch=4, jobs=1, out=out).scores == expected.scores
    assert len(seen) == 10 - 3
    assert out.exists()
    assert not work(out).exists()


def stopped(both, out: Path, monkeypatch, after: int = 3, **options) -> None:
    """Leave the shards of a run that was stopped."""
    real_keep, kept = Store.keep, []

    def keep(self, *rest):
        if len(kept) == after:
            raise KeyboardInterrupt
        kept.append(rest)
        real_keep(self, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "keep", keep)
        with pytest.raises(KeyboardInterrupt):
            score(*both, SETS, "digits", batch=4, jobs=1, out=out, **options)


@pytest.mark.parametrize("damage", ["rows", "torn line", "rows gone", "another image"])
def test_damaged_shards_are_done_again(damage, both, tmp_path, monkeypatch):
    out = tmp_path / "report.json"
    stopped(both, out, monkeypatch)
    [features] = work(out).glob("*.features")
    [journal] = work(out).glob("*.journal")
    if damage == "rows":
        raw = bytearray(features.read_bytes())
        raw[40] ^= 1
        features.write_bytes(raw)
    elif damage == "torn line":
        journal.write_text(journal.read_text()[:-20])
    elif damage == "rows gone":
        features.unlink()
    else:
        first = sorted(both[0].iterdir())[0]
        first.write_bytes(sorted(both[1].iterdir())[0].read_bytes())
    expected = score(*both, SETS, "digits", batch=4, jobs=1)
    assert score(*both, SETS, "digits", batch=4, jobs=1, out=out).scores == expected.scores


def test_shards_of_another_batch_are_not_taken(both, tmp_path, monkeypatch):
    out = tmp_path / "report.json"
    stopped(both, out, monkeypatch)
    expected = score(*both, SETS, "digits", batch=5, jobs=1)
    assert score(*both, SETS, "digits", batch=5, jobs=1, out=out).scores == expected.scores


CHILD = """
import sys, time
from gentutor.scoring import score, shards
from gentutor.scoring.store import Store
shards.AIM = 8
keep = Store.keep
def slowly(self, *rest):
    keep(self, *rest)
    print("kept", flush=True)
    time.sleep(0.1)
Store.keep = slowly
score(*sys.argv[1:3], ("fid", "kid", "is", "precision-recall"), "digits", batch=4, jobs=2,
      out=sys.argv[3])
"""


def test_a_killed_run_goes_on_and_leaves_no_process(both, tmp_path, root):
    expected = score(*both, SETS, "digits", batch=4, jobs=1)
    out = tmp_path / "report.json"
    command = [sys.executable, "-c", CHILD, *map(str, both), str(out)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root)
    assert child.stdout is not None
    for _ in range(4):
        assert child.stdout.readline() == b"kept\n"
    children = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
    assert len(children) == 2
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert not out.exists()
    assert len(list(work(out).glob("*.journal"))) >= 1
    for _ in range(50):
        left = [pid for pid in children if "Z" not in state(pid)]
        if not left:
            break
        time.sleep(0.1)
    assert left == []
    assert score(*both, SETS, "digits", batch=4, jobs=1, out=out).scores == expected.scores
    assert not work(out).exists()


def state(pid: str) -> str:
    """Return a process's state, Z where it is no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


class Dying(DigitsNet):
    """A network whose process dies when it meets a file, which it then takes away."""

    def __init__(self, mark: str, often: bool = False) -> None:
        super().__init__()
        self.mark, self.often, self.home = mark, often, os.getpid()
        self.load(digits_extractor().state_dict(), "digits")

    def activations(self, x: torch.Tensor):
        if os.getpid() != self.home and (self.often or self.takes_mark()):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().activations(x)

    def takes_mark(self) -> bool:
        """Whether this process is the first to come."""
        try:
            os.unlink(self.mark)
        except FileNotFoundError:
            return False
        return True


def test_the_shard_of_a_dead_worker_is_done_again(both, tmp_path):
    expected = score(*both, SETS, "digits", batch=4, jobs=1)
    mark = tmp_path / "mark"
    mark.touch()
    assert score(*both, SETS, Dying(str(mark)), batch=4, jobs=2).scores == expected.scores
    assert not mark.exists()


def test_the_shard_of_a_dead_worker_of_a_cluster_is_done_again(both, tmp_path):
    expected = score(*both, SETS, "digits", batch=4, jobs=1)
    mark = tmp_path / "mark"
    mark.touch()
    here = sys.modules[__name__]  # workers cannot import it
    cloudpickle.register_pickle_by_value(here)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as local:
        found = score(*both, SETS, Dying(str(mark)), batch=4, cluster=local.scheduler_address)
    cloudpickle.unregister_pickle_by_value(here)
    assert found.scores == expected.scores
    assert not mark.exists()


def test_workers_that_always_die_are_an_error(both, tmp_path):
    mark = tmp_path / "mark"
    mark.touch()
    with pytest.raises(ChildProcessError, match="jobs: workers died 3 times without a shard done"):
        score(*both, SETS, Dying(str(mark), often=True), batch=4, jobs=2)


def test_a_full_disk_is_named_and_what_was_kept_stays(both, tmp_path, monkeypatch):
    expected = score(*both, SETS, "digits", batch=4, jobs=1)
    out = tmp_path / "report.json"
    real_file, real_keep, kept = Store.file, Store.keep, []

    def keep(self, *rest):
        kept.append(1)
        real_keep(self, *rest)

    def file(self, kind):
        return real_file(self, kind) if len(kept) < 3 else Path("/dev/full")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "keep", keep)
        patched.setattr(Store, "file", file)
        with pytest.raises(OSError, match="No space left on device"):
            score(*both, SETS, "digits", batch=4, jobs=1, out=out)
    assert not out.exists()
    [journal] = work(out).glob("*.journal")
    assert journal.read_text().count('"shard"') == 2
    assert score(*both, SETS, "digits", batch=4, jobs=1, out=out).scores == expected.scores
