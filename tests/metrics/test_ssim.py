"""SSIM against a plain loop, closed forms, the peers' numbers, and what the book claims of it."""

import math
from dataclasses import replace
from itertools import product

import piq
import pytest
import torch
from photographs import PHOTOGRAPHS, photograph
from scipy.ndimage import rotate
from skimage.metrics import structural_similarity as skimage_ssim
from torch import Tensor
from torch.nn import functional
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure as torchmetrics_ms_ssim,
)
from torchmetrics.functional.image import structural_similarity_index_measure as torchmetrics_ssim

from gentutor.data import digits
from gentutor.metrics.ms_ssim import ms_ssim
from gentutor.metrics.psnr import psnr
from gentutor.metrics.ssim import ssim, ssim_map, ssim_terms
from gentutor.metrics.windows import WANG, Window

TORCHMETRICS = Window(border="reflect")
SCIKIT_IMAGE = Window("uniform", 7, sample=True)
WINDOWS = [
    Window(shape, size, sigma, border, sample)
    for shape, size, sigma, border, sample in product(
        ("gaussian", "uniform"), (5, (3, 7)), ((0.8, 1.4),), ("valid", "reflect"), (False, True)
    )
]


def normal(shape: tuple[int, ...], seed: int = 0) -> Tensor:
    """Return standard normal numbers in float64."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def noisy(x: Tensor, sigma: float = 0.1) -> Tensor:
    """Return the image with noise of one standard deviation, clipped to [0, 1]."""
    return (x + sigma * normal(x.shape)).clamp(0, 1)


def plain_map(x: Tensor, y: Tensor, window: Window, c1: float, c2: float) -> Tensor:
    """Return SSIM at every position of one plane, from one window at a time."""
    rows, columns = (
        torch.tensor(window.taps(k, torch.float64), dtype=torch.float64) for k in (0, 1)
    )
    weight = rows[:, None] * columns[None, :]
    height, width = weight.shape
    n = height * width
    unbias = n / (n - 1) if window.sample else 1.0
    if window.border == "reflect":
        pad = (width // 2, width // 2, height // 2, height // 2)
        x, y = (functional.pad(image[None], pad, mode="reflect")[0] for image in (x, y))
    out = x.new_zeros(x.shape[0] - height + 1, x.shape[1] - width + 1)
    for i, j in product(range(out.shape[0]), range(out.shape[1])):
        a, b = (image[i : i + height, j : j + width] for image in (x, y))
        mu_a, mu_b = (weight * a).sum(), (weight * b).sum()
        var_a, var_b = ((weight * (p - m) ** 2).sum() for p, m in ((a, mu_a), (b, mu_b)))
        cov = (weight * (a - mu_a) * (b - mu_b)).sum()
        out[i, j] = (2 * mu_a * mu_b + c1) / (mu_a**2 + mu_b**2 + c1)
        out[i, j] *= (2 * unbias * cov + c2) / (unbias * (var_a + var_b) + c2)
    return out


@pytest.mark.parametrize("window", WINDOWS)
def test_the_fast_map_equals_the_plain_loop(window: Window) -> None:
    x = 0.5 + 0.2 * normal((1, 2, 11, 14))
    y = x + 0.1 * normal(x.shape, seed=1)
    fast = ssim_map(x, y, data_range=1.5, window=window, k1=0.02, k2=0.05)
    slow = [plain_map(a, b, window, 0.03**2, 0.075**2) for a, b in zip(x[0], y[0], strict=True)]
    assert torch.allclose(fast[0], torch.stack(slow), rtol=0, atol=1e-12)
    score = ssim(x, y, data_range=1.5, window=window, k1=0.02, k2=0.05)
    assert float(score) == pytest.approx(float(torch.stack(slow).mean()), abs=1e-12)


@pytest.mark.parametrize("colour", [False, True])
def test_peers_numbers(colour: bool) -> None:
    x = photograph("coffee", colour=colour)
    y = noisy(x)

    def theirs(**options: bool | float) -> float:
        return float(
            skimage_ssim(*(i[0].numpy() for i in (x, y)), data_range=1, channel_axis=0, **options)
        )

    wang = theirs(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    gaussian = theirs(gaussian_weights=True, sigma=1.5)
    expected = {
        WANG: wang,
        replace(WANG, sample=True): gaussian,
        SCIKIT_IMAGE: theirs(),
        TORCHMETRICS: float(torchmetrics_ssim(x, y, data_range=1.0)),
        replace(TORCHMETRICS, shape="uniform", size=9): float(
            torchmetrics_ssim(x, y, data_range=1.0, gaussian_kernel=False, kernel_size=9)
        ),
    }
    for window, value in expected.items():
        ours = float(ssim(x, y, data_range=1, window=window))
        assert ours == pytest.approx(value, abs=1e-9), window
    assert float(ssim(x, y, data_range=1)) == pytest.approx(float(piq.ssim(x, y)), abs=1e-9)


@pytest.mark.parametrize("side", [300, 384, 400])
def test_piq_averages_large_images_first(side: int) -> None:
    x = photograph("astronaut", side=side)
    y = noisy(x)
    assert float(ssim(x, y, data_range=1, downsample=True)) == pytest.approx(
        float(piq.ssim(x, y, downsample=True)), abs=1e-9
    )
    plain = float(piq.ssim(x, y, downsample=False))
    assert float(ssim(x, y, data_range=1)) == pytest.approx(plain, abs=1e-9)


@pytest.mark.claim("ssim-windows")
def test_one_pair_gets_four_scores_from_four_libraries() -> None:
    x = photograph("camera", side=512)
    y = noisy(x)
    ours = [float(ssim(x, y, data_range=1, window=w)) for w in (WANG, SCIKIT_IMAGE, TORCHMETRICS)]
    ours.append(float(ssim(x, y, data_range=1, downsample=True)))
    wang = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    a, b = x[0, 0].numpy(), y[0, 0].numpy()
    theirs = [
        skimage_ssim(a, b, data_range=1, **wang),
        skimage_ssim(a, b, data_range=1),
        float(torchmetrics_ssim(x, y, data_range=1.0)),
        float(piq.ssim(x, y)),
    ]
    assert ours == pytest.approx(theirs, abs=1e-9)
    assert ours == pytest.approx([0.285, 0.296, 0.283, 0.538], abs=1.5e-3)


@pytest.mark.claim("ssim-windows")
def test_the_original_window_and_the_mean_over_positions() -> None:
    assert (WANG.shape, WANG.sides, WANG.sigma, WANG.border) == ("gaussian", (11, 11), 1.5, "valid")
    rows = torch.tensor(WANG.taps(0, torch.float64), dtype=torch.float64)
    offset = torch.arange(-5, 6).double()
    assert torch.allclose(rows.log().diff(), (-(offset**2) / (2 * 1.5**2)).diff())
    x = photograph("camera", side=40)
    local = ssim_map(x, noisy(x), data_range=1)
    assert local.shape == (1, 1, 30, 30)
    assert float(ssim(x, noisy(x), data_range=1)) == pytest.approx(float(local.mean()))
    # a defect in one corner leaves every window that does not reach it at 1
    y = x.clone()
    y[..., :5, :5] = 1 - y[..., :5, :5]
    local = ssim_map(x, y, data_range=1)[0, 0]
    assert float((1 - torch.cat((local[5:].flatten(), local[:, 5:].flatten()))).abs().max()) < 1e-12
    assert float(local[0, 0]) < 0.7
    # K1 = 0.01 and K2 = 0.03 of the range: these constants decide for flat, dark images
    flat = torch.zeros(1, 1, 11, 11).double()
    assert float(ssim(flat, flat + 0.1, data_range=1)) == pytest.approx(1e-4 / (0.01 + 1e-4))
    board = torch.arange(121).view(1, 1, 11, 11).double() % 2
    means = [window_mean(image) for image in (board, board**2)]
    variance = means[1] - means[0] ** 2
    assert float(
        ssim_terms(board, means[0].expand_as(board), data_range=1).contrast
    ) == pytest.approx(9e-4 / (float(variance) + 9e-4), abs=1e-7)


def window_mean(image: Tensor) -> Tensor:
    """Return the mean of 11 x 11 pixels under the original window."""
    rows = torch.tensor(WANG.taps(0, torch.float64), dtype=torch.float64)
    return (rows[:, None] * rows * image[0, 0]).sum()


SEVEN = [
    "1101101 1011000 1000000 0010001 0010010 0100111 1101101",
    "1101101 0001110 1110101 1000101 1111011 0010100 0100110",
]


@pytest.mark.parametrize(
    ("window", "theirs", "published"),
    [
        (Window("gaussian", (3, 5), (0.25, 0.5), "reflect"), {"sigma": (0.25, 0.5)}, 0.20977394),
        (Window("gaussian", (5, 3), (0.5, 0.25), "reflect"), {"sigma": (0.5, 0.25)}, 0.13884821),
        (Window("uniform", (3, 5), border="reflect"), {"kernel_size": (3, 5)}, 0.05032664),
        (Window("uniform", (5, 3), border="reflect"), {"kernel_size": (5, 3)}, 0.03472072),
    ],
)
def test_torchmetrics_published_values(window: Window, theirs: dict, published: float) -> None:
    """Two binary 7 x 7 images; the published values were computed in float32."""
    x, y = (
        torch.tensor([[float(bit) for bit in row] for row in rows.split()]).double()[None, None]
        for rows in SEVEN
    )
    ours = float(ssim(x, y, data_range=1, window=window))
    assert ours == pytest.approx(published, abs=2e-6)
    gaussian = window.shape == "gaussian"
    peer = torchmetrics_ssim(x, y, gaussian_kernel=gaussian, data_range=1.0, **theirs)
    assert ours == pytest.approx(float(peer), abs=1e-9)
    single = torchmetrics_ssim(
        x.float(), y.float(), gaussian_kernel=gaussian, data_range=1.0, **theirs
    )
    assert float(single) == pytest.approx(published, abs=2e-8)  # all eight digits


def hard_pairs() -> dict[str, tuple[Tensor, Tensor]]:
    """Return pairs whose variances are far below their squared brightness."""
    shape = (1, 1, 256, 256)
    half = torch.cat((torch.zeros(256, 128), torch.ones(256, 128)), dim=1).expand(shape).double()
    ramp = torch.linspace(0, 1, 256).expand(shape).double()
    white = torch.ones(shape).double()
    white[..., :20, :20] = 0
    grain = {"bright": 0.95 + 2e-3 * normal(shape), "faint": 0.95 + 2e-4 * normal(shape)}
    pairs = {name: (x, 2 * x - x.mean()) for name, x in grain.items()}
    for name, x in {"half": half, "ramp": ramp, "white": white}.items():
        for sigma in (2e-3, 2e-2):
            first = x + sigma * normal(shape, seed=1)
            pairs[f"{name} {sigma}"] = first, first + sigma * normal(shape, seed=2)
    for name in PHOTOGRAPHS:
        x = photograph(name)
        others = {"noisy": noisy(x), "inverse": 1 - x, "dark": x / 2, "moved": x.roll(1, -1)}
        pairs |= {f"{name} {change}": (x, y) for change, y in others.items()}
    return pairs


@pytest.mark.parametrize("window", [WANG, SCIKIT_IMAGE, TORCHMETRICS], ids=["w", "s", "t"])
@pytest.mark.parametrize("graded", [False, True])
def test_float32_scores_are_right_to_a_millionth(window: Window, graded: bool) -> None:
    pairs = hard_pairs()
    x, y = (torch.cat(images).float() for images in zip(*pairs.values(), strict=True))
    exact = ssim(x.double(), y.double(), data_range=1, window=window)
    ours = ssim(x.requires_grad_(graded), y, data_range=1, window=window).detach()
    assert ours.dtype == torch.float32
    error = (ours - exact).abs()
    assert float(error.max()) < 1e-6, list(pairs)[int(error.argmax())]


def test_the_textbook_sums_lose_bright_images_of_low_contrast_in_float32() -> None:
    x, y = (image.float() for image in hard_pairs()["faint"])
    exact = ssim_map(x.double(), y.double(), data_range=1)
    assert float((ssim_map(x, y, data_range=1) - exact).abs().max()) < 1e-6
    theirs = torchmetrics_ssim(x, y, data_range=1.0, return_full_image=True)[1]
    assert float((theirs[..., 5:-5, 5:-5] - exact).abs().max()) > 1e-4


def test_taps_sum_to_one_in_both_precisions() -> None:
    for window, axis in product([WANG, SCIKIT_IMAGE, *WINDOWS], (0, 1)):
        single = torch.tensor(window.taps(axis, torch.float32), dtype=torch.float32)
        assert float(single.double().sum()) == 1.0
        exact = torch.tensor(window.taps(axis, torch.float64), dtype=torch.float64)
        assert float((single - exact).abs().max()) < 3e-7


def test_constant_images_have_a_closed_form() -> None:
    for a, b in ((0, 26), (200, 226), (0, 255), (100, 100)):
        x = torch.full((1, 1, 16, 16), a, dtype=torch.uint8)
        y = torch.full((1, 1, 16, 16), b, dtype=torch.uint8)
        c1 = (0.01 * 255) ** 2
        expected = (2 * a * b + c1) / (a * a + b * b + c1)
        assert float(ssim(x, y, data_range=255)) == pytest.approx(expected, rel=1e-6)
    x = torch.zeros(1, 1, 16, 16)
    assert float(ssim(x, x + 26 / 255, data_range=1)) == pytest.approx(0.0095, abs=5e-5)
    assert float(ssim(x + 200 / 255, x + 226 / 255, data_range=1)) == pytest.approx(
        0.9926, abs=5e-5
    )


@pytest.mark.claim("ssim-better")
@pytest.mark.claim("ssim-structure")
def test_structure_counts_and_brightness_hardly_does_at_equal_error() -> None:
    for name in PHOTOGRAPHS:
        x = photograph(name)
        blurred = functional.avg_pool2d(functional.pad(x, (3, 3, 3, 3), mode="reflect"), 7, 1)
        mse = float(((blurred - x) ** 2).mean())

        def with_error(change: Tensor, x: Tensor = x, mse: float = mse) -> Tensor:
            return x + change * math.sqrt(mse / float((change**2).mean()))

        changed = {
            "brighter": with_error(torch.ones_like(x)),
            "contrast": with_error(x - x.mean()),
            "noise": with_error(normal(x.shape)),
            "blur": blurred,
        }
        decibels = [float(psnr(image, x, data_range=1)) for image in changed.values()]
        assert max(decibels) - min(decibels) < 1e-6  # PSNR cannot tell them apart
        score = {key: float(ssim(image, x, data_range=1)) for key, image in changed.items()}
        assert score["brighter"] > 0.89, score  # the pattern is untouched
        assert min(score["brighter"], score["contrast"]) > min(score["noise"], score["blur"]) + 0.2


@pytest.mark.claim("ssim-terms")
def test_three_terms_whose_product_is_the_usual_formula() -> None:
    x = photograph("chelsea", side=64, colour=True)
    y = noisy(x)
    terms = ssim_terms(x, y, data_range=1)
    product_map = terms.luminance * terms.contrast * terms.structure
    assert torch.allclose(product_map, ssim_map(x, y, data_range=1), rtol=0, atol=1e-12)
    # each term answers to its own kind of change: brightness, gain, pattern
    board = ((torch.arange(30)[:, None] + torch.arange(30)) % 2).double()[None, None] / 4
    changed = {
        "luminance": board + 0.3,
        "contrast": 0.125 + 3 * (board - 0.125),
        "structure": 0.25 - board,
    }
    for name, other in changed.items():
        found = ssim_terms(board, other, data_range=1)
        for term in changed:
            assert (float(getattr(found, term).min()) < 0.97) == (term == name), (term, name)


@pytest.mark.claim("ssim-higher")
def test_higher_is_better_and_one_is_for_identical_images_only() -> None:
    x = photograph("camera", side=64)
    steps = [
        float(ssim(x, x + t * 0.3 * normal(x.shape), data_range=1)) for t in (0.1, 0.3, 0.6, 1)
    ]
    assert steps == sorted(steps, reverse=True)
    for image in (x, x.float(), (255 * x).byte()):
        top = 255 if image.dtype == torch.uint8 else 1
        assert float(ssim(image, image, data_range=top)) == 1.0
    for i, j in ((0, 0), (20, 63), (32, 32)):  # one pixel, by a thousandth
        y = x.clone()
        y[..., i, j] += 1e-3
        assert float(ssim(x, y, data_range=1)) < 1


@pytest.mark.claim("ssim-higher")
def test_inverted_structure_is_negative_but_above_minus_one() -> None:
    board = torch.arange(33 * 33).view(1, 1, 33, 33).double() % 2
    lowest = float(ssim(board, 1 - board, data_range=1))
    variance = float(ssim_variance(board))
    assert lowest == pytest.approx((-2 * variance + 9e-4) / (2 * variance + 9e-4), abs=1e-4)
    assert -1 < lowest < -0.99
    photo = photograph("grass")
    assert -1 < float(ssim(photo, 1 - photo, data_range=1)) < 0
    random = torch.rand(200, 1, 11, 11, generator=torch.Generator().manual_seed(0)).double().round()
    found = ssim(random, 1 - random, data_range=1)
    assert bool((found > -1).all())


def ssim_variance(image: Tensor) -> Tensor:
    """Return the mean variance under the original window."""
    return (WANG.mean(image**2) - WANG.mean(image) ** 2).mean()


@pytest.mark.claim("ssim-limit")
def test_a_small_shift_or_rotation_costs_a_lot() -> None:
    for name in PHOTOGRAPHS:
        x = photograph(name)
        assert float(ssim(x[..., 2:], x[..., :-2], data_range=1)) < 0.75
        turned = rotate(x[0, 0].numpy(), 3, reshape=False, mode="reflect")
        turned = torch.from_numpy(turned).clamp(0, 1)[None, None]
        inner = (..., slice(40, -40), slice(40, -40))
        assert float(ssim(x[inner], turned[inner], data_range=1)) < 0.7
        assert float(ssim(x, noisy(x, 0.02), data_range=1)) > 0.8  # grain that one can see


@pytest.mark.claim("ssim-limit")
def test_another_digit_scores_higher_than_the_same_digit_moved_by_a_pixel() -> None:
    d = digits()
    x, label = d.x_test.view(-1, 1, 8, 8), d.y_test
    window = Window("uniform", 7)
    moved = functional.pad(x, (1, 0))[..., :8]
    own = ssim(x, moved, data_range=1, window=window)
    fooled = 0
    for i in range(100):
        others = x[label != label[i]]
        best = ssim(x[i].expand_as(others), others, data_range=1, window=window).max()
        fooled += int(best > own[i])
    assert fooled >= 95  # all 360 of 360 when the test was written


@pytest.mark.parametrize(("height", "width"), [(176, 180), (203, 191)])
def test_peers_multiscale_numbers(height: int, width: int) -> None:
    x = photograph("coffee", side=208, colour=True)[..., :height, :width]
    y = noisy(x, 0.2)
    theirs = float(piq.multi_scale_ssim(x, y))
    assert float(ms_ssim(x, y, data_range=1, odd="replicate")) == pytest.approx(theirs, abs=1e-9)
    theirs = float(torchmetrics_ms_ssim(x, y, data_range=1.0))
    ours = ms_ssim(x, y, data_range=1, window=TORCHMETRICS, mean_first=True)
    assert float(ours) == pytest.approx(theirs, abs=1e-6)  # its exponents are float32


def test_multiscale_is_one_at_identity_and_zero_where_structure_is_inverted() -> None:
    x = photograph("camera", side=176)
    assert float(ms_ssim(x, x, data_range=1)) == pytest.approx(1, abs=1e-12)
    assert float(ms_ssim(x, 1 - x, data_range=1)) == 0
    one = ms_ssim(x, noisy(x), data_range=1, weights=[1.0])
    assert float(one) == pytest.approx(float(ssim(x, noisy(x), data_range=1)), abs=1e-12)


def test_integers_batches_and_gradients() -> None:
    x = (255 * photograph("coffee", side=48, colour=True)).round()
    y = (x + 20 * normal(x.shape)).clamp(0, 255).round()
    exact = float(ssim(x, y, data_range=255))
    assert float(ssim(x.byte(), y.byte(), data_range=255)) == pytest.approx(exact, abs=1e-6)
    assert float(ssim(x.int(), y.int(), data_range=255)) == pytest.approx(exact, abs=1e-12)
    assert float(ssim(x / 255, y / 255, data_range=1)) == pytest.approx(exact, abs=1e-12)
    assert float(ssim(y, x, data_range=255)) == exact
    many = torch.rand(300, 3, 31, 29, generator=torch.Generator().manual_seed(0)).double()
    other = many.roll(1, dims=0)
    one = [float(ssim(many[[i]], other[[i]], data_range=1)) for i in (0, 150, 299)]
    assert ssim(many, other, data_range=1)[[0, 150, 299]].tolist() == pytest.approx(one, abs=1e-14)
    small = normal((1, 1, 6, 6)).requires_grad_()
    window = Window(size=5, border="reflect")
    to = normal((1, 1, 6, 6), seed=1)
    assert torch.autograd.gradcheck(lambda a: ssim(a, to, data_range=4, window=window), small)


def test_bad_arguments_are_named() -> None:
    x = torch.zeros(1, 1, 10, 12)
    with pytest.raises(ValueError, match=r"x: expected images of at least 11 .* got 10 x 12"):
        ssim(x, x, data_range=1)
    with pytest.raises(ValueError, match=r"x: .* at least 6 pixels .* got 5 x 12"):
        ssim(x[..., :5, :], x[..., :5, :], data_range=1, window=TORCHMETRICS)
    with pytest.raises(ValueError, match=r"x: expected images of at least 176 pixels"):
        ms_ssim(torch.zeros(1, 1, 175, 200), torch.zeros(1, 1, 175, 200), data_range=1)
    with pytest.raises(ValueError, match=r"odd: expected one of drop, replicate; got 'pad'"):
        ms_ssim(torch.zeros(1, 1, 176, 176), torch.zeros(1, 1, 176, 176), data_range=1, odd="pad")
    with pytest.raises(ValueError, match=r"size: expected an odd number of pixels, got 8"):
        Window(size=8)
    with pytest.raises(ValueError, match=r"shape: expected one of gaussian, uniform; got 'box'"):
        Window("box")
    with pytest.raises(ValueError, match=r"sigma: expected a finite number > 0, got 0"):
        Window(sigma=0)
    with pytest.raises(ValueError, match=r"k2: expected a finite number > 0, got 0"):
        ssim(torch.zeros(1, 1, 11, 11), torch.zeros(1, 1, 11, 11), data_range=1, k2=0)
    y = torch.zeros(1, 1, 11, 11)
    y[0, 0, 3, 4] = math.nan
    with pytest.raises(ValueError, match=r"y: expected finite values, got 1 NaN .* \(0, 0, 3, 4\)"):
        ssim_map(torch.zeros(1, 1, 11, 11), y, data_range=1)
