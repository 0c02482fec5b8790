"""The Inception Score against its definition, its bounds, the peers' numbers, and its claims."""

import inspect
import math

import numpy as np
import piq.isc
import pytest
import torch
from photographs import photograph
from torch import Tensor, nn
from torch_fidelity.metric_isc import isc_features_to_metric
from torchmetrics.image.inception import InceptionScore as TorchmetricsScore

from gentutor.data import digits
from gentutor.metrics.digits import digits_extractor
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


@pytest.mark.claim("is-higher")
@pytest.mark.claim("is-sharp")
def test_sharper_predictions_score_higher_and_confidence_needs_no_picture() -> None:
    labels = torch.arange(40) % 10
    scores = [float(inception_score(one_hot(labels, 10) * t / 1000, 1).mean) for t in range(9)]
    assert scores == sorted(scores)
    assert scores[0] == pytest.approx(1)
    assert scores[-1] > 9
    # On the digits: blur costs confidence and score. A few of a thousand pictures of uniform
    # noise get more confidence than the median digit: it need not be deserved.
    d, net = digits(), digits_extractor()
    x = d.x_test.view(-1, 1, 8, 8)
    blurred = nn.functional.avg_pool2d(x, 5, 1, 2)
    with torch.no_grad():
        said = [net(image, value_range=(0, 1)).logits for image in (x, blurred)]
        g = torch.Generator().manual_seed(0)
        noise = net(torch.rand(1000, 1, 8, 8, generator=g), value_range=(0, 1)).logits
    sure = [logits.softmax(1).amax(1) for logits in said]
    assert float(sure[0].mean()) > float(sure[1].mean()) + 0.05
    high, low = (float(inception_score(logits, 1).mean) for logits in said)
    assert high > low + 1, (high, low)
    assert float(noise.softmax(1).amax()) > 0.95


@pytest.mark.claim("is-broad")
def test_a_broad_marginal_scores_high_and_collapse_within_a_class_is_not_seen() -> None:
    found = [
        float(inception_score(one_hot(torch.arange(2520) % k, 10), 1).mean) for k in range(1, 11)
    ]
    assert found == pytest.approx(list(range(1, 11)))  # each class more adds exactly one
    uneven = torch.cat((torch.zeros(50, dtype=torch.long), torch.arange(10)))
    assert float(inception_score(one_hot(uneven, 10), 1).mean) < 3
    # one digit a class, the most confident, repeated: the top, and above the whole test set
    d, net = digits(), digits_extractor()
    with torch.no_grad():
        logits = net(d.x_test.view(-1, 1, 8, 8), value_range=(0, 1)).logits
    best = torch.stack([logits[:, k].sub(logits.logsumexp(1)).argmax() for k in range(10)])
    collapsed = float(inception_score(logits[best].repeat(36, 1), 1).mean)
    assert collapsed > 9.99
    assert collapsed > float(inception_score(logits, 1).mean)


@pytest.mark.claim("is-noreal")
def test_nothing_real_goes_in() -> None:
    for function in (inception_score, InceptionScore.update):
        needed = [
            name
            for name, parameter in inspect.signature(function).parameters.items()
            if parameter.default is parameter.empty and name != "self"
        ]
        assert needed == ["logits"]


@pytest.mark.claim("is-classifier")
def test_only_the_class_probabilities_count() -> None:
    logits = random_logits()
    shifted = logits + torch.linspace(-50, 50, len(logits))[:, None]  # the same softmax
    value = inception_score(logits, 3).mean.item()
    assert inception_score(shifted, 3).mean.item() == pytest.approx(value, rel=1e-10)
    log_probabilities = logits.log_softmax(1)
    assert inception_score(log_probabilities, 3).mean.item() == pytest.approx(value, rel=1e-10)
    renamed = logits[:, torch.randperm(7, generator=torch.Generator().manual_seed(0))]
    assert inception_score(renamed, 3).mean.item() == pytest.approx(value, rel=1e-10)
    net = digits_extractor()
    x = digits().x_test.view(-1, 1, 8, 8)
    other = digits_extractor()
    with torch.no_grad():
        other.classifier.weight *= 0  # the features stay, the classifier says nothing
        said = [n(x, value_range=(0, 1)) for n in (net, other)]
    assert torch.equal(said[0].features, said[1].features)
    good, mute = (float(inception_score(found.logits, 1).mean) for found in said)
    assert good > 9
    assert mute == pytest.approx(1, abs=1e-6)


@pytest.mark.claim("is-high-wrong")
def test_images_optimised_against_the_classifier_outscore_real_ones() -> None:
    net = digits_extractor()
    real = digits().x_test.view(-1, 1, 8, 8)
    g = torch.Generator().manual_seed(0)
    fake = torch.rand(200, 1, 8, 8, generator=g)
    target = torch.arange(200) % 10
    for _ in range(60):
        fake.requires_grad_()
        loss = nn.functional.cross_entropy(net(fake, value_range=(0, 1)).logits, target)
        (slope,) = torch.autograd.grad(loss, fake)
        fake = (fake - 0.02 * slope.sign()).detach().clamp(0, 1)
    with torch.no_grad():
        high, low = (
            float(inception_score(net(x, value_range=(0, 1)).logits, 1).mean) for x in (fake, real)
        )
    assert high > low, (high, low)
    train = digits().x_train
    held_out = torch.cdist(real.flatten(1), train).amin(1)
    apart = torch.cdist(fake.flatten(1), train).amin(1)
    assert float(apart.min()) > float(held_out.quantile(0.95))  # and no digit in sight


@pytest.mark.claim("is-labels")
def test_labels_domain_size_and_splits_decide() -> None:
    d, net = digits(), digits_extractor()
    with torch.no_grad():
        logits = net(d.x_test.view(-1, 1, 8, 8), value_range=(0, 1)).logits
    p = logits.double().softmax(1)
    parity = torch.stack((p[:, ::2].sum(1), p[:, 1::2].sum(1)), 1).log()  # even or odd
    ten, two = (float(inception_score(found, 1).mean) for found in (logits, parity))
    assert ten > 9 > 2 >= two > 1.9  # the same images, the same network, other labels
    with torch.no_grad():  # another domain: photographs, which hold no digit, in 8 x 8 patches
        g = torch.Generator().manual_seed(0)
        corner = torch.randint(0, 248, (360, 2), generator=g).tolist()
        image = photograph("coffee")
        patches = torch.cat([image[..., r : r + 8, c : c + 8] for r, c in corner]).float()
        strange = net(patches, value_range=(0, 1)).logits
    assert float(inception_score(strange, 1).mean) < ten - 3  # though each patch is sharp and new
    order = torch.randperm(360, generator=torch.Generator().manual_seed(0))
    few = [float(inception_score(logits[order[:n]], 1).mean) for n in (5, 10, 30, 360)]
    assert few == sorted(few)
    assert few[0] <= 5
    splits = [float(inception_score(logits[order], s).mean) for s in (1, 10, 36, 360)]
    assert splits == sorted(splits, reverse=True)
    assert splits[-1] == pytest.approx(1, abs=1e-6)
    assert splits[0] - splits[2] > 3


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
    assert stream.compute().mean.item() == pytest.approx(10)


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
    extreme = torch.tensor([[1e38, -1e38], [-1e38, 1e38]])
    assert inception_score(extreme, 1).mean.item() == pytest.approx(2)


@pytest.mark.parametrize("sizes", [[53], [1] * 53, [3, 50], [20, 1, 32], [7] * 7 + [4]])
def test_any_chunking_and_merging_give_the_strided_score(sizes: list[int]) -> None:
    logits = random_logits()
    whole = inception_score(logits, 4, split="strided")
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
        assert metric.compute().values.tolist() == pytest.approx(whole.values.tolist(), rel=1e-12)
    assert left.compute(ddof=1).std.item() == pytest.approx(
        inception_score(logits, 4, split="strided", ddof=1).std.item(), rel=1e-9
    )


def test_empty_states_and_reset() -> None:
    logits = random_logits(20)
    metric = InceptionScore(3).merge(InceptionScore(3))
    with pytest.raises(ValueError, match=r"logits: expected at least 3 images, got 0"):
        metric.compute()
    with pytest.raises(ValueError, match=r"logits: expected at least 3 images, got 2"):
        metric.update(logits[:2]).compute()
    metric.reset()
    value = metric.update(logits).merge(InceptionScore(3)).compute().mean.item()
    assert value == inception_score(logits, 3, split="strided").mean.item()
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
