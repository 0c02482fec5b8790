"""Every kind of explorable in Firefox, driven over WebDriver BiDi, which it speaks by itself."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Container, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import websocket

FIREFOXES = ("firefox-esr", "firefox")
QUIET = (
    "datareporting.policy.dataSubmissionEnabled",
    "app.update.enabled",
    "browser.aboutwelcome.enabled",
)
KEYS = {"Home": "\ue011", "End": "\ue010", "ArrowLeft": "\ue012"}
LIVE = "figure.explorable[data-model]"


class Firefox:
    """One window of a Firefox of its own."""

    def __init__(self, path: str, home: Path) -> None:
        (home / "user.js").write_text("".join(f'user_pref("{name}", false);' for name in QUIET))
        command = [path, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile"]
        self.process = subprocess.Popen(
            [*command, str(home)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        said = ""
        while not (found := re.search(r"listening on (ws://\S+)", said)):
            said = self.process.stderr.readline()
            assert said, "Firefox ended before it listened"
        self.socket = websocket.create_connection(
            f"{found[1]}/session", timeout=60, suppress_origin=True
        )
        self.numbers, self.errors = count(), []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded"])
        self.tab = self.call("browsingContext.create", type="tab")["context"]

    def call(self, method: str, **parameters: Any) -> dict:
        """Send a command and return its result; notes what pages complain of in between."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            said = answer.get("params", {})
            if answer.get("method") == "log.entryAdded" and said["level"] == "error":
                self.errors.append(said["text"])
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    def open(self, url: str) -> None:
        """Load a page and wait until its widgets run or say why not."""
        self.call("browsingContext.navigate", context=self.tab, url=url, wait="complete")
        waiting = f"{LIVE}:not(.is-live, :has(.explorable-error))"
        self.run(f"""async () => {{ while (document.querySelector('{waiting}'))
            await new Promise(tick => setTimeout(tick, 50)); }}""")

    def run(self, function: str, *arguments: Any) -> Any:
        """Return what a JavaScript function, maybe an async one, makes of these arguments."""
        given = ", ".join(map(json.dumps, arguments))
        result = self.call(
            "script.evaluate",
            expression=f"Promise.resolve(({function})({given})).then(JSON.stringify)",
            target={"context": self.tab},
            awaitPromise=True,
        )
        assert result["type"] == "success", result["exceptionDetails"]["text"]
        return json.loads(result["result"].get("value", "null"))

    def changed(self, function: str, known: Container[str]) -> str:
        """Return what a function says as soon as it is nothing known, or after 5 s what it says."""
        for _ in range(50):
            if (now := self.run(function)) not in known:
                break
            time.sleep(0.1)
        return now

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        strokes = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keys", "actions": strokes}
        self.call("input.performActions", context=self.tab, actions=[keyboard])


@pytest.fixture(scope="module")
def firefox(tmp_path_factory) -> Iterator[Firefox]:
    """Return a Firefox; skip without one, but fail where CI=true promises one."""
    path = next(filter(None, map(shutil.which, FIREFOXES)), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no Firefox is installed")
    browser = Firefox(path, tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.socket.close()
    browser.process.terminate()
    browser.process.wait(30)


def kinds(built: Path, page: str) -> list[str]:
    """Return the class of each explorable of a page, in its order."""
    text = (built / page).read_text()
    models = re.findall(r'<figure class="explorable" data-model="(\w+)">', text)
    pattern = r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>'
    states: dict = {}
    for found in re.findall(pattern, text, re.S):
        states |= json.loads(found)["state"]
    return [states[model]["state"]["_anywidget_id"] for model in models]


def test_every_kind_of_explorable_works_in_firefox(built, chapters, serve, firefox, look, ready):
    base, seen = serve(built), set()
    for page in chapters:
        here = kinds(built, page)
        fresh = [i for i, kind in enumerate(here) if kind not in here[:i] and kind not in seen]
        seen |= set(here)
        if not fresh:
            continue
        firefox.open(base + page)
        assert firefox.errors == [], page
        for i in fresh:
            figure = f"document.querySelectorAll('{LIVE}')[{i}]"
            assert firefox.run(f"() => {figure}.className") == "explorable is-live", here[i]
            seen_now = f"() => ({look})({figure})"
            for j in range(firefox.run(f"() => {figure}.querySelectorAll('[type=range]').length")):
                firefox.run(f"() => {figure}.querySelectorAll('[type=range]')[{j}].focus()")
                looks = set()
                for key in ("Home", "End", "ArrowLeft"):
                    firefox.press(key)
                    looks.add(firefox.changed(seen_now, looks))
                assert len(looks) == 3, f"{here[i]}: slider {j}"
            controls = f"[...{figure}.querySelectorAll(':is(input[type=radio], button)')]"
            firefox.run(f"() => {{ window.controls = {controls}; }}")
            for j in range(firefox.run("() => window.controls.length")):
                if firefox.run(f"() => ({ready})(window.controls[{j}])"):
                    before = firefox.run(seen_now)
                    firefox.run(f"() => window.controls[{j}].click()")
                    assert firefox.changed(seen_now, {before}) != before, f"{here[i]}: button {j}"
        assert firefox.errors == [], page
        asked = "() => performance.getEntriesByType('resource').map(entry => entry.name)"
        assert [
            url for url in firefox.run(asked) if not url.startswith((base, "blob:", "data:"))
        ] == []
