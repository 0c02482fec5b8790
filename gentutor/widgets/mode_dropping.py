"""Drop modes, blur, copy: six scores of a generator of points in the plane, side by side."""

from numbers import Real
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

LIMITS = {"blur": (0.0, 2.0), "memorised": (0.0, 1.0)}


class ModeDropping(Explorable):
    r"""Points of a few round clusters, and a generator that may drop, blur and copy them.

    The page makes M generated points from the modes that are kept, in turn: a centre plus the
    noise given here times :math:`\sqrt{\text{sd}^2+\text{blur}^2}`; the first *memorised* share
    are training points instead. It then computes, from the points as features, the Fréchet
    distance, the kernel distance (degree 3, unbiased), the Inception Score (its classifier is the
    exact posterior of the mixture), precision, recall, density and coverage (k = 3), and the share
    of points that are copies. The formulas are those of :mod:`gentutor.metrics`.

    Args:
        centres: (K, 2) of the modes, float32; at most 10.
        train: (N, 2) training points, which are the real set of every score.
        train_mode: (N,) integers, which mode each came from; every mode occurs.
        noise: (M, 2) standard normal numbers of the generator; more than 3.
        sd: standard deviation of each cluster, in both directions.
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        kept: modes that the generator makes at the start, all by default; may be empty.
        blur: from 0 to 2.
        memorised: share of copies, from 0 to 1.

    ``kept``, ``blur`` and ``memorised`` are traits, which a notebook can observe, link or set.

    Raises:
        TypeError: an argument of another type.
        ValueError: shapes that do not fit, a mode that does not exist or has no training point, a
            number outside its range.
    """

    _esm = source("kit.js", "mode_scores.js", "mode_dropping.js")
    _css = source("kit.css", "mode_dropping.css")
    sd = traitlets.Float().tag(sync=True)
    kept = traitlets.List(traitlets.Int()).tag(sync=True)
    blur = traitlets.Float().tag(sync=True)
    memorised = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        *,
        centres: ArrayLike,
        train: ArrayLike,
        train_mode: ArrayLike,
        noise: ArrayLike,
        sd: float,
        picture: Figure,
        caption: str,
        alt: str,
        kept: list[int] | None = None,
        blur: float = 0.0,
        memorised: float = 0.0,
    ) -> None:
        arrays = Arrays()
        modes = len(arrays.add("centres", centres, "K 2", "float32"))
        arrays.add("train", train, "N 2", "float32")
        labels = arrays.add("train_mode", train_mode, "N", "class")
        drawn = arrays.add("noise", noise, "M 2", "float32")
        if modes > 10:
            raise ValueError(f"centres: expected at most 10 modes, got {modes}")
        if set(labels.astype(int)) != set(range(modes)):
            raise ValueError(
                f"train_mode: expected each mode from 0 to {modes - 1} and no other, got "
                f"{sorted(set(labels.astype(int)))}"
            )
        if min(len(labels), len(drawn)) < 4:
            raise ValueError(f"noise, train: expected at least 4 points, got {len(drawn)}")
        for name, value in {"sd": sd, "blur": blur, "memorised": memorised}.items():
            if isinstance(value, bool) or not isinstance(value, Real):
                raise TypeError(f"{name}: expected a number, got {value!r}")
        if not 0 < float(sd) < np.inf:
            raise ValueError(f"sd: expected a positive number, got {sd}")
        self._modes = modes
        super().__init__(
            arrays=arrays,
            picture=picture,
            caption=caption,
            alt=alt,
            sd=float(sd),
            kept=list(range(modes)) if kept is None else kept,
            blur=float(blur),
            memorised=float(memorised),
        )

    @traitlets.validate(*LIMITS)
    def _in_range(self, proposal: dict[str, Any]) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = LIMITS[name]
        if not low <= value <= high:
            raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value}")
        return float(value)

    @traitlets.validate("kept")
    def _known(self, proposal: dict[str, Any]) -> list[int]:
        value = proposal["value"]
        if len(set(value)) < len(value) or not set(value) <= set(range(self._modes)):
            raise ValueError(
                f"kept: expected different modes from 0 to {self._modes - 1}, got {value}"
            )
        return sorted(value)
