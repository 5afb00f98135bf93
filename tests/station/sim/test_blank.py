"""The unchanging part: its maps agree with each other, and its features are where the drawing says."""

from __future__ import annotations

import numpy as np
import pytest

from station.sim.blank import BOLT, BOLT_CIRCLE, BOLTS, CODE, OUTER, WRONG_CODES, blank, bolt_centres

SIZE = (256, 256)  # one pixel is one unit


def test_the_blank_is_drawn_once() -> None:
    assert blank(SIZE) is blank(SIZE)


@pytest.mark.parametrize("size", [(64, 64), (100, 160), (256, 256)])
def test_all_maps_are_float32_of_the_frame(size: tuple[int, int]) -> None:
    made = blank(size)
    assert made.shape == size
    assert made.unit == min(size) / 256
    for picture in (made.grey, made.metal, made.x, made.y, made.radius, made.angle):
        assert (picture.shape, picture.dtype) == (size, np.float32)
    assert 0 <= made.metal.min() < made.metal.max() <= 1


def test_coordinates_are_centred_and_angles_run_clockwise_from_twelve() -> None:
    made = blank(SIZE)
    assert abs(made.x.mean()) < 1e-3
    assert abs(made.y.mean()) < 1e-3
    assert made.radius[127, 127] < 1
    assert abs(made.angle[10, 128]) < 0.01  # 12 o'clock
    assert made.angle[128, 250] == pytest.approx(np.pi / 2, abs=0.01)  # 3 o'clock


def test_bolt_centres_lie_on_their_circle_none_at_twelve() -> None:
    centres = bolt_centres()
    assert len(centres) == BOLTS
    assert [float(np.hypot(x, y)) for x, y in centres] == pytest.approx([BOLT_CIRCLE] * BOLTS)
    assert not [x for x, y in centres if y < 0 and abs(x) < BOLT]


def test_metal_is_where_the_flange_is_and_not_in_its_bores() -> None:
    made = blank(SIZE)
    assert made.metal[made.radius > OUTER + 3].max() == 0
    assert made.metal[128, 128] == 0
    for x, y in bolt_centres():
        inside = np.hypot(made.x - x, made.y - y) < BOLT - 2
        assert made.metal[inside].max() < 0.01
        assert blank(SIZE, bores=False).metal[inside].min() > 0.99


@pytest.mark.parametrize("code", WRONG_CODES)
def test_another_code_changes_the_engraving_only(code: str) -> None:
    right, wrong = blank(SIZE), blank(SIZE, code)
    assert code != CODE
    changed = np.abs(right.grey - wrong.grey) > 1
    assert changed.any()
    assert np.abs(right.radius[changed] - BOLT_CIRCLE).max() < 16
    assert np.abs(right.angle[changed]).max() < np.pi / 5
    assert np.array_equal(right.metal, wrong.metal)
