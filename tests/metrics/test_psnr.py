"""PSNR against its closed forms, the peers' numbers, and what the book claims of it."""

import math

import numpy as np
import piq
import pytest
import torch
from photographs import PHOTOGRAPHS, photograph
from skimage.metrics import peak_signal_noise_ratio as skimage_psnr
from torch import Tensor
from torchmetrics.functional.image import peak_signal_noise_ratio as torchmetrics_psnr

from gentutor.data import digits
from gentutor.metrics.psnr import psnr
from gentutor.metrics.ssim import ssim


@pytest.fixture(scope="module")
def pair() -> tuple[Tensor, Tensor]:
    """Return five colour images in [0, 1] and noisy copies, (5, 3, 24, 20) float64."""
    g = torch.Generator().manual_seed(0)
    x = torch.rand(5, 3, 24, 20, generator=g, dtype=torch.float64)
    spread = torch.linspace(0.01, 0.3, 5)[:, None, None, None]
    noise = torch.randn(x.shape, generator=g, dtype=torch.float64)
    return x, (x + spread * noise).clamp(0, 1)


@pytest.mark.claim("psnr-formula")
def test_the_formula_with_the_range_of_the_type(pair: tuple[Tensor, Tensor]) -> None:
    x, y = pair
    mse = torch.tensor([((a - b) ** 2).mean() for a, b in zip(x, y, strict=True)])
    for top in (1, 2, 255):
        assert psnr(x, y, data_range=top).numpy() == pytest.approx(
            [10 * math.log10(top**2 / float(m)) for m in mse], rel=1e-12
        )
    # MAX is the type's range: both images of this pair are dark, and the error is the same
    dark = x / 4, y / 4
    assert torch.allclose(psnr(*dark, data_range=1), psnr(x, y, data_range=1) + 20 * math.log10(4))


@pytest.mark.claim("psnr-formula")
def test_the_mean_of_the_images_is_never_below_the_pooled_value(
    pair: tuple[Tensor, Tensor],
) -> None:
    each, pooled = psnr(*pair, data_range=1), psnr(*pair, data_range=1, pooled=True)
    assert float(each.mean()) > float(pooled) + 2  # errors differ, so Jensen's gap is wide
    x = pair[0]
    same = x, x + 0.1 * (1 - 2 * (x > 0.5))
    assert float(psnr(*same, data_range=1).mean()) == pytest.approx(
        float(psnr(*same, data_range=1, pooled=True)), abs=1e-12
    )


@pytest.mark.claim("psnr-formula")
def test_identical_images_score_infinity(pair: tuple[Tensor, Tensor]) -> None:
    x, _ = pair
    assert psnr(x, x, data_range=1).tolist() == [math.inf] * 5


@pytest.mark.claim("psnr-higher")
def test_half_the_error_adds_six_decibels(pair: tuple[Tensor, Tensor]) -> None:
    x, y = pair
    gain = psnr(x, x + (y - x) / 2, data_range=1) - psnr(x, y, data_range=1)
    assert gain.numpy() == pytest.approx(np.full(5, 6.0206), abs=1e-4)
    steps = [psnr(x, x + t * (y - x), data_range=1) for t in torch.linspace(0.1, 1, 10)]
    assert bool((torch.stack(steps).diff(dim=0) < 0).all())


def test_the_oracles_of_two_constant_pairs() -> None:
    for base in (0, 200):
        x = torch.full((1, 1, 16, 16), base, dtype=torch.uint8)
        assert float(psnr(x, x + 26, data_range=255)) == pytest.approx(19.8314, abs=1e-4)


def test_torchmetrics_number(pair: tuple[Tensor, Tensor]) -> None:
    pooled = torchmetrics_psnr(*pair, data_range=1.0)
    each = torchmetrics_psnr(*pair, data_range=1.0, dim=(1, 2, 3), reduction="none")
    assert float(psnr(*pair, data_range=1, pooled=True)) == pytest.approx(float(pooled), rel=1e-6)
    assert psnr(*pair, data_range=1).numpy() == pytest.approx(each.numpy(), rel=1e-6)


def test_piq_number(pair: tuple[Tensor, Tensor]) -> None:
    x, y = pair
    for other in (x, y):
        theirs = piq.psnr(x, other, data_range=1.0, reduction="none")
        assert psnr(x, other, data_range=1, eps=1e-8).numpy() == pytest.approx(theirs, rel=1e-12)
        a, b = ((255 * image).round() for image in (x, other))
        theirs = piq.psnr(a, b, data_range=255, reduction="none")  # epsilon is a share of 255^2
        assert psnr(a, b, data_range=255, eps=1e-8).numpy() == pytest.approx(theirs, rel=1e-12)


def test_scikit_image_number(pair: tuple[Tensor, Tensor]) -> None:
    theirs = [skimage_psnr(a.numpy(), b.numpy(), data_range=1) for a, b in zip(*pair, strict=True)]
    assert psnr(*pair, data_range=1).numpy() == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("offset", [0.0, 0.9, 100.0])
def test_float32_is_right_to_a_millionth(offset: float) -> None:
    g = torch.Generator().manual_seed(1)
    x = offset + torch.rand(3, 3, 200, 300, generator=g)
    y = x + torch.tensor([1e-2, 0.1, 0.5])[:, None, None, None] * torch.rand(x.shape, generator=g)
    exact = psnr(x.double(), y.double(), data_range=1)
    assert psnr(x, y, data_range=1).dtype == torch.float32
    assert psnr(x, y, data_range=1).double().numpy() == pytest.approx(exact.numpy(), rel=1e-6)


def test_distances_of_rows_give_what_the_formula_that_autograd_takes_gives() -> None:
    g = torch.Generator().manual_seed(2)
    x, y = torch.rand(700, 1, 21, 23, generator=g), torch.rand(700, 1, 21, 23, generator=g)
    graded = psnr(x.clone().requires_grad_(), y, data_range=1)
    assert psnr(x, y, data_range=1).numpy() == pytest.approx(graded.detach().numpy(), rel=3e-7)
    assert graded.requires_grad


def test_the_gradient_is_the_formulas(pair: tuple[Tensor, Tensor]) -> None:
    x, y = pair[0][:2].clone().requires_grad_(), pair[1][:2]
    assert torch.autograd.gradcheck(lambda image: psnr(image, y, data_range=1), x)


def test_bytes_do_not_wrap_around() -> None:
    x = torch.full((1, 1, 4, 4), 250, dtype=torch.uint8)
    y = torch.full((1, 1, 4, 4), 4, dtype=torch.uint8)
    wrapped = (y - x).double()  # 10: what unsigned arithmetic makes of -246
    assert float(wrapped.max()) == 10
    assert float(psnr(x, y, data_range=255)) == pytest.approx(20 * math.log10(255 / 246), rel=1e-6)
    assert float(psnr(y, x, data_range=255)) == float(psnr(x, y, data_range=255))
    deep = torch.tensor([[[[2**30, 2**30 + 1]]]], dtype=torch.int32)  # float32 holds 24 bits
    assert float(psnr(deep, deep.flip(-1), data_range=2**31)) == pytest.approx(
        20 * 31 * math.log10(2)
    )


@pytest.mark.claim("psnr-fidelity")
def test_only_pixel_errors_count_and_not_where_they_are() -> None:
    g = torch.Generator().manual_seed(3)
    x = photograph("camera")
    y = (x + 0.1 * torch.randn(x.shape, generator=g, dtype=torch.float64)).clamp(0, 1)
    order = torch.randperm(256 * 256, generator=g)
    mixed = [image.flatten()[order].view(x.shape) for image in (x, y)]
    assert float(psnr(*mixed, data_range=1)) == pytest.approx(
        float(psnr(x, y, data_range=1)), rel=1e-12
    )
    assert float(ssim(*mixed, data_range=1)) > float(ssim(x, y, data_range=1)) + 0.2
    # and the same error may hide in noise that nobody sees or in one grey square
    spot = x.clone()
    spot[..., 100:126, 100:126] = 1 - spot[..., 100:126, 100:126]
    spot_error = float(((spot - x) ** 2).mean())
    noise = torch.randn(x.shape, generator=g, dtype=torch.float64)
    spread = x + noise * math.sqrt(spot_error / float((noise**2).mean()))
    assert float(psnr(spot, x, data_range=1)) == pytest.approx(float(psnr(spread, x, data_range=1)))


@pytest.mark.claim("psnr-shift")
def test_a_shift_by_one_pixel_costs_what_the_content_says() -> None:
    def shifted(image: Tensor) -> float:
        return float(psnr(image[..., 1:], image[..., :-1], data_range=1))

    side = 64
    ramp = (torch.arange(side, dtype=torch.float64) / 255).expand(1, 1, side, side)
    board = (torch.arange(side)[:, None] + torch.arange(side)[None, :]).double() % 2
    assert shifted(ramp) == pytest.approx(20 * math.log10(255))  # one grey level: 48.13 dB
    assert shifted(board[None, None]) == pytest.approx(0, abs=1e-12)  # everything is wrong
    values = {name: shifted(photograph(name)) for name in PHOTOGRAPHS}
    assert max(values.values()) - min(values.values()) > 6, values
    # noise that is plain to see costs less than a shift that nobody notices
    noisy = {}
    for name in ("astronaut", "camera", "coffee", "grass"):
        x = photograph(name)
        g = torch.Generator().manual_seed(4)
        noise = 0.05 * torch.randn(x.shape, generator=g, dtype=torch.float64)
        noisy[name] = float(psnr(x, x + noise, data_range=1))
    assert all(values[name] < level for name, level in noisy.items()), (values, noisy)


@pytest.mark.claim("psnr-smooth")
def test_the_posterior_mean_beats_a_posterior_sample_by_three_decibels() -> None:
    """Restore digits from a noisy 2 x 2 average, with the training digits as the prior."""
    d = digits()
    prior, truth = d.x_train.double(), d.x_train.double()
    g = torch.Generator().manual_seed(5)
    pick = torch.randint(len(truth), (4000,), generator=g)
    coarse = torch.nn.functional.avg_pool2d(prior.view(-1, 1, 8, 8), 4).flatten(1)  # (M, 4)
    seen = coarse[pick] + 0.1 * torch.randn(4000, 4, generator=g, dtype=torch.float64)
    weight = torch.softmax(-((seen[:, None] - coarse) ** 2).sum(-1) / (2 * 0.1**2), dim=1)
    mean = (weight @ prior).view(-1, 1, 8, 8)
    sample = prior[torch.multinomial(weight, 1, generator=g)[:, 0]].view(-1, 1, 8, 8)
    x = truth[pick].view(-1, 1, 8, 8)
    by_mean, by_sample = (psnr(x, y, data_range=1, pooled=True) for y in (mean, sample))
    assert float(by_mean - by_sample) == pytest.approx(10 * math.log10(2), abs=0.15)
    steps = [float(image.diff(dim=-1).abs().mean()) for image in (x, mean, sample)]
    assert steps[1] < 0.75 * steps[0], steps  # over-smoothed
    assert steps[2] > 0.95 * steps[0], steps


@pytest.mark.claim("psnr-smooth")
def test_the_mean_of_per_image_values_may_prefer_the_sample() -> None:
    """Two originals, equally likely: a guess is right half the time, and then PSNR is huge."""
    a, b = torch.zeros(1, 1, 4, 4).double(), torch.ones(1, 1, 4, 4).double()
    truth, guess = torch.cat((a, a, b, b)), torch.cat((a, b, a, b)) + 1e-6
    mean = torch.full_like(truth, 0.5)
    assert float(psnr(truth, mean, data_range=1).mean()) < float(
        psnr(truth, guess, data_range=1).mean()
    )
    pooled = [float(psnr(truth, y, data_range=1, pooled=True)) for y in (mean, guess)]
    assert pooled[0] == pytest.approx(pooled[1] + 10 * math.log10(2), abs=1e-4)


@pytest.mark.parametrize(
    ("x", "y", "data_range", "message"),
    [
        (
            torch.zeros(2, 3, 16, 16),
            torch.zeros(2, 3, 16, 19),
            1,
            "y: expected the shape of x, .*9",
        ),
        (torch.zeros(3, 16, 16), torch.zeros(3, 16, 16), 1, "x: expected shape .N, C, H, W., got"),
        (
            torch.zeros(0, 3, 16, 16),
            torch.zeros(0, 3, 16, 16),
            1,
            "x: expected at least one element",
        ),
        (
            torch.zeros(1, 1, 16, 16),
            torch.zeros(1, 1, 16, 16),
            0,
            "data_range: expected .* > 0, got 0",
        ),
        (
            torch.zeros(1, 1, 16, 16),
            torch.full((1, 1, 16, 16), math.nan),
            1,
            "y: .* 256 NaN .*0, 0, 0",
        ),
        (
            torch.full((1, 1, 16, 16), math.inf),
            torch.zeros(1, 1, 16, 16),
            1,
            "x: .* 256 NaN or inf",
        ),
        (
            torch.zeros(1, 1, 16, 16).byte(),
            torch.full((1, 1, 16, 16), 9).byte(),
            1,
            "at least 9, the",
        ),
    ],
)
def test_bad_input_is_named(x: Tensor, y: Tensor, data_range: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        psnr(x, y, data_range=data_range)
    with pytest.raises(ValueError, match=message):
        ssim(x, y, data_range=data_range)


def test_wrong_types_are_named() -> None:
    x = torch.zeros(1, 1, 8, 8)
    with pytest.raises(TypeError, match=r"x: expected a torch.Tensor, got ndarray"):
        psnr(x.numpy(), x, data_range=1)
    with pytest.raises(TypeError, match=r"y: expected a floating-point dtype, .* got torch.bool"):
        psnr(x, x.bool(), data_range=1)
    with pytest.raises(TypeError, match=r"missing .* keyword-only argument: 'data_range'"):
        psnr(x.byte(), x.byte())  # the range of bytes is not guessed
    with pytest.raises(TypeError, match=r"data_range: expected a number, got None"):
        psnr(x, x, data_range=None)
    with pytest.raises(ValueError, match=r"eps: expected a finite number >= 0, got -1"):
        psnr(x, x, data_range=1, eps=-1)


def test_identical_images_have_a_gradient_with_eps_only(pair: tuple[Tensor, Tensor]) -> None:
    x = pair[0].clone().requires_grad_()
    (without,) = torch.autograd.grad(psnr(x, pair[0], data_range=1).sum(), x)
    (with_eps,) = torch.autograd.grad(psnr(x, pair[0], data_range=1, eps=1e-8).sum(), x)
    assert bool(without.isnan().all()), "as documented"
    assert bool((with_eps == 0).all())
