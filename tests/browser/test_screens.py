"""Every page in Chromium and in Firefox, light and dark, on a wide screen and on a phone.

Screenshots stay in ``_build/screenshots/<browser>``, from the top of each page down to ``TALL``.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from print_book import listed

MEGABYTE = 1_000_000
SIZES = {1300: 900, 390: 844}
TALL = 2400
# By the button that a reader presses, which goes through light, dark and the system's mode.
CHOOSE = """async mode => {
    const { dataset } = document.documentElement;
    const button = document.querySelector('.theme-switch-button');
    for (let i = 0; button && i < 50 && dataset.theme !== mode; i++) {
        button.click();
        await new Promise(heard => setTimeout(heard, 50));
    }
    return dataset.theme;
}"""
SEEN = """async () => {
    scrollTo(0, 0);
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const page = document.documentElement;
    return [page.scrollWidth - page.clientWidth, page.scrollHeight];
}"""

BROKEN = """() => {
    const parts = { msub: 2, msup: 2, msubsup: 3, mfrac: 2, munder: 2, mover: 2, munderover: 3 };
    const elements = [...document.querySelectorAll(Object.keys(parts).join())];
    return elements.filter((one) => one.children.length !== parts[one.localName]).length;
}"""


def faults(run: Callable, shoot: Callable[[int, int], bytes], stem: Path, width: int) -> list[str]:
    """Return what is wrong with an open page in both modes; keep a screenshot of each."""
    broken = run(BROKEN)
    found = [f"{broken} parts of formulas lack a child"] if broken else []
    stem.parent.mkdir(parents=True, exist_ok=True)
    for mode in ("light", "dark"):
        theme = run(CHOOSE, mode)
        over, tall = run(SEEN)
        shot = shoot(width, min(tall, TALL))
        stem.with_name(f"{stem.name}-{width}-{mode}.jpg").write_bytes(shot)
        found += [f"{mode}: asked for this mode, got {theme}"] if theme != mode else []
        found += [f"{mode}: {over} px wider than a screen of {width}"] if over > 0 else []
    return found


@pytest.fixture(scope="module")
def kept(root) -> Path:
    """Return the folder of the screenshots, without those of an earlier run."""
    folder = root / "_build" / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


@pytest.fixture
def in_chromium(watch):
    """Return a function that looks at one page in Chromium."""

    def look(folder: Path, page: str, width: int, stem: Path) -> list[str]:
        seen = watch(folder, viewport={"width": width, "height": SIZES[width]})
        tab = seen.open(page)

        def shoot(width: int, height: int) -> bytes:
            part = {"x": 0, "y": 0, "width": width, "height": height}
            return tab.screenshot(type="jpeg", quality=60, full_page=True, clip=part)

        found = faults(tab.evaluate, shoot, stem, width)
        if seen.weight > 4 * MEGABYTE:
            found.append(f"weighs {seen.weight / MEGABYTE:.1f} MB with all it loads")
        seen.page.context.close()
        return found + seen.errors + seen.failed + seen.foreign

    return look


@pytest.fixture
def in_firefox(firefox, serve):
    """Return a function that looks at one page in Firefox."""

    def look(folder: Path, page: str, width: int, stem: Path) -> list[str]:
        firefox.resize(width, SIZES[width])
        firefox.errors.clear()
        firefox.open(serve(folder) + page)
        return faults(firefox.run, firefox.screenshot, stem, width) + firefox.errors

    return look


@pytest.mark.parametrize("engine", ["chromium", "firefox"])
@pytest.mark.parametrize("width", SIZES)
def test_every_page_in_both_modes(built, root, kept, engine, width, request):
    look = request.getfixturevalue(f"in_{engine}")
    found = {}
    for _, name in listed(root):
        stem = kept / engine / name.replace("/", "-")
        found[name] = look(built, f"{name}.html", width, stem)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(list((kept / engine).glob(f"*-{width}-*.jpg"))) == 2 * len(found)


@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_a_page_with_faults_is_told(tmp_path, engine, request):
    (tmp_path / "index.html").write_text(
        '<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8">'
        '<link rel="icon" href="data:,"><title>A page</title><p style="width: 500px">Wide.</p>'
        "<math><msub><mi>x</mi></msub></math>"
        "<script>throw new Error('thrown')</script></html>"
    )
    look = request.getfixturevalue(f"in_{engine}")
    found = look(tmp_path, "index.html", 390, tmp_path / "shot")
    wide = [fault for fault in found if "px wider than a screen of 390" in fault]
    assert [fault.partition(":")[0] for fault in wide] == ["light", "dark"]
    assert "dark: asked for this mode, got light" in found
    assert "1 parts of formulas lack a child" in found
    assert [fault for fault in found if "thrown" in fault] != []
    shots = [(tmp_path / f"shot-390-{mode}.jpg").read_bytes() for mode in ("light", "dark")]
    assert [shot[:2] for shot in shots] == [b"\xff\xd8"] * 2
