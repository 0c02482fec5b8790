"""The PDF of the book: pages in order, numbered, bookmarked, and linked among themselves."""

import sys

import print_book
import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

FIRST = """<!doctype html><html lang="en"><meta charset="utf-8"><title>First</title>
<style>html { color-scheme: light dark }</style><script src="late.js"></script>
<article class="bd-article"><section id="first">
<h1>Fréchet<a class="headerlink" href="#first">#</a></h1>
<p><a href="part/second.html#deep">deep</a> <a href="part/second.html">top</a>
<a href="#end">end</a> <a href="nowhere.html">lost</a> <a href="https://example.org/">far</a></p>
<details class="hide"><summary>Show code</summary>machinery</details>
<details><summary>Answer</summary>forty-two</details>
<section id="end" style="break-before: page"><h2>The end</h2></section></section></article></html>
"""
SECOND = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Second</title>
<article class="bd-article"><section id="second">
<h1>Second</h1><p>A <a href="../first.html">link</a></p>
<div style="break-before: page; height: 90mm"></div>
<section id="deep"><h2>Deep down</h2></section></section></article></html>
"""
LATE = "document.querySelector('h1').textContent = 'Scripts ran'"
PAGES = [("", "first"), ("A part", "part/second")]


@pytest.fixture
def small(tmp_path):
    """Return the folder of a book of two pages, of two sheets each."""
    (tmp_path / "part").mkdir()
    (tmp_path / "first.html").write_text(FIRST)
    (tmp_path / "late.js").write_text(LATE)
    (tmp_path / "part" / "second.html").write_text(SECOND)
    return tmp_path


@pytest.fixture
def book(small, browser):
    """Return the small book, printed and read again."""
    print_book.print_book(browser, small, PAGES).write(small / "book.pdf")
    return PdfReader(small / "book.pdf")


def outline(book, items=None, depth=0):
    """Yield depth, title and page of each bookmark."""
    for item in book.outline if items is None else items:
        if isinstance(item, Destination):
            yield depth, item.title, book.get_destination_page_number(item)
        else:
            yield from outline(book, item, depth + 1)


def test_pages_stand_in_order_with_number_and_title(book):
    texts = [page.extract_text() for page in book.pages]
    titles = ["Fréchet", "Fréchet", "Contents", "Second", "Second"]
    assert [text.split("\n")[0] for text in texts] == titles  # the foot first
    assert [text.split("\n")[-1] for text in texts] == ["1", "2", "3", "4", "5"]
    assert "forty-two" in texts[0]
    assert "machinery" not in texts[0]
    assert "Scripts ran" not in texts[0]
    assert texts[2].split("\n")[2:-1] == ["Fréchet 1", "A part", "Second 4"]
    assert [round(float(side)) for side in book.pages[0].mediabox[2:]] == [595, 842]  # A4


def test_each_page_and_section_has_a_bookmark(book):
    assert list(outline(book)) == [
        (0, "Fréchet", 0),
        (1, "The end", 1),
        (0, "Contents", 2),
        (0, "A part", 3),
        (1, "Second", 3),
        (2, "Deep down", 4),
    ]


def test_links_lead_to_pages_of_the_book_or_out_of_it(book):
    where = {page.indirect_reference: i for i, page in enumerate(book.pages)}

    def targets(page):
        for note in (one.get_object() for one in page.annotations or []):
            yield note["/A"]["/URI"] if "/A" in note else where[note["/Dest"][0]]

    assert [list(targets(page)) for page in book.pages] == [
        [0, 4, 3, 1, "https://example.org/"],
        [],
        [0, 3],
        [0],
        [],
    ]
    heading = 842 - (16 + 90) * 72 / 25.4  # below the margin and what stands above it
    top = book.pages[0].annotations[1].get_object()["/Dest"][3]
    assert heading <= top <= heading + 16 * 72 / 25.4  # Chromium's places leave out the margin


@pytest.mark.parametrize(
    ("built", "said"),
    [(False, "book/index.html is missing: run `make book` first"), (True, "printed by Chromium")],
)
def test_what_is_missing_is_said(monkeypatch, root, tmp_path, built, said):
    (tmp_path / "_toc.yml").write_text((root / "_toc.yml").read_text())
    for _, name in print_book.listed(root) if built else []:
        path = tmp_path / "_build" / "html" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setattr(print_book, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["print_book"])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=said):
        print_book.main()
    assert not (tmp_path / "_build" / "gentutor.pdf").exists()


def test_questions_flow_on_paper_without_fields(built, browser):
    chapter = (built / "notebooks" / "02_vae.html").as_uri()
    tab = browser.new_page(color_scheme="light")
    tab.route(print_book.SCRIPTS, lambda route: route.abort())
    printed = print_book.print_page(tab, chapter, "", 0, "A4")
    tab.emulate_media(media="print")
    for field in tab.locator(".gq :is(input, textarea, button)").all():
        assert not field.is_visible()
    scrolls = tab.locator(".gq :is(p, .gq-text)").evaluate_all(
        "texts => texts.filter(text => getComputedStyle(text).overflow !== 'visible').length"
    )
    assert scrolls == 0  # else it does not break
    questions = tab.locator("section.gq").count()
    assert questions > 20
    assert len(printed.pdf.pages) < 30 + questions / 2  # 39; a page each, it was 95
    tab.close()


def test_the_book_is_printed_in_the_order_of_its_contents(root):
    pages = print_book.listed(root)
    assert pages[:2] == [("", "book/index"), ("Latent variables", "notebooks/01_autoencoder")]
    assert pages[-1] == ("Reference", "book/references")
    assert len(pages) == (root / "_toc.yml").read_text().count("- file:") + 1
