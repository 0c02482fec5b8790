"""Figures of the Inception Score chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.bars import across
from gentutor.figures.curves import lines, marked
from gentutor.figures.style import BLUE, CRITIC, FAKE, GREY, ORANGE


def table(p: ArrayLike, *, classes: Sequence[str]) -> Figure:
    """Draw the rows of p(y given x) as bars, and their mean, each with its entropy in nats.

    Args:
        p: (N, K) probabilities, rows that add up to 1.
        classes: K names.
    """
    rows = np.asarray(p, dtype=float)
    shown = np.concatenate([rows, rows.mean(0, keepdims=True)])
    fig, axes = plt.subplots(1, len(shown), figsize=(7.2, 2.3), sharey=True)
    for i, (ax, row) in enumerate(zip(axes, shown, strict=True)):
        entropy = 0.0 - (row * np.log(np.where(row > 0, row, 1))).sum()  # never -0
        last = i == len(rows)
        ax.bar(list(classes), row, color=CRITIC if last else FAKE)
        name = "mean p(y)" if last else f"image {i + 1}"
        ax.set_title(f"{name}\nH = {entropy:.3f}", fontsize=9)
        ax.grid(axis="x", visible=False)
    axes[0].set(ylim=(0, 1), ylabel="probability")
    return fig


def sharpness(scale: ArrayLike, marginal: ArrayLike, mean_entropy: ArrayLike) -> Figure:
    """Draw both entropies, and the score as the exponential of the gap, over a logit scale.

    Args:
        scale: (T,) factors of the logits.
        marginal: (T,) entropy of p(y), nats.
        mean_entropy: (T,) mean entropy of p(y given x), nats.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.9))
    t, high, low = (np.asarray(x) for x in (scale, marginal, mean_entropy))
    left.fill_between(t, low, high, color=GREY, alpha=0.2, lw=0, label="information")
    left.plot(t, high, color=CRITIC, label="H[p(y)]")
    left.plot(t, low, color=FAKE, label="mean H[p(y | x)]")
    left.set(xlabel="factor on the logits", ylabel="nats", ylim=(0, None))
    left.legend(loc="center right")
    right.plot(t, np.exp(high - low), color=BLUE)
    right.axhline(10, color=GREY, ls="--", lw=1)
    right.set(xlabel="factor on the logits", ylabel="score", ylim=(0, 10.5))
    return fig


def bars(scores: Mapping[str, float], *, best: float) -> Figure:
    """Draw scores as bars, with the largest possible one as a line.

    Args:
        scores: what was scored -> score.
        best: the number of classes.
    """
    fig, ax = plt.subplots(figsize=(7.2, 0.38 * len(scores) + 0.9))
    across(ax, scores, BLUE, "{:.2f}", shift=0.012 * best)
    plt.setp(ax.texts, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})
    ax.axvline(best, color=GREY, ls="--", lw=1)
    ax.set(xlim=(0, 1.12 * best), xlabel="score; dashed: the number of classes")
    return fig


def sizes(counts: Sequence[int], curves: Mapping[str, ArrayLike], *, best: float) -> Figure:
    """Draw scores over the number of images, with the largest possible one as a line.

    Args:
        counts: (S,) numbers of images.
        curves: name -> (S,).
        best: the number of classes.
    """
    fig, ax = plt.subplots()
    lines(ax, counts, curves, (BLUE, ORANGE), "o-", ms=4)
    ax.axhline(best, color=GREY, ls="--", lw=1)
    ax.set(xscale="log", xlabel="images", ylabel="score", ylim=(0, 1.06 * best))
    marked(ax.xaxis, counts, "{:,}")
    ax.legend(loc="lower right")
    return fig
