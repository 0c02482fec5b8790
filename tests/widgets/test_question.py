"""Questions on the Python side: what `ask` makes, lists and refuses."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gentutor.bank.wording import shown_time, shuffled
from gentutor.widgets import Questions, ask, ask_all
from gentutor.widgets import question as module
from gentutor.widgets.question import read_bank
from gentutor.widgets.question_html import question_html, without_tex

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
COMPONENT = [  # what a chapter loads for its questions
    *(f"gentutor/widgets/question.{kind}" for kind in ("js", "css")),
    *(f"book/_assets/{name}" for name in ("questions.js", "progress.js", "practice.css")),
]
VIEW = "application/vnd.jupyter.widget-view+json"
FSRS = "59b7444121d0aae5bb969097ed95df38eff4a4f878e459703c63720f6b6a176b"  # of version 5.4.2


@pytest.fixture(scope="module")
def bank(root):
    """Return the small bank of the tests, which has every kind."""
    return read_bank(root / "tests" / "bank_fixture.json")


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch):
    """Let every test begin as a notebook that has asked nothing."""
    monkeypatch.setattr(module, "asked", set())


def questions_in(widget: Questions) -> list[str]:
    """Return the ids of the questions that a widget asks."""
    return re.findall(r'data-question="([^"]+)"', widget.html)


def test_ask_shows_the_widget_in_a_notebook_and_plain_html_in_a_page(bank):
    widget = ask("vae-kl-role", "vae-training-step", bank=bank)
    data, _ = widget._repr_mimebundle_()
    assert data[VIEW]["model_id"] == widget.model_id
    assert f'data-model="{widget.model_id}"' in data["text/html"]
    assert widget.html in data["text/html"]
    assert questions_in(widget) == ["vae-kl-role", "vae-training-step"]
    assert "<script" not in data["text/html"]


def test_ask_all_asks_the_rest_and_links_what_was_asked_above(bank):
    ask("vae-kl-role", bank=bank)
    for _ in range(2):  # a cell that runs twice gives the same
        widget = ask_all("vae", bank=bank)
        assert questions_in(widget) == [
            "vae-kl-of-a-point",
            "vae-gradient-through",
            "vae-training-step",
        ]
        assert re.findall(r'<a href="(#[^"]+)"', widget.html) == ["#question-vae-kl-role"]
    assert questions_in(ask_all("elbo", bank=bank)) == ["elbo-say-the-gap", "elbo-which-are-wrong"]
    assert "Asked above" not in ask_all("elbo", bank=bank).html


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda bank: ask(bank=bank), "ids: expected at least one question's id, got none"),
        (lambda bank: ask("vae-none", bank=bank), "ids: expected ids of questions .* 'vae-none'"),
        (lambda bank: ask_all("gan", bank=bank), "section: expected one of elbo, vae, got 'gan'"),
    ],
)
def test_what_the_bank_does_not_have_is_refused(bank, call, message):
    with pytest.raises(ValueError, match=message):
        call(bank)
    assert module.asked == set()


def test_a_bank_of_another_format_is_refused(tmp_path):
    (tmp_path / "bank.json").write_text('{"format": 2}')
    with pytest.raises(ValueError, match=r"bank.json: expected format 1, got 2"):
        read_bank(tmp_path / "bank.json")


def test_letters_follow_the_order_shown_and_the_answer_uses_the_same(bank):
    (question,) = (one for one in bank["questions"] if one["kind"] == "refute")
    html = question_html(question, bank)
    assert re.findall(r'gq-letter">(.)<', html) == list("ABCD")
    said = re.findall(r'data-choice="(.)"( data-right)?><strong>(.) is (\w+)', html)
    choices = question["variants"][0]["choices"]
    assert [one[0] for one in said] == [choice["id"] for choice in choices] == list("dacb")
    assert [one[2] for one in said] == list("ABCD")
    for (_, marked, _, verdict), choice in zip(said, choices, strict=True):
        assert verdict == ("wrong" if choice["correct"] else "right")
        assert bool(marked) == choice["correct"]


def test_why_a_misconception_tempts_stands_with_its_feedback(bank):
    html = question_html(bank["questions"][0], bank)
    assert html.count(bank["misconceptions"]["KL-REG"]["why"]["html"]) == 1


def test_formulas_leave_their_tex_behind(bank):
    assert any("<annotation" in str(question) for question in bank["questions"])
    ask("vae-kl-of-a-point", bank=bank)
    html = ask_all("vae", bank=bank).html + "".join(
        question_html(q, bank) for q in bank["questions"]
    )
    assert "<math" in html
    assert not [sign for sign in ("annotation", "semantics", "\\mathcal") if sign in html]


def test_a_chapter_leaves_out_the_variants_that_it_never_asks(bank):
    (question,) = (one for one in bank["questions"] if len(one["variants"]) > 1)
    assert question_html(question, bank).count("<template>") == len(question["variants"]) - 1
    asked = ask(question["id"], bank=bank).html
    assert "<template>" not in asked
    assert without_tex(question["variants"][0]["prompt"]["html"]) in asked


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chapters_questions_and_their_component_weigh_at_most_250_kb(path, root):
    cells = json.loads(path.read_text())["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells)
    weight = sum((root / name).stat().st_size for name in COMPONENT)
    for name, ids in re.findall(r'widgets\.(ask|ask_all)\(("[^)]+")\)', code):
        widget = {"ask": ask, "ask_all": ask_all}[name](*re.findall(r'"([^"]+)"', ids))
        weight += len(widget.html.encode())
    assert 50_000 < weight < 250_000


def test_code_of_the_bank_is_escaped(bank):
    (question,) = (one for one in bank["questions"] if one["kind"] == "refute")
    assert "# a &lt; b &amp;&amp; c" in question_html(question, bank)


@pytest.mark.parametrize("seed", [f"vae-{i}" for i in range(50)])
def test_steps_are_never_shown_in_the_right_order(seed):
    steps = [{"id": name} for name in "abc"]
    mixed = shuffled(steps, seed)
    assert mixed != steps
    assert sorted(step["id"] for step in mixed) == ["a", "b", "c"]
    assert shuffled(steps, seed) == mixed


def test_times_are_words():
    said = [shown_time(seconds) for seconds in (20, 60, 90, 120)]
    assert said == ["20 seconds", "1 minute", "1.5 minutes", "2 minutes"]


def test_asking_needs_no_torch(root):
    code = "import sys, gentutor.widgets.question; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_the_scheduler_is_the_file_of_its_release(root: Path):
    folder = root / "book" / "_assets" / "vendor"
    assert hashlib.sha256((folder / "ts-fsrs.umd.js").read_bytes()).hexdigest() == FSRS
    assert (folder / "ts-fsrs-LICENSE.txt").read_text().startswith("MIT License")
    assert "5.4.2" in (folder / "README.md").read_text()
