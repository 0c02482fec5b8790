"""Two players in the bilinear game: their way, and the eigenvalues that decide where it leads."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import traitlets
from matplotlib.figure import Figure

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source

METHODS = ("simultaneous", "alternating", "extragradient", "optimistic")
LIMITS = {"step_size": (0.01, 2.5), "damping": (0.0, 2.0), "steps": (1, 300)}
PLACES = (-2.0, 2.0)  # of both players


class GameDynamics(Explorable):
    r"""Choose how two players step, where they start and how far; the page walks at once.

    .. math:: \min_a\max_b\;ab-\tfrac\gamma2b^2

    A step of any method is a matrix. Its eigenvalues stand beside the unit circle, the players' way
    beside both, with the distance from the equilibrium (0, 0) over the steps. The numbers are those
    of ``update_matrix`` and ``trajectory`` of ``gentutor.theory.games``.

    Args:
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        method: ``"simultaneous"``, ``"alternating"``, ``"extragradient"`` or ``"optimistic"``.
        step_size: :math:`\eta`, 0.01 to 2.5.
        damping: :math:`\gamma`, 0 to 2, of b alone; what R1 is to a linear discriminator.
        steps: 1 to 300.
        start: a and b, each from -2 to 2.

    The last five are traits, which a notebook can observe, link or set.

    Raises:
        TypeError: an argument of another type.
        ValueError: a number outside its range, or an unknown method.

    >>> from matplotlib.figure import Figure
    >>> game = GameDynamics(picture=Figure(), caption="A game.", alt="A spiral.", damping=0.5)
    >>> game.method, game.damping, game.start
    ('simultaneous', 0.5, [1.0, 0.0])
    >>> game.step_size = 3
    Traceback (most recent call last):
        ...
    ValueError: step_size: expected a number from 0.01 to 2.5, got 3
    """

    _esm = source("kit.js", "game_dynamics_parts.js", "game_dynamics.js")
    _css = source("kit.css", "game_dynamics.css")
    method = traitlets.Unicode().tag(sync=True)
    step_size = traitlets.Any().tag(sync=True)
    damping = traitlets.Any().tag(sync=True)
    steps = traitlets.Any().tag(sync=True)
    start = traitlets.Any().tag(sync=True)
    limits = traitlets.Dict(LIMITS).tag(sync=True)

    def __init__(
        self,
        *,
        picture: Figure,
        caption: str,
        alt: str,
        method: str = "simultaneous",
        step_size: float = 0.1,
        damping: float = 0.0,
        steps: int = 100,
        start: Sequence[float] = (1.0, 0.0),
    ) -> None:
        traits: dict[str, Any] = {"method": method, "step_size": step_size, "damping": damping}
        traits |= {"steps": steps, "start": start}
        super().__init__(arrays=Arrays(), picture=picture, caption=caption, alt=alt, **traits)

    @traitlets.validate("method")
    def _known(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in METHODS:
            raise ValueError(
                f"method: expected one of {', '.join(METHODS)}; got {proposal['value']!r}"
            )
        return str(proposal["value"])

    @traitlets.validate(*LIMITS)
    def _within(self, proposal: dict[str, Any]) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        number = within(name, value, *LIMITS[name])
        if name == "steps" and number % 1:
            raise ValueError(f"steps: expected a whole number, got {value}")
        return int(number) if name == "steps" else number

    @traitlets.validate("start")
    def _in_view(self, proposal: dict[str, Any]) -> list[float]:
        start = proposal["value"]
        if not isinstance(start, list | tuple):
            raise TypeError(f"start: expected two numbers, got {start!r}")
        if len(start) != 2:
            raise ValueError(f"start: expected two numbers, got {len(start)}")
        return [within("start", value, *PLACES) for value in start]


def within(name: str, value: Any, low: float, high: float) -> float:
    """Return a number that lies in its range."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name}: expected a number, got {value!r}")
    if not low <= float(value) <= high:
        raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value}")
    return float(value)
