"""Second routes to the keys of ``questions/ssim.yaml``: numpy alone, none of the metrics."""

import math

import numpy as np

C1, C2 = 1e-4, 9e-4  # for a range of 1


def of_window(x: np.ndarray, y: np.ndarray, top: float = 1.0) -> float:
    """Return the product of the three terms for one window of equal weights."""
    c1, c2 = C1 * top**2, C2 * top**2
    luminance = (2 * x.mean() * y.mean() + c1) / (x.mean() ** 2 + y.mean() ** 2 + c1)
    sd = x.std(), y.std()
    cov = float(((x - x.mean()) * (y - y.mean())).mean())
    contrast = (2 * sd[0] * sd[1] + c2) / (sd[0] ** 2 + sd[1] ** 2 + c2)
    structure = (cov + c2 / 2) / (sd[0] * sd[1] + c2 / 2)
    return float(luminance * contrast * structure)


def board(mean: float, sd: float) -> np.ndarray:
    """Return a window of 10 x 10 pixels in two values."""
    return mean + sd * (2 * (np.indices((10, 10)).sum(0) % 2) - 1.0)


def constants(a: float, b: float) -> float:
    """Return the score of two flat windows."""
    return of_window(np.full(100, a), np.full(100, b))


def flattened(sd: float) -> float:
    """Return the score of a pattern against its own mean."""
    return of_window(board(0.5, sd), np.full((10, 10), 0.5))


def stretched(sd: float, factor: float) -> float:
    """Return the score of a pattern against itself with another contrast."""
    return of_window(board(0.5, sd), board(0.5, factor * sd))


def reversed_pattern(sd: float) -> float:
    """Return the score of a pattern against its negative."""
    return of_window(board(0.5, sd), board(0.5, -sd))


def noise_on_a_pattern(sd: float, noise: float) -> float:
    """Return the score of a pattern with independent noise, from many pixels in one window."""
    rng = np.random.default_rng(0)
    x = np.tile(board(0.5, sd).ravel(), 10_000)
    return of_window(x, x + rng.normal(0, noise, x.size))


def places(height: int, width: int, size: int) -> int:
    """Count the places of a window by laying it everywhere."""
    fits = [
        (r, c)
        for r in range(height)
        for c in range(width)
        if r + size <= height and c + size <= width
    ]
    return len(fits)


def least_side(size: int, scales: int) -> int:
    """Return the smallest side whose halvings, rounded down, all hold the window, by trying."""
    side = 1
    while True:
        sides = [side]
        for _ in range(scales - 1):
            sides.append(sides[-1] // 2)
        if min(sides) >= size:
            return side
        side += 1


def highest_at_equal_error() -> str:
    """Return the letter of the change with the highest score at one squared error."""
    rng = np.random.default_rng(1)
    x = 0.5 + 0.1 * rng.normal(size=400)
    changes = {
        "a": np.ones(400),
        "b": rng.normal(size=400),
        "c": -(x - x.mean()),
        "d": (rng.uniform(size=400) < 0.02) * 1.0 - (rng.uniform(size=400) < 0.02),
    }
    scores = {
        letter: of_window(x, x + change * math.sqrt(0.005 / (change**2).mean()))
        for letter, change in changes.items()
    }
    return max(scores, key=scores.__getitem__)


def range_that_raises() -> str:
    """Return the letter of the range that lifts 0.51 to about 0.66 and beyond nothing else."""
    rng = np.random.default_rng(2)
    x = 0.5 + 0.04 * rng.normal(size=(300, 121))
    y = x + 0.055 * rng.normal(size=x.shape)

    def score(top: float) -> float:
        return float(np.mean([of_window(a, b, top) for a, b in zip(x, y, strict=True)]))

    right = score(1)
    lifted = {"a": score(2), "b": score(0.5), "c": score(255), "d": score(1)}
    near = {k: v - right for k, v in lifted.items() if 0.05 < v - right < 0.25}
    (letter,) = near
    return letter


def above_one() -> str:
    """Return the letter of the arithmetic in which a flat, bright window scores above 1."""
    rng = np.random.default_rng(3)
    x = 0.9 + 1e-4 * rng.normal(size=(2000, 121))
    y = x + 1e-6 * rng.normal(size=x.shape)

    def largest(kind: type, centred: bool) -> float:
        a, b = x.astype(kind), y.astype(kind)
        if centred:
            a, b = a - kind(0.9), b - kind(0.9)
        m, n = a.mean(1, dtype=kind), b.mean(1, dtype=kind)
        va = (a * a).mean(1, dtype=kind) - m * m
        vb = (b * b).mean(1, dtype=kind) - n * n
        cov = (a * b).mean(1, dtype=kind) - m * n
        return float(((2 * cov + kind(1e-9)) / (va + vb + kind(1e-9))).max())

    over = {
        "a": largest(np.float32, centred=False) > 1 + 1e-6,
        "b": largest(np.float64, centred=False) > 1 + 1e-6,
        "c": largest(np.float32, centred=True) > 1 + 1e-6,
        "d": constants(0.9, 0.9) > 1 + 1e-6,
    }
    (letter,) = [key for key, high in over.items() if high]
    return letter


def merged(c3_share: float) -> float:
    """Return how far contrast times structure is from the one fraction, at most, for C3 / C2."""
    rng = np.random.default_rng(4)
    worst = 0.0
    for _ in range(200):
        x, y = rng.normal(0, 0.05, (2, 30))
        a, b = x.std(), y.std()
        cov = float(((x - x.mean()) * (y - y.mean())).mean())
        c3 = c3_share * C2
        product = (2 * a * b + C2) / (a * a + b * b + C2) * (cov + c3) / (a * b + c3)
        worst = max(worst, abs(product - (2 * cov + C2) / (a * a + b * b + C2)))
    return worst


def statements() -> list[str]:
    """Return the letters of the wrong statements on range, symmetry, unity and flat windows."""
    rng = np.random.default_rng(5)
    x, y = rng.uniform(size=(2, 50, 121))
    scores = [of_window(a, b) for a, b in zip(x, y, strict=True)]
    holds = {
        "a": min([*scores, reversed_pattern(0.3)]) >= 0,
        "b": np.allclose(scores, [of_window(b, a) for a, b in zip(x, y, strict=True)]),
        "c": max(scores) < 1 and math.isclose(of_window(x[0], x[0]), 1),
        "d": math.isclose(constants(0.1, 0.3), constants(0.6, 0.8), abs_tol=0.01),
    }
    return [letter for letter, true in holds.items() if not true]
