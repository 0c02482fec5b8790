"""A program judged in a process of its own ends in time and in a sentence, whatever it does."""

from pathlib import Path

import pytest

from gentutor.bank.exercises import load
from gentutor.bank.exercises.report import Report
from gentutor.quiz.check import check

KL = "0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)"


def report_on(source: str | bytes, folder: Path) -> Report:
    path = folder / "vae_kl.py"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    report = check(load("vae/kl"), path, seconds=4)
    assert "Traceback" not in str(report)
    assert [file.name for file in folder.iterdir()] == ["vae_kl.py"], "nothing else is written"
    return report


def kl(*lines: str) -> str:
    return "\n    ".join(["import os, sys, torch\ndef kl(mu, logvar):", *lines, f"return {KL}"])


def test_a_right_program_is_right_though_it_never_ends_by_itself(tmp_path: Path) -> None:
    report = report_on(
        "import atexit, threading, time\n"
        "threading.Thread(target=time.sleep, args=(999,)).start()\n"
        f"atexit.register(time.sleep, 999)\nprint('here')\n{kl()}",
        tmp_path,
    )
    assert report.verdict == "right", report
    assert report.printed == "here"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def kl(mu, logvar:\n    return 0", r"'(' was never closed, line 1: def kl(mu, logvar:"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"def kl(): pass\0", "null bytes"),
        ("#" * 300_000, "has 300000 bytes"),
        ("import numpyy\n" + kl(), "An import fails, line 1: import numpyy"),
        (kl("sys.exit(3)"), "The program calls exit, line 3"),
        (kl("os._exit(3)"), "ended Python itself, with status 3"),
        (kl("while True: pass"), "No end after 4 s, stopped while judging “one number an example”"),
        ("while True: pass\n" + kl(), "No end after 4 s, stopped while the program was loading"),
        (kl("7 ** (10 ** 10)"), "No end after 4 s"),
        (kl("torch.zeros(2_500_000_000).sum()"), "The program asks for 10.0 GB, line 3"),
        (kl("bytearray(10**10)"), "more memory than the judge lends"),
        (kl("for i in range(1_000_000): print('line', i)"), "prints more than 1000000 characters"),
        (kl("import ctypes; ctypes.string_at(0)"), "Python was ended by SIG"),
        (kl("open('out.txt', 'w')"), "opens out.txt for writing"),
        (kl("try: torch.save(mu, 'm.pt')", "except BaseException: pass"), "opens m.pt for writing"),
        (kl("try: os.fork()", "except BaseException: pass"), "starts or ends a process (os.fork)"),
        (kl("__import__('socket').create_connection(('localhost', 9))"), "connects to the network"),
        (kl("os.remove(__file__)"), "changes files (os.remove"),
        (kl("torch.allclose = None"), "replaces torch.allclose"),
        ("import builtins; builtins.isinstance = None\n" + kl(), "replaces builtins.isinstance"),
        (
            kl("for n in range(3, 64):", "    try: os.write(n, b'{}')", "    except OSError: pass"),
            "own",
        ),
    ],
)
def test_a_hostile_program_gets_a_sentence(source: str | bytes, said: str, tmp_path: Path) -> None:
    report = report_on(source, tmp_path)
    assert report.verdict in ("wrong", "stopped")
    assert said in report.message


def test_a_file_that_is_none(tmp_path: Path) -> None:
    assert "No such file" in check(load("vae/kl"), tmp_path / "none.py").message
    assert "directory" in check(load("vae/kl"), tmp_path).message
