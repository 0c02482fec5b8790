r"""Bounds of :math:`\log p(x)` from importance weights, for any encoder and decoder.

Nothing here knows a model. A model comes as its *log joint*, a function that maps latents
(..., N, K) to :math:`\log p(x_n,z)`, (..., N), with the N examples fixed inside it; an encoder
comes as ``mu`` and ``logvar``, (N, K). All results are in nats.
"""

import math
from collections.abc import Callable

from torch import Tensor

from gentutor.checks import check_int, check_same_shape, check_tensor

LogJoint = Callable[[Tensor], Tensor]


def check_posterior(mu: Tensor, logvar: Tensor) -> None:
    """Raise unless ``mu`` and ``logvar`` are finite floating-point tensors of one shape (N, K)."""
    check_tensor("mu", mu, ("N", "K"))
    check_tensor("logvar", logvar, ("N", "K"))
    check_same_shape("logvar", logvar, "mu", mu)


def check_log_joint(value: Tensor, z: Tensor) -> Tensor:
    """Return ``value``, what a log joint gave for z (..., N, K), if it is (..., N) and finite."""
    return check_tensor("log_joint", value, tuple(z.shape[:-1]))


def standard_normal(z: Tensor) -> Tensor:
    r"""Log density of the prior, :math:`\log\mathcal N(z;0,I)`: (...,) nats for z (..., K).

    >>> import torch
    >>> standard_normal(torch.zeros(1, 2))
    tensor([-1.8379])
    """
    return -0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)


def log_importance_weights(log_joint: LogJoint, mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    r"""Log weights :math:`\log p(x,z)-\log q(z\mid x)` at :math:`z=\mu+s\odot\varepsilon`.

    Their mean over samples estimates the ELBO, the mean of their exponentials :math:`p(x)`, both
    without bias. Differentiable in ``mu``, ``logvar`` and whatever ``log_joint`` depends on.

    Args:
        log_joint: maps (S, N, K) to (S, N).
        mu: (N, K).
        logvar: (N, K), natural logarithm of the variances.
        eps: (S, N, K), standard normal.

    Returns:
        (S, N) nats.

    >>> import torch
    >>> mu, eps = torch.zeros(3, 2), torch.ones(5, 3, 2)
    >>> log_importance_weights(standard_normal, mu, mu, eps).shape  # q = p: all weights are 1
    torch.Size([5, 3])
    """
    check_posterior(mu, logvar)
    check_tensor("eps", eps, ("S", *mu.shape))
    value = check_log_joint(log_joint(mu + (0.5 * logvar).exp() * eps), eps)
    return value - standard_normal(eps) + 0.5 * logvar.sum(-1)


def importance_bound(log_weights: Tensor, k: int) -> Tensor:
    r"""Importance-weighted bound with k samples.

    .. math:: \mathcal L_k=\mathbb E\Big[\log\frac1k\sum_{i=1}^k w_i\Big],\qquad
        \mathcal L_1=\text{ELBO}\le\mathcal L_k\le\mathcal L_{k+1}\le\log p(x)

    For large k the gap is :math:`\operatorname{Var}(w/\mathbb Ew)/(2k)`, provided that w has a
    finite moment of some order above 2 and that :math:`\mathbb E[1/\bar w_k]`, of the mean
    :math:`\bar w_k` of k weights, stays bounded as k grows.

    Args:
        log_weights: (S, N) from :func:`log_importance_weights`, S a multiple of k.
        k: samples within the logarithm, from 1 to S.

    Returns:
        (N,) nats, the mean over the S / k groups; higher is tighter. Differentiable.

    Raises:
        ValueError: k does not divide S, or weights that are NaN or infinite.

    Sources: Burda, Grosse and Salakhutdinov (2016), equation 8 and theorem 1; Domke and Sheldon
    (2018), theorem 3, for the gap.

    >>> import torch
    >>> log_w = torch.tensor([[0.0], [1.0]])
    >>> importance_bound(log_w, 1), importance_bound(log_w, 2)
    (tensor([0.5000]), tensor([0.6201]))
    """
    check_tensor("log_weights", log_weights, ("S", "N"))
    n_samples, n_examples = log_weights.shape
    check_int("k", k, high=n_samples)
    if n_samples % k:
        raise ValueError(f"k: expected a divisor of the {n_samples} samples, got {k}")
    groups = log_weights.view(n_samples // k, k, n_examples)
    return (groups.logsumexp(1) - math.log(k)).mean(0)


def effective_sample_size(log_weights: Tensor) -> Tensor:
    r"""How many equal weights these are worth: :math:`(\sum w)^2/\sum w^2`.

    Args:
        log_weights: (S, N).

    Returns:
        (N,) from 1 (one weight has it all) to S (all equal); S / ESS - 1 estimates the variance
        of :math:`w/\mathbb Ew`, too low when the weights have heavy tails.

    Sources: Kong (1992); Owen (2013), Monte Carlo theory, methods and examples, section 9.3.

    >>> import torch
    >>> effective_sample_size(torch.tensor([[0.0, 0.0], [0.0, -100.0]]))
    tensor([2., 1.])
    """
    check_tensor("log_weights", log_weights, ("S", "N"))
    return (2 * log_weights.logsumexp(0) - (2 * log_weights).logsumexp(0)).exp()
