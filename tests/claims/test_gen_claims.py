"""The claims gen-pushforward, gen-density, gen-implicit and gen-connected."""

import math

import numpy as np
import ot
import pytest
import torch
from scipy import stats
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.func import jacrev, vmap

from gentutor.data import ring
from gentutor.models.gan import Generator, layers_of
from gentutor.theory.ppca import LinearGaussian

RING = ring()


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.claim("gen-pushforward")
def test_an_invertible_generator_has_the_density_of_the_change_of_variables():
    """Linear here: p(x) = N(z; 0, I) / |det W| is the Gaussian that the samples follow."""
    net = Generator(2, hidden=(), collapsed_at=(1.0, -2.0), seed=2).double()
    layer = layers_of(net.net)[0]
    with torch.no_grad():
        layer.weight.mul_(20.0)
    weight, bias = layer.weight.detach(), layer.bias.detach()
    x = net.sample(20_000, seed=1)
    z = torch.linalg.solve(weight.T, (x - bias).T).T
    base = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(1)
    found = base - torch.linalg.slogdet(weight)[1]
    law = stats.multivariate_normal(bias.numpy(), (weight.T @ weight).numpy())
    np.testing.assert_allclose(found, law.logpdf(x.numpy()), rtol=1e-9)
    for i in range(2):
        normal = stats.norm(float(bias[i]), float(weight[:, i].norm()))
        assert stats.kstest(x[:, i].numpy(), normal.cdf).pvalue > 1e-3


@pytest.mark.claim("gen-pushforward")
@pytest.mark.parametrize("seed", range(4))
def test_noise_of_fewer_dimensions_fills_no_volume(seed):
    """Area of the squares that are hit: halves with their side for one number of noise, not two."""
    ratios, ranks = {}, {}
    for latent_dim in (1, 2):
        net = Generator(2, latent_dim=latent_dim, seed=seed)
        z = torch.randn(300_000, latent_dim, generator=seeded()).clamp(-2, 2)
        with torch.no_grad():
            x = net(z).double()
        areas = []
        for side in (0.2, 0.1, 0.05):
            column, row = (x / side).floor().long().mT
            areas.append(len((1000 * column + row).unique()) * side**2)
        ratios[latent_dim] = [areas[1] / areas[0], areas[2] / areas[1]]
        jacobian = vmap(jacrev(lambda z, net=net: net.net(z[None])[0]))(z[:100])  # (100, 2, K)
        ranks[latent_dim] = int(torch.linalg.matrix_rank(jacobian @ jacobian.mT, rtol=1e-5).max())
    assert all(0.45 < ratio < 0.56 for ratio in ratios[1])
    assert all(ratio > 0.85 for ratio in ratios[2])
    assert ranks == {1: 1, 2: 2}  # the determinant is 0 for the first: no change of variables


@pytest.mark.claim("gen-pushforward")
def test_observation_noise_gives_such_a_generator_a_density():
    """p(x) = E_z N(x; G(z), s^2 I) integrates to 1, and leaves the plane as s falls."""
    net = Generator(2, latent_dim=1, hidden=(16,), seed=1).double()
    z = torch.linspace(-6, 6, 4001, dtype=torch.float64)[:, None]
    weight = torch.distributions.Normal(0.0, 1.0).log_prob(z[:, 0]) + math.log(12 / 4000)
    with torch.no_grad():
        path = net(z)

    def density(x: Tensor, s: float) -> Tensor:
        square = torch.cdist(x, path).square()
        return (weight - square / (2 * s**2)).logsumexp(1).exp() / (2 * math.pi * s**2)

    low, high = path.min(0).values - 1.5, path.max(0).values + 1.5
    sides = [torch.linspace(a, b, 120, dtype=torch.float64) for a, b in zip(low, high, strict=True)]
    cell = math.prod(float(side[1] - side[0]) for side in sides)
    grid = torch.cartesian_prod(*sides)
    assert density(grid, 0.3).sum().item() * cell == pytest.approx(1.0, abs=1e-3)
    on, off = path[2000:2001], path[2000:2001] + 0.5
    up = [density(on, s).item() for s in (0.3, 0.1, 0.03)]
    assert up[2] > 2.5 * up[1] > 6 * up[0]  # like 1 / s: no limit
    assert min((off - path).norm(dim=1)) > 0.1
    assert density(off, 0.03).item() < 1e-3


@pytest.mark.claim("gen-density")
def test_a_latent_variable_model_bounds_what_the_chain_rule_has_exactly():
    """A linear Gaussian model: log p(x) is the sum of conditionals; the ELBO is below it."""
    draw = torch.Generator().manual_seed(0)
    basis = torch.randn(4, 2, generator=draw, dtype=torch.float64)
    model = LinearGaussian(basis, torch.zeros(4, dtype=torch.float64), 0.3)
    x = torch.randn(3, 4, generator=draw, dtype=torch.float64)
    cov = basis @ basis.mT + 0.3 * torch.eye(4, dtype=torch.float64)
    chain = torch.zeros(3, dtype=torch.float64)
    for i in range(4):
        slope = torch.linalg.solve(cov[:i, :i], cov[:i, i])
        sd = (cov[i, i] - cov[i, :i] @ slope).sqrt()
        chain += torch.distributions.Normal(x[:, :i] @ slope, sd).log_prob(x[:, i])
    torch.testing.assert_close(chain, model.log_prob(x), rtol=0, atol=1e-10)
    mean, posterior = model.posterior(x)
    for widen, moved in ((1.0, 0.5), (2.0, 0.0), (0.5, 0.0)):
        noise = torch.randn(20_000, 1, 2, generator=draw, dtype=torch.float64)
        root = torch.linalg.cholesky(widen * posterior)
        z = mean + moved + noise @ root.mT
        q = torch.distributions.MultivariateNormal(mean + moved, widen * posterior)
        elbo = (model.log_joint(x, z) - q.log_prob(z)).mean(0)
        assert float((elbo - chain).max()) < -0.05


@pytest.mark.claim("gen-implicit")
def test_a_classifier_on_samples_estimates_the_density_ratio():
    """N(1, 1) against N(0, 1): the exact log ratio is x - 1/2."""
    a, b = 1 + torch.randn(40_000, generator=seeded(1)), torch.randn(40_000, generator=seeded(2))
    x, label = torch.cat([a, b])[:, None].numpy(), np.repeat([1, 0], 40_000)
    fitted = LogisticRegression(C=1e6).fit(x, label)
    assert fitted.coef_.item() == pytest.approx(1.0, abs=0.04)
    assert fitted.intercept_.item() == pytest.approx(-0.5, abs=0.04)


def w1(x: Tensor, y: Tensor) -> float:
    """Return the exact W1 of 400 points of each."""
    even = np.full(400, 1 / 400)
    return ot.emd2(even, even, torch.cdist(x[:400].double(), y[:400].double()).numpy())


def energy(x: Tensor, y: Tensor) -> float:
    """Return the unbiased energy distance, an MMD with the kernel -|x - y|."""
    pairs = len(x) * (len(x) - 1)
    within = sum(torch.cdist(each, each).sum() / pairs for each in (x, y))
    return float(2 * torch.cdist(x, y).mean() - within)


@pytest.mark.claim("gen-implicit")
@pytest.mark.parametrize(
    ("distance", "near", "far"),
    [(w1, 0.8, 1.4), (energy, 0.15, 1.0)],
    ids=["W1", "energy"],
)
def test_implicit_models_are_compared_from_samples_alone(gan_runs, distance, near, far):
    """Data against data 0.2 and 0.0; WGAN-GP up to 0.45 and 0.03, collapsed GANs from 2.0 and 1.6.

    A distance of distributions sees the missing modes that the quality of samples does not.
    """
    data, again = (RING.sample(2500, seeded(seed)) for seed in (5, 6))
    assert distance(data, again) < near / 2
    good = sorted(distance(x, data) for x in gan_runs("gp").x)
    bad = sorted(distance(x, data) for x in gan_runs("ns").x)
    assert good[-2] < near
    assert bad[1] > far


@pytest.mark.claim("gen-connected")
def test_a_path_of_noise_between_two_modes_crosses_the_gap(gan_runs):
    """Continuity: the image of a straight line has a point as far from all modes as can be."""
    t = torch.linspace(0, 1, 2001)[:, None]
    half_way = 2 * math.sin(math.pi / 8)  # half the distance between neighbours
    for generator in gan_runs("gp").trained.generators:
        z = torch.randn(5000, 2, generator=seeded(1))
        with torch.no_grad():
            nearest = torch.cdist(generator(z).double(), RING.centres).argmin(0)
            ends = z[nearest]  # (8, 2), one place of noise for each mode
            for i in range(8):
                path = generator(ends[i] + t * (ends[(i + 1) % 8] - ends[i])).double()
                assert torch.cdist(path, RING.centres).amin(1).max() > half_way - 0.05


@pytest.mark.claim("gen-connected")
def test_trained_generators_bridge_the_modes_or_drop_them(gan_runs):
    """Of real data 4 in a million are beyond five sd; of a GAN that covers, a tenth and more."""
    for name in ("gp", "even ns", "even minimax"):
        beyond = (gan_runs(name).far > 5).double().mean(1)
        assert float(beyond.min()) > 0.03
    ns = gan_runs("ns")
    beyond = (ns.far > 5).double().mean(1)
    assert float(beyond.max()) < 0.15
    assert int(ns.found.m20.max()) <= 4


@pytest.mark.claim("gen-connected")
def test_generators_are_steepest_on_their_bridges(gan_runs):
    """The largest slope at samples between the modes over that at good ones: 6 in the median."""
    ratios = []
    runs = gan_runs("gp")
    z = torch.randn(1000, 2, generator=seeded(3))
    for generator in runs.trained.generators:
        jacobian = vmap(jacrev(lambda z, net=generator.net: net(z[None])[0]))(z).detach()
        slope = torch.linalg.matrix_norm(jacobian, ord=2)
        with torch.no_grad():
            far = torch.cdist(generator(z).double(), RING.centres).amin(1) > 3 * RING.sd
        ratios.append(float(slope[far].median() / slope[~far].median()))
    assert float(np.median(ratios)) > 3
    assert min(ratios) > 1


@pytest.mark.claim("gen-connected")
@pytest.mark.parametrize("mass", [0.2, 0.05, 0.01, 0.001])
def test_the_slope_of_a_bridge_of_small_mass(mass):
    r"""Two modes at plus and minus half a gap: G is linear where :math:`|z|<t`, P of it = m."""
    gap = 3.0
    t = stats.norm.ppf(0.5 + mass / 2)
    assert gap / (2 * t) == pytest.approx(gap / (mass * math.sqrt(2 * math.pi)), rel=mass**2)


@pytest.mark.claim("gen-connected")
@pytest.mark.parametrize("cap", [1.0, 2.0, 4.0, 8.0])
def test_no_generator_with_a_capped_slope_beats_the_bound(cap):
    """Random maps of 1 to 3 numbers of noise, slope at most L, a gap of 2 in their middle."""
    bound = 2 * stats.norm.cdf(1 / cap) - 1  # the gap is 2
    for dim in (1, 2, 3):
        z = torch.randn(200_000, dim, generator=seeded(dim), dtype=torch.float64)
        for seed in range(8):
            ways = torch.randn(dim, 6, generator=seeded(seed), dtype=torch.float64)
            ways = ways / torch.linalg.matrix_norm(ways, 2)
            waves = (2 * z @ ways).sin().sum(1) / (2 * 6**0.5)
            steep = cap * (z @ ways[:, 0] + waves) / (1 + ways[:, 0].norm())
            middle = steep.median()
            mass = float(((steep - middle).abs() < 1).double().mean())
            left = float((steep - middle <= -1).double().mean())
            start = stats.norm.ppf(left)
            least = stats.norm.cdf(start + 2 / cap) - left if left > 0 else 0.0
            assert mass > least - 0.005
        straight = cap * z[:, 0]
        assert float((straight.abs() < 1).double().mean()) == pytest.approx(bound, abs=0.005)
