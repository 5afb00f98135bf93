"""From a camera frame to what the networks see: check, register, normalise, shrink, pad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.domain import Reason
from station.core.errors import NotInspectedError
from station.core.recipe import (
    FixtureSpec,
    FrameSpec,
    NormalisationSpec,
    PictureSpec,
    Recipe,
    VerifySpec,
)
from station.engine.vision.registration import make_fixture
from station.engine.vision.resampling import Floats, Grey, Matrix

_RANGE_GAIN = 0.25  # median_range: the 10-90 % range becomes this share of 0..1
_SPREAD_GAIN = 0.125  # local_contrast: one robust spread becomes this share of 0..1
_FLAT = 0.02  # of 0..1: a smaller range is a picture of nothing
_SIGMA_OF_MAD = 1.4826  # robust spread of a normal distribution
_BLUR_AT = 4  # the blur of local_contrast is computed at 1/4 of the picture
_VALUES = np.arange(256, dtype=np.float32) * np.float32(1 / 255)  # of each grey value; a picture is looked up in it


class Prepared(NamedTuple):
    """One registered, normalised part."""

    picture: Floats  # float32 [h, w], 0..1
    matrix: Matrix  # [2, 3]: picture pixels -> frame pixels
    quality: float  # of the registration


class Preparation:
    """Makes the inspection picture; the same object serves training, evaluation and the line."""

    def __init__(
        self,
        frame: FrameSpec,
        fixture: FixtureSpec,
        picture: PictureSpec,
        normalisation: NormalisationSpec,
        reference: Floats | None,
    ) -> None:
        """`reference` is tensor "fixture.reference", None for fixture kind "none"."""
        self._frame, self._normalisation = frame, normalisation
        self._fixture = make_fixture(fixture, picture, reference)

    @classmethod
    def of(cls, recipe: Recipe, reference: Floats | None) -> Preparation:
        """The preparation that a recipe describes."""
        return cls(recipe.frame, recipe.fixture, recipe.picture, recipe.normalisation, reference)

    def prepare(self, frame: NDArray[np.generic]) -> Prepared:
        """Check, register and normalise a frame.

        Raises:
            NotInspectedError: WRONG_FRAME or NOT_REGISTERED.
        """
        grey = check_frame(frame, self._frame)
        found = self._fixture.register(grey)
        return Prepared(normalise(found.picture, self._normalisation), found.matrix, found.quality)


def check_frame(frame: NDArray[np.generic], spec: FrameSpec) -> Grey:
    """The same frame, if it is what the recipe was made for.

    Raises:
        NotInspectedError: WRONG_FRAME, other depth, colour or size.
    """
    if frame.dtype != np.uint8:
        raise NotInspectedError(
            Reason.WRONG_FRAME, f"the frame has {frame.dtype.itemsize * 8}-bit pixels ({frame.dtype}); 8 bit is needed"
        )
    if frame.shape != (spec.height, spec.width):
        raise NotInspectedError(
            Reason.WRONG_FRAME,
            f"the frame is {' x '.join(map(str, frame.shape))}; the recipe is for {spec.height} x {spec.width} grey",
        )
    return np.ascontiguousarray(frame, dtype=np.uint8)


def normalise(picture: Grey, spec: NormalisationSpec) -> Floats:
    """Grey values 0..255 -> float32 0..1, without what the light varies."""
    if spec.kind == "local_contrast":
        return _local_contrast(picture, spec.sigma_px)
    return _look_up(picture, _median_range(picture) if spec.kind == "median_range" else _VALUES)


def screen_picture(picture: Floats, scale: int) -> Floats:
    """The picture at 1/scale by area average, float32 [h/scale, w/scale]: what the VAE sees."""
    if scale == 1:
        return picture
    size = picture.shape[1] // scale, picture.shape[0] // scale
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def pad_picture(picture: Floats, verify: VerifySpec, out: Floats | None = None) -> Floats:
    """Mirror the borders, so that every cell is the middle of a whole receptive field.

    Args:
        picture: float32 [h, w].
        verify: gives the margins.
        out: float32 [h + R - 8, w + R - 8], written and returned when given.
    """
    before, after = verify.margin_px
    padded = cv2.copyMakeBorder(picture, before, after, before, after, cv2.BORDER_REFLECT_101, dst=out)
    return padded.astype(np.float32, copy=False)


def _look_up(picture: Grey, table: Floats) -> Floats:
    """table[picture], float32 [h, w]: what depends on the grey value alone is computed 256 times, not once a pixel."""
    return cv2.LUT(picture, table).astype(np.float32, copy=False)


def _median_range(picture: Grey) -> Floats:
    """The table of normalised values, float32 [256]."""
    low, middle, high = _quantiles(picture[::2, ::2], (0.1, 0.5, 0.9))
    table = _VALUES - np.float32(middle)
    table *= np.float32(_RANGE_GAIN / max(high - low, _FLAT))
    table += np.float32(0.5)
    return np.clip(table, 0, 1, out=table)


def _quantiles(picture: Grey, shares: Sequence[float]) -> list[float]:
    """Quantiles of the values 0..1, interpolated as NumPy does; from the histogram, so nothing is sorted."""
    counts = cv2.calcHist([np.ascontiguousarray(picture)], [0], None, [256], [0, 256]).ravel()
    ranks = np.asarray(shares, np.float64) * (picture.size - 1)
    up_to = np.cumsum(counts, dtype=np.float64)  # pixels as dark as this or darker
    below, above = (_VALUES[np.searchsorted(up_to, rank, side="right")] for rank in (np.floor(ranks), np.ceil(ranks)))
    return [float(value) for value in below + (ranks - np.floor(ranks)) * (above - below)]


def _local_contrast(picture: Grey, sigma: float) -> Floats:
    log = _look_up(picture, np.log(_VALUES + np.float32(1 / 255)))
    height, width = log.shape
    small = cv2.resize(log, (width // _BLUR_AT, height // _BLUR_AT), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / _BLUR_AT, borderType=cv2.BORDER_REFLECT_101)
    log -= cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    spread = _SIGMA_OF_MAD * _median(np.abs(log[::2, ::2]))
    log *= np.float32(_SPREAD_GAIN / max(spread, _FLAT))
    log += np.float32(0.5)
    return np.clip(log, 0, 1, out=log)


def _median(values: Floats) -> float:
    """As `np.median` of finite values, which asks for several order statistics and takes four times as long."""
    half = values.size // 2
    ordered = np.partition(values, half, axis=None)
    return float(ordered[half] if values.size % 2 else (ordered[:half].max() + ordered[half]) / 2)
