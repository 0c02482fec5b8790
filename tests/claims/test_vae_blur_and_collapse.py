"""The claims vae-blur and vae-collapse on trained models, eight seeds a setting."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from gentutor.data import digits, patches
from gentutor.models.vae import VAE
from gentutor.objectives.variational import active_units
from gentutor.training import fit
from gentutor.training.variational import evaluate

SEEDS = range(8)


@dataclass(frozen=True)
class Runs:
    """Eight trained models of one setting and what they do with held-out digits.

    Attributes:
        models: one a seed.
        x_hat: (8, N, 64) displayed reconstructions.
        kl: (8, K) nats a dimension.
        elbo: (8,) test ELBO at beta = 1.
        used: (8, K) bool, active dimensions.
    """

    models: list[VAE]
    x_hat: Tensor
    kl: Tensor
    elbo: Tensor
    used: Tensor

    @property
    def rate(self) -> Tensor:
        """(8,) total KL in nats."""
        return self.kl.sum(1)


def sharpness(images: Tensor) -> Tensor:
    """Return the mean step between neighbouring pixels of (..., N, 64) images."""
    pictures = images.unflatten(-1, (8, 8))
    return sum(pictures.diff(dim=axis).abs().mean((-3, -2, -1)) for axis in (-1, -2))


def look(models: list[VAE], x: Tensor) -> Runs:
    with torch.no_grad():
        codes = [model.encode(x)[0] for model in models]
        x_hat = [model.decode(mu, x) for model, mu in zip(models, codes, strict=True)]
    parts = [evaluate(model, x, samples=4) for model in models]
    return Runs(
        models,
        torch.stack(x_hat),
        torch.stack([p.kl.mean(0) for p in parts]),
        torch.stack([p.value.mean() for p in parts]),
        active_units(torch.stack(codes)),
    )


def train(x_train: Tensor, x_test: Tensor, *, beta=1.0, warmup=0, steps=500, **shape) -> Runs:
    models = [VAE(64, latent_dim=8, seed=seed, **shape) for seed in SEEDS]
    fit(models, x_train, steps=steps, lr=2e-3, seed=SEEDS, beta=beta, warmup=warmup)
    return look(models, x_test)


@pytest.fixture(scope="module")
def sweep() -> dict[tuple[float, float], Runs]:
    """Train every (variance, beta) on the digits in one go: 7 settings x 8 seeds."""
    settings = [
        (0.04, 1.0),
        (0.02, 2.0),
        (0.0025, 1.0),
        (0.16, 1.0),
        (0.04, 4.0),
        (1.0, 1.0),
        (0.04, 25.0),
    ]
    models = [
        VAE(64, latent_dim=8, variance=variance, seed=seed)
        for variance, _ in settings
        for seed in SEEDS
    ]
    fit(
        models,
        digits().x_train,
        steps=500,
        lr=2e-3,
        seed=[seed for _ in settings for seed in SEEDS],
        beta=[beta for _, beta in settings for _ in SEEDS],
    )
    eights = [models[i : i + 8] for i in range(0, len(models), 8)]
    return {s: look(m, digits().x_test) for s, m in zip(settings, eights, strict=True)}


@pytest.mark.claim("vae-blur")
def test_displayed_samples_and_reconstructions_are_smoother_than_digits(sweep):
    """By about an eighth at beta = 1 and variance 0.04, the setting with the best test ELBO."""
    data = sharpness(digits().x_test)
    runs = sweep[0.04, 1.0]
    codes = torch.randn(360, 8, generator=torch.Generator().manual_seed(0))
    samples = torch.stack([m.sample(codes, noise=False) for m in runs.models])
    assert bool((sharpness(runs.x_hat) < 0.93 * data).all())
    assert bool((sharpness(samples) < 0.95 * data).all())


@pytest.mark.claim("vae-blur")
def test_the_decoder_displays_the_average_of_what_shares_a_code(sweep):
    """With nothing in the code that is the average digit, which is half as sharp as a digit."""
    mean = digits().x_train.mean(0)
    runs = sweep[0.04, 25.0]
    assert float(sharpness(mean[None])) < 0.55 * float(sharpness(digits().x_test))
    assert float((runs.x_hat - mean).abs().mean((1, 2)).max()) < 0.04
    informed = (sweep[0.04, 1.0].x_hat - mean).abs().mean((1, 2))
    assert float(informed.min()) > 0.1


@pytest.mark.claim("vae-blur")
def test_a_decoder_left_with_one_bit_displays_the_two_class_means():
    """Eights and ones under a code that tells only the class: each mean, not any one image."""
    d = digits()
    keep = (d.y_train == 1) | (d.y_train == 8)
    x = d.x_train[keep]
    code = torch.where(d.y_train[keep] == 8, 1.0, -1.0)[:, None]
    model = VAE(64, latent_dim=1, variance=0.04, seed=0)
    optimiser = torch.optim.Adam(model.decoder.parameters(), lr=5e-3)
    for _ in range(400):
        optimiser.zero_grad()
        (x - model.decode(code)).square().sum(1).mean().backward()
        optimiser.step()
    for z in (-1.0, 1.0):
        shown, members = model.decode(torch.tensor([[z]])).detach(), x[code[:, 0] == z]
        torch.testing.assert_close(shown, members.mean(0, keepdim=True), atol=0.02, rtol=0)
        assert float(sharpness(shown)) < 0.85 * float(sharpness(members))


@pytest.mark.claim("vae-blur")
@pytest.mark.parametrize(("one", "other"), [((0.04, 1.0), (0.02, 2.0)), ((0.04, 4.0), (0.16, 1.0))])
def test_equal_products_give_the_same_model(sweep, one, other):
    """Losses that differ by a factor: from the same seeds Adam ends at the same rate and blur."""
    a, b = sweep[one], sweep[other]
    torch.testing.assert_close(a.rate, b.rate, atol=0.05, rtol=0)
    torch.testing.assert_close(sharpness(a.x_hat), sharpness(b.x_hat), atol=0.003, rtol=0)


@pytest.mark.claim("vae-blur")
def test_either_lever_blurs(sweep):
    """Raise beta or the variance by 4: duller on every seed, by 0.05 of 0.41."""
    start, beta, variance = (
        sharpness(sweep[s].x_hat) for s in ((0.04, 1.0), (0.04, 4.0), (0.16, 1.0))
    )
    assert bool((start - beta > 0.04).all())
    assert bool((start - variance > 0.04).all())


@pytest.mark.claim("vae-blur")
def test_the_kl_term_alone_does_not_blur(sweep):
    """Its full weight of beta = 1 with a small variance: sharper on every seed, samples too."""
    codes = torch.randn(360, 8, generator=torch.Generator().manual_seed(0))
    usual, sharp = sweep[0.04, 1.0], sweep[0.0025, 1.0]
    samples = [
        torch.stack([sharpness(m.sample(codes, noise=False)) for m in runs.models])
        for runs in (usual, sharp)
    ]
    assert bool((sharpness(sharp.x_hat) - sharpness(usual.x_hat) > 0.008).all())
    assert bool((samples[1] - samples[0] > 0.03).all())


@pytest.mark.claim("vae-collapse")
def test_a_collapsed_code_says_nothing_and_the_decoder_ignores_it(sweep):
    """Every x gets the prior for a posterior, and every z decodes to one picture."""
    codes = torch.randn(500, 8, generator=torch.Generator().manual_seed(0))
    total = digits().x_test.var(0).sum()
    runs = sweep[0.04, 25.0]
    assert float(runs.rate.max()) < 0.01
    assert not bool(runs.used.any())
    for dead, alive in zip(runs.models, sweep[0.04, 1.0].models, strict=True):
        with torch.no_grad():
            mu, logvar = dead.encode(digits().x_test)
            moved = [m.decode(codes).var(0).sum() / total for m in (dead, alive)]
        assert float(mu.abs().mean()) < 0.05
        assert float(logvar.abs().mean()) < 0.1
        assert float(moved[0]) < 0.02
        assert float(moved[1]) > 0.5


@pytest.mark.claim("vae-collapse")
def test_the_gaussian_form_is_not_the_cause(sweep):
    """The same Gaussian likelihood keeps its codes, and a Bernoulli one can lose them too."""
    assert float(sweep[0.04, 1.0].rate.min()) > 7.0
    assert int(sweep[0.04, 1.0].used.sum(1).min()) >= 7
    d = digits()
    bernoulli = train(d.x_train, d.x_test, likelihood="bernoulli", beta=8.0)
    assert float(bernoulli.rate.max()) < 0.05


@pytest.mark.claim("vae-collapse")
@pytest.mark.parametrize("setting", [(0.04, 25.0), (1.0, 1.0)], ids=["beta", "variance"])
def test_a_large_beta_or_variance_collapses_every_seed(sweep, setting):
    assert float(sweep[setting].rate.max()) < 0.01


@pytest.mark.claim("vae-collapse")
def test_warming_beta_up_does_not_help_where_the_optimum_is_collapsed():
    d = digits()
    runs = train(d.x_train, d.x_test, variance=0.04, beta=25.0, warmup=400, steps=700)
    assert float(runs.rate.max()) < 0.05
    assert not bool(runs.used.any())


@pytest.mark.claim("vae-collapse")
def test_a_decoder_that_can_do_without_the_code_drops_it():
    """Photographs: pixels tell their neighbours. Digits: the class still helps, and is kept."""
    p, d = patches(), digits()
    strong = {"decoder": "autoregressive"}
    dropped = train(p.x_train, p.x_test, **strong)
    needed = train(p.x_train, p.x_test)
    kept = train(d.x_train, d.x_test, **strong)
    assert float(dropped.rate.max()) < 0.05
    assert float(needed.rate.min()) > 2.0
    assert float((dropped.elbo - needed.elbo).min()) > -2.0  # and it is as good a model
    assert float(kept.rate.min()) > 2.0


@pytest.mark.claim("vae-collapse")
def test_poor_optimisation_collapses_what_need_not_be(sweep):
    """Ten hidden layers, same loss: the gradient fades, and a worse ELBO is all they reach."""
    d = digits()
    deep = train(d.x_train, d.x_test, variance=0.04, hidden=(64,) * 10)
    assert float(deep.rate.median()) < 0.05
    assert float(deep.rate.max()) < 1.0
    assert bool((deep.elbo < sweep[0.04, 1.0].elbo - 15.0).all())
