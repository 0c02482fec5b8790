"""When each page of the built book first paints on a phone: CPU / 4, 1.6 Mb/s, gzip.

Chromium shows a screen of 390 × 844 with an empty cache, runs everything four times as slow, and
gets 1.6 megabits a second after 150 ms for each answer, as Lighthouse's slow 4G does. The server
sends text compressed by gzip. Printed are the seconds to the first paint of text, the median and
the least of some rounds, and the bytes sent up to `load`; the exit is 1 where the least of a page
is above the goal. A busy machine paints later, so that the least says most.

With ``--desktop`` the screen is 1,300 × 900 and nothing is slowed down; printed are the seconds
until everything is loaded and each explorable runs, and the goal is 1 s.
"""

import argparse
import gzip
import json
import mimetypes
import os
import shutil
import statistics
import sys
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, sync_playwright

BUILT = Path(__file__).parents[1] / "_build" / "html"
GOAL = 3.0  # seconds
DESKTOP_GOAL = 1.0
SLOWER = 4
DESKTOP = {"width": 1300, "height": 900}
PHONE = {"width": 390, "height": 844}
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
PAINTED = """() => new Promise(resolve => new PerformanceObserver(list => {
    const paint = list.getEntriesByName('first-contentful-paint')[0];
    if (paint) resolve(paint.startTime / 1000);
}).observe({ type: 'paint', buffered: true }))"""

WAITING = "figure.explorable[data-model]:not(.is-live, :has(.explorable-error))"
USABLE = f"""() => new Promise(resolve => {{
    const look = () => document.readyState === 'complete' && !document.querySelector('{WAITING}')
        ? resolve(performance.now() / 1000) : setTimeout(look, 2);
    look();
}})"""


@cache
def packed(path: Path) -> tuple[bytes, dict[str, str]]:
    """Return what a server sends for a file, and how it is encoded."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind.endswith(("javascript", "json", "svg+xml"))
    data = path.read_bytes()
    headers = {"Content-Type": kind} | ({"Content-Encoding": "gzip"} if text else {})
    return gzip.compress(data, 6, mtime=0) if text else data, headers


class Handler(BaseHTTPRequestHandler):
    """Serves the built book."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file, packed beforehand."""
        path = BUILT / unquote(urlsplit(self.path).path).lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        data, headers = packed(path)
        self.send_response(200)
        for name, value in (headers | {"Content-Length": str(len(data))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def measure(browser: Browser, url: str, desktop: bool) -> tuple[float, int]:
    """Return seconds to the first paint of a page, and the bytes it had asked for at `load`.

    On a desktop the seconds are those until it is usable.
    """
    phone = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
    context = browser.new_context(**{"viewport": DESKTOP} if desktop else phone)
    tab = context.new_page()
    sent: list[int] = []
    session = context.new_cdp_session(tab)
    session.on("Network.loadingFinished", lambda done: sent.append(int(done["encodedDataLength"])))
    session.send("Network.enable")
    if desktop:
        tab.goto(url, wait_until="commit")
        seconds = tab.evaluate(USABLE)
    else:
        session.send("Network.emulateNetworkConditions", LINE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        tab.goto(url, wait_until="load", timeout=120_000)
        seconds = tab.evaluate(PAINTED)
    context.close()
    return seconds, sum(sent)


def main() -> None:
    """Measure every page, print a line for each and JSON at the end."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--desktop", action="store_true", help="until usable, nothing slowed down")
    parser.add_argument("pages", nargs="*", help="default: every page of the book")
    options = parser.parse_args()
    if not (BUILT / "index.html").exists():
        sys.exit("the book is not built: run `make book` first")
    found = sorted(path.relative_to(BUILT).as_posix() for path in BUILT.rglob("*/*.html"))
    pages = options.pages or [page for page in found if not page.startswith("_static")]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    table = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for page in pages:
            url = f"http://127.0.0.1:{server.server_port}/{page}"
            rounds = [measure(browser, url, options.desktop) for _ in range(options.rounds)]
            seconds = [one for one, _ in rounds]
            table[page] = {
                "median": round(statistics.median(seconds), 2),
                "least": round(min(seconds), 2),
                "kB": rounds[-1][1] // 1000,
            }
            print(page, table[page], f"load {os.getloadavg()[0]:.1f}", flush=True)
        browser.close()
    goal = DESKTOP_GOAL if options.desktop else GOAL
    late = [page for page, one in table.items() if one["least"] > goal]
    print(json.dumps({"goal": goal, "late": late, "pages": table}, indent=2))
    sys.exit(bool(late))


if __name__ == "__main__":
    main()
