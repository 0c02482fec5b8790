"""A latent plane to walk through, with the decoder itself at work in the page."""

import math
from collections.abc import Sequence
from typing import Any

import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

ACTIVATIONS = ("relu", "silu", "tanh")
OUTPUTS = ("identity", "sigmoid")


class LatentMap(Explorable):
    r"""Move a point z through a two-dimensional latent space and see what the decoder makes of it.

    The decoder travels with the page as its weights (float16) and runs there:
    :math:`h_{i+1} = a(h_i W_i + b_i)` from :math:`h_0 = z`, with the output's own function last.
    Beside the image stand :math:`\log p(z) = -\log 2\pi - \tfrac12 \lVert z \rVert^2` in nats, the
    standard normal prior of a VAE (Kingma and Welling 2014, appendix B), and the distance to the
    nearest code.

    Args:
        codes: (N, 2) where the encoder puts N images, such as the posterior means.
        labels: (N,) their classes, integers in [0, 255].
        layers: the decoder's ``(W, b)`` from z to pixels, W (in, out) and b (out,); the first
            takes 2 numbers and the last gives s² pixels in [0, 1], row by row.
        activation: between layers, ``"relu"``, ``"silu"`` or ``"tanh"``.
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        z0: the point at the start. It becomes the trait ``z``, which a notebook can observe,
            link or set.
        sigma: the decoder's standard deviation, for a choice between its mean and a sample
            x = mean + sigma ε; None for no such choice.
        output: after the last layer, ``"identity"`` or ``"sigmoid"``.

    Raises:
        TypeError: an argument of another type.
        ValueError: layers that do not fit each other, values that are not finite, an unknown
            activation, sigma that is not positive.

    >>> from matplotlib.figure import Figure
    >>> import numpy as np
    >>> LatentMap(
    ...     codes=[[0, 1], [1, 0]], labels=[3, 7], layers=[(np.ones((2, 64)), np.zeros(64))],
    ...     activation="relu", output="sigmoid", picture=Figure(), caption="Two codes.",
    ...     alt="Two points.", z0=(0.5, -1)).z
    [0.5, -1.0]
    """

    _esm = source("kit.js", "latent_map.js")
    _css = source("kit.css", "latent_map.css")
    z = traitlets.List(traitlets.Float(), minlen=2, maxlen=2).tag(sync=True)
    activation = traitlets.Enum(ACTIVATIONS).tag(sync=True)
    output = traitlets.Enum(OUTPUTS).tag(sync=True)
    sigma = traitlets.Float(allow_none=True).tag(sync=True)

    def __init__(
        self,
        *,
        codes: ArrayLike,
        labels: ArrayLike,
        layers: Sequence[tuple[ArrayLike, ArrayLike]],
        activation: str,
        picture: Figure,
        caption: str,
        alt: str,
        z0: Sequence[float] = (0.0, 0.0),
        sigma: float | None = None,
        output: str = "identity",
    ) -> None:
        arrays = Arrays()
        arrays.add("codes", codes, "N 2", "float16")
        arrays.add("labels", labels, "N", "class")
        if not layers:
            raise ValueError("layers: expected at least one (W, b), got none")
        width = "2"
        for i, (weight, bias) in enumerate(layers):
            arrays.add(f"W{i}", weight, f"{width} h{i}", "float16")
            arrays.add(f"b{i}", bias, f"h{i}", "float16")
            width = f"h{i}"
        pixels = arrays.sizes[width]
        if math.isqrt(pixels) ** 2 != pixels:
            raise ValueError(f"layers: expected s² outputs at the end, got {pixels}")
        for name, value, known in [
            ("activation", activation, ACTIVATIONS),
            ("output", output, OUTPUTS),
        ]:
            if value not in known:
                raise ValueError(f"{name}: expected one of {', '.join(known)}, got {value!r}")
        if sigma is not None and not 0 < sigma < math.inf:
            raise ValueError(f"sigma: expected a positive number or None, got {sigma!r}")
        start = Arrays().add("z0", z0, "2", "float32").tolist()
        super().__init__(
            arrays=arrays,
            picture=picture,
            caption=caption,
            alt=alt,
            z=start,
            activation=activation,
            output=output,
            sigma=sigma,
        )

    @traitlets.validate("z")
    def _finite(self, proposal: dict[str, Any]) -> list[float]:
        z = proposal["value"]
        if not all(map(math.isfinite, z)):
            raise ValueError(f"z: expected two finite numbers, got {z}")
        return z
