"""A record must speak of the part that its frame shows, and every part must have one."""

from __future__ import annotations

from station.core.domain import Ledger, Reason, Verdict
from station.core.messages import FrameKey, PartRecord
from station.desk.tracking import judge_tracking
from station.sim.book import GateReason, PartFate

BOOT = 0xA1


def fate(index: int, part: int, boot: int = BOOT) -> PartFate:
    why = GateReason.PASSED if part else GateReason.NOT_COUNTED
    return PartFate(index, "good", False, part, boot if part else 0, part > 0, why, 0, 0)


def record(part: int, trigger: int | None, boot: int = BOOT) -> PartRecord:
    frame = FrameKey(7, trigger) if trigger else None
    verdict, reason = Verdict.NOT_INSPECTED, Reason.LATE
    return PartRecord(f"{boot:04x}-{part}", part, boot, frame, verdict, reason, False, 0.0, 0.0, Ledger(), 0.0)


def shown(**frames: int) -> dict[FrameKey, int]:
    """t3=5: the frame of trigger 3 shows part 5."""
    return {FrameKey(7, int(name[1:])): index for name, index in frames.items()}


def test_all_is_well() -> None:
    fates = [fate(1, 1), fate(2, 2), fate(3, 3)]
    records = [record(1, 1), record(2, None), record(3, 2)]
    assert judge_tracking(fates, records, shown(t1=1, t2=3)) == (0, 0)


def test_a_frame_of_the_neighbour_is_seen() -> None:
    fates = [fate(1, 1), fate(2, 2)]
    assert judge_tracking(fates, [record(1, 1), record(2, 2)], shown(t1=2, t2=2)) == (1, 0)


def test_parts_without_a_record_are_counted() -> None:
    assert judge_tracking([fate(1, 1), fate(2, 2), fate(3, 3)], [record(2, 1)], shown(t1=2)) == (0, 2)


def test_a_part_that_the_plc_did_not_count_is_recorded_under_its_frame() -> None:
    fates = [fate(1, 0), fate(2, 0)]
    assert judge_tracking(fates, [record(0, 4, boot=0)], shown(t4=1)) == (0, 1)


def test_a_part_whose_number_the_station_never_read_is_recorded_under_its_frame() -> None:
    """The PLC counted it and restarted before the next poll."""
    assert judge_tracking([fate(1, 9)], [record(0, 1, boot=0)], shown(t1=1)) == (0, 0)


def test_two_starts_of_the_plc_with_one_boot_id_lose_a_record() -> None:
    """The journal keeps one record per boot id and count; the other part has none."""
    assert judge_tracking([fate(1, 1), fate(2, 1)], [record(1, 2)], shown(t1=1, t2=2)) == (0, 1)
