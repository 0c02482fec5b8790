"""The spectrum lab: which latent dimensions survive a decoder variance, in theory and trained."""

from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source


class SpectrumLab(Explorable):
    r"""Slide the decoder's variance through the data's eigenvalues and watch dimensions collapse.

    At the optimum of a linear VAE with decoder variance :math:`\sigma^2`, latent i carries

    .. math:: \mathrm{KL}_i=\tfrac12\max\big(0,\ln(\lambda_i/\sigma^2)\big)

    nats, the mean over the data: it collapses where :math:`\lambda_i\le\sigma^2` (Tipping and
    Bishop 1999; Lucas et al. 2019, sec. 4). Trained models stand beside the prediction.

    Args:
        eigenvalues: (D,) of the data covariance, ≥ 0, in falling order; zeros are allowed.
        variances: (V,) the decoder variances, positive and increasing, V ≥ 2.
        kl_trained: (V, K) mean KL of each trained latent in nats, in the order of the
            eigenvalues it belongs to, K ≤ D.
        kl_predicted: (V, K) the formula's values, nats.
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        index: the step at the start, 0 ≤ index < V. A trait: a notebook can observe, link or
            set it.
        active_above: a trained latent counts as active when its KL is above this, nats. A
            prediction counts as active when :math:`\lambda_i>\sigma^2`.

    Raises:
        TypeError: an argument of another type.
        ValueError: shapes that do not fit each other, values outside their range or order,
            more latents than eigenvalues, a prediction that is not the formula's to 1 % or
            0.01 nats.

    >>> from matplotlib.figure import Figure
    >>> lab = SpectrumLab(
    ...     eigenvalues=[4, 1, 0], variances=[0.25, 1], kl_trained=[[1.38, 0.7], [0.69, 0]],
    ...     kl_predicted=[[np.log(4), np.log(2)], [np.log(2), 0]],
    ...     picture=Figure(), caption="Two variances.", alt="Three eigenvalues.")
    >>> lab.index = 1
    """

    _esm = source("kit.js", "spectrum_lab.js")
    _css = source("kit.css", "spectrum_lab.css")
    index = traitlets.Int().tag(sync=True)
    active_above = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        *,
        eigenvalues: ArrayLike,
        variances: ArrayLike,
        kl_trained: ArrayLike,
        kl_predicted: ArrayLike,
        picture: Figure,
        caption: str,
        alt: str,
        index: int = 0,
        active_above: float = 0.01,
    ) -> None:
        arrays = Arrays()
        spectrum = arrays.add("eigenvalues", eigenvalues, "D", "float32")
        if spectrum[-1] < 0 or (np.diff(spectrum) > 0).any() or spectrum[0] <= 0:
            raise ValueError(
                "eigenvalues: expected non-negative values in falling order, the first above 0, "
                f"got {_some(spectrum)}"
            )
        levels = arrays.add("variances", variances, "V", "float32")
        if len(levels) < 2 or levels[0] <= 0 or (np.diff(levels) <= 0).any():
            raise ValueError(
                f"variances: expected two or more positive, increasing values, got {_some(levels)}"
            )
        trained = arrays.add("kl_trained", kl_trained, "V K", "float32")
        if trained.min() < -1e-4:
            raise ValueError(f"kl_trained: expected no negative value, got {trained.min():g}")
        latents = trained.shape[1]
        if latents > len(spectrum):
            raise ValueError(
                f"kl_trained: expected at most one latent for each of the {len(spectrum)} "
                f"eigenvalues, got {latents}"
            )
        predicted = arrays.add("kl_predicted", kl_predicted, "V K", "float32")
        formula = 0.5 * np.log(np.maximum(1, spectrum[:latents] / levels[:, None]))
        wrong = ~np.isclose(predicted, formula, rtol=0.01, atol=0.01)
        if wrong.any():
            step, latent = np.argwhere(wrong)[0]
            raise ValueError(
                f"kl_predicted: expected ½ ln(λ/σ²), or 0 where λ ≤ σ², "
                f"{formula[step, latent]:.4g} nats at step {step} for latent {latent}, "
                f"got {predicted[step, latent]:.4g}"
            )
        if not active_above > 0:
            raise ValueError(f"active_above: expected a positive number, got {active_above!r}")
        self._steps = len(levels)
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


def _some(values: np.ndarray) -> str:
    """The first values, for an error."""
    listed = ", ".join(f"{value:g}" for value in values[:5])
    return f"[{listed}{', …' if len(values) > 5 else ''}]"
