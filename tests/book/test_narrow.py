"""Where a figure may be cut for a phone, on figures drawn by matplotlib."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from narrow import LEAST, PHONE, Drawing

from gentutor.figures.style import RC


def drawing(draw, columns: int = 2, **options) -> Drawing:
    """Return the drawing of a figure whose panels ``draw`` fills."""
    with plt.rc_context(RC):
        figure, panels = plt.subplots(1, columns, figsize=(7.2, 3), squeeze=False, **options)
        for panel in panels[0]:
            draw(panel)
        file = io.StringIO()
        figure.savefig(file, format="svg")
        plt.close(figure)
    return Drawing(file.getvalue())


def curve(panel) -> None:
    panel.plot(np.linspace(0, 5, 20), np.linspace(0, 1, 20) ** 2)
    panel.set(xlabel="step", ylabel="loss", title="A curve")


def test_panels_with_axes_of_their_own_are_cut_apart():
    made = drawing(curve)
    left, right = made.pieces()
    assert left.right <= right.left
    assert left.left < 10 < 500 < right.right
    assert all(left.left <= box.left and box.right <= right.right for box in made.ink)
    assert not any(box.left < left.right - 1 and box.right > right.left + 1 for box in made.ink)
    assert all(made.needs(*piece[::2]) <= PHONE for piece in (left, right))


@pytest.mark.parametrize(
    ("columns", "options"), [(1, {}), (2, {"sharey": True})], ids=["one panel", "one axis for two"]
)
def test_what_belongs_together_stays_whole(columns, options):
    made = drawing(curve if columns == 1 else lambda panel: panel.plot([0, 1]), columns, **options)
    assert len(made.pieces()) == 1
    assert made.needs() > PHONE


def test_pictures_without_axes_are_cut_at_their_titles():
    def picture(panel):
        panel.imshow(np.eye(8))
        panel.set_title("eight", fontsize=10)
        panel.axis("off")

    pieces = drawing(picture, 4).pieces()
    assert len(pieces) == 2
    assert all(right - left <= PHONE * 10 / LEAST for left, _, right, _ in pieces)


def test_the_smallest_lettering_sets_the_width_that_a_figure_needs():
    def small(panel):
        curve(panel)
        panel.set_title("tiny", fontsize=6)

    made = drawing(small, 1)
    assert made.needs() == pytest.approx(made.size[0] * LEAST / 6)
    assert min(made.lettering)[0] == pytest.approx(6)


def test_a_line_that_leaves_its_axes_does_not_join_two_panels():
    def far(panel):
        curve(panel)
        panel.plot([0, 50], [0.5, 0.5])
        panel.set_xlim(0, 5)

    assert len(drawing(far).pieces()) == 2
