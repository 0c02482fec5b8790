"""What the VAE's parts are: the model, its density on a grid of codes, and the encoder."""

import copy
import math
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from gentutor.data import digits
from gentutor.evaluation.inference_gaps import InferenceGaps, inference_gaps
from gentutor.models.vae import VAE
from gentutor.nn import MLP
from gentutor.objectives.bounds import standard_normal
from gentutor.objectives.variational import recon_nll
from gentutor.theory.gaussians import log_density
from gentutor.theory.ppca import PPCA, LinearGaussian
from gentutor.training import fit
from gentutor.training.variational import evaluate

SEEDS = range(8)
VARIANCE = 0.04


def grid(step: float) -> Tensor:
    """Return the points of a square grid over [-6, 6]^2, (M, 2)."""
    side = torch.arange(-6.0, 6.0 + step / 2, step)
    return torch.cartesian_prod(side, side)


@dataclass(frozen=True)
class OnGrid:
    """p(z), p(x given z) and so p(x) and p(z given x) of a model with two latent dimensions.

    Attributes:
        z: (M, 2) points of the grid.
        mass: (M,) prior mass of each point's cell, float64.
        decoded: (M, D) decoder means, float64.
        log_p: (N,) log p(x).
        posterior: (M, N) mass of p(z given x).
    """

    z: Tensor
    mass: Tensor
    decoded: Tensor
    log_p: Tensor
    posterior: Tensor

    @property
    def mean(self) -> Tensor:
        """(N, 2) posterior means."""
        return self.posterior.mT @ self.z.double()

    @property
    def covariance(self) -> Tensor:
        """(N, 2, 2) posterior covariances."""
        gap = self.z.double()[:, None] - self.mean  # (M, N, 2)
        return torch.einsum("mn,mni,mnj->nij", self.posterior, gap, gap)

    @property
    def gaussian_misfit(self) -> Tensor:
        """(N,) KL of the posterior from the Gaussian with its own mean and covariance."""
        fitted = torch.stack(
            [
                log_density(self.z.double(), mean, covariance)
                for mean, covariance in zip(self.mean, self.covariance, strict=True)
            ],
            dim=1,
        )
        cell = float(self.z[1, 1] - self.z[0, 1]) ** 2
        density = self.posterior / cell
        return (torch.xlogy(self.posterior, density) - self.posterior * fitted).sum(0)


@torch.no_grad()
def on_grid(model: VAE, x: Tensor, step: float = 0.05) -> OnGrid:
    z = grid(step)
    log_mass = standard_normal(z.double()) + 2 * math.log(step)
    decoded = model.decode(z).double()
    misfit = torch.cdist(decoded, x.double()).square()  # (M, N)
    variance, dims = float(model.variance), x.shape[1]
    joint = log_mass[:, None] - misfit / (2 * variance)
    joint = joint - 0.5 * dims * math.log(2 * math.pi * variance)
    log_p = joint.logsumexp(0)
    return OnGrid(z, log_mass.exp(), decoded, log_p, (joint - log_p).exp())


@pytest.fixture(scope="module")
def x() -> Tensor:
    """Forty digits that no model has seen."""
    return digits().x_test[:40]


@pytest.fixture(scope="module")
def models() -> list[VAE]:
    made = [VAE(64, latent_dim=2, variance=VARIANCE, seed=s) for s in SEEDS]
    fit(made, digits().x_train, steps=700, lr=3e-3, seed=SEEDS)
    return [model.requires_grad_(False) for model in made]


@pytest.fixture(scope="module")
def exact(models: list[VAE], x: Tensor) -> list[OnGrid]:
    return [on_grid(model, x) for model in models]


@pytest.fixture(scope="module")
def gaps(models: list[VAE], exact: list[OnGrid], x: Tensor) -> list[InferenceGaps]:
    found = []
    for model, truth in zip(models, exact, strict=True):

        def log_joint(z: Tensor, model: VAE = model) -> Tensor:
            decoded = model.decode(z)
            nll = recon_nll(x.expand_as(decoded), decoded, likelihood="gaussian", variance=VARIANCE)
            return standard_normal(z) - nll

        found.append(
            inference_gaps(
                log_joint,
                *model.encode(x),
                truth.log_p.float(),
                steps=150,
                n_samples=8,
                n_evaluation=256,
                generator=torch.Generator().manual_seed(0),
            )
        )
    return found


def test_the_grid_is_fine_enough(models, exact, x):
    """Twice the step gives the same log p(x), and hardly any posterior mass is at the rim."""
    coarse = on_grid(models[0], x, step=0.1)
    torch.testing.assert_close(coarse.log_p, exact[0].log_p, atol=0.02, rtol=0)
    for truth in exact:
        rim = truth.z.abs().amax(1) > 5.5
        assert float(truth.posterior[rim].sum(0).max()) < 1e-3


@pytest.mark.claim("vae-latent-dist")
def test_prior_and_decoder_are_a_better_density_than_the_best_linear_one(exact, x):
    """Held-out log p(x) of prior and decoder alone, against pPCA of the same k and variance."""
    linear = PPCA.fit(digits().x_train.double(), 2, variance=VARIANCE).log_prob(x.double()).mean()
    for truth in exact:
        assert float(truth.log_p.mean() - linear) > 5.0


@pytest.mark.claim("vae-latent-dist")
def test_samples_of_prior_and_decoder_follow_the_density_on_the_grid():
    """One pixel: the distribution function of 20,000 draws against the integral over z."""
    model = VAE(1, latent_dim=2, variance=0.01, seed=3)
    codes = torch.randn(20_000, 2, generator=torch.Generator().manual_seed(0))
    drawn = model.sample(codes, seed=1).double().flatten().sort().values
    truth = on_grid(model, torch.zeros(1, 1))
    at = drawn[:: len(drawn) // 200].contiguous()
    below = torch.special.ndtr((at - truth.decoded) / 0.1)  # (M, 200)
    expected = truth.mass @ below
    empirical = torch.searchsorted(drawn, at) / len(drawn)
    assert float((expected - empirical).abs().max()) < 1.95 / math.sqrt(len(drawn))  # p = 0.001


@pytest.mark.claim("vae-latent-dist")
def test_another_encoder_moves_the_bound_and_not_the_model(models, exact, x):
    codes = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    for seed, (model, truth) in enumerate(zip(models, exact, strict=True)):
        swapped = copy.deepcopy(model)
        other = VAE(64, latent_dim=2, seed=100 + seed)
        swapped.encoder.load_state_dict(other.encoder.state_dict())
        assert torch.equal(swapped.sample(codes), model.sample(codes))
        assert torch.equal(on_grid(swapped, x[:3]).log_p, on_grid(model, x[:3]).log_p)
        before, after = (float(evaluate(m, x).value.mean()) for m in (model, swapped))
        assert after < before - 5.0
        assert before < float(truth.log_p.mean())


@pytest.mark.claim("vae-latent-dist")
def test_one_network_infers_the_codes_of_images_it_never_saw(models, gaps, x):
    """No optimisation for these x, yet most of what an optimisation for each would bring."""
    for model, found in zip(models, gaps, strict=True):
        mu, _ = model.encode(x)
        borrowed = model.decode(mu.roll(1, 0))  # each image with its neighbour's code
        cost = ((x - borrowed).square() - (x - model.decode(mu)).square()).sum(1) / (2 * VARIANCE)
        assert float(found.amortisation.mean()) < 0.15 * float(cost.mean())


@pytest.mark.claim("vae-encoder")
def test_the_encoder_puts_out_the_statistics_of_an_approximate_posterior(models, exact, x):
    """Its mean follows the exact posterior's mean and its spread is of the same size."""
    for seed, (model, truth) in enumerate(zip(models, exact, strict=True)):
        mu, logvar = model.encode(x)
        error = (mu.double() - truth.mean).square().mean()
        untrained = VAE(64, latent_dim=2, seed=seed).encode(x)[0].detach().double()
        prior_error = (untrained - truth.mean).square().mean()
        assert float(error) < 0.25 * float(prior_error)
        spread = truth.covariance.diagonal(dim1=1, dim2=2).log().mean()
        assert float(logvar.mean()) == pytest.approx(float(spread), abs=0.7)


@pytest.mark.claim("vae-encoder")
def test_its_gap_has_two_parts_and_the_first_remains_with_the_best_q(exact, gaps):
    for truth, found in zip(exact, gaps, strict=True):
        total = truth.log_p.float() - found.elbo
        torch.testing.assert_close(found.approximation + found.amortisation, total)
        assert float(found.amortisation.mean()) > 0.5
    approximation = torch.stack([found.approximation.mean() for found in gaps])
    assert bool((approximation > 0.0).all())
    assert float(approximation.mean()) > 0.1


@pytest.mark.claim("vae-intractable")
def test_with_a_linear_decoder_the_closed_form_is_the_integral(x):
    model = VAE(64, latent_dim=2, variance=VARIANCE, seed=0)
    model.decoder = MLP((2, 64), torch.Generator().manual_seed(0))
    fit(model, digits().x_train, steps=700, lr=3e-3)
    layer = model.decoder.layers[0]
    weight, bias = layer.weight.detach().mT.double(), layer.bias.detach().double()
    closed, truth = LinearGaussian(weight, bias, VARIANCE), on_grid(model, x)
    mean, covariance = closed.posterior(x.double())
    assert float(weight.abs().max()) > 0.1  # z does something
    torch.testing.assert_close(truth.log_p, closed.log_prob(x.double()), atol=1e-3, rtol=0)
    torch.testing.assert_close(truth.mean, mean, atol=1e-3, rtol=0)
    torch.testing.assert_close(
        truth.covariance, covariance.expand_as(truth.covariance), atol=1e-3, rtol=0
    )
    assert float(truth.gaussian_misfit.abs().max()) < 1e-3


@pytest.mark.claim("vae-intractable")
def test_with_a_network_as_decoder_the_gaussian_forms_miss(exact, x):
    """Given the model's own moments, a Gaussian p(x) and Gaussian posteriors are still wrong."""
    for truth in exact:
        mean = truth.mass @ truth.decoded
        spread = (truth.decoded - mean) * truth.mass.sqrt()[:, None]
        covariance = spread.mT @ spread + VARIANCE * torch.eye(64).double()
        gaussian = log_density(x.double(), mean, covariance)
        assert float((truth.log_p - gaussian).abs().mean()) > 3.0
        assert float(truth.gaussian_misfit.mean()) > 0.02
