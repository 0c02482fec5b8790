"""Second routes to the keys of ``questions/psnr.yaml``: numpy alone, none of the metrics."""

import math

import numpy as np


def decibels(mse: float, top: float) -> float:
    """Return the PSNR by two logarithms in place of one quotient."""
    return 20 * math.log(top) / math.log(10) - 10 * math.log(mse) / math.log(10)


def uniform_error(error: float, top: float) -> float:
    """Return the PSNR of an image whose pixels are all off by one amount, from its pixels."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256 - int(error), 400).astype(float)
    return decibels(float(((x + error - x) ** 2).mean()), top)


def mean_of_two(a: float, b: float) -> float:
    """Return the mean of two images' PSNR: that of the geometric mean of their errors."""
    return decibels(math.sqrt(a * b), 1)


def gain_of_division(factor: float) -> float:
    """Return what dividing every error by a factor adds to the PSNR, on random images."""
    error = np.random.default_rng(1).normal(0, 0.1, 1000)
    return decibels(float(((error / factor) ** 2).mean()), 1) - decibels(
        float((error**2).mean()), 1
    )


def square_in_bytes(a: int, b: int) -> int:
    """Return the square of a difference in unsigned bytes, as numpy computes it."""
    with np.errstate(over="ignore"):
        difference = np.uint8(a) - np.uint8(b)
        return int(difference * difference)


def best_guess(p: float) -> float:
    """Return the PSNR of the best constant for a pixel that is 1 with probability p, by search."""
    guesses = np.linspace(0, 1, 10_001)
    errors = p * (1 - guesses) ** 2 + (1 - p) * guesses**2
    return decibels(float(errors.min()), 1)


def ramp_moved(step: float) -> float:
    """Return the PSNR of a ramp in bytes against itself, one pixel to the side."""
    ramp = step * np.arange(60.0)
    return decibels(float(np.square(ramp[1:] - ramp[:-1]).mean()), 255)


def wrong_sign_of_range() -> float:
    """Return how far MAX = 1 is off for images in [-1, 1]."""
    rng = np.random.default_rng(2)
    x, y = rng.uniform(-1, 1, (2, 500))
    mse = float(((x - y) ** 2).mean())
    return decibels(mse, 1) - decibels(mse, 2)


def seventy_decibels() -> str:
    """Return the letter of the setting that gives visible noise, 8 % of the range, 70 dB."""
    rng = np.random.default_rng(3)
    mse = float((rng.normal(0, 0.08, 100_000) ** 2).mean())
    by_letter = {
        "a": decibels(mse, 255),
        "b": decibels(4 * mse, 1),
        "c": decibels(mse + 1e-8, 1),
        "d": decibels(mse, 2),
    }
    (found,) = [letter for letter, value in by_letter.items() if abs(value - 70) < 1]
    return found


def bytes_on_good_and_bad(good: int = 3, bad: int = 60) -> str:
    """Return the letter of what bytes do to the PSNR of small and of large errors."""
    rng = np.random.default_rng(4)
    x = rng.integers(70, 180, 20_000)
    found = []
    for size in (good, bad):
        y = x + rng.integers(-size, size + 1, len(x))
        with np.errstate(over="ignore"):
            difference = y.astype(np.uint8) - x.astype(np.uint8)
            wrapped = (difference * difference).astype(float).mean()
        true = ((y - x) ** 2.0).mean()
        change = decibels(float(wrapped), 255) - decibels(float(true), 255)
        found.append("=" if abs(change) < 1e-9 else "+" if change > 0 else "-")
    return {"=+": "a", "--": "b", "++": "c", "=-": "d"}["".join(found)]


def unchanged_by() -> list[str]:
    """Return the letters of what leaves the PSNR of a pair as it is."""
    rng = np.random.default_rng(5)
    x = rng.uniform(size=(40, 40))
    y = x + rng.normal(0, 0.1, x.shape)
    order = rng.permutation(x.size)

    def score(a: np.ndarray, b: np.ndarray, top: float = 1) -> float:
        return decibels(float(((a - b) ** 2).mean()), top)

    after = {
        "a": score(x.ravel()[order], y.ravel()[order]),
        "b": score(255 * x, 255 * y, 255),
        "c": score(x, np.roll(y, 1, axis=1)),
        "d": score(x + 0.2, y + 0.2),
        "e": score((x > 0.5) * 1.0, (y > 0.5) * 1.0),
    }
    before = score(x, y)
    return [letter for letter, value in after.items() if abs(value - before) < 1e-9]


def statements() -> list[str]:
    """Return the letters of the wrong statements on MAX, infinity, averages and signs."""
    rng = np.random.default_rng(6)
    errors = rng.uniform(0.001, 0.1, 50)
    each = np.array([decibels(float(error), 1) for error in errors])
    dark = rng.uniform(0, 0.25, 400), rng.uniform(0, 0.25, 400)
    mse = float(((dark[0] - dark[1]) ** 2).mean())
    brightest = max(float(image.max()) for image in dark)
    holds = {
        "a": math.isclose(decibels(mse, brightest), decibels(mse, 1), abs_tol=0.01),
        "b": each.mean() >= decibels(float(errors.mean()), 1),
        "c": decibels(255.0**2 * 1.5, 255) >= 0,
        "d": math.isclose(decibels(0.01, 1) - decibels(0.04, 1), 6.0206, abs_tol=1e-3),
    }
    return [letter for letter, true in holds.items() if not true]


def mean_beats_sample() -> str:
    """Return the letter of what a sample loses against the mean, for a skewed posterior."""
    rng = np.random.default_rng(7)
    originals = rng.gamma(0.7, size=(400_000,))
    samples = rng.gamma(0.7, size=(400_000,))
    lost = decibels(float(((originals - originals.mean()) ** 2).mean()), 1) - decibels(
        float(((originals - samples) ** 2).mean()), 1
    )
    return min(
        {"a": 0.0, "b": 3.01, "c": 6.02, "d": 1.5}.items(), key=lambda pair: abs(pair[1] - lost)
    )[0]


def blur_of_known_and_noisy() -> str:
    """Return the letter of what a three-point blur does to a known and to a noisy signal."""
    rng = np.random.default_rng(8)
    x = np.cumsum(rng.normal(0, 0.03, 20_000))
    noisy = x + rng.normal(0, 0.2, x.size)
    weights = np.array([0.25, 0.5, 0.25])

    def score(y: np.ndarray) -> float:
        return decibels(float(((y - x) ** 2)[1:-1].mean() + 1e-15), 1)

    known = score(np.convolve(x, weights, "same")) > score(x)
    helped = score(np.convolve(noisy, weights, "same")) > score(noisy)
    return {(False, True): "a", (False, False): "b", (True, True): "c", (True, False): "d"}[
        bool(known), bool(helped)
    ]
