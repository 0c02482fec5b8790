"""The push-forward on a line: noise, a map with handles, and the density that comes out."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import traitlets
from matplotlib.figure import Figure

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

NOISES = ("normal", "uniform", "two bumps")
PLACES = (-2.0, -1.0, 0.0, 1.0, 2.0)  # of the handles, on z
LIMITS = {"handles": (-3.0, 3.0), "z": (-3.0, 3.0)}


class PushForward(Explorable):
    r"""Bend a generator on a line by five handles; the page pushes the noise through it.

    .. math:: x=G(z),\qquad q(x)=\sum_{z:\,G(z)=x}\frac{p(z)}{|G'(z)|}

    G goes through the points (z, handle) for z = −2, −1, 0, 1, 2, in cubic pieces with one slope at
    each, and on in a straight line. Where it is flat the density is high; where it folds back,
    several z give one x, and their terms add. Shown are the noise, the map, its slope, and the
    density beside a histogram of samples; and the numbers of the formula at one z.

    Args:
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        noise: ``"normal"``, ``"uniform"`` (from −√3 to √3) or ``"two bumps"`` (at ±1.2, standard
            deviation 0.4).
        handles: five numbers from −3 to 3, the values of G at z = −2, …, 2.
        z: where the formula is read, from −3 to 3.

    The last three are traits, which a notebook can observe, link or set.

    Raises:
        TypeError: an argument of another type.
        ValueError: a number outside its range, another count of handles, or an unknown noise.

    >>> from matplotlib.figure import Figure
    >>> bent = PushForward(picture=Figure(), caption="A map.", alt="A bent line.")
    >>> bent.handles, bent.noise
    ([-1.7, -1.4, 0.0, 1.4, 1.7], 'normal')
    >>> bent.handles = [0, 1]
    Traceback (most recent call last):
        ...
    ValueError: handles: expected 5 numbers, got 2
    """

    _esm = source("kit.js", "push_forward_parts.js", "push_forward.js")
    _css = source("kit.css", "push_forward.css")
    noise = traitlets.Unicode().tag(sync=True)
    handles = traitlets.List(traitlets.Any()).tag(sync=True)
    z = traitlets.Any().tag(sync=True)
    limits = traitlets.Dict(LIMITS).tag(sync=True)

    def __init__(
        self,
        *,
        picture: Figure,
        caption: str,
        alt: str,
        noise: str = "normal",
        handles: Sequence[float] = (-1.7, -1.4, 0.0, 1.4, 1.7),
        z: float = 1.0,
    ) -> None:
        if not isinstance(handles, list | tuple):
            raise TypeError(f"handles: expected a list of 5 numbers, got {handles!r}")
        chosen(noise)
        traits: dict[str, Any] = {"noise": noise, "handles": list(handles), "z": z}
        super().__init__(arrays=Arrays(), picture=picture, caption=caption, alt=alt, **traits)

    @traitlets.validate("noise")
    def _known(self, proposal: dict[str, Any]) -> str:
        return chosen(proposal["value"])

    @traitlets.validate("z")
    def _in_view(self, proposal: dict[str, Any]) -> float:
        return within("z", proposal["value"])

    @traitlets.validate("handles")
    def _in_reach(self, proposal: dict[str, Any]) -> list[float]:
        handles = proposal["value"]
        if len(handles) != len(PLACES):
            raise ValueError(f"handles: expected {len(PLACES)} numbers, got {len(handles)}")
        return [within("handles", one) for one in handles]


def chosen(noise: Any) -> str:
    """Return the noise if there is one of that name."""
    if noise not in NOISES:
        raise ValueError(f"noise: expected one of {', '.join(NOISES)}; got {noise!r}")
    return str(noise)


def within(name: str, value: Any) -> float:
    """Return a number that lies in its range."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name}: expected a number, got {value!r}")
    low, high = LIMITS[name]
    if not low <= float(value) <= high:
        raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value}")
    return float(value)
