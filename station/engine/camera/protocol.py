"""What the engine asks of every camera: one item for each trigger, in trigger order; a lost frame is an item too.

Life cycle: `open` -> `arm` until it gives a session -> `take` again and again -> `close`. After a `CameraError` the
caller closes the camera and starts over; the new arming has a new session and its triggers count from 1 again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from station.core.domain import Reason

Clock = Callable[[], int]
"""Gives CLOCK_MONOTONIC nanoseconds; tests and the virtual line pass their own."""

LOOK_NS = 20_000_000
"""At least so often the engine looks at its camera; a watchdog that judges then must fire that much earlier."""


@dataclass(frozen=True)
class Frame:
    """A complete picture.

    `image` is uint8 [H, W], grey. It stands in the camera's own memory and is valid until the next `take`.
    """

    image: NDArray[np.uint8]
    trigger: int  # from 1 since the arming
    exposed_ns: int  # exposure end
    frame_ns: int  # complete in our memory


@dataclass(frozen=True)
class LostFrame:
    """A trigger whose picture never came, or came incomplete or unreadable. Its part is not inspected."""

    trigger: int
    frame_ns: int  # when the frame was due or found missing
    detail: str  # what happened, for people
    reason: Reason = Reason.FRAME_LOST


Item = Frame | LostFrame


@dataclass
class CameraStats:
    """Since the camera object was made."""

    armed: int = 0
    frames: int = 0
    lost: int = 0

    def count(self, item: Item) -> Item:
        """Count `item` and hand it on."""
        if isinstance(item, Frame):
            self.frames += 1
        else:
            self.lost += 1
        return item


class Camera(Protocol):
    """One camera; owned by one thread. No call waits, except `take` for its time-out."""

    stats: CameraStats

    def open(self) -> None:
        """Connect.

        Raises:
            CameraError: nobody is there.
            ConfigError: the configured source can never give pictures.
        """

    def arm(self) -> int:
        """The session of this arming, or 0 while the camera is not ready yet: ask again.

        Raises:
            CameraError: the camera is gone, or was not ready within the watchdog's time.
        """

    def take(self, timeout_s: float) -> Item | None:
        """The next item, or None when no trigger came within `timeout_s`.

        Raises:
            CameraError: the camera is gone or gave no sign of life in time. Items that came before are given first.
        """

    def fileno(self) -> int:
        """For select; -1 when there is nothing to wait on: call `take` from time to time."""

    def close(self) -> None:
        """Let go of the camera; may be called twice, and `open` may follow."""


def new_session() -> int:
    """A random identity for one arming: 31 bits, never 0."""
    return secrets.randbelow(2**31 - 1) + 1
