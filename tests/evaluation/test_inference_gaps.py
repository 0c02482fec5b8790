"""Approximation and amortisation gaps against closed forms and quadrature."""

import math

import pytest
import torch

from gentutor.data import digits
from gentutor.evaluation.inference_gaps import inference_gaps
from gentutor.models.linear_vae import LinearVAE
from gentutor.objectives.bounds import standard_normal
from gentutor.theory import gaussians
from gentutor.theory.ppca import LinearGaussian
from gentutor.training.lbfgs import fit_linear_vae

F64 = torch.float64


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.claim("vae-encoder")
def test_both_gaps_have_their_closed_forms():
    """A Gaussian posterior N(m, 1 / P) has the best diagonal q N(m, 1 / diag P)."""
    g = generator()
    weight = torch.randn(6, 3, generator=g, dtype=F64)
    model = LinearGaussian(weight, torch.zeros(6, dtype=F64), 0.5)
    x = torch.randn(10, 6, generator=g, dtype=F64)
    mean, covariance = model.posterior(x)
    precision = torch.linalg.inv(covariance).diagonal()
    approximation = 0.5 * (precision.log().sum() + covariance.logdet())
    mu = mean + 0.3 * torch.randn(10, 3, generator=g, dtype=F64)
    logvar = torch.full((10, 3), -1.0, dtype=F64)
    total = gaussians.kl(mu, logvar.exp().diag_embed(), mean, covariance)
    found = inference_gaps(
        lambda z: model.log_joint(x, z),
        mu,
        logvar,
        model.log_prob(x),
        n_evaluation=40_000,
        generator=g,
    )
    assert float(approximation) > 0.1
    assert float(found.standard_error.max()) < 0.01
    torch.testing.assert_close(found.mu, mean, atol=0.03, rtol=0)
    torch.testing.assert_close(found.logvar, (-precision.log()).expand(10, 3), atol=0.1, rtol=0)
    torch.testing.assert_close(found.approximation, approximation.expand(10), atol=0.03, rtol=0)
    torch.testing.assert_close(found.amortisation, total - approximation, atol=0.1, rtol=0)
    torch.testing.assert_close(
        found.approximation + found.amortisation, model.log_prob(x) - found.elbo
    )


def test_the_standard_error_is_the_spread_of_the_best_elbo_about_its_exact_value():
    """Over 500 examples the errors in units of it have mean square 1; a lost root of 2 shows."""
    g = generator(1)
    model = LinearGaussian(
        torch.randn(6, 3, generator=g, dtype=F64), torch.zeros(6, dtype=F64), 0.5
    )
    x = torch.randn(500, 6, generator=g, dtype=F64)
    mean, covariance = model.posterior(x)
    found = inference_gaps(
        lambda z: model.log_joint(x, z),
        mean + 0.3,
        torch.full((500, 3), -1.0, dtype=F64),
        model.log_prob(x),
        steps=1,
        n_evaluation=200,
        generator=g,
    )
    gap = gaussians.kl(found.mu, found.logvar.exp().diag_embed(), mean, covariance)
    error = (found.approximation - gap) / found.standard_error
    assert float(error.square().mean()) == pytest.approx(1.0, abs=0.3)
    assert float(error.mean()) == pytest.approx(0.0, abs=0.2)


@pytest.mark.claim("vae-encoder")
def test_a_trained_linear_vae_has_neither_gap_on_its_own_data():
    """Half trained, its encoder loses nats to each x's own best q; trained, nothing is left."""
    x = digits().x_train.double()
    gaps = []
    for steps in (10, 1500):
        model = LinearVAE(64, latent_dim=4, variance=0.1)
        fit_linear_vae(model, x, steps=steps)
        mu, logvar = model.encode(x[:50])
        exact = LinearGaussian(*model.linear_map())
        gaps.append(
            inference_gaps(
                lambda z, exact=exact: exact.log_joint(x[:50], z),
                mu,
                logvar,
                exact.log_prob(x[:50]),
                steps=300,
                generator=generator(),
            )
        )
    assert float(gaps[0].amortisation.mean()) > 0.1
    assert float(gaps[1].amortisation.abs().max()) < 0.01
    assert float(gaps[1].approximation.abs().max()) < 0.01


@pytest.mark.claim("vae-intractable")
def test_a_square_in_the_decoder_puts_the_posterior_out_of_reach():
    """With x = z^2 + noise the posterior has two modes: no Gaussian q closes the gap of log 2."""
    x, sd = 4.0, 0.3
    grid = torch.linspace(-8, 8, 160_001, dtype=F64)

    def log_joint(z):
        return standard_normal(z) + standard_normal((x - z.square()) / sd) - math.log(sd)

    joint = log_joint(grid[:, None])
    log_p = joint.logsumexp(0) + math.log(float(grid[1] - grid[0]))
    best = math.inf
    for start in (-2.0, 0.0, 0.5, 2.0):
        found = inference_gaps(
            log_joint,
            torch.full((1, 1), start, dtype=F64),
            torch.full((1, 1), -3.0, dtype=F64),
            log_p[None],
            generator=generator(),
        )
        best = min(best, float(found.approximation))
    assert best == pytest.approx(math.log(2), abs=0.05)


def test_bad_input_is_refused():
    zero = torch.zeros(3, 2)
    with pytest.raises(ValueError, match=r"log_marginal: expected shape \(3,\), got \(2,\)"):
        inference_gaps(standard_normal, zero, zero, torch.zeros(2), generator=generator())
    with pytest.raises(ValueError, match="n_samples: expected an even number, got 3"):
        inference_gaps(
            standard_normal, zero, zero, torch.zeros(3), n_samples=3, generator=generator()
        )
    with pytest.raises(ValueError, match=r"log_joint: expected shape \(1, 3\), got \(1, 3, 2\)"):
        inference_gaps(lambda z: z, zero, zero, torch.zeros(3), generator=generator())
