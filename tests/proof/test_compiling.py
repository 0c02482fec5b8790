"""The compiled bank is the one that its sources give, in the form that readers expect."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gentutor.bank.compiled import COMPILED, asked, read_compiled
from gentutor.bank.loader import BankError
from gentutor.proof.__main__ import main
from gentutor.proof.compiling import as_text, compile_bank
from gentutor.proof.proving import Known
from gentutor.proof.refutations import RefutationError, output_of
from gentutor.proof.seating import seated
from gentutor.proof.sources import read_sources

Repository = Callable[..., Known]
RICH = {"html", "anki", "text"}


def test_the_committed_bank_is_what_its_sources_give() -> None:
    assert COMPILED.read_text(encoding="utf-8") == as_text(compile_bank()), (
        "run python -m gentutor.proof compile and commit bank.json"
    )


def test_each_kind_has_what_its_readers_show(repository: Repository) -> None:
    bank = compile_bank(repository())
    assert set(bank) == {"format", "sections", "misconceptions", "claims", "questions"}
    assert bank["sections"] == {"vae": "VAE"}
    assert bank["claims"] == {"vae-a": "It is x².", "vae-b": "It is x²."}
    assert set(bank["misconceptions"]) == {"RED", "HALF-KL"}
    number, single, many, order, refute, recall = bank["questions"]
    assert number["anchor"] == "notebooks/02_vae.html#question-vae-number"
    assert number["sources"] == [
        {"key": "smith2020", "text": "Smith and van den Berg, 2020, section 2"}
    ]
    assert set(number["hint"]) == set(number["follow_up"]["answer"]) == RICH
    first, second = number["variants"]
    assert (first["answer"], first["tolerance"], first["unit"]) == (0.818147, 0.01, "nats")
    assert first["prompt"]["text"] == "What is the KL of mean 1 and s = 0.50?"
    assert first["working"]["text"] == "Half of 1.636 is 0.818."
    assert first["traps"][0]["value"] == 1.63629
    assert first["traps"][0]["feedback"]["text"] == "Twice 0.82."
    assert (second["answer"], second["traps"][0]["misconception"]) == (2.0, "HALF-KL")
    picked = {c["id"]: c["correct"] for c in single["variants"][0]["choices"]}
    assert picked == {"a": True, "b": False, "c": False}
    assert {c["id"] for c in many["variants"][0]["choices"] if c["correct"]} == {"a", "c"}
    assert [step["id"] for step in order["variants"][0]["steps"]] == ["mu", "z", "loss"]
    assert {c["id"] for c in refute["variants"][0]["choices"] if c["correct"]} == {"b", "d"}
    assert refute["variants"][0]["refutation"] == {"code": "print(1 + 1)", "output": "2"}
    assert [point["text"] for point in recall["variants"][0]["rubric"]] == [
        "One point",
        "Another p(x)",
    ]


def test_drafts_stay_out_and_text_is_sorted(repository: Repository) -> None:
    known = repository("id: vae-refute", "id: vae-refute\n    status: draft")
    bank = compile_bank(known)
    assert "vae-refute" not in {question["id"] for question in bank["questions"]}
    text = as_text(bank)
    assert json.loads(text) == bank
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Order them.", "Order $\\fraq$.", r"vae-order: prompt: Unknown command"),
        ("Only $a<b$", "Only $\\\\fraq$", r"vae-single: option c: text: Unknown command"),
        ("explanation: It", "explanation: <<mu>>", "vae-number: explanation: the name 'mu' is not"),
        ("Half of <<mu**2", "Half of <<nu**2", "vae-number: working: the name 'nu' is not listed"),
        ("print(1 + 1)", "print(1 / 0)", "vae-refute: refutation: line 1: ZeroDivisionError"),
    ],
)
def test_a_text_that_cannot_be_shown_is_a_fault_with_its_field(
    repository: Repository, old: str, new: str, message: str
) -> None:
    with pytest.raises(BankError, match=message):
        compile_bank(repository(old, new))


def test_true_options_are_spread_evenly_and_stay_where_they_are(repository: Repository) -> None:
    [single] = [q for q in repository().bank.questions() if q.id == "vae-single"]
    questions = [single.model_copy(update={"id": f"vae-{n}"}) for n in range(60)]
    orders = seated(questions)
    places = [order.index("a") for order in orders.values()]
    assert [places.count(k) for k in range(3)] == [20, 20, 20]
    assert {order.index("b") < order.index("c") for order in orders.values()} == {True, False}
    assert seated(questions[:40]) == dict(list(orders.items())[:40])


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1\nx / 0", "line 2: ZeroDivisionError"),
        ("import sys\nsys.exit(1)", "line 2: SystemExit"),
        ("pass", "expected printed lines; got none"),
        ("print('a' * 2000)", "expected at most 1000 printed characters; got 2001"),
        ("import os\nos._exit(0)", "the process ended early"),
        ("import os\nos.remove('/etc/x')", "line 2: .*changes files"),
        ("print(", "SyntaxError"),
    ],
)
def test_a_refutation_that_settles_nothing_is_refused(code: str, message: str) -> None:
    with pytest.raises(RefutationError, match=message):
        output_of(code)


def test_a_refutation_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gentutor.proof.refutations.SECONDS", 1)
    with pytest.raises(RefutationError, match="expected an end within 1 seconds"):
        output_of("while True: pass")
    assert output_of("import torch\nprint(torch.ones(1).item())") == "1.0"


def test_a_bank_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bank.json"
    for text, got in {'{"format": 2}': "2", "[]": "'list'", "{}": "None"}.items():
        path.write_text(text)
        with pytest.raises(ValueError, match=f"bank.json: expected format 1, got {got}"):
            read_compiled(path)
    assert set(asked(read_compiled())) <= set(read_compiled()["claims"])


def test_sources_are_named_by_authors_and_year(root: Path, repository: Repository) -> None:
    assert repository().sources == {
        "smith2020": "Smith and van den Berg, 2020",
        "many2021": "A et al., 2021",
    }
    assert read_sources(root / "book/references.bib")["kingma2014"] == "Kingma and Welling, 2014"


def test_the_command_names_faults_and_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "nowhere"]) == 1
    assert "section: expected one of" in capsys.readouterr().err
    assert main(["prove", "vae"]) == 0
    assert "0 faults" in capsys.readouterr().out
