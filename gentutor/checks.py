"""Checks of shape, dtype and range that name the argument, what was expected and what came.

Shapes are always checked. Scans of the values (NaN, range) cost a pass over the data, so a
training loop, which has scanned its data once, wraps its steps in :func:`trusted`.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Integral, Real
from types import EllipsisType
from typing import Any

import torch
from torch import Tensor

_scan_values: ContextVar[bool] = ContextVar("scan_values", default=True)

Shape = tuple[int | str | EllipsisType, ...]


@contextmanager
def trusted() -> Iterator[None]:
    """Skip scans of tensor values inside the block; shapes and dtypes are still checked."""
    token = _scan_values.set(False)
    try:
        yield
    finally:
        _scan_values.reset(token)


def _shape_text(shape: Sequence[Any]) -> str:
    parts = ["..." if size is ... else str(size) for size in shape]
    return "(" + ", ".join(parts) + ("," if len(parts) == 1 else "") + ")"


def _shape_fits(actual: Sequence[int], shape: Shape) -> bool:
    if shape and shape[0] is ...:
        shape = shape[1:]
        actual = actual[max(len(actual) - len(shape), 0) :]
    if len(actual) != len(shape):
        return False
    for want, got in zip(shape, actual, strict=True):  # a loop, since it runs in every step
        if want != got and isinstance(want, int):
            return False
    return True


def check_tensor(
    name: str,
    value: Any,
    shape: Shape,
    *,
    dtype: torch.dtype | None = None,
    above: float | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Tensor:
    """Return ``value`` if it is a non-empty, finite floating-point tensor of the given shape.

    Args:
        name: the argument's name, as it stands in the caller's signature.
        value: what the caller was given.
        shape: sizes as integers, free sizes as letters; a leading ``...`` allows further axes.
        dtype: the one allowed dtype, or None for any floating-point dtype.
        above: number that every value exceeds, or None.
        low: smallest allowed value, or None.
        high: largest allowed value, or None.

    Raises:
        TypeError: not a tensor, or of another dtype.
        ValueError: wrong shape, empty, NaN or infinite, or outside ``[low, high]``.

    >>> check_tensor("x", torch.zeros(5, 3), ("N", 64))
    Traceback (most recent call last):
    ...
    ValueError: x: expected shape (N, 64), got (5, 3)
    """
    if not isinstance(value, Tensor):
        raise TypeError(f"{name}: expected a torch.Tensor, got {type(value).__name__}")
    if not value.is_floating_point():
        raise TypeError(f"{name}: expected a floating-point dtype, got {value.dtype}")
    if dtype is not None and value.dtype != dtype:
        raise TypeError(f"{name}: expected dtype {dtype}, got {value.dtype}")
    if not _shape_fits(value.shape, shape):
        raise ValueError(
            f"{name}: expected shape {_shape_text(shape)}, got {_shape_text(value.shape)}"
        )
    if value.numel() == 0:
        raise ValueError(f"{name}: expected at least one element, got {_shape_text(value.shape)}")
    if _scan_values.get():
        _check_values(name, value.detach(), above, low, high)
    return value


def _check_values(
    name: str, value: Tensor, above: float | None, low: float | None, high: float | None
) -> None:
    # A finite sum has finite terms, costs 1/30 of a look at each, and no memory.
    wrong = [] if math.isfinite(value.sum()) else (~torch.isfinite(value)).nonzero().tolist()
    if wrong:
        count, first = len(wrong), tuple(wrong[0])
        raise ValueError(
            f"{name}: expected finite values, got {count} NaN or infinite, the first at {first}"
        )
    if above is not None and bool((value <= above).any()):
        raise ValueError(f"{name}: expected values > {above:g}, got {float(value.min()):g}")
    if low is not None and bool((value < low).any()):
        raise ValueError(f"{name}: expected values >= {low:g}, got {float(value.min()):g}")
    if high is not None and bool((value > high).any()):
        raise ValueError(f"{name}: expected values <= {high:g}, got {float(value.max()):g}")


def check_same_shape(name: str, value: Tensor, other_name: str, other: Tensor) -> None:
    """Raise ValueError unless the two tensors have the same shape."""
    if value.shape != other.shape:
        raise ValueError(
            f"{name}: expected the shape of {other_name}, {_shape_text(other.shape)}, "
            f"got {_shape_text(value.shape)}"
        )


def check_int(name: str, value: Any, *, low: int = 1, high: int | None = None) -> int:
    """Return ``value`` if it is an integer with ``low <= value <= high``.

    >>> check_int("latent_dim", 0)
    Traceback (most recent call last):
    ...
    ValueError: latent_dim: expected an integer >= 1, got 0
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name}: expected an integer, got {value!r}")
    number = int(value)
    if number < low or (high is not None and number > high):
        limit = f">= {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name}: expected an integer {limit}, got {number}")
    return number


def check_seed(name: str, value: Any, *, high: int = 2**32 - 1) -> int:
    """Return ``value`` if it seeds torch's generator: an integer from 0 to 2**32 - 1.

    The generator reads 32 bits. Beyond, two seeds could give the same numbers without a word.

    >>> check_seed("seed", 2**32)
    Traceback (most recent call last):
    ...
    ValueError: seed: expected an integer from 0 to 4294967295, got 4294967296
    """
    return check_int(name, value, low=0, high=high)


def check_number(name: str, value: Any, *, low: float = 0.0, strict: bool = True) -> float:
    """Return ``value`` if it is a finite number above ``low`` (or equal, unless ``strict``).

    >>> check_number("sigma", -0.1)
    Traceback (most recent call last):
    ...
    ValueError: sigma: expected a finite number > 0, got -0.1
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name}: expected a number, got {value!r}")
    number = float(value)
    enough = number > low if strict else number >= low
    if not enough or not math.isfinite(number):
        raise ValueError(
            f"{name}: expected a finite number {'>' if strict else '>='} {low:g}, got {value}"
        )
    return number


def check_choice(name: str, value: Any, choices: Sequence[str]) -> str:
    """Return ``value`` if it is one of ``choices``.

    >>> check_choice("likelihood", "poisson", ("gaussian", "bernoulli"))
    Traceback (most recent call last):
    ...
    ValueError: likelihood: expected one of gaussian, bernoulli; got 'poisson'
    """
    if value not in choices:
        raise ValueError(f"{name}: expected one of {', '.join(choices)}; got {value!r}")
    return str(value)
