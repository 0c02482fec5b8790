"""Page and terminal hand one history to each other."""

import json
from pathlib import Path

from gentutor.quiz import exchange
from gentutor.quiz.store import Store


def export(tab) -> Path:
    """Return the file that the page exports."""
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Export").click()
    return Path(download.value.path())


def take(tab, path: Path) -> str:
    """Have the page import a file; return what it says."""
    tab.locator("input[type=file]").set_input_files(path)
    tab.wait_for_function("document.querySelector('#gq-file-told').textContent")
    return tab.locator("#gq-file-told").inner_text()


def test_a_history_goes_from_the_page_to_the_terminal_and_back(visit, review, tmp_path):
    tab = visit("practice", log=[review("vae-kl-role", ago=30), review("elbo-say-the-gap", ago=9)])
    tab.get_by_role("button", name="Start").click()
    tab.locator(".gq-answer > summary").click()  # one more answer, as the page writes it
    at_page = tab.evaluate("gentutor.progress.all()")
    assert len(at_page) == 3

    with Store(tmp_path / "progress.sqlite") as store:
        assert store.add_all(exchange.read(export(tab))) == 3
        assert store.add_all(exchange.read(export(tab))) == 0  # the same file twice
        assert store.reviews() == at_page
        own = review("vae-gradient-through", ago=1, grade=4, seconds=12.5, where="terminal")
        store.add(own)
        exchange.write(tmp_path / "progress.json", store.reviews())

    assert take(tab, tmp_path / "progress.json") == "Imported: 1 new review."
    both = tab.evaluate("gentutor.progress.all()")
    assert sorted(both, key=json.dumps) == sorted([*at_page, own], key=json.dumps)

    elsewhere = visit("practice")
    assert take(elsewhere, tmp_path / "progress.json") == "Imported: 4 new reviews."
    assert elsewhere.evaluate("gentutor.progress.all()") == both
    assert json.loads(export(elsewhere).read_text()) == {"format": 1, "reviews": both}
