"""Frames with a synthetic defect: what settings are searched and choices are made with. They never set a limit.

The defect is put into the camera frame, before registration and normalisation. So every way of looking - any
magnification, any normalisation - is asked about the very same defects. Their sizes cover two octaves, since nobody
knows how large tomorrow's defect will be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.errors import NotInspectedError
from station.engine.vision.preparation import Preparation, Prepared
from station.engine.vision.resampling import Floats, Grey
from training.defects import draw_place, interest, spoil

_WINDOW = 64  # px: a defect is made in a window of this side, then enlarged
_SIZES = (1.0, 4.0)  # smallest and largest enlargement, in a picture of _PICTURE x _PICTURE pixels
_PICTURE = 300


@dataclass(frozen=True)
class SpoiltFrame:
    """A good frame with one defect in it."""

    frame: Grey
    source: int  # which of the good frames
    place: tuple[float, float]  # x, y of the defect's middle in the frame


def spoil_frames(
    frames: Sequence[Grey],
    preparation: Preparation,
    per_frame: int,
    seed: int,
    part: NDArray[np.generic] | None = None,
) -> list[SpoiltFrame]:
    """Spoil each frame `per_frame` times; frames in which no part is found are left out.

    Args:
        frames: uint8 [H, W], good parts.
        preparation: finds the part; its picture says where there is something to see.
        per_frame: spoilt copies of each.
        seed: same seed, same defects.
        part: [gh, gw], cells of the picture that belong to the part; None = all.
    """
    rng = np.random.default_rng(seed)
    found = [(number, prepared) for number, frame in enumerate(frames) if (prepared := _prepared(preparation, frame))]
    if not found:
        return []
    weight = interest(np.stack([prepared.picture for _, prepared in found]), part)
    spoilt = []
    for number, prepared in found:
        for _ in range(per_frame):
            there = prepared.matrix @ np.array([*draw_place(weight, rng), 1.0])
            donor = frames[int(rng.integers(len(frames)))]
            size = _enlargement(prepared, rng)
            place = float(there[0]), float(there[1])
            spoilt.append(SpoiltFrame(_spoilt(frames[number], donor, place, size, rng), number, place))
    return spoilt


def _prepared(preparation: Preparation, frame: Grey) -> Prepared | None:
    try:
        return preparation.prepare(frame)
    except NotInspectedError:
        return None


def _enlargement(prepared: Prepared, rng: np.random.Generator) -> float:
    """Frame pixels per pixel of the window."""
    per_picture_pixel = float(np.sqrt(abs(np.linalg.det(prepared.matrix[:, :2]))))
    whole = per_picture_pixel * float(np.sqrt(prepared.picture.size)) / _PICTURE
    return whole * float(np.exp(rng.uniform(*np.log(_SIZES))))


def _spoilt(frame: Grey, donor: Grey, place: tuple[float, float], size: float, rng: np.random.Generator) -> Grey:
    """The frame plus the enlarged difference that a defect makes in a window around `place`."""
    side = max(8, round(_WINDOW * size))
    left, top = round(place[0] - side / 2), round(place[1] - side / 2)
    window = _window(frame, left, top, side)
    changed = spoil(window, _window(donor, left, top, side), (_WINDOW // 2, _WINDOW // 2), rng).picture
    difference = cv2.resize((changed - window) * 255, (side, side), interpolation=cv2.INTER_LINEAR)
    rows, columns = _inside(top, side, frame.shape[0]), _inside(left, side, frame.shape[1])
    bad = frame.copy()
    there = frame[rows, columns].astype(np.float32) + difference[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ].astype(np.float32)
    bad[rows, columns] = np.clip(np.rint(there), 0, 255)
    return bad


def _window(frame: Grey, left: int, top: int, side: int) -> Floats:
    """[64, 64] in 0..1 of the square [side, side] of the frame, mirrored outside."""
    rows, columns = (_mirrored(start, side, length) for start, length in zip((top, left), frame.shape, strict=True))
    cut = frame[np.ix_(rows, columns)]
    how = cv2.INTER_AREA if side > _WINDOW else cv2.INTER_LINEAR
    return cv2.resize(cut, (_WINDOW, _WINDOW), interpolation=how).astype(np.float32) / np.float32(255)


def _mirrored(start: int, count: int, length: int) -> NDArray[np.intp]:
    period = 2 * max(1, length - 1)
    at = np.abs(np.arange(start, start + count)) % period
    return np.asarray(np.minimum(at, period - at), np.intp)


def _inside(start: int, count: int, length: int) -> slice:
    return slice(min(max(start, 0), length), max(0, min(start + count, length)))
