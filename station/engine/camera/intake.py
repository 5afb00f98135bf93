"""Where a grab thread leaves what a camera library gave, and the engine takes it: the part without thread or library.

One item for each trigger, in order: a gap in the library's own frame numbers becomes lost frames, a picture that the
recipe cannot use is a lost frame, and so is one that finds no free buffer. Buffers are made once; nothing is ever
overwritten to make room ("newest wins" would show one part's picture under another part's number).
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.domain import Reason
from station.core.errors import CameraError, CameraTimeoutError, ConfigError
from station.engine.camera.protocol import LOOK_NS, Clock, Frame, Item, LostFrame

BUFFERS = 12  # frames in our own memory: one is with the engine, the others wait or are free
MOST_MISSING = 1000  # a larger gap, or a number that falls, is a camera that started again
_SILENT_PERIODS = 4  # of a free-running camera
_SHORT_IDS = 65535  # GigE Vision's 16-bit frame number: 65535 is followed by 1


def missing_between(last: int, number: int) -> int:
    """How many frames are missing between two frame numbers; negative when the numbers fall."""
    missing = number - last - 1
    if missing < 0 and _SHORT_IDS - MOST_MISSING <= last <= _SHORT_IDS and number > 0:
        missing += _SHORT_IDS
    return missing


class StampNumbers:
    """Frame numbers from a free-running camera's own time stamps, for libraries that give no number."""

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._number = 0
        self._last_s: float | None = None

    def at(self, stamp_s: float) -> int:
        """The number of the frame with this stamp: one more than the last, or more when periods were left out."""
        if self._last_s is not None:
            self._number += max(1, round((stamp_s - self._last_s) / self._period_s))
        self._last_s = stamp_s
        return self._number


class Intake:
    """One arming's items. `frame`, `lose`, `answered` and `fail` belong to the grab thread, the rest to the engine.

    `size` is the recipe's (height, width). `period_s` is None while silence is normal: an external trigger, or the
    end of a file.
    """

    def __init__(self, name: str, size: tuple[int, int], watchdog_ms: int, clock_ns: Clock = time.monotonic_ns) -> None:
        self.period_s: float | None = None
        self.begun = False
        self.closed = False
        self._name = name
        self._size = size
        self._watchdog_ns = watchdog_ms * 1_000_000
        self._clock_ns = clock_ns
        self._free = deque(np.zeros(size, np.uint8) for _ in range(BUFFERS))
        self._lent: dict[int, int] = {}  # trigger -> the library's buffer that its picture stands in
        self._back: deque[int] = deque()
        self._items: deque[Item] = deque()
        self._taken: Frame | None = None  # its buffer is free again at the next `take`
        self._failure: CameraError | ConfigError | None = None
        self._number: int | None = None  # of the last frame, as the library counts
        self._trigger = 0
        self._alive_ns = clock_ns()
        self._waiting = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_SEMAPHORE | os.EFD_CLOEXEC)  # counts items, and the end
        self._lock = threading.Lock()  # no thread may write to a descriptor that was closed and given to another file

    def begin(self, period_s: float | None) -> None:
        """The camera is set up and runs; `period_s` as above."""
        self.period_s = period_s
        self._alive_ns = self._clock_ns()
        self.begun = True

    def frame(
        self,
        picture: NDArray[np.uint8],
        number: int | None = None,
        grey: int | None = None,
        exposed_ns: int | None = None,
    ) -> None:
        """A whole picture, uint8 [H, W] or [H, W, C]; copied (and turned to grey, once) before this returns.

        `number` is the library's frame number if it has one, `grey` cv2's conversion code for a colour picture,
        `exposed_ns` the exposure's end if the library knows it.
        """
        now_ns = self._clock_ns()
        self._skip_to(number, now_ns)
        if not self._fits(picture, now_ns):
            return
        if picture.dtype != np.uint8 or (picture.ndim == 3 and grey is None):
            text = f"{self._name}: gave {picture.dtype} {picture.shape}; set the camera to 8-bit grey"
            self._lost(text, now_ns, Reason.WRONG_FRAME)
        elif not self._free:
            self._lost(f"{self._name}: no buffer was free, the engine is slower than the camera", now_ns)
        else:
            buffer = self._free.popleft()
            if grey is None:
                np.copyto(buffer, picture)
            else:
                cv2.cvtColor(picture, grey, dst=buffer)
            complete_ns = self._clock_ns()
            self._put(Frame(buffer, self._trigger, min(exposed_ns or now_ns, complete_ns), complete_ns))

    def lend(self, index: int, picture: NDArray[np.uint8], number: int | None, exposed_ns: int | None = None) -> None:
        """A whole grey picture in buffer `index` of the library's: not copied, `given_back` when it was looked at."""
        now_ns = self._clock_ns()
        self._skip_to(number, now_ns)
        if not self._fits(picture, now_ns):
            self._back.append(index)
            return
        self._lent[self._trigger] = index
        self._put(Frame(picture, self._trigger, min(exposed_ns or now_ns, now_ns), now_ns))

    def given_back(self) -> list[int]:
        """Buffers of `lend` that are free again."""
        return [self._back.popleft() for _ in range(len(self._back))]

    def lose(self, detail: str, number: int | None = None, reason: Reason = Reason.FRAME_LOST) -> None:
        """The library itself says that this frame is lost, incomplete or cannot be used."""
        now_ns = self._clock_ns()
        self._skip_to(number, now_ns)
        self._lost(f"{self._name}: {detail}", now_ns, reason)

    def answered(self, asked_ns: int) -> None:
        """The camera answered what it was asked then: where silence is normal, that is the sign of life."""
        if self.period_s is None:
            self._alive_ns = max(self._alive_ns, asked_ns)

    def fail(self, error: CameraError | ConfigError) -> None:
        """Nothing will come any more; told after the items that came before."""
        self._failure = error
        self._tick()

    def take(self) -> Item | None:
        """The next item, or None; never waits.

        Raises:
            CameraError: what ended this arming; also when there was no sign of life in time.
        """
        if self._taken is not None:
            lent = self._lent.pop(self._taken.trigger, None)
            if lent is None:
                self._free.append(self._taken.image)
            else:
                self._back.append(lent)
            self._taken = None
        try:
            os.eventfd_read(self._waiting)
        except BlockingIOError:
            self._judge()
            return None
        if not self._items:
            self._judge()
            return None
        item = self._items.popleft()
        self._taken = item if isinstance(item, Frame) else None
        return item

    def judge_opening(self, limit_ns: int) -> None:
        """Raise what kept the camera from being ready, if anything did."""
        if self._failure is not None:
            raise self._failure
        if self._clock_ns() - self._alive_ns > limit_ns:
            raise CameraTimeoutError(f"{self._name}: was not ready within {limit_ns / 1e9:g} s")

    def fileno(self) -> int:
        """Readable while an item waits."""
        return -1 if self.closed else self._waiting

    def close(self) -> None:
        """The grab thread stops as soon as the library lets it."""
        with self._lock:
            if not self.closed:
                self.closed = True
                os.close(self._waiting)

    def _fits(self, picture: NDArray[np.uint8], now_ns: int) -> bool:
        """Whether it has the recipe's size; one that has not is a lost frame."""
        height, width = picture.shape[:2]
        if (height, width) == self._size:
            return True
        wanted = f"the recipe wants {self._size[1]} x {self._size[0]}"
        self._lost(f"{self._name}: gave {width} x {height}, {wanted}", now_ns, Reason.WRONG_FRAME)
        return False

    def _skip_to(self, number: int | None, now_ns: int) -> None:
        """Count this frame, and make lost frames of those that are missing before it."""
        missing = 0 if number is None or self._number is None else missing_between(self._number, number)
        if not 0 <= missing <= MOST_MISSING:
            raise CameraError(f"{self._name}: frame {number} came after {self._number}; the camera started again")
        for _ in range(missing):
            self._trigger += 1
            self._lost(f"{self._name}: the frame before number {number} never came", now_ns)
        self._trigger += 1
        if number is not None:
            self._number = number
        elif self._number is not None:
            self._number += 1

    def _lost(self, detail: str, now_ns: int, reason: Reason = Reason.FRAME_LOST) -> None:
        self._put(LostFrame(self._trigger, now_ns, detail, reason))

    def _put(self, item: Item) -> None:
        if len(self._items) > 2 * MOST_MISSING:
            raise CameraError(f"{self._name}: {len(self._items)} items wait; the engine stands still")
        self._alive_ns = self._clock_ns()
        self._items.append(item)
        self._tick()

    def _tick(self) -> None:
        with self._lock:
            if not self.closed:
                os.eventfd_write(self._waiting, 1)

    def _judge(self) -> None:
        """Raise what ended this arming, if anything did."""
        if self._failure is not None:
            raise self._failure
        limit_ns = max(self._watchdog_ns, round(_SILENT_PERIODS * (self.period_s or 0) * 1e9))
        if self._clock_ns() - self._alive_ns > limit_ns - LOOK_NS:
            raise CameraTimeoutError(f"{self._name}: no sign of life for {limit_ns // 1_000_000} ms")
