"""Blocks that every model is built of, each ready to hold one network or many.

A block's parameters may carry a leading *replica* axis. With it, one call runs R networks of
the same shape on R batches. :func:`stack` puts that axis in front of a list of models and
:func:`unstack` hands the trained values back.
"""

import copy
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

ModuleT = TypeVar("ModuleT", bound=nn.Module)


class Linear(nn.Module):
    r"""Affine map :math:`y = xW + b`, for one network or R networks at once.

    Shapes: ``weight`` is (in_features, out_features) and ``bias`` (out_features,); after
    :func:`stack` both gain a leading axis R. Input (N, in_features) or (R, N, in_features),
    output of the same form. Both start uniform in :math:`\pm 1/\sqrt{\text{in\_features}}`,
    which is PyTorch's own start for ``torch.nn.Linear``.

    >>> Linear(3, 2, torch.Generator().manual_seed(0))(torch.ones(5, 3)).shape
    torch.Size([5, 2])
    """

    def __init__(self, in_features: int, out_features: int, generator: torch.Generator) -> None:
        super().__init__()
        bound = 1.0 / math.sqrt(in_features)
        weight = torch.empty(in_features, out_features)
        bias = torch.empty(out_features)
        self.weight = nn.Parameter(weight.uniform_(-bound, bound, generator=generator))
        self.bias = nn.Parameter(bias.uniform_(-bound, bound, generator=generator))

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., in_features) to (..., out_features)."""
        return affine(x, self.weight, self.bias)


def affine(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return ``x @ weight + bias`` with an optional replica axis on weight and bias."""
    if weight.ndim == 2:
        return nn.functional.linear(x, weight.mT, bias)
    return torch.baddbmm(bias.unsqueeze(1), x, weight)  # (R, N, out)


class MLP(nn.Module):
    """Multilayer perceptron: affine maps with ReLU between them, none after the last.

    Args:
        sizes: widths from input to output, at least two.
        generator: source of the starting weights.

    >>> MLP((64, 128, 16), torch.Generator().manual_seed(0))(torch.zeros(5, 64)).shape
    torch.Size([5, 16])
    """

    def __init__(self, sizes: Sequence[int], generator: torch.Generator) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            Linear(n_in, n_out, generator) for n_in, n_out in pairwise(sizes)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., sizes[0]) to (..., sizes[-1])."""
        *hidden, last = self.layers
        for layer in hidden:
            x = layer(x).relu_()
        return last(x)


class MaskedMLP(nn.Module):
    r"""Autoregressive network: output i sees the inputs before i and ``context``; output 0 neither.

    One hidden layer whose units are spread evenly over the positions, and direct connections
    from input to output; masks delete every path from input j to output i with :math:`j \ge i`.
    A hidden unit sees at least input 0, so output 0 has none: it is a bias, the same for every
    ``context``. Thus :math:`\prod_i p(x_i \mid x_{<i}, z)` is a valid factorisation. Germain et al.
    (2015), MADE, equations 8 to 10 and section 4.1.

    Shapes: x (..., dim), context (..., context_dim), output (..., dim).

    >>> net = MaskedMLP(4, 16, 2, torch.Generator().manual_seed(0))
    >>> x, z = torch.zeros(1, 4), torch.zeros(1, 2)
    >>> (net(x, z) == net(torch.tensor([[0.0, 0.0, 7.0, 0.0]]), z)).tolist()
    [[True, True, True, False]]
    >>> (net(x, z) == net(x, z + 7.0)).tolist()
    [[True, False, False, False]]
    """

    mask_in: Tensor
    mask_out: Tensor
    mask_direct: Tensor

    def __init__(self, dim: int, hidden: int, context_dim: int, generator: torch.Generator) -> None:
        super().__init__()
        self.from_x = Linear(dim, hidden, generator)
        self.from_context = Linear(context_dim, hidden, generator)
        self.to_x = Linear(hidden, dim, generator)
        position = torch.arange(dim)
        degree = torch.arange(hidden) * (dim - 1) // hidden  # sees inputs 0..degree
        mask_in = (position[:, None] <= degree[None, :]).float()  # (dim, hidden)
        mask_out = (degree[:, None] < position[None, :]).float()  # (hidden, dim)
        self.direct = Linear(dim, dim, generator)
        mask_direct = (position[:, None] < position[None, :]).float()  # (dim, dim)
        self.register_buffer("mask_direct", mask_direct, persistent=False)
        self.register_buffer("mask_in", mask_in, persistent=False)
        self.register_buffer("mask_out", mask_out, persistent=False)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """Return one number per position, from earlier positions and the context."""
        seen = affine(x, self.from_x.weight * self.mask_in, self.from_x.bias)
        hidden = (seen + self.from_context(context)).relu()
        out = affine(hidden, self.to_x.weight * self.mask_out, self.to_x.bias)
        return out + affine(x, self.direct.weight * self.mask_direct, self.direct.bias)


def stack(models: Sequence[ModuleT]) -> ModuleT:
    """Return one module that computes all the given ones, with a leading replica axis.

    The models must have the same class, shapes and configuration, except for settings that they
    keep in persistent buffers (named in ``stacked_settings``): those are stacked like weights.
    The result's parameters are copies: train it, then call :func:`unstack`.

    Raises:
        TypeError: one of the models is not a module.
        ValueError: no models, or models that are not alike.

    >>> weights = torch.Generator().manual_seed(0)
    >>> stack([Linear(3, 2, weights), Linear(3, 2, weights)])(torch.ones(2, 5, 3)).shape
    torch.Size([2, 5, 2])
    """
    if not models:
        raise ValueError("models: expected at least one model, got none")
    first = models[0]
    for i, model in enumerate(models):
        if not isinstance(model, nn.Module):
            raise TypeError(f"models: expected modules, models[{i}] is {type(model).__name__}")
        if _kind(model) != _kind(first):
            raise ValueError(
                "models: expected one class, shape and configuration throughout; "
                f"models[{i}] differs from models[0]"
            )
    stacked = copy.deepcopy(first)
    states = [model.state_dict() for model in models]
    for name in states[0]:
        owner_name, _, leaf = name.rpartition(".")
        owner = stacked.get_submodule(owner_name)
        values = torch.stack([state[name] for state in states])
        old = getattr(owner, leaf)
        trained = isinstance(old, nn.Parameter)
        setattr(owner, leaf, nn.Parameter(values, old.requires_grad) if trained else values)
    return stacked


def _kind(model: nn.Module) -> tuple[Any, ...]:
    """Return what models must share to be computed as one."""
    free = getattr(model, "stacked_settings", ())
    settings = {k: v for k, v in getattr(model, "config", {}).items() if k not in free}
    return (
        type(model),
        settings,
        {name: (value.shape, value.dtype) for name, value in model.state_dict().items()},
    )


def unstack(stacked: nn.Module, models: Sequence[nn.Module]) -> None:
    """Copy the values of each replica of ``stacked`` into the model it came from."""
    states = [model.state_dict() for model in models]
    for name, values in stacked.state_dict().items():
        for value, state in zip(values, states, strict=True):
            state[name].copy_(value)
