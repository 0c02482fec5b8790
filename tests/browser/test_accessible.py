"""Every page under axe-core: no violation in light or dark, on a wide screen or on a phone."""

from importlib.resources import files

import pytest
from playwright.sync_api import Page

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
COLOUR = ["color-contrast", "link-in-text-block"]  # all that the theme can change
# axe reads no formula: what has one for its name counts as named, as browsers see it.
RUN = """async ([options, exclude]) => {
    const { violations } = await axe.run(exclude.length ? { exclude } : document,
        { resultTypes: ['violations'], preload: false, ...options });
    const named = ({ id, target }) => ['label', 'empty-table-header'].includes(id)
        && document.querySelector(target[0]).closest('label, th').querySelector('math');
    return violations.flatMap(({ id, nodes }) => nodes.filter(node => !named({ id, ...node })).map(
        node => `${id}: ${node.html.slice(0, 120)} [${node.target.join(' ')}]`)); }"""
ONLY_COLOUR = {"runOnly": {"type": "rule", "values": COLOUR}}
WAYS = [(1300, "light"), (1300, "dark"), (360, "light"), (360, "dark")]
# Formulas and words of code are most of a page's elements, and look the same on every page; colours
# depend on the mode and hardly on the width. The pages below are looked at in full, in four ways;
# the others in two, which have both modes and both widths.
PARTS = 18  # a file of many tests is begun early, which this long one should be
THOROUGH = ("index.html", "book/practice.html", "notebooks/12_gan.html")


def found_in_all_ways(tab: Page, thorough: bool = True) -> dict[str, list[str]]:
    """Return what breaks a rule on an open page, by mode and width: rule, element, place."""
    tab.evaluate(AXE)
    tab.evaluate("settings => axe.configure(settings)", SETTINGS)
    tab.evaluate(UNFOLD)
    found = {}
    for width, mode in WAYS if thorough else WAYS[1:3]:
        tab.set_viewport_size({"width": width, "height": 900})
        tab.wait_for_timeout(400)  # the theme looks anew at what scrolls, 300 ms after
        tab.evaluate(DARK, mode == "dark")
        options = ONLY_COLOUR if thorough and mode == "dark" else {}
        whole = thorough and (width, mode) == (1300, "light")
        exclude = [] if whole else ["math"] if thorough else ["math", ".highlight pre > span"]
        found[f"{mode}, {width} px"] = tab.evaluate(RUN, [options, exclude])
    return found


def test_axe_sees_what_it_is_there_for(watch, tmp_path):
    (tmp_path / "index.html").write_text(
        '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>'
        "<style>[data-theme=dark] p { color: #333; background: #111 }</style>"
        '<p>Words.</p><details><summary>More</summary><img src="data:,"></details></main></html>'
    )
    found = found_in_all_ways(watch(tmp_path).open())
    names = {where: [line.split(":")[0] for line in lines] for where, lines in found.items()}
    for width in (1300, 360):
        assert names[f"light, {width} px"] == ["image-alt"]
        assert names[f"dark, {width} px"] == ["color-contrast"]


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_breaks_a_rule(built, watch, pages, part):
    found = {}
    for page in pages[part::PARTS]:
        seen = watch(built, color_scheme="light", reduced_motion="reduce")
        tab = seen.open(page)
        for where, lines in found_in_all_ways(tab, page in THOROUGH).items():
            found |= {f"{page}, {where}": lines} if lines else {}
        seen.page.context.close()
    assert found == {}
