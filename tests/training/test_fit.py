"""One model or many: the same numbers, a whole record, and nothing global changed."""

import copy
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gentutor.models.vae import VAE
from gentutor.threads import one_thread
from gentutor.training import fit
from gentutor.training.variational import evaluate, negative_elbo

X = torch.rand(96, 6, generator=torch.Generator().manual_seed(0))


def vae(seed: int = 0, **options) -> VAE:
    return VAE(6, **{"latent_dim": 2, "hidden": (16,), "variance": 0.1} | options, seed=seed)


def run(models, **options):
    return fit(models, options.pop("x", X), **{"steps": 30, "batch_size": 32} | options)


def assert_equal_weights(a: nn.Module, b: nn.Module) -> None:
    torch.testing.assert_close(a.state_dict(), b.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize(
    "options",
    [{}, {"variance": "learnt"}, {"likelihood": "bernoulli"}, {"decoder": "autoregressive"}],
)
def test_ten_at_once_are_ten_alone_bit_for_bit(options):
    """Over the boundary of a group, each with its own seed, rate, weight and start."""
    seeds, rates = range(10), np.geomspace(1e-3, 1e-2, 10)
    betas = torch.linspace(0.1, 4.0, 10)
    together = [vae(seed, **options) for seed in seeds]
    record = run(together, seed=seeds, lr=rates, beta=betas, warmup=10, log_every=7)
    for r in seeds:
        alone = vae(r, **options)
        solo = run(alone, seed=r, lr=float(rates[r]), beta=betas[r].item(), warmup=10, log_every=7)
        assert_equal_weights(alone, together[r])
        assert np.array_equal(record.step, solo.step)
        for name, values in solo.terms.items():
            assert np.array_equal(record[name][r], values), name


@pytest.mark.parametrize(
    ("dim", "latent_dim", "hidden", "batch_size"),
    [
        (8, 1, (32,), 32),
        (1, 2, (32,), 32),
        (8, 2, (1,), 32),
        (1, 1, (1,), 64),
        (7, 3, (13,), 32),
        (6, 2, (16,), 1),
        (17, 5, (33, 9), 25),
    ],
)
def test_odd_sizes_and_axes_of_size_1_leave_the_bits_as_they_are(
    dim, latent_dim, hidden, batch_size
):
    """Nine equal models: the ninth is in a group of its own."""
    x = torch.rand(64, dim, generator=torch.Generator().manual_seed(0))

    def trained(count: int, seed: int) -> list[VAE]:
        options = {"latent_dim": latent_dim, "hidden": hidden, "variance": 0.1}
        models = [VAE(dim, **options) for _ in range(count)]
        fit(models, x, steps=50, batch_size=batch_size, seed=[seed] * count)
        return models

    nine = trained(9, 3)
    for model in [*nine[1:], *trained(1, 3), *trained(2, 3)]:
        assert_equal_weights(model, nine[0])
    assert not torch.equal(*(m.encoder.layers[0].weight for m in (nine[0], *trained(1, 4))))


def test_a_stack_may_differ_in_variance():
    together = [vae(0, variance=v) for v in (0.02, 0.5)]
    run(together)
    for variance, model in zip((0.02, 0.5), together, strict=True):
        alone = vae(0, variance=variance)
        run(alone)
        assert_equal_weights(alone, model)


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others():
    runs = [vae(), vae(), vae()]
    records = [run(model, seed=seed) for model, seed in zip(runs, (3, 3, 4), strict=True)]
    assert_equal_weights(runs[0], runs[1])
    assert np.array_equal(records[0]["loss"], records[1]["loss"])
    assert not np.array_equal(records[0]["loss"], records[2]["loss"])


def test_a_fresh_process_gives_the_same_numbers(root: Path):
    model = vae()
    expected = run(model)["loss"].tolist()
    code = (
        "import sys; sys.path.insert(0, 'tests/training')\n"
        "from test_fit import run, vae\n"
        "print(run(vae())['loss'].tolist())"
    )
    environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(expected), done.stderr


def adam_by_hand(model: VAE, batches: list[tuple[Tensor, Tensor]], lr: list[float]) -> None:
    optimiser = torch.optim.Adam(model.parameters())
    for (x, eps), rate in zip(batches, lr, strict=True):
        optimiser.param_groups[0]["lr"] = rate
        optimiser.zero_grad()
        negative_elbo(model, x, eps, beta=2.0)["loss"].backward()
        optimiser.step()


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_step_is_pytorchs_adam_on_the_schedule(schedule, dtype):
    """The batches that the objective saw, replayed through torch.optim.Adam."""
    seen = []

    def spy(model, x, eps, beta):
        if torch.is_grad_enabled():
            seen.append((x[0].clone(), eps[0].clone()))
        return negative_elbo(model, x, eps, beta=beta)

    ours = vae(variance="learnt").to(dtype)
    theirs = copy.deepcopy(ours)
    options = {"steps": 40, "lr": 0.01, "schedule": schedule, "beta": 2.0}
    run(ours, x=X.to(dtype), objective=spy, **options)
    factor = 0.5 * (1 + np.cos(np.pi * np.arange(40) / 40)) if schedule == "cosine" else np.ones(40)
    adam_by_hand(theirs, seen, (0.01 * factor).tolist())
    tolerance = {torch.float32: 1e-4, torch.float64: 1e-10}[dtype]
    torch.testing.assert_close(
        ours.state_dict(), theirs.state_dict(), rtol=tolerance, atol=tolerance
    )
    moved = ours.encoder.layers[0].weight - vae(variance="learnt").encoder.layers[0].weight
    assert float(moved.detach().abs().mean()) > 0.01


def test_an_epoch_holds_each_example_at_most_once_and_noise_is_normal():
    batches, noise = [], []

    def spy(model, x, eps):
        if torch.is_grad_enabled():
            batches.append(x.detach().clone())
            noise.append(eps.detach().clone())
        return negative_elbo(model, x, eps)

    run([vae(0), vae(1)], objective=spy, steps=300, batch_size=40, seed=[0, 1])
    by_model = torch.cat(batches).view(2, 300, 40, 6)  # 40 is no multiple of 32: each alone
    rows = {tuple(row) for row in X.tolist()}
    orders = []
    for r in (0, 1):
        epochs = by_model[r].reshape(150, 80, 6)  # 2 batches of 40 in 96 examples
        for epoch in epochs.tolist():
            found = {tuple(row) for row in epoch}
            assert len(found) == 80
            assert found <= rows
        orders.append(epochs)
        counts = torch.tensor([(epochs == row).all(-1).sum() for row in X])
        assert float(counts.min()) > 100  # 125 expected, sd 4.6
    assert not torch.equal(orders[0], orders[1])
    eps = torch.stack(noise).flatten()
    assert float(eps.mean()) == pytest.approx(0.0, abs=4.5 / len(eps) ** 0.5)
    assert float(eps.square().mean()) == pytest.approx(1.0, abs=4.5 * (2 / len(eps)) ** 0.5)
    assert len(set(eps.tolist())) > 0.97 * len(eps)


def test_training_reaches_a_better_bound():
    model = vae()
    before = float(evaluate(model, X).value.mean())
    record = run(model, steps=400, lr=5e-3)
    assert float(evaluate(model, X).value.mean()) > before + 1.0
    assert record["loss"][-1] < record["loss"][0] - 1.0


def test_the_record_has_the_shapes_it_promises():
    one, many = run(vae(), log_every=8), run([vae(s) for s in range(3)], log_every=8)
    assert one.step.tolist() == many.step.tolist() == [1, 8, 16, 24, 30]
    assert set(one.terms) == {"loss", "recon_nll", "kl", "kl_per_dim"}
    assert {name: v.shape for name, v in one.terms.items()} == {
        "loss": (5,),
        "recon_nll": (5,),
        "kl": (5,),
        "kl_per_dim": (5, 2),
    }
    assert many["kl"].shape == (3, 5)
    assert many["kl_per_dim"].shape == (3, 5, 2)
    assert run([vae()])["kl"].shape == (1, 3)
    np.testing.assert_allclose(one["kl"], one["kl_per_dim"].sum(-1), rtol=1e-5)
    np.testing.assert_allclose(one["loss"], one["recon_nll"] + one["kl"], rtol=1e-5)


def test_warm_up_grows_beta_linearly_and_stops():
    record = run(vae(), beta=3.0, warmup=10, log_every=1)
    beta = (record["loss"] - record["recon_nll"]) / record["kl"]
    expected = 3.0 * np.minimum(np.arange(1, 31) / 10, 1.0)
    np.testing.assert_allclose(beta, expected, rtol=1e-3)


def test_a_hyper_parameter_reaches_its_own_model():
    def objective(model, x, eps, beta, gamma):
        terms = negative_elbo(model, x, eps, beta=beta)
        return {"loss": terms["loss"], "beta": beta, "gamma": gamma.expand(len(beta))}

    record = run([vae(s) for s in range(9)], objective=objective, beta=range(9), gamma=0.25)
    np.testing.assert_array_equal(record["beta"][:, 0], np.arange(9))
    np.testing.assert_array_equal(record["gamma"], np.full((9, 3), 0.25))


def test_nothing_global_changes():
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002
    before = (
        torch.get_rng_state().tolist(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        random.getstate(),
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
    )
    x, model = X.clone(), vae()
    run(model)
    evaluate(model, X)
    assert torch.equal(x, X)
    assert before == (
        torch.get_rng_state().tolist(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        random.getstate(),
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
    )


def test_one_thread_inside_and_the_callers_number_afterwards():
    seen = []

    def spy(model, x, eps):
        if torch.is_grad_enabled():
            seen.append(torch.get_num_threads())
        return negative_elbo(model, x, eps)

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        run(vae(), objective=spy)
        assert torch.get_num_threads() == 2
        with pytest.raises(KeyError), one_thread():
            raise KeyError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {1}


def test_weights_keep_their_dtype_their_gradient_and_their_identity():
    model = vae()
    kept = {name: id(p) for name, p in model.named_parameters()}
    run(model)
    assert {name: id(p) for name, p in model.named_parameters()} == kept
    for parameter in model.parameters():
        assert (parameter.dtype, parameter.requires_grad) == (torch.float32, True)
        assert parameter.grad is None
