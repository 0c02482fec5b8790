"""The book's sources by their keys, as they are named in a line of text."""

from pathlib import Path

from pybtex.database import Entry, Person, parse_file
from pybtex.richtext import Text


def surname(person: Person) -> str:
    r"""Return a person's last name with its particles, TeX's accents as letters.

    >>> surname(Person(r"van den Oord, A{\"a}ron")), surname(Person(r"Kynk{\"a}{\"a}nniemi, T."))
    ('van den Oord', 'Kynkäänniemi')
    """
    return str(Text.from_latex(" ".join([*person.prelast_names, *person.last_names])))


def named(entry: Entry) -> str:
    """Return authors and year: “Kingma and Welling, 2014”."""
    people = [surname(person) for person in entry.persons.get("author", [])]
    if len(people) > 2:
        who = f"{people[0]} et al."
    else:
        who = " and ".join(people) or str(entry.fields.get("title", ""))
    year = entry.fields.get("year")
    return f"{who}, {year}" if year else who


def read_sources(path: Path) -> dict[str, str]:
    """Return the name of each entry of a BibTeX file by its key."""
    return {key: named(entry) for key, entry in parse_file(str(path)).entries.items()}
