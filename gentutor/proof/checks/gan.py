"""Second routes to the numbers of ``questions/gan.yaml``."""

import math

import numpy as np
import torch
from scipy import optimize, stats
from torch.nn import functional as F


def value_by_search(p: float, q: float) -> float:
    """Maximise the value of the game on two points, D by D, on a fine grid; nats."""
    answers = np.linspace(0.0005, 0.9995, 1999)
    best = 0.0
    for real, fake in ((p, q), (1 - p, 1 - q)):
        best += float(np.max(real * np.log(answers) + fake * np.log1p(-answers)))
    return best


def ratio_of_pushes(a: float) -> float:
    """Differentiate both generator losses at a logit, and return non-saturating over minimax."""
    pushes = []
    for loss in (
        lambda t: F.binary_cross_entropy_with_logits(t, torch.ones_like(t)),
        lambda t: torch.log1p(-torch.sigmoid(t)),
    ):
        logit = torch.tensor(a, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(loss(logit), logit)
        pushes.append(-float(slope))
    return pushes[0] / pushes[1]


def distance_after(eta: float, steps: int) -> float:
    """Play the game ab by simultaneous steps from (1, 0), and return the distance from 0."""
    a, b = 1.0, 0.0
    for _ in range(steps):
        a, b = a - eta * b, b + eta * a
    return math.hypot(a, b)


def growth_of_damped_steps(eta: float, gamma: float, faster: float = 1.0) -> float:
    """Play ab - gamma b^2 / 2 at once, b's steps `faster` times as large; return growth a step."""
    a, b, logs = 0.8, 0.6, 0.0
    for step in range(12_000):
        a, b = a - eta * b, b + faster * eta * (a - gamma * b)
        size = math.hypot(a, b)
        logs += math.log(size) if step >= 1_000 else 0.0
        a, b = a / size, b / size
    return math.exp(logs / 11_000)


def growth_of_turns(eta: float) -> float:
    """Play ab in turns for long, and return the growth of the largest distance a step."""
    a, b, far = 1.0, 0.0, []
    for _ in range(20_000):
        a = a - eta * b
        b = b + eta * a
        far.append(math.hypot(a, b))
    return (max(far[-1000:]) / max(far[:1000])) ** (1 / 19_000)


def statements_on_the_equilibrium() -> list[str]:
    """Return the letters of the wrong statements, with D = 1/2 on real and generated inputs."""
    half = torch.full((8,), 0.5, dtype=torch.float64)
    loss_d = float(-(half.log().mean() + (1 - half).log().mean()))
    loss_g = float(-half.log().mean())
    logit = torch.zeros(8, dtype=torch.float64, requires_grad=True)
    pushes = []
    for loss in (-F.logsigmoid(logit), F.logsigmoid(-logit)):
        (slope,) = torch.autograd.grad(loss.sum(), logit)
        pushes.append(slope)
    holds = {
        "a": math.isclose(loss_d, 0.5, abs_tol=0.01),
        "b": math.isclose(loss_g, math.log(2)),
        "c": math.isclose(-loss_d, 0.0, abs_tol=0.01),
        "d": torch.allclose(pushes[0], pushes[1]),
    }
    return [letter for letter, true in holds.items() if not true]


def best_answer_by_search(p: float, q: float, fakes: float) -> float:
    """Minimise D's loss at one place by golden section, `fakes` generated for each real one."""

    def loss(d: float) -> float:
        return -p * math.log(d) - fakes * q * math.log1p(-d)

    return float(optimize.minimize_scalar(loss, bounds=(1e-6, 1 - 1e-6), method="bounded").x)


def answer_where_d_rests(ratio: float) -> float:
    """Step one logit by D's loss and by G's, until it rests."""
    logit = torch.zeros((), dtype=torch.float64, requires_grad=True)
    for _ in range(150):
        loss_d = F.softplus(-logit) + F.softplus(logit)
        loss_g = F.softplus(-logit)
        (down_d,) = torch.autograd.grad(loss_d, logit)
        (down_g,) = torch.autograd.grad(loss_g, logit)
        logit.data -= 0.3 * (down_d + ratio * down_g)
    return float(logit.detach().sigmoid())


def least_loss_of_two_sigmoids(halves: int) -> float:
    """Let D's own logits grow without bound, and return what the loss falls to."""
    real = torch.tensor(60.0, dtype=torch.float64).sigmoid()
    fake = torch.tensor(-60.0, dtype=torch.float64).sigmoid()
    bce = F.binary_cross_entropy_with_logits
    total = bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))
    return float(total) / halves


def best_logit(p: float, q: float, real: float, fake: float) -> float:
    """Minimise the cross-entropy with two targets at one place; return the logit."""

    def loss(a: float) -> float:
        of_one, of_zero = math.log1p(math.exp(-a)), math.log1p(math.exp(a))
        of_real = real * of_one + (1 - real) * of_zero
        return p * of_real + q * (fake * of_one + (1 - fake) * of_zero)

    return float(optimize.minimize_scalar(loss, bounds=(-15, 15), method="bounded").x)


def smoothed_logit_by_search(target: float, ratio: float) -> float:
    """Return the best logit where the density of the data is `ratio` times the generator's."""
    return best_logit(ratio, 1.0, target, 0.0)


def behaviour_where_only_fakes_are() -> str:
    """Watch both optima while the data thin out; return the letter of what they do."""
    falls = [best_logit(1e-3, 1.0, 0.9, b) - best_logit(1e-1, 1.0, 0.9, b) for b in (0.0, 0.1)]
    one, two = (fall < -3 for fall in falls)
    return {(True, False): "a", (False, True): "b", (True, True): "c", (False, False): "d"}[
        one, two
    ]


def least_loss_over_mixtures(*answers: float) -> float:
    """Try many ways to share the probability out; return the least mean of -log D."""
    shares = np.random.default_rng(0).dirichlet(np.full(len(answers), 0.3), 4000)
    shares = np.vstack([shares, np.eye(len(answers))])
    return float((shares @ -np.log(answers)).min())


def reverse_kl_by_counting(served: int, modes: int = 8) -> float:
    """Count 840 samples into clusters, and sum up share times log of share over fair share."""
    counts = np.bincount(np.arange(840) % served, minlength=modes)
    return float(stats.entropy(counts, np.ones(modes)))


def accuracy_of_d(shift: float) -> float:
    """Train a logistic D to tell noise at +shift from noise at -shift; accuracy on fresh draws."""
    g = torch.Generator().manual_seed(0)
    weight = torch.zeros(2, dtype=torch.float64)

    def draw(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        x, y = torch.randn(2, count, 2, generator=g, dtype=torch.float64)
        return x + shift, y - shift

    for _ in range(40):
        x, y = draw(128)
        real, fake = torch.sigmoid(-x @ weight), torch.sigmoid(y @ weight)
        weight += 0.1 * (real @ x - fake @ y) / 128
    x, y = draw(5000)
    return float(torch.cat([x @ weight > 0, y @ weight < 0]).double().mean())
