r"""The backward pass of stacked ReLU networks, derived by hand, gradient penalty included.

Activations are (R, width, C): features before the C examples of the batch, which is the layout that
matrix products like best. With :math:`h_0=x`, :math:`h_l=\max(0,W_l^\top h_{l-1}+b_l)` and slopes
:math:`g_l=\partial L/\partial(\text{input of layer }l\text{'s ReLU})`,

.. math:: g_{l-1}=1[h_{l-1}>0]\odot W_l\,g_l,\qquad \partial W_l=h_{l-1}\,g_l^\top .

The penalty needs a derivative of a derivative. Let :math:`v_l` be the slopes of the answer itself
(as g, started from 1), so that :math:`\nabla_x f=W_1v_1`, and :math:`q=\partial P/\partial
(\nabla_x f)`. Where f is piecewise linear the masks do not move, and the chain rule gives

.. math:: r_0=q,\qquad r_l=1[h_l>0]\odot W_l^\top r_{l-1},\qquad
    \partial W_l=r_{l-1}\,v_l^\top,\qquad \partial b_l=0 .

That has the form of the first pair. So the points where the penalty is taken are extra columns of
the batch: in them g starts from 1, h is then overwritten by r and x by q, and one product
:math:`h_{l-1}g_l^\top` over all columns holds the gradient of loss and penalty together.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from gentutor.training._engine.flat import padded

SHORTEST = 1e-19  # slope that is told from 0: its square is still a float32


def _mask(slopes: Tensor, h: Tensor, ones: Tensor) -> None:
    """Multiply slopes by 1 where h > 0 and by 0 where h = 0; ``ones`` is scratch."""
    slopes.mul_(torch.sign(h, out=ones))


class Passes:
    """Buffers for one stacked network on C columns, and the passes over them.

    Args:
        weights: (R, in, out) and (R, out) by turns, first layer first.
        grads: where gradients go, the same shapes; None for a network that is not trained here.
        columns: C.
        penalised: how many of the last columns are points of the gradient penalty.

    Attributes:
        answers: (R, width, C) output of the last layer.
        slopes: (R, width, C) for the caller to fill with dL/d(answers).
        answers_whole: the padded vector behind ``answers``; ``slopes_whole`` likewise.
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        grads: Sequence[Tensor] | None,
        columns: int,
        penalised: int = 0,
    ) -> None:
        matrices, biases = weights[::2], weights[1::2]
        nets, dtype = len(matrices[0]), matrices[0].dtype
        self.columns, self.scored = columns, columns - penalised
        self.matrices = matrices
        self.transposed = [matrix.mT for matrix in matrices]
        self.biases = [bias.unsqueeze(-1) for bias in biases]
        shapes = [(nets, matrix.shape[2], columns) for matrix in matrices]
        last = shapes[-1]
        self.answers, self.answers_whole = padded(*last, dtype=dtype)
        self.slopes, self.slopes_whole = padded(*last, dtype=dtype)
        hidden = [torch.zeros(shape, dtype=dtype) for shape in shapes[:-1]]
        self.h = [*hidden, self.answers]
        self.x = self.answers  # set by forward
        if grads is None:
            return
        self.g = [*(torch.zeros(shape, dtype=dtype) for shape in shapes[:-1]), self.slopes]
        self.ones = [torch.zeros(shape, dtype=dtype) for shape in shapes[:-1]]
        self.g_transposed = [g.mT for g in self.g]
        self.g_scored = [g[..., : self.scored] for g in self.g]
        self.d_matrices, self.d_biases = list(grads[::2]), list(grads[1::2])
        inputs = matrices[0].shape[1]
        self.d_input = torch.zeros(nets, inputs, penalised or columns, dtype=dtype)
        tail = slice(self.scored if penalised else 0, None)
        self.g_first = self.g[0][..., tail]
        if penalised:
            self.h_tails = [h[..., tail] for h in hidden]
            self.tangent = [torch.zeros_like(h[..., tail]) for h in hidden]
            self.square = torch.zeros(nets, 1, penalised, dtype=dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Return the answers (R, width, C) to x (R, inputs, C)."""
        self.x = x
        for i, out in enumerate(self.h):
            torch.baddbmm(self.biases[i], self.transposed[i], x, out=out)
            if out is not self.answers:
                out.relu_()
            x = out
        return x

    def backward(self) -> None:
        """Propagate ``slopes`` down to the first layer's ReLU."""
        layers = list(zip(self.matrices, self.g, strict=True))
        for i, ((_, below), (matrix, above)) in reversed(list(enumerate(pairwise(layers)))):
            if above.shape[1] == 1:
                torch.mul(matrix, above, out=below)  # a product of a column and a row
            else:
                torch.bmm(matrix, above, out=below)
            _mask(below, self.h[i], self.ones[i])

    def input_slopes(self) -> Tensor:
        """Return dL/dx after :meth:`backward`; with a penalty df/dx at its points only."""
        return torch.bmm(self.matrices[0], self.g_first, out=self.d_input)

    def penalise(self, kind: str, factor: Tensor) -> None:
        """Turn the penalised columns into those of the penalty's gradient.

        Args:
            kind: a key of ``PENALTIES``.
            factor: (R, 1, 1) the penalty's weight divided by the number of its points.
        """
        slope = self.input_slopes()
        # One input at a time: a sum over an axis would round in another order in a longer batch.
        torch.mul(slope[:, :1], slope[:, :1], out=self.square)
        for i in range(1, slope.shape[1]):
            self.square.addcmul_(slope[:, i : i + 1], slope[:, i : i + 1])
        if kind == "zero":
            slope.mul_(factor)
        else:
            pull = self.square.sqrt().clamp_(min=SHORTEST).reciprocal_().neg_().add_(1.0)
            if kind == "one_sided":
                pull.relu_()
            slope.mul_(pull.mul_(factor).mul_(2.0))
        below: Tensor = slope
        self.x[..., self.scored :].copy_(slope)
        for matrix, h, scratch in zip(self.transposed, self.h_tails, self.tangent, strict=False):
            torch.bmm(matrix, below, out=scratch)
            below = h.sign_().mul_(scratch)

    def weight_gradients(self) -> None:
        """Write every layer's gradients; call it last."""
        below = self.x
        for i, above in enumerate(self.g_transposed):
            torch.bmm(below, above, out=self.d_matrices[i])
            torch.sum(self.g_scored[i], -1, out=self.d_biases[i])
            below = self.h[i]
