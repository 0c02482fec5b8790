"""The terminal: texts of the bank in its width, coloured or plain, and what the reader types.

Nothing reaches the terminal as it came: control characters, so escapes too, are shown as text.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

CODE = re.compile("`[^`]+`")
BULLET = re.compile(r"( *)(• |\d+\. )(.*)")


def printable(text: str) -> str:
    r"""Return a text whose control and direction characters, but line ends, are spelt out.

    >>> printable("a" + chr(27) + "[2J" + chr(0x202E) + "\n−½ x̂")
    'a\\x1b[2J\\u202e\n−½ x̂'
    """
    return "".join(c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in text)


class Screen:
    """Where a sitting takes place.

    Args:
        plain: no colours, no links, no lines drawn.
        console: to print to; by default standard output.
    """

    def __init__(self, *, plain: bool = False, console: Console | None = None) -> None:
        if hasattr(sys.stdout, "reconfigure"):  # an old code page lacks σ: a question mark then
            sys.stdout.reconfigure(errors="replace")
        self.plain = plain
        dumb = os.environ.get("TERM") in {"dumb", "unknown"}  # whose width rich does not ask for
        self.console = console or Console(
            highlight=False,
            markup=False,
            emoji=False,
            color_system=None if plain else "auto",
            width=shutil.get_terminal_size().columns if dumb else None,
            height=25 if dumb else None,
        )

    def say(self, text: str = "", style: str = "") -> None:
        """Print a line of our own, wrapped at words."""
        self.console.print(Text(printable(text), style="" if self.plain else style))

    def rule(self, title: str) -> None:
        """Print what separates two questions."""
        if self.plain:
            self.say(f"\n--- {title}")
        else:
            self.console.print()
            self.console.rule(Text(printable(title)), align="left", style="dim")

    def block(self, text: str, style: str = "", indent: int = 0) -> None:
        """Print a text of the bank: paragraphs, bullets, and lines of code or formulas as they are.

        Lines of code wider than the terminal go on in the next line, none is cut.
        """
        for line in printable(text).split("\n"):
            if line.startswith("    "):
                body, left = Text(line[4:], overflow="fold"), indent + 2
                body = Text("\n").join(body.wrap(self.console, max(8, self.width - left)))
            elif bullet := BULLET.fullmatch(line):
                left = indent + len(bullet[1]) + len(bullet[2])
                self._hanging(bullet[2], self._inline(bullet[3], style), left)
                continue
            else:
                body, left = self._inline(line, style), indent
            self.console.print(Padding(body, (0, 0, 0, left), expand=False) if left else body)

    def choices(self, texts: Iterable[str]) -> None:
        """Print what can be chosen, each with its key."""
        for key, text in enumerate(texts, 1):
            first, _, rest = text.partition("\n")
            self._hanging(f"{key}  ", self._inline(printable(first), ""), 3)
            if rest:
                self.block(rest, indent=3)

    def table(self, rows: Iterable[Sequence[Text | str]]) -> None:
        """Print rows in columns, the last of which wraps."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        for row in rows:
            grid.add_row(*(Text(printable(c)) if isinstance(c, str) else c for c in row))
        self.console.print(grid)

    def link(self, address: str, words: str) -> Text:
        """Return words that lead to an address; without colour, the address itself."""
        if self.plain or not self.console.is_terminal or self.console.color_system is None:
            return Text(printable(address), overflow="fold")
        return Text(printable(words), style=Style(link=printable(address), underline=True))

    def ask(self, prompt: str) -> str:
        """Return what the reader types.

        Raises:
            EOFError: the input has ended.
            KeyboardInterrupt: it was interrupted.
        """
        self.console.print(Text(f"{printable(prompt)} > "), end="")
        return input().strip()

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self.console.width

    def _inline(self, line: str, style: str) -> Text:
        text = Text(line, style="" if self.plain else style)
        if not self.plain:
            for code in CODE.finditer(line):
                text.stylize("cyan", *code.span())
        return text

    def _hanging(self, mark: str, body: Text, left: int) -> None:
        grid = Table.grid()
        grid.add_column(width=left, no_wrap=True, justify="right")
        grid.add_column(overflow="fold")
        grid.add_row(Text(mark), body)
        self.console.print(grid)
