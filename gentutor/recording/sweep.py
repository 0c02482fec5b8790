"""A sweep declared in YAML: axes, what is common to all GANs, and what is measured."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from gentutor import data
from gentutor.checks import check_choice, check_int
from gentutor.data import Mixture
from gentutor.training import GANSettings

TARGETS = ("ring", "grid")


@dataclass(frozen=True)
class Sweep:
    """GANs over a grid of settings, a mixture that they learn, and how many samples are judged.

    Attributes:
        target: ``"ring"`` or ``"grid"`` of :mod:`gentutor.data`, with its defaults.
        steps: of G.
        samples: drawn of every trained generator.
        axes: name -> values, in order. A name is a setting of ``GANSettings``, or ``lr_ratio``, D's
            learning rate over G's. The last axis is ``seed``; a *cell* is one choice of the others.
        settings: of all GANs.
        overrides: axis -> value -> settings that hold for that value alone.

    Raises:
        TypeError, ValueError: an entry of the wrong kind; names it.
    """

    target: str
    steps: int
    samples: int
    axes: Mapping[str, list[Any]]
    settings: Mapping[str, Any]
    overrides: Mapping[str, Mapping[Any, Mapping[str, Any]]]

    def __post_init__(self) -> None:
        check_choice("target", self.target, TARGETS)
        check_int("steps", self.steps)
        check_int("samples", self.samples)
        for name, values in _mapping("axes", self.axes).items():
            if not isinstance(values, list) or not values:
                raise TypeError(f"axes: {name}: expected a list of values, got {values!r}")
            if len(set(map(repr, values))) < len(values):
                raise ValueError(f"axes: {name}: expected distinct values, got {values}")
        if not self.axes or list(self.axes)[-1] != "seed":
            raise ValueError(f"axes: expected seed as the last one, got {list(self.axes)}")
        _mapping("settings", self.settings)
        for axis, by_value in _mapping("overrides", self.overrides).items():
            for value in _mapping(f"overrides: {axis}", by_value):
                if value not in self.axes.get(axis, ()):
                    raise ValueError(f"overrides: expected a value of axis {axis}, got {value!r}")
        for cell in self.cells():
            self.gans(cell)

    @property
    def density(self) -> Mixture:
        """The mixture that is learnt."""
        return data.ring() if self.target == "ring" else data.grid()

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of every axis."""
        return tuple(len(values) for values in self.axes.values())

    @property
    def cell_count(self) -> int:
        """Number of cells."""
        return math.prod(self.shape[:-1])

    def cells(self) -> Iterator[dict[str, Any]]:
        """Yield every cell as axis -> value, the last axis before the seeds fastest."""
        names = list(self.axes)[:-1]
        for values in product(*(self.axes[name] for name in names)):
            yield dict(zip(names, values, strict=True))

    def gans(self, cell: Mapping[str, Any]) -> list[GANSettings]:
        """Return the settings of a cell's GANs, one a seed."""
        chosen = dict(self.settings) | dict(cell)
        for axis, value in cell.items():
            chosen |= self.overrides.get(axis, {}).get(value, {})
        if "lr_ratio" in chosen:
            chosen["lr_d"] = chosen.pop("lr_ratio") * chosen.get("lr_g", GANSettings.lr_g)
        try:
            return [GANSettings(**chosen, seed=seed) for seed in self.axes["seed"]]
        except TypeError as error:
            raise TypeError(f"settings: {error}") from None

    @property
    def config(self) -> dict[str, Any]:
        """The declaration, as JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def read_sweep(path: str | Path) -> Sweep:
    """Read a declaration.

    Raises:
        FileNotFoundError: there is no such file.
        TypeError, ValueError: it is no YAML, or an entry is missing, unknown or of a wrong kind.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"path: no file at {path}")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"path: {path} is no YAML ({error})") from None
    names = ("target", "steps", "samples", "axes", "settings", "overrides")
    if not isinstance(found, dict):
        raise TypeError(f"path: expected a mapping in {path}, got {type(found).__name__}")
    for name in found:
        if name not in names:
            raise ValueError(f"{path}: expected {', '.join(names)}, got {name!r}")
    for name in names[:4]:
        if name not in found:
            raise ValueError(f"{path}: {name} is missing")
    entries: dict[str, Any] = {"settings": {}, "overrides": {}} | found
    try:
        return Sweep(**entries)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{path}: {error}") from None


def _mapping(name: str, value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name}: expected a mapping, got {value!r}")
    return value
