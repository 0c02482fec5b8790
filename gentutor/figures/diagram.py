"""Diagrams of models: boxes and arrows as SVG in the page, in the theme's colours.

A diagram is drawn 360 units wide, so that its lettering is as large on a phone as on a screen.
"""

from dataclasses import dataclass, field
from html import escape
from typing import Literal

from gentutor.figures.style import ROLES

Look = Literal["forward", "gradient", "dropped"]
WIDTH = 360

STYLE = """
.gt-diagram{max-width:34rem;margin:1.5em auto;color:var(--pst-color-text-base,\
var(--jp-content-font-color1,#20262d))}
.gt-diagram svg{display:block;width:100%;height:auto;font:13px system-ui,sans-serif}
.gt-diagram text{fill:currentColor;text-anchor:middle}
.gt-diagram .small{font-size:11.5px}
.gt-diagram .frame{fill:color-mix(in srgb,var(--tone) 12%,transparent);stroke:var(--tone);\
stroke-width:1.6}
.gt-diagram .name{fill:var(--tone);font-weight:600}
.gt-diagram path{fill:none;stroke:currentColor;stroke-width:1.5}
.gt-diagram .gradient{stroke:var(--critic,#00695F);stroke-dasharray:5 3}
.gt-diagram .dropped{stroke-dasharray:2 4;opacity:.65}
.gt-diagram .head{fill:currentColor;stroke:none}
.gt-diagram .head.gradient{fill:var(--critic,#00695F)}
"""


@dataclass
class Diagram:
    """Boxes and arrows, collected in order and shown as one SVG with a text for those who listen.

    Args:
        height: units; the width is 360.
        alt: what the diagram says, in words.
        caption: plain text below it.

    Raises:
        ValueError: ``alt`` or ``caption`` is blank; a role or a look that does not exist.

    >>> picture = Diagram(60, alt="x goes into an encoder.", caption="One box.")
    >>> picture.box(100, 30, "encoder", "q(z | x)", role="encoder")
    >>> picture.arrow((10, 30), (55, 30), "x")
    >>> picture.svg().count("<rect"), picture.svg().count("<path")
    (1, 2)
    """

    height: int
    alt: str
    caption: str
    parts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, text in {"alt": self.alt, "caption": self.caption}.items():
            if not text.strip():
                raise ValueError(f"{name}: expected some text, got {text!r}")

    def box(
        self, x: float, y: float, name: str, below: str = "", *, role: str, width: float = 84
    ) -> None:
        """Draw a box around (x, y): its name in the role's colour, a second line below it."""
        if role not in ROLES:
            raise ValueError(f"role: expected one of {', '.join(ROLES)}, got {role!r}")
        tall = 46 if below else 32
        first = y - 4 if below else y + 4.5
        second = f'<text class="small" x="{x:g}" y="{y + 14:g}">{escape(below)}</text>'
        self.parts.append(
            f'<g style="--tone:var(--{role},{ROLES[role]})"><rect class="frame" rx="6" '
            f'x="{x - width / 2:g}" y="{y - tall / 2:g}" width="{width:g}" height="{tall}"/>'
            f'<text class="name" x="{x:g}" y="{first:g}">{escape(name)}</text>'
            f"{second if below else ''}</g>"
        )

    def text(self, x: float, y: float, words: str, *, small: bool = False, role: str = "") -> None:
        """Write words, centred on x, their base line at y; a role gives them its colour."""
        look = "small" if small else "plain"
        tone = f' style="fill:var(--{role},{ROLES[role]})"' if role else ""
        self.parts.append(f'<text class="{look}" x="{x:g}" y="{y:g}"{tone}>{escape(words)}</text>')

    def arrow(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        label: str = "",
        *,
        look: Look = "forward",
        bend: float = 0,
    ) -> None:
        """Draw an arrow; ``bend`` units sideways, its label above the middle.

        ``"gradient"`` is where gradients flow back, ``"dropped"`` what sampling leaves out.
        """
        if look not in ("forward", "gradient", "dropped"):
            raise ValueError(f"look: expected forward, gradient or dropped, got {look!r}")
        (x0, y0), (x1, y1) = start, end
        length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-9)
        nx, ny = (y1 - y0) / length, (x0 - x1) / length  # to the left of the way, on the screen
        cx, cy = (x0 + x1) / 2 + 2 * bend * nx, (y0 + y1) / 2 + 2 * bend * ny
        dx, dy = x1 - cx, y1 - cy
        size = max((dx**2 + dy**2) ** 0.5, 1e-9)
        dx, dy = dx / size, dy / size
        bx, by = x1 - 8 * dx, y1 - 8 * dy
        self.parts.append(
            f'<path class="{look}" d="M{x0:g} {y0:g}Q{cx:g} {cy:g} {bx:g} {by:g}"/>'
            f'<path class="head {look}" d="M{x1:g} {y1:g}L{bx - 4 * dy:g} {by + 4 * dx:g}'
            f'L{bx + 4 * dy:g} {by - 4 * dx:g}Z"/>'
        )
        if label:
            mx, my = (x0 + x1) / 2 + bend * nx, (y0 + y1) / 2 + bend * ny
            self.text(mx, my - 6, label, small=True)

    def along(self, y: float, *spans: tuple[float, float], look: Look = "forward") -> None:
        """Draw arrows at one height, each from its first x to its second."""
        for start, end in spans:
            self.arrow((start, y), (end, y), look=look)

    def svg(self) -> str:
        """Return the SVG element."""
        return (
            f'<svg viewBox="0 0 {WIDTH} {self.height}" role="img" aria-label="{escape(self.alt)}">'
            f"{''.join(self.parts)}</svg>"
        )

    def _repr_html_(self) -> str:
        """Show the diagram in a notebook and in the page."""
        return (
            f'<figure class="gt-diagram"><style>{STYLE}</style>{self.svg()}'
            f"<figcaption>{escape(self.caption)}</figcaption></figure>"
        )
