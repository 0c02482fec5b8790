"""All weights of one stacked network in one vector, and Adam on it.

Two habits of fast kernels would make a network's bits depend on what it is grouped with.
Element-wise kernels compute whole vector registers first and the rest one by one, and the two may
round differently: so vectors here end in padding. Matrix products may choose their order of
summation by the alignment of a matrix: so every network's matrix begins at a cache line.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

ALIGN = 16  # floats of a cache line
TAIL = 64  # floats of the longest unrolled loop


def aligned(count: int) -> int:
    """Return ``count`` rounded up to whole cache lines.

    >>> aligned(128), aligned(25)
    (128, 32)
    """
    return -(-count // ALIGN) * ALIGN


def padded(*shape: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return zeros of a shape, and the padded vector that they are the beginning of.

    >>> view, whole = padded(2, 3, dtype=torch.float32)
    >>> view.shape, whole.shape
    (torch.Size([2, 3]), torch.Size([70]))
    """
    count = math.prod(shape)
    whole = torch.zeros(count + TAIL, dtype=dtype)
    return whole[:count].view(shape), whole


class FlatWeights:
    """A stacked network's weights and gradients as views of two vectors.

    Args:
        net: stacked by :func:`gentutor.nn.stack`; its parameters become views, all but frozen ones.

    Attributes:
        parameters: those of ``net`` that are trained, first layer first.
        values: (P,) all weights, layer by layer, each network's part of a layer aligned.
        grad: (P,) their gradients.
        weights: the views into ``values``, (R, in, out) and (R, out) by turns.
        grads: the same views into ``grad``.
    """

    def __init__(self, net: nn.Module) -> None:
        self.parameters = parameters = [p for p in net.parameters() if p.requires_grad]
        self._places: list[tuple[int, int]] = []
        total = 0
        for parameter in parameters:
            stride = aligned(parameter[0].numel())
            self._places.append((total, stride))
            total += len(parameter) * stride
        self.values = torch.zeros(total + TAIL, dtype=parameters[0].dtype)
        self.grad = torch.zeros_like(self.values)
        self._shapes = [parameter.shape for parameter in parameters]
        self.weights, self.grads = self.views(self.values), self.views(self.grad)
        for parameter, view in zip(parameters, self.weights, strict=True):
            view.copy_(parameter.detach())
            parameter.data = view

    def differentiate(self, loss: Tensor) -> None:
        """Write a loss's gradient into ``grad``; 0 for weights that it does not depend on."""
        grads = torch.autograd.grad(loss, self.parameters, materialize_grads=True)
        for out, grad in zip(self.grads, grads, strict=True):
            out.copy_(grad.detach())  # in torch 2.6 a grad of zeros asks for one itself

    def finite(self) -> Tensor:
        """Return (R,) whether all of a network's weights are finite."""
        return torch.stack([view.isfinite().flatten(1).all(1) for view in self.weights]).all(0)

    def views(self, vector: Tensor) -> list[Tensor]:
        """Return the parts of another (P,) vector as the weights' shapes."""
        return [
            vector[start : start + count * stride]
            .view(count, stride)[:, : math.prod(rest)]
            .unflatten(1, rest)
            for (count, *rest), (start, stride) in zip(self._shapes, self._places, strict=True)
        ]

    def spread(self, numbers: Sequence[float]) -> Tensor:
        """Return one number a network as (P,): each at all of its weights."""
        vector = torch.zeros_like(self.values)
        column = torch.tensor(numbers, dtype=vector.dtype)
        for view in self.views(vector):
            view.copy_(column.view(-1, *[1] * (view.ndim - 1)).expand_as(view))
        return vector


class Adam:
    r"""Adam with a learning rate for each element.

    .. math:: m\leftarrow\beta_1m+(1-\beta_1)g,\quad v\leftarrow\beta_2v+(1-\beta_2)g^2,\quad
        w\leftarrow w-\eta\,\frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)}+\varepsilon}

    Kingma and Ba (2015), algorithm 1, with :math:`\varepsilon=10^{-8}`. PyTorch's fused kernel,
    which has one rate for a whole tensor, finds the step for :math:`\eta=1`; the rates are put in
    afterwards. One pass also avoids the root of a whole vector: where units have died, :math:`v`
    is 0 or denormal, and a processor takes up to thirty times as long for such roots.
    """

    def __init__(self, flat: FlatWeights, rates: Sequence[float], betas: Sequence[float]) -> None:
        self.flat, self.betas, self.steps = flat, tuple(betas), 0
        self.rate = flat.spread(rates)
        self.mean = torch.zeros_like(flat.values)
        self.square = torch.zeros_like(flat.values)
        self._unit_step = torch.zeros_like(flat.values)
        self._count = torch.zeros(())

    def step(self, factor: float = 1.0) -> None:
        """Update the weights from ``flat.grad``; ``factor`` multiplies all rates."""
        self._count.fill_(self.steps)  # adam counts this one itself
        self.steps += 1
        self._unit_step.zero_()
        adam(  # the function behind torch.optim.Adam
            [self._unit_step],
            [self.flat.grad],
            [self.mean],
            [self.square],
            [],
            [self._count],
            fused=True,
            lr=1.0,
            beta1=self.betas[0],
            beta2=self.betas[1],
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )
        self.flat.values.addcmul_(self._unit_step, self.rate, value=factor)
