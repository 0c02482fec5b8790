"""A real browser with no network, and a watch on everything a page asks for or complains of."""

import functools
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from firefox import Firefox
from ipywidgets.embed import embed_data
from playwright.sync_api import Browser, Page, Route, sync_playwright

STATE = "application/vnd.jupyter.widget-state+json"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
FIREFOXES = ("firefox-esr", "firefox")
SOURCES = ("_*.yml", "book/**/*", "notebooks/*.ipynb", "gentutor/**/*", "recordings/*")
# All that a reader can see change, once it is drawn: text, attributes, the pixels of every canvas.
LOOK = """async figure => {
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    return figure.querySelector('.gx').innerHTML.replaceAll(' aria-busy="true"', '')
        + [...figure.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()); }"""
# In sight, not disabled, not chosen already; no square of a drawing, whose pad takes the pointer.
READY = """control => control.isConnected && !control.disabled && !control.checked
    && control.getAttribute('aria-pressed') !== 'true' && control.getClientRects().length > 0
    && getComputedStyle(control).pointerEvents !== 'none'"""

# Files that a busy machine does not disturb: they read what a page is, and wait for what it does.
PATIENT = (
    "test_accessible",
    "test_anki_cards",
    "test_questions",
    "test_questions_behaviour",
    "test_screens",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as ``alone`` the files of this folder that watch a page train or slide in real time."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.stem not in PATIENT:
            item.add_marker("alone")


def installed(*names: str) -> str:
    """Return the path of the first of these; skip without any, but fail where CI=true promises."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            f"no browser: none of {', '.join(names)} is installed"
        )
    return path


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return Chromium."""
    path = installed(*CHROMIUMS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Return a Firefox of its own for a file of tests."""
    browser = Firefox(installed(*FIREFOXES), tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.socket.close()
    browser.process.terminate()
    browser.process.wait(30)


def made_by_a_tool(path: Path) -> bool:
    """Say whether a path lies in a cache that a tool keeps beside the sources."""
    return any(part == "__pycache__" or part.startswith(".") for part in path.parts)


@pytest.fixture(scope="package")
def built(root: Path) -> Path:
    """Return the folder of the built book, which must be newer than its sources."""
    html = root / "_build" / "html"
    if not (html / "index.html").exists():
        pytest.fail("the book is not built: run `make book` first")
    found = (path for pattern in SOURCES for path in root.glob(pattern) if path.is_file())
    sources = [path for path in found if not made_by_a_tool(path.relative_to(root))]
    newest = max(sources, key=lambda path: path.stat().st_mtime)
    built_at = max(path.stat().st_mtime for path in html.rglob("*") if path.is_file())
    if newest.stat().st_mtime > built_at:
        pytest.fail(f"{newest.relative_to(root)} is newer than the book: run `make book` first")
    return html


@pytest.fixture(scope="package")
def pages(built: Path) -> list[str]:
    """Return the address of every page, relative to the book's folder."""
    found = (path.relative_to(built) for path in built.rglob("*.html"))
    return sorted(path.as_posix() for path in found if path.parts[0] != "_static")


@pytest.fixture(scope="package")
def chapters(built: Path, pages: list[str]) -> list[str]:
    """Return the pages with explorables."""
    live = '<figure class="explorable" data-model='
    return [page for page in pages if live in (built / page).read_text()]


@dataclass
class Watch:
    """What one page asked for and complained of, while every other host was out of reach."""

    page: Page
    base: str
    folder: Path
    requested: set[str] = field(default_factory=set)
    foreign: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route("**/*", self._let_through_or_block)
        self.page.on("requestfailed", lambda request: self._note_failure(request.url, "failed"))
        self.page.on(
            "response",
            lambda answer: answer.status >= 400 and self._note_failure(answer.url, answer.status),
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: said.type == "error" and self.errors.append(said.text))

    def _let_through_or_block(self, route: Route) -> None:
        url = route.request.url
        if url.startswith(self.base):
            self.requested.add(urlsplit(url).path)
            route.continue_()
        else:
            self.foreign.append(url)
            route.abort()

    def _note_failure(self, url: str, why: object) -> None:
        if url.startswith(self.base):
            self.failed.append(f"{url}: {why}")

    def open(self, path: str = "index.html") -> Page:
        """Load one page, and wait until it has everything it asked for and its widgets run."""
        self.page.goto(self.base + path, wait_until="networkidle")
        waiting = "figure.explorable[data-model]:not(.is-live, :has(.explorable-error))"
        self.page.wait_for_function(f"!document.querySelector('{waiting}')")
        return self.page

    @property
    def weight(self) -> int:
        """Bytes of every file the page loaded, as they lie on the disk."""
        files = {self.folder / unquote(path).lstrip("/") for path in self.requested}
        return sum(
            (file / "index.html" if file.is_dir() else file).stat().st_size for file in files
        )


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="package")
def serve() -> Iterator[Callable[[Path], str]]:
    """Return a function that serves a folder on localhost and gives its address."""
    servers = []

    @functools.cache
    def start(folder: Path) -> str:
        handler = functools.partial(_QuietHandler, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def watch(browser: Browser, serve: Callable[[Path], str]) -> Iterator[Callable[..., Watch]]:
    """Return a function that opens a folder under watch, by ``http`` or ``file``."""
    contexts = []

    def start(folder: Path, scheme: str = "http", **options: object) -> Watch:
        base = serve(folder) if scheme == "http" else folder.as_uri() + "/"
        context = browser.new_context(**options)
        contexts.append(context)
        return Watch(context.new_page(), base, folder)

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def show(watch, root, tmp_path):
    """Return a function that opens a page with the given widgets and the book's host script."""

    def open_page(*widgets, spoil=lambda states: None, before="", **options):
        state = embed_data(views=widgets, drop_defaults=False)["manager_state"]
        spoil(state["state"])
        figures = "".join(widget._repr_mimebundle_()[0]["text/html"] for widget in widgets)
        host = (root / "book" / "_assets" / "explorables.js").read_text()
        (tmp_path / "host.js").write_text(host)
        (tmp_path / "index.html").write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">'
            f'<script type="{STATE}">{json.dumps(state)}</script>'
            f'<script defer src="host.js"></script><body>{figures}</body></html>'
        )
        seen = watch(tmp_path, "file", **options)
        seen.page.add_init_script(before)
        return seen.open()

    return open_page


@pytest.fixture
def numbers() -> Callable[[Page], dict[str, str]]:
    """Return a function that reads a readout by name, with ASCII minus signs."""

    def read(tab: Page) -> dict[str, str]:
        names, texts = (tab.locator(f".gx-readout {tag}").all_inner_texts() for tag in ("dt", "dd"))
        return {name: text.replace("−", "-") for name, text in zip(names, texts, strict=True)}

    return read


@pytest.fixture
def look() -> str:
    """Return a JavaScript function that says all that a reader can see of a figure."""
    return LOOK


@pytest.fixture
def ready() -> str:
    """Return a JavaScript function that says whether a control waits to be worked."""
    return READY
