"""What the judge answers, as text for the terminal and HTML for the notebook."""

import html
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["right", "wrong", "stopped"]


@dataclass(frozen=True)
class Report:
    """The judge's answer to one submission.

    Args:
        exercise: its id.
        verdict: ``right`` where every property holds; ``wrong`` where one does not; ``stopped``
            where the program could not be judged: it does not load, raises or never ends.
        held: the properties that were seen to hold, in words.
        failed: the property that does not.
        message: what was seen, what was expected, and a question that leads on.
        printed: what the program printed, shortened.

    >>> print(Report("vae/kl", "wrong", ("one number an example",), "0 at the prior", "It is 1."))
    vae/kl: wrong
      ✓ one number an example
      ✗ 0 at the prior
        It is 1.
    """

    exercise: str
    verdict: Verdict
    held: tuple[str, ...] = ()
    failed: str = ""
    message: str = ""
    printed: str = ""

    def __str__(self) -> str:
        lines = [
            f"{self.exercise}: {self.verdict}",
            *(f"  ✓ {name}" for name in self.held),
        ]
        lines += [f"  ✗ {self.failed}"] if self.failed else []
        lines += [f"    {line}" for line in self.message.splitlines()]
        lines += ["  It printed:"] if self.printed else []
        return "\n".join(
            lines + [f"    {line}" for line in self.printed.splitlines()]
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        text = {
            name: html.escape(getattr(self, name))
            for name in ("exercise", "failed", "message")
        }
        rows = [f"<li>✓ {html.escape(name)}</li>" for name in self.held]
        rows += (
            [f"<li>✗ <strong>{text['failed']}</strong></li>"]
            if self.failed
            else []
        )
        parts = [
            f"<p><code>{text['exercise']}</code>: <strong>{self.verdict}</strong></p>"
        ]
        parts += (
            [f'<ul style="list-style: none">{"".join(rows)}</ul>']
            if rows
            else []
        )
        parts += [f"<p>{text['message']}</p>"] if self.message else []
        if self.printed:
            parts.append(
                f"<p>It printed:</p><pre>{html.escape(self.printed)}</pre>"
            )
        return f'<div role="status">{"".join(parts)}</div>'
