"""Scores of one frame by every method that the product is compared with: for `saiken-train evaluate`.

vae_raw                 highest residual of the VAE
vae_whitened            highest whitened residual
siamese_reconstruction  the same candidates, compared with the VAE's reconstruction instead of golden patches
cascade                 the product
whole_frame             the verifier looks everywhere, without a screener's choice
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.recipe import CELL
from station.engine.vision.decision import fuse_part, part_distance
from station.engine.vision.detector import Detector, Inspection
from station.engine.vision.logical import fuse_logical
from station.engine.vision.resampling import Floats, Matrix

_BELOW = 0.6  # of the usual distance of a good part: where the verifier did not look, no more is believed
_FAR = 30.0  # standard deviations
ROWS = ("vae_raw", "vae_whitened", "siamese_reconstruction", "cascade", "whole_frame")


class Compared(NamedTuple):
    """One frame, judged by all methods."""

    inspection: Inspection
    scores: dict[str, float]  # raw scores by row: never clipped, never squashed
    maps: dict[str, Floats]  # anomaly maps by row, float32 [H, W] in frame pixels; empty when not wanted


class Ablation:
    """Runs all methods on the stages of one detector."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._recipe = detector.recipe

    def compare(self, frame: NDArray[np.generic], want_maps: bool = False) -> Compared:
        """Judge one frame, uint8 [H, W].

        Raises:
            NotInspectedError: as `Detector.inspect`.
        """
        seen = self._detector.inspect(frame)
        corners = np.array([(f.box[1] // CELL, f.box[0] // CELL) for f in seen.findings], dtype=np.intp)
        cells_raw, cells_z = (self._detector.selector.cell_maximum(values) for values in (seen.raw, seen.z))
        partner = self._against_reconstruction(seen, corners)
        verifier = self._detector.verifier
        everywhere = verifier.compare_everywhere(verifier.describe_everywhere(seen.picture))
        scores = {
            "vae_raw": float(cells_raw.max()),
            "vae_whitened": float(cells_z.max()),
            "siamese_reconstruction": part_distance(partner, corners, self._recipe.picture.grid, self._recipe.verify),
            "cascade": seen.score,
            "whole_frame": self._everywhere_score(cells_z, everywhere, seen),
        }
        if not want_maps:
            return Compared(seen, scores, {})
        cells = {
            "siamese_reconstruction": self._verified_map(partner, corners, cells_z),
            "cascade": self._verified_map(seen.distances, corners, cells_z),
            "whole_frame": everywhere,
        }
        pictures = {"vae_raw": seen.raw, "vae_whitened": seen.z, **cells}
        size = frame.shape[0], frame.shape[1]
        return Compared(seen, scores, {row: self._to_frame(pictures[row], seen.matrix, size) for row in ROWS})

    def _against_reconstruction(self, seen: Inspection, corners: NDArray[np.intp]) -> Floats:
        """Distances [k, c, c] of the picture's descriptors to those of its own reconstruction."""
        size = seen.picture.shape[1], seen.picture.shape[0]
        enlarged = cv2.resize(seen.reconstruction, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
        verifier = self._detector.verifier
        difference = verifier.describe(seen.picture, corners) - verifier.describe(enlarged, corners)
        distances: Floats = np.linalg.norm(difference, axis=3).astype(np.float32)
        return distances

    def _everywhere_score(self, cells_z: Floats, distances: Floats, seen: Inspection) -> float:
        """The cascade's score if every cell were a candidate."""
        recipe = self._recipe
        everywhere = part_distance(distances[None], np.zeros((1, 2), np.intp), recipe.picture.grid, recipe.verify)
        score = fuse_part(float(cells_z.max()), everywhere, recipe.decision)
        return (
            score
            if recipe.logical is None or seen.logical is None
            else fuse_logical(score, seen.logical, recipe.logical)
        )

    def _verified_map(self, distances: Floats, corners: NDArray[np.intp], cells_z: Floats) -> Floats:
        """Distances where the verifier looked; elsewhere the screener's z, squeezed below the usual distance. [gh, gw].

        The squeeze is the same for all pictures of a recipe, so that maps of different pictures compare.
        """
        side, spec = self._recipe.verify.patch_cells, self._recipe.decision
        verified = np.full(cells_z.shape, -np.inf, dtype=np.float32)
        for block, (row, column) in zip(distances, corners, strict=True):
            there = verified[row : row + side, column : column + side]
            np.maximum(there, block, out=there)
        outside = ~np.isfinite(verified)
        standard = np.clip((cells_z[outside] - spec.z_mean) / spec.z_std, -_FAR, _FAR)
        verified[outside] = _BELOW * max(spec.d_mean, 1e-6) / (1 + np.exp(-standard))
        return verified

    def _to_frame(self, values: Floats, matrix: Matrix, size: tuple[int, int]) -> Floats:
        """A map of the picture, at any scale, as a map of the frame; outside the picture its lowest value."""
        picture = self._recipe.picture.width, self._recipe.picture.height
        enlarged = cv2.resize(values, picture, interpolation=cv2.INTER_LINEAR)
        return cv2.warpAffine(
            enlarged,
            matrix,
            (size[1], size[0]),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=float(enlarged.min()),
        ).astype(np.float32, copy=False)
