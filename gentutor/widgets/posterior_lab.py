"""The posterior lab: one Gaussian q beside an exact posterior, and every term of its ELBO."""

from numbers import Real
from typing import Any

import traitlets
from matplotlib.figure import Figure

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

LIMITS = {
    "x": (-10.0, 10.0),
    "weight": (-10.0, 10.0),
    "mu": (-3.0, 3.0),
    "sigma": (0.001, 3.0),
    "decoder_variance": (0.01, 10.0),
}


class PosteriorLab(Explorable):
    r"""Move a Gaussian q(z) and the decoder's variance; the page computes every term of the ELBO.

    The model has one latent and one observation, so that nothing is estimated:

    .. math:: z\sim\mathcal N(0,1),\qquad x\mid z\sim\mathcal N(wz,\sigma^2),\qquad
        q(z)=\mathcal N(\mu,s^2)

    .. math:: \log p(x)=\underbrace{\mathbb E_q[\log p(x\mid z)]-\mathrm{KL}(q\,\|\,p(z))}
        _{\text{ELBO}}+\underbrace{\mathrm{KL}(q\,\|\,p(z\mid x))}_{\text{gap}}

    Shown in nats: the reconstruction term, both divergences, the ELBO, the exact log p(x), and
    the gap as log p(x) − ELBO, which does not use the posterior (Jordan et al. 1999, eq. 16;
    Tipping and Bishop 1999, eqs. 4 and 7, for the closed forms).

    Args:
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        x: the observation, from −10 to 10.
        weight: w, from −10 to 10. The exact posterior's mean must stay on the slider,
            from −3 to 3, for every decoder variance.
        mu: mean of q at the start, from −3 to 3.
        sigma: s, standard deviation of q at the start, from 0.001 to 3.
        decoder_variance: :math:`\sigma^2` at the start, from 0.01 to 10.

    All five numbers are traits, which a notebook can observe, link or set.

    Raises:
        TypeError: an argument of another type.
        ValueError: a number that is outside its range or not finite.

    >>> from matplotlib.figure import Figure
    >>> lab = PosteriorLab(picture=Figure(), caption="One posterior.", alt="Two bells.")
    >>> lab.mu, lab.sigma, lab.decoder_variance
    (0.3, 0.2, 0.25)
    >>> lab.sigma = 0
    Traceback (most recent call last):
        ...
    ValueError: sigma: expected a number from 0.001 to 3, got 0.0
    """

    _esm = source("kit.js", "posterior_lab.js")
    _css = source("kit.css", "posterior_lab.css")
    x = traitlets.Float().tag(sync=True)
    weight = traitlets.Float().tag(sync=True)
    mu = traitlets.Float().tag(sync=True)
    sigma = traitlets.Float().tag(sync=True)
    decoder_variance = traitlets.Float().tag(sync=True)
    limits = traitlets.Dict(LIMITS).tag(sync=True)

    def __init__(
        self,
        *,
        picture: Figure,
        caption: str,
        alt: str,
        x: float = 1.0,
        weight: float = 1.0,
        mu: float = 0.3,
        sigma: float = 0.2,
        decoder_variance: float = 0.25,
    ) -> None:
        numbers = {
            "x": x,
            "weight": weight,
            "mu": mu,
            "sigma": sigma,
            "decoder_variance": decoder_variance,
        }
        for name, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, Real):
                raise TypeError(f"{name}: expected a number, got {value!r}")
        floats = {name: float(value) for name, value in numbers.items()}
        super().__init__(arrays=Arrays(), picture=picture, caption=caption, alt=alt, **floats)

    @traitlets.validate(*LIMITS)
    def _in_range(self, proposal: dict[str, Any]) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = LIMITS[name]
        if not low <= value <= high:
            raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value}")
        if name in ("x", "weight"):
            _expect_reachable(**{"x": self.x, "weight": self.weight} | {name: value})
        return float(value)


def _expect_reachable(x: float, weight: float) -> None:
    """Refuse a model whose exact posterior has a mean that the slider cannot reach."""
    variance, furthest = LIMITS["decoder_variance"][0], LIMITS["mu"][1]
    mean = weight * x / (weight**2 + variance)  # furthest from 0 for the least variance
    if abs(mean) > furthest:
        raise ValueError(
            f"x, weight: expected an exact posterior with its mean from {-furthest:g} to "
            f"{furthest:g}, got {mean:.3g} for x = {x:g}, weight = {weight:g} and a decoder "
            f"variance of {variance:g}; bring x nearer to 0"
        )
