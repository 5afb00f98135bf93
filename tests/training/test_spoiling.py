"""Frames with a synthetic defect: local, where the part is, of one size under any magnification, and repeatable."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.core.recipe import FixtureSpec, FrameSpec, NormalisationSpec, PictureSpec
from station.engine.vision.fixture_fit import fit_silhouette
from station.engine.vision.preparation import Preparation
from training import spoiling
from training.spoiling import SpoiltFrame, spoil_frames

Frame = NDArray[np.uint8]
HEIGHT, WIDTH = 120, 160


def _frame(seed: int) -> Frame:
    """Structure everywhere."""
    noise = np.random.default_rng(seed).random((HEIGHT, WIDTH), np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    return np.asarray(np.clip(128 + 1200 * (smooth - 0.5), 0, 255), np.uint8)


FRAMES = [_frame(seed) for seed in range(4)]


def _preparation(
    region: tuple[float, float, float, float] = (0, 0, WIDTH, HEIGHT), height: int = 112, width: int = 160
) -> Preparation:
    picture, fixture = PictureSpec(height, width), FixtureSpec("none", region)
    return Preparation(FrameSpec(HEIGHT, WIDTH), fixture, picture, NormalisationSpec(), None)


def _change(spoilt: SpoiltFrame) -> NDArray[np.int16]:
    return np.asarray(np.abs(spoilt.frame.astype(np.int16) - FRAMES[spoilt.source]), np.int16)


def _extent(spoilt: list[SpoiltFrame]) -> float:
    return float(np.mean([np.count_nonzero(_change(one) > 3) for one in spoilt]))


def test_the_same_seed_gives_the_same_frames() -> None:
    first, again, other = (spoil_frames(FRAMES, _preparation(), 2, seed) for seed in (5, 5, 6))
    for a, b in zip(first, again, strict=True):
        assert np.array_equal(a.frame, b.frame)
        assert (a.source, a.place) == (b.source, b.place)
    assert any(not np.array_equal(a.frame, b.frame) for a, b in zip(first, other, strict=True))


def test_each_frame_is_spoilt_as_often_as_asked_and_is_itself_left_alone() -> None:
    before = [frame.copy() for frame in FRAMES]
    spoilt = spoil_frames(FRAMES, _preparation(), 3, 0)
    assert [one.source for one in spoilt] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert all(one.frame.dtype == np.uint8 and one.frame.shape == (HEIGHT, WIDTH) for one in spoilt)
    assert all(np.array_equal(a, b) for a, b in zip(before, FRAMES, strict=True))
    assert len({one.place for one in spoilt}) > 8


def test_a_defect_shows_and_changes_nothing_outside_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoiling, "_SIZES", (1.0, 1.0))
    half = spoiling._WINDOW * np.sqrt(HEIGHT * WIDTH) / spoiling._PICTURE / 2 + 1
    spoilt = spoil_frames(FRAMES, _preparation(), 10, 0)
    for one in spoilt:
        rows, columns = np.nonzero(_change(one))
        assert (np.abs(rows - one.place[1]) <= half).all()
        assert (np.abs(columns - one.place[0]) <= half).all()
    assert np.mean([_change(one).max() > 8 for one in spoilt]) > 0.9


def test_defects_have_the_asked_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoiling, "_SIZES", (0.5, 0.5))
    small = spoil_frames(FRAMES, _preparation(), 5, 0)
    monkeypatch.setattr(spoiling, "_SIZES", (1.5, 1.5))
    assert _extent(spoil_frames(FRAMES, _preparation(), 5, 0)) > 3 * _extent(small)


def test_their_size_does_not_depend_on_the_magnification_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoiling, "_SIZES", (1.0, 1.0))
    coarse, fine = (
        spoil_frames(FRAMES, _preparation(height=height, width=width), 10, 0)
        for height, width in ((48, 64), (240, 320))
    )
    assert _extent(coarse) == pytest.approx(_extent(fine), rel=0.3)


def test_defects_lie_on_the_part_in_the_frame() -> None:
    """Cells of the picture that belong to the part, seen through region and magnification."""
    part = np.zeros((6, 8), np.uint8)
    part[2:4, 5:7] = 1
    preparation = _preparation(region=(32, 24, 128, 96), height=48, width=64)  # 2 frame pixels per picture pixel
    for one in spoil_frames(FRAMES, preparation, 5, 0, part):
        x, y = one.place
        assert 32 + 2 * 40 - 1 <= x <= 32 + 2 * 56 + 1
        assert 24 + 2 * 16 - 1 <= y <= 24 + 2 * 32 + 1


@pytest.mark.parametrize("corner", [(0, 0), (0, -1), (-1, 0), (-1, -1)])
def test_at_the_frames_border_there_is_as_much_of_the_defect_as_fits(corner: tuple[int, int]) -> None:
    part = np.zeros((14, 20), np.uint8)
    part[corner] = 1
    spoilt = spoil_frames(FRAMES, _preparation(), 5, 0, part)
    assert np.mean([_change(one).max() > 8 for one in spoilt]) > 0.8


def test_a_defect_may_be_larger_than_the_frame_or_lie_outside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoiling, "_SIZES", (9.0, 9.0))
    beyond = _preparation(region=(-200, -150, 600, 450))
    for one in spoil_frames(FRAMES[:2], beyond, 8, 0):
        assert one.frame.shape == (HEIGHT, WIDTH)


def _rod(angle: float) -> Frame:
    frame = np.full((HEIGHT, WIDTH), 200, np.uint8)
    along = np.array([np.cos(angle), np.sin(angle)]) * 40
    start, end = ((np.array([80, 60]) + way).round().astype(int) for way in (-along, along))
    cv2.line(frame, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), 60, 12)
    cv2.circle(frame, (int(end[0]), int(end[1])), 12, 60, -1)
    return frame


def test_frames_without_a_part_are_left_out() -> None:
    rods = [_rod(angle) for angle in (0.1, 0.4, 0.8, 1.2)]
    fitted = fit_silhouette(rods)
    preparation = Preparation(
        FrameSpec(HEIGHT, WIDTH), fitted.spec, fitted.picture, NormalisationSpec(), fitted.reference
    )
    empty = np.full((HEIGHT, WIDTH), 200, np.uint8)
    spoilt = spoil_frames([rods[0], empty, rods[2]], preparation, 2, 0)
    assert [one.source for one in spoilt] == [0, 0, 2, 2]
    for one in spoilt:
        x, y = (round(c) for c in one.place)
        assert abs(x - 80) < 60
        assert abs(y - 60) < 60
    assert spoil_frames([empty], preparation, 2, 0) == []
