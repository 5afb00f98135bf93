# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest of everything that the window shows: filled by the link, read by the screens. No Qt in here.

The line's `PartRecord` is the truth about a part; the engine's `Showing` and the frame are the evidence for it.
Both name the frame by the same `FrameKey`, and either may come first.
"""

from __future__ import annotations

from dataclasses import dataclass

from station.core.alarms import Alarms
from station.core.domain import Verdict
from station.core.messages import FrameKey, LineStatus, PartRecord, Showing, Signals
from station.core.ring import RingFrame
from station.gui.pace import Pace

RECENT = 20  # parts in the strip
EVIDENCE = 24  # showings with their frames kept for the strip; some are ahead of their record


@dataclass(frozen=True)
class Evidence:
    """What the engine showed of one frame. `frame` is None when the ring had overwritten it, or it was lost."""

    showing: Showing
    frame: RingFrame | None


@dataclass(frozen=True)
class SeenPart:
    """One part with all that the window has about it."""

    record: PartRecord
    evidence: Evidence | None

    @property
    def showing(self) -> Showing | None:
        """The engine's side, if it was seen."""
        return self.evidence.showing if self.evidence else None


@dataclass(frozen=True)
class Answer:
    """What became of a person's newest command: "waiting", "done", "refused" or "unheard"."""

    action: str
    outcome: str
    text: str


class StationNews:
    """Owned by the window's thread."""

    def __init__(self) -> None:
        self.line_here = False
        self.engine_here = False
        self.status: LineStatus | None = None
        self.live: Evidence | None = None
        self.signals: Signals | None = None
        self.alarms: Alarms | None = None
        self.answer: Answer | None = None
        self.user, self.role = "", "operator"  # who is logged in; nobody is an operator without a name
        self.recorder_here = False
        self.now_ns = 0  # CLOCK_MONOTONIC of the newest poll
        self.pace = Pace()
        self.cleared = 0  # over-detections cleared since the window was opened
        self.slots: list[PartRecord | None] = [None] * RECENT
        self.newest_slot = -1
        self.last_reject: PartRecord | None = None
        self._evidence: dict[FrameKey, Evidence] = {}

    @property
    def newest(self) -> PartRecord | None:
        """The part that was closed last."""
        return self.slots[self.newest_slot] if self.newest_slot >= 0 else None

    def part(self, record: PartRecord) -> SeenPart:
        """The record together with its evidence, as far as it is still here."""
        return SeenPart(record, self._evidence.get(record.frame) if record.frame else None)

    def take_record(self, record: PartRecord) -> None:
        """A part keeps its place in the strip until 20 parts later, so that a finger can meet it."""
        for place, known in enumerate(self.slots):
            if known is not None and known.key == record.key:
                self.slots[place] = record
                return
        self.pace.take(record)
        self.newest_slot = (self.newest_slot + 1) % RECENT
        self.slots[self.newest_slot] = record
        if record.verdict is Verdict.REJECT:
            self.last_reject = record

    def take_showing(self, showing: Showing, frame: RingFrame | None) -> None:
        """The engine's newest part; `frame` is its picture."""
        self.live = Evidence(showing, frame)
        self.cleared += showing.cleared
        self._evidence[showing.frame] = self.live
        pinned = self.last_reject.frame if self.last_reject else None
        while len(self._evidence) > EVIDENCE:
            del self._evidence[next(key for key in self._evidence if key != pinned)]
