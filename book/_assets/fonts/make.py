"""Makes gentutor-math.woff2 from Latin Modern Math: `python make.py latinmodern-math.otf`.

Needs fonttools and brotli. Besides dropping what the book never sets, it changes this:

* Chromium gives a stretchy fence the width of its widest variant, so that even a small bracket
  stands in a wide gap. Here all variants of a fence share one narrow advance, with the ink
  centred and, in the tallest, condensed to fit.
* Scripts stand where TeX puts them: a MathML engine shifts those of a letter with a descender or
  an ascender as TeX shifts only those of a box, and so sets them too far out. Scripts of scripts
  have 0.6 of the size, not 0.5.
"""

import sys

from fontTools import subset
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

# In 1/1000 em: a fence's advance over its smallest form's, and the space that stays beside the ink.
FENCES = {**dict.fromkeys("()[]{}⟨⟩⌊⌋⌈⌉⟦⟧", (110, 45)), "|": (0, 112), "‖": (0, 95)}
SCRIPTS = {
    "SubscriptShiftDown": 160,
    "SubscriptBaselineDropMin": -40,
    "SuperscriptShiftUp": 390,
    "SuperscriptBaselineDropMax": 386,
}
BLOCKS = """20-7E A0-FF 131 2C6-2DC 300-338 391-3A9 3B1-3C9 3D1-3F6 2002-2044 2057 2061-2064
20D0-20EF 2102-2135 2190-21D5 2200-22F1 2308-230B 2322-2323 23B0-23B1 23DC-23E1 25A0-25CB
27C2 27E6-27EB 27F5-27FC 2A00-2A0C 2A7D-2AB0 1D400-1D49F 1D4A0-1D503 1D538-1D56B 1D6A4-1D7D7"""


def narrow(font: TTFont) -> None:
    """Give all stretch variants of each fence one advance and centre their ink in it."""
    variants = font["MATH"].table.MathVariants
    table = dict(
        zip(variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction, strict=True)
    )
    charstrings = font["CFF "].cff.topDictIndex[0].CharStrings
    glyphs, widths, cmap = font.getGlyphSet(), font["hmtx"].metrics, font.getBestCmap()
    done = set()
    for fence, (slack, bearing) in FENCES.items():
        name = cmap[ord(fence)]
        advance = widths[name][0] + slack
        groups = [[r.VariantGlyph] for r in table[name].MathGlyphVariantRecord]
        if assembly := table[name].GlyphAssembly:
            groups.append([part.glyph for part in assembly.PartRecords])
        for group in groups:
            group = [g for g in dict.fromkeys(group) if g not in {*done, name}]
            done.update(group)
            ink = BoundsPen(glyphs)
            for glyph in group:
                glyphs[glyph].draw(ink)
            if not group:
                continue
            left, _, right, _ = ink.bounds
            scale = min(1, (advance - 2 * bearing) / (right - left))
            shift = (advance - scale * (left + right)) / 2
            for glyph in group:
                old = charstrings[glyph]
                pen = T2CharStringPen(advance - old.private.nominalWidthX, glyphs)
                glyphs[glyph].draw(TransformPen(pen, (scale, 0, 0, 1, shift, 0)))
                charstrings[glyph] = pen.getCharString(old.private, old.globalSubrs)
                bounds = BoundsPen(glyphs)
                charstrings[glyph].draw(bounds)
                widths[glyph] = (advance, round(bounds.bounds[0]))


def main(source: str, target: str = "gentutor-math.woff2") -> None:
    """Subset, adjust, rename and compress the font."""
    font = TTFont(source)
    options = subset.Options(
        layout_features=[], desubroutinize=True, name_IDs=[0, 1, 2, 4, 6], hinting=False
    )
    subsetter = subset.Subsetter(options)
    spans = (block.partition("-")[::2] for block in BLOCKS.split())
    subsetter.populate(
        unicodes=[u for a, b in spans for u in range(int(a, 16), int(b or a, 16) + 1)]
    )
    subsetter.subset(font)
    narrow(font)
    constants = font["MATH"].table.MathConstants
    for constant, value in SCRIPTS.items():
        getattr(constants, constant).Value = value
    constants.ScriptScriptPercentScaleDown = 60
    for record in font["name"].names:
        if record.nameID in (1, 4, 6):
            record.string = "gentutor-math" if record.nameID == 6 else "gentutor math"
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
