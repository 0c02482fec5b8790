"""Properties of the contractive penalty."""

import torch
from torch import nn

from gentutor.plain.autoencoder import Autoencoder
from gentutor.plain.autoencoder import contraction as plain
from gentutor.proof.properties import expect, same, seeded, spread, tensor


class Linear(nn.Module):
    """An affine encoder alone."""

    def __init__(self):
        super().__init__()
        self.encoder = seeded(nn.Linear(6, 3))


def check_shape(contraction):
    """one number an image"""
    hints = {
        (): "The images stay apart: the mean over them comes later.",
        (5, 3): "The slopes of all numbers of the code add up.",
        (5, 6): "The slopes in all pixels add up.",
        (
            3,
        ): "The sum over images is taken where that over the code is meant.",
    }
    saw = contraction(seeded(Autoencoder(6, 5, 3)), spread(5, 6))
    tensor(saw, (5,), "The penalty of 5 images", hints)


def check_linear(contraction):
    """the squared norm of the matrix where the encoder is affine"""
    model = Linear()
    matrix = model.encoder.weight
    norm = matrix.square().sum()
    code = model.encoder(spread(1, 6))
    mistakes = {
        "The numbers of the code were added before the gradient was taken: "
        "each needs a gradient of its own.": matrix.sum(0).square().sum(),
        "The slopes are averaged over the code: they add.": norm / 3,
        "The slopes are averaged over the pixels: they add.": norm / 6,
        "That is the norm: the penalty is its square.": norm.sqrt(),
        "That is the size of the code, not of its slopes.": code.square().sum(),
    }
    mistakes = {text: value.view(1) for text, value in mistakes.items()}
    saw = contraction(model, spread(1, 6))
    same(saw, norm.view(1), "The penalty of a linear encoder", mistakes)


def check_all(contraction):
    """the plain file's value for any net"""
    model, x = seeded(Autoencoder(6, 5, 3)), spread(20, 6)
    hint = "Each image has the Jacobian at its own place."
    same(
        contraction(model, x),
        plain(model, x),
        "The penalty of a net",
        hint=hint,
    )


def check_gradients(contraction):
    """gradients in the encoder's weights"""
    model, x = seeded(Autoencoder(6, 5, 3)), spread(20, 6)
    saw = contraction(model, x)
    expect(
        saw.requires_grad,
        "The penalty cannot be minimised: no gradient flows through it. Is create_graph missing?",
    )
    weight = model.encoder[0].weight
    (slope,) = torch.autograd.grad(saw.sum(), weight)
    (expected,) = torch.autograd.grad(plain(model, x).sum(), weight)
    same(slope, expected, "Its gradient in the first weights")
