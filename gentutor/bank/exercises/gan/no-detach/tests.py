"""Properties of a round in which each player follows its own gradient."""

import torch

from gentutor.plain import gan
from gentutor.proof.properties import (
    Descent,
    expect,
    same,
    seeded,
    spread,
    weights,
)

X, Z = spread(8, 2, seed=5) + 1, spread(8, 3, seed=6)


def moves(train_round, lr_d=0.1, rounds=1):
    generator, discriminator = (
        seeded(gan.mlp(3, 8, 2), 1),
        seeded(gan.mlp(2, 8, 1), 2),
    )
    descents = (
        Descent(generator.parameters()),
        Descent(discriminator.parameters(), lr_d),
    )
    before = weights(generator), weights(discriminator)
    for _ in range(rounds):
        train_round(generator, discriminator, *descents, X, Z)
    return weights(generator) - before[0], weights(discriminator) - before[1]


def right(generator, discriminator, optimiser_g, optimiser_d, x, z):
    gan.discriminator_step(generator, discriminator, optimiser_d, x, z)
    gan.generator_step(generator, discriminator, optimiser_g, z)


def both(generator, discriminator, optimiser_g, optimiser_d, x, z):
    logit = discriminator(generator(z))
    loss = gan.discriminator_loss(
        discriminator(x), logit
    ) + gan.generator_loss(logit)
    optimiser_g.zero_grad()
    loss.backward()
    optimiser_g.step()


def check_generator(train_round):
    """the generator moves by its own gradient"""
    saw, expected = moves(train_round, lr_d=0.0)[0], moves(right, lr_d=0.0)[0]
    mistakes = {
        "It moves by the discriminator's gradient as well: what leads from D's loss to G?": (
            moves(both, lr_d=0.0)[0]
        ),
        "It does not move at all: its own loss must reach it through the fakes.": 0
        * expected,
    }
    same(saw, expected, "The generator's move", mistakes)


def check_discriminator(train_round):
    """the discriminator moves by its own gradient"""
    saw, expected = moves(train_round)[1], moves(right)[1]
    mistakes = {"It does not move at all.": 0 * expected}
    hint = "Its step was right: does it still see the fakes, and its own loss alone?"
    same(saw, expected, "The discriminator's move", mistakes, hint)


def check_order(train_round):
    """the generator answers the discriminator that has just moved"""
    hint = "Is the generator's loss taken after the discriminator's step?"
    same(
        moves(train_round)[0],
        moves(right)[0],
        "The generator's move",
        hint=hint,
    )


def check_rounds(train_round):
    """three rounds, without a gradient left over"""
    saw, expected = moves(train_round, rounds=3), moves(right, rounds=3)
    hint = "Does an old gradient stay? Each player's is cleared before its backward."
    for player, (got, wanted) in enumerate(zip(saw, expected, strict=True)):
        same(
            got,
            wanted,
            ("The generator's move", "The discriminator's move")[player],
            hint=hint,
        )
    expect(torch.isfinite(saw[0]).all(), "The generator is not finite.")
