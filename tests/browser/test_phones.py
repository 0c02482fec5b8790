"""On a phone a reader sees what a slider changes while sliding, whatever stays in sight."""

import pytest

PHONE = {"width": 390, "height": 844}
# Moves the first slider, then brings each picture that changed below what sticks to the top.
SLID = """async figure => {
    const frame = () => new Promise(requestAnimationFrame);
    const drawn = () => frame().then(frame);
    const shown = one => one.getClientRects().length > 0;
    const all = (of, within = figure) => [...within.querySelectorAll(of)];
    const hit = (one, share = 0.5) => {
        const { left, right, top, height } = one.getBoundingClientRect();
        return document.elementFromPoint((left + right) / 2, top + share * height);
    };
    for (const fold of all('details')) fold.open = true;
    const slider = all('input[type=range]:enabled').find(shown);
    if (!slider) return null;
    const pictures = () => all('.gx :is(canvas, svg.gx-plot)').filter(shown);
    const looks = () => pictures().map(one => one.toDataURL?.() ?? one.innerHTML);
    const faults = [];
    let most = 0;
    const sticks = () => {
        for (const one of all('.gx *')) {
            const { position, top } = getComputedStyle(one);
            const place = one.getBoundingClientRect();
            if (position !== 'sticky' || Math.abs(place.top - parseFloat(top)) > 1) continue;
            most = Math.max(most, place.bottom);
            for (const part of [one, ...all('label', one)]) {
                const [wide, high] = [part.scrollWidth, part.scrollHeight];
                if (wide > part.clientWidth + 1 || high > part.clientHeight + 2)
                    faults.push(`${part.textContent} is cut`);
            }
        }
    };

    slider.focus();
    await drawn();
    const before = looks();
    slider.value = slider.value === slider.max ? slider.min : slider.max;
    for (const name of ['input', 'change'])
        slider.dispatchEvent(new Event(name, { bubbles: true }));
    let after = before;
    for (let i = 0; i < 30 && String(after) === String(before); i++) {
        await drawn();
        after = looks();
    }
    let changed = after.flatMap((look, i) => look === before[i] ? [] : [i]);
    if (changed.length === 0) changed = [0]; // a lab that does not run, or numbers alone
    for (const i of changed) {
        const picture = pictures()[i];
        const { top, bottom } = picture.getBoundingClientRect();
        scrollBy(0, (top + bottom) / 2 - innerHeight * 2 / 3);
        slider.blur();
        await drawn();
        sticks(); // with no control in use
        slider.focus({ preventScroll: true });
        await drawn();
        sticks();
        if (hit(slider) !== slider) faults.push(`picture ${i}: without the slider`);
        for (const number of all('.gx-controls dd'))
            if (!number.parentElement.contains(hit(number)))
                faults.push(`picture ${i}: without ${number.textContent}`);
        for (const share of [0.02, 0.5, 0.98])
            if (!picture.parentElement.contains(hit(picture, share)))
                faults.push(`picture ${i}: hidden at ${share} of its height`);
    }
    return { changed: changed.length, faults, most };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_slider_changes_is_in_sight_with_it(built, chapters, watch, scheme):
    seen = 0
    for page in chapters:
        tab = watch(built, viewport=PHONE, has_touch=True, color_scheme=scheme).open(page)
        for figure in tab.locator("figure.explorable").all():
            name = figure.locator(".gx").get_attribute("aria-label")
            if (found := figure.evaluate(SLID)) is None:
                continue
            assert found["faults"] == [], f"{page}: {name}"
            assert found["most"] <= PHONE["height"] / 3, f"{page}: {name}"
            seen += 1
    assert seen > 15
