"""Range and dtype: one noisy photograph stored three ways, and the PSNR that each reading gives."""

from numbers import Real
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

CHOICES = {
    "stored": ("bytes, 0 to 255", "floats in [0, 1]", "floats in [−1, 1]"),
    "maximum": ("255", "2", "1", "largest − smallest value"),
    "arithmetic": ("floating point", "all in bytes", "difference in bytes"),
}


class RangeAndDtype(Explorable):
    """Store a pair of images as bytes or floats, take a MAX, and see the PSNR and the right one.

    Args:
        image: (S, S) grey values in [0, 1]; stored as bytes. The page adds the noise.
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        stored: how the pair is stored at the start, one of ``CHOICES["stored"]``.
        maximum: the MAX that is taken at the start, one of ``CHOICES["maximum"]``.
        arithmetic: how bytes are subtracted at the start, one of ``CHOICES["arithmetic"]``.
        noise: its standard deviation at the start as a share of the range, in [0.01, 0.3].

    The last four are traits, which a notebook can observe, link or set.

    Raises:
        TypeError: an argument of another type.
        ValueError: an image that is not square or not in [0, 1]; an unknown choice; noise out of
            range.

    >>> widget = RangeAndDtype(image=np.zeros((8, 8)), picture=Figure(), caption="One pair.",
    ...     alt="Two pictures.")
    >>> widget.stored, widget.maximum, widget.noise
    ('floats in [0, 1]', '255', 0.1)
    """

    _esm = source("kit.js", "image_pairs.js", "range_and_dtype.js")
    _css = source("kit.css", "distortion_lab.css")
    stored = traitlets.Unicode().tag(sync=True)
    maximum = traitlets.Unicode().tag(sync=True)
    arithmetic = traitlets.Unicode().tag(sync=True)
    noise = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        *,
        image: ArrayLike,
        picture: Figure,
        caption: str,
        alt: str,
        stored: str = "floats in [0, 1]",
        maximum: str = "255",
        arithmetic: str = "floating point",
        noise: float = 0.1,
    ) -> None:
        if isinstance(noise, bool) or not isinstance(noise, Real):
            raise TypeError(f"noise: expected a number, got {noise!r}")
        arrays = Arrays()
        arrays.add("image", np.asarray(image), "S S", "pixel")
        super().__init__(
            arrays=arrays,
            picture=picture,
            caption=caption,
            alt=alt,
            stored=stored,
            maximum=maximum,
            arithmetic=arithmetic,
            noise=float(noise),
        )

    @traitlets.validate(*CHOICES)
    def _known(self, proposal: dict[str, Any]) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        if value not in CHOICES[name]:
            raise ValueError(f"{name}: expected one of {', '.join(CHOICES[name])}; got {value!r}")
        return value

    @traitlets.validate("noise")
    def _in_range(self, proposal: dict[str, Any]) -> float:
        if not 0.01 <= proposal["value"] <= 0.3:
            raise ValueError(f"noise: expected a number from 0.01 to 0.3, got {proposal['value']}")
        return proposal["value"]
