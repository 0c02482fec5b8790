"""The flow against the plain file, against autograd's determinant, and what it refuses."""

import math
import re

import pytest
import torch
from torch import Tensor

from gentutor.models.flow import Flow
from gentutor.models.gan import layers_of
from gentutor.plain import flow as plain


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def bent(dim: int, layers: int = 4) -> Flow:
    """Return an untrained flow in float64 that is far from the identity."""
    flow = Flow(dim, layers=layers, hidden=(16, 16), seed=1).double()
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.mul_(2)
    return flow


def with_weights_of(flow: Flow) -> plain.Flow:
    """Return the plain flow with the same numbers in it."""
    twin = plain.Flow(flow.data_dim, layers=len(flow.nets), hidden=16).double()
    with torch.no_grad():
        for mine, other in zip(flow.nets, twin, strict=True):
            for layer, theirs in zip(layers_of(mine), (other[0], other[2], other[4]), strict=True):
                theirs.weight.copy_(layer.weight.mT)
                theirs.bias.copy_(layer.bias)
    return twin


@pytest.mark.claim("gen-density")
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_it_is_the_plain_flow(dim):
    flow, z = bent(dim), randn(40, dim)
    twin = with_weights_of(flow)
    for mine, theirs in ((flow(z), twin(z)), (flow.inverse(z), twin.inverse(z))):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-9)
    torch.testing.assert_close(flow.log_prob(z), plain.log_prob(twin, z), rtol=0, atol=1e-9)


@pytest.mark.parametrize("dim", [2, 5])
def test_the_determinant_is_autograd_s_and_the_way_back_leads_back(dim):
    flow, z = bent(dim), randn(12, dim)
    x, log_det = flow(z)
    back, same = flow.inverse(x)
    torch.testing.assert_close(back, z, rtol=0, atol=1e-9)
    torch.testing.assert_close(same, log_det, rtol=0, atol=1e-9)
    for row, expected in zip(z, log_det, strict=True):
        jacobian = torch.autograd.functional.jacobian(lambda one: flow(one[None])[0][0], row)
        torch.testing.assert_close(torch.linalg.slogdet(jacobian)[1], expected, rtol=0, atol=1e-9)
    assert float(log_det.detach().std()) > 0.1


def test_mass_is_one_untrained_and_samples_have_the_density():
    flow = bent(2)
    with torch.no_grad():
        x = flow.sample(50_000, seed=2)
        low, high = x.min(0).values - 1, x.max(0).values + 1
        sides = [torch.linspace(*ends, 700).double() for ends in zip(low, high, strict=True)]
        cell = math.prod(float(side[1] - side[0]) for side in sides)
        density = flow.log_prob(torch.cartesian_prod(*sides)).exp().view(700, 700)
        assert float(density.sum()) * cell == pytest.approx(1.0, abs=2e-3)
        border = float(x[:, 0].quantile(0.3))
        told = float(density[sides[0] < border].sum()) * cell
    assert told == pytest.approx(0.3, abs=0.015)
    assert torch.equal(x, flow.sample(50_000, seed=2))
    assert not x.requires_grad


@pytest.mark.parametrize("spoilt", [math.nan, math.inf])
def test_a_layer_that_cannot_be_inverted_is_named(spoilt):
    flow = Flow(2, layers=3)
    with torch.no_grad():
        layers_of(flow.nets[1])[-1].bias[0] = spoilt
        layers_of(flow.nets[1])[-1].weight[0] = spoilt  # inf - inf, or inf * 0
    for way in (flow.forward, flow.inverse, flow.log_prob):
        with pytest.raises(ValueError, match="scale of layer 1: expected finite values"):
            way(torch.ones(4, 2))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"data_dim": 1}, ValueError, "data_dim: expected an integer >= 2, got 1"),
        ({"layers": 1}, ValueError, "layers: expected an integer >= 2, got 1"),
        ({"hidden": 64}, TypeError, "hidden: expected a tuple of widths, got 64"),
        ({"bound": 0}, ValueError, "bound: expected a finite number > 0, got 0"),
        ({"bound": math.inf}, ValueError, "bound: expected a finite number > 0, got inf"),
        ({"bound": 200.0}, ValueError, "bound: expected at most 80, got 200.0"),
        ({"seed": -1}, ValueError, "seed: expected an integer >= 0, got -1"),
    ],
)
def test_wrong_arguments_are_named(change, error, message):
    with pytest.raises(error, match=re.escape(message)):
        Flow(**change)


@pytest.mark.parametrize("way", ["forward", "inverse", "log_prob"])
def test_wrong_sizes_are_named(way):
    name = "z" if way == "forward" else "x"
    with pytest.raises(ValueError, match=re.escape(f"{name}: expected shape (..., N, 3), got (4,")):
        getattr(Flow(3), way)(torch.zeros(4, 2))
    with pytest.raises(TypeError, match=f"{name}: expected a floating-point dtype"):
        getattr(Flow(3), way)(torch.zeros(4, 3, dtype=torch.int64))
