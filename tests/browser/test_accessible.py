"""Every page under axe-core: no violation in light or dark, on a wide screen or on a phone."""

from importlib.resources import files

import pytest

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# What a reader may open is open: what is folded is not looked at.
UNFOLD = "document.querySelectorAll('details').forEach(fold => (fold.open = true))"
DARK = "dark => (document.documentElement.dataset.theme = dark ? 'dark' : 'light')"
# No icon here is a ligature of letters: axe would draw every word on a canvas to find out. The
# rest are axe's own options, which have to be said again.
CONTRAST = {
    "ignoreLigature": True,
    "ignoreUnicode": True,
    "ignoreLength": False,
    "ignorePseudo": False,
    "boldValue": 700,
    "boldTextPt": 14,
    "largeTextPt": 18,
    "contrastRatio": {"normal": {"expected": 4.5}, "large": {"expected": 3}},
    "pseudoSizeThreshold": 0.25,
    "shadowOutlineEmMax": 0.2,
    "textStrokeEmMin": 0.03,
}
SETTINGS = {"checks": [{"id": "color-contrast", "options": CONTRAST}]}
ONLY_COLOUR = ["color-contrast", "link-in-text-block"]  # all that the theme can change
# axe reads no formula, and looks long at each of its parts and at each word of code: most of a
# page's elements. A formula becomes its text in a box of its size, code becomes plain text.
FLATTEN = """coloured => {
    const measured = (formula) =>
        [formula, formula.getBoundingClientRect(), getComputedStyle(formula).display];
    const formulas = [...document.querySelectorAll('math')].map(measured);
    for (const [formula, { width, height }, display] of formulas) {
        const box = document.createElement('span');
        box.textContent = formula.textContent;
        box.style.cssText = `display: ${display.includes('inline') ? 'inline-block' : 'block'};
            width: ${width}px; height: ${height}px; overflow: clip; white-space: nowrap`;
        formula.replaceWith(box);
    }
    if (!coloured)
        for (const code of document.querySelectorAll('.highlight pre')) code.textContent += '';
}"""
RUN = """async rules => {
    const only = rules.length ? { runOnly: { type: 'rule', values: rules } } : {};
    const { violations } = await axe.run({ resultTypes: ['violations'], preload: false, ...only });
    return violations.flatMap(({ id, nodes }) => nodes.map(
        node => `${id}: ${node.html.slice(0, 120)} [${node.target.join(' ')}]`)); }"""
WIDTHS = (1300, 360)
PARTS = 18  # a file of many tests is begun early, which this long one should be
IN_COLOUR = ("index.html", "book/practice.html", "notebooks/12_gan.html")  # code is, here


def found_in_all_ways(seen, page: str = "index.html") -> dict[str, list[str]]:
    """Return what breaks a rule on a page, by mode and width: rule, element, place."""
    found = {}
    for width in WIDTHS:
        seen.page.set_viewport_size({"width": width, "height": 900})
        tab = seen.open(page)
        tab.evaluate(AXE)
        tab.evaluate("settings => axe.configure(settings)", SETTINGS)
        tab.evaluate(UNFOLD)
        tab.wait_for_timeout(400)  # the theme looks anew at what scrolls, 300 ms after
        tab.evaluate(FLATTEN, page in IN_COLOUR)
        for mode, rules in (("light", []), ("dark", ONLY_COLOUR)):
            tab.evaluate(DARK, mode == "dark")
            found[f"{mode}, {width} px"] = tab.evaluate(RUN, rules)
    return found


def test_axe_sees_what_it_is_there_for(watch, tmp_path):
    (tmp_path / "index.html").write_text(
        '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>'
        "<style>[data-theme=dark] p { color: #333; background: #111 }</style>"
        '<p>Words.</p><details><summary>More</summary><img src="data:,"></details></main></html>'
    )
    found = found_in_all_ways(watch(tmp_path))
    names = {where: [line.split(":")[0] for line in lines] for where, lines in found.items()}
    for width in (1300, 360):
        assert names[f"light, {width} px"] == ["image-alt"]
        assert names[f"dark, {width} px"] == ["color-contrast"]


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_breaks_a_rule(built, watch, pages, part):
    found = {}
    for page in pages[part::PARTS]:
        seen = watch(built, color_scheme="light", reduced_motion="reduce")
        for where, lines in found_in_all_ways(seen, page).items():
            found |= {f"{page}, {where}": lines} if lines else {}
        seen.page.context.close()
    assert found == {}
