r"""Probabilistic PCA: the latent-variable model whose every quantity is a closed form.

.. math:: p(z)=\mathcal N(0,I_K),\qquad p(x\mid z)=\mathcal N(Wz+b,\;\sigma^2 I_D)

Marginal and posterior are Gaussian, so that a linear VAE can be checked against exact answers:
log p(x), p(z given x), the best ELBO, the KL of each dimension, and which dimensions collapse.
All results are in nats and in the dtype of the input; use float64 for an oracle.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gentutor.checks import check_int, check_number, check_tensor
from gentutor.theory import gaussians
from gentutor.theory.water_filling import WaterFilling, water_filling


@dataclass(frozen=True)
class LinearGaussian:
    r"""A linear-Gaussian model with any weights, not only the best ones.

    Attributes:
        weight: (D, K), W.
        bias: (D,), b.
        variance: :math:`\sigma^2 > 0`.

    >>> model = LinearGaussian(torch.ones(1, 1), torch.zeros(1), 1.0)
    >>> model.log_prob(torch.zeros(1, 1))  # log N(0; 0, 2)
    tensor([-1.2655])
    >>> model.posterior(torch.ones(1, 1))  # half of x, half of the prior's variance
    (tensor([[0.5000]]), tensor([[0.5000]]))
    """

    weight: Tensor
    bias: Tensor
    variance: float

    def __post_init__(self) -> None:
        check_tensor("weight", self.weight, ("D", "K"))
        check_tensor("bias", self.bias, (self.weight.shape[0],))
        check_number("variance", self.variance)

    @property
    def covariance(self) -> Tensor:
        r"""Covariance of x under the model, :math:`WW^\top+\sigma^2 I`: (D, D)."""
        return self.weight @ self.weight.mT + self.variance * torch.eye(
            len(self.bias), dtype=self.weight.dtype
        )

    def log_prob(self, x: Tensor) -> Tensor:
        r"""Exact :math:`\log p(x)=\log\mathcal N(x;\,b,\,WW^\top+\sigma^2 I)`: (N,) for x (N, D).

        Source: Bishop (2006), equations 12.35 and 12.36.
        """
        check_tensor("x", x, ("N", len(self.bias)))
        return gaussians.log_density(x, self.bias, self.covariance)

    def log_joint(self, x: Tensor, z: Tensor) -> Tensor:
        r"""Return :math:`\log p(x,z)=\log p(z)+\log p(x\mid z)`: (..., N) for z (..., N, K)."""
        data_dim, latent_dim = self.weight.shape
        check_tensor("x", x, ("N", data_dim))
        check_tensor("z", z, (..., len(x), latent_dim))
        residual = x - self.bias - z @ self.weight.mT  # (..., N, D)
        squares = z.square().sum(-1) + residual.square().sum(-1) / self.variance
        constant = (data_dim + latent_dim) * math.log(2 * math.pi)
        return -0.5 * (squares + constant + data_dim * math.log(self.variance))

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Exact p(z given x): means (N, K), and the covariance (K, K) that all x share.

        .. math:: M=W^\top W+\sigma^2 I,\qquad
            p(z\mid x)=\mathcal N\big(M^{-1}W^\top(x-b),\;\sigma^2M^{-1}\big)

        Source: Bishop (2006), equations 12.41 and 12.42.
        """
        check_tensor("x", x, ("N", len(self.bias)))
        eye = torch.eye(self.weight.shape[1], dtype=self.weight.dtype)
        inverse = torch.cholesky_inverse(
            torch.linalg.cholesky(self.weight.mT @ self.weight + self.variance * eye)
        )
        return (x - self.bias) @ self.weight @ inverse, self.variance * inverse


@dataclass(frozen=True)
class PPCA:
    r"""The maximum-likelihood linear-Gaussian model of a data set; build it with :meth:`fit`.

    .. math:: W=U_K(\Lambda_K-\sigma^2I)_+^{1/2}

    with the data covariance's largest eigenvalues :math:`\Lambda_K` and their axes :math:`U_K`.
    W is unique up to a rotation of z; this choice makes the posterior diagonal, which is what
    lets a VAE with a diagonal posterior reach log p(x).

    Attributes:
        mean: (D,) mean of the data.
        eigenvalues: (D,) of the data covariance (divided by N, not N - 1), in falling order.
        axes: (D, D), one principal axis a column, in the same order.
        latent_dim: K.
        variance: :math:`\sigma^2`, as given or by maximum likelihood.

    Sources: Tipping and Bishop (1999); Bishop (2006), equations 12.45 and 12.46.
    """

    mean: Tensor
    eigenvalues: Tensor
    axes: Tensor
    latent_dim: int
    variance: float

    @classmethod
    def fit(cls, x: Tensor, latent_dim: int, *, variance: float | None = None) -> "PPCA":
        r"""Fit to examples x (N, D).

        Args:
            x: (N, D) floating point, N >= D.
            latent_dim: K, from 1 to D (to D - 1 when ``variance`` is None).
            variance: :math:`\sigma^2 > 0`; None for the maximum-likelihood value, the mean of
                the D - K smallest eigenvalues.

        Raises:
            TypeError, ValueError: wrong dtype or shape, NaN, fewer examples than dimensions, more
                latents than dimensions, a variance that is not positive, or a covariance so
                singular that the maximum-likelihood variance is 0.

        >>> x = torch.tensor([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        >>> model = PPCA.fit(x, latent_dim=1)
        >>> model.eigenvalues, model.variance
        (tensor([2.0000, 0.5000]), 0.5)
        >>> model.weight.abs()  # (2 - 0.5) ** 0.5 along the first axis
        tensor([[1.2247],
                [0.0000]])
        """
        check_tensor("x", x, ("N", "D"))
        n_examples, data_dim = x.shape
        if n_examples < data_dim:
            raise ValueError(
                f"x: expected at least as many examples as dimensions ({data_dim}), got "
                f"{n_examples}: their covariance is singular; take more examples, project x to "
                "fewer dimensions, or pass a regularised covariance to PPCA.from_covariance"
            )
        mean = x.mean(0)
        centred = x - mean
        return cls.from_covariance(
            centred.mT @ centred / n_examples, latent_dim, variance=variance, mean=mean
        )

    @classmethod
    def from_covariance(
        cls,
        covariance: Tensor,
        latent_dim: int,
        *,
        variance: float | None = None,
        mean: Tensor | None = None,
    ) -> "PPCA":
        """Fit to a covariance (D, D), symmetric and positive semi-definite; mean 0 if not given.

        Arguments and errors otherwise as in :meth:`fit`.
        """
        gaussians.check_symmetric("covariance", check_tensor("covariance", covariance, ("D", "D")))
        data_dim = len(covariance)
        if mean is None:
            mean = covariance.new_zeros(data_dim)
        check_tensor("mean", mean, (data_dim,))
        check_int("latent_dim", latent_dim, high=data_dim)
        eigenvalues, axes = torch.linalg.eigh(covariance)
        eigenvalues, axes = eigenvalues.flip(0), axes.flip(1)
        floor = data_dim * torch.finfo(covariance.dtype).eps * float(eigenvalues[0])
        if float(eigenvalues[-1]) < -abs(floor):
            raise ValueError(
                "covariance: expected a positive semi-definite matrix, got the eigenvalue "
                f"{float(eigenvalues[-1]):g}"
            )
        eigenvalues = torch.where(eigenvalues > floor, eigenvalues, 0.0)
        if variance is None:
            variance = _most_likely_variance(eigenvalues, latent_dim)
        return cls(mean, eigenvalues, axes, latent_dim, check_number("variance", variance))

    @cached_property
    def weight(self) -> Tensor:
        """(D, K), W; the columns of collapsed dimensions are 0."""
        excess = (self.eigenvalues[: self.latent_dim] - self.variance).clamp(min=0.0)
        return self.axes[:, : self.latent_dim] * excess.sqrt()

    @cached_property
    def model(self) -> LinearGaussian:
        """The fitted model with its exact log p(x) and posterior."""
        return LinearGaussian(self.weight, self.mean, self.variance)

    @cached_property
    def solution(self) -> WaterFilling:
        """Optimum of the linear VAE's ELBO on this data with this variance, in its parts.

        Its ``elbo`` equals the mean of :meth:`log_prob` over the data: nothing is lost to the
        diagonal posterior.
        """
        return water_filling(
            self.eigenvalues, variance=self.variance, beta=1.0, latent_dim=self.latent_dim
        )

    @property
    def kl(self) -> Tensor:
        r"""(K,) predicted mean KL of each latent, :math:`\frac12\log^+(\lambda_i/\sigma^2)`."""
        return self.solution.rate[: self.latent_dim]

    @property
    def active(self) -> Tensor:
        r"""(K,) bool: the latents that do not collapse, :math:`\lambda_i>\sigma^2`."""
        return self.eigenvalues[: self.latent_dim] > self.variance

    def log_prob(self, x: Tensor) -> Tensor:
        """Exact log p(x), (N,) nats, for x (N, D)."""
        return self.model.log_prob(x)

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Exact p(z given x): means (N, K) and the shared covariance (K, K), here diagonal."""
        return self.model.posterior(x)


def _most_likely_variance(eigenvalues: Tensor, latent_dim: int) -> float:
    """Mean of the eigenvalues that K latents leave over; Bishop (2006), equation 12.46."""
    data_dim, rank = len(eigenvalues), int((eigenvalues > 0).sum())
    if latent_dim == data_dim:
        raise ValueError(
            f"latent_dim: expected fewer latents than dimensions ({data_dim}) when variance is "
            f"None, got {latent_dim}: nothing is left to estimate the noise from; pass variance"
        )
    if latent_dim >= rank:
        raise ValueError(
            f"covariance: singular, of rank {rank}: with latent_dim={latent_dim} the "
            "maximum-likelihood variance is 0 and the likelihood infinite; pass variance, or a "
            f"latent_dim below {rank}"
        )
    return float(eigenvalues[latent_dim:].mean())
