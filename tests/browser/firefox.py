"""A Firefox for tests, driven over WebDriver BiDi, which it speaks by itself."""

import base64
import json
import re
import subprocess
import time
from collections.abc import Container
from itertools import count
from pathlib import Path
from typing import Any

import websocket

QUIET = (
    "datareporting.policy.dataSubmissionEnabled",
    "app.update.enabled",
    "browser.aboutwelcome.enabled",
)
KEYS = {"Home": "\ue011", "End": "\ue010", "ArrowDown": "\ue015"}
LIVE = "figure.explorable[data-model]"
# It lays out formulas whose rest is still on its way; `test_screens` counts what has come.
UNFINISHED = "Invalid markup: Incorrect number of children"
JPEG = {"type": "image/jpeg", "quality": 0.6}


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
                if said["text"].startswith(UNFINISHED):
                    continue
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

    def resize(self, width: int, height: int) -> None:
        """Make the window's inside so large, in pixels of the page."""
        size = {"width": width, "height": height}
        self.call("browsingContext.setViewport", context=self.tab, viewport=size)

    def screenshot(self, width: int, height: int) -> bytes:
        """Return the page's upper left part as a JPEG."""
        part = {"type": "box", "x": 0, "y": 0, "width": width, "height": height}
        asked = {"origin": "document", "format": JPEG, "clip": part}
        data = self.call("browsingContext.captureScreenshot", context=self.tab, **asked)["data"]
        return base64.b64decode(data)

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
