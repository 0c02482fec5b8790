"""Judge a function by the properties of an exercise, in this process."""

import builtins
import importlib.util
import inspect
import math
import random
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch

from gentutor.bank.exercises import Exercise
from gentutor.bank.exercises.report import Report
from gentutor.plain import autoencoder, bounds, gan, vae, wgan
from gentutor.proof import properties
from gentutor.proof.properties import Wrong
from gentutor.proof.submission import explain

Check = Callable[[Callable[..., Any]], None]
CLASSES = (torch.Tensor, torch.nn.Module, torch.nn.Linear, torch.nn.Sequential)
MODULES = (builtins, torch, torch.nn, torch.nn.functional, torch.autograd, math, random)
OURS = (autoencoder, vae, bounds, gan, wgan, properties)
ABSENT = object()


def checks(exercise: Exercise) -> dict[str, Check]:
    """Return the exercise's properties in their order, by the sentence that names each."""
    path = exercise.folder / "tests.py"
    spec = importlib.util.spec_from_file_location(f"tests of {exercise.id}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {
        inspect.getdoc(check) or name: check
        for name, check in vars(module).items()
        if name.startswith("check_")
    }


def judge(
    exercise: Exercise,
    function: Callable[..., Any],
    *,
    seen: Callable[[str], None] = lambda name: None,
    before: Mapping[str, Any] | None = None,
) -> Report:
    """Return what the exercise's properties say of a function; the first that fails decides.

    The state of torch (seed, gradients, dtype) is set afresh for each property and given back.
    What the function replaces in torch is reported and put back.

    Args:
        exercise: which one.
        function: the reader's.
        seen: is told the name of each property before it is judged.
        before: :func:`surroundings` from before the program was loaded; now, if None.
    """
    before = surroundings() if before is None else before
    held: list[str] = []
    filename = getattr(getattr(function, "__code__", None), "co_filename", "")

    def report(verdict: Any, failed: str, message: str) -> Report:
        if replaced := put_back(before):
            return tampered(exercise, replaced)
        return Report(exercise.id, verdict, tuple(held), failed, message)

    if message := _unfit(exercise, function):
        return report("stopped", "", message)
    with _fresh_state():
        properties_of = checks(exercise)
    for name, check in properties_of.items():
        seen(name)
        try:
            with _fresh_state():
                check(function)
        except Wrong as wrong:
            return report("wrong", name, str(wrong))
        except KeyboardInterrupt:
            put_back(before)
            raise
        except BaseException as error:
            return report("stopped", name, explain(error, filename))
        held.append(name)
    return report("right", "", "Every property holds.")


def tampered(exercise: Exercise, replaced: str) -> Report:
    """Return the report on a program that replaces something."""
    message = f"The program replaces {replaced}, which the judge needs as it was."
    return Report(exercise.id, "wrong", failed="torch and Python as they were", message=message)


def _unfit(exercise: Exercise, function: Any) -> str:
    """Say why this cannot be the function, or nothing."""
    if not callable(function):
        kind = type(function).__name__
        return f"Expected the function {exercise.signature}, got {kind}. Give it without brackets."
    try:
        signature = inspect.signature(function)
    except Exception:  # none to be had: the call will show
        return ""
    try:
        signature.bind(*range(exercise.arguments))
    except TypeError:
        got = f"{exercise.function}{signature}"
        return f"The judge calls {exercise.signature}; the program has {got[:120]}."
    return ""


def surroundings() -> dict[str, Any]:
    """Return what a program could replace under the judge's feet, by name.

    What a class inherits counts as absent from it: ``torch.Tensor.sum`` lies in a base.
    """
    before: dict[str, Any] = {
        f"{owner.__name__}.{name}": (owner, name, value)
        for owner in (*MODULES, *OURS)
        for name, value in vars(owner).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    for owner in CLASSES:
        for name in dir(owner):
            before[f"torch.{owner.__name__}.{name}"] = (owner, name, vars(owner).get(name, ABSENT))
    return before


def put_back(before: Mapping[str, Any]) -> str:
    """Put back what was replaced since; return the name of the first such thing, or nothing."""
    replaced = ""
    for title, (owner, name, value) in before.items():
        if vars(owner).get(name, ABSENT) is value:
            continue
        replaced = replaced or title
        if value is ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, value)
    return replaced


@contextmanager
def _fresh_state() -> Iterator[None]:
    """Run a block from the same seed, in float32 and with gradients; put back what was."""
    state, dtype = torch.get_rng_state(), torch.get_default_dtype()
    grad, threads = torch.is_grad_enabled(), torch.get_num_threads()
    try:
        torch.manual_seed(0)
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        torch.set_num_threads(1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.set_rng_state(state)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(grad)
        torch.set_num_threads(threads)
