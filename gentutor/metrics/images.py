"""What PSNR and SSIM ask of two batches of images, and how they walk through them."""

from collections.abc import Iterator
from typing import Any, NoReturn

import torch
from torch import Tensor

from gentutor.checks import check_number, check_same_shape, check_tensor, trusted

WHOLE = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
SMALLEST, LARGEST = 1e-100, 1e100  # of data_range


def check_images(x: Any, y: Any, data_range: Any) -> float:
    """Check two batches of images and return ``data_range`` as a float.

    A scan for NaN would cost as much as PSNR itself, so it is not done here: callers look at
    their result and call :func:`refuse` when it is not finite.

    Raises:
        TypeError: not a tensor, or of another dtype than floating-point, uint8 and signed integers;
            ``data_range`` is no number.
        ValueError: shapes that are not (N, C, H, W) or that differ; an empty batch;
            ``data_range`` not above 0, beyond 1e-100 to 1e100, or below the spread of integer
            images.

    >>> black, white = torch.zeros(1, 1, 8, 8).byte(), torch.full((1, 1, 8, 8), 255).byte()
    >>> check_images(black, white, 255)
    255.0
    >>> check_images(black, white, 1)
    Traceback (most recent call last):
    ...
    ValueError: data_range: expected at least 255, the spread of these integer images, got 1
    """
    for name, images in (("x", x), ("y", y)):
        if isinstance(images, Tensor) and not (images.is_floating_point() or images.dtype in WHOLE):
            raise TypeError(
                f"{name}: expected a floating-point dtype, uint8 or a signed integer, "
                f"got {images.dtype}"
            )
        if isinstance(images, Tensor) and images.dtype in WHOLE:
            images = torch.empty_like(images, dtype=torch.float32, device="meta")
        with trusted():
            check_tensor(name, images, ("N", "C", "H", "W"))
    check_same_shape("y", y, "x", x)
    limit = check_number("data_range", data_range)
    if not SMALLEST <= limit <= LARGEST:
        raise ValueError(
            f"data_range: expected a number from {SMALLEST:g} to {LARGEST:g}, whose square and "
            f"its inverse float64 can hold, got {data_range}"
        )
    whole = [images for images in (x, y) if images.dtype in WHOLE]
    if whole:
        spread = max(int(i.max()) for i in whole) - min(int(i.min()) for i in whole)
        if spread > limit:
            raise ValueError(
                f"data_range: expected at least {spread}, the spread of these integer images, "
                f"got {data_range}"
            )
    return limit


def check_finite(x: Tensor, y: Tensor) -> None:
    """Raise ValueError if either batch holds NaN or infinity: which one, how many and where."""
    for name, images in (("x", x), ("y", y)):
        if images.dtype not in WHOLE:
            check_tensor(name, images, images.shape)


def refuse(x: Tensor, y: Tensor) -> NoReturn:
    """Raise ValueError for images whose score is not finite, and say why."""
    check_finite(x, y)
    largest = max(float(images.abs().max()) for images in (x, y))
    raise ValueError(
        f"x, y: expected values whose squares {common_dtype(x, y)} can hold, got up to {largest:g}"
    )


def widened(x: Tensor, y: Tensor, data_range: float) -> tuple[Tensor, Tensor]:
    """Return both as float64 if squares of so large or small a range do not fit into float32."""
    fits = 1e-9 <= data_range <= 1e9
    return (x, y) if fits else (x.double(), y.double())


def common_dtype(x: Tensor, y: Tensor) -> torch.dtype:
    """Return the dtype to compute in: float64 or float32.

    It is float64 if either batch is float64 or has integers above 16 bits, which float32 cannot
    hold.
    """
    wide = (torch.float64, torch.int32, torch.int64)
    return torch.float64 if x.dtype in wide or y.dtype in wide else torch.float32


def blocks(x: Tensor, y: Tensor, size: int = 1 << 18) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield both batches a few entries of axis 0 at a time, in their common dtype.

    A block has about ``size`` numbers, so that what is computed of it stays in the cache. The
    conversion comes before any arithmetic: a difference of unsigned integers cannot wrap around.
    """
    dtype = common_dtype(x, y)
    count = max(1, size // x[0].numel())
    for a, b in zip(x.split(count), y.split(count), strict=True):
        yield a.to(dtype), b.to(dtype)
