"""The journal's tables. The migrations build them; a test proves that both say the same.

    part        one row a part, written by the line process; `key` is unique over all time
    inspection  one row an inspected frame, written by the engine; (session, trigger) is unique and joins it to its part
    finding     the candidates of an inspection, cleared and confirmed ones
    picture     where an inspection's picture is stored, its hash and size; the row outlives the file
    event       state changes, faults, recoveries, commands
    audit       what people did: append only, each row holds the hash of the one before
    label       what people say about a part: the newest row of a part counts, "" withdraws what was said
    person      users of this station, their roles and secrets (Argon2id)
    challenge   tests of the station with seeded parts, signed by the station

Columns that end in `_ns` are CLOCK_MONOTONIC nanoseconds (0 = not reached), `time` is seconds since 1970. A score that
is not a number is NULL.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from station.recorder.rows import STAGES

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _ledger() -> list[Column[int]]:
    return [Column(name, Integer, nullable=False) for name in STAGES]


part = Table(
    "part",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("part", Integer, nullable=False, index=True),
    Column("boot", Integer, nullable=False),
    Column("session", Integer),
    Column("trigger", Integer),
    Column("verdict", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    Column("score", Float),
    Column("score_limit", Float),
    *_ledger(),
    Column("time", Float, nullable=False, index=True),
    Column("recipe", String, nullable=False, server_default=text("''")),  # name@version
    Column("lot", String, nullable=False, server_default=text("''")),
    Column("mode", String, nullable=False, server_default=text("'production'")),
    Index(None, "session", "trigger"),
    Index(None, "verdict", "time"),
)

inspection = Table(
    "inspection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session", Integer, nullable=False),
    Column("trigger", Integer, nullable=False),
    Column("verdict", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("score", Float),
    Column("score_limit", Float),
    Column("cleared", Integer, nullable=False),
    Column("recipe", String, nullable=False),
    Column("bundle_sha256", String, nullable=False),
    Column("kept_as", String, nullable=False),
    *_ledger(),
    Column("time", Float, nullable=False, index=True),
    UniqueConstraint("session", "trigger"),
)

finding = Table(
    "finding",
    metadata,
    Column("inspection_id", ForeignKey("inspection.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("outline", String, nullable=False),  # JSON: [[x, y], ...]
    Column("z", Float),
    Column("distance", Float),
    Column("score", Float),
    Column("confirmed", Boolean, nullable=False),
    Column("golden", Integer, nullable=False),
)

picture = Table(
    "picture",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session", Integer, nullable=False),
    Column("trigger", Integer, nullable=False),
    Column("kept_as", String, nullable=False),
    Column("path", String, nullable=False, index=True),  # below recorder.pictures
    Column("sha256", String, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("time", Float, nullable=False),
    Column("deleted", Float),  # when retention removed the file
    UniqueConstraint("session", "trigger"),
    Index(None, "kept_as", "time"),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("text", String, nullable=False),
    Column("user", String, nullable=False),
    Column("time", Float, nullable=False),
    UniqueConstraint("time", "source", "kind", "text", "user"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", Float, nullable=False),
    Column("source", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("text", String, nullable=False),
    Column("user", String, nullable=False),
    Column("previous", String, nullable=False),  # hash of the row before, "" in the first
    Column("hash", String, nullable=False, unique=True),
)

label = Table(
    "label",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("part_key", String, nullable=False, index=True),
    Column("label", String, nullable=False),  # `station.core.labels`, or ""
    Column("defect_mode", String, nullable=False),  # "" = not named
    Column("user", String, nullable=False),
    Column("time", Float, nullable=False, index=True),
)

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("secret", String, nullable=False),  # Argon2id, with its parameters and salt
    Column("failures", Integer, nullable=False),  # log-ins that failed since the last that did not
    Column("locked_until", Float, nullable=False),  # seconds since 1970; 0 = not locked
    Column("active", Boolean, nullable=False),
    Column("time", Float, nullable=False),  # of the last change
)

challenge = Table(
    "challenge",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", Float, nullable=False, index=True),  # of its end
    Column("recipe", String, nullable=False),
    Column("bundle_sha256", String, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("user", String, nullable=False),
    Column("report", String, nullable=False),  # JSON, exactly the bytes that are signed
    Column("signature", String, nullable=False),  # Ed25519, hex
    Column("key_id", String, nullable=False),
    UniqueConstraint("report"),
)
