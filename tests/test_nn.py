"""Blocks against PyTorch's own, masks by the Jacobian, stacks against their parts."""

import copy

import pytest
import torch
from torch import Tensor, nn

from gentutor.models.vae import VAE
from gentutor.nn import MLP, Linear, MaskedMLP, stack, unstack


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=generator(seed))


def random_like(model: nn.Module, seed: int) -> nn.Module:
    """Return a copy of the model with normal weights."""
    made, g = copy.deepcopy(model), generator(seed)
    for parameter in made.parameters():
        parameter.data = torch.randn(parameter.shape, generator=g)
    return made


def blocks(seed: int) -> dict[str, tuple[nn.Module, list[tuple[int, ...]]]]:
    """Return each block with the shapes of what it takes."""
    g = generator(seed)
    return {
        "linear": (Linear(5, 3, g), [(7, 5)]),
        "mlp": (MLP((5, 8, 6, 3), g), [(7, 5)]),
        "masked": (MaskedMLP(5, 11, 2, g), [(7, 5), (7, 2)]),
        "vae": (VAE(5, latent_dim=2, hidden=(8,), seed=seed), [(7, 5), (7, 2)]),
        "bernoulli": (VAE(5, latent_dim=2, likelihood="bernoulli", seed=seed), [(7, 5), (7, 2)]),
        "autoregressive": (
            VAE(5, latent_dim=2, decoder="autoregressive", variance=0.1, seed=seed),
            [(7, 5), (7, 2)],
        ),
    }


def value(out: object) -> Tensor:
    """Return the tensors of an output side by side."""
    return torch.cat(list(vars(out).values()), -1) if not isinstance(out, Tensor) else out


def test_linear_is_pytorchs():
    ours, theirs = Linear(5, 3, generator()), nn.Linear(5, 3)
    theirs.weight.data, theirs.bias.data = ours.weight.data.mT, ours.bias.data
    x = randn(2, 4, 5)
    torch.testing.assert_close(ours(x), theirs(x))


def test_linear_starts_like_pytorchs():
    """Uniform within 1 / sqrt(in): mean 0, variance 1 / (3 in), and nothing outside."""
    layer = Linear(100, 400, generator())
    weights = torch.cat([layer.weight.flatten(), layer.bias]).detach()
    assert float(weights.abs().max()) <= 0.1
    assert float(weights.var()) == pytest.approx(1 / 300, rel=0.02)
    assert float(weights.mean()) == pytest.approx(0.0, abs=4.5 * (1 / 300 / len(weights)) ** 0.5)


def test_mlp_is_a_chain_of_linear_and_relu():
    net, x = MLP((5, 8, 6, 3), generator()), randn(4, 5)
    by_hand = x
    for i, layer in enumerate(net.layers):
        by_hand = by_hand @ layer.weight + layer.bias
        by_hand = by_hand.clamp(min=0) if i < 2 else by_hand
    torch.testing.assert_close(net(x), by_hand)
    assert float(net(x).detach().min()) < 0  # no ReLU after the last


def test_the_seed_makes_the_weights_and_touches_no_global_state():
    before = torch.get_rng_state()
    first, again, other = (MLP((4, 3), generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first.layers[0].weight, again.layers[0].weight)
    assert not torch.equal(first.layers[0].weight, other.layers[0].weight)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(("dim", "hidden"), [(1, 3), (2, 2), (5, 3), (6, 40)])
def test_an_output_sees_all_inputs_before_it_and_none_after(dim, hidden):
    """The Jacobian over many random nets is strictly lower triangular, and full below."""
    used = torch.zeros(dim, dim)
    for seed in range(5):
        net = random_like(MaskedMLP(dim, hidden, 2, generator()), seed)
        x, z = randn(dim, seed=seed), randn(2, seed=seed)
        jacobian = torch.autograd.functional.jacobian(
            lambda x, net=net, z=z: net(x[None], z[None])[0], x
        )
        used += jacobian.abs()
    assert torch.equal(used.triu(), torch.zeros(dim, dim))
    assert bool((used[torch.ones(dim, dim).tril(-1).bool()] > 0).all())


def test_hidden_units_reach_an_output_from_every_input_before_it():
    """Without the direct connections too, with hidden units enough."""
    net = random_like(MaskedMLP(6, 60, 2, generator()), 0)
    net.direct.weight.data.zero_()
    x, z = randn(200, 6), torch.zeros(200, 2)
    moved = torch.zeros(6, 6)
    for j in range(6):
        shifted = x.clone()
        shifted[:, j] += 1.0
        moved[:, j] = (net(shifted, z) - net(x, z)).abs().amax(0)
    assert torch.equal(moved > 0, torch.ones(6, 6).tril(-1).bool())


def test_every_output_sees_the_context():
    net, x = random_like(MaskedMLP(6, 60, 2, generator()), 0), randn(200, 6)
    z = torch.zeros(200, 2)
    assert bool(((net(x, z + 1) - net(x, z)).abs().amax(0)[1:] > 0).all())


@pytest.mark.parametrize("name", blocks(0))
def test_every_parameter_gets_a_gradient(name):
    block, shapes = blocks(0)[name]
    out = block(*[randn(*shape) for shape in shapes])
    value(out).square().sum().backward()
    for parameter_name, parameter in block.named_parameters():
        if parameter_name != "log_variance_tenth":  # enters the likelihood, not the network
            assert float(parameter.grad.abs().max()) > 0, parameter_name


@pytest.mark.parametrize("name", blocks(0))
def test_a_stack_computes_what_its_parts_compute(name):
    models, shapes = zip(*(blocks(seed)[name] for seed in range(3)), strict=True)
    inputs = [randn(3, *shape) for shape in shapes[0]]
    together = value(stack(models)(*inputs))
    for r, model in enumerate(models):
        torch.testing.assert_close(together[r], value(model(*[x[r] for x in inputs])))


@pytest.mark.parametrize("name", blocks(0))
def test_stack_copies_and_unstack_brings_back(name):
    models = [blocks(seed)[name][0] for seed in range(3)]
    before = copy.deepcopy([model.state_dict() for model in models])
    stacked = stack(models)
    for parameter in stacked.parameters():
        parameter.data += 1.0
    for model, state in zip(models, before, strict=True):
        torch.testing.assert_close(model.state_dict(), state, rtol=0, atol=0)
    unstack(stacked, models)
    for model, state in zip(models, before, strict=True):
        for key, parameter in model.named_parameters():
            assert torch.equal(parameter, state[key] + 1.0)


def test_a_stack_holds_models_of_different_variance():
    models = [VAE(3, latent_dim=1, variance=v) for v in (0.5, 0.1)]
    assert stack(models).variance.flatten().tolist() == pytest.approx([0.5, 0.1])
    assert [float(model.variance) for model in models] == pytest.approx([0.5, 0.1])


@pytest.mark.parametrize(
    "other",
    [
        VAE(4, latent_dim=1),
        VAE(3, latent_dim=2),
        VAE(3, latent_dim=1, hidden=(7,)),
        VAE(3, latent_dim=1, likelihood="bernoulli"),
        VAE(3, latent_dim=1, decoder="autoregressive"),
        VAE(3, latent_dim=1, variance=0.1),
        MLP((3, 2), generator()),
    ],
)
def test_unlike_models_are_refused(other):
    like = VAE(3, latent_dim=1)
    with pytest.raises(ValueError, match=r"models: .*models\[2\] differs from models\[0\]"):
        stack([like, like, other])


def test_an_empty_stack_is_refused():
    with pytest.raises(ValueError, match="models: expected at least one model, got none"):
        stack([])
