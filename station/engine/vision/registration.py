"""Fixtures: where is the part in the frame? Each gives the inspection picture and how to find its pixels in the frame.

`make_fixture` opens the one that the recipe names; `station.engine.vision.fixture_fit` builds its parameters and
reference from training frames.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import cv2
import numpy as np

from station.core.domain import Reason
from station.core.errors import BundleError, NotInspectedError
from station.core.recipe import FixtureSpec, PictureSpec
from station.engine.vision.resampling import (
    Floats,
    Grey,
    Matrix,
    compose,
    inverse,
    region_matrix,
    resample,
    rigid,
    scaling,
    shrink,
)
from station.engine.vision.rigid_fit import RigidFit

_CONVINCING = 0.99  # correlation: nothing better needs to be looked for
_TINY = 8  # pixels: a silhouette smaller than this is dirt


class Registered(NamedTuple):
    """A part that was found."""

    picture: Grey  # uint8 [h, w]
    matrix: Matrix  # [2, 3]: picture pixels -> frame pixels
    quality: float  # correlation with the reference, -1..1; 1.0 for a fixture without reference


class Fixture(Protocol):
    """Finds the part."""

    def register(self, frame: Grey) -> Registered:
        """Find the part in a frame uint8 [H, W].

        Raises:
            NotInspectedError: NOT_REGISTERED, the part was not found or lies too far away.
        """
        ...


def make_fixture(spec: FixtureSpec, picture: PictureSpec, reference: Floats | None) -> Fixture:
    """The fixture that the recipe names.

    Args:
        spec: from the recipe.
        picture: size of the inspection picture.
        reference: tensor "fixture.reference", float32; None for kind "none".

    Raises:
        BundleError: the reference is missing.
    """
    if spec.kind == "none":
        return FixedFixture(spec, picture)
    if reference is None:
        raise BundleError(f"calibration.safetensors: fixture.reference is missing, but fixture.kind = {spec.kind}")
    if spec.kind == "shift":
        return ShiftFixture(spec, picture, reference)
    return SilhouetteFixture(spec, picture, reference)


class FixedFixture:
    """The part always fills the same region: textures, webs, well-clamped parts."""

    def __init__(self, spec: FixtureSpec, picture: PictureSpec) -> None:
        self._picture, self._region = picture, spec.region
        self._matrix = region_matrix(spec.region, picture.height, picture.width)

    def register(self, frame: Grey) -> Registered:
        """Cut the region out."""
        return Registered(self._cut(frame), self._matrix.copy(), 1.0)

    def _cut(self, frame: Grey) -> Grey:
        """Resampled; or, with the same result, copied where the region's pixels are the picture's pixels."""
        height, width = self._picture.height, self._picture.width
        left, top = int(self._region[0]), int(self._region[1])
        inside = 0 <= left <= frame.shape[1] - width and 0 <= top <= frame.shape[0] - height
        if inside and self._region == tuple(float(number) for number in (left, top, width, height)):
            return frame[top : top + height, left : left + width].copy()
        return resample(frame, self._matrix, height, width)


class ShiftFixture:
    """The part lies nearly as in the reference. Phase correlation finds the shift, the rigid fit the rest."""

    def __init__(self, spec: FixtureSpec, picture: PictureSpec, reference: Floats) -> None:
        """`reference`: the aligned mean frame at 1/coarse, float32 [H/coarse, W/coarse], 0..255."""
        self._spec, self._picture = spec, picture
        self._region = region_matrix(spec.region, picture.height, picture.width)
        self._reference = np.ascontiguousarray(reference, dtype=np.float32)
        self._window = cv2.createHanningWindow((reference.shape[1], reference.shape[0]), cv2.CV_32F)
        self._windowed = self._reference * self._window
        self._fit = RigidFit(self._reference)

    def register(self, frame: Grey) -> Registered:
        """Find shift and small turn; refuse what is too far or does not look like the reference."""
        small = shrink(frame, self._spec.coarse)
        if small.shape != self._reference.shape:
            raise NotInspectedError(
                Reason.WRONG_FRAME, f"the frame at 1/{self._spec.coarse} is {small.shape}, not {self._reference.shape}"
            )
        # Given the window, phaseCorrelate would multiply its inputs in place (for sizes that need no padding).
        (x, y), _ = cv2.phaseCorrelate(self._windowed, small * self._window)
        found, quality = self._fit.fit(small, rigid(0.0, x, y))
        if quality < _CONVINCING:  # phase correlation can hold one bore for the next: start from the reference's place
            starts = ((found, quality), self._fit.fit(small, rigid(0.0, 0.0, 0.0)))
            found, quality = max(starts, key=lambda pair: pair[1])
        ratio = scaling(frame.shape[1] / small.shape[1], frame.shape[0] / small.shape[0])
        moved = compose(compose(ratio, found), inverse(ratio))
        self._refuse(moved, quality, frame)
        matrix = compose(moved, self._region)
        return Registered(resample(frame, matrix, self._picture.height, self._picture.width), matrix, quality)

    def _refuse(self, moved: Matrix, quality: float, frame: Grey) -> None:
        middle = np.array([frame.shape[1] / 2, frame.shape[0] / 2])
        shift = float(np.linalg.norm(moved[:, :2] @ middle + moved[:, 2] - middle))
        angle = abs(float(np.degrees(np.arctan2(moved[1, 0], moved[0, 0]))))
        _refuse_poor(quality, self._spec)
        if shift > self._spec.max_shift_px or angle > self._spec.max_angle_deg:
            raise NotInspectedError(
                Reason.NOT_REGISTERED,
                f"the part lies {shift:.1f} px and {angle:.1f} degrees off; allowed are "
                f"{self._spec.max_shift_px:g} px and {self._spec.max_angle_deg:g} degrees",
            )


class SilhouetteFixture:
    """A loose part: its silhouette gives place and axis, the reference tells head from tail and refines."""

    def __init__(self, spec: FixtureSpec, picture: PictureSpec, reference: Floats) -> None:
        """`reference`: mean picture of the registered part at 1/coarse, float32 [rh, rw], 0..255."""
        self._spec, self._picture = spec, picture
        self._fit = RigidFit(reference)
        height, width = reference.shape
        self._to_part = region_matrix(spec.region, height, width)
        self._to_reference = region_matrix((0, 0, width, height), picture.height, picture.width)

    def register(self, frame: Grey) -> Registered:
        """Find the part at any place and angle."""
        small = shrink(frame, self._spec.coarse)
        ratio = scaling(frame.shape[1] / small.shape[1], frame.shape[0] / small.shape[0])
        pose = silhouette_pose(small, self._spec)
        found, quality = max(
            (self._fit.fit(small, self._start(pose, turn, ratio)) for turn in (0.0, np.pi)), key=lambda pair: pair[1]
        )
        _refuse_poor(quality, self._spec)
        matrix = compose(compose(ratio, found), self._to_reference)
        return Registered(resample(frame, matrix, self._picture.height, self._picture.width), matrix, quality)

    def _start(self, pose: Pose, turn: float, ratio: Matrix) -> Matrix:
        """Reference pixels -> small frame's pixels, for the part as it lies or turned end for end."""
        to_frame = pose_matrix(pose, turn, ratio)
        return compose(inverse(ratio), compose(to_frame, self._to_part))


class Pose(NamedTuple):
    """Centroid and principal axis of a silhouette, in pixels of the picture it was found in."""

    x: float
    y: float
    angle: float  # radians
    share: float  # of the picture that the silhouette covers


def pose_matrix(pose: Pose, turn: float, ratio: Matrix) -> Matrix:
    """Part coordinates (from the centroid, along the axis; frame pixels) -> frame pixels."""
    x, y = ratio[:, :2] @ np.array([pose.x, pose.y]) + ratio[:, 2]
    return rigid(pose.angle + turn, float(x), float(y))


def silhouette_mask(small: Grey, dark: bool) -> Grey:
    """The largest region on the part's side of Otsu's threshold: uint8 [h, w], 0 or 1, holes filled."""
    side = cv2.THRESH_BINARY_INV if dark else cv2.THRESH_BINARY
    _, binary = cv2.threshold(small, 0, 1, side | cv2.THRESH_OTSU)
    outlines, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    mask = np.zeros_like(small)
    if outlines:
        cv2.drawContours(mask, [max(outlines, key=cv2.contourArea)], -1, (1,), cv2.FILLED)
    return mask


def silhouette_pose(small: Grey, spec: FixtureSpec) -> Pose:
    """Place and axis of the part in a coarse frame.

    Raises:
        NotInspectedError: NOT_REGISTERED, nothing there or its size is not that of one whole part.
    """
    mask = silhouette_mask(small, spec.dark)
    moments = cv2.moments(mask, binaryImage=True)
    share = moments["m00"] / mask.size
    if moments["m00"] < _TINY or not spec.area[0] <= share <= spec.area[1]:
        raise NotInspectedError(
            Reason.NOT_REGISTERED,
            f"the silhouette covers {share:.2%} of the frame; one whole part covers "
            f"{spec.area[0]:.2%} to {spec.area[1]:.2%}",
        )
    angle = 0.5 * np.arctan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])
    return Pose(moments["m10"] / moments["m00"], moments["m01"] / moments["m00"], float(angle), share)


def _refuse_poor(quality: float, spec: FixtureSpec) -> None:
    if not quality >= spec.min_quality:
        raise NotInspectedError(
            Reason.NOT_REGISTERED,
            f"the part looks unlike the reference: correlation {quality:.2f}, needed {spec.min_quality:.2f}",
        )
