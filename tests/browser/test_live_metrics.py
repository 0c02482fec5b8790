"""The FID lab and the score table in a browser: by keyboard, against closed forms."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from gentutor.widgets import FIDLab, ScoreTable

WORDS = {"caption": "A caption.", "alt": "A picture."}


def test_the_lab_says_truth_bias_and_rank_wherever_it_stands(show, numbers):
    tab = show(FIDLab(picture=Figure(), **WORDS))
    said = numbers(tab)
    assert float(said["True distance"]) == 1
    assert float(said["Bias c / N"]) == pytest.approx(168 / 200, abs=0.005)
    assert said["Rank"] == "16 of 16"
    mean, sd = map(float, said["Measured at N"].split(" ± "))
    assert mean == pytest.approx(1.84, abs=4 * sd + 0.1)
    samples = tab.get_by_role("slider", name="samples")
    samples.press("Home")
    tab.get_by_text("N ≤ d").wait_for()
    said = numbers(tab)
    assert said["Rank"] == "3 of 16"
    assert (said["Bias c / N"], said["Extrapolated"]) == ("no law", "none")
    samples.press("End")
    tab.get_by_text("N is above").wait_for()
    said = numbers(tab)
    assert float(said["Extrapolated"]) == pytest.approx(1, abs=0.02)
    tab.get_by_role("slider", name="spread").press("Home")
    tab.wait_for_function("document.querySelector('.gx-readout dd').textContent === '5.00'")
    before = numbers(tab)["Measured at N"]
    tab.get_by_role("button", name="Draw again").press("Enter")
    tab.wait_for_timeout(300)
    assert numbers(tab)["Measured at N"] != before


def test_the_table_scores_what_the_keys_set(show, numbers):
    tab = show(ScoreTable(picture=Figure(), **WORDS))
    assert numbers(tab)["score, all together"] == "1.583"
    first = [tab.get_by_role("slider", name=f"image 1, class {c}") for c in "ABC"]
    for bar in first[1:]:
        bar.press("Home")
    p = np.array([[1, 0, 0], *[[0.1, 0.8, 0.1], [0.1, 0.1, 0.8]], *(0.7 * np.eye(3) + 0.1)])
    entropy = -(p * np.log(np.where(p > 0, p, 1))).sum(1).mean()
    expected = np.exp(-(p.mean(0) * np.log(p.mean(0))).sum() - entropy)
    assert float(numbers(tab)["score, all together"]) == pytest.approx(expected, abs=6e-4)
    first[0].press("Home")
    tab.get_by_text("the row adds up to 0").wait_for()
    assert "NaN" in tab.locator(".gx-score-note").inner_text()
    assert float(numbers(tab)["score, all together"]) > 1
    tab.get_by_role("button", name="Sorted by class").press("Enter")
    tab.get_by_role("slider", name="splits").press("End")
    said = numbers(tab)
    assert (said["score, all together"], said["mean over splits"]) == ("3.000", "1.000")
