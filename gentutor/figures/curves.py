"""Curves over steps, sizes and settings, drawn into axes: with bands, levels and marked places."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.text import Text
from numpy.typing import ArrayLike

Curves = Mapping[str, ArrayLike]


def lines(
    ax: Axes, x: ArrayLike, curves: Curves, colours: Sequence[str], marks: str = "-", ms: float = 6
) -> None:
    """Draw named curves over ``x``, each in its colour; ``marks`` are formats in turn: "o- s--".

    Raises:
        ValueError: a curve is left without a colour.
    """
    if len(curves) > len(colours):
        raise ValueError(f"curves: expected at most {len(colours)}, got {len(curves)}")
    looks = zip(curves.items(), colours, cycle(marks.split()), strict=False)
    for (name, values), colour, mark in looks:
        ax.plot(x, values, mark, color=colour, label=name, ms=ms)


def band(ax: Axes, x: ArrayLike, runs: ArrayLike, colour: str, label: str, dash: str = "-") -> None:
    """Draw the mean of (S, L) runs and the range between the lowest and the highest."""
    rows = np.asarray(runs, dtype=float)
    ax.fill_between(x, rows.min(axis=0), rows.max(axis=0), color=colour, alpha=0.2, lw=0)
    ax.plot(x, rows.mean(axis=0), dash, color=colour, label=label)


def smoothed(ax: Axes, values: ArrayLike, window: int, colour: str, label: str) -> None:
    """Draw the mean of the last ``window`` of (T,) values, from the step on that has as many."""
    smooth = np.convolve(np.asarray(values), np.ones(window) / window, mode="valid")
    ax.plot(np.arange(len(smooth)) + window, smooth, color=colour, label=label)


def bell(x: np.ndarray, mean: np.ndarray | float, sd: np.ndarray | float) -> np.ndarray:
    """Return the density of a Gaussian at ``x``."""
    return np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))


def level(
    ax: Axes, height: float, at: float, words: str, colour: str, dash: str = "--", lw: float = 1.2
) -> Text:
    """Draw a line across the panel, and words on it that end at ``at``; return them."""
    ax.axhline(height, color=colour, ls=dash, lw=lw)
    return ax.text(at, height, words, color=colour, ha="right", va="bottom")


def marked(axis: Axis, places: ArrayLike, form: str = "{:g}") -> None:
    """Mark an axis at these places alone, with their numbers."""
    axis.set_ticks(np.asarray(places), [form.format(at) for at in np.asarray(places)])
    axis.minorticks_off()
