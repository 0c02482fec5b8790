"""The β sweep: one trained model a step, with what it draws and what it costs."""

from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source


class BetaSweep(Explorable):
    r"""Slide β through trained β-VAEs: reconstructions, samples, KL and the rate–distortion plane.

    Each β is a model trained to maximise :math:`-D - \beta R`, with distortion
    :math:`D = -\mathbb{E}_q[\log p(x \mid z)]`, rate
    :math:`R = \mathrm{KL}(q(z|x) \,\|\, p(z))` and
    ELBO :math:`= -(D + R)`, all means over one set of images, in nats per example
    (Higgins et al. 2017, eq. 4; Alemi et al. 2018, sec. 3).

    Args:
        beta: (B,) positive and increasing, B ≥ 2.
        originals: (n, s, s) grey values in [0, 1], 1 is ink.
        reconstructions: (B, n, s, s) the decoder's means for the originals, in [0, 1].
        samples: (B, m, s, s) images decoded from z ~ p(z), in [0, 1].
        kl: (B, d) KL of each latent dimension, nats; sums to the rate over d.
        rate: (B,) nats.
        distortion: (B,) nats; may be negative, for a density.
        elbo: (B,) nats, −(D + R).
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        index: the step at the start, 0 ≤ index < B. A trait: a notebook can observe, link or
            set it.
        active_above: a dimension counts as active when its KL is above this, nats.

    Raises:
        TypeError: an argument of another type.
        ValueError: shapes that do not fit each other, values outside their range, a rate that
            is not the sum of the KLs or an ELBO that is not −(D + R), each to 1 % or 0.05 nats.

    >>> from matplotlib.figure import Figure
    >>> grey = np.full((2, 3, 8, 8), 0.5)
    >>> sweep = BetaSweep(
    ...     beta=[0.5, 1], originals=grey[0], reconstructions=grey, samples=grey,
    ...     kl=[[2, 1], [1, 0]], rate=[3, 1], distortion=[9, 12], elbo=[-12, -13],
    ...     picture=Figure(), caption="Two models.", alt="Grey squares.")
    >>> sweep.index = 1
    """

    _esm = source("kit.js", "beta_sweep.js")
    _css = source("kit.css", "beta_sweep.css")
    index = traitlets.Int().tag(sync=True)
    active_above = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        *,
        beta: ArrayLike,
        originals: ArrayLike,
        reconstructions: ArrayLike,
        samples: ArrayLike,
        kl: ArrayLike,
        rate: ArrayLike,
        distortion: ArrayLike,
        elbo: ArrayLike,
        picture: Figure,
        caption: str,
        alt: str,
        index: int = 0,
        active_above: float = 0.01,
    ) -> None:
        arrays = Arrays()
        betas = arrays.add("beta", beta, "B", "float32")
        if len(betas) < 2 or betas[0] <= 0 or (np.diff(betas) <= 0).any():
            raise ValueError(
                f"beta: expected two or more positive, increasing values, got {betas.tolist()}"
            )
        arrays.add("originals", originals, "n s s", "pixel")
        arrays.add("reconstructions", reconstructions, "B n s s", "pixel")
        arrays.add("samples", samples, "B m s s", "pixel")
        kls = arrays.add("kl", kl, "B d", "float32")
        if kls.min() < -1e-4:
            raise ValueError(f"kl: expected no negative value, got {kls.min():g}")
        rates = arrays.add("rate", rate, "B", "float32")
        distortions = arrays.add("distortion", distortion, "B", "float32")
        elbos = arrays.add("elbo", elbo, "B", "float32")
        _expect_equal("rate", rates, "the sum of kl over dimensions", kls.sum(axis=1))
        _expect_equal("elbo", elbos, "−(distortion + rate)", -(distortions + rates))
        if not active_above > 0:
            raise ValueError(f"active_above: expected a positive number, got {active_above!r}")
        self._steps = len(betas)
        super().__init__(
            arrays=arrays,
            picture=picture,
            caption=caption,
            alt=alt,
            index=index,
            active_above=active_above,
        )

    @traitlets.validate("index")
    def _in_range(self, proposal: dict[str, Any]) -> int:
        index = proposal["value"]
        if not 0 <= index < self._steps:
            raise ValueError(f"index: expected 0 to {self._steps - 1}, got {index}")
        return int(index)


def _expect_equal(name: str, got: np.ndarray, what: str, expected: np.ndarray) -> None:
    """Refuse numbers that contradict each other by more than 1 % and 0.05 nats."""
    wrong = ~np.isclose(got, expected, rtol=0.01, atol=0.05)
    if wrong.any():
        at = int(wrong.argmax())
        raise ValueError(
            f"{name}: expected {what}, {expected[at]:g} nats at step {at}, got {got[at]:g}"
        )
