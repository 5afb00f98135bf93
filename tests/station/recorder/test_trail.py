"""The audit trail as a table: complete, harmless in a spreadsheet, and honest when it was altered."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import pytest

from station.core.authority import NOBODY
from station.core.config import StationConfig
from station.core.errors import StorageError
from station.core.message import Command, Event
from station.recorder.journal import JournalWriter
from station.recorder.reading import JournalReader
from station.recorder.room import Room
from station.recorder.support import support_folder
from station.recorder.trail import KEPT, export_trail

NOW = 1_700_000_000.0
BY_HANA = Command("export-audit", "hana", "operator")


@pytest.fixture
def room(writer: JournalWriter, reader: JournalReader, config: StationConfig) -> Room:
    texts = ("start by operator", '=HYPERLINK("http://x")', "ロット 'B-2291'")
    writer.commit([Event("line", "command", text, float(n), "ann") for n, text in enumerate(texts)])
    return Room(config, reader, writer, Path(), b"", wall=lambda: NOW)


def test_all_entries_oldest_first_with_their_hashes(room: Room, config: StationConfig) -> None:
    result = export_trail(room, BY_HANA)
    path = support_folder(config) / "audit-20231114T221320Z.csv"
    assert result.text == f"{path} (3 entries)"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["start by operator", '\'=HYPERLINK("http://x")', "ロット 'B-2291'"]
    assert rows[0]["time"] == "1970-01-01T00:00:00+00:00"
    assert rows[1]["previous"] == rows[0]["hash"]
    newest = room.reader.audit()[-1]
    assert (newest.user, newest.text) == ("hana", f"audit trail written to {path.name}")


def test_an_altered_trail_is_written_and_said(room: Room, path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET text = 'nothing' WHERE id = 2")
    database.close()
    result = export_trail(room, BY_HANA)
    assert result.done
    assert "(3 entries); the audit trail was changed by hand at its row 2" in result.text


def test_nobody_gets_none_and_old_tables_give_way(room: Room, config: StationConfig) -> None:
    assert export_trail(room, Command("export-audit", NOBODY, "operator")).text == "log in first"
    for second in range(KEPT + 2):
        later = Room(config, room.reader, room.writer, Path(), b"", wall=lambda at=second: NOW + at)
        export_trail(later, BY_HANA)
    assert len(list(support_folder(config).glob("audit-*.csv"))) == KEPT


def test_a_folder_that_cannot_be_is_said(room: Room, config: StationConfig) -> None:
    support_folder(config).touch()
    with pytest.raises(StorageError, match="cannot be written"):
        export_trail(room, BY_HANA)
