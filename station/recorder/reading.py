"""The journal's read side: what went in comes out, as the same structs. For the desk and the command line.

    with open_journal(config) as journal:
        journal.counts().parts
        journal.parts(verdict=Verdict.REJECT, limit=20)

Reads while the recorder writes (WAL: readers and the writer do not wait for each other). Writes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from station.core.config import StationConfig
from station.core.domain import Reason, Verdict
from station.core.errors import StorageError
from station.core.message import Event
from station.core.messages import FrameKey, InspectionRecord, PartRecord
from station.core.ranks import nearest_rank
from station.recorder import rows

_CAPTURE = "iif(exposed_ns, exposed_ns, frame_ns)"  # exposure end, or frame complete where that is unknown
STAGES: dict[str, tuple[str, str]] = {
    "exposed_to_frame": ("exposed_ns", "frame_ns"),
    "frame_to_screened": ("frame_ns", "screened_ns"),
    "screened_to_verified": ("screened_ns", "verified_ns"),
    "verified_to_decided": ("verified_ns", "decided_ns"),
    "decided_to_received": ("decided_ns", "received_ns"),
    "received_to_written": ("received_ns", "written_ns"),
    "written_to_acknowledged": ("written_ns", "acknowledged_ns"),
    "capture_to_ack": (_CAPTURE, "acknowledged_ns"),
}


class Counts(NamedTuple):
    """Rows of table part, by verdict. `parts` is what the demo calls records."""

    parts: int
    passed: int
    rejected: int
    not_inspected: int


class Candidates(NamedTuple):
    """What the screener flagged, and what the verifier made of it."""

    flagged: int
    cleared: int
    confirmed: int


class Percentiles(NamedTuple):
    """Milliseconds, by nearest rank; `parts` went through this stage."""

    parts: int
    p50: float
    p95: float
    p99: float
    p99_9: float
    max: float


class Margins(NamedTuple):
    """Milliseconds left between acknowledge and deadline, ascending; negative = the PLC had it too late."""

    left_ms: list[float]
    unacknowledged: int  # parts with a deadline that the PLC never acknowledged: it rejected them by itself


class StoredPicture(NamedTuple):
    """Where a picture is. `path` is absolute; the file is gone when `deleted` (seconds since 1970) is set."""

    frame: FrameKey
    path: Path
    sha256: str
    bytes: int
    height: int
    width: int
    kept_as: str
    time: float
    deleted: float | None


def open_journal(config: StationConfig) -> JournalReader:
    """The journal of this station.

    Raises:
        StorageError: there is none, or it cannot be read.
    """
    return JournalReader(Path(config.recorder.journal), Path(config.recorder.pictures))


class JournalReader:
    """A read-only view; every method sees the newest commit. Owned by one thread."""

    def __init__(self, path: Path, pictures: Path) -> None:
        self._pictures = pictures
        self._database = _open(path)
        self._database.row_factory = sqlite3.Row

    def __enter__(self) -> JournalReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """May be called twice."""
        self._database.close()

    def counts(self, since: float | None = None, until: float | None = None) -> Counts:
        """Parts by verdict, of the wall-clock interval [since, until)."""
        found = self._rows("SELECT verdict, count(*) AS n FROM part", _Where(since, until), " GROUP BY verdict")
        by = {Verdict(row["verdict"]): int(row["n"]) for row in found}
        numbers = [by.get(verdict, 0) for verdict in (Verdict.PASS, Verdict.REJECT, Verdict.NOT_INSPECTED)]
        return Counts(sum(numbers), *numbers)

    def reasons(self, since: float | None = None, until: float | None = None) -> dict[Reason, int]:
        """Parts by reason, the most frequent first."""
        tail = " GROUP BY reason ORDER BY count(*) DESC, reason"
        found = self._rows("SELECT reason, count(*) AS n FROM part", _Where(since, until), tail)
        return {Reason(row["reason"]): int(row["n"]) for row in found}

    def part(self, number: int) -> list[PartRecord]:
        """All parts with this photo-eye count, newest first: the count starts again when the PLC restarts."""
        return [
            rows.part_record(row) for row in self._rows("SELECT * FROM part", _Where(part=number), " ORDER BY id DESC")
        ]

    def part_by_key(self, key: str) -> PartRecord | None:
        """The part with this key (`PartRecord.key`), or None."""
        return next((rows.part_record(row) for row in self._rows("SELECT * FROM part", _Where(key=key))), None)

    def parts(
        self,
        verdict: Verdict | None = None,
        since: float | None = None,
        until: float | None = None,
        limit: int = 100,
    ) -> list[PartRecord]:
        """At most `limit` parts, newest first, of the wall-clock interval [since, until)."""
        where = _Where(since, until, verdict=verdict.value if verdict else None)
        tail = f" ORDER BY time DESC, id DESC LIMIT {int(limit)}"
        return [rows.part_record(row) for row in self._rows("SELECT * FROM part", where, tail)]

    def inspection(self, frame: FrameKey) -> InspectionRecord | None:
        """What the engine saw in this frame (`PartRecord.frame`), findings included, or None."""
        where = _Where(session=frame.session, trigger=frame.trigger)
        row = next(iter(self._rows("SELECT * FROM inspection", where)), None)
        if row is None:
            return None
        findings = self._rows("SELECT * FROM finding", _Where(inspection_id=row["id"]), " ORDER BY ordinal")
        picture = self.picture(frame)
        size = (picture.height, picture.width) if picture else None
        return rows.inspection_record(row, tuple(rows.finding(one) for one in findings), size)

    def picture(self, frame: FrameKey) -> StoredPicture | None:
        """The stored picture of this frame, or None when none was kept."""
        where = _Where(session=frame.session, trigger=frame.trigger)
        row = next(iter(self._rows("SELECT * FROM picture", where)), None)
        if row is None:
            return None
        return StoredPicture(
            frame=frame,
            path=(self._pictures / row["path"]).absolute(),
            sha256=row["sha256"],
            bytes=row["bytes"],
            height=row["height"],
            width=row["width"],
            kept_as=row["kept_as"],
            time=row["time"],
            deleted=row["deleted"],
        )

    def candidates(self, since: float | None = None, until: float | None = None) -> Candidates:
        """Totals over all inspections: flagged = cleared + confirmed."""
        where = _Where(since, until)
        (row,) = self._rows("SELECT coalesce(sum(cleared), 0) AS n FROM inspection", where)
        (confirmed,) = self._rows(
            "SELECT count(*) AS n FROM finding JOIN inspection ON inspection.id = inspection_id",
            where.also("finding.confirmed"),
        )
        return Candidates(row["n"] + confirmed["n"], row["n"], confirmed["n"])

    def latencies(self, since: float | None = None, until: float | None = None) -> dict[str, Percentiles]:
        """Time per stage (keys: `STAGES`), over the parts that went through it; a stage nobody reached is left out."""
        found: dict[str, Percentiles] = {}
        for stage, (start, end) in STAGES.items():
            where = _Where(since, until).also(f"{start} > 0").also(f"{end} > 0")
            select = f"SELECT {end} - {start} AS ns FROM part"
            times = [row["ns"] for row in self._rows(select, where, " ORDER BY ns")]
            if times:
                found[stage] = percentiles(times)
        return found

    def margins(self, since: float | None = None, until: float | None = None) -> Margins:
        """How close each part came to its deadline."""
        where = _Where(since, until).also("deadline_ns > 0")
        rows = self._rows(
            "SELECT deadline_ns - acknowledged_ns AS ns, acknowledged_ns FROM part", where, " ORDER BY ns"
        )
        found = list(rows)
        left = [row["ns"] / 1e6 for row in found if row["acknowledged_ns"]]
        return Margins(left, len(found) - len(left))

    def events(
        self, kind: str | None = None, since: float | None = None, until: float | None = None, limit: int = 100
    ) -> list[Event]:
        """At most `limit` events, newest first."""
        tail = f" ORDER BY time DESC, id DESC LIMIT {int(limit)}"
        found = self._rows("SELECT * FROM event", _Where(since, until, kind=kind), tail)
        return [rows.event_record(row) for row in found]

    def audit(self) -> list[Event]:
        """What people did, oldest first.

        Raises:
            StorageError: the chain of hashes is broken: somebody changed or removed a row.
        """
        previous = ""
        trail = []
        for row in self._rows("SELECT * FROM audit", _Where(), " ORDER BY id"):
            if row["previous"] != previous or row["hash"] != rows.audit_hash(row):
                raise StorageError(f"the audit trail was changed by hand at its row {row['id']}")
            previous = row["hash"]
            trail.append(rows.event_record(row))
        return trail

    def select(
        self, text: str, values: Sequence[str | float | None] | Mapping[str, str | float] = ()
    ) -> list[sqlite3.Row]:
        """Rows of any one SELECT: what the clerk's answers are made of.

        Raises:
            StorageError: the journal cannot be read.
        """
        try:
            return self._database.execute(text, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise StorageError(f"the journal cannot be read: {error}") from error

    def _rows(self, select: str, where: _Where, tail: str = "") -> Iterator[sqlite3.Row]:
        return iter(self.select(select + where.text + tail, where.values))


def percentiles(sorted_ns: list[int]) -> Percentiles:
    """Nearest-rank percentiles of at least one ascending nanosecond value, in milliseconds."""
    count = len(sorted_ns)
    p50, p95, p99, p99_9, top = (nearest_rank(sorted_ns, share) / 1e6 for share in (0.5, 0.95, 0.99, 0.999, 1.0))
    return Percentiles(count, p50, p95, p99, p99_9, top)


class _Where:
    """The conditions of one query: a half-open time interval, and columns that must be equal (None = any)."""

    def __init__(self, since: float | None = None, until: float | None = None, **equal: str | int | None) -> None:
        bounds = [("time >= ?", since), ("time < ?", until), *((f"{name} = ?", value) for name, value in equal.items())]
        used = [(text, value) for text, value in bounds if value is not None]
        self._terms = [text for text, _ in used]
        self.values = [value for _, value in used]

    def also(self, term: str) -> _Where:
        """The same with one more condition."""
        more = _Where()
        more._terms, more.values = [*self._terms, term], self.values
        return more

    @property
    def text(self) -> str:
        """SQL, with a leading space, or nothing."""
        return " WHERE " + " AND ".join(self._terms) if self._terms else ""


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise StorageError(f"{path}: there is no journal; start the recorder once, or name another file")
    # Without the recorder, a journal in a read-only directory can still be read as it stands.
    flags = ("mode=ro",) if Path(f"{path}-wal").exists() else ("mode=ro", "immutable=1")
    problem: sqlite3.DatabaseError | None = None
    for flag in flags:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?{flag}", uri=True, timeout=5.0)
        try:
            database.execute("SELECT count(*) FROM alembic_version")
            return database
        except sqlite3.DatabaseError as error:
            database.close()
            problem = error
    raise StorageError(f"{path}: is no journal of a Saiken station, or cannot be read: {problem}") from problem
