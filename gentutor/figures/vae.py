"""Figures of the VAE chapter: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse
from numpy.typing import ArrayLike

from gentutor.figures import curves, images, planes
from gentutor.figures.images import image_rows as image_rows
from gentutor.figures.style import DECODER, ENCODER, FAKE, GREEN, GREY, PURPLE, REAL, SKY


def latent_map(codes: ArrayLike, logvar: ArrayLike, labels: ArrayLike) -> Figure:
    """Draw 2-D codes by class, beside the aggregate posterior of each dimension and the prior.

    Every eighteenth posterior is drawn as its ellipse of one standard deviation.

    Args:
        codes: (N, 2) posterior means.
        logvar: (N, 2) posterior log variances; the aggregate posterior is the average of the N
            Gaussians.
        labels: (N,) classes 0 to 9.
    """
    mu, var = np.asarray(codes, dtype=float), np.exp(np.asarray(logvar, dtype=float))
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.6), width_ratios=(1.15, 1))
    planes.by_class(left, mu, labels, size=9, alpha=0.7, rim=True)
    for (x, y), (width, height) in zip(mu[::18], 2 * np.sqrt(var[::18]), strict=True):
        left.add_patch(Ellipse((x, y), width, height, fill=False, ec=REAL, lw=0.8))
    for radius in (1, 2):
        left.add_patch(Circle((0, 0), radius, fill=False, ec=GREY, ls="--", lw=1))
    left.set(xlabel="$z_1$", ylabel="$z_2$", title="Codes of the test digits", aspect="equal")
    grid = np.linspace(-4, 4, 161)
    for k, colour in enumerate((ENCODER, SKY)):
        density = curves.bell(grid[:, None], mu[:, k], np.sqrt(var[:, k])).mean(axis=1)
        sd = np.sqrt(mu[:, k].var() + var[:, k].mean())
        right.plot(grid, density, color=colour, label=rf"$\bar q(z_{k + 1})$, sd {sd:.2f}")
    right.plot(grid, curves.bell(grid, 0, 1), color=GREY, ls="--", label="prior, sd 1")
    right.set(xlabel="$z$", ylabel="density", title="Aggregate posterior")
    right.legend(loc="upper left", fontsize=8)
    right.set_ylim(0, None)
    return fig


def training_terms(step: ArrayLike, recon_nll: ArrayLike, kl: ArrayLike) -> Figure:
    """Draw reconstruction against KL through training, over seeds.

    Args:
        step: (L,) optimiser steps.
        recon_nll: (S, L) nats per example.
        kl: (S, L) nats per example.
    """
    steps, recon, rate = np.asarray(step), np.asarray(recon_nll), np.asarray(kl)
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.1))
    curves.band(left, steps, recon, DECODER, "reconstruction NLL")
    curves.band(left, steps, rate, ENCODER, "KL")
    curves.band(left, steps, recon + rate, GREY, "negative ELBO")
    left.set(xlabel="step", ylabel="nats per example", title="The two terms", xscale="log")
    left.legend(fontsize=8)
    for one_recon, one_rate in zip(recon, rate, strict=True):
        right.plot(one_rate, one_recon, color=REAL, alpha=0.35, lw=1)
    right.plot(rate.mean(axis=0), recon.mean(axis=0), color=REAL)
    for at in (0, 2, len(steps) // 4, len(steps) - 1):
        point = rate.mean(axis=0)[at], recon.mean(axis=0)[at]
        right.annotate(f"step {steps[at]}", point, (6, 6), textcoords="offset points", size=8)
        right.plot(*point, "o", color=REAL, ms=4)
    right.set(xlabel="KL", ylabel="reconstruction NLL", title="One against the other")
    return fig


def estimator_variance(
    dims: ArrayLike, measured: Mapping[str, ArrayLike], exact: Mapping[str, ArrayLike]
) -> Figure:
    """Draw variance ratios of gradient estimators over dimensions: dots measured, lines exact.

    Args:
        dims: (L,) numbers of dimensions.
        measured: name -> (L,) ratios to the pathwise estimator's variance.
        exact: name -> (L,) the closed forms.
    """
    fig, ax = plt.subplots(figsize=(5.4, 3.3))
    for colour, (name, ratios) in zip((PURPLE, GREEN), measured.items(), strict=False):
        ax.loglog(dims, exact[name], color=colour, lw=1.2)
        ax.loglog(dims, ratios, "o", color=colour, label=name)
    ax.axhline(1, color=GREY, ls="--", lw=1)
    ax.set_xticks(list(np.asarray(dims)), [str(d) for d in np.asarray(dims)])
    ax.set(xlabel="dimensions of $z$", ylabel="variance ÷ pathwise variance")
    ax.legend(fontsize=9)
    return fig


def kl_map(
    kl: Mapping[str, ArrayLike], *, label: str = "KL per dimension, nats", limit: float = 3.0
) -> Figure:
    """Draw the KL of each latent dimension (sorted), one row a model, as a heat map.

    Args:
        kl: row label -> (K,) nats, averaged over data.
        label: of the colour bar.
        limit: colour scale's upper end, nats.
    """
    rows = np.stack([np.sort(np.asarray(values))[::-1] for values in kl.values()])
    fig, ax = plt.subplots(figsize=(6.4, 0.9 + 0.34 * len(rows)))
    words = [["0" if v < 0.005 else f"{v:.2f}".removeprefix("0") for v in row] for row in rows]
    names = [f"{name}  ({row.sum():.1f})" for name, row in zip(kl, rows, strict=True)]
    columns = [str(k + 1) for k in range(rows.shape[1])]
    mesh = images.heat_map(ax, rows, words, names, columns, top=limit, size=8)
    ax.set_xlabel("latent dimension, sorted; total in brackets")
    fig.colorbar(mesh, ax=ax, label=label, extend="max", fraction=0.05)
    return fig


def blur_levers(
    levers: Mapping[str, tuple[ArrayLike, ArrayLike]],
    samples: tuple[ArrayLike, ArrayLike],
    data: float,
) -> Figure:
    r"""Draw how sharp decoded images are over :math:`\beta\sigma^2`, one series a lever.

    Args:
        levers: name -> (beta * variance (L,), sharpness of reconstructions (L,)), sharpness being
            the mean absolute difference of neighbouring pixels.
        samples: (beta * variance (L,), sharpness of samples from the prior (L,)).
        data: the same measure on the data.
    """
    fig, ax = plt.subplots(figsize=(6.2, 3.3))
    looks = zip((ENCODER, DECODER, GREEN, PURPLE), "ox+s", levers.items(), strict=False)
    for tone, mark, (name, (product, sharpness)) in looks:
        ax.semilogx(product, sharpness, mark, color=tone, ms=7, mew=2, label=name)
    ax.semilogx(*samples, ":", color=FAKE, lw=1.4, label="samples, β varies")
    curves.level(ax, data, ax.get_xlim()[1], "the data", GREY, lw=1).set_fontsize(9)
    ax.set(xlabel=r"$\beta\sigma^2$", ylabel="sharpness")
    ax.set_ylim(0.1, 0.25)
    ax.legend(fontsize=8, loc="lower left")
    return fig


def bridges(data: ArrayLike, samples: Mapping[str, ArrayLike]) -> Figure:
    """Draw 2-D data beside what each model samples.

    Args:
        data: (N, 2).
        samples: model's name -> (M, 2).
    """
    panels = {"data": data, **samples}
    rim = 1.35 * float(np.abs(np.asarray(data)).max())
    size = (1.9 * len(panels), 2.2)
    fig, axes = plt.subplots(1, len(panels), figsize=size, sharex=True, sharey=True)
    for ax, (name, points) in zip(axes, panels.items(), strict=True):
        planes.cloud(ax, points, REAL if name == "data" else FAKE, 1.5, alpha=0.35)
        ax.set(aspect="equal", xlim=(-rim, rim), ylim=(-rim, rim))
        ax.set_title(name, size=9)
    return fig
