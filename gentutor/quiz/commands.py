"""The commands ``quiz``, ``mock`` and ``progress``. Each imports what it needs when called."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

Plain = Annotated[bool, typer.Option("--plain", help="No colours, links or lines drawn.")]
Book = Annotated[
    str,
    typer.Option(envvar="GENTUTOR_BOOK", help="The built book, for links: an address or a folder."),
]
SERVED = "http://127.0.0.1:8000/"
progress = typer.Typer(
    help="See where you stand and what to study next; export and import your history.",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def quiz(
    chapter: Annotated[
        str, typer.Argument(help="One chapter: vae, 02_vae or 2. All if left out.")
    ] = "",
    until: Annotated[
        str, typer.Option(metavar="DATE", help="The day of the interview, such as 2026-12-20.")
    ] = "",
    new: Annotated[
        int | None, typer.Option(min=0, max=1000, help="New questions a day.", show_default=False)
    ] = None,
    plain: Plain = False,
    book: Book = SERVED,
) -> None:
    """Ask what is due today and what is new; with --until, so that all is known on that day."""
    from gentutor.bank.compiled import read_compiled
    from gentutor.quiz.screen import Screen
    from gentutor.quiz.sitting import Sitting, section_of

    bank = read_compiled()
    day = _day(until) if until else None
    try:
        section = section_of(bank, chapter) if chapter else ""
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="CHAPTER") from None
    from gentutor.quiz.store import Store, default_path

    screen = Screen(plain=plain)
    with _told(), Store(default_path()) as store:
        Sitting(screen, bank, store, section=section, until=day, new=new, book=_address(book)).run()


def mock(
    minutes: Annotated[int, typer.Option(min=1, max=180, help="How long.")] = 30,
    seed: Annotated[
        int | None, typer.Option(help="The same seed asks the same questions.", show_default=False)
    ] = None,
    level: Annotated[
        int, typer.Option(min=1, max=3, help="1 definitions, 2 reasons, 3 derivations.")
    ] = 2,
    plain: Plain = False,
    book: Book = SERVED,
) -> None:
    """Hold a mock interview against the clock, with a report by claim at its end."""
    from gentutor.bank.compiled import read_compiled
    from gentutor.quiz.interview import Interview
    from gentutor.quiz.screen import Screen
    from gentutor.quiz.store import Store, default_path

    bank, screen = read_compiled(), Screen(plain=plain)
    with _told(), Store(default_path()) as store:
        Interview(
            screen, bank, store, minutes=minutes, level=level, seed=seed, book=_address(book)
        ).run()


@progress.callback()
def show(context: typer.Context, plain: Plain = False, book: Book = SERVED) -> None:
    """See where you stand and what to study next."""
    if context.invoked_subcommand:
        return
    from gentutor.bank.compiled import read_compiled
    from gentutor.quiz.report import report
    from gentutor.quiz.screen import Screen
    from gentutor.quiz.store import Store, default_path

    with _told(), Store(default_path(), write=False) as store:
        report(Screen(plain=plain), read_compiled(), store.reviews(), _address(book))


@progress.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to, such as progress.json.")],
) -> None:
    """Write your history to a file, which the book's Practice page imports too."""
    from gentutor.quiz.exchange import write
    from gentutor.quiz.store import Store, default_path

    with _told(), Store(default_path(), write=False) as store:
        reviews = store.reviews()
        try:
            write(file, reviews)
        except OSError as error:
            raise _refused(f"{file} cannot be written: {error.strerror or error}") from None
    _say(f"Exported: {len(reviews)} answers to {file}")


@progress.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Exports of page or terminal.")],
) -> None:
    """Add the answers of files to yours, each once: all files, or none where one is refused."""
    from gentutor.quiz.exchange import read
    from gentutor.quiz.store import Store, default_path

    reviews = []
    for file in files:
        try:
            reviews += read(file)
        except OSError as error:
            raise _refused(f"{file} cannot be read: {error.strerror or error}") from None
        except ValueError as error:
            raise _refused(f"{file} is refused: {error}. Nothing was imported.") from None
    with _told(), Store(default_path()) as store:
        count = store.add_all(reviews)
    _say(f"Imported: {count} new of {len(reviews)} answers.")


def _day(text: str) -> date:
    """Return the day that the reader gave, today or later."""
    from gentutor.quiz.schedule import day_of

    today = day_of(datetime.now(UTC))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        message = f"expected a date such as {today}, got {text!a}"
        raise typer.BadParameter(message, param_hint="--until") from None
    if day < today:
        message = f"expected today, {today}, or a later day; {day} is past"
        raise typer.BadParameter(message, param_hint="--until")
    return day


def _address(book: str) -> str:
    """Return a book's address, or its folder as one, with a slash at its end."""
    if "://" not in book and Path(book).is_dir():
        book = Path(book).absolute().as_uri()
    return book.rstrip("/") + "/"


@contextmanager
def _told() -> Iterator[None]:
    """Turn trouble with the store into a message and status 1."""
    from gentutor.quiz.store import StoreError

    try:
        yield
    except StoreError as error:
        raise _refused(str(error)) from None


def _refused(message: str) -> typer.Exit:
    from gentutor.quiz.screen import printable

    typer.echo(printable(message), err=True)
    return typer.Exit(1)


def _say(message: str) -> None:
    from gentutor.quiz.screen import printable

    typer.echo(printable(message))
