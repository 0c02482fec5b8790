"""What the book claims of FID and of the extractor behind it."""

import math

import pytest
import torch
from photographs import photograph
from torch import Tensor
from torch.nn import functional

from gentutor.data import digits
from gentutor.metrics.fid import fid
from gentutor.metrics.inception_score import inception_score
from gentutor.metrics.moments import Moments
from gentutor.metrics.networks.digits import DigitsNet, digits_extractor
from gentutor.metrics.networks.features import Extractor
from gentutor.metrics.networks.inception import Inception


@pytest.fixture(scope="module")
def train() -> Tensor:
    """Return the training digits (1437, 1, 8, 8) in [0, 1]."""
    return digits().x_train.view(-1, 1, 8, 8)


@pytest.fixture(scope="module")
def test() -> Tensor:
    """Return the held-out digits (360, 1, 8, 8) in [0, 1]."""
    return digits().x_test.view(-1, 1, 8, 8)


def features(net: Extractor, x: Tensor) -> Tensor:
    """Return the features of images in [0, 1], in float64."""
    with torch.no_grad():
        return net(x, value_range=(0, 1)).features.double()


@pytest.mark.claim("fid-lower")
def test_every_worse_copy_has_a_higher_distance(train: Tensor, test: Tensor) -> None:
    net = digits_extractor()
    real = features(net, train)
    noise = torch.randn(test.shape, generator=torch.Generator().manual_seed(0))
    noisy = [(test + s * noise).clamp(0, 1) for s in (0, 0.1, 0.2, 0.4, 0.8)]
    smooth = functional.avg_pool2d(test, 3, 1, 1)
    blurred = [test + t * (smooth - test) for t in (0, 0.5, 1)]
    labels = digits().y_test
    dropped = [test[labels < k] for k in (10, 8, 5, 2)]
    for family in (noisy, blurred, dropped):
        values = [float(fid(real, features(net, x))) for x in family]
        assert values == sorted(values), values
        assert values[-1] > 2 * values[0]


@pytest.mark.claim("fid-pool3")
def test_the_features_are_the_2048_averages_of_the_last_block() -> None:
    torch.manual_seed(0)
    net = Inception().requires_grad_(False)
    with torch.no_grad():
        found = net(photograph("coffee", side=64, colour=True).float(), value_range=(0, 1))
    assert found.features.shape == (1, 2048)
    assert found.maps[-1].shape == (1, 2048, 8, 8)
    assert torch.allclose(found.features, found.maps[-1].mean((2, 3)))
    # the classifier reads them, so they are the last before the classes
    assert torch.allclose(found.logits, found.features @ net.fc.weight.mT, atol=1e-4)


@pytest.mark.claim("fid-pool3")
@pytest.mark.parametrize("size", [12, 64])
def test_as_many_samples_as_features_leave_a_singular_covariance(size: int) -> None:
    x = torch.randn(size + 1, size, generator=torch.Generator().manual_seed(0)).double()
    for n, rank in ((size // 2, size // 2 - 1), (size, size - 1), (size + 1, size)):
        eigenvalues = torch.linalg.eigvalsh(Moments().update(x[:n]).covariance)
        assert int((eigenvalues > 1e-10 * eigenvalues[-1]).sum()) == rank


@pytest.mark.claim("fid-moments")
def test_a_dropped_mode_moves_the_mean_and_blur_the_covariance(train: Tensor, test: Tensor) -> None:
    net = digits_extractor()
    real = features(net, train)

    def parts(x: Tensor) -> tuple[float, float]:
        """Return what mean and covariance add to the distance."""
        fake = features(net, x)
        mean = float((real.mean(0) - fake.mean(0)).square().sum())
        return mean, float(fid(real, fake)) - mean

    labels = digits().y_test
    own = parts(test)
    dropped = parts(test[labels != 3].repeat(2, 1, 1, 1))
    blurred = parts(functional.avg_pool2d(test, 3, 1, 1))
    # "diversity" lost: yet the mean's part grows many times over
    assert dropped[0] > 5 * own[0], (dropped, own)
    # "quality" lost, at the same contents: yet the covariance's part grows many times over
    assert blurred[1] > 5 * own[1], (blurred, own)


@pytest.mark.claim("fid-gamed")
def test_pixels_optimised_for_the_extractor_lower_the_score_and_mend_nothing(
    train: Tensor,
) -> None:
    """Pure noise, moved until its features are those of digits; another extractor sees noise."""
    torch.manual_seed(1)
    net, judge = digits_extractor(), DigitsNet().requires_grad_(False)
    real, target = features(net, train), features(net, train[:200]).float()
    g = torch.Generator().manual_seed(0)
    start = torch.rand(200, 1, 8, 8, generator=g)
    x = start.clone()
    for step in range(150):
        x.requires_grad_()
        error = (net(x, value_range=(0, 1)).features - target).square().sum()
        (slope,) = torch.autograd.grad(error, x)
        x = (x - 0.03 * (1 - step / 150) * slope.sign()).detach().clamp(0, 1)
    before, after = (float(fid(real, features(net, image))) for image in (start, x))
    assert after < 0.15 * before, (before, after)
    nearest = [
        float(torch.cdist(image.flatten(1), train.flatten(1)).amin(1).median())
        for image in (start, x, digits().x_test)
    ]
    assert nearest[1] > 1.5 * nearest[2], nearest  # still nothing like a digit
    blind = [
        float(fid(features(judge, train), features(judge, image)))
        for image in (start, x, digits().x_test.view(-1, 1, 8, 8))
    ]
    assert blind[1] > 10 * blind[2], blind


class Ink(Extractor):
    """An extractor that reads the ink in each row and column of a digit."""

    name, input_range, image_shape = "ink", (0.0, 1.0), (1, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.unit = torch.nn.Parameter(torch.ones(()))

    def activations(self, x: Tensor) -> object:
        """Return the sixteen sums."""
        found = torch.cat((x.sum(-1), x.sum(-2)), dim=-1).flatten(1)
        return type("Found", (), {"features": found})


@pytest.mark.claim("met-domain")
def test_two_extractors_rank_two_sets_in_opposite_order(train: Tensor, test: Tensor) -> None:
    net, ink = digits_extractor(), Ink()
    mixed = test.flip(-1)  # digits mirrored: the same ink in each row, other shapes
    faint = 0.85 * test  # the same shapes, less ink
    by_net, by_ink = (
        [float(fid(features(n, train), features(n, x))) for x in (mixed, faint)] for n in (net, ink)
    )
    assert by_net[0] > 1.3 * by_net[1], (by_net, by_ink)
    assert by_ink[0] < by_ink[1] / 1.3, (by_net, by_ink)


@pytest.mark.claim("met-domain")
def test_a_classifier_of_digits_says_little_of_photographs(test: Tensor) -> None:
    net = digits_extractor()
    image = photograph("coffee")
    tiles = image.unfold(-2, 8, 8).unfold(-2, 8, 8).reshape(-1, 1, 8, 8).float()[:360]
    # 360 different sharp patches, yet the score holds them for far less varied than digits
    with torch.no_grad():
        photo, digit = (
            float(inception_score(net(x, value_range=(0, 1)).logits, 1).mean) for x in (tiles, test)
        )
    assert photo < digit - 3
    assert math.isfinite(photo)
