"""The screener's arithmetic: residual of the reconstruction, whitened by the spread of normal residuals.

    r = box(|x - x'|)          z = (r - mean) / (std + eps)

Mean and std are maps (per place: registered parts) or tables over the reconstruction's grey value (per intensity:
textures). The VAE reproduces fine structure badly on good parts too; whitening takes that out, at no cost.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.domain import Reason
from station.core.errors import BundleError, NotInspectedError
from station.core.recipe import ScreenSpec
from station.engine.vision.resampling import Floats

_SMOOTH = 5  # screen pixels: std maps from few parts are noisy
_FEW = 50  # pixels: an intensity bin with fewer takes the values of all


def residual(picture: Floats, reconstruction: Floats, box: int, out: Floats | None = None) -> Floats:
    """Box-filtered absolute difference, float32 [hs, ws]."""
    difference = cv2.absdiff(picture, reconstruction, dst=out)
    smooth = cv2.blur(difference, (box, box), dst=difference, borderType=cv2.BORDER_REFLECT_101)
    return smooth.astype(np.float32, copy=False)


class Whitening:
    """Makes residuals of different places comparable."""

    def __init__(self, spec: ScreenSpec, mean: Floats, std: Floats) -> None:
        """Take tensors "screen.mean" and "screen.std".

        Args:
            spec: from the recipe.
            mean: float32 [hs, ws] per place, [bins] per intensity.
            std: same shape.

        Raises:
            BundleError: the two do not fit each other or the way of whitening, or are not finite.
        """
        dimensions = 2 if spec.whitening == "per_place" else 1
        if mean.shape != std.shape or mean.ndim != dimensions:
            raise BundleError(
                f"calibration.safetensors: screen.mean {mean.shape} and screen.std {std.shape} do not fit "
                f"screen.whitening = {spec.whitening}"
            )
        if not (np.isfinite(mean).all() and np.isfinite(std).all() and (std >= 0).all()):
            raise BundleError("calibration.safetensors: screen.mean or screen.std is not finite or negative")
        self._per_place = spec.whitening == "per_place"
        self._mean = np.ascontiguousarray(mean, dtype=np.float32)
        self._gain = (1 / (std + spec.eps)).astype(np.float32)

    def whiten(self, raw: Floats, reconstruction: Floats) -> Floats:
        """z map, float32 [hs, ws]."""
        mean, gain = self._mean, self._gain
        if not self._per_place:
            bins = intensity_bins(reconstruction, len(mean))
            mean, gain = mean[bins], gain[bins]
        z: Floats = raw - mean
        z *= gain
        return z


def intensity_bins(reconstruction: Floats, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """Bin 0..count-1 of each pixel's grey value 0..1. The reconstruction's, since a defect changes the picture's."""
    return np.clip(reconstruction * count, 0, count - 1).astype(np.intp)


def fit_per_place(residuals: Floats) -> tuple[Floats, Floats]:
    """Tensors "screen.mean" and "screen.std" [hs, ws] from residuals of normal parts [n, hs, ws]."""
    mean = residuals.mean(axis=0, dtype=np.float64).astype(np.float32)
    std = residuals.std(axis=0, dtype=np.float64).astype(np.float32)
    return mean, cv2.blur(std, (_SMOOTH, _SMOOTH), borderType=cv2.BORDER_REFLECT_101).astype(np.float32)


def fit_per_intensity(residuals: Floats, reconstructions: Floats, bins: int = 16) -> tuple[Floats, Floats]:
    """Tensors "screen.mean" and "screen.std" [bins] from residuals and reconstructions of normal parts [n, hs, ws]."""
    index = intensity_bins(reconstructions, bins)
    mean = np.full(bins, residuals.mean(), dtype=np.float32)
    std = np.full(bins, residuals.std(), dtype=np.float32)
    for number in range(bins):
        values = residuals[index == number]
        if len(values) >= _FEW:
            mean[number], std[number] = values.mean(), values.std()
    return mean, std


def require_finite(values: NDArray[np.floating[Any]], what: str) -> None:
    """Refuse NaN and infinity: comparisons with NaN are false, so they would read as "nothing flagged".

    Raises:
        NotInspectedError: NOT_FINITE.
    """
    if not np.isfinite(values).all():
        raise NotInspectedError(Reason.NOT_FINITE, f"{what} is not finite")
