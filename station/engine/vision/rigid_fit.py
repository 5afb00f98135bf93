"""Rigid alignment of a picture with a reference, to a small fraction of a pixel.

Inverse compositional Gauss-Newton (Baker & Matthews 2004, "Lucas-Kanade 20 years on") with gain and offset of the
light as two more unknowns: all that costs time is computed once from the reference, an iteration is one small warp
and one product [5, N] x [N].
"""

from __future__ import annotations

import cv2
import numpy as np

from station.engine.vision.resampling import Floats, Grey, Matrix, compose, inverse, rigid

_ITERATIONS = 12
_STILL = 0.01  # pixels: smaller steps end the search
_BLUR = 1.0  # pixels: widens the basin, hides noise


class RigidFit:
    """Aligns pictures with one reference."""

    def __init__(self, reference: Floats) -> None:
        """Prepare the search.

        Args:
            reference: float32 [h, w], any range.
        """
        self._height, self._width = reference.shape
        self._reference = _blurred(reference)
        self._centred = _centred(self._reference)
        self._middle = (self._width - 1) / 2, (self._height - 1) / 2
        self._solver = self._normal_equations()

    def fit(self, picture: Grey, start: Matrix) -> tuple[Matrix, float]:
        """Improve `start`, a matrix from reference pixels to picture pixels.

        Returns:
            The rigid matrix, and the correlation -1..1 of picture and reference there.
        """
        picture = cv2.GaussianBlur(picture, (0, 0), _BLUR).astype(np.uint8, copy=False)
        best, quality = start, self._correlation(self._warp(picture, start))
        matrix = start
        for _ in range(_ITERATIONS):
            error = (self._warp(picture, matrix) - self._reference).ravel()
            angle, x, y = (float(step) for step in self._solver @ error)
            matrix = compose(matrix, inverse(self._about_middle(angle, x, y)))
            if abs(x) + abs(y) + abs(angle) * self._width / 2 < _STILL:
                break
        refined = self._correlation(self._warp(picture, matrix))
        return (matrix, refined) if refined > quality else (best, quality)

    def _about_middle(self, angle: float, x: float, y: float) -> Matrix:
        """Turn about the reference's middle, then shift: keeps angle and shift nearly independent."""
        middle_x, middle_y = self._middle
        return compose(rigid(angle, x + middle_x, y + middle_y), rigid(0.0, -middle_x, -middle_y))

    def _normal_equations(self) -> Floats:
        """[3, N]: error image -> (angle, x, y), with gain and offset projected out."""
        gradient_y, gradient_x = np.gradient(self._reference.astype(np.float64))
        rows, columns = np.mgrid[0 : self._height, 0 : self._width]
        turn = gradient_y * (columns - self._middle[0]) - gradient_x * (rows - self._middle[1])
        light = [self._reference.astype(np.float64), np.ones_like(turn)]
        jacobian = np.stack([image.ravel() for image in (turn, gradient_x, gradient_y, *light)], axis=1)
        return np.ascontiguousarray(np.linalg.pinv(jacobian)[:3], dtype=np.float32)

    def _warp(self, picture: Grey, matrix: Matrix) -> Floats:
        warped = cv2.warpAffine(
            picture,
            matrix,
            (self._width, self._height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return warped.astype(np.float32)

    def _correlation(self, warped: Floats) -> float:
        return float(np.vdot(_centred(warped), self._centred))


def _blurred(reference: Floats) -> Floats:
    return cv2.GaussianBlur(np.ascontiguousarray(reference, dtype=np.float32), (0, 0), _BLUR).astype(np.float32)


def _centred(picture: Floats) -> Floats:
    """Mean 0 and norm 1; zeros where nothing varies."""
    centred = picture - picture.mean()
    norm = float(np.linalg.norm(centred))
    return centred / np.float32(norm) if norm > 1e-6 else np.zeros_like(centred)
