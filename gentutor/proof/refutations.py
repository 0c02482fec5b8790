"""Runs the lines of a refutation in a process of its own, and keeps what they print.

The processes are forked from one that has loaded torch, so that each takes a fraction of a second.
Time, memory and files are limited as for a reader's program; see ``confined``.
"""

import io
import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from typing import Any

from gentutor.proof.confined import fence, limit

SECONDS, MEMORY = 10, 2**30
LONGEST = 1000  # characters of output


class RefutationError(ValueError):
    """A refutation that fails, prints nothing or does not end."""


def output_of(code: str) -> str:
    """Return what a program prints.

    Raises:
        RefutationError: it fails, ends without a printed line, prints over 1000 characters, or
            takes over 10 seconds.
    """
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context: Any = multiprocessing.get_context(method)
    context.set_forkserver_preload(["torch", "gentutor.proof.refutations"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(code, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(SECONDS + 20 * (method == "spawn")):
            raise RefutationError(f"expected an end within {SECONDS} seconds")
        printed, length, fault = ours.recv()
    except EOFError:
        raise RefutationError("the process ended early (memory?)") from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if fault:
        raise RefutationError(fault)
    if not printed.strip():
        raise RefutationError("expected printed lines; got none")
    if length > LONGEST:
        raise RefutationError(f"expected at most {LONGEST} printed characters; got {length}")
    return printed.rstrip()


def run(code: str, answer: Connection) -> None:
    """Carry out a program and send what it printed, and what was wrong."""
    import torch

    torch.set_num_threads(1)
    printed = io.StringIO()
    sys.stdout = sys.stderr = printed
    fault = ""
    limit(SECONDS, MEMORY)
    fence([])
    try:
        exec(compile(code, "<refutation>", "exec"), {"__name__": "__main__"})
    except BaseException as error:
        line = getattr(error.__traceback__ and error.__traceback__.tb_next, "tb_lineno", "?")
        fault = f"line {line}: {type(error).__name__}: {error}"
    text = printed.getvalue()
    answer.send((text[:LONGEST], len(text), fault))
    answer.close()
    os._exit(0)
