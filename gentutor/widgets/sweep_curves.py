"""The panel of curves: points on their lines, and a level that the slider moves past them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.sweep_panels import ACCENT, MUTED, SECOND, Panel, plain


class Curves(Panel):
    """One or two series of points on their lines, and a level that the slider moves.

    Points of the first series are full above the level, empty at or below it. On a logarithmic
    axis everything below the lowest tick, zeros too, stands on it; that is the power of ten which
    lies at least a factor of two below the least level, or below the least positive value.

    Args:
        title: plain text.
        series: name -> (x (n,), y (n,) or (steps, n)).
        x_label: of the axis.
        y_label: of the axis.
        level: (steps,), in the units of y.
        sides: what it means to be above the level, and not to be, for the key.
        log: whether the y axis is logarithmic.
    """

    title: str
    series: Mapping[str, tuple[ArrayLike, ArrayLike]]
    x_label: str
    y_label: str
    level: ArrayLike | None = None
    sides: tuple[str, str] = ("above the level", "at or below it")
    log: bool = False
    arrays: ClassVar = ("level",)

    def pack(self, arrays: Arrays, steps: Sequence[str]) -> dict[str, Any]:
        pairs = list(self.series.values()) if isinstance(self.series, Mapping) else []
        if not 1 <= len(pairs) <= 2 or {(type(pair), len(pair)) for pair in pairs} != {(tuple, 2)}:
            raise ValueError(f"{self.title}, series: expected one or two pairs (x, y) by name")
        level = None if self.level is None else self.add(arrays, "level", "step")
        said = [self.title for _ in steps]
        packed: list[dict[str, Any]] = []
        for number, (name, (x, y)) in enumerate(self.series.items()):
            key, swept, points = f"{self.title}, {name}", np.ndim(y) == 2, f"n{number}"
            arrays.add(f"{key}, x", x, points, "float32")
            rows = arrays.add(f"{key}, y", y, f"step {points}" if swept else points, "float32")
            if self.log and rows.min() < 0:
                raise ValueError(f"{key}: expected no negative value, got {rows.min():g}")
            packed.append({"name": name, "x": f"{key}, x", "y": f"{key}, y", "swept": swept})
            for i, at in enumerate(steps):
                row = rows[i] if swept else rows
                said[i] += f"; {name}: {len(row)} points from {row.max():.3g} to {row.min():.3g}"
                if level is not None:
                    said[i] += f", {(row > level[i]).sum()} of them above {at}"
        return self.spec(said, series=packed, decade=self._decade())

    def _decade(self) -> int | None:
        if not self.log:
            return None
        low = [y for _, y in self.series.values()] if self.level is None else [self.level]
        values = np.concatenate([plain(value).ravel() for value in low])
        if (self.level is not None and values.min() <= 0) or values.max() <= 0:
            raise ValueError(f"{self.title}: expected positive values on a logarithmic axis")
        return int(np.floor(np.log10(values[values > 0].min() / 2)))

    def draw(self, ax: Axes, index: int, step: str) -> None:
        low = 0.0 if (decade := self._decade()) is None else 10.0**decade
        level = None if self.level is None else plain(self.level)[index]
        for number, (name, (x, y)) in enumerate(self.series.items()):
            across, row = plain(x), np.atleast_2d(plain(y))[index if np.ndim(y) == 2 else 0]
            shown = np.maximum(row, low) if self.log else row
            ax.plot(across, shown, color=MUTED, lw=0.8, zorder=1)
            full = np.where(row > (-np.inf if level is None else level), ACCENT, "white")
            size, fill = (4, MUTED) if number else (18, full)
            ax.scatter(across, shown, size, color=fill, edgecolor=MUTED, label=name)
        if self.log:
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter("{x:g}")
            ax.minorticks_off()
        if level is not None:
            ax.axhline(level, color=SECOND)
            right = ax.get_yaxis_transform()
            ax.text(1, level, step, color=SECOND, ha="right", va="bottom", transform=right)
        ax.set(xlabel=self.x_label, ylabel=self.y_label)
        ax.legend(fontsize=8)
