"""The Inception Score against its definition, its bounds, and the peers' numbers."""

import math

import numpy as np
import piq.isc
import pytest
import torch
from torch import Tensor, nn
from torch_fidelity.metric_isc import isc_features_to_metric
from torchmetrics.image.inception import InceptionScore as TorchmetricsScore

from gentutor.metrics.inception_score import InceptionScore, inception_score


def random_logits(n: int = 53, classes: int = 7, scale: float = 3) -> Tensor:
    """Draw logits in float64."""
    g = torch.Generator().manual_seed(0)
    return scale * torch.randn(n, classes, generator=g, dtype=torch.float64)


def plain(logits: Tensor) -> float:
    """Return the score of one part as its definition reads: the exponential of a mean KL."""
    p = torch.softmax(logits.double(), dim=1)
    marginal = p.mean(0)
    kl = [float(torch.special.xlogy(row, row / marginal).nansum()) for row in p]
    return math.exp(sum(kl) / len(kl))


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Return logits without any doubt, whose other probabilities are exactly 0."""
    return 1000 * nn.functional.one_hot(labels, classes).double()


SETS = {
    "contiguous": [range(0, 13), range(13, 26), range(26, 39), range(39, 53)],
    "strided": [range(i, 53, 4) for i in range(4)],
    "chunk": [range(0, 14), range(14, 28), range(28, 42), range(42, 53)],
    "drop": [range(0, 13), range(13, 26), range(26, 39), range(39, 52)],
}


@pytest.mark.claim("is-formula")
@pytest.mark.parametrize("split", SETS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_each_split_scores_as_the_definition_says(split: str, dtype: torch.dtype) -> None:
    logits = random_logits().to(dtype)
    found = inception_score(logits, 4, split=split)
    expected = [plain(logits[list(rows)]) for rows in SETS[split]]
    rel = 1e-12 if dtype == torch.float64 else 1e-6
    assert found.values.tolist() == pytest.approx(expected, rel=rel)
    assert found.mean.item() == pytest.approx(np.mean(expected), rel=rel)
    for ddof in (0, 1):
        std = inception_score(logits, 4, split=split, ddof=ddof).std.item()
        assert std == pytest.approx(np.std(expected, ddof=ddof), rel=1e-4)


def test_more_rows_than_are_taken_at_a_time() -> None:
    logits = random_logits(1201, 11)
    assert inception_score(logits, 1).mean.item() == pytest.approx(plain(logits), rel=1e-12)


@pytest.mark.claim("is-formula")
def test_it_is_the_exponential_of_the_mutual_information_of_image_and_label() -> None:
    logits = random_logits()
    joint = torch.softmax(logits, 1) / len(logits)  # of an image, drawn evenly, and a label
    apart = joint.sum(0) * joint.sum(1, keepdim=True)
    information = float((joint * (joint / apart).log()).sum())
    assert inception_score(logits, 1).mean.item() == pytest.approx(math.exp(information), rel=1e-12)


@pytest.mark.claim("is-formula", "is-higher")
def test_bounds_and_where_they_are_reached() -> None:
    classes = 6
    labels = torch.arange(30) % classes
    assert inception_score(one_hot(labels, classes), 1).mean.item() == pytest.approx(classes)
    same = random_logits(1, classes).expand(30, -1)
    assert inception_score(same, 1).mean.item() == pytest.approx(1, rel=1e-12)
    many = one_hot(torch.arange(4), 1000)  # four images in a split cannot show more classes
    assert inception_score(many, 1).mean.item() == pytest.approx(4)
    for scale in (0.01, 1, 10, 1000):
        values = inception_score(random_logits(scale=scale), 5).values
        assert bool((values >= 1).all())
        assert bool((values <= 7 + 1e-9).all())


@pytest.mark.claim("is-labels")
def test_samples_sorted_by_class_score_far_too_low() -> None:
    logits = one_hot(torch.arange(1000) // 100, 10)
    assert inception_score(logits, 10).mean.item() == pytest.approx(1)
    assert inception_score(logits, 10, split="strided").mean.item() == pytest.approx(10)
    g = torch.Generator().manual_seed(0)
    assert inception_score(logits, 10, generator=g).mean.item() > 9
    stream = InceptionScore(10)
    for rows in logits.split(77):
        stream.update(rows)
    assert 9.4 < stream.compute().mean.item() <= 10


@pytest.mark.parametrize("size", [250, 1, 10, 77])
@pytest.mark.parametrize("period", [10, 5, 20])
def test_labels_in_turn_do_a_stream_no_harm(size: int, period: int) -> None:
    """Every tenth image to a split once gave each split one class, and the score 1."""
    logits = 8 * (2 * one_hot(torch.arange(5000) % period, period) / 1000 - 1)
    stream = InceptionScore(10)
    for rows in logits.split(size):
        stream.update(rows)
    whole = inception_score(logits, 1).mean.item()
    assert stream.compute().mean.item() == pytest.approx(whole, rel=0.03)
    assert inception_score(logits, 10, split="strided").mean.item() < 3


def test_a_stream_of_fifty_thousand_labels_in_turn_scores_ten() -> None:
    stream = InceptionScore(10)
    for rows in one_hot(torch.arange(50_000) % 10, 10).float().split(250):
        stream.update(rows)
    assert stream.compute().mean.item() == pytest.approx(10, abs=1e-3)


@pytest.mark.parametrize("n_splits", [1, 2, 3, 10, 64])
def test_a_stream_deals_images_evenly(n_splits: int) -> None:
    metric = InceptionScore(n_splits)
    for n in (n_splits, 3 * n_splits, 25 * n_splits):  # a run of n_splits meets each split once
        counts = metric.split_of(torch.arange(n)).bincount(minlength=n_splits)
        assert counts.tolist() == [n // n_splits] * n_splits
    counts = metric.split_of(torch.arange(10_000)).bincount(minlength=n_splits)
    assert int(counts.max()) <= 1.05 * int(counts.min()) + 2


def test_equal_rows_score_one_to_the_precision_of_their_dtype() -> None:
    rows = torch.full((999, 1000), 0.3)
    assert inception_score(rows, 1).mean.item() == pytest.approx(1, abs=2e-5)
    assert inception_score(rows.double(), 1).mean.item() == pytest.approx(1, abs=1e-12)
    assert InceptionScore(1).update(rows).compute().mean.item() == pytest.approx(1, abs=1e-12)


def test_autocast_changes_no_digit() -> None:
    logits = random_logits().float()
    plainly = inception_score(logits, 2).mean
    streamed = InceptionScore(2).update(logits).compute().mean
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(inception_score(logits, 2).mean, plainly)  # was 2e-4 off
        assert torch.equal(InceptionScore(2).update(logits).compute().mean, streamed)


class Logits(nn.Module):
    """An extractor for torchmetrics whose images already are logits."""

    def forward(self, x: Tensor) -> Tensor:
        """Return them."""
        return x


@pytest.mark.parametrize("n", [12, 50, 53])
def test_peers_numbers(n: int) -> None:
    logits = random_logits(n)
    order = np.random.RandomState(2020).permutation(n)
    theirs = isc_features_to_metric(logits, 10)
    ours = inception_score(logits[torch.from_numpy(order)], 10)
    assert ours.mean.item() == pytest.approx(theirs["inception_score_mean"], rel=1e-12)
    assert ours.std.item() == pytest.approx(theirs["inception_score_std"], rel=1e-9)

    peer = TorchmetricsScore(Logits(), splits=10)
    peer.update(logits)
    torch.manual_seed(3)
    mean, std = peer.compute()
    torch.manual_seed(3)
    ours = inception_score(logits, 10, split="chunk", ddof=1, generator=torch.default_generator)
    assert (ours.mean.item(), ours.std.item()) == pytest.approx((mean.item(), std.item()), rel=1e-6)
    assert len(ours.values) == (6 if n == 12 else -(-n // -(-n // 10)))  # 12 images: 6 chunks

    with pytest.warns(UserWarning, match="softmax"):
        mean, std = piq.isc.inception_score(logits, 10)
    ours = inception_score(logits, 10, split="drop", ddof=1)
    assert (ours.mean.item(), ours.std.item()) == pytest.approx((mean.item(), std.item()), rel=1e-6)


@pytest.mark.filterwarnings("ignore:Implicit dimension")
def test_probabilities_of_nought_and_one_give_peers_nan_and_us_the_answer() -> None:
    logits = one_hot(torch.arange(20) % 2, 5)  # three classes have probability 0 throughout
    peer = TorchmetricsScore(Logits(), splits=1)
    peer.update(logits)
    theirs = [
        peer.compute()[0].item(),
        piq.isc.inception_score(logits, 1)[0].item(),
        isc_features_to_metric(logits, 1)["inception_score_mean"],
    ]
    assert all(math.isnan(value) for value in theirs)
    assert inception_score(logits, 1).mean.item() == pytest.approx(2, rel=1e-12)


WIDEST = {
    torch.float16: [6e4, -6e4, 5.9e4],
    torch.bfloat16: [3e38, -3e38, 2.9e38],
    torch.float32: [3.4e38, -3.4e38, 3.3e38],
    torch.float64: [1.7e308, -1.7e308, 1.6e308],
}


@pytest.mark.parametrize("dtype", WIDEST)
def test_logits_whose_differences_overflow(dtype: torch.dtype) -> None:
    high, low, less = WIDEST[dtype]
    rows = [[high, less, low], [low, high, less], [high, high, low], [less, less, less]]
    p = torch.tensor([[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]]).double()
    entropy = torch.special.entr
    expected = math.exp(entropy(p.mean(0)).sum() - entropy(p).sum(1).mean())
    for copies in (1, 300):  # 300: more rows than are taken at a time
        logits = torch.tensor(rows, dtype=dtype).repeat(copies, 1)
        stream = InceptionScore(1).update(logits[:3]).update(logits[3:])
        for found in (inception_score(logits, 1), stream.compute()):
            assert found.mean.item() == pytest.approx(expected, rel=1e-6)
    logits[2, 1] = -math.inf
    with pytest.raises(ValueError, match=r"logits: .* 1 NaN or infinite, the first at \(2, 1\)"):
        inception_score(logits, 1)


@pytest.mark.parametrize("sizes", [[53], [1] * 53, [3, 50], [20, 1, 32], [7] * 7 + [4]])
def test_any_chunking_and_merging_give_one_score(sizes: list[int]) -> None:
    logits = random_logits()
    split = InceptionScore(4).split_of(torch.arange(53))
    parts_of = [inception_score(logits[split == i], 1).mean.item() for i in range(4)]
    stream, parts = InceptionScore(4), []
    for rows in logits.split(sizes):
        stream.update(rows)
        parts.append(InceptionScore(4).update(rows))
    left = InceptionScore(4)
    for part in parts:
        left.merge(part)
    right = InceptionScore(4)
    for part in reversed(parts):
        right = part.merge(right)
    for metric in (stream, left, right):
        assert metric.compute().values.tolist() == pytest.approx(parts_of, rel=1e-12)
    spread = float(np.std(parts_of, ddof=1))
    assert left.compute(ddof=1).std.item() == pytest.approx(spread, rel=1e-9)


def test_empty_states_and_reset() -> None:
    logits = random_logits(20)
    metric = InceptionScore(3).merge(InceptionScore(3))
    with pytest.raises(ValueError, match=r"logits: expected at least 3 images, got 0"):
        metric.compute()
    with pytest.raises(ValueError, match=r"logits: expected at least 3 images, got 2"):
        metric.update(logits[:2]).compute()
    metric.reset()
    value = metric.update(logits).merge(InceptionScore(3)).compute().mean.item()
    again = InceptionScore(3).update(logits[:7]).update(logits[7:])
    assert value == pytest.approx(again.compute().mean.item(), rel=1e-12)
    other = InceptionScore(3).update(logits)
    InceptionScore(3).merge(other).update(logits)
    assert other.compute().mean.item() == value  # what was merged stays as it is
    metric.reset()
    assert metric.update(random_logits(9, 3)).compute().values.shape == (3,)  # other classes


def test_bad_arguments_are_named() -> None:
    x = random_logits(20, 4)
    nan, infinite = x.clone(), x.clone()
    nan[[3, 5], 1], infinite[7, 2] = math.nan, math.inf
    for arguments, options, message in (
        ((x[0],), {}, r"logits: expected shape \(N, K\), got \(4,\)"),
        ((x[:0],), {}, r"logits: expected at least one element"),
        ((nan, 2), {}, r"logits: expected finite values, got 2 NaN .* first at \(3, 1\)"),
        ((nan, 2), {"split": "strided"}, r"logits: expected finite values, got 2 NaN"),
        ((infinite, 2), {}, r"logits: expected finite values, got 1 NaN .* first at \(7, 2\)"),
        ((-infinite, 2), {}, r"logits: expected finite values, got 1 NaN .* first at \(7, 2\)"),
        ((x, 21), {}, r"n_splits: expected an integer from 1 to 20, got 21"),
        ((x, 0), {}, r"n_splits: expected an integer from 1 to 20, got 0"),
        ((x, 2), {"split": "random"}, r"split: expected one of contiguous, strided, chunk, drop;"),
        ((x, 2), {"ddof": 2}, r"ddof: expected an integer from 0 to 1, got 2"),
        ((x[:1],), {}, r"n_splits: expected an integer from 1 to 1, got 10"),
    ):
        with pytest.raises(ValueError, match=message):
            inception_score(*arguments, **options)
    assert inception_score(x[:1], 1).mean.item() == 1  # one sample says nothing of diversity
    with pytest.raises(TypeError, match=r"logits: expected a floating-point dtype, got torch.int"):
        inception_score(x.long())
    with pytest.raises(ValueError, match=r"logits: expected finite values, got 2 NaN"):
        InceptionScore(2).update(nan)
    with pytest.raises(ValueError, match=r"logits: expected shape \(N, 4\), got \(9, 3\)"):
        InceptionScore(2).update(x).update(random_logits(9, 3))
    with pytest.raises(ValueError, match=r"other: expected 2 splits, got 3"):
        InceptionScore(2).merge(InceptionScore(3))
    with pytest.raises(ValueError, match=r"other: expected 4 classes, got 3"):
        InceptionScore(2).update(x).merge(InceptionScore(2).update(random_logits(9, 3)))
    with pytest.raises(ValueError, match=r"ddof: expected an integer from 0 to 1, got 3"):
        InceptionScore(2).update(x).compute(ddof=3)
