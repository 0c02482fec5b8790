"""Generator, discriminator and critic of a GAN: multilayer perceptrons."""

import math
from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from gentutor.checks import check_choice, check_int, check_number, check_tensor
from gentutor.nn import MLP, Linear, affine

Widths = Sequence[int]


def layers_of(net: MLP) -> list[Linear]:
    """Return a network's affine maps, from input to output."""
    return [cast(Linear, layer) for layer in net.layers]


def _he_start(net: MLP, generator: torch.Generator) -> None:
    r"""Draw weights from :math:`\mathcal N(0, 2/\text{fan in})` and set biases to 0."""
    with torch.no_grad():
        for layer in layers_of(net):
            deviation = math.sqrt(2.0 / layer.weight.shape[0])
            layer.weight.normal_(0.0, deviation, generator=generator)
            layer.bias.zero_()


def widths(hidden: Any) -> tuple[int, ...]:
    """Return the widths of hidden layers, each >= 1, as a tuple; it may be empty."""
    if not isinstance(hidden, list | tuple):
        raise TypeError(f"hidden: expected a tuple of widths, got {hidden!r}")
    return tuple(check_int("hidden", width) for width in hidden)


class Generator(nn.Module):
    r"""The implicit model :math:`x=G(z)`, :math:`z\sim\mathcal N(0,I)`: samples, no likelihood.

    Args:
        data_dim: D, numbers per example.
        latent_dim: K >= 1.
        hidden: widths of the ReLU layers.
        collapsed_at: None for a plain He start (He et al., 2015, equation 10). A point of D
            numbers makes a *collapsed start*: the last weights are shrunk to a twentieth and the
            last bias is this point, so that all samples begin close to it.
        seed: of the starting weights.

    Source: Goodfellow et al. (2014), section 3.

    >>> generator = Generator(2, collapsed_at=(2.0, 0.0))
    >>> x_fake = generator(torch.randn(500, 2, generator=torch.Generator().manual_seed(0)))
    >>> x_fake.shape, bool((x_fake.mean(0) - torch.tensor([2.0, 0.0])).norm() < 0.2)
    (torch.Size([500, 2]), True)
    """

    def __init__(
        self,
        data_dim: int = 2,
        *,
        latent_dim: int = 2,
        hidden: Widths = (64, 64),
        collapsed_at: Sequence[float] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.data_dim = check_int("data_dim", data_dim)
        self.latent_dim = check_int("latent_dim", latent_dim)
        self.hidden = widths(hidden)
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        self.net = MLP((latent_dim, *self.hidden, data_dim), generator)
        _he_start(self.net, generator)
        if collapsed_at is not None:
            place = [check_number("collapsed_at", each, low=-math.inf) for each in collapsed_at]
            point = check_tensor("collapsed_at", torch.tensor(place), (data_dim,))
            with torch.no_grad():
                last = layers_of(self.net)[-1]
                last.weight.mul_(0.05)
                last.bias.copy_(point)

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a model of this shape, all JSON values."""
        return {
            "data_dim": self.data_dim,
            "latent_dim": self.latent_dim,
            "hidden": list(self.hidden),
        }

    def forward(self, z: Tensor) -> Tensor:
        """Map z (..., N, latent_dim) to samples (..., N, data_dim)."""
        check_tensor("z", z, (..., "N", self.latent_dim))
        return self.net(z)

    @torch.no_grad()
    def sample(self, count: int, *, seed: int = 0) -> Tensor:
        """Draw ``count`` samples in one forward pass, (count, data_dim); no replica axis."""
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        dtype = next(self.net.parameters()).dtype
        shape = (check_int("count", count), self.latent_dim)
        return self.net(torch.randn(shape, generator=generator, dtype=dtype))


class Discriminator(nn.Module):
    r"""Returns **logits**: :math:`\sigma(D(x))` is the probability that x is real.

    So the logistic objectives read it; least squares and hinge take the same number as it is.

    Args:
        data_dim: D, numbers per example.
        hidden: widths of the hidden layers.
        pack: m; the network judges m examples at once (Lin et al., 2018, PacGAN).
        activation: ``"relu"``, or ``"tanh"`` where a smooth function is to be learnt.
        spectral: divide each weight matrix by an estimate of its largest singular value, so that
            the network's Lipschitz constant is near 1 at most (Miyato et al., 2018, equation 8).
            :meth:`update_norms` takes one power iteration; training does so once a step.
        seed: of the starting weights (He).

    >>> Discriminator(2, pack=4)(torch.zeros(3, 128, 2)).shape
    torch.Size([3, 32])
    """

    def __init__(
        self,
        data_dim: int = 2,
        *,
        hidden: Widths = (64, 64),
        pack: int = 1,
        activation: str = "relu",
        spectral: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.data_dim = check_int("data_dim", data_dim)
        self.hidden = widths(hidden)
        self.pack = check_int("pack", pack)
        self.activation = check_choice("activation", activation, ("relu", "tanh"))
        self.spectral = bool(spectral)
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        self.net = MLP((pack * data_dim, *self.hidden, 1), generator)
        _he_start(self.net, generator)
        for i, layer in enumerate(layers_of(self.net) if spectral else ()):
            vector = torch.randn(1, layer.weight.shape[1], generator=generator)
            self.register_buffer(f"left_{i}", nn.functional.normalize(vector, dim=-1))

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a model of this shape, all JSON values."""
        return {
            "data_dim": self.data_dim,
            "hidden": list(self.hidden),
            "pack": self.pack,
            "activation": self.activation,
            "spectral": self.spectral,
        }

    @property
    def plain(self) -> bool:
        """Whether this is a ReLU network and nothing else."""
        return self.activation == "relu" and not self.spectral

    def forward(self, x: Tensor) -> Tensor:
        """Map x (..., N, data_dim) to one number per pack, (..., N / pack)."""
        check_tensor("x", x, (..., "N", self.data_dim))
        return self.judge(pack_examples(x, self.pack))

    def judge(self, x: Tensor) -> Tensor:
        """Map packed examples (..., N, pack * data_dim) to (..., N)."""
        for i, layer in enumerate(layers_of(self.net)):
            weight = layer.weight / self._norm(i) if self.spectral else layer.weight
            if i:
                x = x.relu() if self.activation == "relu" else x.tanh()
            x = affine(x, weight, layer.bias)
        return x.squeeze(-1)

    def _right(self, i: int) -> Tensor:
        return nn.functional.normalize(self.get_buffer(f"left_{i}") @ self._weight(i).mT, dim=-1)

    def _weight(self, i: int) -> Tensor:
        return layers_of(self.net)[i].weight

    def _norm(self, i: int) -> Tensor:
        """Return the estimate of the largest singular value, (1, 1) or (R, 1, 1)."""
        right = self._right(i).detach()  # (1, in)
        return right @ self._weight(i) @ self.get_buffer(f"left_{i}").mT

    @torch.no_grad()
    def update_norms(self, iterations: int = 1) -> None:
        """Take power iterations on every weight matrix; without ``spectral`` nothing happens."""
        for i in range(len(self.net.layers) if self.spectral else 0):
            left = self.get_buffer(f"left_{i}")
            for _ in range(iterations):
                left.copy_(nn.functional.normalize(self._right(i) @ self._weight(i), dim=-1))


class Critic(Discriminator):
    """The same network read as a WGAN's critic: returns **scores**, not logits.

    Scores have no bounds and no zero; only their differences mean something. Arguments and shapes
    are those of :class:`Discriminator`. Source: Arjovsky et al. (2017), section 3.

    >>> Critic(2)(torch.zeros(5, 2)).shape
    torch.Size([5])
    """


def pack_examples(x: Tensor, pack: int) -> Tensor:
    """Join ``pack`` successive examples into one: (..., N, D) to (..., N / pack, pack * D).

    Source: Lin et al. (2018), PacGAN, section 3.

    Raises:
        TypeError, ValueError: x is no such tensor, ``pack`` < 1, or it does not divide N.

    >>> pack_examples(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 2)
    tensor([[1., 2., 3., 4.]])
    """
    check_int("pack", pack)
    *lead, count, dim = check_tensor("x", x, (..., "N", "D")).shape
    if count % pack:
        raise ValueError(f"pack: expected a divisor of the batch, {count} examples; got {pack}")
    return x.reshape(*lead, count // pack, pack * dim)
