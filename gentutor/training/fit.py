"""Training of one model, or of many of one shape in one batched computation."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from gentutor.checks import check_choice, check_int, check_number, check_tensor, trusted
from gentutor.nn import stack, unstack
from gentutor.progress import progress
from gentutor.threads import one_thread
from gentutor.training.variational import negative_elbo

CHUNK = 8  # replicas trained at once: their activations still fit the cache
NOISE_STEPS = 64  # steps whose noise is drawn at once

Objective = Callable[..., dict[str, Tensor]]
NumberT = TypeVar("NumberT", int, float)


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
        models: one model or a list of R with equal ``config``; ``latent_dim`` sizes the noise.
        x: (N, D) of the models' dtype, the training set.
        objective: called as ``objective(stacked, x, eps, **hyper)`` with x (R, batch_size, D),
            eps (R, batch_size, latent_dim), and (R,) tensors. Returns a dict of (R, ...)
            tensors, of which ``"loss"`` (R,) is minimised. It is called once on all of x
            beforehand, so that its own checks see every value.
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
        FloatingPointError: a loss was no longer finite when it was to be recorded; says which
            model and step. The models of its batch are left as they were.

    >>> from gentutor.models.vae import VAE
    >>> pair = [VAE(4, latent_dim=1, seed=s) for s in (0, 1)]
    >>> fit(pair, torch.rand(32, 4), steps=40, batch_size=16, beta=[1.0, 4.0])["kl"].shape
    (2, 3)
    """
    many = not isinstance(models, nn.Module)
    replicas: list[nn.Module] = list(models) if many else [models]  # type: ignore[arg-type,list-item]
    count = len(replicas)
    stack(replicas)  # all must be alike, not only those of one chunk
    if len(set(map(id, replicas))) < count:
        raise ValueError("models: expected distinct models, got one of them twice")
    check_tensor("x", x, ("N", "D"))
    check_int("steps", steps)
    check_int("batch_size", batch_size, high=len(x))
    check_int("log_every", log_every)
    check_int("warmup", warmup, low=0)
    check_choice("schedule", schedule, ("cosine", "constant"))
    if warmup and "beta" not in hyper:
        raise ValueError("warmup: expected beta as well, which it warms up; got none")
    rates = _per_model("lr", lr, count, check_number)
    seeds = _per_model("seed", seed, count, partial(check_int, low=0))
    at_least_zero = partial(check_number, strict=False)
    settings = {
        name: torch.tensor(_per_model(name, value, count, at_least_zero), dtype=x.dtype)
        for name, value in hyper.items()
    }
    noise_dim = int(replicas[0].latent_dim)  # type: ignore[arg-type]
    with torch.no_grad():  # once on all of x, so that the objective's own checks see every value
        eps = x.new_zeros(1, len(x), noise_dim)
        objective(stack(replicas[:1]), x[None], eps, **{k: v[:1] for k, v in settings.items()})
    parts: list[History] = []
    with one_thread(), trusted(), progress(-(-count // CHUNK) * steps, "step") as bar:
        for start in range(0, count, CHUNK):
            chunk = slice(start, start + CHUNK)
            run = _Run(
                replicas[chunk],
                objective,
                rates[chunk],
                {name: values[chunk] for name, values in settings.items()},
                first=start,
            )
            batches = _batches(x, noise_dim, seeds[chunk], batch_size, steps)
            parts.append(run.train(batches, steps, schedule == "cosine", warmup, log_every, bar))
    terms = {name: np.concatenate([part[name] for part in parts]) for name in parts[0].terms}
    if not many:
        terms = {name: values[0] for name, values in terms.items()}
    return History(parts[0].step, terms)


def _per_model(
    name: str, value: Any, count: int, check: Callable[[str, Any], NumberT]
) -> list[NumberT]:
    if np.ndim(value) == 0:
        return [check(name, value)] * count
    values = value.tolist() if isinstance(value, np.ndarray | Tensor) else list(value)
    if len(values) != count:
        raise ValueError(f"{name}: expected one value or one a model ({count}), got {len(values)}")
    return [check(name, each) for each in values]


def _batches(
    x: Tensor, noise_dim: int, seeds: Sequence[int], batch_size: int, steps: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield data (R, B, D) and normal noise (R, B, noise_dim), one generator a replica."""
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    order = torch.stack([_order(len(x), batch_size, steps, g) for g in generators], dim=1)
    shape = (NOISE_STEPS, batch_size, noise_dim)
    for start in range(0, steps, NOISE_STEPS):
        noise = [torch.randn(shape, generator=g, dtype=x.dtype) for g in generators]
        for index, eps in zip(order[start:], torch.stack(noise, dim=1), strict=False):
            yield nn.functional.embedding(index, x), eps  # x[index], but in half the time


def _order(count: int, batch_size: int, steps: int, generator: torch.Generator) -> Tensor:
    """Return (steps, B) indices; every epoch visits the examples in a new order."""
    per_epoch = count // batch_size
    epochs = [torch.randperm(count, generator=generator) for _ in range(-(-steps // per_epoch))]
    kept = [epoch[: per_epoch * batch_size] for epoch in epochs]
    return torch.cat(kept).view(-1, batch_size)[:steps]


class _Run:
    """One chunk of replicas, stacked, with each one's weights in a row of one matrix."""

    def __init__(
        self,
        models: Sequence[nn.Module],
        objective: Objective,
        rates: Sequence[float],
        hyper: Mapping[str, Tensor],
        first: int,
    ) -> None:
        self.models, self.objective, self.rates, self.hyper = models, objective, rates, hyper
        self.first = first
        self.net = stack(models)
        self.weights = [w for w in self.net.parameters() if w.requires_grad]
        if not self.weights:
            raise ValueError("models: expected weights to train, got only frozen ones")
        self.rows = torch.cat([w.detach().flatten(1) for w in self.weights], dim=1)  # (R, P)
        columns = self.rows.split([w[0].numel() for w in self.weights], dim=1)
        for weight, part in zip(self.weights, columns, strict=True):
            weight.data = part.view(weight.shape)
        self.grads = torch.zeros_like(self.rows)
        groups: dict[float, list[Tensor]] = {rate: [] for rate in rates}
        for row, grad, rate in zip(self.rows, self.grads, rates, strict=True):
            row.grad = grad
            groups[rate].append(row)
        self.optimizer = torch.optim.Adam(
            [{"params": rows, "lr": rate, "initial_lr": rate} for rate, rows in groups.items()],
            fused=True,
        )

    def train(
        self,
        batches: Iterator[tuple[Tensor, Tensor]],
        steps: int,
        cosine: bool,
        warmup: int,
        log_every: int,
        bar: tqdm,
    ) -> History:
        """Take the steps, copy the weights into the models and return the record."""
        each_loss = torch.ones(len(self.models), dtype=self.rows.dtype)
        logged: list[int] = []
        record: dict[str, list[np.ndarray]] = {}
        for step, (x, eps) in enumerate(batches, start=1):
            if cosine:
                factor = 0.5 * (1.0 + math.cos(math.pi * (step - 1) / steps))
                for group in self.optimizer.param_groups:
                    group["lr"] = group["initial_lr"] * factor
            hyper = dict(self.hyper)
            if step < warmup:
                hyper["beta"] = hyper["beta"] * (step / warmup)
            terms = self.objective(self.net, x, eps, **hyper)
            grads = torch.autograd.grad(
                terms["loss"], self.weights, each_loss, materialize_grads=True
            )
            torch.cat([g.flatten(1) for g in grads], dim=1, out=self.grads)
            self.optimizer.step()
            if step % log_every == 0 or step in (1, steps):
                logged.append(step)
                for name, value in terms.items():
                    record.setdefault(name, []).append(value.detach().numpy().copy())
                self._check_finite(record["loss"][-1], step)
            bar.update()
        unstack(self.net, self.models)
        return History(np.array(logged), {k: np.stack(v, axis=1) for k, v in record.items()})

    def _check_finite(self, losses: np.ndarray, step: int) -> None:
        for r in np.flatnonzero(~np.isfinite(losses)).tolist():
            raise FloatingPointError(
                f"model {self.first + r} diverged: its loss is {losses[r]} at step {step} with "
                f"lr={self.rates[r]:g}; try a smaller lr"
            )
