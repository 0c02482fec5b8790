"""Words for the tests of an exercise: each failure says what was seen and what it may come from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn


class Wrong(Exception):  # noqa: N818  (the answer is wrong, the judge is not)
    """A property does not hold; the message is for the reader."""


def expect(holds: Any, message: str) -> None:
    """Raise Wrong with this message unless the property holds.

    >>> expect(1 + 1 == 3, "1 + 1 is 2, expected 3")
    Traceback (most recent call last):
    ...
    gentutor.proof.properties.Wrong: 1 + 1 is 2, expected 3
    """
    if not bool(holds):
        raise Wrong(message)


def shown(value: Any) -> str:
    """Return a tensor's first numbers for a sentence.

    >>> shown(torch.tensor([0.5, 2 / 3])), shown(torch.tensor(-1e-9))
    ('(0.5, 0.667)', '0')
    """
    if not isinstance(value, Tensor):
        return repr(value)[:60]
    numbers = value.detach().flatten().tolist()
    texts = [f"{round(float(number), 7) + 0.0:.3g}" for number in numbers[:4]]
    texts += ["…"] if len(numbers) > 4 else []
    return texts[0] if value.numel() == 1 else "(" + ", ".join(texts) + ")"


def tensor(
    value: Any,
    shape: tuple[int, ...],
    what: str,
    hints: Mapping[tuple[int, ...], str] | None = None,
) -> Tensor:
    """Return the value if it is a finite tensor of this shape.

    Args:
        value: what the submission gives.
        shape: the one that is right.
        what: the quantity, as the sentence's subject.
        hints: what to say to a wrong shape.
    """
    if not isinstance(value, Tensor):
        raise Wrong(f"{what} is {_article(value)}, expected a tensor of shape {shape}.")
    got = tuple(value.shape)
    expect(got == shape, f"{what} has shape {got}, expected {shape}. {(hints or {}).get(got, '')}")
    expect(value.detach().isfinite().all(), f"{what} is not finite: {shown(value)}.")
    return value


def gradient(value: Tensor, source: Tensor, what: str) -> Tensor:
    """Return the gradient of a value's sum, zero where none flows; Wrong where none can.

    >>> a = torch.ones(2, requires_grad=True)
    >>> gradient(a.square(), a, "a²")
    tensor([2., 2.])
    """
    expect(
        isinstance(value, Tensor) and value.requires_grad,
        f"No gradient flows through {what}. Is there a detach, a no_grad, .item() or .data?",
    )
    (slope,) = torch.autograd.grad(value.sum(), source, retain_graph=True, allow_unused=True)
    return torch.zeros_like(source) if slope is None else slope


def _article(value: Any) -> str:
    if value is None:
        return "None (is a return missing?)"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def close(a: Any, b: Any, tolerance: float = 1e-4) -> bool:
    """Tell whether two tensors of one shape agree to ``tolerance * (1 + |b|)`` everywhere.

    >>> close(torch.ones(2), torch.ones(2) + 1e-6), close(torch.ones(2), torch.ones(1, 2))
    (True, False)
    """
    a, b = (torch.as_tensor(value, dtype=torch.float64).detach() for value in (a, b))
    return a.shape == b.shape and bool(((a - b).abs() <= tolerance * (1 + b.abs())).all())


def same(
    saw: Any, expected: Any, what: str, mistakes: Mapping[str, Any] | None = None, hint: str = ""
) -> None:
    """Raise Wrong unless two values agree, with the first mistake's text that explains the value.

    Args:
        saw: what the submission gives.
        expected: what is right.
        what: the quantity, as the sentence's subject.
        mistakes: what to say, to the value that one gets by that mistake.
        hint: what to say where no mistake explains the value.

    >>> same(2.0, 1.0, "f(1)", {"Is the ½ missing?": 2.0})
    Traceback (most recent call last):
    ...
    gentutor.proof.properties.Wrong: f(1) is 2, expected 1. Is the ½ missing?
    """
    try:
        torch.as_tensor(saw)
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(f"{what} is {_article(saw)}, expected a number or a tensor.") from None
    if close(saw, expected):
        return
    said = [message for message, value in (mistakes or {}).items() if close(saw, value)]
    numbers = (
        f"{what} is {shown(torch.as_tensor(saw))}, expected {shown(torch.as_tensor(expected))}."
    )
    raise Wrong(f"{numbers} {(said or [hint])[0]}".strip())


def spread(*shape: int, seed: int = 0) -> Tensor:
    """Return standard normal numbers that depend on the seed alone.

    >>> bool((spread(3, seed=1) == spread(3, seed=1)).all())
    True
    """
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def weights(net: nn.Module) -> Tensor:
    """Return a copy of all parameters in one vector."""
    return torch.cat([weight.detach().flatten() for weight in net.parameters()]).clone()


def seeded(net: nn.Module, seed: int = 0, scale: float = 0.5) -> nn.Module:
    """Return the net with parameters drawn from the seed."""
    for number, weight in enumerate(net.parameters()):
        weight.data = scale * spread(*weight.shape, seed=100 * seed + number)
        weight.grad = None
    return net


class Descent:
    """Gradient descent that notes in ``calls`` what it was asked to do.

    >>> Descent(nn.Linear(1, 1).parameters(), lr=0.1).calls
    []
    """

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float = 0.1) -> None:
        self.parameters, self.lr = list(parameters), lr
        self.calls: list[str] = []

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        self.calls.append("zero_grad")
        for weight in self.parameters:
            weight.grad = None if set_to_none or weight.grad is None else weight.grad * 0

    @torch.no_grad()
    def step(self) -> None:
        """Move each parameter against its gradient."""
        self.calls.append("step")
        for weight in self._moved():
            weight -= self.lr * weight.grad

    def _moved(self) -> Iterator[Any]:
        return (weight for weight in self.parameters if weight.grad is not None)
