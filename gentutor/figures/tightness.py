"""Figures of the ELBO chapter, on how tight it is: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy.typing import ArrayLike

from gentutor.figures import curves, images
from gentutor.figures.style import CRITIC, DECODER, ENCODER, FAKE, GREY, INK, REAL, RED, SKY


def rate_distortion(
    curve: tuple[ArrayLike, ArrayLike],
    rate: ArrayLike,
    distortion: ArrayLike,
    beta: Sequence[float],
    excess: ArrayLike,
) -> Figure:
    r"""Draw trained models on the exact curve, and which objectives are bounds.

    Args:
        curve: rates and distortions of the exact optima, any number of points, nats.
        rate: (B,) of the trained models.
        distortion: (B,).
        beta: (B,), rising; each is the slope of a short tangent.
        excess: (B,) :math:`-(D+\beta R)-\log p(x)`, nats; above 0 it is no lower bound.
    """
    r, d, slope = np.asarray(rate), np.asarray(distortion), np.asarray(beta)
    over = np.asarray(excess)
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.3))
    left.plot(*curve, color=GREY, lw=1.4, label="water-filling")
    left.plot(r, d, "o", color=ENCODER, ms=5, label="trained")
    for i in range(0, len(r), 4):
        span = 2.0 / np.hypot(1.0, slope[i])
        left.plot(r[i] + span * np.array([-1, 1]), d[i] - slope[i] * span * np.array([-1, 1]))
        left.lines[-1].set(color=CRITIC, lw=1.2)
        left.annotate(f"β = {beta[i]:.2g}", (r[i], d[i]), (5, 5), textcoords="offset points")
    left.set(xlabel="rate R, nats", ylabel="distortion D, nats", title="Slope −β at each β")
    left.legend(fontsize=8)
    right.axhspan(0, 1e3, color=RED, alpha=0.08, lw=0)
    right.semilogx(slope, over, "o-", color=CRITIC, ms=4)
    right.axvline(1, color=GREY, ls=":", lw=1)
    top = float(over.max())
    right.text(slope[-1], 0.2, "above: no bound", color=RED, size=9, ha="right", va="bottom")
    right.set(
        xlabel="β", ylabel="nats", title="−(D + βR) − log p(x)", ylim=(2 * over.min(), 1.2 * top)
    )
    curves.marked(right.xaxis, [0.5, 1, 2, 4])
    return fig


def importance(
    k: ArrayLike,
    gaps: Mapping[str, ArrayLike],
    predicted: ArrayLike,
    encoder: ArrayLike,
    decoder: ArrayLike,
) -> Figure:
    """Draw the importance-weighted bound's gap, and the gradients' signal-to-noise ratios, over k.

    Two dashed lines on the right have the slopes of theory, -1/2 and 1/2, through the last points.

    Args:
        k: (L,) samples.
        gaps: label -> (L,) measured gap, nats.
        predicted: (L,) its asymptote for the first label.
        encoder: (L,) absolute mean over standard deviation of an encoder's gradient.
        decoder: (L,) the same of a decoder's gradient.
    """
    samples = np.asarray(k)
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.1))
    curves.lines(left, samples, gaps, (ENCODER, SKY), "o-", ms=4)
    left.loglog(samples, predicted, "--", color=GREY, lw=1.2, label="Var(w/E w)/2k")
    left.set(xlabel="k", ylabel="log p(x) − bound, nats", title="The gap closes")
    looks = (("encoder", "1/√k", ENCODER, -0.5), ("decoder", "√k", DECODER, 0.5))
    for (label, law, colour, power), values in zip(looks, (encoder, decoder), strict=True):
        ratio = np.asarray(values)
        right.loglog(samples, ratio, "o-", color=colour, ms=4, label=label)
        line = ratio[-1] * (samples / samples[-1]) ** power
        right.loglog(samples, line, "--", color=colour, lw=1.0, label=law)
    right.set(xlabel="k", ylabel="signal ÷ noise", title="Gradient of the bound")
    for ax in (left, right):
        curves.marked(ax.xaxis, samples)
        ax.legend(fontsize=8)
    return fig


def closing_in(
    k: ArrayLike, bounds: Mapping[str, ArrayLike], levels: Mapping[str, Mapping[str, float]]
) -> Figure:
    """Draw importance-weighted bounds over k, one panel a model, with other answers as lines.

    Args:
        k: (L,) samples.
        bounds: model -> (L,) nats, a mean over examples.
        levels: model -> label -> nats.
    """
    fig, axes = plt.subplots(1, len(bounds), figsize=(7.2, 3.0), squeeze=False)
    for ax, (name, values) in zip(axes[0], bounds.items(), strict=True):
        ax.semilogx(k, values, "o-", color=ENCODER, ms=4, label="k samples")
        looks = zip((CRITIC, REAL), ("-", "--"), levels[name].items(), strict=False)
        for colour, dash, (label, level) in looks:
            ax.axhline(level, color=colour, ls=dash, lw=1.4, label=label)
        curves.marked(ax.xaxis, k)
        ax.set(xlabel="k", ylabel="nats per example", title=name)
        ax.legend(fontsize=8, loc="lower right")
    return fig


def posteriors(
    side: ArrayLike,
    density: ArrayLike,
    guesses: Mapping[str, tuple[ArrayLike, ArrayLike]],
    gaps: Mapping[str, ArrayLike],
) -> Figure:
    """Draw exact 2-D posteriors under Gaussian guesses, and what the guesses cost.

    Args:
        side: (G,) grid values of either latent.
        density: (E, G, G) posterior densities, first axis of the grid first.
        guesses: label -> (means (E, 2), log variances (E, 2)); two-sd ellipses are drawn.
        gaps: group -> (S, 2) approximation and amortisation gap of S seeds, nats. The whisker is
            the standard deviation of their sum over the seeds.
    """
    grid, panels = np.asarray(side), np.asarray(density)
    fig, grid_of_axes = plt.subplots(2, (len(panels) + 2) // 2, figsize=(6.4, 5.8))
    axes = grid_of_axes.flatten()
    for e, (ax, panel) in enumerate(zip(axes, panels, strict=False)):
        top = panel.max()
        ax.contourf(grid, grid, panel.T, levels=np.linspace(0.03, 1, 6) * top, cmap=INK)
        corners = []
        for colour, (label, (mean, logvar)) in zip(
            (ENCODER, CRITIC), guesses.items(), strict=False
        ):
            centre, width = np.asarray(mean)[e], np.exp(0.5 * np.asarray(logvar)[e])
            shape = Ellipse(tuple(centre), *(4 * width), fill=False, ec=colour, lw=1.6, label=label)
            ax.add_patch(shape)
            corners += [centre - 2.4 * width, centre + 2.4 * width]
        inside = np.argwhere(panel > 0.03 * top)
        corners += [grid[inside.min(0)], grid[inside.max(0)]]
        low, high = np.min(corners, 0), np.max(corners, 0)
        half = 0.55 * (high - low).max()
        middle = 0.5 * (low + high)
        ax.set(xlim=middle[0] + half * np.array([-1, 1]), ylim=middle[1] + half * np.array([-1, 1]))
        ax.locator_params(nbins=5)
        ax.set(aspect="equal", xlabel="$z_1$", ylabel="$z_2$")
    axes[0].set_title("Posteriors of three digits")
    axes[0].legend(fontsize=8, loc="lower right")
    where = np.arange(len(gaps))
    values = np.stack([np.asarray(v) for v in gaps.values()])  # (groups, S, 2)
    mean, spread = values.mean(1), values.sum(2).std(1, ddof=1)
    bars = axes[-1]
    bars.bar(where, mean[:, 0], color=FAKE, label="approximation")
    bars.bar(where, mean[:, 1], bottom=mean[:, 0], color=ENCODER, label="amortisation")
    bars.errorbar(where, mean.sum(1), spread, fmt="none", ecolor="black", capsize=4, lw=1)
    bars.set_axisbelow(True)
    bars.set_xticks(where, list(gaps))
    bars.set(title="Gap, nats", ylim=(0, 1.9 * mean.sum(1).max()))
    bars.legend(fontsize=8, loc="upper left")
    return fig


def reductions(
    kl: ArrayLike, beta: ArrayLike, rows: Sequence[str], columns: Sequence[str]
) -> Figure:
    """Draw the total KL that each pair of reductions trains to, with the β it amounts to.

    Args:
        kl: (R, C) nats per example.
        beta: (R, C).
        rows: reductions of the squared error.
        columns: reductions of the KL.
    """
    totals = np.asarray(kl)
    fig, ax = plt.subplots(figsize=(7.2, 2.9))
    names = [f"β = {b:,.0f}" if b >= 1 else f"β = 1/{1 / b:,.0f}" for b in np.ravel(beta)]
    words = [f"{name}\nKL {total:.2f}" for name, total in zip(names, totals.flat, strict=True)]
    table = np.reshape(words, totals.shape).tolist()
    images.heat_map(ax, totals, table, rows, columns, top=float(totals.max()))
    ax.set(xlabel="KL", ylabel="squared error")
    return fig
