"""Precision, recall, density and coverage against plain loops, and what memorising does."""

import math
import sys
from types import SimpleNamespace

import piq
import pytest
import torch
from torch import Tensor
from torch_fidelity.metric_prc import prc_features_to_metric

from gentutor.data import digits
from gentutor.metrics.fid import fid
from gentutor.metrics.inception_score import inception_score
from gentutor.metrics.kid import kid
from gentutor.metrics.networks.digits import digits_extractor
from gentutor.metrics.networks.features import extract
from gentutor.metrics.precision_recall import PrecisionRecall, nearest_distance, precision_recall
from gentutor.plain import precision_recall as plain_file

module = sys.modules["gentutor.metrics.precision_recall"]  # the face has the function by that name
NAMES = ("precision", "recall", "density", "coverage")


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Draw standard normal numbers in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def numbers(found: PrecisionRecall) -> list[float]:
    """Return the four scores."""
    return [float(getattr(found, name)) for name in NAMES]


def plain(real: Tensor, fake: Tensor, k: int) -> list[float]:
    """Return the four from one pair at a time."""

    def radii(x: Tensor) -> list[float]:
        return [sorted(float((a - b).norm()) for b in x)[k] for a in x]

    of_real, of_fake = radii(real), radii(fake)
    apart = [[float((a - b).norm()) for b in fake] for a in real]
    n, m = len(real), len(fake)
    held = [sum(apart[i][j] <= of_real[i] for i in range(n)) for j in range(m)]
    reached = sum(any(apart[i][j] <= of_fake[j] for j in range(m)) for i in range(n))
    covered = sum(any(apart[i][j] <= of_real[i] for j in range(m)) for i in range(n))
    return [sum(h > 0 for h in held) / m, reached / n, sum(held) / (k * m), covered / n]


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_the_four_against_plain_loops(k: int, dtype: torch.dtype) -> None:
    real, fake = normal(40, 4).to(dtype), (0.8 * normal(31, 4, seed=1) + 0.4).to(dtype)
    for a, b in ((real, fake), (fake, real)):
        expected = plain(a.double(), b.double(), k)
        assert numbers(precision_recall(a, b, k=k)) == pytest.approx(expected, rel=1e-12)
    assert len(set(plain(real.double(), fake.double(), k))) == 4  # all four differ here


def test_more_rows_than_are_taken_at_a_time() -> None:
    real, fake = normal(1100, 3), normal(1050, 3, seed=1) * 0.7
    distance = torch.cdist(real, fake)
    of_real, of_fake = (torch.cdist(x, x).sort(1).values[:, 3] for x in (real, fake))
    inside = distance <= of_real[:, None]
    expected = [
        float(inside.any(0).double().mean()),
        float((distance <= of_fake).any(1).double().mean()),
        float(inside.sum()) / (3 * 1050),
        float(inside.any(1).double().mean()),
    ]
    assert numbers(precision_recall(real, fake)) == pytest.approx(expected, abs=1e-12)
    nearest = nearest_distance(real, fake)
    assert nearest.tolist() == pytest.approx(distance.amin(1).tolist(), rel=1e-9)


@pytest.mark.parametrize("k", [3, 5])
def test_peers_numbers(k: int) -> None:
    real, fake = normal(300, 8), 0.7 * normal(250, 8, seed=1) + 0.3
    ours = precision_recall(real, fake, k=k)
    theirs = prc_features_to_metric(fake, real, prc_neighborhood=k, verbose=False)
    assert float(ours.precision) == pytest.approx(theirs["precision"], abs=1e-6)
    assert float(ours.recall) == pytest.approx(theirs["recall"], abs=1e-6)
    precision, recall = piq.PR(nearest_k=k).compute_metric(real, fake)
    assert float(ours.precision) == pytest.approx(float(precision), abs=1e-6)
    assert float(ours.recall) == pytest.approx(float(recall), abs=1e-6)


def test_by_hand_and_at_ties() -> None:
    real = torch.arange(5.0)[:, None]  # with k = 1 each ball has radius 1
    fake = torch.tensor([[5.0], [5.5], [19.5]])  # radii 0.5, 0.5 and 14
    found = precision_recall(real, fake, k=1)
    # 5 lies on the edge of the ball around 4, which is closed; no other fake is in a ball
    assert numbers(found) == pytest.approx([1 / 3, 0.0, 1 / 3, 1 / 5])
    found = precision_recall(fake, real, k=1)
    assert numbers(found) == pytest.approx([0.0, 1 / 3, 0.0, 0.0])


def test_ties_are_inside_and_rounding_has_no_say() -> None:
    one_hot = torch.eye(30)[torch.arange(60) % 30]  # each row twice, all others at √2: tied
    assert float(precision_recall(one_hot, one_hot[:40]).density) == 20
    real = torch.tensor([[1.0, 0], [1, 0], [0, 1], [1, 1], [1, 1]])
    fake = torch.tensor([[0.0, 0], [0, 0], [0, 1]])
    assert float(precision_recall(real, fake, k=1).recall) == pytest.approx(0.6)


def by_counting(real: Tensor, fake: Tensor, k: int) -> list[float]:
    """Return the four of binary rows, from whole numbers of pixels that differ."""

    def apart(x: Tensor, y: Tensor) -> Tensor:
        return (x.bool()[:, None] ^ y.bool()).sum(-1)

    of_real, of_fake = (apart(x, x).sort(1).values[:, k] for x in (real, fake))
    between = apart(real, fake)
    inside, reached = between <= of_real[:, None], between <= of_fake
    m, n = len(fake), len(real)
    counts = inside.any(0).sum() / m, reached.any(1).sum() / n, inside.sum() / (k * m)
    return [float(x) for x in (*counts, inside.any(1).sum() / n)]


def test_binary_digits_to_the_last_tie_and_wherever_the_origin_lies() -> None:
    d = digits()
    train, test = ((x.reshape(len(x), -1) > 0.5).double() for x in (d.x_train, d.x_test))
    found = numbers(precision_recall(train, test))
    assert found == pytest.approx(by_counting(train, test, 3), rel=1e-6)
    # products decided ties by rounding and gave 0.919, 0.914
    assert found[:2] == pytest.approx([0.9611, 0.9471], abs=1e-4)
    for moved in (5, 1e3):
        assert numbers(precision_recall(train + moved, test + moved)) == found
    assert plain_file.scores(train, test).tolist() == pytest.approx(found, rel=1e-12)


def test_blocks_of_any_size_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    real, fake = (normal(90, 3, seed=s).mul(2).round() for s in (0, 1))  # a lattice: many ties
    whole = numbers(precision_recall(real, fake))
    nearest = nearest_distance(real, fake)
    monkeypatch.setattr(module, "PAIRS", 200)  # two rows of distances, 66 differences
    monkeypatch.setattr(module, "TILE", 60)  # twenty references
    monkeypatch.setattr(module, "KEPT", 0)
    assert numbers(precision_recall(real, fake)) == whole
    assert torch.equal(nearest_distance(real, fake), nearest)


def test_mode_dropping_costs_recall_and_noise_precision() -> None:
    real = torch.cat((normal(200, 2), normal(200, 2, seed=1) + 20))
    dropped = normal(400, 2, seed=2)
    found = precision_recall(real, dropped)
    assert float(found.precision) > 0.9
    assert float(found.recall) < 0.55
    assert float(found.coverage) < 0.55
    spread = 15 * normal(400, 2, seed=3) + 10
    found = precision_recall(real, spread)
    assert float(found.precision) < 0.3
    assert float(found.recall) > 0.9
    # one outlier among the fakes has a ball that holds everything; density does not fall for it
    same = precision_recall(real, torch.cat((dropped, normal(400, 2, seed=4) + 20)))
    assert float(same.density) == pytest.approx(1, abs=0.1)


def test_constant_features_and_copies() -> None:
    point = torch.full((6, 3), 0.1)
    assert numbers(precision_recall(point, point)) == [1, 1, 2, 1]  # six balls hold each, over k
    assert numbers(precision_recall(point, point + 1)) == [0, 0, 0, 0]
    far = 1e3 + normal(200, 64)  # where |a|^2 + |b|^2 - 2ab leaves rounding, a copy is at 0
    assert float(nearest_distance(far, far).max()) == 0
    assert numbers(precision_recall(far, far))[:2] == [1, 1]


@pytest.fixture(scope="module")
def features() -> SimpleNamespace:
    """Return features and logits of training and test digits."""
    d, net = digits(), digits_extractor()
    train, test = (
        extract(net, x.view(-1, 1, 8, 8), value_range=(0, 1)) for x in (d.x_train, d.x_test)
    )
    return SimpleNamespace(train=train, test=test)


@pytest.mark.claim("met-memorise")
def test_a_memorised_training_set_scores_as_real_and_only_neighbours_show_it(
    features: SimpleNamespace,
) -> None:
    train, test = features.train, features.test
    labels, counts = digits().y_train, digits().y_test.bincount().tolist()
    copies = torch.cat([(labels == k).nonzero()[:n, 0] for k, n in enumerate(counts)])  # (360,)
    copy = train.features[copies]
    assert float(fid(train.features, copy)) < float(fid(train.features, test.features))
    assert float(kid(train.features, copy).mean) < float(kid(train.features, test.features).mean)
    score, real_score = (
        float(inception_score(logits, 1).mean) for logits in (train.logits[copies], test.logits)
    )
    assert score > real_score - 0.2
    found = precision_recall(train.features, copy)
    unseen = precision_recall(train.features, test.features)
    assert float(found.precision) == 1
    assert float(found.precision) > float(unseen.precision)
    assert float(found.recall) > float(unseen.recall) - 0.05
    # the whole set, memorised: nothing could be better
    assert float(fid(train.features, train.features)) < 1e-9
    assert numbers(precision_recall(train.features, train.features))[:2] == [1, 1]
    copied, held_out = (nearest_distance(x, train.features) for x in (copy, test.features))
    assert float(copied.max()) == 0
    assert float(held_out.min()) > 0
    # jitter does not hide it: half of the copies are nearer than nearly all real test digits
    jitter = copy + 0.1 * float(held_out.median()) * torch.randn(
        copy.shape, generator=torch.Generator().manual_seed(1)
    ) / math.sqrt(copy.shape[1])
    assert float(nearest_distance(jitter, train.features).median()) < float(held_out.quantile(0.05))


@pytest.mark.claim("met-distribution")
def test_sets_are_compared_and_the_order_within_them_is_nothing(
    features: SimpleNamespace,
) -> None:
    real, logits = features.train.features, features.test.logits
    fake = features.test.features
    order = torch.randperm(360, generator=torch.Generator().manual_seed(0))

    def scores(reals: Tensor, fakes: Tensor) -> list[float]:
        return [
            float(fid(reals, fakes)),
            float(kid(reals.double(), fakes.double()).mean),
            *numbers(precision_recall(reals, fakes)),
        ]

    own = scores(real, fake)
    assert scores(real, fake[order]) == pytest.approx(own, rel=1e-9)
    # another set of real images, another score of the same fakes: except the Inception Score's
    zeros = real[digits().y_train == 0]
    other = scores(zeros, fake)
    assert all(abs(a - b) > 0.04 * abs(a) for a, b in zip(own, other, strict=True)), (own, other)
    value = float(inception_score(logits, 1).mean)  # takes no real set: there is none to change
    assert float(inception_score(logits[order], 1).mean) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    ("real", "fake", "k", "message"),
    [
        (normal(5, 3), normal(5, 4), 3, r"fake: expected shape \(M, 3\), got \(5, 4\)"),
        (normal(5), normal(5), 3, r"real: expected shape \(N, D\), got \(5,\)"),
        (normal(3, 3), normal(5, 3), 3, "real: expected more than k = 3 samples, got 3"),
        (normal(5, 3), normal(1, 3), 1, "fake: expected more than k = 1 samples, got 1"),
        (normal(5, 3), normal(5, 3), 0, "k: expected an integer >= 1, got 0"),
        (normal(5, 3) / 0, normal(5, 3), 3, "real: expected finite values, got 15 NaN"),
        (
            normal(5, 3),
            normal(5, 3).index_fill(0, torch.tensor([2]), math.nan),
            3,
            r"fake: expected finite values, got 3 NaN or infinite, the first at \(2, 0\)",
        ),
    ],
)
def test_bad_arguments_are_named(real: Tensor, fake: Tensor, k: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        precision_recall(real, fake, k=k)


def test_bad_neighbours_are_named() -> None:
    with pytest.raises(ValueError, match=r"references: expected shape \(M, 3\), got \(5, 2\)"):
        nearest_distance(normal(4, 3), normal(5, 2))
    with pytest.raises(ValueError, match=r"samples: expected finite values, got 12 NaN"):
        nearest_distance(normal(4, 3) * math.nan, normal(5, 3))
    with pytest.raises(TypeError, match=r"real: expected a floating-point dtype"):
        precision_recall(torch.ones(5, 3, dtype=torch.uint8), normal(5, 3))
