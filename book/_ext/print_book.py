"""The built book as one PDF: Chromium prints every page of _toc.yml, pypdf binds them.

On paper a page looks as it does without scripts, in light: each explorable is its picture, answers
and proofs are unfolded, folded code is left out. The table of contents follows the first page.
Every page has its number, every page of the book and each of its sections a bookmark, and what
linked to a page of the book leads to its place in the PDF.

    python book/_ext/print_book.py --paper Letter
"""

import argparse
import json
import re
import shutil
import sys
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urldefrag

import yaml
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import Fit
from tqdm import tqdm

ROOT = Path(__file__).parents[2]
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
PAPERS = {"A4": 297, "Letter": 279.4}  # mm high
SCRIPTS = re.compile(r"\.js(\?|$)")
SHEET = "10mm"  # sheets fill their pages
PAGE = "16mm 16mm 18mm"
STYLE = """
@page {{
  size: {paper};
  margin: {margin};
  @bottom-left {{ content: {title}; font: 8pt system-ui, sans-serif; color: #59636e }}
}}
details.hide {{ display: none !important }}
"""
NUMBERS = """<!doctype html><html lang="en"><title>Numbers</title><style>
@page {{ size: {paper}; margin: 0 }}
body {{ margin: 0; font: 8pt system-ui, sans-serif; color: #59636e }}
p {{ margin: 0; padding: {above}mm 16mm 0; text-align: right; break-after: page }}
p:last-child {{ break-after: auto }}
</style>{rows}</html>"""
# Chromium keeps the place of an id in the PDF where a link of the page leads to it.
UNFOLD = """async () => {
    const article = document.querySelector('.bd-article');
    const words = heading => [...heading.childNodes].filter(node => !node.matches?.('.headerlink'))
        .map(node => node.textContent).join('').trim();
    const links = document.createElement('div');
    links.hidden = true;
    for (const place of article.querySelectorAll('[id]:not(svg *)'))
        links.append(Object.assign(document.createElement('a'), { href: `#${place.id}` }));
    document.body.append(links);
    for (const fold of article.querySelectorAll('details:not(.hide)')) fold.open = true;
    for (const image of document.images) image.loading = 'eager';
    await Promise.all([...document.images].map(image => image.decode().catch(() => {})));
    await document.fonts.ready;
    return {
        title: words(article.querySelector('h1')),
        sections: [...article.querySelectorAll('section[id] > h2')]
            .map(heading => [heading.parentElement.id, words(heading)]),
        sheet: !!article.querySelector('.gt-sheet, .gt-two-pages'),
    };
}"""
CONTENTS = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Contents</title><style>
body {{ font: 10.5pt/1.45 system-ui, sans-serif; color: #20262d }}
h1 {{ font-size: 20pt; margin: 0 0 4mm }}
h2 {{ font-size: 10.5pt; margin: 4mm 0 1mm; color: #59636e }}
a {{ display: flex; gap: 2mm; color: inherit; text-decoration: none }}
a::after {{ content: attr(data-page); order: 1 }}
i {{ flex: 1; border-bottom: 1px dotted #9ba6b2; margin-bottom: 1.2mm }}
</style><h1>Contents</h1>{rows}</html>"""


@dataclass
class Printed:
    """A page of the book on paper: from page ``start`` of the PDF, counted from 0."""

    url: str
    part: str
    title: str
    sections: list[tuple[str, str]]
    start: int
    pdf: PdfReader


def listed(root: Path) -> list[tuple[str, str]]:
    """Return the part and the name of every page, in the order of ``_toc.yml``."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [
        (part["caption"], chapter["file"]) for part in toc["parts"] for chapter in part["chapters"]
    ]
    return [("", toc["root"]), *chapters]


def on_paper(tab: Page, title: str, paper: str, margin: str) -> PdfReader:
    """Print what a tab shows, with a title at the foot of each page."""
    words = json.dumps(title, ensure_ascii=False)  # a string of CSS, too
    tab.add_style_tag(content=STYLE.format(paper=paper, margin=margin, title=words))
    return PdfReader(BytesIO(tab.pdf(prefer_css_page_size=True, print_background=True)))


def numbers(tab: Page, count: int, paper: str) -> PdfReader:
    """Print the numbers of so many pages, each at the foot of a page of its own."""
    rows = "".join(f"<p>{number}" for number in range(1, count + 1))
    tab.set_content(NUMBERS.format(paper=paper, above=PAPERS[paper] - 11, rows=rows))
    return PdfReader(BytesIO(tab.pdf(prefer_css_page_size=True)))


def print_page(tab: Page, url: str, part: str, start: int, paper: str) -> Printed:
    """Print one page of the book."""
    tab.goto(url)
    found = tab.evaluate(UNFOLD)
    pdf = on_paper(tab, found["title"], paper, SHEET if found["sheet"] else PAGE)
    return Printed(url, part, found["title"], found["sections"], start, pdf)


def contents(tab: Page, sheets: list[Printed], start: int, paper: str) -> Printed:
    """Print the table of contents, on one page."""
    rows, part = [], ""
    for sheet in sheets:
        if sheet.part != part:
            rows.append(f"<h2>{escape(part := sheet.part)}</h2>")
        page = sheet.start + 1
        rows.append(f'<a href="{sheet.url}" data-page="{page}">{escape(sheet.title)}<i></i></a>')
    tab.goto("about:blank")
    tab.set_content(CONTENTS.format(rows="".join(rows)))
    pdf = on_paper(tab, "Contents", paper, PAGE)
    if len(pdf.pages) != 1:
        raise ValueError(f"contents: expected one page, got {len(pdf.pages)}: take smaller type")
    return Printed("about:contents", "", "Contents", [], start, pdf)


def places(sheets: list[Printed]) -> dict[str, tuple[int, float | None]]:
    """Return page and height of every address in the book, with and without ``#id``."""
    found: dict[str, tuple[int, float | None]] = {}
    for sheet in sheets:
        url = unquote(sheet.url)
        found[url] = (sheet.start, None)
        for name, place in sheet.pdf.named_destinations.items():
            page = sheet.start + sheet.pdf.get_destination_page_number(place)
            found[f"{url}#{unquote(name.removeprefix('/'))}"] = (page, place.top)
    return found


def bind(sheets: list[Printed], feet: PdfReader) -> PdfWriter:
    """Return all sheets as one document, with its own numbers, links and bookmarks."""
    book = PdfWriter()
    pages = [page for sheet in sheets for page in sheet.pdf.pages]
    for page, foot in zip(pages, feet.pages, strict=True):
        added = book.add_page(page, excluded_keys=["/Annots"])
        added.merge_page(foot)
        added.compress_content_streams()
    where = places(sheets)
    for sheet in sheets:
        for number, page in enumerate(sheet.pdf.pages, sheet.start):
            for note in page.annotations or []:
                if link := relinked(note.get_object(), sheet.url, where):
                    book.add_annotation(number, link)
    part = above = None
    for sheet in sheets:
        if sheet.part != part:
            part, page = sheet.part, sheet.start
            above = book.add_outline_item(title=part, page_number=page) if part else None
        below = book.add_outline_item(
            title=sheet.title, page_number=sheet.start, parent=above, is_open=False
        )
        for name, title in sheet.sections:
            page, top = where.get(unquote(f"{sheet.url}#{name}"), (sheet.start, None))
            fit = Fit.xyz(top=top)
            book.add_outline_item(title=title, page_number=page, parent=below, fit=fit)
    book.page_mode = "/UseOutlines"
    book.add_metadata({"/Title": "gentutor"})
    book.compress_identical_objects()
    return book


def relinked(note: dict, url: str, where: dict[str, tuple[int, float | None]]) -> Link | None:
    """Return a link of the printed page as one of the book, or None where the book has no place."""
    name = note.get("/Dest", "/")[1:]
    address = f"{url}#{name}" if name else str(note.get("/A", {}).get("/URI", ""))
    found = where.get(unquote(address)) or where.get(unquote(urldefrag(address).url))
    if found:
        page, top = found
        return Link(rect=note["/Rect"], target_page_index=page, fit=Fit.xyz(top=top))
    return Link(rect=note["/Rect"], url=address) if address.startswith("http") else None


def print_book(
    browser: Browser, built: Path, pages: list[tuple[str, str]], paper: str = "A4"
) -> PdfWriter:
    """Return the pages of a built book, (part, name) each, as one PDF."""
    tab = browser.new_page(color_scheme="light")
    tab.route(SCRIPTS, lambda route: route.abort())
    sheets: list[Printed] = []
    start = 0
    for part, name in tqdm(pages, desc="printing", unit="page"):
        url = (built / f"{name}.html").as_uri()
        sheets.append(print_page(tab, url, part, start, paper))
        start += len(sheets[-1].pdf.pages) + (len(sheets) == 1)  # the contents come second
    sheets.insert(1, contents(tab, sheets, len(sheets[0].pdf.pages), paper))
    feet = numbers(tab, start, paper)
    tab.close()
    return bind(sheets, feet)


def main() -> None:
    """Print the book, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--paper", choices=PAPERS, default="A4")
    paper = parser.parse_args().paper
    built, target = ROOT / "_build" / "html", ROOT / "_build" / "gentutor.pdf"
    pages = listed(ROOT)
    if missing := [name for _, name in pages if not (built / f"{name}.html").exists()]:
        sys.exit(f"the book is not built, {missing[0]}.html is missing: run `make book` first")
    if (path := next(filter(None, map(shutil.which, CHROMIUMS)), None)) is None:
        sys.exit(
            f"the book is printed by Chromium, and none of {', '.join(CHROMIUMS)} is installed "
            "(Debian: apt-get install chromium)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        book = print_book(browser, built, pages, paper)
        browser.close()
    unfinished = target.with_suffix(".part")
    book.write(unfinished)
    unfinished.replace(target)
    print(f"{target}: {len(book.pages)} pages, {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
