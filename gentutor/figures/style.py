"""One look for every figure: calm, readable at phone width, safe for colour-blind readers."""

from typing import Any

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib.axes import Axes

# Okabe and Ito's palette, without its yellow, which is too pale for lines on white.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
)
GREY = "#6b7280"
# One colour a role, in diagrams, figures, widgets and formulas. The style sheets have the same
# values as --encoder and so on, with lighter ones for the dark theme.
ROLES = {
    "encoder": "#0072B2",
    "decoder": "#B45309",
    "generator": "#8A4FBE",
    "critic": "#00695F",
    "real": "#3F4A56",
    "fake": "#C0246B",
}
ENCODER, DECODER, GENERATOR, CRITIC, REAL, FAKE = ROLES.values()
INK = "gray_r"  # colour map: 0 is paper and 1 is ink

RC: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, RED, PURPLE, SKY]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.figsize": (7.2, 3.2),
    "font.size": 10,
    "grid.color": "#e5e7eb",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.dpi": 144,
}


def use_style() -> None:
    """Set matplotlib's defaults to the book's look; a notebook calls it once, at its start.

    Figures come out as SVG in a notebook, so that they stay sharp on every screen.
    """
    plt.rcParams.update(RC)
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # no notebook here
        return
    set_matplotlib_formats("svg")


def bare(ax: Axes) -> Axes:
    """Strip an axes down to the picture it holds."""
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax
