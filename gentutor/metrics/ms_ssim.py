"""SSIM over several scales of the image."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from gentutor.checks import check_choice, check_number
from gentutor.metrics.images import check_images, common_dtype, widened
from gentutor.metrics.ssim import average, checked, factors
from gentutor.metrics.windows import WANG, Window

MS_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # the five scales, finest first


def ms_ssim(
    x: Tensor,
    y: Tensor,
    *,
    data_range: float,
    window: Window = WANG,
    k1: float = 0.01,
    k2: float = 0.03,
    weights: Sequence[float] = MS_WEIGHTS,
    odd: str = "drop",
    mean_first: bool = False,
) -> Tensor:
    r"""SSIM over several scales, in [0, 1]; higher is better.

    .. math::
        \mathrm{MS\text{-}SSIM} = [l_S]^{w_S} \prod_{s=1}^{S} [c_s]^{w_s},

    with :math:`l` and :math:`c` the two factors of SSIM. :math:`c_s` is averaged over the image of
    scale s, each half the size of the one before, :math:`l_S c_S` over the coarsest. Negative
    averages, which have no real power, count as 0.

    Args:
        x: as in :func:`ssim`.
        y: as in :func:`ssim`.
        data_range: as in :func:`ssim`.
        window: as in :func:`ssim`; its border is "valid" at all scales but the coarsest.
        k1: as in :func:`ssim`.
        k2: as in :func:`ssim`.
        weights: exponents from the finest scale to the coarsest; they set the number of scales.
        odd: what halving does with a side of odd length: "drop" its last row or column, or
            "replicate" the first ones. Five scales of an 11-pixel window take 176 pixels a side
            with "drop" and 161 with "replicate".
        mean_first: average over the channels at each scale, before the product; otherwise after.

    Returns:
        (N,), of the dtype that :func:`ssim` returns.

    Raises:
        TypeError, ValueError: as :func:`ssim`; images too small for the coarsest scale.

    Notes:
        piq: ``odd="replicate"``. torchmetrics: ``window=Window(border="reflect"),
        mean_first=True``.

    Source: Wang, Simoncelli and Bovik (2003), Multiscale structural similarity for image quality
    assessment, Asilomar Conference, equation 7.

    >>> x = torch.rand(1, 1, 176, 176, generator=torch.Generator().manual_seed(0))
    >>> round(float(ms_ssim(x, x, data_range=1)), 6)
    1.0
    """
    data_range = check_images(x, y, data_range)
    x, y = widened(x, y, data_range)
    check_choice("odd", odd, ("drop", "replicate"))
    weights = [check_number("weights", weight) for weight in weights]
    if not weights:
        raise ValueError("weights: expected at least one scale, got none")
    inside = replace(window, border="valid")
    inside.check_fits(x, halved=len(weights) - 1, up=odd == "replicate")
    a, b = (image.to(common_dtype(x, y)) for image in (x, y))
    product = a.new_ones(())
    for scale, weight in enumerate(weights, start=1):
        last = scale == len(weights)
        planes = factors(a, b, data_range, window if last else inside, k1, k2)
        means = [average(l.mul_(c) if last else c for l, c in stripes) for stripes in planes]  # noqa: E741
        value = checked(torch.cat(means), x, y).view(x.shape[:2])  # (N, C)
        if mean_first:
            value = value.mean(1, keepdim=True)
        product = product * value.clamp(min=0) ** weight
        if not last:
            a, b = _halve(a, odd), _halve(b, odd)
    return product.mean(1)


def _halve(image: Tensor, odd: str) -> Tensor:
    extra = max(image.shape[-2] % 2, image.shape[-1] % 2) if odd == "replicate" else 0
    return functional.avg_pool2d(functional.pad(image, (extra, 0, extra, 0), mode="replicate"), 2)
