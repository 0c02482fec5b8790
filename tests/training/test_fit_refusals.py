"""What training refuses, and that a refused run leaves the models as they were."""

import re

import pytest
import torch
from torch import nn

from gentutor.models.vae import VAE
from gentutor.nn import Linear
from gentutor.training import History, fit

X = torch.rand(96, 6, generator=torch.Generator().manual_seed(0))
NAN = float("nan")


def vae(seed: int = 0, **options) -> VAE:
    return VAE(6, **{"latent_dim": 2, "hidden": (16,), "variance": 0.1} | options, seed=seed)


def run(models, **options) -> History:
    return fit(models, options.pop("x", X), **{"steps": 30, "batch_size": 32} | options)


def assert_equal_weights(a: nn.Module, b: nn.Module) -> None:
    torch.testing.assert_close(a.state_dict(), b.state_dict(), rtol=0, atol=0)


def test_a_diverging_loss_names_model_and_step():
    models = [vae(s, variance="learnt") for s in range(10)]
    rates = [1e-3] * 9 + [1e6]
    with pytest.raises(FloatingPointError, match=r"model 9 diverged: .* at step \d+ .*lr=1e\+06"):
        run(models, lr=rates, log_every=5)
    assert_equal_weights(models[9], vae(9, variance="learnt"))  # as it was


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"x": X[:0]}, ValueError, "x: expected at least one element, got (0, 6)"),
        ({"x": X[0]}, ValueError, "x: expected shape (N, D), got (6,)"),
        ({"x": X[:, :5]}, ValueError, "x: expected shape (..., N, 6), got (1, 96, 5)"),
        ({"x": X.numpy()}, TypeError, "x: expected a torch.Tensor, got ndarray"),
        ({"x": X.long()}, TypeError, "x: expected a floating-point dtype, got torch.int64"),
        ({"x": X.double()}, TypeError, "x: expected dtype torch.float32, got torch.float64"),
        ({"x": X / X}, ValueError, "x: expected finite values"),
        ({"steps": 0}, ValueError, "steps: expected an integer >= 1, got 0"),
        ({"batch_size": 0}, ValueError, "batch_size: expected an integer from 1 to 96, got 0"),
        ({"batch_size": 97}, ValueError, "batch_size: expected an integer from 1 to 96, got 97"),
        ({"lr": 0.0}, ValueError, "lr: expected a finite number > 0, got 0"),
        ({"lr": -1e-3}, ValueError, "lr: expected a finite number > 0, got -0.001"),
        ({"lr": "fast"}, TypeError, "lr: expected a number, got 'fast'"),
        ({"lr": [1e-3] * 3}, ValueError, "lr: expected one value or one a model (2), got 3"),
        ({"seed": [0]}, ValueError, "seed: expected one value or one a model (2), got 1"),
        ({"seed": -1}, ValueError, "seed: expected an integer from 0 to 4294967295, got -1"),
        ({"seed": 0.5}, TypeError, "seed: expected an integer, got 0.5"),
        ({"beta": -1.0}, ValueError, "beta: expected a finite number >= 0, got -1"),
        ({"beta": [1.0, NAN]}, ValueError, "beta: expected a finite number >= 0, got nan"),
        ({"beta": range(3)}, ValueError, "beta: expected one value or one a model (2), got 3"),
        ({"schedule": "linear"}, ValueError, "schedule: expected one of cosine, constant"),
        ({"warmup": -1}, ValueError, "warmup: expected an integer >= 0, got -1"),
        ({"warmup": 5}, ValueError, "warmup: expected beta as well, which it warms up; got none"),
        ({"log_every": 0}, ValueError, "log_every: expected an integer >= 1, got 0"),
    ],
)
def test_wrong_input_is_refused_before_a_step_is_taken(options, error, message):
    models = [vae(0), vae(1)]
    x = {"x": X.clone()} | options
    if torch.is_tensor(x["x"]) and "finite values" in message:
        x["x"] = X.index_fill(0, torch.tensor([5]), NAN)
    with pytest.raises(error, match=re.escape(message)):
        run(models, **x)
    for seed, model in enumerate(models):
        assert_equal_weights(model, vae(seed))


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([], "models: expected at least one model, got none"),
        ([vae(), vae(latent_dim=3)], r"models\[1\] differs from models\[0\]"),
        ([*[vae(s) for s in range(8)], vae(latent_dim=3)], r"models\[8\] differs from models\[0\]"),
        ([vae(), Linear(6, 2, torch.Generator())], r"models\[1\] differs from models\[0\]"),
        ([vae()] * 2, "models: expected distinct models"),
    ],
)
def test_models_that_cannot_be_one_batch_are_refused(models, message):
    with pytest.raises(ValueError, match=message):
        run(models)


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_values_outside_a_bernoulli_are_refused_wherever_they_hide(value):
    """Training scans all of x once, so one bad pixel that no minibatch holds is found too."""
    x = X.clone()
    x[77, 3] = value
    model = vae(likelihood="bernoulli")
    with pytest.raises(ValueError, match=rf"x: expected values .= .*, got {value}"):
        run(model, x=x, steps=1, batch_size=1)
    assert_equal_weights(model, vae(likelihood="bernoulli"))


def test_frozen_models_are_refused():
    frozen = vae()
    frozen.requires_grad_(False)
    with pytest.raises(ValueError, match="models: expected weights to train, got only frozen ones"):
        run(frozen)


def test_weights_that_the_last_update_broke_are_refused():
    """The only recorded loss comes before the update."""
    model = vae()
    with pytest.raises(FloatingPointError, match=r"model 0 diverged: its weights are not finite"):
        run(model, steps=1, lr=1e39)
    assert_equal_weights(model, vae())


def test_a_nan_gradient_beside_a_finite_loss_is_refused():
    def objective(model, x, eps):
        kink = (model.encoder.layers[0].weight * 0.0).sum((1, 2)).abs().sqrt()  # slope 0 / 0
        return {"loss": x.mean((1, 2)) + kink}

    with pytest.raises(FloatingPointError, match="its weights are not finite at step 1"):
        run(vae(), objective=objective, steps=1)


@pytest.mark.parametrize("scale", [255.0, 255_000.0])
def test_data_of_a_large_scale_are_named_not_the_rate(scale):
    x = scale * torch.rand(256, 64, generator=torch.Generator().manual_seed(0))
    model = VAE(64, latent_dim=8)
    with pytest.raises((FloatingPointError, ValueError)) as caught:
        fit(model, x)
    assert re.search(r"x: expected values of a size near 1, got up to 25\d", str(caught.value))
    assert "smaller lr" not in str(caught.value)
    assert_equal_weights(model, VAE(64, latent_dim=8))


def test_no_grad_and_inference_mode_around_training_change_nothing():
    models = [vae() for _ in range(3)]
    run(models[0])
    with torch.no_grad():
        run(models[1])
        assert not torch.is_grad_enabled()
    with torch.inference_mode():
        run(models[2], x=X.clone())
        assert torch.is_inference_mode_enabled()
    for model in models[1:]:
        assert_equal_weights(model, models[0])


@pytest.mark.parametrize(
    ("models", "options", "error", "message"),
    [
        (vae().bfloat16(), {"x": X.bfloat16()}, TypeError, "x: expected dtype torch.float32 or"),
        (nn.Linear(6, 6), {}, TypeError, "models: expected an integer latent_dim, which sizes"),
        (3, {}, TypeError, "models: expected a module or a list, got int"),
        (vae().to("meta"), {}, ValueError, "models: expected tensors on the CPU, got one on meta"),
        (vae(), {"x": X.to("meta")}, ValueError, "x: expected tensors on the CPU, got one on meta"),
        (vae(), {"seed": 2**32}, ValueError, "seed: expected an integer from 0 to 4294967295"),
        (vae(), {"seed": 2**63}, ValueError, "seed: expected an integer from 0 to 4294967295"),
        (vae(), {"seed": 2**64}, ValueError, "seed: expected an integer from 0 to 4294967295"),
        (vae(), {"step": 9}, TypeError, "step: expected an argument of fit .* did you mean steps?"),
        (vae(), {"bta": 2.0}, TypeError, r"bta: .* its objective \(beta\).* did you mean beta?"),
        (vae(), {"objective": "elbo"}, TypeError, "objective: expected a function, got str"),
        (vae(), {"objective": lambda m, x, e: x}, TypeError, "objective: expected a dict with a t"),
        (
            vae(),
            {"objective": lambda m, x, e: {"loss": x.sum()}},
            ValueError,
            r'objective: expected one "loss" a model, \(1,\) for one, got \(\)',
        ),
        (
            vae(),
            {"objective": lambda m, x, e: {"loss": x.sum((1, 2))}},
            ValueError,
            "objective: expected a loss that depends on the weights",
        ),
    ],
)
def test_what_torch_would_refuse_in_its_own_words_is_named(models, options, error, message):
    with pytest.raises(error, match=message):
        run(models, **options)
