"""The claim gan-collapse on fresh seeds: what collapses, what covers, what fails to train.

Bounds were set on other seeds than these (means of 16 beside each bound) and leave room for the
drift between processors.
"""

import pytest
import torch

pytestmark = pytest.mark.claim("gan-collapse")


def test_the_non_saturating_gan_collapses_onto_good_samples_of_one_or_two_modes(gan_runs):
    """m20 1.2, reverse KL 1.96 of log 8 = 2.08; 95 % of the samples are good."""
    runs = gan_runs("ns")
    assert runs.mean("m20") <= 3
    assert runs.mean("reverse_kl") >= 1
    assert runs.mean("quality") >= 0.8
    assert runs.count("collapsed") >= 14


def test_the_penalised_wgan_covers_all_modes_from_the_same_start(gan_runs):
    """m20 7.8, reverse KL 0.02. Quality is 58 % and varies: 3 of 64 runs had 24 to 27 %."""
    runs = gan_runs("gp")
    assert runs.mean("m20") >= 7.5
    assert runs.mean("reverse_kl") <= 0.1
    assert runs.mean("reverse_kl_all") <= 0.03
    assert int(runs.found.m1.min()) >= 7
    assert runs.mean("quality") >= 0.45
    assert int((runs.found.quality >= 0.3).sum()) >= 12
    assert float(runs.found.quality.min()) >= 0.15
    assert runs.count("collapsed", "failed") <= 1


def test_both_began_at_one_mode(gan_runs):
    """The same generators, weight for weight: the objective alone tells them apart."""
    for r in range(8):
        ns, gp = (gan_runs(name).trained.settings[r].networks(2)[0] for name in ("ns", "gp"))
        z = torch.randn(100, 2, generator=torch.Generator().manual_seed(r))
        assert torch.equal(ns(z), gp(z))
        assert (ns(z) - torch.tensor([2.0, 0.0])).norm(dim=1).max() < 0.6
    shares = gan_runs("ns").found.shares
    assert int((shares[:, 0] > 0.25).sum()) >= 13  # they have not left where they began


def test_the_published_count_calls_minimax_complete(gan_runs):
    """7.75 modes with one good sample, 2.9 with a fifth of their share."""
    runs = gan_runs("minimax")
    assert runs.mean("m1") >= 6.5
    assert runs.mean("m20") <= 4
    assert runs.mean("reverse_kl") >= 0.6


@pytest.mark.parametrize(
    ("name", "most", "least_kl"),
    [("least_squares", 3.2, 0.9), ("hinge", 3.5, 0.8)],
)
def test_other_losses_alone_do_not_prevent_it(gan_runs, name, most, least_kl):
    """Least squares: m20 1.9, reverse KL 1.6. Hinge: 2.2, 1.4."""
    runs = gan_runs(name)
    assert runs.mean("m20") <= most
    assert runs.mean("reverse_kl") >= least_kl
    assert runs.mean("quality") >= 0.5
    assert runs.count("collapsed") >= 6


@pytest.mark.parametrize(
    ("name", "least", "most_kl"),
    [("pac4", 6.5, 0.25), ("r1", 5.25, 0.35)],
)
def test_remedies_within_the_same_objective(gan_runs, name, least, most_kl):
    """Packs of four: m20 7.6, reverse KL 0.05. R1: 6.9, 0.10."""
    runs, ns = gan_runs(name), gan_runs("ns")
    assert runs.mean("m20") >= least
    assert runs.mean("reverse_kl") <= most_kl
    assert runs.mean("reverse_kl_all") <= 0.15
    assert runs.count("collapsed") == 0
    assert runs.mean("quality") < ns.mean("quality") - 0.2  # the price


@pytest.mark.parametrize(
    ("name", "least", "covers"),
    [("even ns", 6.0, 4), ("even minimax", 6.5, 5)],
)
def test_the_objectives_that_collapsed_cover_the_ring_in_another_set_up(
    gan_runs, name, least, covers
):
    """A plain start and one step each: m20 7.4 and 7.8, no run collapsed."""
    runs = gan_runs(name)
    assert runs.mean("m20") >= least
    assert runs.mean("reverse_kl_all") <= 0.15
    assert runs.count("covers") >= covers
    assert runs.count("collapsed", "failed") <= 1


@pytest.mark.parametrize(("name", "most"), [("even gp", 0.2), ("slow ns", 0.12)])
def test_a_run_that_fails_to_train_is_told_apart_from_a_collapsed_one(gan_runs, name, most):
    """WGAN-GP in the set-up where minimax covers; and a D that is too slow.

    m20 is 0.8 or 0.9, which by itself looks like collapse. But 8 % or 5 % of the samples are good.
    """
    runs = gan_runs(name)
    assert runs.count("failed") >= 6
    assert runs.count("collapsed", "covers") <= 1
    assert runs.mean("quality") <= most
    assert runs.mean("m20") <= 3.5  # by the count one would not know


def test_no_objective_is_always_safe_and_none_always_bad(gan_runs):
    """The order of WGAN-GP and minimax turns round between two set-ups."""
    modes = {name: gan_runs(name).mean("m20") for name in ("gp", "minimax")}
    even = {name: gan_runs(f"even {name}").mean("m20") for name in ("gp", "minimax")}
    assert modes["gp"] > modes["minimax"] + 3
    assert even["minimax"] > even["gp"] + 3
