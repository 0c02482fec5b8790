"""Training of one model, or of many of one shape in one batched computation."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from gentutor.checks import check_choice, check_int, check_number, check_tensor, trusted
from gentutor.nn import stack, unstack
from gentutor.progress import progress
from gentutor.training.threads import one_thread
from gentutor.training.variational import negative_elbo

CHUNK = 8  # replicas trained at once: their activations still fit the cache
NOISE_STEPS = 64  # steps whose noise is drawn at once

Objective = Callable[..., dict[str, Tensor]]


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

    A list of models of one shape is trained in one batched computation, each with its own
    minibatches, noise and hyper-parameters. Every model has a random stream of its own, so it
    ends with the same weights, bit for bit, as when it is trained alone.

    Args:
        models: one model or a list of R; each is called as ``objective(model, x, eps, **hyper)``.
        x: (N, D) floating point, the training set.
        objective: returns a dict of (R, ...) tensors; ``"loss"`` (R,) is minimised.
        steps: of the optimiser.
        batch_size: examples per step, drawn without replacement within an epoch.
        lr: Adam's learning rate > 0, one number or one a model.
        schedule: ``"cosine"`` (down to 0) or ``"constant"``.
        seed: of minibatches and noise, one number or one a model.
        warmup: steps over which ``beta`` grows linearly from 0 (KL annealing).
        log_every: steps between records.
        **hyper: the objective's hyper-parameters such as ``beta``, one number or one a model.

    Returns:
        The History; its arrays have a leading axis R when a list was given.

    Raises:
        TypeError, ValueError: an argument of the wrong kind, length or range.
        FloatingPointError: a loss is no longer finite; says which model and step.

    >>> from gentutor.models.vae import VAE
    >>> pair = [VAE(4, latent_dim=1, seed=s) for s in (0, 1)]
    >>> fit(pair, torch.rand(32, 4), steps=40, batch_size=16, beta=[1.0, 4.0])["kl"].shape
    (2, 3)
    """
    many = not isinstance(models, nn.Module)
    replicas: list[nn.Module] = list(models) if many else [models]  # type: ignore[arg-type,list-item]
    if not replicas:
        raise ValueError("models: expected at least one model, got none")
    check_tensor("x", x, ("N", "D"))
    check_int("steps", steps)
    check_int("batch_size", batch_size, high=len(x))
    check_int("log_every", log_every)
    check_int("warmup", warmup, low=0)
    check_choice("schedule", schedule, ("cosine", "constant"))
    if warmup and "beta" not in hyper:
        raise ValueError("warmup: expected beta as well, which it warms up; got none")
    rates = [check_number("lr", value) for value in _per_model("lr", lr, len(replicas))]
    seeds = [check_int("seed", s, low=0) for s in _per_model("seed", seed, len(replicas))]
    settings = {
        name: [check_number(name, v, strict=False) for v in _per_model(name, value, len(replicas))]
        for name, value in hyper.items()
    }
    parts: list[History] = []
    total = -(-len(replicas) // CHUNK) * steps
    with one_thread(), trusted(), progress(total, "step") as bar:
        for start in range(0, len(replicas), CHUNK):
            chunk = slice(start, start + CHUNK)
            run = _Run(
                replicas[chunk],
                x,
                _Stream(x, replicas[chunk], seeds[chunk], batch_size, steps),
                rates[chunk],
                {name: torch.tensor(values[chunk]) for name, values in settings.items()},
                first=start,
            )
            parts.append(run.train(objective, steps, schedule, warmup, log_every, bar))
    terms = {name: np.concatenate([part[name] for part in parts]) for name in parts[0].terms}
    if not many:
        terms = {name: values[0] for name, values in terms.items()}
    return History(parts[0].step, terms)


def _per_model(name: str, value: Any, count: int) -> list[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray | Tensor | range):
        return [value] * count
    values = value.tolist() if isinstance(value, np.ndarray | Tensor) else list(value)
    if len(values) != count:
        raise ValueError(f"{name}: expected one value or one a model ({count}), got {len(values)}")
    return values


class _Stream:
    """Minibatches and noise of each replica, from one generator a replica."""

    def __init__(
        self, x: Tensor, models: Sequence[nn.Module], seeds: Sequence[int], batch: int, steps: int
    ) -> None:
        self.x, self.batch, self.steps = x, batch, steps
        self.noise_dim = int(models[0].latent_dim)  # type: ignore[arg-type]
        self.generators = [torch.Generator().manual_seed(s) for s in seeds]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (R, B, D) data and (R, B, noise_dim) standard normal noise, a step at a time."""
        order = torch.stack([self._order(g) for g in self.generators], dim=1)  # (steps, R, B)
        for start in range(0, self.steps, NOISE_STEPS):
            shape = (NOISE_STEPS, self.batch, self.noise_dim)
            noise = torch.stack(
                [torch.randn(shape, generator=g, dtype=self.x.dtype) for g in self.generators], 1
            )
            for index, eps in zip(order[start : start + NOISE_STEPS], noise, strict=False):
                yield self.x[index], eps

    def _order(self, generator: torch.Generator) -> Tensor:
        per_epoch = len(self.x) // self.batch
        epochs = -(-self.steps // per_epoch)
        orders = [
            torch.randperm(len(self.x), generator=generator)[: per_epoch * self.batch]
            for _ in range(epochs)
        ]
        return torch.cat(orders).view(-1, self.batch)[: self.steps]


class _Run:
    """One chunk of replicas, stacked, and the optimiser that steps each with its own rate."""

    def __init__(
        self,
        models: Sequence[nn.Module],
        x: Tensor,
        stream: _Stream,
        rates: Sequence[float],
        hyper: dict[str, Tensor],
        first: int,
    ) -> None:
        self.models, self.stream, self.rates, self.hyper = models, stream, rates, hyper
        self.first = first
        self.net = stack(models).to(x.dtype)
        self.weights = [p for p in self.net.parameters() if p.requires_grad]
        self.grads = [torch.zeros_like(weight) for weight in self.weights]
        for weight, grad in zip(self.weights, self.grads, strict=True):
            weight.grad = grad
        groups = [
            {
                "params": [_slice(w, g, r) for w, g in zip(self.weights, self.grads, strict=True)],
                "lr": rate,
            }
            for r, rate in enumerate(rates)
        ]
        self.optimizer = torch.optim.Adam(groups, fused=True)

    def train(
        self,
        objective: Objective,
        steps: int,
        schedule: str,
        warmup: int,
        log_every: int,
        bar: tqdm,
    ) -> History:
        logged: list[int] = []
        record: dict[str, list[np.ndarray]] = {}
        for step, (x, eps) in enumerate(self.stream, start=1):
            if schedule == "cosine":
                factor = 0.5 * (1.0 + math.cos(math.pi * (step - 1) / steps))
                for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
                    group["lr"] = rate * factor
            hyper = dict(self.hyper)
            if step < warmup:
                hyper["beta"] = hyper["beta"] * (step / warmup)
            torch._foreach_zero_(self.grads)
            terms = objective(self.net, x, eps, **hyper)
            terms["loss"].sum().backward()
            self.optimizer.step()
            if step % log_every == 0 or step in (1, steps):
                self._check_finite(terms["loss"], step)
                logged.append(step)
                for name, value in terms.items():
                    record.setdefault(name, []).append(value.detach().numpy().copy())
            bar.update()
        unstack(self.net, self.models)
        return History(np.array(logged), {k: np.stack(v, axis=1) for k, v in record.items()})

    def _check_finite(self, loss: Tensor, step: int) -> None:
        for r, value in enumerate(loss.tolist()):
            if not np.isfinite(value):
                raise FloatingPointError(
                    f"model {self.first + r} diverged: its loss is {value} at step {step} with "
                    f"lr={self.rates[r]:g}; try a smaller lr"
                )


def _slice(weight: Tensor, grad: Tensor, replica: int) -> Tensor:
    """Return a replica's part of a stacked weight, sharing memory for value and gradient."""
    part = weight.detach()[replica]
    part.grad = grad[replica]
    return part
