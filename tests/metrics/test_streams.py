"""Streaming metrics take in all of what they are given, or nothing, and keep their own copy."""

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from gentutor.metrics.fid import FID
from gentutor.metrics.inception_score import InceptionScore
from gentutor.metrics.kid import KID
from gentutor.metrics.moments import Moments


def normal(n: int, width: int, seed: int = 0) -> Tensor:
    """Draw standard normal numbers in float64."""
    return torch.randn(n, width, generator=torch.Generator().manual_seed(seed)).double()


def both(make: Callable[[], Any], real: int, fake: int) -> Any:
    """Return a metric that saw nine real and nine fake samples of these widths; 0 for none."""
    metric = make()
    for width, is_real in ((real, True), (fake, False)):
        if width:
            metric.update(normal(9, width, seed=width + is_real), real=is_real)
    return metric


def state(metric: Any) -> Any:
    """Return all that a metric holds, as plain lists."""
    if isinstance(metric, Tensor):
        return metric.tolist()
    if isinstance(metric, list):
        return [state(part) for part in metric]
    if hasattr(metric, "__dict__"):
        return {name: state(part) for name, part in vars(metric).items()}
    return metric


def refuses(metric: Any, act: Callable[[Any], Any], message: str) -> None:
    """Assert that ``act`` is refused and leaves the metric as it was."""
    before = copy.deepcopy(state(metric))
    with pytest.raises(ValueError, match=message):
        act(metric)
    assert state(metric) == before


@pytest.mark.parametrize("make", [FID, KID])
def test_two_sets_are_merged_together_or_not_at_all(make: Callable[[], Any]) -> None:
    for own, theirs in (
        ((3, 3), (4, 4)),
        ((3, 0), (0, 4)),  # each side alone would fit
        ((0, 3), (4, 0)),
        ((3, 3), (0, 4)),
        ((3, 0), (4, 4)),
    ):
        other = both(make, *theirs)
        before = copy.deepcopy(state(other))
        refuses(both(make, *own), lambda m, o=other: m.merge(o), r"other: expected .*3.*, got .*4")
        assert state(other) == before
    for bad in (normal(9, 4), normal(9, 3) / 0, normal(0, 3), normal(9, 3)[0]):
        for real in (True, False):
            act = lambda m, x=bad, r=real: m.update(x, real=r)  # noqa: E731
            refuses(both(make, 3, 3), act, "features: expected")
            refuses(both(make, 3, 0), act, "features: expected")
    wrong = both(make, 3, 0)
    wrong.fake = both(make, 0, 4).fake  # a state that no update makes: the second side is refused
    refuses(both(make, 3, 3), lambda m: m.merge(wrong), r"other: expected .*3.*, got .*4")


def test_moments_and_logits_are_taken_whole_or_not_at_all() -> None:
    x = normal(5000, 3)
    x[4999, 2] = math.nan  # in the last of several blocks
    refuses(Moments().update(normal(5, 3)), lambda m: m.update(x), r"1 NaN .* \(4999, 2\)")
    refuses(FID().update(normal(5, 3), real=True), lambda m: m.update(x, real=True), "1 NaN")
    refuses(InceptionScore(3).update(normal(5, 3)), lambda m: m.update(x), "1 NaN")
    refuses(InceptionScore(3), lambda m: m.update(x), "1 NaN")
    refuses(
        InceptionScore(3).update(normal(5, 3)), lambda m: m.update(normal(5, 4)), "logits: expected"
    )
    for other in (InceptionScore(2).update(normal(5, 3)), InceptionScore(3).update(normal(5, 4))):
        refuses(
            InceptionScore(3).update(normal(5, 3)), lambda m, o=other: m.merge(o), "other: expected"
        )


@pytest.mark.parametrize("make", [FID, KID])
def test_a_buffer_that_is_written_again_changes_nothing(make: Callable[[], Any]) -> None:
    buffer, metric, again = torch.zeros(9, 3), make(), make()
    for real in (True, False):
        buffer.copy_(normal(9, 3, seed=int(real)))
        metric.update(buffer, real=real)
        again.update(buffer.clone(), real=real)
    buffer.zero_()
    assert state(metric) == state(again)
    merged = make().merge(again)
    merged.update(normal(9, 3), real=True)
    merged.reset()
    assert state(metric) == state(again)


def test_a_metric_merged_with_itself_has_seen_everything_twice() -> None:
    x, y = normal(9, 3), normal(7, 3, seed=1) + 1
    for make in (FID, KID):
        own = make().update(x, real=True).update(y, real=False)
        own.merge(own)
        twice = make()
        for rows, real in ((x, True), (y, False), (x, True), (y, False)):
            twice.update(rows, real=real)
        found, expected = (m.compute() if make is FID else m.compute().mean for m in (own, twice))
        assert float(found) == pytest.approx(float(expected), rel=1e-12)
    score = InceptionScore(2).update(x)
    score.merge(score)
    twice = InceptionScore(2).update(x).update(x).compute()
    assert score.compute().values.tolist() == pytest.approx(twice.values.tolist(), rel=1e-12)
