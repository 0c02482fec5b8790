"""SSIM against a plain loop, closed forms, and the peers' numbers."""

import math
from dataclasses import replace
from itertools import product

import piq
import pytest
import torch
from photographs import PHOTOGRAPHS, noisy, normal, photograph
from skimage.metrics import structural_similarity as skimage_ssim
from torch import Tensor
from torch.nn import functional
from torchmetrics.functional.image import structural_similarity_index_measure as torchmetrics_ssim

from gentutor.metrics.ms_ssim import ms_ssim
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


def test_the_shorter_side_says_by_how_much_an_image_shrinks() -> None:
    x = normal((1, 1, 400, 700))  # 400 / 256 is nearest to 2, 700 / 256 to 3
    y = x + 0.3 * normal(x.shape, seed=1)
    halved = [functional.avg_pool2d(image, 2) for image in (x, y)]
    found = ssim(x, y, data_range=2, downsample=True)
    torch.testing.assert_close(found, ssim(*halved, data_range=2))


@pytest.mark.parametrize("window", WINDOWS)
def test_the_product_of_the_terms_is_the_map(window: Window) -> None:
    x = photograph("camera", 32)
    y = noisy(x, 0.1)
    terms = ssim_terms(x, y, data_range=1, window=window)
    product = terms.luminance * terms.contrast * terms.structure
    expected = ssim_map(x, y, data_range=1, window=window)
    torch.testing.assert_close(product, expected, rtol=0, atol=1e-10)


def test_the_terms_have_a_gradient_where_a_window_is_flat() -> None:
    flat = torch.zeros(1, 1, 12, 12, dtype=torch.float64)
    for x, y in ((flat, flat), (flat, normal(flat.shape)), (normal(flat.shape), flat)):
        x = x.clone().requires_grad_()
        terms = ssim_terms(x, y, data_range=1)
        for term in (terms.luminance, terms.contrast, terms.structure):  # the last two were NaN
            (gradient,) = torch.autograd.grad(term.sum(), x, retain_graph=True)
            assert bool(gradient.isfinite().all())
    x, y = 0.5 + 0.1 * normal(flat.shape), 0.5 + 0.1 * normal(flat.shape, seed=1)
    assert torch.autograd.gradcheck(
        lambda image: ssim_terms(image, y, data_range=1).structure, x.requires_grad_()
    )


@pytest.mark.parametrize("value", [(11,), (3, 5, 7), [11, 11]])
@pytest.mark.parametrize("name", ["size", "sigma"])
def test_a_window_of_one_or_three_sides_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"{name}: expected a number or a tuple \(along height"):
        Window(**{name: value})  # said "zip() argument 2 is longer than argument 1"
