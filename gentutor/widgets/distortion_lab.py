"""The distortion lab: one photograph, one distortion, and what PSNR, SSIM and LPIPS make of it."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

DISTORTIONS = (
    "noise",
    "blur",
    "JPEG-like blocks",
    "salt and pepper",
    "brighter",
    "more contrast",
    "moved sideways",
)
LEAST = 176  # pixels a side that five scales of MS-SSIM need


class DistortionLab(Explorable):
    r"""Distort a photograph, or a picture of one's own; MSE, PSNR, SSIM and MS-SSIM follow.

    These numbers are computed in the page, by the formulas of ``gentutor.metrics`` with a range of
    1 and Wang's window. A reader's own picture is read by the browser and sent nowhere. LPIPS needs
    a network: for the photographs it is shown from values recorded at some strengths, on straight
    lines between them (a sideways step snaps to whole pixels); for an own picture the lab says
    that it is not computed.

    Args:
        images: name -> (S, S) grey values in [0, 1], S at least 176; stored as bytes.
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        distortion: one of ``DISTORTIONS``, at the start.
        strength: of the distortion at the start, in [0, 1].
        equal_error: scale every change to the same squared error.
        mse: that error.
        lpips: name -> (D, 2, T), LPIPS of each distortion at each strength, as it is and scaled to
            ``mse``, for every image; None for a lab without LPIPS.
        strengths: (T,) of ``lpips``, rising, in (0, 1], the last 1.

    ``photograph``, ``distortion``, ``strength`` and ``equal_error`` are traits, which a notebook
    can observe, link or set.

    Raises:
        TypeError: an argument of another type.
        ValueError: no image, images of several sizes or too small, an unknown distortion, a number
            out of range, recorded values of other images or shapes, strengths that do not rise.

    >>> lab = DistortionLab(images={"grey": np.full((176, 176), 0.5)}, picture=Figure(),
    ...     caption="One photograph.", alt="A photograph and its map.")
    >>> lab.photograph, lab.distortion, lab.strength
    ('grey', 'noise', 0.3)
    """

    _esm = source("kit.js", "image_pairs.js", "distortion_lab.js")
    _css = source("kit.css", "distortion_lab.css")
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    photograph = traitlets.Unicode().tag(sync=True)
    distortion = traitlets.Unicode().tag(sync=True)
    strength = traitlets.Float().tag(sync=True)
    equal_error = traitlets.Bool().tag(sync=True)
    mse = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        *,
        images: Mapping[str, ArrayLike],
        picture: Figure,
        caption: str,
        alt: str,
        distortion: str = "noise",
        strength: float = 0.3,
        equal_error: bool = False,
        mse: float = 0.005,
        lpips: Mapping[str, ArrayLike] | None = None,
        strengths: ArrayLike | None = None,
    ) -> None:
        names = list(images)
        if not names:
            raise ValueError("images: expected at least one, got none")
        planes = [np.asarray(images[name]) for name in names]
        shapes = {plane.shape for plane in planes}
        (height, *rest), *others = shapes
        if others or rest != [height] or height < LEAST:
            got = ", ".join(str(shape) for shape in sorted(shapes))
            raise ValueError(f"images: expected squares of one size, {LEAST} or more, got {got}")
        for name, value in {"strength": strength, "mse": mse}.items():
            if isinstance(value, bool) or not isinstance(value, Real):
                raise TypeError(f"{name}: expected a number, got {value!r}")
        if not 0 < mse < 1:
            raise ValueError(f"mse: expected a number between 0 and 1, got {mse}")
        arrays = Arrays()
        arrays.add("images", np.stack(planes), "N S S", "pixel")
        if lpips is not None:
            _add_recorded(arrays, names, lpips, strengths)
        super().__init__(
            arrays=arrays,
            picture=picture,
            caption=caption,
            alt=alt,
            names=names,
            photograph=names[0],
            distortion=distortion,
            strength=float(strength),
            equal_error=equal_error,
            mse=float(mse),
        )

    @traitlets.validate("distortion", "photograph")
    def _known(self, proposal: dict[str, Any]) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        choices = DISTORTIONS if name == "distortion" else self.names
        if choices and value not in choices:
            raise ValueError(f"{name}: expected one of {', '.join(choices)}; got {value!r}")
        return value

    @traitlets.validate("strength")
    def _in_range(self, proposal: dict[str, Any]) -> float:
        if not 0 <= proposal["value"] <= 1:
            raise ValueError(f"strength: expected a number from 0 to 1, got {proposal['value']}")
        return proposal["value"]


def _add_recorded(
    arrays: Arrays, names: list[str], lpips: Mapping[str, ArrayLike], strengths: ArrayLike | None
) -> None:
    """Check the recorded values of LPIPS and pack them."""
    if set(lpips) != set(names):
        got = ", ".join(lpips) or "none"
        raise ValueError(f"lpips: expected values of {', '.join(names)}; got {got}")
    if strengths is None:
        raise ValueError("strengths: expected those of lpips, got None")
    rising = arrays.add("strengths", strengths, "T", "float32")
    if rising[0] <= 0 or (np.diff(rising) <= 0).any() or rising[-1] != 1:
        raise ValueError(f"strengths: expected rising numbers in (0, 1] up to 1, got {rising}")
    values = np.stack([np.asarray(lpips[name]) for name in names])
    arrays.add("lpips", values, f"N {len(DISTORTIONS)} 2 T", "float32")
