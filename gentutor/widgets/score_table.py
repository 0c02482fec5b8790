"""The score table: a small p(y given x) to be moved by hand, and the Inception Score it gives."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import traitlets
from matplotlib.figure import Figure

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

PENCIL = [[8.0 if i == j else 1.0 for j in range(3)] for i in (0, 1, 2, 0, 1, 2)]


class ScoreTable(Explorable):
    r"""Drag the bars of a few rows; the page gives entropies, information and score, live.

    Weights w are divided by their row's sum, :math:`p(y\mid x)=w_{xy}/\sum_y w_{xy}`, and

    .. math:: \mathrm{IS}=\exp\bigl(H[\bar p]-\overline{H[p(\cdot\mid x)]}\bigr)

    for all rows together and for contiguous splits of them. A row that adds up to 0 is no
    distribution: it is left out, and the page says so.

    Args:
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        weights: 2 to 8 rows of 2 to 5 weights, each from 0 to 10. A trait.
        splits: how many, from 1 to the number of rows. A trait.

    Raises:
        TypeError: weights that are no rows of numbers; splits that is no integer.
        ValueError: rows of different lengths, too many of them, a number outside its range.

    >>> from matplotlib.figure import Figure
    >>> table = ScoreTable(picture=Figure(), caption="Six rows.", alt="Bars.")
    >>> len(table.weights), table.weights[0]
    (6, [8.0, 1.0, 1.0])
    >>> table.splits = 7
    Traceback (most recent call last):
        ...
    ValueError: splits: expected an integer from 1 to 6, got 7
    """

    _esm = source("kit.js", "score_table.js")
    _css = source("kit.css", "score_table.css")
    weights: traitlets.List[Any] = traitlets.List().tag(sync=True)
    splits = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        *,
        picture: Figure,
        caption: str,
        alt: str,
        weights: Sequence[Sequence[float]] = PENCIL,
        splits: int = 1,
    ) -> None:
        if isinstance(splits, bool) or not isinstance(splits, int):
            raise TypeError(f"splits: expected an integer, got {splits!r}")
        rows = _checked(weights)
        super().__init__(
            arrays=Arrays(), picture=picture, caption=caption, alt=alt, weights=rows, splits=splits
        )

    @traitlets.validate("weights")
    def _rows(self, proposal: dict[str, Any]) -> list[list[float]]:
        return _checked(proposal["value"])

    @traitlets.validate("splits")
    def _parts(self, proposal: dict[str, Any]) -> int:
        value, most = proposal["value"], len(self.weights) or 8
        if not 1 <= value <= most:
            raise ValueError(f"splits: expected an integer from 1 to {most}, got {value}")
        return value


def _checked(weights: Any) -> list[list[float]]:
    try:
        rows = [list(row) for row in weights]
    except TypeError:
        raise TypeError(f"weights: expected rows of numbers, got {weights!r:.60}") from None
    for value in [value for row in rows for value in row]:
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"weights: expected numbers, got {value!r}")
        if not 0 <= float(value) <= 10:
            raise ValueError(f"weights: expected numbers from 0 to 10, got {value}")
    lengths = sorted({len(row) for row in rows})
    if not 2 <= len(rows) <= 8 or len(lengths) != 1 or not 2 <= lengths[0] <= 5:
        raise ValueError(
            "weights: expected 2 to 8 rows of one length, 2 to 5, "
            f"got {len(rows)} rows of length {', '.join(map(str, lengths)) or 'none'}"
        )
    return [[float(value) for value in row] for row in rows]
