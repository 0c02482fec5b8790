r"""Divergences of two distributions from their log densities at common points, in nats.

Every integral is a weighted sum over N points,

.. math:: \int p(x)\,v(x)\,\mathrm dx \approx \sum_{i=1}^N w_i\,p(x_i)\,v(x_i),

and ``weight`` says what the points are:

* a discrete distribution: leave it out, each :math:`w_i` is 1 and ``log_p`` are log probabilities;
* a grid: the volume of each cell, or the weights of a quadrature rule;
* samples from a density m that covers both: :math:`w_i=1/(N\,m(x_i))`, and the sum is an
  unbiased estimate. Where it falls short of both supports, it is not.

A log density may be :math:`-\infty` outside the support, and :math:`0\cdot\infty` counts as 0.
Everything is differentiable. Work in float64 when a result is to serve as an oracle.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from gentutor.checks import check_same_shape, check_tensor


def check_log_densities(log_p: Tensor, log_q: Tensor, weight: Tensor | None = None) -> None:
    """Raise unless both are (..., N), below infinity, and the weights fit and are >= 0.

    >>> check_log_densities(torch.zeros(3), torch.zeros(2))
    Traceback (most recent call last):
    ...
    ValueError: log_q: expected the shape of log_p, (3,), got (2,)
    """
    for name, value in (("log_p", log_p), ("log_q", log_q)):
        if isinstance(value, Tensor) and value.is_floating_point():
            value = torch.where(value == -math.inf, 0.0, value)
        check_tensor(name, value, (..., "N"))
    check_same_shape("log_q", log_q, "log_p", log_p)
    if weight is not None:
        check_tensor("weight", weight, (..., log_p.shape[-1]), low=0.0)


def expectation(log_p: Tensor, value: Tensor, weight: Tensor | None = None) -> Tensor:
    r"""Return the mean of v under p, :math:`\sum_iw_i\,p(x_i)\,v(x_i)`.

    Args:
        log_p: (..., N) log density, nats; may be -inf.
        value: (..., N), v at the points; what it is where p vanishes does not matter.
        weight: (N,) or (..., N), >= 0; None for 1 (see the module).

    Returns:
        (...,) in the unit of ``value``.

    >>> expectation(torch.tensor([0.5, 0.5, 0.0]).log(), torch.tensor([1.0, 3.0, torch.inf]))
    tensor(2.)
    """
    p = log_p.exp()
    if weight is not None:
        p = p * weight
    return (p * torch.where(p > 0, value, 0.0)).sum(-1)


def log_ratio(log_p: Tensor, log_q: Tensor) -> Tensor:
    r"""Return :math:`\log p(x)/q(x)`, (..., N) nats, and 0 where both vanish.

    >>> log_ratio(torch.tensor([0.0, -torch.inf]), torch.tensor([-2.0, -torch.inf]))
    tensor([2., 0.])
    """
    nowhere = (log_p == -math.inf) & (log_q == -math.inf)
    return torch.where(nowhere, 0.0, log_p) - torch.where(nowhere, 0.0, log_q)


def kl_divergence(log_p: Tensor, log_q: Tensor, weight: Tensor | None = None) -> Tensor:
    r"""Kullback–Leibler divergence.

    .. math:: \mathrm{KL}(p\,\|\,q)=\int p\,\log\frac pq

    Args:
        log_p: (..., N) log density, nats; may be -inf.
        log_q: (..., N).
        weight: (N,) or (..., N), >= 0; None for 1 (see the module).

    Returns:
        (...,) nats, >= 0 for normalised p and q, 0 only for p = q, and inf where p has mass
        outside the support of q. Swap the arguments for the *reverse* KL.

    Raises:
        TypeError, ValueError: wrong dtype or shape, NaN, or a negative weight.

    Source: Kullback and Leibler (1951); Cover and Thomas (2006), equation 2.26.

    >>> p, q = torch.tensor([0.5, 0.5]).log(), torch.tensor([1.0, 0.0]).log()
    >>> kl_divergence(q, p), kl_divergence(p, q)  # log 2, and no finite number
    (tensor(0.6931), tensor(inf))
    """
    check_log_densities(log_p, log_q, weight)
    return expectation(log_p, log_ratio(log_p, log_q), weight)


def js_divergence(log_p: Tensor, log_q: Tensor, weight: Tensor | None = None) -> Tensor:
    r"""Jensen–Shannon divergence.

    .. math:: \operatorname{JSD}(p\,\|\,q)=\tfrac12\mathrm{KL}(p\,\|\,m)
        +\tfrac12\mathrm{KL}(q\,\|\,m),\qquad m=\tfrac12(p+q)

    Arguments and errors are those of :func:`kl_divergence`.

    Returns:
        (...,) nats, from 0 (p = q) to log 2 (disjoint supports); symmetric. Its square root is
        a distance, and some libraries return that root, or bits.

    Source: Lin (1991), equation 4.1.

    >>> js_divergence(torch.tensor([1.0, 0.0]).log(), torch.tensor([0.0, 1.0]).log())
    tensor(0.6931)
    """
    check_log_densities(log_p, log_q, weight)
    a = log_ratio(log_p, log_q)  # log p/m = log 2 + log sigmoid(a)
    from_p = expectation(log_p, math.log(2) + logsigmoid(a), weight)
    from_q = expectation(log_q, math.log(2) + logsigmoid(-a), weight)
    return 0.5 * (from_p + from_q)


def total_variation(log_p: Tensor, log_q: Tensor, weight: Tensor | None = None) -> Tensor:
    r"""Total variation distance.

    .. math:: \operatorname{TV}(p,q)=\tfrac12\int|p-q|

    Arguments and errors are those of :func:`kl_divergence`.

    Returns:
        (...,) from 0 to 1: the largest difference of probability on any event.

    Source: Levin and Peres (2017), Markov Chains and Mixing Times, proposition 4.2.

    >>> total_variation(torch.tensor([0.5, 0.5]).log(), torch.tensor([0.9, 0.1]).log())
    tensor(0.4000)
    """
    check_log_densities(log_p, log_q, weight)
    apart = (log_p.exp() - log_q.exp()).abs()
    return 0.5 * (apart if weight is None else apart * weight).sum(-1)


def le_cam_divergence(log_p: Tensor, log_q: Tensor, weight: Tensor | None = None) -> Tensor:
    r"""Triangular (Vincze–Le Cam) divergence: what Pearson's :math:`\chi^2` is in LSGAN.

    .. math:: \Delta(p,q)=\int\frac{(p-q)^2}{p+q}
        =\int\frac{\bigl(2q-(p+q)\bigr)^2}{p+q}=\chi^2_\text{Pearson}(p+q\,\|\,2q)

    Arguments and errors are those of :func:`kl_divergence`.

    Returns:
        (...,) from 0 (p = q) to 2 (disjoint supports); symmetric.

    Source: Mao et al. (2017), section 3.2, where the last form stands.

    >>> le_cam_divergence(torch.tensor([1.0, 0.0]).log(), torch.tensor([0.0, 1.0]).log())
    tensor(2.)
    """
    check_log_densities(log_p, log_q, weight)
    d = log_ratio(log_p, log_q).sigmoid()  # (p - q)^2 / (p + q) = (p - q) (2 d - 1)
    return expectation(log_p, 2 * d - 1, weight) - expectation(log_q, 2 * d - 1, weight)
