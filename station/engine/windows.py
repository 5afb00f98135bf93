"""What the engine shows: frames in a shared-memory ring, and one `Showing` for each. It never waits for a window.

A window that is slow misses Showings; frames and parts in quick succession are thinned out to what an eye can follow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.core.channel import Channel, Listener
from station.core.domain import Verdict
from station.core.errors import ChannelError
from station.core.messages import InspectionRecord, Rehearse, Ring, Showing, Why
from station.core.ring import FrameRing
from station.engine.camera.protocol import Clock

_SLOTS = 4
_PERIOD_NS = 33_000_000  # good parts are shown at most this often
_MOST_EVIDENCE = 128 * 1024  # bytes of patches in one Showing; below `station.core.channel.MAX_MESSAGE`


class Windows:
    """Owned by the engine's loop."""

    def __init__(self, path: Path, clock_ns: Clock = time.monotonic_ns) -> None:
        self._listener = Listener(path)
        self._clock_ns = clock_ns
        self._channels: list[Channel] = []
        self._ring: FrameRing | None = None
        self._size = (0, 0)
        self._shown_ns = 0

    def filenos(self) -> list[int]:
        """For select."""
        return [self._listener.fileno(), *(channel.fileno() for channel in self._channels)]

    def prepare(self, height: int, width: int) -> None:
        """Make a ring for frames of this size and give it to all windows."""
        if self._ring is not None and self._size == (height, width):
            return
        if self._ring is not None:
            self._ring.close()
        self._ring, self._size = FrameRing.create(_SLOTS, height * width), (height, width)
        for channel in tuple(self._channels):
            self._send_ring(channel)

    def poll(self) -> list[Rehearse]:
        """Let windows in, drop those that left; what they ask to rehearse comes back."""
        while (channel := self._listener.accept()) is not None:
            self._channels.append(channel)
            self._send_ring(channel)
        return [request for channel in tuple(self._channels) for request in self._read(channel)]

    def show(
        self, record: InspectionRecord, image: NDArray[np.uint8] | None, part: int, why: Callable[[], tuple[Why, ...]]
    ) -> None:
        """Show one part; `why` is asked for its evidence only when somebody watches a part that did not pass."""
        passed = record.verdict is Verdict.PASS
        now_ns = self._clock_ns()
        if not self._channels or (passed and now_ns - self._shown_ns < _PERIOD_NS):
            return
        self._shown_ns = now_ns
        showing = Showing(
            frame=record.frame,
            part=part,
            verdict=record.verdict,
            reason=record.reason,
            score=record.score,
            limit=record.limit,
            findings=record.findings,
            cleared=record.cleared,
            why=() if passed else _that_fits(why()),
            ledger=record.ledger,
            slot_sequence=self._write(image, record.frame.trigger, record.ledger.frame_ns),
        )
        for channel in tuple(self._channels):
            self._send(channel, showing)

    def close(self) -> None:
        """Close all windows' connections and the meeting point."""
        for channel in self._channels:
            channel.close()
        self._channels.clear()
        self._listener.close()
        if self._ring is not None:
            self._ring.close()

    def _write(self, image: NDArray[np.uint8] | None, trigger: int, frame_ns: int) -> int:
        """The frame's number in the ring, 0 when there is no frame or it is not of the recipe's size."""
        if image is None or self._ring is None or image.shape != self._size:
            return 0
        return self._ring.write(np.ascontiguousarray(image).data, *self._size, tag=trigger, stamp_ns=frame_ns)

    def _send_ring(self, channel: Channel) -> None:
        if self._ring is not None:
            self._send(channel, Ring(*self._size), self._ring.descriptor)

    def _send(self, channel: Channel, message: Ring | Showing, descriptor: int | None = None) -> None:
        """Send or let it be: a slow window misses the message, one that is gone is dropped."""
        try:
            channel.send(message, descriptor)
        except ChannelError:
            self._drop(channel)

    def _read(self, channel: Channel) -> list[Rehearse]:
        """What this window asks to rehearse."""
        asked: list[Rehearse] = []
        try:
            while (message := channel.receive()) is not None:
                if isinstance(message, Rehearse):
                    asked.append(message)
        except ChannelError:
            self._drop(channel)
        return asked

    def _drop(self, channel: Channel) -> None:
        channel.close()
        self._channels.remove(channel)


def _that_fits(why: tuple[Why, ...]) -> tuple[Why, ...]:
    """The first ones, as many as fit one datagram."""
    taken: list[Why] = []
    free = _MOST_EVIDENCE
    for one in why:
        free -= len(one.flagged.pixels) + len(one.golden.pixels) + len(one.reconstruction.pixels)
        if free < 0:
            break
        taken.append(one)
    return tuple(taken)
