"""Read what a page draws back: a plot in the units of its axes, a canvas as opacity."""

import numpy as np
from playwright.sync_api import Locator, Page

READ = """plot => {
  const of = (element, ...names) => names.map(name => Number(element.getAttribute(name)));
  const look = element => element.getAttribute('class') ?? '';
  const all = selector => [...plot.querySelectorAll(selector)].filter(e => !e.closest('.gx-axes'));
  return {
    axes: [...plot.querySelectorAll('.gx-axes text:not([transform])')].map(
      text => [text.getAttribute('text-anchor'), ...of(text, 'x', 'y'), text.textContent]),
    lines: all('polyline, polygon').map(line => [look(line),
      line.getAttribute('points').split(' ').map(pair => pair.split(',').map(Number))]),
    dots: all('circle').map(dot => [look(dot), ...of(dot, 'cx', 'cy', 'r')]),
    bars: all('rect').map(bar => [look(bar), ...of(bar, 'x', 'y', 'width', 'height')]),
    strokes: all('line').map(line => [look(line), ...of(line, 'x1', 'y1', 'x2', 'y2')]),
    words: all('text').map(text => [text.textContent, ...of(text, 'x', 'y')]),
  };
}"""


def number(text: str) -> float | None:
    """Return a tick as a number, or None where it says something else."""
    try:
        return float(text.replace("−", "-").replace(",", "").removesuffix(" %"))
    except ValueError:
        return None


class Plot:
    """One plot, its marks by class, in the units that its ticks name.

    Args:
        plot: the ``svg.gx-plot``.
        x: what a tick on the x axis means, for a logarithmic one; likewise y.
    """

    def __init__(self, plot: Locator, *, x=lambda tick: tick, y=lambda tick: tick) -> None:
        self.read = plot.evaluate(READ)
        axes = self.read["axes"]
        # the label of the x axis is the lowest text of all
        lowest = max(entry[2] for entry in axes)
        across = [(px, number(text)) for kind, px, py, text in axes
                  if kind == "middle" and py < lowest]  # fmt: skip
        up = [(py - 4, number(text)) for kind, px, py, text in axes if kind == "end"]
        self.x = self._map([(p, x(v)) for p, v in across if v is not None])
        self.y = self._map([(p, y(v)) for p, v in up if v is not None])

    @staticmethod
    def _map(ticks: list[tuple[float, float]]) -> np.poly1d | None:
        """Return pixels -> units, and hold the ticks to one straight line."""
        if len(ticks) < 2:
            return None
        pixels, units = np.transpose(ticks)
        line = np.poly1d(np.polyfit(pixels, units, 1))
        np.testing.assert_allclose(line(pixels), units, atol=5e-3 * np.ptp(units))
        return line

    def _of(self, kind: str, look: str) -> list:
        return [entry for entry in self.read[kind] if look in entry[0].split() or look == "*"]

    def curve(self, look: str, index: int = 0) -> np.ndarray:
        """Return a curve's (N, 2) points."""
        pixels = np.array(self._of("lines", look)[index][1])
        return np.c_[self.x(pixels[:, 0]), self.y(pixels[:, 1])]

    def dots(self, look: str) -> np.ndarray:
        """Return circles as (N, 3): place, and radius in pixels."""
        return np.array([(self.x(x), self.y(y), r) for _, x, y, r in self._of("dots", look)])

    def bars(self, look: str = "*") -> np.ndarray:
        """Return bars as (N, 4): left, right, bottom, top; pixels where an axis has no ticks."""
        x, y = self.x or np.poly1d([1, 0]), self.y or np.poly1d([1, 0])
        return np.array([
            (x(left), x(left + width), y(top + height), y(top))
            for _, left, top, width, height in self._of("bars", look)
        ])  # fmt: skip

    def strokes(self, look: str) -> np.ndarray:
        """Return straight lines as (N, 4): x1, y1, x2, y2; pixels where an axis has no ticks."""
        x, y = self.x or np.poly1d([1, 0]), self.y or np.poly1d([1, 0])
        return np.array(
            [(x(x1), y(y1), x(x2), y(y2)) for _, x1, y1, x2, y2 in self._of("strokes", look)]
        )

    def words(self) -> dict[str, tuple[float, float]]:
        """Return what is written inside, and where it stands."""
        x, y = self.x or np.poly1d([1, 0]), self.y or np.poly1d([1, 0])
        return {text: (float(x(px)), float(y(py))) for text, px, py in self.read["words"]}


def ink(tab: Page, index: int, side: int = 8) -> np.ndarray:
    """Return the opacity of one canvas, (rows, columns) of digits' pixels, in [0, 1]."""
    data = (
        tab.locator("canvas")
        .nth(index)
        .evaluate(
            """canvas => {
                const context = canvas.getContext('2d');
                const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
                return [width, ...data.filter((_, i) => i % 4 == 3)];
            }"""
        )
    )
    big = np.array(data[1:]).reshape(-1, data[0])[4::8, 4::8]  # one point of each 8 × 8 square
    return (big - 14) / 241
