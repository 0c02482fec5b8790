"""Figures of the autoencoder chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures import bars, curves, planes
from gentutor.figures.images import image_rows as image_rows
from gentutor.figures.images import ink_row
from gentutor.figures.style import DECODER, ENCODER, FAKE, GREY, REAL


def error_by_width(
    widths: Sequence[int], autoencoder: ArrayLike, pca: ArrayLike, nothing: float
) -> Figure:
    """Draw the held-out error over the code's width, for an autoencoder and for PCA.

    Args:
        widths: K of each point.
        autoencoder: (seeds, len(widths)) squared errors an image; the line is their mean.
        pca: (len(widths),) likewise.
        nothing: the error of the mean image, which needs no code.
    """
    fig, ax = plt.subplots(figsize=(6.4, 3.2))
    errors = np.asarray(autoencoder, dtype=float)
    ax.plot(widths, pca, "s--", color=GREY, label="PCA")
    ax.plot(widths, errors.mean(0), "o-", color=DECODER, label="autoencoder, 128 ReLUs a side")
    for each in errors:
        ax.plot(widths, each, ".", color=DECODER, ms=4)
    curves.level(ax, nothing, widths[-1], "the mean image, no code", REAL, ":", 1)
    ax.set_xscale("log", base=2)
    curves.marked(ax.xaxis, widths)
    ax.set(xlabel="numbers in the code, K", ylabel="squared error per image", ylim=(0, None))
    ax.legend(loc="center right")
    return fig


def cross_entropy(targets: Sequence[float]) -> Figure:
    """Draw a pixel's binary cross-entropy over the output, one curve a target, minima marked."""
    fig, ax = plt.subplots(figsize=(6.4, 3.2))
    out = np.linspace(0.003, 0.997, 400)
    for target, colour in zip(targets, (ENCODER, DECODER, FAKE), strict=False):
        low = np.clip(target, out[0], out[-1])
        for at, mark, label in ((out, "-", f"x = {target:g}"), (low, "o", None)):
            nats = -target * np.log(at) - (1 - target) * np.log(1 - at)
            ax.plot(at, nats, mark, color=colour, label=label)
    ax.set(xlabel="output x̂", ylabel="cross-entropy, nats", ylim=(-0.05, 2.5), xlim=(0, 1))
    ax.legend(loc="upper center")
    return fig


def samplers(distance: Mapping[str, ArrayLike], nearest: Mapping[str, ArrayLike]) -> Figure:
    """Draw, for each way of choosing codes, its Fréchet distance and its draws' nearest code.

    Args:
        distance: name -> (seeds,) FD-digits of decoded codes.
        nearest: name -> (seeds,) median distance of a draw to the nearest code, in units of the
            same distance for held-out digits.
    """
    fig, axes = plt.subplots(1, 2, figsize=(7.2, 2.9), sharey=True)
    names = list(distance)[::-1]
    titles = ("FD-digits, lower is better", "distance to the nearest code")
    for ax, values, title in zip(axes, (distance, nearest), titles, strict=True):
        for row, name in enumerate(names):
            colour = ENCODER if name.startswith("VAE") else DECODER
            points = np.asarray(values[name], dtype=float)
            bars.runs(ax, row, points, colour, tall=22, alpha=0.45)
            edge = points.max() + 0.02 * ax.get_xlim()[1]
            ax.annotate(f"{points.mean():.1f}", (edge, row), (6, 0), textcoords="offset points",
                        va="center", color=colour)  # fmt: skip
        ax.set_title(title)
        ax.margins(x=0.18)
        ax.set_xlim(0, None)
        ax.set_ylim(-0.6, len(names) - 0.4)
        ax.grid(axis="y", visible=False)
    axes[0].set_yticks(range(len(names)), names)
    axes[1].axvline(1, color=REAL, lw=1, ls=":")
    return fig


def denoiser(
    noisy: ArrayLike, learnt: ArrayLike, exact: ArrayLike, variance: float, at: float
) -> Figure:
    """Draw learnt denoisers against the conditional mean, and what they say of the score.

    Args:
        noisy: (n,) inputs.
        learnt: (seeds, n) outputs of the trained nets.
        exact: (n,) conditional means.
        variance: of the noise.
        at: the input worked by pencil; it is marked.
    """
    x = np.asarray(noisy, dtype=float)
    nets, mean = np.asarray(learnt, dtype=float), np.asarray(exact, dtype=float)
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.1))
    for ax, all_of_them, line in (
        (left, nets, mean),
        (right, (nets - x) / variance, (mean - x) / variance),
    ):
        ax.plot(x, all_of_them.T, color=DECODER, lw=1, alpha=0.6)
        ax.plot(x, line, color=REAL, lw=1.4, ls="--")
        ax.plot(at, np.interp(at, x, line), "o", color=REAL)
        ax.axhline(0, color=GREY, lw=0.7)
    left.set(xlabel="noisy x̃", ylabel="denoised x̂", title="the denoiser")
    right.set(xlabel="noisy x̃", ylabel="(x̂ − x̃) / σ²", title="the score")
    left.plot([], [], color=DECODER, label="trained nets")
    left.plot([], [], color=REAL, ls="--", label="exact")
    left.legend(loc="upper left")
    return fig


def anomaly_scores(widths: Sequence[int], areas: Mapping[str, ArrayLike]) -> Figure:
    """Draw the area under the ROC curve of the error as a detector, over the code's width."""
    fig, ax = plt.subplots(figsize=(6.4, 3.2))
    curves.lines(ax, widths, areas, (ENCODER, DECODER, FAKE, GREY), "o- s- ^- d-")
    curves.level(ax, 0.5, widths[-1], "guessing", REAL, ":", 1)
    ax.set_xscale("log", base=2)
    curves.marked(ax.xaxis, widths)
    ax.set(xlabel="numbers in the code, K", ylabel="area under the ROC curve", ylim=(0, 1.03))
    ax.legend(loc="lower left")
    return fig


def code_planes(
    codes: Mapping[str, ArrayLike], labels: ArrayLike, images: Mapping[str, ArrayLike]
) -> Figure:
    """Draw two-dimensional codes by class, and below each map an image and its reconstruction.

    Args:
        codes: name -> (N, 2).
        labels: (N,) classes 0 to 9.
        images: name -> (2, 64), an image and what the model makes of it.
    """
    fig, axes = plt.subplots(2, len(codes), figsize=(7.2, 4.6), height_ratios=(3, 1))
    for (top, low), (name, points) in zip(axes.T, codes.items(), strict=True):
        planes.by_class(top, points, labels, size=8, alpha=0.5, rim=False)
        top.set(title=name, xlabel="z₁", ylabel="z₂")
        ink_row(low, images[name])
    return fig
