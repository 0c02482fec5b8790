"""The plain flow: exact inverse, determinant and density, and that training nears the data."""

import math

import pytest
import torch
from torch import Tensor
from torch.func import jacrev, vmap

from gentutor.data import two_moons
from gentutor.plain import flow as plain

MOONS = two_moons()


def bent(dim: int = 2, *, seed: int = 0) -> plain.Flow:
    """Return an untrained flow in float64 that is far from the identity."""
    torch.manual_seed(seed)
    flow = plain.Flow(dim, layers=4, hidden=16).double()
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.mul_(2)
    return flow


def noise(n: int, dim: int = 2) -> Tensor:
    return torch.randn(n, dim, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.claim("gen-density")
@pytest.mark.parametrize("dim", [2, 3, 5])
def test_the_inverse_and_the_determinant_are_exact(dim):
    flow, z = bent(dim), noise(50, dim)
    x, log_det = flow(z)
    back, same = flow.inverse(x)
    torch.testing.assert_close(back, z, rtol=0, atol=1e-9)
    torch.testing.assert_close(same, log_det, rtol=0, atol=1e-9)
    jacobian = vmap(jacrev(lambda z: flow(z[None])[0][0]))(z)
    torch.testing.assert_close(torch.linalg.slogdet(jacobian)[1], log_det, rtol=0, atol=1e-9)
    assert float(log_det.detach().std()) > 0.1  # or a wrong determinant could pass


@pytest.mark.claim("gen-density")
def test_the_density_is_the_change_of_variables_and_integrates_to_one_untrained():
    flow = bent()
    x, log_det = flow(noise(100))
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(noise(100)).sum(1)
    torch.testing.assert_close(plain.log_prob(flow, x), normal - log_det, rtol=0, atol=1e-9)
    with torch.no_grad():
        far = flow(noise(50_000))[0]
        low, high = far.min(0).values - 1.0, far.max(0).values + 1.0
        sides = [
            torch.linspace(a, b, 900, dtype=torch.float64) for a, b in zip(low, high, strict=True)
        ]
        cell = math.prod(float(side[1] - side[0]) for side in sides)
        mass = plain.log_prob(flow, torch.cartesian_prod(*sides)).exp().sum().item() * cell
    assert mass == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("seed", range(8))
def test_training_nears_the_moons(seed):
    """150 steps: the KL from the data falls below 0.5; a fitted Gaussian stays at 0.90."""
    generator = torch.Generator().manual_seed(5)
    x, held_out = MOONS.sample(5000, generator), MOONS.sample(2000, generator)
    torch.manual_seed(seed)
    flow = plain.train(plain.Flow(layers=4, hidden=32), x, steps=150, lr=5e-3)
    with torch.no_grad():
        kl = (MOONS.log_density(held_out) - plain.log_prob(flow, held_out)).mean()
    assert 0 < float(kl) < 0.5


def test_samples_follow_the_flow():
    torch.manual_seed(3)
    flow = plain.Flow()
    x = plain.sample(flow, 4000)
    z, _ = flow.inverse(x)
    assert x.shape == (4000, 2)
    assert not x.requires_grad
    torch.testing.assert_close(z.mean(0), torch.zeros(2), rtol=0, atol=0.08)
    torch.testing.assert_close(z.std(0), torch.ones(2), rtol=0, atol=0.05)


def test_both_networks_of_a_layer_are_trained():
    flow = bent()
    (-plain.log_prob(flow, noise(20))).mean().backward()
    assert all(p.grad is not None and bool(p.grad.any()) for p in flow.parameters())
