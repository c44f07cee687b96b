"""Makes the page's fonts: subsets of Inter and JetBrains Mono.

    fonts.py FOLDER

One file per face serves both HTML and the canvas. Numbers stand in columns, and
the canvas knows no OpenType features, so the digits of Inter are its tabular ones
from the start ("zero" is drawn by the glyph of "zero.tf"). And Dear ImGui takes a size
for the height from ascent to descent where CSS takes it for the em, so ascent and
descent are drawn together to one em: 13 is the same size in both.
"""

import os
import sys

# The system's fonttools, also where another Python stands first on the path.
sys.path.append("/usr/lib/python3/dist-packages")
from fontTools import subset  # noqa: E402
from fontTools.ttLib import TTFont  # noqa: E402

INTER = "/usr/share/fonts/opentype/inter/Inter-%s.otf"
MONO = "/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-%s.ttf"
FACES = {
    "words": INTER % "Regular",
    "words-strong": INTER % "SemiBold",
    "code": MONO % "Regular",
}
CHARACTERS = (
    "".join(chr(c) for c in range(0x20, 0x7F))
    + "\u00a0·×±µ½¼¾°²³«»§©é–—‘’“”…•→←↑↓↔⇒⌘⌥⇧⏎−≈≠≥≤∞✓▶◀▲▼▸▾◂●○■□◐│├└─┤┐┌┘┬┴┼█░▒▓"
)


def tabular_digits(font):
    """Lets the characters 0-9 have the glyphs of the feature 'tnum'."""
    if "GSUB" not in font:
        return
    table = font["GSUB"].table
    swaps = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag != "tnum":
            continue
        for index in record.Feature.LookupListIndex:
            for lookup in table.LookupList.Lookup[index].SubTable:
                lookup = getattr(lookup, "ExtSubTable", lookup)
                swaps.update(getattr(lookup, "mapping", {}))
    for character_map in font["cmap"].tables:
        for code in range(0x30, 0x3A):
            glyph = character_map.cmap.get(code)
            if glyph in swaps:
                character_map.cmap[code] = swaps[glyph]


def height_of_one_em(font):
    """Makes ascent - descent one em, with the middle between them where it was."""
    head, across, windows = font["head"], font["hhea"], font["OS/2"]
    middle = (across.ascent + across.descent) / 2
    across.ascent = round(middle + head.unitsPerEm / 2)
    across.descent = across.ascent - head.unitsPerEm
    across.lineGap = 0
    windows.sTypoAscender, windows.sTypoDescender, windows.sTypoLineGap = across.ascent, across.descent, 0
    windows.usWinAscent, windows.usWinDescent = across.ascent, -across.descent


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, path in FACES.items():
        options = subset.Options()
        options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
        options.hinting = False
        options.desubroutinize = True
        options.name_IDs = [0, 1, 2, 13]
        options.notdef_outline = True
        font = TTFont(path)
        if name.startswith("words"):
            tabular_digits(font)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=CHARACTERS)
        subsetter.subset(font)
        height_of_one_em(font)
        font.save(os.path.join(folder, name + ".ttf"))


if __name__ == "__main__":
    main(sys.argv[1])
