"""Reports as tables for the terminal."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table

from gentutor.metrics.score import PIXELS, Score
from gentutor.scoring.report import Report


def score_table(report: Report) -> Table:
    """Return the scores, their spread, direction and numbers of images."""
    table = Table(box=None, pad_edge=False)
    for heading in ("score", "value", "±", "better", "images"):
        table.add_column(heading, justify="right" if heading in ("value", "±") else "left")
    for one in report.scores:
        spread = "" if one.std is None else f"{one.std:.3g}"
        real = f", {one.n_real} real" if one.n_real else ""
        sizes = f"{one.n_fake} pairs" if one.paired else f"{one.n_fake} generated{real}"
        better = "higher" if one.higher_is_better else "lower"
        table.add_row(one.name, f"{one.value:.6g}", spread, better, sizes)
    return table


def labels(report: Report) -> Iterator[str]:
    """Yield what the scores have in common: network, weights, resize; versions."""
    seen_by = {one.network: one for one in report.scores if one.network != PIXELS.name}
    for network, one in seen_by.items():
        yield f"{network}: weights {one.weight_hash}, resize {one.resize}"
    yield ", ".join(f"{name} {version}" for name, version in report.versions.items())


def comparison_table(first: Path, second: Path, pairs: Sequence[tuple[Score, Score]]) -> Table:
    """Return the scores of two reports side by side, and which is better."""
    a, b = (first.name, second.name) if first.name != second.name else ("first", "second")
    table = Table(box=None, pad_edge=False)
    for heading in ("score", a, b, "better"):
        table.add_column(heading, justify="right" if heading in (a, b) else "left")
    for mine, other in pairs:
        better = a if mine.beats(other) else b if other.beats(mine) else "equal"
        table.add_row(mine.name, f"{mine.value:.6g}", f"{other.value:.6g}", better)
    return table
