"""What a person is shown beside a verdict: the flagged patch, the nearest golden patch, the reconstruction."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from station.core.domain import Finding
from station.core.errors import BundleError
from station.core.messages import Patch, Why
from station.engine.vision.resampling import Floats, Grey
from station.engine.vision.stages import Tensors

NO_PATCH = Patch(0, 0, b"")


class Gallery:
    """Pictures of the golden parts: tensors "picture.N", each an encoded 8-bit image as uint8 [bytes]."""

    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors

    def picture(self, golden: int) -> Grey | None:
        """The inspection picture of golden part `golden`, uint8 [h, w]; None when the gallery lacks it.

        Raises:
            BundleError: it cannot be decoded.
        """
        name = f"picture.{golden}"
        if name not in self._tensors:
            return None
        picture = cv2.imdecode(self._tensors[name], cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise BundleError(f"gallery.safetensors: {name} is no picture")
        return picture.astype(np.uint8, copy=False)


def encode_gallery(pictures: list[Floats], quality: int = 90) -> dict[str, Grey]:
    """Tensors of a gallery from inspection pictures float32 [h, w], 0..1: JPEG, as they are only looked at."""
    tensors = {}
    for number, picture in enumerate(pictures):
        _, encoded = cv2.imencode(".jpg", grey(picture), [cv2.IMWRITE_JPEG_QUALITY, quality])
        tensors[f"picture.{number}"] = encoded.astype(np.uint8).ravel()
    return tensors


class Pictures(NamedTuple):
    """The pictures of one inspection."""

    picture: Floats  # inspection picture, float32 [h, w]
    reconstruction: Floats  # [hs, ws], at the screener's scale
    golden: Grey | None  # the golden part's inspection picture, None = unknown


def crop_why(finding: Finding, shift: tuple[int, int], pictures: Pictures, side: int) -> Why:
    """Cut the three patches, all of one size.

    Args:
        finding: its box tells where.
        shift: (x, y) pixels from the finding to the golden patch.
        pictures: to cut from.
        side: wanted height and width, pixels of the inspection picture.
    """
    picture, reconstruction, golden = pictures
    x, y, box_width, box_height = finding.box
    middle = x + box_width // 2, y + box_height // 2
    scale = picture.shape[0] // reconstruction.shape[0]
    enlarged = cv2.resize(reconstruction, (reconstruction.shape[1] * scale, reconstruction.shape[0] * scale))
    there = middle[0] + shift[0], middle[1] + shift[1]
    return Why(
        finding=finding,
        flagged=_patch(grey(picture), middle, side),
        golden=NO_PATCH if golden is None else _patch(golden, there, side),
        reconstruction=_patch(grey(enlarged.astype(np.float32, copy=False)), middle, side),
    )


def grey(picture: Floats) -> Grey:
    """0..1 -> 8 bit."""
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)


def _patch(picture: Grey, middle: tuple[int, int], side: int) -> Patch:
    height, width = min(side, picture.shape[0]), min(side, picture.shape[1])
    left = min(max(middle[0] - width // 2, 0), picture.shape[1] - width)
    top = min(max(middle[1] - height // 2, 0), picture.shape[0] - height)
    return Patch(height, width, picture[top : top + height, left : left + width].tobytes())
