"""Figures of the ELBO chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.curves import bell, level, lines, marked
from gentutor.figures.style import CRITIC, DECODER, ENCODER, FAKE, GREY, REAL, RED


def bells(curves: Mapping[str, tuple[float, float]]) -> Figure:
    """Draw one-dimensional Gaussian densities.

    Args:
        curves: label -> (mean, standard deviation): the prior, q, the exact posterior.
    """
    fig, ax = plt.subplots(figsize=(6.4, 2.8))
    grid = np.linspace(-3.5, 3.5, 401)
    looks = zip((GREY, ENCODER, REAL), (":", "-", "--"), curves.items(), strict=False)
    for colour, dash, (label, (mean, sd)) in looks:
        ax.plot(grid, bell(grid, mean, sd), dash, color=colour, label=label)
    ax.set(xlabel="$z$", ylabel="density", ylim=(0, None))
    ax.legend(fontsize=9)
    return fig


def weights(samples: Mapping[str, ArrayLike], log_p: float) -> Figure:
    """Draw the histogram of log w for several q, with its mean (the ELBO) and log p(x).

    What lies beyond the edges counts in the first and last bin.

    Args:
        samples: label -> (S,) log weights, nats.
        log_p: the exact value, nats.
    """
    values = {label: np.asarray(w).ravel() for label, w in samples.items()}
    low = min(np.quantile(w, 0.02) for w in values.values())
    high = max(np.quantile(w, 0.999) for w in values.values())
    width = max(high - low, 0.5)
    edges = np.linspace(low - 0.1 * width, high + 0.1 * width, 46)
    fig, axes = plt.subplots(1, len(values), figsize=(7.2, 2.6), sharex=True, squeeze=False)
    for ax, (label, w) in zip(axes[0], values.items(), strict=True):
        shown = np.clip(w, edges[0], edges[-1])
        ax.hist(shown, edges, color=ENCODER, alpha=0.45, histtype="stepfilled")
        ax.axvline(w.mean(), color=CRITIC, label="ELBO, their mean")
        ax.axvline(log_p, color=REAL, ls="--", label="log p(x)")
        ax.set(title=label, xlabel="log w, nats", yticks=[])
        ax.set_axisbelow(True)
    axes[0, 0].set_ylabel("samples of q")
    axes[0, 0].legend(fontsize=8, loc="upper left")
    return fig


def training_stack(step: ArrayLike, recon: ArrayLike, kl: ArrayLike, optimum: float) -> Figure:
    """Stack the terms of the negative ELBO over training, the KL one strip a dimension.

    At most 32 steps are drawn, evenly spread on the logarithmic axis.

    Args:
        step: (L,) optimiser steps, rising; those below 1 are not shown.
        recon: (L,) reconstruction NLL less its constant, nats per example.
        kl: (L, K) nats of each latent dimension.
        optimum: least possible sum of the terms, nats.
    """
    steps = np.asarray(step)
    kept = np.unique(np.searchsorted(steps, np.geomspace(1, steps[-1], 32)))
    steps, strips, error = steps[kept], np.asarray(kl)[kept], np.asarray(recon)[kept]
    strips = strips[:, np.argsort(-strips[-1])]
    shades = plt.get_cmap("Blues")(np.linspace(0.85, 0.25, strips.shape[1]))
    fig, ax = plt.subplots(figsize=(7.2, 3.6))
    colours = [*shades, DECODER]
    ax.stackplot(steps, *strips.T, error, colors=colours, edgecolor="white", lw=0.3)
    ax.set_axisbelow(True)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()
    ax.set(xlim=(1, steps[-1]), ylim=(0, 2.6 * optimum), xlabel="optimiser step")
    ax.set_ylabel("nats per example")
    right = steps[-1] ** 0.97
    level(ax, optimum, right, "least possible sum", GREY)
    middle = strips[-1].sum()
    ax.text(right, middle + 0.4 * (optimum - middle), "reconstruction", ha="right", color="white")
    ax.text(right, 0.25 * middle, "KL, one strip a dimension", ha="right", color="white")
    return fig


def spectrum(eigenvalues: ArrayLike, variance: float, trained: ArrayLike) -> Figure:
    r"""Draw a spectrum with its water line, and predicted against trained KL per dimension.

    Args:
        eigenvalues: (D,), falling; as many are drawn as there are latents.
        variance: the decoder's variance, below which a dimension collapses.
        trained: (S, K) KL of each dimension for S seeds; sorted here.
    """
    kl = -np.sort(-np.atleast_2d(np.asarray(trained)))
    number = np.arange(1, kl.shape[1] + 1)
    values = np.asarray(eigenvalues)[: len(number)]
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.0))
    left.bar(number, values, color=np.where(values > variance, ENCODER, "#c7ccd4"))
    level(left, variance, number[-1] + 0.5, f"$\\sigma^2$ = {variance:g}", RED, "-", 1.4)
    left.set_axisbelow(True)
    left.set(yscale="log", ylabel="eigenvalue λ", title="Spectrum of the digits")
    marked(left.yaxis, [0.1, 0.2, 0.5])
    predicted = 0.5 * np.log(np.maximum(values / variance, 1.0))
    right.step(number, predicted, where="mid", color=GREY, label="½ log(λ/σ²), or 0")
    for seed, row in enumerate(kl):
        label = f"trained, {len(kl)} seeds" if seed == 0 else None
        right.plot(number, row, "o", color=ENCODER, ms=7 - 2 * seed, mfc="none", label=label)
    right.set(ylabel="KL, nats", title="KL of each dimension")
    right.legend(fontsize=8)
    for ax in (left, right):
        ax.set_xlabel("dimension")
        ax.set_xticks(number[::3])
    return fig


def shrinking(scale: ArrayLike, recon: ArrayLike, kl: ArrayLike) -> Figure:
    """Draw reconstruction, KL and their sum as the posterior shrinks to a point.

    Args:
        scale: (L,) factor on the standard deviation of q; 1 is the exact posterior.
        recon: (L,) nats less the constant.
        kl: (L,) nats.
    """
    factor, nll, rate = np.asarray(scale), np.asarray(recon), np.asarray(kl)
    fig, ax = plt.subplots(figsize=(6.4, 3.4))
    terms = {"reconstruction": nll, "KL": rate, "their sum, $-$ELBO": nll + rate}
    lines(ax, factor, terms, (DECODER, ENCODER, GREY))
    ax.set_xscale("log")
    ax.axvline(1.0, color=GREY, ls=":", lw=1)
    ax.text(1.0, ax.get_ylim()[1], " exact posterior", va="top", size=9, color=GREY)
    ax.set(xlabel="standard deviation of q ÷ that of the exact posterior", ylabel="nats")
    ax.minorticks_off()
    ax.invert_xaxis()
    ax.legend(fontsize=9, loc="upper center")
    return fig


def surgery(latents: Sequence[int], parts: Mapping[str, ArrayLike], ceiling: float) -> Figure:
    """Stack information and mismatch over the number of latents, one panel a data set.

    Args:
        latents: (L,) numbers of latent dimensions.
        parts: data set -> (L, 2) mutual information and aggregate KL, nats.
        ceiling: log N, which the mutual information of N examples cannot exceed.
    """
    fig, axes = plt.subplots(1, len(parts), figsize=(7.2, 3.1), sharey=True, squeeze=False)
    where = np.arange(len(latents))
    for ax, (name, values) in zip(axes[0], parts.items(), strict=True):
        low, high = np.asarray(values).T  # an estimate below 0 is drawn as it is
        ax.bar(where, low, color=ENCODER, label="information")
        ax.bar(where, high, bottom=low, color=FAKE, label="mismatch")
        level(ax, ceiling, -0.4, "log N", GREY).set(ha="left", size=9)
        ax.set_axisbelow(True)
        ax.set_xticks(where, [str(k) for k in latents])
        ax.set(title=name, xlabel="latent dimensions")
    axes[0, 0].set_ylabel("mean KL, nats")
    axes[0, 0].legend(fontsize=8, loc="upper left", bbox_to_anchor=(0, 0.9))
    return fig
