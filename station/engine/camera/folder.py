"""The folder camera: replays the pictures of a folder, in the order of their names, at a fixed rate.

For commissioning without a camera and for recorded sequences. A picture that cannot be used is a lost frame whose
detail names the file and what to do; the next picture keeps its place in the order.
"""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.domain import Reason
from station.core.errors import CameraError, ConfigError, NotInspectedError
from station.engine.camera.protocol import CameraStats, Clock, Frame, Item, LostFrame, new_session

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm")
_ENDINGS = {".png": b"IEND\xaeB`\x82", ".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9"}  # of a file that was written whole


def list_pictures(folder: Path) -> list[Path]:
    """All pictures in `folder` (not below it), sorted by name.

    Raises:
        ConfigError: there is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: there is no such folder; set camera.source to a folder of pictures")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not found:
        raise ConfigError(f"{folder}: no picture in it; put {', '.join(SUFFIXES)} files there or set camera.source")
    return found


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The picture as grey uint8 [H, W]; colour is turned to grey.

    Raises:
        NotInspectedError: the file is missing, torn, no picture, or has not 8 bits; says what to do.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotInspectedError(Reason.FRAME_LOST, f"{path}: cannot be read: {error.strerror}") from error
    ending = _ENDINGS.get(path.suffix.lower())
    if ending is not None and ending not in data[-64:]:
        raise NotInspectedError(Reason.FRAME_LOST, f"{path}: the file is cut off; copy it again")
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    except cv2.error as error:
        raise NotInspectedError(Reason.FRAME_LOST, f"{path}: is damaged: {error.err}; copy it again") from error
    if image is None:
        raise NotInspectedError(Reason.FRAME_LOST, f"{path}: is no picture that can be read; save it as 8-bit PNG")
    if image.dtype != np.uint8:
        text = f"{path}: has {8 * image.dtype.itemsize} bits a pixel; save it as 8-bit grey"
        raise NotInspectedError(Reason.WRONG_FRAME, text)
    return _grey(np.asarray(image, np.uint8))


class ReplayCamera:
    """`station.engine.camera.protocol.Camera` over a folder; each picture is one trigger.

    `size` is the recipe's (height, width) if known: other pictures are lost frames. After the last picture it is
    silent, or starts again from the first with `repeat`.
    """

    def __init__(
        self,
        folder: Path,
        rate_hz: float,
        size: tuple[int, int] | None = None,
        repeat: bool = False,
        clock_ns: Clock = time.monotonic_ns,
    ) -> None:
        self.stats = CameraStats()
        self._folder = folder
        self._period_ns = round(1e9 / rate_hz)
        self._size = size
        self._repeat = repeat
        self._clock_ns = clock_ns
        self._pictures: list[Path] = []
        self._session = 0
        self._trigger = 0
        self._start_ns = 0

    def open(self) -> None:
        """Read the folder's list."""
        self._pictures = list_pictures(self._folder)

    def arm(self) -> int:
        """Start the first picture's period now."""
        if not self._pictures:
            raise CameraError("the camera is not open")
        self._session, self._trigger, self._start_ns = new_session(), 0, self._clock_ns()
        self.stats.armed += 1
        return self._session

    def take(self, timeout_s: float) -> Item | None:
        """The next picture once its time has come."""
        if not self._session:
            raise CameraError("the camera is not armed")
        if self._trigger >= len(self._pictures) and not self._repeat:
            return None
        due_ns = self._start_ns + (self._trigger + 1) * self._period_ns
        wait_ns = due_ns - self._clock_ns()
        if wait_ns > timeout_s * 1e9:
            return None
        if wait_ns > 0:
            time.sleep(wait_ns / 1e9)
        return self.stats.count(self._read(due_ns))

    def fileno(self) -> int:
        """Nothing to wait on."""
        return -1

    def close(self) -> None:
        """Forget the list."""
        self._pictures, self._session = [], 0

    def _read(self, due_ns: int) -> Item:
        path = self._pictures[self._trigger % len(self._pictures)]
        self._trigger += 1
        try:
            image = read_picture(path)
        except NotInspectedError as error:
            return LostFrame(self._trigger, due_ns, str(error), error.reason)
        if self._size is not None and image.shape != self._size:
            height, width = image.shape
            text = (
                f"{path}: is {width} x {height}, the recipe wants {self._size[1]} x {self._size[0]}; another product?"
            )
            return LostFrame(self._trigger, due_ns, text, Reason.WRONG_FRAME)
        return Frame(image, self._trigger, due_ns, self._clock_ns())


def _grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey [H, W] from [H, W] or from one, three (BGR) or four (BGRA) channels [H, W, C]."""
    if image.ndim == 2:
        return image
    if image.shape[2] == 1:
        return image[:, :, 0]
    code = cv2.COLOR_BGRA2GRAY if image.shape[2] == 4 else cv2.COLOR_BGR2GRAY
    return np.asarray(cv2.cvtColor(image, code), np.uint8)
