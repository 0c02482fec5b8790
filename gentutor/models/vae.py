"""The variational autoencoder."""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from gentutor.checks import check_choice, check_int, check_number, check_tensor
from gentutor.nn import MLP, MaskedMLP

Likelihood = Literal["gaussian", "bernoulli"]
DecoderKind = Literal["mlp", "autoregressive"]


@dataclass(frozen=True)
class VAEOutput:
    """One pass through the model; shapes may carry a leading replica axis.

    Attributes:
        mu: (N, K) posterior means.
        logvar: (N, K) log posterior variances.
        z: (N, K) the posterior sample that was decoded.
        decoded: (N, D) Gaussian mean, or Bernoulli logits.
    """

    mu: Tensor
    logvar: Tensor
    z: Tensor
    decoded: Tensor


class VAE(nn.Module):
    r"""Variational autoencoder with a diagonal Gaussian posterior.

    .. math:: p(z)=\mathcal N(0,I),\quad p(x\mid z)=\mathcal N(m(z),\sigma^2 I)\text{ or }
        \mathrm{Bernoulli}(m(z)),\quad q(z\mid x)=\mathcal N(\mu(x),\operatorname{diag}\sigma^2(x))

    The prior and the decoder are the model; the encoder serves only to infer z.

    Args:
        data_dim: D, numbers per example.
        latent_dim: K >= 1.
        hidden: widths of the encoder's hidden layers; the decoder has them in reverse.
        likelihood: ``"gaussian"`` or ``"bernoulli"`` (data in [0, 1]).
        variance: of the Gaussian likelihood, shared by all dimensions: a number > 0, or
            ``"learnt"`` (Rybkin et al., 2021). Ignored by ``"bernoulli"``.
        decoder: ``"mlp"``, or ``"autoregressive"``, whose every output also sees the earlier
            dimensions of x and so can do without z.
        seed: of the starting weights.

    Sources: Kingma and Welling (2014); Rezende, Mohamed and Wierstra (2014).

    >>> model = VAE(64, latent_dim=2, variance=0.04)
    >>> out = model(torch.zeros(5, 64), torch.zeros(5, 2))
    >>> out.mu.shape, out.decoded.shape
    (torch.Size([5, 2]), torch.Size([5, 64]))
    """

    stacked_settings = ("variance",)  # kept in a buffer, so models of one stack may differ in it
    fixed_variance: Tensor

    def __init__(
        self,
        data_dim: int,
        *,
        latent_dim: int,
        hidden: tuple[int, ...] = (128,),
        likelihood: Likelihood = "gaussian",
        variance: float | Literal["learnt"] = "learnt",
        decoder: DecoderKind = "mlp",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.data_dim = check_int("data_dim", data_dim)
        self.latent_dim = check_int("latent_dim", latent_dim)
        if not isinstance(hidden, list | tuple):
            raise TypeError(f"hidden: expected a tuple of widths, got {hidden!r}")
        self.hidden = tuple(check_int("hidden", width) for width in hidden)
        self.likelihood = check_choice("likelihood", likelihood, ("gaussian", "bernoulli"))
        self.decoder_kind = check_choice("decoder", decoder, ("mlp", "autoregressive"))
        self.variance_setting: float | Literal["learnt"] = "learnt"
        if isinstance(variance, str):
            check_choice("variance", variance, ("a number > 0", "learnt"))
        else:
            self.variance_setting = check_number("variance", variance)
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        self.encoder = MLP((data_dim, *self.hidden, 2 * latent_dim), generator)
        self.decoder: MLP | MaskedMLP
        if decoder == "mlp":
            self.decoder = MLP((latent_dim, *reversed(self.hidden), data_dim), generator)
        else:
            if not self.hidden:
                raise ValueError("hidden: expected a width for the autoregressive decoder, got ()")
            self.decoder = MaskedMLP(data_dim, max(self.hidden), latent_dim, generator)
        # Adam moves a parameter by about its rate a step. A tenth of log variance is stored, so
        # that the variance can travel from 1 to 0.01 in a few hundred steps.
        learnt = likelihood == "gaussian" and variance == "learnt"
        self.log_variance_tenth = nn.Parameter(torch.zeros(1)) if learnt else None
        fixed = 1.0 if self.variance_setting == "learnt" else self.variance_setting
        self.register_buffer("fixed_variance", None if learnt else torch.tensor([fixed]))

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a model of this shape, all JSON values."""
        return {
            "data_dim": self.data_dim,
            "latent_dim": self.latent_dim,
            "hidden": list(self.hidden),
            "likelihood": self.likelihood,
            "variance": self.variance_setting,
            "decoder": self.decoder_kind,
        }

    @property
    def variance(self) -> Tensor:
        r""":math:`\sigma^2` of the likelihood, (1, 1), or (R, 1, 1) with a replica axis."""
        if self.log_variance_tenth is not None:
            return (10.0 * self.log_variance_tenth).exp().unsqueeze(-1)
        return self.fixed_variance.unsqueeze(-1)

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the weights, and of everything the model takes and gives."""
        return next(self.parameters()).dtype

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return (mu, logvar) of q(z given x), each (N, K), for x (N, D)."""
        check_tensor("x", x, (..., "N", self.data_dim), dtype=self.dtype)
        mu, logvar = self.encoder(x).chunk(2, dim=-1)
        return mu, logvar

    def decode(self, z: Tensor, x: Tensor | None = None) -> Tensor:
        """Return the Gaussian mean or the Bernoulli logits, (N, D), for z (N, K).

        The autoregressive decoder also needs ``x`` (N, D), whose earlier dimensions it sees.
        """
        check_tensor("z", z, (..., "N", self.latent_dim), dtype=self.dtype)
        if x is not None:
            check_tensor("x", x, (..., "N", self.data_dim), dtype=z.dtype)
        return self._decode(z, x)

    def _decode(self, z: Tensor, x: Tensor | None) -> Tensor:
        if isinstance(self.decoder, MLP):
            return self.decoder(z)
        if x is None:
            raise ValueError("x: expected the data that an autoregressive decoder sees, got None")
        return self.decoder(x, z)

    def forward(self, x: Tensor, eps: Tensor) -> VAEOutput:
        r"""Encode x (N, D), draw :math:`z=\mu+\sigma\odot\varepsilon` with eps (N, K), decode."""
        mu, logvar = self.encode(x)
        check_tensor("eps", eps, (..., *mu.shape), dtype=mu.dtype)
        z = torch.addcmul(mu, (0.5 * logvar).exp(), eps)
        return VAEOutput(mu, logvar, z, self._decode(z, x))

    def mean(self, decoded: Tensor) -> Tensor:
        """Return E[x given z] from what the decoder gave; the picture that people show."""
        return decoded.sigmoid() if self.likelihood == "bernoulli" else decoded

    @torch.no_grad()
    def sample(self, z: Tensor, *, seed: int = 0, noise: bool = True) -> Tensor:
        """Draw x from p(x given z), (N, D), for z (N, K).

        Args:
            z: latent codes; draw them from N(0, I) for samples of the model.
            seed: of the observation noise.
            noise: False returns the decoder's mean instead of a draw (for the autoregressive
                decoder: each dimension's mean given the means before it).
        """
        check_tensor("z", z, (..., "N", self.latent_dim), dtype=self.dtype)
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        if isinstance(self.decoder, MLP):
            return self._observe(self.decode(z), generator, noise)
        x = z.new_zeros(*z.shape[:-1], self.data_dim)
        for i in range(self.data_dim):
            x[..., i] = self._observe(self.decode(z, x), generator, noise)[..., i]
        return x

    def _observe(self, decoded: Tensor, generator: torch.Generator, noise: bool) -> Tensor:
        mean = self.mean(decoded)
        if not noise:
            return mean
        if self.likelihood == "bernoulli":
            return torch.bernoulli(mean, generator=generator)
        spread = self.variance.to(mean.dtype).sqrt()
        return mean + spread * torch.randn(mean.shape, generator=generator, dtype=mean.dtype)
