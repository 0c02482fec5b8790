"""Rows of named bars and of dots, drawn into axes: the first on top, the number at a bar's end."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike


def named_rows(ax: Axes, names: Collection[str]) -> None:
    """Name the rows at 0, 1, ... from the top down, without grid lines along them."""
    ax.set_yticks(range(len(names)), list(names))
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_axisbelow(True)


def across(ax: Axes, values: Mapping[str, float], colour: Any, form: str, shift: float = 0) -> None:
    """Draw a row a name: a bar from 0, and its number ``shift`` to the right of its end."""
    ax.barh(range(len(values)), list(values.values()), color=colour)
    for row, value in enumerate(values.values()):
        ax.text(value + shift, row, form.format(value), va="center", size=9)
    named_rows(ax, values)


def runs(
    ax: Axes, row: float, values: ArrayLike, colour: str, *, tall: float, alpha: float
) -> None:
    """Draw in one row a dot a run, and an upright bar at their mean."""
    points = np.asarray(values, dtype=float)
    ax.plot(points, np.full(len(points), row), "o", color=colour, alpha=alpha, mew=0)
    ax.plot(points.mean(), row, "|", color=colour, ms=tall, mew=2.5)
