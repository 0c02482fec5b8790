"""Figures of the WGAN chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.curves import lines, marked
from gentutor.figures.planes import cloud
from gentutor.figures.style import BLUE, CRITIC, FAKE, GREEN, GREY, ORANGE, REAL, bare

Score = Callable[[np.ndarray], ArrayLike]  # (N, 2) points to N scores


def dual_on_a_line(points: ArrayLike, p: ArrayLike, q: ArrayLike, critic: ArrayLike) -> Figure:
    """Draw both distribution functions with the area between them, and the best critic below.

    Args:
        points: (N,) rising.
        p: (N,) mass of the data at the points.
        q: (N,) mass of the generator.
        critic: (N,) scores.
    """
    x = np.asarray(points)
    left, right = x[0] - 1, x[-1] + 1
    fig, (above, below) = plt.subplots(2, 1, figsize=(7.2, 3.8), sharex=True)
    grid = np.linspace(left, right, 1000)
    steps = []
    for name, mass, colour in (("$F_p$, data", p, REAL), ("$F_q$, generator", q, FAKE)):
        levels = np.concatenate([[0.0], np.asarray(mass).cumsum()])
        steps.append(levels[np.searchsorted(x, grid, side="right")])
        above.plot(grid, steps[-1], color=colour, label=name)
    above.fill_between(grid, *steps, color=GREY, alpha=0.2, lw=0, label=r"$|\Delta F|$, area $W_1$")
    above.legend(loc="upper left")
    score = np.asarray(critic)
    below.plot([left, *x, right], [score[0], *score, score[-1]], color=CRITIC)
    for mass, colour, name in ((p, REAL, "data"), (q, FAKE, "generator")):
        here = np.asarray(mass) > 0
        below.plot(x[here], score[here], "o", color=colour, label=name)
    below.legend(loc="lower left")
    below.set(xlabel="x", ylabel="critic f(x)")
    return fig


def _landscape(ax: Axes, score: Score, real: ArrayLike, fake: ArrayLike, size: float) -> None:
    """Draw a critic's level lines on a square of half side 3, below the samples."""
    side = np.linspace(-3.0, 3.0, 61)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    height = np.asarray(score(grid)).reshape(61, 61)
    bare(ax).contourf(side, side, height, 14, cmap="BuGn", alpha=0.75)
    ax.contour(side, side, height, 14, colors="white", linewidths=0.4)
    ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
    cloud(ax, real, REAL, size).set_label("data")
    cloud(ax, fake, FAKE, size).set_label("generator")


def trained(score: Score, real: ArrayLike, fake: ArrayLike, track: ArrayLike) -> Figure:
    """Draw samples on their critic, and minus its loss beside the exact distance.

    Args:
        score: the critic, a function of arrays.
        real: (N, 2).
        fake: (M, 2).
        track: (T, 3) step, minus the critic's loss, exact W1 of samples.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.3), width_ratios=(1, 1.25))
    _landscape(left, score, real, fake, 3)
    left.legend(loc="upper left", markerscale=3)
    step, dual, exact = np.asarray(track).T
    right.plot(step, dual, "o-", color=CRITIC, ms=4, label="minus the critic's loss")
    right.plot(step, exact, "s-", color=REAL, ms=4, label=r"exact $W_1$ of samples")
    right.set(xlabel="generator steps", yscale="log", ylim=(0.25, 8))
    marked(right.yaxis, [0.3, 0.5, 1, 2, 5])
    right.legend()
    return fig


def landscape(score: Score, real: ArrayLike, fake: ArrayLike, *, reported: float) -> Figure:
    """Draw one critic's level lines under its samples, with the dual that it reports."""
    fig, ax = plt.subplots(figsize=(3.6, 3.6))
    _landscape(ax, score, real, fake, 3)
    ax.set_title(f"E f(x) − E f(G(z)) = {reported:.3g}")
    return fig


def parallel_lines(
    theta: ArrayLike,
    curves: Mapping[str, ArrayLike],
    dots: tuple[ArrayLike, ArrayLike],
    pulls: Mapping[str, ArrayLike],
    steps: Sequence[int],
) -> Figure:
    """Draw measures over the lines' distance, and the generator's gradient over D's training.

    Args:
        theta: (N,) distances.
        curves: name -> (N,).
        dots: distances and the duals of trained critics.
        pulls: name of an objective -> gradient norm at the generated line after ``steps``.
        steps: of the discriminator.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.3))
    lines(left, theta, curves, (BLUE, CRITIC, ORANGE, GREEN))
    left.plot(*dots, "o", color=CRITIC, ms=5, label="trained critics")
    left.set(xlabel="distance θ of the lines", ylim=(0, 2.4))
    left.legend(fontsize=8.5)
    lines(right, steps, pulls, (BLUE, ORANGE, CRITIC), "o-", ms=4)
    right.set(xlabel="steps of D before", yscale="log", title="Gradient at the samples")
    right.legend(fontsize=8.5)
    return fig


def duals(rows: Mapping[str, tuple[float, float, float]]) -> Figure:
    """Draw what critics estimate, as a multiple of the exact distance.

    Args:
        rows: case -> raw dual, the theory's raw dual (NaN if unknown), corrected dual; all over W1.
    """
    fig, ax = plt.subplots(figsize=(7.2, 0.8 + 0.42 * len(rows)))
    places = np.arange(len(rows))[::-1]
    raw, predicted, corrected = np.array(list(rows.values())).T
    ax.axvline(1, color=REAL, lw=1.2)
    ax.plot(predicted, places, "|", color="black", ms=16, mew=1.6, label="raw, by the integral")
    ax.plot(raw, places, "o", color=CRITIC, label="raw, trained critic")
    ax.plot(corrected, places, "D", color=ORANGE, ms=5, label="corrected")
    ax.set(yticks=places, yticklabels=list(rows), xlabel=r"estimate / exact $W_1$")
    ax.legend(loc="lower right")
    return fig


def clipping(
    weights: Mapping[str, tuple[ArrayLike, float | None]],
    scores: Sequence[Score],
    real: ArrayLike,
    fake: ArrayLike,
) -> Figure:
    """Draw each critic's weights as a histogram, and its landscape below.

    Args:
        weights: name -> all weights, and the bound c or None.
        scores: the critics, in that order.
        real: (N, 2).
        fake: (M, 2).
    """
    fig, axes = plt.subplots(
        2, len(scores), figsize=(7.2, 4.6), height_ratios=(1, 1.5), squeeze=False
    )
    for ax, (name, (values, clip)) in zip(axes[0], weights.items(), strict=True):
        reach = clip or 0.5
        ax.hist(np.asarray(values), bins=np.linspace(-1.05, 1.05, 43) * reach, color=CRITIC)
        ax.set(title=name, yticks=[], xticks=[-reach, 0, reach])
        ax.title.set_fontsize(10)
    for ax, score in zip(axes[1], scores, strict=True):
        _landscape(ax, score, real, fake, 2)
    return fig


def two_optima(
    slope: ArrayLike, curves: Mapping[str, ArrayLike], found: Mapping[str, ArrayLike]
) -> Figure:
    """Draw the critic's objective over its slope, and where trained critics ended.

    Args:
        slope: (N,) towards the data.
        curves: penalty -> (N,) values.
        found: the same penalties -> (R,) slopes of trained critics.
    """
    fig, ax = plt.subplots(figsize=(7.2, 3.0))
    for (name, values), colour in zip(curves.items(), (CRITIC, ORANGE), strict=True):
        ax.plot(slope, values, color=colour, label=name)
        ends = np.asarray(found[name], dtype=float)
        heights = np.interp(ends, np.asarray(slope, dtype=float), np.asarray(values, dtype=float))
        ax.plot(ends, heights, "o", color=colour, ms=8, alpha=0.6)
    ax.set(xlabel="slope of the critic towards the data", ylabel="objective", ylim=(-12, 6))
    ax.legend()
    return fig


def outcomes(runs: Mapping[str, Sequence[ArrayLike]], real: ArrayLike) -> Figure:
    """Draw the samples of several seeds, one row a set-up."""
    count = max(len(each) for each in runs.values())
    fig, axes = plt.subplots(
        len(runs), count, figsize=(7.2, 0.2 + 7.2 / (count + 0.6) * len(runs)), squeeze=False
    )
    for row, (name, samples) in zip(axes, runs.items(), strict=True):
        for ax, points in zip(row, samples, strict=True):
            x, y = np.asarray(real, dtype=float).T
            bare(ax).scatter(x, y, s=1, color=REAL, alpha=0.25, rasterized=True)
            cloud(ax, points, FAKE, 2)
            ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
        row[0].set_ylabel(name)
    return fig


def apart(
    x: ArrayLike, p: ArrayLike, q: ArrayLike, shift: ArrayLike, measures: Mapping[str, ArrayLike]
) -> Figure:
    """Draw two densities on a line, and measures of their difference over the shift.

    Args:
        x: (N,) rising.
        p: (N,) density of the data.
        q: (N,) density of the samples.
        shift: (M,) by which the samples are moved.
        measures: name -> (M,).
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.0))
    lines(left, x, {"data": p, "samples": q}, (REAL, FAKE))
    left.set(xlabel="$x$", ylabel="density")
    left.legend(fontsize=8)
    lines(right, shift, measures, (GREY, ORANGE, CRITIC), ": -- -")
    right.set(xlabel="shift of the samples", ylim=(0, 4.2))
    right.legend(fontsize=8)
    return fig
