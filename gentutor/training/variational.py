"""Where the VAE meets its objective."""

import torch
from torch import Tensor

from gentutor.checks import check_int, check_tensor
from gentutor.models.vae import VAE
from gentutor.objectives.variational import ELBO, elbo
from gentutor.threads import one_thread


def model_elbo(model: VAE, x: Tensor, eps: Tensor) -> ELBO:
    """Return the ELBO of ``model`` on x (N, D) with posterior noise eps (N, K), in its parts."""
    out = model(x, eps)
    return elbo(
        x, out.decoded, out.mu, out.logvar, likelihood=model.likelihood, variance=model.variance
    )


def negative_elbo(
    model: VAE, x: Tensor, eps: Tensor, beta: float | Tensor = 1.0
) -> dict[str, Tensor]:
    r"""The VAE's loss for :func:`gentutor.training.fit`: mean ``recon_nll + beta * kl``.

    Returns:
        ``loss``, ``recon_nll`` and ``kl`` (R,), means over the batch in nats per example, and
        ``kl_per_dim`` (R, K).
    """
    parts = model_elbo(model, x, eps)
    recon_nll = parts.recon_nll.mean(-1)  # (R,)
    kl_per_dim = parts.kl.mean(-2)  # (R, K)
    kl = kl_per_dim.sum(-1)
    loss = recon_nll + beta * kl
    return {"loss": loss, "recon_nll": recon_nll, "kl": kl, "kl_per_dim": kl_per_dim}


@torch.no_grad()
def evaluate(model: VAE, x: Tensor, *, samples: int = 16, seed: int = 0) -> ELBO:
    """Return the ELBO of each example, its reconstruction term averaged over posterior samples.

    Args:
        model: one trained model, no replica axis.
        x: (N, D).
        samples: posterior samples per example.
        seed: of the posterior noise.

    >>> parts = evaluate(VAE(4, latent_dim=2), torch.zeros(3, 4))
    >>> parts.recon_nll.shape, parts.kl.shape
    (torch.Size([3]), torch.Size([3, 2]))
    """
    check_tensor("x", x, ("N", model.data_dim))
    check_int("samples", samples)
    generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
    shape = (len(x), model.latent_dim)
    with one_thread():
        draws = [
            model_elbo(model, x, torch.randn(shape, generator=generator, dtype=x.dtype))
            for _ in range(samples)
        ]
    return ELBO(torch.stack([draw.recon_nll for draw in draws]).mean(0), draws[0].kl)
