"""Properties of improved recall."""

import torch

from gentutor.plain import precision_recall as plain
from gentutor.proof.properties import same, spread, tensor

REAL = torch.tensor([[-5.0], [0.0], [1.0], [3.0], [8.0], [9.0]])
FAKE = torch.tensor([[0.5], [1.5], [2.0], [12.0]])


def check_scalar(recall):
    """one number"""
    hints = {
        (9,): "Take the mean over the real features.",
        (7,): "The real features are asked.",
    }
    saw = recall(spread(9, 2), spread(7, 2, seed=1))
    saw = torch.tensor(saw) if isinstance(saw, float) else saw
    tensor(saw, (), "Recall", hints)


def check_line(recall):
    """six real points on a line"""
    own = (
        torch.cdist(REAL, FAKE) <= torch.cdist(FAKE, FAKE).kthvalue(1).values
    ).any(1)
    radii = torch.cdist(REAL, REAL).kthvalue(2).values
    covered = (
        (torch.cdist(REAL, FAKE) <= radii[:, None]).any(1).double().mean()
    )
    mistakes = {
        "Every point is its own nearest: take the (k + 1)-th of a row.": own.double().mean(),
        "That is precision: the balls belong to the generated features.": plain.precision(
            REAL, FAKE, 1
        ),
        "That is coverage: it draws balls around the real features.": covered,
        "The share of what? Count each real feature once, however many balls hold it.": (
            plain.balls(FAKE, REAL, 1).double().mean()
        ),
    }
    saw = recall(REAL, FAKE, 1)
    same(
        saw,
        plain.recall(REAL, FAKE, 1),
        "Recall of the line with k = 1",
        mistakes,
    )


def check_edge(recall):
    """a point on the edge is inside"""
    real, fake = torch.tensor([[2.0], [2.0]]), torch.tensor([[0.0], [1.0]])
    hint = "The ball is closed: compare with ≤."
    same(
        recall(real, fake, 1),
        1.0,
        "Recall on the edge",
        hint=hint,
    )


def check_copies(recall):
    """1 for a copy of the real set, 0 for a set far away"""
    x = spread(12, 3)
    same(
        recall(x, x.clone()),
        1.0,
        "Recall of a copy",
    )
    same(
        recall(x, x + 1e3),
        0.0,
        "Recall of a set far away",
    )


def check_one_image(recall):
    """0 for one generated feature, repeated"""
    x = spread(12, 3)
    saw = recall(x, x[:1].repeat(12, 1) + 0.01)
    same(
        saw,
        0.0,
        "Recall of one image repeated",
        hint="Its balls have radius 0.",
    )


def check_all(recall):
    """the plain file's value for any sets and k"""
    real, fake = spread(40, 3), spread(31, 3, seed=1) * 0.8
    for k in (1, 3, 5):
        hint = "Does k reach the radius?"
        saw = recall(real, fake, k)
        same(
            saw,
            plain.recall(real, fake, k),
            f"Recall with k = {k}",
            hint=hint,
        )
