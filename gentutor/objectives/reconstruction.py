r"""What an autoencoder minimises: the squared error, and three ways to make copying harder.

All values are sums over the numbers of one example, averaged over the examples.
"""

from typing import Any

from torch import Tensor

from gentutor.checks import check_same_shape, check_tensor


def squared_error(x: Tensor, x_hat: Tensor) -> Tensor:
    r"""Return :math:`\lVert x-\hat x\rVert^2` of each example, (..., N); lower is better.

    Args:
        x: (..., N, D).
        x_hat: of the same shape.

    The negative log-likelihood of a Gaussian of variance :math:`\sigma^2` around
    :math:`\hat x` is this over :math:`2\sigma^2`, plus a constant:
    :func:`gentutor.objectives.variational.recon_nll`.

    >>> import torch
    >>> squared_error(torch.tensor([[2.0, 1.0]]), torch.tensor([[1.5, 1.5]]))
    tensor([0.5000])
    """
    check_tensor("x", x, (..., "N", "D"))
    check_tensor("x_hat", x_hat, (..., "N", "D"))
    check_same_shape("x_hat", x_hat, "x", x)
    return (x - x_hat).square().sum(-1)


def reconstruction(
    model: Any,
    x: Tensor,
    eps: Tensor | None = None,
    sparsity: float | Tensor = 0.0,
    contraction: float | Tensor = 0.0,
) -> dict[str, Tensor]:
    r"""The autoencoder's loss, for :func:`gentutor.training.fit`.

    .. math:: \lVert x-\hat x\rVert^2 + a\,\lVert z\rVert_1
        + b\,\Big\lVert\frac{\partial z}{\partial x}\Big\rVert_F^2

    Args:
        model: an :class:`gentutor.models.autoencoder.Autoencoder`.
        x: (..., N, D).
        eps: the noise that ``fit`` hands to every objective; an autoencoder needs none.
        sparsity: a >= 0, the weight of the codes' absolute values, one number or one a model.
        contraction: b >= 0, the weight of the encoder's squared slopes, likewise
            (Rifai et al., 2011).

    Returns:
        ``loss``, ``error``, ``l1`` and ``slope``, means over the examples.

    >>> import torch
    >>> from gentutor.models.autoencoder import Autoencoder
    >>> reconstruction(Autoencoder(4, latent_dim=2), torch.zeros(3, 4))["error"].shape
    torch.Size([])
    """
    z = model.encode(x)
    error = squared_error(x, model.decode(z)).mean(-1)
    l1 = z.abs().sum(-1).mean(-1)
    terms = {"loss": error + sparsity * l1, "error": error, "l1": l1}
    if not isinstance(contraction, float | int) or contraction:
        slope = model.encoder_jacobian(x).square().sum((-2, -1)).mean(-1)
        terms |= {"loss": terms["loss"] + contraction * slope, "slope": slope}
    return terms


def denoising(model: Any, x: Tensor, noise: Tensor) -> Tensor:
    r"""Return :math:`\lVert x-g(f(x+\text{noise}))\rVert^2` of each example, (..., N).

    The input is noisy and the target clean (Vincent et al., 2008). The best function under it is
    the conditional mean of x given the noisy input.

    Args:
        model: an :class:`gentutor.models.autoencoder.Autoencoder`.
        x: (..., N, D), the clean examples.
        noise: of the same shape, :math:`\sigma\varepsilon`.

    >>> import torch
    >>> from gentutor.models.autoencoder import Autoencoder
    >>> denoising(Autoencoder(4, latent_dim=2), torch.zeros(3, 4), torch.ones(3, 4)).shape
    torch.Size([3])
    """
    check_tensor("x", x, (..., "N", "D"))
    check_tensor("noise", noise, (..., "N", "D"))
    check_same_shape("noise", noise, "x", x)
    return squared_error(x, model(x + noise))
