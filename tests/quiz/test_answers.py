"""Every variant of every question, judged: the key is right, each choice and trap has its word."""

import math

import pytest

from gentutor.bank.wording import shuffled
from gentutor.quiz.answers import NotAnAnswer, judge, read_number


def variants(bank, *kinds):
    """Yield every question of some kinds with each of its variants."""
    for question in bank["questions"]:
        if question["kind"] in kinds:
            for variant in question["variants"]:
                yield question, variant


def keys(variant, wanted):
    """Return the keys of the choices that a predicate wants."""
    return " ".join(str(i) for i, choice in enumerate(variant["choices"], 1) if wanted(choice))


def test_choices(bank):
    beliefs, told = bank["misconceptions"], 0
    for question, variant in variants(bank, "single", "many", "refute"):
        right = keys(variant, lambda choice: choice["correct"])
        verdict = judge(question, variant, right, beliefs)
        assert verdict.right, question["id"]
        for key, choice in enumerate(variant["choices"], 1):
            if choice["correct"]:
                assert choice["feedback"]["text"] in verdict.said
                continue
            wrong = judge(question, variant, str(key), beliefs)
            assert not wrong.right
            assert wrong.said[0] == choice["feedback"]["text"]
            if choice["misconception"]:
                assert wrong.said[1] == beliefs[choice["misconception"]]["why"]["text"]
            told += 1
    assert told > 300


def test_part_of_the_right_choices_is_not_enough(bank):
    for question, variant in variants(bank, "many", "refute"):
        right = keys(variant, lambda choice: choice["correct"]).split()
        if len(right) > 1:
            verdict = judge(question, variant, right[0], bank["misconceptions"])
            assert not verdict.right
            assert verdict.said == (f"{len(right) - 1} more to choose.",)


def test_numbers(bank):
    beliefs, told = bank["misconceptions"], 0
    for question, variant in variants(bank, "numeric"):
        answer, tolerance = variant["answer"], variant["tolerance"]
        for inside in (answer, answer - tolerance, answer + tolerance):
            typed = f"{inside!r} {variant['unit']}".replace(".", ",")
            assert judge(question, variant, typed, beliefs).right, (question["id"], typed)
        outside = judge(question, variant, repr(answer + 1.01 * tolerance + 1e-6), beliefs)
        assert not outside.right
        for trap in variant["traps"]:
            verdict = judge(question, variant, repr(trap["value"]), beliefs)
            assert not verdict.right
            assert verdict.said[0] == trap["feedback"]["text"]
            told += 1
    assert told > 150


def test_the_wrong_sign_is_named(bank):
    variant = {"answer": 0.5, "tolerance": 0.01, "traps": []}
    verdict = judge({"kind": "numeric"}, variant, "-0.5", {})
    assert verdict.said == ("The size is right, the sign is not.",)


def test_orders(bank):
    for question, variant in variants(bank, "order"):
        shown = [step["id"] for step in shuffled(variant["steps"], question["id"])]
        right = [str(shown.index(step["id"]) + 1) for step in variant["steps"]]
        assert judge(question, variant, " ".join(right), {}).right, question["id"]
        swapped = [*right[:-2], right[-1], right[-2]]
        verdict = judge(question, variant, ",".join(swapped), {})
        assert not verdict.right
        assert f"step {len(right) - 1} does not" in verdict.said[0]
        assert judge(question, variant, "".join(right[::-1]), {}).said == (
            "Another step comes first.",
        )


@pytest.mark.parametrize("typed", ["", "x", "0", "5", "1 5", "1;\x1b[2J", "²", "1 - 2", "٣"])
def test_what_is_no_key_is_said_so(typed):
    variant = {"choices": [{"correct": i == 1} for i in range(4)]}
    with pytest.raises(NotAnAnswer) as caught:
        judge({"kind": "many"}, variant, typed, {})
    assert str(caught.value).isprintable()


def test_one_choice_means_one():
    variant = {"choices": [{"correct": i == 1} for i in range(4)]}
    with pytest.raises(NotAnAnswer, match="Choose one"):
        judge({"kind": "single"}, variant, "1 2", {})


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1.5", 1.5), ("-1,5", -1.5), ("−.5", -0.5), ("1e-3", 0.001), ("3/4", 0.75), (" 2 ", 2)],
)
def test_numbers_are_read_as_people_write_them(typed, value):
    assert read_number(typed) == value


@pytest.mark.parametrize("typed", ["", "nan", "inf", "1 2 x", "1/0", "0x10", "1_0", "1e999", "٣"])
def test_what_is_no_number(typed):
    assert math.isnan(read_number(typed))
    with pytest.raises(NotAnAnswer, match="Expected one number"):
        judge({"kind": "numeric"}, {"answer": 1.0, "tolerance": 0.1}, typed, {})
