"""The base of every interactive in the book: a widget that also works where no Python runs."""

import base64
import io
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import matplotlib.pyplot as plt
import traitlets
from matplotlib.figure import Figure
from PIL import Image

from gentutor.keywords import names_its_keywords
from gentutor.widgets.arrays import Arrays

# A line that holds a comment alone: it would travel in every page.
COMMENT = re.compile(r"^[ \t]*(//.*|/\*((?!\*/).)*\*/)[ \t]*\n", re.MULTILINE)


def source(*names: str) -> str:
    """Return the text of files of this folder, one after another, without lines of comment.

    >>> source("kit.js", "latent_map.js").count("export default")
    1
    """
    folder = Path(__file__).parent
    texts = ((folder / name).read_text(encoding="utf-8") for name in names)
    return "\n".join(COMMENT.sub("", text) for text in texts)


class Explorable(anywidget.AnyWidget):
    """A widget whose numbers travel with it, and its picture for paper and for script-free pages.

    In a notebook it is an ordinary ipywidget: ``observe``, ``link`` and ``jslink`` work on its
    traits. In the rendered book it appears as ``<figure class="explorable">`` with the picture and
    the caption; the page's script then puts the live widget in the picture's place.

    A subclass sets ``_esm`` and ``_css`` with ``source`` (``kit.js`` first) and reads its
    arrays in JavaScript with ``readArrays(model)``.

    Args:
        arrays: checked and packed arrays.
        picture: what the widget shows at its start, drawn by matplotlib; it is closed here, so
            that the notebook does not show it a second time.
        caption: plain text below the figure; None where the Markdown below the cell has it.
        alt: plain text that says what the picture shows to those who cannot see it.
        **traits: initial values of the subclass's own traits.

    Raises:
        TypeError: ``picture`` is not a Figure; ``caption`` or ``alt`` is not a string.
        ValueError: ``caption`` or ``alt`` is blank.
    """

    arrays = traitlets.Dict().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)

    def __init_subclass__(cls, settings: Sequence[str] = (), **keywords: Any) -> None:
        """Let every widget name its arguments when a keyword is mistyped.

        ``settings`` are the traits that a reader may set where ``__init__`` takes ``**traits``.
        """
        super().__init_subclass__(**keywords)
        own, start = vars(cls), "__init__"
        if start in own:
            setattr(cls, start, names_its_keywords(own[start], cls.__name__, settings))

    def __init__(
        self, *, arrays: Arrays, picture: Figure, caption: str | None, alt: str, **traits: Any
    ) -> None:
        words = {"alt": alt} if caption is None else {"caption": caption, "alt": alt}
        for name, text in words.items():
            if not isinstance(text, str):
                raise TypeError(f"{name}: expected a string, got {type(text).__name__}")
            if not text.strip():
                raise ValueError(f"{name}: expected some text, got {text!r}")
        if not isinstance(picture, Figure):
            got = type(picture).__name__
            raise TypeError(f"picture: expected a matplotlib Figure, got {got}")
        self._picture = _png(picture)
        self._alt = alt
        super().__init__(arrays=arrays.packed, caption=caption or "", **traits)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Show the widget where one can run, and a figure that waits for the page's script."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:  # the widget was closed
            return None
        data, metadata = bundle
        caption = f"<figcaption>{escape(self.caption)}</figcaption>\n" if self.caption else ""
        data["text/html"] = (
            f'<figure class="explorable" data-model="{self.model_id}">\n'
            f'<img src="data:image/png;base64,{self._picture}" alt="{escape(self._alt)}" '
            f'style="max-width: 100%; height: auto">\n'
            f"{caption}</figure>"
        )
        return data, metadata


def _png(figure: Figure) -> str:
    """Return the figure as base64 of a PNG of at most 128 colours, and close it."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=144, bbox_inches="tight", facecolor="white")
    plt.close(figure)
    Image.open(drawn).convert("RGB").quantize(128).save(small, format="png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()
