"""Properties of improved precision."""

import torch

from gentutor.plain import precision_recall as plain
from gentutor.proof.properties import expect, same, spread


def check_line(precision):
    """balls to the nearest other real point"""
    real = torch.tensor([[0.0], [1.0], [3.0], [8.0]])
    fake = torch.tensor([[0.5], [1.5], [2.0], [15.0], [16.0]])
    zero = (torch.cdist(fake, real) <= 0).any(1).double().mean()
    two = plain.precision(real, fake, 2)
    mistakes = {
        "Each point was taken for its own nearest neighbour: all radii are 0.": zero,
        "Now the ball reaches to the second other point: one too far.": two,
    }
    around_fakes = plain.balls(fake, real, 1).any(1).double().mean()
    mistakes[
        "That is recall's ball: precision draws it around a real feature."
    ] = around_fakes
    saw = precision(real, fake, 1)
    same(
        saw,
        plain.precision(real, fake, 1),
        "Precision of the line with k = 1",
        mistakes,
    )


def check_bounds(precision):
    """1 for copies, 0 far away"""
    x = spread(12, 3)
    same(
        precision(x, x.clone(), 2),
        1.0,
        "Precision of copies",
    )
    same(
        precision(x, x + 1e3, 2),
        0.0,
        "Precision far away",
    )


def check_twins(precision):
    """a real set that holds an image twice"""
    real = torch.tensor([[0.0], [0.0], [4.0], [5.0]])
    fake = torch.tensor([[0.5], [4.5]])
    hint = "A twin is another point, at distance 0: leave out the point itself and nothing else."
    saw = precision(real, fake, 1)
    same(saw, 0.5, "Precision with a real image that occurs twice", hint=hint)


def check_all(precision):
    """the plain file's value for any sets and k"""
    real, fake = spread(40, 3), spread(31, 3, seed=1)
    for k in (1, 3, 5):
        saw = precision(real, fake, k)
        same(saw, plain.precision(real, fake, k), f"Precision with k = {k}")
    expect(
        precision(real, fake, 5) >= precision(real, fake, 1),
        "Precision falls as balls grow.",
    )
