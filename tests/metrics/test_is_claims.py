"""What the book claims of the Inception Score, on the digits classifier."""

import inspect

import pytest
import torch
from photographs import photograph
from torch import Tensor, nn

from gentutor.data import digits
from gentutor.metrics.inception_score import InceptionScore, inception_score
from gentutor.metrics.networks.digits import digits_extractor


def random_logits(n: int = 53, classes: int = 7, scale: float = 3) -> Tensor:
    """Draw logits in float64."""
    g = torch.Generator().manual_seed(0)
    return scale * torch.randn(n, classes, generator=g, dtype=torch.float64)


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Return logits without any doubt, whose other probabilities are exactly 0."""
    return 1000 * nn.functional.one_hot(labels, classes).double()


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
