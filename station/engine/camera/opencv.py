"""Cameras that OpenCV opens: UVC and other V4L2 devices, video files, sequences, streams.

`camera.source` is a device number ("0"), a device ("/dev/video0"), a video file, a sequence ("part_%04d.png"), or any
string that cv2.VideoCapture takes. A device runs free, so it is for set-up and slow lines: the recipe's trigger must
be "free" or left out. A file is played at its own rate with the settings it was recorded with; after its end it is
silent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera.grabbing import GRAB_S
from station.engine.camera.intake import Intake, StampNumbers

_EXPOSURE_UNIT_US = 100.0  # V4L2 counts exposure in 100 us
_MANUAL = 1.0  # V4L2_EXPOSURE_MANUAL
_USUAL_HZ = 30.0  # of a driver that does not say
_TOLD_ABSENT = (0.0, -1.0)  # what cv2 reads from a control that the driver does not have
_AUTOMATIC = ((cv2.CAP_PROP_AUTO_WB, "white balance"), (cv2.CAP_PROP_AUTOFOCUS, "focus"))

OpenCapture = Callable[..., cv2.VideoCapture]


class OpenCvSource:
    """`station.engine.camera.grabbing.Source` over cv2.VideoCapture; `size` is the recipe's (height, width)."""

    def __init__(
        self, source: str, size: tuple[int, int], spec: CameraSpec, open_capture: OpenCapture = cv2.VideoCapture
    ) -> None:
        self.name = f"camera {source}"
        self._is_device = source.isdigit() or source.startswith("/dev/video")
        self._is_file = "%" in source or Path(source).is_file()
        self._source = source
        self._size = size
        self._spec = spec
        self._open_capture = open_capture
        self._capture: cv2.VideoCapture | None = None
        self._numbers: StampNumbers | None = None
        self._period_s = 1 / _USUAL_HZ
        self._due_s = 0.0  # file: when its next picture is played

    def open(self) -> float | None:
        """Open and set up; a device must take the recipe's settings and read them back."""
        wanted = cv2.CAP_V4L2 if self._is_device else cv2.CAP_ANY
        capture = self._open_capture(int(self._source) if self._source.isdigit() else self._source, wanted)
        self._capture = capture
        if not capture.isOpened():
            if self._is_file:
                raise ConfigError(f'camera.source = "{self._source}": is no video that can be read')
            raise CameraError(f"{self.name}: cannot be opened; is it plugged in, and used by nobody else?")
        if self._is_device:
            self._set_up(capture)
        self._period_s = 1 / (capture.get(cv2.CAP_PROP_FPS) or _USUAL_HZ)
        self._numbers = StampNumbers(self._period_s) if self._is_device else None
        self._due_s = time.monotonic()
        return self._period_s

    def grab(self, intake: Intake) -> None:
        """The next picture; a file waits until its time has come."""
        capture = self._capture
        if capture is None or intake.closed:
            return
        if self._is_file:
            self._due_s += self._period_s
            time.sleep(max(0.0, self._due_s - time.monotonic()))
        if not capture.grab():
            if not self._is_file:
                raise CameraError(f"{self.name}: gives no more pictures")
            intake.period_s = None
            time.sleep(GRAB_S)
            return
        exposed_ns = time.monotonic_ns()
        stamp_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000  # the driver's own
        number = self._numbers.at(stamp_s) if self._numbers and stamp_s > 0 else None
        whole, picture = capture.retrieve()
        if not whole:
            intake.lose("the picture came damaged", number)
            return
        grey = cv2.COLOR_BGR2GRAY if picture.ndim == 3 else None
        intake.frame(np.asarray(picture, np.uint8), number, grey, exposed_ns)

    def ask(self) -> None:
        """Nothing: OpenCV cannot ask a camera for anything but a picture."""

    def close(self) -> None:
        """Give the device back."""
        if self._capture is not None:
            self._capture.release()
        self._capture = None

    def _set_up(self, capture: cv2.VideoCapture) -> None:
        spec = self._spec
        if spec.trigger not in {None, "free"}:
            raise ConfigError(
                f'camera.trigger = "{spec.trigger}" in the recipe: {self.name} runs free; use a camera with a trigger '
                'input (camera.backend "aravis", "genicam" or "basler"), or write "free"'
            )
        if spec.gain_db is not None or spec.roi is not None:
            key = "gain_db" if spec.gain_db is not None else "roi"
            raise ConfigError(f"camera.{key} in the recipe: {self.name} has no such setting; leave it out")
        height, width = self._size
        self._set(capture, cv2.CAP_PROP_FRAME_WIDTH, width, "frame.width")
        self._set(capture, cv2.CAP_PROP_FRAME_HEIGHT, height, "frame.height")
        capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL)
        mode = capture.get(cv2.CAP_PROP_AUTO_EXPOSURE)
        if mode != _MANUAL and mode not in _TOLD_ABSENT:
            raise CameraError(f"{self.name}: automatic exposure cannot be switched off; use another camera")
        for control, what in _AUTOMATIC:
            capture.set(control, 0)
            if capture.get(control) not in _TOLD_ABSENT:
                raise CameraError(f"{self.name}: automatic {what} cannot be switched off; use another camera")
        if spec.exposure_us is not None:
            units = max(1, round(spec.exposure_us / _EXPOSURE_UNIT_US))
            self._set(capture, cv2.CAP_PROP_EXPOSURE, units, f"camera.exposure_us = {spec.exposure_us:g}; in 100 us")

    def _set(self, capture: cv2.VideoCapture, control: int, value: int, key: str) -> None:
        """Set and read back."""
        capture.set(control, value)
        found = capture.get(control)
        if found != value:
            raise CameraError(f"{self.name}: recipe's {key}: asked for {value}, the camera reads back {found:g}")
