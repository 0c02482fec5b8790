r"""What the discriminators of GANs learn in the limit, and what generators then descend.

p is the density of the data and q that of the generator, both given by their logarithms at N
common points with weights, as :mod:`gentutor.theory.divergences` has them. For a fixed D a
generator's loss is a mean :math:`\int q\,\ell(D)`; its gradient *at the optimal D* is
:math:`\int\nabla q\;\ell(D^*)`, with :math:`D^*` held fixed. It equals the gradient of

=================  ==============================================================  ==========
generator's loss   divergence of the same gradient                                 D's optimum
=================  ==============================================================  ==========
minimax            :math:`2\operatorname{JSD}(p\,\|\,q)`                           :math:`p/(p+q)`
non-saturating     :math:`\mathrm{KL}(q\,\|\,p)-2\operatorname{JSD}(p\,\|\,q)
                   =2\,\mathrm{KL}(\tfrac12(p+q)\,\|\,p)`                          :math:`p/(p+q)`
least squares      :math:`\mathrm{KL}(p\,\|\,\tfrac12(p+q))-\tfrac18\Delta(p,q)`   :math:`p/(p+q)`
hinge              :math:`2\operatorname{TV}(p,q)`                                 sign(p - q)
=================  ==============================================================  ==========
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from gentutor.checks import check_same_shape, check_tensor
from gentutor.theory.divergences import (
    check_log_densities,
    expectation,
    kl_divergence,
    le_cam_divergence,
    log_ratio,
)


def optimal_logit(log_p: Tensor, log_q: Tensor) -> Tensor:
    r"""Logit of the optimal discriminator: the log density ratio.

    .. math:: a^*(x)=\log\frac{p(x)}{q(x)}

    Args:
        log_p: (..., N) log density of the data, nats; may be -inf.
        log_q: (..., N) of the generator.

    Returns:
        (..., N) nats, infinite where one of the two vanishes. Where both do, nothing determines
        it, and it is 0.

    Raises:
        TypeError, ValueError: wrong dtype or shape, or NaN.

    Source: Goodfellow et al. (2014), proposition 1.

    >>> optimal_logit(torch.tensor([-1.0]), torch.tensor([-3.0]))
    tensor([2.])
    """
    check_log_densities(log_p, log_q)
    return log_ratio(log_p, log_q)


def optimal_discriminator(log_p: Tensor, log_q: Tensor) -> Tensor:
    r"""Return the optimal probability of "real", :math:`D^*=p/(p+q)`, (..., N) in [0, 1].

    The sigmoid of :func:`optimal_logit`, whose arguments it takes. It assumes as many real as
    generated inputs. It is also the optimum of least squares with targets 1 and 0.

    Source: Goodfellow et al. (2014), equation 2.

    >>> optimal_discriminator(torch.tensor([0.3, 0.2]).log(), torch.tensor([0.1, 0.2]).log())
    tensor([0.7500, 0.5000])
    """
    return optimal_logit(log_p, log_q).sigmoid()


def game_value(logit: Tensor, log_p: Tensor, log_q: Tensor, weight: Tensor | None = None) -> Tensor:
    r"""Value of the minimax game for any discriminator.

    .. math:: V=\int p\,\log\sigma(a)+\int q\,\log\sigma(-a)
        \;\le\;V(a^*)=2\operatorname{JSD}(p\,\|\,q)-\log4

    so that :math:`\tfrac12(V+\log4)` is a lower bound of JSD for every a.

    Args:
        logit: (..., N), a; the sigmoid of it is D. May be infinite.
        log_p: (..., N) log density of the data, nats; may be -inf.
        log_q: (..., N) of the generator.
        weight: (N,) or (..., N), >= 0; None for 1.

    Returns:
        (...,) nats, at most 0. D maximises it, G minimises it; -log 4 at the equilibrium.

    Raises:
        TypeError, ValueError: wrong dtype or shape, NaN, or a negative weight.

    Source: Goodfellow et al. (2014), equation 1 and theorem 1.

    >>> p = torch.tensor([0.5, 0.5]).log()
    >>> game_value(optimal_logit(p, p), p, p)  # -log 4
    tensor(-1.3863)
    """
    check_log_densities(log_p, log_q, weight)
    check_same_shape("logit", logit, "log_p", log_p)
    real = expectation(log_p, logsigmoid(logit), weight)
    return real + expectation(log_q, logsigmoid(-logit), weight)


def non_saturating_divergence(log_p: Tensor, log_q: Tensor, weight: Tensor | None = None) -> Tensor:
    r"""Divergence whose gradient the non-saturating loss has at the optimal D.

    .. math:: \mathrm{KL}(q\,\|\,p)-2\operatorname{JSD}(p\,\|\,q)
        =2\,\mathrm{KL}\bigl(\tfrac12(p+q)\,\|\,p\bigr)

    The first form looks as if it pushed q away from p. The second shows that it does not: it is
    a divergence, 0 only for q = p.

    Args:
        log_p: (..., N) log density of the data, nats; may be -inf.
        log_q: (..., N) of the generator.
        weight: (N,) or (..., N), >= 0; None for 1.

    Returns:
        (...,) nats, >= 0; inf where the generator has mass outside the data's support.

    Sources: Arjovsky and Bottou (2017), theorem 2.5 (first form); Shannon et al. (2020),
    Non-saturating GAN training as divergence minimization (second form).

    >>> p, q = torch.tensor([0.5, 0.5]).log(), torch.tensor([1.0, 0.0]).log()
    >>> non_saturating_divergence(p, q)  # 2 KL((3/4, 1/4) || (1/2, 1/2))
    tensor(0.2616)
    """
    check_log_densities(log_p, log_q, weight)
    ratio = -logsigmoid(log_ratio(log_p, log_q)) - math.log(2)  # log m/p
    return expectation(log_p, ratio, weight) + expectation(log_q, ratio, weight)


def least_squares_optimum(
    log_p: Tensor, log_q: Tensor, *, fake: float = 0.0, real: float = 1.0
) -> Tensor:
    r"""Optimal answer of a least-squares discriminator, (..., N).

    .. math:: D^*(x)=\frac{b\,p(x)+a\,q(x)}{p(x)+q(x)}

    with the targets a = ``fake`` and b = ``real``. Other arguments as in :func:`optimal_logit`.

    Source: Mao et al. (2017), section 3.2.

    >>> p, q = torch.tensor([0.3, 0.2]).log(), torch.tensor([0.1, 0.2]).log()
    >>> least_squares_optimum(p, q, fake=-1.0)
    tensor([0.5000, 0.0000])
    """
    return fake + (real - fake) * optimal_discriminator(log_p, log_q)


def least_squares_divergence(log_p: Tensor, log_q: Tensor, weight: Tensor | None = None) -> Tensor:
    r"""Divergence whose gradient LSGAN's generator has at the optimal D; targets 0, 1 and 1.

    .. math:: \mathrm{KL}\bigl(p\,\|\,\tfrac12(p+q)\bigr)-\tfrac18\Delta(p,q)
        =\int p\,f\!\left(\tfrac qp\right),\qquad f'(u)=\tfrac12\Bigl(\tfrac u{1+u}\Bigr)^2+c

    f is convex (:math:`f''=u/(1+u)^3`), so this is a divergence. It follows from
    :math:`\int\nabla q\,\tfrac12(D^*-1)^2` with :math:`D^*-1=-q/(p+q)`.

    Arguments as in :func:`non_saturating_divergence`.

    Returns:
        (...,) nats, from 0 (p = q) to log 2 - 1/4 (disjoint supports).

    Notes:
        The often quoted :math:`\chi^2(p+q\,\|\,2q)`, here
        :func:`~gentutor.theory.divergences.le_cam_divergence`, belongs to targets with b - c = 1
        and b - a = 2, and to the loss *after* :math:`D^*` has been put in, with a term added for
        the real data. A step of the generator holds D fixed and does not follow that gradient.

    Source: derived here; Mao et al. (2017), section 3.2, for the :math:`\chi^2`.

    >>> p, q = torch.tensor([1.0, 0.0]).log(), torch.tensor([0.0, 1.0]).log()
    >>> least_squares_divergence(p, q)
    tensor(0.4431)
    """
    mixture = torch.logaddexp(log_p, log_q) - math.log(2)
    return kl_divergence(log_p, mixture, weight) - le_cam_divergence(log_p, log_q, weight) / 8


def hinge_optimum(log_p: Tensor, log_q: Tensor) -> Tensor:
    r"""Optimal score under the hinge loss, :math:`\operatorname{sign}(p-q)`, (..., N).

    It leaves D the loss :math:`2-2\operatorname{TV}(p,q)`. Where p = q every score in [-1, 1]
    is optimal, and 0 is returned. It is flat but for jumps, so through samples, whose gradient is
    :math:`D^{*\prime}(x)`, the generator would see nothing: hinge GANs live on discriminators
    that are not optimal. Arguments as in :func:`optimal_logit`.

    Source: Lim and Ye (2017), Geometric GAN; Miyato et al. (2018), equation 16.

    >>> hinge_optimum(torch.tensor([0.3, 0.2]).log(), torch.tensor([0.1, 0.2]).log())
    tensor([1., 0.])
    """
    return optimal_logit(log_p, log_q).sign()


def saturating_gradient(logit: Tensor) -> Tensor:
    r"""How hard the minimax loss pushes a generated example's logit up.

    .. math:: -\frac{\mathrm d}{\mathrm da}\log\bigl(1-\sigma(a)\bigr)=\sigma(a)

    Next to nothing where D is sure that the example is generated (a far below 0).

    Args:
        logit: (...,) floating point, nats.

    Returns:
        (...,) in (0, 1).

    Source: Goodfellow et al. (2014), section 3, last paragraph.

    >>> saturating_gradient(torch.tensor(-5.0)), non_saturating_gradient(torch.tensor(-5.0))
    (tensor(0.0067), tensor(0.9933))
    """
    return check_tensor("logit", logit, (...,)).sigmoid()


def non_saturating_gradient(logit: Tensor) -> Tensor:
    r"""The same for the non-saturating loss: :math:`\frac{\mathrm d}{\mathrm da}\log\sigma(a)
    =1-\sigma(a)`, which is :math:`e^{-a}` times :func:`saturating_gradient`.
    """
    return (-check_tensor("logit", logit, (...,))).sigmoid()
