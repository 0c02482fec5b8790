"""Properties of an affine coupling layer."""

import math

import torch
from torch import nn
from torch.func import jacrev, vmap

from gentutor.plain import flow
from gentutor.proof.properties import expect, gradient, same, spread, tensor


def network(dim, seed=0):
    torch.manual_seed(seed)
    net = flow.network(dim, 8).double()
    with torch.no_grad():
        for weight in net.parameters():
            weight.mul_(2)
    return net


def given(n=6, dim=4):
    return spread(n, dim).double()


def fixed(r, t):
    """Return a net that says r and t at every point."""
    return lambda stays: torch.cat([r, t]).expand(len(stays), -1)


R, T = torch.tensor([1.0, -3.0]).double(), torch.tensor([0.5, -1.0]).double()
S = 2 * torch.tanh(R / 2)


def both(coupling, net, v, back=False):
    saw = coupling(net, v, back=True) if back else coupling(net, v)
    pair = isinstance(saw, tuple | list) and len(saw) == 2
    expect(
        pair, "It returns one thing, expected two: what moved and log |det|."
    )
    hints = {(): "One number an example, not their mean or sum."}
    return (
        tensor(saw[0], tuple(v.shape), "What moved"),
        tensor(saw[1], (len(v),), "The log determinant", hints),
    )


def check_halves(coupling):
    """the first half stays, the second moves"""
    v = given()
    x, _ = both(coupling, fixed(R, T), v)
    swapped = torch.allclose(x[:, 2:], v[:, 2:]) and not torch.allclose(x, v)
    expect(
        not swapped,
        "The second half stays and the first one moves: the halves have changed places.",
    )
    same(x[:, :2], v[:, :2], "The half that stays")


def check_moves(coupling):
    """stretched by exp(s), then shifted by t"""
    v = given()
    x, _ = both(coupling, fixed(R, T), v)
    moves = v[:, 2:]
    r_swapped = 2 * torch.tanh(T / 2)
    mistakes = {
        "The stretch is not bounded: s = 2 tanh(r / 2) keeps it within ±2.": moves
        * R.exp()
        + T,
        "It is shifted before it is stretched: first times exp(s), then plus t.": (
            moves + T
        )
        * S.exp(),
        "Stretch and shift have changed places in the network's output.": moves
        * r_swapped.exp()
        + R,
        "It is multiplied by s: the factor is exp(s), which is never 0.": moves
        * S
        + T,
        "It has moved back: there is the way from noise to data.": (moves - T)
        * (-S).exp(),
    }
    same(x[:, 2:], moves * S.exp() + T, "The half that moves", mistakes)


def check_log_det(coupling):
    """log |det| is the sum of s"""
    v = given()
    _, log_det = both(coupling, fixed(R, T), v)
    mistakes = {
        "That is the mean of s: logarithms of a determinant's factors add.": S.mean(),
        "That is the determinant: its logarithm is asked for.": S.sum().exp(),
        "The sign is turned: there the volume grows by exp of the sum of s.": -S.sum(),
        "That is the sum of the raw stretches.": R.sum(),
        "That is 0: the stretch of the moved half counts.": torch.zeros(()),
    }
    mistakes = {
        text: value.expand(len(v)) for text, value in mistakes.items()
    }
    same(log_det, S.sum().expand(len(v)), "The log determinant", mistakes)


def check_back(coupling):
    """there and back is where one began"""
    for dim in (4, 5):
        net, v = network(dim), given(dim=dim)
        x, there = both(coupling, net, v)
        z, and_back = both(coupling, net, x, back=True)
        same(
            z,
            v,
            f"After there and back in {dim} dimensions v",
            hint="Undo in the opposite order: minus t, then times exp(-s). And what does the network "
            "see on the way back?",
        )
        mistakes = {
            "Its sign has turned: asked for is that of the way forward, in both directions.": -there
        }
        same(
            and_back,
            there,
            "The log determinant on the way back",
            mistakes,
        )


def check_jacobian(coupling):
    """what autograd says of the determinant, for any network"""
    for dim in (2, 3, 5):
        net, v = network(dim, seed=dim), given(dim=dim)

        def alone(one, net=net):
            return coupling(net, one[None])[0][0]

        expected = torch.linalg.slogdet(vmap(jacrev(alone))(v))[1]
        _, log_det = both(coupling, net, v)
        same(
            log_det,
            expected,
            f"The log determinant in {dim} dimensions",
            hint="Autograd's Jacobian has another one.",
        )


def check_learns(coupling):
    """gradients reach the network by both results"""
    net = nn.Linear(1, 2).double()
    for what, value in zip(
        ("what moved", "the log determinant"),
        coupling(net, given(dim=2)),
        strict=True,
    ):
        slope = gradient(value.square(), net.weight, what)
        expect(
            slope.abs().max() > 0,
            f"No gradient reaches the network by {what}.",
        )


def check_far(coupling):
    """finite where the network is sure"""
    r = torch.tensor([800.0]).double()
    x, log_det = both(coupling, fixed(r, 0 * r), given(dim=2))
    same(
        log_det,
        torch.full((6,), 2.0).double(),
        "The log determinant at a raw stretch of 800",
    )
    expect(
        x.abs().max() < 5 * math.exp(2), "The stretch is larger than exp(2)."
    )
