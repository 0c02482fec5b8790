"""The command ``gentutor``. Each command imports what it needs when it is called."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gentutor.quiz import commands

if TYPE_CHECKING:
    from rich.console import Console

    from gentutor.bank.exercises import Exercise

app = typer.Typer(
    help="Practise for the interview: answer questions, write code from memory, mend broken code.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # rich takes as long to load as all the rest
    pretty_exceptions_enable=False,
)
app.command()(commands.quiz)
app.command()(commands.mock)
app.add_typer(commands.progress, name="progress")
Name = Annotated[str, typer.Argument(metavar="EXERCISE", help="Its name, such as vae/kl.")]


@app.command()
def exercises() -> None:
    """List the exercises: code to write from memory, programs to mend."""
    from rich.table import Table
    from rich.text import Text

    from gentutor.bank.exercises import load, names

    table = Table(box=None, pad_edge=False)
    for heading in ("exercise", "kind", "level", "minutes", "what"):
        table.add_column(heading, no_wrap=heading == "exercise")
    for exercise in map(load, names()):
        level, minutes = str(exercise.difficulty), str(exercise.minutes)
        table.add_row(exercise.id, exercise.kind, level, minutes, Text(exercise.title))
    console().print(table)


@app.command()
def write(
    name: Name,
    folder: Annotated[Path, typer.Option(help="Where to; the folder must exist.")] = Path(),
) -> None:
    """Lay an exercise's starter and task into a folder; a file that is there stays as it is."""
    from gentutor.quiz.write import lay

    exercise = _load(name)
    try:
        laid = lay(exercise, folder)
    except OSError as error:
        raise typer.BadParameter(f"{folder}: {error.strerror or error}") from None
    for path, new in laid:
        _say(f"{'written' if new else 'kept, it was there'}: {path}")
    starter = laid[0][0]
    if exercise.kind == "mend":
        _say(f"See the symptom:  python {starter}")
    _say(f"Have it judged:   gentutor check {name} {starter}")


@app.command()
def check(
    name: Name,
    file: Annotated[Path | None, typer.Argument(help="Your program; as write named it.")] = None,
    seconds: Annotated[int, typer.Option(min=1, max=600, help="How long it may run.")] = 20,
) -> None:
    """Judge a program in a process of its own; exit with 0 where it is right."""
    from gentutor.quiz.check import check as judged

    exercise = _load(name)
    program = file or Path(exercise.file)
    if not program.is_file():
        raise typer.BadParameter(f"no file {program}; gentutor write {name} lays a starter")
    _need_torch()
    with console().status("Loading torch and judging …"):
        report = judged(exercise, program, seconds=seconds)
    first, _, rest = str(report).partition("\n")
    _say(
        first,
        {"right": "bold green", "wrong": "bold red", "stopped": "bold yellow"}[report.verdict],
    )
    _say(rest)
    if report.verdict != "right":
        _say(f"Three hints: gentutor hint {name} 1 (2, 3)")
        raise typer.Exit(1)


@app.command()
def hint(
    name: Name,
    number: Annotated[int, typer.Argument(min=1, max=3, help="1 nudges, 3 nearly tells.")] = 1,
) -> None:
    """Give one of an exercise's three hints."""
    _say(_load(name).hints()[number - 1])


@app.command()
def solution(name: Name) -> None:
    """Show an exercise's solution; for a program to mend, the lines that change."""
    _say(_load(name).solution())


@app.command()
def deck(
    file: Annotated[Path, typer.Argument(help="Where to, such as gentutor.apkg.")],
    book: commands.Book = commands.SERVED,
) -> None:
    """Write every question as a deck for Anki; a later one updates the cards, reviews stay."""
    from gentutor.quiz.anki import write_deck

    try:
        count = write_deck(file, book)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    _say(f"written: {file}, {count} cards")
    _say("In Anki: File > Import. A later deck updates these cards and keeps your reviews.")


@app.command()
def record(
    declaration: Annotated[
        Path | None, typer.Argument(help="A sweep, recordings/<name>.yml.", show_default=False)
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; one a core if left out.")
    ] = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler.")] = None,
    check: Annotated[
        int | None, typer.Option(min=1, help="Train so many random cells again and compare.")
    ] = None,
) -> None:
    """Train a declared sweep and keep it beside its declaration; killed, it goes on next time.

    With --check nothing is written: random cells of the recording (of all in recordings/, if none
    is named) are trained again and compared, by bits on the machine that made them.
    """
    if declaration is None and check is None:
        raise typer.BadParameter("expected a declaration, recordings/<name>.yml")
    if check is not None and cluster is not None:
        raise typer.BadParameter("--check trains in processes of this machine, without --cluster")
    with _refused():
        from gentutor import recording

        if check is not None:
            named = [declaration] if declaration else sorted(Path("recordings").glob("*.yml"))
            if not named:
                raise typer.BadParameter("no recordings/*.yml here")
            files = [path.with_suffix(".safetensors") for path in named]
            checked = recording.check(files, check, jobs=jobs)
            for each in checked:
                _say(str(each), "bold red" if each.faults else "")
            if any(each.faults for each in checked):
                raise typer.Exit(1)
            return
        assert declaration is not None
        _say(f"recorded: {recording.record(declaration, jobs=jobs, cluster=cluster)}")


Metric = Annotated[
    str,
    typer.Option(
        help="Of sets: fid, kid, is, precision-recall. Of pairs: psnr, ssim, ms-ssim, lpips. "
        "Several with commas between."
    ),
]
Network = Annotated[
    str,
    typer.Option(help="digits, efficientnet-lite0; inception, vgg, alexnet, squeezenet by file."),
]
Weights = Annotated[Path | None, typer.Option(help="File of the network's weights.")]
Resize = Annotated[
    str | None,
    typer.Option(
        help="Side in pixels before the network; of inception: tensorflow, torch, bicubic."
    ),
]
Batch = Annotated[int, typer.Option(min=1, help="Images at once.")]
Threads = Annotated[int, typer.Option(min=1, help="Threads of each process.")]
Skip = Annotated[bool, typer.Option("--skip", help="Leave unusable files out, and count them.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes; one a core if left out.")]
Cluster = Annotated[str | None, typer.Option(help="Address of a Dask scheduler.")]
Generated = Annotated[Path, typer.Argument(help="Likewise; for pairs, files of the same names.")]


@app.command()
def score(
    real: Annotated[
        Path, typer.Argument(help="A folder, an .npz, a .safetensors, or saved statistics.")
    ],
    generated: Generated,
    metric: Metric = "fid,kid",
    network: Network = "efficientnet-lite0",
    weights: Weights = None,
    resize: Resize = None,
    batch: Batch = 64,
    threads: Threads = 1,
    skip: Skip = False,
    jobs: Jobs = None,
    cluster: Cluster = None,
    out: Annotated[
        Path | None, typer.Option(help="Report, in JSON; with it a killed run can go on.")
    ] = None,
) -> None:
    """Score generated images against real ones; every number says how it was measured."""
    how: dict[str, Any] = {"weights": weights, "resize": resize, "batch": batch, "threads": threads}
    where: dict[str, Any] = {"skip": skip, "jobs": jobs, "cluster": cluster, "out": out}
    with _refused():
        from gentutor import scoring
        from gentutor.scoring.tables import labels, score_table

        found = scoring.score(real, generated, metric.split(","), network, **how, **where)
    console().print(score_table(found))
    for line in labels(found):
        _say(line)
    for side in (found.real, found.generated):
        for why in side.skipped:
            _say(f"left out: {why}", "yellow")
    if out:
        _say(f"report: {out}")


@app.command()
def stats(
    images: Annotated[Path, typer.Argument(help="A folder, an .npz or a .safetensors.")],
    out: Annotated[Path, typer.Option(help="The file to write, a .safetensors.")],
    features: Annotated[
        bool, typer.Option("--features", help="Keep what kid, is and precision-recall need.")
    ] = False,
    network: Network = "efficientnet-lite0",
    weights: Weights = None,
    resize: Resize = None,
    batch: Batch = 64,
    threads: Threads = 1,
    skip: Skip = False,
    jobs: Jobs = None,
    cluster: Cluster = None,
) -> None:
    """Save a set's statistics, to be given to score in the place of its images."""
    how: dict[str, Any] = {"weights": weights, "resize": resize, "batch": batch, "threads": threads}
    where: dict[str, Any] = {"skip": skip, "jobs": jobs, "cluster": cluster}
    with _refused():
        from gentutor import scoring

        found = scoring.stats(images, out, network, features=features, **how, **where)
    for why in found.skipped:
        _say(f"left out: {why}", "yellow")
    seen_by = ", ".join(f"{key} {value}" for key, value in found.label.items())
    _say(f"statistics: {out} ({found.count} images; {seen_by})")


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="A report of score.")],
    second: Annotated[Path, typer.Argument(help="Another one.")],
) -> None:
    """Lay two reports side by side; exit with 2 and say why where they do not compare."""
    with _refused():
        from gentutor import scoring
        from gentutor.scoring.tables import comparison_table

        pairs = scoring.compare(first, second)
    console().print(comparison_table(first, second, pairs))


@cache
def console() -> "Console":
    """Return the terminal to print to."""
    from rich.console import Console

    return Console(highlight=False)


def _say(text: str, style: str = "") -> None:
    console().print(text, style=style, markup=False, soft_wrap=True)


def _need_torch() -> None:
    """Refuse at once where torch is missing, as after ``pip install --no-deps``."""
    if find_spec("torch") is None:
        raise typer.BadParameter(
            "torch is missing: python -m pip install torch (on Linux add --index-url "
            "https://download.pytorch.org/whl/cpu for the small build)"
        )


@contextmanager
def _refused() -> Iterator[None]:
    """Turn an error that names what was wrong into a refusal; without torch, begin with one."""
    _need_torch()
    try:
        yield
    except (ImportError, OSError, TypeError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None


def _load(name: str) -> "Exercise":
    from gentutor.bank.exercises import UnknownExercise, load

    try:
        return load(name)
    except UnknownExercise as error:
        raise typer.BadParameter(str(error)) from None


if __name__ == "__main__":
    app(prog_name="gentutor")
