r"""Two parallel segments: the distributions on which most divergences say nothing.

With u uniform on [0, 1], p is the law of (0, u) and q the law of :math:`(\theta,u)`. Their supports
are disjoint unless :math:`\theta=0`.

=========================  ==============================  ===============================
measure                    for :math:`\theta\ne0`          slope in :math:`|\theta|`
=========================  ==============================  ===============================
JSD                        log 2                           0
KL, both ways              infinite                        none
total variation            1                               0
W1                         :math:`|\theta|`                1 everywhere
energy distance            grows with :math:`|\theta|`     0 at 0, rising to 2
MMD, Gaussian kernel       grows to a limit                fades beyond some bandwidths
=========================  ==============================  ===============================

The first four stand in Arjovsky et al. (2017), example 1.
"""

import math

import torch
from torch import Tensor

from gentutor.checks import check_number, check_tensor


def _jump(theta: Tensor, height: float) -> Tensor:
    """Return 0 at 0 and ``height`` elsewhere, with gradient 0."""
    check_tensor("theta", theta, (...,))
    return torch.where(theta == 0, 0.0, height) + 0.0 * theta


def js_divergence(theta: Tensor) -> Tensor:
    r"""Jensen–Shannon divergence: log 2 nats for :math:`\theta\ne0`, else 0; (...,) for (...,).

    >>> js_divergence(torch.tensor([0.0, 0.01, 5.0]))
    tensor([0.0000, 0.6931, 0.6931])
    """
    return _jump(theta, math.log(2))


def kl_divergence(theta: Tensor) -> Tensor:
    r"""KL divergence, either way round: infinite for :math:`\theta\ne0`, else 0.

    >>> kl_divergence(torch.tensor([0.0, 0.01]))
    tensor([0., inf])
    """
    return _jump(theta, math.inf)


def total_variation(theta: Tensor) -> Tensor:
    r"""Total variation distance: 1 for :math:`\theta\ne0`, else 0.

    >>> total_variation(torch.tensor([0.0, 0.01]))
    tensor([0., 1.])
    """
    return _jump(theta, 1.0)


def wasserstein(theta: Tensor) -> Tensor:
    r"""Return W1 = :math:`|\theta|`: every point moves straight across, and none can move less.

    >>> wasserstein(torch.tensor([-0.5, 2.0]))
    tensor([0.5000, 2.0000])
    """
    return check_tensor("theta", theta, (...,)).abs()


def energy_distance(theta: Tensor) -> Tensor:
    r"""Squared energy distance, :math:`2E\|X-Y\|-E\|X-X'\|-E\|Y-Y'\|`.

    The second coordinates differ by d of density 2 (1 - d), so that :math:`E\|X-X'\|=\tfrac13` and

    .. math:: E\|X-Y\|=\sqrt{1+\theta^2}+\theta^2\operatorname{arsinh}\tfrac1{|\theta|}
        -\tfrac23\bigl((1+\theta^2)^{3/2}-|\theta|^3\bigr).

    Args:
        theta: (...,) floating point.

    Returns:
        (...,) in the unit of theta, >= 0, 0 only at 0. About
        :math:`2\theta^2\log(2/|\theta|)-\theta^2` close to 0 and :math:`2|\theta|-\tfrac23` far
        away; differentiable. Some libraries return its root.

    Source: Székely and Rizzo (2013), Energy statistics; integrated here.

    >>> energy_distance(torch.tensor([1.0, 100.0]).double())
    tensor([  1.4866, 199.3350], dtype=torch.float64)
    """
    t = check_tensor("theta", theta, (...,)).abs()
    away = torch.where(t > 0, t, 1.0)  # the term in arsinh tends to 0
    arsinh = torch.where(t > 0, away.square() * away.reciprocal().asinh(), 0.0)
    root = (1 + t.square()).sqrt()
    cubes = (root.square() + root * t + t.square()) / (root + t)  # root^3 - t^3
    return 2 * (root + arsinh - 2 / 3 * cubes - 1 / 3)


def squared_mmd(theta: Tensor, *, bandwidth: float) -> Tensor:
    r"""Squared maximum mean discrepancy for a Gaussian kernel of bandwidth s.

    .. math:: \mathrm{MMD}^2=2A\bigl(1-e^{-\theta^2/2s^2}\bigr),\qquad
        A=E\,e^{-d^2/2s^2}=s\sqrt{2\pi}\operatorname{erf}\tfrac1{s\sqrt2}
        -2s^2\bigl(1-e^{-1/2s^2}\bigr)

    Args:
        theta: (...,) floating point.
        bandwidth: s > 0, in the unit of theta; :math:`k(x,y)=e^{-\|x-y\|^2/2s^2}`.

    Returns:
        (...,) from 0 at 0 to 2A; differentiable. Its slope fades as
        :math:`e^{-\theta^2/2s^2}`: some bandwidths away it has no useful gradient either.

    Source: Gretton et al. (2012), A kernel two-sample test, lemma 6; integrated here.

    >>> squared_mmd(torch.tensor([0.0, 0.5, 5.0]).double(), bandwidth=0.5)
    tensor([0.0000, 0.6012, 1.5279], dtype=torch.float64)
    """
    check_tensor("theta", theta, (...,))
    s = check_number("bandwidth", bandwidth)
    A = s * math.sqrt(2 * math.pi) * math.erf(1 / (s * math.sqrt(2)))
    A += 2 * s**2 * math.expm1(-0.5 / s**2)
    return 2 * A * (1 - torch.exp(-theta.square() / (2 * s**2)))
