"""Each defect lies inside its own mask and can be seen; look-alikes are faint or soft."""

from __future__ import annotations

import numpy as np
import pytest

from station.sim.blank import CODE, WRONG_CODES, blank
from station.sim.conveyor import BAD_KINDS, OTHER_PRODUCT
from station.sim.defects import ALTERATIONS, PAINTERS
from station.sim.glyphs import glyph_dots

SIZE = (256, 256)


def changed(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(grey-level change, mask), both [H, W]."""
    rng = np.random.default_rng(seed)
    part = blank(SIZE)
    if kind in ALTERATIONS:
        altered, mask = ALTERATIONS[kind](part, rng)
        return altered.grey - part.grey, mask
    grey = part.grey.copy()
    mask = PAINTERS[kind](grey, part, rng)
    return grey - part.grey, mask


def test_every_bad_kind_has_one_maker() -> None:
    assert set(BAD_KINDS) == (set(PAINTERS) | set(ALTERATIONS)) - {"dust", "glare", OTHER_PRODUCT}


@pytest.mark.parametrize("kind", BAD_KINDS)
def test_the_change_lies_inside_the_mask_and_is_visible(kind: str) -> None:
    for seed in range(20):
        change, mask = changed(kind, seed)
        assert mask.shape == SIZE
        assert mask.min() >= 0
        assert mask.max() <= 1.001
        assert np.abs(change[mask < 0.01]).max() < 12
        assert np.abs(change[mask > 0.25]).max() > 30


@pytest.mark.parametrize("kind", BAD_KINDS)
def test_the_blank_itself_stays_clean(kind: str) -> None:
    before = blank(SIZE).grey.copy()
    changed(kind, 1)
    assert np.array_equal(blank(SIZE).grey, before)


def test_dust_is_faint_and_small() -> None:
    for seed in range(20):
        change, _ = changed("dust", seed)
        assert 5 < np.abs(change).max() < 70
        assert np.mean(np.abs(change) > 10) < 0.002


def test_glare_is_soft() -> None:
    for seed in range(20):
        part = blank(SIZE)
        change, _ = changed("glare", seed)
        inner = change[np.where(part.metal > 0.999, True, False)]
        assert 10 < inner.max() < 45
        steps = np.abs(np.diff(change, axis=1))[(part.metal[:, 1:] > 0.999) & (part.metal[:, :-1] > 0.999)]
        assert steps.max() < 3


def test_all_codes_can_be_engraved_and_none_is_the_right_one() -> None:
    assert CODE not in WRONG_CODES
    for code in (CODE, *WRONG_CODES):
        dots = [dot for character in code for dot in glyph_dots(character)]
        assert all(0 <= column < 5 and 0 <= row < 7 for column, row in dots)


def test_no_glyph_twice() -> None:
    characters = "0123456789KSX"
    assert len({tuple(glyph_dots(character)) for character in characters}) == len(characters)
