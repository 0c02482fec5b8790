"""Many GANs at once: the bits of each alone, a stop at any step, a checkpoint."""

import os
import signal
import sys
import tracemalloc
from dataclasses import replace
from itertools import product
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
import torch
from torch import nn

from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.training import GANSettings, TrainedGANs, train_gans
from gentutor.training._engine import plan
from gentutor.training._engine.group import Group


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


def assert_same_bits(a: TrainedGANs, i: int, b: TrainedGANs, j: int) -> None:
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
def test_a_gan_equals_its_solo_run_bit_for_bit(objective, options):
    options = {"batch_size": 25, "hidden": (13, 9), "n_critic": 2} | options
    gans = [
        GANSettings(
            objective, seed=s, lr_d=1e-3 * (1 + s), gp_weight=0.1 * s, clip=0.1 + s, **options
        )
        for s in range(3)
    ]
    together = train_gans(gans, DATA, steps=19)
    assert np.isfinite(together.g_loss).all()
    for r in (0, 2):
        assert_same_bits(train_gans(gans[r : r + 1], DATA, steps=19), 0, together, r)


class Cloud:
    """Data of any dimension."""

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def sample(self, count: int, generator: torch.Generator) -> torch.Tensor:
        return 0.5 + torch.randn(count, self.dim, generator=generator)


@pytest.mark.parametrize("objective", ["wgan_gp", "minimax"])
@pytest.mark.parametrize(
    ("dim", "options"),
    [
        (5, {"batch_size": 1, "n_critic": 5, "hidden": (32, 16), "latent_dim": 1}),
        (17, {"batch_size": 9, "pack": 9, "hidden": (64, 64), "latent_dim": 17}),
        (1, {"batch_size": 33, "pack": 11, "hidden": (33,), "latent_dim": 16}),
        (3, {"batch_size": 15, "pack": 5, "n_critic": 3, "hidden": (), "latent_dim": 33}),
        (17, {"batch_size": 24, "pack": 12, "n_critic": 3, "hidden": (), "unroll": 1}),
        (1, {"batch_size": 1, "hidden": (1, 1, 1), "latent_dim": 1}),
    ],
)
def test_odd_sizes_leave_the_bits_as_they_are(objective, dim, options):
    """Batches and noise that fill no cache line, packs of a whole batch, eight GANs."""
    gans = [GANSettings(objective, seed=s, lr_d=1e-3 * (1 + s), **options) for s in range(8)]
    together = train_gans(gans, Cloud(dim), steps=3)
    for r in range(8):
        alone = train_gans(gans[r : r + 1], Cloud(dim), steps=3)
        assert_same_bits(alone, 0, together, r)


def test_a_sweep_of_several_forms_and_groups_keeps_its_order():
    """Nineteen of one objective (three groups) with one of another between."""
    gans = [GANSettings("hinge", seed=s, hidden=(8,), batch_size=16) for s in range(19)]
    gans.insert(4, GANSettings("wgan_gp", seed=77, hidden=(8,), batch_size=16))
    swept = train_gans(gans, DATA, steps=5)
    assert swept.settings == tuple(gans)
    assert swept.steps_done.tolist() == [5] * 20
    for r in (0, 4, 5, 18, 19):
        assert_same_bits(train_gans([gans[r]], DATA, steps=5), 0, swept, r)


def test_each_players_loss_is_recorded_as_its_own():
    """Under minimax D's is a sum of softplus, G's minus one: above and below 0 at every step."""
    trained = train_gans([GANSettings("minimax", seed=s) for s in range(2)], DATA, steps=5)
    assert trained.d_loss.shape == trained.g_loss.shape == (2, 5)
    assert (trained.d_loss > 0).all()
    assert (trained.g_loss < 0).all()


SWEEP = [
    GANSettings(objective, seed=s, n_critic=2, batch_size=16, hidden=(16, 16), spectral=spectral)
    for objective, spectral in (("non_saturating", False), ("hinge", True), ("wgan_gp", False))
    for s in range(2)
]


@pytest.mark.parametrize("breaks", [[3], [16], [17, 32, 33], [20, 45, 46, 63]])
def test_a_stopped_run_resumes_to_the_same_bits(breaks, tmp_path: Path):
    """Stop within a block, at its end, in the second group, several times; 25 steps a group."""
    whole = train_gans(SWEEP, DATA, steps=25)
    path = tmp_path / "sweep"
    taken = 0
    for limit in breaks:

        def stop(step: int, limit: int = limit) -> bool:
            nonlocal taken
            taken += 1
            return taken == limit

        some = train_gans(SWEEP, DATA, steps=25, checkpoint=path, stop=stop)
        assert some.stopped
        assert some.steps_done[::2].sum() == limit
        done = some.steps_done[0]
        assert np.array_equal(some.g_loss[0, :done], whole.g_loss[0, :done])
        assert np.isnan(some.g_loss[0, done:]).all()
    rest = train_gans(SWEEP, DATA, steps=25, checkpoint=path)
    assert not rest.stopped
    for r in range(len(SWEEP)):
        assert_same_bits(rest, r, whole, r)
    assert sorted(os.listdir(path)) == [f"group-{i:03}.safetensors" for i in range(3)]
    again = train_gans(SWEEP, DATA, steps=25, checkpoint=path)  # nothing left to do
    assert_same_bits(again, 3, whole, 3)


def test_a_finished_run_can_be_made_longer(tmp_path: Path):
    path = tmp_path / "sweep"
    train_gans(SWEEP, DATA, steps=16, checkpoint=path)
    longer = train_gans(SWEEP, DATA, steps=40, checkpoint=path)
    whole = train_gans(SWEEP, DATA, steps=40)
    for r in range(len(SWEEP)):
        assert_same_bits(longer, r, whole, r)


def test_a_group_that_is_missing_is_trained_anew_and_other_files_are_left_alone(tmp_path: Path):
    train_gans(SWEEP, DATA, steps=5, checkpoint=tmp_path)
    (tmp_path / "group-001.safetensors").unlink()
    (tmp_path / "notes.txt").write_text("mine")
    rest = train_gans(SWEEP, DATA, steps=7, checkpoint=tmp_path)
    whole = train_gans(SWEEP, DATA, steps=7)
    for r in range(len(SWEEP)):
        assert_same_bits(rest, r, whole, r)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_checkpoints_are_written_while_training(tmp_path: Path, monkeypatch):
    """A killed process loses what came after the last checkpoint, no more."""
    monkeypatch.setattr(plan, "SAVE_SECONDS", 0.0)
    path = tmp_path / "sweep"

    class Killed(BaseException):
        pass

    def kill(step: int) -> bool:
        if step == 21:
            raise Killed
        return False

    with pytest.raises(Killed):
        train_gans(SWEEP[:2], DATA, steps=30, checkpoint=path, stop=kill)
    assert train_gans(SWEEP[:2], DATA, steps=1, checkpoint=path).steps_done.tolist() == [20, 20]
    resumed = train_gans(SWEEP[:2], DATA, steps=30, checkpoint=path)
    assert_same_bits(resumed, 1, train_gans(SWEEP[:2], DATA, steps=30), 1)


def test_an_interrupt_ends_training_after_the_step_it_falls_in():
    def interrupt(step: int) -> bool:
        if step == 7:
            os.kill(os.getpid(), signal.SIGINT)
        return False

    before = signal.getsignal(signal.SIGINT)
    some = train_gans(SWEEP[:2], DATA, steps=30, stop=interrupt)
    assert some.stopped
    assert 7 <= some.steps_done[0] <= 8
    assert signal.getsignal(signal.SIGINT) is before
    done = int(some.steps_done[0])
    shorter = train_gans(SWEEP[:2], DATA, steps=done)
    for mine, expected in zip(
        weights(some.generators[1]), weights(shorter.generators[1]), strict=True
    ):
        assert torch.equal(mine, expected)


def test_a_second_interrupt_is_not_held_back():
    """Jobs in the background ignore interrupts, so the usual handler is set first."""

    def interrupt(step: int) -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        return False

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            train_gans(SWEEP[:2], DATA, steps=1, stop=lambda s: interrupt(s) or interrupt(s))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_stop_that_comes_with_the_last_step_has_stopped_nothing():
    ends = [train_gans(SWEEP[:4], DATA, steps=3, stop=lambda s, n=n: s == n) for n in (5, 6)]
    assert [end.stopped for end in ends] == [True, False]
    early = train_gans(SWEEP[:4], DATA, steps=3, stop=lambda s: np.bool_(s == 4))
    assert early.stopped is True
    assert early.steps_done.tolist() == [3, 3, 1, 1]


def test_two_runs_are_equal_and_another_seed_differs():
    runs = [train_gans([replace(SWEEP[0], seed=s)], DATA, steps=5) for s in (3, 3, 4)]
    assert_same_bits(runs[0], 0, runs[1], 0)
    assert not np.array_equal(runs[0].g_loss, runs[2].g_loss)


def test_nothing_global_changes():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    train_gans(SWEEP[:1], DATA, steps=2)
    assert torch.equal(torch.rand(3), expected)
    assert torch.is_grad_enabled()


def test_one_thread_trains_whatever_the_caller_uses():
    before, seen = torch.get_num_threads(), []
    torch.set_num_threads(2)
    try:
        train_gans(SWEEP[:1], DATA, steps=2, stop=lambda s: seen.append(torch.get_num_threads()))
        assert (seen, torch.get_num_threads()) == ([1, 1], 2)
    finally:
        torch.set_num_threads(before)


def test_memory_goes_by_the_steps_taken_not_by_those_asked_for():
    tracemalloc.start()  # sees numpy's memory; the record of the engine is looked at below
    try:
        some = train_gans(SWEEP[:2], DATA, steps=10**9, stop=lambda s: s == 4)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert some.stopped
    assert some.d_loss.shape == some.g_loss.shape == (2, 4)
    assert peak < 50e6
    group = Group([0, 1], SWEEP[:2], DATA, 2)
    group.run(10**9, lambda done: done == 70)
    assert group.losses.shape == (2, 2, 70)
    assert group.losses.untyped_storage().nbytes() < 10_000


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def test_gans_of_float64_have_losses_of_float64_in_every_process(double):
    sweep = SWEEP[:2] + SWEEP[-2:]
    trained = train_gans(sweep, DATA, steps=3)
    assert trained.d_loss.dtype == trained.g_loss.dtype == np.float64
    assert (trained.g_loss != trained.g_loss.astype(np.float32)).all()
    assert all(w.dtype == torch.float64 for net in trained.generators for w in weights(net))
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    shared = train_gans(sweep, DATA, steps=3, jobs=2)
    for r in range(len(sweep)):
        assert_same_bits(shared, r, trained, r)


def test_a_checkpoint_of_another_dtype_is_refused(tmp_path: Path, request):
    train_gans(SWEEP[:2], DATA, steps=3, checkpoint=tmp_path)
    request.getfixturevalue("double")
    with pytest.raises(ValueError, match=r"weights are torch.float32, expected torch.float64"):
        train_gans(SWEEP[:2], DATA, steps=3, checkpoint=tmp_path)


def test_a_default_dtype_that_cannot_be_trained_is_refused():
    torch.set_default_dtype(torch.bfloat16)
    try:
        with pytest.raises(TypeError, match="default dtype: expected float32 or float64, got"):
            train_gans(SWEEP[:1], DATA, steps=1)
    finally:
        torch.set_default_dtype(torch.float32)
