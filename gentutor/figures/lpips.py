"""Figures of the LPIPS chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.bars import named_rows
from gentutor.figures.images import channels_last, show
from gentutor.figures.style import BLUE, ENCODER, FAKE, GREY, REAL

LAYERS = ("#08306B", "#2171B5", "#6BAED6", "#FDAE6B", "#D94801")  # finest to coarsest map


def picture(ax: Axes, image: ArrayLike, title: str = "") -> None:
    """Show an image (1, 3, H, W) or (3, H, W) in [0, 1]."""
    show(ax, channels_last(image), title)


def pictures(images: Mapping[str, ArrayLike]) -> Figure:
    """Draw images in one row, each below its title."""
    width = 7.2 / len(images)
    fig, axes = plt.subplots(1, len(images), figsize=(7.2, width + 0.45), dpi=144, squeeze=False)
    for ax, (title, image) in zip(axes[0], images.items(), strict=True):
        picture(ax, image, title)
    return fig


def layers(images: Mapping[str, ArrayLike], distances: Mapping[str, ArrayLike]) -> Figure:
    """Draw images, and below them what each layer adds to their distance from the first.

    Args:
        images: title -> (1, 3, H, W); the reference first.
        distances: title -> (L,), of every other image.
    """
    fig = plt.figure(figsize=(7.2, 4.3), dpi=144)
    top, low = fig.subfigures(2, 1, height_ratios=(1, 2.1), squeeze=False)[:, 0]
    axes = top.subplots(1, len(images), squeeze=False)[0]
    for ax, (title, image) in zip(axes, images.items(), strict=True):
        picture(ax, image, title)
    stacked(low.subplots(), distances)
    return fig


def stacked(ax: Axes, distances: Mapping[str, ArrayLike]) -> None:
    """Draw one bar a pair, cut into its layers."""
    ends = np.cumsum([np.asarray(one) for one in distances.values()], axis=1)  # (N, L)
    rows = np.arange(len(ends))
    starts = np.concatenate([np.zeros((len(ends), 1)), ends[:, :-1]], axis=1)
    for number, colour in zip(range(ends.shape[1]), LAYERS, strict=False):
        width = ends[:, number] - starts[:, number]
        ax.barh(rows, width, left=starts[:, number], color=colour, label=f"{number + 1}")
    for row, end in enumerate(ends[:, -1].tolist()):
        ax.text(end, row, f" {end:.2f}", va="center", size=8.5)
    named_rows(ax, distances)
    ax.set(xlabel="LPIPS-efficientnet-lite0", xlim=(0, 1.08 * ends[:, -1].max()))
    ax.legend(title="layer", fontsize=8, title_fontsize=8)


def heat(pair: Mapping[str, ArrayLike], maps: Sequence[ArrayLike]) -> Figure:
    """Draw two images and, layer by layer, where they differ.

    Args:
        pair: title -> (1, 3, H, W), two.
        maps: (H_l, W_l) of each layer, all drawn on one scale from 0.
    """
    fig, axes = plt.subplots(1, 2 + len(maps), figsize=(7.2, 1.4), dpi=144)
    for ax, (title, image) in zip(axes, pair.items(), strict=False):
        picture(ax, image, title)
    arrays = [np.asarray(one) for one in maps]
    highest = max(float(one.max()) for one in arrays)
    for number, (ax, one) in enumerate(zip(axes[2:], arrays, strict=True), start=1):
        show(ax, one, f"layer {number}", cmap="magma", high=highest)
    return fig


def ranges(right: ArrayLike, wrong: ArrayLike) -> Figure:
    """Draw distances of pairs read in the wrong range against those in the right one.

    Args:
        right: (N,).
        wrong: (N,), of the same pairs.
    """
    x, y = np.asarray(right), np.asarray(wrong)
    fig, (left, ax) = plt.subplots(1, 2, figsize=(7.2, 3))
    left.loglog(x, y, "o", color=FAKE, ms=4, alpha=0.8)
    ends = np.array([x.min() / 1.5, x.max() * 1.5])
    left.loglog(ends, ends, color=GREY, lw=1, ls="--")
    left.set(xlabel="read as [0, 1]", ylabel="read as [−1, 1]", title="Distance")
    ax.semilogx(x, y / x, "o", color=FAKE, ms=4, alpha=0.8)
    ax.axhline(1, color=GREY, lw=1, ls="--")
    ax.set(xlabel="read as [0, 1]", title="Ratio, wrong to right", ylim=(0, None))
    return fig


def backbones(rows: Mapping[str, tuple[float, ArrayLike]]) -> Figure:
    """Draw how often each distance puts a pair of one kind before a pair of two.

    Args:
        rows: distance -> (the value that counts, values of single networks (S,), may be empty).
    """
    fig, ax = plt.subplots(figsize=(6.4, 0.8 + 0.36 * len(rows)))
    for row, (value, single) in enumerate(rows.values()):
        ax.plot([0.5, value], [row, row], color=ENCODER, lw=5, alpha=0.3, solid_capstyle="butt")
        ax.plot(value, row, "o", color=ENCODER, ms=7)
        ax.plot(np.asarray(single), np.full(len(np.asarray(single)), row), "|", color=REAL, ms=9)
        ax.text(1.005, row, f"{value:.2f}", va="center", size=9)
    named_rows(ax, rows)
    ax.set(xlim=(0.5, 1), xlabel="pair of one kind nearer than pair of two (chance: 0.5)")
    return fig


def bars(values: Mapping[str, float], label: str) -> Figure:
    """Draw one number a set."""
    fig, ax = plt.subplots(figsize=(6.4, 0.7 + 0.32 * len(values)))
    ax.barh(range(len(values)), list(values.values()), color=BLUE, height=0.6)
    for row, value in enumerate(values.values()):
        ax.text(value, row, f" {value:.2f}", va="center", size=9)
    named_rows(ax, values)
    ax.set(xlabel=label, xlim=(0, 1.12 * max(values.values())))
    return fig
