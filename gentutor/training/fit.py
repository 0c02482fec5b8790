"""Training of one model, or of many of one shape: any model with a latent code, any loss.

How one VAE is trained stands in ``gentutor/plain/vae.py``, an autoencoder in
``gentutor/plain/autoencoder.py``. A step here is theirs: draw a minibatch and noise, take the
objective's loss, step by Adam. What trains eight models in one computation stands in
``_engine/fitting.py``; ``tests/training/test_fit.py`` holds it to ``torch.optim.Adam``.
"""

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from gentutor.checks import (
    check_choice,
    check_int,
    check_number,
    check_seed,
    check_tensor,
    trusted,
)
from gentutor.nn import stack
from gentutor.progress import progress
from gentutor.threads import one_thread
from gentutor.training._engine.fitting import Objective, fit_group, fit_groups
from gentutor.training.variational import negative_elbo

NumberT = TypeVar("NumberT", int, float)
LARGE = 20.0  # values of x beyond this are named when training fails


@dataclass(frozen=True)
class History:
    """What training recorded, as means over the minibatch of that step.

    Attributes:
        step: (L,) int, counted from 1.
        terms: name -> (L, ...) for one model, (R, L, ...) for a list of R models.
    """

    step: np.ndarray
    terms: Mapping[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        """Return one recorded term; ``history["kl"]``."""
        return self.terms[name]


def fit(
    models: nn.Module | Sequence[nn.Module],
    x: Tensor,
    *,
    objective: Objective = negative_elbo,
    steps: int = 2000,
    batch_size: int = 128,
    lr: float | Sequence[float] = 1e-3,
    schedule: str = "cosine",
    seed: int | Sequence[int] = 0,
    warmup: int = 0,
    log_every: int = 20,
    **hyper: float | Sequence[float],
) -> History:
    """Train ``models`` in place on x by Adam and return the record.

    A list of models of one shape is trained in groups of up to 8 that are computed together, each
    with its own minibatches, noise and hyper-parameters. Every model has a random stream of its
    own, so it ends with the same weights, bit for bit, as when it is trained alone. Where a group
    cannot keep that (the batch size is no multiple of 32, or the size of a weight matrix none of
    16), each is trained alone.

    Args:
        models: one model or a list of R with equal ``config``; ``latent_dim`` sizes the noise.
        x: (N, D) of the models' dtype, float32 or float64, the training set.
        objective: called as ``objective(stacked, x, eps, **hyper)`` with x (R, batch_size, D),
            eps (R, batch_size, latent_dim), and (R,) tensors. Returns a dict of (R, ...)
            tensors, of which ``"loss"`` (R,) is minimised. It is called once on all of x
            beforehand, so that its own checks see every value.
        steps: of the optimiser.
        batch_size: examples per step, drawn without replacement within an epoch.
        lr: Adam's learning rate > 0, one number or one a model.
        schedule: ``"cosine"`` (down to 0) or ``"constant"``.
        seed: of minibatches and noise, below 2**32, one number or one a model.
        warmup: steps over which ``beta`` grows linearly from 0 (KL annealing).
        log_every: steps between records.
        **hyper: the objective's hyper-parameters such as ``beta``, one number or one a model.

    Returns:
        The History; its arrays have a leading axis R when a list was given.

    Raises:
        TypeError, ValueError: an argument of the wrong kind, length or range.
        FloatingPointError: a loss was no longer finite when it was to be recorded, or a weight at
            the end; says which model and step. The models of its group are left as they were.

    >>> from gentutor.models.vae import VAE
    >>> pair = [VAE(4, latent_dim=1, seed=s) for s in (0, 1)]
    >>> fit(pair, torch.rand(32, 4), steps=40, batch_size=16, beta=[1.0, 4.0])["kl"].shape
    (2, 3)
    """
    nets = _checked_models(models)
    count = len(nets)
    _check_data(x)
    check_int("steps", steps)
    check_int("batch_size", batch_size, high=len(x))
    check_int("log_every", log_every)
    check_int("warmup", warmup, low=0)
    check_choice("schedule", schedule, ("cosine", "constant"))
    _check_names(objective, hyper)
    if warmup and "beta" not in hyper:
        raise ValueError("warmup: expected beta as well, which it warms up; got none")
    rates = _per_model("lr", lr, count, check_number)
    seeds = _per_model("seed", seed, count, check_seed)
    at_least_zero = partial(check_number, strict=False)
    settings = {
        name: torch.tensor(_per_model(name, value, count, at_least_zero), dtype=x.dtype)
        for name, value in hyper.items()
    }
    _try_once(objective, nets[0], x, {name: values[:1] for name, values in settings.items()})
    groups = fit_groups(nets, batch_size)
    parts: list[tuple[np.ndarray, dict[str, np.ndarray]]] = []
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        one_thread(),
        trusted(),
        progress(len(groups) * steps, "step") as bar,
    ):
        if x.is_inference():
            x = x.clone()
        for group in groups:
            try:
                part = fit_group(
                    nets[group],
                    x,
                    objective,
                    rates[group],
                    seeds[group],
                    {name: values[group] for name, values in settings.items()},
                    steps=steps,
                    batch_size=batch_size,
                    cosine=schedule == "cosine",
                    warmup=warmup,
                    log_every=log_every,
                    first=group.start,
                    bar=bar,
                )
            except FloatingPointError as error:
                raise FloatingPointError(f"{error}; {_advice(x)}") from None
            parts.append(part)
    terms = {name: np.concatenate([part[name] for _, part in parts]) for name in parts[0][1]}
    if isinstance(models, nn.Module):
        terms = {name: values[0] for name, values in terms.items()}
    return History(parts[0][0], terms)


def _checked_models(models: Any) -> list[nn.Module]:
    if not isinstance(models, nn.Module | Iterable):
        raise TypeError(f"models: expected a module or a list, got {type(models).__name__}")
    nets = [models] if isinstance(models, nn.Module) else list(models)
    stack(nets)  # all must be alike, not only those of one group
    if len(set(map(id, nets))) < len(nets):
        raise ValueError("models: expected distinct models, got one of them twice")
    for value in nets[0].state_dict().values():
        _check_device("models", value)
    latent_dim = getattr(nets[0], "latent_dim", None)
    if not isinstance(latent_dim, int):
        raise TypeError(
            "models: expected an integer latent_dim, which sizes the noise; "
            f"{type(nets[0]).__name__} has {'none' if latent_dim is None else repr(latent_dim)}"
        )
    return nets


def _check_data(x: Any) -> None:
    if isinstance(x, Tensor):
        _check_device("x", x)
        if x.is_floating_point() and x.dtype not in (torch.float32, torch.float64):
            raise TypeError(f"x: expected dtype torch.float32 or torch.float64, got {x.dtype}")
    check_tensor("x", x, ("N", "D"))


def _check_device(name: str, value: Tensor) -> None:
    if value.device.type != "cpu":
        raise ValueError(f"{name}: expected tensors on the CPU, got one on {value.device}")


def _check_names(objective: Any, hyper: Mapping[str, Any]) -> None:
    """Refuse keywords that neither ``fit`` nor the objective has."""
    if not callable(objective):
        raise TypeError(f"objective: expected a function, got {type(objective).__name__}")
    known = list(inspect.signature(objective).parameters.values())[3:]
    if any(each.kind is each.VAR_KEYWORD for each in known):
        return
    names = [each.name for each in known]
    ours = [name for name in inspect.signature(fit).parameters if name != "hyper"]
    for name in hyper:
        if name not in names:
            close = difflib.get_close_matches(name, [*ours, *names], 1)
            raise TypeError(
                f"{name}: expected an argument of fit or of its objective "
                f"({', '.join(names) or 'none'}), got another name"
                + (f"; did you mean {close[0]}?" if close else "")
            )


def _per_model(
    name: str, value: Any, count: int, check: Callable[[str, Any], NumberT]
) -> list[NumberT]:
    if np.ndim(value) == 0:
        return [check(name, value)] * count
    values = value.tolist() if isinstance(value, np.ndarray | Tensor) else list(value)
    if len(values) != count:
        raise ValueError(f"{name}: expected one value or one a model ({count}), got {len(values)}")
    return [check(name, each) for each in values]


@torch.no_grad()
def _try_once(objective: Objective, model: nn.Module, x: Tensor, hyper: dict[str, Tensor]) -> None:
    """Call the objective on all of x, so that its own checks see every value."""
    eps = x.new_zeros(1, len(x), int(model.latent_dim))  # type: ignore[arg-type]
    try:
        terms = objective(stack([model]), x[None], eps, **hyper)
    except ValueError as error:
        if str(error).startswith("x:") or float(x.abs().max()) <= LARGE:
            raise
        raise ValueError(f"{_advice(x)} ({error})") from error
    if not isinstance(terms, Mapping) or not isinstance(terms.get("loss"), Tensor):
        raise TypeError('objective: expected a dict with a tensor "loss", got another return value')
    if terms["loss"].shape != (1,):
        got = tuple(terms["loss"].shape)
        raise ValueError(f'objective: expected one "loss" a model, (1,) for one, got {got}')


def _advice(x: Tensor) -> str:
    largest = float(x.abs().max())
    if largest > LARGE:
        return f"x: expected values of a size near 1, got up to {largest:g}; scale x"
    return "try a smaller lr"
