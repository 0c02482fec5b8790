"""On a narrow screen the panels of a figure stand one under the other, and no lettering is small.

Matplotlib's figures reach the page as SVG images, about 520 points wide, with lettering of 7 to 11
points. On a phone a whole one would be shown at two thirds of its size. So a figure is cut where an
upright gap without ink leads to a panel with an axis of its own, and the style sheet shows the
pieces below each other in place of the whole. A figure that has no such gap keeps a width at which
its lettering has 11 px, and scrolls sideways in a box of its own.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

PHONE = 310  # px that a figure has on a screen of 360 px
LEAST = 11  # px of the smallest lettering
MARGIN = 4.0  # points left and right of a piece
SVG, HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
STEP = re.compile(r"(matrix|translate|scale|rotate)\(([^)]*)\)")
SIZE = re.compile(r"scale\((0\.\d+) -0\.\d+\)")  # of a text, in hundreds of points


class Box(NamedTuple):
    """A rectangle in the figure's points."""

    left: float
    top: float
    right: float
    bottom: float


class Drawing:
    """Where the ink, the panels and the lettering of an SVG by matplotlib are."""

    def __init__(self, text: str) -> None:
        self.root = ET.fromstring(text)
        self.size = numbers(self.root.get("viewBox", ""))[2:]
        self.lettering: list[tuple[float, float]] = []  # size of each text in points, and where
        self.named = {one.get("id"): one for one in self.root.iter() if one.get("id")}
        self.ink = list(self.boxes(self.root, np.eye(3)))
        self.panels = [
            list(self.boxes(one, np.eye(3)))
            for name, one in self.named.items()
            if re.fullmatch(r"axes_\d+", str(name))
        ]

    def boxes(self, element: ET.Element, outer: np.ndarray) -> Iterator[Box]:
        """Yield the box of each mark below an element, cut by its clip path; not the ground's."""
        inner = outer @ matrix(element.get("transform", ""))
        tag = element.tag.removeprefix(SVG)
        if size := SIZE.search(element.get("transform", "")):
            self.lettering.append((100 * float(size[1]), inner[0, 2]))
        if tag in ("defs", "metadata", "style") or element.get("id") == "patch_1":
            return
        if tag == "use":
            inner = inner @ shift(float(element.get("x", 0)), float(element.get("y", 0)))
            mark = self.named[element.get(HREF, "")[1:]]
            yield from self.boxes(mark, inner)
        elif tag in ("path", "image"):
            if tag == "path":
                corners = np.array(numbers(element.get("d", ""))).reshape(-1, 2)
            else:
                x, y, w, h = (float(element.get(k, 0)) for k in ("x", "y", "width", "height"))
                corners = np.array([(x, y), (x + w, y + h)])
            if len(corners):
                at = (inner @ np.c_[corners, np.ones(len(corners))].T)[:2]
                low, high = at.min(axis=1), at.max(axis=1)
                clip = re.search(r"#(\w+)", element.get("clip-path", ""))
                if clip:
                    cut = self.named[clip[1]][0]
                    x, y, w, h = (float(cut.get(k, 0)) for k in ("x", "y", "width", "height"))
                    low, high = np.maximum(low, (x, y)), np.minimum(high, (x + w, y + h))
                if (low <= high).all():
                    yield Box(*low, *high)
        for child in element:
            yield from self.boxes(child, inner)

    def cuts(self) -> list[float]:
        """Return where it may be cut: in gaps left of panels that have lettering of their own."""
        starts = [min(box.left for box in panel) for panel in self.panels if panel]
        grounds = [panel[0].left for panel in self.panels if panel]
        lettered = [ground - start > 5 for start, ground in zip(starts, grounds, strict=True)]
        own = lettered if any(lettered) else [True] * len(starts)
        found, reach = [], 0.0
        for box in sorted(self.ink):
            if box.left - reach >= 2 and reach:
                panels = [say for start, say in zip(starts, own, strict=True) if start == box.left]
                if panels and all(panels):
                    found.append((reach + box.left) / 2)
            reach = max(reach, box.right)
        return found

    def needs(self, left: float = 0, right: float = float("inf")) -> float:
        """Return the width in px at which all lettering between two places has its least size."""
        sizes = [size for size, at in self.lettering if left <= at <= right]
        return (min(right, self.size[0]) - left) * LEAST / min(sizes, default=LEAST)

    def pieces(self) -> list[Box]:
        """Return the pieces for a phone, as few as can be; one piece where it cannot be cut."""
        width, height = self.size
        edges, cuts = [0.0], [*self.cuts(), width]
        for cut, further in pairwise(cuts):
            if self.needs(edges[-1], further) > PHONE:
                edges.append(cut)
        spans = pairwise([*edges, width])
        return [self.around(Box(left, 0, right, height)) for left, right in spans]

    def around(self, piece: Box) -> Box:
        """Return a piece less the empty space around its ink."""
        ink = np.array([box for box in self.ink if piece.left <= box.left <= piece.right])
        low, high = ink[:, :2].min(axis=0) - MARGIN, ink[:, 2:].max(axis=0) + MARGIN
        return Box(*np.maximum(low, piece[:2]), *np.minimum(high, piece[2:]))


def numbers(text: str) -> list[float]:
    """Return the numbers of an attribute."""
    return [float(one) for one in NUMBER.findall(text)]


def shift(x: float, y: float) -> np.ndarray:
    """Return the matrix of a translation."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def matrix(text: str) -> np.ndarray:
    """Return the matrix of a transform attribute.

    >>> matrix("translate(3 4) scale(2)") @ [1, 1, 1]
    array([5., 6., 1.])
    """
    made = np.eye(3)
    for name, inside in STEP.findall(text):
        given = numbers(inside)
        if name == "translate":
            made = made @ shift(given[0], given[1] if len(given) > 1 else 0)
        elif name == "scale":
            made = made @ np.diag([given[0], given[-1], 1.0])
        elif name == "rotate":
            turn = np.deg2rad(given[0])
            c, s = np.cos(turn), np.sin(turn)
            made = made @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
        else:
            made = made @ np.array([given[::2], given[1::2], [0, 0, 1.0]])
    return made


@cache
def read(path: Path) -> Drawing | None:
    """Return the drawing in an SVG file; None where it is not one of matplotlib's."""
    text = path.read_text(encoding="utf-8")
    return Drawing(text) if "Matplotlib" in text else None


def visit_image(self: HTML5Translator, node: nodes.image) -> None:
    """Write an image; a figure's in a box that scrolls, with its pieces for a phone beside it."""
    path = Path(self.builder.srcdir, node["uri"])
    drawing = read(path) if path.suffix == ".svg" and path.is_file() else None
    HTML5Translator.visit_image(self, node)
    if drawing is None or drawing.needs() <= PHONE:
        return
    image = self.body.pop().strip()
    pieces = drawing.pieces()
    parts = "".join(
        f'<span class="figure-scroll"><span style="{ratio(box, drawing)}">'
        f"{piece(image, box, drawing.size, first=box is pieces[0])}</span></span>"
        for box in pieces
    )
    if len(pieces) == 1:
        style = f"--needs: {drawing.needs():.0f}px"
        self.body.append(f'<span class="figure-scroll" style="{style}">{image}</span>\n')
    else:
        self.body.append(f'<span class="figure-whole">{image}</span>')
        self.body.append(f'<span class="figure-pieces">{parts}</span>\n')


def ratio(box: Box, drawing: Drawing) -> str:
    """Return the style of a piece: its shape, and the width that it needs."""
    wide, high = box.right - box.left, box.bottom - box.top
    needs = drawing.needs(box.left, box.right)
    return f"aspect-ratio: {wide:.1f} / {high:.1f}; min-width: {needs:.0f}px"


def piece(image: str, box: Box, size: list[float], *, first: bool) -> str:
    """Return a part of an image as HTML; the first has the words for those who cannot see it."""
    style = (
        f"width: {100 * size[0] / (box.right - box.left):.2f}%; "
        f"transform: translate({-100 * box.left / size[0]:.2f}%, {-100 * box.top / size[1]:.2f}%)"
    )
    plain = re.sub(r' (?:style|width|height)="[^"]*"', "", image)
    if not first:
        plain = re.sub(r'alt="[^"]*"', 'alt=""', plain)
    return plain.replace("<img", f'<img style="{style}" loading="lazy"', 1)


def setup(app: Sphinx) -> dict[str, Any]:
    """Write images anew in HTML."""
    app.add_node(nodes.image, override=True, html=(visit_image, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
