"""Every kind of explorable in Firefox."""

import json
import re
from pathlib import Path

from firefox import LIVE


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
                for key in ("Home", "End", "ArrowDown"):
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
