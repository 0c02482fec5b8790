"""Mixes the options of each question so that no place is likelier to hold a true one."""

import random
from collections.abc import Iterable

from gentutor.bank.schema import Question, Refute
from gentutor.proof.keys import LETTERS, key_of

TRIES = 60  # orders drawn for a question, of which the most even is taken


def true_letters(question: Question) -> frozenset[str]:
    """Return the letters of the options that are true: of a ``refute``, those not in the key."""
    key = key_of(question)
    assert isinstance(key, frozenset)
    letters = frozenset(LETTERS[: len(question.options())])
    return letters - key if isinstance(question, Refute) else key


def seated(questions: Iterable[Question]) -> dict[str, str]:
    """Return the letters of each question's options in the order in which they are shown.

    The orders are drawn by the question's id. Of those the one is taken after which true options
    are spread most evenly over the places, given the questions before; so a question added at the
    end moves no other.
    """
    excess = [0.0] * len(LETTERS)  # of true options at each place, over their share
    orders = {}
    for question in questions:
        if question.options():
            letters = LETTERS[: len(question.options())]
            true, draw = true_letters(question), random.Random(question.id)
            drawn = ["".join(draw.sample(letters, len(letters))) for _ in range(TRIES)]
            after = {order: added(excess, order, true) for order in drawn}
            unevenness = {order: sum(one**2 for one in after[order]) for order in drawn}
            best = min(drawn, key=unevenness.__getitem__)
            orders[question.id], excess = best, after[best]
    return orders


def added(excess: list[float], order: str, true: frozenset[str]) -> list[float]:
    """Return the excess of true options at each place after one more question.

    >>> added([0, 0, 0], "ba", frozenset("a"))
    [-0.5, 0.5, 0]
    """
    share = len(true) / len(order)
    return [
        old + (order[k] in true) - share if k < len(order) else old for k, old in enumerate(excess)
    ]
