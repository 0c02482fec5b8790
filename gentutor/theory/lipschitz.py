r"""How steep a ReLU network can be: from its weights, from its widths, from samples.

.. math:: \max_n\lVert\nabla f(x_n)\rVert_2\;\le\;\lVert f\rVert_L\;\le\;
    \prod_k\lVert W_k\rVert_2\;\le\;\prod_k c\sqrt{n_{k-1}n_k}\quad\text{if all }|W_k|\le c

Biases do not enter the upper bounds. A weight matrix may stand as (in, out) or (out, in).
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from gentutor.checks import check_int, check_number, check_tensor


def spectral_norm_product(weights: Sequence[Tensor]) -> Tensor:
    r"""Upper bound of a network's Lipschitz constant (2-norms), :math:`\prod_k\lVert W_k\rVert_2`.

    For activations of slope at most 1, such as ReLU and tanh. Often far above the constant: layers
    rarely line up their steepest directions.

    Args:
        weights: matrices (..., n, m) of any floating-point dtype, one a layer; leading axes (many
            networks at once) must broadcast.

    Returns:
        (...,) change of the output per unit of the input; differentiable.

    Raises:
        TypeError, ValueError: not matrices, not finite, or none.

    Source: Szegedy et al. (2014), Intriguing properties of neural networks, section 4.3;
    Miyato et al. (2018), equation 7.

    >>> spectral_norm_product([2 * torch.eye(2), torch.tensor([[3.0, 4.0]])])  # 2 times 5
    tensor(10.)
    """
    if not weights:
        raise ValueError("weights: expected at least one matrix, got none")
    bound = torch.ones((), dtype=weights[0].dtype)
    for i, weight in enumerate(weights):
        check_tensor(f"weights[{i}]", weight, (..., "n", "m"))
        bound = bound * torch.linalg.matrix_norm(weight, 2)
    return bound


def clipped_bound(widths: Sequence[int], clip: float) -> float:
    r"""Largest Lipschitz constant that weight clipping allows, from the widths alone.

    .. math:: K=\prod_k c\sqrt{n_{k-1}n_k}

    since :math:`\lVert W\rVert_2\le\lVert W\rVert_F\le c\sqrt{nm}`. The bound is attained: all
    weights at c and biases of 0 make a network with this slope along (1, ..., 1). With L layers it
    is proportional to :math:`c^L`, and the WGAN's dual is at most K W1.

    Args:
        widths: from input to output, at least two, each >= 1.
        clip: c > 0; every weight lies in [-c, c].

    Returns:
        K, change of the output per unit of the input.

    Raises:
        TypeError, ValueError: an argument of the wrong kind or range.

    Source: derived here, for the clipping of Arjovsky et al. (2017), algorithm 1.

    >>> [round(clipped_bound((2, 64, 64, 1), clip), 4) for clip in (0.01, 0.1)]
    [0.0058, 5.7926]
    """
    if len(widths) < 2:
        raise ValueError(f"widths: expected at least two, got {len(widths)}")
    for width in widths:
        check_int("widths", width)
    check_number("clip", clip)
    return math.prod(clip * math.sqrt(n * m) for n, m in pairwise(widths))


def slopes(weights: Sequence[Tensor], biases: Sequence[Tensor], x: Tensor) -> Tensor:
    r"""Gradient norms of a ReLU network with one output at points x.

    .. math:: \nabla f(x)=W_1D_1W_2D_2\cdots W_L,\qquad D_k=\operatorname{diag}
        \mathbb 1[\text{unit is on at }x]

    The largest of them bounds the Lipschitz constant from below.

    Args:
        weights: (n_{k-1}, n_k), one a layer, **as (in, out)**; the last has one column.
        biases: (n_k,), one a layer.
        x: (N, n_0) of the weights' dtype.

    Returns:
        (N,) 2-norms, change of the output per unit of x.

    Raises:
        TypeError, ValueError: shapes that do not fit each other.

    >>> weights = [torch.tensor([[1.0, -1.0]]), torch.tensor([[3.0], [5.0]])]  # 3 relu(x) + ...
    >>> slopes(weights, [torch.zeros(2), torch.zeros(1)], torch.tensor([[2.0], [-2.0]]))
    tensor([3., 5.])
    """
    if len(weights) != len(biases) or not weights:
        raise ValueError(
            f"biases: expected one a layer, {len(weights)} (at least 1), got {len(biases)}"
        )
    check_tensor("x", x, ("N", weights[0].shape[0]))
    width, masks = x.shape[1], []
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        last = i == len(weights) - 1
        check_tensor(f"weights[{i}]", weight, (width, 1 if last else "out"))
        check_tensor(f"biases[{i}]", bias, (weight.shape[1],))
        width = weight.shape[1]
        x = x @ weight + bias
        masks.append(x > 0)
        x = x.relu()
    gradient = weights[-1].mT.expand(len(x), -1)  # (N, n_{L-1})
    for weight, mask in zip(reversed(weights[:-1]), reversed(masks[:-1]), strict=True):
        gradient = (gradient * mask) @ weight.mT
    return gradient.norm(dim=-1)
