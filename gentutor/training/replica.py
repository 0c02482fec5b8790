"""The settings of one GAN of a sweep."""

import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from gentutor.checks import check_int, check_number
from gentutor.models.gan import Critic, Discriminator, Generator, widths
from gentutor.objectives.adversarial import known_objective
from gentutor.training.flat import ALIGN


@dataclass(frozen=True)
class Replica:
    """One GAN: its game, its two networks and how they are trained.

    Attributes:
        objective: a key of ``gentutor.objectives.adversarial.OBJECTIVES``.
        seed: of both networks' starting weights, the data and the noise.
        n_critic: steps of D per step of G, >= 1.
        lr_g: Adam's learning rate of G, > 0.
        lr_d: of D.
        betas: Adam's decay rates of both moments, in [0, 1).
        batch_size: real examples, and generated ones, per step.
        gp_weight: factor >= 0 of the objective's gradient penalty, if it has one.
        clip: bound > 0 of D's weights, if the objective clips.
        pack: examples that D judges at once; a divisor of ``batch_size``.
        spectral: whether D's weights are divided by their spectral norm.
        unroll: D's steps that G looks ahead, on D's loss without penalty or clipping; 0 for none.
        unroll_lr: size of these steps (plain gradient steps).
        latent_dim: K, size of the noise.
        hidden: widths of the ReLU layers of both networks.
        collapsed_at: None, or the point where all samples begin.

    Raises:
        TypeError, ValueError: a setting of the wrong kind or range; names it.

    >>> Replica("wgan_gp", seed=3, n_critic=0)
    Traceback (most recent call last):
    ...
    ValueError: n_critic: expected an integer >= 1, got 0
    """

    objective: str = "non_saturating"
    seed: int = 0
    n_critic: int = 1
    lr_g: float = 1e-3
    lr_d: float = 1e-3
    betas: tuple[float, float] = (0.5, 0.9)
    batch_size: int = 128
    gp_weight: float = 0.1
    clip: float = 0.1
    pack: int = 1
    spectral: bool = False
    unroll: int = 0
    unroll_lr: float = 0.1
    latent_dim: int = 2
    hidden: tuple[int, ...] = (64, 64)
    collapsed_at: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        known_objective(self.objective)
        kept: dict[str, Any] = {}  # plain Python values, as a checkpoint needs them
        for name in ("n_critic", "batch_size", "pack", "latent_dim"):
            kept[name] = check_int(name, getattr(self, name))
        for name in ("seed", "unroll"):
            kept[name] = check_int(name, getattr(self, name), low=0)
        for name in ("lr_g", "lr_d", "clip", "unroll_lr"):
            kept[name] = check_number(name, getattr(self, name))
        kept["gp_weight"] = check_number("gp_weight", self.gp_weight, strict=False)
        kept["betas"] = _numbers("betas", self.betas)
        if len(self.betas) != 2 or not all(0.0 <= beta < 1.0 for beta in kept["betas"]):
            raise ValueError(f"betas: expected two numbers in [0, 1), got {self.betas}")
        if self.batch_size % self.pack:
            raise ValueError(
                f"pack: expected a divisor of batch_size={self.batch_size}, got {self.pack}"
            )
        if not isinstance(self.spectral, bool):
            raise TypeError(f"spectral: expected True or False, got {self.spectral!r}")
        kept["hidden"] = widths(self.hidden)
        if self.collapsed_at is not None:
            kept["collapsed_at"] = _numbers("collapsed_at", self.collapsed_at)
        for name, value in kept.items():
            object.__setattr__(self, name, value)

    @property
    def config(self) -> dict[str, Any]:
        """All settings, as JSON values."""
        return asdict(self)

    @property
    def plain(self) -> bool:
        """Whether the hand-derived backward computes it."""
        return not (self.spectral or self.unroll)

    @property
    def batchable(self) -> bool:
        """Whether its bits are the same in a batch.

        Autograd makes its own intermediate matrices. If their sizes are no multiple of a cache
        line, those of one replica are aligned otherwise than those of the next, and matrix
        products then may sum in another order. Without hidden layers the sizes are the data's.
        """
        if self.plain:
            return True
        return bool(self.hidden) and all(width % ALIGN == 0 for width in self.hidden)

    @property
    def shape(self) -> tuple[Any, ...]:
        """What replicas must share to be computed in one batch."""
        return (
            self.objective,
            self.n_critic,
            self.betas,
            self.batch_size,
            self.pack,
            self.spectral,
            self.unroll,
            self.unroll_lr,
            self.latent_dim,
            self.hidden,
        )

    def flops(self, data_dim: int) -> int:
        """Return multiplications and additions of all matrix products in a step of G.

        A forward pass costs two a weight and example; so do the gradients of the weights, and the
        slopes of all layers but the first. The penalty adds a forward pass, slopes down to the
        input, the way back up (see :mod:`gentutor.training.manual`) and gradients.

        >>> Replica("non_saturating").flops(2), Replica("wgan_gp").flops(2)
        (13139968, 17530880)
        """
        sizes_g = (self.latent_dim, *self.hidden, data_dim)
        sizes_d = (self.pack * data_dim, *self.hidden, 1)
        g, d = (2 * sum(a * b for a, b in pairwise(sizes)) for sizes in (sizes_g, sizes_d))
        g_inner, d_inner = (
            2 * sum(a * b for a, b in pairwise(sizes[1:])) for sizes in (sizes_g, sizes_d)
        )
        count = self.batch_size // self.pack
        d_step = 2 * count * (2 * d + d_inner) + self.batch_size * g
        if known_objective(self.objective).penalty:
            d_step += count * 4 * d
        g_step = self.batch_size * (2 * g + g_inner) + count * 2 * d
        return self.n_critic * d_step + g_step

    def networks(self, data_dim: int) -> tuple[Generator, Discriminator]:
        """Return both networks at their start; a WGAN's second one is a Critic."""
        generator = Generator(
            data_dim,
            latent_dim=self.latent_dim,
            hidden=self.hidden,
            collapsed_at=self.collapsed_at,
            seed=3 * self.seed,
        )
        kind = Critic if self.objective.startswith("wgan") else Discriminator
        discriminator = kind(
            data_dim,
            hidden=self.hidden,
            pack=self.pack,
            spectral=self.spectral,
            seed=3 * self.seed + 1,
        )
        return generator, discriminator

    @property
    def stream_seed(self) -> int:
        """Seed of the stream that data and noise are drawn from."""
        return 3 * self.seed + 2


def _numbers(name: str, value: Any) -> tuple[float, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{name}: expected a tuple of numbers, got {value!r}")
    return tuple(check_number(name, number, low=-math.inf) for number in value)
