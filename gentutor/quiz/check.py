"""Have a program judged in a process of its own, with an end to its time and memory."""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

from gentutor.bank.exercises import Exercise
from gentutor.bank.exercises.report import Report

SECONDS, MEMORY = 20, 2 * 2**30  # of a program, torch loaded
LOADING = 120  # seconds that a slow machine may take to load torch
FIELDS = {field.name for field in fields(Report)}
STRANGE = "The program writes into the judge's own answers: nothing is judged."


def check(
    exercise: Exercise, file: Path, *, seconds: int = SECONDS, memory: int = MEMORY
) -> Report:
    """Return the judge's report on a file; always, and soon.

    Args:
        exercise: which one.
        file: the reader's program.
        seconds: how long it may run, from when torch is loaded.
        memory: bytes that it may take beyond torch's own (Linux).
    """
    with tempfile.TemporaryDirectory() as folder:
        scratch, work = Path(folder, "scratch"), Path(folder, "work")
        scratch.mkdir()
        work.mkdir()
        arguments = (exercise.id, str(file.absolute()), str(seconds), str(memory))
        with subprocess.Popen(
            [sys.executable, "-B", "-m", "gentutor.proof.confined", *arguments],
            cwd=work,
            env=_environment(scratch),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                return _listen(exercise, process, seconds)
            finally:
                _kill(process)


def _environment(scratch: Path) -> dict[str, str]:
    """Return the child's environment: this package, one thread, a folder to scratch in."""
    package = str(Path(__file__).parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "TORCHINDUCTOR_CACHE_DIR"), str(scratch))
    threads = {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(paths)}
    return os.environ | temporary | threads


def _listen(exercise: Exercise, process: "subprocess.Popen[bytes]", seconds: int) -> Report:
    """Read the child's lines until its report, its end, or the end of its time."""
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    ready, judging = False, ""
    held: list[str] = []
    end = time.monotonic() + LOADING
    while True:
        try:
            line = lines.get(timeout=max(end - time.monotonic(), 0))
        except queue.Empty:
            spent = seconds if ready else LOADING
            where = f"while judging “{judging}”" if judging else "while the program was loading"
            message = f"No end after {spent} s, stopped {where}. Is there a loop without an end?"
            return Report(exercise.id, "stopped", tuple(held), judging, message)
        match _parsed(line):
            case {"ready": True}:
                ready, end = True, time.monotonic() + seconds
            case {"judging": name}:
                held += [judging] if judging else []
                judging = name
            case {"report": dict(said)} if said.keys() == FIELDS:
                return Report(**said | {"held": tuple(said["held"])})
            case _:
                message = _ended(process) if not line else STRANGE
                return Report(exercise.id, "stopped", tuple(held), judging, message)


def _read(process: "subprocess.Popen[bytes]", lines: "queue.Queue[bytes]") -> None:
    assert process.stdout
    for line in process.stdout:
        lines.put(line)
    lines.put(b"")


def _parsed(line: bytes) -> Any:
    """Return the document of a line; None at the end, or where the program wrote between."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def _ended(process: "subprocess.Popen[bytes]") -> str:
    """Say how a child ended that gave no report."""
    try:
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return STRANGE
    if code >= 0:
        return f"The program ended Python itself, with status {code}. A function returns."
    name = signal.Signals(-code).name
    causes = {"SIGKILL": "too much memory?", "SIGXCPU": "a loop without an end?"}
    cause = causes.get(name, "a crash in compiled code, or calls nested too deep?")
    return f"Python was ended by {name}: {cause}"


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End the child and whatever it started."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()
