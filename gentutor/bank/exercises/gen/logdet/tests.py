"""Properties of a log density by the change of variables."""

import math

import torch

from gentutor.plain import flow
from gentutor.proof.properties import expect, gradient, same, spread, tensor


def squeeze(wide):
    """Return the way to the noise of x = wide * z."""
    wide = torch.tensor(wide).double()
    return lambda x: (x / wide, -wide.log().sum().expand(len(x)))


def of(saw, n):
    hints = {(): "One number an example, not their mean or sum."}
    return tensor(saw, (n,), "log q", hints)


def check_wide(log_prob):
    """a Gaussian where the map stretches"""
    x, wide = spread(6, 2).double(), torch.tensor([2.0, 3.0]).double()
    noise = torch.distributions.Normal(0.0, 1.0).log_prob(x / wide).sum(1)
    stretch = wide.log().sum()
    mistakes = {
        "The map's stretch is missing: what is thinned out must get thinner.": noise,
        "The determinant is taken off: from data to noise it is added.": noise
        + stretch,
        "A log density and a log determinant are added, not multiplied.": noise
        * -stretch,
        "Added is the determinant, not its logarithm.": noise
        + (-stretch).exp(),
    }
    saw = of(log_prob(squeeze([2.0, 3.0]), x), 6)
    same(saw, noise - stretch, "log q of a stretched Gaussian", mistakes)


def bent():
    torch.manual_seed(0)
    net = flow.Flow(2, layers=3, hidden=8).double()

    def to_noise(x):
        z, log_det = net.inverse(x)
        return z, -log_det

    return net, to_noise


def check_each(log_prob):
    """each point with its own stretch"""
    net, to_noise = bent()
    x = spread(8, 2, seed=2).double()
    right = flow.log_prob(net, x)
    noise = right - to_noise(x)[1]
    mistakes = {
        "All points get one stretch: it has a value at each.": noise
        + to_noise(x)[1].mean()
    }
    same(of(log_prob(to_noise, x), 8), right, "log q of a flow", mistakes)


def check_mass(log_prob):
    """mass 1 on a grid, untrained"""
    with torch.no_grad():
        _, to_noise = bent()
        line = torch.linspace(-12, 12, 401).double()
        grid = torch.cartesian_prod(line, line)
        density = of(log_prob(to_noise, grid), len(grid)).exp()
        mass = float(density.sum() * (line[1] - line[0]) ** 2)
    expect(
        math.isclose(mass, 1.0, abs_tol=5e-3),
        f"The mass on a grid is {mass:.3f}, expected 1.",
    )


def check_learns(log_prob):
    """gradients of noise and determinant"""
    wide = torch.tensor(2.0).double().requires_grad_()
    x = spread(6, 1).double()
    saw = log_prob(lambda x: (x / wide, -wide.log().expand(len(x))), x)
    expected = (x.square().sum() / 8) - 6 / 2
    mistakes = {
        "The determinant gives no gradient: is there a detach?": x.square().sum()
        / 8
    }
    slope = gradient(of(saw, 6), wide, "log q")
    same(slope, expected, "The slope of log q in the width", mistakes)
