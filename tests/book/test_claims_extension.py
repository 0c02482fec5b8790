"""The Sphinx side of claims: labels become anchors and badges, and the page lists them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.testing.util import SphinxTestApp

LEDGER = """
sections: {vae: Variational autoencoder, gan: GAN}
claims:
  - {id: vae-one, section: vae, claim: "It has $x^2$.", sharper: Not always., evidence: test,
     status: published}
  - {id: vae-two, section: vae, claim: Two., evidence: test, status: published}
  - {id: gan-new, section: gan, claim: Later., evidence: test, status: planned}
"""
TESTS = 'import pytest\n@pytest.mark.claim("vae-one", "vae-two")\ndef test_both(): ...\n'
QUESTIONS = ("vae-first", "vae-second")
ASKING = "".join(f'<div id="question-{name}">Why?</div>' for name in QUESTIONS)
CHAPTER = "<!-- claim: vae-one -->\nFirst one. <!-- claim: vae-two --> Then two, with **weight**."
Build = Callable[..., tuple[str, SphinxTestApp]]


def bank_of(names: tuple[str, ...]) -> str:
    """Return a compiled bank whose questions ask for both published claims."""
    questions = [
        {
            "id": name,
            "claims": ["vae-one", "vae-two"],
            "anchor": f"vae.html#question-{name}",
            "variants": [{"prompt": {"text": f"What is {name}, {'and so on, ' * 20}"}}],
        }
        for name in names
    ]
    return json.dumps({"format": 1, "questions": questions})


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build a book of one chapter; a further call builds it again, only as far as needed."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_nb", "chapters", "claims"]\nmyst_enable_extensions = ["dollarmath"]\n'
        'nb_execution_mode = "off"\nclaims_ledger = "claims.yml"\nnitpicky = True\n'
        'claims_bank = "bank.json"\n'
        'exclude_patterns = ["_build"]\n'
    )

    def write(name: str, text: str) -> None:
        path = tmp_path / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)

    def run(
        chapter: str = CHAPTER,
        ledger: str = LEDGER,
        tests: str = TESTS,
        questions: tuple[str, ...] = QUESTIONS,
    ) -> tuple:
        cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# VAE\n\n{chapter}"}
        asking = {"output_type": "display_data", "metadata": {}, "data": {"text/html": ASKING}}
        code = {"cell_type": "code", "id": "b", "metadata": {}, "source": "ask()"}
        code |= {"execution_count": None, "outputs": [asking]}
        language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
        notebook = {"cells": [cell, code], "metadata": language, "nbformat": 4, "nbformat_minor": 5}
        write("vae.ipynb", json.dumps(notebook))
        write("index.md", "# Book\n\n```{toctree}\nvae\nclaims\n```\n")
        write("claims.md", "# Claims\n\n```{claims-table}\n```\n")
        write("claims.yml", ledger)
        write("tests/test_vae.py", tests)
        write("bank.json", bank_of(questions))
        app = SphinxTestApp("html", srcdir=tmp_path)
        try:
            app.build()
        finally:
            app.cleanup()
        return re.sub(r"\x1b\[[\d;]*m", "", app.warning.getvalue()), app

    return run


def page(app: SphinxTestApp, name: str) -> BeautifulSoup:
    """Return a built page."""
    return BeautifulSoup((Path(app.outdir) / f"{name}.html").read_text(), "html.parser")


def test_a_label_becomes_an_anchor_and_a_named_badge(build: Build) -> None:
    warnings, app = build()
    assert warnings == ""
    chapter = page(app, "vae")
    for claim in ("vae-one", "vae-two"):
        assert chapter.find(id=f"claim-{claim}")
        [badge] = chapter.select(f'a.claim-badge[href="claims.html#claim-row-{claim}"]')
        assert badge.get_text() == f"Claim {claim}: tested"
    paragraph = chapter.find(id="claim-vae-one").find_parent("p")
    assert paragraph == chapter.find(id="claim-vae-two").find_parent("p")
    assert paragraph.strong.get_text() == "weight"
    text = re.sub(r"Claim \S+: tested", "", paragraph.get_text())
    assert " ".join(text.split()) == "First one. Then two, with weight."
    assert "<!--" not in str(paragraph)


def test_two_labels_before_one_sentence_keep_their_order(build: Build) -> None:
    warnings, app = build("<!-- claim: vae-one -->\n<!-- claim: vae-two -->\nBoth at once.")
    assert warnings == ""
    badges = page(app, "vae").select("a.claim-badge")
    assert [badge["href"].rpartition("-")[2] for badge in badges] == ["one", "two"]


def test_labels_work_in_lists_and_admonitions(build: Build) -> None:
    warnings, app = build(
        "- <!-- claim: vae-one -->\n  In a list.\n\n"
        "```{note}\n<!-- claim: vae-two -->\nIn a note.\n```"
    )
    assert warnings == ""
    assert page(app, "vae").find(id="claim-vae-one").find_parent("li")
    assert page(app, "vae").find(id="claim-vae-two").find_parent("div", class_="admonition")


def test_the_page_lists_published_claims_with_their_proof(build: Build) -> None:
    _, app = build()
    listed = page(app, "claims")
    assert listed.select_one(".claim-count").get_text() == "2 published, 1 planned."
    [title] = listed.select("h2")
    assert title.get_text().startswith("Variational autoencoder")
    entry = listed.find(id="claim-row-vae-one").find_next("dd")
    assert entry.select_one(".math")
    [sharper] = entry.select("details.claim-sharper")
    assert sharper.summary.get_text() == "Sharper"
    assert sharper.select_one("p").get_text() == "Not always."
    assert sharper.get("open") is None
    assert "Not always." not in "".join(p.get_text() for p in entry.find_all("p", recursive=False))
    [proof] = entry.select("details.claim-proof")
    assert proof.select_one("code").get_text() == "tests/test_vae.py::test_both"
    assert entry.select_one('a[href="vae.html#claim-vae-one"]')
    assert listed.find(id="claim-row-gan-new") is None


def test_the_page_counts_its_evidence_and_names_the_versions(build: Build, tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("numpy==1.2.3\nother==9\ntorch==4.5.6\n")
    warnings, app = build()
    assert warnings == ""
    listed = page(app, "claims")
    [row] = listed.select("table tbody tr")
    assert [cell.get_text() for cell in row.select("td")][1:] == ["2", "2", "0", "0", "1", "2"]
    assert ", torch 4.5.6, numpy 1.2.3." in listed.get_text()


def test_a_row_leads_to_its_questions(build: Build) -> None:
    _, app = build()
    entry = page(app, "claims").find(id="claim-row-vae-two").find_next("dd")
    links = entry.select("ul.claim-questions a")
    assert [link["href"] for link in links] == [f"vae.html#question-{name}" for name in QUESTIONS]
    assert links[0].get_text().startswith("What is vae-first, and so on,")
    assert links[0].get_text().endswith(" …")
    assert len(links[0].get_text()) <= 90
    assert not entry.select("details.claim-sharper")


def test_plain_links_lead_to_rows_sentences_and_questions(build: Build) -> None:
    links = "[row](claims.md#claim-row-vae-one), [asked](vae.ipynb#question-vae-first)"
    warnings, app = build(f"{CHAPTER}\n\nSee {links} and [said](vae.ipynb#claim-vae-two).")
    assert warnings == ""
    found = {a.get_text(): a["href"] for a in page(app, "vae").select("p a")}
    assert found["row"] == "claims.html#claim-row-vae-one"
    assert found["asked"] == "#question-vae-first"
    assert found["said"] == "#claim-vae-two"
    warnings, _ = build(f"{CHAPTER}\n\nSee [row](claims.md#claim-row-vae-none).")
    assert "claim:row reference target not found: vae-none" in warnings


def test_a_claim_that_is_asked_once_is_a_warning(build: Build) -> None:
    warnings, _ = build(questions=QUESTIONS[:1])
    assert "vae-one: published, but asked by 1 questions of 2" in warnings


def test_a_question_that_its_chapter_does_not_hold_is_a_warning(build: Build) -> None:
    warnings, _ = build(questions=(*QUESTIONS, "vae-third"))
    [line] = [line for line in warnings.splitlines() if "vae-third" in line]
    assert "vae-third: vae does not ask this question" in line


def test_nothing_published_is_no_fault(build: Build) -> None:
    planned = LEDGER.replace("published", "planned")
    warnings, app = build("No labels.", planned)
    assert warnings == ""
    listed = page(app, "claims")
    assert listed.select_one(".claim-count").get_text() == "0 published, 3 planned."
    assert not listed.select("dl.claim-list")


@pytest.mark.parametrize(
    ("chapter", "message"),
    [
        ("<!-- claim: vae-none -->\nUnknown.", "vae-none: this label names no claim"),
        ("<!-- claim: gan-new -->\nToo early.", "gan-new: labelled, but still planned"),
        ("<!-- claim: vae-one -->\nOnce.\n\nAnd <!-- claim: vae-one --> twice.", "labelled twice"),
        ("<!-- claim: vae-one --> On the same line.", "starts a block needs a line of its own"),
        ("<!-- claim: vae-one -->\n\n## A heading", "a claim label stands before a sentence"),
        ("Nothing labelled.", "vae-one: published, but no sentence carries its label"),
    ],
)
def test_a_label_at_fault_is_a_warning_with_its_place(
    build: Build, chapter: str, message: str
) -> None:
    warnings, _ = build(chapter)
    [line] = [line for line in warnings.splitlines() if message in line]
    place = "WARNING: claims.yml" if "published" in message else r"vae\.ipynb(:\d+)?: WARNING"
    assert re.search(place, line)


def test_an_unchanged_book_reads_nothing_again(build: Build) -> None:
    build()
    _, app = build()
    assert "no targets are out of date" in app.status.getvalue()


def test_pages_follow_the_ledger(build: Build) -> None:
    build()
    warnings, app = build(ledger=LEDGER.replace("Two.", "Exactly two.").replace("Later", "Late"))
    assert warnings == ""
    assert "Exactly two." in page(app, "claims").get_text()
    derived = LEDGER.replace("claim: Two., evidence: test", "claim: Two., evidence: derivation")
    _, app = build(ledger=derived)
    badge = page(app, "vae").select_one('a.claim-badge[href$="vae-two"]')
    assert badge.get_text() == "Claim vae-two: derived"


def test_pages_follow_the_tests(build: Build) -> None:
    build()
    warnings, app = build(tests=TESTS.replace("test_both", "test_again"))
    assert warnings == ""
    assert "tests/test_vae.py::test_again" in page(app, "claims").get_text()
    warnings, _ = build(tests="")
    assert "vae-one: published, but no test is marked with it" in warnings


def test_a_derivation_has_its_own_anchor(build: Build) -> None:
    ledger = LEDGER.replace("claim: Two., evidence: test", "claim: Two., evidence: derivation")
    warnings, app = build(f"{CHAPTER}\n\n<!-- derivation: vae-two -->\nBy Jensen.", ledger)
    assert "vae-two" not in warnings
    assert page(app, "vae").find(id="derivation-vae-two")
    link = page(app, "claims").select_one('a[href="vae.html#derivation-vae-two"]')
    assert link.get_text() == "Derivation"
