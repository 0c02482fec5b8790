"""Exercises in a notebook: ``exercises.check("vae/kl", kl)``.

The function is judged in this process, not in one of its own: it is the reader's very object, with
the imports and helpers of other cells, which its source alone would lack. It takes a tenth of a
second in place of the seconds that a new process needs for torch, and the notebook's own Stop
button works. A loop without an end is stopped where the system has a timer.
"""

import html
import io
import runpy
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from types import FrameType
from typing import Any

from gentutor.bank.exercises import Exercise, load
from gentutor.bank.exercises.report import Report
from gentutor.proof.submission import TimeIsUp


def check(name: str, function: Callable[..., Any], *, seconds: float = 20.0) -> Report:
    """Judge a function; the report shows itself in a notebook.

    Args:
        name: the exercise, ``section/name``.
        function: the reader's function itself.
        seconds: how long the judging may take.

    Raises:
        UnknownExercise: no exercise has this name; the message gives the nearest.

    >>> import torch
    >>> check("vae/reparameterise", lambda mu, logvar, eps: mu + logvar.exp() * eps).verdict
    'wrong'
    """
    from gentutor.proof.judge import judge

    exercise = load(name)
    with _alarm(seconds):
        return judge(exercise, function)


def task(name: str) -> "Task":
    """Return what is asked, with the starter, as something that shows itself in a notebook.

    A mend runs its starter and shows the symptom.

    >>> print(task("vae/kl"))  # doctest: +ELLIPSIS
    The KL to the prior (write, level 1, 3 minutes)
    ...
    """
    exercise = load(name)
    starter = exercise.folder / "starter.py"
    printed = io.StringIO()
    if exercise.kind == "mend":
        import torch

        with torch.random.fork_rng(devices=[]), redirect_stdout(printed):
            runpy.run_path(str(starter))["symptom"]()
    return Task(exercise, starter.read_text(encoding="utf-8"), printed.getvalue())


def hint(name: str, number: int = 1) -> str:
    """Return one of an exercise's three hints, 1 the mildest.

    >>> hint("vae/kl", 4)
    Traceback (most recent call last):
    ...
    ValueError: number: expected 1, 2 or 3, got 4
    """
    if number not in (1, 2, 3):
        raise ValueError(f"number: expected 1, 2 or 3, got {number}")
    return load(name).hints()[number - 1]


@dataclass(frozen=True, repr=False)
class Task:
    """An exercise's text, its starter, and what the starter prints (the symptom of a mend)."""

    exercise: Exercise
    starter: str
    symptom: str

    def __str__(self) -> str:
        e = self.exercise
        head = f"{e.title} ({e.kind}, level {e.difficulty}, {e.minutes} minutes)"
        symptom = f"\nThe symptom:\n\n{self.symptom}" if self.symptom else ""
        return f"{head}\n\n{e.text}\n{symptom}\n{self.starter}"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        e = self.exercise
        head = f"**{html.escape(e.title)}** ({e.kind}, level {e.difficulty}, {e.minutes} minutes)"
        symptom = f"\n\nThe symptom:\n\n```\n{self.symptom.rstrip()}\n```" if self.symptom else ""
        return f"{head}\n\n{e.text}{symptom}\n\n```python\n{self.starter.rstrip()}\n```\n"


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp inside the block when the time is over, where the system has a timer."""
    main = threading.current_thread() is threading.main_thread()
    if not (hasattr(signal, "setitimer") and main):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeIsUp(f"No end after {seconds:g} s: stopped. Is there a loop without an end?")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
