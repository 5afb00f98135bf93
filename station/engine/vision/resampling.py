"""The one resampling of the product. Training and line must cut pictures out of frames in exactly the same way.

A matrix [2, 3] maps pixel centres of the picture to pixel centres of the frame, in (x, y).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]

_SHRINK_ABOVE = 1.25  # frame pixels per picture pixel above which plain interpolation would alias


def resample(frame: Grey, matrix: Matrix, height: int, width: int) -> Grey:
    """Cut a picture out of a frame: area average where the picture is coarser, then bilinear; mirrored outside.

    Args:
        frame: uint8 [H, W].
        matrix: [2, 3], picture pixels -> frame pixels.
        height: rows of the picture.
        width: columns of the picture.

    Returns:
        uint8 [height, width].
    """
    step = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if step > _SHRINK_ABOVE:
        small = shrink(frame, step)
        ratio = scaling(frame.shape[1] / small.shape[1], frame.shape[0] / small.shape[0])
        matrix = compose(inverse(ratio), matrix)
        frame = small
    return cv2.warpAffine(
        frame,
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    ).astype(np.uint8, copy=False)


def shrink(frame: Grey, step: float) -> Grey:
    """The frame at 1/step, by area average: uint8 [round(H / step), round(W / step)]."""
    size = max(1, round(frame.shape[1] / step)), max(1, round(frame.shape[0] / step))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def scaling(x: float, y: float) -> Matrix:
    """Matrix from pixels of a picture that is x, y times smaller to pixels of the large one."""
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2]], dtype=np.float64)


def region_matrix(region: tuple[float, float, float, float], height: int, width: int) -> Matrix:
    """Matrix that spreads (x, y, width, height) of the frame over a picture of height x width pixels."""
    x, y, region_width, region_height = region
    return compose(np.array([[1.0, 0, x], [0, 1.0, y]]), scaling(region_width / width, region_height / height))


def rigid(angle: float, x: float, y: float) -> Matrix:
    """Rotation by `angle` (radians), then shift by (x, y)."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, x], [sin, cos, y]], dtype=np.float64)


def compose(outer: Matrix, inner: Matrix) -> Matrix:
    """The matrix that applies `inner` first and `outer` after it."""
    return np.hstack([outer[:, :2] @ inner[:, :2], outer[:, :2] @ inner[:, 2:] + outer[:, 2:]])


def inverse(matrix: Matrix) -> Matrix:
    """The matrix of the way back."""
    back = np.linalg.inv(matrix[:, :2])
    return np.hstack([back, -back @ matrix[:, 2:]])
