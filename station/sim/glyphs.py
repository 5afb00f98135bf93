"""Dot-matrix glyphs, 5 columns x 7 rows, as an engraving machine strikes them. Our own, so that no font is needed."""

from __future__ import annotations

_ROWS = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "11110 00001 00001 01110 00001 00001 11110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
    "K": "10001 10010 10100 11000 10100 10010 10001",
    "S": "01111 10000 10000 01110 00001 00001 11110",
    "X": "10001 10001 01010 00100 01010 10001 10001",
}


def glyph_dots(character: str) -> list[tuple[int, int]]:
    """(column 0..4, row 0..6) of each dot, row 0 on top.

    Raises:
        KeyError: this character is not in the set.
    """
    rows = _ROWS[character].split()
    return [(column, row) for row, dots in enumerate(rows) for column, dot in enumerate(dots) if dot == "1"]
