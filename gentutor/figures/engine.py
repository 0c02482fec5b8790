"""Figure of the page on the engine: arrays in, a matplotlib Figure out."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.curves import lines
from gentutor.figures.style import BLUE, GREY, ORANGE


def share_of_limit(counts: ArrayLike, shares: Mapping[str, ArrayLike]) -> Figure:
    """Draw how much of the processor's limit training reaches, by models in a batch.

    Args:
        counts: (C,) models in a batch, rising.
        shares: label -> (C,) share of the limit, 0 to 1.
    """
    fig, ax = plt.subplots(figsize=(6.4, 3.2))
    places = np.arange(len(np.asarray(counts)))
    percent = {label: 100 * np.asarray(share) for label, share in shares.items()}
    lines(ax, places, percent, (BLUE, ORANGE), "o- s--")
    ax.axhline(100, color=GREY, ls=":", lw=1.2)
    ax.text(0, 97, "one large matrix product", color=GREY, va="top")
    ax.set_xticks(places, [f"{count:g}" for count in np.asarray(counts)])
    ax.set(ylim=(0, 105), xlabel="GANs in a batch", ylabel="% of the limit")
    ax.legend(fontsize=9, loc="lower right")
    return fig
