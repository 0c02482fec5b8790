"""A GAN that diverges is reported and frozen, whenever it happens; the others go on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from gentutor.training import GANSettings, TrainedGANs, train_gans


class Corners:
    """Two narrow modes."""

    def sample(self, count: int, generator: torch.Generator) -> torch.Tensor:
        side = torch.randint(0, 2, (count, 1), generator=generator) * 2.0 - 1.0
        return side + 0.1 * torch.randn(count, 2, generator=generator)


DATA = Corners()


def weights(*nets: nn.Module) -> list[torch.Tensor]:
    return [value for net in nets for value in net.state_dict().values()]


def assert_same_bits(a: TrainedGANs, i: int, b: TrainedGANs, j: int) -> None:
    mine = weights(a.generators[i], a.discriminators[i])
    theirs = weights(b.generators[j], b.discriminators[j])
    assert all(torch.equal(x, y) for x, y in zip(mine, theirs, strict=True))
    assert np.array_equal(a.d_loss[i], b.d_loss[j], equal_nan=True)
    assert np.array_equal(a.g_loss[i], b.g_loss[j], equal_nan=True)


@pytest.mark.parametrize("options", [{}, {"spectral": True}])
def test_a_gan_that_diverges_is_frozen_and_the_others_go_on(options, tmp_path: Path):
    """A clipping bound and a rate beyond float32 make one GAN infinite."""
    settings = {"n_critic": 1, "batch_size": 16, "hidden": (8, 8)} | options
    good = [GANSettings("least_squares", seed=s, **settings) for s in range(2)]
    bad = replace(good[0], seed=5, lr_d=1e25)
    with pytest.warns(RuntimeWarning, match=r"GAN 1 .*lr_d=1e\+25.* diverged at step (\d+)"):
        swept = train_gans([good[0], bad, good[1]], DATA, steps=40)
    [(place, step)] = swept.diverged.items()
    assert place == 1
    assert not np.isfinite(swept.d_loss[1, step - 1] + swept.g_loss[1, step - 1])
    assert np.isfinite(swept.d_loss[1, : step - 1]).all()
    assert np.isnan(swept.d_loss[1, step:]).all()
    for net in (swept.generators[1], swept.discriminators[1]):
        assert all(bool(torch.isfinite(value).all()) for value in weights(net))
    for r, alone in ((0, good[0]), (2, good[1])):
        assert_same_bits(train_gans([alone], DATA, steps=40), 0, swept, r)
    path = tmp_path / "sweep"  # it is the same after a break
    with pytest.warns(RuntimeWarning, match="diverged"):
        train_gans([good[0], bad], DATA, steps=21, checkpoint=path)
    with pytest.warns(RuntimeWarning, match="diverged"):
        resumed = train_gans([good[0], bad], DATA, steps=40, checkpoint=path)
    assert resumed.diverged == swept.diverged
    assert_same_bits(resumed, 1, swept, 1)


class Burst(Corners):
    """One example beyond all bounds in D's batch at one step of G; the batches hold 8."""

    def __init__(self, step: int) -> None:
        self.place, self.draws = (step - 1) * 8, {}

    def sample(self, count: int, generator: torch.Generator) -> torch.Tensor:
        x = super().sample(count, generator)
        if count > 64:
            start = self.draws.get(generator, 0)
            self.draws[generator] = start + count
            if start <= self.place < start + count:
                x[self.place - start] = 1e30
        return x


@pytest.mark.parametrize("options", [{}, {"spectral": True}])
@pytest.mark.parametrize(
    ("step", "steps"), [(1, 1), (1, 40), (16, 16), (16, 20), (17, 19), (32, 32)]
)
def test_all_may_diverge_at_any_step_of_a_block(step, steps, options):
    """They keep the weights of the block's beginning, where a shorter run ends."""
    options = {"batch_size": 8, "hidden": (16, 16)} | options
    gans = [GANSettings("least_squares", seed=s, **options) for s in range(2)]
    with pytest.warns(RuntimeWarning) as caught:
        swept = train_gans(gans, Burst(step), steps=steps)
    assert swept.diverged == {0: step, 1: step}
    assert [warning.filename for warning in caught] == [__file__] * 2
    assert not swept.stopped
    assert swept.steps_done.tolist() == [steps] * 2
    start = (step - 1) // 16 * 16
    for r, settings in enumerate(gans):
        nets = settings.networks(2)
        if start:
            shorter = train_gans(gans, DATA, steps=start)
            nets = shorter.generators[r], shorter.discriminators[r]
        found = weights(swept.generators[r], swept.discriminators[r])
        assert all(torch.equal(x, y) for x, y in zip(found, weights(*nets), strict=True))
        assert np.isfinite(swept.d_loss[r, : step - 1]).all()
        assert not np.isfinite(swept.d_loss[r, step - 1])
        assert np.isnan(swept.d_loss[r, step:]).all()


def test_a_divergence_after_a_break_puts_back_the_weights_from_before_it(tmp_path: Path):
    """Broken off at 18, within the second block; that is the first one that the rest draws."""
    gans = [GANSettings("least_squares", seed=s, batch_size=8, hidden=(16, 16)) for s in range(2)]
    train_gans(gans, DATA, steps=18, checkpoint=tmp_path)
    with pytest.warns(RuntimeWarning, match="diverged at step 20"):
        rest = train_gans(gans, Burst(20 - 16), steps=24, checkpoint=tmp_path)
    assert rest.diverged == {0: 20, 1: 20}
    shorter = train_gans(gans, DATA, steps=16)
    for r in range(2):
        found = weights(rest.generators[r], rest.discriminators[r])
        expected = weights(shorter.generators[r], shorter.discriminators[r])
        assert all(torch.equal(x, y) for x, y in zip(found, expected, strict=True))


def test_weights_that_the_last_update_broke_are_put_back():
    """Both losses of the only step come before it."""
    settings = GANSettings(batch_size=8, hidden=(8,), lr_g=1e39)
    with pytest.warns(RuntimeWarning, match="diverged at step 1 "):
        trained = train_gans([settings], DATA, steps=1)
    assert np.isfinite(trained.g_loss).all()
    assert np.isfinite(trained.d_loss).all()
    found = weights(trained.generators[0], trained.discriminators[0])
    assert all(
        torch.equal(x, y) for x, y in zip(found, weights(*settings.networks(2)), strict=True)
    )


def test_a_penalty_of_any_weight_stays_finite_where_the_batch_is_filled_up():
    heavy = GANSettings("wgan_gp", batch_size=9, hidden=(8,), gp_weight=1e12)
    assert train_gans([heavy], DATA, steps=3).diverged == {}
