"""The ELBO's parts against quadrature, autograd and torch.distributions."""

import math
import re

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from gentutor.objectives.variational import (
    active_units,
    elbo,
    gaussian_kl,
    recon_nll,
)

F64 = torch.float64
NAN = float("nan")


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


@pytest.mark.parametrize("variance", [0.01, 1.0, 7.0])
@pytest.mark.parametrize("as_tensor", [False, True])
def test_the_gaussian_nll_is_torchs(variance, as_tensor):
    x, mean = randn(5, 7), randn(5, 7, seed=1)
    given = torch.full((1, 1), variance, dtype=F64) if as_tensor else variance
    expected = -Independent(Normal(mean, math.sqrt(variance)), 1).log_prob(x)
    found = recon_nll(x, mean, likelihood="gaussian", variance=given)
    torch.testing.assert_close(found, expected)


def test_the_gaussian_nll_takes_a_variance_for_each_replica_or_pixel():
    x, mean = randn(3, 5, 7), randn(3, 5, 7, seed=1)
    for shape in ((3, 1, 1), (7,), (3, 5, 7)):
        variance = randn(*shape, seed=2).exp()
        expected = -Normal(mean, variance.sqrt()).log_prob(x).sum(-1)
        found = recon_nll(x, mean, likelihood="gaussian", variance=variance)
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("scale", [1.0, 50.0])
def test_the_bernoulli_nll_is_torchs(scale):
    """Logits of +-100 too, where exp or a log of the probability would overflow."""
    x, logits = (randn(5, 7) > 0).to(F64), scale * randn(5, 7, seed=1)
    expected = -Independent(Bernoulli(logits=logits), 1).log_prob(x)
    torch.testing.assert_close(recon_nll(x, logits, likelihood="bernoulli"), expected)


def test_on_grey_pixels_the_bernoulli_form_is_no_density():
    """Integrated over a pixel's range it gives (e^l - 1) / (l (1 + e^l)) / ..., never 1."""
    x = torch.linspace(0, 1, 10_001, dtype=F64)[:, None]
    for logit in (-2.0, 0.0, 1.0):
        nll = recon_nll(x, torch.full_like(x, logit), likelihood="bernoulli")
        mass = float(torch.trapezoid((-nll).exp(), x[:, 0]))
        ratio = (math.exp(logit) - 1) / logit if logit else 1.0
        assert mass == pytest.approx(ratio / (1 + math.exp(logit)), abs=1e-7)
        assert mass < 0.75


@pytest.mark.parametrize("mean", [-2.0, 0.0, 0.7])
@pytest.mark.parametrize("logvar", [-6.0, -1.0, 0.0, 2.0])
def test_the_kl_is_its_integral(mean, logvar):
    sd = math.exp(logvar / 2)
    z = mean + sd * torch.linspace(-12, 12, 40_001, dtype=F64)
    q, p = Normal(torch.tensor(mean).double(), sd), Normal(torch.tensor(0.0).double(), 1.0)
    integral = torch.trapezoid(q.log_prob(z).exp() * (q.log_prob(z) - p.log_prob(z)), z)
    found = gaussian_kl(torch.tensor([[mean]]).double(), torch.tensor([[logvar]]).double())
    assert float(found) == pytest.approx(float(integral), abs=1e-8)


def test_the_kl_is_torchs_and_keeps_its_axes():
    mu, logvar = randn(2, 5, 3), randn(2, 5, 3, seed=1)
    expected = kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(gaussian_kl(mu, logvar), expected)


def test_the_gradient_of_the_kl_is_its_closed_form():
    mu, logvar = randn(4, 3).requires_grad_(), randn(4, 3, seed=1).requires_grad_()
    by_mu, by_logvar = torch.autograd.grad(gaussian_kl(mu, logvar).sum(), (mu, logvar))
    torch.testing.assert_close(by_mu, mu.detach())
    torch.testing.assert_close(by_logvar, 0.5 * (logvar.detach().exp() - 1))


def test_the_kl_is_accurate_and_not_negative_close_to_the_prior():
    """In float32 1 + t - log - 1 would lose all digits: KL = t^2 / 4 at logvar = t."""
    small = torch.logspace(-7, -2, 2001)
    for logvar in (small, -small):
        kl = gaussian_kl(torch.zeros(2001, 1), logvar[:, None])[:, 0]
        assert float(kl.min()) >= 0.0
        large = logvar.abs() > 1e-3
        exact = 0.5 * (logvar.double().expm1() - logvar.double())
        torch.testing.assert_close(kl[large].double(), exact[large], rtol=1e-3, atol=0)


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_the_elbo_is_the_sum_of_its_parts(likelihood):
    x = (randn(3, 5, 4) > 0).to(F64)
    decoded, mu, logvar = randn(3, 5, 4, seed=1), randn(3, 5, 2, seed=2), randn(3, 5, 2, seed=3)
    parts = elbo(x, decoded, mu, logvar, likelihood=likelihood, variance=0.3)
    nll = recon_nll(x, decoded, likelihood=likelihood, variance=0.3)
    kl = gaussian_kl(mu, logvar)
    assert torch.equal(parts.recon_nll, nll)
    assert torch.equal(parts.kl, kl)
    torch.testing.assert_close(parts.kl_total, kl.sum(-1))
    torch.testing.assert_close(parts.value, -nll - kl.sum(-1))
    torch.testing.assert_close(parts.loss(), -parts.value.mean(-1))
    betas = torch.tensor([0.0, 1.0, 4.0], dtype=F64)
    expected = nll.mean(-1) + betas * kl.sum(-1).mean(-1)
    torch.testing.assert_close(parts.loss(betas), expected)


def test_the_elbo_bounds_the_evidence_and_is_tight_at_the_posterior():
    """With x = z + noise, p(x) = N(0, 1 + v), posterior N(x / (1 + v), v / (1 + v))."""
    v, x = 0.5, torch.tensor([[1.3]], dtype=F64)
    evidence = Normal(0.0, math.sqrt(1 + v)).log_prob(x)[0]
    eps = randn(400_000, 1)

    def bound(mu: float, variance: float) -> tuple[float, float]:
        m, logvar = (torch.full_like(x, a) for a in (mu, math.log(variance)))
        z = m + math.sqrt(variance) * eps
        parts = elbo(
            x.expand_as(z),
            z,
            m.expand_as(z),
            logvar.expand_as(z),
            likelihood="gaussian",
            variance=v,
        )
        return float(parts.value.mean()), float(parts.value.std()) / math.sqrt(len(eps))

    tight, error = bound(1.3 / (1 + v), v / (1 + v))
    assert tight == pytest.approx(float(evidence), abs=4.5 * error)
    for mu, variance in ((0.0, 1.0), (1.3, 0.1), (0.9, 1 / 3 * 1.5)):
        q = Normal(mu, math.sqrt(variance))
        gap = kl_divergence(q, Normal(1.3 / (1 + v), math.sqrt(v / (1 + v))))
        value, error = bound(mu, variance)
        assert float(gap) > 0.005
        assert value == pytest.approx(float(evidence - gap), abs=4.5 * error)


def test_active_units_are_those_whose_mean_varies():
    x = randn(1000, 1)
    x = (x - x.mean()) / x.std(correction=0)
    scales = torch.tensor([0.0, 0.099, 0.101, 3.0], dtype=F64)
    assert active_units(5.0 + scales * x).tolist() == [False, False, True, True]
    assert active_units(torch.tensor([[-0.09], [0.09]])).tolist() == [False]  # 0.0081, over N
    assert active_units((scales * x).expand(2, 1000, 4), 1.0).tolist() == [[False] * 3 + [True]] * 2


X = torch.rand(5, 4, generator=torch.Generator().manual_seed(0))
Z = torch.zeros(5, 2)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": X[:0]}, ValueError, "x: expected at least one element, got (0, 4)"),
        ({"x": X[0]}, ValueError, "x: expected shape (..., N, D), got (4,)"),
        ({"x": X.long()}, TypeError, "x: expected a floating-point dtype, got torch.int64"),
        ({"x": X * NAN}, ValueError, "x: expected finite values, got 20 NaN"),
        ({"x": X - 1}, ValueError, "x: expected values >= 0, got -0."),
        ({"x": X + 1}, ValueError, "x: expected values <= 1, got 1."),
        ({"decoded": X[:3]}, ValueError, "decoded: expected the shape of x, (5, 4), got (3, 4)"),
        ({"decoded": X / 0}, ValueError, "decoded: expected finite values, got"),
        ({"decoded": X.tolist()}, TypeError, "decoded: expected a torch.Tensor, got list"),
        ({"mu": Z[0]}, ValueError, "mu: expected shape (..., N, K), got (2,)"),
        ({"mu": Z * NAN}, ValueError, "mu: expected finite values, got 10 NaN"),
        ({"logvar": Z[:, :1]}, ValueError, "logvar: expected the shape of mu, (5, 2), got (5, 1)"),
        ({"logvar": Z.int()}, TypeError, "logvar: expected a floating-point dtype"),
        ({"likelihood": "laplace"}, ValueError, "likelihood: expected one of gaussian, bernoulli"),
    ],
)
def test_wrong_input_of_the_elbo_is_refused(change, error, message):
    arguments = {"x": X, "decoded": X, "mu": Z, "logvar": Z, "likelihood": "bernoulli"} | change
    with pytest.raises(error, match=re.escape(message)):
        elbo(**arguments)


@pytest.mark.parametrize(
    ("variance", "error", "message"),
    [
        (0.0, ValueError, "variance: expected a finite number > 0, got 0.0"),
        (-1, ValueError, "variance: expected a finite number > 0, got -1"),
        (NAN, ValueError, "variance: expected a finite number > 0, got nan"),
        ("1", TypeError, "variance: expected a number, got '1'"),
        (torch.tensor([[0.0]]), ValueError, "variance: expected values > 0, got 0"),
        (torch.tensor([[-1.0]]), ValueError, "variance: expected values > 0, got -1"),
        (torch.tensor([[NAN]]), ValueError, "variance: expected finite values"),
        (torch.tensor([[1]]), TypeError, "variance: expected a floating-point dtype"),
        (torch.ones(3), ValueError, "variance: expected a shape that broadcasts to (5, 4)"),
        (torch.ones(2, 1, 1), ValueError, "variance: expected a shape that broadcasts to (5, 4)"),
    ],
)
def test_a_wrong_variance_is_refused(variance, error, message):
    with pytest.raises(error, match=re.escape(message)):
        recon_nll(X, X, likelihood="gaussian", variance=variance)


def test_the_threshold_of_active_units_is_checked():
    with pytest.raises(ValueError, match="threshold: expected a finite number >= 0, got -1"):
        active_units(Z, -1)
    with pytest.raises(ValueError, match="mu: expected at least one element"):
        active_units(Z[:0])
