"""Statistics as a table: the rows of the screen, who wrote it, and what is refused."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from station.core.authority import NOBODY
from station.core.config import StationConfig
from station.core.domain import Ledger, Reason, Verdict
from station.core.message import Command
from station.core.messages import PartRecord
from station.recorder.counted_table import export_statistics
from station.recorder.journal import JournalWriter
from station.recorder.reading import JournalReader
from station.recorder.room import Room
from station.recorder.support import support_folder

NOW = 1_700_000_000.0
BY_HANA = Command("export-statistics", "hana", "operator", "day")


@pytest.fixture
def room(writer: JournalWriter, reader: JournalReader, config: StationConfig, part: Callable[..., PartRecord]) -> Room:
    ledger = Ledger(exposed_ns=10**9, acknowledged_ns=10**9 + 42 * 10**6)
    kinds = ((Verdict.PASS, Reason.CLEAN), (Verdict.REJECT, Reason.FINDING), (Verdict.NOT_INSPECTED, Reason.LATE))
    writer.commit(
        [
            part(number, time=NOW - 60, verdict=verdict, reason=reason, score=0.25, lot="A", ledger=ledger)
            for number, (verdict, reason) in enumerate(kinds, start=1)
        ]
    )
    return Room(config, reader, writer, Path(), b"", wall=lambda: NOW)


def test_a_row_for_each_stretch_then_the_defects(room: Room, config: StationConfig) -> None:
    result = export_statistics(room, BY_HANA)
    path = support_folder(config) / "statistics-day-20231114T221320Z.csv"
    assert (result.done, result.text) == (True, str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][2:6] == ["parts", "passed", "rejected", "not_inspected"]
    assert rows[1][2:] == ["3", "1", "1", "1", "0.25", "42.0", "42.0"]
    assert rows[2:5] == [[], ["defect", "parts"], ["reason:finding", "1"]]
    newest = room.reader.audit()[-1]
    assert (newest.user, newest.text) == ("hana", f"statistics written to {path.name}")


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (Command("export-statistics", NOBODY, "operator", "day"), "log in first"),
        (Command("export-statistics", "hana", "operator", "year"), "'year' is no period; use shift, day, week"),
        (Command("export-statistics", "hana", "operator", "day", "B"), "no parts in this time; nothing was written"),
    ],
)
def test_what_is_refused_writes_nothing(room: Room, config: StationConfig, command: Command, text: str) -> None:
    result = export_statistics(room, command)
    assert (result.done, result.text) == (False, text)
    assert not list(support_folder(config).glob("*.csv"))
