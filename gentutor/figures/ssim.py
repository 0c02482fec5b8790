"""Figures of the SSIM chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.curves import marked
from gentutor.figures.style import bare


def local_map(reference: ArrayLike, image: ArrayLike, scores: ArrayLike) -> Figure:
    """Draw a reference, an image and the SSIM of each place: dark where it is low.

    Args:
        reference: (H, W) in [0, 1].
        image: (H, W).
        scores: (H - 10, W - 10), the map.
    """
    fig, axes = plt.subplots(1, 3, figsize=(7.2, 2.75), dpi=144)
    reach = (np.shape(image)[0] - np.shape(scores)[0]) / 2 - 0.5
    for ax, title, pixels in zip(
        axes, ("reference", "image", "SSIM map"), (reference, image, scores), strict=True
    ):
        bare(ax)
        ax.set_title(title, fontsize=9, fontweight="normal")
        height, width = np.shape(pixels)
        if pixels is not scores:
            ax.imshow(np.asarray(pixels), cmap="gray", vmin=0, vmax=1)
            continue
        extent = (reach, reach + width, reach + height, reach)
        drawn = ax.imshow(np.asarray(scores), cmap="magma", vmin=0, vmax=1, extent=extent)
        ax.set(xlim=axes[0].get_xlim(), ylim=axes[0].get_ylim())
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
