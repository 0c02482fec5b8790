"""Peak signal-to-noise ratio: the squared error of an image, in decibels below its range."""

import torch
from torch import Tensor

from gentutor.checks import check_number
from gentutor.metrics.images import blocks, check_images, common_dtype, refuse, widened

LONG = 2048  # pixels


def psnr(
    x: Tensor, y: Tensor, *, data_range: float, pooled: bool = False, eps: float = 0.0
) -> Tensor:
    r"""Peak signal-to-noise ratio in decibels, of each image or of the whole batch.

    .. math::
        \mathrm{PSNR} = 10 \log_{10} \frac{\mathrm{MAX}^2}{\mathrm{MSE}}, \qquad
        \mathrm{MSE} = \frac{1}{CHW} \sum_{c,h,w} (x_{chw} - y_{chw})^2

    Higher is better; twice the error costs 6.02 dB. Identical images give infinity.

    Args:
        x: images (N, C, H, W), floating-point, uint8 or signed integers.
        y: their references, of the same shape.
        data_range: MAX, the largest difference that the *type* of image allows: 255 for uint8,
            1 for images in [0, 1], 2 for [-1, 1]. It is never guessed from the values.
        pooled: one number for the batch, from the mean of all squared errors, in place of one
            number an image. It is at most the mean of the images' own values.
        eps: added to MSE / MAX², which bounds the result at -10 log10(eps) dB.

    Returns:
        (N,), or a scalar when ``pooled``; float64 for float64 images, integers above 16 bits or a
        range beyond 1e-9 to 1e9, float32 otherwise.

    Raises:
        TypeError, ValueError: shapes, dtypes or values as in ``check_images``; NaN or infinity.

    Notes:
        Identical images have no gradient: that of log(MSE) at 0 is 0/0, NaN in every pixel. Give
        ``eps`` where PSNR is trained on.

        scikit-image's number is the default of one image. torchmetrics pools unless it is given
        ``dim=(1, 2, 3)``. piq adds ``eps=1e-8``, so two equal images score 80 dB.

    Source: Wang and Bovik (2009), Mean squared error: love it or leave it?, IEEE Signal
    Processing Magazine 26(1), equations 1 and 3.

    >>> black = torch.zeros(2, 1, 8, 8)
    >>> grey = torch.stack((black[0] + 0.1, black[1] + 0.01))
    >>> psnr(grey, black, data_range=1)
    tensor([20., 40.])
    >>> psnr(grey, black, data_range=1, pooled=True)
    tensor(22.9671)
    """
    data_range = check_images(x, y, data_range)
    eps = check_number("eps", eps, strict=False)
    x, y = widened(x, y, data_range)
    mse = mean_squared_error(x, y)  # (N,)
    if not bool(mse.isfinite().all()):
        refuse(x, y)
    if pooled:
        mse = mse.mean()
    return -10 * torch.log10(mse / data_range**2 + eps)


def mean_squared_error(x: Tensor, y: Tensor) -> Tensor:
    """Return the mean of (x - y)² over each image, (N,).

    Without gradients it comes from the distance of every row of pixels from its reference: torch
    finds that in one pass and keeps no differences, but loses digits where rows are very long.
    Only images that must be converted or copied first are taken a few at a time.
    """
    graded = torch.is_grad_enabled() and (x.requires_grad or y.requires_grad)
    if graded or x.shape[-1] > LONG:
        return torch.cat([torch.square(a - b).mean((1, 2, 3)) for a, b in blocks(x, y)])
    dtype = common_dtype(x, y)
    ready = all(image.dtype == dtype and image.is_contiguous() for image in (x, y))
    rows = [
        torch.cdist(
            a.flatten(0, 2)[:, None],
            b.flatten(0, 2)[:, None],
            compute_mode="donot_use_mm_for_euclid_dist",
        )
        for a, b in blocks(x, y, size=x.numel() if ready else 1 << 18)
    ]  # each (n C H, 1, 1)
    return torch.cat(rows).view(len(x), -1).square().mean(1) / x.shape[-1]
