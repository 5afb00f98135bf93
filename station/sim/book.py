"""The book: what really happened to every physical part at the gate. The judge of every fault test.

It belongs to the world, not to the PLC's memory: a PLC restart does not erase it, and the station never sees it.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path

import msgspec


class GateReason(Enum):
    """Why the gate let a part pass (one way) or rejected it (all the others)."""

    PASSED = "passed"  # own number, word PASS, heartbeat fresh, ContinuousExecution
    BORDER_WORD = "border_word"  # the station said BORDER: turned out to a person, who decides
    REJECT_WORD = "reject_word"  # the station said REJECT
    NOT_INSPECTED_WORD = "not_inspected_word"  # the station said NOT_INSPECTED
    NO_VERDICT = "no_verdict"  # the slot is empty or holds another part's number
    UNKNOWN_WORD = "unknown_word"  # own number, but no verdict word (flipped bit, swapped bytes)
    HEARTBEAT_STALE = "heartbeat_stale"  # the station's heartbeat stood still too long
    NOT_EXECUTING = "not_executing"  # the state word is not ContinuousExecution
    PLC_DOWN = "plc_down"  # the gate falls shut without the PLC
    NOT_COUNTED = "not_counted"  # the PLC that runs now never counted this part


class PartFate(msgspec.Struct, frozen=True):
    """One physical part after the gate. Times are the plant's nanoseconds."""

    index: int  # how-manieth on the conveyor, from 1
    kind: str  # station.sim.parts: "good", "dust", "scratch" ...
    truly_bad: bool
    part: int  # the PLC's count for it, 0 = not counted
    boot: int  # the PLC start that the count belongs to, 0 = not counted
    passed: bool
    why: GateReason
    edge_ns: int
    gate_ns: int


class Totals(msgspec.Struct, frozen=True):
    """Sums over all parts that reached the gate."""

    parts: int = 0
    passed: int = 0
    rejected: int = 0
    bad_total: int = 0
    bad_passed: int = 0
    good_rejected: int = 0


class BookPages(msgspec.Struct, frozen=True):
    """The whole book, as written to `book.json`."""

    totals: Totals
    parts: tuple[PartFate, ...]


class Book:
    """Append only."""

    def __init__(self) -> None:
        self.fates: list[PartFate] = []

    def enter(self, fate: PartFate) -> None:
        """Write down one part; each part reaches the gate once.

        Raises:
            ValueError: this part is in the book already.
        """
        if self.fates and fate.index <= self.fates[-1].index:
            raise ValueError(f"part {fate.index} reaches the gate after part {self.fates[-1].index}")
        self.fates.append(fate)

    def totals(self) -> Totals:
        """Sums so far."""
        fates = self.fates
        passed = sum(fate.passed for fate in fates)
        return Totals(
            parts=len(fates),
            passed=passed,
            rejected=len(fates) - passed,
            bad_total=sum(fate.truly_bad for fate in fates),
            bad_passed=sum(fate.truly_bad and fate.passed for fate in fates),
            good_rejected=sum(not fate.truly_bad and not fate.passed for fate in fates),
        )

    def pages(self) -> BookPages:
        """A snapshot of everything."""
        return BookPages(self.totals(), tuple(self.fates))

    def save(self, path: Path) -> None:
        """Write the book as JSON; a reader sees the old file or the whole new one."""
        temporary = path.with_suffix(".part")
        with temporary.open("wb") as file:
            file.write(msgspec.json.encode(self.pages()))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)


def load_book(path: Path) -> BookPages:
    """Read a saved book.

    Raises:
        FileNotFoundError: the plant has not written it yet.
        msgspec.DecodeError: the file is no book.
    """
    return msgspec.json.decode(path.read_bytes(), type=BookPages)
