"""The book's claims are said once, and each is proven in the way the ledger states."""

import re
from pathlib import Path

import pytest

from gentutor.bank.compiled import asked, read_compiled
from gentutor.bank.ledger import (
    Claim,
    Label,
    Ledger,
    faults,
    labels_in,
    load_ledger,
    scan_labels,
    scan_tests,
)

ASKED = {"vae-a": ("vae-q", "vae-r")}


def messages(
    ledger: Ledger, labels: list[Label], evidence: dict, questions: dict = ASKED
) -> list[str]:
    """Return what ``faults`` says, without the labels."""
    return [message for message, _ in faults(ledger, labels, evidence, questions)]


def test_the_book_says_proves_and_asks_what_its_ledger_claims(root: Path) -> None:
    pages = [*root.glob("book/**/*.md"), *root.glob("notebooks/*.ipynb")]
    labels, evidence = scan_labels(pages), scan_tests(root / "tests")
    questions = asked(read_compiled())
    assert (
        messages(load_ledger(root / "gentutor/bank/claims.yml"), labels, evidence, questions) == []
    )


def test_the_test_that_the_page_of_claims_names_exists(root: Path) -> None:
    page = (root / "book/claims.md").read_text(encoding="utf-8")
    [named] = re.findall(r'pytest "(\S+)"', page)
    assert any(named in tests for tests in scan_tests(root / "tests").values())


def ledger_of(*claims: tuple[str, str, str]) -> Ledger:
    """Make a ledger of (id, evidence, status), and planned claims enough to stay tested."""
    filler = [(f"fill-{n}", "test", "planned") for n in range(20)]
    return Ledger(
        {"vae": "VAE"},
        {name: Claim(name, "vae", "It holds.", *rest) for name, *rest in (*claims, *filler)},
    )


TESTED = ledger_of(("vae-a", "test", "published"))
PROOF = {"vae-a": ("tests/test_vae.py::test_a",)}
SAID = Label("claim", "vae-a", "02_vae")


def test_a_published_claim_that_is_said_and_tested_has_no_fault() -> None:
    assert messages(TESTED, [SAID], PROOF) == []


def test_tests_may_prove_a_planned_claim() -> None:
    assert messages(TESTED, [SAID], {**PROOF, "fill-1": ("tests/test_vae.py::test_b",)}) == []


def test_a_published_claim_is_asked_twice() -> None:
    few = {"vae-a": ("vae-q",), "vae-z": ("vae-q",)}
    assert messages(TESTED, [SAID], PROOF, few) == [
        "vae-a: published, but asked by 1 questions of 2",
        "vae-z: asked by vae-q, but no claim of the ledger",
    ]
    assert messages(TESTED, [SAID], PROOF, {}) == [
        "vae-a: published, but asked by 0 questions of 2"
    ]


@pytest.mark.parametrize(
    ("ledger", "labels", "evidence", "message"),
    [
        (TESTED, [], PROOF, "vae-a: published, but no sentence carries its label"),
        (TESTED, [SAID], {}, "vae-a: published, but no test is marked with it"),
        (TESTED, [SAID, SAID], PROOF, "vae-a: labelled twice; the first label is in 02_vae"),
        (TESTED, [SAID, Label("claim", "vae-b", "02")], PROOF, "vae-b: this label names no claim"),
        (TESTED, [SAID, Label("derivation", "x", "02")], PROOF, "x: this label names no claim"),
        (TESTED, [SAID, Label("claim", "fill-1", "02")], PROOF, "fill-1: labelled, but still"),
        (TESTED, [SAID], {**PROOF, "vae-z": ("t::z",)}, "vae-z: marked on t::z, but no claim"),
        (
            ledger_of(("vae-a", "derivation", "published")),
            [SAID, Label("derivation", "vae-a", "03_elbo")],
            {},
            "vae-a: no derivation is labelled in the chapter that claims it",
        ),
        (
            ledger_of(("vae-a", "citation", "published")),
            [SAID],
            {},
            "vae-a: its labelled paragraph cites no source",
        ),
    ],
)
def test_each_fault_is_found(
    ledger: Ledger, labels: list[Label], evidence: dict, message: str
) -> None:
    [found] = messages(ledger, labels, evidence)
    assert found.startswith(message)


def test_derivations_and_citations_are_accepted_as_stated() -> None:
    derived = ledger_of(("vae-a", "derivation", "published"))
    assert messages(derived, [SAID, Label("derivation", "vae-a", "02_vae")], {}) == []
    cited = ledger_of(("vae-a", "citation", "published"))
    assert messages(cited, [Label("claim", "vae-a", "02_vae", cites=("kingma2014",))], {}) == []


def test_nine_in_ten_claims_rest_on_a_test() -> None:
    cited = [(f"vae-{n}", "citation", "planned") for n in range(3)]
    assert messages(ledger_of(*cited[:2]), [], {}, {}) == []
    [found] = messages(ledger_of(*cited), [], {}, {})
    assert found == "20 of 23 claims rest on a test; nine in ten must"


ENTRY = "{id: vae-a, section: vae, claim: It holds., evidence: test, status: planned}"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (f"[{ENTRY}, {ENTRY}]", "vae-a: this id occurs twice"),
        (f"[{ENTRY.replace('test', 'hearsay')}]", "evidence must be one of test, derivation"),
        (f"[{ENTRY.replace('planned', 'done')}]", "status must be one of planned, published; got"),
        (f"[{ENTRY.replace('section: vae', 'section: x')}]", "section must be one of vae; got 'x'"),
        (f"[{ENTRY.replace('id: vae-a', 'id: VAE')}]", "id must be lower-case words"),
        (f"[{ENTRY.replace('evidence: test, ', '')}]", "entry 1, .*missing .*'evidence'"),
        (f"[{ENTRY.replace('evidence', 'proof')}]", "entry 1, .*unexpected .*'proof'"),
    ],
)
def test_a_malformed_ledger_is_refused(tmp_path: Path, entries: str, message: str) -> None:
    path = tmp_path / "claims.yml"
    path.write_text(f"sections: {{vae: VAE}}\nclaims: {entries}\n")
    with pytest.raises(ValueError, match=message):
        load_ledger(path)


def test_labels_are_read_where_they_stand_before_a_sentence() -> None:
    text = """
# Title <!-- claim: in-heading -->

<!-- claim: at-start -->
<!-- claim: at-start-too -->
A sentence. <!-- claim: in-line -->
By [A](../b/references.md#kingma2014) and [B](references.md#rezende2014).

```{note}
<!-- derivation: in-note -->
A note.
```

```html
<!-- claim: in-code -->
A sample.
```

Some `<!-- claim: in-literal -->` code.

<!-- claim: glued --> to its sentence.

<!-- claim: before-heading -->
# Next

- <!-- claim: in-list -->
  An item.

<!-- claim: last -->
"""
    found = list(labels_in(text, "page"))
    assert [(label.kind, label.id) for label in found] == [
        ("claim", "at-start"),
        ("claim", "at-start-too"),
        ("claim", "in-line"),
        ("derivation", "in-note"),
        ("claim", "in-list"),
    ]
    assert found[2].cites == ("kingma2014", "rezende2014")
    assert found[3].cites == ()


def marked(tmp_path: Path, source: str) -> dict[str, tuple[str, ...]]:
    """Return the marks in one test file."""
    (tmp_path / "tests/models").mkdir(parents=True)
    (tmp_path / "tests/models/test_x.py").write_text(source)
    return scan_tests(tmp_path / "tests")


def test_marks_are_read_in_every_form_without_importing(tmp_path: Path) -> None:
    source = """
raise RuntimeError("this file is never imported")
pytestmark = [pytest.mark.slow, pytest.mark.claim("on-module")]

@pytest.mark.claim("on-function", "second-id")
@pytest.mark.claim("third-id")
def test_one(): ...

@pytest.mark.claim("on-class")
class TestMany:
    @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.claim("on-case")), 2])
    def test_two(self, n): ...

    def helper(self): ...
"""
    one, two = "tests/models/test_x.py::test_one", "tests/models/test_x.py::TestMany::test_two"
    assert marked(tmp_path, source) == {
        "on-module": (one, two),
        "on-function": (one,),
        "second-id": (one,),
        "third-id": (one,),
        "on-class": (two,),
        "on-case": (two,),
    }


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("@pytest.mark.claim(NAME)\ndef test_x(): ...", "names its ids as strings"),
        ("@pytest.mark.claim()\ndef test_x(): ...", "names its ids as strings"),
        ("@pytest.mark.claim('a-b')\ndef helper(): ...", "test_x.py:1: .* belongs to no test"),
        ("CASES = [pytest.param(1, marks=pytest.mark.claim('a-b'))]", "belongs to no test"),
    ],
)
def test_a_mark_that_proves_nothing_is_refused(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.compile(message)):
        marked(tmp_path, source)
