"""The read side: counts, search, percentiles, pictures; while the recorder writes."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from station.core.config import StationConfig
from station.core.domain import Ledger, Reason, Verdict
from station.core.errors import StorageError
from station.core.message import Event
from station.core.messages import FrameKey, InspectionRecord, PartRecord
from station.recorder.journal import JournalWriter
from station.recorder.reading import STAGES, Candidates, Counts, JournalReader, open_journal, percentiles
from station.recorder.upgrading import prepare_journal

Part = Callable[..., PartRecord]
Inspection = Callable[..., InspectionRecord]

REJECTED = {"verdict": Verdict.REJECT, "reason": Reason.FINDING}
MISSED = {"verdict": Verdict.NOT_INSPECTED, "reason": Reason.LATE}


@pytest.fixture
def filled(writer: JournalWriter, part: Part) -> JournalWriter:
    """Ten parts, one a second: 3 and 6 rejected, 9 late."""
    special = {3: REJECTED, 6: REJECTED, 9: MISSED}
    writer.commit([part(n, time=float(n), **special.get(n, {})) for n in range(1, 11)])
    return writer


def test_counts_by_verdict(filled: JournalWriter, reader: JournalReader) -> None:
    assert reader.counts() == Counts(parts=10, passed=7, rejected=2, not_inspected=1)
    assert reader.counts(since=3.0, until=6.0) == Counts(parts=3, passed=2, rejected=1, not_inspected=0)


def test_empty_journal_has_zeros_and_no_stages(reader: JournalReader) -> None:
    assert reader.counts() == Counts(0, 0, 0, 0)
    assert reader.candidates() == Candidates(0, 0, 0)
    assert (reader.latencies(), reader.parts(), reader.events(), reader.audit()) == ({}, [], [], [])


def test_reasons_most_frequent_first(filled: JournalWriter, reader: JournalReader) -> None:
    assert list(reader.reasons().items()) == [(Reason.CLEAN, 7), (Reason.FINDING, 2), (Reason.LATE, 1)]


def test_lists_parts_newest_first_by_verdict_and_time(filled: JournalWriter, reader: JournalReader) -> None:
    assert [one.part for one in reader.parts(limit=3)] == [10, 9, 8]
    assert [one.part for one in reader.parts(verdict=Verdict.REJECT)] == [6, 3]
    assert [one.part for one in reader.parts(since=4.0, until=7.0)] == [6, 5, 4]


def test_finds_a_part_by_number_and_key(writer: JournalWriter, reader: JournalReader, part: Part) -> None:
    after_restart = part(5, key="0002-5", boot=2)
    writer.commit([part(5), after_restart])
    assert reader.part(5) == [after_restart, part(5)]
    assert reader.part_by_key("0001-5") == part(5)
    assert (reader.part(6), reader.part_by_key("0009-5")) == ([], None)


def test_candidate_totals(writer: JournalWriter, reader: JournalReader, inspection: Inspection) -> None:
    writer.commit([inspection(1, time=1.0), inspection(2, time=2.0), inspection(3, time=3.0, findings=(), cleared=4)])
    assert reader.candidates() == Candidates(flagged=8, cleared=6, confirmed=2)
    assert reader.candidates(since=3.0) == Candidates(flagged=4, cleared=4, confirmed=0)


def test_latency_of_each_stage(writer: JournalWriter, reader: JournalReader, part: Part) -> None:
    def ledger(slow_ms: int) -> Ledger:
        times = {"exposed_ns": 10, "frame_ns": 12, "screened_ns": 15, "verified_ns": 19, "decided_ns": 20}
        times |= {"received_ns": 22, "written_ns": 25, "acknowledged_ns": 25 + slow_ms}
        return Ledger(**{name: value * 1_000_000 for name, value in times.items()})

    writer.commit([part(n, ledger=ledger(slow_ms=n)) for n in range(1, 101)])
    found = reader.latencies()
    assert list(found) == list(STAGES)
    assert [found[stage].max for stage in STAGES] == [2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 100.0, 115.0]
    assert found["written_to_acknowledged"] == (100, 50.0, 95.0, 99.0, 100.0, 100.0)


def test_margin_before_the_deadline(writer: JournalWriter, reader: JournalReader, part: Part) -> None:
    def ledger(left_ms: int) -> Ledger:
        return Ledger(acknowledged_ns=10**9, deadline_ns=10**9 + left_ms * 1_000_000)

    silent = Ledger(deadline_ns=10**9)
    writer.commit([part(n, ledger=ledger(left)) for n, left in enumerate((30, -2, 5), 1)])
    writer.commit([part(4, ledger=silent), part(5, ledger=Ledger())])
    assert reader.margins() == ([-2.0, 5.0, 30.0], 1)


def test_stage_that_was_not_reached_is_not_counted(writer: JournalWriter, reader: JournalReader, part: Part) -> None:
    writer.commit([part(1, ledger=Ledger(frame_ns=5, acknowledged_ns=1_000_005)), part(2, ledger=Ledger(frame_ns=5))])
    found = reader.latencies()
    assert list(found) == ["capture_to_ack"]  # from the frame, where the exposure's end is unknown
    assert (found["capture_to_ack"].parts, found["capture_to_ack"].max) == (1, 1.0)


@pytest.mark.parametrize(
    ("count", "p50", "p95", "p99_9"), [(1, 1.0, 1.0, 1.0), (2, 1.0, 2.0, 2.0), (1000, 500.0, 950.0, 999.0)]
)
def test_percentiles_by_nearest_rank(count: int, p50: float, p95: float, p99_9: float) -> None:
    found = percentiles([n * 1_000_000 for n in range(1, count + 1)])
    assert (found.parts, found.p50, found.p95, found.p99_9, found.max) == (count, p50, p95, p99_9, float(count))


def test_picture_of_a_part(
    writer: JournalWriter, reader: JournalReader, inspection: Inspection, tmp_path: Path
) -> None:
    row = {"session": 7, "trigger": 1, "kept_as": "ng", "path": "2023/11/14/22/ab.png", "sha256": "ab", "bytes": 9}
    writer.commit([inspection(1), inspection(2)], [row | {"height": 480, "width": 640, "time": 1.0}])
    picture = reader.picture(FrameKey(7, 1))
    assert picture is not None
    assert (picture.path, picture.deleted) == (tmp_path / "pictures/2023/11/14/22/ab.png", None)
    assert reader.picture(FrameKey(7, 2)) is None
    seen = [reader.inspection(FrameKey(7, trigger)) for trigger in (1, 2, 3)]
    assert [one.picture if one else "none" for one in seen] == [(480, 640), None, "none"]


def test_events_newest_first_by_kind(writer: JournalWriter, reader: JournalReader) -> None:
    events = [Event("line", kind, str(n), float(n)) for n, kind in enumerate(("state", "fault", "state"))]
    writer.commit(events)
    assert reader.events() == events[::-1]
    assert reader.events(kind="fault") == [events[1]]
    assert reader.events(since=2.0, limit=1) == [events[2]]


def test_reads_the_newest_commit_while_the_recorder_writes(path: Path, reader: JournalReader, part: Part) -> None:
    def write() -> None:
        journal = JournalWriter(path)
        for n in range(1, 101):
            journal.commit([part(n)])
        journal.close()

    thread = threading.Thread(target=write)
    thread.start()
    seen = [reader.counts().parts]
    while seen[-1] < 100:
        seen.append(reader.counts().parts)
    thread.join()
    assert seen == sorted(seen)


def test_writes_nothing(reader: JournalReader) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._database.execute("DELETE FROM part")


def test_no_journal_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"none\.sqlite: there is no journal; start the recorder once"):
        JournalReader(tmp_path / "none.sqlite", tmp_path)


def test_other_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("no database" * 100)
    with pytest.raises(StorageError, match="is no journal of a Saiken station"):
        JournalReader(tmp_path / "text.sqlite", tmp_path)


def test_journal_that_turns_bad_is_told(path: Path, reader: JournalReader) -> None:
    os.truncate(path, 4096)
    with pytest.raises(StorageError, match="the journal cannot be read"):
        reader.counts()


def test_opens_the_journal_of_a_station(config: StationConfig) -> None:
    prepare_journal(Path(config.recorder.journal))
    with open_journal(config) as journal:
        assert journal.counts().parts == 0
