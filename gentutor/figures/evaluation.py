"""Figures of the chapter on evaluation: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.bars import across
from gentutor.figures.curves import marked
from gentutor.figures.images import heat_map, show, side_by_side
from gentutor.figures.planes import cloud
from gentutor.figures.style import BLUE, FAKE, GREY, INK, ORANGE, REAL, bare


def balls(real: ArrayLike, fake: ArrayLike, real_radii: ArrayLike, fake_radii: ArrayLike) -> Figure:
    """Draw two sets of points on a line, (N,) and (M,), above the balls around each of them."""
    fig, axes = plt.subplots(2, 1, figsize=(7.2, 3.4), sharex=True)
    sets = {"real": (real, real_radii, REAL), "generated": (fake, fake_radii, FAKE)}
    for ax, (owner, other) in zip(
        axes, (("real", "generated"), ("generated", "real")), strict=True
    ):
        points, radii, colour = sets[owner]
        for height, (at, radius) in enumerate(
            zip(np.asarray(points), np.asarray(radii), strict=True), 1
        ):
            ax.plot([at - radius, at + radius], [height, height], color=colour, lw=5, alpha=0.35)
            ax.plot(at, height, "o", color=colour, ms=5)
        crossing, _, tone = sets[other]
        for at in np.asarray(crossing):
            ax.axvline(at, color=tone, lw=1, ls=":")
        ax.plot(crossing, np.zeros(len(np.asarray(crossing))), "D", color=tone, ms=5)
        ax.set(yticks=[], ylim=(-0.6, len(np.asarray(points)) + 0.7))
        ax.set_title(f"balls of the {owner} points; diamonds: {other}", size=9)
        ax.grid(False)
    axes[1].set(xlabel="feature", xlim=(-2.5, 27))
    return fig


def four_scores(scores: Mapping[str, ArrayLike], names: Sequence[str]) -> Figure:
    """Draw one panel a score: a bar for each set. ``scores``: set -> (S,), ``names``: (S,)."""
    fig, axes = plt.subplots(1, len(names), figsize=(7.2, 2.9), sharey=True)
    for i, (ax, name) in enumerate(zip(axes, names, strict=True)):
        values = {which: float(np.asarray(row)[i]) for which, row in scores.items()}
        across(ax, values, (FAKE, 0.75), "{:.2f}", shift=0.03)
        plt.setp(ax.texts, size=8)
        highest = max(values.values())
        ax.set(xlim=(0, 1.55 if highest > 1.05 else 1.3), xticks=(0, 1), ylim=(5.6, -0.6))
        ax.tick_params(axis="y", labelsize=8)
        ax.set_title(name, size=9)
        ax.grid(False)
    return fig


def matrix(
    alarm: ArrayLike, texts: Sequence[Sequence[str]], rows: Sequence[str], columns: Sequence[str]
) -> Figure:
    """Draw how much each metric objects to each set.

    Args:
        alarm: (R, C) from 0, as good as fresh real images, to 1, the worst in the column; NaN
            where the metric does not apply.
        texts: (R, C), what is written in each cell.
        rows: (R,) names of the sets.
        columns: (C,) names of the metrics.
    """
    shade = np.ma.masked_invalid(np.asarray(alarm, dtype=float))
    fig, ax = plt.subplots(figsize=(7.2, 5.6))
    mesh = heat_map(ax, shade, texts, rows, columns, top=1.8, size=8)
    mesh.set_cmap(plt.get_cmap("Oranges").with_extremes(bad="#ffffff"))
    ax.tick_params(axis="x", labelsize=8.5)
    ax.tick_params(axis="y", labelsize=9)
    ax.xaxis.tick_top()
    ax.set_xticks(np.arange(-0.5, len(columns)), minor=True)
    ax.set_yticks(np.arange(-0.5, len(rows)), minor=True)
    ax.grid(which="minor", color="white", lw=1.5)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_visible(False)
    return fig


def strip(images: Mapping[str, ArrayLike], *, height: float = 2.7) -> Figure:
    """Draw pictures side by side, each (H, W) or (H, W, 3) in [0, 1], under their names."""
    fig, axes = plt.subplots(1, len(images), figsize=(7.2, height))
    for ax, (name, image) in zip(np.ravel(axes), images.items(), strict=True):
        show(ax, image, name)
    return fig


def two_orders(distances: Mapping[str, Mapping[str, float]]) -> Figure:
    """Draw, a panel an extractor, the distance of each set to the real one."""
    fig, axes = plt.subplots(1, len(distances), figsize=(7.2, 2.2))
    for ax, (extractor, row) in zip(np.ravel(axes), distances.items(), strict=True):
        across(ax, row, [BLUE] * (len(row) - 1) + [ORANGE], " {:.1f}")
        ax.tick_params(axis="y", labelsize=9)
        ax.set(xlim=(0, 1.25 * max(row.values())), ylim=(len(row) - 0.4, -0.6))
        ax.set_title(f"{extractor}: distance", size=9.5)
        ax.grid(False)
    return fig


def nearest(distances: Mapping[str, ArrayLike]) -> Figure:
    """Draw how many samples of each set lie within each distance of the training set, (N,) each."""
    fig, ax = plt.subplots(figsize=(7.2, 2.8))
    for (name, values), colour in zip(distances.items(), (REAL, FAKE, ORANGE), strict=False):
        x = np.sort(np.asarray(values))
        ax.step(x, np.arange(1, len(x) + 1) / len(x), where="post", color=colour, label=name)
    ax.set(xlabel="distance to the nearest training image, in features", ylabel="share of the set")
    ax.set_xlim(-0.1, None)
    ax.legend(fontsize=8.5)
    return fig


def tradeoff(
    line: tuple[ArrayLike, ArrayLike],
    points: Mapping[str, tuple[float, float]],
    digits: Mapping[str, tuple[float, float]],
) -> Figure:
    """Draw distortion against perception: the Gaussian bound with estimators, and digits.

    Args:
        line: (distance to the data's distribution, least squared error), each (T,).
        points: estimator -> (distance, squared error), for the Gaussian.
        digits: estimator -> (Fréchet distance, squared error a pixel).
    """
    fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.1))
    axes[0].plot(*map(np.asarray, line), color=REAL)
    axes[0].fill_between(*map(np.asarray, line), color=GREY, alpha=0.12, lw=0)
    axes[0].text(0.08, 0.42, "impossible", color=GREY, size=9)
    for ax, spots in zip(axes, (points, digits), strict=True):
        for name, (x, y) in spots.items():
            ax.plot(x, y, "o", color=FAKE, ms=5)
            ax.annotate(name, (x, y), (6, 5), textcoords="offset points", size=8)
    x, y = np.array(list(digits.values())).T
    axes[1].plot(x, y, color=FAKE, lw=1, alpha=0.5)
    axes[0].set(xlabel="distance $P$ to the data's distribution", ylabel="squared error $D$")
    axes[0].set(xlim=(-0.02, 0.45), ylim=(0.4, 1.1))
    axes[1].set(xlabel="Fréchet distance, digits network", ylabel="squared error a pixel")
    axes[1].set(xlim=(-1, 1.35 * x.max()), ylim=(0.9 * y.min(), 1.1 * y.max()))
    axes[0].set_title("Gaussian, exact", size=9.5)
    axes[1].set_title("noisy digits", size=9.5)
    return fig


def over_settings(panels: Mapping[str, tuple[ArrayLike, Mapping[str, ArrayLike]]]) -> Figure:
    """Draw scores along a setting; ``panels``: x label -> (x values, score -> values)."""
    fig, axes = plt.subplots(1, len(panels), figsize=(7.2, 2.8), sharey=True)
    for ax, (label, (x, curves)) in zip(np.ravel(axes), panels.items(), strict=True):
        for name, values in curves.items():
            ax.plot(np.asarray(x), np.asarray(values), "o-", ms=4, label=name)
        ax.set(xlabel=label, ylim=(0, 1.05), xscale="log")
        marked(ax.xaxis, x)
    np.ravel(axes)[0].legend(fontsize=8)
    return fig


def digits_grid(images: ArrayLike) -> np.ndarray:
    """Return (n, 8, 8) digits side by side as one picture in ink, (8, 9 n - 1).

    >>> digits_grid(np.zeros((3, 8, 8))).shape
    (8, 26)
    """
    return side_by_side(1 - np.asarray(images), paper=1)[:, :-1]


def restored(rows: Mapping[str, ArrayLike]) -> Figure:
    """Draw rows of digits, name -> (n, 8, 8) in [0, 1], one below the other."""
    fig, axes = plt.subplots(len(rows), 1, figsize=(7.2, 0.62 * len(rows) + 0.2))
    for ax, (name, images) in zip(np.ravel(axes), rows.items(), strict=True):
        bare(ax).imshow(1 - digits_grid(np.clip(images, 0, 1)), cmap=INK, vmin=0, vmax=1)
        ax.set_ylabel(name, rotation=0, ha="right", va="center", size=9)
    return fig


def clouds(panels: Mapping[str, ArrayLike]) -> Figure:
    """Draw points of the plane, name -> (N, 2), a panel each on equal axes; the first is real."""
    fig, axes = plt.subplots(1, len(panels), figsize=(7.2, 2.1), sharex=True, sharey=True)
    for i, (ax, (name, points)) in enumerate(zip(axes, panels.items(), strict=True)):
        cloud(bare(ax), points, FAKE if i else REAL, 3, alpha=0.6)
        ax.set_aspect("equal")
        ax.set_title(name, size=9)
    return fig
