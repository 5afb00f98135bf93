"""Nothing that was offered is lost: recorder gone, process killed, disk full."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.core.channel import MAX_MESSAGE
from station.core.domain import Finding
from station.core.message import Event
from station.core.messages import InspectionRecord, PartRecord
from station.core.outbox import Outbox

Part = Callable[[int], PartRecord]
Inspection = Callable[..., InspectionRecord]

SECOND_NS = 1_000_000_000


@pytest.fixture
def boxes() -> Iterator[list[Outbox]]:
    """Outboxes to be closed at the end."""
    made: list[Outbox] = []
    yield made
    for box in made:
        box.close()


@pytest.fixture
def box(tmp_path: Path, boxes: list[Outbox]) -> Callable[..., Outbox]:
    """A new outbox towards tmp_path / "r.sock"."""

    def make(spill: str = "line.spill", **limits: int) -> Outbox:
        boxes.append(Outbox(tmp_path / "r.sock", tmp_path / spill, **limits))
        return boxes[-1]

    return make


def exchange(outbox: Outbox, recorder: Any, rounds: int = 40) -> None:
    """Let both sides work until everything is delivered and acknowledged."""
    for turn in range(rounds):
        outbox.pump(turn * SECOND_NS)
        seen = len(recorder.deliveries)
        recorder.take()
        if len(recorder.deliveries) > seen:
            recorder.acknowledge()


def kill_like(outbox: Outbox, boxes: list[Outbox]) -> None:
    """What is left of a process after `kill -9`: its descriptors are closed, nothing else happens."""
    boxes.remove(outbox)
    if outbox._spill is not None and outbox._spill._file >= 0:
        os.close(outbox._spill._file)
    if outbox._channel is not None:
        outbox._channel.close()


def refuse_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the disk is full."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("station.core.spill.os.pwrite", full)


def test_delivers_in_order_and_forgets_after_the_acknowledgement(
    box: Callable[..., Outbox], recorder: Any, part: Part
) -> None:
    outbox = box()
    numbers = [outbox.offer(part(n)) for n in (1, 2, 3)]
    outbox.pump(0)
    recorder.take()
    assert (recorder.parts, len(outbox), outbox.stored_up_to) == ([1, 2, 3], 3, 0)
    recorder.acknowledge(numbers[1])
    outbox.pump(1)
    assert (len(outbox), outbox.stored_up_to) == (1, numbers[1])


def test_repeats_what_was_not_acknowledged_to_a_new_recorder(
    box: Callable[..., Outbox], recorder: Any, part: Part
) -> None:
    outbox = box()
    for n in (1, 2, 3):
        outbox.offer(part(n))
    outbox.pump(0)
    recorder.take()
    recorder.acknowledge(1)
    outbox.pump(1)
    recorder.hang_up()
    outbox.pump(SECOND_NS)
    exchange(outbox, recorder)
    assert recorder.parts == [1, 2, 3, 2, 3]
    assert len(outbox) == 0


def test_waits_without_a_recorder_and_asks_rarely(tmp_path: Path, boxes: list[Outbox], part: Part) -> None:
    outbox = Outbox(tmp_path / "nobody.sock", tmp_path / "line.spill")
    boxes.append(outbox)
    outbox.offer(part(1))
    for now in range(0, SECOND_NS, SECOND_NS // 20):
        outbox.pump(now)
    assert (len(outbox), outbox.fileno()) == (1, -1)


def test_overflow_goes_to_disk_and_arrives_in_order(
    box: Callable[..., Outbox], recorder: Any, part: Part, tmp_path: Path
) -> None:
    outbox = box(limit=3)
    for n in range(1, 11):
        outbox.offer(part(n))
    assert (outbox.spilled, len(outbox)) == (7, 10)
    exchange(outbox, recorder)
    assert recorder.parts == list(range(1, 11))
    assert [one.number for one in recorder.deliveries] == list(range(1, 11))
    assert (len(outbox), outbox.stored_up_to) == (0, 10)
    assert not (tmp_path / "line.spill").exists()


def test_newer_records_queue_up_behind_the_spilled_ones(box: Callable[..., Outbox], recorder: Any, part: Part) -> None:
    outbox = box(limit=2)
    for n in range(1, 5):
        outbox.offer(part(n))
    outbox.pump(0)
    recorder.take()
    recorder.acknowledge()
    outbox.pump(1)
    outbox.offer(part(5))  # there is room in memory, but 3 and 4 come first
    exchange(outbox, recorder)
    assert recorder.parts == [1, 2, 3, 4, 5]


def test_spill_file_stays_until_the_recorder_has_it(
    box: Callable[..., Outbox], boxes: list[Outbox], recorder: Any, part: Part, tmp_path: Path
) -> None:
    first = box()
    first.offer(part(1))
    first.offer(part(2))
    boxes.remove(first)
    first.close()

    killed = box()
    killed.pump(0)  # reads the file and sends
    recorder.take()
    assert recorder.parts == [1, 2]
    kill_like(killed, boxes)  # before the acknowledgement
    recorder.hang_up()

    again = box()
    assert len(again) == 2
    exchange(again, recorder)
    assert recorder.parts == [1, 2, 1, 2]
    assert (len(again), (tmp_path / "line.spill").exists()) == (0, False)


def test_close_keeps_what_was_in_memory_and_what_was_on_disk(
    box: Callable[..., Outbox], boxes: list[Outbox], recorder: Any, part: Part
) -> None:
    outbox = box(limit=4)
    for n in range(1, 8):
        outbox.offer(part(n))
    outbox.pump(0)
    recorder.take()
    recorder.acknowledge(2)  # 1, 2 stored; 3, 4 in memory; 5, 6 come back from the disk; 7 stays there
    outbox.pump(1)
    outbox.pump(2)
    boxes.remove(outbox)
    outbox.close()
    recorder.hang_up()
    recorder.deliveries.clear()
    exchange(box(), recorder)
    assert sorted(recorder.parts) == [3, 4, 5, 6, 7]


def test_records_of_an_earlier_process_come_first_and_numbers_stay_ascending(
    box: Callable[..., Outbox], boxes: list[Outbox], recorder: Any, part: Part
) -> None:
    first = box()
    for n in (1, 2, 3):
        first.offer(part(n))
    boxes.remove(first)
    first.close()
    second = box()
    newest = second.offer(part(4))
    exchange(second, recorder)
    assert recorder.parts == [1, 2, 3, 4]
    assert [one.number for one in recorder.deliveries] == [1, 2, 3, 4]
    assert second.stored_up_to == newest


def test_torn_last_entry_is_ignored(box: Callable[..., Outbox], recorder: Any, part: Part, tmp_path: Path) -> None:
    outbox = box(limit=0)
    for n in (1, 2):
        outbox.offer(part(n))
    outbox.close()
    spill = tmp_path / "line.spill"
    spill.write_bytes(spill.read_bytes()[:-3])
    torn = box()
    torn.offer(part(3))
    exchange(torn, recorder)
    assert recorder.parts == [1, 3]


@pytest.mark.parametrize("junk", [b"\xff" * 50, b"\x00" * 40, b"\x03\x00\x00\x00abc"])
def test_junk_in_the_file_stops_nothing(
    box: Callable[..., Outbox], recorder: Any, part: Part, tmp_path: Path, junk: bytes
) -> None:
    (tmp_path / "line.spill").write_bytes(junk)
    outbox = box(limit=1)
    for n in range(1, 5):
        outbox.offer(part(n))
    exchange(outbox, recorder)
    assert recorder.parts == [1, 2, 3, 4]
    assert len(outbox) == 0


def test_two_processes_use_two_files(box: Callable[..., Outbox], recorder: Any, part: Part, tmp_path: Path) -> None:
    line, engine = box("line.spill", limit=0), box("engine.spill", limit=0)
    line.offer(part(1))
    engine.offer(part(2))
    assert {path.name for path in tmp_path.glob("*.spill")} == {"line.spill", "engine.spill"}
    assert (line.fault, engine.fault) == ("", "")


def test_one_file_for_two_processes_is_noticed_and_loses_nothing(
    box: Callable[..., Outbox], boxes: list[Outbox], recorder: Any, part: Part
) -> None:
    first = box("same.spill", limit=0)
    first.offer(part(1))
    second = box("same.spill", limit=1)
    for n in (2, 3, 4):
        second.offer(part(n))
    assert "another process uses this file" in second.fault
    exchange(second, recorder)
    assert recorder.parts == [2, 3, 4]


def test_full_disk_keeps_results_in_memory_and_says_so(
    box: Callable[..., Outbox], recorder: Any, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = box(limit=2)
    for n in (1, 2, 3):
        outbox.offer(part(n))  # 3 is on the disk
    with monkeypatch.context() as patch:
        refuse_writing(patch)
        for n in (4, 5):
            outbox.offer(part(n))
        assert "No space left" in outbox.fault
        assert "2 results wait in memory" in outbox.fault
        assert (len(outbox), outbox.spilled) == (5, 1)
    outbox.offer(part(6))
    assert (outbox.fault, outbox.spilled) == ("", 4)
    exchange(outbox, recorder)
    assert recorder.parts == [1, 2, 3, 4, 5, 6]


def test_full_disk_that_stays_full_still_delivers(
    box: Callable[..., Outbox], recorder: Any, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_writing(monkeypatch)
    outbox = box(limit=2)
    for n in range(1, 7):
        outbox.offer(part(n))
    exchange(outbox, recorder)
    assert recorder.parts == [1, 2, 3, 4, 5, 6]
    assert (outbox.fault, outbox.stored_up_to) == ("", 6)


def test_half_written_entry_is_taken_back(
    box: Callable[..., Outbox], recorder: Any, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = box(limit=0)
    outbox.offer(part(1))
    real = os.pwrite
    with monkeypatch.context() as patch:
        patch.setattr("station.core.spill.os.pwrite", lambda file, data, at: real(file, data[:10], at))
        outbox.offer(part(2))
        assert "full" in outbox.fault
    outbox.offer(part(3))
    outbox.close()
    exchange(box(), recorder)
    assert recorder.parts == [1, 2, 3]


def test_unwritable_place_for_the_spill_file_is_a_visible_fault(
    tmp_path: Path, boxes: list[Outbox], recorder: Any, part: Part
) -> None:
    (tmp_path / "file").write_text("no directory")
    outbox = Outbox(tmp_path / "r.sock", tmp_path / "file" / "line.spill", limit=1)
    boxes.append(outbox)
    for n in (1, 2):
        outbox.offer(part(n))
    assert "cannot be opened" in outbox.fault
    exchange(outbox, recorder)
    assert recorder.parts == [1, 2]


def test_picture_travels_with_its_record_and_again_after_a_break(
    box: Callable[..., Outbox], recorder: Any, inspection: Inspection, memfd: Callable[[bytes], int]
) -> None:
    outbox = box()
    number = outbox.offer(inspection(1), memfd(b"pixels"))
    outbox.pump(0)
    recorder.take()
    recorder.hang_up()
    recorder.pictures.clear()
    outbox.pump(SECOND_NS)
    exchange(outbox, recorder)
    assert recorder.pictures == {number: b"pixels"}


def test_pictures_are_shed_ok_first_then_border_and_records_stay(
    box: Callable[..., Outbox], recorder: Any, inspection: Inspection, memfd: Callable[[bytes], int]
) -> None:
    outbox = box(picture_limit=2)
    for trigger, kept_as in enumerate(("ng", "ok", "border", "ng"), 1):
        outbox.offer(inspection(trigger, kept_as), memfd(kept_as.encode()))
    exchange(outbox, recorder)
    assert recorder.pictures == {1: b"ng", 4: b"ng"}
    assert (len(recorder.deliveries), outbox.shed_pictures) == (4, 2)


def test_pictures_are_bounded_by_bytes(
    box: Callable[..., Outbox], recorder: Any, inspection: Inspection, memfd: Callable[[bytes], int]
) -> None:
    outbox = box(picture_bytes=250)
    for trigger in (1, 2, 3):
        outbox.offer(inspection(trigger), memfd(bytes([trigger]) * 100))
    exchange(outbox, recorder)
    assert sorted(recorder.pictures) == [2, 3]  # the oldest of equal value goes


def test_record_too_long_for_a_datagram_does_not_hold_up_the_rest(
    box: Callable[..., Outbox], recorder: Any, part: Part
) -> None:
    outbox = box()
    outbox.offer(Event("engine", "fault", "x" * (MAX_MESSAGE + 1), 1.0))
    outbox.offer(part(2))
    exchange(outbox, recorder)
    assert (recorder.parts, outbox.unsendable, len(outbox)) == ([2], 1, 0)
    assert recorder.deliveries[0].body.text.endswith(" ...")


def test_inspection_too_long_for_a_datagram_goes_without_its_findings(
    box: Callable[..., Outbox], recorder: Any, inspection: Inspection
) -> None:
    finding = Finding((0, 0, 8, 8), ((1.0, 2.0),) * 9000, z=1.0, distance=1.0, score=1.0, confirmed=True, golden=0)
    outbox = box()
    outbox.offer(msgspec.structs.replace(inspection(1), findings=(finding, finding)))
    exchange(outbox, recorder)
    assert [one.body for one in recorder.deliveries] == [inspection(1)]


def test_picture_of_a_spilled_record_is_given_up_and_the_record_arrives(
    box: Callable[..., Outbox], recorder: Any, inspection: Inspection, memfd: Callable[[bytes], int]
) -> None:
    outbox = box(limit=1)
    for trigger in (1, 2):
        outbox.offer(inspection(trigger), memfd(b"pixels"))
    exchange(outbox, recorder)
    assert [one.body.frame.trigger for one in recorder.deliveries] == [1, 2]
    assert (list(recorder.pictures), outbox.shed_pictures) == ([1], 1)


def test_more_than_fits_the_socket_arrives_in_portions(box: Callable[..., Outbox], recorder: Any, part: Part) -> None:
    outbox = box()
    for n in range(1, 1001):
        outbox.offer(part(n))
    exchange(outbox, recorder, rounds=200)
    assert recorder.parts == list(range(1, 1001))
