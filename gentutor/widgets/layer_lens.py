"""The layer lens: a distortion and its strength, and what each layer of a network adds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source


class LayerLens(Explorable):
    r"""Choose a distortion and its strength; see the image, each layer's share and where it lies.

    .. math:: d=\sum_l d_l,\qquad d_l=\frac1{H_lW_l}\sum_{h,w} m_l(h,w)

    with :math:`m_l` the map of layer l: weighted squared differences of unit vectors. All numbers
    are recorded; the page computes none.

    Args:
        kinds: names of the D distortions.
        strengths: a text for each, D lists of S.
        reference: (3, H, W) in [0, 1].
        images: (D, S, 3, H, W) in [0, 1].
        maps: L arrays (D, S, H_l, W_l), none negative, at most five.
        psnr: (D, S), decibels.
        ssim: (D, S), in [-1, 1].
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        kind: index of the distortion at the start. A trait, as ``strength`` is.
        strength: index of the strength at the start.

    Raises:
        TypeError: an argument of another type.
        ValueError: shapes that do not fit each other, values outside their range.
    """

    _esm = source("kit.js", "layer_lens.js")
    _css = source("kit.css", "layer_lens.css")
    kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    strengths = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    kind = traitlets.Int().tag(sync=True)
    strength = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        *,
        kinds: Sequence[str],
        strengths: Sequence[Sequence[str]],
        reference: ArrayLike,
        images: ArrayLike,
        maps: Sequence[ArrayLike],
        psnr: ArrayLike,
        ssim: ArrayLike,
        picture: Figure,
        caption: str,
        alt: str,
        kind: int = 0,
        strength: int = 0,
    ) -> None:
        arrays = Arrays()
        shape = arrays.add("images", images, "D S 3 H W", "pixel").shape
        arrays.add("reference", reference, "3 H W", "pixel")
        if not 1 <= len(maps) <= 5:
            raise ValueError(f"maps: expected one to five layers, got {len(maps)}")
        shares = []
        for number, one in enumerate(maps):
            letters = f"D S h{number} w{number}"
            found = arrays.add(f"map{number}", one, letters, "float16")
            if found.min() < 0:
                raise ValueError(f"maps: expected no negative value, got {found.min():g}")
            shares.append(found.mean((2, 3)))
        arrays.add("layers", np.stack(shares, -1), "D S L", "float32")
        arrays.add("psnr", psnr, "D S", "float32")
        similar = arrays.add("ssim", ssim, "D S", "float32")
        if np.abs(similar).max() > 1 + 1e-6:
            raise ValueError(f"ssim: expected values in [-1, 1], got {np.abs(similar).max():g}")
        texts = [list(row) for row in strengths]
        if len(kinds) != shape[0] or [len(row) for row in texts] != [shape[1]] * shape[0]:
            raise ValueError(
                f"strengths: expected {shape[0]} lists of {shape[1]} texts and as many kinds, got "
                f"{[len(row) for row in texts]} and {len(kinds)} kinds"
            )
        self._sizes = {"kind": shape[0], "strength": shape[1]}
        super().__init__(
            arrays=arrays,
            picture=picture,
            caption=caption,
            alt=alt,
            kinds=list(kinds),
            strengths=texts,
            kind=kind,
            strength=strength,
        )

    @traitlets.validate("kind", "strength")
    def _in_range(self, proposal: dict[str, Any]) -> int:
        value, name = proposal["value"], proposal["trait"].name
        if not 0 <= value < self._sizes[name]:
            raise ValueError(f"{name}: expected 0 to {self._sizes[name] - 1}, got {value}")
        return int(value)
