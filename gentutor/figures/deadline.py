"""Figure of the study plan: recall on the interview's day, as weeks of practice bring it about."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.figures.curves import band, level
from gentutor.figures.style import BLUE, GREEN, GREY, ORANGE

LOOKS = ((BLUE, "-"), (ORANGE, "--"), (GREEN, "-."))


def recall_by_plan(
    recall: Mapping[str, ArrayLike],
    answers: Mapping[str, ArrayLike],
    *,
    goal: float = 0.95,
    most: int = 75,
) -> Figure:
    """Draw plans beside each other: what they reach on the day, and what they cost a day.

    Args:
        recall: label -> (S, D) mean predicted recall over all questions on the interview's day, as
            it stands after each of D days of practice, for S simulated readers.
        answers: the same labels -> (S, D) answers on each day, repeats counted.
        goal: recall to be reached, 0 to 1.
        most: answers a day at most.

    Returns:
        Two panels; lines are means, bands go from the lowest to the highest reader.
    """
    fig, panels = plt.subplots(1, 2, figsize=(7.2, 3.4), facecolor="white")
    for (colour, dash), (label, values) in zip(LOOKS, recall.items(), strict=False):
        for ax, runs in zip(panels, (100 * np.asarray(values), answers[label]), strict=True):
            days = np.arange(1, np.shape(runs)[1] + 1)
            band(ax, days, runs, colour, label, dash)
    left, right = panels
    for ax, at, words in ((left, 100 * goal, f"{goal:.0%}"), (right, most, f"{most} answers")):
        level(ax, at, 1, words, GREY, ":").set(ha="left", size=9)
        ax.set_xlabel("day of practice")
    left.set(title="Mean recall on the day, %", ylim=(0, 105))
    right.set(title="Answers a day, repeats counted", ylim=(0, most * 1.2))
    right.legend(fontsize=9, loc="lower right")
    return fig
