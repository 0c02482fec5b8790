"""Work is shared among processes, or among the workers of a Dask cluster, and comes back whole."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import cloudpickle
import pytest
from distributed import LocalCluster
from joblib.externals.loky.process_executor import TerminatedWorkerError

from gentutor import parallel
from gentutor.parallel import as_done, parallel_map


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Return the address of a real scheduler with two workers."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as local:
        yield local.scheduler_address


def square_and_process(number: int) -> tuple[int, int]:
    return number**2, os.getpid()


def refuse(number: int) -> int:
    raise ValueError(f"number: expected another, got {number}")


cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import a test module


def test_processes_share_the_work_and_keep_its_order():
    results = parallel_map(square_and_process, range(12), jobs=2)
    assert [square for square, _ in results] == [n**2 for n in range(12)]
    assert os.getpid() not in {process for _, process in results}


def test_one_job_is_done_in_this_process_and_in_order():
    results = list(as_done(square_and_process, [3, 1, 2], jobs=1))
    assert results == [(0, (9, os.getpid())), (1, (1, os.getpid())), (2, (4, os.getpid()))]


def test_there_are_no_more_processes_than_pieces_of_work():
    assert parallel_map(square_and_process, [3], jobs=4) == [(9, os.getpid())]


def test_a_cluster_shares_the_work_and_keeps_its_order(cluster):
    results = parallel_map(square_and_process, range(12), cluster=cluster)
    assert [square for square, _ in results] == [n**2 for n in range(12)]
    assert os.getpid() not in {process for _, process in results}


def test_functions_may_be_made_on_the_spot(cluster):
    for where in ({"jobs": 2}, {"cluster": cluster}):
        assert parallel_map(lambda n, shift=5: n + shift, [1, 2], **where) == [6, 7]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_comes_back_as_it_was_raised(jobs):
    with pytest.raises(ValueError, match="number: expected another, got 7"):
        parallel_map(refuse, [7, 7, 7], jobs=jobs)


def test_an_error_on_the_cluster_comes_back_as_it_was_raised(cluster):
    with pytest.raises(ValueError, match="number: expected another, got 7"):
        parallel_map(refuse, [7], cluster=cluster)


def test_a_killed_process_is_reported():
    with pytest.raises(TerminatedWorkerError):
        parallel_map(lambda n: os.kill(os.getpid(), 9), [1, 2], jobs=2)
    assert parallel_map(abs, [-1, 2], jobs=2) == [1, 2]  # and the next work finds new processes


def deaf_to_interrupts(number: int) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_processes_are_born_deaf_to_interrupts():
    """They inherit it, so that one killed by Ctrl-C while it starts does not end the work."""
    assert parallel_map(deaf_to_interrupts, [1, 2], jobs=2) == [True, True]
    assert not deaf_to_interrupts(0)


def test_nothing_to_do():
    assert parallel_map(refuse, [], jobs=2) == []


@pytest.mark.parametrize(("jobs", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError)])
def test_a_wrong_number_of_jobs_is_named(jobs, error):
    with pytest.raises(error, match="jobs: expected an integer"):
        parallel_map(abs, [1], jobs=jobs)


def test_a_cluster_that_does_not_answer_is_named():
    with pytest.raises(ConnectionError, match="cluster: no Dask scheduler answers at 'tcp://127"):
        parallel_map(abs, [1], cluster="tcp://127.0.0.1:9")


def test_a_cluster_without_workers_is_named(monkeypatch):
    monkeypatch.setattr(parallel, "PATIENCE", 1)
    with (
        LocalCluster(n_workers=0, dashboard_address=":0") as local,
        pytest.raises(ConnectionError, match=r"cluster: 'tcp.*' has no worker that is free"),
    ):
        parallel_map(abs, [1], cluster=local.scheduler_address)


class Unreadable:
    """Something that only one machine can read."""

    def __reduce__(self):
        return divide, (1, 0)


def divide(a: int, b: int) -> float:
    return a / b


def test_what_a_worker_cannot_read_is_an_error_and_no_endless_wait(cluster):
    with pytest.raises(ZeroDivisionError):
        parallel_map(abs, [Unreadable()], cluster=cluster)


def test_workers_without_the_package_are_named(tmp_path):
    """Real workers, started where gentutor cannot be imported."""
    (tmp_path / "gentutor.py").write_text("")  # stands before the package on their path
    code = "from distributed.cli.dask_worker import main; main()"
    with LocalCluster(n_workers=0, dashboard_address=":0") as local:
        address = local.scheduler_address
        command = [sys.executable, "-c", code, address, "--no-nanny", "--no-dashboard"]
        worker = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
        try:
            with pytest.raises(ImportError, match="cluster: its workers cannot import gentutor"):
                parallel_map(abs, [1], cluster=address)
        finally:
            worker.terminate()
            worker.wait(30)


def test_without_dask_the_error_says_what_to_install():
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "from gentutor.parallel import parallel_map\n"
        "try:\n    parallel_map(abs, [1], cluster='tcp://localhost:1')\n"
        "except ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "cluster: Dask is missing; pip install 'gentutor[cluster]'\n"
