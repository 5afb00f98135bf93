"""Recipe, lot and mode of a part; labels, people, challenge tests."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OF_A_PART = {"recipe": "''", "lot": "''", "mode": "'production'"}


def upgrade() -> None:
    """To this version."""
    for name, default in _OF_A_PART.items():
        op.add_column("part", sa.Column(name, sa.String(), nullable=False, server_default=sa.text(default)))
    _create_label()
    _create_person()
    _create_challenge()


def downgrade() -> None:
    """Back to version 0001; what people said is lost."""
    for table in ("challenge", "person", "label"):
        op.drop_table(table)
    with op.batch_alter_table("part") as part:
        for name in _OF_A_PART:
            part.drop_column(name)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _create_label() -> None:
    op.create_table(
        "label",
        _required("id", sa.Integer()),
        *(_required(name, sa.String()) for name in ("part_key", "label", "defect_mode", "user")),
        _required("time", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_label"),
    )
    op.create_index("ix_label_part_key", "label", ["part_key"])
    op.create_index("ix_label_time", "label", ["time"])


def _create_person() -> None:
    op.create_table(
        "person",
        _required("id", sa.Integer()),
        *(_required(name, sa.String()) for name in ("name", "role", "secret")),
        _required("failures", sa.Integer()),
        _required("locked_until", sa.Float()),
        _required("active", sa.Boolean()),
        _required("time", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("name", name="uq_person_name"),
    )


def _create_challenge() -> None:
    op.create_table(
        "challenge",
        _required("id", sa.Integer()),
        _required("time", sa.Float()),
        *(_required(name, sa.String()) for name in ("recipe", "bundle_sha256")),
        _required("passed", sa.Boolean()),
        *(_required(name, sa.String()) for name in ("user", "report", "signature", "key_id")),
        sa.PrimaryKeyConstraint("id", name="pk_challenge"),
        sa.UniqueConstraint("report", name="uq_challenge_report"),
    )
    op.create_index("ix_challenge_time", "challenge", ["time"])
