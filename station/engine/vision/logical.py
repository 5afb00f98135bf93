"""The third score: is this the right part, whole and the right way round?

A patch of a turned or a wrong part may look perfectly good; only the whole gives it away. So this score looks at the
whole part through a coarse raster, in three ways that fail differently:

    latent      what the screener believes to see: area average over at most 4 cells a side
    picture     how light and dark are spread: area average over at most 8 cells a side
    residual    what the screener cannot explain, picture - reconstruction, over the same cells

The longer side gets all cells, the shorter one as many as keep them square, but never fewer than two: with one cell
alone a part turned upside down would look the same. Each of the three counts alike: it is divided by its own spread
over good parts. Then the distance to the mean good part is measured as a probabilistic principal component analysis
does (Tipping & Bishop 1999): along the few directions in which good parts differ, in units of their spread there;
across them, in units of the one small spread that is left. With x = (v - mean) / scale and y = basis x,

    distance^2 = sum_k (y_k / spread_k)^2 + (|x|^2 - |y|^2) / rest^2

Tensors (calibration.safetensors), d = length of v:
    logical.mean float32 [d]       logical.scale float32 [d]
    logical.basis float16 [r, d]   logical.spread float32 [r + 1], its last number is the rest
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.core.errors import BundleError
from station.core.recipe import LogicalSpec, ModelSpec
from station.engine.vision.resampling import Floats
from station.engine.vision.screen import require_finite

LATENT_CELLS, PICTURE_CELLS = 4, 8  # along the longer side
_FEWEST = 2  # along the shorter side


class Overview:
    """The whole part through a coarse raster; training and line describe parts with the same object."""

    def __init__(self, vae: ModelSpec) -> None:
        """Take the sizes from the screener's interface.

        Raises:
            BundleError: it has no latent.
        """
        if vae.latent is None:
            raise BundleError("manifest.json: vae.latent = None: the logical score looks at the latent")
        latent, picture = vae.latent.shape, vae.output.shape[1:]
        self._shapes = latent, picture, picture
        self._latent = area_average(latent[1], latent[2], LATENT_CELLS)
        self._picture = area_average(picture[0], picture[1], PICTURE_CELLS)
        first = latent[0] * _cells(self._latent)
        second = first + _cells(self._picture)
        self.length = second + _cells(self._picture)
        self.blocks = slice(0, first), slice(first, second), slice(second, self.length)

    def describe(self, latent: Floats, picture: Floats, reconstruction: Floats) -> Floats:
        """What there is to see, float32 [d]: latent, picture and residual, as `blocks` divides them.

        Args:
            latent: float32 [C, lh, lw].
            picture: what the screener saw, float32 [hs, ws].
            reconstruction: float32 [hs, ws].

        Raises:
            ValueError: another shape: a bug in the caller.
        """
        shapes = latent.shape, picture.shape, reconstruction.shape
        if shapes != self._shapes:
            raise ValueError(f"latent, picture and reconstruction have shapes {shapes}, not {self._shapes}")
        down, across = self._latent
        rows, columns = self._picture
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused when it is judged
            coarse = rows @ picture @ columns
            parts = down @ latent @ across, coarse, coarse - rows @ reconstruction @ columns
        return np.concatenate([part.ravel() for part in parts])


class LogicalScore:
    """How far a part as a whole is from good parts."""

    def __init__(self, vae: ModelSpec, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take tensors "logical.*".

        Raises:
            BundleError: one is missing, does not fit the screener's sizes, or is not finite; or there is no latent.
        """
        self._overview = Overview(vae)
        mean, scale, basis, spread = (
            _tensor(tensors, f"logical.{name}") for name in ("mean", "scale", "basis", "spread")
        )
        length = self._overview.length
        if mean.shape != (length,) or scale.shape != (length,) or basis.shape != (len(spread) - 1, length):
            raise BundleError(
                f"calibration.safetensors: logical.mean {mean.shape}, logical.scale {scale.shape}, logical.basis "
                f"{basis.shape}, logical.spread {spread.shape}: the screener needs [{length}], [{length}], "
                f"[r, {length}], [r + 1]"
            )
        if not ((scale > 0).all() and (spread > 0).all()):
            raise BundleError("calibration.safetensors: logical.scale or logical.spread is not positive")
        self._mean, self._basis, self._rest = mean, basis, float(spread[-1])
        self._gain, self._spread = 1 / scale, spread[:-1]

    def score(self, latent: Floats, picture: Floats, reconstruction: Floats) -> float:
        """Distance to the good parts, >= 0; for the arguments see `Overview.describe`.

        Raises:
            NotInspectedError: NOT_FINITE.
        """
        return self.distance(self._overview.describe(latent, picture, reconstruction))

    def distance(self, view: Floats) -> float:
        """The same for a part that `Overview.describe` has described already, float32 [d].

        Raises:
            NotInspectedError: NOT_FINITE.
        """
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
            x = (view - self._mean) * self._gain
            y = self._basis @ x
            along = y / self._spread
            across = max(float(x @ x - y @ y), 0.0)  # rounding may leave less than nothing; NaN stays NaN
            squared = float(along @ along) + across / self._rest**2
        require_finite(np.array([squared]), "the logical score")
        return math.sqrt(squared)


def fuse_logical(local: float, logical: float, spec: LogicalSpec) -> float:
    """The part's score with its third part: max(T, (logical - mean) / std - offset).

    Args:
        local: T, the highest fused score of the candidates.
        logical: from `LogicalScore.score`.
        spec: from the recipe.

    Raises:
        NotInspectedError: NOT_FINITE; a maximum would hide it.
    """
    require_finite(np.array([local, logical]), "the part's score")
    return max(local, (logical - spec.mean) / spec.std - spec.offset)


def area_average(height: int, width: int, cells: int) -> tuple[Floats, Floats]:
    """Matrices that average a picture [height, width] over a raster: down @ picture @ across is [rows, columns].

    `cells` is the number along the longer side. Cells need not be whole pixels: a pixel on a border counts for both
    by its share.

    Returns:
        Float32 [rows, height] and [width, columns].
    """
    longer = max(height, width)
    down, across = (
        _averages(side, min(side, cells, max(_FEWEST, round(cells * side / longer)))) for side in (height, width)
    )
    return down, np.ascontiguousarray(across.T)


def _averages(pixels: int, cells: int) -> Floats:
    """[cells, pixels]: the share of each pixel that lies in each cell, divided by the cell's size."""
    borders = np.arange(cells + 1) * (pixels / cells)
    left, right = np.arange(pixels), np.arange(1, pixels + 1)
    shared = np.minimum(right, borders[1:, None]) - np.maximum(left, borders[:-1, None])
    shares: Floats = (np.clip(shared, 0, None) * (cells / pixels)).astype(np.float32)
    return shares


def _cells(matrices: tuple[Floats, Floats]) -> int:
    """Number of cells of the raster."""
    return len(matrices[0]) * len(matrices[1].T)


def _tensor(tensors: Mapping[str, NDArray[Any]], name: str) -> Floats:
    """A finite tensor, as float32."""
    if name not in tensors:
        raise BundleError(f"calibration.safetensors: {name} is missing")
    values = tensors[name].astype(np.float32)
    if values.ndim not in (1, 2) or not np.isfinite(values).all():
        raise BundleError(f"calibration.safetensors: {name} has shape {values.shape}, or is not finite")
    return values
