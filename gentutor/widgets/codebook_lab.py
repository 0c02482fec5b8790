"""A codebook that learns on points of the plane, in the page."""

from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source


class CodebookLab(Explorable):
    r"""Train a codebook of K entries in the page: Voronoi cells, perplexity, dead entries.

    Every point x has a vector z of its own that stands for the encoder's output, and the decoder
    is the identity. The loss of a point is

    .. math:: \lVert x-e\rVert^2 + \lVert\operatorname{sg}[z]-e\rVert^2
        + \beta\lVert z-\operatorname{sg}[e]\rVert^2

    with e the entry nearest to z and the gradient at e copied to z (van den Oord et al. 2017,
    eq. 3). Nothing runs until its button is pressed.

    Args:
        points: (N, 2) around the origin.
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        codes: K, from 2 to 32. A trait, as are the next four.
        beta: weight of the commitment term, from 0 to 2.
        ema: whether entries are running means, decay 0.9, and not moved by gradient.
        resets: whether entries whose running count is below a tenth of even use are put on a
            vector of the batch.
        seed: of the start and of the batches, 0 to 9999.

    Raises:
        TypeError: an argument of another type.
        ValueError: a shape or a value outside its range, or more entries than points.

    >>> lab = CodebookLab(points=np.eye(2).repeat(9, 0), picture=Figure(), caption="K entries.",
    ...     alt="Points.")
    >>> lab.codes = 4
    """

    _esm = source("kit.js", "codebook_run.js", "codebook_lab.js")
    _css = source("kit.css", "codebook_lab.css")
    codes = traitlets.Int().tag(sync=True)
    beta = traitlets.Float().tag(sync=True)
    ema = traitlets.Bool().tag(sync=True)
    resets = traitlets.Bool().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        *,
        points: ArrayLike,
        picture: Figure,
        caption: str,
        alt: str,
        codes: int = 16,
        beta: float = 0.25,
        ema: bool = False,
        resets: bool = False,
        seed: int = 0,
    ) -> None:
        arrays = Arrays()
        self._count = len(arrays.add("points", points, "N 2", "float32"))
        super().__init__(
            arrays=arrays,
            picture=picture,
            caption=caption,
            alt=alt,
            codes=codes,
            beta=beta,
            ema=ema,
            resets=resets,
            seed=seed,
        )

    @traitlets.validate("codes")
    def _codes_in_range(self, proposal: dict[str, Any]) -> int:
        value = int(proposal["value"])
        if not 2 <= value <= 32:
            raise ValueError(f"codes: expected 2 to 32, got {value}")
        if value > self._count:
            raise ValueError(f"codes: expected at most one a point, {self._count}, got {value}")
        return value

    @traitlets.validate("beta")
    def _beta_in_range(self, proposal: dict[str, Any]) -> float:
        value = float(proposal["value"])
        if not (np.isfinite(value) and 0 <= value <= 2):
            raise ValueError(f"beta: expected a number from 0 to 2, got {value}")
        return value

    @traitlets.validate("seed")
    def _seed_in_range(self, proposal: dict[str, Any]) -> int:
        value = int(proposal["value"])
        if not 0 <= value <= 9999:
            raise ValueError(f"seed: expected 0 to 9999, got {value}")
        return value
