"""The drawn camera: client of the camera simulator, over a socket and a ring of frames in shared memory.

The simulator arms when we connect, says CameraReady (the ring's descriptor comes with the first one) and repeats it
each 100 ms as its sign of life. Each trigger gives one Exposed. Triggers that it never reports, and frames that were
overwritten before we came, become lost frames: the stream is never silently shortened.
"""

from __future__ import annotations

import os
import select
import time
from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.core.channel import Channel, connect
from station.core.errors import CameraError, CameraTimeoutError, ChannelError
from station.core.messages import CameraReady, Exposed
from station.core.ring import FrameRing
from station.engine.camera.protocol import CameraStats, Clock, Frame, Item, LostFrame, new_session

POOL = 8  # frames in our own memory: one is with the caller, one is being filled, the others wait
_MOST_MISSING = 1000  # triggers; a larger gap is a broken camera, not a row of lost frames


class DrawnCamera:
    """`station.engine.camera.protocol.Camera` over the camera simulator's socket."""

    def __init__(self, path: Path, watchdog_ms: int, clock_ns: Clock = time.monotonic_ns) -> None:
        self.stats = CameraStats()
        self._path = path
        self._watchdog_ms = watchdog_ms
        self._clock_ns = clock_ns
        self._channel: Channel | None = None
        self._ring: FrameRing | None = None
        self._pool: list[NDArray[np.uint8]] = []
        self._next_buffer = 0
        self._items: deque[Item] = deque()
        self._failure: CameraError | None = None  # told after the items that came before it
        self._session = 0
        self._trigger = 0
        self._alive_ns = 0

    def open(self) -> None:
        """Connect; the simulator arms by itself."""
        self.close()
        try:
            self._channel = connect(self._path)
        except ChannelError as error:
            raise CameraError(f"camera simulator: {error}") from error
        self._alive_ns = self._clock_ns()

    def arm(self) -> int:
        """The session once the simulator said CameraReady, else 0."""
        self._receive()
        if self._ring is None:
            self._judge()
        return self._session

    def take(self, timeout_s: float) -> Item | None:
        """The next item; may come back early with None when only a sign of life came."""
        self._receive()
        if not self._items and self._failure is None and timeout_s > 0:
            select.select([self], [], [], timeout_s)
            self._receive()
        if self._items:
            return self.stats.count(self._items.popleft())
        self._judge()
        return None

    def fileno(self) -> int:
        """The socket. Items already in our memory do not show there: take until None before you wait."""
        return self._channel.fileno() if self._channel else -1

    def close(self) -> None:
        """Forget the connection, its ring and all items of this arming."""
        if self._channel:
            self._channel.close()
        if self._ring:
            self._ring.close()
        self._channel, self._ring, self._failure = None, None, None
        self._items.clear()
        self._session, self._trigger = 0, 0

    def _judge(self) -> None:
        """Raise what ended this arming, if anything did."""
        if self._failure is not None:
            raise self._failure
        if self._channel is None:
            raise CameraError("the camera is not open")
        if self._clock_ns() - self._alive_ns > self._watchdog_ms * 1_000_000:
            raise CameraTimeoutError(f"{self._path}: no sign of life for {self._watchdog_ms} ms")

    def _receive(self) -> None:
        """Take all messages that wait, as long as a buffer is free."""
        waiting = sum(isinstance(item, Frame) for item in self._items)
        try:
            while self._channel and self._failure is None and waiting < POOL - 2:
                message, descriptor = self._channel.receive_with_descriptor()
                if message is None:
                    return
                self._alive_ns = self._clock_ns()
                if isinstance(message, CameraReady):
                    self._attach(message, descriptor)
                elif descriptor is not None:
                    os.close(descriptor)
                if isinstance(message, Exposed):
                    self._expose(message)
                    waiting += 1
        except ChannelError as error:
            self._failure = CameraError(f"{self._path}: {error}")

    def _attach(self, ready: CameraReady, descriptor: int | None) -> None:
        """Take the ring that comes with the first CameraReady; later ones are only a sign of life."""
        if descriptor is None:
            return
        if self._ring is not None:
            os.close(descriptor)
            return
        try:
            self._ring = FrameRing.attach(descriptor)
        except (ValueError, OSError) as error:
            os.close(descriptor)
            self._failure = CameraError(f"{self._path}: {error}")
            return
        if not self._pool or self._pool[0].size < self._ring.slot_bytes:
            self._pool = [np.zeros(self._ring.slot_bytes, np.uint8) for _ in range(POOL)]
        self._session = new_session()
        self.stats.armed += 1

    def _expose(self, exposed: Exposed) -> None:
        """Turn one trigger, and those that were skipped before it, into items."""
        missing = exposed.trigger - self._trigger - 1
        if not 0 <= missing <= _MOST_MISSING or self._ring is None:
            self._failure = CameraError(f"{self._path}: trigger {exposed.trigger} came after {self._trigger}")
            return
        now_ns = self._clock_ns()
        for trigger in range(self._trigger + 1, exposed.trigger):
            self._items.append(LostFrame(trigger, now_ns, "the camera never reported this trigger"))
        self._trigger = exposed.trigger
        self._items.append(self._copy(exposed, self._ring, now_ns))

    def _copy(self, exposed: Exposed, ring: FrameRing, now_ns: int) -> Item:
        """The frame in the next buffer of our pool, or a lost frame when the ring does not hold it (any more)."""
        if exposed.sequence == 0:
            return LostFrame(exposed.trigger, exposed.exposed_ns, "the camera reported this frame as lost")
        buffer = self._pool[self._next_buffer]
        held = ring.read_into(exposed.sequence, buffer.data)
        if held is None:
            return LostFrame(exposed.trigger, exposed.exposed_ns, "the frame was overwritten before it was taken")
        self._next_buffer = (self._next_buffer + 1) % POOL
        image = buffer[: held.height * held.width].reshape(held.height, held.width)
        # The ring is our memory: its stamp, not the end of our copy, is when the frame was complete.
        complete_ns = held.stamp_ns if max(exposed.exposed_ns, 1) <= held.stamp_ns <= now_ns else now_ns
        return Frame(image, exposed.trigger, exposed.exposed_ns, complete_ns)
