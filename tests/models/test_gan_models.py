"""Generator, discriminator and critic against their formulas, and the spectral norm's peer."""

import copy
import math
import re

import pytest
import torch
from torch import Tensor, nn

from gentutor.models.files import load_model, save_model
from gentutor.models.gan import Critic, Discriminator, Generator, layers_of, pack_examples
from gentutor.nn import stack
from gentutor.training import GANSettings


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def by_hand(net: nn.Module, x: Tensor, activation) -> Tensor:
    """Return the last layer's output, from the matrices alone."""
    layers = layers_of(net.net)
    for layer in layers[:-1]:
        x = activation(x @ layer.weight + layer.bias)
    return x @ layers[-1].weight + layers[-1].bias


@pytest.mark.claim("wgan-critic")
@pytest.mark.parametrize("kind", [Discriminator, Critic])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_answers_are_an_affine_map_of_the_last_layer_and_nothing_more(kind, activation):
    """Logits of the one, scores of the other: neither is squashed, so both know no bounds."""
    net = kind(3, hidden=(9, 7), activation=activation)
    x = randn(5, 3)
    torch.testing.assert_close(net(x), by_hand(net, x, getattr(torch, activation))[:, 0])
    linear = kind(2, hidden=())
    assert linear(1e6 * randn(4, 2)).abs().max() > 1e5
    with torch.no_grad():
        linear.net.layers[0].bias.fill_(-1e6)
    assert bool((linear(randn(4, 2)) < -9e5).all())


def test_a_wgan_gets_a_critic_and_the_others_a_discriminator():
    kinds = {
        o: type(GANSettings(o).networks(2)[1]) for o in ("wgan_gp", "wgan_clip", "hinge", "r1")
    }
    assert kinds == {
        "wgan_gp": Critic,
        "wgan_clip": Critic,
        "hinge": Discriminator,
        "r1": Discriminator,
    }
    generator, critic = GANSettings("wgan_gp", seed=4).networks(2)
    again = GANSettings("wgan_clip", seed=4, collapsed_at=(1.0, 1.0)).networks(2)
    assert torch.equal(again[1].net.layers[0].weight, critic.net.layers[0].weight)
    assert torch.equal(again[0].net.layers[0].weight, generator.net.layers[0].weight)
    other = GANSettings("wgan_gp", seed=5).networks(2)
    assert not torch.equal(other[0].net.layers[0].weight, generator.net.layers[0].weight)


@pytest.mark.parametrize("kind", [Generator, Discriminator])
def test_weights_start_as_he_and_others_say(kind):
    layers = layers_of(kind(40, hidden=(300, 200), seed=3).net)
    for layer in layers:
        fan_in = layer.weight.shape[0]
        assert layer.weight.std().item() == pytest.approx(math.sqrt(2 / fan_in), rel=0.1)
        assert not bool(layer.bias.any())
    z = layers[1].weight * math.sqrt(300 / 2)  # 60,000 standard normal numbers
    assert abs(z.mean().item()) < 0.02
    assert z.abs().max().item() > 4  # not uniform


def test_a_collapsed_start_shrinks_the_last_layer_and_moves_it():
    plain, collapsed = Generator(seed=7), Generator(seed=7, collapsed_at=(2, -1.5))
    for mine, other in zip(layers_of(collapsed.net)[:-1], layers_of(plain.net)[:-1], strict=True):
        assert torch.equal(mine.weight, other.weight)
    last = layers_of(collapsed.net)[-1]
    torch.testing.assert_close(last.weight, layers_of(plain.net)[-1].weight / 20)
    assert last.bias.tolist() == [2.0, -1.5]
    z = randn(500, 2)
    torch.testing.assert_close(collapsed(z), plain(z) / 20 + torch.tensor([2.0, -1.5]))


@pytest.mark.claim("gan-fast")
@pytest.mark.claim("gan-implicit")
def test_a_sample_is_one_forward_pass_of_noise_and_has_no_likelihood():
    """Each layer runs once for all samples, and the model offers no way to score a point."""
    net, runs = Generator(3, latent_dim=5, hidden=(8,)), []
    for layer in layers_of(net.net):
        layer.register_forward_hook(lambda *parts: runs.append(parts[1][0].shape))
    x = net.sample(1000, seed=9)
    assert runs == [(1000, 5), (1000, 8)]
    z = randn(1000, 5, seed=9)
    torch.testing.assert_close(x, by_hand(net, z, torch.relu))
    torch.testing.assert_close(x, net(z))
    assert not x.requires_grad
    assert torch.equal(x, net.sample(1000, seed=9))
    assert not torch.equal(x, net.sample(1000))
    assert not [name for name in dir(net) if "likelihood" in name or "log_" in name]
    assert Generator().double().sample(2).dtype == torch.float64


@pytest.mark.parametrize("make", [Generator, Discriminator, lambda **k: Critic(pack=2, **k)])
def test_a_stack_answers_as_each_network_does(make):
    nets = [make(hidden=(8,), seed=s) for s in range(3)]
    x = randn(3, 6, 2)
    both = stack(nets)(x)
    for r, net in enumerate(nets):
        torch.testing.assert_close(both[r], net(x[r]))


def test_packs_are_successive_examples_side_by_side():
    x = torch.arange(24.0).view(2, 6, 2)
    packed = pack_examples(x, 3)
    assert packed.shape == (2, 2, 6)
    assert packed[0].tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
    assert torch.equal(pack_examples(x, 1), x)
    net = Discriminator(2, pack=3, hidden=(8,))
    assert net(x[0]).shape == (2,)
    torch.testing.assert_close(net(x[0])[1], by_hand(net, x[0, 3:].reshape(1, 6), torch.relu)[0, 0])
    swapped = net(x[0, [1, 0, 2, 3, 4, 5]])  # one pack sees another order, the other does not
    assert swapped[0] != net(x[0])[0]
    assert swapped[1] == net(x[0])[1]


@pytest.mark.parametrize("options", [{}, {"pack": 2}, {"activation": "tanh"}, {"hidden": (5,)}])
def test_spectral_weights_have_norm_one_and_the_network_is_lipschitz(options):
    net = Discriminator(2, spectral=True, seed=1, **options).double()
    with torch.no_grad():
        for layer in layers_of(net.net):
            layer.weight.mul_(3.0)
    net.update_norms(500)
    for i, layer in enumerate(layers_of(net.net)):
        exact = torch.linalg.svdvals(layer.weight.detach()).max()
        assert net._norm(i).item() == pytest.approx(exact.item(), rel=1e-6)
    a, b = (3 * randn(400, 2, seed=s).double() for s in range(2))
    a, b = (torch.cat([x, y]) for x, y in ((a, a), (b, a + 1e-4 * b)))  # far and near
    apart = (pack_examples(a, net.pack) - pack_examples(b, net.pack)).norm(dim=1)
    slopes = (net(a) - net(b)).abs() / apart
    assert 0.02 < slopes.max().item() <= 1 + 1e-5
    free = Discriminator(2, seed=1, **options).double()
    free.load_state_dict({k: v for k, v in net.state_dict().items() if "left" not in k})
    assert ((free(a) - free(b)).abs() / apart).max() > 5


def test_a_power_iteration_and_its_gradient_are_those_of_torch():
    """``torch.nn.utils.parametrizations.spectral_norm`` from the same vectors, one step."""
    net = Discriminator(3, hidden=(6, 5), spectral=True, seed=2).double()
    layers = []
    for i, layer in enumerate(layers_of(net.net)):
        peer = nn.Linear(*layer.weight.shape).double()
        peer.weight.data.copy_(layer.weight.T)
        peer.bias.data.copy_(layer.bias)
        nn.utils.parametrizations.spectral_norm(peer, eps=1e-12)
        peer.parametrizations.weight[0]._v.copy_(net._right(i)[0].detach())
        layers += [peer, nn.ReLU()]
    peer_net = nn.Sequential(*layers[:-1]).train()
    net.update_norms()
    x = randn(7, 3).double()
    mine, theirs = net(x), peer_net(x)[:, 0]
    torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-12)
    mine.square().sum().backward()
    theirs.square().sum().backward()
    for layer, peer in zip(layers_of(net.net), layers[::2], strict=True):
        expected = peer.parametrizations.weight.original.grad.T
        torch.testing.assert_close(layer.weight.grad, expected, rtol=1e-9, atol=1e-12)


def test_norms_are_left_alone_by_answers_and_by_a_plain_network():
    net, plain = Discriminator(spectral=True), Discriminator()
    before = copy.deepcopy(net.state_dict())
    net(randn(5, 2))
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    net.update_norms()
    changed = {n for n, value in net.state_dict().items() if not torch.equal(value, before[n])}
    assert changed == {"left_0", "left_1"}  # a single output has but one direction
    before = copy.deepcopy(plain.state_dict())
    plain.update_norms()
    assert all(torch.equal(value, before[name]) for name, value in plain.state_dict().items())
    assert (plain.plain, net.plain, Discriminator(activation="tanh").plain) == (True, False, False)


@pytest.mark.parametrize(
    "net",
    [
        Generator(3, latent_dim=4, hidden=(5,), collapsed_at=(1, 2, 3)),
        Generator(hidden=()),
        Discriminator(3, pack=2, activation="tanh"),
        Critic(hidden=(9, 7), spectral=True),
    ],
)
def test_a_saved_network_comes_back_with_its_bits(net, tmp_path):
    path = tmp_path / "net.safetensors"
    save_model(net, path)
    again = load_model(type(net), path)
    assert again.config == net.config
    assert list(again.state_dict()) == list(net.state_dict())
    assert all(torch.equal(v, net.state_dict()[name]) for name, v in again.state_dict().items())
    if isinstance(net, Critic):
        with pytest.raises(ValueError, match=r"expected a Discriminator, .* holds a Critic"):
            load_model(Discriminator, path)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Generator(0), ValueError, "data_dim: expected an integer >= 1, got 0"),
        (lambda: Generator(latent_dim=0), ValueError, "latent_dim: expected an integer >= 1"),
        (lambda: Generator(hidden="64"), TypeError, "hidden: expected a tuple of widths, got '64'"),
        (lambda: Critic(hidden=(8, 0)), ValueError, "hidden: expected an integer >= 1, got 0"),
        (lambda: Critic(hidden=(8.0,)), TypeError, "hidden: expected an integer, got 8.0"),
        (lambda: Generator(seed=-1), ValueError, "seed: expected an integer >= 0, got -1"),
        (
            lambda: Generator(2, collapsed_at=(1.0,)),
            ValueError,
            "collapsed_at: expected shape (2,), got (1,)",
        ),
        (
            lambda: Generator(2, collapsed_at=(1.0, math.nan)),
            ValueError,
            "collapsed_at: expected a finite number",
        ),
        (
            lambda: Generator(2, collapsed_at="ab"),
            TypeError,
            "collapsed_at: expected a number, got 'a'",
        ),
        (lambda: Generator()(randn(3, 3)), ValueError, "z: expected shape (..., N, 2), got (3, 3)"),
        (lambda: Generator().sample(0), ValueError, "count: expected an integer >= 1, got 0"),
        (lambda: Generator().sample(2.0), TypeError, "count: expected an integer, got 2.0"),
        (
            lambda: Discriminator(activation="gelu"),
            ValueError,
            "activation: expected one of relu, tanh; got 'gelu'",
        ),
        (lambda: Discriminator(pack=0), ValueError, "pack: expected an integer >= 1, got 0"),
        (
            lambda: Discriminator(pack=2)(randn(5, 2)),
            ValueError,
            "pack: expected a divisor of the batch, 5 examples; got 2",
        ),
        (lambda: Discriminator()(randn(5, 3)), ValueError, "x: expected shape (..., N, 2)"),
        (lambda: pack_examples(randn(4), 2), ValueError, "x: expected shape (..., N, D), got (4,)"),
        (lambda: pack_examples([1.0], 1), TypeError, "x: expected a torch.Tensor, got list"),
    ],
)
def test_bad_input_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
