"""Builds a fixture from training frames of good parts. Used offline; the station only opens what was built."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import msgspec
import numpy as np

from station.core.errors import ConfigError, NotInspectedError
from station.core.recipe import FixtureSpec, PictureSpec
from station.engine.vision.registration import (
    Pose,
    ShiftFixture,
    SilhouetteFixture,
    pose_matrix,
    silhouette_mask,
    silhouette_pose,
)
from station.engine.vision.resampling import (
    Floats,
    Grey,
    Matrix,
    compose,
    inverse,
    region_matrix,
    resample,
    scaling,
    shrink,
)

_LEEWAY = 0.15  # quality: defects and other light may correlate that much less than the worst training frame
_MARGIN = 0.02  # of the part's length, all round
_RARE = 0.1  # share of parts: pixels that fewer cover are shadow, dirt or a neighbour
_NOTHING = "fixture = silhouette: no training frame shows a whole part; use shift or none"
_ROUNDS = 2  # align with the mean, average again


class FittedFixture(NamedTuple):
    """What training writes into the recipe."""

    spec: FixtureSpec
    picture: PictureSpec
    reference: Floats | None  # tensor "fixture.reference"
    why: str  # for the report


def choose_fixture(frames: Sequence[Grey], scale: float = 1.0) -> FittedFixture:
    """Look at the frames: loose part, nearly fixed part, or no part to register; says why.

    Args:
        frames: uint8 [H, W] each, one size, good parts.
        scale: frame pixels per picture pixel.
    """
    poses = _loose_poses(frames)
    if poses is not None:
        fitted = fit_silhouette(frames, scale)
        return fitted._replace(why=f"the frames show a loose part: {poses}")
    fitted = fit_shift(frames, scale)
    if fitted.spec.min_quality + _LEEWAY >= 0.6:
        return fitted
    return fit_none(frames, scale)._replace(why=f"no common picture to register to ({fitted.why})")


def fit_none(frames: Sequence[Grey], scale: float = 1.0) -> FittedFixture:
    """The whole frame, as it is."""
    height, width = _one_size(frames)
    spec = FixtureSpec(kind="none", region=(0.0, 0.0, float(width), float(height)))
    return FittedFixture(spec, _picture(height, width, scale), None, "the whole frame is the picture")


def fit_shift(frames: Sequence[Grey], scale: float = 1.0) -> FittedFixture:
    """A part that lies nearly still: the reference is the mean of the aligned frames."""
    height, width = _one_size(frames)
    coarse = _coarse(height, width)
    spec = FixtureSpec(
        kind="shift",
        region=(0.0, 0.0, float(width), float(height)),
        coarse=coarse,
        min_quality=-1.0,
        max_shift_px=0.15 * min(height, width),
        max_angle_deg=8.0,
    )
    reference = shrink(frames[0], coarse).astype(np.float32)
    whole = PictureSpec(height, width)
    qualities: list[float] = []
    for _ in range(_ROUNDS):
        fixture, total, qualities = ShiftFixture(spec, whole, reference), np.zeros_like(reference), []
        for frame in frames:
            try:
                found = fixture.register(frame)
            except NotInspectedError:  # an outlier among the training frames must not blur the reference
                continue
            total += shrink(found.picture, coarse)
            qualities.append(found.quality)
        reference = total / np.float32(max(1, len(qualities)))
    worst = min(qualities, default=-1.0)
    spec = _with_quality(spec, worst)
    why = f"shift against the mean of {len(qualities)} of {len(frames)} frames, correlation at least {worst:.2f}"
    return FittedFixture(spec, _picture(height, width, scale), reference, why)


def fit_silhouette(frames: Sequence[Grey], scale: float = 1.0) -> FittedFixture:
    """A loose part: the region is the part's extent along and across its axis, the reference its mean picture.

    Raises:
        ConfigError: no frame shows a whole part.
    """
    height, width = _one_size(frames)
    coarse, dark = _coarse(height, width), part_is_dark(frames)
    spec = FixtureSpec(kind="silhouette", region=(0.0, 0.0, 1.0, 1.0), coarse=coarse, dark=dark, min_quality=-1.0)
    seen = _silhouettes(frames, spec)
    if not seen:
        raise ConfigError(_NOTHING)
    small, poses = [picture for picture, _ in seen], [pose for _, pose in seen]
    shares = np.array([pose.share for pose in poses])
    area = float(0.6 * np.quantile(shares, 0.02)), float(1.5 * np.quantile(shares, 0.98))
    ratio = scaling(width / small[0].shape[1], height / small[0].shape[0])
    region = _wide_region(small, poses, ratio, dark)
    spec = msgspec.structs.replace(spec, region=region, area=area)
    rows, columns = _reference_size(region, coarse)
    first = compose(pose_matrix(poses[0], 0.0, ratio), region_matrix(region, rows, columns))
    wide, _ = _silhouette_mean(frames, spec, resample(frames[0], first, rows, columns).astype(np.float32))
    wide, covered = _silhouette_mean(frames, spec, wide)
    region, picture = _tight_region(covered, region, scale)
    spec = msgspec.structs.replace(spec, region=region)
    reference = _cut_reference(wide, covered, coarse, region)
    reference, found = _silhouette_mean(frames, spec, reference)
    worst = float(np.quantile(found.qualities, 0.01))
    why = f"silhouette, {len(found.qualities)} of {len(frames)} frames registered, correlation at least {worst:.2f}"
    return FittedFixture(_with_quality(spec, worst), picture, reference, why)


def part_is_dark(frames: Sequence[Grey]) -> bool:
    """True when the frames' borders, which show background, are brighter than the rest."""
    border = np.median([np.median(np.concatenate([f[0], f[-1], f[:, 0], f[:, -1]])) for f in frames])
    threshold = np.median([cv2.threshold(f, 0, 255, cv2.THRESH_OTSU)[0] for f in frames])
    return bool(border > threshold)


class _Found(NamedTuple):
    """What one pass over the frames gave."""

    qualities: list[float]
    cover: Floats  # share of the frames whose silhouette covers this pixel of the reference
    region: tuple[float, float, float, float]


def _silhouette_mean(frames: Sequence[Grey], spec: FixtureSpec, reference: Floats) -> tuple[Floats, _Found]:
    """Register all frames with `reference`, average them; outliers among the frames do not blur the mean."""
    rows, columns = reference.shape
    fixture = SilhouetteFixture(spec, PictureSpec(rows, columns), reference)
    total, cover, qualities = np.zeros_like(reference), np.zeros_like(reference), list[float]()
    for frame in frames:
        try:
            found = fixture.register(frame)
        except NotInspectedError:
            continue
        total += found.picture
        cover += silhouette_mask(found.picture, spec.dark)
        qualities.append(found.quality)
    if not qualities:
        raise ConfigError(_NOTHING)
    count = np.float32(len(qualities))
    return total / count, _Found(qualities, cover / count, spec.region)


def _wide_region(small: list[Grey], poses: list[Pose], ratio: Matrix, dark: bool) -> tuple[float, float, float, float]:
    """Box around all parts in part coordinates, whichever end comes first."""
    reach = np.zeros(2)
    for picture, pose in zip(small, poses, strict=True):
        rows, columns = np.nonzero(silhouette_mask(picture, dark))
        turn = np.array([[np.cos(pose.angle), np.sin(pose.angle)], [-np.sin(pose.angle), np.cos(pose.angle)]])
        reach = np.maximum(reach, np.abs(turn @ np.stack([columns - pose.x, rows - pose.y])).max(axis=1))
    x, y = (float(side) for side in 1.1 * reach * np.diag(ratio[:, :2]))
    return (-x, -y, 2 * x, 2 * y)


def _tight_region(
    found: _Found, wide: tuple[float, float, float, float], scale: float
) -> tuple[tuple[float, float, float, float], PictureSpec]:
    """Box around what at least every tenth part covers, widened to a picture of whole cells."""
    sides = []
    for axis, (start, length) in enumerate(zip(wide[:2], wide[2:], strict=True)):
        covered = np.nonzero(found.cover.max(axis=axis) > _RARE)[0]
        step = length / found.cover.shape[1 - axis]
        sides.append((start + float(covered[0]) * step, start + float(covered[-1] + 1) * step))
    (left, right), (top, bottom) = sides
    margin = _MARGIN * (right - left)
    columns, rows = (16 * int(np.ceil((side + 2 * margin) / scale / 16)) for side in (right - left, bottom - top))
    width, height = columns * scale, rows * scale
    return ((left + right - width) / 2, (top + bottom - height) / 2, width, height), PictureSpec(rows, columns)


def _cut_reference(wide: Floats, found: _Found, coarse: int, region: tuple[float, float, float, float]) -> Floats:
    """The part of the wide reference that the tight region shows."""
    rows, columns = _reference_size(region, coarse)
    to_wide = inverse(region_matrix(found.region, *wide.shape))
    matrix = compose(to_wide, region_matrix(region, rows, columns))
    picture = np.clip(np.rint(wide), 0, 255).astype(np.uint8)
    return resample(picture, matrix, rows, columns).astype(np.float32)


def _reference_size(region: tuple[float, float, float, float], coarse: int) -> tuple[int, int]:
    return max(8, round(region[3] / coarse)), max(8, round(region[2] / coarse))


def _loose_poses(frames: Sequence[Grey]) -> str | None:
    """A sentence when one dark or bright part lies at changing angles and clear of the border; else None."""
    height, width = _one_size(frames)
    spec = FixtureSpec(kind="silhouette", region=(0, 0, 1, 1), coarse=_coarse(height, width), dark=part_is_dark(frames))
    seen = _silhouettes(frames, spec)
    if len(seen) < 0.9 * len(frames):
        return None
    masks = [silhouette_mask(small, spec.dark) for small, _ in seen]
    clear = sum(not (m[0].any() or m[-1].any() or m[:, 0].any() or m[:, -1].any()) for m in masks)
    shares = [pose.share for _, pose in seen]
    spread = 1 - abs(np.mean([np.exp(2j * pose.angle) for _, pose in seen]))  # 0 = one axis for all
    alike = np.std(shares) < 0.25 * np.mean(shares)
    if clear >= 0.9 * len(frames) and alike and np.mean(shares) < 0.5 and spread > 0.1:
        return f"{clear} of {len(frames)} clear of the border, axis spread {spread:.2f}"
    return None


def _silhouettes(frames: Sequence[Grey], spec: FixtureSpec) -> list[tuple[Grey, Pose]]:
    """Coarse frames and poses of those frames that show a silhouette."""
    seen = []
    for frame in frames:
        small = shrink(frame, spec.coarse)
        with contextlib.suppress(NotInspectedError):
            seen.append((small, silhouette_pose(small, spec)))
    return seen


def _one_size(frames: Sequence[Grey]) -> tuple[int, int]:
    sizes = {frame.shape for frame in frames}
    if len(sizes) != 1:
        raise ConfigError(f"training frames must have one size; found {sorted(sizes)}")
    height, width = sizes.pop()
    return height, width


def _coarse(height: int, width: int) -> int:
    """The long side becomes about 128 pixels: enough for registration, and cheap."""
    return int(np.clip(round(max(height, width) / 128), 1, 16))


def _picture(height: int, width: int, scale: float) -> PictureSpec:
    rows, columns = (max(16, 16 * round(side / scale / 16)) for side in (height, width))
    return PictureSpec(rows, columns)


def _with_quality(spec: FixtureSpec, worst: float) -> FixtureSpec:
    return msgspec.structs.replace(spec, min_quality=max(0.0, worst - _LEEWAY))
