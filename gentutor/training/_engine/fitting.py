"""What trains a group of models of one shape in one computation, for ``fit``."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from gentutor.nn import stack, unstack
from gentutor.training._engine.flat import ALIGN, Adam, FlatWeights

MOST = 8  # models of a group: their activations still fit the cache
LANES = 32  # numbers that an element-wise kernel computes at a time
NOISE_STEPS = 64  # steps whose noise is drawn at once

Objective = Callable[..., dict[str, Tensor]]


def fit_groups(models: Sequence[nn.Module], batch_size: int) -> list[slice]:
    """Return which models are trained together.

    Where a group would change a model's bits, each is alone.

    >>> fit_groups([nn.Linear(8, 2)] * 9, 128), fit_groups([nn.Linear(8, 2)] * 2, 33)
    ([slice(0, 8, None), slice(8, 9, None)], [slice(0, 1, None), slice(1, 2, None)])
    """
    most, count = MOST if _keeps_bits(models[0], batch_size) else 1, len(models)
    return [slice(start, min(start + most, count)) for start in range(0, count, most)]


def _matrices(model: nn.Module) -> list[torch.Size]:
    return [w.shape for w in model.parameters() if w.ndim > 1 and w.numel() > 1]


def _keeps_bits(model: nn.Module, batch_size: int) -> bool:
    """Whether a model has the same bits in a group as alone.

    Autograd makes its own matrices, so their sizes must fill cache lines (see ``flat``), and
    element-wise kernels round a remainder otherwise.
    """
    return not batch_size % LANES and not any(s.numel() % ALIGN for s in _matrices(model))


def _needs_twin(model: nn.Module) -> bool:
    """Whether a model alone goes another way than in a group: one of its matrices is a vector."""
    return any(1 in shape for shape in _matrices(model))


def fit_group(
    models: Sequence[nn.Module],
    x: Tensor,
    objective: Objective,
    rates: Sequence[float],
    seeds: Sequence[int],
    hyper: Mapping[str, Tensor],
    *,
    steps: int,
    batch_size: int,
    cosine: bool,
    warmup: int,
    log_every: int,
    first: int,
    bar: tqdm,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Take the steps, copy the weights into the models; return steps and terms (R, L, ...).

    Arguments are those of ``fit``; ``first`` is the place of the first model among all.

    Raises:
        ValueError: all weights are frozen, or the loss depends on none.
        FloatingPointError: a recorded loss, or a weight at the end, is not finite.
    """
    count = len(models)
    if count == 1 and _keeps_bits(models[0], batch_size) and _needs_twin(models[0]):
        models, rates, seeds = ([*each, *each] for each in (models, rates, seeds))
        hyper = {name: value.repeat(2) for name, value in hyper.items()}
    net = stack(models)
    if not any(p.requires_grad for p in net.parameters()):
        raise ValueError("models: expected weights to train, got only frozen ones")
    flat = FlatWeights(net)
    adam = Adam(flat, rates, betas=(0.9, 0.999))
    logged: list[int] = []
    record: dict[str, list[np.ndarray]] = {}
    for step, (batch, eps) in enumerate(minibatches(x, net, seeds, batch_size, steps), start=1):
        now = dict(hyper)
        if step < warmup:
            now["beta"] = now["beta"] * (step / warmup)
        terms = objective(net, batch, eps, **now)
        if not terms["loss"].requires_grad:
            raise ValueError("objective: expected a loss that depends on the weights")
        flat.differentiate(terms["loss"].sum())
        adam.step(0.5 * (1.0 + math.cos(math.pi * (step - 1) / steps)) if cosine else 1.0)
        if step % log_every == 0 or step in (1, steps):
            logged.append(step)
            for name, value in terms.items():
                record.setdefault(name, []).append(value.detach().numpy().copy())
            losses = record["loss"][-1]
            for r in np.flatnonzero(~np.isfinite(losses)).tolist():
                what = f"its loss is {losses[r]}"
                raise FloatingPointError(_diverged(first + r, what, step, rates[r]))
        bar.update()
    for r in (~flat.finite()).nonzero().flatten().tolist():
        what = "its weights are not finite"
        raise FloatingPointError(_diverged(first + r, what, steps, rates[r]))
    unstack(net, models)
    return np.array(logged), {name: np.stack(v, axis=1)[:count] for name, v in record.items()}


def _diverged(model: int, what: str, step: int, rate: float) -> str:
    return f"model {model} diverged: {what} at step {step} with lr={rate:g}"


def minibatches(
    x: Tensor, net: nn.Module, seeds: Sequence[int], batch_size: int, steps: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield data (R, B, D) and normal noise (R, B, K), one random stream a model."""
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    order = torch.stack([_order(len(x), batch_size, steps, g) for g in generators], dim=1)
    shape = (NOISE_STEPS, batch_size, int(net.latent_dim))  # type: ignore[arg-type]
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
