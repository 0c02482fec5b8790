"""Many GANs at once: the bits of each alone, a stop at any step, a checkpoint, a divergence."""

import os
import signal
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.training import part
from gentutor.training.ensemble import Ensemble, train_ensemble
from gentutor.training.replica import Replica


class Corners:
    """Two narrow modes."""

    def sample(self, count: int, generator: torch.Generator) -> torch.Tensor:
        side = torch.randint(0, 2, (count, 1), generator=generator) * 2.0 - 1.0
        return side + 0.1 * torch.randn(count, 2, generator=generator)


class Elsewhere(Corners):
    """The same, moved."""

    def sample(self, count: int, generator: torch.Generator) -> torch.Tensor:
        return super().sample(count, generator) + 1.0


DATA = Corners()


def weights(net: nn.Module) -> list[torch.Tensor]:
    return list(net.state_dict().values())


def assert_same_bits(a: Ensemble, i: int, b: Ensemble, j: int) -> None:
    for nets in ("generators", "discriminators"):
        pairs = zip(weights(getattr(a, nets)[i]), weights(getattr(b, nets)[j]), strict=True)
        assert all(torch.equal(x, y) for x, y in pairs), f"{nets} differ"
    assert np.array_equal(a.d_loss[i], b.d_loss[j], equal_nan=True)
    assert np.array_equal(a.g_loss[i], b.g_loss[j], equal_nan=True)


SHAPES = [
    {},
    {"pack": 3, "batch_size": 33, "hidden": (11,), "latent_dim": 1},
    {"batch_size": 128, "hidden": (64, 64), "n_critic": 5},
    {"spectral": True, "batch_size": 37},
    {"unroll": 2, "batch_size": 20},
]


@pytest.mark.parametrize(("objective", "options"), [*product(OBJECTIVES, SHAPES)])
def test_a_replica_equals_its_solo_run_bit_for_bit(objective, options):
    options = {"batch_size": 25, "hidden": (13, 9), "n_critic": 2} | options
    replicas = [
        Replica(objective, seed=s, lr_d=1e-3 * (1 + s), gp_weight=0.1 * s, clip=0.1 + s, **options)
        for s in range(3)
    ]
    together = train_ensemble(replicas, DATA, steps=19)
    assert np.isfinite(together.g_loss).all()
    for r in (0, 2):
        assert_same_bits(train_ensemble(replicas[r : r + 1], DATA, steps=19), 0, together, r)


def test_a_sweep_of_several_shapes_and_chunks_keeps_its_order():
    """Nineteen of one objective (three batches) with one of another between."""
    replicas = [Replica("hinge", seed=s, hidden=(8,), batch_size=16) for s in range(19)]
    replicas.insert(4, Replica("wgan_gp", seed=77, hidden=(8,), batch_size=16))
    swept = train_ensemble(replicas, DATA, steps=5)
    assert swept.replicas == tuple(replicas)
    assert swept.steps_done.tolist() == [5] * 20
    for r in (0, 4, 5, 18, 19):
        assert_same_bits(train_ensemble([replicas[r]], DATA, steps=5), 0, swept, r)


SWEEP = [
    Replica(objective, seed=s, n_critic=2, batch_size=16, hidden=(16, 16), spectral=spectral)
    for objective, spectral in (("non_saturating", False), ("hinge", True), ("wgan_gp", False))
    for s in range(2)
]


@pytest.mark.parametrize("breaks", [[3], [16], [17, 32, 33], [20, 45, 46, 63]])
def test_a_stopped_run_resumes_to_the_same_bits(breaks, tmp_path: Path):
    """Stop within a block, at its end, in the second chunk, several times; 25 steps a chunk."""
    whole = train_ensemble(SWEEP, DATA, steps=25)
    path = tmp_path / "sweep"
    taken = 0
    for limit in breaks:

        def stop(step: int, limit: int = limit) -> bool:
            nonlocal taken
            taken += 1
            return taken == limit

        some = train_ensemble(SWEEP, DATA, steps=25, checkpoint=path, stop=stop)
        assert some.stopped
        assert some.steps_done[::2].sum() == limit
        done = some.steps_done[0]
        assert np.array_equal(some.g_loss[0, :done], whole.g_loss[0, :done])
        assert np.isnan(some.g_loss[0, done:]).all()
    rest = train_ensemble(SWEEP, DATA, steps=25, checkpoint=path)
    assert not rest.stopped
    for r in range(len(SWEEP)):
        assert_same_bits(rest, r, whole, r)
    assert sorted(os.listdir(path)) == [f"part-{i:03}.safetensors" for i in range(3)]
    again = train_ensemble(SWEEP, DATA, steps=25, checkpoint=path)  # nothing left to do
    assert_same_bits(again, 3, whole, 3)


def test_a_finished_run_can_be_made_longer(tmp_path: Path):
    path = tmp_path / "sweep"
    train_ensemble(SWEEP, DATA, steps=16, checkpoint=path)
    longer = train_ensemble(SWEEP, DATA, steps=40, checkpoint=path)
    whole = train_ensemble(SWEEP, DATA, steps=40)
    for r in range(len(SWEEP)):
        assert_same_bits(longer, r, whole, r)


def test_checkpoints_are_written_while_training(tmp_path: Path, monkeypatch):
    """A killed process loses what came after the last checkpoint, no more."""
    monkeypatch.setattr(part, "SAVE_SECONDS", 0.0)
    path = tmp_path / "sweep"

    class Killed(BaseException):
        pass

    def kill(step: int) -> bool:
        if step == 21:
            raise Killed
        return False

    with pytest.raises(Killed):
        train_ensemble(SWEEP[:2], DATA, steps=30, checkpoint=path, stop=kill)
    assert train_ensemble(SWEEP[:2], DATA, steps=1, checkpoint=path).steps_done.tolist() == [20, 20]
    resumed = train_ensemble(SWEEP[:2], DATA, steps=30, checkpoint=path)
    assert_same_bits(resumed, 1, train_ensemble(SWEEP[:2], DATA, steps=30), 1)


def test_an_interrupt_ends_training_after_the_step_it_falls_in():
    def interrupt(step: int) -> bool:
        if step == 7:
            os.kill(os.getpid(), signal.SIGINT)
        return False

    before = signal.getsignal(signal.SIGINT)
    some = train_ensemble(SWEEP[:2], DATA, steps=30, stop=interrupt)
    assert some.stopped
    assert 7 <= some.steps_done[0] <= 8
    assert signal.getsignal(signal.SIGINT) is before
    done = int(some.steps_done[0])
    shorter = train_ensemble(SWEEP[:2], DATA, steps=done)
    for mine, expected in zip(
        weights(some.generators[1]), weights(shorter.generators[1]), strict=True
    ):
        assert torch.equal(mine, expected)


@pytest.mark.parametrize("options", [{}, {"spectral": True}])
def test_a_replica_that_diverges_is_frozen_and_the_others_go_on(options, tmp_path: Path):
    """A clipping bound and a rate beyond float32 make one replica infinite."""
    settings = {"n_critic": 1, "batch_size": 16, "hidden": (8, 8)} | options
    good = [Replica("least_squares", seed=s, **settings) for s in range(2)]
    bad = replace(good[0], seed=5, lr_d=1e25)
    with pytest.warns(RuntimeWarning, match=r"replica 1 .*lr_d=1e\+25.* diverged at step (\d+)"):
        swept = train_ensemble([good[0], bad, good[1]], DATA, steps=40)
    [(place, step)] = swept.diverged.items()
    assert place == 1
    assert not np.isfinite(swept.d_loss[1, step - 1] + swept.g_loss[1, step - 1])
    assert np.isfinite(swept.d_loss[1, : step - 1]).all()
    assert np.isnan(swept.d_loss[1, step:]).all()
    for net in (swept.generators[1], swept.discriminators[1]):
        assert all(bool(torch.isfinite(value).all()) for value in weights(net))
    for r, alone in ((0, good[0]), (2, good[1])):
        assert_same_bits(train_ensemble([alone], DATA, steps=40), 0, swept, r)
    path = tmp_path / "sweep"  # it is the same after a break
    with pytest.warns(RuntimeWarning, match="diverged"):
        train_ensemble([good[0], bad], DATA, steps=21, checkpoint=path)
    with pytest.warns(RuntimeWarning, match="diverged"):
        resumed = train_ensemble([good[0], bad], DATA, steps=40, checkpoint=path)
    assert resumed.diverged == swept.diverged
    assert_same_bits(resumed, 1, swept, 1)


def test_two_runs_are_equal_and_another_seed_differs():
    runs = [train_ensemble([replace(SWEEP[0], seed=s)], DATA, steps=5) for s in (3, 3, 4)]
    assert_same_bits(runs[0], 0, runs[1], 0)
    assert not np.array_equal(runs[0].g_loss, runs[2].g_loss)


def test_nothing_global_changes():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    train_ensemble(SWEEP[:1], DATA, steps=2)
    assert torch.equal(torch.rand(3), expected)
    assert torch.is_grad_enabled()
