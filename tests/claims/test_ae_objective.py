"""What reconstruction losses are as likelihoods, and what the best denoiser is."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Normal

from gentutor.data import digits
from gentutor.models.autoencoder import Autoencoder
from gentutor.objectives.reconstruction import denoising, reconstruction, squared_error
from gentutor.objectives.variational import recon_nll
from gentutor.training import fit

X = digits().x_train


def uniform(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator, dtype=torch.float64)


@pytest.mark.claim("ae-objective")
def test_training_lowers_the_reconstruction_error():
    nets = [Autoencoder(64, latent_dim=8, seed=s) for s in range(8)]
    before = [reconstruction(net, X)["error"].item() for net in nets]
    fit(nets, X, objective=reconstruction, steps=100, lr=5e-3, seed=range(8))
    after = [reconstruction(net, X)["error"].item() for net in nets]
    assert all(b < 0.25 * a for a, b in zip(before, after, strict=True))


@pytest.mark.claim("ae-objective")
@pytest.mark.parametrize("variance", [0.04, 0.5, 2.0])
def test_squared_error_is_a_gaussian_up_to_scale_and_constant(variance):
    x, x_hat = uniform(20, 6), uniform(20, 6, seed=1)
    nll = -Normal(x_hat, math.sqrt(variance)).log_prob(x).sum(-1)
    constant = 3 * math.log(2 * math.pi * variance)
    torch.testing.assert_close(squared_error(x, x_hat) / (2 * variance) + constant, nll)


@pytest.mark.claim("ae-objective")
def test_cross_entropy_is_exact_for_binary_pixels():
    x, logits = uniform(20, 6).round(), 4 * uniform(20, 6, seed=1) - 2
    expected = -Bernoulli(logits=logits).log_prob(x).sum(-1)
    torch.testing.assert_close(recon_nll(x, logits, likelihood="bernoulli"), expected)
    both = recon_nll(torch.tensor([[0.0], [1.0]]).double(), logits[:1, :1].expand(2, 1),
                     likelihood="bernoulli")  # fmt: skip
    assert (-both).exp().sum().item() == pytest.approx(1)


@pytest.mark.claim("ae-objective")
def test_on_grey_pixels_its_exponential_does_not_integrate_to_one():
    """The integral is (2p − 1) / log(p / (1 − p)): 0.5 at p = ½, 0.36 at 0.9; it moves with p."""
    grid = (torch.arange(200_000, dtype=torch.float64)[:, None] + 0.5) / 200_000
    masses = {}
    for p in (0.3, 0.5, 0.6, 0.9, 0.99):
        logits = torch.full_like(grid, math.log(p / (1 - p)))
        masses[p] = (-recon_nll(grid, logits, likelihood="bernoulli")).exp().mean().item()
        exact = 0.5 if p == 0.5 else (2 * p - 1) / math.log(p / (1 - p))
        assert masses[p] == pytest.approx(exact, rel=1e-6)
    assert masses[0.5] == pytest.approx(0.5)
    assert masses[0.9] < 0.37 < 0.48 < masses[0.6]


@pytest.mark.claim("ae-objective")
def test_its_floor_is_the_entropy_of_the_targets():
    """0.5 nats a pixel for uniform ones; the best output is the target itself."""
    x = (torch.arange(100_000, dtype=torch.float64)[:, None] + 0.5) / 100_000
    perfect = recon_nll(x, torch.logit(x), likelihood="bernoulli")
    assert perfect.mean().item() == pytest.approx(0.5, abs=1e-6)
    for shift in (-0.3, 0.3):
        worse = recon_nll(x, torch.logit(x) + shift, likelihood="bernoulli")
        assert (worse > perfect).all()


def coins(x_tilde: Tensor, variance: float) -> Tensor:
    """Return E[x | x̃] for x = ±1, each half of the time, from the posterior's two weights."""
    log_weights = torch.stack([-((x_tilde - s) ** 2) / (2 * variance) for s in (1.0, -1.0)])
    share = log_weights.softmax(0)
    return share[0] - share[1]


@pytest.mark.claim("ae-denoise")
@pytest.mark.parametrize("variance", [0.25, 1.0, 4.0])
def test_the_conditional_mean_beats_every_other_denoiser_of_a_family(variance):
    """By quadrature over noise: tanh(a x̃ / σ²) with a = 1 has the least error."""
    eps = torch.linspace(-8, 8, 4001, dtype=torch.float64)
    weight = (-(eps**2) / 2).exp()
    weight /= weight.sum()
    x_tilde = 1 + math.sqrt(variance) * eps  # x = 1; x = −1 is its mirror image

    def error(denoise) -> float:
        return (weight * (1 - denoise(x_tilde)).square()).sum().item()

    best = error(lambda y: coins(y, variance))
    assert best == pytest.approx(error(lambda y: torch.tanh(y / variance)), rel=1e-9)
    rivals = [lambda y, a=a: torch.tanh(a * y / variance) for a in (0.5, 0.9, 1.1, 2.0)]
    rivals += [torch.sign, lambda y: y, lambda y: y / (1 + variance)]  # the last: best linear
    assert all(error(rival) > best + 1e-4 for rival in rivals)


@pytest.mark.claim("ae-denoise")
@pytest.mark.parametrize("variance", [0.09, 0.25])
def test_the_correction_over_the_variance_is_the_score(variance):
    """Tweedie's formula in 64 dimensions, with the digits themselves as the clean density."""
    clean = X[:300].double()
    noise = torch.randn(8, 64, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    x_tilde = (clean[:8] + math.sqrt(variance) * noise).requires_grad_()
    log_kernel = -torch.cdist(x_tilde, clean).square() / (2 * variance)
    (score,) = torch.autograd.grad(log_kernel.logsumexp(1).sum(), x_tilde)
    mean = log_kernel.softmax(1) @ clean
    torch.testing.assert_close((mean - x_tilde) / variance, score)


@pytest.mark.claim("ae-denoise")
def test_a_trained_denoiser_finds_the_conditional_mean():
    """On 8 seeds within 0.15 of tanh on [−2.5, 2.5]; one with a noisy target finds the identity."""

    def clean(net, x, eps):
        return {"loss": denoising(net, x, eps).mean(-1)}

    def bug(net, x, eps):
        return {"loss": squared_error(x + eps, net(x + eps)).mean(-1)}

    x = torch.tensor([[-1.0], [1.0]]).repeat(128, 1)
    line = torch.linspace(-2.5, 2.5, 101)[:, None]
    for objective, expected in ((clean, line.tanh()), (bug, line)):
        nets = [Autoencoder(1, latent_dim=1, seed=s) for s in range(8)]
        fit(nets, x, objective=objective, steps=800, lr=1e-2, batch_size=256, seed=range(8))
        for net in nets:
            assert (net(line) - expected).abs().max() < 0.2
