"""Between the messages of `station.core.messages` and rows of the journal, both ways.

SQLite has no NaN: a score that is not a number is NULL in a row and NaN in a struct.
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
from typing import Any

from station.core.domain import Finding, Ledger, Reason, Verdict
from station.core.message import Event
from station.core.messages import FrameKey, InspectionRecord, PartRecord

STAGES: tuple[str, ...] = Ledger.__struct_fields__

Row = dict[str, Any]  # column name -> value


def part_row(record: PartRecord) -> Row:
    """Row of table part."""
    return {
        "key": record.key,
        "part": record.part,
        "boot": record.boot,
        "session": record.frame.session if record.frame else None,
        "trigger": record.frame.trigger if record.frame else None,
        "verdict": record.verdict.value,
        "reason": record.reason.value,
        "acknowledged": record.acknowledged,
        "score": record.score,
        "score_limit": record.limit,
        **_ledger_row(record.ledger),
        "time": record.time,
        "recipe": record.recipe,
        "lot": record.lot,
        "mode": record.mode,
    }


def inspection_row(record: InspectionRecord) -> Row:
    """Row of table inspection; its findings are rows of their own."""
    return {
        "session": record.frame.session,
        "trigger": record.frame.trigger,
        "verdict": record.verdict.value,
        "reason": record.reason.value,
        "score": record.score,
        "score_limit": record.limit,
        "cleared": record.cleared,
        "recipe": record.recipe,
        "bundle_sha256": record.bundle_sha256,
        "kept_as": record.kept_as,
        **_ledger_row(record.ledger),
        "time": record.time,
    }


def finding_row(inspection_id: int, ordinal: int, finding: Finding) -> Row:
    """Row of table finding; `ordinal` is its place in the inspection, from 0."""
    x, y, width, height = finding.box
    return {
        "inspection_id": inspection_id,
        "ordinal": ordinal,
        "x": x,
        "y": y,
        "width": width,
        "height": height,
        "outline": json.dumps(finding.outline, separators=(",", ":")),
        "z": finding.z,
        "distance": finding.distance,
        "score": finding.score,
        "confirmed": finding.confirmed,
        "golden": finding.golden,
    }


def event_row(event: Event) -> Row:
    """Row of table event."""
    return {"source": event.source, "kind": event.kind, "text": event.text, "user": event.user, "time": event.time}


def audit_row(event: Event, previous: str) -> Row:
    """Row of table audit, chained to the hash of the row before it ("" for the first)."""
    row = event_row(event) | {"previous": previous}
    return row | {"hash": audit_hash(row)}


def audit_hash(row: Row | sqlite3.Row) -> str:
    """SHA-256 over all that an audit row says, and over the hash before it."""
    said = [row[name] for name in ("time", "source", "kind", "text", "user", "previous")]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def part_record(row: sqlite3.Row) -> PartRecord:
    """Inverse of `part_row`."""
    return PartRecord(
        key=row["key"],
        part=row["part"],
        boot=row["boot"],
        frame=None if row["session"] is None else FrameKey(row["session"], row["trigger"]),
        verdict=Verdict(row["verdict"]),
        reason=Reason(row["reason"]),
        acknowledged=bool(row["acknowledged"]),
        score=_number(row["score"]),
        limit=_number(row["score_limit"]),
        ledger=_ledger(row),
        time=row["time"],
        recipe=row["recipe"],
        lot=row["lot"],
        mode=row["mode"],
    )


def inspection_record(
    row: sqlite3.Row, findings: tuple[Finding, ...], picture: tuple[int, int] | None
) -> InspectionRecord:
    """Inverse of `inspection_row`; `picture` is (height, width) of the stored picture."""
    return InspectionRecord(
        frame=FrameKey(row["session"], row["trigger"]),
        verdict=Verdict(row["verdict"]),
        reason=Reason(row["reason"]),
        score=_number(row["score"]),
        limit=_number(row["score_limit"]),
        findings=findings,
        cleared=row["cleared"],
        ledger=_ledger(row),
        recipe=row["recipe"],
        bundle_sha256=row["bundle_sha256"],
        picture=picture,
        kept_as=row["kept_as"],
        time=row["time"],
    )


def finding(row: sqlite3.Row) -> Finding:
    """Inverse of `finding_row`."""
    return Finding(
        box=(row["x"], row["y"], row["width"], row["height"]),
        outline=tuple((x, y) for x, y in json.loads(row["outline"])),
        z=_number(row["z"]),
        distance=_number(row["distance"]),
        score=_number(row["score"]),
        confirmed=bool(row["confirmed"]),
        golden=row["golden"],
    )


def event_record(row: sqlite3.Row) -> Event:
    """Inverse of `event_row`."""
    return Event(source=row["source"], kind=row["kind"], text=row["text"], time=row["time"], user=row["user"])


def _ledger_row(ledger: Ledger) -> Row:
    return {name: getattr(ledger, name) for name in STAGES}


def _ledger(row: sqlite3.Row) -> Ledger:
    return Ledger(**{name: row[name] for name in STAGES})


def _number(value: float | None) -> float:
    return math.nan if value is None else value
