"""The judge accepts what is right and says to each misconception what it is."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gentutor.bank.exercises import HERE, load, names
from gentutor.bank.exercises.report import Report
from gentutor.proof.judge import checks, judge
from gentutor.proof.submission import Stopped, function_of


def judged(path: Path) -> Report:
    name = path.relative_to(HERE).parts[:2]
    exercise = load("/".join(name))
    source = path.read_text(encoding="utf-8")
    return judge(exercise, function_of(source, str(path), exercise.function))


def said_to(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    (quoted,) = re.findall(r'The judge says: "(.+)"', docstring)
    return quoted


def files(pattern: str) -> list[Path]:
    return sorted(HERE.glob(pattern))


def title(path: Path) -> str:
    return path.relative_to(HERE).as_posix()


@pytest.mark.parametrize("path", files("*/*/solution.py") + files("*/*/right/*.py"), ids=title)
def test_a_right_program_is_accepted(path: Path) -> None:
    report = judged(path)
    assert report.verdict == "right", report
    assert len(report.held) >= 3


@pytest.mark.parametrize("path", files("*/*/wrong/*.py"), ids=title)
def test_each_misconception_gets_its_own_message(path: Path) -> None:
    report = judged(path)
    assert report.verdict == "wrong", report
    assert said_to(path) in report.message
    others = [said_to(other) for other in path.parent.glob("*.py") if other != path]
    assert not [other for other in others if other in report.message]


@pytest.mark.parametrize("name", names())
def test_the_starter_is_rejected(name: str) -> None:
    exercise = load(name)
    report = judged(exercise.folder / "starter.py")
    if exercise.kind == "write":
        assert report.verdict == "stopped"
        assert report.message.startswith("Still to be written, line ")
    else:
        assert report.verdict == "wrong"
        assert str(exercise.says) in report.message


def firsts(arguments: tuple[Any, ...]) -> Any:
    return sum(a.detach().flatten()[0] for a in arguments if isinstance(a, Tensor))


@torch.no_grad()
def moved(arguments: tuple[Any, ...]) -> None:
    for net in arguments:
        for weight in net.parameters() if isinstance(net, nn.Module) else ():
            weight += 0.01


SPOILS: dict[str, Callable[..., Any]] = {
    "returns nothing": lambda result, arguments: None,
    "detached": lambda result, arguments: result.detach(),
    "shifted": lambda result, arguments: result + 0.1,
    "led by the first example": lambda result, arguments: result + firsts(arguments),
    "falls with the last argument": lambda result, arguments: result - 0.1 * arguments[-1],
    "moves the nets": lambda result, arguments: (moved(arguments), result)[1],
}


def spoilt(name: str) -> Iterator[Callable[..., Any]]:
    """Yield the right program, its result spoilt in several ways."""
    exercise = load(name)
    path = exercise.folder / "solution.py"
    right = function_of(path.read_text(encoding="utf-8"), str(path), exercise.function)
    for spoil in SPOILS.values():

        def wrong(*arguments: Any, spoil: Callable[..., Any] = spoil, **named: Any) -> Any:
            result = right(*arguments, **named)
            if isinstance(result, tuple):
                return tuple(spoil(part, arguments) for part in result)
            return spoil(result, arguments)

        yield wrong


@pytest.mark.parametrize("name", names())
def test_every_property_fails_for_some_program(name: str) -> None:
    exercise = load(name)
    programs = [*spoilt(name)]
    for path in [*(exercise.folder / "wrong").glob("*.py")]:
        source = path.read_text(encoding="utf-8")
        programs.append(function_of(source, str(path), exercise.function))
    for title, check in checks(exercise).items():
        failed = 0
        for program in programs:
            torch.manual_seed(0)
            try:
                check(program)
            except Exception:
                failed += 1
        assert failed, f"nothing fails the property: {title}"


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("value", [None, 0, "one", [], torch.zeros(0), torch.tensor(torch.nan)])
def test_no_constant_passes(name: str, value: object) -> None:
    exercise = load(name)
    function = function_of(f"def f({exercise.signature.partition('(')[2]}: return V", "f.py", "f")
    function.__globals__["V"] = value
    assert judge(exercise, function).verdict != "right"


@pytest.mark.parametrize("name", [name for name in names() if load(name).kind == "write"])
def test_a_right_program_passes_at_any_seed_and_thread_count(name: str) -> None:
    torch.manual_seed(7)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            report = judged(load(name).folder / "solution.py")
        assert torch.get_default_dtype() == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)
    assert report.verdict == "right", report
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise RuntimeError('x' * 999)", r"RuntimeError, line 1: raise .*\. x{299}…"),
        ("import sys\nsys.exit()", "The program calls exit, line 2"),
        ("import numpyy", "An import fails, line 1: .* No module named 'numpyy'"),
        ("def f(): return f()\nf()", "calls itself without an end"),
        ("x = 1", "no function is called kl"),
        ("kl = 3", "kl is no function"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt, line 1"),
        ("class E(Exception):\n    def __str__(self): 1 / 0\nraise E", "its message raises, too"),
    ],
)
def test_a_program_that_does_not_load_is_told_why(source: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "kl.py"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(Stopped, match=said):
        function_of(source, str(path), "kl")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("torch.Tensor.sum = lambda *a, **k: None", "replaces torch.Tensor.sum"),
        ("torch.zeros = torch.ones", "replaces torch.zeros"),
        ("properties.close = lambda *a, **k: True", "replaces gentutor.proof.properties.close"),
        ("vae.kl_to_prior = kl", "replaces gentutor.plain.vae.kl_to_prior"),
        ("import builtins; builtins.abs = max", "replaces builtins.abs"),
    ],
)
def test_what_a_program_replaces_is_put_back_and_said(source: str, said: str) -> None:
    text = "import torch\nfrom gentutor.proof import properties\nfrom gentutor.plain import vae\n"
    text += f"def kl(mu, logvar):\n    {source}\n    return torch.zeros(len(mu))"
    before = torch.Tensor.sum, torch.zeros, abs
    report = judge(load("vae/kl"), function_of(text, "kl.py", "kl"))
    assert report.verdict == "wrong"
    assert said in report.message
    assert (torch.Tensor.sum, torch.zeros, abs) == before
    assert judged(HERE / "vae/kl/solution.py").verdict == "right"


@pytest.mark.parametrize("name", ["gan/discriminator-step", "wgan/clip-before-step"])
def test_a_step_that_returns_nothing_is_told_so(name: str) -> None:
    report = judge(load(name), lambda *arguments: None)
    assert report.verdict == "wrong"
    assert "is None (is a return missing?), expected a number" in report.message


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda mu: mu, r"The judge calls kl\(mu, logvar\); the program has kl\(mu\)\."),
        (torch.zeros(3), "Expected the function kl.*, got Tensor. Give it without brackets"),
        (lambda mu, logvar: mu.item(), "RuntimeError"),
        (lambda mu, logvar: mu @ logvar, "RuntimeError"),
    ],
)
def test_what_cannot_be_called_is_told_why(function: object, said: str) -> None:
    report = judge(load("vae/kl"), function)  # type: ignore[arg-type]
    assert report.verdict == "stopped"
    assert re.search(said, report.message)
