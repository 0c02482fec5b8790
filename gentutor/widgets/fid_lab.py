"""The FID lab: how the number of samples moves the measured distance of two Gaussians."""

from numbers import Real
from typing import Any

import traitlets
from matplotlib.figure import Figure

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

LIMITS = {"n": (4, 20_000), "d": (2, 24), "shift": (0.0, 4.0), "spread": (0.5, 1.5)}


class FIDLab(Explorable):
    r"""Slide N, d and the true distance; the page draws sample moments and measures FID.

    Real features are :math:`\mathcal N(0, I)`, generated ones :math:`\mathcal N(m, s^2 I)` with
    :math:`\|m\|^2` the squared shift. Then

    .. math:: \mathrm{FID}_\infty=\|m\|^2+d(1-s)^2,\qquad
        \mathbb E[\mathrm{FID}_N]\approx\mathrm{FID}_\infty+\frac cN,\qquad
        c=\tfrac12 s\,d(d+1)+(1+s^2)d

    to second order. Covariances are drawn by Bartlett's decomposition, so that N = 20,000 costs no
    more than N = 20. From N = 2.4 d on a line over 1/N is fitted; below, the page says why not.

    Args:
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        n: samples a side at the start, from 4 to 20,000.
        d: features, from 2 to 24.
        shift: squared distance of the means, from 0 to 4.
        spread: s, from 0.5 to 1.5.

    All four are traits, which a notebook can observe, link or set.

    Raises:
        TypeError: an argument of another type.
        ValueError: a number outside its range.

    >>> from matplotlib.figure import Figure
    >>> lab = FIDLab(picture=Figure(), caption="Two Gaussians.", alt="Dots on a line.")
    >>> lab.n, lab.d, lab.shift, lab.spread
    (200, 16, 1.0, 1.0)
    >>> lab.n = 3
    Traceback (most recent call last):
        ...
    ValueError: n: expected a number from 4 to 20000, got 3
    """

    _esm = source("kit.js", "fid_lab.js")
    _css = source("kit.css", "fid_lab.css")
    n = traitlets.Int().tag(sync=True)
    d = traitlets.Int().tag(sync=True)
    shift = traitlets.Float().tag(sync=True)
    spread = traitlets.Float().tag(sync=True)
    seed = traitlets.Int(1).tag(sync=True)
    limits = traitlets.Dict(LIMITS).tag(sync=True)

    def __init__(
        self,
        *,
        picture: Figure,
        caption: str,
        alt: str,
        n: int = 200,
        d: int = 16,
        shift: float = 1.0,
        spread: float = 1.0,
    ) -> None:
        for name, value in {"n": n, "d": d, "shift": shift, "spread": spread}.items():
            kind, word = (int, "an integer") if name in "nd" else (Real, "a number")
            if isinstance(value, bool) or not isinstance(value, kind):
                raise TypeError(f"{name}: expected {word}, got {value!r}")
        floats = {"shift": float(shift), "spread": float(spread)}
        given: dict[str, Any] = {"n": n, "d": d, **floats}
        super().__init__(arrays=Arrays(), picture=picture, caption=caption, alt=alt, **given)

    @traitlets.validate(*LIMITS)
    def _in_range(self, proposal: dict[str, Any]) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = LIMITS[name]
        if not low <= value <= high:
            raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value}")
        return value
