"""What became of a fault is read from the PLC's book alone."""

from __future__ import annotations

import pytest

from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import FrameKey, PartRecord
from station.desk.fault_plan import Mark
from station.desk.faults import Fault
from station.desk.recovery import FaultStory, story_table, tell_stories, unrecorded
from station.sim.book import BookPages, GateReason, PartFate, Totals

SECOND = 1_000_000_000


def book(whys: str, counted: bool = True) -> BookPages:
    """One part a second, half a second to the gate: "." passed, "r" rejected, "x" not inspected, "e" count erased."""
    fates = tuple(
        PartFate(
            index,
            "good",
            False,
            index if counted else 0,
            7 if counted else 0,
            why == ".",
            {
                ".": GateReason.PASSED,
                "r": GateReason.REJECT_WORD,
                "x": GateReason.HEARTBEAT_STALE,
                "e": GateReason.NOT_COUNTED,
            }[why],
            index * SECOND,
            index * SECOND + SECOND // 2,
        )
        for index, why in enumerate(whys, 1)
    )
    return BookPages(Totals(), fates)


def mark(name: str, began: float, ended: float | None) -> Mark:
    return Mark(
        Fault(name, None, 2.0),
        int(began),
        round(began * SECOND),
        None if ended is None else round(ended * SECOND),
    )


def record(part: int, boot: int = 7) -> PartRecord:
    return PartRecord(
        key=f"{boot}-{part}-{id(object())}",
        part=part,
        boot=boot,
        frame=FrameKey(1, 1),
        verdict=Verdict.PASS,
        reason=Reason.CLEAN,
        acknowledged=True,
        score=0.0,
        limit=1.0,
        ledger=Ledger(),
        time=0.0,
    )


def test_each_fault_has_the_parts_up_to_the_next_one() -> None:
    marks = [mark("serial-cut", 2.2, 4.2), mark("nan", 9.2, 9.7)]
    first, second = tell_stories(marks, book("..xxxx....x..."))
    assert (first.fault, first.part, first.lasted_s, first.not_inspected) == ("serial-cut:2", 2, 2.0, 4)
    assert first.back_s == pytest.approx(2.8)  # part 7 came at 7 s
    assert (second.not_inspected, second.back_s) == (1, pytest.approx(2.3))  # part 12


def test_one_inspected_part_between_others_is_no_production() -> None:
    (story,) = tell_stories([mark("byte-noise", 1.2, 2.2)], book(".xx.x.xx..."))
    assert story.back_s == pytest.approx(6.8)


def test_line_that_only_rejects_is_not_back_while_good_parts_come() -> None:
    (story,) = tell_stories([mark("bin-full", 1.2, 2.2)], book("..rrrrrr.r."))
    assert story.back_s == pytest.approx(4.8)  # parts 7, 8, 9


def test_fault_that_nobody_noticed_is_over_at_once() -> None:
    (story,) = tell_stories([mark("gui-killed", 2.9, 2.9)], book("......"))
    assert (story.not_inspected, story.back_s) == (0, pytest.approx(0.1))
    assert story.complaint == ""


def test_line_that_does_not_come_back_is_named_unless_too_few_parts_came_to_tell() -> None:
    (story,) = tell_stories([mark("engine-killed", 2.0, 2.0)], book("..xxxxxxxx"))
    assert story.back_s is None
    assert story.complaint == "production did not come back within 8 s after engine-killed:2"
    (story,) = tell_stories([mark("engine-killed", 2.0, None)], book("..xxx"))
    assert (story.back_s, story.complaint) == (None, "")


def test_record_is_missing_by_its_number() -> None:
    pages = book("....")
    assert unrecorded(pages, [record(1), record(2), record(3), record(4)]) == 0
    assert unrecorded(pages, [record(1), record(2), record(4), record(4, boot=8)]) == 1


def test_part_that_no_plc_counted_has_the_record_of_its_frame() -> None:
    pages = book("...", counted=False)
    strays = [record(0, boot=0) for _ in range(3)]
    assert unrecorded(pages, strays) == 0
    assert unrecorded(pages, strays[:2]) == 1


def test_part_whose_count_a_restart_erased_has_the_record_of_its_frame() -> None:
    pages = book(".e.")
    others = [record(1), record(3)]
    assert unrecorded(pages, others) == 1
    assert unrecorded(pages, [*others, record(0, boot=0)]) == 0
    assert unrecorded(book("..."), [*others, record(0, boot=0)]) == 1  # a counted one needs its own


def test_table_says_it_for_a_person() -> None:
    stories = [FaultStory("nan:0.4", 30, 0.4, 5, 1.25, 9.0), FaultStory("late:0.4", 60, 0.4, 5, None, 9.0)]
    lines = story_table(stories).splitlines()
    assert lines[0].split()[:2] == ["fault", "at"]
    assert lines[1].split() == ["nan:0.4", "30", "0.4", "5", "1.2"]
    assert lines[2].endswith("not seen")
