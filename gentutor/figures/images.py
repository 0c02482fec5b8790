"""Images under titles and in labelled rows, and tables of numbers as heat maps."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike

from gentutor.figures.style import INK, bare


def show(
    ax: Axes, image: ArrayLike, title: str = "", cmap: str = "gray", low: float = 0, high: float = 1
) -> None:
    """Show (H, W) values from ``low`` to ``high``, or (H, W, 3) in [0, 1], under a title."""
    ax.set_title(title, size=8.5, weight="normal")
    bare(ax).imshow(np.asarray(image), cmap, vmin=low, vmax=high, interpolation="nearest")


def channels_last(image: ArrayLike) -> np.ndarray:
    """Return (H, W), or (H, W, 3) in [0, 1], of (H, W) or (..., 1 or 3, H, W).

    >>> channels_last(np.zeros((1, 3, 4, 6))).shape, channels_last(np.zeros((1, 4, 6))).shape
    ((4, 6, 3), (4, 6))
    """
    pixels = np.asarray(image)
    pixels = pixels.reshape(-1, *pixels.shape[-2:])
    return pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0).clip(0, 1)


def side_by_side(images: ArrayLike, *, edge: int = 1, paper: float = 0) -> np.ndarray:
    """Return (n, H, W) or (n, H, W, C) images as one strip, an edge of paper after each.

    >>> side_by_side(np.ones((3, 8, 8))).shape
    (8, 27)
    """
    tiles = np.asarray(images, dtype=float)
    gap = np.full_like(tiles[:, :, :edge], paper)
    return np.concatenate(list(np.concatenate([tiles, gap], axis=2)), axis=1)


def ink_row(ax: Axes, images: ArrayLike, label: str = "") -> None:
    """Draw (n, s, s) or (n, s * s) images, 0 paper and 1 ink, side by side behind their label."""
    array = np.asarray(images, dtype=float)
    side = round(array[0].size ** 0.5)
    show(ax, side_by_side(array.reshape(len(array), -1, side)), cmap=INK)
    ax.set_ylabel(label, rotation=0, ha="right", va="center", labelpad=8)


def image_rows(rows: Mapping[str, ArrayLike]) -> Figure:
    """Draw one labelled row of images per entry; values are clipped to [0, 1].

    Args:
        rows: label -> (n, 64) or (n, 8, 8) grey values, 0 paper and 1 ink.
    """
    tall = 0.25 + 5.6 / max(len(np.asarray(values)) for values in rows.values()) * len(rows)
    fig, axes = plt.subplots(len(rows), 1, figsize=(7.2, tall), squeeze=False)
    for ax, (label, values) in zip(axes[:, 0], rows.items(), strict=True):
        ink_row(ax, values, label)
    return fig


def heat_map(
    ax: Axes,
    values: np.ndarray,
    words: Sequence[Sequence[str]],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    top: float,
    size: float = 10,
) -> AxesImage:
    """Draw (R, C) values from 0 to ``top``, a word in each cell; return matplotlib's image."""
    mesh = ax.imshow(values, cmap="Blues", vmin=0, vmax=top, aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        tone = "white" if value > 0.6 * top else "black"
        ax.text(j, i, words[i][j], ha="center", va="center", color=tone, size=size)
    ax.grid(False)
    ax.set_xticks(range(values.shape[1]), list(columns))
    ax.set_yticks(range(values.shape[0]), list(rows))
    ax.tick_params(which="both", length=0)
    return mesh
