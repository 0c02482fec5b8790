"""A reader's program: read it, run it, and say in a sentence why it could not be judged."""

import ast
import linecache
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

LARGEST = 200_000  # bytes of a submission


class Stopped(Exception):  # noqa: N818  (what happened to the program, not to the judge)
    """The program cannot be judged; the message is for the reader."""


class Forbidden(BaseException):
    """The program asked for what a judged program may not do."""


class TimeIsUp(BaseException):
    """The program ran too long."""


def read(path: Path) -> str:
    """Return the program's source if Python can parse it, without running it.

    Raises:
        Stopped: no such file, not text, or a syntax error, with its line.
    """
    try:
        source = path.read_bytes()
        if len(source) > LARGEST:
            raise Stopped(f"{path.name} has {len(source)} bytes: an answer has at most {LARGEST}.")
        text = source.decode("utf-8")
        ast.parse(text)
    except OSError as error:
        raise Stopped(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Stopped(f"{path.name} is not text in UTF-8.") from None
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise Stopped(
            f"Python cannot read {path.name}: {error.msg}, line {error.lineno}: {line}"
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise Stopped(f"Python cannot read {path.name}: {error}.") from None
    return text


def function_of(source: str, filename: str, name: str) -> Callable[..., Any]:
    """Run a program and return its function of this name.

    Raises:
        Stopped: the program raises, exits, or has no such function.

    >>> function_of("def f(x): return 2 * x", "f.py", "f")(3)
    6
    >>> function_of("raise NotImplementedError", "f.py", "f")
    Traceback (most recent call last):
    ...
    gentutor.proof.submission.Stopped: Still to be written, line 1.
    """
    space: dict[str, Any] = {"__name__": "submission", "__file__": filename}
    try:
        exec(compile(source, filename, "exec"), space)
    except BaseException as error:
        raise Stopped(explain(error, filename)) from None
    function = space.get(name)
    if not callable(function):
        found = f"{name} is no function" if name in space else f"no function is called {name}"
        raise Stopped(f"In {Path(filename).name} {found}: the judge calls {name}.")
    return function


def explain(error: BaseException, filename: str) -> str:
    """Return one sentence on what a program raised, with the last of its own lines."""
    kind, text, where = type(error).__name__, _text(error), _where(error, filename)
    if isinstance(error, Forbidden | TimeIsUp):
        return text
    if isinstance(error, SystemExit):
        return f"The program calls exit{where}. The judge needs a function that returns."
    if isinstance(error, NotImplementedError):
        return f"Still to be written{where}."
    if isinstance(error, MemoryError) or "can't allocate memory" in text:
        asked = re.search(r"allocate (\d+) bytes", text)
        much = f"{int(asked[1]) / 1e9:.1f} GB" if asked else "more memory than the judge lends"
        return f"The program asks for {much}{where}: far more than the answer needs."
    if isinstance(error, RecursionError):
        return f"The program calls itself without an end{where}."
    if isinstance(error, ImportError):
        return f"An import fails{where}. {text}. Torch and the standard library suffice."
    return f"{kind}{where}. {text}"


def _text(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except BaseException:  # a __str__ of the reader's that raises
        text = "(its message raises, too)"
    return text if len(text) <= 300 else text[:299] + "…"


def _where(error: BaseException, filename: str) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__, 500) if f.filename == filename]
    if not frames or frames[-1].lineno is None:
        return ""
    line = linecache.getline(filename, frames[-1].lineno).strip()
    return f", line {frames[-1].lineno}: {line}" if line else f", line {frames[-1].lineno}"
