"""First schema: parts, inspections, findings, pictures, events, audit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STAGES = (
    "trigger_ns",
    "exposed_ns",
    "frame_ns",
    "screened_ns",
    "verified_ns",
    "decided_ns",
    "received_ns",
    "written_ns",
    "acknowledged_ns",
    "deadline_ns",
)


def upgrade() -> None:
    """To this version."""
    _create_part()
    _create_inspection()
    _create_finding()
    _create_picture()
    _create_event_and_audit()


def downgrade() -> None:
    """Back to the empty file."""
    for table in ("audit", "event", "picture", "finding", "inspection", "part"):
        op.drop_table(table)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _ledger() -> list[sa.Column[Any]]:
    return [_required(name, sa.Integer()) for name in _STAGES]


def _create_part() -> None:
    op.create_table(
        "part",
        _required("id", sa.Integer()),
        _required("key", sa.String()),
        _required("part", sa.Integer()),
        _required("boot", sa.Integer()),
        sa.Column("session", sa.Integer()),
        sa.Column("trigger", sa.Integer()),
        _required("verdict", sa.String()),
        _required("reason", sa.String()),
        _required("acknowledged", sa.Boolean()),
        sa.Column("score", sa.Float()),
        sa.Column("score_limit", sa.Float()),
        *_ledger(),
        _required("time", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_part"),
        sa.UniqueConstraint("key", name="uq_part_key"),
    )
    op.create_index("ix_part_part", "part", ["part"])
    op.create_index("ix_part_session_trigger", "part", ["session", "trigger"])
    op.create_index("ix_part_time", "part", ["time"])
    op.create_index("ix_part_verdict_time", "part", ["verdict", "time"])


def _create_inspection() -> None:
    op.create_table(
        "inspection",
        _required("id", sa.Integer()),
        _required("session", sa.Integer()),
        _required("trigger", sa.Integer()),
        _required("verdict", sa.String()),
        _required("reason", sa.String()),
        sa.Column("score", sa.Float()),
        sa.Column("score_limit", sa.Float()),
        _required("cleared", sa.Integer()),
        _required("recipe", sa.String()),
        _required("bundle_sha256", sa.String()),
        _required("kept_as", sa.String()),
        *_ledger(),
        _required("time", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_inspection"),
        sa.UniqueConstraint("session", "trigger", name="uq_inspection_session_trigger"),
    )
    op.create_index("ix_inspection_time", "inspection", ["time"])


def _create_finding() -> None:
    op.create_table(
        "finding",
        _required("inspection_id", sa.Integer()),
        _required("ordinal", sa.Integer()),
        _required("x", sa.Integer()),
        _required("y", sa.Integer()),
        _required("width", sa.Integer()),
        _required("height", sa.Integer()),
        _required("outline", sa.String()),
        sa.Column("z", sa.Float()),
        sa.Column("distance", sa.Float()),
        sa.Column("score", sa.Float()),
        _required("confirmed", sa.Boolean()),
        _required("golden", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name="fk_finding_inspection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("inspection_id", "ordinal", name="pk_finding"),
    )


def _create_picture() -> None:
    op.create_table(
        "picture",
        _required("id", sa.Integer()),
        _required("session", sa.Integer()),
        _required("trigger", sa.Integer()),
        _required("kept_as", sa.String()),
        _required("path", sa.String()),
        _required("sha256", sa.String()),
        _required("bytes", sa.Integer()),
        _required("height", sa.Integer()),
        _required("width", sa.Integer()),
        _required("time", sa.Float()),
        sa.Column("deleted", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_picture"),
        sa.UniqueConstraint("session", "trigger", name="uq_picture_session_trigger"),
    )
    op.create_index("ix_picture_path", "picture", ["path"])
    op.create_index("ix_picture_kept_as_time", "picture", ["kept_as", "time"])


def _create_event_and_audit() -> None:
    said = ("source", "kind", "text", "user")
    op.create_table(
        "event",
        _required("id", sa.Integer()),
        *(_required(name, sa.String()) for name in said),
        _required("time", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("time", *said, name="uq_event_time_source_kind_text_user"),
    )
    op.create_table(
        "audit",
        _required("id", sa.Integer()),
        _required("time", sa.Float()),
        *(_required(name, sa.String()) for name in said),
        _required("previous", sa.String()),
        _required("hash", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("hash", name="uq_audit_hash"),
    )
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
            f"BEGIN SELECT RAISE(ABORT, 'the audit trail is append only'); END"
        )
