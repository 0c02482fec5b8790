"""The settings of one GAN."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from gentutor.checks import check_int, check_number, check_seed
from gentutor.models.gan import Critic, Discriminator, Generator, widths
from gentutor.objectives.adversarial import known_objective

LAST_SEED = (2**32 - 3) // 3  # 3 * seed + 2 still seeds torch's generator


@dataclass(frozen=True)
class GANSettings:
    """One GAN: its game, its two networks and how they are trained.

    Attributes:
        objective: a key of ``gentutor.objectives.adversarial.OBJECTIVES``.
        seed: of both networks' starting weights, the data and the noise; at most
            1,431,655,764, since three streams are made of it.
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

    >>> GANSettings("wgan_gp", seed=3, n_critic=0)
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
        kept["seed"] = check_seed("seed", self.seed, high=LAST_SEED)
        kept["unroll"] = check_int("unroll", self.unroll, low=0)
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


def _numbers(name: str, value: Any) -> tuple[float, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{name}: expected a tuple of numbers, got {value!r}")
    return tuple(check_number(name, number, low=-math.inf) for number in value)
