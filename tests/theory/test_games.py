"""The bilinear game: closed forms against eigenvalues, and matrices against players that move."""

import math

import pytest
import torch
from torch import Tensor

from gentutor.theory.games import (
    METHODS,
    bilinear_radius,
    spectral_radius,
    trajectory,
    update_matrix,
)

GAME = torch.randn(3, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def play(
    method: str, step_size: float, start: Tensor, steps: int, game: Tensor, damping: float = 0.0
) -> Tensor:
    """Move both players by autograd through a' M b - damping b' b / 2, as a training loop would."""
    n = len(game)

    def slopes(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        a, b = a.clone().requires_grad_(), b.clone().requires_grad_()
        down = torch.autograd.grad(a @ game @ b, a)[0]
        return down, torch.autograd.grad(a @ game @ b - damping / 2 * b @ b, b)[0]

    a, b = start[:n], start[n:]
    places, before = [start], slopes(a, b)
    for _ in range(steps):
        down, up = slopes(a, b)
        if method == "simultaneous":
            a, b = a - step_size * down, b + step_size * up
        elif method == "alternating":
            a = a - step_size * down
            b = b + step_size * slopes(a, b)[1]
        elif method == "extragradient":
            down, up = slopes(a - step_size * down, b + step_size * up)
            a, b = a - step_size * down, b + step_size * up
        else:
            a = a - 2 * step_size * down + step_size * before[0]
            b = b + 2 * step_size * up - step_size * before[1]
            before = down, up
        places.append(torch.cat([a, b]))
    return torch.stack(places)


@pytest.mark.parametrize("damping", [0.0, 0.4])
@pytest.mark.parametrize("method", METHODS)
def test_a_trajectory_is_what_two_players_walk(method, damping):
    start = torch.tensor([1.0, -0.5, 0.3, 2.0, 0.7], dtype=torch.float64)
    found = trajectory(method, 0.3, start, 25, GAME, damping=damping)
    torch.testing.assert_close(found, play(method, 0.3, start, 25, GAME, damping))
    assert found.shape == (26, 5)
    scalar = trajectory(method, 0.3, start[:2], 25)
    torch.testing.assert_close(scalar, play(method, 0.3, start[:2], 25, torch.ones(1, 1).double()))


@pytest.mark.claim("gan-unstable")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("h", [0.01, 0.1, 0.45, 0.7, 0.9, 1.3, 1.9, 2.2, 3.0])
def test_the_closed_form_is_the_largest_eigenvalue(method, h):
    found = float(spectral_radius(update_matrix(method, h)))
    assert found == pytest.approx(bilinear_radius(method, h), rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_general_game_has_the_largest_radius_of_its_singular_values(method):
    square = GAME[:2] + torch.eye(2)
    radii = [bilinear_radius(method, 0.4 * float(s)) for s in torch.linalg.svdvals(square)]
    found = float(spectral_radius(update_matrix(method, 0.4, square)))
    assert found == pytest.approx(max(radii), rel=1e-9)
    # With more moves of a than of b, some never matter: 1 is an eigenvalue.
    values = torch.linalg.eigvals(update_matrix(method, 0.4, GAME))
    assert float((values - 1).abs().min()) < 1e-9


@pytest.mark.claim("gan-unstable")
@pytest.mark.parametrize("h", [1e-3, 0.1, 1.0, 3.0])
def test_simultaneous_steps_spiral_outwards_at_every_step_size(h):
    values = torch.linalg.eigvals(update_matrix("simultaneous", h))
    torch.testing.assert_close(values.abs(), torch.full((2,), math.sqrt(1 + h**2)).double())
    start = torch.tensor([0.6, 0.8], dtype=torch.float64)
    radius = trajectory("simultaneous", h, start, 200).norm(dim=1)
    steps = torch.arange(201, dtype=torch.float64)
    torch.testing.assert_close(radius, (1 + h**2) ** (steps / 2))


@pytest.mark.claim("gan-unstable")
@pytest.mark.parametrize("h", [0.1, 1.0, 1.9])
def test_small_alternating_steps_circle(h):
    """They stay on the ellipse a^2 - h a b + b^2 = const, at every step, and do not come in."""
    z = trajectory("alternating", h, torch.tensor([0.6, 0.8]).double(), 2000)
    a, b = z.T
    level = a.square() - h * a * b + b.square()
    torch.testing.assert_close(level, level[0].expand(2001), rtol=1e-9, atol=0)
    assert float(z[-1000:].norm(dim=1).max()) > 0.8
    assert float(z[-1000:].norm(dim=1).max()) < 8


@pytest.mark.claim("gan-unstable")
def test_alternating_steps_of_2_and_more_leave():
    start = torch.tensor([0.6, 0.8]).double()
    drift = trajectory("alternating", 2.0, start, 1000).norm(dim=1)
    assert float(drift[1000] / drift[500]) == pytest.approx(2.0, rel=0.01)  # a line, no power
    assert float(trajectory("alternating", 2.2, start, 100)[-1].norm()) > 1e10


@pytest.mark.claim("gan-unstable")
@pytest.mark.parametrize(("method", "limit"), [("extragradient", 1.0), ("optimistic", 3**-0.5)])
def test_looking_ahead_converges_up_to_its_step_size(method, limit):
    start = torch.tensor([0.6, 0.8]).double()
    for h in (0.5 * limit, 0.9 * limit):
        end = trajectory(method, h, start, 400)[-1].norm()
        assert float(end) < 2 * bilinear_radius(method, h) ** 400 < 1e-5
    assert float(trajectory(method, 1.2 * limit, start, 400)[-1].norm()) > 1e3
    assert bilinear_radius(method, limit) == pytest.approx(1.0)


@pytest.mark.claim("gan-damping")
@pytest.mark.parametrize("damping", [0.1, 0.5, 1.3])
def test_damping_lets_simultaneous_steps_come_in_below_its_own_size(damping):
    for eta in (0.1 * damping, damping, 1.4 * damping):
        found = float(spectral_radius(update_matrix("simultaneous", eta, damping=damping)))
        assert found == pytest.approx(math.sqrt(1 - eta * damping + eta**2), rel=1e-12)
    start = torch.tensor([0.6, 0.8]).double()
    steps = int(60 / damping**2)
    slow, fast = (
        trajectory("simultaneous", share * damping, start, steps, damping=damping)[-1].norm()
        for share in (0.5, 1.4)
    )
    assert float(slow) < 1e-2
    assert float(fast) > 1e2


@pytest.mark.claim("gan-damping")
def test_damping_brings_alternating_steps_in_at_every_step_of_a_complex_pair():
    for damping in (0.1, 0.5, 1.3):
        for eta in (0.05, 0.2, 0.6):
            values = torch.linalg.eigvals(update_matrix("alternating", eta, damping=damping))
            assert float(values[0].imag.abs()) > 0
            expected = torch.full((2,), math.sqrt(1 - eta * damping), dtype=torch.float64)
            torch.testing.assert_close(values.abs(), expected)


@pytest.mark.claim("gan-damping")
def test_r1_on_a_linear_discriminator_is_this_damping():
    """The Dirac GAN: data at 0, the sample at a, logit b x; near 0 its field is half the game's."""
    spot = torch.tensor([1e-4, -2e-4], dtype=torch.float64, requires_grad=True)
    a, b = spot
    value = -torch.nn.functional.softplus(-b * 0) - torch.nn.functional.softplus(b * a)
    penalty = 0.3 / 2 * b**2  # D's slope at the data is b
    down = torch.autograd.grad(value, spot, retain_graph=True)[0][0]
    up = torch.autograd.grad(value - penalty, spot)[0][1]
    eta = 0.2
    moved = spot.detach() + torch.stack([-eta * down, eta * up])
    # softplus has slope 1/2 at 0, and D's output falls with a: the game is -ab/2.
    game = torch.tensor([[-0.5]])
    matrix = update_matrix("simultaneous", eta, game, damping=0.3)
    torch.testing.assert_close(moved, matrix @ spot.detach(), rtol=1e-3, atol=0)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="damping: expected a finite number >= 0, got -1"):
        update_matrix("alternating", 0.1, damping=-1)
    with pytest.raises(ValueError, match=r"method: expected one of simultaneous, .*; got 'adam'"):
        update_matrix("adam", 0.1)
    with pytest.raises(ValueError, match="step_size: expected a finite number > 0, got 0"):
        bilinear_radius("alternating", 0)
    with pytest.raises(ValueError, match=r"game: expected shape \(n, m\), got \(3,\)"):
        update_matrix("alternating", 0.1, torch.ones(3))
    with pytest.raises(ValueError, match=r"start: expected shape \(2,\), got \(4,\)"):
        trajectory("optimistic", 0.1, torch.ones(4), 3)
    with pytest.raises(ValueError, match="steps: expected an integer >= 0, got -1"):
        trajectory("optimistic", 0.1, torch.ones(2), -1)
