"""Closed forms of multivariate Gaussians: density, entropy, Kullback–Leibler divergence.

All results are in nats. Batch axes come first and broadcast. Work in float64 when a result is
to serve as an oracle; nothing here changes a dtype.
"""

import torch
from torch import Tensor
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from gentutor.checks import check_tensor


def check_covariance(name: str, value: Tensor) -> Tensor:
    """Return ``value`` (..., D, D) if it is symmetric and positive definite.

    "Definite" allows for rounding: the smallest eigenvalue must exceed D times the dtype's
    epsilon times the largest.

    Raises:
        TypeError: not a floating-point tensor.
        ValueError: not square, not symmetric, or singular; the message says which.

    >>> check_covariance("covariance", torch.ones(2, 2))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: covariance: expected a positive-definite matrix, got a singular or indefinite one...
    """
    eigenvalues = torch.linalg.eigvalsh(check_symmetric(name, value).detach())  # rising
    low, high = eigenvalues[..., 0], eigenvalues[..., -1]
    singular = low <= value.shape[-1] * torch.finfo(value.dtype).eps * high
    if bool(singular.any()):
        raise ValueError(
            f"{name}: expected a positive-definite matrix, got a singular or indefinite one "
            f"(eigenvalues from {float(low[singular][0]):.2g} to {float(high[singular][0]):.2g}); "
            "drop constant or duplicate dimensions, or add a small multiple of the identity"
        )
    return value


def check_symmetric(name: str, value: Tensor) -> Tensor:
    """Return ``value`` if it is a finite, square and symmetric matrix (..., D, D).

    >>> check_symmetric("covariance", torch.tensor([[1.0, 2.0], [0.0, 1.0]]))
    Traceback (most recent call last):
    ...
    ValueError: covariance: expected a symmetric matrix, got entries that differ by up to 2
    """
    check_tensor(name, value, (..., "D", "D"))
    if value.shape[-1] != value.shape[-2]:
        raise ValueError(f"{name}: expected a square matrix, got shape {tuple(value.shape)}")
    difference = float((value - value.mT).detach().abs().max())
    if difference > 1e3 * torch.finfo(value.dtype).eps * float(value.detach().abs().max()):
        raise ValueError(
            f"{name}: expected a symmetric matrix, got entries that differ by up to {difference:g}"
        )
    return value


def _normal(suffix: str, mean: Tensor, covariance: Tensor) -> MultivariateNormal:
    check_covariance(f"covariance{suffix}", covariance)
    check_tensor(f"mean{suffix}", mean, (..., covariance.shape[-1]))
    scale_tril = torch.linalg.cholesky(covariance)
    return MultivariateNormal(mean, scale_tril=scale_tril, validate_args=False)


def log_density(x: Tensor, mean: Tensor, covariance: Tensor) -> Tensor:
    r"""Log density of a Gaussian with a full covariance.

    .. math:: \log\mathcal N(x;\mu,\Sigma) = -\tfrac12\big(D\log 2\pi+\log\det\Sigma
        +(x-\mu)^\top\Sigma^{-1}(x-\mu)\big)

    Args:
        x: (..., D) floating point.
        mean: (..., D).
        covariance: (..., D, D), symmetric positive definite.

    Returns:
        (...) nats; a density, so it may be positive. Higher means likelier.

    Raises:
        TypeError, ValueError: wrong dtype or shape, or a covariance that is not definite.

    Source: Bishop (2006), Pattern Recognition and Machine Learning, equation 2.43.

    >>> log_density(torch.zeros(2), torch.zeros(2), torch.eye(2))  # -log 2 pi
    tensor(-1.8379)
    """
    normal = _normal("", mean, covariance)
    return normal.log_prob(check_tensor("x", x, (..., covariance.shape[-1])))


def entropy(covariance: Tensor) -> Tensor:
    r"""Differential entropy of a Gaussian.

    .. math:: H = \tfrac12\log\det(2\pi e\,\Sigma)

    Args:
        covariance: (..., D, D), symmetric positive definite.

    Returns:
        (...) nats; may be negative: it falls without bound as the Gaussian shrinks to a point.

    Source: Bishop (2006), Pattern Recognition and Machine Learning, exercise 2.15.

    >>> entropy(torch.eye(1))  # (1 + log 2 pi) / 2
    tensor(1.4189)
    """
    check_covariance("covariance", covariance)
    return _normal("", covariance.new_zeros(covariance.shape[-1:]), covariance).entropy()


def kl(mean_q: Tensor, covariance_q: Tensor, mean_p: Tensor, covariance_p: Tensor) -> Tensor:
    r"""KL divergence KL(q || p) between Gaussians with full covariances.

    .. math:: \tfrac12\Big(\operatorname{tr}(\Sigma_p^{-1}\Sigma_q)
        +(\mu_p-\mu_q)^\top\Sigma_p^{-1}(\mu_p-\mu_q)-D
        +\log\tfrac{\det\Sigma_p}{\det\Sigma_q}\Big)

    Args:
        mean_q: (..., D). Use :func:`torch.diag_embed` for a diagonal covariance beside a full one.
        covariance_q: (..., D, D).
        mean_p: (..., D).
        covariance_p: (..., D, D).

    Returns:
        (...) nats, >= 0, and 0 only when q = p. Not symmetric in q and p.

    Raises:
        TypeError, ValueError: wrong dtype or shape, or a covariance that is not definite.

    Source: Rasmussen and Williams (2006), Gaussian Processes, equation A.23.

    >>> one = torch.ones(1)
    >>> kl(one, torch.eye(1), 0 * one, torch.eye(1))  # half the squared distance
    tensor(0.5000)
    """
    q, p = _normal("_q", mean_q, covariance_q), _normal("_p", mean_p, covariance_p)
    return kl_divergence(q, p)


def kl_diagonal(
    mean_q: Tensor,
    variance_q: Tensor,
    mean_p: Tensor | float = 0.0,
    variance_p: Tensor | float = 1.0,
) -> Tensor:
    r"""KL(q || p) of each dimension, for Gaussians with diagonal covariances.

    .. math:: \tfrac12\Big(\tfrac{\sigma_q^2+(\mu_q-\mu_p)^2}{\sigma_p^2}-1
        +\log\tfrac{\sigma_p^2}{\sigma_q^2}\Big)

    Args:
        mean_q: (..., D).
        variance_q: (..., D), variances (not their logarithms), > 0.
        mean_p: broadcasts against (..., D); the standard normal by default.
        variance_p: the same, > 0.

    Returns:
        (..., D) nats, each >= 0; sum the last axis for the divergence of the vectors.

    Source: Kingma and Welling (2014), appendix B, for the standard normal p.

    >>> kl_diagonal(torch.zeros(2), torch.tensor([1.0, 0.01]))
    tensor([0.0000, 1.8076])
    """
    check_tensor("mean_q", mean_q, (..., "D"))
    check_tensor("variance_q", variance_q, (..., "D"), above=0.0)
    mean_p, variance_p = torch.as_tensor(mean_p).to(mean_q), torch.as_tensor(variance_p).to(mean_q)
    check_tensor("mean_p", mean_p, (...,))
    check_tensor("variance_p", variance_p, (...,), above=0.0)
    return kl_divergence(Normal(mean_q, variance_q.sqrt()), Normal(mean_p, variance_p.sqrt()))
