"""The score table's numbers, run in Node, against the package; and what it refuses."""

import re

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from gentutor import metrics
from gentutor.widgets import ScoreTable

WORDS = {"caption": "Six rows.", "alt": "Bars."}


@pytest.fixture
def js(pure):
    """Return a function that calls the source's own."""
    return lambda *calls: pure("score_table.js", *calls)


@pytest.mark.parametrize("splits", [1, 2, 3, 7])
def test_scores_are_the_packages_to_1e_5(js, splits):
    weights = np.random.default_rng(splits).integers(0, 11, (7, 4)) + np.eye(7, 4)
    (rows,) = js(("normalised", [weights.tolist()]))
    np.testing.assert_allclose(rows, weights / weights.sum(1, keepdims=True), rtol=1e-12)
    parts, whole = js(("splitScores", [rows, splits]), ("scoreOf", [rows]))
    logits = torch.tensor(rows).log().clamp_min(-1000)
    expected = metrics.inception_score(logits, splits)
    assert parts == pytest.approx(expected.values.tolist(), rel=1e-5)
    assert whole["score"] == pytest.approx(metrics.inception_score(logits, 1).mean.item(), rel=1e-5)
    assert whole["information"] == pytest.approx(whole["between"] - whole["within"])


def test_the_bounds_and_a_row_of_zeros(js):
    one_hot = np.eye(3).tolist() * 2
    (sure,) = js(("scoreOf", [one_hot]))
    assert sure["score"] == pytest.approx(3)
    (same,) = js(("scoreOf", [[[1, 0, 0]] * 4]))
    assert same["score"] == 1
    (rows,) = js(("normalised", [[[0, 0, 0], [1, 1, 0]]]))
    assert rows == [None, [0.5, 0.5, 0]]


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (
            {"weights": [[1, 2]]},
            ValueError,
            "weights: expected 2 to 8 rows of one length",
        ),
        ({"weights": [[1, 2], [1]]}, ValueError, "got 2 rows of length 1, 2"),
        (
            {"weights": [[1, 11], [1, 1]]},
            ValueError,
            "expected numbers from 0 to 10, got 11",
        ),
        (
            {"weights": [[1, -1], [1, 1]]},
            ValueError,
            "expected numbers from 0 to 10, got -1",
        ),
        ({"weights": 3}, TypeError, "weights: expected rows of numbers, got 3"),
        ({"weights": [["a", 1], [1, 1]]}, TypeError, "weights: expected numbers, got 'a'"),
        ({"splits": 7}, ValueError, "splits: expected an integer from 1 to 6, got 7"),
        ({"splits": 1.5}, TypeError, "splits: expected an integer, got 1.5"),
    ],
)
def test_what_it_refuses(given, kind, message):
    with pytest.raises(kind, match=re.escape(message)):
        ScoreTable(picture=Figure(), **WORDS, **given)
