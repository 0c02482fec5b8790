"""Progress as a file and in the browser's store: export, import, clearing, two tabs."""

import json
from pathlib import Path

import pytest

ONE = {
    "question": "vae-kl-role",
    "rev": 1,
    "variant": 0,
    "at": "2026-01-05T08:00:00.000Z",
    "grade": 3,
    "correct": True,
    "seconds": 10,
    "where": "page",
}


def take(tab, text: str) -> str:
    """Import a file with this text and return what the page says."""
    tab.locator("input[type=file]").set_input_files(
        {"name": "progress.json", "mimeType": "application/json", "buffer": text.encode()}
    )
    tab.wait_for_function("document.querySelector('#gq-file-told').textContent")
    return tab.locator("#gq-file-told").inner_text()


def stored(tab) -> dict[str, str]:
    """Return all that the browser keeps."""
    return tab.evaluate("({ ...localStorage })")


def test_progress_is_exported_cleared_and_imported_again(visit):
    log = [ONE, ONE | {"question": "elbo-say-the-gap", "grade": 1, "correct": False}]
    tab = visit("practice", log=log)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Export").click()
    text = Path(download.value.path()).read_text()
    assert json.loads(text) == {"format": 1, "reviews": log}

    tab.once("dialog", lambda dialog: dialog.dismiss())
    tab.get_by_role("button", name="Clear").click()
    assert len(tab.evaluate("gentutor.progress.all()")) == 2
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Clear").click()
    assert tab.evaluate("gentutor.progress.all()") == []

    assert take(tab, text) == "Imported: 2 new reviews."
    assert take(tab, text) == "Imported: 0 new reviews."
    assert tab.evaluate("gentutor.progress.all()") == log


MARKUP = "<img src=x onerror=\"document.title='owned'\">"


def file_of(*reviews, **changes) -> str:
    """Return a progress file."""
    return json.dumps({"format": 1, "reviews": list(reviews)} | changes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "not complete JSON"),
        (file_of(ONE)[:-20], "not complete JSON"),
        ("[]", "no progress file"),
        ("null", "no progress file"),
        (file_of(format=2), "has format 2; this page reads format 1"),
        (file_of(format=MARKUP), "has format"),
        (file_of(extra=MARKUP), "Expected the fields format and reviews"),
        (file_of(reviews={}), "Expected the fields format and reviews"),
        (file_of(MARKUP), "Review 1: expected a review"),
        (
            file_of(ONE, ONE | {"question": MARKUP}),
            "Review 2: question: expected a question's id",
        ),
        (file_of(ONE | {"at": "2999-01-05T08:00:00.000Z"}), "Review 1: at: expected a time"),
        *(
            (file_of(ONE | {name: MARKUP}), f"Review 1: {expected}")
            for name, expected in {
                "rev": "rev: expected a whole number from 1",
                "variant": "variant: expected a whole number from 0",
                "at": "at: expected a time",
                "grade": "grade: expected 1, 2, 3 or 4",
                "correct": "correct: expected true or false",
                "seconds": "seconds: expected seconds",
                "where": "where: expected one of",
                MARKUP: "the field",
            }.items()
        ),
        (
            file_of(ONE).replace('"rev"', '"__proto__": {"a": 1}, "rev"'),
            'Review 1: the field "__proto__" is not known',
        ),
    ],
)
def test_a_file_that_is_not_sound_changes_nothing(visit, text, expected):
    tab = visit("practice", log=[ONE])
    before = stored(tab)
    told = take(tab, text)
    assert told.startswith("Nothing was imported.")
    assert expected in told
    assert stored(tab) == before
    assert tab.title() != "owned"
    assert tab.locator("main img").count() == 0


def test_a_full_store_takes_all_of_a_file_or_nothing(visit):
    tab = visit("practice", log=[ONE])
    tab.evaluate("localStorage.setItem('filler', 'x'.repeat(5242880 - 2000))")
    many = [ONE | {"at": f"2026-01-05T08:00:{i:02}.000Z"} for i in range(1, 60)]
    assert take(tab, file_of(*many)).endswith("The browser's store is full: nothing was imported.")
    assert len(tab.evaluate("gentutor.progress.all()")) == 1


def test_what_others_put_into_the_store_is_passed_over(visit):
    tab = visit("practice", before="localStorage.setItem('gentutor:review:x', '<b>no</b>')")
    assert tab.evaluate("gentutor.progress.all()") == []
    assert "Today: 6 new" in tab.locator(".gq-summary").inner_text()


def test_two_tabs_do_not_overwrite_each_other(visit):
    first = visit("practice")
    second = first.context.new_page()
    second.goto(first.url)
    names = ("vae-kl-role", "vae-training-step", "elbo-say-the-gap")
    for tab, name in zip((first, second, first), names, strict=True):
        tab.evaluate("one => gentutor.progress.add(one)", ONE | {"question": name})
    for tab in (first, second):
        kept = tab.evaluate("gentutor.progress.all().map(one => one.question)")
        assert sorted(kept) == sorted(names)
    second.wait_for_function("document.querySelector('.gq-summary').textContent.includes('3 due')")
