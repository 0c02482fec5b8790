"""What the bank's expressions may name: arithmetic, some torch in float64, gentutor's functions."""

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import torch
from torch import Tensor

FUNCTIONS = {
    "gentutor.metrics.precision_recall": ("precision_recall",),
    "gentutor.metrics.lpips": ("layer_distances", "lpips"),
    "gentutor.metrics.psnr": ("psnr",),
    "gentutor.metrics.ssim": ("ssim", "ssim_map"),
    "gentutor.metrics.fid": ("fid", "frechet_distance"),
    "gentutor.metrics.inception_score": ("inception_score",),
    "gentutor.objectives.adversarial": ("discriminator_loss", "generator_loss"),
    "gentutor.objectives.bounds": ("effective_sample_size", "importance_bound", "standard_normal"),
    "gentutor.objectives.variational": ("active_units", "elbo", "gaussian_kl", "recon_nll"),
    "gentutor.theory.discriminators": (
        "game_value",
        "optimal_discriminator",
        "optimal_logit",
        "saturating_gradient",
        "non_saturating_gradient",
    ),
    "gentutor.theory.divergences": ("js_divergence", "kl_divergence", "total_variation"),
    "gentutor.theory.games": ("bilinear_radius", "spectral_radius", "update_matrix"),
    "gentutor.theory.gaussians": ("entropy", "kl", "kl_diagonal", "log_density"),
    "gentutor.theory.lipschitz": ("clipped_bound", "spectral_norm_product"),
    "gentutor.theory.ppca": ("LinearGaussian",),
    "gentutor.theory.transport": ("wasserstein_1d",),
    "gentutor.theory.water_filling": ("water_filling",),
}
"""Public functions, written in an expression as module and name: ``variational.gaussian_kl``."""

HOMES = {module.rpartition(".")[2]: module for module in FUNCTIONS}

ATTRIBUTES = {
    "Tensor": (
        *("abs", "all", "any", "cumsum", "diff", "exp", "item", "log", "logsumexp", "max", "mean"),
        *("min", "mT", "ndim", "numel", "prod", "shape", "softmax", "sort", "sqrt", "square"),
        *("std", "sum", "tolist", "unsqueeze", "var"),
    ),
    "ELBO": ("kl", "kl_total", "loss", "recon_nll", "value"),
    "LinearGaussian": ("covariance", "log_joint", "log_prob", "posterior"),
    "PrecisionRecall": ("coverage", "density", "precision", "recall"),
    "ScoreOverParts": ("mean", "std", "values"),
    "WaterFilling": ("active", "distortion", "elbo", "kl", "loss", "rate", "recon_nll"),
}
"""Attributes that may be read, by the type's name."""


def dotted(name: str) -> Any:
    """Return a listed function by its dotted name, or None.

    >>> dotted("variational.gaussian_kl").__module__, dotted("os.system")
    ('gentutor.objectives.variational', None)
    """
    module, _, function = name.partition(".")
    home = HOMES.get(module, "")
    return getattr(import_module(home), function) if function in FUNCTIONS.get(home, ()) else None


def in_float64(make: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return a function that makes tensors of float64, of a bounded size."""

    def made(*sizes: int, **options: float) -> Tensor:
        if math.prod(size for size in sizes if isinstance(size, int)) > 10_000:
            raise ValueError(f"{make.__name__}: expected at most 10000 elements")
        return make(*sizes, **options, dtype=torch.float64)

    return made


def tensor(values: Any) -> Tensor:
    """Return numbers, or lists of them, as a tensor of float64."""
    return torch.tensor(values, dtype=torch.float64)


def linspace(start: float, end: float, steps: int) -> Tensor:
    """Return evenly spaced numbers, both ends included."""
    if steps > 10_000:
        raise ValueError("linspace: expected at most 10000 elements")
    return torch.linspace(start, end, steps, dtype=torch.float64)


def bounded_range(*limits: int) -> range:
    """Return a range of at most 100,000 numbers."""
    numbers = range(*limits)
    if len(numbers) > 100_000:
        raise ValueError("range: expected at most 100000 numbers")
    return numbers


def elementwise(name: str) -> Callable[[Any], Any]:
    """Return a function of torch for tensors that is math's for numbers."""
    of_number, of_tensor = getattr(math, name), getattr(torch, name)
    return lambda x: of_tensor(x) if isinstance(x, Tensor) else of_number(x)


def binomial(n: int, k: int) -> int:
    """Return the number of ways to choose k of n, n at most 1000."""
    if n > 1000:
        raise ValueError(f"comb: expected n of at most 1000; got {n}")
    return math.comb(n, k)


def isclose(one: Any, other: Any, within: float = 1e-6) -> bool:
    """Say whether two numbers agree within a share of the larger, or to 1e-12."""
    return math.isclose(float(one), float(other), rel_tol=within, abs_tol=1e-12)


def only_order(needs: dict[str, Sequence[str]]) -> list[str]:
    """Return the one order in which every step comes after what it needs.

    Raises ValueError where there is none, or more than one.

    >>> only_order({"z": ["mu"], "mu": [], "loss": ["z"]})
    ['mu', 'z', 'loss']
    >>> only_order({"a": [], "b": []})
    Traceback (most recent call last):
    ValueError: needs: a, b could come next, so that the order is not the only one
    """
    found: list[str] = []
    rest = dict.fromkeys([*needs, *(name for before in needs.values() for name in before)])
    while rest:
        ready = [name for name in rest if set(needs.get(name, ())) <= set(found)]
        if len(ready) != 1:
            which = ", ".join(ready) or "nothing"
            raise ValueError(
                f"needs: {which} could come next, so that the order is not the only one"
            )
        found += ready
        del rest[ready[0]]
    return found


NAMES: dict[str, Any] = {
    **{name: elementwise(name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "erf")},
    **{
        name: getattr(math, name) for name in ("pi", "e", "inf", "gamma", "lgamma", "floor", "ceil")
    },
    **{one.__name__: one for one in (abs, min, max, sum, round, len, sorted, float, int, zip)},
    **{name: in_float64(getattr(torch, name)) for name in ("zeros", "ones", "eye")},
    **{name: getattr(torch, name) for name in ("logsumexp", "softmax", "sigmoid", "logit", "diag")},
    **{name: getattr(torch, name) for name in ("det", "stack", "cat")},
    **{name: getattr(torch.linalg, name) for name in ("slogdet", "eigvalsh")},
    "softplus": torch.nn.functional.softplus,
    "range": bounded_range,
    "comb": binomial,
    "tensor": tensor,
    "linspace": linspace,
    "isclose": isclose,
    "only_order": only_order,
}
"""Every bare name an expression knows."""
