"""What `commit` returned from is on the disk, once; a disk that refuses is told and loses nothing."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.core.domain import Reason, Verdict
from station.core.errors import StorageError
from station.core.message import Event
from station.core.messages import FrameKey, InspectionRecord, PartRecord
from station.recorder.journal import JournalWriter, Record
from station.recorder.reading import JournalReader

Part = Callable[..., PartRecord]
Inspection = Callable[..., InspectionRecord]


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def picture_row(trigger: int, **fields: object) -> dict[str, Any]:
    row = {"session": 7, "trigger": trigger, "kept_as": "ok", "path": f"2023/11/14/22/{trigger}.png", "sha256": "00"}
    return row | {"bytes": 9, "height": 2, "width": 3, "time": float(trigger)} | fields


def test_is_durable_by_its_settings(writer: JournalWriter) -> None:
    pragma = {
        name: writer._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    }
    assert pragma == {"journal_mode": "wal", "synchronous": 2}  # 2 = FULL


def test_writes_each_kind_once_however_often_it_is_sent(
    writer: JournalWriter, path: Path, part: Part, inspection: Inspection
) -> None:
    batch: list[Record] = [
        part(1),
        inspection(1),
        Event("line", "state", "Ready", 5.0),
        Event("gui", "command", "start", 6.0, "ann"),
    ]
    for _ in range(3):
        assert writer.commit(batch, [picture_row(1)]) == []
    counts = {
        table: rows(path, f"SELECT count(*) FROM {table}")[0][0]
        for table in ("part", "inspection", "finding", "event", "audit", "picture")
    }
    assert counts == {"part": 1, "inspection": 1, "finding": 2, "event": 2, "audit": 1, "picture": 1}


def test_real_record_beats_the_one_made_up_after_a_restart_in_either_order(
    writer: JournalWriter, reader: JournalReader, part: Part
) -> None:
    def restarted(number: int) -> PartRecord:
        return part(number, verdict=Verdict.NOT_INSPECTED, reason=Reason.LINE_RESTARTED, frame=None, acknowledged=False)

    writer.commit([part(1), restarted(1)])
    writer.commit([restarted(2)])
    writer.commit([part(2)])
    writer.commit([restarted(3), restarted(3)])
    assert [reader.part_by_key(f"0001-{n}") for n in (1, 2, 3)] == [part(1), part(2), restarted(3)]


def test_second_real_record_changes_nothing(writer: JournalWriter, reader: JournalReader, part: Part) -> None:
    writer.commit([part(1)])
    writer.commit([part(1, verdict=Verdict.REJECT, reason=Reason.FINDING)])
    assert reader.part_by_key("0001-1") == part(1)


def test_record_that_no_journal_can_hold_does_not_hold_up_the_others(
    writer: JournalWriter, reader: JournalReader, part: Part
) -> None:
    refused = writer.commit([part(1), part(2, boot=1 << 63), Event("line", "note", "x", float("nan")), part(3)])
    assert [sentence.partition(" left out")[0] for sentence in refused] == ["PartRecord", "Event"]
    assert [one.part for one in reader.parts()] == [3, 1]


def test_audit_trail_is_chained_and_append_only(writer: JournalWriter, reader: JournalReader, path: Path) -> None:
    said = [Event("gui", "command", text, float(n), "ann") for n, text in enumerate(("start", "stop", "halt"))]
    writer.commit(said)
    assert reader.audit() == said
    with contextlib.closing(sqlite3.connect(path)) as database:
        for change in ("UPDATE audit SET user = 'bob'", "DELETE FROM audit WHERE id = 2"):
            with pytest.raises(sqlite3.IntegrityError, match="append only"):
                database.execute(change)


@pytest.mark.parametrize("change", ["UPDATE audit SET user = 'bob' WHERE id = 2", "DELETE FROM audit WHERE id = 2"])
def test_changed_audit_trail_is_noticed(writer: JournalWriter, reader: JournalReader, path: Path, change: str) -> None:
    writer.commit([Event("gui", "command", text, 1.0, "ann") for text in ("start", "stop", "halt")])
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("DROP TRIGGER audit_no_delete")
        database.execute(change)
    with pytest.raises(StorageError, match=r"changed by hand at its row [23]"):
        reader.audit()


def test_locked_journal_is_told_and_written_later(writer: JournalWriter, path: Path, part: Part) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match=r"journal\.sqlite: another program holds the journal locked"):
            writer.commit([part(1)])
        other.execute("ROLLBACK")
    writer.commit([part(1)])
    assert rows(path, "SELECT part FROM part") == [(1,)]


def test_full_disk_writes_nothing_of_the_batch_and_comes_back(writer: JournalWriter, path: Path, part: Part) -> None:
    writer.commit([part(1)])
    pages = writer._database.execute("PRAGMA page_count").fetchone()[0]
    writer._database.execute(f"PRAGMA max_page_count = {pages}")
    batch = [part(n, key=f"{n}-" + "x" * 4000) for n in range(2, 50)]
    with pytest.raises(StorageError, match="the disk is full"):
        writer.commit(batch)
    assert rows(path, "SELECT count(*) FROM part") == [(1,)]
    writer._database.execute("PRAGMA max_page_count = 100000")
    writer.commit(batch)
    assert rows(path, "SELECT count(*) FROM part") == [(49,)]


def test_read_only_disk_is_told_and_comes_back(writer: JournalWriter, path: Path, part: Part) -> None:
    writer._database.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="read-only"):
        writer.commit([part(1)])
    writer._database.execute("PRAGMA query_only = OFF")
    writer.commit([part(1)])
    assert rows(path, "SELECT part FROM part") == [(1,)]


def test_expired_pictures_are_found_by_class_and_age(writer: JournalWriter) -> None:
    pictures = [picture_row(1), picture_row(2), picture_row(3, kept_as="ng"), picture_row(9)]
    writer.commit([], pictures)
    expired = writer.expired_pictures("ok", before=5.0)
    assert [path for _, path in expired] == ["2023/11/14/22/1.png", "2023/11/14/22/2.png"]
    writer.mark_deleted([number for number, _ in expired], time=100.0)
    assert writer.expired_pictures("ok", before=5.0) == []


def test_shared_file_is_used_as_long_as_one_row_lives(writer: JournalWriter) -> None:
    writer.commit([], [picture_row(1, path="same.png"), picture_row(2, path="same.png")])
    (first, _), (second, _) = writer.expired_pictures("ok", before=5.0)
    assert writer.is_used("same.png", except_for=[first])
    assert not writer.is_used("same.png", except_for=[first, second])


def test_newest_event_of_a_source(writer: JournalWriter) -> None:
    assert writer.newest_event("recorder") is None
    writer.commit(
        [Event("recorder", "note", "one", 2.0), Event("recorder", "note", "two", 1.0), Event("a", "b", "c", 3.0)]
    )
    newest = writer.newest_event("recorder")
    assert newest is not None
    assert newest.text == "two"


_WRITING_CHILD = """
import sys
from pathlib import Path
import msgspec
from station.core.messages import PartRecord
from station.recorder.journal import JournalWriter, Record
journal = JournalWriter(Path(sys.argv[1]))
template = msgspec.msgpack.decode(bytes.fromhex(sys.argv[2]), type=PartRecord)
number = int(sys.argv[3])
while True:
    batch = [msgspec.structs.replace(template, key=f"k-{number + n}", part=number + n) for n in range(5)]
    journal.commit(batch)
    number += 5
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_ten_kills_lose_no_acknowledged_row(path: Path, part: Part) -> None:
    template = msgspec.msgpack.encode(part(1)).hex()
    random_lines = random.Random(1)
    acknowledged = 0
    for _ in range(10):
        command = [sys.executable, "-c", _WRITING_CHILD, str(path), template, str(acknowledged)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(random_lines.randint(1, 12)):
            acknowledged = int(child.stdout.readline())
        child.kill()
        rest = [word for word in child.stdout.read().split("\n")[:-1] if word]
        child.stdout.close()
        child.wait()
        acknowledged = int(rest[-1]) if rest else acknowledged
        assert rows(path, "PRAGMA integrity_check") == [("ok",)]
        assert rows(path, f"SELECT count(*) FROM part WHERE part < {acknowledged}") == [(acknowledged,)]


def test_reads_back_what_was_written(
    writer: JournalWriter, reader: JournalReader, part: Part, inspection: Inspection
) -> None:
    unseen = part(2, key="cam-00000007-2", part=0, frame=None, score=float("nan"))
    writer.commit([part(1), unseen, inspection(1)])
    assert reader.part_by_key("0001-1") == part(1)
    assert reader.inspection(FrameKey(7, 1)) == inspection(1)
    read = reader.part_by_key("cam-00000007-2")
    assert read is not None
    assert read.frame is None
    assert read.score != read.score  # NaN stays NaN
