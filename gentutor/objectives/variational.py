r"""The evidence lower bound and its parts, in nats per example.

For an encoder :math:`q(z\mid x)=\mathcal N(\mu,\operatorname{diag}e^{\text{logvar}})`, a prior
:math:`p(z)=\mathcal N(0,I)` and a likelihood :math:`p(x\mid z)`

.. math::

    \log p(x) \ge \text{ELBO}
    = -\underbrace{\mathbb E_q[-\log p(x\mid z)]}_{\texttt{recon\_nll}}
      -\underbrace{\mathrm{KL}(q\,\|\,p)}_{\texttt{kl}}.

Every function takes any number of leading axes (replicas, samples), then N examples, then
dimensions, and sums over dimensions only: means over examples are the caller's.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gentutor.checks import check_choice, check_int, check_number, check_same_shape, check_tensor

LIKELIHOODS = ("gaussian", "bernoulli")


def recon_nll(
    x: Tensor, decoded: Tensor, *, likelihood: str, variance: float | Tensor = 1.0
) -> Tensor:
    r"""Negative log-likelihood of the data under the decoder, in nats per example.

    * ``"gaussian"``: :math:`\frac{\lVert x-m\rVert^2}{2\sigma^2}+\frac D2\log 2\pi\sigma^2`
      with ``decoded`` the mean m. A density, so the value may be negative.
    * ``"bernoulli"``: :math:`-\sum_i x_i\log p_i+(1-x_i)\log(1-p_i)` with ``decoded`` the
      logits of p. For grey pixels (0 < x < 1) this is a cross-entropy and no log-likelihood:
      the density it stands for does not integrate to one (Loaiza-Ganem and Cunningham, 2019).

    Args:
        x: (..., N, D) floating point; in [0, 1] for ``"bernoulli"``.
        decoded: (..., N, D), mean or logits.
        likelihood: ``"gaussian"`` or ``"bernoulli"``.
        variance: :math:`\sigma^2 > 0` of the Gaussian, a number or a tensor that broadcasts
            against (..., N, D); ignored by ``"bernoulli"``.

    Returns:
        (..., N) nats, lower is better, the constant :math:`\frac D2\log 2\pi\sigma^2` included.

    Raises:
        TypeError, ValueError: an input of the wrong kind, shape or range.

    Source: Kingma and Welling (2014), appendix C.

    >>> x = torch.zeros(1, 2)
    >>> recon_nll(x, x, likelihood="gaussian", variance=1.0).item()  # log 2 pi
    1.837877...
    >>> recon_nll(x, x, likelihood="bernoulli").item()  # 2 log 2
    1.386294...
    """
    check_choice("likelihood", likelihood, LIKELIHOODS)
    if likelihood == "bernoulli":
        check_tensor("x", x, (..., "N", "D"), low=0.0, high=1.0)
        check_tensor("decoded", decoded, (..., "N", "D"))
        check_same_shape("decoded", decoded, "x", x)
        return F.binary_cross_entropy_with_logits(decoded, x, reduction="none").sum(-1)
    check_tensor("x", x, (..., "N", "D"))
    check_tensor("decoded", decoded, (..., "N", "D"))
    check_same_shape("decoded", decoded, "x", x)
    log_variance: float | Tensor
    if isinstance(variance, Tensor):
        check_tensor("variance", variance, (...,), above=0.0)
        sizes = zip(variance.shape[::-1], x.shape[::-1], strict=False)
        if variance.ndim > x.ndim or any(size not in (1, full) for size, full in sizes):
            raise ValueError(
                f"variance: expected a shape that broadcasts to {tuple(x.shape)}, "
                f"got {tuple(variance.shape)}"
            )
        log_variance = variance.log()
    else:
        log_variance = math.log(check_number("variance", variance))
    squared = (x - decoded).square() / variance + (math.log(2 * math.pi) + log_variance)
    return 0.5 * squared.sum(-1)


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    r"""KL divergence of each latent dimension from the prior, in nats.

    .. math:: \mathrm{KL}\big(\mathcal N(\mu,\sigma^2)\,\|\,\mathcal N(0,1)\big)
        = \tfrac12\left(\mu^2+\sigma^2-\log\sigma^2-1\right)

    Args:
        mu: (..., N, K) floating point.
        logvar: (..., N, K), :math:`\log\sigma^2`, natural logarithm.

    Returns:
        (..., N, K) nats, each >= 0 and 0 only for the prior itself. Sum the last axis for the
        KL of an example; averaging it instead divides the KL's weight by K.

    Source: Kingma and Welling (2014), appendix B.

    >>> gaussian_kl(torch.tensor([[1.0, 0.0]]), torch.zeros(1, 2))
    tensor([[0.5000, 0.0000]])
    """
    check_tensor("mu", mu, (..., "N", "K"))
    check_tensor("logvar", logvar, (..., "N", "K"))
    check_same_shape("logvar", logvar, "mu", mu)
    return 0.5 * (mu.square() + logvar.expm1() - logvar)


@dataclass(frozen=True)
class ELBO:
    """The bound in its parts, in nats per example.

    Attributes:
        recon_nll: (..., N), lower is better.
        kl: (..., N, K), per latent dimension, each >= 0.
    """

    recon_nll: Tensor
    kl: Tensor

    @property
    def kl_total(self) -> Tensor:
        """KL of each example, summed over dimensions: (..., N)."""
        return self.kl.sum(-1)

    @property
    def value(self) -> Tensor:
        """The bound on log p(x) itself, higher is better: (..., N)."""
        return -self.recon_nll - self.kl_total

    def loss(self, beta: float | Tensor = 1.0) -> Tensor:
        r"""Mean over examples of ``recon_nll + beta * kl_total``, to be minimised: (...,).

        With :math:`\beta=1` this is the negative ELBO; Higgins et al. (2017), equation 4.
        """
        return self.recon_nll.mean(-1) + beta * self.kl_total.mean(-1)


def elbo(
    x: Tensor,
    decoded: Tensor,
    mu: Tensor,
    logvar: Tensor,
    *,
    likelihood: str,
    variance: float | Tensor = 1.0,
) -> ELBO:
    """Return the ELBO of one posterior sample per example, in its parts.

    The KL is exact and the reconstruction term an unbiased estimate from the one z that was
    decoded. Arguments as in :func:`recon_nll` and :func:`gaussian_kl`.

    >>> x, mu = torch.zeros(4, 2), torch.zeros(4, 3)
    >>> parts = elbo(x, x, mu, mu, likelihood="bernoulli")
    >>> parts.kl.shape, parts.value[0].item()
    (torch.Size([4, 3]), -1.386294...)
    """
    return ELBO(
        recon_nll(x, decoded, likelihood=likelihood, variance=variance), gaussian_kl(mu, logvar)
    )


def active_units(mu: Tensor, threshold: float = 0.01) -> Tensor:
    r"""Say which latent dimensions are used: :math:`\operatorname{Var}_x[\mu_k(x)]` > threshold.

    Args:
        mu: (..., N, K) posterior means over a data set.
        threshold: in squared units of the prior's standard deviation.

    Returns:
        (..., K) bool.

    Source: Burda, Grosse and Salakhutdinov (2016), section 5.2, with their threshold 0.01.

    >>> active_units(torch.tensor([[-1.0, 0.0], [1.0, 0.01]]))
    tensor([ True, False])
    """
    check_tensor("mu", mu, (..., "N", "K"))
    return mu.var(dim=-2, correction=0) > check_number("threshold", threshold, strict=False)


@dataclass(frozen=True)
class GradientSamples:
    """Single-sample estimates of a gradient; their mean is the gradient.

    Attributes:
        mu: (S, K), with respect to the mean.
        sigma: (S, K), with respect to the standard deviation.
    """

    mu: Tensor
    sigma: Tensor


def _draw(mu: Tensor, sigma: Tensor, n_samples: int, generator: torch.Generator) -> Tensor:
    check_tensor("mu", mu, ("K",))
    check_tensor("sigma", sigma, ("K",), above=0.0)
    check_same_shape("sigma", sigma, "mu", mu)
    check_int("n_samples", n_samples)
    return torch.randn(n_samples, mu.shape[0], generator=generator, dtype=mu.dtype)


def pathwise_gradient(
    f: Callable[[Tensor], Tensor],
    mu: Tensor,
    sigma: Tensor,
    *,
    n_samples: int,
    generator: torch.Generator,
) -> GradientSamples:
    r"""Reparameterised estimates of the gradient of :math:`\mathbb E\,f(z)`, z Gaussian.

    With :math:`z=\mu+\sigma\odot\varepsilon`: :math:`\nabla_\mu = f'(z)` and
    :math:`\nabla_\sigma = f'(z)\odot\varepsilon`. Needs a differentiable f and a continuous z.

    Args:
        f: maps (S, K) to (S,), differentiable.
        mu: (K,), the mean of z.
        sigma: (K,), its standard deviation, > 0.
        n_samples: S >= 1.
        generator: source of the noise.

    Source: Kingma and Welling (2014), section 2.4.

    >>> g = torch.Generator().manual_seed(0)
    >>> one = torch.ones(2)
    >>> pathwise_gradient(lambda z: z.sum(-1), one, one, n_samples=3, generator=g).mu[0]
    tensor([1., 1.])
    """
    eps = _draw(mu, sigma, n_samples, generator)
    z = (mu + sigma * eps).detach().requires_grad_()
    value = check_tensor("f(z)", f(z), (n_samples,))
    if not value.requires_grad:
        raise ValueError("f: expected a function that autograd can differentiate, got a constant")
    (slope,) = torch.autograd.grad(value.sum(), z)
    return GradientSamples(slope, slope * eps)


def score_function_gradient(
    f: Callable[[Tensor], Tensor],
    mu: Tensor,
    sigma: Tensor,
    *,
    n_samples: int,
    generator: torch.Generator,
    baseline: float = 0.0,
) -> GradientSamples:
    r"""Score-function (REINFORCE) estimates of the same gradient.

    .. math:: \nabla = (f(z)-b)\,\nabla\log q(z),\qquad
        \nabla_\mu\log q=\frac{\varepsilon}{\sigma},\quad
        \nabla_\sigma\log q=\frac{\varepsilon^2-1}{\sigma}

    f need not be differentiable. Any constant baseline b leaves the mean as it is; a good one
    lowers the variance. Arguments as in :func:`pathwise_gradient`.

    Source: Williams (1992), theorem 1; Mohamed et al. (2020), section 4.
    """
    eps = _draw(mu, sigma, n_samples, generator)
    with torch.no_grad():
        value = check_tensor("f(z)", f(mu + sigma * eps), (n_samples,))
    weight = (value - baseline).unsqueeze(-1)  # (S, 1)
    return GradientSamples(weight * eps / sigma, weight * (eps.square() - 1.0) / sigma)
