"""Annealed importance sampling against exact log p(x) and quadrature."""

import math

import pytest
import torch

from gentutor.data import digits
from gentutor.evaluation.annealed_importance import _State, _transition, annealed_importance
from gentutor.models.linear_vae import LinearVAE
from gentutor.objectives.bounds import importance_bound, log_importance_weights, standard_normal
from gentutor.theory.ppca import PPCA, LinearGaussian
from gentutor.training.lbfgs import exact_elbo, fit_linear_vae

F64 = torch.float64


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def ppca() -> PPCA:
    return PPCA.fit(digits().x_train.double(), 8, variance=0.05)


def test_transitions_keep_the_annealed_density():
    """Start in N(0, I)^(1 - b) N(m, s^2)^b exactly; moments must stay, within 4.5 errors."""
    beta, mean, variance = torch.tensor(0.4, dtype=F64), 1.5, 0.1

    def target(u):
        u = u.detach().requires_grad_()
        value = -0.5 * ((u - mean) ** 2 / variance).sum(-1)
        return value.detach(), torch.autograd.grad(value.sum(), u)[0]

    precision = 0.6 + 0.4 / variance
    centre, spread = 0.4 * mean / variance / precision, precision**-0.5
    g = generator()
    u = centre + spread * torch.randn(20_000, 1, 2, generator=g, dtype=F64)
    state = _State(u, *target(u))
    for _ in range(5):  # large steps, so that rejections matter
        state, rate = _transition(state, beta, torch.tensor([0.55], dtype=F64), 3, target, g)
    assert 0.3 < float(rate) < 0.9
    flat = (state.u.flatten() - centre) / spread
    n = flat.numel()
    assert float(flat.mean()) == pytest.approx(0.0, abs=4.5 / math.sqrt(n))
    assert float(flat.var()) == pytest.approx(1.0, abs=4.5 * math.sqrt(2 / n))
    assert float((state.u - u).abs().mean()) > 0.5 * spread  # and the chains did move


@pytest.mark.parametrize("start", ["prior", "encoder"])
def test_estimate_is_the_exact_log_likelihood(ppca, start):
    x = digits().x_test.double()[:20]
    exact = ppca.log_prob(x)
    if start == "prior":
        mu, logvar = torch.zeros(2, 20, 8, dtype=F64)
    else:  # a poor encoder: half of the right answer, too wide
        mean, covariance = ppca.posterior(x)
        mu, logvar = 0.5 * mean, (4 * covariance.diagonal()).log().expand(20, 8)
    found = annealed_importance(
        lambda z: ppca.model.log_joint(x, z),
        mu,
        logvar,
        n_chains=32,
        n_temperatures=300,
        generator=generator(),
    )
    assert float((found.log_marginal - exact).abs().max()) < 0.5
    assert float((found.log_marginal - exact).mean().abs()) < 0.1
    assert float(found.ess.min()) > 10
    assert 0.55 < float(found.acceptance.mean()) < 0.75
    eps = torch.randn(32, 20, 8, generator=generator(), dtype=F64)
    log_w = log_importance_weights(lambda z: ppca.model.log_joint(x, z), mu, logvar, eps)
    assert float((exact - importance_bound(log_w, 32)).mean()) > 0.5  # the same q without chains


def test_weights_have_the_evidence_as_their_mean():
    """Unbiased even with far too few temperatures: 4,000 chains, within 4.5 standard errors."""
    model = LinearGaussian(torch.ones(1, 1, dtype=F64), torch.zeros(1, dtype=F64), 0.2)
    x = torch.tensor([[1.0]], dtype=F64)
    zero = torch.zeros(1, 1, dtype=F64)
    found = annealed_importance(
        lambda z: model.log_joint(x, z),
        zero,
        zero,
        n_chains=4000,
        n_temperatures=4,
        n_leapfrog=3,
        generator=generator(),
    )
    ratio = (found.log_weights - model.log_prob(x)).exp()
    error = float(ratio.std()) / math.sqrt(4000)
    assert error < 0.03
    assert float(ratio.mean()) == pytest.approx(1.0, abs=4.5 * error)


@pytest.mark.claim("vae-intractable")
def test_both_directions_sandwich_the_truth(ppca):
    """Data drawn from the model come with an exact posterior sample: the z that made them."""
    z = torch.randn(40, 8, generator=generator(1), dtype=F64)
    noise = torch.randn(40, 64, generator=generator(2), dtype=F64)
    x = z @ ppca.weight.mT + ppca.mean + math.sqrt(ppca.variance) * noise
    exact = ppca.log_prob(x).mean()
    zero = torch.zeros(40, 8, dtype=F64)
    lower, upper = (
        annealed_importance(
            lambda z: ppca.model.log_joint(x, z),
            zero,
            zero,
            n_chains=4,
            n_temperatures=80,
            posterior_sample=sample,
            generator=generator(),
        )
        for sample in (None, z)
    )
    assert (lower.reverse, upper.reverse) == (False, True)
    for run in (lower, upper):
        assert float(run.acceptance.mean()) == pytest.approx(0.65, abs=0.05)
    below, above = exact - lower.log_marginal.mean(), upper.log_marginal.mean() - exact
    assert 0.0 < float(below) < 1.0
    assert 0.0 < float(above) < 1.0


@pytest.mark.claim("elbo-bound")
def test_it_closes_the_gap_that_an_elbo_leaves():
    """An under-trained linear VAE: ELBO below, AIS from its encoder at log p(x)."""
    x = digits().x_test.double()[:20]
    model = LinearVAE(64, latent_dim=4, variance=0.05)
    fit_linear_vae(model, digits().x_train, steps=10)
    oracle = LinearGaussian(*model.linear_map())
    elbo, exact = exact_elbo(model, x).value.detach(), oracle.log_prob(x)
    found = annealed_importance(
        lambda z: oracle.log_joint(x, z), *model.encode(x), generator=generator()
    )
    assert float((exact - elbo).mean()) > 1.0
    assert float((found.log_marginal - exact).abs().mean()) < 0.15


def test_the_same_seed_gives_the_same_weights():
    zero = torch.zeros(3, 2)

    def log_joint(z):
        return standard_normal(z) + standard_normal(1 - z)

    runs = [annealed_importance(log_joint, zero, zero, generator=generator(5)) for _ in range(2)]
    assert torch.equal(runs[0].log_weights, runs[1].log_weights)
    assert runs[0].log_weights.dtype == torch.float32


def test_bad_input_is_refused():
    zero = torch.zeros(3, 2)
    with pytest.raises(ValueError, match="n_chains: expected an integer >= 1, got 0"):
        annealed_importance(standard_normal, zero, zero, n_chains=0, generator=generator())
    with pytest.raises(ValueError, match="n_temperatures: expected an integer >= 2, got 1"):
        annealed_importance(standard_normal, zero, zero, n_temperatures=1, generator=generator())
    with pytest.raises(ValueError, match=r"posterior_sample: expected shape \(3, 2\)"):
        annealed_importance(
            standard_normal, zero, zero, posterior_sample=torch.zeros(2), generator=generator()
        )
    with pytest.raises(ValueError, match=r"log_joint: expected shape \(1, 3\), got \(\)"):
        annealed_importance(torch.sum, zero, zero, generator=generator())
