"""Photographs side by side, each under its own title: for the chapters on image metrics."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.images import channels_last, show
from gentutor.figures.style import bare


def panels(
    images: Mapping[str, ArrayLike],
    *,
    columns: int = 4,
    limits: tuple[float, float] = (0, 1),
    colours: str = "gray",
) -> Figure:
    """Draw images in rows.

    Args:
        images: title -> (H, W), or (..., 1 or 3, H, W) with leading axes of length 1. A title may
            have several lines.
        columns: of the grid.
        limits: the values that are black and white.
        colours: matplotlib's name of a colour map for grey images.

    >>> import numpy as np
    >>> figure = panels({"dark": np.zeros((4, 4)), "bright": np.ones((1, 3, 4, 4))}, columns=2)
    >>> len(figure.axes)
    2
    """
    rows = -(-len(images) // columns)
    lines = max(title.count("\n") for title in images) + 1
    width = 7.2 / columns
    fig, axes = plt.subplots(
        rows, columns, figsize=(7.2, rows * (width + 0.17 * lines)), squeeze=False, dpi=144
    )
    for ax in axes.flat:
        bare(ax)
    for ax, (title, image) in zip(axes.flat, images.items(), strict=False):
        show(ax, channels_last(image), title, colours, *limits)
    return fig
