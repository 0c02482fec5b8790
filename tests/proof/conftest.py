"""A repository with a bank of one question a kind, in which a test may change a line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gentutor.proof.proving import Known

REST = """\
    difficulty: 1
    seconds: 30
    hint: Think.
    explanation: It is so.
    follow_up: {prompt: Sure, answer: Sure.}
    sources: [{key: smith2020, at: section 2}]
"""
QUESTIONS = f"""\
section: vae
chapter: notebooks/02_vae
questions:
  - id: vae-number
    claims: [vae-a]
    kind: numeric
    skill: N
    prompt: What is the KL of mean <<mu>> and $s = <<s:.2f>>$?
    params: [{{mu: 1, s: 0.5}}, {{mu: 2, s: 1}}]
    answer: variational.gaussian_kl(tensor([[mu]]), tensor([[2 * log(s)]]))
    check: kl_by_quadrature(mu, s)
    tolerance: 0.01
    unit: nats
    working: Half of <<mu**2 + s**2 - 1 - 2 * log(s):.3f>> is <<answer:.3f>>.
    traps:
      - {{value: 2 * answer, feedback: Twice <<answer:.2f>>., misconception: HALF-KL}}
{REST}
  - id: vae-single
    claims: [vae-a, vae-b]
    kind: single
    skill: C
    prompt: What is 2 + 2?
    choices:
      - {{text: Four, correct: true, feedback: Yes.}}
      - {{text: Five, feedback: No., misconception: RED}}
      - {{text: "Only $a<b$", feedback: No., misconception: RED}}
    check: '["a", "b", "c"][int(2 + 2 - 4)] if isclose(sum([2, 2]), 4) else "b"'
{REST}
  - id: vae-many
    claims: [vae-b]
    kind: many
    skill: D
    prompt: Which are even?
    choices:
      - {{text: Two, correct: true, feedback: Yes., check: "sum([2]) % 2 == 0"}}
      - {{text: Three, feedback: No., misconception: RED, check: "sum([3]) % 2 == 0"}}
      - {{text: Four, correct: true, feedback: Yes., check: "sum([4]) % 2 == 0"}}
{REST}
  - id: vae-order
    claims: [vae-a]
    kind: order
    skill: C
    prompt: Order them.
    steps: [{{id: mu, text: $\\mu$}}, {{id: z, text: $z$}}, {{id: loss, text: The loss}}]
    check: 'only_order({{"mu": [], "z": ["mu"], "loss": ["z"]}})'
{REST}
  - id: vae-refute
    claims: [vae-a]
    kind: refute
    skill: R
    prompt: Which are wrong?
    statements:
      - {{text: One and one is two., wrong: false, feedback: Holds., check: '1 + 1 == sum([2])'}}
      - {{text: One is two., wrong: true, feedback: No., misconception: RED, check: '1 == 2 * pi'}}
      - {{text: Two is two., wrong: false, feedback: Holds., check: '2 == sum([2])'}}
      - {{text: Never two., wrong: true, feedback: No., misconception: RED, check: '3 == sum([2])'}}
    refutation: print(1 + 1)
{REST}
  - id: vae-recall
    claims: [vae-b]
    kind: recall
    skill: R
    prompt: Say it.
    rubric: [One point, Another $p(x)$]
    thirty_seconds: Briefly.
    two_minutes: At length.
{REST}
"""
CLAIM = "{{id: vae-{0}, section: vae, claim: It is $x^2$., evidence: test, status: planned}}"
Repository = Callable[..., Known]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a function that writes the repository, one text of it changed, and reads it."""

    def make(old: str = "", new: str = "") -> Known:
        assert QUESTIONS.count(old) >= 1
        files = {
            "gentutor/bank/questions/vae.yaml": QUESTIONS.replace(old, new, 1)
            if old
            else QUESTIONS,
            "gentutor/bank/misconceptions.yaml": "RED: {says: Red., why: $a$}\n"
            "HALF-KL: {says: Half., why: It.}\nUNUSED: {says: A., why: B.}\n",
            "gentutor/bank/claims.yml": "sections: {vae: VAE, gan: GAN}\nclaims: ["
            f"{CLAIM.format('a')}, {CLAIM.format('b')}, {CLAIM.format('c')}]\n",
            "book/references.bib": "@article{smith2020, author={Smith, A. and van den Berg, B.},"
            " title={T}, year={2020}}\n@article{many2021, author={A, B and C, D and E, F},"
            " title={T}, year={2021}}\n",
            "notebooks/02_vae.ipynb": "{}",
        }
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Known.read(tmp_path)

    return make
