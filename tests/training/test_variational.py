"""Where the VAE meets its objective: losses and held-out bounds."""

import math
import re

import pytest
import torch
from torch import Tensor

from gentutor.models.vae import VAE
from gentutor.nn import MLP, stack
from gentutor.objectives.variational import gaussian_kl, recon_nll
from gentutor.theory.ppca import LinearGaussian
from gentutor.training.variational import evaluate, model_elbo, negative_elbo


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


X = torch.rand(20, 6, generator=generator(5))
EPS = torch.randn(20, 3, generator=generator(6))
MODELS = [
    VAE(6, latent_dim=3),
    VAE(6, latent_dim=3, variance=0.04),
    VAE(6, latent_dim=3, likelihood="bernoulli"),
    VAE(6, latent_dim=3, decoder="autoregressive"),
]


@pytest.mark.parametrize("model", MODELS)
def test_the_bound_of_a_model_is_made_of_its_own_parts(model):
    out, parts = model(X, EPS), model_elbo(model, X, EPS)
    nll = recon_nll(X, out.decoded, likelihood=model.likelihood, variance=model.variance)
    torch.testing.assert_close(parts.recon_nll, nll)
    torch.testing.assert_close(parts.kl, gaussian_kl(out.mu, out.logvar))


@pytest.mark.parametrize("model", MODELS)
def test_the_loss_is_the_mean_over_the_batch(model):
    parts, terms = model_elbo(model, X, EPS), negative_elbo(model, X, EPS, beta=2.5)
    torch.testing.assert_close(terms["loss"], parts.loss(2.5))
    torch.testing.assert_close(terms["recon_nll"], parts.recon_nll.mean())
    torch.testing.assert_close(terms["kl"], parts.kl_total.mean())
    torch.testing.assert_close(terms["kl_per_dim"], parts.kl.mean(0))
    plain = negative_elbo(model, X, EPS)["loss"]
    torch.testing.assert_close(plain, -parts.value.mean())


def test_the_losses_of_a_stack_are_those_of_its_models():
    models = [VAE(6, latent_dim=3, variance=v, seed=s) for s, v in enumerate((0.04, 0.5, 1.0))]
    beta = torch.tensor([0.5, 1.0, 2.0])
    together = negative_elbo(stack(models), X.expand(3, 20, 6), EPS.expand(3, 20, 3), beta)
    for r, model in enumerate(models):
        alone = negative_elbo(model, X, EPS, beta[r])
        for name, value in alone.items():
            torch.testing.assert_close(together[name][r], value)


def linear_model() -> tuple[VAE, LinearGaussian]:
    """Return a VAE whose decoder is one affine map, and the oracle of the same model."""
    model = VAE(6, latent_dim=3, variance=0.3, seed=2)
    model.decoder = MLP((3, 6), generator())
    layer = model.decoder.layers[0]
    weight, bias = layer.weight.detach().mT.double(), layer.bias.detach().double()
    return model, LinearGaussian(weight, bias, float(model.variance))


def test_the_bound_falls_short_by_the_kl_from_the_exact_posterior():
    """A linear decoder: the reconstruction term has a closed form, and so has the gap."""
    model, oracle = linear_model()
    found = evaluate(model, X.repeat(200, 1), samples=10).value.view(200, 20).double()
    mu, logvar = (value.detach().double() for value in model.encode(X))
    mean, covariance = oracle.posterior(X.double())
    gap = mu - mean
    precision = torch.linalg.inv(covariance)
    kl = 0.5 * (
        torch.einsum("ij,ni->nj", precision, gap).mul(gap).sum(1)
        + (logvar.exp() * precision.diagonal()).sum(1)
        - 3
        + covariance.logdet()
        - logvar.sum(1)
    )
    assert float(kl.min()) > 0.05
    exact = oracle.log_prob(X.double()) - kl
    error = found.std(0) / math.sqrt(200)
    assert bool(((found.mean(0) - exact).abs() < 5 * error).all())
    assert float(kl.mean()) > 20 * float(error.max())


def test_the_gradient_of_the_loss_is_that_of_the_exact_expectation():
    """Averaged over noise, reparameterised gradients equal those of the closed form."""
    model, _ = linear_model()
    count = 40_000
    x = X[:1].expand(count, 6)
    eps = torch.randn(count, 3, generator=generator(1))
    negative_elbo(model, x, torch.cat([eps, -eps])[:count])["loss"].backward()
    found = {name: p.grad.clone() for name, p in model.named_parameters()}
    model.zero_grad()
    mu, logvar = model.encode(X[:1])
    weight = model.decoder.layers[0].weight  # (3, 6)
    misfit = (X[:1] - model.decode(mu)).square().sum() + (
        logvar.exp() @ weight.square().sum(1, keepdim=True)
    ).sum()
    (misfit / (2 * 0.3) + gaussian_kl(mu, logvar).sum()).backward()
    for name, parameter in model.named_parameters():
        scale = float(parameter.grad.abs().max())
        torch.testing.assert_close(found[name], parameter.grad, atol=0.03 * scale, rtol=0)


def test_more_samples_average_the_reconstruction_term_alone():
    model = MODELS[1]
    few = torch.stack([evaluate(model, X, samples=1, seed=s).recon_nll for s in range(200)])
    many = evaluate(model, X, samples=200, seed=9)
    error = few.std(0) / math.sqrt(200)
    assert float(((many.recon_nll - few.mean(0)) / error).abs().max()) < 6.0
    assert torch.equal(many.kl, evaluate(model, X, samples=1).kl)


@pytest.mark.parametrize("model", MODELS)
def test_evaluation_depends_on_its_seed_alone_and_leaves_no_trace(model):
    before = torch.get_rng_state()
    first, again, other = (evaluate(model, X, seed=s) for s in (1, 1, 2))
    assert torch.equal(first.value, again.value)
    assert not torch.equal(first.value, other.value)
    assert torch.equal(before, torch.get_rng_state())
    assert not first.value.requires_grad
    double = evaluate(VAE(**model.config).double(), X.double())
    assert double.value.dtype == torch.float64


@pytest.mark.parametrize(
    ("x", "options", "error", "message"),
    [
        (X[:, :5], {}, ValueError, "x: expected shape (N, 6), got (20, 5)"),
        (X[None], {}, ValueError, "x: expected shape (N, 6), got (1, 20, 6)"),
        (X[:0], {}, ValueError, "x: expected at least one element, got (0, 6)"),
        (X * float("nan"), {}, ValueError, "x: expected finite values"),
        (X + 1, {}, ValueError, "x: expected values <= 1, got 1.9"),
        (X.double(), {}, TypeError, "x: expected dtype torch.float32, got torch.float64"),
        (X, {"samples": 0}, ValueError, "samples: expected an integer >= 1, got 0"),
        (X, {"seed": -1}, ValueError, "seed: expected an integer >= 0, got -1"),
    ],
)
def test_wrong_input_is_refused(x: Tensor, options: dict, error: type, message: str):
    with pytest.raises(error, match=re.escape(message)):
        evaluate(MODELS[2], x, **options)
