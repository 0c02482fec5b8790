"""Figures of the chapter on generative models: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures import curves, planes
from gentutor.figures.style import BLUE, CRITIC, FAKE, GENERATOR, GREEN, GREY, ORANGE, REAL, RED

TONES = (BLUE, ORANGE, GREEN, RED)


def push_forward_1d(
    z: ArrayLike, x: ArrayLike, density: ArrayLike, samples: ArrayLike, *, title: str = ""
) -> Figure:
    """Draw an increasing map of the line, and the density that it makes beside its samples.

    Args:
        z: (M,) increasing places of noise.
        x: (M,) where they land.
        density: (M,) of x at these places.
        samples: (N,) draws of x.
        title: of the left panel.
    """
    places, landed = np.asarray(z), np.asarray(x)
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.0), width_ratios=(1, 1.25))
    left.plot(places, landed, color=GENERATOR)
    marks = np.interp(np.linspace(-2, 2, 9), places, landed)
    for at, value in zip(np.linspace(-2, 2, 9), marks, strict=True):
        left.plot([at, at, places[0]], [landed[0], value, value], color=GREY, lw=0.7, alpha=0.6)
    left.set(xlabel="$z$", ylabel="$x = G(z)$", title=title or "The map")
    left.set(xlim=(places[0], places[-1]), ylim=(landed[0], landed[-1]))
    bins = np.linspace(landed[0], landed[-1], 91)
    right.hist(np.asarray(samples), bins, density=True, color=FAKE, alpha=0.35, label="samples")
    right.plot(landed, density, color=GENERATOR, label=r"$\mathcal{N}(z)\,/\,G'(z)$")
    right.set(xlabel="$x$", ylabel="density", title="What it does to the noise")
    right.legend(fontsize=8, loc="upper left")
    return fig


def flow_panels(z: ArrayLike, x: ArrayLike, density: ArrayLike, data: ArrayLike) -> Figure:
    """Draw noise, where a flow sends it, the flow's density, and the data.

    Args:
        z: (N, 2) noise; both clouds are coloured by its angle.
        x: (N, 2) what the flow makes of it.
        density: (A, B) on a grid of x from -2 to 3 (B columns) and y from -1.5 to 2 (A rows).
        data: (N, 2).
    """
    noise = np.asarray(z)
    angle = np.arctan2(noise[:, 1], noise[:, 0])
    fig, axes = plt.subplots(1, 4, figsize=(7.2, 1.9), width_ratios=(0.75, 1, 1, 1))
    planes.cloud(axes[0], noise, angle, 2.5).set_cmap("twilight")
    planes.cloud(axes[1], x, angle, 2.5).set_cmap("twilight")
    extent = (-2, 3, -1.5, 2)
    axes[2].imshow(np.asarray(density) ** 0.5, cmap="Purples", origin="lower", extent=extent)
    planes.cloud(axes[3], data, REAL, 2.5)
    titles = ("noise $z$", "flow, $x = G(z)$", "flow, $q(x)$", "data")
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title, size=10)
        ax.set(xlim=(-1.6, 2.6), ylim=(-1.3, 1.8), aspect="equal", xticks=[], yticks=[])
        ax.grid(False)
    axes[0].set(xlim=(-3.5, 3.5), ylim=(-3.5, 3.5))
    return fig


def thin_image(
    curve: ArrayLike, density: ArrayLike, sides: ArrayLike, areas: Mapping[str, ArrayLike]
) -> Figure:
    """Draw the image of one number of noise, and how much area the squares have that it hits.

    Args:
        curve: (N, 2) points in order along the image.
        density: (N,) mass per unit of length there.
        sides: (L,) of the squares.
        areas: name -> (L,) total area of the squares with a sample in them.
    """
    x, y = np.asarray(curve).T
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.9))
    dots = left.scatter(x, y, c=density, s=7, lw=0, cmap="viridis", rasterized=True)
    fig.colorbar(dots, ax=left)
    left.set(xlabel="$x_1$", ylabel="$x_2$", title="Mass per length of the image")
    curves.lines(right, sides, areas, (GENERATOR, GREY), "o-")
    right.set(xscale="log", yscale="log")
    curves.marked(right.xaxis, sides)
    right.yaxis.minorticks_off()
    right.set(xlabel="side of a square", ylabel="area hit", title="What the samples fill")
    right.legend(fontsize=8)
    return fig


def ratios(
    exact: ArrayLike, estimate: ArrayLike, panels: Mapping[str, tuple[float | None, float]]
) -> Figure:
    """Draw a classifier's logits over exact log ratios, and JS divergences found either way.

    Args:
        exact: (N,) log p(x) - log q(x).
        estimate: (N,) logits at the same points.
        panels: model -> (exact JS divergence or None, the classifier's), nats.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.0))
    left.plot(exact, estimate, ".", color=CRITIC, ms=2.5, alpha=0.35, rasterized=True)
    left.plot([-7, 3], [-7, 3], color=GREY, ls="--", lw=1)
    left.set(xlim=(-7, 3), ylim=(-7, 3), xlabel="exact log ratio", ylabel="logit")
    left.set_title("Data against a Gaussian")
    for row, (truth, found) in enumerate(panels.values()):
        right.barh(row + 0.18, found, 0.32, color=CRITIC, label="classifier" if not row else None)
        text = "no density" if truth is None else ""
        right.barh(row - 0.18, truth or 0, 0.32, color=REAL, label="exact" if not row else None)
        right.text(0.01, row - 0.18, text, va="center", size=8, color=GREY)
    right.axvline(np.log(2), color=GREY, ls="--", lw=1)
    right.text(np.log(2), 2.3, "ln 2 ", ha="right", size=8, color=GREY)
    right.set_yticks(range(len(panels)), list(panels))
    right.invert_yaxis()
    right.set(xlabel="JS divergence from the data, nats", title="Three models")
    right.set_xlim(0, 0.75)
    right.legend(fontsize=8, loc="center", bbox_to_anchor=(0.62, 0.5))
    return fig


def distances(shift: ArrayLike, values: Mapping[str, ArrayLike], *, top: float = 4.0) -> Figure:
    """Draw distances over the shift between two distributions, and their slopes.

    Args:
        shift: (M,) increasing.
        values: name -> (M,).
        top: of the left panel, which the largest distance leaves.
    """
    at = np.asarray(shift)
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.1))
    for tone, (name, value) in zip(TONES, values.items(), strict=True):
        left.plot(at, value, color=tone, label=name)
        slope = np.gradient(np.asarray(value), at)
        right.semilogy(at[1:-1], np.maximum(slope[1:-1], 1e-12), color=tone)
    left.set(ylim=(0, top), xlabel=r"shift $\delta$", title="The distance")
    right.set(ylim=(1e-8, 200), xlabel=r"shift $\delta$", title="Its slope in δ")
    left.legend(fontsize=8)
    return fig


def bridges(
    z: ArrayLike,
    maps: Mapping[float, ArrayLike],
    mass: ArrayLike,
    theory: tuple[ArrayLike, ArrayLike],
) -> Figure:
    """Draw generators with a capped slope between two modes, and the mass that they leave there.

    Args:
        z: (M,) increasing places of noise.
        maps: cap -> (M,) where they land.
        mass: of the gap, one for each cap.
        theory: caps (K,) and the least mass there (K,).
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.1))
    shades = plt.get_cmap("viridis")(np.linspace(0, 0.85, len(maps)))
    left.axhspan(-1, 1, color=FAKE, alpha=0.1, lw=0)
    for shade, (cap, x) in zip(shades, maps.items(), strict=True):
        left.plot(z, x, color=shade, lw=1.4, label=f"L = {cap:g}")
        right.loglog(cap, np.asarray(mass)[list(maps).index(cap)], "o", color=shade)
    left.set(xlim=(-2, 2), xlabel="$z$", ylabel="$x = G(z)$", title="Trained maps")
    left.legend(fontsize=7)
    right.loglog(*theory, color=GREY, lw=1.2, zorder=0)
    curves.marked(right.xaxis, list(maps))
    right.set_yticks([0.02, 0.05, 0.1, 0.2, 0.5], ["2 %", "5 %", "10 %", "20 %", "50 %"])
    right.yaxis.minorticks_off()
    right.set(xlabel="largest slope L", ylabel="mass in the gap", title="What stays between")
    return fig
