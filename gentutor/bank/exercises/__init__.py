"""Exercises: functions to write from memory and programs to mend, read without torch.

A folder ``<section>/<name>`` is one exercise::

    task.md       front matter (see Exercise), then what is asked and what is given
    starter.py    what the reader begins with; a mend has symptom(), which prints what is amiss
    solution.py   write: a named function of gentutor/plain; mend: the mended program
    tests.py      the properties: functions check_<property>(function), judged in their order
    hints.md      three, from a nudge to nearly the solution, each under a line "## 1"
    right/*.py    other right programs, which the judge accepts
    wrong/*.py    one a misconception; the docstring ends in: The judge says: "part of the message"
"""

import ast
import difflib
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

HERE = Path(__file__).parent
FRONT = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)
SIGNATURE = re.compile(r"([a-z_]\w*)\(.*\)")


class UnknownExercise(LookupError):  # noqa: N818  (what the name is)
    """No exercise has this name; the message gives the nearest ones."""


class Exercise(BaseModel):
    """One exercise: the front matter of its ``task.md``, and where the rest lies.

    Args:
        id: ``<section>/<name>``.
        text: the task in Markdown.
        title: a few words.
        kind: ``write`` a function from memory, or ``mend`` a program.
        signature: of the one function that is judged, as it stands in the starter.
        plain: write only, the solution: ``module.function`` of ``gentutor.plain``.
        says: mend only, a part of what the judge says to the starter as it is.
        difficulty: 1 to 3.
        minutes: for someone who knows it.
        claims: ids of the ledger on which it bears.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str
    text: str
    title: str
    kind: Literal["write", "mend"]
    signature: str
    plain: str | None = None
    says: str | None = None
    difficulty: Annotated[int, Field(ge=1, le=3)]
    minutes: Annotated[int, Field(ge=1, le=30)]
    claims: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _whole(self) -> "Exercise":
        if not SIGNATURE.fullmatch(self.signature):
            raise ValueError("signature: expected name(arguments)")
        if (self.plain is None) == (self.kind == "write"):
            raise ValueError(
                "plain: expected module.function for write, nothing for mend"
            )
        if (self.says is None) == (self.kind == "mend"):
            raise ValueError(
                "says: expected a part of the judge's answer for mend alone"
            )
        return self

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return HERE / self.id

    @property
    def function(self) -> str:
        """The name of the function that is judged."""
        return self.signature.partition("(")[0]

    @property
    def arguments(self) -> int:
        """How many arguments the function must take without a default."""
        tree = ast.parse(f"def {self.signature}: ...").body[0]
        assert isinstance(tree, ast.FunctionDef)
        return len(tree.args.args) - len(tree.args.defaults)

    @property
    def file(self) -> str:
        """What the starter is called in the reader's folder."""
        return re.sub(r"\W", "_", self.id) + ".py"

    def hints(self) -> list[str]:
        """Return the three hints, the mildest first."""
        text = (self.folder / "hints.md").read_text(encoding="utf-8")
        return [
            hint.strip()
            for hint in re.split(r"^## \d\n", text, flags=re.MULTILINE)[1:]
        ]

    def solution(self) -> str:
        """Return the source of the solution; for a mend, the lines that change.

        >>> print(load("vae/kl").solution())
        def kl_to_prior(mu, logvar):  # KL(q(z | x) || N(0, I)), (N,)
            return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
        """
        if self.plain:
            module, _, name = self.plain.partition(".")
            source = (HERE.parents[1] / "plain" / f"{module}.py").read_text(
                encoding="utf-8"
            )
            nodes = (
                node
                for node in ast.parse(source).body
                if getattr(node, "name", "") == name
            )
            return str(ast.get_source_segment(source, next(nodes)))
        before, after = (
            (self.folder / name).read_text(encoding="utf-8").splitlines()
            for name in ("starter.py", "solution.py")
        )
        return "\n".join(
            list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]
        )


@cache
def names() -> tuple[str, ...]:
    """Return the ids of all exercises, section by section in the order of the book.

    >>> names()[0]
    'ae/loss'
    """
    latent, metrics = (
        ("ae", "vae", "elbo", "vq", "gen"),
        ("met", "psnr", "ssim", "fid", "is"),
    )
    sections = (*latent, *metrics, "lpips", "gan", "wgan")
    found = {
        path.parent.relative_to(HERE).as_posix()
        for path in HERE.glob("*/*/task.md")
    }
    read = {name: _read(name) for name in found}
    return tuple(
        sorted(
            found,
            key=lambda name: (
                sections.index(name.partition("/")[0]),
                read[name].kind != "write",
                read[name].difficulty,
                name,
            ),
        )
    )


def load(name: str) -> Exercise:
    """Return an exercise by its id.

    Raises:
        UnknownExercise: there is none; the message names the nearest.

    >>> load("vae/lk")
    Traceback (most recent call last):
    ...
    gentutor.bank.exercises.UnknownExercise: no exercise is called vae/lk; nearest: vae/kl
    """
    if name not in names():
        tails = {known.partition("/")[2]: known for known in names()}
        wanted = name.lower().replace("_", "-")
        near = difflib.get_close_matches(wanted, names(), cutoff=0.7)
        near += [
            tails[tail]
            for tail in difflib.get_close_matches(wanted, tails, cutoff=0.7)
        ]
        hint = (
            f"nearest: {', '.join(dict.fromkeys(near))}"
            if near
            else "all: gentutor exercises"
        )
        raise UnknownExercise(f"no exercise is called {name}; {hint}")
    return _read(name)


@cache
def _read(name: str) -> Exercise:
    path = HERE / name / "task.md"
    parts = FRONT.fullmatch(path.read_text(encoding="utf-8"))
    if not parts:
        raise ValueError(
            f"{path}: expected front matter between two lines ---, then the task"
        )
    try:
        front = yaml.safe_load(parts[1])
        return Exercise(id=name, text=parts[2].strip(), **front)
    except ValidationError as error:
        faults = (
            f"{'.'.join(map(str, fault['loc'])) or 'front matter'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise ValueError(f"{path}: {'; '.join(faults)}") from None
    except (yaml.YAMLError, TypeError) as error:
        raise ValueError(f"{path}: front matter: {error}") from None
