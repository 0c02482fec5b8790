"""The linear VAE, whose ELBO needs no sampling and whose optimum is known."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from gentutor.checks import check_int, check_number, check_tensor
from gentutor.nn import Linear


@dataclass(frozen=True)
class LinearVAEOutput:
    """One exact pass through the model, in float64.

    Attributes:
        mu: (N, K) posterior means.
        logvar: (N, K) log posterior variances, every row the same.
        decoded: (N, D) decoder mean at ``mu``.
        recon_nll: (N,) exact expected negative log-likelihood under q, in nats.
    """

    mu: Tensor
    logvar: Tensor
    decoded: Tensor
    recon_nll: Tensor


class LinearVAE(nn.Module):
    r"""VAE with an affine encoder, one diagonal covariance for all x, and an affine decoder.

    .. math:: q(z\mid x)=\mathcal N(V^\top x+c,\;\operatorname{diag}s^2),\qquad
        p(x\mid z)=\mathcal N(Wz+b,\;\sigma^2I)

    Its expected reconstruction term is a closed form, so the ELBO is exact for any weights:

    .. math:: \mathbb E_q[-\log p(x\mid z)]=\tfrac D2\log2\pi\sigma^2
        +\frac{\lVert x-W\mu-b\rVert^2+\sum_k s_k^2\lVert w_k\rVert^2}{2\sigma^2}

    with :math:`w_k` the k-th column of W. :func:`gentutor.training.lbfgs.fit_linear_vae` trains
    it to the optimum that :class:`gentutor.theory.ppca.PPCA` predicts.

    All parameters and results are float64, and inputs are converted to it.

    Args:
        data_dim: D, numbers per example.
        latent_dim: K, from 1 to D.
        variance: :math:`\sigma^2` of the likelihood: a number > 0, or ``"learnt"``.
        seed: of the starting weights.

    Source: Lucas et al. (2019), Don't blame the ELBO!

    >>> model = LinearVAE(64, latent_dim=2, variance=0.1)
    >>> out = model(torch.zeros(5, 64))
    >>> out.mu.shape, out.recon_nll.shape, out.recon_nll.dtype
    (torch.Size([5, 2]), torch.Size([5]), torch.float64)
    """

    def __init__(
        self,
        data_dim: int,
        *,
        latent_dim: int,
        variance: float | Literal["learnt"] = "learnt",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.data_dim = check_int("data_dim", data_dim)
        self.latent_dim = check_int("latent_dim", latent_dim, high=data_dim)
        if variance != "learnt":
            check_number("variance", variance)
        self.variance_setting = variance
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        self.encoder = Linear(data_dim, latent_dim, generator).double()
        self.decoder = Linear(latent_dim, data_dim, generator).double()
        self.logvar = nn.Parameter(torch.zeros(latent_dim, dtype=torch.float64))
        self.log_variance = (
            nn.Parameter(torch.zeros(1, dtype=torch.float64)) if variance == "learnt" else None
        )

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a model of this shape, all JSON values."""
        return {
            "data_dim": self.data_dim,
            "latent_dim": self.latent_dim,
            "variance": self.variance_setting,
        }

    @property
    def variance(self) -> Tensor:
        r""":math:`\sigma^2` of the likelihood, (1,) float64."""
        if self.log_variance is not None:
            return self.log_variance.exp()
        return torch.tensor([self.variance_setting], dtype=torch.float64)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return (mu, logvar) of q(z given x), each (N, K), for x (N, D)."""
        check_tensor("x", x, ("N", self.data_dim))
        mu = self.encoder(x.double())
        return mu, self.logvar.expand_as(mu)

    def decode(self, z: Tensor) -> Tensor:
        """Return the mean of p(x given z), (..., N, D), for z (..., N, K)."""
        check_tensor("z", z, (..., "N", self.latent_dim))
        return self.decoder(z.double())

    def forward(self, x: Tensor) -> LinearVAEOutput:
        """Encode x (N, D) and take the reconstruction term's expectation over q exactly."""
        mu, logvar = self.encode(x)
        decoded = self.decode(mu)
        spread = (
            self.logvar.exp() * self.decoder.weight.square().sum(1)
        ).sum()  # from q's variance
        squared_error = (x - decoded).square().sum(-1) + spread  # (N,)
        constant = 0.5 * self.data_dim * (math.log(2 * math.pi) + self.variance.log())
        return LinearVAEOutput(mu, logvar, decoded, constant + squared_error / (2 * self.variance))

    def linear_map(self) -> tuple[Tensor, Tensor, float]:
        r"""Return W (D, K), b (D,) and :math:`\sigma^2`, detached: what makes p(x) and no more.

        These are the arguments of :class:`gentutor.theory.ppca.LinearGaussian`, which knows the
        exact log p(x) and posterior of this decoder.
        """
        weight, bias = self.decoder.weight.detach().mT, self.decoder.bias.detach()
        return weight, bias, float(self.variance.detach())
