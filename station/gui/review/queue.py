# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parts are looked at, and where in them a person is. No Qt in here."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from station.core.reviewing import AskParts, PartLine, Parts, Which

DAY_S = 86_400.0
_NEAR_THE_END = 5  # parts that are left when more are asked for


class View(NamedTuple):
    """What a person wants to look at."""

    which: Which = "queue"
    unlabelled: bool = True
    part: int = 0
    this_lot: bool = False


class Queue:
    """The parts that have come, newest first, and the one in front."""

    def __init__(self) -> None:
        self.view = View()
        self.parts: list[PartLine] = []
        self.at = 0
        self.complete = False  # nothing older is there
        self._spoken: list[str] = []  # keys of labelled parts, for undo

    @property
    def part(self) -> PartLine | None:
        """In front."""
        return self.parts[self.at] if 0 <= self.at < len(self.parts) else None

    @property
    def next_part(self) -> PartLine | None:
        """Comes after it."""
        return self.parts[self.at + 1] if self.at + 1 < len(self.parts) else None

    def question(self, now_s: float, lot: str, more: bool = False) -> AskParts:
        """What to ask the recorder: the newest ones, or those after the last that is here."""
        return AskParts(
            which=self.view.which,
            unlabelled=self.view.unlabelled,
            part=self.view.part,
            lot=lot if self.view.this_lot else "",
            since=0.0 if self.view.part else now_s - DAY_S,
            before_id=self.parts[-1].id if more and self.parts else 0,
        )

    def take(self, reply: Parts, more: bool) -> None:
        """What the recorder answered."""
        if not more:
            self.parts, self.at, self.complete = [], 0, False
        known = {one.key for one in self.parts}
        fresh = [one for one in reply.parts if one.key not in known]
        self.parts += fresh
        self.complete = not fresh

    def wants_more(self) -> bool:
        """True when the end is near and more may be there."""
        return not self.complete and bool(self.parts) and len(self.parts) - self.at <= _NEAR_THE_END

    def step(self, parts: int) -> None:
        """Forward (older) or back."""
        self.at = min(max(0, self.at + parts), max(0, len(self.parts) - 1))

    def spoken(self, key: str, label: str, defect_mode: str) -> None:
        """A person has said it: remember for undo, write it down here, go on to the next."""
        self._spoken.append(key)
        self._write(key, label, defect_mode)
        if self.part and self.part.key == key:
            self.step(1)

    @property
    def last_spoken(self) -> str:
        """Key of the part that was labelled last, "" = nothing to undo."""
        return self._spoken[-1] if self._spoken else ""

    def taken_back(self, key: str) -> None:
        """What was said last of this part is withdrawn: it is in front again."""
        if key in self._spoken:
            del self._spoken[len(self._spoken) - 1 - self._spoken[::-1].index(key)]
        self._write(key, "", "")
        for place, one in enumerate(self.parts):
            if one.key == key:
                self.at = place

    def _write(self, key: str, label: str, defect_mode: str) -> None:
        self.parts = [
            replace(one, label=label, defect_mode=defect_mode) if one.key == key else one for one in self.parts
        ]
