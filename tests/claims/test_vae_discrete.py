"""The claim vae-discrete: a continuous code for eight separate clusters."""

import math

import pytest
import torch
from sklearn.cluster import KMeans
from torch import Tensor
from torch.nn.functional import gumbel_softmax

from gentutor.models.vae import VAE
from gentutor.training import fit
from gentutor.training.variational import evaluate

pytestmark = pytest.mark.claim("vae-discrete")

SEEDS = range(8)
SD = 0.1
ANGLE = torch.arange(8) * math.pi / 4
CENTRES = 2 * torch.stack([ANGLE.cos(), ANGLE.sin()], 1)  # 1.5 apart: 15 sd


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def off_every_cluster(points: Tensor) -> Tensor:
    """Say which points (..., 2) lie more than 4 sd from every centre."""
    return torch.cdist(points, CENTRES).amin(-1) > 4 * SD


@pytest.fixture(scope="module")
def ring() -> Tensor:
    g = generator()
    mode = torch.randint(8, (4000,), generator=g)
    return CENTRES[mode] + SD * torch.randn(4000, 2, generator=g)


@pytest.fixture(scope="module")
def models(ring: Tensor) -> list[VAE]:
    made = [VAE(2, latent_dim=2, variance=SD**2, hidden=(64, 64), seed=s) for s in SEEDS]
    fit(made, ring, steps=1500, lr=3e-3, seed=SEEDS)
    return made


def test_a_continuous_code_puts_samples_between_the_clusters(models, ring):
    """About 60 % of them on every seed; the data have one in 3,000 there."""
    assert float(off_every_cluster(ring).float().mean()) < 0.002
    for seed, model in enumerate(models):
        samples = model.sample(torch.randn(4000, 2, generator=generator(seed)), seed=seed)
        assert float(off_every_cluster(samples).float().mean()) > 0.45


def test_longer_training_thins_the_bridges_and_does_not_remove_them(models, ring):
    """Steeper decoders: from about 60 % to 30 % on every seed, at more ELBO."""
    longer = [VAE(2, latent_dim=2, variance=SD**2, hidden=(64, 64), seed=s) for s in SEEDS]
    fit(longer, ring, steps=3000, lr=1e-2, batch_size=64, seed=SEEDS)
    for seed, (short, long) in enumerate(zip(models, longer, strict=True)):
        z = torch.randn(4000, 2, generator=generator(seed))
        bridge = [float(off_every_cluster(m.sample(z)).float().mean()) for m in (short, long)]
        assert bridge[0] - 0.1 > bridge[1] > 0.1
        elbos = [float(evaluate(m, ring, samples=1).value.mean()) for m in (short, long)]
        assert elbos[1] > elbos[0]


def test_a_discrete_code_of_eight_entries_does_not(ring):
    for seed in SEEDS:
        found = KMeans(8, n_init=4, random_state=seed).fit(ring).cluster_centers_
        entries = torch.tensor(found, dtype=torch.float32)
        g = generator(seed)
        samples = entries[torch.randint(8, (4000,), generator=g)]
        samples = samples + SD * torch.randn(4000, 2, generator=g)
        assert float(off_every_cluster(samples).float().mean()) < 0.01


def test_every_path_between_two_classes_leaves_both(models, ring):
    """Straight lines and detours alike: the decoder is continuous, so it has to cross over.

    Between the codes of any two clusters, some decoded code is more than 4 sd from every cluster.
    """
    at = torch.linspace(0, 1, 2001)[:, None]
    for model in models:
        with torch.no_grad():
            codes = model.encode(CENTRES)[0]
            assert not bool(off_every_cluster(model.decode(codes)).any())  # they are known
            for a in range(8):
                for b in range(a):
                    straight = torch.lerp(codes[a], codes[b], at)
                    detour = straight + 3 * at * (1 - at) * (codes[a] - codes[b]).flip(0)
                    for path in (straight, detour):
                        assert bool(off_every_cluster(model.decode(path)).any())


def test_a_relaxed_code_is_nearly_discrete_and_has_a_gradient():
    """Gumbel-softmax: low temperatures give one-hot codes of the right frequencies.

    The price is a bias. The gradient of E f, with f quadratic, is off at temperature 1 and
    close at 0.1, where its variance is larger.
    """
    cost = torch.tensor([0.0, 1.0, 3.0]).double()
    logits = torch.tensor([0.5, 0.0, -0.5]).double()
    p = logits.softmax(0)
    exact = p * (cost - p @ cost)  # of E f at one-hot codes
    error, spread = {}, {}
    for temperature in (1.0, 0.1):
        many = logits.expand(100_000, 3).clone().requires_grad_()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            z = gumbel_softmax(many, tau=temperature)
        (slope,) = torch.autograd.grad((z.square() @ cost).sum(), many)
        error[temperature] = float((slope.mean(0) - exact).abs().max())
        spread[temperature] = float(slope.var(0).sum())
    assert error[0.1] < 0.05 < 0.1 < error[1.0]
    assert spread[0.1] > 2 * spread[1.0]
    z = z.detach()
    assert float((z.amax(1) > 0.99).double().mean()) > 0.7
    torch.testing.assert_close(z.argmax(1).bincount() / len(z), p.float(), atol=0.01, rtol=0)
