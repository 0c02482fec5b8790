"""Judge a program in this process, which is then good for nothing else.

``python -m gentutor.proof.confined <exercise> <file> <seconds> <bytes>`` is started by
:mod:`gentutor.quiz.check`, which reads one JSON document a line: ``{"ready": true}`` when torch is
loaded, ``{"judging": name}`` before each property, ``{"report": …}`` at the end. What the program
prints goes nowhere but into the report, shortened. Memory and processor time are limited where the
system can (``resource``); the clock is the parent's.
"""

import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from gentutor.bank.exercises import load
from gentutor.bank.exercises.report import Report
from gentutor.proof.submission import Forbidden, Stopped, function_of, read

WRITES = {
    *("os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"),
    *("os.symlink", "os.truncate", "os.utime", "shutil.rmtree", "shutil.move", "shutil.copyfile"),
}
STARTS = {
    *("os.exec", "os.fork", "os.forkpty", "os.kill", "os.killpg", "os.posix_spawn", "os.spawn"),
    *("os.startfile", "os.system", "pty.spawn", "subprocess.Popen"),
}
CONNECTS = {"socket.bind", "socket.connect", "socket.getaddrinfo", "urllib.Request"}
KEPT, LONGEST = 400, 1_000_000  # characters of what the program prints
REST = "A judged program computes, and does no more."


class Printed(io.TextIOBase):
    r"""A stream that keeps the beginning, counts the rest, and has enough at some point.

    >>> printed = Printed()
    >>> print("a" * 2000, file=printed)
    >>> printed.text()[-32:]
    'aaaaa\n… and 1601 more characters'
    """

    def __init__(self) -> None:
        super().__init__()
        self.kept, self.written = "", 0

    def write(self, text: str) -> int:
        """Take a text."""
        self.kept += text[: KEPT - len(self.kept)] if len(self.kept) < KEPT else ""
        self.written += len(text)
        if self.written > LONGEST:
            raise Forbidden(f"The program prints more than {LONGEST} characters. {REST}")
        return len(text)

    def text(self) -> str:
        """Return what was kept, and how much was not."""
        more = self.written - len(self.kept)
        return self.kept.rstrip() + (f"\n… and {more} more characters" if more else "")


def limit(seconds: int, memory: int) -> None:
    """Limit processor time and the memory beyond today's, where the system knows such limits."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    limits = {resource.RLIMIT_CPU: int(used) + 2 * seconds + 1, resource.RLIMIT_FSIZE: 2**20}
    statm = Path("/proc/self/statm")
    if statm.exists():  # elsewhere the limit on addresses counts what is not known here
        mapped = int(statm.read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
        limits[resource.RLIMIT_AS] = mapped + memory
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (value if hard < 0 else min(value, hard), hard))


def fence(broken: list[str]) -> None:
    """Let this process write no files outside the scratch folder, start and connect nothing."""
    import torch

    scratch = tempfile.gettempdir()

    def watch(event: str, details: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = details
            writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
            writes = any(c in (mode or "") for c in "wax+") or (flags or 0) & writing
            what = f"opens {path} for writing" if writes else ""
        else:
            path = details[0] if details else ""
            what = f"changes files ({event} {path})" if event in WRITES else ""
        if what and str(path).startswith((scratch, os.devnull)):
            return
        what = f"starts or ends a process ({event})" if event in STARTS else what
        what = f"connects to the network ({event})" if event in CONNECTS else what
        if what:
            broken.append(f"The program {what[:150]}. {REST}")
            raise Forbidden(broken[-1])

    def save(*details: Any, **more: Any) -> None:  # torch opens files where Python does not see it
        watch("open", (details[1] if len(details) > 1 else "a file", "w", 0))

    torch.save = save
    sys.addaudithook(watch)


def verdict(
    name: str, file: Path, say: Callable[[dict[str, Any]], None], limits: list[int]
) -> Report:
    """Judge a file within limits (seconds, bytes) and return the report."""
    exercise = load(name)
    broken: list[str] = []
    printed = Printed()
    try:
        source = read(file)
        from gentutor.proof.judge import judge, put_back, surroundings, tampered

        limit(*limits)
        say({"ready": True})
        sys.stdout = sys.stderr = printed
        fence(broken)
        before = surroundings()
        try:
            function = function_of(source, str(file), exercise.function)
        finally:
            replaced = put_back(before)
        if replaced:
            return tampered(exercise, replaced)
        report = judge(exercise, function, seen=lambda name: say({"judging": name}), before=before)
    except Stopped as stopped:
        report = Report(name, "stopped", message=str(stopped))
    if broken:
        report = Report(name, "stopped", report.held, message=broken[0])
    return replace(report, printed=printed.text())


def main() -> None:
    """Judge as the command line says, answer on standard output, and end at once."""
    name, file, *limits = sys.argv[1:]
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)

        def say(line: dict[str, Any]) -> None:
            answers.write(json.dumps(line) + "\n")
            answers.flush()

        try:
            report = verdict(name, Path(file), say, [int(number) for number in limits])
        except BaseException as error:
            kind = error.__class__.__name__
            message = (
                f"The program leaves Python in a state in which nothing can be judged ({kind})."
            )
            report = Report(name, "stopped", message=message)
        say({"report": asdict(report)})
        os._exit(0)  # no handler and no thread of the program's runs on


if __name__ == "__main__":
    main()
