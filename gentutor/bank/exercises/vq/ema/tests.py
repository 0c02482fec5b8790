"""Properties of a step of running means."""

import torch

from gentutor.plain.vqvae import ema_update as plain
from gentutor.proof.properties import expect, same, spread, tensor

INDEX = torch.tensor([0, 0, 0, 2, 2, 1])  # entry 3 gets none


def given():
    """Return counts, sums and vectors of four entries."""
    return (
        torch.tensor([1.0, 2.0, 3.0, 4.0]),
        spread(4, 2),
        spread(6, 2, seed=1),
    )


def step(ema_update, decay):
    """Return the three results."""
    counts, sums, z_e = given()
    found = ema_update(counts.clone(), sums.clone(), z_e, INDEX, decay)
    expect(
        isinstance(found, tuple) and len(found) == 3,
        "Expected three results: counts, sums and the codebook.",
    )
    return found


def check_shapes(ema_update):
    """counts, sums and codebook of the right shapes"""
    counts, sums, codebook = step(ema_update, 0.9)
    tensor(counts, (4,), "The counts")
    tensor(sums, (4, 2), "The sums")
    tensor(codebook, (4, 2), "The codebook")


def check_counts(ema_update):
    """the running counts"""
    before, _, _ = given()
    batch = torch.tensor([3.0, 1.0, 2.0, 0.0])
    mistakes = {
        "decay and 1 - decay have changed places.": 0.1 * before
        + 0.9 * batch,
        "The batch's counts are shares: count, do not average.": 0.9 * before
        + 0.1 * batch / 6,
        "The old counts are not decayed.": before + 0.1 * batch,
    }
    expected = 0.9 * before + 0.1 * batch
    same(step(ema_update, 0.9)[0], expected, "The counts", mistakes)


def check_sums(ema_update):
    """the running sums"""
    _, before, z_e = given()
    batch = torch.stack([z_e[k == INDEX].sum(0) for k in range(4)])
    means = batch / torch.tensor([3.0, 1.0, 2.0, 1.0])[:, None]
    mistakes = {
        "The vectors of an entry are averaged: they add up.": 0.9 * before
        + 0.1 * means,
        "decay and 1 - decay have changed places.": 0.1 * before
        + 0.9 * batch,
    }
    same(
        step(ema_update, 0.9)[1],
        0.9 * before + 0.1 * batch,
        "The sums",
        mistakes,
    )


def check_codebook(ema_update):
    """sums over counts"""
    counts, sums, codebook = step(ema_update, 0.9)
    mistakes = {"Those are the sums: divide by the counts.": sums}
    same(codebook, sums / counts[:, None], "The codebook", mistakes)


def check_idle(ema_update):
    """an entry without vectors stays where it is"""
    counts, sums, _ = given()
    found = step(ema_update, 0.9)[2][3]
    same(found, sums[3] / counts[3], "The entry that no vector chose")


def check_kmeans(ema_update):
    """k-means where nothing is remembered"""
    counts, sums, z_e = given()
    _, _, codebook = ema_update(counts, sums, z_e, INDEX, 1e-6)
    same(codebook[0], z_e[:3].mean(0), "The entry at decay 0")


def check_plain(ema_update):
    """the plain file's step, with its default"""
    counts, sums, z_e = given()
    expected = plain(counts, sums, z_e, INDEX)
    for saw, right in zip(
        ema_update(counts, sums, z_e, INDEX), expected, strict=True
    ):
        same(saw, right, "A step with the default decay")
