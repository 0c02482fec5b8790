"""Read a figure back: what its artists hold, as plain numbers and words."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex


def words(ax: Axes) -> tuple[str, str, str]:
    """Return the panel's title, wherever it stands, and the names of both axes."""
    titles = (ax.get_title(loc=place) for place in ("left", "center", "right"))
    return next(filter(None, titles), ""), ax.get_xlabel(), ax.get_ylabel()


def named(ax: Axes) -> dict[str, np.ndarray]:
    """Return label -> (N, 2) points of the lines that the legend names."""
    return {
        str(line.get_label()): np.asarray(line.get_xydata(), dtype=float)
        for line in ax.lines
        if not str(line.get_label()).startswith("_")
    }


def points(line) -> np.ndarray:
    """Return a line's (N, 2) points."""
    return np.asarray(line.get_xydata(), dtype=float)


def colours(ax: Axes) -> dict[str, str]:
    """Return label -> colour of the lines, bars and areas that the legend names."""
    handles, labels = ax.get_legend_handles_labels()
    found = {}
    for handle, label in zip(handles, labels, strict=True):
        patches = getattr(handle, "patches", None)
        if patches:
            found[label] = to_hex(patches[0].get_facecolor())
        elif hasattr(handle, "get_color"):
            found[label] = to_hex(handle.get_color())
        else:
            found[label] = to_hex(handle.get_facecolor()[0])
    return {label: colour.lower() for label, colour in found.items()}


def texts(ax: Axes) -> list[str]:
    """Return the words written inside the axes."""
    return [text.get_text().strip() for text in ax.texts]


def written(ax: Axes) -> dict[str, tuple[float, float]]:
    """Return words -> the place that they stand at, or speak of, in data coordinates."""
    return {t.get_text().strip(): tuple(getattr(t, "xy", t.get_position())) for t in ax.texts}


def levels(ax: Axes) -> list[tuple[str, float]]:
    """Return the lines across the whole panel: ("h", height) or ("v", place)."""
    found = []
    for line in ax.lines:
        if len(points(line)) != 2:
            continue
        (x0, y0), (x1, y1) = points(line)
        if (x0, x1) == (0, 1) and y0 == y1:
            found.append(("h", float(y0)))
        if (y0, y1) == (0, 1) and x0 == x1:
            found.append(("v", float(x0)))
    return found


def ticks(ax: Axes, axis: str = "x") -> dict[float, str]:
    """Return place -> words of the ticks."""
    side = getattr(ax, f"{axis}axis")
    return {
        float(at): tick.get_text()
        for at, tick in zip(side.get_majorticklocs(), side.get_majorticklabels(), strict=True)
    }


def bars(container) -> np.ndarray:
    """Return (N, 4) of bars: left, bottom, width, height."""
    return np.array([(b.get_x(), b.get_y(), b.get_width(), b.get_height()) for b in container])


def pixels(ax: Axes, image: int = 0) -> np.ndarray:
    """Return what an image of the axes shows."""
    return np.asarray(ax.images[image].get_array())


def dots(ax: Axes, cloud: int = 0) -> np.ndarray:
    """Return the places of a scatter."""
    return np.asarray(ax.collections[cloud].get_offsets(), dtype=float)
