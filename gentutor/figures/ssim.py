"""Figures of the SSIM chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.curves import marked
from gentutor.figures.images import show


def local_map(reference: ArrayLike, image: ArrayLike, scores: ArrayLike) -> Figure:
    """Draw a reference, an image and the SSIM of each place: dark where it is low.

    Args:
        reference: (H, W) in [0, 1].
        image: (H, W).
        scores: (H - 10, W - 10), the map.
    """
    fig, axes = plt.subplots(1, 3, figsize=(7.2, 2.75), dpi=144)
    reach = (np.shape(image)[0] - np.shape(scores)[0]) / 2 - 0.5
    look: dict[str, Any] = {"size": 9, "interpolation": "auto"}
    show(axes[0], reference, "reference", **look)
    show(axes[1], image, "image", **look)
    height, width = np.shape(scores)
    extent = (reach, reach + width, reach + height, reach)
    drawn = show(axes[2], scores, "SSIM map", cmap="magma", extent=extent, **look)
    axes[2].set(xlim=axes[0].get_xlim(), ylim=axes[0].get_ylim())
    fig.colorbar(drawn, ax=axes, shrink=0.8, pad=0.01)
    return fig


def by_scale(factors: Mapping[str, ArrayLike]) -> Figure:
    """Draw contrast x structure at each scale of MS-SSIM, a line for each kind of distortion.

    Args:
        factors: name -> (S,), finest scale first.
    """
    fig, ax = plt.subplots(figsize=(6.4, 3.0))
    for (name, values), mark in zip(factors.items(), "osD^v", strict=False):
        ax.plot(2 ** np.arange(len(np.asarray(values))), values, marker=mark, label=name)
    ax.set_xscale("log", base=2)
    marked(ax.xaxis, [1, 2, 4, 8, 16])
    ax.set(xlabel="pixels averaged along each side", ylabel="contrast × structure", ylim=(0, 1.03))
    ax.legend(fontsize=9, loc="lower right")
    return fig
