"""Exercises in a notebook: judged in its own process, which stays as it was."""

import signal
import sys
import time

import pytest
import torch

from gentutor import exercises
from gentutor.bank.exercises import load, names
from gentutor.bank.exercises.report import Report


def right(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
    return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)


def test_a_function_with_helpers_of_other_cells_is_judged() -> None:
    assert exercises.check("vae/kl", lambda mu, logvar: right(mu, logvar)).verdict == "right"


def test_a_loop_without_an_end_is_stopped_and_the_timer_given_back() -> None:
    before = signal.getsignal(signal.SIGALRM)

    def loop(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
        while True:
            time.sleep(0.01)

    report = exercises.check("vae/kl", loop, seconds=0.2)
    assert report.verdict == "stopped"
    assert report.message == "No end after 0.2 s: stopped. Is there a loop without an end?"
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_exit_ends_no_notebook_and_interrupt_goes_through() -> None:
    report = exercises.check("vae/kl", lambda mu, logvar: sys.exit())
    assert "The program calls exit" in report.message

    def interrupted(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercises.check("vae/kl", interrupted)


@pytest.mark.parametrize("name", names())
def test_a_task_shows_itself_and_changes_no_state(name: str) -> None:
    state = torch.get_rng_state()
    task = exercises.task(name)
    assert torch.equal(torch.get_rng_state(), state)
    text = task._repr_markdown_()
    assert task.starter.rstrip() in text
    assert ("The symptom:" in text) == (load(name).kind == "mend")
    assert task.exercise.text in str(task)


def test_hints_are_three() -> None:
    assert len({exercises.hint("vae/kl", number) for number in (1, 2, 3)}) == 3
    with pytest.raises(ValueError, match="number: expected 1, 2 or 3, got 0"):
        exercises.hint("vae/kl", 0)


def test_a_report_is_text_in_the_page() -> None:
    report = Report("vae/kl", "wrong", ("a < b",), "<b>", "<script>alert(1)</script>", "a & b")
    html = report._repr_html_()
    assert "<script>" not in html
    assert "✗ <strong>&lt;b&gt;</strong>" in html
    assert "<pre>a &amp; b</pre>" in html
    assert str(report).splitlines()[-1].strip() == "a & b"
