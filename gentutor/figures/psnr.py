"""Figures of the PSNR chapter: arrays in, a matplotlib Figure out."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.curves import lines
from gentutor.figures.style import BLUE, GREY, ORANGE, RED


def blur_curves(widths: ArrayLike, clean: ArrayLike, noisy: ArrayLike) -> Figure:
    """Draw the PSNR of a blurred image, and of a blurred noisy one, over the blur's width.

    Args:
        widths: (N,) standard deviations of the blur in pixels, rising.
        clean: (N,) decibels of the blurred original.
        noisy: (N,) decibels of the blurred noisy image.
    """
    fig, ax = plt.subplots(figsize=(6.4, 3.2))
    x, best = np.asarray(widths), int(np.argmax(np.asarray(noisy)))
    lines(ax, x, {"original, blurred": clean, "noisy image, blurred": noisy}, (BLUE, ORANGE))
    ax.plot(x[best], np.asarray(noisy)[best], "o", color=ORANGE)
    ax.set(xlabel="standard deviation of the blur, pixels", ylabel="PSNR, dB", ylim=(18, 45))
    ax.legend(fontsize=9)
    return fig


def wrapped(
    noise: ArrayLike, right: ArrayLike, squared: ArrayLike, subtracted: ArrayLike
) -> Figure:
    """Draw the PSNR over the noise for right arithmetic and for two ways to wrap around.

    Args:
        noise: (N,) standard deviation in grey levels.
        right: (N,) decibels of differences in floating point.
        squared: (N,) of differences and squares in bytes.
        subtracted: (N,) of differences in bytes, squared in floating point.
    """
    fig, ax = plt.subplots(figsize=(6.4, 3.2))
    ax.plot(noise, right, color=BLUE, label="floating point: right")
    ax.plot(noise, squared, color=RED, ls="--", label="all in bytes")
    ax.plot(noise, subtracted, color=ORANGE, ls="-.", label="difference in bytes, square in floats")
    ax.axhline(20 * np.log10(255) - 10 * np.log10(255), color=GREY, lw=1, ls=":")
    ax.set(xlabel="noise, grey levels", ylabel="PSNR, dB", xscale="log")
    ax.legend(fontsize=8.5)
    return fig
