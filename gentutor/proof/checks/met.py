"""Second routes to the keys of ``questions/met.yaml``: plain loops, simulation, small grids."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage
from sklearn.datasets import load_digits, load_sample_image


def _draw(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def precision_on_a_line(real: Sequence[float], fake: Sequence[float]) -> float:
    """Count the fakes that lie no further from some real point than its nearest other."""
    radii = [min(abs(a - b) for j, b in enumerate(real) if j != i) for i, a in enumerate(real)]
    inside = [any(abs(y - x) <= r for x, r in zip(real, radii, strict=True)) for y in fake]
    return sum(inside) / len(fake)


def coverage_by_ranking(k: int) -> float:
    """Toss a coin for each neighbour of a real image: a ball is empty if k come up real."""
    real = _draw().random((200_000, k)) < 0.5
    return float((~real.all(1)).mean())


def decibels_between_mean_and_sample() -> float:
    """Draw truths and samples from a skewed posterior, and compare pooled squared errors."""
    rng = _draw()
    truth, sample = rng.exponential(size=(2, 1_000_000))
    errors = np.mean((truth - 1) ** 2), np.mean((truth - sample) ** 2)
    return float(10 * np.log10(errors[1] / errors[0]))


def least_error_at_perfect_realism(v: float) -> float:
    """Search outputs a y + b noise with variance 1 for the least squared error."""
    a = np.linspace(0, 1 / np.sqrt(1 + v), 20_001)
    b = np.sqrt(np.clip(1 - a**2 * (1 + v), 0, None))  # fills up to variance 1
    return float(np.min((1 - a) ** 2 + a**2 * v + b**2))


def _digits() -> np.ndarray:
    return load_digits().images / 16


def _frechet(x: np.ndarray, y: np.ndarray) -> float:
    """Fréchet distance of rows, by the roots of the product of covariances."""
    a, b = np.cov(x.T), np.cov(y.T)
    roots = np.linalg.eigvals(a @ b).real.clip(0)
    trace = np.trace(a) + np.trace(b) - 2 * np.sqrt(roots).sum()
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + trace)


def winners_of_two_restorers() -> str:
    """Blur digits, or put them in another order; say which of the four choices is true."""
    x = _digits()
    blurred = ndimage.gaussian_filter(x, (0, 1, 1))
    other = x[_draw().permutation(len(x))]
    error = [float(((y - x) ** 2).mean()) for y in (blurred, other)]
    rows = [y[:, 1:-1, 1:-1].reshape(len(x), -1) for y in (x, blurred, other)]
    apart = [_frechet(rows[0], row) for row in rows[1:]]
    pixels, sets = ("A" if pair[0] < pair[1] else "B" for pair in (error, apart))
    return {"AA": "a", "AB": "b", "BA": "c", "BB": "d"}[pixels + sets]


def agree_with_the_eye() -> str:
    """Move or blur a photograph; say whether PSNR and SSIM prefer the moved one."""
    image = load_sample_image("china.jpg").mean(2)[100:356, 150:406] / 255
    moved, blurred = np.roll(image, 2, 1), ndimage.gaussian_filter(image, 3)

    def ssim(x: np.ndarray, y: np.ndarray) -> float:
        def blur(z: np.ndarray) -> np.ndarray:
            return ndimage.gaussian_filter(z, 1.5)

        mx, my = blur(x), blur(y)
        vx, vy, c = blur(x * x) - mx**2, blur(y * y) - my**2, blur(x * y) - mx * my
        top = (2 * mx * my + 1e-4) * (2 * c + 9e-4)
        return float((top / ((mx**2 + my**2 + 1e-4) * (vx + vy + 9e-4))).mean())

    psnr_agrees = ((moved - image) ** 2).mean() < ((blurred - image) ** 2).mean()
    ssim_agrees = ssim(moved, image) > ssim(blurred, image)
    both = (bool(psnr_agrees), bool(ssim_agrees))
    return {(False, True): "a", (True, True): "b", (True, False): "c", (False, False): "d"}[both]


def order_by_ink_in_rows() -> str:
    """Rank mirrored and faint digits by row sums, and by a nearest-centre classifier's errors."""
    data = load_digits()
    x = data.images / 16
    sets = {"A": x[:, :, ::-1], "B": 0.85 * x}
    rows = {name: _frechet(x.sum(2)[:, 1:-1], y.sum(2)[:, 1:-1]) for name, y in sets.items()}
    centres = np.stack([x[data.target == c].mean(0) for c in range(10)])

    def accuracy(y: np.ndarray) -> float:
        apart = ((y[:, None] - centres) ** 2).sum((2, 3))
        return float((apart.argmin(1) == data.target).mean())

    by_rows = min(rows, key=lambda name: rows[name])
    by_shape = max(sets, key=lambda name: accuracy(sets[name]))
    agree = by_rows == by_shape
    return {("A", False): "a", ("B", False): "b", ("A", True): "c", ("B", True): "d"}[
        by_rows, agree
    ]


def _balls(x: np.ndarray, k: int = 3) -> np.ndarray:
    apart = np.linalg.norm(x[:, None] - x, axis=-1)
    return np.sort(apart, 1)[:, k]


def _four(real: np.ndarray, fake: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall, coverage."""
    apart = np.linalg.norm(real[:, None] - fake, axis=-1)
    inside = apart <= _balls(real)[:, None]
    reached = (apart <= _balls(fake)).any(1)
    return float(inside.any(0).mean()), float(reached.mean()), float(inside.any(1).mean())


def what_notices_copies() -> list[str]:
    """Score copies and held-out points of a Gaussian; return the letters of what tells them."""
    train, held_out = _draw().standard_normal((2, 400, 2))
    copies = train[_draw(1).integers(400, size=400)]
    fids = [_frechet(train, y) for y in (copies, held_out)]
    recalls = [_four(train, y)[1] for y in (np.unique(copies, axis=0), held_out)]
    near = [np.linalg.norm(y[:, None] - train, axis=-1).min(1).mean() for y in (copies, held_out)]
    classes = [np.bincount((y[:, 0] > 0).astype(int)) / 400 for y in (copies, held_out)]
    scores = [float(np.exp(-(p * np.log(p)).sum())) for p in classes]
    suspicious = {
        "a": fids[0] > fids[1] + 0.05,
        "b": recalls[0] < recalls[1] - 0.1,
        "c": near[0] < 0.5 * near[1],
        "d": scores[0] < scores[1] - 0.1,
    }
    return [letter for letter, seen in suspicious.items() if seen]


def _modes(seed: int, kept: int, spread: float = 0.3) -> np.ndarray:
    centres = np.stack([[10 * i, 0.0] for i in range(kept)])
    return centres[np.arange(300) % kept] + spread * _draw(seed).standard_normal((300, 2))


def what_high_precision_and_low_recall_mean() -> str:
    """Make the four generators of the choices; return the one with both signs."""
    real = _modes(0, 6)
    noise = _draw(5).uniform(-20, 70, (300, 2))
    made = {
        "a": _modes(1, 6),
        "b": _modes(2, 2),
        "c": _modes(3, 6, spread=3.0),
        "d": np.concatenate((_modes(4, 6)[:150], noise[:150])),
    }
    found = {letter: _four(real, y) for letter, y in made.items()}
    fits = [letter for letter, (p, r, _) in found.items() if p > 0.85 and r < 0.6]
    return "".join(fits)


def what_garbage_raises() -> str:
    """Add far points to samples of one mode of six, and see which of two scores rises."""
    real, fake = _modes(0, 6), _modes(1, 1)
    garbage = np.array([[0, 900.0], [900, 0], [-900, 0], [0, -900]])
    before, after = _four(real, fake), _four(real, np.concatenate((fake, garbage)))
    rises = (after[1] > before[1] + 0.05, after[2] > before[2] + 0.05)
    return {(False, False): "a", (True, False): "b", (False, True): "c", (True, True): "d"}[rises]
