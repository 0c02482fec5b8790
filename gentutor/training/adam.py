"""Adam for many models at once, each with a learning rate of its own."""

import math

import torch
from torch import Tensor

BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


class Adam:
    r"""Adam on the rows of a matrix, one row of weights a model.

    .. math::
        m_t=\beta_1m_{t-1}+(1-\beta_1)g_t,\quad v_t=\beta_2v_{t-1}+(1-\beta_2)g_t^2,\quad
        w_t=w_{t-1}-\eta\,\frac{m_t/(1-\beta_1^t)}{\sqrt{v_t/(1-\beta_2^t)}+\epsilon}

    with :math:`\beta_1=0.9`, :math:`\beta_2=0.999`, :math:`\epsilon=10^{-8}`: the numbers of
    ``torch.optim.Adam``, whose learning rate is one for a whole tensor. Here it is one a row,
    and a step is seven passes over one block of memory however many tensors share it.

    Args:
        weights: (R, P) floating point, changed in place by every step.

    Source: Kingma and Ba (2015), algorithm 1.

    >>> weights = torch.zeros(2, 3)
    >>> Adam(weights).step(torch.ones(2, 3), torch.tensor([[0.1], [0.2]]))
    >>> weights[:, 0]
    tensor([-0.1000, -0.2000])
    """

    def __init__(self, weights: Tensor) -> None:
        self.weights = weights
        self.mean = torch.zeros_like(weights)
        self.square = torch.zeros_like(weights)
        self.steps = 0

    def step(self, grad: Tensor, lr: Tensor) -> None:
        """Move the weights against ``grad`` (R, P) with rates ``lr`` (R, 1)."""
        self.steps += 1
        c1 = 1.0 - BETA1**self.steps
        c2 = math.sqrt(1.0 - BETA2**self.steps)  # scales numerator and eps, not the whole root
        self.mean.lerp_(grad, 1.0 - BETA1)
        self.square.mul_(BETA2).addcmul_(grad, grad, value=1.0 - BETA2)
        self.weights.addcdiv_(
            self.mean * (lr * (c2 / c1)), self.square.sqrt().add_(EPS * c2), value=-1.0
        )
