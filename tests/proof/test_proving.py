"""Keys are proven by another route, traps lie apart, and nothing unknown is named."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gentutor.proof import checks
from gentutor.proof.grammar import ExpressionError
from gentutor.proof.keys import agree, checked, compute, fill, proof, proofs_of_section
from gentutor.proof.proving import Known, prove

Repository = Callable[..., Known]
ANSWER = "answer: variational.gaussian_kl(tensor([[mu]]), tensor([[2 * log(s)]]))"
CHECK = "check: kl_by_quadrature(mu, s)"


def test_the_whole_bank_is_proven() -> None:
    known = Known.read()
    report = prove(known=known)
    assert report.faults == []
    assert report.questions == sum(len(file.questions) for file in known.bank.files.values())


def test_a_sound_bank_has_no_fault(repository: Repository) -> None:
    report = prove(known=repository())
    assert report.faults == []
    assert (report.questions, report.variants, report.checked) == (6, 7, 5)
    with pytest.raises(ValueError, match="section: expected one of vae; got 'gan'"):
        prove("gan", known=repository())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[2 * log(s)]]", "[[log(s)]]", r"vae.yaml:4: vae-number: check: gives 0.818147; the key"),
        ("[[2 * log(s)]]", "[[log(s)]]", r"\(variant {'mu': 1, 's': 0.5}\)"),
        ("answer: v", "answer: 0.82 + 0 * v", "vae-number: check: gives 2; the key is 0.82"),
        (CHECK, "check: kl_by(mu)", "check: .*'kl_by' is not"),
        (CHECK, "check: '0.818'", "constants alone prove nothing"),
        (
            CHECK,
            "check: variational.elbo(zeros(1, 1), zeros(1, 1), tensor([[mu]]), "
            "tensor([[2*log(s)]]), likelihood='bernoulli').kl_total",
            "reaches objectives.variational.gaussian_kl, which the answer calls",
        ),
        (f"{ANSWER}\n    {CHECK}", "answer: mu + s\n    check: mu+s", "repeats the answer's"),
        ("answer: v", "answer: nothing + v", "answer: the name 'nothing' is not listed"),
        ("tolerance: 0.01", "tolerance: 0.3", "traps.1.value: 1.63629 lies within 1.2 of the key"),
        ("value: 2 * answer", "value: log(0)", "traps.1.value: ValueError: .*domain"),
        ("if isclose", "if not isclose", "vae-single: check: gives b; the key is a"),
        ('check: \'["a", ', "check: '[1, ", "vae-single: check: expected letters or ids; got 1"),
        (
            '"sum([3]) % 2 == 0"',
            '"sum([2]) % 2 == 0"',
            "options: gives a, b, c; the key is a, c",
        ),
        ('"sum([3]) % 2 == 0"', '"sum([3])"', "option b: check: expected True or False; got 3"),
        ("wrong: true", "wrong: false", "checks of the options: gives b, d; the key is d"),
        (
            '"z": ["mu"], "loss": ["z"]',
            '"z": ["loss"], "loss": ["mu"]',
            "vae-order: check: gives mu, loss, z; the",
        ),
        ('"z": ["mu"], ', "", "vae-order: check: ValueError: needs: mu, z could come next"),
        ("claims: [vae-a]", "claims: [vae-x]", "claims: 'vae-x' is no claim of the"),
        ("misconception: RED", "misconception: BLUE", "misconception 'BLUE' is not in"),
        ("key: smith2020", "key: smith1920", "vae-number: sources: 'smith1920' is no key"),
        ("02_vae", "12_vae", "vae.yaml: chapter: notebooks/12_vae.ipynb does not exist"),
    ],
)
def test_each_fault_is_found_with_its_place(
    repository: Repository, old: str, new: str, message: str
) -> None:
    faults = prove(known=repository(old, new)).faults
    assert faults
    assert re.search(message, "\n".join(faults))


def test_a_module_of_checks_that_cannot_be_read_is_a_fault(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = repository()

    def broken(section: str) -> dict:
        raise SyntaxError("invalid syntax")

    monkeypatch.setattr("gentutor.proof.proving.proofs_of_section", broken)
    assert prove(known=known).faults == ["checks/vae.py: SyntaxError: invalid syntax"]


def test_proofs_stand_in_the_section_s_file_and_in_those_of_its_topics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = proofs_of_section("vae")
    assert {"kl_by_quadrature", "statements_on_collapse"} <= set(found)
    assert "wrong" not in found  # a helper of another file
    monkeypatch.setattr(checks, "__path__", [str(tmp_path)])
    (tmp_path / "cat.py").write_text("def purrs() -> float:\n    return 1.0\n")
    (tmp_path / "cat_more.py").write_text("from math import exp as _exp\n\ndef naps(): pass\n")
    (tmp_path / "caterpillar.py").write_text("def crawls(): pass\n")
    assert set(proofs_of_section("cat")) == {"purrs", "naps"}
    proofs_of_section.cache_clear()
    (tmp_path / "cat_twice.py").write_text("def purrs(): pass\n")
    with pytest.raises(ExpressionError, match=r"cat_twice.py: .* in another file: \['purrs'\]"):
        proofs_of_section("cat")
    (tmp_path / "cat_twice.py").unlink()
    (tmp_path / "cat_hides.py").write_text("def exp(): pass\n")
    with pytest.raises(ExpressionError, match=r"cat_hides.py: .* have a meaning: \['exp'\]"):
        proofs_of_section("cat")


@pytest.mark.parametrize("one", [np.float64(2.5), np.array([2.5]), torch.tensor([[2.5]]), 2.5])
def test_a_check_may_give_a_number_of_any_library(one: object) -> None:
    found = checked("given()", {"given": lambda: one})
    assert (type(found), found) == (float, 2.5)


def test_a_check_agrees_within_half_a_tolerance() -> None:
    assert agree(2.0, 2.04, 0.1)
    assert not agree(2.0, 2.06, 0.1)
    assert not agree(2.06, 2.0, 0.1)


def test_a_share_is_a_tolerance_and_needs_a_key(repository: Repository) -> None:
    known = repository("tolerance: 0.01", 'tolerance: "1%"')
    [first, *_] = known.bank.questions()
    assert [variant.tolerance for variant in compute(first)] == pytest.approx([0.00818147, 0.02])
    zero = first.model_copy(update={"answer": "0", "params": []})
    with pytest.raises(ExpressionError, match="tolerance: a key of 0 needs an absolute"):
        compute(zero)


def test_a_recall_check_is_true_or_a_fault(repository: Repository) -> None:
    question = repository().bank.questions()[-1]
    [variant] = compute(question)
    right = question.model_copy(update={"check": "isclose(sum([1, 1]), 2)"})
    assert list(proof(right, "vae", variant)) == [("check", True)]
    wrong = question.model_copy(update={"check": "isclose(sum([1, 1]), 3)"})
    with pytest.raises(ExpressionError, match="check: expected True; got False"):
        list(proof(wrong, "vae", variant))


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("<<n>> of <<x>>, <<x:.1f>>, <<x:.1%>>", "3 of 0.1235, 0.1, 12.3%"),
        ("<<n if n > 2 else 0>> and a << b", "3 and a << b"),
        ("<<tensor([x]).sum():.2f>>", "0.12"),
    ],
)
def test_numbers_are_put_into_texts(text: str, filled: str) -> None:
    assert fill(text, {"n": 3, "x": 0.12345}) == filled
