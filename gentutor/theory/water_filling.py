r"""Reverse water-filling: the whole :math:`\beta` sweep of a linear VAE in closed form.

For a fixed decoder variance :math:`\sigma^2` the :math:`\beta`-VAE minimises

.. math:: \mathbb E[\text{recon\_nll}]+\beta\,\mathbb E[\mathrm{KL}]
    = \beta\Big(\tfrac{1}{2\beta\sigma^2}\mathbb E\lVert x-\hat x\rVert^2
    +\mathbb E[\mathrm{KL}]\Big)+\tfrac D2\log 2\pi\sigma^2,

so that only :math:`\theta=\beta\sigma^2` decides where the optimum lies: it is the probabilistic
PCA of variance :math:`\theta`. In the principal axes each dimension then has

.. math:: D_i=\min(\lambda_i,\theta),\qquad R_i=\tfrac12\log^+\frac{\lambda_i}{\theta}.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gentutor.checks import check_int, check_number, check_tensor


@dataclass(frozen=True)
class WaterFilling:
    r"""The optimum for one water level :math:`\beta\sigma^2`; nats and means per example.

    Attributes:
        eigenvalues: (D,) of the data covariance, in falling order.
        rate: (D,) nats, :math:`R_i`: the KL of each dimension, averaged over the data.
        distortion: (D,) expected squared error along each principal axis, in squared units of x,
            the dimensions without a latent included.
        variance: :math:`\sigma^2` of the decoder.
        beta: weight of the KL.
    """

    eigenvalues: Tensor
    rate: Tensor
    distortion: Tensor
    variance: float
    beta: float

    @property
    def active(self) -> Tensor:
        r"""(D,) bool: where :math:`R_i>0`; the rest have collapsed or have no latent."""
        return self.rate > 0

    @property
    def recon_nll(self) -> float:
        r"""Mean of :math:`\frac D2\log2\pi\sigma^2+\sum_iD_i/2\sigma^2`, in nats."""
        constant = 0.5 * len(self.distortion) * math.log(2 * math.pi * self.variance)
        return constant + float(self.distortion.sum()) / (2 * self.variance)

    @property
    def kl(self) -> float:
        """Mean KL in nats, summed over dimensions: the total rate."""
        return float(self.rate.sum())

    @property
    def elbo(self) -> float:
        """Mean ELBO (with the KL's weight 1) of the model that was trained with ``beta``."""
        return -self.recon_nll - self.kl

    @property
    def loss(self) -> float:
        """Smallest value of the trained objective, ``recon_nll + beta * kl``."""
        return self.recon_nll + self.beta * self.kl


def water_filling(
    eigenvalues: Tensor,
    *,
    variance: float,
    beta: float = 1.0,
    latent_dim: int | None = None,
) -> WaterFilling:
    r"""Return rate and distortion of every dimension at the optimum.

    What it is exact for:

    * **A linear VAE on any data** with these covariance eigenvalues: decoder variance
      :math:`\sigma^2` fixed, diagonal posterior covariance shared by all x, best encoder and
      decoder for this :math:`\beta`. Only the data's first two moments enter. A dimension beyond
      ``latent_dim`` has :math:`R_i=0` and :math:`D_i=\lambda_i`.
    * **Shannon's rate–distortion function of a Gaussian source** under squared error, when every
      dimension may have a latent. For Gaussian data the aggregate posterior is the prior, so the
      KL *is* the mutual information. Of all sources with one covariance the Gaussian needs the
      highest rate: other data could be coded with fewer nats than a linear VAE spends.

    Args:
        eigenvalues: (D,) floating point, >= 0, in falling order.
        variance: :math:`\sigma^2 > 0`.
        beta: > 0.
        latent_dim: K, from 1 to D; None for D.

    Raises:
        TypeError, ValueError: an argument of the wrong kind, shape, order or range.

    Sources: Cover and Thomas (2006), theorem 10.3.3; Tipping and Bishop (1999) for
    :math:`\beta=1`; Lucas et al. (2019) for the linear VAE.

    >>> best = water_filling(torch.tensor([4.0, 1.0, 0.25]), variance=0.25, beta=4.0)
    >>> best.rate, best.distortion  # log 2 nats for the first dimension, none for the others
    (tensor([0.6931, 0.0000, 0.0000]), tensor([1.0000, 1.0000, 0.2500]))
    """
    check_tensor("eigenvalues", eigenvalues, ("D",), low=0.0)
    if bool((eigenvalues.diff() > 0).any()):
        raise ValueError("eigenvalues: expected falling order, got an increase")
    data_dim = len(eigenvalues)
    latent_dim = data_dim if latent_dim is None else latent_dim
    check_int("latent_dim", latent_dim, high=data_dim)
    level = check_number("variance", variance) * check_number("beta", beta)
    has_latent = torch.arange(data_dim) < latent_dim
    rate = torch.where(has_latent, 0.5 * (eigenvalues / level).clamp(min=1.0).log(), 0.0)
    distortion = torch.where(has_latent, eigenvalues.clamp(max=level), eigenvalues)
    return WaterFilling(eigenvalues, rate, distortion, float(variance), float(beta))
