"""The whole audit trail as a table for an auditor: CSV, with the hashes that prove it."""

from __future__ import annotations

import contextlib
import csv
import os
from datetime import datetime, timezone
from pathlib import Path

from station.core.authority import NOBODY
from station.core.errors import StorageError
from station.core.message import Command, CommandResult
from station.recorder.room import Room, told
from station.recorder.support import support_folder

KEPT = 5  # tables on the station; the trail itself stays in the journal
_COLUMNS = ("id", "time", "source", "kind", "text", "user", "previous", "hash")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would calculate


def export_trail(room: Room, command: Command) -> CommandResult:
    """Write `audit-<time>.csv` (UTF-8 with a mark, so that a spreadsheet shows Japanese) beside the support bundles.

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
    lines = _write(room, path)
    for old in sorted(path.parent.glob("audit-*.csv"))[:-KEPT]:
        old.unlink(missing_ok=True)
    told(room, "command", f"audit trail written to {path.name}", command.user)
    return CommandResult(command.action, True, f"{path} ({lines} entries){fault}")


def _write(room: Room, path: Path) -> int:
    """Write all entries, the oldest first; how many there are."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    rows = room.reader.select(f"SELECT {', '.join(_COLUMNS)} FROM audit ORDER BY id")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow(_COLUMNS)
            for row in rows:
                when = datetime.fromtimestamp(row["time"], timezone.utc).isoformat()
                table.writerow([_harmless(when if name == "time" else row[name]) for name in _COLUMNS])
        unfinished.chmod(0o640)
        unfinished.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise StorageError(f"{path}: cannot be written: {error.strerror or error}") from error
    return len(rows)


def _harmless(value: str | int) -> str | int:
    """Text that a spreadsheet takes for text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
