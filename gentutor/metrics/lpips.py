"""Learned perceptual image patch similarity: distance of images in a network's feature maps."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gentutor.checks import check_number, check_same_shape, check_tensor, trusted

BLOCK = 1 << 18  # numbers worked on at once, so that they stay in the cache


def lpips(
    maps_x: Sequence[Tensor],
    maps_y: Sequence[Tensor],
    weights: Sequence[Tensor] | None = None,
    *,
    eps: float = 1e-10,
    eps_inside: bool = False,
) -> Tensor:
    r"""Perceptual distance of each pair of images, from their feature maps; lower is more alike.

    .. math::
        d = \sum_l \frac{1}{H_l W_l} \sum_{h,w} \sum_c
        w_{lc} \left( \hat\phi_{lchw}(x) - \hat\phi_{lchw}(y) \right)^2, \qquad
        \hat\phi_{lchw} = \frac{\phi_{lchw}}{\sqrt{\sum_k \phi_{lkhw}^2} + \epsilon}.

    It is 0 for equal maps, at least 0 and symmetric, but a sum of *squares*: it does not obey the
    triangle inequality.

    Args:
        maps_x: the maps of the first images, one tensor (N, C_l, H_l, W_l) a layer.
        maps_y: the maps of the second images, of the same shapes.
        weights: one tensor (C_l,) a layer, at least 0; 1 everywhere if None. They multiply the
            squared difference, as the released ones do. The paper's formula has them inside the
            square: its w is the root of these.
        eps: keeps positions without any activation from dividing by 0.
        eps_inside: divide by :math:`\sqrt{\epsilon + \lVert\phi\rVert^2}` instead.

    Returns:
        (N,), in the maps' dtype, but at least float32: squares of activations overflow in less.
        Gradients are finite where all activations are 0.

    Raises:
        TypeError: not a tensor, or not of a floating-point dtype.
        ValueError: another number of layers; shapes that differ; NaN or infinity; negative weights.

    Notes:
        The packages lpips and torch-fidelity are the default. torchmetrics:
        ``eps=1e-8, eps_inside=True``.

    Source: Zhang, Isola, Efros, Shechtman and Wang (2018), The unreasonable effectiveness of deep
    features as a perceptual metric, CVPR, equation 1.

    >>> x, y = torch.zeros(1, 2, 3, 3), torch.zeros(1, 2, 3, 3)
    >>> x[:, 0], y[:, 1] = 5, 2  # unit vectors (1, 0) and (0, 1) at all nine positions
    >>> lpips([x], [y]), lpips([x], [y], [torch.tensor([0.5, 0.25])])
    (tensor([2.]), tensor([0.7500]))
    """
    distances = layer_distances(maps_x, maps_y, weights, eps=eps, eps_inside=eps_inside)
    return distances.sum(1)


def layer_distances(
    maps_x: Sequence[Tensor],
    maps_y: Sequence[Tensor],
    weights: Sequence[Tensor] | None = None,
    *,
    eps: float = 1e-10,
    eps_inside: bool = False,
) -> Tensor:
    """Return what each layer adds to :func:`lpips`, (N, L); arguments and errors are its own.

    >>> maps = [torch.ones(3, 4, 8, 8), torch.ones(3, 16, 4, 4)]
    >>> layer_distances(maps, maps).shape
    torch.Size([3, 2])
    """
    check_number("eps", eps)
    weights = _checked_weights(maps_x, maps_y, weights)
    with torch.autocast(maps_x[0].device.type, enabled=False):
        layers = [
            _layer(x, y, weight, eps, eps_inside)
            for x, y, weight in zip(maps_x, maps_y, weights, strict=True)
        ]
    distances = torch.stack(layers, dim=1)
    if not bool(distances.isfinite().all()):
        for name, maps in (("maps_x", maps_x), ("maps_y", maps_y)):
            for number, values in enumerate(maps):
                check_tensor(f"{name}[{number}]", values, values.shape)
    return distances


def _layer(x: Tensor, y: Tensor, weight: Tensor, eps: float, inside: bool) -> Tensor:
    """Return the distance (N,) of maps (N, C, H, W), a few images at a time in one workspace."""
    x, y = x.to(weight.dtype).flatten(2), y.to(weight.dtype).flatten(2)  # (N, C, H * W)
    count = max(1, BLOCK // x[0].numel())
    graded = torch.is_grad_enabled() and (x.requires_grad or y.requires_grad)
    work = None if graded else x.new_empty(2, *x[:count].shape)
    found = []
    for a, b in zip(x.split(count), y.split(count), strict=True):
        out_a, out_b = (None, None) if work is None else work[:, : len(a)]
        unit_a, unit_b = _unit(a, eps, inside, out_a), _unit(b, eps, inside, out_b)
        difference = torch.sub(unit_a, unit_b, out=out_a)
        found.append(torch.square(difference, out=out_a).mean(2) @ weight)
    return torch.cat(found)


def _unit(m: Tensor, eps: float, inside: bool, out: Tensor | None) -> Tensor:
    """Return maps (N, C, H * W) divided by their length over the channels."""
    total = torch.square(m, out=out).sum(1, keepdim=True)  # (N, 1, H * W)
    if inside:
        return torch.mul(m, (total + eps).rsqrt(), out=out)
    tiny = torch.finfo(total.dtype).tiny  # the root's slope is infinite at 0
    return torch.mul(m, (total.clamp(min=tiny).sqrt() + eps).reciprocal(), out=out)


def _checked_weights(maps_x: Any, maps_y: Any, weights: Any) -> list[Tensor]:
    for name, values in (("maps_x", maps_x), ("maps_y", maps_y), ("weights", weights)):
        if isinstance(values, Tensor):
            raise TypeError(f"{name}: expected a list of tensors, one a layer, got one tensor")
        if values is not None and len(values) != len(maps_x):
            raise ValueError(f"{name}: expected {len(maps_x)} layers, got {len(values)}")
    if not maps_x:
        raise ValueError("maps_x: expected at least one layer, got none")
    found = []
    for number, (x, y) in enumerate(zip(maps_x, maps_y, strict=True)):
        with trusted():  # NaN would show in the result
            check_tensor(f"maps_x[{number}]", x, (len(maps_x[0]), "C", "H", "W"))
            check_tensor(f"maps_y[{number}]", y, ("N", "C", "H", "W"))
        check_same_shape(f"maps_y[{number}]", y, f"maps_x[{number}]", x)
        weight = x.new_ones(x.shape[1]) if weights is None else weights[number]
        check_tensor(f"weights[{number}]", weight, (x.shape[1],), low=0)
        wide = torch.float64 in (x.dtype, y.dtype)
        found.append(weight.to(torch.float64 if wide else torch.float32))
    return found
