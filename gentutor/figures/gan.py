"""Figures of the GAN chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.curves import smoothed
from gentutor.figures.planes import cloud
from gentutor.figures.style import BLUE, CRITIC, FAKE, GENERATOR, GREY, ORANGE, REAL

Curve = tuple[ArrayLike, ArrayLike]


def _cloud(ax: Axes, points: ArrayLike, centres: ArrayLike, colour: str) -> None:
    """Draw points of the plane over the modes' places, without ticks."""
    across, up = np.asarray(centres).T
    ax.scatter(across, up, s=26, marker="+", color=GREY, lw=0.8)
    cloud(ax, points, colour, 1.2, alpha=0.4)
    rim = 1.4 * float(np.abs(np.asarray(centres)).max())
    ax.set(aspect="equal", xlim=(-rim, rim), ylim=(-rim, rim), xticks=[], yticks=[])
    ax.grid(False)


def training(
    data: ArrayLike,
    samples: Mapping[str, ArrayLike],
    centres: ArrayLike,
    losses: Mapping[str, ArrayLike],
    levels: Sequence[float],
) -> Figure:
    """Draw data, samples at a few times and both losses, smoothed over 50 steps.

    Args:
        data: (N, 2).
        samples: time -> (M, 2).
        centres: (K, 2) of the modes.
        losses: "D" and "G" -> (T,), of every step.
        levels: their values at the equilibrium, in the same order.
    """
    panels = {"data": data, **samples}
    fig, axes = plt.subplot_mosaic(
        [list(panels), ["loss"] * len(panels)], figsize=(7.2, 3.9), height_ratios=(1.05, 1)
    )
    for name, points in panels.items():
        _cloud(axes[name], points, centres, REAL if name == "data" else FAKE)
        axes[name].set_title(name, size=9)
    ax = axes["loss"]
    for (name, loss), level, colour in zip(
        losses.items(), levels, (CRITIC, GENERATOR), strict=True
    ):
        smoothed(ax, loss, 50, colour, f"loss of {name}")
        ax.axhline(level, color=colour, ls=":", lw=1)
    ax.set(xlabel="step", ylabel="nats")
    ax.legend(fontsize=8, ncols=2)
    return fig


def learnt_discriminator(
    x: ArrayLike, p: ArrayLike, q: ArrayLike, best: ArrayLike, learnt: ArrayLike
) -> Figure:
    """Draw two densities above, the optimal and the learnt discriminators below.

    Args:
        x: (N,) places on the line.
        p: (N,) density of the data.
        q: (N,) of the generator.
        best: (N,) the optimal D.
        learnt: (S, N) what S networks learnt.
    """
    fig, (top, low) = plt.subplots(2, 1, figsize=(6.4, 3.6), sharex=True, height_ratios=(1, 1.3))
    for density, colour, label in ((p, REAL, "data p"), (q, FAKE, "generated q")):
        top.fill_between(np.asarray(x), np.asarray(density), color=colour, alpha=0.25, lw=0)
        top.plot(x, density, color=colour, label=label)
    top.set_ylabel("density")
    top.legend(fontsize=8)
    for i, one in enumerate(np.asarray(learnt)):
        low.plot(x, one, color=CRITIC, lw=1, alpha=0.7, label="" if i else "learnt D")
    low.plot(x, best, color=GREY, ls="--", label="p / (p + q)")
    low.axhline(0.5, color=GREY, lw=0.6)
    low.set(xlabel="x", ylabel="D(x)", ylim=(-0.05, 1.05))
    low.legend(fontsize=8, loc="upper right")
    return fig


def pushes(theory: Mapping[str, Curve], run: Mapping[str, Curve]) -> Figure:
    """Draw how hard each generator's loss pushes: in theory, and in a run.

    Args:
        theory: objective -> (D's answer (N,), push on it (N,)).
        run: objective -> (D's steps (L,), length of the gradient at a sample (L,)).
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.1))
    for (name, (a, push)), colour in zip(theory.items(), (BLUE, GENERATOR, ORANGE), strict=True):
        left.plot(a, push, color=colour, label=name.replace("_", " "))
        right.loglog(*run[name], "o-", color=colour, ms=4)
    left.axhline(0, color=GREY, lw=0.6)
    left.set(xlabel="D's answer at a sample", ylabel="push on it", title="Theory")
    left.legend(fontsize=8)
    right.set(xlabel="steps that D trained", ylabel="gradient at a sample", title="A run")
    return fig


def game(paths: Mapping[str, ArrayLike]) -> Figure:
    """Draw the players' ways in the bilinear game, one panel a method.

    Args:
        paths: title -> (T + 1, 2), a and b after every step.
    """
    size = (1.9 * len(paths), 2.2)
    fig, axes = plt.subplots(1, len(paths), figsize=size, sharex=True, sharey=True)
    for ax, (name, path) in zip(np.atleast_1d(axes), paths.items(), strict=True):
        a, b = np.asarray(path).T
        ax.plot(a, b, color=GENERATOR, lw=1.1)
        ax.plot(a[0], b[0], "o", color=GENERATOR, ms=5)
        ax.plot(0, 0, "+", color=REAL, ms=9)
        ax.set(aspect="equal", xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), xlabel="a")
        ax.set_title(name, size=9)
    np.atleast_1d(axes)[0].set_ylabel("b")
    return fig


def seeds(rows: Mapping[str, ArrayLike], centres: ArrayLike) -> Figure:
    """Draw the samples of every seed side by side, one row a set-up.

    Args:
        rows: set-up -> (R, N, 2).
        centres: (K, 2) of the modes.
    """
    count = max(len(np.asarray(x)) for x in rows.values())
    fig, axes = plt.subplots(len(rows), count, figsize=(7.4, 0.2 + 0.86 * len(rows)), squeeze=False)
    for line, (name, runs) in zip(axes, rows.items(), strict=True):
        for ax, points in zip(line, np.asarray(runs), strict=True):
            _cloud(ax, points, centres, FAKE)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=6, size=9)
    return fig


def coverage(found: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]], modes: int) -> Figure:
    """Draw modes and quality of every run, one row a set-up.

    Args:
        found: set-up -> (modes with one good sample (R,), modes with a fifth of their share (R,),
            share of good samples (R,)).
        modes: K.
    """
    fig, (left, right) = plt.subplots(
        1, 2, figsize=(7.2, 0.9 + 0.34 * len(found)), sharey=True, width_ratios=(1.2, 1)
    )
    for row, (m1, m20, quality) in enumerate(found.values()):
        for values, colour, shift, ax in (
            (m1, GREY, -0.17, left),
            (m20, FAKE, 0.17, left),
            (quality, GENERATOR, 0, right),
        ):
            array = np.asarray(values, dtype=float)
            at = np.full(len(array), row + shift) + np.linspace(-0.1, 0.1, len(array))
            ax.plot(array, at, "o", color=colour, ms=3.5, alpha=0.6, mew=0)
            ax.plot(array.mean(), row + shift, "|", color=colour, ms=11, mew=2)
    left.set_yticks(range(len(found)), list(found))
    left.invert_yaxis()
    left.set(xlabel="modes by m1 (grey) and m20", xlim=(-0.3, modes + 0.3))
    right.set(xlabel="share of good samples", xlim=(-0.03, 1.03))
    return fig


def judged(curves: Mapping[str, ArrayLike]) -> Figure:
    """Draw D's accuracy through training, one line a program.

    Args:
        curves: program -> (T,) accuracy of every step on its own batch, smoothed here over 25.
    """
    fig, ax = plt.subplots(figsize=(6.2, 2.9))
    for (name, accuracy), colour in zip(curves.items(), (REAL, FAKE, ORANGE, CRITIC), strict=False):
        smoothed(ax, accuracy, 25, colour, name)
    ax.axhline(0.5, color=GREY, ls=":", lw=1)
    ax.set(xlabel="step", ylabel="D's accuracy", ylim=(0.3, 1.03))
    ax.legend(fontsize=8)
    return fig
