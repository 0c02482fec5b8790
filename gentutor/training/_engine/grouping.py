"""Which GANs are trained as one group, and what a step of it costs."""

import math
from collections.abc import Sequence
from itertools import pairwise

from gentutor.objectives.adversarial import known_objective
from gentutor.training._engine.flat import ALIGN
from gentutor.training.settings import GANSettings

MOST = 8  # GANs of a group: as fast as 16, and shared out more evenly


def grouped(sweep: Sequence[GANSettings]) -> list[list[int]]:
    """Return the GANs' places in groups of one form and of equal size, or nearly so.

    >>> grouped([GANSettings(seed=s) for s in range(9)])
    [[0, 1, 2, 3, 4], [5, 6, 7, 8]]
    """
    by_form: dict[object, list[int]] = {}
    for place, settings in enumerate(sweep):
        by_form.setdefault(form(settings), []).append(place)
    groups = []
    for places in by_form.values():
        most = MOST if keeps_bits(sweep[places[0]]) else 1
        size = math.ceil(len(places) / math.ceil(len(places) / most))
        groups += [places[start : start + size] for start in range(0, len(places), size)]
    return groups


def form(settings: GANSettings) -> tuple[object, ...]:
    """Return the settings that fix the form of the computation: a group shares them."""
    return (
        settings.objective,
        settings.n_critic,
        settings.betas,
        settings.batch_size,
        settings.pack,
        settings.spectral,
        settings.unroll,
        settings.unroll_lr,
        settings.latent_dim,
        settings.hidden,
    )


def plain(settings: GANSettings) -> bool:
    """Whether the backward pass derived by hand computes it."""
    return not (settings.spectral or settings.unroll)


def keeps_bits(settings: GANSettings) -> bool:
    """Whether a GAN has the same bits in a group as alone.

    Autograd makes its own intermediate matrices. If their sizes are no multiple of a cache
    line, those of one GAN are aligned otherwise than those of the next, and matrix products
    then may sum in another order. Without hidden layers the sizes are the data's.
    """
    if plain(settings):
        return True
    return bool(settings.hidden) and all(width % ALIGN == 0 for width in settings.hidden)


def flops(settings: GANSettings, data_dim: int) -> int:
    """Return multiplications and additions of all matrix products in a step of G.

    A forward pass costs two a weight and example; so do the gradients of the weights, and the
    slopes of all layers but the first. The penalty adds a forward pass, slopes down to the
    input, the way back up (see :mod:`gentutor.training._engine.manual`) and gradients.

    >>> flops(GANSettings("non_saturating"), 2), flops(GANSettings("wgan_gp"), 2)
    (13139968, 17530880)
    """
    sizes_g = (settings.latent_dim, *settings.hidden, data_dim)
    sizes_d = (settings.pack * data_dim, *settings.hidden, 1)
    g, d = (2 * sum(a * b for a, b in pairwise(sizes)) for sizes in (sizes_g, sizes_d))
    g_inner, d_inner = (
        2 * sum(a * b for a, b in pairwise(sizes[1:])) for sizes in (sizes_g, sizes_d)
    )
    count = settings.batch_size // settings.pack
    d_step = 2 * count * (2 * d + d_inner) + settings.batch_size * g
    if known_objective(settings.objective).penalty:
        d_step += count * 4 * d
    g_step = settings.batch_size * (2 * g + g_inner) + count * 2 * d
    return settings.n_critic * d_step + g_step
