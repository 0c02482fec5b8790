"""The plain precision and recall: cases by hand, limits, and the package's fast version."""

import pytest
import torch
from torch import Tensor

from gentutor.metrics.precision_recall import nearest_distance, precision_recall
from gentutor.plain import precision_recall as plain

NAMES = ("precision", "recall", "density", "coverage")


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def package(real: Tensor, fake: Tensor, k: int) -> list[float]:
    found = precision_recall(real, fake, k=k)
    return [float(getattr(found, name)) for name in NAMES]


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("lattice", [False, True])
def test_the_four_are_the_packages(k, lattice):
    real, fake = normal(80, 4), 0.8 * normal(61, 4, seed=1) + 0.3
    if lattice:  # many ties
        real, fake = real.mul(2).round(), fake.mul(2).round()
    found = plain.scores(real, fake, k)
    assert found.tolist() == pytest.approx(package(real, fake, k), abs=1e-12)
    assert lattice or len(set(found.tolist())) == 4
    torch.testing.assert_close(plain.nearest(fake, real), nearest_distance(fake, real))


def test_the_case_by_pencil():
    real = torch.tensor([[0.0], [1.0], [3.0], [8.0]])
    fake = torch.tensor([[0.5], [1.0], [2.0], [9.0]])
    assert plain.radii(real, 1).tolist() == [1, 1, 2, 5]
    assert plain.radii(fake, 1).tolist() == [0.5, 0.5, 1, 7]
    assert plain.balls(real, fake, 1).sum(0).tolist() == [2, 3, 2, 1]
    assert plain.scores(real, fake, 1).tolist() == [1, 1, 2, 1]


def test_precision_and_recall_change_places_with_the_sets():
    real, fake = normal(50, 3), normal(60, 3, seed=1) + 0.5
    assert plain.precision(real, fake) == plain.recall(fake, real)
    assert plain.density(real, fake) != plain.density(fake, real)


def test_sets_far_apart_score_0_and_a_copy_scores_1():
    real = normal(40, 3)
    assert plain.scores(real, real + 100).tolist() == [0, 0, 0, 0]
    copied = plain.scores(real, real.clone())
    assert copied[:2].tolist() == [1, 1]
    assert copied[3] == 1
    assert plain.nearest(real.clone(), real).max() == 0


def test_a_dropped_mode_costs_recall_and_added_noise_precision():
    modes = torch.tensor([[-9.0, 0], [9.0, 0]], dtype=torch.float64)
    real = normal(400, 2) + modes[torch.arange(400) % 2]
    half = plain.scores(real, normal(400, 2, seed=1) + modes[0])
    noisy = plain.scores(real, 4 * normal(400, 2, seed=2) + modes[torch.arange(400) % 2])
    assert half[0] > 0.9
    assert 0.4 < half[1] < 0.55
    assert noisy[0] < 0.6
    assert noisy[1] > 0.9
