"""What a question file may hold: the fields of each kind of question, and what they must be.

The authors' guide beside this file says how the fields are meant. ``questions.schema.json`` is
generated from these classes, so that editors can complete and check a file while it is written.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

ID = r"^[a-z0-9]+(-[a-z0-9]+)+$"
CODE = r"^[A-Z0-9]+(-[A-Z0-9]+)*$"
NEEDS_CHECK = {"N": "number", "D": "derive", "C": "code"}


def written(value: Any) -> Any:
    """Return a number as it would be written, so that ``answer: 2`` is an expression too."""
    return repr(value) if type(value) in (int, float) else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]  # Markdown, $maths$
Expression = Annotated[Text, BeforeValidator(written)]
Identifier = Annotated[str, StringConstraints(pattern=ID)]
Code = Annotated[str, StringConstraints(pattern=CODE)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Strict(BaseModel):
    """A part of a file: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FollowUp(Strict):
    """What the interviewer asks next: “are you sure?”."""

    prompt: Text
    answer: Text


class Source(Strict):
    """A key of ``book/references.bib``, and where in that source it stands."""

    key: Text
    at: Text | None = None


class Option(Strict):
    """What can be picked: its text, what is said once it is picked, and why it may tempt."""

    text: Text
    feedback: Text
    misconception: Code | None = None
    check: Expression | None = None


class Choice(Option):
    """One answer of a ``single`` or ``many`` question; ``check`` is true when it is correct."""

    correct: bool = False

    @model_validator(mode="after")
    def _named(self) -> "Choice":
        if not self.correct and self.misconception is None:
            raise ValueError("a wrong choice names its misconception")
        return self


class Statement(Option):
    """One of four public statements of a ``refute`` question; ``check`` is true when it holds."""

    wrong: bool

    @model_validator(mode="after")
    def _named(self) -> "Statement":
        if self.wrong and self.misconception is None:
            raise ValueError("a wrong statement names its misconception")
        return self


class Trap(Strict):
    """A wrong number that a known mistake gives."""

    value: Expression
    feedback: Text
    misconception: Code | None = None


class Step(Strict):
    """One step of an ``order`` question."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    text: Text


class Asked(Strict):
    """What every question has."""

    id: Identifier
    status: Literal["live", "draft"] = "live"
    rev: Annotated[int, Field(ge=1)] = 1
    claims: Annotated[list[Identifier], Field(min_length=1)]
    skill: Literal["R", "N", "D", "C", "T", "S"]
    difficulty: Annotated[int, Field(ge=1, le=3)]
    seconds: Annotated[int, Field(ge=10, le=900)]
    prompt: Text
    hint: Text
    explanation: Text
    follow_up: FollowUp
    sources: list[Source] = []
    check: Expression | None = None

    def options(self) -> "list[Choice] | list[Statement]":
        """Return what can be picked; nothing for the other kinds."""
        return []

    def is_checked(self) -> bool:
        """Say whether the key is proven: by one check, or by one for every option."""
        options = self.options()
        return self.check is not None or (bool(options) and all(one.check for one in options))

    @model_validator(mode="after")
    def _proven(self) -> "Asked":
        if not self.is_checked() and self.skill in NEEDS_CHECK:
            raise ValueError(f"skill {self.skill} ({NEEDS_CHECK[self.skill]}) needs a check")
        if not self.is_checked() and not self.sources:
            raise ValueError("a question without a check names a primary source")
        return self


class Single(Asked):
    """One of the choices is correct."""

    kind: Literal["single"]
    choices: Annotated[list[Choice], Field(min_length=3, max_length=5)]

    def options(self) -> list[Choice]:
        """Return the choices."""
        return self.choices

    @model_validator(mode="after")
    def _one_key(self) -> "Single":
        if (right := sum(choice.correct for choice in self.choices)) != 1:
            raise ValueError(f"a single question has one correct choice; got {right}")
        return self


class Many(Asked):
    """Some of the choices are correct, perhaps one, never all."""

    kind: Literal["many"]
    choices: Annotated[list[Choice], Field(min_length=3, max_length=6)]

    def options(self) -> list[Choice]:
        """Return the choices."""
        return self.choices

    @model_validator(mode="after")
    def _some_keys(self) -> "Many":
        if (right := sum(choice.correct for choice in self.choices)) in (0, len(self.choices)):
            raise ValueError(f"some choices are correct, not all; got {right} of them")
        return self


class Numeric(Asked):
    """A number, computed by ``answer`` for each set of parameters."""

    kind: Literal["numeric"]
    params: list[dict[Name, int | float | str]] = []
    answer: Expression
    tolerance: float | Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?%$")]
    unit: Text | None = None
    traps: list[Trap] = []
    working: Text | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Numeric":
        if isinstance(self.tolerance, float) and not self.tolerance > 0:
            raise ValueError(f"tolerance must be positive; got {self.tolerance:g}")
        if any(set(one) != set(self.params[0]) for one in self.params):
            raise ValueError("every entry of params has the same names")
        return self


class Recall(Asked):
    """Said aloud, then rated by the reader on the rubric."""

    kind: Literal["recall"]
    rubric: Annotated[list[Text], Field(min_length=2, max_length=6)]
    thirty_seconds: Text
    two_minutes: Text


class Order(Asked):
    """Steps to be put in order; the file has them in the right one."""

    kind: Literal["order"]
    steps: Annotated[list[Step], Field(min_length=3, max_length=8)]

    @model_validator(mode="after")
    def _distinct(self) -> "Order":
        if len({step.id for step in self.steps}) != len(self.steps):
            raise ValueError("every step has an id of its own")
        return self


class Refute(Asked):
    """Four public statements, one or more of them wrong, and the lines that settle it."""

    kind: Literal["refute"]
    statements: Annotated[list[Statement], Field(min_length=4, max_length=4)]
    refutation: Text

    def options(self) -> list[Statement]:
        """Return the statements."""
        return self.statements

    @model_validator(mode="after")
    def _some_wrong(self) -> "Refute":
        if not any(statement.wrong for statement in self.statements):
            raise ValueError("at least one of the four statements is wrong")
        return self


Question = Annotated[Single | Many | Numeric | Recall | Order | Refute, Field(discriminator="kind")]


class QuestionFile(Strict):
    """One file of ``questions/``: a section of the ledger and the chapter that asks it."""

    section: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]
    chapter: Annotated[str, StringConstraints(pattern=r"^notebooks/\w+$")]
    questions: list[Question]


class Misconception(Strict):
    """What people wrongly say, and why it tempts them."""

    says: Text
    why: Text
