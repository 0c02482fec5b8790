"""All weights in one vector: whose part begins where, Adam on it, and who is grouped."""

from dataclasses import fields, replace

import pytest
import torch

from gentutor.models.gan import Discriminator
from gentutor.nn import stack
from gentutor.training import GANSettings
from gentutor.training._engine.flat import Adam, FlatWeights
from gentutor.training._engine.grouping import grouped, keeps_bits

WIDTHS = (13, 7)  # no multiples of a cache line


def flat_of(count: int) -> FlatWeights:
    return FlatWeights(stack([Discriminator(2, hidden=WIDTHS, seed=s) for s in range(count)]))


def test_every_networks_part_of_every_layer_begins_at_a_cache_line():
    """Products choose their order of summation by where a matrix begins."""
    flat = flat_of(3)
    for views, vector in ((flat.weights, flat.values), (flat.grads, flat.grad)):
        starts = [(part.data_ptr() - vector.data_ptr()) % 64 for view in views for part in view]
        assert starts == [0] * 18


def test_the_views_are_the_networks_weights():
    nets = [Discriminator(2, hidden=WIDTHS, seed=s) for s in range(2)]
    flat = FlatWeights(stack(nets))
    for view, first, second in zip(flat.weights, *(net.parameters() for net in nets), strict=True):
        assert torch.equal(view, torch.stack([first.detach(), second.detach()]))


def test_adam_steps_as_torchs_does_with_a_rate_for_each_network():
    rates, betas = (1e-2, 3e-3), (0.5, 0.9)
    flat = flat_of(2)
    adam = Adam(flat, rates, betas)
    copies = [[view[r].clone().requires_grad_() for view in flat.weights] for r in range(2)]
    theirs = [torch.optim.Adam(c, lr=lr, betas=betas) for c, lr in zip(copies, rates, strict=True)]
    generator = torch.Generator().manual_seed(0)
    for factor in (1.0, 1.0, 0.5):
        for i, view in enumerate(flat.grads):
            view.copy_(torch.randn(view.shape, generator=generator))
            for r, copy in enumerate(copies):
                copy[i].grad = view[r].clone()
        adam.step(factor)
        for optimiser, lr in zip(theirs, rates, strict=True):
            optimiser.param_groups[0]["lr"] = lr * factor
            optimiser.step()
    for i, view in enumerate(flat.weights):
        for r, copy in enumerate(copies):
            torch.testing.assert_close(view[r], copy[i].detach(), rtol=1e-5, atol=1e-7)


OWN = {"seed", "lr_g", "lr_d", "gp_weight", "clip", "collapsed_at"}  # each GAN of a group has its
OTHER = {
    **{"objective": "hinge", "betas": (0.0, 0.9), "spectral": True, "hidden": (32, 32)},
    **{"lr_g": 0.1, "lr_d": 0.1, "gp_weight": 3.0, "clip": 0.5, "unroll_lr": 0.3},
    **{"collapsed_at": (1.0, 2.0), "latent_dim": 3},
}


@pytest.mark.parametrize("name", [field.name for field in fields(GANSettings)])
def test_gans_of_a_group_agree_in_all_but_what_is_kept_for_each(name):
    one = GANSettings()
    other = replace(one, **{name: OTHER.get(name, 2)})
    assert len(grouped([one, other])) == (1 if name in OWN else 2)


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"hidden": ()}, True),
        ({"spectral": True}, True),
        ({"spectral": True, "hidden": ()}, False),
        ({"unroll": 1, "hidden": (16, 9)}, False),
    ],
)
def test_only_what_has_the_bits_of_a_solo_run_is_grouped(settings, kept):
    assert keeps_bits(GANSettings(**settings)) is kept
