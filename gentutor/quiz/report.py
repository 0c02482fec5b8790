"""Where the reader stands: a heat map of claims by recall, what to study next, and statistics."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rich.text import Text

from gentutor.quiz.exchange import Review
from gentutor.quiz.memory import remembered
from gentutor.quiz.schedule import Standing, agenda, day_of
from gentutor.quiz.screen import Screen
from gentutor.quiz.sitting import day_answered, plural
from gentutor.quiz.store import Store

NEXT = 5  # claims to study next
DAYS = 14  # of answers a day
BARS = " ▁▂▃▄▅▆▇█"
SHADES = ((0.5, "#7f1d1d"), (0.7, "#9a3412"), (0.8, "#854d0e"), (0.9, "#3f6212"), (2, "#166534"))


def recall_of_claims(entries: Sequence[Standing], day: date) -> dict[str, float | None]:
    """Return the mean predicted recall over each claim's questions, in the bank's order.

    A question that was never asked counts 0; a claim none of whose questions was asked has None.
    """
    of: dict[str, list[Standing]] = {}
    for entry in entries:
        for claim in entry.question["claims"]:
            of.setdefault(claim, []).append(entry)
    return {
        claim: sum(e.recall(day) for e in mine) / len(mine) if any(e.card for e in mine) else None
        for claim, mine in of.items()
    }


def in_a_row(days: set[date], today: date) -> int:
    """Return on how many days in a row the reader has answered, up to today or yesterday.

    >>> in_a_row({date(2026, 12, 1), date(2026, 12, 2)}, date(2026, 12, 3))
    2
    """
    day = today if today in days else today - timedelta(days=1)
    count = 0
    while day - timedelta(days=count) in days:
        count += 1
    return count


def report(screen: Screen, bank: Mapping[str, Any], store: Store, book: str) -> None:
    """Print it.

    Args:
        screen: where.
        bank: the compiled bank.
        store: the history, which is only read.
        book: where links lead.
    """
    now = datetime.now(UTC)
    today = day_of(now)
    entries, reviews = remembered(store, bank["questions"], None), store.reviews()
    recall = recall_of_claims(entries, today)
    statistics(screen, entries, reviews, now)
    screen.say("\nRecall of each claim today, in tenths; · was never asked about", "bold")
    heat_map(screen, bank, entries, recall)
    screen.say("\nStudy next", "bold")
    asked = {claim: value for claim, value in recall.items() if value is not None}
    weakest = sorted((claim for claim in asked if asked[claim] < 0.9), key=asked.__getitem__)
    fresh = [claim for claim in recall if recall[claim] is None]
    for claim in (weakest + fresh)[:NEXT]:
        share = f"{100 * asked[claim]:.0f} %" if claim in asked else "new"
        screen.block(f"{share}  {bank['claims'].get(claim, claim)}")
        address = f"{book}book/claims.html#claim-row-{claim}"
        screen.console.print(screen.link(address, "Its sentence, proof and questions"))
    if not weakest and not fresh:
        screen.say("Every claim is recalled at 90 % or more.")
    leeches = [entry for entry in entries if entry.leech and not entry.right]
    if leeches:
        screen.say("\nMissed again and again: read these up rather than answer them", "bold")
    for entry in leeches[:NEXT]:
        prompt = entry.question["variants"][0]["prompt"]["text"].partition("\n")[0]
        screen.block(f"{plural(entry.missed, 'day')}  {prompt}")
        address = f"{book}{entry.question['anchor']}"
        screen.console.print(screen.link(address, "Read it in the book"))


def statistics(
    screen: Screen, entries: Sequence[Standing], reviews: Sequence[Review], now: datetime
) -> None:
    """Print how much was answered, how well, and what waits."""
    today = day_of(now)
    days = [day_answered(review) for review in reviews]
    month = [r["correct"] for r, day in zip(reviews, days, strict=True) if (today - day).days < 30]
    counts = [days.count(today - timedelta(days=back)) for back in reversed(range(DAYS))]
    seen = sum(entry.card is not None for entry in entries)
    todo = [entry for entry, _ in agenda(entries, now)]
    due = sum(entry.card is not None for entry in todo)
    share = f", {100 * sum(month) / len(month):.0f} % right in 30 days" if month else ""
    screen.say(f"{plural(len(reviews), 'answer')}{share}.", "bold")
    streak = in_a_row(set(days), today)
    screen.say(f"{seen} of {len(entries)} questions seen, {due} due today.")
    screen.say(f"{plural(streak, 'day')} in a row; the last {DAYS} days: {bars(counts)}")


def bars(counts: Sequence[int]) -> str:
    """Return counts as bars of a character each.

    >>> bars([0, 1, 8])
    ' ▁█'
    """
    most = max([*counts, 1])
    return "".join(BARS[-(-count * (len(BARS) - 1) // most)] for count in counts)


def heat_map(
    screen: Screen,
    bank: Mapping[str, Any],
    entries: Sequence[Standing],
    recall: Mapping[str, float | None],
) -> None:
    """Print a row a chapter and a cell a claim: its recall in tenths, shaded."""
    rows: dict[str, list[str]] = {}
    for entry in entries:
        for claim in entry.question["claims"]:
            row = rows.setdefault(entry.question["section"], [])
            if claim not in row and claim.partition("-")[0] == entry.question["section"]:
                row.append(claim)
    table = []
    for section, claims in rows.items():
        cells = Text()
        for claim in claims:
            cells.append_text(cell(recall[claim], plain=screen.plain))
        table.append((bank["sections"][section], cells))
    screen.table(table)


def cell(value: float | None, *, plain: bool = False) -> Text:
    """Return a claim's cell: its recall in tenths, 9 for 0.9 and more, or a dot."""
    if value is None:
        return Text(" · ", style="" if plain else "dim")
    shade = next(colour for bound, colour in SHADES if value < bound)
    return Text(f" {min(9, int(10 * value))} ", style="" if plain else f"white on {shade}")
