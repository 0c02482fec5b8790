"""Arrays on their way into a page: checked against each other, then packed as bytes."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

Kind = Literal["pixel", "class", "float16", "float32"]

# kind: (dtype of the bytes, lowest and highest value allowed, factor)
KINDS: dict[Kind, tuple[str, float, float, int]] = {
    "pixel": ("uint8", 0.0, 1.0, 255),
    "class": ("uint8", 0, 255, 1),
    "float16": ("float16", -65504.0, 65504.0, 1),
    "float32": ("float32", -3e38, 3e38, 1),
}


class Arrays:
    """Collect named arrays whose shapes share letters, as bytes that travel with a widget.

    A letter in a shape stands for a size that is fixed by the first array that uses it. A
    ``pixel`` array holds values in [0, 1] and is stored as uint8, round(255 v), so that a step
    is 1/255; ``class`` holds integers in [0, 255]. Floats are little-endian.

    ``packed`` is ``{name: {"shape": [...], "dtype": "uint8", "data": b"..."}}``.

    >>> arrays = Arrays()
    >>> values = arrays.add("beta", [0.5, 1.0], "B", "float32")
    >>> arrays.packed["beta"]["shape"], len(arrays.packed["beta"]["data"])
    ([2], 8)
    >>> arrays.add("kl", [[0.1, 2.0]], "B d", "float32")
    Traceback (most recent call last):
        ...
    ValueError: kl: expected shape (B, d) with B = 2, got (1, 2)
    """

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self.packed: dict[str, dict[str, Any]] = {}

    def add(self, name: str, value: ArrayLike, shape: str, kind: Kind) -> np.ndarray:
        """Check one array and pack it.

        Args:
            name: the argument's name, for errors and for the page.
            value: numbers; anything that ``numpy.asarray`` reads, a torch tensor included.
            shape: letters and sizes between spaces, such as ``"B n 8 8"``.
            kind: ``"pixel"``, ``"class"``, ``"float16"`` or ``"float32"``.

        Returns:
            The values as float64 (before they are packed).

        Raises:
            TypeError: ``value`` is not an array of numbers.
            ValueError: a shape that does not fit, an empty array, NaN or infinity, or a value
                outside the range of ``kind``.
        """
        if hasattr(value, "detach"):  # a torch parameter
            value = value.detach()
        try:
            array = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError, RuntimeError) as error:
            got = type(value).__name__
            raise TypeError(f"{name}: expected an array of numbers, got {got} ({error})") from error
        self._check_shape(name, array, shape.split())
        dtype, low, high, factor = KINDS[kind]
        if not np.isfinite(array).all():
            bad = int((~np.isfinite(array)).sum())
            raise ValueError(f"{name}: expected finite numbers, got {bad} that are NaN or infinite")
        if array.min() < low or array.max() > high:
            raise ValueError(
                f"{name}: expected values in [{low:g}, {high:g}], "
                f"got values in [{array.min():g}, {array.max():g}]"
            )
        if kind == "class" and (array % 1).any():
            raise ValueError(f"{name}: expected integers, got {array[array % 1 != 0][0]:g}")
        scaled = np.rint(array * factor) if dtype == "uint8" else array
        data = scaled.astype(np.dtype(dtype).newbyteorder("<")).tobytes()
        self.packed[name] = {"shape": list(array.shape), "dtype": dtype, "data": data}
        return array

    def _check_shape(self, name: str, array: np.ndarray, letters: list[str]) -> None:
        sizes = dict(self.sizes)
        fits = array.ndim == len(letters) and array.size > 0
        for letter, size in zip(letters, array.shape, strict=False):
            fits &= size == (int(letter) if letter.isdigit() else sizes.setdefault(letter, size))
        if not fits:
            expected = f"({', '.join(letters)}{',' if len(letters) == 1 else ''})"
            known = [f"{key} = {size}" for key, size in self.sizes.items() if key in letters]
            where = f" with {', '.join(known)}" if known else ""
            empty = " and no size zero" if array.size == 0 else ""
            raise ValueError(f"{name}: expected shape {expected}{where}{empty}, got {array.shape}")
        self.sizes = sizes
