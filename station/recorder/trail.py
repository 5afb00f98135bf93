"""The whole audit trail as a table for an auditor: CSV, with the hashes that prove it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from sqlite3 import Row

from station.core.authority import NOBODY
from station.core.errors import StorageError
from station.core.message import Command, CommandResult
from station.recorder.room import Room, told
from station.recorder.support import support_folder
from station.recorder.table_file import Cell, write_table

KEPT = 5  # tables on the station; the trail itself stays in the journal
_COLUMNS = ("id", "time", "source", "kind", "text", "user", "previous", "hash")


def export_trail(room: Room, command: Command) -> CommandResult:
    """Write `audit-<time>.csv` beside the support bundles.

    An altered trail is written as it stands, and the answer says so.

    Raises:
        StorageError: the disk refuses, or the journal cannot be read.
    """
    if command.user == NOBODY:
        return CommandResult(command.action, False, "log in first")
    fault = ""
    try:
        room.reader.audit()
    except StorageError as error:
        fault = f"; {error}"
    moment = datetime.fromtimestamp(room.wall(), timezone.utc)
    path = support_folder(room.config) / f"audit-{moment:%Y%m%dT%H%M%SZ}.csv"
    entries = room.reader.select(f"SELECT {', '.join(_COLUMNS)} FROM audit ORDER BY id")
    write_table(path, _rows(entries), KEPT, "audit-*.csv")
    told(room, "command", f"audit trail written to {path.name}", command.user)
    return CommandResult(command.action, True, f"{path} ({len(entries)} entries){fault}")


def _rows(rows: Sequence[Row]) -> Iterator[Sequence[Cell]]:
    """Headers, then all entries, the oldest first."""
    yield _COLUMNS
    for row in rows:
        when = datetime.fromtimestamp(row["time"], timezone.utc).isoformat()
        yield [when if name == "time" else row[name] for name in _COLUMNS]
