"""Pathwise and score-function samples, formula by formula; their laws are tests of a claim."""

import re

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from gentutor.objectives.variational import pathwise_gradient, score_function_gradient

F64 = torch.float64
Z = torch.zeros(5, 2)


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


def test_gradient_samples_are_the_formulas():
    """One noise for both: recover it from the pathwise samples, then write out the others."""
    mu, sigma = randn(3), randn(3, seed=1).exp()

    def f(z: Tensor) -> Tensor:
        return z.pow(3).sum(-1)

    path, score = (
        estimator(f, mu, sigma, n_samples=50, generator=torch.Generator().manual_seed(4), **more)
        for estimator, more in ((pathwise_gradient, {}), (score_function_gradient, {"baseline": 2}))
    )
    eps = path.sigma / path.mu
    z = mu + sigma * eps
    torch.testing.assert_close(path.mu, 3 * z.square())
    weight = (f(z) - 2.0)[:, None]
    q = Normal(mu.clone().requires_grad_(), sigma.clone().requires_grad_())
    torch.testing.assert_close(score.mu, weight * eps / sigma)
    by_mu, by_sigma = torch.autograd.grad((weight * q.log_prob(z)).sum(), (q.loc, q.scale))
    torch.testing.assert_close(score.mu.sum(0), by_mu)
    torch.testing.assert_close(score.sigma.sum(0), by_sigma)


@pytest.mark.parametrize("estimator", [pathwise_gradient, score_function_gradient])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"mu": Z}, ValueError, "mu: expected shape (K,), got (5, 2)"),
        ({"mu": [0.0, 0.0]}, TypeError, "mu: expected a torch.Tensor, got list"),
        ({"sigma": Z[0]}, ValueError, "sigma: expected values > 0, got 0"),
        ({"sigma": [1.0, 1.0]}, TypeError, "sigma: expected a torch.Tensor, got list"),
        ({"sigma": Z[0].int()}, TypeError, "sigma: expected a floating-point dtype"),
        ({"sigma": torch.ones(3)}, ValueError, "sigma: expected the shape of mu, (2,), got (3,)"),
        ({"n_samples": 0}, ValueError, "n_samples: expected an integer >= 1, got 0"),
        ({"f": lambda z: z}, ValueError, "f(z): expected shape (10,), got (10, 2)"),
        ({"f": lambda z: z.sum()}, ValueError, "f(z): expected shape (10,), got ()"),
        ({"f": lambda z: z.sum(-1) / 0}, ValueError, "f(z): expected finite values"),
    ],
)
def test_wrong_input_of_the_estimators_is_refused(estimator, change, error, message):
    arguments = {
        "f": lambda z: z.sum(-1),
        "mu": Z[0],
        "sigma": torch.ones(2),
        "n_samples": 10,
        "generator": torch.Generator(),
    } | change
    with pytest.raises(error, match=re.escape(message)):
        estimator(**arguments)


def test_a_pathwise_gradient_needs_a_differentiable_function():
    with pytest.raises(ValueError, match="f: expected a function that autograd can differentiate"):
        pathwise_gradient(
            lambda z: (z > 0).float().sum(-1),
            Z[0],
            torch.ones(2),
            n_samples=3,
            generator=torch.Generator(),
        )
