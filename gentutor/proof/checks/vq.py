"""Second routes to the keys of ``questions/vq.yaml``."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SQUARE = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 3.0], [2.0, 2.0]], dtype=torch.float64)


def draw(*shape: int, seed: int = 0) -> Tensor:
    """Return seeded normal numbers, float64."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def commitment_of(a: float, b: float, beta: float) -> float:
    """Quantise (a, b) in a codebook of four by torch and differentiate the term to get its size."""
    z = torch.tensor([a, b], dtype=torch.float64, requires_grad=True)
    entry = SQUARE[torch.cdist(z[None], SQUARE)[0].argmin()]
    (slope,) = torch.autograd.grad(beta * F.mse_loss(z, entry, reduction="sum"), z)
    return float(slope.square().sum() / (4 * beta))  # |2 β (z − e)|² = 4 β² |z − e|²


def compression(s: int, h: int, k: int) -> float:
    """Count all grids of codes as one whole number, take its length in bits, and compare."""
    bits = (k ** (h * h) - 1).bit_length()  # the largest grid's number, K a power of two
    return s * s * 3 * 8 / bits


def kl_of_one_hot(places: int, k: int) -> float:
    """Sum torch's KL from a nearly certain categorical to the uniform one over the places."""
    q = torch.full((k,), 1e-300, dtype=torch.float64)
    q[k // 2] = 1.0
    prior = torch.distributions.Categorical(probs=torch.ones(k, dtype=torch.float64))
    one = torch.distributions.kl_divergence(torch.distributions.Categorical(probs=q), prior)
    return float(places * one)


def typical_number(*shares: float) -> float:
    """Count the strings with these shares among 10⁷ codes; return the root of their number."""
    n = 1e7
    ways = math.lgamma(n + 1) - sum(math.lgamma(n * share + 1) for share in shares)
    return math.exp(ways / n)


def mean_with_memory(n: float, e: float, c: int, m: float, g: float) -> float:
    """Weigh a list of vectors by their age and average it."""
    values = torch.tensor([e] + [m] * c, dtype=torch.float64)
    weights = torch.tensor([g * n] + [1 - g] * c, dtype=torch.float64)
    return float((weights / weights.sum() * values).sum())


def gradient_at_vector(x: float, z: float, q: float, w: float, beta: float) -> float:
    """Differentiate the loss of one pixel by autograd, with the straight-through line."""
    vector = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    entry = torch.tensor(q, dtype=torch.float64)
    passed = vector + (entry - vector).detach()
    loss = (x - w * passed) ** 2 + beta * (vector - entry) ** 2
    return float(torch.autograd.grad(loss, vector)[0])


def reach(terms: str = "plain") -> dict[str, set[str]]:
    """Return which of encoder, codebook and decoder each term of a small VQ-VAE reaches."""
    encoder, decoder = nn.Linear(4, 3).double(), nn.Linear(3, 4).double()
    codebook = draw(6, 3).requires_grad_()
    x = draw(20, 4, seed=1)
    z_e = encoder(x)
    z_q = codebook[torch.cdist(z_e, codebook).argmin(1)]
    passed = z_e + (z_q - z_e).detach()
    if terms == "other brackets":
        passed = z_q + (z_e - z_e.detach())
    if terms == "no straight-through":
        passed = z_q
    seen = passed if terms == "term from the output" else z_q
    errors = {
        "reconstruction": F.mse_loss(decoder(passed), x),
        "codebook": F.mse_loss(seen, z_e.detach()),
        "commitment": F.mse_loss(z_e, z_q.detach()),
    }
    parts = {"encoder": encoder.weight, "codebook": codebook, "decoder": decoder.weight}
    found: dict[str, set[str]] = {}
    for name, error in errors.items():
        slopes = torch.autograd.grad(error, [*parts.values()], retain_graph=True, allow_unused=True)
        found[name] = {
            part
            for part, slope in zip(parts, slopes, strict=True)
            if slope is not None and bool(slope.abs().max() > 0)
        }
    return found


def three_by_three() -> list[str]:
    """Name the true statements on who learns from what."""
    found = reach()
    facts = {
        "a": "encoder" in found["reconstruction"],
        "b": "codebook" in found["reconstruction"],
        "c": found["codebook"] == {"codebook"},
        "d": "codebook" in found["commitment"],
    }
    return [letter for letter, holds in facts.items() if holds]


def swapped_stops(beta: float = 0.25) -> list[str]:
    """Take the gradients of the swapped loss and compare with the right one's."""
    z_e, e = draw(5, 3).requires_grad_(), draw(5, 3, seed=1).requires_grad_()

    def pulls(first: Tensor, second: Tensor) -> list[float]:
        slopes = torch.autograd.grad(first + beta * second, [z_e, e])
        return [float(slope.norm()) for slope in slopes]

    def to_entry() -> Tensor:
        return (z_e - e.detach()).square().sum()

    def to_vector() -> Tensor:
        return (z_e.detach() - e).square().sum()

    right, swapped = pulls(to_vector(), to_entry()), pulls(to_entry(), to_vector())
    ratios = [s / r for s, r in zip(swapped, right, strict=True)]
    ratio_of = {"a": [0.0, 1.0], "b": [1 / beta, beta], "c": [1.0, 1.0], "d": [1.0, 0.0]}
    return [k for k, v in ratio_of.items() if torch.allclose(torch.tensor(ratios), torch.tensor(v))]


def straight_through_lines() -> list[str]:
    """Try four lines: which has the entry's value, and hands the gradient to the vector alone?"""
    z_e, z_q = draw(5, 3).requires_grad_(), draw(5, 3, seed=1).requires_grad_()
    lines = {
        "a": z_q + (z_e - z_q).detach(),
        "b": z_e + (z_q - z_e).detach(),
        "c": z_q + (z_e - z_e.detach()),
        "d": z_e.detach() + (z_q - z_e.detach()),
    }
    good: list[str] = []
    for letter, line in lines.items():
        slopes = torch.autograd.grad(line.sum(), [z_e, z_q], allow_unused=True)
        passes = slopes[0] is not None and torch.equal(slopes[0], torch.ones_like(z_e))
        if torch.allclose(line, z_q) and passes and slopes[1] is None:
            good.append(letter)
    return good


def other_brackets() -> list[str]:
    """See which parts the reconstruction reaches with the other brackets, beyond the plain ones."""
    more = reach("other brackets")["reconstruction"] - reach()["reconstruction"]
    return {frozenset({"codebook"}): ["a"], frozenset(): ["d"]}.get(frozenset(more), ["b"])


def codebook_that_stays() -> list[str]:
    """Build the codebook term from the straight-through output; see that it misses the entries."""
    found = reach("term from the output")["codebook"]
    return ["c"] if "codebook" not in found and "encoder" in found else ["a"]


def encoder_that_stays() -> list[str]:
    """Leave the straight-through line out; name what the reconstruction reaches."""
    found = reach("no straight-through")["reconstruction"]
    return ["d"] if found == {"codebook", "decoder"} else ["a"]


def reading_of_a_batch(indices: int, k: int) -> list[str]:
    """Simulate even use of K entries and read the perplexity of a few indices."""
    g = torch.Generator().manual_seed(0)
    seen = []
    for _ in range(300):
        share = torch.randint(k, (indices,), generator=g).bincount(minlength=k) / indices
        seen.append(float((-torch.xlogy(share, share).sum()).exp()))
    mean = sum(seen) / len(seen)
    known = {"a": k, "b": indices, "c": 109, "d": 40}
    return [min(known, key=lambda letter: abs(known[letter] - mean))]


def one_code_for_all() -> list[str]:
    """Decode codes that are all the same; count different outputs."""
    decoder, entry = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 4)), torch.randn(3)
    outputs = {tuple(row.tolist()) for row in decoder(entry.expand(50, 3))}
    return ["b"] if len(outputs) == 1 else ["a"]


def random_against_joint() -> list[str]:
    """Codes that always agree, drawn each for itself: how often do they fit together?"""
    g = torch.Generator().manual_seed(0)
    drawn = torch.randint(8, (20_000, 2), generator=g)
    agree = float((drawn[:, 0] == drawn[:, 1]).double().mean())
    return ["a"] if abs(agree - 1 / 8) < 0.01 else ["d"]


def bits_by_length() -> list[str]:
    """Count the distinct codes of codebooks with short and with long entries."""
    counts = [
        len(torch.cdist(draw(4000, d), draw(16, d, seed=1)).argmin(1).unique()) for d in (2, 6)
    ]
    return ["c"] if max(counts) <= 16 else ["a"]


def levels_in_bits(levels: list[int]) -> float:
    """List every point of a grid of levels and take the logarithm of their number."""
    grid = torch.cartesian_prod(*[torch.arange(n) for n in levels])
    return math.log2(len(grid.unique(dim=0)))


def statements_on_vq() -> list[str]:
    """Return the letters of the wrong statements, each tried out."""
    vectors, entries = draw(500, 2), draw(6, 2, seed=1)
    entries[5] = 100.0  # dead: nearest to none
    given = torch.cdist(vectors, entries).argmin(1)
    count = given.bincount(minlength=6)
    sums = torch.zeros_like(entries).index_add_(0, given, vectors)
    running = (0.9 * entries + 0.1 * sums) / (0.9 + 0.1 * count[:, None])
    share = torch.full((8,), 1 / 8, dtype=torch.float64)
    uneven = torch.tensor([0.93] + [0.01] * 7, dtype=torch.float64)
    variety = [float((p**-p).prod()) for p in (share, uneven)]
    facts = {
        "a": not torch.allclose(running[5], entries[5]),  # running means move a dead entry
        "b": math.isclose(kl_of_one_hot(1, 8), math.log(8), rel_tol=1e-6),
        "c": "codebook" not in reach()["reconstruction"],
        "d": variety[0] < variety[1],
    }
    return [letter for letter, holds in facts.items() if not holds]


def same_kl_everywhere() -> list[str]:
    """Compare the KL of certain codes at different entries: does it depend on the encoder?"""
    prior = torch.full((16,), 1 / 16, dtype=torch.float64)
    kls = {
        round(float((torch.eye(16)[i] * (16 * torch.ones(16)).log()).sum()), 6) for i in range(16)
    }
    return ["a"] if len(kls) == 1 and math.isclose(sum(prior), 1) else ["b"]
