"""A critic trained alone: its dual against exact W1, what the penalty does and what it does not."""

from collections.abc import Callable
from functools import cache

import numpy as np
import ot
import pytest
import torch
from torch import Tensor, nn

from gentutor.data import Mixture
from gentutor.models.gan import Critic, layers_of
from gentutor.objectives.adversarial import gradient_penalty, interpolate
from gentutor.theory.penalised_dual import PenalisedDual, corrected_dual, penalised_dual
from gentutor.theory.transport import Line
from gentutor.training import TrainedDiscriminators, train_discriminators

SEEDS = 8
STEP = 0.004


def on_line(*centres: float, sd: float) -> Mixture:
    return Mixture(torch.tensor(centres, dtype=torch.float64)[:, None], sd)


#: real and generated: a narrow mode that is shifted by 2, a wide one by 1, four modes and two.
PAIRS = {
    "shift": (on_line(0.0, sd=0.1), on_line(2.0, sd=0.1)),
    "normals": (on_line(0.0, sd=1.0), on_line(1.0, sd=1.0)),
    "modes": (on_line(-3.0, -1.0, 1.0, 3.0, sd=0.2), on_line(-1.0, 1.0, sd=0.2)),
}
LIMITS = {"shift": (-1.0, 3.0), "normals": (-6.0, 7.0), "modes": (-5.0, 5.0)}


@cache
def line(name: str) -> Line:
    x = torch.arange(*LIMITS[name], STEP, dtype=torch.float64)
    return Line.from_densities(*(source.log_density(x[:, None]).exp() for source in PAIRS[name]), x)


@cache
def exact(name: str, gp_weight: float) -> PenalisedDual:
    return penalised_dual(line(name), gp_weight=gp_weight)


def raw_duals(critics: tuple[Critic, ...], name: str) -> np.ndarray:
    """Return every critic's E f(x) - E f(x_fake) by quadrature, not from the training batch."""
    x = line(name).points.float()[:, None]
    with torch.no_grad():
        return np.array([float(line(name).dual(critic(x).double())) for critic in critics])


@pytest.fixture(scope="module")
def critics() -> Callable[..., TrainedDiscriminators]:
    """Return a function that trains critics under the one-sided penalty."""

    @cache
    def train(name: str, gp_weight: float, activation: str) -> TrainedDiscriminators:
        nets = [Critic(1, activation=activation, seed=s) for s in range(SEEDS)]
        smooth = activation == "tanh"
        settings = {"steps": 600 if smooth else 400, "lr": 1e-2 if smooth else 5e-3}
        objective = "wgan_gp_one_sided"
        return train_discriminators(
            nets, *PAIRS[name], objective=objective, gp_weight=gp_weight, seed=50, **settings
        )

    return train


def slopes(critic: Critic, x: Tensor) -> Tensor:
    """Return the gradient norms at x (N, D), (N,)."""
    x = x.clone().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x)[0].norm(dim=1)


@pytest.mark.claim("wgan-dual", "wgan-gp")
@pytest.mark.parametrize("gp_weight", [1.0, 10.0])
def test_for_a_shifted_mode_the_corrected_dual_is_w1(critics, gp_weight):
    """The raw dual is 2 + 2^2 / (2 gp_weight): twice W1 at a weight of 1."""
    raw = raw_duals(critics("shift", gp_weight, "relu").networks, "shift")
    assert raw == pytest.approx(2 + 2 / gp_weight, rel=0.01)
    assert corrected_dual(torch.tensor(raw), gp_weight).numpy() == pytest.approx(2.0, rel=0.01)


@pytest.mark.claim("wgan-dual")
def test_in_the_plane_it_is_what_a_linear_programme_finds():
    real = Mixture(torch.tensor([[0.0, 0.0]]), sd=0.1)
    fake = Mixture(torch.tensor([[1.2, 0.9]]), sd=0.1)
    nets = [Critic(2, seed=s) for s in range(SEEDS)]
    train_discriminators(
        nets, real, fake, objective="wgan_gp_one_sided", steps=400, lr=5e-3, seed=50
    )
    stream = torch.Generator().manual_seed(1)
    x, x_fake = real.sample(500, stream), fake.sample(500, stream)
    programme = float(ot.emd2([], [], torch.cdist(x, x_fake).double().numpy()))
    assert programme == pytest.approx(1.5, rel=0.01)
    many, many_fake = real.sample(20_000, stream), fake.sample(20_000, stream)
    for critic in nets:
        raw = float((critic(many).mean() - critic(many_fake).mean()).detach())
        found = corrected_dual(raw, 10.0)
        assert raw > 1.05 * programme
        assert found == pytest.approx(programme, rel=0.02)
        assert found == pytest.approx(1.5, rel=0.01)


@pytest.mark.claim("wgan-dual", "wgan-gp")
@pytest.mark.parametrize("name", ["normals", "modes"])
def test_elsewhere_the_raw_dual_has_the_bias_of_the_integral(critics, name):
    best = exact(name, 10.0)
    raw = raw_duals(critics(name, 10.0, "tanh").networks, name)
    assert raw == pytest.approx(best.raw, rel=0.02)
    assert raw.mean() == pytest.approx(best.raw, rel=0.01)
    corrected = corrected_dual(torch.tensor(raw), 10.0).numpy()
    assert corrected == pytest.approx(best.corrected, rel=0.01)
    assert best.corrected / best.wasserstein - 1 == pytest.approx(
        {"normals": 0.004, "modes": 0.058}[name], abs=0.001
    )


@pytest.mark.claim("wgan-dual")
def test_a_trained_critic_only_approximates_the_supremum(critics):
    """A ReLU critic that starts without biases has its kinks at 0 and stays a wedge of one slope.

    The best critic is steeper outside. So the wedge's dual is near W1, by two opposite errors.
    """
    best = exact("modes", 10.0)
    raw = raw_duals(critics("modes", 10.0, "relu").networks, "modes")
    assert (raw < 0.97 * best.raw).all()
    middles = (best.line.points[1:] + best.line.points[:-1]) / 2
    outside = (middles.abs() > 1.5) & (middles.abs() < 2.5)
    steep = float(best.slope[outside].abs().mean())
    x = middles[outside].float()[:, None]
    found = {
        activation: [
            float(slopes(critic, x).mean())
            for critic in critics("modes", 10.0, activation).networks
        ]
        for activation in ("relu", "tanh")
    }
    assert steep == pytest.approx(1.13, abs=0.005)
    assert found["tanh"] == pytest.approx([steep] * SEEDS, abs=0.02)
    assert max(found["relu"]) < 1.09


@pytest.mark.claim("wgan-loss")
def test_minus_the_loss_climbs_from_below_w1_and_overshoots():
    """From a flat start; 2 steps are too few, and the end is W1 + W1^2 / (2 gp_weight)."""
    nets = [Critic(1, seed=s) for s in range(SEEDS)]
    for net in nets:
        with torch.no_grad():
            layers_of(net.net)[-1].weight.mul_(0.01)
    objective = "wgan_gp_one_sided"
    trained = train_discriminators(
        nets, *PAIRS["shift"], objective=objective, steps=200, lr=5e-3, gp_weight=1.0, seed=50
    )
    dual = -trained.loss
    assert (np.abs(dual[:, 0]) < 0.1).all()
    assert ((dual[:, 1:3] > 0.1) & (dual[:, 1:3] < 1.8)).all()
    assert (dual[:, -50:].mean(1) > 1.9 * 2.0).all()
    x = line("shift").points.float()[:, None]
    for critic, raw in zip(nets, raw_duals(trained.networks, "shift"), strict=True):
        steepest = float(slopes(critic, x).max())
        assert 2.0 < raw < 1.001 * steepest * 2.0  # K W1


@pytest.mark.claim("wgan-gp")
def test_the_two_sided_penalty_pulls_the_slope_up_as_well():
    """Data and generator agree, so nothing but the penalty asks for a slope."""
    source = Mixture(torch.zeros(1, 2), sd=1.0)
    stream = torch.Generator().manual_seed(1)
    x = interpolate(
        source.sample(4000, stream),
        source.sample(4000, stream),
        torch.rand(4000, 1, generator=stream),
    )
    for start in (0.05, 5.0):
        found = {}
        for objective in ("wgan_gp", "wgan_gp_one_sided"):
            nets = [Critic(2, seed=s) for s in range(SEEDS)]
            for net in nets:
                with torch.no_grad():
                    layers_of(net.net)[-1].weight.mul_(start)
            settings = {"steps": 300, "batch_size": 128, "lr": 5e-3, "seed": 50}
            train_discriminators(nets, source, source, objective=objective, **settings)
            found[objective] = np.array([float(slopes(net, x).mean()) for net in nets])
        assert found["wgan_gp"] == pytest.approx(1.0, abs=0.12)
        assert (found["wgan_gp_one_sided"] < 0.8).all()


@pytest.mark.claim("wgan-gp")
def test_it_is_soft_and_acts_on_the_segments_only():
    """A critic of slope 101 beyond the data, 1 between the samples, pays nothing."""

    def steep(x: Tensor) -> Tensor:
        return x[..., 0] + 100 * (x[..., 0] - 5).relu() + 100 * (-1 - x[..., 0]).relu()

    stream = torch.Generator().manual_seed(0)
    x, x_fake = torch.zeros(100, 1), torch.full((100, 1), 4.0)
    between = interpolate(x, x_fake, torch.rand(100, 1, generator=stream))
    assert gradient_penalty(steep, between).item() == 0.0
    assert gradient_penalty(steep, torch.full((1, 1), 6.0)).item() == 100.0**2


def scores_jacobian(norm: nn.Module, seed: int) -> Tensor:
    """Return d score_i / d x_j (16, 16, 2) of a critic with one hidden layer and this norm."""
    stream = torch.Generator().manual_seed(seed)
    first, last = (torch.randn(shape, generator=stream) for shape in ((2, 32), (32, 1)))
    x = torch.randn(16, 2, generator=stream)
    jacobian = torch.autograd.functional.jacobian(
        lambda x: (norm(x @ first).relu() @ last).squeeze(-1), x
    )
    assert isinstance(jacobian, Tensor)
    return jacobian


@pytest.mark.claim("wgan-gp")
def test_with_batch_norm_a_score_depends_on_the_other_examples():
    """So the penalty's slope, of the sum of scores, is not the slope of an example's own score."""
    for seed in range(SEEDS):
        mixed = scores_jacobian(nn.BatchNorm1d(32), seed)
        own = mixed.diagonal().mT  # (16, 2)
        others = mixed - torch.diag_embed(own.mT).permute(1, 2, 0)
        assert float(others.norm()) > 0.3 * float(own.norm())
        assert float((mixed.sum(0) - own).norm()) > 0.2 * float(own.norm())
        for separate in (nn.Identity(), nn.LayerNorm(32)):
            alone = scores_jacobian(separate, seed)
            assert torch.equal(alone.sum(0), alone.diagonal().mT)


@pytest.mark.claim("wgan-gp")
def test_a_normalised_score_makes_the_penalty_blind():
    """Scores of mean 0 in every batch have a sum of slope 0, however steep each of them is."""
    norm = nn.BatchNorm1d(1)
    x = torch.randn(256, 1, generator=torch.Generator().manual_seed(0))
    for steepness in (0.1, 1.0, 100.0):
        norm.weight.data.fill_(steepness)
        penalty = gradient_penalty(lambda x: norm(x).squeeze(-1), x).item()
        assert penalty == pytest.approx(1.0, abs=1e-3)
        own = torch.autograd.functional.jacobian(lambda x: norm(x).squeeze(-1), x)
        assert float(own.squeeze(-1).diagonal().mean()) == pytest.approx(steepness, rel=0.1)
