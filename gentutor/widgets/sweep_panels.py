"""The panels of a sweep: what a slider moves, as numbers for the page and drawn for paper."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, dataclass_transform

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from gentutor.keywords import names_its_keywords
from gentutor.widgets.arrays import Arrays, Kind

ACCENT, SECOND, MUTED = "#0067b0", "#b45309", "#57606a"  # as in kit.css


@dataclass_transform(frozen_default=True, eq_default=False)
class Panel:
    """A frozen dataclass: a title, arrays with a row for each step, and the words at its axes.

    ``pack`` checks and packs the arrays and returns all else that the page needs, with words for
    those who cannot see the panel at each step. ``draw`` draws one step on paper.
    """

    title: str
    arrays: ClassVar[tuple[str, ...]] = ()  # the fields that travel as bytes

    def __init_subclass__(cls) -> None:
        """Make the dataclass, and let it name its arguments when a keyword is mistyped."""
        dataclass(frozen=True, eq=False)(cls)
        start = "__init__"
        setattr(cls, start, names_its_keywords(vars(cls)[start], cls.__name__))

    def pack(self, arrays: Arrays, steps: Sequence[str]) -> dict[str, Any]:
        raise NotImplementedError

    def draw(self, ax: Axes, index: int, step: str) -> None:
        raise NotImplementedError

    def inches(self) -> float:
        """Return the height of a panel that is 3.6 inches wide."""
        return 2.6

    def add(self, arrays: Arrays, name: str, shape: str, kind: Kind = "float32") -> np.ndarray:
        return arrays.add(f"{self.title}, {name}", getattr(self, name), shape, kind)

    def spec(self, words: list[str], **more: Any) -> dict[str, Any]:
        given = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        keys = {n: None if given[n] is None else f"{self.title}, {n}" for n in self.arrays}
        return {"kind": type(self).__name__, "words": words, **given, **keys, **more}


class Images(Panel):
    """Square images in ink.

    Args:
        title: plain text.
        pixels: (steps, n, s, s), or (n, s, s) of images that stay; in [0, 1], 1 is ink.
        columns: images in a row.
    """

    title: str
    pixels: ArrayLike
    columns: int = 8
    arrays: ClassVar = ("pixels",)

    def pack(self, arrays: Arrays, steps: Sequence[str]) -> dict[str, Any]:
        if isinstance(self.columns, bool) or not isinstance(self.columns, int) or self.columns < 1:
            raise ValueError(f"columns: expected an integer from 1, got {self.columns!r}")
        swept = np.ndim(self.pixels) == 4
        count = self.add(arrays, "pixels", "step n s s" if swept else "n s s", "pixel").shape[-3]
        words = [f"{self.title}: {count} images{f' at {at}' if swept else ''}" for at in steps]
        return self.spec(words, swept=swept, columns=min(self.columns, count))

    def inches(self) -> float:
        count = np.shape(self.pixels)[-3]
        columns = min(self.columns, count)
        return 0.25 + 3.5 * -(-count // columns) / columns

    def draw(self, ax: Axes, index: int, step: str) -> None:
        images = plain(self.pixels)
        images = images[index] if images.ndim == 4 else images
        (count, side), columns = images.shape[:2], min(self.columns, len(images))
        sheet = np.zeros((-(-count // columns) * (side + 1) - 1, columns * (side + 1) - 1))
        for place, image in enumerate(images):  # a pixel of paper between them
            y, x = (side + 1) * np.array(divmod(place, columns))
            sheet[y : y + side, x : x + side] = np.maximum(image, 0.05)
        ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        ax.axis("off")


class Bars(Panel):
    """A bar for each entry of the step's row, full where it is above a bound.

    Args:
        title: plain text.
        values: (steps, n), none negative; −0.0001 passes as rounding.
        x_label: what is counted from 1 to n.
        y_label: what a bar's height is.
        above: bars above this are full, the others empty.
        beside: (steps, n), likewise: rings on a dashed line, such as a prediction.
        names: of bars and rings, for the key.
    """

    title: str
    values: ArrayLike
    x_label: str
    y_label: str
    above: float = 0.0
    beside: ArrayLike | None = None
    names: tuple[str, str] = ("bars", "rings")
    arrays: ClassVar = ("values", "beside")

    def pack(self, arrays: Arrays, steps: Sequence[str]) -> dict[str, Any]:
        if not self.above >= 0:
            raise ValueError(f"above: expected a number from 0, got {self.above!r}")
        said = [f"{self.title} ({self.y_label}) at {at}:" for at in steps]
        for name, called in zip(self.arrays, self.names, strict=True):
            if getattr(self, name) is None:
                continue
            rows, key = self.add(arrays, name, "step n"), f"{self.title}, {name}"
            if rows.min() < -1e-4:
                raise ValueError(f"{key}: expected no negative value, got {rows.min():g}")
            rows = arrays.add(key, np.maximum(rows, 0), "step n", "float32")
            who = "" if self.beside is None else f" {called}"
            said = [f"{words}{who} {listed(row)};" for words, row in zip(said, rows, strict=True)]
        return self.spec([words.rstrip(";") for words in said])

    def draw(self, ax: Axes, index: int, step: str) -> None:
        values = plain(self.values)
        place, most = np.arange(1, values.shape[1] + 1), values.max()
        full = values[index] > self.above
        fill, edge = np.where(full, ACCENT, "white"), np.where(full, ACCENT, MUTED)
        ax.bar(place, values[index], 0.7, color=fill, edgecolor=edge, label=self.names[0])
        if self.beside is not None:
            rings = plain(self.beside)
            ax.plot(place, rings[index], "--o", c=SECOND, mfc="none", label=self.names[1])
            ax.legend(fontsize=8)
            most = max(most, rings.max())
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set(xlabel=self.x_label, ylabel=self.y_label, ylim=(0, 1.08 * most or 1))


class Plane(Panel):
    """A point for each step on its way through a plane.

    Args:
        title: plain text.
        x: (steps,).
        y: (steps,).
        x_label: of the axis.
        y_label: of the axis.
        sums: draw dashed lines of equal −(x + y), each with its number: the ELBO of rate and
            distortion.
    """

    title: str
    x: ArrayLike
    y: ArrayLike
    x_label: str
    y_label: str
    sums: bool = False
    arrays: ClassVar = ("x", "y")

    def pack(self, arrays: Arrays, steps: Sequence[str]) -> dict[str, Any]:
        x, y = (self.add(arrays, name, "step") for name in self.arrays)
        places = [(f"{self.x_label} {listed(a)}", f"{self.y_label} {listed(b)}")
                  for a, b in zip(x, y, strict=True)]  # fmt: skip
        one = f"one of {len(steps)} points"
        words = [f"{self.title}. At {at}: {a}; {b}; {one}"
                 for at, (a, b) in zip(steps, places, strict=True)]  # fmt: skip
        return self.spec(words)

    def draw(self, ax: Axes, index: int, step: str) -> None:
        x, y = plain(self.x), plain(self.y)
        ax.plot(x, y, "o-", color=MUTED, lw=0.8, ms=3)
        ax.plot(x[index], y[index], "o", color=ACCENT, ms=8)
        ax.set(xlabel=self.x_label, ylabel=self.y_label)
        (_, right), (low, high) = ax.get_xlim(), ax.get_ylim()
        sums = MaxNLocator(6).tick_values((x + y).min(), (x + y).max()) if self.sums else []
        for total in sums:
            end = min(right, total - low)
            if low <= total - end <= high:
                ax.axline((end, total - end), slope=-1, color=MUTED, ls=":", lw=1)
                number = f"{-total:zg}".replace("-", "−")
                ax.text(end, total - end, number, size=8, color=MUTED, ha="right", va="bottom")
        ax.set(xlim=(None, right), ylim=(low, high))


def plain(values: Any) -> np.ndarray:
    """Return an array of floats, of a torch tensor too."""
    return np.asarray(values.detach() if hasattr(values, "detach") else values, dtype=float)


def listed(values: ArrayLike) -> str:
    """Return numbers with two decimals and true minus signs."""
    return ", ".join(f"{value:z.2f}".replace("-", "−") for value in np.atleast_1d(values))
