"""Properties of an autoencoder's loss."""

import torch
from torch import nn

from gentutor.plain.autoencoder import Autoencoder
from gentutor.plain.autoencoder import loss as plain
from gentutor.proof.properties import expect, same, seeded, spread, tensor


class Pair(nn.Module):
    """An encoder and a decoder."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Constant(nn.Module):
    """Zeros, whatever comes in."""

    def forward(self, z):
        return 0 * z


COPY = Pair(nn.Identity(), nn.Identity())
BLANK = Pair(nn.Identity(), Constant())


def check_shape(loss):
    """one number for the batch"""
    hints = {(5,): "The examples are averaged at the end."}
    tensor(loss(COPY, spread(5, 6)), (), "The loss of 5 images", hints)


def check_error(loss):
    """the squared error, summed over pixels and averaged over images"""
    x = spread(5, 6)
    full = x.square().sum(-1).mean()
    mistakes = {
        "The pixels are averaged: they add, only images are averaged.": full
        / 6,
        "The batch is summed: images are averaged.": 5 * full,
        "There is a ½ too much.": full / 2,
        "Is the square missing?": x.abs().sum(-1).mean(),
    }
    same(loss(BLANK, x), full, "The loss of a blank output", mistakes)


def check_target(loss):
    """the clean image as target"""
    x = spread(500, 6)
    clean = x.square().sum(-1).mean()
    saw = loss(BLANK, x, noise=3.0)
    hint = "The noise reached the target: compare with the clean image."
    same(saw, clean, "The loss of a blank output at noise 3", hint=hint)


def check_noise(loss):
    """noise of the given standard deviation in the input"""
    x = spread(20_000, 6)
    saw = loss(COPY, x, noise=0.5)
    tensor(saw, (), "The loss at noise 0.5")
    expect(
        saw > 0.01,
        "Copying a noisy input costs nothing: does the noise enter the encoder?",
    )
    expect(
        abs(saw - 1.5) < 0.1,
        f"Copying 6 pixels under noise of standard deviation 0.5 costs {saw:.2f}, expected "
        "6 · 0.25 = 1.5. Is it Gaussian, fresh for each pixel, and multiplied by noise?",
    )


def check_sparsity(loss):
    """the L1 norm of the code, times sparsity"""
    x = spread(5, 6)
    saw = loss(COPY, x, sparsity=0.5) - loss(COPY, x)
    norm = 0.5 * x.abs().sum(-1).mean()
    mistakes = {
        "The code's numbers are averaged: the L1 norm adds them.": norm / 6,
        "That is the squared norm of the code: L1 takes absolute values.": 0.5
        * x.square().sum(-1).mean(),
        "The signs are kept, so that numbers cancel: take absolute values.": 0.5
        * x.sum(-1).mean(),
        "sparsity does not enter.": 0.0,
    }
    same(saw, norm, "What sparsity 0.5 adds", mistakes)


def check_all(loss):
    """the plain file's value for any net"""
    model, x = seeded(Autoencoder(6, 5, 3)), spread(64, 6)
    for sparsity in (0.0, 0.3):
        saw = loss(model, x, sparsity=sparsity)
        same(saw, plain(model, x, sparsity=sparsity), "The loss of a net")


def check_gradients(loss):
    """gradients in both networks"""
    model = seeded(Autoencoder(6, 5, 3))
    value = loss(model, spread(64, 6))
    expect(
        value.requires_grad,
        "No gradient flows through the loss. Is there a detach, a no_grad or .item()?",
    )
    value.backward()
    for name in ("encoder", "decoder"):
        grads = [p.grad for p in getattr(model, name).parameters()]
        expect(
            all(g is not None and g.abs().max() > 0 for g in grads),
            f"No gradient reaches the {name}. Is its output detached?",
        )
