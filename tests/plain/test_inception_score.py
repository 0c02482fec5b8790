"""The plain Inception Score: the package's numbers, its bounds, and no NaN."""

import pytest
import torch
from torch import Tensor

from gentutor.metrics import inception_score as packaged
from gentutor.plain import inception_score as plain


def logits(n: int = 53, classes: int = 7, scale: float = 3) -> Tensor:
    g = torch.Generator().manual_seed(0)
    return scale * torch.randn(n, classes, generator=g, dtype=torch.float64)


@pytest.mark.parametrize("scale", [0.1, 3, 100, 5000])
def test_both_forms_are_the_packages_number(scale):
    x = logits(scale=scale)
    expected = float(packaged(x, 1).mean)
    assert float(plain.inception_score(x)) == pytest.approx(expected, rel=1e-12)
    assert float(plain.score_by_kl(x)) == pytest.approx(expected, rel=1e-9)


def test_the_pencil_case():
    p = torch.tensor([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]])
    assert float(plain.entropy(p[0])) == pytest.approx(0.63903, abs=1e-5)
    assert float(plain.inception_score(p.log())) == pytest.approx(1.58341, abs=1e-5)


@pytest.mark.parametrize("form", [plain.inception_score, plain.score_by_kl])
def test_the_bounds_are_reached_without_a_nan(form):
    sure = 1000 * torch.eye(6).repeat(5, 1)  # the other probabilities are exactly 0
    assert float(form(sure)) == pytest.approx(6)
    assert float(form(sure[:, :4].repeat(1, 2)[:4])) == pytest.approx(4)
    same = logits()[:1].repeat(9, 1)
    assert float(form(same)) == pytest.approx(1)


def test_splits_are_shuffled_and_lose_no_image():
    torch.manual_seed(0)
    ordered = 1000 * torch.eye(10).repeat_interleave(100, 0)  # class by class
    mean, spread = plain.split_scores(ordered)
    assert 9 < float(mean) < 10
    assert 0 < float(spread) < 1
    whole, none = plain.split_scores(ordered[::7], splits=1)
    assert float(whole) == pytest.approx(float(plain.inception_score(ordered[::7])))
    assert float(none) == 0
    alone, _ = plain.split_scores(ordered[:13], splits=13)
    assert float(alone) == pytest.approx(1)
