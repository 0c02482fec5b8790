"""Properties of codebook and commitment term."""

from gentutor.proof.properties import expect, gradient, same, spread, tensor


def pulls(vq_loss, beta):
    """Return the gradients at vectors and at entries."""
    z_e, z_q = (
        spread(6, 3).requires_grad_(),
        spread(6, 3, seed=1).requires_grad_(),
    )
    loss = vq_loss(z_e, z_q, beta)
    return gradient(loss, z_e, "the loss"), gradient(loss, z_q, "the loss")


def check_scalar(vq_loss):
    """one number for the batch"""
    tensor(vq_loss(spread(6, 3), spread(6, 3, seed=1), 0.25), (), "The loss")


def check_value(vq_loss):
    """1 + β times the squared distance"""
    z_e, z_q = spread(6, 3), spread(6, 3, seed=1)
    full = 1.25 * (z_e - z_q).square().sum(-1).mean()
    mistakes = {
        "The numbers of a vector are averaged: they were summed.": full / 3,
        "The batch is summed: it was averaged.": 6 * full,
        "β is missing.": full / 1.25 * 2,
    }
    same(vq_loss(z_e, z_q, 0.25), full, "The loss", mistakes)


def check_codebook(vq_loss):
    """the codebook's pull does not depend on β"""
    _, entries = pulls(vq_loss, 0.0)
    expect(
        entries.abs().max() > 0,
        "With β = 0 no gradient reaches the entries: β weighs the wrong side. "
        "Which argument does the codebook term hold constant?",
    )
    z_e, z_q = spread(6, 3), spread(6, 3, seed=1)
    same(pulls(vq_loss, 0.7)[1], 2 * (z_q - z_e) / 6, "The entries' gradient")


def check_vectors(vq_loss):
    """the vectors' pull is proportional to β"""
    z_e, z_q = spread(6, 3), spread(6, 3, seed=1)
    same(pulls(vq_loss, 0.0)[0], 0 * z_e, "The vectors' gradient at β = 0")
    expected = 0.7 * 2 * (z_e - z_q) / 6
    mistakes = {
        "The vectors are pulled by both terms: one lacks its detach.": expected
        * 1.7
        / 0.7
    }
    same(
        pulls(vq_loss, 0.7)[0],
        expected,
        "The vectors' gradient at β = 0.7",
        mistakes,
    )
