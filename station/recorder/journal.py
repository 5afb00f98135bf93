"""The journal's write side: one connection, one transaction a batch, on the disk before it returns.

SQLite in WAL mode with `synchronous=FULL`: a committed batch survives `kill -9` and a power cut. Writing the same
record twice is harmless, so senders repeat what was not acknowledged.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from station.core.errors import StorageError
from station.core.message import Event
from station.core.messages import InspectionRecord, PartRecord
from station.recorder.rows import (
    Row,
    audit_row,
    event_record,
    event_row,
    finding_row,
    inspection_row,
    part_row,
)

Record = PartRecord | InspectionRecord | Event

_LOCK_WAIT_S = 0.2  # then the caller tries again; it stays responsive meanwhile

# What the line says after a restart about parts it has forgotten gives way to the record it wrote before it was killed.
_REAL_BEATS_RESTARTED = """
ON CONFLICT (key) DO UPDATE SET {assignments}
WHERE part.reason = 'line_restarted' AND excluded.reason <> 'line_restarted'"""


class JournalWriter:
    """Owned by one thread. The file must be prepared (`station.recorder.upgrading.prepare_journal`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._translated():
            self._database = sqlite3.connect(path, timeout=_LOCK_WAIT_S, isolation_level=None)
            self._database.row_factory = sqlite3.Row
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._database.execute(f"PRAGMA {pragma}")

    def commit(self, records: Sequence[Record], pictures: Sequence[Row] = ()) -> list[str]:
        """Write all or nothing, and return when it is on the disk.

        Returns:
            One sentence for each record that no journal can hold (beyond 64 bits, no time); it was left out.

        Raises:
            StorageError: the disk is full, read-only or locked; nothing was written, try again with the same records.
        """
        with self._transaction():
            refused = [sentence for record in records if (sentence := self._try_insert(record))]
            for picture in pictures:
                self._put("picture", picture)
        return refused

    def write(self, text: str, row: Row, event: Event | None = None) -> None:
        """One statement with named values, and the event that tells of it: both or neither.

        Raises:
            StorageError: as in `commit`.
        """
        with self._transaction():
            self._database.execute(text, row)
            if event is not None:
                self._insert(event)

    def expired_pictures(self, kept_as: str, before: float, limit: int = 200) -> list[tuple[int, str]]:
        """(row id, relative path) of the oldest pictures of this class from before `before` (seconds since 1970)."""
        with self._translated():
            found = self._database.execute(
                "SELECT id, path FROM picture WHERE deleted IS NULL AND kept_as = ? AND time < ? ORDER BY time LIMIT ?",
                (kept_as, before, limit),
            ).fetchall()
        return [(row["id"], row["path"]) for row in found]

    def mark_deleted(self, ids: Iterable[int], time: float) -> None:
        """The files of these picture rows are gone since `time`.

        Raises:
            StorageError: as in `commit`.
        """
        with self._transaction():
            self._database.executemany("UPDATE picture SET deleted = ? WHERE id = ?", [(time, one) for one in ids])

    def is_used(self, path: str, except_for: Iterable[int]) -> bool:
        """True when a living picture row other than these shares the file (equal pixels within one hour)."""
        with self._translated():
            rows = self._database.execute("SELECT id FROM picture WHERE path = ? AND deleted IS NULL", (path,))
            return bool({row["id"] for row in rows} - set(except_for))

    def newest_event(self, source: str) -> Event | None:
        """The event that `source` wrote last."""
        with self._translated():
            rows = self._database.execute("SELECT * FROM event WHERE source = ? ORDER BY id DESC LIMIT 1", (source,))
            row = rows.fetchone()
        return event_record(row) if row else None

    def close(self) -> None:
        """May be called twice."""
        self._database.close()

    def __enter__(self) -> JournalWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _try_insert(self, record: Record) -> str:
        """Empty, or why this record can never be stored: it must not hold up all that come after it."""
        try:
            self._insert(record)
        except (OverflowError, sqlite3.IntegrityError) as error:
            return f"{type(record).__name__} left out, it cannot be stored: {error}"
        return ""

    def _insert(self, record: Record) -> None:
        if isinstance(record, PartRecord):
            self._put_part(part_row(record))
        elif isinstance(record, InspectionRecord):
            number = self._put("inspection", inspection_row(record))
            if number is not None:
                for ordinal, finding in enumerate(record.findings):
                    self._put("finding", finding_row(number, ordinal, finding))
        elif self._put("event", event_row(record)) is not None and (record.user or record.kind == "command"):
            self._put("audit", audit_row(record, self._newest_hash()))

    def _put_part(self, row: Row) -> None:
        assignments = ", ".join(f"{name} = excluded.{name}" for name in row)
        self._database.execute(_insert_text("part", row) + _REAL_BEATS_RESTARTED.format(assignments=assignments), row)

    def _put(self, table: str, row: Row) -> int | None:
        """Insert unless it is there; the new row's id, or None."""
        cursor = self._database.execute(_insert_text(table, row) + " ON CONFLICT DO NOTHING", row)
        return cursor.lastrowid if cursor.rowcount == 1 else None

    def _newest_hash(self) -> str:
        row = self._database.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
        return str(row["hash"]) if row else ""

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._translated():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise StorageError(f"{self._path}: {_cause(str(error))}; results wait in the senders") from error


def _insert_text(table: str, row: Row) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"


def _cause(text: str) -> str:
    causes = {
        "full": "the disk is full",
        "readonly": "the disk or file is read-only",
        "locked": "another program holds the journal locked",
    }
    return next((f"{cause} ({text})" for word, cause in causes.items() if word in text), f"cannot be written: {text}")
