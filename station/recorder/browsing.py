"""Answers that bring stored parts to the window: lists, one part with its picture, names of defect modes."""

from __future__ import annotations

import math
import os
import sqlite3

from station.core.domain import Finding, Ledger, Reason, Verdict
from station.core.message import Refusal
from station.core.reviewing import (
    MANY,
    MOST_PARTS,
    AskDefectModes,
    AskPart,
    AskParts,
    DefectModes,
    PartLine,
    Parts,
    StoredPart,
)
from station.recorder import rows
from station.recorder.room import Answered, Room

_NEWEST_LABEL = "(SELECT max(id) FROM label WHERE part_key = part.key)"
_FROM = f"FROM part LEFT JOIN label ON label.id = {_NEWEST_LABEL}"
_WHICH = {
    "ng": "verdict = 'reject'",
    "border": "reason = 'border'",
    "queue": "(verdict = 'reject' OR reason = 'border')",
    "all": "1",
}
_UNLABELLED = "coalesce(label.label, '') = ''"
_COLUMNS = (
    "part.id, part.key, part.part, part.time, part.verdict, part.reason, part.score, part.score_limit, part.recipe, "
    "part.lot, part.session, part.trigger, coalesce(label.label, '') AS label, "
    "coalesce(label.defect_mode, '') AS defect_mode"
)


def answer_parts(room: Room, question: AskParts) -> Answered:
    """A page of parts, and how many wait."""
    terms: list[str] = [_WHICH[question.which], "part.time >= ?"]
    values: list[str | float] = [question.since]
    wanted = (("part.id < ?", question.before_id), ("part.part = ?", question.part), ("lot = ?", question.lot))
    for term, value in wanted:
        if value:
            terms.append(term)
            values.append(value)
    if question.unlabelled:
        terms.append(_UNLABELLED)
    text = f"SELECT {_COLUMNS} {_FROM} WHERE {' AND '.join(terms)} ORDER BY part.id DESC LIMIT ?"
    found = room.reader.select(text, [*values, min(max(0, question.limit), MOST_PARTS)])
    waiting = room.reader.select(
        f"SELECT count(*) AS n FROM (SELECT 1 {_FROM} WHERE {_WHICH['queue']} AND {_UNLABELLED} "
        "AND part.time >= ? LIMIT ?)",
        (question.since, MANY),
    )
    return Parts(question.number, tuple(_line(row) for row in found), waiting[0]["n"]), None


def answer_part(room: Room, question: AskPart) -> Answered:
    """One part, with its picture's file in a memfd if the file is still there."""
    found = room.reader.select(f"SELECT part.*, {_COLUMNS} {_FROM} WHERE part.key = ?", (question.key,))
    if not found:
        return Refusal(question.number, f"the journal knows no part '{question.key}'"), None
    row = found[0]
    ledger = Ledger(**{name: row[name] for name in rows.STAGES})
    frame = (row["session"], row["trigger"])
    inspected = room.reader.select("SELECT * FROM inspection WHERE session = ? AND trigger = ?", frame)
    findings: tuple[Finding, ...] = ()
    if inspected:
        select = "SELECT * FROM finding WHERE inspection_id = ? ORDER BY ordinal"
        findings = tuple(rows.finding(one) for one in room.reader.select(select, (inspected[0]["id"],)))
    picture = _picture(room, frame)
    cleared = inspected[0]["cleared"] if inspected else 0
    return StoredPart(question.number, _line(row), ledger, findings, cleared, picture is not None), picture


def answer_defect_modes(room: Room, question: AskDefectModes) -> Answered:
    """Names that stand in the newest label of a part."""
    found = room.reader.select(
        "SELECT defect_mode, count(*) AS n FROM label WHERE defect_mode <> '' "
        "AND id IN (SELECT max(id) FROM label GROUP BY part_key) GROUP BY defect_mode ORDER BY n DESC, defect_mode "
        "LIMIT ?",
        (min(max(0, question.limit), MOST_PARTS),),
    )
    return DefectModes(question.number, tuple(row["defect_mode"] for row in found)), None


def _line(row: sqlite3.Row) -> PartLine:
    return PartLine(
        id=row["id"],
        key=row["key"],
        part=row["part"],
        time=row["time"],
        verdict=Verdict(row["verdict"]),
        reason=Reason(row["reason"]),
        score=math.nan if row["score"] is None else row["score"],
        limit=math.nan if row["score_limit"] is None else row["score_limit"],
        recipe=row["recipe"],
        lot=row["lot"],
        label=row["label"],
        defect_mode=row["defect_mode"],
    )


def _picture(room: Room, frame: tuple[int | None, int | None]) -> int | None:
    """A memfd with the file's bytes; None when no picture was kept, or it is gone."""
    select = "SELECT path FROM picture WHERE session = ? AND trigger = ? AND deleted IS NULL"
    found = room.reader.select(select, frame)
    if not found:
        return None
    try:
        data = (room.pictures / found[0]["path"]).read_bytes()
    except OSError:
        return None
    descriptor = os.memfd_create("picture", os.MFD_CLOEXEC)
    os.write(descriptor, data)
    return descriptor
