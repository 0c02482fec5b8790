"""Mode coverage against counts by hand, and its words against runs of a known kind."""

import math

import numpy as np
import pytest
import torch
from scipy import spatial, stats

from gentutor.data import grid, ring
from gentutor.metrics.mode_coverage import VERDICTS, ModeCoverage, mode_coverage

N = 4000


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def samples(shares: list[float], quality: float, *, seed: int = 0) -> torch.Tensor:
    """Draw from the ring's modes in these shares; the rest of them 4 to 8 sd off the mode."""
    g, mixture = seeded(seed), ring()
    mode = torch.multinomial(torch.tensor(shares), N, replacement=True, generator=g)
    good = torch.rand(N, 1, generator=g) < quality
    radius = torch.where(good, 2.9, 4 + 4 * torch.rand(N, 1, generator=g)) * mixture.sd
    direction = torch.randn(N, 2, generator=g)
    return mixture.centres.float()[mode] + radius * direction / direction.norm(dim=1, keepdim=True)


EVEN = [1.0] * 8
TWO = [1.0, 0, 0, 1.0, 0, 0, 0, 0]


@pytest.mark.parametrize("mixture", [ring(), grid(), ring(3, sd=0.5)])
def test_counts_are_those_of_a_search_tree(mixture):
    x = 2.5 * torch.randn(3, 1000, 2, generator=seeded())
    found = mode_coverage(x, mixture.centres, mixture.sd)
    modes = len(mixture.centres)
    for r in range(3):
        far, mode = spatial.KDTree(mixture.centres.numpy()).query(x[r].double().numpy())
        good = mode[far <= 3 * mixture.sd]
        assert found.nearest[r].tolist() == np.bincount(mode, minlength=modes).tolist()
        counts = np.bincount(good, minlength=modes)
        assert found.good[r].tolist() == counts.tolist()
        assert float(found.quality[r]) == pytest.approx(len(good) / 1000)
        assert int(found.m1[r]) == (counts > 0).sum()
        assert int(found.m20[r]) == (counts >= 0.2 * 1000 / modes - 1e-9).sum()
        even = np.full(modes, 1 / modes)
        assert float(found.reverse_kl[r]) == pytest.approx(stats.entropy(counts, even))
        every = stats.entropy(np.bincount(mode, minlength=modes), even)
        assert float(found.reverse_kl_all[r]) == pytest.approx(every)
        np.testing.assert_allclose(found.shares[r], np.bincount(mode, minlength=modes) / 1000)


@pytest.mark.parametrize("mixture", [ring(), grid()])
def test_real_data_covers(mixture):
    found = mode_coverage(mixture.sample(50_000, seeded()), mixture.centres, mixture.sd)
    assert float(found.quality) == pytest.approx(1 - math.exp(-4.5), abs=2e-3)
    assert int(found.m1) == int(found.m20) == len(mixture.centres)
    assert float(found.reverse_kl) < 1e-3
    assert found.verdict == ("covers",)


def test_one_mode_is_log_k_nats_from_even():
    found = mode_coverage(samples([0, 0, 1.0, 0, 0, 0, 0, 0], 1.0), ring().centres, 0.1)
    assert float(found.reverse_kl) == pytest.approx(math.log(8))
    assert float(found.reverse_kl_all) == pytest.approx(math.log(8))
    assert (int(found.m1), int(found.m20), found.verdict) == (1, 1, ("collapsed",))


@pytest.mark.parametrize(
    ("shares", "quality", "word"),
    [
        (EVEN, 0.02, "failed"),
        (EVEN, 0.11, "failed"),  # the best of the runs that failed to train
        (TWO, 0.08, "failed"),  # two modes, and yet no collapse
        (TWO, 0.25, "failed"),
        (TWO, 0.45, "collapsed"),
        (TWO, 0.95, "collapsed"),
        ([1.0] * 4 + [0.0] * 4, 0.9, "collapsed"),
        ([1.0] * 6 + [0.02] * 2, 0.9, "partial"),
        ([1.0] * 7 + [0.02], 0.9, "covers"),
        (EVEN, 0.2, "spread"),
        (EVEN, 0.35, "covers"),
        ([1.0] * 5 + [0.4] * 3, 0.35, "spread"),
        (EVEN, 0.7, "covers"),
    ],
)
def test_runs_of_a_known_kind_get_their_word(shares, quality, word):
    x = torch.stack([samples(shares, quality, seed=seed) for seed in range(3)])
    assert mode_coverage(x, ring().centres, 0.1).verdict == (word,) * 3
    assert word in VERDICTS


@pytest.mark.parametrize("mixture", [ring(), grid()])
def test_a_gaussian_that_knows_no_mode_fails(mixture):
    real = mixture.sample(50_000, seeded())
    x = torch.randn(50_000, 2, generator=seeded(1)) * real.std(0) + real.mean(0)
    found = mode_coverage(x, mixture.centres, mixture.sd)
    assert float(found.quality) < 0.075
    assert found.verdict == ("failed",)


@pytest.mark.claim("gan-collapse")
def test_the_published_count_hides_what_the_others_show():
    """A hundredth of the samples in each of six modes: 8 modes by m1, 2 by m20, 1.9 in use."""
    x = samples([1.0, 1.0] + [0.02] * 6, 0.9)
    found = mode_coverage(x, ring().centres, 0.1)
    assert (int(found.m1), int(found.m20)) == (8, 2)
    assert float(found.quality) > 0.85
    assert 2 < 8 * math.exp(-float(found.reverse_kl_all)) < 3
    assert found.verdict == ("collapsed",)


def test_bridges_between_modes_count_for_the_nearest_mode_but_not_as_good():
    """Two good modes and a path through all others: many modes in use, few of them served."""
    found = mode_coverage(
        torch.cat([samples(TWO, 1.0), samples(EVEN, 0.0), samples(EVEN, 0.0)]), ring().centres, 0.1
    )
    assert (int(found.m1), int(found.m20)) == (2, 2)
    assert float(found.reverse_kl) == pytest.approx(math.log(4), abs=0.01)
    assert float(found.reverse_kl_all) < 0.4
    assert found.verdict == ("spread",)


def test_the_limits_are_where_they_are_said_to_be():
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0]])
    x = torch.tensor([[0.375, 0.0], [0.3755, 0.0], [5.0, 0.0], [10.0, 0.0]])
    found = mode_coverage(x, centres, 0.125)  # three sd are 0.375 exactly
    assert found.good.tolist() == [1, 1]
    assert found.nearest.tolist() == [3, 1]  # half way goes to the first
    assert mode_coverage(x, centres, 0.125, within=3.01).good.tolist() == [2, 1]
    tenth = torch.zeros(10, 2)
    tenth[0, 0] = 10.0  # 1 of 10 samples is 20 % of the fair share of 5
    assert int(mode_coverage(tenth, centres, 0.1).m20) == 2
    assert int(mode_coverage(torch.zeros(11, 2), centres, 0.1).m20) == 1


@pytest.mark.parametrize("modes", [5, 10, 15, 20, 25, 40])
def test_six_tenths_of_the_modes_are_few_whatever_their_number(modes):
    """Exactly 60 % in use, evenly: collapsed. One mode more: not."""
    words = []
    for used in (3 * modes // 5, 3 * modes // 5 + 1):
        counts = (torch.arange(modes) < used).long() * 100
        words += ModeCoverage(counts, counts).verdict
    assert words[0] == "collapsed"
    assert words[1] in ("partial", "covers")


def counted(nearest: list[int], good: list[int]) -> str:
    return ModeCoverage(torch.tensor(nearest), torch.tensor(good)).verdict[0]


def test_the_words_change_at_the_stated_numbers():
    even = [1000] * 8
    for hundredths, word in ((14, "failed"), (15, "spread"), (29, "spread"), (30, "covers")):
        assert counted(even, [10 * hundredths] * 8) == word
    two = [4000, 4000, 0, 0, 0, 0, 0, 0]
    for good, word in ((1199, "failed"), (1200, "collapsed")):
        assert counted(two, [good, 1200, 0, 0, 0, 0, 0, 0]) == word
    for good, word in ((199, "partial"), (200, "covers")):  # the seventh mode's fair share: 20 %
        assert counted(even, [900] * 6 + [good, 0]) == word
    for good, word in ((1000, "partial"), (999, "spread")):  # half of them good, four modes served
        assert counted(even, [1000, 1000, 1000, good, 0, 0, 0, 0]) == word
    grid_of = {m: [900] * m + [0] * (25 - m) for m in (21, 22)}  # 7 K / 8 is 21.875
    assert counted([1000] * 25, grid_of[21]) == "partial"
    assert counted([1000] * 25, grid_of[22]) == "covers"


def test_no_good_sample_leaves_its_divergence_undefined():
    found = mode_coverage(torch.full((5, 2), 9.0), ring().centres, 0.1)
    assert math.isnan(float(found.reverse_kl))
    assert (int(found.m1), float(found.quality), found.verdict) == (0, 0.0, ("failed",))


def test_a_stack_of_runs_is_each_run():
    x = torch.stack([samples(EVEN, 0.5), samples(TWO, 0.9)])
    both = mode_coverage(x, ring().centres, 0.1)
    for r in range(2):
        one = mode_coverage(x[r], ring().centres, 0.1)
        assert one.nearest.shape == (8,)
        assert torch.equal(one.good, both.good[r])
        assert one.verdict == (both.verdict[r],)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": torch.zeros(3, 3)}, ValueError, r"x: expected shape \(\.\.\., N, 2\), got \(3, 3\)"),
        ({"x": torch.zeros(1, 1, 3, 2)}, ValueError, r"x: expected shape \(N, D\) or \(R, N, D\)"),
        ({"x": torch.zeros(0, 2)}, ValueError, "x: expected at least one element"),
        ({"x": torch.tensor([[math.nan, 0.0]])}, ValueError, "x: expected finite values"),
        ({"x": np.zeros((3, 2))}, TypeError, r"x: expected a torch\.Tensor, got ndarray"),
        ({"centres": torch.zeros(8)}, ValueError, r"centres: expected shape \(K, D\)"),
        ({"sd": 0.0}, ValueError, "sd: expected a finite number > 0, got 0"),
        ({"within": -1.0}, ValueError, "within: expected a finite number > 0"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    arguments = {"x": torch.zeros(3, 2), "centres": ring().centres, "sd": 0.1, **change}
    with pytest.raises(error, match=message):
        mode_coverage(**arguments)
