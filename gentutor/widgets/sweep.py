"""The sweep: a slider over recorded numbers, shown in panels."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source
from gentutor.widgets.sweep_panels import Panel

PARTS = ("images", "bars", "plane", "curves")


class Sweep(Explorable):
    """Slide through what was trained or computed at each of a few values.

    Args:
        label: what the slider sets.
        values: (steps,) two or more, rising.
        panels: columns of :class:`Images`, :class:`Bars`, :class:`Plane` and :class:`Curves`; a
            column's panels stand one under the other. Their arrays have a row for each step.
        text: template of a value, such as ``"β = {:g}"``; it stands beside the slider.
        readout: name -> (template, (steps,) numbers), such as ``("{:.2f} nats", elbo)``.
        index: the step at the start, 0 ≤ index < steps. A trait: a notebook can observe, link or
            set it.
        caption: plain text below the figure; none where the Markdown below the cell has one, as
            a figure's (``<!-- figure: … -->``), with the words for those who cannot see it.
        alt: what the picture shows in words; what the panels show at the start, by default.

    Raises:
        TypeError: an argument of another type.
        ValueError: a panel or a readout with another number of steps, values that do not rise,
            NaN, a template that does not fit, two panels under one title.

    >>> from gentutor.widgets import Bars, Plane
    >>> bars = Bars("KL", [[2, 1], [1, 0]], "dimension", "KL, nats")
    >>> plane = Plane("Terms", [3, 1], [9, 12], "rate", "distortion", sums=True)
    >>> sweep = Sweep("β", [0.5, 1], [[bars], [plane]], readout={"rate": ("{:.1f} nats", [3, 1])})
    >>> sweep.index = 1
    >>> sweep.steps[1], sweep.readout["rate"][1]
    ('1', '1.0 nats')
    """

    _esm = source(
        "kit.js",
        *(f"sweep_{part}.js" for part in ("images", "bars", "plane", "curves")),
        "sweep.js",
    )
    _css = source("kit.css", "sweep.css")
    label = traitlets.Unicode().tag(sync=True)
    steps = traitlets.List(traitlets.Unicode()).tag(sync=True)
    panels: traitlets.List[Any] = traitlets.List().tag(sync=True)
    readout = traitlets.Dict().tag(sync=True)
    index = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        label: str,
        values: ArrayLike,
        panels: Sequence[Sequence[Panel]],
        *,
        text: str = "{:.3g}",
        readout: Mapping[str, tuple[str, ArrayLike]] | None = None,
        index: int = 0,
        caption: str | None = None,
        alt: str | None = None,
    ) -> None:
        arrays = Arrays()
        levels = arrays.add("values", values, "step", "float32")
        if len(levels) < 2 or (np.diff(levels) <= 0).any():
            raise ValueError(f"values: expected two or more, rising, got {levels.tolist()}")
        steps = _filled("text", text, levels)
        said = {}
        for name, pair in (readout or {}).items():
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise TypeError(f"readout, {name}: expected (template, numbers), got {pair!r:.40}")
            found = arrays.add(f"readout, {name}", pair[1], "step", "float32")
            said[name] = _filled(f"readout, {name}", pair[0], found)
        packed: list[list[dict[str, Any]]] = []
        for column in _checked(panels):
            packed.append([])
            for one in column:
                arrays.sizes = {"step": len(levels)}  # other letters are the panel's own
                packed[-1].append(one.pack(arrays, steps))
        self._at(index, len(steps))
        words = [spec["words"][index] for column in packed for spec in column]
        super().__init__(
            arrays=arrays,
            picture=_picture(panels, index, steps[index]),
            caption=caption,
            alt=". ".join([f"{label}: {steps[index]}", *words]) if alt is None else alt,
            label=label,
            steps=steps,
            panels=packed,
            readout=said,
            index=index,
        )

    @traitlets.validate("index")
    def _in_range(self, proposal: dict[str, Any]) -> int:
        return self._at(proposal["value"], len(self.steps))

    @staticmethod
    def _at(index: int, count: int) -> int:
        if not 0 <= index < count:
            raise ValueError(f"index: expected 0 to {count - 1}, got {index}")
        return int(index)


def _filled(name: str, template: str, numbers: np.ndarray) -> list[str]:
    """Return the template with each number in it, and with true minus signs."""
    try:
        texts = [template.format(number) for number in numbers]
    except (AttributeError, IndexError, KeyError, ValueError) as error:
        expected = "a template for a number, such as '{:.2f} nats'"
        raise ValueError(f"{name}: expected {expected}, got {template!r} ({error})") from None
    return [re.sub(r"-(?=[\d.])", "−", text) for text in texts]


def _checked(panels: Any) -> Sequence[Sequence[Panel]]:
    """Refuse what are no columns of panels, and titles that stand twice."""
    titles: list[str] = []
    for column in panels if isinstance(panels, list | tuple) else [panels]:
        for one in column if isinstance(column, list | tuple) else [None]:
            if not isinstance(one, Panel):
                got = type(column if one is None else one).__name__
                raise TypeError(f"panels: expected columns, a list of panels each, got {got}")
            if not isinstance(one.title, str) or not one.title.strip() or one.title in titles:
                raise ValueError(f"panels: expected a title for each, not twice, got {one.title!r}")
            titles.append(one.title)
    if not titles or not all(panels):
        raise ValueError("panels: expected lists of at least one, got an empty one")
    return panels


def _picture(panels: Sequence[Sequence[Panel]], index: int, step: str) -> Figure:
    """Draw the panels at one step, in their columns."""
    tall = max(sum(one.inches() for one in column) for column in panels)
    figure = Figure(figsize=(3.6 * len(panels), tall), layout="constrained")
    parts = figure.subfigures(1, len(panels), squeeze=False)[0]
    for part, column in zip(parts, panels, strict=True):
        heights = [one.inches() for one in column]
        axes = part.subplots(len(column), 1, height_ratios=heights, squeeze=False)[:, 0]
        for ax, one in zip(axes, column, strict=True):
            one.draw(ax, index, step)
            ax.set_title(one.title, loc="left", size=10, weight="bold")
    return figure
