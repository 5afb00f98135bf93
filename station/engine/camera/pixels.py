"""Pixel formats by their GenICam (PFNC) names: which of them become 8-bit grey, and how."""

from __future__ import annotations

import contextlib

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.errors import CameraError
from station.engine.camera.settings import Features

# Name -> (bytes a pixel, cv2's conversion to grey). OpenCV's plain Bayer names are shifted by a row; these are not.
_FORMATS: dict[str, tuple[int, int | None]] = {
    "Mono8": (1, None),
    "BayerRG8": (1, cv2.COLOR_BayerRGGB2GRAY),
    "BayerGR8": (1, cv2.COLOR_BayerGRBG2GRAY),
    "BayerGB8": (1, cv2.COLOR_BayerGBRG2GRAY),
    "BayerBG8": (1, cv2.COLOR_BayerBGGR2GRAY),
    "RGB8": (3, cv2.COLOR_RGB2GRAY),
    "BGR8": (3, cv2.COLOR_BGR2GRAY),
    "RGBa8": (4, cv2.COLOR_RGBA2GRAY),
    "BGRa8": (4, cv2.COLOR_BGRA2GRAY),
}


def choose_grey(features: Features) -> tuple[int, int | None]:
    """Set the camera to Mono8 if it can, and give the `grey_conversion` of what it will send."""
    with contextlib.suppress(Exception):  # whatever a vendor's library throws: a colour camera may have no Mono8
        features.set("PixelFormat", "Mono8")
    return grey_conversion(str(features.get("PixelFormat")))


def grey_conversion(pixel_format: str) -> tuple[int, int | None]:
    """(bytes a pixel, cv2's conversion code or None when it is grey already).

    Raises:
        CameraError: this format has not 8 bits, or is unknown here.
    """
    try:
        return _FORMATS[pixel_format]
    except KeyError:
        known = ", ".join(_FORMATS)
        raise CameraError(f"PixelFormat = {pixel_format}: set the camera to Mono8, or one of {known}") from None


def as_picture(data: NDArray[np.uint8], height: int, width: int, pixel_bytes: int) -> NDArray[np.uint8]:
    """A library's flat memory as [H, W] or [H, W, C], without a copy; rows may be padded.

    Raises:
        ValueError: the memory is shorter than the picture.
    """
    row = data.size // height if height else 0
    if row < width * pixel_bytes or not width:
        raise ValueError(f"{data.size} bytes are no picture of {width} x {height}")
    rows = data[: row * height].reshape(height, row)[:, : width * pixel_bytes]
    return rows if pixel_bytes == 1 else rows.reshape(height, width, pixel_bytes)
