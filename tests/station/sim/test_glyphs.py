"""The engraver's glyphs: dots on a 5 x 7 raster, no two characters alike."""

from __future__ import annotations

from itertools import combinations

import pytest

from station.sim.blank import CODE, WRONG_CODES
from station.sim.glyphs import glyph_dots

CHARACTERS = "0123456789KSX"


@pytest.mark.parametrize("character", CHARACTERS)
def test_dots_lie_on_the_raster_and_fill_its_height(character: str) -> None:
    dots = glyph_dots(character)
    assert len(set(dots)) == len(dots)
    assert {column for column, _ in dots} <= set(range(5))
    assert {row for _, row in dots} == set(range(7))


def test_no_two_characters_differ_by_a_dot_or_two_only() -> None:
    dots = {character: set(glyph_dots(character)) for character in CHARACTERS}
    assert min(len(dots[one] ^ dots[other]) for one, other in combinations(CHARACTERS, 2)) >= 3


def test_row_zero_is_on_top() -> None:
    assert [dot for dot in glyph_dots("7") if dot[1] == 0] == [(column, 0) for column in range(5)]


def test_every_code_that_is_engraved_can_be_written() -> None:
    assert set("".join((CODE, *WRONG_CODES))) <= set(CHARACTERS)


def test_an_unknown_character_is_refused() -> None:
    with pytest.raises(KeyError, match="Q"):
        glyph_dots("Q")
