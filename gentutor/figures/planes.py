"""Points of the plane, drawn into axes: clouds, and codes by class."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from numpy.typing import ArrayLike


def cloud(
    ax: Axes, points: ArrayLike, colour: Any, size: float, alpha: float | None = None
) -> PathCollection:
    """Draw (N, 2) points as dots without rims, of one colour or of (N,) values; return them."""
    x, y = np.asarray(points, dtype=float).T
    return ax.scatter(x, y, s=size, c=colour, alpha=alpha, lw=0, rasterized=True)


def by_class(
    ax: Axes, points: ArrayLike, labels: ArrayLike, *, size: float, alpha: float, rim: bool
) -> None:
    """Draw (N, 2) points in their class's colour, its number (with a rim) at the median."""
    kinds = np.asarray(labels)
    for kind in np.unique(kinds):
        mine, shade = np.asarray(points)[kinds == kind], plt.get_cmap("tab10")(int(kind))
        cloud(ax, mine, [shade], size, alpha=alpha)
        x, y = np.median(mine, axis=0)
        text = ax.text(x, y, str(kind), ha="center", va="center", weight="bold")
        if rim:
            text.set_fontsize(9)
            text.set_bbox({"boxstyle": "circle,pad=0.2", "fc": "white", "ec": shade, "lw": 1.5})
