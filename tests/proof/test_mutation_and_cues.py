"""Wrong keys are refused by their checks, and the surface of the options tells nothing."""

from collections.abc import Callable

import pytest

from gentutor.bank.compiled import read_compiled
from gentutor.proof.cues import MARGIN, Item, cues, items_of
from gentutor.proof.mutation import changed_expressions, mutate
from gentutor.proof.proving import Known

Repository = Callable[..., Known]
LEAST_ITEMS = 40  # with fewer, chance alone moves a score by more than the margin


def test_checks_refuse_19_wrong_keys_in_20() -> None:
    found = mutate()
    assert found.shown > 0
    assert found.killed >= 0.95 * found.shown, "\n".join(found.survivors)


def test_every_kind_has_its_mutants(repository: Repository) -> None:
    found = mutate(known=repository())
    # 12 numbers and what 8 changed expressions give, 2 + 3 + 4 options, 2 swapped steps
    assert found.survivors == []
    assert found.killed == found.shown >= 12 + 2 + 3 + 4 + 2


def test_a_check_that_lets_a_key_pass_has_survivors(repository: Repository) -> None:
    known = repository("check: kl_by_quadrature(mu, s)", "check: kl_by_quadrature(1.0, 0.5)")
    assert mutate(known=known).survivors == ["vae-number: the next variant's: 0.818147 for 2"]
    known = repository('[int(2 + 2 - 4)] if isclose(sum([2, 2]), 4) else "b"', "[int(pi) - 2]")
    assert mutate(known=known).survivors == ["vae-single: b in place of a"]
    known = repository("check: kl_by_quadrature(mu, s)", "check: kl_by(mu)")
    assert mutate(known=known).survivors == ["vae-number: check: the name 'kl_by' is not listed"]


def test_expressions_change_one_part_at_a_time() -> None:
    found = list(changed_expressions("log(2 + x) ** y"))
    assert found == ["log(2 + x) * y", "log(2 - x) ** y", "log(3 + x) ** y"]


def bank(*questions: tuple[list[str], int]) -> dict:
    """Return a compiled bank of single questions: their texts, and which is right."""
    return {
        "questions": [
            {
                "id": f"vae-{n}",
                "kind": "single",
                "variants": [
                    {
                        "choices": [
                            {"text": {"text": text}, "correct": k == right}
                            for k, text in enumerate(texts)
                        ]
                    }
                ],
            }
            for n, (texts, right) in enumerate(questions)
        ]
    }


@pytest.mark.parametrize(
    ("rule", "texts", "right"),
    [
        ("longest", ["a", "bb", "cccc", "dd"], [2, 2, 2]),
        ("second", ["aa", "bb", "cc", "dd"], [1, 1, 1]),
        ("last", ["aa", "bb", "cc", "dd"], [3, 3, 3]),
        ("fewest absolutes", ["never so", "not  so", "it must", "only so"], [1, 1, 1]),
        ("most hedges", ["it's so", "may be", "so  it", "so, it"], [1, 1, 1]),
    ],
)
def test_a_cue_is_found_by_its_rule_and_by_the_guesser(
    rule: str, texts: list[str], right: list[int]
) -> None:
    found = cues(bank(*((texts, one) for one in right)))
    assert (found.items, found.chance) == (3, 0.25)
    assert found.rules[rule] == found.guesser == 1
    assert not found.even


def test_without_a_cue_the_guesser_stays_at_chance() -> None:
    found = cues(bank(*((["aa", "bb", "cc", "dd"], n % 4) for n in range(40))))
    assert found.rules["longest"] == found.chance == 0.25
    assert found.guesser == 0  # each place does worse on the others than where the key is
    assert found.even


def test_in_a_refute_the_true_statements_are_what_is_guessed() -> None:
    one = bank((["a", "b"], 0))
    one["questions"][0]["kind"] = "refute"
    assert items_of(one) == [Item("vae-0", ("a", "b"), (False, True))]
    assert cues({"questions": []}).even


def test_the_bank_s_surface_gives_nothing_away() -> None:
    found = cues(read_compiled())
    if found.items >= LEAST_ITEMS:
        assert found.guesser <= found.chance + MARGIN, found.rules
    else:  # places are even in any number, as they are dealt out
        spread = [found.rules[place] for place in ("first", "second", "third")]
        assert max(spread) <= found.chance + 1 / max(found.items, 1)
