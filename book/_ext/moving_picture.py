"""The README's moving picture: the mode-collapse lab of the built book, while a WGAN-GP trains.

Chromium opens the chapter on GANs, takes the settings "WGAN-GP" (collapsed start, five D steps)
and presses Train; screenshots until step 1,500 become one looping WebP. The lab reports
four times a second, so that there is time for a screenshot in between. The run is the page's own:
where it does not cover all eight modes, nothing is written.

    python book/_ext/moving_picture.py
"""

import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHAPTER = ROOT / "_build" / "html" / "notebooks" / "12_gan.html"
TARGET = ROOT / "book" / "lab.webp"
STEPS = 1500  # of G
SCREEN = {"width": 1300, "height": 1200}
LASTS = 5600  # ms, all frames but the last
REST = 1600  # ms of the last one
# From the buttons to the charts; what lies in between and below stays out of the picture.
STAGE = """figure => {
    figure.querySelector('.gx-lab-settings').open = false;
    const parts = [...figure.querySelectorAll('.gx-controls, .gx-lab-panels')];
    figure.querySelector('[aria-label="Settings: WGAN-GP"]').click();
    parts[1].scrollIntoView({ block: 'center', behavior: 'instant' });
    const [from, to] = parts.map(part => part.getBoundingClientRect());
    const [x, y, width] = [from.left - 8, from.top - 8, from.width + 16];
    return { x, y, width, height: to.bottom + 8 - y };
}"""
SLOWER = """const send = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...rest) {
    if (message.interval) message.interval = 250;
    send.call(this, message, ...rest);
};"""
AFTER = """step => Number(document.querySelector('.gx-lab-panels .gx-readout dd')
    .textContent.replace(',', '')) > step"""


def shots(tab: Page) -> list[Image.Image]:
    """Return a picture of each report of one run."""
    figure = tab.locator("figure.explorable:has(.gx-lab-panels)")
    figure.evaluate(STAGE)
    tab.wait_for_timeout(1500)  # its first report, which draws the charts
    clip = figure.evaluate(STAGE)
    readout = figure.locator(".gx-lab-panels .gx-readout dd")
    figure.get_by_role("button", name="Train", exact=True).click()
    step, taken = -1, []
    while step < STEPS:
        tab.wait_for_function(AFTER, arg=step, polling=50)
        step = int(readout.first.inner_text().replace(",", ""))
        taken.append(Image.open(BytesIO(tab.screenshot(clip=clip))).convert("RGB"))
    if (covered := readout.nth(1).inner_text()) != "8 of 8":
        sys.exit(f"the run covers {covered} modes after {step} steps: run it again")
    return taken


def main() -> None:
    """Record the lab and write the picture."""
    if not CHAPTER.exists():
        sys.exit("the book is not built: run `make book` first")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        looks = {"color_scheme": "light", "device_scale_factor": 1.25}
        tab = browser.new_page(viewport=SCREEN, **looks)
        tab.add_init_script(SLOWER)
        tab.goto(CHAPTER.as_uri())
        tab.wait_for_selector("figure.explorable.is-live .gx-lab-panels")
        frames = shots(tab)
        browser.close()
    unfinished = TARGET.with_suffix(".part")
    lasts = [LASTS // (len(frames) - 1)] * (len(frames) - 1) + [REST]
    frames[0].save(
        unfinished,
        format="WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=lasts,
        loop=0,
        quality=60,
        method=4,
    )
    unfinished.replace(TARGET)
    size, weight = frames[0].size, TARGET.stat().st_size / 1e6
    print(f"{TARGET}: {len(frames)} frames of {size}, {sum(lasts) / 1000:.1f} s, {weight:.2f} MB")


if __name__ == "__main__":
    main()
