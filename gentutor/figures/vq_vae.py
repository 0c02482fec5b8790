"""Figures of the VQ-VAE chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures import bars, curves
from gentutor.figures.images import image_rows as image_rows
from gentutor.figures.style import DECODER, ENCODER, FAKE, GREEN, GREY, PURPLE, REAL, bare


def staircase(entries: ArrayLike, at: float, decoder: ArrayLike, target: float) -> Figure:
    """Draw quantisation in one dimension, and the error over the encoder's output.

    Args:
        entries: (K,) the codebook, sorted.
        at: the encoder's output worked by pencil; it is marked.
        decoder: (2,) slope and offset of an affine decoder.
        target: x.
    """
    e = np.asarray(entries, dtype=float)
    slope, offset = np.asarray(decoder, dtype=float)
    z = np.linspace(e[0] - 1, e[-1] + 1, 800)
    z_q = e[np.abs(z[:, None] - e).argmin(1)]
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.0))
    left.plot(z, z_q, color=ENCODER)
    left.plot(z, z, color=GREY, lw=1, ls="--", label="what the gradient pretends")
    mine = e[np.abs(at - e).argmin()]
    left.plot(at, mine, "o", color=ENCODER)
    left.set(xlabel="encoder's output $z_e$", ylabel="nearest entry $z_q$", title="forward")
    left.legend(loc="upper left", fontsize=8.5)
    error = (target - slope * z_q - offset) ** 2
    right.plot(z, error, color=DECODER, label="error")
    height = (target - slope * mine - offset) ** 2
    gradient = -2 * slope * (target - slope * mine - offset)
    right.plot(z, height + gradient * (z - at), color=GREY, ls="--", lw=1, label="copied gradient")
    right.plot(at, height, "o", color=DECODER)
    right.set(xlabel="encoder's output $z_e$", ylabel="$(x-\\hat x)^2$", title="backward")
    right.set_ylim(-0.06 * error.max(), 1.1 * error.max())
    right.legend(loc="upper left", fontsize=8.5)
    return fig


def plane(points: ArrayLike, entries: ArrayLike) -> Figure:
    """Draw points of the plane and the entries of a codebook with the borders of their cells."""
    x, e = np.asarray(points, dtype=float), np.asarray(entries, dtype=float)
    fig, ax = plt.subplots(figsize=(4.2, 4.0))
    reach = 1.35 * np.abs(x).max()
    axis = np.linspace(-reach, reach, 240)
    grid = np.stack(np.meshgrid(axis, axis), -1)
    cells = ((grid[..., None, :] - e) ** 2).sum(-1).argmin(-1)
    extent = (-reach, reach, -reach, reach)
    ax.imshow(cells, cmap="tab20", alpha=0.25, extent=extent, origin="lower", aspect="equal")
    ax.plot(*x.T, ".", color=REAL, ms=2.5, alpha=0.6)
    ax.plot(*e.T, "o", color=PURPLE, mec="white", ms=8)
    bare(ax)
    return fig


def who_learns(norms: ArrayLike, terms: Sequence[str], parts: Sequence[str]) -> Figure:
    """Draw the table of gradient norms, terms down and parts across; 0 is left white.

    Args:
        norms: (3, 3) norms of the gradient of each term at each part's weights.
        terms: names of the rows.
        parts: names of the columns.
    """
    table = np.asarray(norms, dtype=float)
    fig, ax = plt.subplots(figsize=(6.4, 2.3))
    bare(ax)
    for (row, column), value in np.ndenumerate(table):
        colour = (ENCODER, PURPLE, DECODER)[column]
        box = (column - 0.46, row - 0.42)
        ax.add_patch(plt.Rectangle(box, 0.92, 0.84, color=colour, alpha=0.22 if value else 0.0))
        words = f"{value:.3g}" if value else "0"
        ax.text(column, row, words, ha="center", va="center", color=colour if value else GREY)
    ax.set(xlim=(-0.5, len(parts) - 0.5), ylim=(len(terms) - 0.5, -0.5))
    ax.set_xticks(range(len(parts)), parts)
    ax.set_yticks(range(len(terms)), terms)
    ax.tick_params(length=0, labelsize=10)
    ax.xaxis.tick_top()
    return fig


def perplexity_by_batch(sizes: Sequence[int], seen: ArrayLike, codes: int) -> Figure:
    """Draw the perplexity of a perfectly used codebook over the number of indices looked at.

    Args:
        sizes: numbers of indices.
        seen: (repeats, len(sizes)) perplexities of uniformly drawn indices.
        codes: K, the perplexity of all of them.
    """
    fig, ax = plt.subplots(figsize=(6.4, 3.0))
    values = np.asarray(seen, dtype=float)
    ax.plot(sizes, values.mean(0), "o-", color=ENCODER, label="perfectly uniform use")
    for at, (size, value) in enumerate(zip(sizes, values.mean(0), strict=True)):
        offset = (0, 7) if at == 0 else (3, -14)  # the first stands on the axis
        ax.annotate(f"{value:.0f}", (size, value), offset, textcoords="offset points",
                    ha="right" if size == max(sizes) else "left", color=ENCODER)  # fmt: skip
    ax.plot(sizes, np.minimum(sizes, codes), ls=":", color=GREY, label="cannot be more")
    ax.axhline(codes, color=REAL, lw=1)
    ax.set_xscale("log", base=2)
    curves.marked(ax.xaxis, sizes)
    ax.set(xlabel="indices in the batch", ylabel="perplexity", ylim=(0, 1.08 * codes))
    ax.legend(loc="lower right")
    return fig


def collapse(shares: Mapping[str, ArrayLike], errors: Mapping[str, ArrayLike]) -> Figure:
    """Draw how often each entry is used, sorted, and what each codebook's error is.

    Args:
        shares: name -> (K,) shares of use of one run.
        errors: name -> (seeds,) held-out errors.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.1), width_ratios=(1.2, 1))
    colours = (FAKE, DECODER, ENCODER, GREEN, PURPLE)
    for row, (name, colour) in enumerate(zip(shares, colours, strict=False)):
        sorted_shares = np.sort(np.asarray(shares[name], dtype=float))[::-1]
        left.plot(np.arange(1, len(sorted_shares) + 1), 100 * sorted_shares, color=colour)
        bars.runs(right, row, errors[name], colour, tall=20, alpha=0.5)
    left.axhline(100 / len(sorted_shares), color=REAL, lw=1, ls=":")
    left.set(xlabel="entries, most used first", ylabel="share of use, %", title="who is used")
    left.set_yscale("symlog", linthresh=0.1)
    left.set_ylim(0, None)
    bars.named_rows(right, shares)
    for label, colour in zip(right.get_yticklabels(), colours, strict=False):
        label.set_color(colour)
    right.set(xlabel="squared error per image", title="held-out error")
    right.set_ylim(len(shares) - 0.5, -0.5)
    return fig


def codes_by_class(counts: ArrayLike) -> Figure:
    """Draw how many images of each class each code stands for, codes sorted by their class.

    Args:
        counts: (K, classes).
    """
    table = np.asarray(counts, dtype=float)
    table = table[table.sum(1) > 0]
    table = table[np.lexsort((-table.max(1), table.argmax(1)))]
    fig, ax = plt.subplots(figsize=(7.2, 2.9))
    ax.imshow(table.T, cmap="Blues", aspect="auto", interpolation="nearest")
    ax.set_yticks(range(table.shape[1]))
    ax.set(xlabel="codes, sorted by their commonest digit", ylabel="digit")
    ax.grid(False)
    return fig


def code_grid(image: ArrayLike, codes: ArrayLike, decoded: ArrayLike, tone: ArrayLike) -> Figure:
    """Draw a photograph, the grid of its codes, and what is decoded from that grid.

    Args:
        image: (H, W, 3) in [0, 1].
        codes: (h, w) integers.
        decoded: (H, W, 3).
        tone: (K,) brightness of each entry decoded alone; entries are coloured in its order.
    """
    fig, axes = plt.subplots(1, 3, figsize=(7.2, 2.7))
    rank = np.argsort(np.argsort(np.asarray(tone, dtype=float)))
    grid = np.asarray(codes)
    panels = {
        "photograph": np.asarray(image, dtype=float),
        f"{grid.shape[0]} × {grid.shape[1]} codes": rank[grid],
        "decoded": np.asarray(decoded, dtype=float).clip(0, 1),
    }
    for ax, (title, panel) in zip(axes, panels.items(), strict=True):
        bare(ax).imshow(panel, cmap="turbo", interpolation="nearest")
        ax.set_title(title)
    return fig
