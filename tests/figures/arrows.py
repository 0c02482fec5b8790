"""Read a diagram back: its boxes and words as places, its arrows as pairs of them."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from gentutor.figures.diagram import Diagram

NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"


@dataclass(frozen=True)
class Place:
    """A box, or words without one, and the rectangle that it takes."""

    name: str
    left: float
    top: float
    right: float
    bottom: float

    def distance(self, x: float, y: float) -> float:
        """Return how far a point lies outside."""
        dx = max(self.left - x, 0, x - self.right)
        dy = max(self.top - y, 0, y - self.bottom)
        return (dx**2 + dy**2) ** 0.5


def places(root: ElementTree.Element) -> list[Place]:
    """Return every box, and every text that belongs to none; words are 7.2 units a letter."""
    found = []
    for group in root.iter("g"):
        rect, name = group.find("rect"), group.find("text")
        assert rect is not None
        assert name is not None
        x, y, w, h = (float(rect.attrib[key]) for key in ("x", "y", "width", "height"))
        found.append(Place(str(name.text), x, y, x + w, y + h))
    for text in root.findall("text"):
        x, y, half = float(text.attrib["x"]), float(text.attrib["y"]), 3.6 * len(str(text.text))
        found.append(Place(str(text.text), x - half, y - 11, x + half, y + 3))
    return found


def arrows(diagram: Diagram, skip: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """Return (from, to, look) of each arrow, in the order drawn; ends may lie 16 units off.

    ``skip`` names words that are labels and no ends.
    """
    root = ElementTree.fromstring(diagram.svg())
    every = [place for place in places(root) if place.name not in skip]
    paths = list(root.iter("path"))
    found = []
    for line, head in zip(paths[::2], paths[1::2], strict=True):
        start = [float(n) for n in re.findall(NUMBER, line.attrib["d"])[:2]]
        tip = [float(n) for n in re.findall(NUMBER, head.attrib["d"])[:2]]
        ends = []
        for point in (start, tip):
            nearest = min(every, key=lambda place: place.distance(*point))
            assert nearest.distance(*point) < 16, f"an arrow ends in the open, at {point}"
            ends.append(nearest.name)
        found.append((ends[0], ends[1], line.attrib["class"]))
    return found
