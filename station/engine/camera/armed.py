"""A camera that is kept armed: opened, armed, and after each failure opened and armed again with a growing pause."""

from __future__ import annotations

import time
from collections.abc import Callable

from station.core.errors import CameraError
from station.engine.camera.protocol import Camera, Clock, Item

_FIRST_PAUSE_NS = 100_000_000
_LONGEST_PAUSE_NS = 1_000_000_000

Tell = Callable[[str, str], None]
"""Takes (kind, text) of a change worth telling people: "fault", "recovery", "note"."""


class ArmedCamera:
    """`session` is 0 while the camera is not armed, and `detail` then says why."""

    def __init__(self, camera: Camera, tell: Tell, clock_ns: Clock = time.monotonic_ns) -> None:
        self.session = 0
        self.detail = "the camera is being opened"
        self._camera = camera
        self._tell = tell
        self._clock_ns = clock_ns
        self._open = False
        self._lost = False  # people were told so
        self._pause_ns = _FIRST_PAUSE_NS
        self._retry_ns = 0

    def take(self) -> Item | None:
        """The next item if one waits; never waits itself. Look at `session` first: it may be a new one.

        Raises:
            ConfigError: the configured source can never give pictures.
        """
        try:
            if not self.session and not self._arm():
                return None
            return self._camera.take(0)
        except CameraError as error:
            self.lose(error)
            return None

    def lose(self, error: CameraError) -> None:
        """Close the camera and try again after a pause."""
        self._camera.close()
        self._open, self.session, self.detail = False, 0, str(error)
        self._retry_ns = self._clock_ns() + self._pause_ns
        self._pause_ns = min(2 * self._pause_ns, _LONGEST_PAUSE_NS)
        if not self._lost:
            self._lost = True
            self._tell("fault", f"Camera lost: {error}")

    def fileno(self) -> int:
        """For select; -1 when there is nothing to wait on."""
        return self._camera.fileno() if self._open else -1

    def close(self) -> None:
        """Let go of the camera."""
        self._camera.close()
        self._open, self.session = False, 0

    def _arm(self) -> bool:
        if not self._open:
            if self._clock_ns() < self._retry_ns:
                return False
            self._camera.open()
            self._open = True
        self.session = self._camera.arm()
        if not self.session:
            return False
        self._tell("recovery" if self._lost else "note", f"Camera armed, session {self.session:08x}")
        self.detail, self._lost, self._pause_ns = "", False, _FIRST_PAUSE_NS
        return True
