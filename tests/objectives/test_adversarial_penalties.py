"""Slope penalties, interpolation and unrolled steps: closed forms and finite differences."""

import copy
import math
import re
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from gentutor.models.gan import Critic, Discriminator
from gentutor.nn import stack
from gentutor.objectives.adversarial import (
    PENALTIES,
    discriminator_loss,
    generator_loss,
    gradient_penalties,
    gradient_penalty,
    interpolate,
    unrolled,
)

X = torch.zeros(4, 2)


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def slope_by_differences(f: Callable[[Tensor], float], x: Tensor, h: float = 1e-6) -> Tensor:
    """Return the derivative of a scalar function by central differences, in the shape of x."""
    slope = torch.zeros_like(x)
    for i in range(x.numel()):
        step = torch.zeros_like(x)
        step.view(-1)[i] = h
        slope.view(-1)[i] = (float(f(x + step)) - float(f(x - step))) / (2 * h)
    return slope


@pytest.mark.parametrize("length", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("kind", PENALTIES)
def test_the_penalty_of_a_linear_critic_and_its_gradient_in_closed_form(kind, length):
    direction = torch.tensor([0.6, -0.8], dtype=torch.float64)
    w = (length * direction).requires_grad_()
    value = gradient_penalty(lambda x: x @ w + 5.0, randn(9, 2), kind)
    over = max(0.0, length - 1)
    expected = {
        "two_sided": ((length - 1) ** 2, 2 * (length - 1)),
        "one_sided": (over**2, 2 * over),
        "zero": (length**2 / 2, length),
    }[kind]
    assert value.item() == pytest.approx(expected[0], abs=1e-15)
    (grad,) = torch.autograd.grad(value, w)
    torch.testing.assert_close(grad, expected[1] * direction, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", PENALTIES)
def test_value_and_gradient_are_those_of_finite_differences(kind):
    """A smooth critic, whose slopes lie on both sides of 1; no autograd in the expected values."""
    net = Discriminator(3, hidden=(7, 5), activation="tanh", seed=3).double()
    x = 0.5 * randn(6, 3)
    slopes = [slope_by_differences(lambda p: net(p[None]).item(), each) for each in x]
    norms = torch.stack(slopes).norm(dim=1)
    assert float(norms.min()) < 0.9 < 1.1 < float(norms.max())
    expected = {
        "two_sided": (norms - 1) ** 2,
        "one_sided": (norms - 1).clamp(min=0) ** 2,
        "zero": norms**2 / 2,
    }[kind]
    found = gradient_penalties(net, x, kind)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-8)
    grads = torch.autograd.grad(
        found.mean(), list(net.parameters()), allow_unused=True, materialize_grads=True
    )
    for parameter, grad in zip(net.parameters(), grads, strict=True):
        start = parameter.detach().clone()

        def value(p: Tensor, parameter: Tensor = parameter) -> float:
            parameter.data.copy_(p)
            return gradient_penalty(net, x, kind).item()

        torch.testing.assert_close(grad, slope_by_differences(value, start), rtol=1e-5, atol=1e-8)
        parameter.data.copy_(start)


@pytest.mark.parametrize("kind", PENALTIES)
def test_a_flat_critic_is_penalised_without_a_nan(kind):
    net = Discriminator(2).double()
    with torch.no_grad():
        net.net.layers[-1].weight.zero_()
    value = gradient_penalty(net, randn(5, 2), kind)
    assert value.item() == (1.0 if kind == "two_sided" else 0.0)
    for grad in torch.autograd.grad(value, list(net.parameters()), materialize_grads=True):
        assert not bool(grad.any())


@pytest.mark.parametrize("kind", PENALTIES)
def test_examples_replicas_and_packs_are_penalised_each_alone(kind):
    nets = [Critic(2, seed=s, hidden=(8,)).double() for s in range(3)]
    x = randn(3, 5, 2)
    both = gradient_penalties(stack(nets), x, kind)
    assert both.shape == (3, 5)
    for r, net in enumerate(nets):
        each = [gradient_penalty(net, x[r, i : i + 1], kind) for i in range(5)]
        torch.testing.assert_close(both[r], torch.stack(each))
        torch.testing.assert_close(gradient_penalty(net, x[r], kind), both[r].mean())
    packed = Discriminator(2, pack=3, hidden=(8,)).double()
    rows = randn(4, 6)
    single = [gradient_penalty(packed.judge, row[None], kind) for row in rows]
    torch.testing.assert_close(gradient_penalties(packed.judge, rows, kind), torch.stack(single))


def test_the_penalty_sends_no_gradient_to_the_examples():
    x = randn(5, 2).requires_grad_()
    value = gradient_penalty(Discriminator(2, activation="tanh").double(), x)
    assert torch.autograd.grad(value, x, allow_unused=True) == (None,)
    with torch.no_grad():  # and it can be had where gradients are switched off
        again = gradient_penalty(Discriminator(2, activation="tanh").double(), x)
    assert torch.equal(again, value)


def test_every_example_has_its_own_place_between():
    x_real, x_fake = torch.tensor([[1.0, 2.0]] * 3), torch.tensor([[5.0, -2.0]] * 3)
    x = interpolate(x_real, x_fake, torch.tensor([[0.0], [1.0], [0.25]]))
    assert x.tolist() == [[5.0, -2.0], [1.0, 2.0], [4.0, -1.0]]
    eps = torch.rand(2, 3, 1, dtype=torch.float64)
    a, b = randn(2, 3, 2), randn(2, 3, 2, seed=1)
    torch.testing.assert_close(interpolate(a, b, eps), eps * a + (1 - eps) * b)


def test_unrolled_steps_of_a_linear_discriminator_in_closed_form():
    r"""Logistic D(x) = x w: each step adds lr (E (1 - D) x - E D x_hat)."""
    net = nn.Sequential(nn.Linear(2, 1, bias=False), nn.Flatten(-2)).double()
    real, fake = randn(6, 2), randn(6, 2, seed=1) + 1.0
    w = net[0].weight.detach()[0]
    for steps in (1, 2, 5):
        after = unrolled(
            net,
            lambda d: softplus(-d(real)).mean() + softplus(d(fake)).mean(),
            steps=steps,
            lr=0.4,
        )
        expected = w.clone()
        for _ in range(steps):
            up = ((1 - (real @ expected).sigmoid())[:, None] * real).mean(0)
            down = ((fake @ expected).sigmoid()[:, None] * fake).mean(0)
            expected = expected + 0.4 * (up - down)
        torch.testing.assert_close(after["0.weight"][0], expected)


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("objective", ["minimax", "non_saturating", "least_squares", "wgan_gp"])
def test_the_unrolled_gradient_is_that_of_finite_differences_through_all_steps(objective, steps):
    net = Discriminator(2, hidden=(6,), activation="tanh").double()
    before = copy.deepcopy(net.state_dict())
    real, fake, lr = randn(5, 2), randn(5, 2, seed=1) + 0.5, 0.5

    def plainly(x_fake: Tensor) -> float:
        """Take the steps with a copy of D and plain SGD, then ask for G's loss."""
        ahead = copy.deepcopy(net)
        sgd = torch.optim.SGD(ahead.parameters(), lr)
        for _ in range(steps):
            sgd.zero_grad()
            discriminator_loss(objective, ahead(real), ahead(x_fake)).backward()
            sgd.step()
        return generator_loss(objective, ahead(x_fake)).item()

    x = fake.clone().requires_grad_()
    weights = unrolled(
        net, lambda d: discriminator_loss(objective, d(real), d(x)), steps=steps, lr=lr
    )
    loss = generator_loss(objective, torch.func.functional_call(net, weights, (x,)))
    assert loss.item() == pytest.approx(plainly(fake), rel=1e-12)
    (grad,) = torch.autograd.grad(loss, x, retain_graph=True)
    expected = slope_by_differences(plainly, fake)
    torch.testing.assert_close(grad, expected, rtol=1e-5, atol=1e-9)
    fixed = {name: value.detach() for name, value in weights.items()}
    direct = generator_loss(objective, torch.func.functional_call(net, fixed, (x,)))
    assert float((torch.autograd.grad(direct, x)[0] - expected).norm() / expected.norm()) > 0.01
    loss.backward()
    assert all(p.grad is None for p in net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_unrolling_a_stack_unrolls_each():
    nets = [Discriminator(2, hidden=(6,), seed=s).double() for s in range(2)]
    x = randn(2, 5, 2)
    both = unrolled(stack(nets), lambda d: softplus(d(x)).mean(-1), steps=2, lr=0.3)
    for r, net in enumerate(nets):
        alone = unrolled(net, lambda d, r=r: softplus(d(x[r])).mean(), steps=2, lr=0.3)
        for name, value in alone.items():
            torch.testing.assert_close(both[name][r], value)


ONES = torch.ones(4, 1)


def linear(x: Tensor) -> Tensor:
    return x.sum(-1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: gradient_penalty(linear, X, "both"),
            ValueError,
            "kind: expected one of two_sided, one_sided, zero; got 'both'",
        ),
        (lambda: gradient_penalty(linear, X[0]), ValueError, "x: expected shape (..., N, D)"),
        (lambda: gradient_penalty(linear, X / 0), ValueError, "x: expected finite values"),
        (
            lambda: gradient_penalty(lambda x: x[:, :1], X),
            ValueError,
            "judge(x): expected shape (4,), got (4, 1)",
        ),
        (
            lambda: gradient_penalty(lambda x: torch.ones(4), X),
            ValueError,
            "judge: expected a function that autograd can differentiate by x",
        ),
        (lambda: interpolate([1.0], X, ONES), TypeError, "x_real: expected a torch.Tensor"),
        (lambda: interpolate(X, 1.0, ONES), TypeError, "x_fake: expected a torch.Tensor"),
        (
            lambda: interpolate(X, X[:3], ONES),
            ValueError,
            "x_fake: expected the shape of x_real, (4, 2), got (3, 2)",
        ),
        (lambda: interpolate(X, X, ONES[0]), ValueError, "eps: expected shape (4, 1), got (1,)"),
        (lambda: interpolate(X, X, ONES[:1]), ValueError, "eps: expected shape (4, 1)"),
        (lambda: interpolate(X, X, 2 * ONES), ValueError, "eps: expected values <= 1, got 2"),
        (lambda: interpolate(X, X, -ONES), ValueError, "eps: expected values >= 0, got -1"),
        (
            lambda: unrolled(Critic(2), lambda d: d(X).sum(), steps=0, lr=0.1),
            ValueError,
            "steps: expected an integer >= 1, got 0",
        ),
        (
            lambda: unrolled(Critic(2), lambda d: d(X).sum(), steps=1, lr=math.nan),
            ValueError,
            "lr: expected a finite number > 0, got nan",
        ),
        (
            lambda: unrolled(Critic(2), lambda d: torch.zeros(()), steps=1, lr=0.1),
            ValueError,
            "loss: expected a function of the judge's answers, got a constant",
        ),
    ],
)
def test_bad_input_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
