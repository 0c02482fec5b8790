"""Second routes to the keys of ``questions/is.yaml``, by the definition and in numpy alone."""

import numpy as np
import torch


def by_definition(rows: list[list[float]]) -> float:
    """Exponential of the mean KL from a row to the mean, term by term; 0 log 0 is left out."""
    p = np.asarray(rows, dtype=float)
    mean = p.mean(0)
    total = 0.0
    for row in p:
        total += sum(value * np.log(value / m) for value, m in zip(row, mean, strict=True) if value)
    return float(np.exp(total / len(p)))


def _sure(labels: np.ndarray, classes: int) -> list[list[float]]:
    return np.eye(classes)[labels].tolist()


def sure_of_two(a: int, b: int) -> float:
    """Score a images of one class and b of another, without doubt."""
    return by_definition(_sure(np.repeat([0, 1], [a, b]), 2))


def best_of_sure_sets(n: int, k: int) -> float:
    """Score sets of predictions without doubt over 1, 2, … classes, and take the best."""
    return max(by_definition(_sure(np.arange(n) % used, k)) for used in range(1, min(n, k) + 1))


def score_in_order(k: int, s: int) -> float:
    """Score consecutive splits of two images a class, one class after another."""
    parts = np.array_split(np.repeat(np.arange(k), 2), s)
    return float(np.mean([by_definition(_sure(part, k)) for part in parts]))


def _random_rows(n: int = 60, k: int = 10, scale: float = 2.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    logits = scale * (rng.standard_normal((n, k)) + 2 * np.eye(k)[np.arange(n) % k])
    p = np.exp(logits)
    return p / p.sum(1, keepdims=True)


def _entropy(p: np.ndarray) -> float:
    return float(-(p[p > 0] * np.log(p[p > 0])).sum())


def what_the_logarithm_is() -> str:
    """Compare the score's logarithm with the four quantities, on random rows."""
    p = _random_rows()
    joint, mean = p / len(p), p.mean(0)
    information = float((joint * np.log(joint / (mean / len(p)))).sum())
    shares = np.arange(1, 11) / 55  # what real data might have
    values = (
        _entropy(mean),
        -np.mean([_entropy(row) for row in p]),
        information,
        float((mean * np.log(mean / shares)).sum()),
    )
    log_score = np.log(by_definition(p.tolist()))
    return "".join(k for k, v in zip("abcd", values, strict=True) if np.isclose(v, log_score))


def ten_memorised() -> str:
    """Score ten rows without doubt, each a hundred times."""
    found = by_definition(_sure(np.arange(1000) % 10, 10))
    if not np.isfinite(found):
        return "c"
    return "abd"[int(np.argmin(np.abs(np.array([1, 5, 10]) - found)))]


def two_ways_of_dropping() -> str:
    """Score five classes, and ten of which half of the images are left."""
    a = by_definition(_sure(np.arange(100) % 5, 10))
    b = by_definition(_sure(np.arange(50) % 10, 10))
    pairs = {"a": (5, 10), "b": (5, 5), "c": (10, 5), "d": (10, 10)}
    return next(k for k, pair in pairs.items() if np.allclose(pair, (a, b)))


def which_remedy() -> str:
    """Try the remedies on logits whose softmax underflows."""
    logits = 110 * torch.eye(3)
    p = logits.softmax(1)
    assert bool((p * (p.log() - p.mean(0).log())).isnan().any())
    terms = p * (p.log() - p.mean(0).log())
    q = p.double()
    entropies = torch.special.entr(p.mean(0)).sum() - torch.special.entr(p).sum(1).mean()
    mild = (logits / 100).softmax(1)
    tries = {
        "a": (mild * (mild.log() - mild.mean(0).log())).sum(1).mean().exp(),
        "b": entropies.exp(),
        "c": terms.mean(0).sum().exp(),
        "d": (q * (q.log() - q.mean(0).log())).sum(1).mean().exp(),
    }
    return "".join(k for k, value in tries.items() if abs(float(value) - 3) < 1e-4)


def which_mistake() -> str:
    """Make the mistakes on sharp rows, and see which leaves the bounds far behind."""
    p = _random_rows(scale=12.0)
    mean = p.mean(0)
    ordered = p[np.argsort(p.argmax(1), kind="stable")]
    tries = {
        "a": np.mean([by_definition(part.tolist()) for part in np.array_split(p, 6)]),
        "b": np.mean([by_definition(part.tolist()) for part in np.array_split(ordered, 10)]),
        "c": by_definition(p.tolist()) ** (1 / np.log(2)),
        "d": np.exp((mean * np.log(mean / p)).sum(1).mean()),
    }
    return "".join(k for k, value in tries.items() if value > 1000)


def batch_by_batch() -> str:
    """Score random rows in batches, and from sums kept over all of them."""
    p = _random_rows(scale=3.0)[np.random.default_rng(1).permutation(60)]
    whole = by_definition(p.tolist())
    parts = [by_definition(p[i : i + 10].tolist()) for i in range(0, 60, 10)]
    batches = np.exp(np.mean(np.log(parts)))
    sums = sum(p[i : i + 10].sum(0) for i in range(0, 60, 10)) / 60
    kept = np.exp(_entropy(sums) - np.mean([_entropy(row) for row in p]))
    if np.isclose(batches, whole):
        return "a"
    if batches > whole:
        return "b"
    return "c" if np.isclose(kept, whole) and not np.isclose(max(parts), whole) else "d"


def twice_the_logits() -> str:
    """Square the probabilities and normalise, which doubles the logits."""
    p = _random_rows(scale=1.0)
    q = p**2 / (p**2).sum(1, keepdims=True)
    before, after = by_definition(p.tolist()), by_definition(q.tolist())
    if np.isclose(after, before):
        return "a"
    if after < before:
        return "c"
    return "d" if np.isclose(after, 2 * before, rtol=0.01) else "b"


def which_reach_the_top() -> list[str]:
    """Score what a classifier says of each set; a small linear one is attacked for the first."""
    g = torch.Generator().manual_seed(0)
    layer = torch.randn(64, 10, generator=g)
    noise, wanted = torch.rand(100, 64, generator=g), torch.arange(100) % 10
    for _ in range(30):
        noise.requires_grad_()
        loss = torch.nn.functional.cross_entropy(noise @ layer, wanted)
        (slope,) = torch.autograd.grad(loss, noise)
        noise = (noise - 0.05 * slope.sign()).detach().clamp(0, 1)
    attacked = (noise @ layer).double().softmax(1).tolist()
    real = 0.999 * np.eye(10)[np.arange(500) % 10] + 0.0001
    sets = {
        "a": attacked,
        "b": _sure(np.arange(200) % 10, 10),
        "c": _sure(np.zeros(1000, dtype=int), 10),
        "d": np.full((50, 10), 0.1).tolist(),
        "e": (real / real.sum(1, keepdims=True)).tolist(),
    }
    return [letter for letter, rows in sets.items() if by_definition(rows) > 9.5]


def merged_labels() -> str:
    """Merge pairs of classes of several random sets."""
    changes = []
    for scale in (0.5, 1.0, 2.0, 4.0):
        p = _random_rows(scale=scale)
        merged = p[:, ::2] + p[:, 1::2]
        changes.append(by_definition(merged.tolist()) - by_definition(p.tolist()))
    if max(changes) <= 1e-12:
        return "b" if min(changes) > -1e-12 else "d"
    return "a" if min(changes) > 0 else "c"


def statements_on_the_score() -> list[str]:
    """Return the letters of the wrong statements."""
    even, uneven = np.arange(100) % 2, np.repeat([0, 1], [90, 10])  # the data are uneven
    copies, invents = (by_definition(_sure(labels, 2)) for labels in (uneven, even))
    alike = by_definition([[0.7, 0.2, 0.1]] * 20)
    p = _random_rows()
    shifted = np.exp(np.log(p) + 3)
    few = by_definition(_sure(np.arange(10), 10))  # ten images, whatever the data are
    holds = {
        "a": copies > invents,
        "b": np.isclose(alike, 1),
        "c": few < 9.5,
        "d": np.isclose(
            by_definition((shifted / shifted.sum(1, keepdims=True)).tolist()),
            by_definition(p.tolist()),
        ),
    }
    return [letter for letter, true in holds.items() if not true]
