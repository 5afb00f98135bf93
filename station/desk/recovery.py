"""What became of each fault of a run, read from the PLC's book: what was not inspected, and how soon it was over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from station.core.messages import PartRecord
from station.desk.fault_plan import Mark
from station.sim.book import BookPages, GateReason, PartFate

IN_ROW = 3  # so many inspected parts in a row: production is back
PATIENCE_S = 5.0  # after the mending; then a line that is not back will not come by itself
INSPECTED = frozenset({GateReason.PASSED, GateReason.BORDER_WORD, GateReason.REJECT_WORD})


class FaultStory(msgspec.Struct, frozen=True):
    """One fault. Times are the plant's."""

    fault: str  # as ordered: name@part:seconds
    part: int  # parts that had passed the photo-eye when it began
    lasted_s: float
    not_inspected: int  # parts at the gate from its beginning to that of the next one
    back_s: float | None  # from its end to the first of IN_ROW inspected parts; None = that was never seen
    watched_s: float  # from its end to the last part before the next fault

    @property
    def complaint(self) -> str:
        """Why this fault was not overcome; empty if it was, or when too few parts came after it to tell."""
        if self.back_s is None and self.watched_s >= PATIENCE_S:
            return f"production did not come back within {self.watched_s:.0f} s after {self.fault}"
        return ""


def tell_stories(marks: Sequence[Mark], book: BookPages) -> tuple[FaultStory, ...]:
    """One story for each mark, in their order."""
    ends = [*(mark.began_ns for mark in marks[1:]), 1 << 62][: len(marks)]
    return tuple(_tell(mark, end_ns, book.parts) for mark, end_ns in zip(marks, ends, strict=True))


def unrecorded(book: BookPages, records: Iterable[PartRecord]) -> int:
    """Physical parts without a record: neither under their number nor of a frame.

    A frame's record stands for a part that the PLC did not count, or whose count a restart erased before it was read.
    """
    records = list(records)
    known = {(record.boot, record.part) for record in records}
    missing = [fate for fate in book.parts if not fate.part or (fate.boot, fate.part) not in known]
    by_frame = sum(not fate.part or fate.why is GateReason.NOT_COUNTED for fate in missing)
    strays = sum(not record.part for record in records)
    return len(missing) - min(by_frame, strays)


def story_table(stories: Sequence[FaultStory]) -> str:
    """The stories for a person."""
    lines = [f"{'fault':<32}{'at part':>8}{'lasted s':>10}{'not inspected':>15}{'back in production after s':>28}"]
    for story in stories:
        back = "not seen" if story.back_s is None else f"{story.back_s:.1f}"
        lines.append(f"{story.fault:<32}{story.part:>8}{story.lasted_s:>10.1f}{story.not_inspected:>15}{back:>28}")
    return "\n".join(lines)


def _tell(mark: Mark, end_ns: int, fates: Sequence[PartFate]) -> FaultStory:
    mended_ns = mark.began_ns if mark.mended_ns is None else mark.mended_ns
    touched = [fate for fate in fates if mark.began_ns <= fate.gate_ns < end_ns]
    after = [fate for fate in fates if mended_ns <= fate.edge_ns < end_ns]
    back = _first_of_row(after)
    return FaultStory(
        fault=str(mark.fault),
        part=mark.part,
        lasted_s=round((mended_ns - mark.began_ns) / 1e9, 3),
        not_inspected=sum(fate.why not in INSPECTED for fate in touched),
        back_s=None if back is None else round((back.edge_ns - mended_ns) / 1e9, 3),
        watched_s=round((after[-1].edge_ns - mended_ns) / 1e9, 3) if after else 0.0,
    )


def _first_of_row(fates: Sequence[PartFate]) -> PartFate | None:
    """The first of IN_ROW inspected parts in a row; one of them passed, unless all that came were bad."""
    none_may = all(fate.truly_bad for fate in fates)
    for start in range(len(fates) - IN_ROW + 1):
        row = fates[start : start + IN_ROW]
        inspected = all(fate.why in INSPECTED for fate in row)
        if inspected and (none_may or any(fate.passed for fate in row)):
            return row[0]
    return None
