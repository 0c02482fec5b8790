"""The figure of the study plan shows the numbers that it was given."""

import matplotlib.pyplot as plt
import numpy as np

from gentutor.figures import deadline


def test_lines_are_means_bands_are_ranges_and_the_bounds_stand_in_view():
    rng = np.random.default_rng(0)
    recall = {name: np.sort(rng.random((3, 5))) for name in ("dated", "plain")}
    answers = {name: rng.integers(0, 30, (3, 5)) for name in recall}
    fig = deadline.recall_by_plan(recall, answers, goal=0.9, most=30)
    for ax, data, level, scale in zip(fig.axes, (recall, answers), (90, 30), (100, 1), strict=True):
        *lines, bound = ax.get_lines()
        for line, (name, values) in zip(lines, data.items(), strict=True):
            np.testing.assert_allclose(line.get_ydata(), scale * values.mean(axis=0), err_msg=name)
            assert line.get_label() == name
        assert set(bound.get_ydata()) == {level}
        band = ax.collections[0].get_paths()[0].vertices[:, 1]
        first = next(iter(data.values()))
        assert np.isclose(band.max(), scale * first.max(axis=0).max())
        assert ax.get_ylim()[1] > level
    plt.close(fig)
