r"""What a VQ-VAE minimises: reconstruction, codebook and commitment term."""

from typing import Any

import torch
from torch import Tensor


def vq_terms(x: Tensor, decoded: Tensor, z_e: Tensor, z_q: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r"""Return the three squared errors, sums over an example, means over the batch, (...,).

    .. math:: \lVert x-\hat x\rVert^2,\quad \lVert\operatorname{sg}[z_e]-z_q\rVert^2,\quad
        \lVert z_e-\operatorname{sg}[z_q]\rVert^2

    sg is ``detach``: its argument counts as a constant. The second and third are equal in value;
    the second moves the codebook alone and the third the encoder alone.

    Args:
        x: (..., N, D) or (N, C, H, W) data.
        decoded: of the same shape.
        z_e: (..., N * P, d) the encoder's vectors.
        z_q: of the same shape, their entries, with the codebook's gradient.

    Source: van den Oord et al. (2017), equation 3.

    >>> one, two = torch.ones(1, 2), torch.zeros(1, 2)
    >>> [float(term) for term in vq_terms(one, two, one, two)]
    [2.0, 2.0, 2.0]
    """
    axes = (-3, -2, -1) if x.ndim == 4 else (-1,)
    count = x.shape[0] if x.ndim == 4 else x.shape[-2]
    error = (x - decoded).square().sum(axes).mean(-1)
    codebook = (z_e.detach() - z_q).square().sum((-2, -1)) / count
    commitment = (z_e - z_q.detach()).square().sum((-2, -1)) / count
    return error, codebook, commitment


def vector_quantised(
    model: Any,
    x: Tensor,
    eps: Tensor | None = None,
    beta: float | Tensor = 0.25,
    reset_below: float | Tensor = 0.0,
) -> dict[str, Tensor]:
    r"""The VQ-VAE's loss, for :func:`gentutor.training.fit`; it also steps the codebook.

    .. math:: \lVert x-\hat x\rVert^2 + \lVert\operatorname{sg}[z_e]-z_q\rVert^2
        + \beta\,\lVert z_e-\operatorname{sg}[z_q]\rVert^2

    With an EMA codebook the middle term has no gradient and is left out of ``loss``. In training
    (``model.training`` and gradients on) the codebook then takes note of the batch: running
    counts, an EMA step, and resets.

    Args:
        model: a :class:`gentutor.models.vq_vae.VQVAE` or ``ConvVQVAE``.
        x: (..., N, data_dim), or images.
        eps: (..., N, any) the noise that ``fit`` hands to every objective: its first column
            decides which vectors dead entries are put on.
        beta: >= 0, weight of the commitment term, one number or one a model.
        reset_below: entries that get fewer vectors a batch, in the running mean, are put on a
            vector of this batch; 0 for never. Likewise.

    Returns:
        ``loss``, ``error``, ``codebook``, ``commitment`` and ``perplexity`` of the batch.

    >>> from gentutor.models.vq_vae import VQVAE
    >>> model = VQVAE(4, places=2, dim=1, codes=3)
    >>> sorted(vector_quantised(model, torch.zeros(5, 4)))
    ['codebook', 'commitment', 'error', 'loss', 'perplexity']
    """
    out = model(x)
    found, quantizer = out.quantised, model.quantizer
    error, codebook, commitment = vq_terms(x, out.decoded, out.z_e, found.z_q)
    loss = error + beta * commitment
    if quantizer.learns_by_gradient:
        loss = loss + codebook
    share = _shares(found.index, quantizer.codes)
    if model.training and torch.is_grad_enabled():
        z_e = out.z_e.detach()
        quantizer.update(z_e, found.index)
        _reset(quantizer, z_e, eps, reset_below)
    return {
        "loss": loss,
        "error": error,
        "codebook": codebook,
        "commitment": commitment,
        "perplexity": (-torch.xlogy(share, share).sum(-1)).exp(),
    }


def _shares(index: Tensor, codes: int) -> Tensor:
    counts = torch.zeros(*index.shape[:-1], codes)
    counts.scatter_add_(-1, index, torch.ones(()).expand(index.shape))
    return counts / index.shape[-1]


def _reset(quantizer: Any, z_e: Tensor, eps: Tensor | None, below: float | Tensor) -> None:
    if isinstance(below, float | int) and below == 0:
        return
    if eps is None:
        raise ValueError("eps: expected noise, which chooses the vectors for resets, got None")
    limit = below[..., None] if isinstance(below, Tensor) else below
    dead = quantizer.counts < limit
    if bool(dead.any()):
        places = z_e.shape[-2] // eps.shape[-2]  # an example's vectors stand in a row
        first = eps[..., 0].argsort(-1) * places
        order = torch.stack([first + place for place in range(places)], -2).flatten(-2)
        quantizer.reset(dead, z_e, order)
