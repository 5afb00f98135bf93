"""Structs and rows: nothing is lost between them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from station.core.domain import Finding, Ledger
from station.core.message import Event
from station.core.messages import InspectionRecord, PartRecord
from station.recorder import rows, schema


def test_rows_have_the_columns_of_their_tables(
    part: Callable[..., PartRecord], inspection: Callable[..., InspectionRecord], finding: Callable[..., Finding]
) -> None:
    event = Event("gui", "command", "start", 1.0, "ann")
    for table, row in {
        "part": rows.part_row(part(1)),
        "inspection": rows.inspection_row(inspection(1)),
        "finding": rows.finding_row(1, 0, finding()),
        "event": rows.event_row(event),
        "audit": rows.audit_row(event, ""),
    }.items():
        columns = set(schema.metadata.tables[table].columns.keys()) - {"id"}
        assert set(row) == columns


def test_every_stage_of_the_ledger_is_a_column() -> None:
    for table in (schema.part, schema.inspection):
        assert set(Ledger.__struct_fields__) <= set(table.columns.keys())


@pytest.mark.parametrize("field", ["time", "source", "kind", "text", "user", "previous"])
def test_audit_hash_covers_all_that_is_said(field: str) -> None:
    row = rows.audit_row(Event("gui", "command", "start", 1.0, "ann"), "")
    changed = row | {field: 2.0 if field == "time" else "other"}
    assert rows.audit_hash(changed) != row["hash"]
