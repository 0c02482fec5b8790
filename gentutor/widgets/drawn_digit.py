"""A digit drawn in the page, and what two autoencoders make of it while it is drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

Layers = Sequence[tuple[ArrayLike, ArrayLike]]
SIDE = 8
PIXELS = SIDE * SIDE


class DrawnDigit(Explorable):
    r"""Draw on 8 × 8 pixels; both models' codes, reconstructions and nearest digits follow.

    Encoders and decoders travel as weights (float16) and run in the page:
    :math:`h_{i+1} = \max(0, h_i W_i + b_i)`, without the maximum after the last layer. A point of
    either plane can be moved by hand; the decoder then shows that code instead of the drawing's.

    Args:
        models: one to three, name -> ``{"encoder": [(W, b), ...], "decoder": [(W, b), ...]}``;
            W is (in, out), b (out,). An encoder takes 64 numbers and gives 2, a decoder the
            reverse.
        codes: name -> (N, 2), where each encoder puts the images below.
        images: (N, 64) pixels in [0, 1], the digits among which the nearest code is sought.
        labels: (N,) their classes, integers in [0, 255].
        examples: (E, 64) pixels in [0, 1] that a button lays on the canvas one after another; the
            first is there at the start.
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.

    The trait ``drawing`` holds the 64 pixels; a notebook can observe, link or set it.

    Raises:
        TypeError: an argument of another type.
        ValueError: no model or more than three, arrays that do not fit each other, values out of
            range.

    >>> import numpy as np
    >>> layers = {"encoder": [(np.ones((64, 2)), [0, 0])], "decoder": [(np.ones((2, 64)),
    ...     np.zeros(64))]}
    >>> widget = DrawnDigit(models={"AE": layers}, codes={"AE": [[0, 1]]}, labels=[3],
    ...     images=np.zeros((1, 64)), examples=np.ones((1, 64)), picture=Figure(),
    ...     caption="One digit.", alt="A digit and its code.")
    >>> widget.names, sum(widget.drawing)
    (['AE'], 64.0)
    """

    _esm = source("kit.js", "drawn_digit.js")
    _css = source("kit.css", "drawn_digit.css")
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    drawing = traitlets.List(traitlets.Float(), minlen=PIXELS, maxlen=PIXELS).tag(sync=True)

    def __init__(
        self,
        *,
        models: Mapping[str, Mapping[str, Layers]],
        codes: Mapping[str, ArrayLike],
        images: ArrayLike,
        labels: ArrayLike,
        examples: ArrayLike,
        picture: Figure,
        caption: str,
        alt: str,
    ) -> None:
        names = list(models)
        if not 1 <= len(names) <= 3:
            raise ValueError(f"models: expected one to three, got {len(names)}")
        if set(codes) != set(names):
            raise ValueError(f"codes: expected {', '.join(names)}, got {', '.join(codes)}")
        arrays = Arrays()
        arrays.add("images", images, f"N {PIXELS}", "pixel")
        arrays.add("labels", labels, "N", "class")
        start = arrays.add("examples", examples, f"E {PIXELS}", "pixel")[0].tolist()
        for m, name in enumerate(names):
            arrays.add(f"codes{m}", codes[name], "N 2", "float16")
            for part, first, last in (("encoder", PIXELS, 2), ("decoder", 2, PIXELS)):
                layers = models[name].get(part, ())
                if not layers:
                    raise ValueError(f"models: expected layers of {name}'s {part}, got none")
                wide: int | str = first
                for i, (weight, bias) in enumerate(layers):
                    key = f"{part}{m}"
                    after = last if i == len(layers) - 1 else f"{key}h{i}"
                    arrays.add(f"{key}W{i}", weight, f"{wide} {after}", "float16")
                    arrays.add(f"{key}b{i}", bias, f"{after}", "float16")
                    wide = after
        super().__init__(
            arrays=arrays, picture=picture, caption=caption, alt=alt, names=names, drawing=start
        )

    @traitlets.validate("drawing")
    def _in_range(self, proposal: dict[str, Any]) -> list[float]:
        pixels = proposal["value"]
        if not all(0 <= value <= 1 for value in pixels):
            raise ValueError(
                f"drawing: expected values in [0, 1], got {min(pixels):g} to {max(pixels):g}"
            )
        return pixels
