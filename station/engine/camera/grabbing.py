"""Cameras whose library blocks: a thread of their own waits in it, the engine never does.

The thread opens the camera, sets it up, grabs until it is told to stop, and lets go of it: all calls of the library
come from this one thread. A library that hangs is noticed by the watchdog and left alone; the camera is opened
again only after the library has let go of it.
"""

from __future__ import annotations

import select
import threading
import time
from typing import Protocol

from station.core.errors import CameraError, ConfigError
from station.engine.camera.intake import Intake
from station.engine.camera.protocol import CameraStats, Clock, Item, new_session

ASK_NS = 100_000_000  # between two questions to a camera whether it is there
GRAB_S = 0.05  # no source waits longer for one frame, if its library can help it
OPENING_NS = 10_000_000_000  # a camera that needs longer to be set up is none


class Source(Protocol):
    """One library's camera. Foreign exceptions may pass: they end the arming like a CameraError."""

    name: str  # for people: which camera

    def open(self) -> float | None:
        """Connect, set up, read the settings back, run. The frame period in s; None: silence is normal (trigger).

        Raises:
            CameraError: nobody is there, or a setting was refused.
            ConfigError: the configured source can never give pictures.
        """

    def grab(self, intake: Intake) -> None:
        """Wait for the next frame, GRAB_S at most, and hand over what came; nothing is fine."""

    def ask(self) -> None:
        """Have the camera itself answer something; raises, or hangs, while it is gone.

        A triggered camera is silent by nature, and its library may need seconds to see that it is gone. A library whose
        cameras cannot be asked does nothing here: then a thread that turns is all the sign of life there is.
        """

    def close(self) -> None:
        """Let go of the camera, however far `open` came."""


class GrabbedCamera:
    """`station.engine.camera.protocol.Camera` over a `Source`; `size` is the recipe's (height, width)."""

    def __init__(
        self, source: Source, size: tuple[int, int], watchdog_ms: int, clock_ns: Clock = time.monotonic_ns
    ) -> None:
        self.stats = CameraStats()
        self.source = source
        self._size = size
        self._watchdog_ms = watchdog_ms
        self._clock_ns = clock_ns
        self._intake: Intake | None = None
        self._thread: threading.Thread | None = None
        self._session = 0

    def open(self) -> None:
        """Start the thread; it connects. Raises while the last one's library has not let go of the camera."""
        self.close()
        if self._thread is not None and self._thread.is_alive():
            raise CameraError(f"{self.source.name}: its library has not let go of the camera yet")
        self._intake = Intake(self.source.name, self._size, self._watchdog_ms, self._clock_ns)
        self._thread = threading.Thread(target=_grab, args=(self.source, self._intake, self._clock_ns), name="grab")
        self._thread.start()

    def arm(self) -> int:
        """The session once the camera runs, else 0."""
        intake = self._opened()
        if not intake.begun:
            intake.judge_opening(OPENING_NS)
        elif not self._session:
            self._session = new_session()
            self.stats.armed += 1
        return self._session

    def take(self, timeout_s: float) -> Item | None:
        """The next item."""
        intake = self._opened()
        if not self._session:
            raise CameraError(f"{self.source.name}: the camera is not armed")
        if timeout_s > 0:
            select.select([intake], [], [], timeout_s)
        item = intake.take()
        return None if item is None else self.stats.count(item)

    def fileno(self) -> int:
        """Readable while an item waits."""
        return self._intake.fileno() if self._intake else -1

    def close(self) -> None:
        """Tell the thread to stop; does not wait for it."""
        if self._intake:
            self._intake.close()
        self._intake, self._session = None, 0

    def _opened(self) -> Intake:
        if self._intake is None:
            raise CameraError(f"{self.source.name}: the camera is not open")
        return self._intake


def _grab(source: Source, intake: Intake, clock_ns: Clock) -> None:
    """The thread: its whole life."""
    try:
        try:
            intake.begin(source.open())
            asked_ns = 0
            while not intake.closed:
                source.grab(intake)
                if (now_ns := clock_ns()) - asked_ns >= ASK_NS:
                    asked_ns = now_ns
                    source.ask()
                    intake.answered(asked_ns)
        finally:
            source.close()
    except (CameraError, ConfigError) as error:
        intake.fail(error)
    except Exception as error:  # noqa: BLE001 - whatever a vendor's library throws: the camera is gone
        intake.fail(CameraError(f"{source.name}: {type(error).__name__}: {error}"))
