"""Second routes to the keys of ``questions/ae.yaml``."""

import math

import numpy as np
import torch
from scipy import optimize, stats
from torch import Tensor, nn
from torch.nn import functional as F


def generator(seed: int = 0) -> torch.Generator:
    """Return a seeded source of noise."""
    return torch.Generator().manual_seed(seed)


def count_weights(d: int, h: int, k: int, tied: bool = False) -> int:
    """Build both networks in torch and count; a tied decoder owns its biases alone."""
    encoder = nn.Sequential(nn.Linear(d, h), nn.ReLU(), nn.Linear(h, k))
    decoder = nn.Sequential(nn.Linear(k, h), nn.ReLU(), nn.Linear(h, d))
    kept = [p for p in decoder.parameters() if not tied or p.ndim == 1]
    return sum(p.numel() for p in [*encoder.parameters(), *kept])


def least_error_of_a_line(a: float, b: float) -> float:
    """Try every direction of the plane for a code of one number, covariance ((a, b), (b, a))."""
    angle = np.linspace(0, math.pi, 100_001)
    kept = a + 2 * b * np.cos(angle) * np.sin(angle)  # the variance along the direction
    return float((2 * a - kept).min())


def kept_share(variances: list[float], k: int) -> float:
    """Project random data of these variances on its first k axes, and measure what is left."""
    scales = torch.tensor(variances, dtype=torch.float64).sqrt()
    x = torch.linalg.qr(torch.randn(400, len(variances), generator=generator()).double()).Q * scales
    turn = torch.linalg.qr(torch.randn(len(variances), len(variances), generator=generator(1))).Q
    x = x @ turn.double()
    _, sizes, rows = torch.linalg.svd(x, full_matrices=False)
    left = x - x @ rows[:k].mT @ rows[:k]
    return float(1 - left.square().sum() / x.square().sum()) if sizes.min() > 0 else math.nan


def linear_facts() -> list[str]:
    """Find a linear autoencoder's optimum, mix its code at random, and see what stays true."""
    x = torch.randn(300, 5, generator=generator()).double() @ torch.diag(
        torch.tensor([3.0, 2.0, 1.0, 0.5, 0.2]).double()
    )
    x = x - x.mean(0)
    _, sizes, rows = torch.linalg.svd(x, full_matrices=False)
    mix = torch.randn(2, 2, generator=generator(1)).double()
    encode, decode = rows[:2].mT @ mix, torch.linalg.inv(mix) @ rows[:2]
    z, x_hat = x @ encode, x @ encode @ decode
    angle = torch.linalg.svdvals(torch.linalg.qr(decode.mT).Q.mT @ rows[:2].mT)
    facts = {
        "a": bool((angle > 1 - 1e-9).all()),
        "b": bool(torch.corrcoef(z.mT)[0, 1].abs() < 1e-6),
        "c": math.isclose((x - x_hat).square().sum(), sizes[2:].square().sum(), rel_tol=1e-9),
        "d": bool((F.normalize(decode, dim=1) @ rows[:2].mT).abs().amax(1).min() > 0.999),
    }
    return [letter for letter, holds in facts.items() if holds]


def wide_linear_code() -> list[str]:
    """Write down a copier with a code twice as wide as the image; see what it copies."""
    into = torch.cat([torch.eye(6), torch.zeros(6, 6)], 1)
    images, noise = torch.rand(2, 20, 6, generator=generator())
    copies = all(torch.equal(x @ into @ into.mT, x) for x in (images, noise))
    return ["a"] if copies else ["b"]


def variance_of_summed_squares() -> float:
    """Return the variance at which a Gaussian's log-density falls by 1 where the sum rises by 1."""

    def slope(v: float) -> float:
        density = stats.norm(0, math.sqrt(v))
        return float(density.logpdf(0) - density.logpdf(1))

    return float(optimize.brentq(lambda v: slope(v) - 1, 0.01, 10))


def least_cross_entropy(t: float) -> float:
    """Minimise a pixel's cross-entropy over the output numerically; nats."""
    found = optimize.minimize_scalar(
        lambda a: float(np.logaddexp(0, a) - t * a), bounds=(-30, 30), method="bounded"
    )
    return float(found.fun)


def statements_on_losses() -> list[str]:
    """Return the letters of the wrong statements on reconstruction losses, each tried out."""
    t = torch.linspace(0.05, 0.95, 19, dtype=torch.float64)
    outputs = torch.linspace(0.01, 0.99, 99, dtype=torch.float64)
    table = F.binary_cross_entropy(
        outputs.expand(19, 99), t[:, None].expand(19, 99), reduction="none"
    )
    x = torch.linspace(0, 1, 10_001, dtype=torch.float64)
    density = 0.9**x * 0.1 ** (1 - x)
    errors = torch.linspace(-2, 2, 9, dtype=torch.float64)
    nll = -torch.distributions.Normal(0.0, 0.7).log_prob(errors)
    facts = {
        "a": bool((outputs[table.argmin(1)] - t).abs().max() < 0.011),
        "b": bool(table.amin(1).max() < 1e-3),
        "c": torch.allclose(nll - nll[4], errors**2 / (2 * 0.7**2)),
        "d": math.isclose(torch.trapezoid(density, x), 1, rel_tol=1e-3),
    }
    return [letter for letter, holds in facts.items() if not holds]


def dead_units() -> list[str]:
    """Train only what can still move when all ReLUs are off; name what its loss ends at."""
    x = torch.randn(200, 4, generator=generator()).double() * torch.tensor([1.0, 2.0, 0.5, 3.0])
    x = x + 1
    bias = torch.zeros(4, dtype=torch.float64)
    for _ in range(300):
        bias -= 0.1 * 2 * (bias - x).mean(0)
    loss = (x - bias).square().sum(1).mean()
    ends = {"a": x.var(0, correction=0).sum(), "b": torch.zeros(()), "c": x.square().sum(1).mean()}
    return [letter for letter, end in ends.items() if math.isclose(loss, end, rel_tol=1e-6)]


def sigmoid_against(low: float) -> list[str]:
    """Fit a sigmoid output to a pixel whose darkest value is ``low`` as well as it can."""
    logit = torch.linspace(-40, 40, 8001, dtype=torch.float64)
    least = (logit.sigmoid() - low).square().min()
    return ["a"] if math.isclose(least, low**2, rel_tol=1e-6, abs_tol=1e-9) and low < 0 else ["b"]


def rescaled_codes() -> list[str]:
    """Halve codes and let the decoder double them; compare copies and decoded normal draws."""
    encoder, decoder = nn.Linear(6, 2), nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 6))
    x, z = torch.randn(50, 6, generator=generator()), torch.randn(50, 2, generator=generator(1))
    with torch.no_grad():
        copies = torch.allclose(decoder(2 * (encoder(x) / 2)), decoder(encoder(x)))
        draws = torch.allclose(decoder(2 * z), decoder(z))
    return {(True, False): ["b"], (True, True): ["c"], (False, False): ["a"]}.get(
        (copies, draws), ["d"]
    )


def share_near_codes(c: float, r: float) -> float:
    """Integrate the standard normal over the two intervals around the codes c and −c."""
    z = np.linspace(c - r, c + r, 20_001)
    return float(2 * np.trapezoid(np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi), z))


def mean_of_coins(y: float, v: float) -> float:
    """Weigh x = 1 and x = −1 by their densities at the noisy value y."""
    up, down = (stats.norm(s, math.sqrt(v)).pdf(y) for s in (1, -1))
    return float((up - down) / (up + down))


def slope_of_log_density(y: float, v: float) -> float:
    """Differentiate the log-density of a noisy coin by central differences."""

    def log_p(at: float) -> float:
        return math.log(0.5 * sum(stats.norm(s, math.sqrt(v)).pdf(at) for s in (1, -1)))

    return (log_p(y + 1e-5) - log_p(y - 1e-5)) / 2e-5


def mean_of_normal(y: float, lam: float, v: float) -> float:
    """Integrate x over its posterior on a grid, x ~ N(0, lam), y given x ~ N(x, v)."""
    x = np.linspace(-20, 20, 40_001)
    weight = stats.norm(0, math.sqrt(lam)).pdf(x) * stats.norm(x, math.sqrt(v)).pdf(y)
    return float(np.trapezoid(x * weight, x) / np.trapezoid(weight, x))


def best_linear(target_noisy: bool) -> float:
    """Return the slope of the best linear map from noisy to target, x and noise of variance 1."""
    x, eps = torch.randn(2, 200_000, generator=generator())
    y = x + eps
    target: Tensor = y if target_noisy else x
    return float((target * y).mean() / (y * y).mean())


def faint_error() -> list[str]:
    """Compare the error of images and of the same images at half their ink, PCA through 0."""
    x = torch.rand(200, 10, generator=generator())
    rows = torch.linalg.svd(x, full_matrices=False).Vh[:3]

    def error(images: Tensor) -> Tensor:
        return (images - images @ rows.mT @ rows).square().sum(1).mean()

    return ["c"] if error(0.5 * x) < 0.5 * error(x) else ["a"]


def bits_of_an_image(pixels: int, levels: int) -> float:
    """Count the images there are, as one integer, and take its logarithm to base 2."""
    return math.log2(levels**pixels)
