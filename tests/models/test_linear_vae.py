"""The linear VAE's closed forms against sampling, the gap identity and its own file."""

import math
from itertools import pairwise

import pytest
import torch

from gentutor.data import digits
from gentutor.models.files import load_model, save_model
from gentutor.models.linear_vae import LinearVAE
from gentutor.objectives.variational import gaussian_kl, recon_nll
from gentutor.theory import gaussians
from gentutor.theory.ppca import LinearGaussian
from gentutor.training.lbfgs import exact_elbo, fit_linear_vae


@pytest.fixture(scope="module")
def x() -> torch.Tensor:
    return digits().x_test.double()


def untrained(seed: int) -> LinearVAE:
    """A model far from any optimum, with unequal posterior variances."""
    model = LinearVAE(64, latent_dim=5, variance=0.2, seed=seed)
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        model.logvar.copy_(torch.randn(5, generator=g, dtype=torch.float64) - 1.0)
    return model


@pytest.mark.claim("elbo-bound")
@pytest.mark.parametrize("seed", range(4))
def test_gap_is_the_kl_to_the_exact_posterior(x, seed):
    """The gap log p(x) - ELBO is KL(q || p(z given x)) for every example, to 1e-9 nats."""
    model = untrained(seed)
    oracle = LinearGaussian(*model.linear_map())
    gap = oracle.log_prob(x) - exact_elbo(model, x).value.detach()
    mu, logvar = (part.detach() for part in model.encode(x))
    mean, covariance = oracle.posterior(x)
    identity = gaussians.kl(mu, logvar[0].exp().diag(), mean, covariance)
    torch.testing.assert_close(gap, identity, rtol=1e-10, atol=1e-9)
    assert float(gap.min()) > 0.1  # and here it is a real gap


@pytest.mark.claim("elbo-beta")
def test_beta_from_one_up_bounds_every_example(x):
    for seed in range(4):
        model = untrained(seed)
        log_p = LinearGaussian(*model.linear_map()).log_prob(x)
        parts = exact_elbo(model, x)
        for beta in (1.0, 1.5, 10.0):
            assert bool((-parts.recon_nll - beta * parts.kl_total < log_p).all())


@pytest.mark.claim("elbo-beta")
def test_beta_below_one_breaks_the_bound(x):
    model = LinearVAE(64, latent_dim=5, variance=0.05)
    fit_linear_vae(model, x, beta=0.5)
    parts = exact_elbo(model, x)
    log_p = LinearGaussian(*model.linear_map()).log_prob(x)
    excess = -parts.recon_nll - 0.5 * parts.kl_total - log_p
    assert float(excess.detach().mean()) > 1.0


def test_reconstruction_term_is_the_mean_over_samples(x):
    model = untrained(0)
    out = model(x[:6])
    z = out.mu + (0.5 * out.logvar).exp() * torch.randn(
        20_000, 6, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64
    )
    draws = recon_nll(
        x[:6].expand(20_000, 6, 64), model.decode(z), likelihood="gaussian", variance=0.2
    ).detach()
    error = draws.std(0) / math.sqrt(len(draws))  # about 0.1 nats
    assert bool(((draws.mean(0) - out.recon_nll).abs() < 4.5 * error).all())
    assert float(error.max()) < 0.5


@pytest.mark.claim("elbo-no-dirac")
def test_shrinking_q_to_a_point_costs_more_than_it_saves(x):
    """Reconstruction improves to a limit; the KL and so the negative ELBO grow without one."""
    model = untrained(1)
    nll, kl = [], []
    for exponent in range(1, 9):
        with torch.no_grad():
            model.logvar.fill_(2 * math.log(10.0**-exponent))
        parts = exact_elbo(model, x)
        nll.append(float(parts.recon_nll.detach().mean()))
        kl.append(float(parts.kl_total.detach().mean()))
    saved = [a - b for a, b in pairwise(nll)]
    paid = [b - a for a, b in pairwise(kl)]
    assert all(gain >= 0 for gain in saved)
    assert saved[-1] < 1e-10
    assert paid[-1] == pytest.approx(5 * math.log(10), abs=1e-6)  # K dimensions, each log 10


@pytest.mark.claim("elbo-kl")
def test_the_kl_pulls_the_posterior_to_the_prior(x):
    """The heavier the KL, the nearer each q(z given x) lies to N(0, I), until it is N(0, I)."""
    distances = []
    for beta in (0.1, 1.0, 5.0, 100.0):
        model = LinearVAE(64, latent_dim=2, variance=0.1)
        fit_linear_vae(model, x, beta=beta)
        mu, logvar = (part.detach() for part in model.encode(x))
        distances.append(float(gaussian_kl(mu, logvar).sum(-1).max()))
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > 3.0
    assert distances[-1] < 1e-6


@pytest.mark.claim("elbo-kl")
def test_a_posterior_with_width_penalises_the_slope_of_the_decoder(x):
    """What the width of q costs is s^2 times the squared Jacobian over twice the variance."""
    model = untrained(2)
    variance, centre = float(model.variance), torch.zeros(1, 5, dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(model.decode, centre)[0, :, 0]  # (64, 5)
    wide = exact_elbo(model, x).recon_nll.detach()
    spread = model.logvar.detach().exp()
    with torch.no_grad():
        model.logvar.fill_(-80.0)
    price = wide - exact_elbo(model, x).recon_nll.detach()
    expected = (jacobian.square() @ spread).sum() / (2 * variance)
    assert float(expected) > 0.1
    torch.testing.assert_close(price, expected.expand(len(x)), rtol=1e-9, atol=1e-9)


def test_every_parameter_gets_the_gradient_that_differences_find():
    data = torch.rand(7, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    model = LinearVAE(6, latent_dim=2, variance="learnt")
    exact_elbo(model, data).loss(beta=0.7).backward()
    for name, parameter in model.named_parameters():
        for i in range(parameter.numel()):
            values = []
            for step in (1e-6, -1e-6):
                with torch.no_grad():
                    parameter.view(-1)[i] += step
                    values.append(exact_elbo(model, data).loss(beta=0.7).item())
                    parameter.view(-1)[i] -= step
            slope = (values[0] - values[1]) / 2e-6
            assert slope == pytest.approx(parameter.grad.view(-1)[i].item(), abs=1e-7), name


@pytest.mark.parametrize("variance", [0.3, "learnt"])
def test_save_and_load_keep_every_bit(tmp_path, variance):
    model = LinearVAE(6, latent_dim=2, variance=variance, seed=4)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1 / 3)
    save_model(model, tmp_path / "model.safetensors")
    loaded = load_model(LinearVAE, tmp_path / "model.safetensors")
    assert loaded.config == model.config
    for name, value in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value)
        assert loaded.state_dict()[name].dtype == torch.float64


def test_float32_input_is_converted():
    out = LinearVAE(4, latent_dim=2)(torch.zeros(3, 4))
    for tensor in (out.mu, out.logvar, out.decoded, out.recon_nll):
        assert tensor.dtype == torch.float64


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="latent_dim: expected an integer from 1 to 4, got 5"):
        LinearVAE(4, latent_dim=5)
    for variance in (0.0, -0.1):
        with pytest.raises(ValueError, match="variance: expected a finite number > 0"):
            LinearVAE(4, latent_dim=2, variance=variance)
    model = LinearVAE(4, latent_dim=2)
    with pytest.raises(ValueError, match=r"x: expected shape \(N, 4\), got \(3, 5\)"):
        model(torch.zeros(3, 5))
    with pytest.raises(ValueError, match=r"z: expected shape \(\.\.\., N, 2\), got \(3, 3\)"):
        model.decode(torch.zeros(3, 3))
