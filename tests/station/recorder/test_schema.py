"""What the tables themselves refuse and take along, on an empty journal in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, create_engine, event, func, insert, select
from sqlalchemy.exc import IntegrityError

from station.core.domain import Finding
from station.core.message import Event
from station.core.messages import InspectionRecord, PartRecord
from station.recorder import rows, schema


@pytest.fixture
def database() -> Iterator[Connection]:
    """The schema without migrations, foreign keys on as in the recorder."""
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    schema.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_the_rows_fill_all_columns_but_the_id(
    part: Callable[..., PartRecord], inspection: Callable[..., InspectionRecord], finding: Callable[..., Finding]
) -> None:
    told = Event("line", "note", "hello", 1.0)
    made = {
        schema.part: rows.part_row(part(1)),
        schema.inspection: rows.inspection_row(inspection(1)),
        schema.finding: rows.finding_row(1, 0, finding()),
        schema.event: rows.event_row(told),
        schema.audit: rows.audit_row(told, ""),
    }
    for table, row in made.items():
        assert set(row) == set(table.columns.keys()) - {"id"}, table.name


def test_a_part_is_recorded_once(database: Connection, part: Callable[..., PartRecord]) -> None:
    database.execute(insert(schema.part), rows.part_row(part(1)))
    with pytest.raises(IntegrityError, match=r"part\.key"):
        database.execute(insert(schema.part), rows.part_row(part(1, part=2)))


def test_a_frame_is_inspected_once(database: Connection, inspection: Callable[..., InspectionRecord]) -> None:
    database.execute(insert(schema.inspection), rows.inspection_row(inspection(1)))
    with pytest.raises(IntegrityError, match=r"inspection\.session, inspection\.trigger"):
        database.execute(insert(schema.inspection), rows.inspection_row(inspection(1, cleared=9)))


def test_a_score_that_is_no_number_is_null(database: Connection, part: Callable[..., PartRecord]) -> None:
    database.execute(insert(schema.part), rows.part_row(part(1, score=float("nan"))))
    assert database.scalar(select(func.count()).where(schema.part.c.score.is_(None))) == 1


def test_findings_need_their_inspection_and_go_with_it(
    database: Connection, inspection: Callable[..., InspectionRecord], finding: Callable[..., Finding]
) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        database.execute(insert(schema.finding), rows.finding_row(5, 0, finding()))
    database.execute(insert(schema.inspection), rows.inspection_row(inspection(1)) | {"id": 5})
    database.execute(insert(schema.finding), [rows.finding_row(5, place, finding()) for place in (0, 1)])
    database.execute(schema.inspection.delete())
    assert database.scalar(select(func.count()).select_from(schema.finding)) == 0


def test_constraints_have_names_so_that_migrations_can_speak_of_them() -> None:
    constraints = [one for table in schema.metadata.tables.values() for one in table.constraints]
    assert [one.table.name for one in constraints if not one.name] == []
    assert {index.name for index in schema.part.indexes} >= {"ix_part_session_trigger", "ix_part_verdict_time"}
