"""The deck, read by the real Anki: complete cards, and an update that keeps every review."""

import re
import sqlite3
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from html import unescape
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.scheduler.v3 import CardAnswer
from typer.testing import CliRunner, Result

from gentutor import cli
from gentutor.bank.compiled import read_compiled
from gentutor.bank.wording import inline
from gentutor.quiz import anki as module
from gentutor.quiz.anki import NOTE_TYPE, write_deck

BANK = read_compiled()
QUESTIONS = {question["id"]: question for question in BANK["questions"]}
SECTIONS = sorted({question["section"] for question in BANK["questions"]})
BOOK = "https://example.org/guide/"
THEN = 1_700_000_000  # a deck of the past, so that the clock is later
FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]", re.S)


def load(collection: Collection, path: Path, *, scheduling: bool = False) -> tuple[int, int]:
    """Import as Anki's own dialogue does; return how many notes were new and how many updated."""
    options = ImportAnkiPackageOptions(with_scheduling=scheduling)
    request = ImportAnkiPackageRequest(package_path=str(path), options=options)
    log = collection.import_anki_package(request).log
    return len(log.new), len(log.updated)


def by_id(collection: Collection) -> dict[str, Any]:
    """Return the collection's notes by the ids of their questions."""
    notes = [collection.get_note(note) for note in collection.find_notes("")]
    return {note["Id"]: note for note in notes}


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, str]]]:
    """Return front and back of every question's card, as Anki renders them."""
    folder = tmp_path_factory.mktemp("anki")
    write_deck(folder / "gentutor.apkg", BOOK)
    collection = Collection(str(folder / "collection.anki2"))
    assert load(collection, folder / "gentutor.apkg") == (len(QUESTIONS), 0)
    rendered = {}
    for name, note in by_id(collection).items():
        (card,) = note.cards()
        shown = card.render_output()
        front, _, back = shown.answer_text.partition('<hr id="answer">')
        assert front == shown.question_text.partition("<script>")[0]
        assert note["Front"] + note["Choices"] == front  # Anki found nothing of its own to set
        assert note["Back"] + note["Why"] in back
        rendered[name] = front, back
    yield rendered
    collection.close()


def test_every_question_has_its_card(cards: dict) -> None:
    assert set(cards) == set(QUESTIONS)


def items(html: str, name: str) -> list[str]:
    """Return the entries of the lists of one class, in order."""
    lists = re.findall(rf'<[uo]l class="{name}"[^>]*>(.*?)</[uo]l>', html, re.S)
    return [item for inner in lists for item in re.findall("<li>(.*?)</li>", inner, re.S)]


def number(text: str) -> float:
    """Return the number at the beginning of a text."""
    return float(re.match(r"[−\d.e]+", text)[0].replace("−", "-"))  # type: ignore[index]


@pytest.mark.parametrize("section", SECTIONS)
def test_the_right_answer_and_the_feedback_to_every_other_stand_on_the_back(
    cards: dict, section: str
) -> None:
    for question in (one for one in BANK["questions"] if one["section"] == section):
        front, back = cards[question["id"]]
        for part in (question["explanation"], *question["follow_up"].values()):
            assert part["anki"] in back
        assert question["hint"]["anki"] in front
        texts = re.findall(r'<div class="variants"><div>(.*?)</div></div>', back, re.S)[0]
        backs = texts.split("</div><div>")
        assert len(backs) == len(question["variants"])
        for variant, shown in zip(question["variants"], backs, strict=True):
            assert variant["prompt"]["anki"] in front
            CHECKS[question["kind"]](front, shown, variant)


def check_choices(front: str, back: str, variant: dict) -> None:
    """The letters of the front, their key and their feedback."""
    choices = variant["choices"]
    assert items(front, "choices") == [inline(one["text"]["anki"]) for one in choices]
    lettered = list(zip(ascii_uppercase, choices, strict=False))
    right = [f"{a} {inline(one['text']['anki'])}" for a, one in lettered if one["correct"]]
    assert items(back, "right") == right
    for said, (letter, choice) in zip(items(back, "feedback"), lettered, strict=True):
        other = "holds." if "refutation" in variant else "is wrong."
        chosen = "is wrong." if "refutation" in variant else "is right."
        assert f">{letter} {chosen if choice['correct'] else other}</b>" in said
        assert said.startswith('<b class="right">') == choice["correct"]
        assert said.endswith(f"</b> {inline(choice['feedback']['anki'])}")
    if refutation := variant.get("refutation"):
        assert refutation["code"] in unescape(back)
        assert refutation["output"] in unescape(back)


def check_number(front: str, back: str, variant: dict) -> None:
    """The key and each trap, to within the tolerance, and the feedback to the trap."""
    (shown,) = re.findall('<p class="right">(.*?)</p>', back)
    assert abs(number(shown) - variant["answer"]) <= max(variant["tolerance"], 1e-9)
    assert shown.endswith(variant.get("unit") or "")
    said = items(back, "feedback")
    assert len(said) == len(variant["traps"])
    for text, trap in zip(said, variant["traps"], strict=True):
        value = number(text.removeprefix("<b>If you have "))
        assert abs(value - trap["value"]) <= max(variant["tolerance"], 1e-6 * abs(trap["value"]))
        assert text.endswith(f":</b> {inline(trap['feedback']['anki'])}")
    assert not variant.get("working") or variant["working"]["anki"] in back


def check_order(front: str, back: str, variant: dict) -> None:
    """The steps in another order on the front, and in the right one, by letter, on the back."""
    mixed = items(front, "choices")
    wanted = [inline(step["text"]["anki"]) for step in variant["steps"]]
    assert mixed != wanted
    letters = re.findall(r"\(([A-Z])\)</span>", back)
    assert [mixed[ascii_uppercase.index(letter)] for letter in letters] == wanted
    for shown, text in zip(items(back, "steps"), wanted, strict=True):
        assert shown.startswith(text)


def check_recall(front: str, back: str, variant: dict) -> None:
    """Both model answers and every point."""
    assert variant["thirty_seconds"]["anki"] in back
    assert variant["two_minutes"]["anki"] in back
    assert items(back, "rubric") == [inline(point["anki"]) for point in variant["rubric"]]


CHECKS = {
    **dict.fromkeys(("single", "many", "refute"), check_choices),
    "numeric": check_number,
    "order": check_order,
    "recall": check_recall,
}


def test_formulas_stand_in_brackets_and_no_other_tex_is_left(cards: dict) -> None:
    for name, (front, back) in cards.items():
        for side in (front, back):
            text = re.sub(r"<(pre|script|code).*?</\1>", "", side, flags=re.S)
            rest = re.sub(r"<[^>]*>", "", FORMULA.sub("", text))
            assert not set(rest) & set("\\$"), name
            assert all(
                formula.count("{") == formula.count("}") for formula in FORMULA.findall(text)
            )


def test_each_wrong_belief_behind_a_choice_is_named(cards: dict) -> None:
    for name, question in QUESTIONS.items():
        entries = [
            one
            for variant in question["variants"]
            for one in (*variant.get("choices", ()), *variant.get("traps", ()))
        ]
        for code in {one["misconception"] for one in entries} - {None}:
            belief = BANK["misconceptions"][code]
            assert inline(belief["says"]["anki"]) in cards[name][1]
            assert inline(belief["why"]["anki"]) in cards[name][1]


def reworded(bank: Any) -> Any:
    """Return the bank with a word before every text and each key turned round."""
    if isinstance(bank, dict):
        return {
            key: "<p>Anew.</p>" + value if key == "anki" else reworded(value)
            for key, value in bank.items()
        }
    return [reworded(one) for one in bank] if isinstance(bank, list) else bank


def state(collection: Collection) -> list:
    """Return every card's schedule and every review, as the database has them."""
    schedule = "select id, nid, due, ivl, factor, reps, lapses, type, queue, data from cards"
    reviews = "select id, cid, ease, ivl, time, type from revlog"
    assert collection.db is not None
    return [collection.db.all(f"{query} order by id") for query in (schedule, reviews)]


def study(collection: Collection, count: int) -> None:
    """Answer so many cards, with each of the four grades in turn."""
    deck = collection.decks.id_for_name("gentutor")
    assert deck is not None
    collection.decks.set_current(deck)
    config = collection.decks.config_dict_for_deck_id(deck)
    config["new"]["perDay"] = count
    collection.decks.update_config(config)
    for i in range(count):
        (queued, *_) = collection.sched.get_queued_cards().cards  # type: ignore[attr-defined]
        card = collection.get_card(queued.card.id)
        card.start_timer()
        answer = collection.sched.build_answer(  # type: ignore[attr-defined]
            card=card, states=queued.states, rating=list(CardAnswer.Rating.values())[i % 4]
        )
        collection.sched.answer_card(answer)


@pytest.mark.parametrize("scheduling", [False, True])
def test_a_reworded_deck_updates_every_note_adds_none_and_keeps_the_reviews(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheduling: bool
) -> None:
    path = tmp_path / "gentutor.apkg"
    collection = Collection(str(tmp_path / "collection.anki2"))
    write_deck(path, BOOK, now=THEN)
    load(collection, path)
    study(collection, 40)
    before, ids = state(collection), set(collection.find_notes(""))
    assert len(before[1]) == 40
    style = tmp_path / "card.css"
    style.write_text(".card { color: teal }")
    monkeypatch.setattr(module, "STYLE", style)
    write_deck(path, BOOK, bank=reworded(deepcopy(BANK)), now=THEN + 1)
    assert load(collection, path, scheduling=scheduling) == (0, len(QUESTIONS))
    assert set(collection.find_notes("")) == ids
    assert state(collection) == before
    for note in by_id(collection).values():
        assert note["Front"].count("Anew.") >= 1
        assert note["Why"].count("Anew.") == 3
    assert collection.models.get(NOTE_TYPE)["css"] == ".card { color: teal }"  # type: ignore
    collection.close()


def test_a_new_question_is_added_alone_and_a_dropped_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "gentutor.apkg"
    collection = Collection(str(tmp_path / "collection.anki2"))
    first, second = (BANK | {"questions": BANK["questions"][cut:9]} for cut in (1, 2))
    write_deck(path, BOOK, bank=first, now=THEN)
    load(collection, path)
    more = second | {"questions": [*second["questions"], BANK["questions"][9]]}
    write_deck(path, BOOK, bank=more, now=THEN + 1)
    assert load(collection, path) == (1, 7)
    assert collection.note_count() == 9
    collection.close()


def test_a_deck_is_newer_than_the_one_it_replaces_though_the_clock_went_back(
    tmp_path: Path,
) -> None:
    path = tmp_path / "gentutor.apkg"
    collection = Collection(str(tmp_path / "collection.anki2"))
    write_deck(path, BOOK, now=THEN)
    load(collection, path)
    write_deck(path, BOOK, bank=reworded(deepcopy(BANK)), now=THEN - 86_400)
    assert load(collection, path) == (0, len(QUESTIONS))
    collection.close()


def test_what_anki_knows_the_deck_by_never_changes(tmp_path: Path) -> None:
    path = tmp_path / "gentutor.apkg"
    write_deck(path, BOOK)
    collection = Collection(str(tmp_path / "collection.anki2"))
    load(collection, path)
    kind = collection.models.get(1759204113)  # type: ignore[arg-type]
    assert kind is not None
    names = " ".join(field["name"] for field in kind["flds"])
    assert names == "Id Front Choices Back Why Link Misconception Source Spare1 Spare2"
    assert [template["name"] for template in kind["tmpls"]] == ["Question"]
    note = by_id(collection)["ae-count-the-weights"]
    assert collection.decks.name(note.cards()[0].did) == "gentutor"
    assert note.guid == "G<=uO.Fdif"
    assert note["Spare1"] == note["Spare2"] == ""
    collection.close()


def test_new_cards_come_in_the_books_order(tmp_path: Path) -> None:
    path = tmp_path / "gentutor.apkg"
    write_deck(path, BOOK)
    collection = Collection(str(tmp_path / "collection.anki2"))
    load(collection, path)
    notes = by_id(collection)
    due = sorted(notes, key=lambda name: notes[name].cards()[0].due)
    chapters = [QUESTIONS[name]["anchor"].partition("#")[0] for name in due]
    assert chapters == sorted(chapters)
    assert collection.find_notes("tag:gentutor::vae tag:kind::numeric tag:level::1")
    collection.close()


@pytest.mark.parametrize("failing", [sqlite3, zipfile])
def test_a_full_disk_leaves_the_older_deck_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: Any
) -> None:
    path = tmp_path / "gentutor.apkg"
    write_deck(path, BOOK)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    if failing is sqlite3:
        monkeypatch.setattr(module.genanki.Package, "write_to_db", full)
    else:
        monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(OSError, match="No space left"):
        write_deck(path, BOOK)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def other_deck(path: Path) -> None:
    """Write a collection with another's note."""
    with zipfile.ZipFile(path, "w") as packed:
        database = path.with_suffix(".db")
        connection = sqlite3.connect(database)
        connection.execute("create table notes (mid, mod)")
        connection.execute("insert into notes values (1, 1)")
        connection.commit()
        connection.close()
        packed.write(database, "collection.anki2")
        database.unlink()


@pytest.mark.parametrize(
    "fill",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("my thesis"),
        lambda path: path.mkdir(),
        lambda path: zipfile.ZipFile(path, "w").close(),
        other_deck,
    ],
)
def test_what_is_no_deck_of_ours_is_not_overwritten(tmp_path: Path, fill: Any) -> None:
    path = tmp_path / "gentutor.apkg"
    fill(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ValueError, match=r"expected a new name or an older deck of this guide"):
        write_deck(path, BOOK)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize(
    "book",
    ["", "example.org", "javascript:alert(1)", "http://", "https://a.org/?q=1", "/no/such/book"],
)
def test_an_address_that_leads_nowhere_is_refused(tmp_path: Path, book: str) -> None:
    with pytest.raises(ValueError, match=r"book: expected an address that begins with http"):
        write_deck(tmp_path / "gentutor.apkg", book)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_built_book_will_do(tmp_path: Path) -> None:
    (tmp_path / "index.html").touch()
    write_deck(tmp_path / "gentutor.apkg", str(tmp_path))
    collection = Collection(str(tmp_path / "collection.anki2"))
    load(collection, tmp_path / "gentutor.apkg")
    link = by_id(collection)["ae-count-the-weights"]["Link"]
    place = "notebooks/01_autoencoder.html#question-ae-count-the-weights"
    assert f'href="{tmp_path.as_uri()}/{place}"' in link
    collection.close()


def run(*arguments: str) -> Result:
    """Return what the command says."""
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(cli.app, ["deck", *arguments])


def test_the_command_writes_a_deck_and_says_what_to_do_with_it(tmp_path: Path) -> None:
    path = tmp_path / "gentutor.apkg"
    for _ in range(2):  # a second deck replaces the first
        result = run(str(path), "--book", BOOK)
        assert result.exit_code == 0, result.output
        assert f"{len(QUESTIONS)} cards" in result.output
        assert "Import" in result.output
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("deck.zip", "expected a name that ends in .apkg, got 'deck.zip'"),
        ("no/such/deck.apkg", "expected an existing folder"),
        ("thesis.apkg", "expected a new name or an older deck of this guide"),
        ("thesis.apkg/deck.apkg", "expected an existing folder"),
    ],
)
def test_the_command_refuses_bad_paths_in_words(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "thesis.apkg").write_text("of great value")
    result = run(str(tmp_path / name))
    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())
    assert "Traceback" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.apkg"]
    assert (tmp_path / "thesis.apkg").read_text() == "of great value"


def test_the_command_says_where_it_may_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "deck.apkg")

    monkeypatch.setattr(module.zipfile, "ZipFile", denied)
    result = run(str(tmp_path / "deck.apkg"))
    assert result.exit_code == 2
    assert "Permission denied" in result.output
    assert list(tmp_path.iterdir()) == []
