"""Figures of the FID chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures import bars, curves, images, planes
from gentutor.figures.style import BLUE, FAKE, GREY, INK, ORANGE, REAL


def transport(real: tuple[float, float], fake: tuple[float, float]) -> Figure:
    """Draw two bells and where each point of the first is carried.

    Args:
        real: mean and standard deviation.
        fake: mean and standard deviation.
    """
    fig, ax = plt.subplots(figsize=(7.2, 2.8))
    x = np.linspace(-4, 10, 500)
    bells: list[np.ndarray] = []
    for (mean, sd), colour, name in ((real, REAL, "real"), (fake, FAKE, "generated")):
        bells.append(curves.bell(x, mean, sd))
        ax.fill_between(x, bells[-1], color=colour, alpha=0.15, lw=0)
        ax.plot(x, bells[-1], color=colour, label=name)
    for at in (-1.5, -1, -0.5, 0, 0.5, 1, 1.5):
        start, end = real[0] + at * real[1], fake[0] + at * fake[1]
        low, high = (np.interp(p, x, b) for p, b in zip((start, end), bells, strict=True))
        look = {"arrowstyle": "->", "color": GREY, "lw": 0.9}
        ax.annotate("", xy=(end, high), xytext=(start, low), arrowprops=look)
    ax.set(xlabel="feature", ylabel="density", ylim=(0, None))
    ax.legend()
    return fig


def equal_moments(sets: Mapping[str, ArrayLike]) -> Figure:
    """Draw sets of points in the plane, each with the ellipse of its mean and covariance.

    Args:
        sets: title -> (N, 2).
    """
    fig, axes = plt.subplots(1, len(sets), figsize=(7.2, 3.2), sharex=True, sharey=True)
    turn = np.linspace(0, 2 * np.pi, 200)
    circle = 2 * np.stack([np.cos(turn), np.sin(turn)])
    for ax, (title, points), colour in zip(axes, sets.items(), (REAL, FAKE), strict=False):
        p = np.asarray(points)
        planes.cloud(ax, p, colour, 3, alpha=0.5)
        edge = np.linalg.cholesky(np.cov(p.T)) @ circle + p.mean(0)[:, None]
        ax.plot(*edge, color=BLUE, lw=1.2)
        ax.set(title=title, aspect="equal", xlim=(-5, 5), ylim=(-4.4, 4.4))
    return fig


def bias(
    sizes: Sequence[int], scores: ArrayLike, *, truth: float, slope: float, found: float
) -> Figure:
    """Draw scores over 1 / N, the law truth + slope / N, and what a straight line reads at 0.

    Args:
        sizes: (S,) numbers of samples.
        scores: (S, R) repeated.
        truth: the distance of the distributions.
        slope: c.
        found: the extrapolated score.
    """
    fig, ax = plt.subplots()
    x, y = 1 / np.asarray(sizes, dtype=float), np.asarray(scores)
    along = np.linspace(0, 1.05 * x.max(), 50)
    ax.plot(along, truth + slope * along, color=GREY, ls="--", label="truth + c / N")
    ax.errorbar(x, y.mean(1), y.std(1), fmt="o", color=FAKE, capsize=3, label="measured")
    ax.plot([0], [found], "D", color=BLUE, label="extrapolated", clip_on=False, zorder=5)
    ax.axhline(truth, color=REAL, lw=1)
    ax.annotate("truth", (along[-1], truth), (0, 4), textcoords="offset points", ha="right")
    ax.set_xticks(x, [f"1/{n}" for n in sizes], rotation=35, fontsize=8)
    ax.set(xlabel="1 / N", ylabel="FID", xlim=(0, along[-1]), ylim=(0, None))
    ax.legend()
    return fig


def flipped(sizes: Sequence[int], scores: Mapping[str, ArrayLike]) -> Figure:
    """Draw the scores of models over the number of samples, a dot a seed.

    Args:
        sizes: (S,).
        scores: model -> (S, R).
    """
    fig, ax = plt.subplots()
    for (name, values), colour in zip(scores.items(), (BLUE, ORANGE), strict=False):
        y = np.asarray(values)
        ax.plot(sizes, y.mean(1), color=colour, label=name)
        ax.plot(np.repeat(sizes, y.shape[1]), y.ravel(), "o", ms=3, color=colour, alpha=0.6)
    ax.set(xscale="log", yscale="log", xlabel="samples a side, N", ylabel="FID")
    curves.marked(ax.xaxis, sizes, "{:,}")
    curves.marked(ax.yaxis, [2, 5, 10, 20])
    ax.legend()
    return fig


def parts(scores: Mapping[str, tuple[float, float]]) -> Figure:
    """Draw what the means and what the covariances add to each distance, on a log axis.

    Args:
        scores: what was done to the images -> the two parts.
    """
    fig, ax = plt.subplots(figsize=(7.2, 3.4))
    at = np.arange(len(scores))
    for offset, kind, colour in ((-0.2, "means", BLUE), (0.2, "covariances", ORANGE)):
        values = [pair[offset > 0] for pair in scores.values()]
        ax.barh(at + offset, values, 0.38, color=colour, label=kind)
        for y, value in zip(at + offset, values, strict=True):
            ax.text(value * 1.06, y, f"{value:.3g}", va="center", fontsize=8.5)
    bars.named_rows(ax, scores)
    ax.set(xscale="log", xlim=(0.1, 300), xlabel="part of FD-digits")
    ax.legend(loc="lower right")
    return fig


def rows_of_images(rows: Mapping[str, ArrayLike], *, ink: bool) -> Figure:
    """Draw rows of images side by side, each row with its title.

    Args:
        rows: title -> (n, C, H, W) in [0, 1], C = 1 or 3.
        ink: whether 1 is ink, as in digits, and not light.
    """
    strips = {}
    for title, tiles in rows.items():
        tiles = np.moveaxis(np.asarray(tiles, dtype=float), 1, -1)
        edge = max(tiles.shape[2] // 8, 1)
        strips[title] = images.side_by_side(tiles, edge=edge, paper=0 if ink else 1)
    tall = sum(6.9 * strip.shape[0] / strip.shape[1] + 0.28 for strip in strips.values())
    fig, axes = plt.subplots(len(rows), 1, figsize=(7.2, tall), squeeze=False)
    for ax, (title, strip) in zip(axes[:, 0], strips.items(), strict=True):
        images.show(ax, strip.squeeze(), cmap=INK if ink else "gray")
        ax.set_title(title, size=9)
    return fig
