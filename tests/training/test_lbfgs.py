"""L-BFGS and the linear VAE's optimum against probabilistic PCA and water-filling."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import rosen

from gentutor.data import digits
from gentutor.models.linear_vae import LinearVAE
from gentutor.theory.ppca import PPCA
from gentutor.theory.water_filling import water_filling
from gentutor.training.lbfgs import exact_elbo, fit_linear_vae, minimise


@pytest.fixture(scope="module")
def x() -> torch.Tensor:
    return digits().x_train.double()


def trained(x, latent_dim, variance, seed=0, beta=1.0):
    model = LinearVAE(x.shape[1], latent_dim=latent_dim, variance=variance, seed=seed)
    return model, fit_linear_vae(model, x, beta=beta)


def test_minimise_solves_rosenbrock():
    w = torch.zeros(6, dtype=torch.float64, requires_grad=True)

    def objective():
        return {"loss": (100 * (w[1:] - w[:-1].square()).square() + (1 - w[:-1]).square()).sum()}

    found = minimise([w], objective)
    torch.testing.assert_close(w.detach(), torch.ones(6, dtype=torch.float64), rtol=0, atol=1e-5)
    assert found.loss == pytest.approx(rosen(w.detach().numpy()), abs=1e-15)
    assert found.loss < 1e-11
    assert 10 < found.steps <= found.evaluations < 500


def test_minimise_reports_a_loss_that_is_not_finite():
    w = torch.ones(1, requires_grad=True)
    with pytest.raises(FloatingPointError, match="loss: expected a finite number, got nan"):
        minimise([w], lambda: {"loss": (w - 2).log().sum()})


@pytest.mark.claim("elbo-bound")
@pytest.mark.parametrize(
    ("latent_dim", "variance", "gap"),
    [(1, 0.1, 1e-4), (2, 0.02, 1e-4), (4, 0.1, 1e-4), (8, 0.02, 1e-4), (16, 0.02, 1e-3)],
)
def test_training_reaches_the_exact_log_likelihood(x, latent_dim, variance, gap):
    """The bound is tight: the best diagonal posterior loses nothing to the best log p(x)."""
    model, found = trained(x, latent_dim, variance)
    best = PPCA.fit(x, latent_dim, variance=variance)
    assert -1e-9 < found.loss - best.solution.loss < gap
    assert exact_elbo(model, x).loss().item() == pytest.approx(found.loss, abs=1e-9)
    kl = exact_elbo(model, x).kl.detach().mean(0).sort(descending=True).values
    assert bool(((kl - best.kl).abs() <= (0.02 * best.kl).clamp(min=0.01)).all())


@pytest.mark.claim("vae-collapse")
@pytest.mark.parametrize(("variance", "active"), [(0.5, 3), (0.1, 12), (0.02, 16)])
def test_a_dimension_collapses_iff_its_eigenvalue_is_at_most_the_variance(x, variance, active):
    eigenvalues = PPCA.fit(x, 16, variance=variance).eigenvalues[:16]
    assert int((eigenvalues > variance).sum()) == active
    for seed in range(3):
        model, _ = trained(x, 16, variance, seed)
        kl = exact_elbo(model, x).kl.detach().mean(0)
        assert int((kl > 0.01).sum()) == active
        dead = kl <= 0.01
        assert float(kl[dead].sum()) < 1e-4
        assert float(model.decoder.weight.detach()[dead].abs().sum()) < 0.01  # decoder ignores z


@pytest.mark.claim("vae-collapse")
def test_beta_collapses_dimensions_like_the_variance_does(x):
    eigenvalues = PPCA.fit(x, 16, variance=0.1).eigenvalues[:16]
    for beta in (0.5, 2.0, 5.0):
        model, _ = trained(x, 16, 0.1, beta=beta)
        kl = exact_elbo(model, x).kl.detach().mean(0)
        assert int((kl > 0.01).sum()) == int((eigenvalues > beta * 0.1).sum())


@pytest.mark.claim("elbo-recon")
def test_decoder_variance_acts_as_beta(x):
    """Trained models with one product of beta and variance share rate and distortion."""
    results = []
    for beta, variance in [(4.0, 0.05), (1.0, 0.2), (0.25, 0.8)]:
        model, _ = trained(x, 8, variance, beta=beta)
        parts = exact_elbo(model, x)
        nll, constant = parts.recon_nll.detach().mean(), 32 * math.log(2 * math.pi * variance)
        results.append([float(parts.kl.detach().mean(0).sum()), float(nll - constant) * variance])
    np.testing.assert_allclose(results[1:], results[:1] * 2, rtol=1e-4)


@pytest.mark.claim("elbo-recon")
def test_without_the_reconstruction_term_nothing_is_kept(x):
    """A weight of 1e6 on the KL leaves the other term none: no dimension keeps anything."""
    informative, _ = trained(x, 4, 0.1)
    empty, _ = trained(x, 4, 0.1, beta=1e6)
    assert float(exact_elbo(informative, x).kl.detach().mean(0).min()) > 0.5
    assert float(exact_elbo(empty, x).kl.detach().mean(0).sum()) < 1e-6


@pytest.mark.claim("elbo-beta")
def test_beta_sweep_is_reverse_water_filling():
    """Gaussian data, 14 values of beta: rate and distortion of trained models within 1 %."""
    spectrum = torch.tensor([4.0, 2.0, 1.0, 0.5, 0.25, 0.1], dtype=torch.float64)
    g = torch.Generator().manual_seed(0)
    rotation = torch.linalg.qr(torch.randn(6, 6, generator=g, dtype=torch.float64)).Q
    noise = torch.randn(50_000, 6, generator=g, dtype=torch.float64)
    data = noise * spectrum.sqrt() @ rotation.mT
    measured = PPCA.fit(data, 6, variance=0.05).eigenvalues
    for beta in np.geomspace(0.2, 30, 14):
        model, _ = trained(data, 6, 0.05, beta=float(beta))
        parts = exact_elbo(model, data)
        rate = float(parts.kl.detach().mean(0).sum())
        nll = float(parts.recon_nll.detach().mean())
        distortion = 0.1 * (nll - 3 * math.log(2 * math.pi * 0.05))
        for eigenvalues, tolerance in [(spectrum, 0.01), (measured, 1e-4)]:
            best = water_filling(eigenvalues, variance=0.05, beta=float(beta))
            assert rate == pytest.approx(best.kl, rel=tolerance)
            assert distortion == pytest.approx(float(best.distortion.sum()), rel=tolerance)


def test_history_runs_from_the_start_to_the_optimum(x):
    model = LinearVAE(64, latent_dim=4, variance=0.1)
    before = exact_elbo(model, x)
    found = fit_linear_vae(model, x, beta=2.0)
    after, history = exact_elbo(model, x), found.history
    for index, parts in [(0, before), (-1, after)]:
        assert history["loss"][index] == pytest.approx(parts.loss(2.0).item(), abs=1e-9)
        assert history["recon_nll"][index] == pytest.approx(float(parts.recon_nll.detach().mean()))
        np.testing.assert_allclose(
            history["kl_per_dim"][index], parts.kl.detach().mean(0), atol=1e-9
        )
    assert history.step[0] == 0
    assert history.step[-1] == found.steps
    assert 20 < len(history.step) < 100
    assert (np.diff(history.step) > 0).all()
    assert (np.diff(history["loss"]) <= 0).all()  # a line search never goes up
    np.testing.assert_allclose(history["kl"], history["kl_per_dim"].sum(1))


def test_a_learnt_variance_ends_at_its_maximum_likelihood(x):
    for latent_dim in (2, 8):
        model, found = trained(x, latent_dim, "learnt")
        best = PPCA.fit(x, latent_dim)
        assert float(model.variance.detach()) == pytest.approx(best.variance, rel=1e-4)
        assert found.loss == pytest.approx(-float(best.log_prob(x).mean()), abs=1e-4)


def test_the_same_seed_gives_the_same_model(x):
    first, second = trained(x, 2, 0.1, seed=3)[0], trained(x, 2, 0.1, seed=3)[0]
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_fewer_examples_than_dimensions_still_train():
    data = torch.randn(5, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    model, found = trained(data, 2, 0.5)
    centred = data - data.mean(0)
    best = PPCA.from_covariance(centred.mT @ centred / 5, 2, variance=0.5)
    assert found.loss == pytest.approx(best.solution.loss, abs=1e-6)
    assert exact_elbo(model, data).loss().item() == pytest.approx(found.loss, abs=1e-9)


def test_bad_input_is_refused():
    model = LinearVAE(4, latent_dim=2, variance=0.1)
    with pytest.raises(ValueError, match=r"x: expected shape \(N, 4\), got \(3, 5\)"):
        fit_linear_vae(model, torch.zeros(3, 5))
    with pytest.raises(ValueError, match="x: expected finite values"):
        fit_linear_vae(model, torch.full((3, 4), math.nan))
    with pytest.raises(ValueError, match="beta: expected a finite number > 0"):
        fit_linear_vae(model, torch.zeros(3, 4), beta=0.0)
    with pytest.raises(ValueError, match="steps: expected an integer >= 1"):
        fit_linear_vae(model, torch.zeros(3, 4), steps=0)
