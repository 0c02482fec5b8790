"""Structural similarity: luminance, contrast and structure compared in local windows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from gentutor.checks import check_number
from gentutor.metrics._fast.ssim_in_place import InPlace
from gentutor.metrics.images import (
    blocks,
    check_finite,
    check_images,
    common_dtype,
    refuse,
    widened,
)
from gentutor.metrics.windows import WANG, Window

BLOCK = 1 << 16  # numbers of an image that are worked on at a time


def ssim(
    x: Tensor,
    y: Tensor,
    *,
    data_range: float,
    window: Window = WANG,
    k1: float = 0.01,
    k2: float = 0.03,
    downsample: bool = False,
) -> Tensor:
    r"""Structural similarity of each image and its reference, in [-1, 1]; higher is better.

    .. math::
        \mathrm{SSIM} = \frac{2 \mu_x \mu_y + C_1}{\mu_x^2 + \mu_y^2 + C_1} \cdot
        \frac{2 \sigma_{xy} + C_2}{\sigma_x^2 + \sigma_y^2 + C_2}, \qquad
        C_i = (K_i \, \mathrm{MAX})^2,

    with means, variances and covariance over a window around each pixel, averaged over the
    positions and then over the channels. It is 1 for identical images only, and symmetric.

    Args:
        x: images (N, C, H, W), floating-point, uint8 or signed integers.
        y: their references, of the same shape.
        data_range: MAX, the largest difference that the *type* of image allows: 255 for uint8,
            1 for images in [0, 1], 2 for [-1, 1]. It is never guessed from the values.
        window: shape, size, border and covariance; see :class:`~gentutor.metrics.windows.Window`.
        k1: keeps the luminance term stable in the dark.
        k2: keeps the other term stable where the image is flat.
        downsample: average over blocks of f x f pixels first, f = max(1, round(min(H, W)/256)).

    Returns:
        (N,), float64 for float64 images, integers above 16 bits or a range beyond 1e-9 to 1e9,
        float32 otherwise. Float32 scores of photographs, and of bright images of low contrast, are
        within 1e-6 of float64's.

    Raises:
        TypeError, ValueError: shapes, dtypes or values as in ``check_images``; images smaller than
            the window; NaN or infinity.

    Notes:
        The same pair gets another number elsewhere. scikit-image:
        ``Window("uniform", 7, sample=True)``. torchmetrics: ``Window(border="reflect")``, with
        int(3.5 sigma + 0.5) * 2 + 1 taps whatever its ``kernel_size``. piq: ``downsample=True``.

    Source: Wang, Bovik, Sheikh and Simoncelli (2004), Image quality assessment: from error
    visibility to structural similarity, IEEE Transactions on Image Processing 13(4), equation 13.

    >>> dark, bright = torch.zeros(1, 1, 16, 16), torch.full((1, 1, 16, 16), 200 / 255)
    >>> [round(float(ssim(x, x + 26 / 255, data_range=1)), 4) for x in (dark, bright)]
    [0.0095, 0.9926]
    """
    data_range = check_images(x, y, data_range)
    a, b = x, y = widened(x, y, data_range)
    if downsample:
        check_finite(x, y)  # here, since blocks leave out what is over at the right and below
        side = max(1, round(min(x.shape[-2:]) / 256))
        a, b = (functional.avg_pool2d(image.to(common_dtype(x, y)), side) for image in (x, y))
    window.check_fits(a)
    planes = factors(a, b, data_range, window, k1, k2)
    score = torch.cat([average(p.mul_(q) for p, q in stripes) for stripes in planes])
    return checked(score, x, y).view(x.shape[:2]).mean(1)


def ssim_map(
    x: Tensor,
    y: Tensor,
    *,
    data_range: float,
    window: Window = WANG,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """Return SSIM at every position of the window, (N, C, H', W'); its mean is :func:`ssim`.

    H' and W' are H and W for the border "reflect", and (size - 1) less for "valid". Single
    entries in float32 may be off by 5e-5 where a dark and a bright half meet in one image.

    >>> ssim_map(torch.zeros(1, 3, 16, 20), torch.ones(1, 3, 16, 20), data_range=1).shape
    torch.Size([1, 3, 6, 10])
    """
    data_range = check_images(x, y, data_range)
    x, y = widened(x, y, data_range)
    window.check_fits(x)
    planes = factors(x, y, data_range, window, k1, k2)
    maps = [torch.cat([a * b for a, b in stripes], dim=1) for stripes in planes]
    return checked(torch.cat(maps), x, y).unflatten(0, x.shape[:2])


@dataclass(frozen=True)
class Terms:
    """The three factors of SSIM at every position of the window, each (N, C, H', W') float64.

    Attributes:
        luminance: how alike the local means are, in [0, 1] for images without negative pixels.
        contrast: how alike the local standard deviations are, in [0, 1].
        structure: how well the local patterns correlate, in [-1, 1].
    """

    luminance: Tensor
    contrast: Tensor
    structure: Tensor


def ssim_terms(
    x: Tensor,
    y: Tensor,
    *,
    data_range: float,
    window: Window = WANG,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Terms:
    r"""Return the factors whose product is :func:`ssim_map`, straight from their definition.

    .. math::
        l = \frac{2 \mu_x \mu_y + C_1}{\mu_x^2 + \mu_y^2 + C_1}, \quad
        c = \frac{2 \sigma_x \sigma_y + C_2}{\sigma_x^2 + \sigma_y^2 + C_2}, \quad
        s = \frac{\sigma_{xy} + C_3}{\sigma_x \sigma_y + C_3}, \quad C_3 = C_2/2.

    Arguments and errors are those of :func:`ssim`. Where a window is flat, the gradient of
    :math:`\sigma_x \sigma_y`, which does not exist there, counts as 0.

    Source: Wang et al. (2004), equations 6 to 11.

    >>> x = torch.rand(1, 1, 12, 12, generator=torch.Generator().manual_seed(0))
    >>> terms = ssim_terms(x, x / 2, data_range=1)
    >>> [round(float(t.mean()), 2) for t in (terms.luminance, terms.contrast, terms.structure)]
    [0.8, 0.8, 1.0]
    """
    data_range = check_images(x, y, data_range)
    window.check_fits(x)
    c1 = (check_number("k1", k1) * data_range) ** 2
    c2 = (check_number("k2", k2) * data_range) ** 2
    x, y = (
        window.extend(image.double().flatten(0, 1)).unflatten(0, x.shape[:2]) for image in (x, y)
    )
    mu_x, mu_y = window.mean(x), window.mean(y)
    var_x = (window.mean(x * x) - mu_x**2).clamp(min=0) * window.correction
    var_y = (window.mean(y * y) - mu_y**2).clamp(min=0) * window.correction
    cov = (window.mean(x * y) - mu_x * mu_y) * window.correction
    product = var_x * var_y
    flat = product <= 0
    spread = product.masked_fill(flat, 1).sqrt().masked_fill(flat, 0)  # no 0/0 in the gradient
    luminance = (2 * mu_x * mu_y + c1) / (mu_x**2 + mu_y**2 + c1)
    contrast = (2 * spread + c2) / (var_x + var_y + c2)
    structure = (cov + c2 / 2) / (spread + c2 / 2)
    return Terms(checked(luminance, x, y), contrast, structure)


Stripes = Iterator[tuple[Tensor, Tensor]]


def factors(
    x: Tensor, y: Tensor, data_range: float, window: Window, k1: float, k2: float
) -> Iterator[Stripes]:
    """Yield the two factors of SSIM for a few planes at a time: stripes of rows (P, R, W').

    Blocks are small enough for the cache. Without gradients the next stripe overwrites the one
    before.
    """
    c1 = 2 * (check_number("k1", k1) * data_range) ** 2
    c2 = 2 * (check_number("k2", k2) * data_range) ** 2
    graded = torch.is_grad_enabled() and (x.requires_grad or y.requires_grad)
    size = 4 * BLOCK if graded else BLOCK  # a graph keeps all maps anyway, and wants few of them
    in_place: dict[torch.Size, InPlace] = {}

    def compute(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        if graded:
            return plain_factors(a, b, window, c1, c2)
        if a.shape not in in_place:
            in_place[a.shape] = InPlace(a, window, c1, c2)
        return in_place[a.shape](a, b)

    for a, b in blocks(x.flatten(0, 1), y.flatten(0, 1), size):  # (P, H, W)
        a, b = window.extend(a), window.extend(b)
        yield (compute(a[:, rows], b[:, rows]) for rows in _stripes(a, window, size))


def _stripes(planes: Tensor, window: Window, size: int) -> list[slice]:
    """Return the rows to read for each stripe of about ``size`` numbers."""
    (height, width), reach = planes.shape[-2:], window.sides[0] - 1
    kept = height - reach
    most = kept // (4 * reach + 1)  # they overlap by the reach of the window
    number = max(1, min(most, round(kept * width / size)))
    edges = [kept * i // number for i in range(number + 1)]
    return [slice(top, bottom + reach) for top, bottom in pairwise(edges)]


def average(stripes: Iterable[Tensor]) -> Tensor:
    """Return the mean (P,) over the positions of maps that come in stripes (P, R, W')."""
    sums, counts = zip(
        *((part.sum((-2, -1)), part.shape[-2:].numel()) for part in stripes), strict=True
    )
    return sum(sums[1:], sums[0]) / sum(counts)


def plain_factors(
    a: Tensor, b: Tensor, window: Window, c1: float, c2: float
) -> tuple[Tensor, Tensor]:
    r"""Return the two factors of SSIM for planes (P, H, W), with gradients.

    They are computed from the sum s and the difference d of the images, which takes four maps in
    place of five and makes identical images score exactly 1:
    :math:`4 \mu_x \mu_y = \mu_s^2 - \mu_d^2` and :math:`4 \sigma_{xy} = \sigma_s^2 - \sigma_d^2`,
    while :math:`2 (\mu_x^2 + \mu_y^2) = \mu_s^2 + \mu_d^2`, and likewise for variances. These do
    not change when s and d are centred, and then lose no digits to the image's brightness. So c1
    and c2 are twice those of the formula.
    """
    mu_s2, var_s = _moments(a + b, window)
    mu_d2, var_d = _moments(a - b, window)
    luminance = (mu_s2 - mu_d2 + c1) / (mu_s2 + mu_d2 + c1)
    return luminance, (var_s - var_d + c2) / (var_s + var_d + c2)


def _moments(image: Tensor, window: Window) -> tuple[Tensor, Tensor]:
    """Return the squared mean and the variance in every window."""
    level = image.mean((-2, -1), keepdim=True).detach()
    centred = image - level
    mu = window.mean(centred)
    var = window.correction * torch.addcmul(window.mean(centred.square()), mu, mu, value=-1)
    return (mu + level).square(), var


def checked(score: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return ``score``, or raise ValueError if it is not finite."""
    if not bool(score.isfinite().all()):
        refuse(x, y)
    return score
