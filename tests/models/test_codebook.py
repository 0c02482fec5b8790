"""Codebooks: the nearest entry, how entries learn, dead ones, and what is refused."""

import pytest
import torch
from torch import Tensor

from gentutor.models.codebook import (
    ROWS,
    EMAVectorQuantizer,
    VectorQuantizer,
    nearest_code,
    perplexity,
    usage,
)


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("count", [1, 7, ROWS, ROWS + 1, 2 * ROWS + 30])
def test_the_nearest_entry_is_found_chunk_by_chunk(count):
    z, entries = randn(count, 5).double(), randn(40, 5, seed=1).double()
    squares = (z[:, None] - entries).square().sum(-1)
    assert torch.equal(nearest_code(z, entries), squares.argmin(1))


def test_each_replica_looks_in_its_own_codebook():
    z, entries = randn(3, 30, 5), randn(3, 12, 5, seed=1)
    alone = [nearest_code(a, b) for a, b in zip(z, entries, strict=True)]
    assert torch.equal(nearest_code(z, entries), torch.stack(alone))


def test_of_equal_entries_the_first_is_taken():
    entries = torch.tensor([[5.0], [1.0], [3.0], [1.0]])
    assert nearest_code(torch.tensor([[1.0], [2.0]]), entries).tolist() == [1, 1]


def test_a_near_tie_costs_next_to_nothing():
    """In float32 the found entry is no farther than the nearest, within rounding."""
    z, entries = 10 + randn(2000, 16), 10 + randn(200, 16, seed=1)
    found = nearest_code(z, entries)
    exact = (z.double()[:, None] - entries.double()).square().sum(-1)
    slack = 8e-7 * (z.square().sum(1) + entries.square().sum(1).max()).double()
    assert (exact.gather(1, found[:, None])[:, 0] - exact.amin(1) <= slack).all()


def test_usage_and_perplexity_count_along_the_last_axis():
    index = torch.tensor([[0, 0, 1, 3], [2, 2, 2, 2]])
    assert usage(index, 4).tolist() == [[2, 1, 0, 1], [0, 0, 4, 0]]
    assert perplexity(index, 4).tolist() == pytest.approx([2 * 2**0.5, 1.0])
    assert perplexity(index, 9).tolist() == pytest.approx([2 * 2**0.5, 1.0])  # five are not used


@pytest.mark.parametrize("code", [-1, 8])
def test_codes_out_of_range_are_refused(code):
    index = torch.tensor([0, code, 3])
    with pytest.raises(ValueError, match=f"expected codes from 0 to 7, got {code}"):
        VectorQuantizer(8, 2).entries(index)
    with pytest.raises(ValueError, match=f"index: expected codes from 0 to 7, got {code}"):
        perplexity(index, 8)


def test_codes_are_integers():
    with pytest.raises(TypeError, match=r"int64 tensor of codes, got torch\.float32"):
        usage(torch.zeros(3), 4)


def test_a_codebook_larger_than_the_data_is_refused_at_the_start():
    with pytest.raises(ValueError, match="as the codebook has entries, 16, got 15"):
        VectorQuantizer(16, 3).start_at(randn(15, 3))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"codes": 0, "dim": 2}, "codes: expected an integer >= 1"),
        ({"codes": 4, "dim": 2, "decay": 1.0}, "decay: expected a number below 1"),
        ({"codes": 4, "dim": 2, "scale": 0.0}, "scale: expected a finite number > 0"),
    ],
)
def test_wrong_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        EMAVectorQuantizer(**options)


def test_the_start_puts_entries_on_different_vectors():
    z = randn(16, 3)
    book = EMAVectorQuantizer(16, 3)
    book.start_at(z, seed=4)
    assert torch.equal(book(z).index.sort().values, torch.arange(16))


@pytest.mark.parametrize("kind", [VectorQuantizer, EMAVectorQuantizer])
def test_the_gradient_is_copied_and_reaches_no_entry(kind):
    book, z = kind(8, 3), randn(20, 3).requires_grad_()
    weight = randn(20, 3, seed=2)
    (weight * book(z).passed).sum().backward()
    torch.testing.assert_close(z.grad, weight)
    assert book.codebook.grad is None


def test_only_a_codebook_by_gradient_has_one():
    z = randn(20, 3)
    by_gradient, by_means = VectorQuantizer(8, 3), EMAVectorQuantizer(8, 3)
    (z - by_gradient(z).z_q).square().sum().backward()
    found = by_gradient(z)
    for k in range(8):
        mine = z[found.index == k]
        expected = 2 * (by_gradient.codebook[k] - mine).sum(0)
        torch.testing.assert_close(by_gradient.codebook.grad[k], expected.detach())
    assert not by_means(z).z_q.requires_grad


def test_running_means_reach_the_means_of_their_vectors():
    """With well-separated clusters the entries end at the cluster means, as in k-means."""
    centres = torch.tensor([[0.0, 0], [10, 0], [0, 10]])
    z = centres.repeat(50, 1) + 0.1 * randn(150, 2)
    book = EMAVectorQuantizer(3, 2, decay=0.8)
    book.start_at(centres)
    for _ in range(80):
        book.update(z, book(z).index)
    index = book(z).index
    for k in range(3):
        torch.testing.assert_close(book.codebook[k], z[index == k].mean(0), atol=1e-4, rtol=0)
    torch.testing.assert_close(book.counts, torch.full((3,), 50.0), atol=1e-3, rtol=0)


def test_an_update_keeps_the_decays_share_of_the_old():
    book = EMAVectorQuantizer(1, 1, decay=0.9)
    book.codebook.data.fill_(2.0)
    z = torch.full((5, 1), 7.0)
    book.update(z, book(z).index)
    assert book.counts.item() == pytest.approx(0.9 * 1 + 0.1 * 5)
    assert book.codebook.item() == pytest.approx((0.9 * 2 + 0.1 * 35) / 1.4)


def test_an_entry_without_vectors_stays_and_fades():
    book = EMAVectorQuantizer(2, 1, decay=0.5)
    with torch.no_grad():
        book.codebook.copy_(torch.tensor([[0.0], [100.0]]))
    z = torch.ones(10, 1)
    for _ in range(60):
        book.update(z, book(z).index)
    assert book.codebook[1].item() == 100.0
    assert book.counts[1] < 1e-6
    assert book.codebook[0].item() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("kind", [VectorQuantizer, EMAVectorQuantizer])
def test_a_reset_moves_dead_entries_onto_vectors_and_leaves_the_rest(kind):
    book, z = kind(6, 2), 50 + randn(2, 2)
    before = book.codebook.detach().clone()
    dead = torch.tensor([True, False, True, False, False, True])
    book.counts.fill_(0.01)
    book.reset(dead, z, torch.tensor([1, 0]))
    assert torch.equal(book.codebook[dead], z[[1, 0, 1]])  # too few vectors: over again
    assert torch.equal(book.codebook[~dead], before[~dead])
    torch.testing.assert_close(book.counts, torch.where(dead, 1.0, 0.01))
