"""The distance lab: two distributions on a line, and what KL, JS and W1 say of them."""

from numbers import Real
from typing import Any

import traitlets
from matplotlib.figure import Figure

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

LIMITS = {"shift": (-4.0, 4.0), "sd": (0.05, 1.0), "share": (0.0, 1.0)}


class DistanceLab(Explorable):
    r"""Move samples past the data; the page computes KL, JS, W1, the best plan and the best critic.

    Data are two equal heaps at ±1. The samples are two heaps of the same width, both moved by a
    shift, with another share of the mass in the left one. On a line nothing is estimated:

    .. math:: W_1=\int|F_p-F_q|\,\mathrm dx,\qquad f'=-\operatorname{sign}(F_p-F_q)

    The plan moves each quantile of the samples to the data's, and the best critic f attains W1 as
    the difference of its mean scores. KL and JS are integrals on a grid of step 0.02, in nats. Each
    measure's slope in the shift is what a generator would follow.

    Args:
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        shift: of the samples, from −4 to 4.
        sd: standard deviation of every heap, from 0.05 to 1.
        share: of the samples in the left heap, from 0 to 1; of the data it is ½.

    The last three are traits, which a notebook can observe, link or set.

    Raises:
        TypeError: an argument of another type.
        ValueError: a number that is outside its range or not finite.

    >>> from matplotlib.figure import Figure
    >>> lab = DistanceLab(picture=Figure(), caption="Two laws.", alt="Four heaps.", shift=2)
    >>> lab.shift, lab.share
    (2.0, 0.5)
    """

    _esm = source("kit.js", "distance_lab_parts.js", "distance_lab.js")
    _css = source("kit.css", "distance_lab.css")
    shift = traitlets.Any().tag(sync=True)
    sd = traitlets.Any().tag(sync=True)
    share = traitlets.Any().tag(sync=True)
    limits = traitlets.Dict(LIMITS).tag(sync=True)

    def __init__(
        self,
        *,
        picture: Figure,
        caption: str,
        alt: str,
        shift: float = 1.0,
        sd: float = 0.25,
        share: float = 0.5,
    ) -> None:
        numbers = {"shift": shift, "sd": sd, "share": share}
        super().__init__(arrays=Arrays(), picture=picture, caption=caption, alt=alt, **numbers)

    @traitlets.validate(*LIMITS)
    def _in_range(self, proposal: dict[str, Any]) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = LIMITS[name]
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{name}: expected a number, got {value!r}")
        if not low <= float(value) <= high:
            raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value}")
        return float(value)
